"""What a question about the collection asks for, as one typed object over the fields of the schema, and as text.

Comes in: nothing, or text from anywhere. Goes out: `Query`, written by the parser, read from a model's reply, from
filters or from a command line; evaluated by `retrieve.structured`. Nothing in a text is ever executed.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ingest import schema
from ingest.errors import TalksError
from ingest.readers.dates import parse_date
from ingest.records import Kind
from ingest.schema import DATES, FLAG, NAME, NUMBER, SECONDS, Field

# Words in a part of a record; "opening" is how a title begins, "sign" a mark in it, or "digit", with "$" at its end.
WORDS = ("title", "opening", "abstract", "bio", "text", "chapter", "link", "sign")
# What a record may have beside the fields of the schema, and how that reads.
PARTS = {
    "abstract": "an abstract",
    "bio": "a biography",
    "chapter": "chapters",
    "year": "a year",
    "full_date": "a full date",
    "odd_time": "a chapter time that cannot be right",
}
# Of a date, by which records can be grouped.
CALENDAR = ("years", "months")
SPEAKS = ("head", "chapter")
_FLAGS = {"yes": 1, "true": 1, "no": 0, "false": 0}
_MOST_DIGITS = 9
_LONGEST_TEXT_CHARS = 4000


class UnknownCondition(TalksError):
    """A condition names no field, or a value that its field cannot have."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the values must hold, or none of them.

    Attributes:
        field: A key of the schema; "#" and what a field of several values holds ("#speaker", "#link"), or "#chapter":
            how many a record has; "#" alone: the size of a group; one of `WORDS`; "has" (values are keys or `PARTS`);
            "among" (ids of records); "speaks" (where somebody does, `SPEAKS`).
        values: As text. A name that some record has means that name, other words mean the names that hold them;
            numbers and seconds are a `Span`, dates `Dates`, flags "yes" or "no"; of an address, a part of it.
        negated: None of the values may hold.
    """

    field: str
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All conditions must hold.

    Those on people hold of one and the same; a second one on the same field may hold of another.

    Attributes:
        listed: "records", "chapters", "years", "months", or the key of a field of names, whose values are groups.
        order: "corpus", "title", "title_length", "size" (of groups), a key, or "#" and a key.
        skip: How many of the first are left out: 1 for "the second newest"; with `best`, how many values.
        best: Only those with the extreme value of `order`, ties included.
        counted: A number was asked for.
        summed: A key, or "#" and a key, that is added up over all records that are found.
    """

    listed: str = "records"
    kind: Kind | None = None
    conditions: tuple[Condition, ...] = ()
    order: str = "corpus"
    descending: bool = False
    limit: int | None = None
    skip: int = 0
    best: bool = False
    counted: bool = False
    summed: str | None = None

    def on(self, *keys: str) -> Iterator[Condition]:
        """The conditions on these fields, in order."""
        return (condition for condition in self.conditions if condition.field in keys)

    def wanted(self, key: str) -> list[str]:
        """What a field is asked to hold; what it must not hold is left out."""
        return [value for one in self.on(key) if not one.negated for value in one.values]

    @property
    def is_grouped(self) -> bool:
        """Whether groups are listed."""
        return self.listed not in ("records", "chapters")


def counts() -> list[str]:
    """How many values of each field a record can be asked for, as conditions name it."""
    return ["#chapter", *(f"#{field.each}" for field in schema.FIELDS if field.is_list)]


def condition_fields() -> list[str]:
    """Everything that a condition may look at."""
    keys = [field.key for field in schema.FIELDS]
    return list(dict.fromkeys((*keys, *counts(), "#", *WORDS, "has", "among", "speaks")))


def listable() -> list[str]:
    """Everything that a query may list."""
    names = [field.key for field in schema.FIELDS if field.type is NAME]
    return ["records", "chapters", *CALENDAR, *names]


def orders() -> list[str]:
    """Everything that a query may be ordered by."""
    return ["corpus", "title", "title_length", "size", *(field.key for field in schema.FIELDS), *counts()]


def is_sensible(query: Query) -> bool:
    """Whether every word of a query names something, and every value is one that its field can have."""
    summable = (*counts(), *(field.key for field in schema.FIELDS if field.type in (NUMBER, SECONDS)))
    return (
        query.listed in listable()
        and query.order in orders()
        and (query.summed is None or query.summed in summable)
        and (query.limit is None or query.limit > 0)
        and 0 <= query.skip < 10**_MOST_DIGITS
        and all(
            one.field in condition_fields() and one.values and all(_is_value(one.field, value) for value in one.values)
            for one in query.conditions
        )
    )


def _is_value(key: str, value: str) -> bool:
    if key.startswith("#"):
        return Span.read(value) is not None
    if key == "has":
        return value in PARTS or schema.field_of(value) is not None
    if key == "speaks":
        return value in SPEAKS
    field = schema.field_of(key)
    return field is None or _read_value(field, value) is not None


def _read_value(field: Field, value: str) -> "Span | Dates | str | None":
    if field.type is DATES:
        return Dates.read(value)
    if field.type in (NUMBER, SECONDS):
        return Span.read(value)
    return (value if value in _FLAGS else None) if field.type is FLAG else value


def flag(value: str) -> int | None:
    """Read "yes" → 1."""
    return _FLAGS.get(value.lower())


_QUERY = TypeAdapter(Query)
_OWN = [field for field in fields(Query) if field.name != "conditions"]


def query_text(query: Query) -> str:
    """A query as text, one "field: value" a line, that `parse_query` reads back; what says nothing is left out."""
    lines = []
    for field in _OWN:
        value = getattr(query, field.name)
        if value != field.default or field.name == "listed":
            lines.append(f"{field.name}: {'yes' if value is True else value}")
    for one in query.conditions:
        values = " | ".join(" ".join(value.replace("|", " ").split()) for value in one.values)
        lines.append(f"{'not ' if one.negated else ''}{one.field}: {values}")
    return "\n".join(lines)


def parse_query(text: str) -> Query | None:
    """Read a query; anything unknown, twice said or out of range makes it None."""
    if len(text) > _LONGEST_TEXT_CHARS:
        return None
    own: dict[str, Any] = {}
    conditions = []
    known = condition_fields()
    for line in text.strip().removeprefix("```text").strip("`").strip().splitlines():
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        key = name.removeprefix("not ")
        if not colon or not value or name in own:
            return None
        if key in known:
            values = tuple(part.strip() for part in value.split(" | "))
            conditions.append({"field": key, "values": values, "negated": name != key})
        else:
            own[name] = {"yes": True, "no": False}.get(value.lower(), value)
    numbers = [str(own.get(name, "1")) for name in ("limit", "skip")]
    if "listed" not in own or not own.keys() <= {one.name for one in _OWN} or max(map(len, numbers)) > _MOST_DIGITS:
        return None
    try:
        query = _QUERY.validate_python({**own, "conditions": conditions})
    except ValidationError:
        return None
    return query if is_sensible(query) else None


def parse_where(text: str) -> Condition:
    """Read "FIELD=VALUE", as a command line gives it.

    Raises:
        UnknownCondition: There is no such field, or it cannot have this value; names the known ones.
    """
    name, sign, value = (part.strip() for part in text.partition("="))
    if not sign or not value:
        raise UnknownCondition(f'"{text}" is no condition; write FIELD=VALUE, such as language=en.')
    return where_condition(name, value)


def where_condition(name: str, value: str) -> Condition:
    """A condition on a field that a person names by any of its words.

    Raises:
        UnknownCondition: There is no such field, or it cannot have this value; names the known ones.
    """
    if name.strip().casefold() in WORDS:
        return Condition(name.strip().casefold(), (value,))
    field = schema.field_named(name)
    if field is None:
        known = ", ".join(one.key for one in schema.FIELDS)
        raise UnknownCondition(f'There is no field "{name}"; the fields are {known}.')
    if field.type is DATES and Dates.read(value) is None:
        date = parse_date(value)
        value = str(Day(date.year, date.month, date.day)) if date.iso else value
    if field.type is FLAG:
        value = value.lower()
    if _read_value(field, value) is None:
        wanted = {
            DATES: "a date or a range, such as 2019, 2019-05 or 2018..2020",
            FLAG: "yes or no",
        }.get(field.type, "a number or a range, such as 3, 10.. or 0..600")
        raise UnknownCondition(f'{field.key} cannot be "{value}"; write {wanted}.')
    return Condition(field.key, (value,))


_NUMBERS = re.compile(r"(\d{0,9})(\.\.)?(\d{0,9})")
_DAY = r"(?:(\d{4})(?:-(\d\d)(?:-(\d\d))?)?|--(\d\d)(?:-(\d\d))?)"
_DATES = re.compile(rf"(?:{_DAY})?(\.\.)?(?:{_DAY})?")
MONTHS = "january february march april may june july august september october november december".split()


@dataclass(frozen=True, slots=True)
class Span:
    """A range of whole numbers, both ends included; None leaves an end open."""

    low: int | None = None
    high: int | None = None

    def holds(self, number: float) -> bool:
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
