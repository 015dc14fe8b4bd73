"""Rules for what a follow-up changes in the question before: a condition dropped, a year earlier, "the same page".

Comes in: a reading. Goes out: the same with the changes; and, for the last query, what is left of its conditions.
"""

from dataclasses import replace

from assistant.catalogue.query import Condition, Field
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
_NAMED = " | ".join((*_CALLED, "CODE", "LINK", "BIO", "ABSTRACT", "CHAPTER", "VIDEO"))
_UNIT = "(unit: YEARN | MONTHN)"
_MONTHS = 12


def _dropped(reading: Reading, found: Found) -> None:
    token = reading.part(found, "named")[0]
    reading.dropped.extend(_CALLED.get(token.tag, ()))
    if token.tag in _PARTS:
        reading.dropped.extend(token.values)


def _shifted(reading: Reading, found: Found) -> object:
    if len(reading.part(found, "number")) > 1:
        return False
    number = int((reading.values(found, "number") or ["1"])[0])
    months = number * (_MONTHS if reading.part(found, "unit")[0].tag == "YEARN" else 1)
    back = reading.part(found, "way")[0].tag in ("BEFORE", "OLDEST", "PREVIOUS")
    reading.shift_months = -months if back else months
    return True


RULES: tuple[Rule, ...] = (
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
    if reading.dropped and len(kept) == len(conditions):
        return None
    if reading.shift_months:
        shifted = tuple(_moved(one, reading.shift_months) if one.field == "date" else one for one in kept)
        return shifted if shifted != kept else None
    return kept


def _is_dropped(condition: Condition, dropped: list[str]) -> bool:
    if condition.field == "has":
        return bool(set(condition.values) & set(dropped))
    return condition.field in dropped


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
