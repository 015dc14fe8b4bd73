"""Tables with a heading row (CSV, TSV, with any separator) → rows of talks, or the segments of one transcript.

Comes in: a file's text. Goes out: each row as an object, for `json_records`, or a track. Headings are known in several
words and languages (`fields`).
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.readers.fields import day_first, parse_date, record_key, seconds_of, segment_key
from ingest.readers.json_records import BadRecord
from ingest.readers.tracks import Track, read_cues
from ingest.schema import DATE

_SEPARATORS = ",;\t|"
_LONGEST_HEADING_CHARS = 60
# Before what a spreadsheet would take for a formula, as our own export has it too: no part of the text.
_TEXT_SIGN = re.compile(r"\A'(?=[=+@-])")
# One cell may hold a whole transcript.
csv.field_size_limit(50_000_000)

Objects = list[tuple[int, dict[str, Any] | BadRecord]]
"""(line, object) of each row, or what is wrong with it."""


def read_table(text: str) -> Track | Objects | None:
    """What a table says, its rows under the headings' own words; None where it opens with no headings that we know."""
    text = text.lstrip("\ufeff")
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    if not first.count(separator):
        return None
    lines = io.StringIO(text.rstrip(), newline="").readlines()
    reading = _rows(lines, separator, 1)
    try:
        _, headings = next(reading)
        keys = {record_key(heading) for heading in headings} - {None}
        is_track = {"start", "text"} <= {segment_key(heading) for heading in headings}
        is_known = is_track or ("title" in keys and len(keys) > 1)
        if not is_known or any(len(heading) > _LONGEST_HEADING_CHARS for heading in headings):
            return None
        rows = list(reading)
    except csv.Error:
        return None
    if is_track and "title" not in keys:
        # Whisper's own TSV, and nothing else that we know, counts milliseconds.
        is_whisper = separator == "\t" and [heading.lower() for heading in headings] == ["start", "end", "text"]
        return _track(headings, rows, is_whisper=is_whisper)
    bad: Objects = []
    line = rows[-1][0] if rows else len(lines)
    if line < len(lines) and "".join(lines[line - 1 :]).count('"') % 2:  # else it takes all that follows for its own
        bad = [(line, BadRecord("a quotation mark in it is not closed; close it, or write it twice."))]
        rows[-1:] = _rows(lines, separator, line + 1)
    objects = [(line, _object(headings, cells)) for line, cells in rows]
    for heading in (one for one in headings if record_key(one) == DATE.key):
        _read_alike([one for _, one in objects if heading in one], heading)
    return [*objects, *bad]


def _rows(lines: Sequence[str], separator: str, first: int) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row that has any, from a line on."""
    reader, line = csv.reader(lines[first - 1 :], delimiter=separator), first
    for row in reader:
        cells = [_TEXT_SIGN.sub("", cell.strip()) for cell in row]
        if any(cells):
            yield line, cells
        line = first + reader.line_num


def _read_alike(objects: Sequence[dict[str, Any]], heading: str) -> None:
    """Give dates in numbers the order that those of them have which tell it: "12/03/2024" as "26/03/2024"."""
    orders = {day_first(one[heading]) for one in objects} - {None}
    for one in objects if len(orders) == 1 else ():
        if (date := parse_date(one[heading], *orders)).day:
            one.setdefault(f"{DATE.key}_iso", date.iso)


def _object(headings: Sequence[str], cells: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    extra = [cell for cell in cells[len(headings) :] if cell]
    for heading, cell in zip(headings, cells, strict=False):
        if cell and found.setdefault(heading, cell) != cell:
            extra.append(cell)
    if extra:
        found["cells beyond the headings"] = extra
    return found


def _track(headings: Sequence[str], rows: Sequence[tuple[int, list[str]]], *, is_whisper: bool) -> Track:
    names: list[str] = []
    for heading in headings:
        key = segment_key(heading)
        names.append(key if key and key not in names else heading)
    segments: list[dict[str, Any]] = [
        {name: cell for name, cell in zip(names, cells, strict=False) if cell} for _, cells in rows
    ]
    if is_whisper and all(one.get("start", "").isdecimal() for one in segments):
        for one in segments:
            one["offsets"] = {"from": seconds_of(one["start"]), "to": seconds_of(one.get("end"))}
    return read_cues(segments, noun="row", lines=[line for line, _ in rows])
