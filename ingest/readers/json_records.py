"""Objects → records: native lines, lists as people have them, and what the readers of other formats give.

Comes in: a file's lines, or objects with our keys or anybody's words for them. Goes out: a record for each good one; a
bad one is reported with its line, the rest go on. `talks list --json` writes what is read here. A key that no field
takes, and a value that its field cannot hold, is kept under `other` and reported.
"""

import json
import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast, get_args

from ingest import schema
from ingest.errors import PageUnreadable
from ingest.links import find_links
from ingest.readers.fields import date_of, language_of, listed, parse_date, record_key, seconds_of
from ingest.readers.grouping import Entry, Given, Part
from ingest.readers.people import people_named
from ingest.readers.recordings import find_recordings
from ingest.readers.tracks import LONGEST_S, check_order, parse_time, read_cues
from ingest.records import KINDS, Chapter, Cue, Date, DateOf, Record, Source, Speaker, Value, Warning
from ingest.schema import DATES, FLAG, NUMBER, SECONDS, Field, value_fields

# Longer than any recording is; what counts so is a slip or another unit.
LONGEST_RECORDING_S = 12 * 3600
# What JSON readers elsewhere, and SQLite, hold exactly.
_LARGEST_NUMBER = 2**53
# What no text holds and a terminal obeys, and halves of signs outside the first plane.
CONTROLS = dict.fromkeys(
    (code for code in (*range(32), *range(127, 160), *range(0xD800, 0xE000)) if chr(code) not in "\t\n\f\r\x85"),
    "\ufffd",
)
# Read here, or written by `talks list --json` and told by another key.
_CORE_KEYS = frozenset(
    "id kind title speakers sources abstract bio chapters transcript pages year other date_iso date_of".split()
)
_OUR_KEYS = _CORE_KEYS | {field.key for field in value_fields()}
_SPEAKER_KEYS = frozenset(("name", "affiliation", "role"))
_DECODER = json.JSONDecoder()
# Of a list's items; each may cost a look at all that follows it.
_MOST_BROKEN = 20
_BETWEEN = re.compile(r"[\s,]*")
_CHAPTER_KEYS = frozenset(("time", "start_s", "end_s", "title", "speakers", "problem"))


class BadRecord(ValueError):
    """One object cannot be a record; its text says why and what to do."""


def recognises(lines: Sequence[str]) -> bool:
    """Whether at least half of a file's lines begin like JSON objects."""
    filled = [line.strip() for line in lines if line.strip()]
    return filled[0].startswith("{") or 2 * sum(line.startswith("{") for line in filled) >= len(filled)


def read(lines: Sequence[str], name: str) -> Part:
    """Read a file of records of these lines, blank ones included; raises as `read_objects` does."""
    return read_objects(_objects(lines), name)


def read_objects(objects: Iterable[tuple[int, int, Any]], name: str) -> Part:
    """Read what stands at (first line, last line): objects in anybody's words or a format of their own, or a `Given`.

    Raises:
        PageUnreadable: Nothing in it is a record; names the first bad line.
    """
    entries: list[Entry] = []
    warnings: list[Warning] = []
    unused: Counter[str] = Counter()
    for first, last, value in objects:
        for given in _given(value):
            try:
                if isinstance(given, BadRecord):
                    raise given
                reader = _RecordReader(given.values)
                record = reader.record(name, first, last)
            except BadRecord as error:
                warnings.append(Warning(name, first, str(error)))
                continue
            entries.append(Entry(record, given))
            warnings += [Warning(name, first, message) for message in dict.fromkeys(reader.messages)]
            unused.update(given.unused)
            unused.update(reader.unknown)
    if not entries:
        worst = warnings[0] if warnings else Warning(name, 1, "it holds no talk and no paper; put some into it.")
        raise PageUnreadable(name, worst.line, worst.message)
    return Part(name, entries=tuple(entries), warnings=tuple(warnings), unused=unused)


def read_chapters(items: Sequence[Mapping[str, Any]]) -> tuple[Chapter, ...]:
    """Chapters under our keys, their times judged together."""
    return _RecordReader({"chapters": items}).chapters(None)


def _given(value: Any) -> Iterator["Given | BadRecord"]:
    if isinstance(value, Given | BadRecord):
        yield value
    elif isinstance(value, dict):
        yield from find_recordings(value) or (Given(under_our_keys(value)),)
    else:
        yield BadRecord("not a JSON object; write {...}, one record a line.")


def under_our_keys(values: Mapping[str, Any]) -> dict[str, Any]:
    """An object with our keys where it has them in other words."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        ours = key if key in _OUR_KEYS else record_key(key)
        if ours is None or (ours != key and (ours in values or ours in found)):
            found[key] = value
            continue
        found[ours] = value
        if ours == schema.DATE.key and ours != key and (of := date_of(key)):
            found["date_of"] = of
    return found


def _value_of(field: Field, raw: Any) -> Value | None:
    """A field's value of what a source gives, None for "", null and []; a ValueError says what the field can hold."""
    if raw is None or raw in ("", [], {}) or (isinstance(raw, str) and not raw.strip()):
        return None
    if field.is_keyed:
        return _keyed(raw)
    if field.holds_many:
        texts = raw if not isinstance(raw, str) else listed(raw) if field is schema.TAGS else [raw]
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise ValueError('a list of texts, ["…", "…"]')
        return tuple(dict.fromkeys(text.strip() for text in texts if text.strip())) or None
    if field.type is DATES:
        return _date(raw)
    if field.type is FLAG:
        if not isinstance(raw, bool):
            raise ValueError("true or false")
        return raw
    if field.type is SECONDS:
        return _number(seconds_of(raw), LONGEST_RECORDING_S)
    if field.type is NUMBER:
        return _number(raw, _LARGEST_NUMBER)
    if not isinstance(raw, str):
        raise ValueError("a text in quotation marks")
    return (language_of(raw) if field is schema.LANGUAGE else None) or raw.strip()


def _number(raw: Any, largest: int) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 <= raw <= largest:
        raise ValueError(f"a number from 0 to {largest}")
    return int(raw) if raw == int(raw) else raw


def _keyed(raw: Any) -> dict[str, str]:
    if not isinstance(raw, dict) or not all(
        isinstance(one, str | int) and not isinstance(one, bool) for one in raw.values()
    ):
        raise ValueError('texts by name, {"youtube": "…"}')
    return {name: str(one).strip() for name, one in raw.items() if str(one).strip()}


def _date(raw: Any) -> Date:
    if isinstance(raw, int) and not isinstance(raw, bool) and 0 < raw < 10**8:
        raw = str(raw)
    if not isinstance(raw, str):
        raise ValueError("a date in quotation marks")
    return parse_date(raw)


def _objects(lines: Sequence[str]) -> Iterator[tuple[int, int, Any]]:
    """(first line, last line, value) of each record; what is no JSON comes as the `BadRecord` to report."""
    filled = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    first = filled[0][1].lstrip()
    # A line that breaks off is followed by the next record, an object of several lines by the rest of it.
    goes_on = len(filled) > 1 and not filled[1][1].lstrip().startswith("{")
    if first.startswith("[") or (first.startswith("{") and goes_on and isinstance(_parsed(first), BadRecord)):
        yield from _values("\n".join(lines))
        return
    for number, line in filled:
        yield number, number, _parsed(line)


def _values(text: str) -> Iterator[tuple[int, int, Any]]:
    """The items of a list, or values that follow each other; what is broken is passed over to the next like it."""
    left = _MOST_BROKEN
    line_ends = [match.start() for match in re.finditer("\n", text)]
    is_list = text.lstrip().startswith("[")
    end = text.index("[") + 1 if is_list else 0
    while True:
        at = _BETWEEN.match(text, end).end()  # type: ignore[union-attr]  # it matches nothing too
        line = bisect_left(line_ends, at) + 1
        if at >= len(text) or (is_list and text[at] == "]"):
            break
        try:
            value, end = _DECODER.raw_decode(text, at)
            value = clean(value)
        except (ValueError, RecursionError) as error:
            # The next is where a line begins as its own does.
            indent, left = text[text.rfind("\n", 0, at) + 1 : at], left - 1
            following = None if indent.strip() else re.compile(rf"^{indent}\{{", re.MULTILINE).search(text, at + 1)
            if following is None or not left:
                yield line, line, BadRecord(f"not JSON ({_reason(error)}); nothing behind it is read.")
                return
            yield line, line, BadRecord(f"not JSON ({_reason(error)}); write it again.")
            end = following.start()
            continue
        yield line, bisect_left(line_ends, end) + 1, value
    if is_list and at >= len(text):
        yield line, line, BadRecord("the list breaks off here; write it again.")
    elif is_list and text[at + 1 :].strip():
        yield line, line, BadRecord("more follows the list; put all records into it.")


def _parsed(text: str) -> Any:
    try:
        return clean(json.loads(text))
    except (ValueError, RecursionError) as error:
        return BadRecord(f"not JSON ({_reason(error)}); write one record a line.")


def clean(value: Any) -> Any:
    """A JSON value with what no text can hold made visible: control characters, halves of signs, numbers that are none.

    Raises:
        RecursionError: It is nested too deep to be walked.
    """
    if isinstance(value, str):
        return value.translate(CONTROLS)
    if isinstance(value, list):
        return [clean(one) for one in value]
    if isinstance(value, dict):
        return {str(key).translate(CONTROLS): clean(one) for key, one in value.items()}
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at column {error.colno}"
    return "nested too deep" if isinstance(error, RecursionError) else str(error)[:80]


class _RecordReader:
    """One object's values, asked for by type; `messages` say what is odd, `unknown` counts keys that no field takes."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.messages: list[str] = []
        self.unknown: Counter[str] = Counter()
        self.other: dict[str, Any] = {}

    def record(self, name: str, first_line: int, last_line: int) -> Record:
        """The record, with what no field takes under `other`."""
        kind = self._text("kind") or "talk"
        title = " ".join(self._text("title").split())
        if kind not in KINDS:
            raise BadRecord(f'"kind" is "{kind}"; write "talk" or "paper".')
        if not title:
            raise BadRecord('no "title"; add one.')
        other = self.values.get("other")
        self.other |= other if isinstance(other, dict) else {} if other is None else {"other": other}
        speakers, beside = self._speakers(self.values, ""), frozenset[str]()
        if len(speakers) == 1:  # a table has a column for what it says of its one speaker
            [one], beside = speakers, frozenset(("affiliation", "role"))
            affiliation, role = (_text_of(self.values, key) or None for key in ("affiliation", "role"))
            speakers = (Speaker(one.name, one.affiliation or affiliation, one.role or role),)
        self._leave("", self.values, _OUR_KEYS | beside)
        values, pages = self._field_values(), cast("tuple[str, ...]", self._value(schema.PAGE, "pages") or ("",))
        return Record(
            title=title,
            kind=kind,
            sources=tuple(Source(name, first_line, last_line, page) for page in pages),
            speakers=speakers,
            abstract=self._text("abstract"),
            bio=self._text("bio"),
            # Of a list of ours, which names its sources, they were judged when they were first read.
            chapters=self.chapters(None if "sources" in self.values else values.get(schema.DURATION.key)),
            transcript=self._transcript(),
            values=values,
            other=self.other,
            id=str(number) if isinstance(number := self.values.get("id"), int) else self._text("id"),
        )

    def _field_values(self) -> dict[str, Value]:
        told = ((field.key, self._value(field, field.key)) for field in value_fields())
        values = {key: value for key, value in told if value is not None}
        if (date := self._dated(values.get(schema.DATE.key))) is not None:
            values[schema.DATE.key] = date
        if links := self._links(values.get(schema.LINKS.key, ())):
            values[schema.LINKS.key] = links
        return values

    def _value(self, field: Field, key: str) -> Value | None:
        """A field's value; one that it cannot hold is kept apart."""
        raw = self.values.get(key)
        try:
            return _value_of(field, raw)
        except ValueError as error:
            self._keep(key, raw, str(error))
            return None

    def _dated(self, date: Value | None) -> Date | None:
        """The date with what stands beside it: how a calendar reads it, what it is the date of."""
        year, iso, of = (self.values.get(key) for key in ("year", "date_iso", "date_of"))
        if not isinstance(date, Date):
            return parse_date(str(year)) if isinstance(year, int) and 0 < year < 10**4 else None
        if isinstance(iso, str):
            date = replace(parse_date(iso), text=date.text)
        elif not date.iso or (date.month is None and date.iso != date.text):
            self.messages.append(
                f'the date "{date.text[:40]}" is read as {date.iso or "none"}; write it as 2024-03-31 is written.'
            )
        return replace(date, of=of) if of in get_args(DateOf) else date

    def _links(self, given: Any) -> tuple[str, ...]:
        """The links that are given and those in the texts; a list of ours, which names its sources, has them all."""
        if "sources" in self.values:
            return tuple(given)
        found = (link for key in ("abstract", "bio") for link in find_links(self._text(key))[0])
        return tuple(dict.fromkeys((*given, *found)))

    def _text(self, key: str) -> str:
        return _text_of(self.values, key)

    def _keep(self, key: str, raw: Any, wanted: str) -> None:
        """Keep a value that its field cannot hold."""
        shown = json.dumps(raw, ensure_ascii=False)
        shown = shown if len(shown) <= 40 else f"{shown[:39]}…"
        self.messages.append(f'"{key}" is {shown}; kept under "other", it should be {wanted}.')
        self.other[key] = raw

    def _leave(self, place: str, values: Mapping[str, Any], known: frozenset[str]) -> None:
        """Keep and count what no field takes; null says nothing."""
        for key in values:
            if key not in known and values[key] is not None:
                self.unknown[key] += 1
                self.other[f"{place}{key}"] = values[key]

    def _speakers(self, values: Mapping[str, Any], place: str) -> tuple[Speaker, ...]:
        wanted = '{"name": "...", "affiliation": "..."}'
        speakers: list[Speaker] = []
        given = values.get("speakers")
        for number, item in enumerate([given] if isinstance(given, str) else _list_of(values, "speakers", wanted)):
            if isinstance(item, str):
                speakers.extend(people_named(item))
                continue
            if not isinstance(item, dict) or not _text_of(item, "name"):
                raise BadRecord(f'one of "speakers" has no name; write {wanted}.')
            self._leave(f"{place}speakers[{number}].", item, _SPEAKER_KEYS)
            name, affiliation, role = (_text_of(item, key) for key in ("name", "affiliation", "role"))
            speakers.append(Speaker(name, affiliation or None, role or None))
        return tuple(speakers)

    def chapters(self, duration_s: Any) -> tuple[Chapter, ...]:
        """The chapters; one whose time cannot be right is told, and never becomes a link."""
        wanted = '{"start_s": 90, "title": "..."}'
        found: list[Chapter] = []
        for number, item in enumerate(_list_of(self.values, "chapters", wanted)):
            if not isinstance(item, dict) or not isinstance(item.get("title"), str):
                raise BadRecord(f'one of "chapters" has no title; write {wanted}.')
            self._leave(f"chapters[{number}].", item, _CHAPTER_KEYS)
            found.append(self._chapter(item, f"chapters[{number}].", duration_s))
        checked = check_order(found)
        self.messages += [f"{chapter.problem}; it is kept as written." for chapter in checked if chapter.problem]
        return checked

    def _chapter(self, item: dict[str, Any], place: str, duration_s: Any) -> Chapter:
        """One chapter; a start that is missing is taken from the time as written."""
        time, title, problem = _text_of(item, "time"), _text_of(item, "title"), _text_of(item, "problem") or None
        start, end = item.get("start_s"), item.get("end_s")
        start_s, end_s = seconds_of(start), seconds_of(end)
        if start is not None:
            written = start.strip() if isinstance(start, str) else json.dumps(start)
            is_second = start_s is not None and 0 <= start_s < LONGEST_S
            problem = None if is_second else f'the time "{written[:40]}" cannot be one'
            time = time or (written if isinstance(start, str) or problem else "")
        elif problem is None:
            timed = all(number.isdigit() for number in time.split(":")) and time.count(":") in (1, 2)
            start_s, problem = parse_time(time) if timed else (None, f'"{title}" has no time')
        if start_s is not None and duration_s and start_s > duration_s and not problem:
            problem = f'the time "{time or start}" lies after the end of the recording'
            time = time or str(start)
        if problem:
            start_s = None
        if end is not None and (end_s is None or not (start_s or 0) <= end_s < LONGEST_S):
            self._keep(f"{place}end_s", end, "seconds that are not before the start")
            end_s = None
        return Chapter(time, start_s, title, self._speakers(item, place), problem, end_s)

    def _transcript(self) -> tuple[Cue, ...]:
        wanted = '{"start_s": 90, "text": "..."}'
        text = self.values.get("transcript")
        if isinstance(text, str):
            pieces: list[Any] = [{"text": line} for line in text.splitlines() if line.strip()]
        else:
            pieces = _list_of(self.values, "transcript", wanted)
        if not all(isinstance(one, dict) and isinstance(one.get("text", one.get("body")), str) for one in pieces):
            raise BadRecord(f'a piece of "transcript" has no text; write {wanted}.')
        track = read_cues(pieces)
        self.unknown += track.unused
        self.messages += [f"in the transcript, {problem}" for problem in track.problems]
        return track.cues


def _text_of(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRecord(f'"{key}" is not a text; put it in quotation marks.')
    return value.strip()


def _list_of(values: Mapping[str, Any], key: str, wanted: str) -> list[Any]:
    value = values.get(key)
    if value is not None and not isinstance(value, list):
        raise BadRecord(f'"{key}" is not a list; write [{wanted}].')
    return value or []
