"""A query as plain text, one "field: value" a line: what a model is asked to write, checked before it is believed.

Comes in: a query, or text from anywhere. Goes out: the text, or a query, or None when the text is not one.
"""

import re
from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from assistant.catalogue.query import Query, Span

_QUERY = TypeAdapter(Query)
_TYPES = {field.name: field.type for field in fields(Query)}
_SPANS = frozenset(("years", "dates", "authors", "comments", "speakers", "page_count", "chapters", "sizes"))
_LISTS = frozenset(
    (
        "pages", "not_pages", "people", "affiliations", "roles", "sectors", "countries", "not_countries", "months",
        "having", "lacking", "titles", "openings", "texts", "links",
    )
)  # fmt: skip
_FLAGS = frozenset(("odd_times", "descending", "best", "counted"))
_NUMBERS = frozenset(("day", "limit"))
_LARGEST_NUMBER_DIGITS = 9
_LONGEST_REPLY_CHARS = 4000


def query_text(query: Query) -> str:
    """A query as text that `parse_query` reads back; fields that say nothing are left out."""
    lines = []
    for field in fields(Query):
        value = getattr(query, field.name)
        if value != field.default or field.name == "listed":
            lines += [f"{field.name}: {text}" for text in _texts(field.name, value)]
    return "\n".join(lines)


def parse_query(text: str) -> Query | None:
    """Read a query; anything unknown, twice said or out of range makes it None. Nothing in it is ever executed."""
    if len(text) > _LONGEST_REPLY_CHARS:
        return None
    values: dict[str, Any] = {}
    for line in text.strip().removeprefix("```text").strip("`").strip().splitlines():
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or name not in _TYPES or not value or (name in values and name not in _LISTS):
            return None
        try:
            if name in _LISTS:
                values[name] = (*values.get(name, ()), int(value) if name == "months" else value)
            else:
                values[name] = _value(name, value)
        except ValueError:
            return None
    if "listed" not in values:
        return None
    try:
        query = _QUERY.validate_python(values, strict=False)
    except ValidationError:
        return None
    sensible = all(1 <= month <= 12 for month in query.months) and (query.limit is None or query.limit > 0)
    return query if sensible else None


def _texts(name: str, value: Any) -> list[str]:
    if name in _SPANS:
        return [f"{'' if value.low is None else value.low}..{'' if value.high is None else value.high}"]
    if name in _LISTS:
        return [" ".join(str(one).split()) for one in value]
    return ["yes" if value is True else str(value)]


def _value(name: str, text: str) -> Any:
    if name in _SPANS:
        match = re.fullmatch(rf"(\d{{0,{_LARGEST_NUMBER_DIGITS}}})(\.\.)?(\d{{0,{_LARGEST_NUMBER_DIGITS}}})", text)
        if match is None or not (match[1] or match[3]):
            raise ValueError(text)
        low = int(match[1]) if match[1] else None
        high = (int(match[3]) if match[3] else None) if match[2] else low
        return Span(low, high)
    if name in _NUMBERS:
        if not re.fullmatch(rf"\d{{1,{_LARGEST_NUMBER_DIGITS}}}", text):
            raise ValueError(text)
        return int(text)
    if name in _FLAGS:
        return {"yes": True, "no": False}[text.lower()] if text.lower() in ("yes", "no") else _refuse(text)
    return text


def _refuse(text: str) -> Any:
    raise ValueError(text)
