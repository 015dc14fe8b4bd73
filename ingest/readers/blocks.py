"""The block of figures below a paper: authors or an organisation, a dot, a date, comments.

Comes in: a page's lines. Goes out: which of them are such blocks, and what a block says.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.readers.fields import parse_dated_line
from ingest.readers.shapes import prose_cost
from ingest.records import Date

_AUTHORS = re.compile(r"\W*(?P<count>\d{1,5}) authors?", re.IGNORECASE)
_DOT = re.compile(r"[·•∙・⋅]")
_COMMENTS = re.compile(r"(?P<count>\d{1,4})(?: comments?)?", re.IGNORECASE)
_LONGEST_ORGANISATION_CHARS = 120


@dataclass(frozen=True, slots=True)
class Block:
    """What one block says; None for what it leaves out.

    Attributes:
        warnings: Line and message for each line of the block that says nothing known.
    """

    author_count: int | None = None
    organisation: str | None = None
    date: Date | None = None
    comment_count: int | None = None
    warnings: tuple[tuple[int, str], ...] = ()


def find_blocks(lines: Sequence[str]) -> dict[int, str]:
    """Find the lines that belong to blocks.

    Args:
        lines: All lines of a page; the first is line 1.

    Returns:
        1-based line → its stripped text. A block has a count of authors or a dot; the lines around it belong to it when
        they have the form of its parts.
    """
    numbered = [(number, line.strip()) for number, line in enumerate(lines, start=1) if line.strip()]
    found: dict[int, str] = {}
    for index, (number, line) in enumerate(numbered):
        if not (_AUTHORS.fullmatch(line) or _DOT.fullmatch(line)):
            continue
        found[number] = line
        if (
            _DOT.fullmatch(line)
            and index
            and _is_organisation(numbered[index - 1], numbered[index - 2] if index > 1 else (0, ""))
        ):
            found[numbered[index - 1][0]] = numbered[index - 1][1]
        for after, text in numbered[index + 1 : index + 2]:
            if parse_dated_line(text):
                found[after] = text
                if index + 2 < len(numbered) and _COMMENTS.fullmatch(numbered[index + 2][1]):
                    found[numbered[index + 2][0]] = numbered[index + 2][1]
    return found


def _is_organisation(line: tuple[int, str], above: tuple[int, str]) -> bool:
    """Whether the line above a dot can name an organisation: short, no sentence, and parted from the text above it."""
    number, text = line
    parted = number - above[0] > 1 or len(above[1]) > _LONGEST_ORGANISATION_CHARS or bool(_AUTHORS.fullmatch(above[1]))
    return (
        parted and len(text) <= _LONGEST_ORGANISATION_CHARS and prose_cost(text) >= 1.0 and not parse_dated_line(text)
    )


def parse_block(lines: Sequence[tuple[int, str]]) -> Block:
    """Read one block.

    Args:
        lines: Line number and stripped text, as `find_blocks` gave them.
    """
    author_count = comment_count = None
    organisation = None
    date: Date | None = None
    warnings: list[tuple[int, str]] = []
    for number, text in lines:
        if author_count is None and (match := _AUTHORS.fullmatch(text)):
            author_count = int(match["count"])
        elif _DOT.fullmatch(text):
            continue
        elif date is None and (dated := parse_dated_line(text)):
            date, comment_count = dated
            if date.day is None:
                warnings.append((number, f'no calendar has the date "{date.text}"; it is kept as written.'))
        elif date is not None and comment_count is None and (match := _COMMENTS.fullmatch(text)):
            comment_count = int(match["count"])
        elif organisation is None and date is None and not _AUTHORS.fullmatch(text):
            organisation = organisation_name(text)
        else:
            warnings.append((number, f'"{text}" is not a known part of a paper; remove the line.'))
    return Block(author_count, organisation, date, comment_count, tuple(warnings))


def organisation_name(text: str) -> str:
    """The name behind a logo's own text: "Harvard Harvard University" is "Harvard University".

    The logo's text repeats how the name begins, as words or as one word ("stanford-nlp Stanford NLP"); a line that
    repeats nothing is the name.
    """
    words = text.split()
    for count in range(1, len(words)):
        head, tail = _squashed(words[:count]), _squashed(words[count:])
        if head and tail.startswith(head):
            return " ".join(words[count:])
    return text


def _squashed(words: Sequence[str]) -> str:
    return "".join(letter for word in words for letter in word.casefold() if letter.isalnum())
