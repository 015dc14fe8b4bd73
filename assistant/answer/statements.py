"""An answer → its statements, each with the citations that stand behind it.

Comes in: an answer's Markdown with its markers, and its citations. Goes out: sentences without markers and markup.
Left out, because nothing in them can be checked: headings, introductions ("…:"), questions, code, and sentences that
say what is not there; those keep no citation.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.answer.claims import facets
from assistant.answer.markers import Marker, MarkerParser
from assistant.types import Citation
from ingest.passages import split_sentences

_LINE = re.compile(r"[^\n]+")
# Marks at the beginning of a line: quote, bullet, number.
_LEAD = re.compile(r"\s*(?:(?:>|[-*+•]|\d{1,3}[.)])\s+)*")
_HEADING = re.compile(r"\s*(?:#{1,6}\s|(?:\*\*|__)[^*_]+(?:\*\*|__)\s*(?:\([^)]*\))?\s*$|[-*_=\s|:]+$)")
_INTRODUCTION = re.compile(r"(?:.*:\s*|here (?:is|are)\b.*)", re.IGNORECASE)
_ABSENCE = re.compile(
    r"\b(?:(?:sources?|collection|passages?|context|documents?|i|it|they|abstracts?|biograph(?:y|ies)|talks?|papers?)\s"
    r"(?:(?:does|do|did|could|can)(?:\s?not|n['’]t)\s(?:\w+\s){0,2}?"
    r"(?:say|mention|hold|contain|cover|answer|provide|specify|state|include|tell|give|record|find|seem|know)"
    r"|cannot\s(?:\w+\s)?(?:answer|tell|say|find))"
    r"|(?:none|nothing|nowhere|no (?:source|talk|paper|passage|information|answer|mention))\b"
    r"|(?:is|are|was|were)(?:\s?not|n['’]t) (?:mentioned|stated|given|covered|recorded|specified)"
    r"|nearest)",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|`")
# "Yes." and "In short:" claim nothing.
_FEWEST_WORDS = 2


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of an answer.

    Attributes:
        text: Without markers and markup.
        start: Offset of its first character in the answer.
        end: Offset after its last one; a marker after the full stop is not included.
        citations: Which of the answer's citations stand behind it, by their place in the list.
    """

    text: str
    start: int
    end: int
    citations: tuple[int, ...]


def statements(text: str, citations: Sequence[Citation]) -> list[Statement]:
    """The statements of an answer that can be checked, in order; the citations are in the order of their markers."""
    markers = _markers(text, citations)
    found: list[Statement] = []
    is_code = False
    for line in _LINE.finditer(text):
        is_fence = line.group().lstrip().startswith("```")
        is_code ^= is_fence
        if is_code or is_fence:
            continue
        own = [marker for marker in markers if line.start() <= marker[0] < line.end()]
        is_heading = not own and _HEADING.match(line.group()) is not None
        if not is_heading:
            found += _line_statements(text, line.start(), line.end(), own)
    return found


def _line_statements(text: str, start: int, end: int, markers: list[tuple[int, int, int]]) -> Iterator[Statement]:
    """The statements of one line; `markers` are (start, end, place of the citation)."""
    lead = _LEAD.match(text, start, end)
    at = lead.end() if lead else start
    kept: list[int] = []  # offsets in the answer of the characters that are no marker
    begins: list[tuple[int, int]] = []  # for each marker how many characters were kept before it, and its citation
    for first, last, index in markers:
        kept += range(at, max(at, first))
        while kept and text[kept[-1]].isspace():
            kept.pop()
        begins.append((len(kept), index))
        at = last
    kept += range(at, end)
    plain = "".join(text[place] for place in kept)
    spans = split_sentences(plain)
    owners = [max((n for n, span in enumerate(spans) if span[0] < place), default=0) for place, _ in begins]
    for number, (first, last) in enumerate(spans):
        own = tuple(index for owner, (_, index) in zip(owners, begins, strict=True) if owner == number)
        words = _MARKUP.sub("", plain[first:last]).strip()
        if _can_be_checked(words, is_cited=bool(own)):
            yield Statement(words, kept[first], kept[last - 1] + 1, own)


def _can_be_checked(words: str, *, is_cited: bool) -> bool:
    if _ABSENCE.search(words):
        return False
    if is_cited:
        return True
    if words.endswith("?") or _INTRODUCTION.fullmatch(words):
        return False
    said = facets(words)
    return len(said.words) + len(said.numbers) >= _FEWEST_WORDS


def _markers(text: str, citations: Sequence[Citation]) -> list[tuple[int, int, int]]:
    """Where the markers stand, as (start, end, place of the citation); code and maths hold none."""
    parser = MarkerParser()
    found: list[tuple[int, int, int]] = []
    at = 0
    for token in (*parser.feed(text), *parser.finish()):
        if not isinstance(token, Marker):
            at = text.index(token, at) + len(token)
            continue
        for number in token.numbers:
            shown = f"[{number}]"
            start = text.find(shown, at)
            if start == at and len(found) < len(citations) and citations[len(found)].n == number:
                found.append((start, start + len(shown), len(found)))
                at = start + len(shown)
    return found
