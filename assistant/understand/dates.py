"""Dates, numbers and lengths of time in a question → the texts that conditions hold.

Comes in: the words of a question, folded, from one place on. Goes out: what stands there and how many words it takes.
Which ends of a range are meant ("since", "before") is left to the parser.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.query import MONTHS, dates_in
from ingest.records import Date

_SHORT_MONTHS = {name[:3]: number for number, name in enumerate(MONTHS, 1)} | {"sept": 9}
_ALSO_WORDS = frozenset(("may", "march", "mar", "sep", "dec", "jan"))
_BEFORE_MONTH = frozenset(
    "in of from with since before after until during to and or for dated between a every any by , through".split()
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_DECADE = re.compile(r"((?:19|20)\d)0s")
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_SHORT_YEAR = re.compile(r"['’](\d\d)")
_ISO = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?$")
_LONGEST_NUMBER_DIGITS = 6
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_NUMBERS = {word: number for number, word in enumerate(_UNITS)} | {
    "dozen": 12, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90, "hundred": 100,
}  # fmt: skip
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        1,
    )
}
_ORDINAL = re.compile(r"(\d{1,3})(?:st|nd|rd|th)")
_SECONDS = {
    unit: seconds
    for units, seconds in (("second sec", 1), ("minute min", 60), ("hour hr h", 3600))
    for name in units.split()
    for unit in (name, f"{name}s")
}
# Parts of a year: first and last month.
_PARTS = {
    "h1": (1, 6), "h2": (7, 12),
    "first half": (1, 6), "second half": (7, 12), "last half": (7, 12), "first quarter": (1, 3), "q1": (1, 3),
    "second quarter": (4, 6), "q2": (4, 6), "third quarter": (7, 9), "q3": (7, 9), "fourth quarter": (10, 12),
    "last quarter": (10, 12), "q4": (10, 12), "spring": (3, 5), "summer": (6, 8), "autumn": (9, 11),
}  # fmt: skip
_BETWEEN_PART_AND_YEAR = frozenset(("of", "in", "the", "year", ","))


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
        place: Of the word.
        before: The word in front.
        capital: Whether the word is written with a capital; "May" is a month, "may" seldom.
    """
    ahead = [*keys[place : place + 7], *[""] * 7]
    return (
        _part_of_year(ahead)
        or _date(ahead, before, capital=capital)
        or _length(ahead)
        or _ordinal(ahead[0])
        or _number(ahead[0])
    )


def date_in(keys: Sequence[str]) -> str | None:
    """The first month or day of a month in a few words: of "Daily Papers, Sep 8" it is "--09-08"."""
    for place in range(len(keys)):
        found = measured_at(keys, place, capital=True)
        if found and found.sort == "date" and not _YEAR.fullmatch(found.value):
            return found.value
    return None


def _part_of_year(keys: Sequence[str]) -> Measured | None:
    for length in (2, 1):
        months = _PARTS.get(" ".join(keys[:length]))
        if months is None:
            continue
        place = length
        while keys[place] in _BETWEEN_PART_AND_YEAR:
            place += 1
        if _YEAR.fullmatch(keys[place]):
            return Measured("date", f"{keys[place]}-{months[0]:02}..{keys[place]}-{months[1]:02}", place + 1)
    return None


def _date(keys: Sequence[str], before: str, *, capital: bool) -> Measured | None:
    first = keys[0]
    if _ISO.match(first):
        return Measured("date", first, 1) if dates_in(first) else None
    if decade := _DECADE.fullmatch(first):
        return Measured("date", f"{decade[1]}0..{decade[1]}9", 1)
    if short := _SHORT_YEAR.fullmatch(first):
        return Measured("date", f"20{short[1]}", 1)
    day = _DAY.fullmatch(str(_ORDINALS.get(first, first)) if keys[1] == "of" else first)
    at = 1 + (keys[1] == "of") if day else 0
    month = _month(keys[at])
    if month and (
        day or keys[at] not in _ALSO_WORDS or capital or before in _BEFORE_MONTH or keys[at + 1][:1].isdigit()
    ):
        return _day_of(keys, at + 1, month, int(day[1]) if day else None)
    return Measured("date", first, 1) if _YEAR.fullmatch(first) else None


def _day_of(keys: Sequence[str], length: int, month: int, day: int | None) -> Measured | None:
    if day is None and (after := _DAY.fullmatch(keys[length])) and int(after[1]) <= 31:  # noqa: PLR2004
        day, length = int(after[1]), length + 1
    between = keys[length] in (",", "of")
    year = None
    if _YEAR.fullmatch(keys[length + between]):
        year, length = int(keys[length + between]), length + between + 1
    value = Date("", year, month, day).iso or ""
    return Measured("date", value, length) if dates_in(value) else None


def _month(word: str) -> int | None:
    if word in MONTHS:
        return MONTHS.index(word) + 1
    return _SHORT_MONTHS.get(word)


def _length(keys: Sequence[str]) -> Measured | None:
    """Read "30 minutes", "an hour", "half an hour", "an hour and a half", "1 h"."""
    number, place = _NUMBERS.get(keys[0]), 1
    if keys[0].isdigit() and len(keys[0]) <= _LONGEST_NUMBER_DIGITS:
        number = int(keys[0])
    if keys[0] in ("a", "an"):
        number = 1
    if keys[0] == "half" and keys[1] in ("a", "an") and keys[2] in _SECONDS:
        return Measured("seconds", str(_SECONDS[keys[2]] // 2), 3)
    seconds = _SECONDS.get(keys[place])
    if number is None or seconds is None or (keys[0] in ("a", "an") and seconds == 1) or keys[place] == "second":
        return None
    whole = number * seconds
    if tuple(keys[place + 1 : place + 4]) == ("and", "a", "half"):
        return Measured("seconds", str(whole + seconds // 2), place + 4)
    return Measured("seconds", str(whole), place + 1)


def _ordinal(word: str) -> Measured | None:
    number = _ORDINALS.get(word) or (int(found[1]) if (found := _ORDINAL.fullmatch(word)) else None)
    return Measured("ordinal", str(number), 1) if number else None


def _number(word: str) -> Measured | None:
    if word.isdigit() and len(word) <= _LONGEST_NUMBER_DIGITS:
        return Measured("number", str(int(word)), 1)
    return Measured("number", str(_NUMBERS[word]), 1) if word in _NUMBERS else None
