"""One object of somebody else's format: what is taken of it, and what is left.

Comes in: a parsed object. Goes out: its values by type, and the keys that nobody asked for.
"""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import langcodes

from ingest.readers.chapters import check_order
from ingest.readers.dates import parse_date, parse_iso
from ingest.readers.names import is_name
from ingest.readers.parts import Entry, Part
from ingest.readers.people import parse_people
from ingest.readers.tracks import LONGEST_S, number
from ingest.records import Chapter, Date, DateOf, Record, Source, Speaker, Value, Warning
from ingest.schema import IDS, LANGUAGE, Field

# Longer than any recording is; what counts so is a slip or another unit.
LONGEST_RECORDING_S = 12 * 3600
# Placeholders in lists of speakers, as people write them where they know none.
_NOBODY = frozenset(
    "various speakers|various|multiple speakers|several speakers|speaker|speakers|unknown|unknown speaker|anonymous|tba"
    "|tbd|tbc|to be announced|n/a|none|nobody|panel|all|-|–|?".split("|")
)


class Keys:
    """An object's values, each asked for by what it should be; what is never asked for counts as unused.

    Attributes:
        warnings: What is odd in it, each with its file and line.
        other: Values that their field cannot hold, as written.
    """

    def __init__(self, values: Mapping[str, Any], name: str, line: int = 1) -> None:
        self._values = values
        self._name, self._line = name, line
        self._asked: set[str] = set()
        self.values: dict[str, Value] = {}
        self.other: dict[str, Any] = {}
        self.warnings: list[Warning] = []

    def get(self, *keys: str) -> Any:
        """The first value that is there among these keys; None for null, "" and empty lists."""
        self._asked.update(keys)
        return next((value for key in keys if (value := self._values.get(key)) not in (None, "", [], {})), None)

    def text(self, *keys: str) -> str:
        """The first text among these keys; "" where there is none."""
        value = self.get(*keys)
        return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""

    def texts(self, *keys: str) -> list[str]:
        """A list of texts, or one text, as a list; anything else in it is left out."""
        value = self.get(*keys)
        items = value if isinstance(value, list) else [value]
        return [text for item in items if isinstance(item, str) and (text := item.strip())]

    def objects(self, *keys: str) -> list[Mapping[str, Any]]:
        """The objects of a list."""
        value = self.get(*keys)
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    def put(self, field: Field, value: Value | None) -> None:
        """Give a field its value, unless there is none or it has one."""
        if value not in (None, "", ()) and field.key not in self.values:
            self.values[field.key] = value

    def put_language(self, text: str) -> None:
        """Give the language as its tag, or as written."""
        self.put(LANGUAGE, language_of(text) or text)

    def put_guid(self, *keys: str) -> None:
        """Give the id that the source has made for the whole world."""
        self.put(IDS, {"guid": guid} if (guid := self.text(*keys)) else None)

    def put_seconds(self, field: Field, written: Any, read_as: Any = None) -> None:
        """Give a field a length; what cannot be one is kept as written and told."""
        value = seconds_of(read_as or written)
        if value is not None and 0 < value <= LONGEST_RECORDING_S:
            self.put(field, int(value) if value == int(value) else value)
        elif written not in (None, "", 0):
            self.other.setdefault(field.key, written)
            self.warn(
                f'the {field.one} "{written}" is longer than a recording lasts, or no time; it is kept as written.'
            )

    def talk(
        self,
        sources: tuple[Source, ...],
        *,
        speakers: tuple[Speaker, ...],
        abstract: str,
        bio: str = "",
        chapters: tuple[Chapter, ...] = (),
    ) -> Record:
        """The talk of this object, with all that was put and that its fields cannot hold."""
        title = " ".join(self.text("title").split())
        return Record(title, "talk", sources, speakers, abstract, bio, chapters, values=self.values, other=self.other)

    def warn(self, message: str) -> None:
        """Tell something odd about this object."""
        self.warnings.append(Warning(self._name, self._line, message))

    def unused(self, known: Iterable[str] = ()) -> Counter[str]:
        """The keys with a value that nobody asked for."""
        left = self._values.keys() - self._asked - set(known)
        return Counter(sorted(str(key) for key in left if self._values[key] not in (None, "", [], {})))


def part_of(
    name: str, line_count: int, found: Iterable[tuple[Keys, Callable[[], Entry]]], known: Iterable[str] = ()
) -> Part:
    """What a file gives that tells of several recordings; one without a title is left out and told.

    Args:
        found: Each recording's object, and what makes its entry.
        known: Keys whose values stand elsewhere.
    """
    entries: list[Entry] = []
    warnings: list[Warning] = []
    unused: Counter[str] = Counter()
    for keys, entry in found:
        if keys.text("title"):
            entries.append(entry())
        else:
            keys.warn("a recording without a title is left out; give it one.")
        warnings += keys.warnings
        unused += keys.unused(known)
    return Part(name, line_count, tuple(entries), warnings=tuple(warnings), unused=unused)


def source_of(name: str, line_count: int) -> tuple[Source, ...]:
    """The place of a record that a whole file tells of."""
    return (Source(name, 1, max(1, line_count), ""),)


def speakers_of(value: Any) -> tuple[Speaker, ...]:
    """Speakers of a text, a list of texts, or a list of objects; placeholders are nobody."""
    items = value if isinstance(value, list) else [value]
    found: list[Speaker] = []
    for item in items:
        if isinstance(item, str):
            found.extend(_people(item))
        elif isinstance(item, dict):
            keys = Keys(item, "")
            if name := keys.text("name", "public_name", "full_public_name", "fullname"):
                role, affiliation = keys.text("role", "position"), keys.text("affiliation", "organization", "company")
                found.append(Speaker(" ".join(name.split()), affiliation or None, role or None))
    return tuple(dict.fromkeys(one for one in found if one.name.casefold() not in _NOBODY))


def _people(text: str) -> tuple[Speaker, ...]:
    """The people of one text; one name, in any script and of any length, is taken as it stands."""
    text = " ".join(text.split())
    if text.casefold() in _NOBODY or not text:
        return ()
    if not any(sign in text for sign in ",;&()") and " and " not in text:
        return (Speaker(text),)
    if all(is_name(part, strict=True) for part in text.split(",")):
        return tuple(Speaker(part.strip()) for part in text.split(","))
    return parse_people(text)


def language_of(text: Any) -> str | None:
    """A language tag as ISO 639-1 ("eng", "de-AT", "pt_BR"); None where it is none."""
    if not isinstance(text, str) or not text.strip():
        return None
    first = text.strip().replace("_", "-").split("-")[0].lower()
    if not 2 <= len(first) <= 3 or not langcodes.tag_is_valid(first):
        return None
    found = langcodes.Language.get(langcodes.standardize_tag(first)).language
    return None if found in (None, "und", "mul", "zxx", "mis") else found


def day_of(text: Any, of: DateOf | None) -> Date | None:
    """The day of a timestamp that a machine wrote ("2021-10-02T14:00:00", "20211002"), as that day's ISO form."""
    if not isinstance(text, str):
        return None
    text = text.strip()
    if len(text) == 8 and text.isdecimal():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    date = parse_iso(text[:10])
    if date.year is None:
        date = parse_date(text)
    return Date(date.iso or date.text, date.year, date.month, date.day, of) if text else None


def seconds_of(value: Any) -> float | None:
    """A length in seconds: a number, "71", "1:11", "1:01:11"; None where it is none."""
    if isinstance(value, str):
        parts = value.strip().replace(",", ".").split(":")
        if not 1 <= len(parts) <= 3 or not all(part.replace(".", "", 1).isdecimal() for part in parts):
            return None
        total = 0.0
        for part in parts:
            total = total * 60 + float(part)
        value = total
    found = number(value)
    return found if math.isfinite(found) else None


def listed(text: str) -> list[str]:
    """The items of a cell that holds several: "paper,craft", "paper; craft"."""
    return [item for part in re.split(r"[,;|]", text) if (item := part.strip())]


def timed_chapters(items: Sequence[tuple[Any, Any, str]], duration_s: float | None) -> tuple[Chapter, ...]:
    """Chapters of (start, end, title); an end that is missing is the next start, the last one's the recording's.

    A start that is no time, lies behind the end of the recording or does not follow those around it is told in
    `problem` and never becomes a link.
    """
    found: list[Chapter] = []
    for place, (start, end, title) in enumerate(items):
        start_s, end_s = seconds_of(start), seconds_of(end)
        problem = None
        if start_s is None or not 0 <= start_s < LONGEST_S:
            start_s, problem = None, f'"{title}" has no time' if start is None else f'the time "{start}" cannot be one'
        elif duration_s is not None and start_s > duration_s:
            start_s, problem = None, f'the time "{start}" lies after the end of the recording'
        following = seconds_of(items[place + 1][0]) if place + 1 < len(items) else duration_s
        end_s = following if end_s is None else end_s
        if start_s is None or (end_s is not None and not start_s <= end_s < LONGEST_S):
            end_s = None
        written = str(start) if problem and start is not None else start if isinstance(start, str) else ""
        found.append(Chapter(written, _whole(start_s), title, (), problem, _whole(end_s)))
    return check_order(found)


def _whole(seconds: float | None) -> float | int | None:
    return int(seconds) if seconds is not None and seconds == int(seconds) else seconds
