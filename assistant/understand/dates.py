"""Dates, numbers and lengths of time in a question → the texts that conditions hold.

Comes in: the words of a question, folded, from one place on. Goes out: what stands there and how many words it takes.
Which ends of a range are meant ("since", "before") is left to the parser.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.query import MONTHS, dates_in
from ingest.records import Date

_NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty".split()
    )
} | {"dozen": 12, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
}
_MONTHS = {form: number for number, name in enumerate(MONTHS, 1) for form in (name, name[:3])} | {"sept": 9}
# Words of another meaning as well; what makes months of them is a number beside them, a capital, or a word before.
_ALSO_WORDS = frozenset(("may", "march", "mar", "sep", "dec", "jan"))
_BEFORE_MONTH = frozenset(
    "in of from with since before after until during to and or for dated between a every any by , through".split()
)
# Parts of a year: first and last month.
_PARTS = {
    "first half": (1, 6), "second half": (7, 12), "last half": (7, 12), "h1": (1, 6), "h2": (7, 12),
    "first quarter": (1, 3), "second quarter": (4, 6), "third quarter": (7, 9), "fourth quarter": (10, 12),
    "last quarter": (10, 12), "q1": (1, 3), "q2": (4, 6), "q3": (7, 9), "q4": (10, 12),
    "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11),
}  # fmt: skip
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_MOST_WORDS = 9


def _any(words: Iterable[str]) -> str:
    return "|".join(sorted(words, key=len, reverse=True))


_YEAR = r"(?:19|20)\d\d"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
# Each is matched at the beginning of words, behind each of which stands a space.
_PART_OF_YEAR = re.compile(rf"({_any(_PARTS)})[ ](?:(?:of|in|the|year|,)[ ])*({_YEAR})[ ]")
_DATE = re.compile(
    rf"""
    (?P<iso>\d{{4}}-\d\d(?:-\d\d)?|{_YEAR})[ ] | (?P<decade>(?:19|20)\d)0s[ ] | ['’](?P<short>\d\d)[ ]
    | (?:(?P<day>{_DAY}(?:st|nd|rd|th)?|(?:{_any(_ORDINALS)})(?=[ ]of))[ ](?:of[ ])?)?
      (?P<month>{_any(_MONTHS)})[ ](?(day)|(?:(?P<then>{_DAY})(?:st|nd|rd|th)?[ ])?)
      (?:(?:(?:,|of)[ ])?(?P<year>{_YEAR})[ ])?
    """,
    re.VERBOSE,
)
_LENGTH = re.compile(
    rf"(?:half[ ]an?|(?P<number>\d{{1,6}}|an?|{_any(_NUMBERS)}))[ ]"
    r"(?P<unit>seconds|secs?|minutes?|mins?|hours?|hrs?|h)[ ](?P<more>and[ ]a[ ]half[ ])?"
)
_NUMBER = re.compile(r"(\d{1,6})(st|nd|rd|th)?[ ]")


@dataclass(frozen=True, slots=True)
class Measured:
    """What stands at a place.

    Attributes:
        sort: "date", "number", "ordinal" or "seconds".
        value: As a condition writes it.
        words: How many it takes.
    """

    sort: str
    value: str
    words: int


def measured_at(keys: Sequence[str], place: int, *, before: str = "", capital: bool = False) -> Measured | None:
    """The date, number or length of time that begins at a word.

    Args:
        keys: The folded words of the question.
        before: The word in front.
        capital: Whether the word is written with a capital; "May" is a month, "may" seldom.
    """
    word, ahead = keys[place], "".join(f"{key} " for key in keys[place : place + _MOST_WORDS])
    if found := _PART_OF_YEAR.match(ahead):
        first, last = _PARTS[found[1]]
        return Measured("date", f"{found[2]}-{first:02}..{found[2]}-{last:02}", found[0].count(" "))
    if found := _DATE.match(ahead):
        value = _date(found, is_month=capital or before in _BEFORE_MONTH)
        if dates_in(value):
            return Measured("date", value, found[0].count(" "))
    if found := _LENGTH.match(ahead):
        # "Half an hour" has no number: it is one half.
        halves = 2 * _number(found["number"]) if found["number"] else 1
        seconds = (halves + bool(found["more"])) * _SECONDS[found["unit"][0]] // 2
        return Measured("seconds", str(seconds), found[0].count(" "))
    if word in _ORDINALS:
        return Measured("ordinal", str(_ORDINALS[word]), 1)
    if word in _NUMBERS:
        return Measured("number", str(_NUMBERS[word]), 1)
    if found := _NUMBER.match(ahead):
        return Measured("ordinal" if found[2] else "number", str(int(found[1])), 1)
    return None


def date_in(keys: Sequence[str]) -> str | None:
    """The first month or day of a month in a few words: of "Daily Papers, Sep 8" it is "--09-08"."""
    for place in range(len(keys)):
        found = measured_at(keys, place, capital=True)
        if found and found.sort == "date" and not re.fullmatch(_YEAR, found.value):
            return found.value
    return None


def _number(word: str) -> int:
    return 1 if word in ("a", "an") else _NUMBERS[word] if word in _NUMBERS else int(word)


def _date(found: re.Match[str], *, is_month: bool) -> str:
    """A date as a condition writes it; "" where a word is no month."""
    if found["decade"]:
        return f"{found['decade']}0..{found['decade']}9"
    if found["short"]:
        return f"20{found['short']}"
    day, month, year = found["day"] or found["then"], found["month"], found["year"]
    if not month:
        return found["iso"]
    if month in _ALSO_WORDS and not (is_month or day or year):
        return ""
    number = _ORDINALS.get(day) or int(re.sub(r"\D", "", day)) if day else None
    return Date("", int(year) if year else None, _MONTHS[month], number).iso or ""
