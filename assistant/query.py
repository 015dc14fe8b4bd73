"""What a question about the collection asks for, as one typed object over the fields of the schema, and as text.

Comes in: nothing, or text from anywhere. Goes out: `Query`, written by the parser, made of filters or of a command
line; evaluated by `retrieve.structured`. Nothing in a text is ever executed.
"""

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from ingest import schema
from ingest.errors import TalksError
from ingest.readers.fields import parse_date
from ingest.records import Date, Kind
from ingest.schema import DATES, FLAG, NAME, NUMBER, SECONDS

End = TypeVar("End", int, Date)

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
SPEAKS = ("head", "chapter")
_MOST_DIGITS = 9
_LONGEST_TEXT_CHARS = 4000
_SOME_LEAP_YEAR = 2024


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
            numbers and seconds are a range, dates likewise, flags "yes" or "no"; of an address, a part of it.
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


EVERYTHING = Query()
"""The whole collection."""


def counts() -> list[str]:
    """How many values of each field a record can be asked for, as conditions name it."""
    return ["#chapter", *(f"#{field.each}" for field in schema.FIELDS if field.is_list)]


def is_number(key: str) -> bool:
    """Whether conditions on it are ranges of numbers."""
    field = schema.field_of(key)
    return key.startswith("#") or (field is not None and field.type in (NUMBER, SECONDS))


def _is_sensible(query: Query) -> bool:
    keys = [field.key for field in schema.FIELDS]
    names = [field.key for field in schema.FIELDS if field.type is NAME]
    known = {*keys, *counts(), "#", *WORDS, "has", "among", "speaks"}
    return (
        query.listed in {"records", "chapters", "years", "months", *names}
        and query.order in {"corpus", "title", "title_length", "size", *keys, *counts()}
        and (query.limit is None or query.limit > 0)
        and query.skip >= 0
        and all(
            one.field in known and all(_is_value(one.field, value) for value in one.values) for one in query.conditions
        )
    )


def _is_value(key: str, value: str) -> bool:
    """Whether what a condition looks at can have this value."""
    field = schema.field_of(key)
    if is_number(key):
        return numbers_in(value) is not None
    if field is not None and field.type is DATES:
        return dates_in(value) is not None
    if field is not None and field.type is FLAG:
        return value in ("yes", "no")
    if key == "has":
        return value in PARTS or schema.field_of(value) is not None
    return bool(value) and (key != "speaks" or value in SPEAKS)


_QUERY = TypeAdapter(Query)
OWN = {field.name: field.default for field in fields(Query) if field.name != "conditions"}
"""What a query says beside its conditions, and what goes without saying."""


def query_text(query: Query) -> str:
    """A query as text, one "field: value" a line, that `parse_query` reads back; what says nothing is left out."""
    lines = []
    for name, default in OWN.items():
        value = getattr(query, name)
        if value != default or name == "listed":
            lines.append(f"{name}: {'yes' if value is True else value}")
    for one in query.conditions:
        values = " | ".join(" ".join(value.replace("|", " ").split()) for value in one.values)
        lines.append(f"{'not ' if one.negated else ''}{one.field}: {values}")
    return "\n".join(lines)


def parse_query(text: str) -> Query | None:
    """Read a query; anything unknown, twice said or out of range makes it None."""
    own: dict[str, Any] = {}
    conditions = []
    for line in text.splitlines():
        name, _, value = (part.strip() for part in line.partition(":"))
        if name not in OWN:
            values = tuple(part.strip() for part in value.split(" | "))
            conditions.append(Condition(name.removeprefix("not "), values, name.startswith("not ")))
        elif name in own:
            return None
        else:
            own[name] = value
    try:
        query = _QUERY.validate_python({**own, "conditions": conditions})
    except ValidationError:
        return None
    return query if "listed" in own and len(text) <= _LONGEST_TEXT_CHARS and _is_sensible(query) else None


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
    if (part := name.strip().casefold()) in WORDS:
        return Condition(part, (value,))
    field = schema.field_named(name)
    if field is None:
        known = ", ".join(one.key for one in schema.FIELDS)
        raise UnknownCondition(f'There is no field "{name}"; the fields are {known}.')
    if field.type is DATES:
        value = parse_date(value).iso or value
    if field.type is FLAG:
        value = {"true": "yes", "false": "no"}.get(value.lower(), value.lower())
    if not _is_value(field.key, value):
        wanted = {
            DATES: "a date or a range, such as 2019, 2019-05 or 2018..2020",
            FLAG: "yes or no",
        }.get(field.type, "a number or a range, such as 3, 10.. or 0..600")
        raise UnknownCondition(f'{field.key} cannot be "{value}"; write {wanted}.')
    return Condition(field.key, (value,))


def narrowed(query: Query, where: Mapping[str, object]) -> Query:
    """A query with further conditions, field by field; raises as `where_condition` does."""
    more = (where_condition(name, str(value)) for name, value in where.items())
    return replace(query, conditions=(*query.conditions, *more))


MONTHS = "january february march april may june july august september october november december".split()


@dataclass(frozen=True, slots=True)
class Range(Generic[End]):
    """From one number or date to another, both included; None leaves an end open."""

    low: End | None = None
    high: End | None = None


def numbers_in(value: str) -> Range[int] | None:
    """Read "3", "2..5", "2..", "..5"."""
    return _range(value, lambda end: int(end) if end.isdecimal() and len(end) <= _MOST_DIGITS else None)


def dates_in(value: str) -> Range[Date] | None:
    """Read "2023", "2023-10", "2023-10-02", "--10", "--10-02", and ranges of them."""
    return _range(value, lambda end: date if (date := parse_date(end)).iso == end else None)


def _range(value: str, read: Callable[[str], End | None]) -> Range[End] | None:
    first, dots, last = value.partition("..")
    ends = {end: read(end) for end in (first, last) if end}
    if not ends or None in ends.values():
        return None
    return Range(ends.get(first), ends.get(last) if dots else ends.get(first))


def beside(date: Date, step: int) -> Date:
    """What comes right after a date (1) or before it (-1), as exactly as it is known.

    Raises:
        ValueError: No calendar goes so far.
    """
    first = datetime.date(date.year or _SOME_LEAP_YEAR, date.month or 1, date.day or 1)
    days = step if date.day else -1 if step < 0 else 31 if date.month else 366
    try:
        moved = first + datetime.timedelta(days)
    except OverflowError as error:
        raise ValueError(date.iso) from error
    return Date("", date.year and moved.year, date.month and moved.month, date.day and moved.day)
