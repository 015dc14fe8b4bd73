"""Recorded Talks pages: a heading, then talk after talk with nothing between them.

Comes in: a page's lines. Goes out: its talks, what its other lines are, and what is odd.

A talk is a title, lines of speakers, then paragraphs or timed chapters; biographies follow the abstract. No line says
which of these it is. Each gets costs by its looks (`shapes`, `people`, `chapters`), and the cheapest reading of the
whole page decides (`segment`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.readers.bios import bio_start
from ingest.readers.chapters import check_order, is_chapter_line, parse_chapter
from ingest.readers.links import find_links
from ingest.readers.people import AFFILIATED_COST, parse_people, speaker_line_cost
from ingest.readers.segment import cheapest_parts
from ingest.readers.shapes import FEWEST_TITLE_WORDS_AT_END, furniture_name, prose_cost, title_cost
from ingest.records import Chapter, Reading, Record, Source, Speaker, Value, Warning
from ingest.schema import LINKS

HEADING = re.compile(r"Recorded Talks\b(?:\s*[:|–—-].{0,120})?", re.IGNORECASE)
_HEADING_AMONG_LINES = 20
_ABSTRACT_LABEL = re.compile(r"(?:abstract|summary)\s*(?::\s*|$)", re.IGNORECASE)
_BIO_LABEL = re.compile(
    r"(?:(?:speaker(?:['’]?s)?['’]?\s+|short\s+)?bio(?:graph(?:y|ies)|s)?|about the (?:speakers?|presenters?))"
    r"\s*(?::\s*|$)",
    re.IGNORECASE,
)

_STEPS = {
    "start": {"furniture": 0.0, "title": 0.0, "prose": 4.0, "chapter": 8.0},
    "furniture": {"furniture": 0.0, "title": 0.0, "prose": 4.0, "chapter": 8.0, "end": 0.0},
    "title": {"speaker": 0.0, "chapter": 0.0, "prose": 2.5, "title": 6.0, "furniture": 3.0, "end": 3.0},
    "speaker": {"prose": 0.0, "chapter": 0.0, "speaker": 0.5, "title": 1.5, "furniture": 1.0, "end": 1.0},
    "prose": {"prose": 0.0, "title": 0.0, "furniture": 0.0, "chapter": 1.0, "end": 0.0},
    "chapter": {"chapter": 0.0, "title": 0.0, "furniture": 0.0, "prose": 1.0, "end": 0.0},
}

Lines = list[tuple[int, str]]


@dataclass(slots=True)
class _Entry:
    """The numbered lines of one talk, by the part they play."""

    title: tuple[int, str]
    page: str
    speakers: Lines = field(default_factory=list)
    chapters: Lines = field(default_factory=list)
    paragraphs: Lines = field(default_factory=list)

    @property
    def last_line(self) -> int:
        return max(number for number, _ in (self.title, *self.speakers, *self.chapters, *self.paragraphs))

    @property
    def is_lone_title(self) -> bool:
        return not (self.speakers or self.chapters or self.paragraphs)


def recognises(lines: Sequence[str]) -> bool:
    """Whether a heading "Recorded Talks: ..." stands near the top."""
    top = [line.strip() for line in lines if line.strip()][:_HEADING_AMONG_LINES]
    return any(HEADING.fullmatch(line) for line in top)


def read(lines: Sequence[str], name: str) -> Reading:
    """Read a page.

    Args:
        lines: All of its lines, blank ones included.
        name: The file as the user knows it.
    """
    numbered = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    furniture: dict[int, str] = {}
    warnings: list[Warning] = []
    entries = _entries(numbered, name, furniture, warnings)
    talks = [_talk(entry, name, warnings) for entry in entries]
    if not talks:
        warnings.append(
            Warning(
                name,
                1,
                'this Recorded Talks page holds no talk; add a title with "Name, Affiliation" below it.',
            )
        )
    return Reading(tuple(talks), furniture, tuple(sorted(warnings, key=lambda warning: warning.line)))


def _entries(numbered: Lines, name: str, furniture: dict[int, str], warnings: list[Warning]) -> list[_Entry]:
    """Divide a page's lines among its talks; what belongs to none is named in `furniture`."""
    first_heading = next((index for index, (_, line) in enumerate(numbered) if HEADING.fullmatch(line)), 0)
    parts = cheapest_parts(
        [_line_costs(line, above=index < first_heading) for index, (_, line) in enumerate(numbered)], _STEPS
    )
    entries: list[_Entry] = []
    page = ""
    for (number, line), part in zip(numbered, parts, strict=True):
        if HEADING.fullmatch(line):
            furniture[number], page = "page heading", line
        elif part == "furniture":
            furniture[number] = furniture_name(line) or "line above the heading"
        elif part == "title":
            entries.append(_Entry((number, line), page))
        elif not entries or entries[-1].page != page:
            furniture[number] = "text above the first talk"
            warnings.append(
                Warning(name, number, "text that belongs to no talk; put the talk's title and speaker above it.")
            )
        else:
            {
                "speaker": entries[-1].speakers,
                "chapter": entries[-1].chapters,
                "prose": entries[-1].paragraphs,
            }[part].append((number, line))
    while entries and entries[-1].is_lone_title and len(entries[-1].title[1].split()) < FEWEST_TITLE_WORDS_AT_END:
        number, line = entries.pop().title
        furniture[number] = "unknown line"
        warnings.append(
            Warning(
                name,
                number,
                f'"{line}" is neither a talk nor a known line; if it is a title, add "Name, Affiliation" below it.',
            )
        )
    return entries


def _line_costs(line: str, *, above: bool) -> dict[str, float]:
    """What it costs to read a line as each part."""
    if above or HEADING.fullmatch(line) or furniture_name(line):
        return {"furniture": 0.0}
    if is_chapter_line(line):
        return {"chapter": 0.0}
    if _ABSTRACT_LABEL.match(line) or _BIO_LABEL.match(line):
        return {"prose": 0.0}
    speaker = speaker_line_cost(line)
    if speaker is None:
        return {"title": title_cost(line), "prose": prose_cost(line)}
    affiliated = speaker == AFFILIATED_COST
    return {
        "title": title_cost(line) + (1.0 if affiliated else 0.0),
        "speaker": speaker,
        "prose": 5.0 if affiliated else prose_cost(line),
    }


def _talk(entry: _Entry, name: str, warnings: list[Warning]) -> Record:
    """Make a record of one entry and report what is odd in it."""
    first_line, title = entry.title
    speakers = tuple(speaker for _, line in entry.speakers for speaker in parse_people(line))
    if not speakers and not entry.chapters:
        warnings.append(
            Warning(name, first_line, 'a title with no speaker line after it; add "Name, Affiliation" below it.')
        )
    abstract, bio = _abstract_and_bio(entry.paragraphs, speakers)
    links: list[str] = []
    for text in (abstract, bio):
        found = find_links("\n".join(line for _, line in text))
        links.extend(found.links)
        for offset, address in found.cut:
            warnings.append(Warning(name, text[offset][0], f'the address "{address}" is cut off; write it whole.'))
    values: dict[str, Value] = {LINKS.key: tuple(dict.fromkeys(links))} if links else {}
    return Record(
        title=" ".join(title.split()),
        kind="talk",
        speakers=speakers,
        sources=(Source(name, first_line, entry.last_line, entry.page),),
        abstract="\n".join(line for _, line in abstract),
        bio="\n".join(line for _, line in bio),
        chapters=_chapters(entry.chapters, name, warnings),
        values=values,
    )


def _abstract_and_bio(paragraphs: Lines, speakers: Sequence[Speaker]) -> tuple[Lines, Lines]:
    """Part an entry's text; the labels "Abstract:" and "Bio:" are left out, they only say what follows."""
    labelled = next((index for index, (_, line) in enumerate(paragraphs) if _BIO_LABEL.match(line)), None)
    start = bio_start([line for _, line in paragraphs], speakers) if labelled is None else labelled
    start = len(paragraphs) if start is None else start
    abstract = [
        (number, _ABSTRACT_LABEL.sub("", line, count=1) if _ABSTRACT_LABEL.match(line) else line)
        for number, line in paragraphs[:start]
    ]
    bio = [
        (number, line[match.end() :] if (match := _BIO_LABEL.match(line)) else line)
        for number, line in paragraphs[start:]
    ]
    return [pair for pair in abstract if pair[1]], [pair for pair in bio if pair[1]]


def _chapters(lines: Lines, name: str, warnings: list[Warning]) -> tuple[Chapter, ...]:
    chapters = check_order([parse_chapter(line) for _, line in lines])
    for (number, _), chapter in zip(lines, chapters, strict=True):
        if chapter.problem:
            warnings.append(
                Warning(name, number, f"{chapter.problem}; it is kept as written, without a link to the second.")
            )
    return chapters
