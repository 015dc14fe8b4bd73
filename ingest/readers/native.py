"""Native records: JSONL, one talk or paper a line.

Comes in: a file's lines. Goes out: a record for each good line; a bad one is reported with its line, the rest go on.
`talks list --json` writes what is read here: keys that are not known are left alone.
"""

import json
from collections.abc import Sequence
from typing import Any

from ingest.errors import PageUnreadable
from ingest.readers.chapters import check_order, parse_time
from ingest.readers.dates import parse_date
from ingest.readers.links import find_links
from ingest.readers.people import parse_people
from ingest.records import Chapter, Date, Oddity, Paper, Reading, Record, Source, Speaker, Talk


class _BadLine(ValueError):
    """One line cannot be a record; its text says why and what to do."""


def recognises(lines: Sequence[str]) -> bool:
    """Whether the file begins like JSON, or at least half of its lines do."""
    filled = [line.strip() for line in lines if line.strip()]
    return filled[0].startswith(("{", "[")) or 2 * sum(line.startswith("{") for line in filled) >= len(filled)


def read(lines: Sequence[str], name: str) -> Reading:
    """Read a file of native records.

    Args:
        lines: All of its lines, blank ones included.
        name: The file as the user knows it.

    Raises:
        PageUnreadable: Not one line is a record; names the first bad line.
    """
    records: list[Record] = []
    oddities: list[Oddity] = []
    bad: dict[int, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            record, messages = _record(line, name, number)
        except _BadLine as error:
            bad[number] = str(error)
            oddities.append(Oddity(name, number, str(error)))
        else:
            records.append(record)
            oddities.extend(Oddity(name, number, message) for message in messages)
    if not records:
        raise PageUnreadable(name, min(bad), bad[min(bad)])
    return Reading(tuple(records), dict.fromkeys(bad, "unreadable record"), tuple(oddities))


def _record(line: str, name: str, number: int) -> tuple[Record, list[str]]:
    """Make a record of one line, with what is odd in it."""
    fields = _Fields.parse(line)
    kind = fields.text("kind") or "talk"
    title = " ".join(fields.text("title").split())
    if kind not in ("talk", "paper"):
        raise _BadLine(f'"kind" is "{kind}"; write "talk" or "paper".')
    if not title:
        raise _BadLine('no "title"; add one.')
    abstract = fields.text("abstract")
    bio = fields.text("bio") if kind == "talk" else ""
    found = [find_links(text) for text in (abstract, bio)]
    messages = [f'the address "{address}" is cut off; write it whole.' for links in found for _, address in links.cut]
    date = fields.date()
    common: dict[str, Any] = {
        "id": fields.id(),
        "title": title,
        "sources": tuple(Source(name, number, number, page) for page in fields.texts("pages") or [""]),
        "abstract": abstract,
        "links": tuple(dict.fromkeys([*fields.texts("links"), *(link for links in found for link in links.links)])),
        "date": date,
        "url": fields.text("url") or None,
    }
    if kind == "paper":
        return (
            Paper(
                **common,
                author_count=fields.count("author_count"),
                organisation=fields.text("organisation") or None,
                comment_count=fields.count("comment_count"),
            ),
            messages,
        )
    chapters = fields.chapters()
    messages += [f"{chapter.problem}; it is kept as written." for chapter in chapters if chapter.problem]
    return (
        Talk(
            **common,
            speakers=fields.speakers(),
            bio=bio,
            chapters=chapters,
            video_url=fields.text("video_url") or None,
        ),
        messages,
    )


class _Fields:
    """One line's values, each asked for by its type; a wrong type makes the line bad."""

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values

    @classmethod
    def parse(cls, line: str) -> "_Fields":
        try:
            values = json.loads(line)
            json.dumps(values, ensure_ascii=False).encode()
        except json.JSONDecodeError as error:
            raise _BadLine(f"not JSON ({error.msg} at column {error.colno}); write one record a line.") from error
        except (RecursionError, UnicodeEncodeError, ValueError) as error:
            raise _BadLine("JSON that no record can hold; write the record again.") from error
        if not isinstance(values, dict):
            raise _BadLine("not a JSON object; write {...}, one record a line.")
        return cls(values)

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise _BadLine(f'"{key}" is not a text; put it in quotation marks.')
        return value.strip()

    def texts(self, key: str) -> list[str]:
        value = self.values.get(key)
        value = [value] if isinstance(value, str) else value or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise _BadLine(f'"{key}" is not a list of texts; write ["...", "..."].')
        return [item.strip() for item in value if item.strip()]

    def id(self) -> str:
        value = self.values.get("id")
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else self.text("id")

    def count(self, key: str) -> int | None:
        value = self.values.get(key)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 0):
            raise _BadLine(f'"{key}" is not a whole number from 0 on; write it without quotation marks.')
        return value

    def date(self) -> Date | None:
        value = self.values.get("date")
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        text = self.text("date") if value is None or not isinstance(value, str) else value.strip()
        return parse_date(text) if text else None

    def objects(self, key: str, wanted: str) -> list[Any]:
        value = self.values.get(key)
        if value is not None and not isinstance(value, list):
            raise _BadLine(f'"{key}" is not a list; write [{wanted}].')
        return value or []

    def speakers(self) -> tuple[Speaker, ...]:
        wanted = '{"name": "...", "affiliation": "..."}'
        speakers: list[Speaker] = []
        for item in self.objects("speakers", wanted):
            if isinstance(item, str) and item.strip():
                speakers.extend(parse_people(item))
                continue
            person = _Fields(item) if isinstance(item, dict) else None
            if person is None or not person.text("name"):
                raise _BadLine(f'one of "speakers" has no name; write {wanted}.')
            speakers.append(
                Speaker(person.text("name"), person.text("affiliation") or None, person.text("role") or None)
            )
        return tuple(speakers)

    def chapters(self) -> tuple[Chapter, ...]:
        wanted = '{"start_s": 90, "title": "..."}'
        chapters: list[Chapter] = []
        for item in self.objects("chapters", wanted):
            if not isinstance(item, dict) or not isinstance(item.get("title"), str):
                raise _BadLine(f'one of "chapters" has no title; write {wanted}.')
            chapters.append(_Fields(item).chapter())
        return check_order(chapters)

    def chapter(self) -> Chapter:
        """One chapter; a start that is missing is taken from the time as written."""
        time, start = self.text("time"), self.values.get("start_s")
        problem = self.text("problem") or None
        if start is not None and (
            isinstance(start, bool) or not isinstance(start, int | float) or not 0 <= start < 86_400
        ):
            raise _BadLine('"start_s" is not a number of seconds from 0 to 86400; write it without quotation marks.')
        if start is None and problem is None:
            timed = all(number.isdigit() for number in time.split(":")) and time.count(":") in (1, 2)
            start, problem = parse_time(time) if timed else (None, f'"{self.text("title")}" has no time')
        return Chapter(time, None if start is None else int(start), self.text("title"), self.speakers(), problem)
