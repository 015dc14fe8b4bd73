"""Tables with a heading row (CSV, TSV, with any separator) → rows of talks, or the segments of one transcript.

Comes in: a file's text. Goes out: each row as an object, for `json_records`, or a track. Headings are
known in several words and languages (`headings`).
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.readers.fields import seconds_of
from ingest.readers.headings import record_key, segment_key
from ingest.readers.tracks import Track, read_cues

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


def segments(table: Table) -> Track:
    """The track of a table for which `is_segments` holds."""
    names: list[str] = []
    for heading in table.headings:
        key = segment_key(heading)
        names.append(key if key and key not in names else heading)
    cells = [zip(names, map(str.strip, row), strict=False) for _, row in table.rows]
    rows: list[dict[str, Any]] = [{name: cell for name, cell in row if cell} for row in cells]
    # Whisper's own TSV, and nothing else that we know, counts milliseconds.
    is_whisper = table.separator == "\t" and [heading.lower() for heading in table.headings] == ["start", "end", "text"]
    if is_whisper and all(row.get("start", "").isdecimal() for row in rows):
        rows = [row | {"offsets": {"from": seconds_of(row["start"]), "to": seconds_of(row.get("end"))}} for row in rows]
    return read_cues(rows, noun="row", lines=[line for line, _ in table.rows])
