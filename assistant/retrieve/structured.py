"""Typed query → exactly the records, or groups of records, that it asks for; filters are conditions like any other.

Comes in: a query, the record store. Goes out: ids in the order asked for. Which table and column holds a field derives
from the schema. Every value travels as a parameter: quotes, wildcards and SQL in it are text like any other.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from assistant.query import Condition, Query, Range, dates_in, numbers_in
from ingest import schema
from ingest.record_store import TEXT_PARTS, RecordStore, order_key, phrase
from ingest.records import Date
from ingest.schema import DATE, DATES, FLAG, NAME, NUMBER, ROLE, SECONDS, SPEAKER, Field
from ingest.text import name_key, searchable

Clause = tuple[str, list[str | int | float | None]]
# SQLite's integers end here; no number that is recorded comes near.
_LARGEST = 2**62
_NEVER: Clause = ("0", [])
_PARTS = {
    "chapter": "r.n_chapter > 0",
    "abstract": "r.has_abstract",
    "bio": "r.has_bio",
    "year": "r.date_year IS NOT NULL",
    "full_date": "r.date_year IS NOT NULL AND r.date_month IS NOT NULL AND r.date_day IS NOT NULL",
    "odd_time": "r.position IN (SELECT position FROM chapters WHERE problem IS NOT NULL)",
}


@dataclass(frozen=True, slots=True)
class Group:
    """A name, year or month with its records.

    Attributes:
        speakers: How many people an affiliation, a role or a sector has; 0 for all other groups.
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

    query: Query
    ids: tuple[str, ...]
    groups: tuple[Group, ...]
    matched: int


def positions(query: Query, store: RecordStore) -> list[int]:
    """The rows of the records that meet all conditions, in the order of the corpus."""
    where, values = _all_of(_wheres(query))
    found = store.rows(f"SELECT r.position FROM records r WHERE {where} ORDER BY r.position", values)  # noqa: S608
    return [position for (position,) in found]


def evaluate(query: Query, store: RecordStore, *, within: Sequence[int] | None = None) -> Result:
    """Find all that a query asks for, and nothing else.

    Args:
        within: Positions of the records that count, where not all do.
    """
    wheres = list(_wheres(query))
    if within is not None:
        wheres.append(_one_of("r.position", map(int, within)))
    if query.is_grouped:
        return _groups(query, store, wheres)
    where, values = _all_of(wheres)
    sort = _sort_column(query.order)
    way = "DESC" if query.descending else "ASC"
    rows = store.rows(
        f"SELECT r.id, {sort} FROM records r WHERE {where} "  # noqa: S608  # ours
        f"ORDER BY {sort} {way} NULLS LAST, r.position",
        values,
    )
    found = rows[query.skip :][: query.limit]
    if query.best:
        extremes = list(dict.fromkeys(row[1] for row in rows if row[1] is not None))[query.skip : query.skip + 1]
        found = [row for row in rows if row[1] in extremes][: query.limit]
    matched = len(found if query.best or query.skip else rows)
    return Result(query, tuple(row[0] for row in found), (), matched)


def lacking(query: Query, condition: Condition, store: RecordStore) -> int:
    """How many records of the query's kind meet all of its other conditions and do not tell this one's field."""
    field = schema.field_of(condition.field)
    if field is None or condition.negated:
        return 0
    others = tuple(one for one in query.conditions if one is not condition)
    untold = Condition("has", (field.key,), negated=True)
    kinds = [query.kind] if query.kind else list(field.kinds)
    return sum(evaluate(Query(kind=kind, conditions=(*others, untold)), store).matched for kind in kinds)


def kinds_of(ids: Sequence[str], store: RecordStore) -> dict[str, int]:
    """How many of these records are of each kind that is among them."""
    where, values = _one_of("id", ids)
    return dict(store.rows(f"SELECT kind, count(*) FROM records WHERE {where} GROUP BY kind", values))  # noqa: S608


def _sort_column(order: str) -> str:
    if order in ("corpus", "size"):
        return "r.position"
    if order.startswith("#"):
        return f"r.n_{order[1:]}"
    field = schema.field_of(order)
    if field is None:
        return {"title": "r.title_key", "title_length": "r.title_length"}[order]
    if field.is_list:
        return f"r.{field.each}_order"
    if field.type is DATES:
        return f"r.{order}_year * 10000 + coalesce(r.{order}_month, 0) * 100 + coalesce(r.{order}_day, 0)"
    return f"r.{order}_key" if field.type is NAME else f"r.{order}"


def _groups(query: Query, store: RecordStore, wheres: list[Clause]) -> Result:
    table, name, key = _group_columns(query.listed)
    field = schema.field_of(query.listed)
    speaker = "NULL"
    if field is not None and field.person is not None:
        # Who is listed must meet the conditions on people; another speaker of the talk will not do.
        persons, barred = _person_clauses(query)
        wheres += [_any_of(persons)] if persons else []
        wheres += [(f"NOT coalesce({sql}, 0)", values) for sql, values in barred]
        wheres += [("p.speaker_key IS NOT NULL", [])]
        speaker = "p.speaker_key" if field is not SPEAKER else "NULL"
    elif field is not None and table and (wanted := query.wanted(field.key)):
        wheres.append(_any_of(_named(field, value, key) for value in wanted))
    where, values = _all_of(wheres)
    rows = store.rows(
        f"SELECT {key}, {name}, r.id, {speaker} FROM records r {table} "  # noqa: S608  # ours
        f"WHERE {where} AND {name} IS NOT NULL ORDER BY r.position",
        values,
    )
    alike: dict[str | int, list[tuple[Any, ...]]] = {}
    for row in rows:
        alike.setdefault(row[0], []).append(row)
    groups = [
        Group(str(of[0][1]), tuple(dict.fromkeys(row[2] for row in of)), len({row[3] for row in of} - {None}))
        for of in alike.values()
    ]
    groups = [group for group in groups if all(_size_fits(one, group) for one in query.on("#", *_own_counts(query)))]
    groups = _sorted(groups, query)
    if query.best and groups:
        is_sized = query.order in ("size", "#speaker")
        size = _size(query.order, groups[0])
        groups = [group for group in groups if _size(query.order, group) == size] if is_sized else groups[:1]
    shown_groups = tuple(groups[query.skip :][: query.limit])
    found = dict.fromkeys(record_id for group in shown_groups for record_id in group.ids)
    return Result(query, tuple(found), shown_groups, len(shown_groups) if query.skip else len(groups))


def _group_columns(listed: str) -> tuple[str, str, str]:
    """How the groups' table is joined, and the columns of their names and of what makes two of them the same."""
    if listed in ("years", "months"):
        column = f"r.{DATE.key}_{listed[:-1]}"
        return "", column, column
    table, name, key = RecordStore.names_of(listed)
    if table == "records":
        return "", f"r.{name}", f"r.{key}"
    alias = "p" if table == "people" else "g"
    return f"JOIN {table} {alias} ON {alias}.position = r.position", f"{alias}.{name}", f"{alias}.{key}"


def _own_counts(query: Query) -> tuple[str, ...]:
    """The counts that are the groups' own: an affiliation has speakers of its own."""
    field = schema.field_of(query.listed)
    return ("#speaker",) if field is not None and field.person is not None and field is not SPEAKER else ()


def _size(counted: str, group: Group) -> int:
    return group.speakers if counted == "#speaker" else len(group.ids)


def _size_fits(condition: Condition, group: Group) -> bool:
    size = _size(condition.field, group)
    spans = (numbers_in(value) or Range() for value in condition.values)
    fits = any((span.low or 0) <= size and (span.high is None or size <= span.high) for span in spans)
    return fits != condition.negated


def _sorted(groups: list[Group], query: Query) -> list[Group]:
    if query.listed in ("years", "months"):
        groups = sorted(groups, key=lambda group: int(group.name))
    if query.order == "corpus":
        return groups
    if query.order in ("size", "#speaker"):
        return sorted(groups, key=lambda group: _size(query.order, group), reverse=query.descending)
    by_surname = query.order == SPEAKER.key
    keys = {group.name: order_key(SPEAKER, group.name) if by_surname else name_key(group.name) for group in groups}
    return sorted(groups, key=lambda group: keys[group.name], reverse=query.descending)


def _wheres(query: Query) -> Iterator[Clause]:
    """What a record must be; conditions on the size of groups are left out."""
    if query.kind:
        yield "r.kind = ?", [query.kind]
    if query.listed == "chapters":
        yield "r.n_chapter > 0", []
    for one in query.conditions:
        if not _is_of_people(one.field) and one.field not in ("#", *_own_counts(query)):
            sql, values = _any_of(_holds(one.field, value) for value in one.values)
            # What is not told does not hold, so that its opposite does.
            yield (f"NOT coalesce({sql}, 0)" if one.negated else sql), values
    persons, barred = _person_clauses(query)
    # Not correlated: the names have an index, the records need not be gone through.
    for sql, values in persons:
        yield _within("people p", (sql, values))
    field = schema.field_of(query.listed)
    for sql, values in barred if field is None or field.person is None else ():
        yield f"r.position NOT IN (SELECT p.position FROM people p WHERE {sql})", values  # noqa: S608


def _is_of_people(key: str) -> bool:
    return key == "speaks" or any(field.key == key for field in schema.person_fields())


def _holds(key: str, value: str) -> Clause:
    """One value of a condition on the record itself."""
    words = searchable(value)
    if key == "among":
        return "r.id = ?", [value]
    if key == "has":
        return _told(value), []
    if key == "text":
        return _says(words, *TEXT_PARTS)
    if key in ("title", "abstract", "bio"):
        return _says(words, key)
    if key == "chapter":
        return _within("chapters", _contains(words, "title"))
    if key == "opening":
        return _says(words, "title", at_start=True)
    if key == "sign":
        mark, at_end = value.removesuffix("$"), value.endswith("$")
        return "r.title GLOB ?", [f"*[{'0-9' if mark == 'digit' else mark[:1]}]{'' if at_end else '*'}"]
    if key.startswith("#"):
        return _between(f"r.n_{key[1:]}", numbers_in(value))
    field = schema.LINKS if key == "link" else schema.field_of(key)
    return _NEVER if field is None else _field_holds(field, value)


def _says(words: str, *parts: str, at_start: bool = False) -> Clause:
    """That these parts of a record's text have the words one after the other; no words stand nowhere."""
    found = "r.position IN (SELECT rowid FROM words WHERE words MATCH ?)"
    return (found, [phrase(words, *parts, at_start=at_start)]) if words else _NEVER


def _contains(words: str, column: str) -> Clause:
    """That a column has the words; no words stand nowhere."""
    return f"? <> '' AND instr({column}, ?) > 0", [words, words]


def _within(table: str, clause: Clause) -> Clause:
    """That a row of a record in a table of its parts meets a clause."""
    return f"r.position IN (SELECT position FROM {table} WHERE {clause[0]})", clause[1]  # noqa: S608


def _told(key: str) -> str:
    """That a record tells a field, or has a part."""
    field = schema.field_of(key)
    if field is None:
        return _PARTS.get(key, "0")
    if field.type is DATES:  # "to be announced" is none
        return f"coalesce(r.{key}_year, r.{key}_month) IS NOT NULL"
    return f"r.n_{field.each} > 0" if field.is_list else f"r.{key} IS NOT NULL"


def _field_holds(field: Field, value: str) -> Clause:
    if field.type is DATES:
        return _dated(f"r.{field.key}", dates_in(value))
    if field.type in (NUMBER, SECONDS):
        return _between(f"r.{field.key}", numbers_in(value))
    if field.type is FLAG:
        return f"r.{field.key} = ?", [value == "yes"]
    if field.type is NAME:
        clause = _named(field, value, "key" if field.is_list else f"r.{field.key}_key")
    else:  # a part of an address or of a text, as it is written
        clause = _contains(value.lower(), "lower(value)" if field.is_list else f"lower(r.{field.key})")
    return _within(f"of_{field.key}", clause) if field.is_list else clause


def _named(field: Field, value: str, column: str) -> Clause:
    """A name that some record has means that name, other words mean the names that hold them."""
    table, _, key = RecordStore.names_of(field.key)
    wanted = name_key(value)
    # The names are looked through only where none is meant exactly, and the column's index serves either way.
    sql = (
        f"{column} IN (SELECT ? UNION ALL SELECT t.{key} FROM {table} t "  # noqa: S608
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} e WHERE e.{key} = ?) AND ? <> '' "
        f"AND instr(' ' || t.{key} || ' ', ?) > 0)"
    )
    return sql, [wanted, wanted, wanted, f" {wanted} "]


def _dated(column: str, dates: Range[Date] | None) -> Clause:
    if dates is None:
        return _NEVER
    low, high = dates.low, dates.high
    if low and low == high:
        parts = {"year": low.year, "month": low.month, "day": low.day}
        return _all_of((f"{column}_{name} = ?", [part]) for name, part in parts.items() if part is not None)
    ends = [one for one in (low, high) if one]
    if all(one.year is None for one in ends):
        number = f"{column}_month * 100 + coalesce({column}_day, 0)"
    elif all(one.month is None for one in ends):
        number = f"{column}_year * 10000"
    else:
        # Only a full date is known to lie on this side of a month or a day.
        full = f"{column}_year * 10000 + {column}_month * 100 + {column}_day"
        number = f"CASE WHEN {column}_day IS NOT NULL THEN {full} END"
    return _between(number, Range(_number(low, 0), _number(high, 99)))


def _number(day: Date | None, filler: int) -> int | None:
    """A date as one number; what it leaves open is filled, so that a range takes in all of its last month."""
    if day is None:
        return None
    month = day.month if day.month is not None else filler
    return (day.year or 0) * 10000 + month * 100 + (day.day if day.day is not None else filler)


def _person_clauses(query: Query) -> tuple[list[Clause], list[Clause]]:
    """What holds of one person, and one more for each field that is asked for again; and what must hold of none."""
    asked: dict[str, list[Clause]] = {}
    barred = []
    for one in query.conditions:
        if not _is_of_people(one.field):
            continue
        sql, values = _any_of(_of_person(one.field, value) for value in one.values)
        if one.negated:
            barred.append((sql, values))
        else:
            asked.setdefault(one.field, []).append((sql, values))
    turns = max(map(len, asked.values()), default=0)
    wanted = [_all_of(clauses[min(turn, len(clauses) - 1)] for clauses in asked.values()) for turn in range(turns)]
    return wanted, barred


def _of_person(key: str, value: str) -> Clause:
    if key == "speaks":
        return "p.speaks = ?", [value]
    if key == ROLE.key:
        # What the biography says that somebody is counts as much as what stands by the name; "postdoc" begins a word.
        return _contains(searchable(value).rstrip(), "p.posts")
    field = schema.field_of(key)
    return _named(field, value, f"p.{key}_key") if field else _NEVER


def _between(column: str, span: Range[int] | None) -> Clause:
    if span is None:
        return _NEVER
    ends = (-_LARGEST if span.low is None else span.low, _LARGEST if span.high is None else span.high)
    return f"{column} BETWEEN ? AND ?", list(ends)


def _one_of(column: str, values: Iterable[str | int]) -> Clause:
    # One parameter, however many values: SQLite's own limit is 32,766.
    return f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(list(values))]


def _all_of(clauses: Iterable[Clause], joint: str = " AND ") -> Clause:
    """All of these hold; of none, everything does. Texts become such as SQLite takes: half a surrogate pair is none."""
    parts = list(clauses)
    values = [one for _, values in parts for one in values]
    storable = [one.encode("utf-8", "replace").decode() if isinstance(one, str) else one for one in values]
    return joint.join(f"({sql})" for sql, _ in parts) or "1", storable


def _any_of(clauses: Iterable[Clause]) -> Clause:
    """One of these holds."""
    sql, values = _all_of(clauses, " OR ")
    return f"({sql})", values
