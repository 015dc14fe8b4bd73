"""The whole collection to look through: found as one types, narrowed, sorted, counted.

Comes in: the record store of one snapshot, what was chosen and typed. Goes out: rows of a list, exact and complete;
what they can be narrowed to, derived from what the records tell; and a choice as conditions like any other. Ranking
by meaning is left to `retrieve`.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal, get_args

from assistant.query import Condition, Query
from assistant.retrieve.structured import evaluate
from ingest.record_store import RecordStore
from ingest.records import KINDS, Kind
from ingest.schema import FIELDS, Type
from ingest.text import folded

Order = Literal["as_saved", "title", "speaker", "newest", "oldest"]
ORDERS: tuple[Order, ...] = get_args(Order)

MOST_CHOICES = 300
"""Values of one field that are offered, the most frequent first; others can be typed."""

_ROWS = "SELECT id, kind, title, organisation, date FROM records ORDER BY position"
# What a query is ordered by, and whether backwards.
_SORTED_BY = {
    "as_saved": ("corpus", False),
    "title": ("title", False),
    "speaker": ("speaker", False),
    "newest": ("date", True),
    "oldest": ("date", False),
}
_KEPT = 16
# What is offered under another name than that of its condition.
_CONDITION = {"year": "date", "id": "among"}


@dataclass(frozen=True, slots=True)
class Row:
    """A talk or paper in a list.

    Attributes:
        who: Speakers, or a paper's organisation.
        haystack: All that can be typed to find it, folded.
    """

    id: str
    kind: Kind
    title: str
    who: tuple[str, ...]
    date: str
    haystack: str


class Shelf:
    """Every record of one snapshot, ready to be looked through.

    Attributes:
        rows: By id.
        values: By field, in the order in which fields are offered, how many records have each value.
    """

    def __init__(self, store: RecordStore) -> None:
        """Read what a store tells of its records."""
        # Whoever types asks for the same ones again and again.
        self._found = lru_cache(maxsize=_KEPT)(lambda query: evaluate(query, store).ids)
        self.rows: dict[str, Row] = {}
        self.values: dict[str, Counter[str]] = {}
        told: dict[int, list[tuple[str, str]]] = {}
        for position, key, value in _told(store):
            told.setdefault(position, []).append((key, value))
            self.values.setdefault(key, Counter())[value] += 1
        for at, (id_, kind, title, organisation, date) in enumerate(store.rows(_ROWS)):
            who = [value for key, value in told[at] if key == "speaker"] or [organisation] * bool(organisation)
            said = (value for key, value in told[at] if key not in ("kind", "page"))
            self.rows[id_] = Row(id_, kind, title, tuple(who), date or "", folded("\n".join((title, *said))))

    def find(self, words: str = "", chosen: Sequence[str] = (), order: Order = "as_saved") -> list[Row]:
        """Everything that holds the words and fits what was chosen, in the order asked for."""
        by, descending = _SORTED_BY[order]
        found = self._found(replace(self.query(chosen), order=by, descending=descending))
        return _holding(words, (self.rows[id_] for id_ in found))

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
            held = (row.id for words in typed for row in _holding(words, self.rows.values()))
            conditions.append(Condition("among", tuple(held) or ("",)))
        kind = next((kind for kind in KINDS if kinds == {kind}), None)
        return Query(kind=kind, conditions=tuple(conditions))

    def choices(self) -> list[tuple[str, str]]:
        """What can be chosen: (what is read, "field=value"), the values of each field by how often they occur."""
        return [
            (f"{value} ({count:,})", f"{key}={value}")
            for key, counted in self.values.items()
            if len(counted) > 1
            for value, count in counted.most_common(MOST_CHOICES)
        ]


def _holding(words: str, rows: Iterable[Row]) -> list[Row]:
    """The rows of which each word is a part, in any case and with or without accents."""
    typed = folded(words).split()
    return [row for row in rows if all(word in row.haystack for word in typed)]


def _told(store: RecordStore) -> Iterator[tuple[int, str, str]]:
    """(position, field, value) of whatever a list can be narrowed to, fields in the order in which they are offered."""
    yield from ((at, "kind", kind) for at, kind in store.rows("SELECT position, kind FROM records ORDER BY position"))
    for one in FIELDS:
        key = one.key
        if one.type is Type.NAME and not one.is_keyed:
            table, column, _ = store.names_of(key)
        elif one.type is Type.FLAG:
            table, column = "records", f"CASE {key} WHEN 1 THEN 'yes' END"
        elif one.type is Type.DATE:
            table, column, key = "records", f"{key}_year", "year"
        else:
            continue
        query = f"SELECT DISTINCT position, {column} FROM {table} WHERE {column} <> '' ORDER BY position"  # noqa: S608
        yield from ((at, key, str(value)) for at, value in store.rows(query))
