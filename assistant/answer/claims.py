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
# Words that say how much of something is meant; those of one group stand for each other.
SCOPES = {
    word: group
    for group, words in enumerate(
        (
            "all every each everyone everybody everything whole entire entirely fully completely any anyone regardless",
            "always",
            "only solely exclusively merely sole just alone",
            "never none nobody nothing",
            "most mostly majority",
            "must",
            "some partly",
        )
    )
    for word in words.split()
}
# What changes nothing about how much is meant when it is added: "each model" for "a model".
UNSCOPED = frozenset("each any anyone just alone regardless merely".split())
# How a cause and an effect are tied: 1 where the cause is said first.
CAUSES = {
    word: side
    for side, words in (
        (
            1,
            """lead leads leading cause causes caused make makes result results determine determines drive drives enable
            enables impose imposes inspire inspires so therefore hence improve improves influence influences bring brings
            affect affects mitigate mitigates let lets help helps""",  # noqa: E501
        ),
        (-1, "because since due thanks owing although despite depend depends"),
    )
    for word in words.split()
}
UNITS = frozenset(
    """second minute hour day week month year decade century percent time dollar euro pound byte kilobyte megabyte gigabyte
    terabyte mb gb tb kb meter metre kilometer kilometre km mile foot watt kilowatt megawatt ms millisecond degree liter
    kilogram gram ton hertz pixel linear quadratic cubic logarithmic exponential thousand million billion trillion""".split()  # noqa: E501
)
UNITS |= {f"{word}s" for word in UNITS}
# Two sides of one scale. General English, read off no corpus of ours; a word that stands for both sides ("active",
# "control") is left out. More and less come first: results are mostly told in these words.
_OPPOSITES = (
    (
        """increase raise rise grow growth improve improvement enhance enhancement promote accelerate acceleration
        strengthen boost gain elevate elevation upregulate induce induction stimulate encourage more higher high greater
        larger large longer expand expansion majority many overexpress facilitate enrich stabilize amplify trigger
        drive exacerbate aggravate enable overestimate abundant prevalent susceptible vulnerable sensitive prone""",
        """decrease reduce reduction decline drop lower fall shrink impair impairment inhibit inhibition inhibitor
        weaken cut loss lose downregulate suppress suppression repress attenuate prevent block abolish less low fewer
        smaller small shorter contract minority few deplete depletion diminish discourage deficiency deficient disrupt
        hinder hamper impede ameliorate alleviate mitigate eliminate silence destabilize abrogate underestimate rare
        protect protective resistant resistance immune avoid limit restrict""",
    ),
    ("essential require necessary important critical crucial need", "dispensable unnecessary unimportant optional"),
    ("associate link correlate relate depend cause lead", "unrelated independent unassociated uncorrelated"),
    ("similar same equal identical", "different differ distinct differential"),
    ("benefit beneficial rescue restore effective", "worsen deteriorate harm harmful adverse ineffective"),
    ("always all every everyone", "sometimes some partly never none"),
    ("before earlier first begin start", "after later last end"),
    ("positive advantage", "negative disadvantage"),
    (
        "better best outperform superior exceed surpass beat outplay ahead win",
        "worse worst underperform inferior beaten behind lose short",
    ),
    ("fast faster fastest quick quicker speed", "slow slower slowest slowly"),
    ("cheap cheaper inexpensive affordable", "expensive costly costlier"),
    ("easy simple easier simpler simplest simplify ease", "hard difficult harder complex complicated complicate"),
    ("accept confirm agree support allow", "reject refute disagree oppose forbid deny"),
    ("strong stronger", "weak weaker"),
    ("success succeed win", "failure fail"),
    ("hot warm warming", "cold cool cooling"),
    ("include add", "exclude remove"),
    ("open public", "closed private"),
    ("theoretical", "empirical"),
    ("new modern", "old ancient"),
    ("big huge", "little tiny"),
    ("up above", "down below"),
    ("known familiar", "unknown"),
    ("able enable possible", "unable impossible"),
    ("well", "badly poorly"),
    ("transparent clear", "opaque unclear"),
    ("deep deeper", "shallow shallower"),
    ("flat flatter", "sharp sharper"),
)
# Key → (scale, +1 or -1); a word on two scales belongs to the first.
SIDES: dict[int, tuple[int, int]] = {
    zlib.crc32(_stem(word).encode()): (scale, side)
    for scale, sides in reversed(list(enumerate(_OPPOSITES)))
    for side, words in zip((1, -1), sides, strict=True)
    for word in words.split()
}
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
        key = number_key(value) if value is not None else zlib.crc32(_stem(word).encode())
        # "Same" and "more" are in every list of stop words, and make a claim all the same.
        is_empty = (is_stop_word(word) or len(word) < 2) and key not in SIDES
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


def number_key(value: float) -> int:
    """The key of a word that is this number."""
    return zlib.crc32(f"#{value:g}".encode())


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


def is_opposed(one: str, other: str) -> bool:
    """Whether one word is the other with an opposing prefix; "in-" and "dis-" mislead ("inform", "discover")."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 5 and any(long == prefix + short for prefix in ("un", "non"))
