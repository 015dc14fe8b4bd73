"""A query as plain text, one "field: value" a line: what a model is asked to write, checked before it is believed.

Comes in: a query, or text from anywhere. Goes out: the text, or a query, or None when the text is not one.
"""

from dataclasses import fields
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from assistant.catalogue.institutions import Sector
from assistant.catalogue.query import Condition, CountField, Field, Part, Query
from assistant.catalogue.values import Dates, Span

_QUERY = TypeAdapter(Query)
_OWN = [field for field in fields(Query) if field.name != "conditions"]
_FIELDS = [name for one in get_args(Field) for name in (get_args(one) or (one,))]
_CLOSED = {"has": get_args(Part), "sector": get_args(Sector), "speaks": ("chapter", "head")}
_LARGEST_NUMBER_DIGITS = 9
_LONGEST_REPLY_CHARS = 4000


def query_text(query: Query) -> str:
    """A query as text that `parse_query` reads back; what says nothing is left out."""
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
    """Read a query; anything unknown, twice said or out of range makes it None. Nothing in it is ever executed."""
    if len(text) > _LONGEST_REPLY_CHARS:
        return None
    own: dict[str, Any] = {}
    conditions = []
    for line in text.strip().removeprefix("```text").strip("`").strip().splitlines():
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        field = name.removeprefix("not ")
        if not colon or not value or name in own:
            return None
        if field in _FIELDS:
            values = tuple(part.strip() for part in value.split(" | "))
            conditions.append({"field": field, "values": values, "negated": name != field})
        else:
            own[name] = {"yes": True, "no": False}.get(value.lower(), value)
    return _validated(own, conditions)


def _validated(own: dict[str, Any], conditions: list[dict[str, Any]]) -> Query | None:
    known = {field.name for field in _OWN}
    limit = str(own.get("limit", "1"))
    if "listed" not in own or not own.keys() <= known or len(limit) > _LARGEST_NUMBER_DIGITS:
        return None
    try:
        query = _QUERY.validate_python({**own, "conditions": conditions})
    except ValidationError:
        return None
    sensible = (query.limit is None or query.limit > 0) and 0 <= query.skip < 10**_LARGEST_NUMBER_DIGITS
    return query if sensible and all(_holds_sense(one) for one in query.conditions) else None


def _holds_sense(condition: Condition) -> bool:
    """Whether the values are of the sort that the field has."""
    if condition.field in get_args(CountField):
        return all(Span.read(value) for value in condition.values)
    if condition.field == "date":
        return all(Dates.read(value) for value in condition.values)
    known = _CLOSED.get(condition.field)
    return known is None or all(value in known for value in condition.values)
