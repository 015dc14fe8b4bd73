"""A sentence → its words, each with what can be told from its letters alone: number, name, stop word.

Comes in: a statement, or a sentence of a passage, and what the embedder read of it. Goes out: a `Reading`. The same
text gives the same reading everywhere. What a difference between two texts means is left to `grounding`.
"""

import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import Stemmer
from numpy.typing import NDArray

from ingest.embedder import WordsInContext
from ingest.lexical import is_stop_word
from ingest.passages import Span
from ingest.text import folded

_stem = lru_cache(maxsize=20_000)(Stemmer.Stemmer("english").stemWord)
_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBER_WORDS = {word: float(n) for n, word in enumerate(_SMALL) if n != 1}  # "one" is mostly a pronoun
_NUMBER_WORDS |= {word: 10.0 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SCALES |= {"k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9}
NEGATIONS = frozenset(
    """not no never none nor neither cannot without nothing nobody nowhere hardly rarely seldom barely unlike unable
    fail fails failed failing failure lack lacks lacked lacking absence absent instead""".split()
)
# Not "½", which is folded to "1⁄2".
_DIGITS = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
# "21st", "1990s"
_ENDINGS = frozenset(("st", "nd", "rd", "th", "s"))
# "3.5", "1,250", "isn't", "GPT" and "4", "%".
_WORD = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|[^\W\d_]+(?:['’](?:[^\W\d_]{1,2})\b)?|[%$€£]")
_SIGNS = {"%": "percent", "$": "dollar", "€": "euro", "£": "pound"}
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?:])[\s\"“”'‘’*(_]*$")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text.

    Attributes:
        start: Offset in the text, in characters.
        end: Offset after its last character.
        text: Without case and accents.
        key: The same for "Improves" and "improved", for "5" and "five", for "2 million" and "2,000,000".
        is_number: In digits or in letters, or a part of one, such as "million".
        is_name: Capitalised inside a sentence, or with a capital inside.
        is_stop: It carries no claim by itself.
    """

    start: int
    end: int
    text: str
    key: int
    is_number: bool
    is_name: bool
    is_stop: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is compared: its words, a vector for each, shape (n, d), and its own, shape (384,)."""

    text: str
    words: tuple[Word, ...]
    vectors: NDArray[np.float32]
    vector: NDArray[np.float32]


Project = Callable[[NDArray[np.float32], NDArray[np.float32]], NDArray[np.float32]]


def read(text: str, seen: WordsInContext, project: Project) -> Reading:
    """Put words and vectors together.

    Args:
        text: One sentence.
        seen: What the embedder tells of the same text.
        project: Middle and last vectors, shape (n, 384) each, to those that are compared, shape (n, d).
    """
    words = tuple(split_words(text))
    vectors = project(seen.middle, seen.last)
    rows = np.zeros((len(words), vectors.shape[1]), dtype=np.float32)
    at = 0
    for n, word in enumerate(words):
        while at < len(seen.spans) and seen.spans[at][1] <= word.start:
            at += 1
        last = at
        while last < len(seen.spans) and seen.spans[last][0] < word.end:
            last += 1
        if last > at:
            rows[n] = vectors[at:last].mean(axis=0)
    return Reading(text, words, rows, seen.vector)


def split_words(text: str) -> list[Word]:
    """The words of one sentence, in order."""
    matches = list(_WORD.finditer(text))
    plain = [folded(match.group()) for match in matches]
    values = _values(matches, plain)
    found: list[Word] = []
    for place, match in enumerate(matches):
        word, value = _SIGNS.get(plain[place], plain[place]), values[place]
        word = "times" if word == "x" and place and values[place - 1] is not None else word
        word = "not" if word.endswith(("n't", "n’t")) else re.sub(r"['’]\w*$", "", word)
        is_name = value is None and _is_name(text, match.span())
        is_ending = (
            word in _ENDINGS
            and place > 0
            and values[place - 1] is not None
            and match.start() == matches[place - 1].end()
        )
        key = zlib.crc32((f"#{value:g}" if value is not None else _stem(word)).encode())
        is_empty = is_stop_word(word) or len(word) < 2
        found.append(
            Word(
                *match.span(),
                text=word,
                key=key,
                is_number=value is not None,
                is_name=is_name,
                is_stop=is_ending or (value is None and not is_name and is_empty),
            )
        )
    return found


def _values(matches: Sequence[re.Match[str]], plain: Sequence[str]) -> list[float | None]:
    """Of each word the number that it is or is a part of: 42 for both of "forty-two", 2e6 for both of "2 million"."""
    values: list[float | None] = [
        float(word.replace(",", "")) if _DIGITS.fullmatch(word) else _NUMBER_WORDS.get(word) for word in plain
    ]
    for place in range(1, len(plain)):
        before, value = values[place - 1], values[place]
        between = matches[place].start() - matches[place - 1].end()
        if before is None or between > 1:
            continue
        if plain[place - 1] in _TENS and value is not None and value < 10:
            values[place - 1] = values[place] = before + value
        elif plain[place] in _SCALES and (between == 0 or len(plain[place]) > 2):
            total = before * _SCALES[plain[place]]
            values[place] = total
            back = place - 1
            while back >= 0 and values[back] == before:
                values[back] = total
                back -= 1
    return values


def _is_name(text: str, span: Span) -> bool:
    written = text[span[0] : span[1]]
    if any(letter.isupper() for letter in written[1:]):
        return True
    return written[0].isupper() and not _SENTENCE_BEGINS.search(text[max(span[0] - 8, 0) : span[0]])


def written(text: str, words: Sequence[Word]) -> list[str]:
    """Words as the text writes them, neighbours joined."""
    found: list[str] = []
    end = -2
    for word in words:
        if found and text[end : word.start].strip() in ("", "-", ".") and word.start - end <= 1:
            found[-1] += text[end : word.end]
        else:
            found.append(text[word.start : word.end])
        end = word.end
    return found
