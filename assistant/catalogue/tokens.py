"""A question → its words, each with its place, before anything is known of what they mean.

Comes in: a question as typed. Goes out: words without case and accents; quoted parts whole; commas and ends of
sentences, which keep apart what a rule must not read across.
"""

import re
from dataclasses import dataclass

from ingest.text import folded

_TOKEN = re.compile(
    r"""
    "(?P<straight>[^"\n]*)" | “(?P<curly>[^”\n]*)” | „(?P<low>[^“”\n]*)[“”] | «(?P<angle>[^»\n]*)»
    | (?<!\w)['‘](?P<single>[^'‘’\n]+)['’](?!\w)
    | (?P<word>
        (?:[A-Za-z]\.){2,} | \b(?i:incl|excl|vs|approx|univ|inst|dept|max|min|resp|esp|nr|prof|dr)\.(?=\s) |
        [^\W\d_]+(?=\(e?s\)) | \# | [wW]/o?(?![^\W_]) | n['’]t\b | [^\W\d_]+?(?=n['’]t\b)
        | \d+(?:st|nd|rd|th|s)\b | [^\W_]+ | [<>]=? | =< | [≤≥=] | \+ | &
    )
    | (?P<arrow>[-=]+>|→) | (?P<comma>[,/]) | (?P<end>[.?!;:…](?=\s|$)) | (?P<dash>(?<=\d)[ ]?[-–][ ]?(?=\d))
    """,
    re.VERBOSE,
)
_MARKS = {"comma": ",", "end": ".", "dash": "-", "arrow": "."}
_SIGNS = {"&": "and", "n’t": "n't", "+": "+", "=<": "<=", "=>": ">=", "incl": "included", "excl": "excluding"}


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a quoted part, or a mark.

    Attributes:
        text: As typed; of a quoted part, what stands inside.
        key: The same without case and accents; "" for a quoted part.
        start: Where it begins in the question, in characters.
        end: Where it ends.
        quoted: Whether it stood in quotation marks.
    """

    text: str
    key: str
    start: int
    end: int
    quoted: bool = False


def split_words(question: str) -> list[Word]:
    """The words of a question in order."""
    return [_word(match) for match in _TOKEN.finditer(question)]


def _word(match: re.Match[str]) -> Word:
    start, end = match.span()
    sort = match.lastgroup or "word"
    text = match[sort]
    if sort == "word":
        key = folded(text).replace(".", "")
        return Word(text, _SIGNS.get(key, key), start, end)
    if sort in _MARKS:
        return Word(text, _MARKS[sort], start, end)
    return Word(text.strip(" .,;?!"), "", start, end, quoted=True)
