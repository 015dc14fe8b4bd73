"""Daily Papers pages: the site's own lines, then paper after paper, some with a block of figures below.

Comes in: a page's lines. Goes out: its papers, what its other lines are, and what is odd in it.

A paper is a title, an abstract of one or several paragraphs, and perhaps a block: a count of authors or an
organisation, a dot, a date with or without its year, a count of comments. Blocks have a form of their own; what is
title and what is text is decided by the cheapest reading of the whole page (`lines`).
"""

import re
from collections.abc import Sequence, Set

from ingest.readers.fields import parse_dated_line
from ingest.readers.grouping import Part
from ingest.readers.lines import FURNITURE, Lines, Page, PageEntry, filled, furniture_name, prose_cost, title_cost
from ingest.records import Record, Value
from ingest.schema import AUTHOR_COUNT, COMMENT_COUNT, DATE, LINKS, ORGANISATION

HEADING = re.compile(r"(?:Daily|Weekly|Monthly|Trending) Papers", re.IGNORECASE)
_HEADING_AMONG_LINES = 40
# The lines that the site puts at its top, in the order in which they stand there.
_SITE_LINES = {
    "news mark": r"new",
    "newsletter offer": r"Get (?:trending|daily) papers in your (?:email )?inbox.*",
    "newsletter button": r"Subscribe",
    "page heading": HEADING.pattern,
    "byline": r"by ?\S.{0,40} and the research community",
    "view switch": r"Daily|Weekly|Monthly|Trending",
    "submitter": r"Submitted by\b.{0,60}|Published by\b.{0,60}",
} | FURNITURE
_AUTHORS = re.compile(r"\W*(?P<count>\d{1,5}) authors?", re.IGNORECASE)
_DOT = re.compile(r"[·•∙・⋅]")
_COMMENTS = re.compile(r"(?P<count>\d{1,4})(?: comments?)?", re.IGNORECASE)
_LONGEST_ORGANISATION_CHARS = 120

_STEPS = {
    "start": {"furniture": 0.0, "title": 0.0, "prose": 6.0, "block": 8.0},
    "furniture": {"furniture": 0.0, "title": 0.0, "prose": 6.0, "block": 8.0, "end": 0.0},
    "title": {"prose": 0.0, "block": 2.0, "title": 3.0, "furniture": 3.0, "end": 3.0},
    "prose": {"prose": 0.5, "block": 0.0, "title": 0.5, "furniture": 0.5, "end": 0.0},
    "block": {"block": 0.0, "title": 0.0, "furniture": 0.0, "prose": 8.0, "end": 0.0},
}


def recognises(lines: Sequence[str]) -> bool:
    """Whether a heading "Daily Papers" stands near the top, or the file holds blocks of figures."""
    numbered = filled(lines)
    return any(HEADING.fullmatch(line) for _, line in numbered[:_HEADING_AMONG_LINES]) or bool(_find_blocks(numbered))


def read(lines: Sequence[str], name: str) -> Part:
    """Read a page of these lines, blank ones included."""
    page = Page(lines, name, "paper")
    blocks = _find_blocks(page.lines)
    page.furniture, headings = _site_lines(page.lines, blocks)
    costs = [
        {"furniture": 0.0} if number in page.furniture
        else {"block": 0.0} if number in blocks
        else {"title": title_cost(line), "prose": prose_cost(line)}
        for number, line in page.lines
    ]  # fmt: skip
    entries = page.entries(costs, _STEPS, headings, "its abstract")
    return page.part(
        [_paper(entry, page) for entry in entries],
        "this Daily Papers page holds no paper; save the page again when it has loaded.",
    )


def _site_lines(numbered: Lines, blocks: Set[int]) -> tuple[dict[int, str], dict[int, str]]:
    """What the site's own lines are, and for every line its page, called by heading and day: "Daily Papers, Jun 8"."""
    furniture: dict[int, str] = {}
    pages: dict[int, str] = {}
    first_heading = next((number for number, line in numbered if HEADING.fullmatch(line)), 0)
    page, in_heading = "", False
    since_heading: list[int] = []
    for number, line in numbered:
        known = furniture_name(line, _SITE_LINES)
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


def _paper(entry: PageEntry, page: Page) -> Record:
    """Make a record of one entry and report what is odd in it."""
    paragraphs = entry.parts["prose"]
    if not paragraphs:
        page.warn(entry.title[0], "a title with no abstract after it; add one below it if the paper has one.")
    values = _read_block(entry.parts["block"], page)
    if links := page.links(paragraphs):
        values[LINKS.key] = links
    return page.record(entry, abstract="\n".join(line for _, line in paragraphs), values=values)


def _find_blocks(lines: Lines) -> set[int]:
    """The lines of blocks: a count of authors or a dot, and those around it that have the form of a block's parts."""
    found: set[int] = set()
    for at, (number, text) in enumerate(lines):
        is_dot = _DOT.fullmatch(text)
        if not (is_dot or _AUTHORS.fullmatch(text)):
            continue
        found.add(number)
        if is_dot and at and _is_organisation(lines[at - 1], lines[at - 2] if at > 1 else (0, "")):
            found.add(lines[at - 1][0])
        if at + 1 < len(lines) and parse_dated_line(lines[at + 1][1]):
            found.add(lines[at + 1][0])
            if at + 2 < len(lines) and _COMMENTS.fullmatch(lines[at + 2][1]):
                found.add(lines[at + 2][0])
    return found


def _is_organisation(line: tuple[int, str], above: tuple[int, str]) -> bool:
    """Whether the line above a dot can name an organisation: short, no sentence, and parted from the text above it."""
    number, text = line
    parted = number - above[0] > 1 or len(above[1]) > _LONGEST_ORGANISATION_CHARS or bool(_AUTHORS.fullmatch(above[1]))
    return (
        parted and len(text) <= _LONGEST_ORGANISATION_CHARS and prose_cost(text) >= 1.0 and not parse_dated_line(text)
    )


def _read_block(lines: Lines, page: Page) -> dict[str, Value]:
    """What a block says; a line of it that says nothing known is told."""
    values: dict[str, Value] = {}
    for number, text in lines:
        is_dated = DATE.key in values
        if AUTHOR_COUNT.key not in values and (match := _AUTHORS.fullmatch(text)):
            values[AUTHOR_COUNT.key] = int(match["count"])
        elif _DOT.fullmatch(text):
            continue
        elif not is_dated and (dated := parse_dated_line(text)):
            date, comments = dated
            values |= {DATE.key: date} | ({} if comments is None else {COMMENT_COUNT.key: comments})
            if date.day is None:
                page.warn(number, f'no calendar has the date "{date.text}"; it is kept as written.')
        elif is_dated and COMMENT_COUNT.key not in values and (match := _COMMENTS.fullmatch(text)):
            values[COMMENT_COUNT.key] = int(match["count"])
        elif ORGANISATION.key not in values and not is_dated and not _AUTHORS.fullmatch(text):
            values[ORGANISATION.key] = organisation_name(text)
        else:
            page.warn(number, f'"{text}" is not a known part of a paper; remove the line.')
    return values


def organisation_name(text: str) -> str:
    """The name behind a logo's own text, which repeats how it begins: "stanford-nlp Stanford NLP" is "Stanford NLP"."""
    words = text.split()
    for count in range(1, len(words)):
        head, tail = _squashed(words[:count]), _squashed(words[count:])
        if head and tail.startswith(head):
            return " ".join(words[count:])
    return text


def _squashed(words: Sequence[str]) -> str:
    return "".join(letter for word in words for letter in word.casefold() if letter.isalnum())
