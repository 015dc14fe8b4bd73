"""Query → exactly the records, or groups of records, that it asks for.

Comes in: a query and the record store. Goes out: ids in the order asked for. What the conditions are in SQL is in
`clauses`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from assistant.catalogue.clauses import (
    Clause,
    all_of,
    any_of,
    of_groups,
    person_clauses,
    plain,
    record_clauses,
    value_in,
)
from assistant.catalogue.names import Names
from assistant.catalogue.query import Condition, Order, Query
from assistant.catalogue.values import Span
from ingest.facts import name_key
from ingest.record_store import RecordStore

T = TypeVar("T")

_SORT: dict[Order, str] = {
    "corpus": "f.position",
    "size": "f.position",
    "title": "f.title_key",
    "date": "f.year * 10000 + coalesce(f.month, 0) * 100 + coalesce(f.day, 0)",
    "speaker": "f.speaker_key",
    "authors": "f.authors",
    "comments": "f.comments",
    "speakers": "f.speakers",
    "pages": "f.pages",
    "chapters": "f.chapters",
    "links": "f.links",
    "title_length": "f.title_chars",
}
# What is listed → its name, what makes two of them the same, and the table that it is joined from.
_GROUPS: dict[str, tuple[str, str, str]] = {
    "people": ("p.name", "p.name_key", "JOIN people p ON p.position = f.position"),
    "affiliations": (
        "p.affiliation",
        "p.affiliation",
        "JOIN people p ON p.position = f.position AND p.name IS NOT NULL",
    ),
    "organisations": ("f.organisation", "f.organisation", ""),
    "pages": ("g.page", "g.page", "JOIN pages g ON g.position = f.position"),
    "years": ("f.year", "f.year", ""),
    "months": ("f.month", "f.month", ""),
}


@dataclass(frozen=True, slots=True)
class Group:
    """A person, affiliation, page, year or month with its records.

    Attributes:
        speakers: How many people an affiliation has; 0 for all other groups.
    """

    name: str
    ids: tuple[str, ...]
    speakers: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What a query finds.

    Attributes:
        ids: The records, each once, in the order asked for.
        groups: Where something other than records is listed.
        matched: How many there are before a limit.
    """

    ids: tuple[str, ...]
    groups: tuple[Group, ...]
    matched: int


def evaluate(query: Query, store: RecordStore, names: Names, *, within: Sequence[int] | None = None) -> Result:
    """Find all that a query asks for, and nothing else.

    Args:
        query: What is asked for.
        store: The records.
        names: Of its people and affiliations.
        within: Positions of the records that count, where not all do.
    """
    persons, barred = person_clauses(query, names)
    wheres = [plain(clause) for clause in record_clauses(query, store)]
    if within is not None:
        wheres.append(value_in("f.position", map(int, within)))
    # Not correlated: the names have an index, the records need not be gone through.
    wheres += [(f"f.position IN (SELECT p.position FROM people p WHERE {sql})", values) for sql, values in persons]
    if query.listed in ("people", "affiliations"):
        # Who is listed must meet the conditions on people; another speaker of the talk will not do.
        own = [any_of(persons)] if persons else []
        return _groups(query, store, [*wheres, *own, *((f"NOT coalesce({sql}, 0)", values) for sql, values in barred)])
    wheres += [(f"f.position NOT IN (SELECT p.position FROM people p WHERE {sql})", values) for sql, values in barred]
    if query.listed in _GROUPS:
        return _groups(query, store, wheres)
    where, values = all_of(wheres)
    sort = _SORT[query.order]
    way = "DESC" if query.descending else "ASC"
    rows = store.rows(
        f"SELECT f.id, {sort} FROM facts f WHERE {where} "  # noqa: S608  # ours
        f"ORDER BY {sort} {way} NULLS LAST, f.position",
        values,
    )
    matched = len(rows)
    if query.best:
        values = list(dict.fromkeys(row[1] for row in rows if row[1] is not None))
        rows = [row for row in rows if row[1] in values[query.skip : query.skip + 1]][: query.limit]
        return Result(tuple(row[0] for row in rows), (), len(rows))
    rows = _window(rows, query)
    return Result(tuple(row[0] for row in rows), (), len(rows) if query.skip else matched)


def _window(found: list[T], query: Query) -> list[T]:
    """What stays of a list that is cut at both ends."""
    return found[query.skip : None if query.limit is None else query.skip + query.limit]


def _groups(query: Query, store: RecordStore, wheres: list[Clause]) -> Result:
    name, key, join = _GROUPS[query.listed]
    person = "p.name_key" if query.listed == "affiliations" else "NULL"
    if query.listed == "pages" and (pages := query.wanted("page")):
        wheres = [*wheres, value_in("g.page", pages)]
    where, values = all_of(wheres)
    rows = store.rows(
        f"SELECT {key}, {name}, f.id, {person} FROM facts f {join} "  # noqa: S608  # ours
        f"WHERE {where} AND {name} IS NOT NULL ORDER BY f.position",
        values,
    )
    collected: dict[str | int, tuple[str, dict[str, None], set[str | None]]] = {}
    for same, shown, record_id, speaker in rows:
        _, ids, speakers = collected.setdefault(same, (str(shown), {}, set()))
        ids[record_id] = None
        speakers.add(speaker)
    groups = [Group(shown, tuple(ids), len(speakers - {None})) for shown, ids, speakers in collected.values()]
    groups = [group for group in groups if all(_size_fits(one, group) for one in query.on("size", *of_groups(query)))]
    groups = _sorted_groups(query, groups)
    if query.best and groups and query.order in ("size", "speakers"):
        groups = [group for group in groups if _size(query.order, group) == _size(query.order, groups[0])]
    elif query.best:
        groups = groups[:1]
    shown_groups = tuple(_window(groups, query))
    ids = dict.fromkeys(record_id for group in shown_groups for record_id in group.ids)
    return Result(tuple(ids), shown_groups, len(shown_groups) if query.skip else len(groups))


def _size(counted: str, group: Group) -> int:
    return group.speakers if counted == "speakers" else len(group.ids)


def _size_fits(condition: Condition, group: Group) -> bool:
    spans = (Span.read(value) for value in condition.values)
    size = _size(condition.field, group)
    return any(span is not None and span.holds(size) for span in spans) != condition.negated


def _sorted_groups(query: Query, groups: list[Group]) -> list[Group]:
    if query.listed in ("years", "months"):
        groups = sorted(groups, key=lambda group: int(group.name))
    if query.order in ("size", "speakers"):
        return sorted(groups, key=lambda group: _size(query.order, group), reverse=query.descending)
    if query.order in ("title", "speaker", "date"):
        by_surname = query.listed == "people" and query.order == "speaker"
        return sorted(groups, key=lambda group: _name_order(group.name, by_surname), reverse=query.descending)
    return groups


def _name_order(name: str, by_surname: bool) -> tuple[str, str]:
    key = name_key(name)
    return (key.rsplit(" ", 1)[-1] if by_surname else key), key
