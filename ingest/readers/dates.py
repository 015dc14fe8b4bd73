"""Dates as pages write them: with and without a year, sometimes with a comment count behind.

Comes in: one line or value. Goes out: a `Date` that keeps the wording and holds only what a calendar allows.
"""

import re
from datetime import date

from ingest.records import Date

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_COMMENTS = r"(?:\s+(?P<comments>\d{1,4})(?:\s+comments?)?)?"
# "Jan 5, 20243" is the year 2024 and three comments: the count stands glued to the date on some saved pages.
_WITH_YEAR = re.compile(
    rf"(?P<text>{_MONTH} (?P<day>\d{{1,2}}), ?(?P<year>\d{{4}}))(?P<glued>\d{{1,3}})?{_COMMENTS}", re.I
)
_WITHOUT_YEAR = re.compile(rf"(?P<text>{_MONTH} (?P<day>\d{{1,2}}))(?P<glued>\d{{1,3}})?{_COMMENTS}", re.I)
_DAY_FIRST = re.compile(rf"(?P<text>(?P<day>\d{{1,2}}) {_MONTH},?(?: (?P<year>\d{{4}}))?){_COMMENTS}", re.I)
_ISO = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?(?:[T ]\d{2}:\d{2}.*)?")
_ISO_PARTS = re.compile(r"(?P<year>\d{4}|-)(?:-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")
# A leap year: "Feb 29" without its year may be right.
_SOME_LEAP_YEAR = 2024


def parse_dated_line(line: str) -> tuple[Date, int | None] | None:
    """Read a line that is a date and perhaps a comment count.

    Returns:
        The date and the count, or None when the line is anything else.
    """
    for pattern in (_WITH_YEAR, _WITHOUT_YEAR, _DAY_FIRST):
        if match := pattern.fullmatch(line.strip()):
            break
    else:
        return None
    parts = match.groupdict()
    text, day_text, glued = parts["text"], parts["day"], parts.get("glued")
    month = MONTHS.index(parts["month"][:3].casefold()) + 1
    year = int(parts["year"]) if parts.get("year") else None
    if (
        year is None
        and not glued
        and len(day_text) == 2
        and not _is_day(year, month, int(day_text))
        and day_text[0] != "0"
    ):
        # "Apr 32" cannot be a day; it is April 3 with two comments.
        text, day_text, glued = text[:-1], day_text[0], day_text[1]
    day = int(day_text)
    comments = parts["comments"] or glued
    found = Date(text=text, year=year, month=month, day=day if _is_day(year, month, day) else None)
    return found, int(comments) if comments else None


def parse_date(text: str) -> Date:
    """Read a date that stands alone; what is not understood is kept as written, with nothing known."""
    text = text.strip()
    if (dated := parse_dated_line(text)) and dated[1] is None:
        return dated[0]
    if match := _ISO.fullmatch(text):
        year = int(match["year"])
        month = int(match["month"]) if match["month"] and 1 <= int(match["month"]) <= 12 else None
        day = int(match["day"]) if match["day"] and month and _is_day(year, month, int(match["day"])) else None
        return Date(text=text, year=year, month=month, day=day)
    return Date(text=text)


def parse_iso(text: str) -> Date:
    """Read what `Date.iso` writes, a date without its year ("--04-03") included."""
    match = _ISO_PARTS.fullmatch(text)
    if match is None:
        return Date(text=text)
    year, month, day = (int(part) if part and part != "-" else None for part in match.group("year", "month", "day"))
    month = month if month and 1 <= month <= 12 else None
    return Date(text, year, month, day if month and day and _is_day(year, month, day) else None)


def _is_day(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or _SOME_LEAP_YEAR, month, day)
    except ValueError:
        return False
    return True
