"""Daily Papers pages: the site's own lines, then paper after paper, some with a block of figures below.

Comes in: a page's lines. Goes out: its papers, what its other lines are, and what is odd in it.

A paper is a title, an abstract of one or several paragraphs, and perhaps a block: a count of authors or an
organisation, a dot, a date with or without its year, a count of comments. Blocks have a form of their own; what is
title and what is text is decided by the cheapest reading of the whole page (`segment`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.readers.blocks import Block, find_blocks, parse_block
from ingest.readers.fields import parse_dated_line
from ingest.readers.links import find_links
from ingest.readers.segment import cheapest_parts
from ingest.readers.shapes import FEWEST_TITLE_WORDS_AT_END, furniture_name, prose_cost, title_cost
from ingest.records import Reading, Record, Source, Value, Warning
from ingest.schema import AUTHOR_COUNT, COMMENT_COUNT, DATE, LINKS, ORGANISATION

HEADING = re.compile(r"(?:Daily|Weekly|Monthly|Trending) Papers", re.IGNORECASE)
_HEADING_AMONG_LINES = 40
# The lines that the site puts at its top, in the order in which they stand there.
_SITE_LINES = (
    ("news mark", re.compile(r"new", re.IGNORECASE)),
    (
        "newsletter offer",
        re.compile(r"Get (?:trending|daily) papers in your (?:email )?inbox.*", re.IGNORECASE),
    ),
    ("newsletter button", re.compile(r"Subscribe", re.IGNORECASE)),
    ("page heading", HEADING),
    ("byline", re.compile(r"by ?\S.{0,40} and the research community", re.IGNORECASE)),
    ("view switch", re.compile(r"Daily|Weekly|Monthly|Trending", re.IGNORECASE)),
    ("submitter", re.compile(r"Submitted by\b.{0,60}|Published by\b.{0,60}", re.IGNORECASE)),
)

_STEPS = {
    "start": {"furniture": 0.0, "title": 0.0, "prose": 6.0, "block": 8.0},
    "furniture": {"furniture": 0.0, "title": 0.0, "prose": 6.0, "block": 8.0, "end": 0.0},
    "title": {"prose": 0.0, "block": 2.0, "title": 3.0, "furniture": 3.0, "end": 3.0},
    "prose": {"prose": 0.5, "block": 0.0, "title": 0.5, "furniture": 0.5, "end": 0.0},
    "block": {"block": 0.0, "title": 0.0, "furniture": 0.0, "prose": 8.0, "end": 0.0},
}

Lines = list[tuple[int, str]]


@dataclass(slots=True)
class _Entry:
    """The numbered lines of one paper, by the part they play."""

    title: tuple[int, str]
    page: str
    paragraphs: Lines = field(default_factory=list)
    block: Lines = field(default_factory=list)

    @property
    def last_line(self) -> int:
        return max(number for number, _ in (self.title, *self.paragraphs, *self.block))


def recognises(lines: Sequence[str]) -> bool:
    """Whether a heading "Daily Papers" stands near the top, or the file holds blocks of figures."""
    top = [line.strip() for line in lines if line.strip()][:_HEADING_AMONG_LINES]
    return any(HEADING.fullmatch(line) for line in top) or bool(find_blocks(lines))


def read(lines: Sequence[str], name: str) -> Reading:
    """Read a page.

    Args:
        lines: All of its lines, blank ones included.
        name: The file as the user knows it.
    """
    blocks = find_blocks(lines)
    numbered = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    furniture, pages = _site_lines(numbered, blocks)
    costs = [_line_costs(line, furniture=number in furniture, block=number in blocks) for number, line in numbered]
    warnings: list[Warning] = []
    entries: list[_Entry] = []
    for (number, line), part in zip(numbered, cheapest_parts(costs, _STEPS), strict=True):
        if part == "furniture":
            continue
        if part == "title":
            entries.append(_Entry((number, line), pages[number]))
        elif not entries or entries[-1].page != pages[number]:
            furniture[number] = "text above the first paper"
            warnings.append(Warning(name, number, "text that belongs to no paper; put the paper's title above it."))
        else:
            (entries[-1].block if part == "block" else entries[-1].paragraphs).append((number, line))
    _part_from_last_lines(entries, name, furniture, warnings)
    papers = tuple(_paper(entry, name, warnings) for entry in entries)
    if not papers:
        warnings.append(
            Warning(name, 1, "this Daily Papers page holds no paper; save the page again when it has loaded.")
        )
    return Reading(papers, furniture, tuple(sorted(warnings, key=lambda warning: warning.line)))


def _site_lines(numbered: Lines, blocks: Mapping[int, str]) -> tuple[dict[int, str], dict[int, str]]:
    """Name the site's own lines, and say for every line on which page it stands.

    Returns:
        Line → what it is, and line → page; a page is called by its heading and its day: "Daily Papers, Jun 8".
    """
    furniture: dict[int, str] = {}
    pages: dict[int, str] = {}
    first_heading = next((number for number, line in numbered if HEADING.fullmatch(line)), 0)
    page, in_heading = "", False
    since_heading: list[int] = []
    for number, line in numbered:
        known = next((what for what, pattern in _SITE_LINES if pattern.fullmatch(line)), None) or furniture_name(line)
        if HEADING.fullmatch(line):
            page, in_heading, since_heading = line, True, []
        elif in_heading and number not in blocks and parse_dated_line(line):
            known, page, in_heading = "page date", f"{page}, {line}", False
            pages |= dict.fromkeys(since_heading, page)
        elif not known:
            in_heading = False
        if number not in blocks and (known or number < first_heading):
            furniture[number] = known or "line above the heading"
        pages[number] = page
        since_heading.append(number)
    return furniture, pages


def _line_costs(line: str, *, furniture: bool, block: bool) -> dict[str, float]:
    if furniture:
        return {"furniture": 0.0}
    return {"block": 0.0} if block else {"title": title_cost(line), "prose": prose_cost(line)}


def _part_from_last_lines(entries: list[_Entry], name: str, furniture: dict[int, str], warnings: list[Warning]) -> None:
    """Take short lines at the page's end that have nothing below them for the page's own, and say so."""
    while entries and not entries[-1].paragraphs and not entries[-1].block:
        number, line = entries[-1].title
        if len(line.split()) >= FEWEST_TITLE_WORDS_AT_END:
            return
        entries.pop()
        furniture[number] = "unknown line"
        warnings.append(
            Warning(
                name,
                number,
                f'"{line}" is neither a paper nor a known line; if it is a title, add its abstract.',
            )
        )


def _paper(entry: _Entry, name: str, warnings: list[Warning]) -> Record:
    """Make a record of one entry and report what is odd in it."""
    first_line, title = entry.title
    block = parse_block(entry.block) if entry.block else Block()
    if not entry.paragraphs:
        warnings.append(
            Warning(name, first_line, "a title with no abstract after it; add one below it if the paper has one.")
        )
    for number, message in block.warnings:
        warnings.append(Warning(name, number, message))
    abstract = "\n".join(line for _, line in entry.paragraphs)
    found = find_links(abstract)
    for offset, address in found.cut:
        warnings.append(
            Warning(name, entry.paragraphs[offset][0], f'the address "{address}" is cut off; write it whole.')
        )
    told: dict[str, Value | None] = {
        LINKS.key: found.links or None,
        AUTHOR_COUNT.key: block.author_count,
        ORGANISATION.key: block.organisation,
        DATE.key: block.date,
        COMMENT_COUNT.key: block.comment_count,
    }
    return Record(
        title=" ".join(title.split()),
        kind="paper",
        sources=(Source(name, first_line, entry.last_line, entry.page),),
        abstract=abstract,
        values={key: value for key, value in told.items() if value is not None},
    )
