"""Text → what can be checked in it word by word: words, numbers, names, polarity.

Comes in: a statement, or a sentence of a passage. Goes out: its `Facets`. No model and no index: the same text gives
the same facets everywhere. What a difference between two texts means is left to `support`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.answer.opposites import SCALES, SIDES, stem
from ingest.text import folded

# They carry no claim. The last two lines are how answers speak of their sources; passages do not speak of themselves.
_STOP_WORDS = frozenset(
    """a an and are as at be been being but by can could did do does doing for from had has have having he her hers him
    his how i if in into is it its itself just may me might must my of on one or our ours own s shall she should so
    such than that the their theirs them then there these they this those to too us very was we were what when
    where which while who whom whose why will with would you your also each other about between during through not
    no nor cannot any over under up down out off again further once here however thus never without unlike
    talk talks paper papers speaker author authors abstract biography source sources collection passage according
    explain explains describe describes discuss discusses present presents say says argue argues mention mentions
    """.split()
)
_NEGATIONS = frozenset(
    """not no never none nor neither cannot without nothing nobody nowhere hardly rarely seldom barely unlike unable
    fail fails failed failing failure lack lacks lacked lacking absence absent instead""".split()
)
# How many words a negation reaches ahead: "did not seem to improve".
_REACH_WORDS = 4
# "lowering the learning rate by half": what is lowered stands near.
_AROUND_WORDS = 4

_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBER_WORDS = {word: float(n) for n, word in enumerate(_SMALL)} | {word: 10.0 * n for n, word in enumerate(_TENS, 2)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SCALES |= {"k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9}
_MONTHS = frozenset("january february march april may june july august september october november december".split())

_WORD = re.compile(r"[^\W\d_]+")
_TOKEN = re.compile(r"[^\W\d_]+|[,;:()–—]")
_BREAKS = frozenset(",;:()–—")
# Not the 4 of "GPT-4" or of "4D": those are names.
_NUMBER = re.compile(
    r"(?<!\w)(?<![^\W\d_]-)(?<!\d[.,])(\d+(?:,\d{3})*(?:\.\d+)?)(st|nd|rd|th|s|x|k|m|bn?)?(?!\w)"
    r"(?:[ -](hundred|thousand|million|billion|trillion)\b)?",
    re.IGNORECASE,
)
_SPELLED_NUMBER = re.compile(
    rf"\b(?:({'|'.join(_TENS)})[ -])?({'|'.join(_NUMBER_WORDS)})\b"
    r"(?:[ -](hundred|thousand|million|billion|trillion)\b)?",
    re.IGNORECASE,
)
_NAME = re.compile(r"[^\W\d_][\w.&'’]*(?:-\w+)*")
# "Canadian" is found in "Canada's", "Bayesian" in "Bayes'".
_SAME_BEGINNING_CHARS = 5
_POSSESSIVE = re.compile(r"(?:['’]s)?[.'’]*$")
_SENTENCE_BEGINS = re.compile(r"(?:^|[.!?:])[\s\"“”'‘’*(_]*$")
# "Rosen proposes": the first word of a sentence is a name when it does what people do.
_DONE_BY_PEOPLE = re.compile(
    r"(?:['’]s)?,? (?:[A-Z]|(?:says|said|argues|explains|shows|proposes|presents|describes|discusses|studies|studied|"
    r"works|worked|speaks|received|holds|leads|teaches|joined|introduces|claims|thinks)\b)"
)


@dataclass(frozen=True, slots=True)
class Facets:
    """What one text says, word by word.

    Attributes:
        words: Stems of the content words.
        numbers: Value → as written; "2 million" is 2,000,000, "five" is 5.
        names: Folded → as written: capitalised inside a sentence, or with a capital or digit inside.
        forms: Every word, folded, however it is hyphenated or dotted; what a name is looked up in.
        initials: The first letters of all words; what an acronym is looked up in.
        negated: Stems within reach of a negation.
        sides: For each scale of opposites, the sum of the words' sides, each turned round where it is negated.
        turns: Each of those words as scale, side, and the stems around it, which are what it is said of.
    """

    words: frozenset[str]
    numbers: dict[float, str]
    names: dict[str, str]
    forms: frozenset[str]
    initials: str
    negated: frozenset[str]
    sides: tuple[int, ...]
    turns: tuple[tuple[int, int, frozenset[str]], ...]

    @property
    def is_negative(self) -> bool:
        """Whether it says less, not, or without, all in all."""
        return sum(self.sides) < 0 if any(self.sides) else bool(self.negated)


@lru_cache(maxsize=10_000)
def facets(text: str) -> Facets:
    """Read one text; a sentence of a passage is read once."""
    words = _TOKEN.findall(re.sub(r"n['’]t\b", " not", folded(text)))
    content = [(at, stem(word)) for at, word in enumerate(words) if word not in _STOP_WORDS and len(word) > 1]
    reached = {at + step for at, word in enumerate(words) if word in _NEGATIONS for step in range(1, _REACH_WORDS + 1)}
    turns = [
        (scale, -side if at in reached else side, _around(at, words))
        for at, one in content
        if one in SIDES
        for scale, side in [SIDES[one]]
    ]
    return Facets(
        words=frozenset(one for _, one in content),
        numbers=dict(_numbers(text)),
        names=dict(_names(text)),
        forms=frozenset(_form(match.group()) for match in _NAME.finditer(text)) | frozenset(words),
        initials="".join(word[0] for word in words if word not in _BREAKS),
        negated=frozenset(one for at, one in content if at in reached),
        sides=tuple(sum(side for of, side, _ in turns if of == scale) for scale in range(SCALES)),
        turns=tuple(turns),
    )


def _around(at: int, words: Sequence[str]) -> frozenset[str]:
    """The stems on both sides of a word, up to the next comma."""
    found: set[str] = set()
    for step in (-1, 1):
        for place in range(at + step, at + step * (_AROUND_WORDS + 1), step):
            if not 0 <= place < len(words) or words[place] in _BREAKS:
                break
            if words[place] not in _STOP_WORDS:
                found.add(stem(words[place]))
    return frozenset(found)


def is_plain_name(written: str) -> bool:
    """Whether a name is a word like "Uppsala" or "PyTorch", which has few other forms; "IL-1b" and "LLMs" have many."""
    is_acronym = written.isupper() or (written.endswith("s") and written[:-1].isupper())
    return written.isalpha() and written[0].isupper() and not is_acronym


def missing_numbers(claim: Facets, passage: Sequence[Facets]) -> list[str]:
    """The numbers of a claim that no sentence of a passage holds, as the claim writes them."""
    held = {number for sentence in passage for number in sentence.numbers}
    return [written for number, written in claim.numbers.items() if number not in held]


def missing_names(claim: Facets, passage: Sequence[Facets]) -> list[str]:
    """The names of a claim that no sentence of a passage holds, as the claim writes them."""
    forms = {form for sentence in passage for form in sentence.forms}
    beginnings = {form[:_SAME_BEGINNING_CHARS] for form in forms}
    initials = " ".join(sentence.initials for sentence in passage)
    return [
        written
        for name, written in claim.names.items()
        if name not in forms
        and stem(name) not in forms
        and not (len(name) > _SAME_BEGINNING_CHARS and name[:_SAME_BEGINNING_CHARS] in beginnings)
        and not (written.isupper() and name in initials)
    ]


def _numbers(text: str) -> Iterator[tuple[float, str]]:
    for match in _NUMBER.finditer(text):
        digits, suffix, word = match.groups()
        value = float(digits.replace(",", ""))
        scale = _SCALES.get((word or "").lower()) or _SCALES.get((suffix or "").lower())
        if scale:
            yield value * scale, match.group()
        else:
            yield value, digits
    for match in _SPELLED_NUMBER.finditer(text):
        tens, word, scale_word = match.groups()
        if word.lower() == "one" and not scale_word:  # mostly a pronoun
            continue
        value = _NUMBER_WORDS[word.lower()] + (_NUMBER_WORDS[tens.lower()] if tens else 0)
        yield value * _SCALES[scale_word.lower()] if scale_word else value, match.group()


def _names(text: str) -> Iterator[tuple[str, str]]:
    for match in _NAME.finditer(text):
        written = _POSSESSIVE.sub("", match.group())
        word = folded(written)
        if not written or word in _STOP_WORDS or word in _MONTHS or word in _NUMBER_WORDS:
            continue
        if any(letter.isupper() or letter.isdigit() for letter in written[1:]):
            yield _form(written), written
        elif written[0].isupper():
            begins = _SENTENCE_BEGINS.search(text[: match.start()])
            if not begins or _DONE_BY_PEOPLE.match(text[match.start() + len(written) :]):
                yield _form(written), written


def _form(word: str) -> str:
    """A name as it is looked up: "U.S." is "us", "Cevher's" is "cevher"."""
    return re.sub(r"[-.&]", "", folded(_POSSESSIVE.sub("", word)))
