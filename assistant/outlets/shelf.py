"""The whole collection to look through: found as one types, narrowed, sorted, counted.

Comes in: the record store of one snapshot, what was chosen and typed. Goes out: ids, exact and complete; what they can
be narrowed to, derived from what the records tell; and a choice as conditions like any other. Ranking by meaning is
left to `retrieve`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Literal, get_args

from assistant.query import EVERYTHING, Condition, Query
from assistant.retrieve.structured import evaluate
from ingest.record_store import RecordStore
from ingest.records import KINDS
from ingest.schema import DATE, FIELDS, PAGE, Field, Type
from ingest.text import name_key

Order = Literal["as_saved", "title", "speaker", "newest", "oldest"]
ORDERS: tuple[Order, ...] = get_args(Order)

MOST_CHOICES = 300
"""Values of one field that are offered, the most frequent first; others can be typed."""

# What a query is ordered by, and whether backwards.
_SORTED_BY = {
    "as_saved": ("corpus", False),
    "title": ("title", False),
    "speaker": ("speaker", False),
    "newest": ("date", True),
    "oldest": ("date", False),
}
# What is offered under another name than that of its condition.
_CONDITION = {"year": "date", "id": "among"}


class Shelf:
    """Every record of one snapshot, to be looked through.

    Attributes:
        values: By field, in the order in which fields are offered, how many records have each value, the most frequent
            value first.
    """

    def __init__(self, store: RecordStore) -> None:
        """Count what a store tells of its records."""
        self._store = store
        self.values: dict[str, dict[str, int]] = {}
        for key, table, column in _offered():
            found = store.rows(
                f"SELECT {column}, count(DISTINCT position) FROM {table} "  # noqa: S608  # ours
                f"WHERE {column} <> '' GROUP BY 1 ORDER BY 2 DESC, min(position)"
            )
            self.values |= {key: {str(value): count for value, count in found}} if found else {}

    def find(self, words: str = "", chosen: Sequence[str] = (), order: Order = "as_saved") -> tuple[str, ...]:
        """The ids of all that holds the words and fits what was chosen, in the order asked for."""
        by, descending = _SORTED_BY[order]
        query = replace(self.query(chosen), order=by, descending=descending)
        return evaluate(query, self._store, within=self._holding(words)).ids

    def query(self, chosen: Sequence[str]) -> Query:
        """What was chosen, "field=value" each, or typed, as conditions: values of one field are alternatives."""
        asked: dict[str, list[str]] = {}
        for text in chosen:
            key, _, value = text.partition("=")
            is_offered = key == "id" or value in self.values.get(key, ())
            asked.setdefault(key if is_offered else "", []).append(value if is_offered else text)
        kinds, typed = set(asked.pop("kind", ())), asked.pop("", ())
        conditions = [Condition(_CONDITION.get(key, key), tuple(values)) for key, values in asked.items()]
        if typed:
            held = (id_ for text in typed for id_ in evaluate(EVERYTHING, self._store, within=self._holding(text)).ids)
            conditions.append(Condition("among", tuple(held) or ("",)))
        kind = next((kind for kind in KINDS if kinds == {kind}), None)
        return Query(kind=kind, conditions=tuple(conditions))

    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen: (what is read, "field=value"), the values of each field by how often they occur."""
        return [
            (f"{value} ({count:,})", f"{key}={value}")
            for key, counted in self.values.items()
            if len(counted) > 1
            for value, count in islice(counted.items(), MOST_CHOICES)
        ]

    def _holding(self, text: str) -> list[int] | None:
        """Where the records stand of whose title and names each word is a part; None where no word is asked for."""
        told = {"records": ["title_key", f"{DATE.key}_year"]}
        for field in FIELDS:
            if _is_name(field) and field.key in self.values and field is not PAGE:  # a page is the same for too many
                table, _, column = self._store.names_of(field.key)
                told.setdefault(table, []).append(column)
        query = " UNION ALL ".join(
            f"SELECT position FROM {table} WHERE instr({_joined(columns)}, ?1)"  # noqa: S608  # ours
            for table, columns in told.items()
        )
        found = [{position for (position,) in self._store.rows(query, [word])} for word in name_key(text).split()]
        return sorted(set.intersection(*found)) if found else None


def _joined(columns: Sequence[str]) -> str:
    return " || ' ' || ".join(f"coalesce({column}, '')" for column in columns)


def _is_name(field: Field) -> bool:
    return field.type is Type.NAME and not field.is_keyed


def _offered() -> Iterator[tuple[str, str, str]]:
    """(field, table, column) of whatever a list can be narrowed to, in the order in which fields are offered."""
    yield "kind", "records", "kind"
    for one in FIELDS:
        if _is_name(one):
            table, column, _ = RecordStore.names_of(one.key)
            yield one.key, table, column
        elif one.type is Type.FLAG:
            yield one.key, "records", f"CASE {one.key} WHEN 1 THEN 'yes' END"
        elif one.type is Type.DATE:
            yield "year", "records", f"{one.key}_year"
