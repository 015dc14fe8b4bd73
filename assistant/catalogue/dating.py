"""Rules for dates: "before 2020", "October 2023", "May 2 without a year", "from 2022 to 2024".

Comes in: a reading. Goes out: the same with conditions on "date".
"""

import re

from assistant.catalogue.reading import Found, Reading, Rule
from assistant.catalogue.values import Dates, Day

_LEAD = "NEG (PUBLISHED | AUTHORED | GIVEN | DATE | ANYPREP | EDGE | SHARE | YEARN (?= BEFORE | AFTER | SINCE))*"
_A_VERB = re.compile(r"\b(?!(?:the|about|year)\b)[a-z]{2,}", re.IGNORECASE)
_DATED = "(DATE | TALK? DATE)?"


def _ends(reading: Reading, found: Found, group: str = "time") -> list[Dates]:
    return [dates for value in reading.values(found, group) if (dates := Dates.read(value))]


def _require(reading: Reading, found: Found, low: Day | None, high: Day | None) -> object:
    if low is None and high is None:
        return False
    reading.require(found, "date", [str(Dates(low, high))])
    return True


def _before(reading: Reading, found: Found) -> object:
    first = _ends(reading, found)[0].low
    return _require(reading, found, None, first.next(-1) if first else None)


def _after(reading: Reading, found: Found) -> object:
    last = _ends(reading, found)[0].high
    return _require(reading, found, last.next(1) if last else None, None)


def _since(reading: Reading, found: Found) -> object:
    return _require(reading, found, _ends(reading, found)[0].low, None)


def _until(reading: Reading, found: Found) -> object:
    tokens = reading.part(found)
    place, cue = next((n, one) for n, one in enumerate(tokens) if one.tag in ("TO", "UPTO"))
    if cue.tag == "TO" and _A_VERB.search(reading.question[cue.end : tokens[place + 1].start]):
        # "Is it possible to see the 2024 papers?"
        return False
    return _to(reading, found)


def _to(reading: Reading, found: Found) -> object:
    return _require(reading, found, None, _ends(reading, found)[0].high)


def _between(reading: Reading, found: Found) -> object:
    first, last = _ends(reading, found)
    low, high = first.low, last.high
    if low and high and low.year is None and high.year is not None:
        # "from March to June 2023"
        low = Day(high.year, low.month, low.day)
    if low and high and (low.year or 0, low.month or 0) > (high.year or 0, high.month or 99):
        low, high = last.low, first.high
    return _require(reading, found, low, high)


def _half(reading: Reading, found: Found) -> object:
    year = _ends(reading, found)[0].low
    if year is None or year.year is None:
        return False
    first, last = reading.values(found, "half")[0].split("-")
    return _require(reading, found, Day(year.year, int(first)), Day(year.year, int(last)))


def _in(reading: Reading, found: Found) -> None:
    days = [(token, dates) for token in reading.part(found, "time") for dates in map(Dates.read, token.values)]
    last = days[-1][1]
    year = last.low.year if last and last.low and last.low == last.high else None
    values = []
    for token, dates in days:
        day = dates.low if dates and dates.low == dates.high else None
        # "in June or July 2023": the year is said of both.
        borrowed = Day(year, day.month, day.day) if day and day.year is None and year else None
        values.append(str(borrowed) if borrowed else token.values[0])
    reading.require(found, "date", values)


RULES: tuple[Rule, ...] = (
    (f"{_LEAD} HALF (OF | IN)? (time: TIME)".replace("HALF", "(half: HALF)"), _half),
    (f"{_LEAD} BETWEEN? (time: TIME (TO | UPTO)+ (EDGE OF?)? TIME)", _between),
    (f"{_LEAD} BETWEEN (time: TIME AND (EDGE OF?)? TIME)", _between),
    (f"{_LEAD} (BEFORE | LESS | EARLIER) (EDGE | ANYPREP | YEARN)* (time: TIME)", _before),
    (f"{_LEAD} (AFTER | MORE | ONWARDS) (EDGE | ANYPREP | YEARN)* (time: TIME)", _after),
    (f"{_LEAD} (SINCE | ATLEAST) (EDGE | ANYPREP | YEARN)* (time: TIME)", _since),
    (f"{_LEAD} (UPTO | TO)+ (EDGE | ANYPREP | YEARN)* (time: TIME)", _until),
    (f"{_LEAD} (time: TIME) (ONWARDS | ORMORE | ON (?= BREAK | COMMA | AND | $))", _since),
    (f"{_LEAD} (time: TIME) (EARLIER | ORLESS)", _to),
    (f"{_LEAD} (ONLY | YEARN | MONTHN | EXACTLY | BOTH | SAME | OF)* (time: TIME ((AND | OR | COMMA)+ "
        f"ANYPREP? TIME)*) {_DATED}", _in),
)  # fmt: skip
