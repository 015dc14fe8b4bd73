"""A run of words → the concept that it says, whatever the inflection, and with small slips forgiven.

Comes in: words without case and accents. Goes out: a concept of the lexicon, or None.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import Stemmer
from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.catalogue.everyday import PHRASES, WORDS
from assistant.catalogue.lexicon import CONCEPTS
from assistant.catalogue.lexicon import FILLER as FILLER_WORDS
from assistant.catalogue.values import MONTHS
from ingest.text import singular

LONGEST_PHRASE_WORDS = 6
# "autor" and "papres" are slips; "code" and "core" are two words.
_SHORTEST_MISSPELT_CHARS = 4
# "Boil" and "smoke" are a slip away from words that say nothing, and say something.
_SHORTEST_MISSPELT_FILLER_CHARS = 7
_TWO_SLIPS_CHARS = 8
_SLIPS = 3
_STEMMER = Stemmer.Stemmer("english")
_NUMBERS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()


@dataclass(frozen=True, slots=True)
class Concept:
    """What a phrase says: a tag for the rules, and the value that goes into the query."""

    tag: str
    value: str = ""


FILLER = Concept("FILLER")


def concept(words: Sequence[str]) -> Concept | None:
    """The concept of a phrase as it is written, else in the singular, else of its stems."""
    exact, stemmed = _tables()
    last_singular = (*words[:-1], singular(words[-1]))
    return exact.get(tuple(words)) or exact.get(last_singular) or stemmed.get(_stems(words))


def misspelt(word: str) -> Concept | None:
    """The concept of the one word of the lexicon that differs by a slip."""
    if len(word) < _SHORTEST_MISSPELT_CHARS:
        return None
    slips = 2 if len(word) >= _TWO_SLIPS_CHARS else 1
    near = process.extractOne(singular(word), _single_words(), scorer=OSA.distance, score_cutoff=slips)
    if not near or near[0][0] != word[0] or abs(len(near[0]) - len(word)) >= _SLIPS:
        return None
    meant = _tables()[0][(near[0],)]
    if meant.tag == "CITY":
        return None
    return None if meant.tag == "FILLER" and len(word) < _SHORTEST_MISSPELT_FILLER_CHARS else meant


@cache
def _stem(word: str) -> str:
    return str(_STEMMER.stemWord(word))


def _stems(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(_stem(word) for word in words)


@cache
def _tables() -> tuple[dict[tuple[str, ...], Concept], dict[tuple[str, ...], Concept]]:
    """Phrase → concept, as written and stemmed; the first line that has a phrase wins."""
    exact: dict[tuple[str, ...], Concept] = {}
    for phrase, meant in _lines():
        exact.setdefault(tuple(phrase.split()), meant)
    stemmed: dict[tuple[str, ...], Concept] = {}
    for words, meant in exact.items():
        if meant.tag != "FILLER":
            stemmed.setdefault(_stems(words), meant)
    return exact, stemmed


def _lines() -> Iterator[tuple[str, Concept]]:
    for line in (*CONCEPTS.strip().splitlines(), *PHRASES.strip().splitlines()):
        head, _, phrases = line.partition(": ")
        tag, _, value = head.partition(" ")
        for phrase in phrases.split(", "):
            yield phrase, Concept(tag, value)
    for number, word in enumerate(_NUMBERS):
        yield word, Concept("NUMBER", str(number))
    for word in (*FILLER_WORDS.split(), *WORDS.split()):
        yield word, FILLER


@cache
def _single_words() -> list[str]:
    exact, _ = _tables()
    return [words[0] for words, meant in exact.items() if len(words) == 1 and len(words[0]) > _SHORTEST_MISSPELT_CHARS]


@cache
def month(word: str) -> int | None:
    """Read "June", "jun" → 6; "sept" → 9."""
    if word in MONTHS:
        return MONTHS.index(word) + 1
    short = [name[:3] for name in MONTHS]
    return short.index(word[:3]) + 1 if word in (*short, "sept") else None
