"""Rules for other dates than the question before had: a year earlier, the 3rd, the second half, everything before.

Comes in: a reading. Goes out: the same with the change; and, for the last query, its conditions with the date moved.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from assistant.catalogue.query import Condition
from assistant.catalogue.reading import Found, Reading, Rule
from assistant.catalogue.values import Dates, Day

_UNIT = "(unit: YEARN | MONTHN)"
_MONTHS = 12
_NUMBERED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)")
_THE_OLDER = re.compile(r"\bthe (?:older|earlier|newer|later|more recent)\b", re.IGNORECASE)


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


def _on_day(reading: Reading, found: Found) -> object:
    """Read "on the 3rd" after a month."""
    number = _NUMBERED.fullmatch(reading.part(found, "day")[0].text.lower())
    month = _one_day(reading.before.conditions) if reading.before else None
    if number is None or month is None or month.month is None:
        return False
    reading.day = int(number[1])
    return True


def _beyond(reading: Reading, found: Found) -> object:
    """Read "and before that year?", "and later?"."""
    if reading.before is None or not any(reading.before.on("date")):
        return False
    if _THE_OLDER.search(reading.question) or reading.part(found, "way")[0].text.lower().endswith("est"):
        return False
    earlier = reading.part(found, "way")[0].tag in ("BEFORE", "EARLIER", "OLDEST")
    reading.beyond = "before" if earlier else "after"
    return True


def _half(reading: Reading, found: Found) -> None:
    """Read "the second half of the year", "those of the summer"."""
    first, last = reading.values(found, "half")[0].split("-")
    if any(token.tag == "YEARN" for token in reading.part(found)):
        reading.said.add("half")
    reading.require(found, "date", [str(Dates(Day(None, int(first)), Day(None, int(last))))])


def _same_month(reading: Reading, found: Found) -> object:
    """Read "the same month in 2024" after "October 2023"."""
    month = _one_day(reading.before.conditions) if reading.before else None
    year = Dates.read(reading.values(found, "time")[0])
    if month is None or year is None or year.low is None or year.low.month is not None:
        return False
    reading.add("date", [str(replace(month, year=year.low.year))])
    reading.said.add("corrected")
    return True


RULES: tuple[Rule, ...] = (
    ("NEG (ON | FROM | IN | OF) (day: ORDINAL | COINED) DAYN? (?= EXACTLY | ONLY | BREAK | COMMA | OF | $)", _on_day),
    ("NEG (IN | FROM | OF | ON)* (half: HALF) ((OF | IN)? YEARN | (?! (OF | IN)? TIME))", _half),
    ("SAME MONTHN (IN | OF | BUT | COMMA | FROM)* (time: TIME)", _same_month),
    (
        "^ (AND | BUT | WHICH | HOWABOUT | THING | THEM | PUBLISHED | FROM | IN | HOWMANY | ISTHERE | LIST)* "
        "(way: BEFORE | AFTER | EARLIER | ONWARDS | OLDEST | NEWEST) "
        "(THEM | IT | OF | TIMES | YEARN | MONTHN)* BREAK? $",
        _beyond,
    ),
    (f"(number: NUMBER)? {_UNIT} (way: BEFORE | AFTER | OLDEST | NEWEST) THEM? (?= BREAK | COMMA | $)", _shifted),
    (f"(way: NEXT | PREVIOUS) (number: NUMBER)? {_UNIT} (?= BREAK | COMMA | $)", _shifted),
)


def moved(conditions: tuple[Condition, ...], reading: Reading) -> tuple[Condition, ...] | None:
    """The conditions with their date moved as the follow-up says.

    Returns:
        None when there is no date that could be moved so.
    """
    if reading.beyond:
        return _moved_beyond(conditions, after=reading.beyond == "after")
    if reading.day:
        return tuple(_on(one, reading.day) if one.field == "date" else one for one in conditions)
    if reading.shift_months:
        shifted = tuple(_moved(one, reading.shift_months) if one.field == "date" else one for one in conditions)
        return shifted if shifted != conditions else None
    return conditions


def _on(condition: Condition, day: int) -> Condition:
    """The same month, on one day of it."""
    month = _one_day((condition,))
    return replace(condition, values=(str(replace(month, day=day)),)) if month else condition


def _moved_beyond(conditions: tuple[Condition, ...], *, after: bool) -> tuple[Condition, ...] | None:
    """All that lies before, or after, the date that was asked for; None where that has no such end."""
    found = []
    for one in conditions:
        dates = Dates.read(one.values[0]) if one.field == "date" and len(one.values) == 1 else None
        if one.field != "date":
            found.append(one)
            continue
        end = (dates.high if after else dates.low) if dates and not one.negated else None
        if end is None:
            return None
        beyond = Dates(end.next(1), None) if after else Dates(None, end.next(-1))
        found.append(replace(one, values=(str(beyond),)))
    return tuple(found)


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
