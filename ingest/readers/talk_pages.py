"""Recorded Talks pages: a heading, then talk after talk with nothing between them.

Comes in: a page's lines. Goes out: its talks, what its other lines are, and what is odd.

A talk is a title, lines of speakers, then paragraphs or timed chapters; biographies follow the abstract. No line says
which of these it is. Each gets costs by its looks (`lines`, `people`), and the cheapest reading of the
whole page decides.
"""

import re
from collections.abc import Sequence

from ingest.readers.grouping import Part
from ingest.readers.lines import Lines, Page, PageEntry, filled, furniture_name, prose_cost, title_cost
from ingest.readers.people import AFFILIATED_COST, bio_start, parse_people, speaker_line_cost
from ingest.readers.tracks import check_order, parse_time
from ingest.records import Chapter, Record, Speaker, Value
from ingest.schema import LINKS

HEADING = re.compile(r"Recorded Talks\b(?:\s*[:|–—-].{0,120})?", re.IGNORECASE)
_HEADING_AMONG_LINES = 20
_ABSTRACT_LABEL = re.compile(r"(?:abstract|summary)\s*(?::\s*|$)", re.IGNORECASE)
_BIO_LABEL = re.compile(
    r"(?:(?:speaker(?:['’]?s)?['’]?\s+|short\s+)?bio(?:graph(?:y|ies)|s)?|about the (?:speakers?|presenters?))"
    r"\s*(?::\s*|$)",
    re.IGNORECASE,
)

# Three numbers need no dash; of two, "16:10 displays" may be a title.
_CHAPTER = re.compile(
    r"(?P<time>\d{1,3}:\d{1,2}:\d{1,2}(?=\s*[-–—:|]|\s)|\d{1,3}:\d{2}(?=\s*[-–—|]))\s*(?:[-–—:|]\s*)?(?P<rest>\S.*)"
)
_QUOTED = re.compile(r"[\"“](?P<title>.+?)[\"”](?=\s*(?:,|$))\s*,?\s*(?P<people>.*)")

_STEPS = {
    "start": {"furniture": 0.0, "title": 0.0, "prose": 4.0, "chapter": 8.0},
    "furniture": {"furniture": 0.0, "title": 0.0, "prose": 4.0, "chapter": 8.0, "end": 0.0},
    "title": {"speaker": 0.0, "chapter": 0.0, "prose": 2.5, "title": 6.0, "furniture": 3.0, "end": 3.0},
    "speaker": {"prose": 0.0, "chapter": 0.0, "speaker": 0.5, "title": 1.5, "furniture": 1.0, "end": 1.0},
    "prose": {"prose": 0.0, "title": 0.0, "furniture": 0.0, "chapter": 1.0, "end": 0.0},
    "chapter": {"chapter": 0.0, "title": 0.0, "furniture": 0.0, "prose": 1.0, "end": 0.0},
}


def recognises(lines: Sequence[str]) -> bool:
    """Whether a heading "Recorded Talks: ..." stands near the top."""
    return any(HEADING.fullmatch(line) for _, line in filled(lines)[:_HEADING_AMONG_LINES])


def read(lines: Sequence[str], name: str) -> Part:
    """Read a page of these lines, blank ones included."""
    page = Page(lines, name, "talk")
    headings: dict[int, str] = {}
    heading, first = "", next((number for number, line in page.lines if HEADING.fullmatch(line)), 0)
    for number, line in page.lines:
        is_heading = HEADING.fullmatch(line) is not None
        headings[number] = heading = line if is_heading else heading
        if is_heading:
            page.furniture[number] = "page heading"
        elif (known := furniture_name(line)) or number < first:
            page.furniture[number] = known or "line above the heading"
    costs = [{"furniture": 0.0} if number in page.furniture else _line_costs(line) for number, line in page.lines]
    entries = page.entries(costs, _STEPS, headings, '"Name, Affiliation"')
    return page.part(
        [_talk(entry, page) for entry in entries],
        'this Recorded Talks page holds no talk; add a title with "Name, Affiliation" below it.',
    )


def _line_costs(line: str) -> dict[str, float]:
    """What it costs to read a line as each part."""
    if parse_chapter(line):
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


def parse_chapter(line: str) -> Chapter | None:
    """Read a line that begins with a time, possible or not, and names what begins then; None for any other.

    Returns:
        The chapter, its time judged by itself only; `check_order` judges the times of a session together.
    """
    match = _CHAPTER.fullmatch(line)
    if match is None:
        return None
    start_s, problem = parse_time(match["time"])
    quoted = _QUOTED.fullmatch(match["rest"])
    title = quoted["title"] if quoted else match["rest"]
    speakers = parse_people(quoted["people"]) if quoted else ()
    return Chapter(time=match["time"], start_s=start_s, title=title.strip(), speakers=speakers, problem=problem)


def _talk(entry: PageEntry, page: Page) -> Record:
    """Make a record of one entry and report what is odd in it."""
    speakers = tuple(speaker for _, line in entry.parts["speaker"] for speaker in parse_people(line))
    if not speakers and not entry.parts["chapter"]:
        page.warn(entry.title[0], 'a title with no speaker line after it; add "Name, Affiliation" below it.')
    abstract, bio = _abstract_and_bio(entry.parts["prose"], speakers)
    links = page.links(abstract, bio)
    values: dict[str, Value] = {LINKS.key: links} if links else {}
    return page.record(
        entry,
        speakers=speakers,
        abstract="\n".join(line for _, line in abstract),
        bio="\n".join(line for _, line in bio),
        chapters=_chapters(entry.parts["chapter"], page),
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


def _chapters(lines: Lines, page: Page) -> tuple[Chapter, ...]:
    chapters = check_order([chapter for _, line in lines if (chapter := parse_chapter(line))])
    for (number, _), chapter in zip(lines, chapters, strict=True):
        if chapter.problem:
            page.warn(number, f"{chapter.problem}; it is kept as written, without a link to the second.")
    return chapters
