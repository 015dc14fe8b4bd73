"""Rules for what a follow-up changes in the question before: a condition dropped, a year earlier, "the same page".

Comes in: a reading. Goes out: the same with the changes; and, for the last query, what is left of its conditions.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from assistant.catalogue.query import Condition, Field, WordField
from assistant.catalogue.reading import Found, Reading, Rule
from assistant.catalogue.values import Dates, Day

# What a condition is called → the fields that it may be on.
_CALLED: dict[str, tuple[Field, ...]] = {
    "AUTHOR": ("authors",), "AUTHORCOUNT": ("authors",), "TEAM": ("authors",), "COMMENT": ("comments",),
    "COMMENTCOUNT": ("comments",), "DATE": ("date",), "YEARN": ("date",), "MONTHN": ("date",), "TIME": ("date",),
    "PAGE": ("page", "pages"), "PLACE": ("affiliation", "sector", "country", "abroad"), "ORG": ("affiliation",),
    "PERSON": ("person", "speakers"), "TITLE": ("title", "opening"), "WORD": ("title", "opening", "text"),
    "POSITION": ("role",),
}  # fmt: skip
_PARTS = frozenset("CODE LINK BIO ABSTRACT CHAPTER VIDEO DATE AUTHOR COMMENT".split())
WORDED: tuple[WordField, ...] = ("title", "opening", "abstract", "bio", "text")
_PLACES: dict[str, WordField] = {"TITLE": "title", "ABSTRACT": "abstract", "BIO": "bio"}
_NAMED = " | ".join((*_CALLED, "CODE", "LINK", "BIO", "ABSTRACT", "CHAPTER", "VIDEO"))
_UNIT = "(unit: YEARN | MONTHN)"
_MONTHS = 12
# "Drop the year" takes a condition away; "those without a year" adds one.
_TAKES_AWAY = frozenset("drop remove forget ignore disregard lift cancel undo".split())
_NUMBERED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
_ELSEWHERE = re.compile(r"other|else|unique")


def _dropped(reading: Reading, found: Found) -> object:
    way = reading.part(found, "way")
    if way and way[0].text.lower().split()[0] not in _TAKES_AWAY:
        return False
    token = reading.part(found, "named")[0]
    reading.dropped.extend(_CALLED.get(token.tag, ()))
    if token.tag in _PARTS:
        reading.dropped.extend(token.values)
    return True


def _other_kind(reading: Reading, found: Found) -> None:
    """Read "leave the talks out", "no papers": of the other kind."""
    kind = reading.part(found, "kind")[0].tag
    reading.fields["kind"] = "paper" if kind == "TALK" else "talk"


def _freed(reading: Reading, found: Found) -> None:
    """Read "of any year": a condition on it goes; where there is none, it says nothing."""
    for token in reading.part(found, "named") or reading.part(found):
        reading.dropped.extend(_CALLED.get(token.values[0].upper() if token.tag == "FREE" else token.tag, ()))
    reading.said.add("freed")


def _set_to(reading: Reading, found: Found) -> None:
    """Read "change the year to 2023": the value follows."""
    reading.said.add("corrected")


def _on_day(reading: Reading, found: Found) -> object:
    """Read "on the 3rd" after a month."""
    number = _NUMBERED.fullmatch(reading.part(found, "day")[0].text.lower())
    month = _one_day(reading.before.conditions) if reading.before else None
    if number is None or month is None or month.month is None:
        return False
    reading.day = int(number[1])
    return True


def _half(reading: Reading, found: Found) -> None:
    """Read "the second half of the year", "those of the summer"."""
    first, last = reading.values(found, "half")[0].split("-")
    if any(token.tag == "YEARN" for token in reading.part(found)):
        reading.said.add("half")
    reading.require(found, "date", [str(Dates(Day(None, int(first)), Day(None, int(last))))])


def _part_too(reading: Reading, found: Found) -> None:
    """Read "and code too?": with that as well."""
    reading.add("has", reading.values(found, "part"))


def _sought_in(reading: Reading, found: Found) -> object:
    """Read "in the abstract, rather", "or in the abstract", after a question for words."""
    if reading.before is None or not any(reading.before.on(*WORDED)):
        return False
    place = reading.part(found, "place")[0].tag
    either = any(token.tag in ("OR", "ALSO") for token in reading.part(found))
    reading.sought_in = "text" if either or place not in _PLACES else _PLACES[place]
    return True


def _nowhere_else(reading: Reading, found: Found) -> object:
    """Read "those that are on no other page" after a question about one."""
    if not _ELSEWHERE.search(reading.part(found)[0].text.lower()) or reading.asked("PAGENAME"):
        return False
    reading.add("pages", ["1"])
    return True


def _shifted(reading: Reading, found: Found) -> object:
    ahead = reading.part(found)[0].tag in ("NEXT", "PREVIOUS", "BEFORE", "AFTER")
    if len(reading.part(found, "number")) > (0 if ahead else 1):
        # "The previous two years" are two, "two years earlier" is one.
        return False
    number = int((reading.values(found, "number") or ["1"])[0])
    months = number * (_MONTHS if reading.part(found, "unit")[0].tag == "YEARN" else 1)
    back = reading.part(found, "way")[0].tag in ("BEFORE", "OLDEST", "PREVIOUS")
    reading.shift_months = -months if back else months
    return True


RULES: tuple[Rule, ...] = (
    ("(NOT | WITHOUT) ALL? (kind: TALK | PAPER) (?= BREAK | COMMA | $)", _other_kind),
    (f"CHANGE (body: (ON | OF)* ({_NAMED}) TO)", _set_to),
    ("CHANGE", _set_to),
    (f"FREE (OF | ON)* (named: {_NAMED}) CONDITION?", _freed),
    ("(OF | FROM | IN | ON)* FREE (?= BREAK | COMMA | AND | BUT | $)", _freed),
    (f"(way: NOT | WITHOUT) (named: {_NAMED}) CONDITION? (?= BREAK | COMMA | AND | BUT | $)", _dropped),
    ("NEG (ON | FROM | IN | OF) (day: ORDINAL | COINED) DAYN? (?= EXACTLY | ONLY | BREAK | COMMA | OF | $)", _on_day),
    ("^ (AND | ONLY | HOWABOUT | EXACTLY)+ (day: ORDINAL | COINED) DAYN? EXACTLY? BREAK? $", _on_day),
    ("NEG (IN | FROM | OF | ON)* (half: HALF) ((OF | IN)? YEARN | (?! (OF | IN)? TIME))", _half),
    ("ONLY", _nowhere_else),
    ("(AND | BUT | WITH)* (part: CODE | LINK | BIO | ABSTRACT | CHAPTER | VIDEO) ALSO", _part_too),
    (
        "^ (NOT IN TITLE | NOT IN ABSTRACT | AND | BUT | OR | COMMA | ONLY | WITH | HOWABOUT)* IN (ALL | OF)* "
        "(place: TITLE | ABSTRACT | BIO | RECORD) (ALSO | COMMA | BREAK)* $",
        _sought_in,
    ),
    (f"(NOT | WITHOUT) (named: {_NAMED}) CONDITION", _dropped),
    (f"(NOT | WITHOUT) CONDITION (ON | OF | FROM | BY)* (named: {_NAMED})", _dropped),
    (f"(number: NUMBER)? {_UNIT} (way: BEFORE | AFTER | OLDEST | NEWEST) THEM? (?= BREAK | COMMA | $)", _shifted),
    (f"(way: NEXT | PREVIOUS | BEFORE | AFTER) (number: NUMBER)? {_UNIT} (?= BREAK | COMMA | $)", _shifted),
)


def changed(conditions: tuple[Condition, ...], reading: Reading) -> tuple[Condition, ...] | None:
    """The conditions of the last query as far as they stay.

    Returns:
        None when the follow-up changes what was not asked before.
    """
    kept = tuple(one for one in conditions if not _is_dropped(one, reading.dropped))
    if reading.dropped and len(kept) == len(conditions) and "freed" not in reading.said:
        return None
    if reading.day:
        return tuple(_on(one, reading.day) if one.field == "date" else one for one in kept)
    if reading.shift_months:
        shifted = tuple(_moved(one, reading.shift_months) if one.field == "date" else one for one in kept)
        return shifted if shifted != kept else None
    return kept


def _is_dropped(condition: Condition, dropped: list[str]) -> bool:
    if condition.field == "has":
        return bool(set(condition.values) & set(dropped))
    return condition.field in dropped


def _on(condition: Condition, day: int) -> Condition:
    """The same month, on one day of it."""
    month = _one_day((condition,))
    return replace(condition, values=(str(replace(month, day=day)),)) if month else condition


def _one_day(conditions: Iterable[Condition]) -> Day | None:
    """The one date, as far as it was given, that was asked for."""
    dates = [Dates.read(value) for one in conditions if one.field == "date" and not one.negated for value in one.values]
    one = dates[0] if len(dates) == 1 else None
    return one.low if one and one.low == one.high else None


def _moved(condition: Condition, months: int) -> Condition:
    """The same month or year, so many months on; a range stays as it is."""
    days = [dates.low for value in condition.values if (dates := Dates.read(value)) and dates.low == dates.high]
    if len(days) != 1 or days[0] is None or days[0].year is None or days[0].day is not None:
        return condition
    year, month = days[0].year, days[0].month
    if month is None:
        moved = Day(year + months // _MONTHS) if months % _MONTHS == 0 else None
    else:
        whole = year * _MONTHS + month - 1 + months
        moved = Day(whole // _MONTHS, whole % _MONTHS + 1)
    return replace(condition, values=(str(moved),)) if moved else condition


def read_same(reading: Reading, conditions: tuple[Condition, ...]) -> None:
    """Read "with the same word", "on the same page" where a condition before was on that."""
    held = {one.field for one in conditions}
    while found := reading.find(f"(WITH | ANYPREP)* SAME (named: {_NAMED})"):
        if not held & set(_CALLED.get(reading.part(found, "named")[0].tag, ())):
            return
        reading.take(found)


def in_that_year(new: Condition, old: tuple[Condition, ...]) -> Condition:
    """Read "and in May?" after "2025" or "March 2025" as May 2025."""
    dated = [value for one in old if one.field == "date" and not one.negated for value in one.values]
    before = Dates.read(dated[0]) if len(dated) == 1 else None
    low = before.low if before and before.low == before.high else None
    if new.field != "date" or low is None or low.year is None:
        return new
    days = [Dates.read(value) for value in new.values]
    if not all(one and one.low and one.low == one.high and one.low.year is None for one in days):
        return new
    values = tuple(str(replace(one.low, year=low.year)) for one in days if one and one.low)
    return replace(new, values=values)
