"""The whole collection to look through: found as one types, narrowed, sorted, counted.

Comes in: the record store of one snapshot. Goes out: rows of a list, exact and complete, and what they can be
narrowed to, both derived from what the records tell. Ranking by meaning is left to `retrieve`.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from ingest.record_store import RecordStore
from ingest.records import Kind
from ingest.schema import FIELDS, Type
from ingest.text import folded

Order = Literal["as_saved", "title", "speaker", "newest", "oldest"]
ORDERS: tuple[Order, ...] = get_args(Order)

Scope = tuple[tuple[str, str], ...]
"""What a question or a list is narrowed to: (field, value) each. Values of one field are alternatives, all fields
hold; the field "" stands for words as they were typed, "id" for one record."""

MOST_CHOICES = 300
"""Values of one field that are offered, the most frequent first; others can be typed."""

_ROWS = "SELECT id, kind, title, organisation, date FROM records ORDER BY position"
_SORTED_BY: dict[Order, str] = {
    "as_saved": "position",
    "title": "title_key",
    "speaker": "speaker_order IS NULL, speaker_order, title_key",
    "newest": "date_year IS NULL, date_year DESC, date_month DESC, date_day DESC, title_key",
    "oldest": "date_year IS NULL, date_year, date_month, date_day, title_key",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A talk or paper in a list.

    Attributes:
        who: Speakers, or a paper's organisation.
        told: (field, value) of all that a list can be narrowed to.
        haystack: All that can be typed to find it, folded.
    """

    id: str
    kind: Kind
    title: str
    who: tuple[str, ...]
    date: str
    told: tuple[tuple[str, str], ...]
    haystack: str

    def fits(self, scope: Scope) -> bool:
        """Whether it has, of each field that is asked for, one of the values."""
        asked = {key for key, _ in scope}
        return asked == {key for key, value in scope if self._has(key, value)}

    def _has(self, key: str, value: str) -> bool:
        if key:
            return (key, value) in self.told or (key == "id" and value == self.id)
        return all(word in self.haystack for word in folded(value).split())


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every record of one snapshot, ready to be looked through.

    Attributes:
        values: By field, in the order in which fields are offered, how many records have each value.
        ordered: The places of all rows in each order.
    """

    rows: list[Row]
    values: dict[str, Counter[str]]
    ordered: dict[Order, list[int]]

    @classmethod
    def of(cls, store: RecordStore) -> "Shelf":
        """Read what a store tells of its records."""
        told: dict[int, list[tuple[str, str]]] = {}
        values: dict[str, Counter[str]] = {}
        for position, key, value in _told(store):
            told.setdefault(position, []).append((key, value))
            values.setdefault(key, Counter())[value] += 1
        rows = []
        for at, (id_, kind, title, organisation, date) in enumerate(store.rows(_ROWS)):
            who = [value for key, value in told[at] if key == "speaker"] or [organisation] * bool(organisation)
            said = (value for key, value in told[at] if key not in ("kind", "page"))
            haystack = folded("\n".join((title, *said)))
            rows.append(Row(id_, kind, title, tuple(who), date or "", tuple(told[at]), haystack))
        ordered = {
            order: [at for (at,) in store.rows(f"SELECT position FROM records ORDER BY {columns}")]  # noqa: S608
            for order, columns in _SORTED_BY.items()
        }
        return cls(rows, values, ordered)

    def find(self, words: str = "", scope: Scope = (), order: Order = "as_saved") -> list[Row]:
        """Everything that fits, in the order asked for.

        Args:
            words: Each is a part of a title or of a value, in any case and with or without accents.
        """
        typed = folded(words).split()
        rows = (self.rows[at] for at in self.ordered[order])
        return [row for row in rows if all(word in row.haystack for word in typed) and row.fits(scope)]

    def within(self, scope: Scope) -> frozenset[str] | None:
        """The ids that a scope leaves; None for the whole collection."""
        return frozenset(row.id for row in self.rows if row.fits(scope)) if scope else None

    def scope_choices(self) -> list[tuple[str, str]]:
        """What can be chosen: (what is read, "field=value"), the values of each field by how often they occur."""
        return [
            (f"{value} ({count:,})", f"{key}={value}")
            for key, counted in self.values.items()
            if len(counted) > 1
            for value, count in counted.most_common(MOST_CHOICES)
        ]

    def counts(self, key: str) -> list[tuple[str, int]]:
        """How many records have each value of a field, the most frequent first."""
        return self.values.get(key, Counter()).most_common()


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
