"""Text transcripts → what they tell of a talk: Markdown and HTML, with times or without.

Comes in: a document's text. Goes out: a `Document`: what it says of a talk, text before the first time, headings, and
what is said from one time on. Both formats are brought into one list of blocks first, so that times, names and headings
are read in one place. Menus, footers and scripts are no part of it, and nothing in a page is run or fetched.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import yaml

from ingest.readers.captions import voice_label
from ingest.readers.fields import parse_date, record_key, seconds_of
from ingest.readers.people import is_name
from ingest.readers.tracks import Track, check_order, clock_s, judged
from ingest.records import Chapter, Cue

# How a page begins, or a piece of one.
HTML = re.compile(
    r"\s*(?:<!--.{0,2000}?-->\s*)?<(?:!doctype html|html|head|body|h1|cite|p|div|article)\b", re.IGNORECASE | re.DOTALL
)
# YAML between two lines of dashes at the top.
FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(?P<yaml>.{0,20000}?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|$)", re.DOTALL)
_TIME = r"(?:\d{1,3}:)?\d{1,2}:\d{2}(?:[.,]\d{1,3})?"
TIMED_LINE = re.compile(rf"(?:[-*•]\s+)?[\[(]?(?P<time>{_TIME})[\])]?(?:\s*[-–—:|]\s+|\s+|$)(?P<rest>.*)", re.DOTALL)
_NAME_THEN_TIME = re.compile(rf"(?P<name>[^\W\d_][^\d\[\]():]{{0,60}}?)[\s,–—-]*[\[(]?(?P<time>{_TIME})[\])]?")
_LINK = re.compile(r"\[([^\[\]]{0,200})\]\([^()\s]{0,500}\)")
_EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_HEADING = re.compile(r"(?P<level>#{1,6})\s+(?P<text>.*?)\s*#*\s*")
_FIELD = re.compile(r"(?P<heading>[^:]{1,40}):\s+(?P<value>\S.*)")
# What is told in paragraphs.
_TEXTS = ("title", "abstract", "bio", "transcript")
# A heading that says what follows, not what it is about.
_TRANSCRIPT = re.compile(
    r"(?:full )?(?:transcript|transcription|captions|subtitles|transkript|mitschrift)", re.IGNORECASE
)
_LONGEST_NAME_WORDS = 4
# A list of chapters has a few words behind each time, speech has sentences.
_FEWEST_WORDS_SAID = 5
_SKIPPED = frozenset("script style nav footer aside noscript template svg form button select iframe".split())
_BLOCKS = frozenset("p li div section article blockquote td th dd dt tr br pre main body figcaption".split())
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, line or heading of a document.

    Attributes:
        level: 1 to 6 for a heading, 0 for text.
        start_s: Where the document marks the second, else None.
        is_paragraph: It stands apart from the block before it.
        line: 1-based.
    """

    text: str
    level: int = 0
    start_s: float | None = None
    is_paragraph: bool = True
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """What a document tells of a talk.

    Attributes:
        told: Front matter, or what a page says of itself, its title and the people below it; keys in anybody's words.
        paragraphs: Text that stands before the first time.
        chapters: Its headings among timed text, or its list of times and titles.
        track: What is said at which time, or None.
    """

    told: dict[str, Any]
    paragraphs: list[str]
    chapters: tuple[Chapter, ...]
    track: Track | None


def read_markdown(text: str) -> Document:
    """Read Markdown or plain text, with or without front matter."""
    meta, body = _front_matter(text)
    blocks: list[Block] = []
    apart = True
    lines = re.split(r"\r\n|\r|\n", body)
    above = len(re.split(r"\r\n|\r|\n", text)) - len(lines)
    for number, line in enumerate(lines, above + 1):
        heading = _HEADING.fullmatch(line)
        if heading:
            blocks.append(Block(_unmarked(heading["text"]), len(heading["level"])))
        elif line.strip():
            blocks.append(Block(_unmarked(line), is_paragraph=apart, line=number))
        apart = not line.strip() or heading is not None
    return _document(blocks, meta, is_page=False)


def read_html(text: str) -> Document:
    """Read a page, with what it says in its head."""
    page = _Page(text)
    return _document(page.blocks, page.meta, is_page=True)


def plain_text(text: str) -> str:
    """What stands in a piece of HTML, a paragraph a line."""
    return "\n".join(block.text for block in _Page(text).blocks)


def _byline(line: str) -> dict[str, Any]:
    """People, event and date of "Ada Roe and Bo Lind, Ice Days 2019, 11 May 2019"; without a date, people alone."""
    parts = [part.strip() for part in line.split(",")]
    date = parse_date(parts[-1])
    if date.year is None or len(parts) < 2:
        return {"speakers": [line]}
    names = next((place for place, part in enumerate(parts) if not _names_people(part)), len(parts))
    between = ", ".join(parts[names:-1])
    return {"speakers": [", ".join(parts[:names])], "date": parts[-1]} | ({"event": between} if between else {})


def untimed(paragraphs: Sequence[str]) -> Track | None:
    """Speech without times, a cue a paragraph."""
    return judged([Cue(None, None, " ".join(text.split())) for text in paragraphs]) if paragraphs else None


def _front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The front matter and the rest."""
    match = FRONT_MATTER.match(text)
    if match is None:
        return {}, text
    try:
        meta = yaml.safe_load(match["yaml"])
    except (yaml.YAMLError, ValueError, RecursionError):
        return {}, text
    return ({str(key): value for key, value in meta.items()} if isinstance(meta, dict) else {}), text[match.end() :]


def _unmarked(line: str) -> str:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", line.strip())).strip()


def _document(blocks: Sequence[Block], meta: Mapping[str, Any], *, is_page: bool) -> Document:
    """Part a document; of a page's head, which has much that is about the page, only what a field takes is kept."""
    title = next((block for block in blocks if block.level == 1), None)
    timed, headings, paragraphs = _timed([block for block in blocks if block is not title])
    told = {
        key: value if isinstance(value, str | int | float | bool | list) else str(value)
        for key, value in meta.items()
        if value is not None and (record_key(key) or not is_page)
    }
    if "speaker" in told:
        told.pop("author", None)
    if title is not None and (is_page or "title" not in told):
        told["title"] = title.text
    fields = _fields(paragraphs) if title else {}
    paragraphs = paragraphs[sum(map(len, fields.values())) :]
    told = {key: "; ".join(values) for key, values in fields.items()} | told
    if paragraphs and _names_people(paragraphs[0]):
        told = _byline(paragraphs.pop(0)) | told
    words = sum(len(cue.text.split()) for cue in timed)
    if timed and (words >= _FEWEST_WORDS_SAID * len(timed) or any(cue.speaker for cue in timed)):
        track = judged(timed)
        titled = [(timed[place].start_s, text) for text, place in headings if place < len(timed)]
    else:
        track, titled = None, [(cue.start_s, cue.text) for cue in timed]
    chapters = check_order([Chapter("", start_s, text) for start_s, text in titled if start_s is not None])
    return Document(told, paragraphs, chapters, track)


def _fields(lines: Sequence[str]) -> dict[str, list[str]]:
    """What the first lines tell of fields: "Speaker: Ada Roe", but not "Speaker: Let us begin"."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in lines:
        field = _FIELD.fullmatch(line)
        key = record_key(field["heading"]) if field else None
        if field is None or key in (None, *_TEXTS) or (key == "speakers" and not _names_people(field["value"])):
            break
        found[field["heading"]].append(field["value"])
    return found


def _names_people(line: str) -> bool:
    """Whether a line begins with somebody's name, or with two joined by "and"."""
    return is_name(re.split(r",|;|\s+(?:and|&|und|et|y)\s+", line, maxsplit=1)[0])


def _timed(blocks: Sequence[Block]) -> tuple[list[Cue], list[tuple[str, int]], list[str]]:
    """Part blocks into what is said at a time, headings with the number of the cue below them, and text above."""
    cues: list[Cue] = []
    headings: list[tuple[str, int]] = []
    above: list[str] = []
    speaker: str | None = None
    said: list[str] = []
    start_s: float | None = None
    line: int | None = None

    def close() -> None:
        if said:
            cues.append(Cue(start_s, None, " ".join(" ".join(said).split()), speaker, line))
            said.clear()

    for place, block in enumerate(blocks):
        if block.level:
            close()
            if not _TRANSCRIPT.fullmatch(block.text):
                headings.append((block.text, len(cues)))
            continue
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        goes_on = after is not None and not (after.level or after.is_paragraph or TIMED_LINE.fullmatch(after.text))
        time_s, text, name = _opening(block, goes_on=goes_on)
        if time_s is None and start_s is None:
            above.append(text)
            continue
        if time_s is not None:
            close()
            start_s, speaker, line = time_s, name or speaker, block.line
        if text:
            said.append(text)
    close()
    return cues, headings, above


def _opening(block: Block, *, goes_on: bool) -> tuple[float | None, str, str | None]:
    """A block's second, its text behind time and name, and the name; a short line that `goes_on` may be one alone."""
    timed = TIMED_LINE.fullmatch(block.text)
    if timed is None:
        named = _NAME_THEN_TIME.fullmatch(block.text)
        if named and goes_on and len(named["name"].split()) <= _LONGEST_NAME_WORDS:
            return clock_s(named["time"]), "", named["name"].strip()
        return block.start_s, block.text, None
    start_s = clock_s(timed["time"]) if block.start_s is None else block.start_s
    name, text = voice_label(timed["rest"])
    if name is None and goes_on and 0 < len(text.split()) <= _LONGEST_NAME_WORDS and text[0].isupper():
        return start_s, "", text
    return start_s, text, name


class _Page(HTMLParser):
    """A page as blocks; `<cite>` and `<time>` before a paragraph become its "time name:" in front."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[Block] = []
        self.meta: dict[str, Any] = {}
        self._skipped: list[str] = []
        self._text: list[str] = []
        self._level = 0
        self._start_s: float | None = None
        self._into: str | None = None
        self._cite = ""
        self._time = ""
        self._line = 0
        self.feed(text)
        self.close()
        self._end_block()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """A tag opens."""
        given = {name: value or "" for name, value in attrs}
        if tag == "html" and given.get("lang"):
            self.meta.setdefault("language", given["lang"])
        elif tag == "meta" and given.get("name", given.get("property", "")) and given.get("content"):
            self.meta.setdefault(given.get("name", given.get("property", "")), given["content"])
        elif tag == "link" and given.get("rel") == "canonical" and given.get("href"):
            self.meta.setdefault("url", given["href"])
        elif tag == "title" and not self.meta.get("title"):
            self._into = "title"
        elif tag in _SKIPPED:
            self._skipped.append(tag)
        elif tag in _HEADINGS or tag in _BLOCKS:
            self._end_block()
            self._level = _HEADINGS.get(tag, 0)
            if re.search(r"\b(?:speaker|presenter|author)s?\b", given.get("class", "")):
                self._into = "speaker"
            if given.get("data-start"):
                self._start_s = seconds_of(given["data-start"])
        elif tag in ("cite", "time") and not self._skipped:
            self._end_block()
            self._into = tag

    def handle_endtag(self, tag: str) -> None:
        """A tag closes."""
        if self._skipped and tag == self._skipped[-1]:
            self._skipped.pop()
        elif tag == "title" or tag in ("cite", "time") or tag in _HEADINGS or tag in _BLOCKS:
            self._end_block()

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not self._skipped:
            if not self._line and data.strip():
                self._line = self.getpos()[0] + data[: len(data) - len(data.lstrip())].count("\n")
            self._text.append(data)

    def _end_block(self) -> None:
        """Put what was read since the last block where it belongs."""
        text = " ".join("".join(self._text).split())
        self._text.clear()
        into, self._into = self._into, None
        level, self._level = self._level, 0
        start_s, self._start_s = self._start_s, None
        if not text:
            self._start_s = start_s
            return
        if into in ("title", "speaker"):
            known = self.meta.get(into)
            self.meta[into] = f"{known}; {text}" if known and into == "speaker" else text
        elif into == "cite":
            self._cite = text.rstrip(":") + ": "
        elif into == "time":
            self._time = text + " "
        else:
            front, self._cite, self._time = ("" if level else self._time + self._cite), "", ""
            self.blocks.append(Block(front + text, level, start_s, line=self._line))
        if into not in ("cite", "time"):
            self._line = 0
