"""Dates and numbers in a question.

Comes in: a marking. Goes out: the same with dates tagged as far as they are given, and numbers.
"""

import re

from assistant.catalogue.concepts import month
from assistant.catalogue.marking import Marking
from assistant.catalogue.values import Dates, Day

# "May" and "march" are months only where the words around say so.
_VERBS = frozenset(("may", "march", "mar", "sep", "dec", "jan"))
_BEFORE_MONTH = frozenset(
    "in of from with since before after until during to and or for dated between a every any date by , through".split()
)
# "Same, but March."
_BEFORE_ALONE = frozenset(("", *"but only just about try with and instead now same make it".split()))
_AFTER_ALONE = frozenset(("", *". , instead then rather only please too also".split()))
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_YEAR = re.compile(r"(?:19|20)\d\d")
_DECADE = re.compile(r"((?:19|20)\d)0s")


def tag_dates(marking: Marking) -> None:
    """Tag "Oct 2023", "May 2", "2024", "the 2010s", and bare numbers."""
    place = 0
    while place < len(marking.words):
        place += _time_at(marking, place) or 1


def _time_at(marking: Marking, place: int) -> int:
    """Tag the date here, as far as it is given; returns its length in words."""
    keys = [word.key for word in marking.words[place : place + 5]]
    if keys[0] in _ORDINALS and "of" in keys[1:2] and month((keys[2:3] or [""])[0]):
        # "The eighth of June".
        keys[0] = str(_ORDINALS.index(keys[0]) + 1)
    keys += [""] * (5 - len(keys))
    if decade := _DECADE.fullmatch(keys[0]):
        years = Dates(Day(int(decade[1]) * 10), Day(int(decade[1]) * 10 + 9))
        marking.mark(place, place + 1, "TIME", str(years))
        return 1
    day_first = _DAY.fullmatch(keys[0])
    skip = 1 + (keys[1] == "of") if day_first else 0
    number = month(keys[skip])
    if number and _is_month(marking, place, keys, skip):
        return _full_date(marking, place, keys, skip + 1, number, int(day_first[1]) if day_first else None)
    if _YEAR.fullmatch(keys[0]):
        marking.mark(place, place + 1, "TIME", keys[0])
        return 1
    if keys[0].isdigit() and len(keys[0]) <= 6:
        marking.mark(place, place + 1, "NUMBER", str(int(keys[0])))
        return 1
    return 0


def _is_month(marking: Marking, place: int, keys: list[str], skip: int) -> bool:
    if marking.tag(place + skip) not in ("", "FILLER"):
        return False
    before = marking.key(place - 1)
    # "May of that year".
    if keys[skip + 1] == "of" and (keys[skip + 2] in ("that", "the", "same", "this") or keys[skip + 2].isdigit()):
        return True
    alone = marking.words[place + skip].text.istitle() and keys[skip + 1] in _AFTER_ALONE and before in _BEFORE_ALONE
    return bool(alone or keys[skip] not in _VERBS or skip or before in _BEFORE_MONTH or keys[skip + 1][:1].isdigit())


def _full_date(marking: Marking, place: int, keys: list[str], length: int, number: int, day: int | None) -> int:
    if day is None and (after := _DAY.fullmatch(keys[length])):
        day, length = int(after[1]), length + 1
    comma = length < len(keys) - 1 and keys[length] in (",", "of")
    year = None
    if _YEAR.fullmatch(keys[length + comma] if length + comma < len(keys) else ""):
        year, length = int(keys[length + comma]), length + comma + 1
    marking.mark(place, place + length, "TIME", str(Day(year, number, day)))
    return length
