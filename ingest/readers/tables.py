"""Tables with a heading row (CSV, TSV, with any separator) → rows of talks, or the segments of one transcript.

Comes in: a file's text. Goes out: each row as an object, for `json_records`, or a track. Headings are
known in several words and languages (`headings`).
"""

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.readers.headings import record_key, segment_key
from ingest.readers.keys import seconds_of
from ingest.readers.tracks import Track, judged
from ingest.records import Cue

_SEPARATORS = ",;\t|"
# One cell may hold a whole transcript.
csv.field_size_limit(50_000_000)


@dataclass(frozen=True, slots=True)
class Table:
    """A table by its heading row.

    Attributes:
        headings: As written.
        rows: (line, cells) of each row that is not empty.
        separator: What parts its cells.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    separator: str = ","

    @property
    def is_segments(self) -> bool:
        """Whether a row is something said at some time, not a talk."""
        keys = {segment_key(heading) for heading in self.headings}
        return {"start", "text"} <= keys and not any(record_key(heading) == "title" for heading in self.headings)


def find_table(text: str) -> Table | None:
    """The table that a text is, or None where its first line is no heading row that we know."""
    first = text.lstrip("\ufeff").split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    if not first.count(separator):
        return None
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=separator)
    try:
        headings = tuple(cell.strip() for cell in next(reader))
        if not _are_headings(headings):
            return None
        rows: list[tuple[int, tuple[str, ...]]] = []
        line = reader.line_num + 1
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((line, tuple(row)))
            line = reader.line_num + 1
    except csv.Error:
        return None
    return Table(headings, tuple(rows), separator)


def _are_headings(headings: Sequence[str]) -> bool:
    if any(len(heading) > 60 for heading in headings):
        return False
    keys = {record_key(heading) for heading in headings} - {None}
    segment_keys = {segment_key(heading) for heading in headings} - {None}
    return ("title" in keys and len(keys) > 1) or {"start", "text"} <= segment_keys


def records(table: Table) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line, object under the headings' own words) of each row."""
    for line, cells in table.rows:
        found: dict[str, Any] = {
            heading: text for heading, cell in zip(table.headings, cells, strict=False) if (text := cell.strip())
        }
        extra = [cell for cell in cells[len(table.headings) :] if cell.strip()]
        if extra:
            found["cells beyond the headings"] = extra
        yield line, found


def segments(table: Table) -> tuple[Track, Counter[str]]:
    """The track of a table for which `is_segments` holds, and how often each other heading has a value."""
    keys = [segment_key(heading) for heading in table.headings]
    column = {key: keys.index(key) for key in ("start", "end", "text", "speaker") if key in keys}
    unused: Counter[str] = Counter()
    cues: list[Cue] = []
    # Whisper's own TSV, and nothing else that we know, counts milliseconds.
    is_whisper = table.separator == "\t" and [heading.lower() for heading in table.headings] == ["start", "end", "text"]
    scale = 1000 if is_whisper and all(_cell(cells, 0).isdecimal() for _, cells in table.rows) else 1
    for line, cells in table.rows:
        start_s, end_s = (seconds_of(_cell(cells, column.get(key))) for key in ("start", "end"))
        cues.append(
            Cue(
                math.nan if start_s is None else start_s / scale,
                math.nan if end_s is None else end_s / scale,
                " ".join(_cell(cells, column["text"]).split()),
                " ".join(_cell(cells, column.get("speaker")).split()) or None,
                line,
            )
        )
        unused.update(
            heading for place, heading in enumerate(table.headings)
            if place not in column.values() and _cell(cells, place)
        )  # fmt: skip
    return judged(cues, noun="row"), unused


def _cell(cells: Sequence[str], place: int | None) -> str:
    return cells[place].strip() if place is not None and place < len(cells) else ""
