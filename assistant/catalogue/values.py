"""Ranges of numbers and of dates, as the values of a condition write them: "3", "2..5", "2023-10", "..2020", "--06".

Comes in: the text of a value. Goes out: its range, or None when it is no such text.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBERS = re.compile(r"(\d{0,9})(\.\.)?(\d{0,9})")
_DAY = r"(?:(\d{4})(?:-(\d\d)(?:-(\d\d))?)?|--(\d\d)(?:-(\d\d))?)"
_DATES = re.compile(rf"(?:{_DAY})?(\.\.)?(?:{_DAY})?")
MONTHS = "january february march april may june july august september october november december".split()


@dataclass(frozen=True, slots=True)
class Span:
    """A range of whole numbers, both ends included; None leaves an end open."""

    low: int | None = None
    high: int | None = None

    def holds(self, number: int) -> bool:
        """Whether a number lies in the range."""
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)

    def __str__(self) -> str:
        """As a value: "3", "2..5", "2..", "..5"."""
        low, high = ("" if end is None else str(end) for end in (self.low, self.high))
        return low if self.low == self.high and low else f"{low}..{high}"

    @classmethod
    def read(cls, text: str) -> "Span | None":
        """The range of a value."""
        match = _NUMBERS.fullmatch(text)
        if match is None or not (match[1] or match[3]):
            return None
        low, high = (int(match[one]) if match[one] else None for one in (1, 3))
        return cls(low, high if match[2] else low)


@dataclass(frozen=True, slots=True)
class Day:
    """A date as far as it is known."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """As a value: "2023", "2023-10", "2023-10-02", "--10", "--10-02"."""
        year = f"{self.year:04}" if self.year is not None else "-"
        return "-".join([year, *(f"{part:02}" for part in (self.month, self.day) if part is not None)])

    def next(self, step: int) -> "Day":
        """What comes right after (1) or before (-1), as exactly as this one is known."""
        year, month, day = self.year, self.month, self.day
        if day is not None and month is not None:
            day += step
            if 1 <= day <= monthrange(year or 2000, month)[1]:
                return Day(year, month, day)
            first = Day(year, month).next(step)
            last = monthrange(first.year or 2000, first.month or 1)[1]
            return Day(first.year, first.month, 1 if step > 0 else last)
        if month is not None:
            turn = not 1 <= month + step <= 12
            return Day(year + step if turn and year is not None else year, (month - 1 + step) % 12 + 1)
        return Day(None if year is None else year + step)


@dataclass(frozen=True, slots=True)
class Dates:
    """A date, or a range of dates with both ends included; None leaves an end open."""

    low: Day | None
    high: Day | None

    def __str__(self) -> str:
        """As a value."""
        return str(self.low) if self.low == self.high else f"{self.low or ''}..{self.high or ''}"

    @classmethod
    def read(cls, text: str) -> "Dates | None":
        """The range of a value."""
        match = _DATES.fullmatch(text)
        if match is None:
            return None
        low, high = _day(match.groups()[:5]), _day(match.groups()[6:])
        if not match[6]:
            return cls(low, low) if low and not high else None
        return cls(low, high) if low or high else None


def _day(parts: Sequence[str | None]) -> Day | None:
    year, month, day, yearless_month, yearless_day = (int(part) if part else None for part in parts)
    known = Day(year, month or yearless_month, day or yearless_day)
    sensible = (known.month or 1) <= 12 and (known.day or 1) <= 31
    return known if sensible and known != Day() else None
