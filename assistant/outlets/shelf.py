"""The whole collection to look through: found as one types, narrowed, sorted, counted.

Comes in: the record store of one snapshot. Goes out: rows of a list, exact and complete, and what they can be
narrowed to, both derived from what the records tell. Ranking by meaning is left to `retrieve`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
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

_ROWS = """
SELECT id, kind, title, title_key, speaker_order, organisation, date, date_year, date_month, date_day
FROM records ORDER BY position
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A talk or paper in a list.

    Attributes:
        who: Speakers, or a paper's organisation.
        date: As written, or "".
        haystack: All that can be typed to find it, folded.
        sort_keys: For each order but that of the corpus.
    """

    id: str
    kind: Kind
    title: str
    who: tuple[str, ...]
    date: str
    haystack: str
    sort_keys: dict[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Search:
    """What someone looks for; an empty one finds everything.

    Attributes:
        words: Each is a part of a title or of a value, in any case and with or without accents.
    """

    words: str = ""
    scope: Scope = ()
    order: Order = "as_saved"


@dataclass(slots=True)
class Shelf:
    """Every record of one snapshot, ready to be looked through.

    Attributes:
        values: By field, by value as written: the positions that have it, in order.
    """

    rows: list[Row]
    values: dict[str, dict[str, list[int]]]
    _ordered: dict[Order, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, store: RecordStore) -> "Shelf":
        """Read what a store tells of its records."""
        values: dict[str, dict[str, list[int]]] = {}
        told: dict[int, list[str]] = {}
        for position, key, value in _told(store):
            values.setdefault(key, {}).setdefault(value, []).append(position)
            if key not in ("kind", "page"):
                told.setdefault(position, []).append(value)
        speakers: dict[int, list[str]] = {}
        for name, positions in values.get("speaker", {}).items():
            for position in positions:
                speakers.setdefault(position, []).append(name)
        found = enumerate(store.rows(_ROWS))
        rows = [_row(cells, speakers.get(at, ()), told.get(at, ())) for at, cells in found]
        return cls(rows, values)

    def find(self, search: Search) -> list[Row]:
        """Everything that fits, in the order asked for."""
        words = folded(search.words).split()
        within = self._positions(search.scope)
        return [
            row
            for position in self._in(search.order)
            if (within is None or position in within)
            and all(word in (row := self.rows[position]).haystack for word in words or ("",))
        ]

    def within(self, scope: Scope) -> frozenset[str] | None:
        """The ids that a scope leaves; None for the whole collection."""
        positions = self._positions(scope)
        return None if positions is None else frozenset(self.rows[position].id for position in positions)

    def scope_choices(self) -> list[tuple[str, str]]:
        """What can be chosen: (what is read, "field=value"), the values of each field by how often they occur."""
        return [
            (f"{value} ({count:,})", f"{key}={value}")
            for key in self.values
            if len(self.values[key]) > 1
            for value, count in self.counts(key)[:MOST_CHOICES]
        ]

    def counts(self, key: str) -> list[tuple[str, int]]:
        """How many records have each value of a field, the most frequent first."""
        return Counter({value: len(positions) for value, positions in self.values.get(key, {}).items()}).most_common()

    def _positions(self, scope: Scope) -> set[int] | None:
        by_field: dict[str, set[int]] = {}
        for key, value in scope:
            by_field.setdefault(key, set()).update(self._having(key, value))
        return set.intersection(*by_field.values()) if by_field else None

    def _having(self, key: str, value: str) -> Sequence[int]:
        if key == "id":
            return [position for position, row in enumerate(self.rows) if row.id == value]
        if key:
            return self.values.get(key, {}).get(value, ())
        words = folded(value).split()
        return [at for at, row in enumerate(self.rows) if all(word in row.haystack for word in words)]

    def _in(self, order: Order) -> Sequence[int]:
        """All positions in an order; sorted when first asked for, which takes three times as long as looking."""
        if order == "as_saved":
            return range(len(self.rows))
        if order not in self._ordered:
            self._ordered[order] = sorted(range(len(self.rows)), key=lambda at: self.rows[at].sort_keys[order])
        return self._ordered[order]


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


def _row(fields: Sequence[object], names: Sequence[str], told: Sequence[str]) -> Row:
    id_, kind, title, title_key, speaker_key, organisation, date, year, month, day = fields
    when = (year or 0, month or 0, day or 0) if year else None
    keys: dict[str, tuple[object, ...]] = {
        "title": (title_key,),
        "speaker": (speaker_key is None, speaker_key or "", title_key),
        "newest": (when is None, *(-int(str(part)) for part in when or ()), title_key),
        "oldest": (when is None, *(when or ()), title_key),
    }
    return Row(
        id=str(id_),
        kind="talk" if kind == "talk" else "paper",
        title=str(title),
        who=tuple(names) or ((str(organisation),) if organisation else ()),
        date=str(date or ""),
        haystack=folded("\n".join((str(title), *told))),
        sort_keys=keys,
    )
