"""Query → exactly the records, or groups of records, that it asks for.

Comes in: a query and the record store. Goes out: ids in the order asked for. Every value travels as a parameter:
quotes,
wildcards and SQL in it are text like any other.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar, get_args

from assistant.catalogue.institutions import Institution
from assistant.catalogue.names import Names
from assistant.catalogue.query import Condition, Field, Order, PersonField, Query
from assistant.catalogue.values import Dates, Day, Span
from ingest.facts import name_key
from ingest.store import RecordStore
from ingest.words import searchable

T = TypeVar("T")
Clause = tuple[str, list[str | int | None]]
# SQLite's integers end here; no number that is recorded comes near.
_LARGEST = 2**62
_NEVER: Clause = ("0", [])
_PERSONS: tuple[PersonField, ...] = get_args(PersonField)

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
_RECORDED: dict[str, str] = {
    "abstract": "f.abstract",
    "bio": "f.bio",
    "chapters": "f.chapters > 0",
    "link": "f.links > 0",
    "code": "EXISTS (SELECT 1 FROM links l WHERE l.position = f.position AND (instr(lower(l.address), 'github.com')"
    " OR instr(lower(l.address), 'gitlab.') OR instr(lower(l.address), 'bitbucket.org')))",
    "video": "f.video IS NOT NULL",
    "url": "f.url IS NOT NULL",
    "date": "f.date IS NOT NULL",
    "year": "f.year IS NOT NULL",
    "full_date": "f.year IS NOT NULL AND f.month IS NOT NULL AND f.day IS NOT NULL",
    "authors": "f.authors IS NOT NULL",
    "comments": "f.comments IS NOT NULL",
    "organisation": "f.organisation IS NOT NULL",
    "speaker": "f.speakers > 0",
    "affiliation": "EXISTS (SELECT 1 FROM people p WHERE p.position = f.position AND p.affiliation IS NOT NULL)",
    "odd_time": "EXISTS (SELECT 1 FROM chapters c WHERE c.position = f.position AND c.problem IS NOT NULL)",
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
    persons, barred = _person_clauses(query, names)
    wheres = [_plain(clause) for clause in _record_clauses(query, store)]
    if within is not None:
        wheres.append(_in("f.position", map(int, within)))
    # Not correlated: the names have an index, the records need not be gone through.
    wheres += [(f"f.position IN (SELECT p.position FROM people p WHERE {sql})", values) for sql, values in persons]
    if query.listed in ("people", "affiliations"):
        # Who is listed must meet the conditions on people; another speaker of the talk will not do.
        own = [_any(persons)] if persons else []
        return _groups(query, store, [*wheres, *own, *((f"NOT coalesce({sql}, 0)", values) for sql, values in barred)])
    wheres += [(f"f.position NOT IN (SELECT p.position FROM people p WHERE {sql})", values) for sql, values in barred]
    if query.listed in _GROUPS:
        return _groups(query, store, wheres)
    where, values = _all(wheres)
    sort = _SORT[query.order]
    way = "DESC" if query.descending else "ASC"
    rows = store.rows(
        f"SELECT f.id, {sort} FROM facts f WHERE {where} "  # noqa: S608  # ours
        f"ORDER BY {sort} {way} NULLS LAST, f.position",
        values,
    )
    matched = len(rows)
    if query.best:
        rows = [row for row in rows if row[1] is not None and row[1] == rows[0][1]]
        matched = len(rows)
    rows = _window(rows, query)
    return Result(tuple(row[0] for row in rows), (), len(rows) if query.skip else matched)


def _window(found: list[T], query: Query) -> list[T]:
    """What stays of a list that is cut at both ends."""
    return found[query.skip : None if query.limit is None else query.skip + query.limit]


def _groups(query: Query, store: RecordStore, wheres: list[Clause]) -> Result:
    name, key, join = _GROUPS[query.listed]
    person = "p.name_key" if query.listed == "affiliations" else "NULL"
    if query.listed == "pages" and (pages := query.wanted("page")):
        wheres = [*wheres, _in("g.page", pages)]
    where, values = _all(wheres)
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
    groups = [group for group in groups if all(_size_fits(one, group) for one in query.on("size", *_of_groups(query)))]
    groups = _sorted_groups(query, groups)
    if query.best and groups and query.order in ("size", "speakers"):
        groups = [group for group in groups if _size(query.order, group) == _size(query.order, groups[0])]
    elif query.best:
        groups = groups[:1]
    shown_groups = tuple(_window(groups, query))
    ids = dict.fromkeys(record_id for group in shown_groups for record_id in group.ids)
    return Result(tuple(ids), shown_groups, len(shown_groups) if query.skip else len(groups))


def _of_groups(query: Query) -> tuple[Field, ...]:
    """The counts that are the groups' own: an affiliation has speakers of its own."""
    return ("speakers",) if query.listed == "affiliations" else ()


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


def _record_clauses(query: Query, store: RecordStore) -> Iterable[Clause]:
    if query.kind:
        yield "f.kind = ?", [query.kind]
    if query.listed == "chapters":
        yield "f.chapters > 0", []
    for one in query.conditions:
        if one.field not in (*_PERSONS, "size", *_of_groups(query)):
            sql, values = _any(_holds(one.field, value, store) for value in one.values)
            # What is not recorded does not hold, so that its opposite does.
            yield (f"NOT coalesce({sql}, 0)" if one.negated else sql), values


def _holds(field: Field, value: str, store: RecordStore) -> Clause:
    """One value of a condition on the record itself. A phrase without any word stands nowhere."""
    words = searchable(value)
    if field == "page":
        return "EXISTS (SELECT 1 FROM pages g WHERE g.position = f.position AND g.page = ?)", [value]
    if field == "has":
        return f"({_RECORDED[value]})", []
    if field == "date":
        return _dated(Dates.read(value))
    if field == "title":
        return "? <> '' AND instr(f.title_words, ?) > 0", [words, words]
    if field == "opening":
        start = f"{words.rstrip()} "
        return "? <> '' AND substr(f.title_words || ' ', 1, ?) = ?", [words, len(start), start]
    if field == "text":
        return "f.position IN (SELECT position FROM words WHERE ? <> '' AND instr(body, ?) > 0)", [words, words]
    if field in ("abstract", "bio"):
        return _in("f.position", _positions_with(words, field, store))
    if field == "link":
        sql = "EXISTS (SELECT 1 FROM links l WHERE l.position = f.position AND instr(lower(l.address), ?) > 0)"
        return sql, [value.lower()]
    return _within(f"f.{field}", Span.read(value))


def _positions_with(words: str, part: str, store: RecordStore) -> list[int]:
    """The records that hold a phrase in one part of their text; only what holds it anywhere is looked at."""
    if not words:
        return []
    rows = store.rows(
        "SELECT position, json_extract(json, ?) FROM records JOIN words USING (position) WHERE instr(body, ?) > 0",
        [f"$.{part}", words],
    )
    return [position for position, text in rows if words in searchable(text or "")]


def _dated(dates: Dates | None) -> Clause:
    if dates is None:
        return _NEVER
    low, high = dates.low, dates.high
    if low == high and low:
        parts = {"f.year": low.year, "f.month": low.month, "f.day": low.day}
        return _all((f"{column} = ?", [part]) for column, part in parts.items() if part is not None)
    ends = [one for one in (low, high) if one]
    if all(one.year is None for one in ends):
        column = "f.month * 100 + coalesce(f.day, 0)"
    elif all(one.month is None for one in ends):
        column = "f.year * 10000"
    else:
        # Only a full date is known to lie on this side of a month or a day.
        column = "CASE WHEN f.day IS NOT NULL THEN f.year * 10000 + f.month * 100 + f.day END"
    return _within(column, Span(_number(low, 0), _number(high, 99)))


def _number(day: Day | None, filler: int) -> int | None:
    """A date as one number; what it leaves open is filled, so that a range takes in all of its last month."""
    if day is None:
        return None
    month = day.month if day.month is not None else filler
    return (day.year or 0) * 10000 + month * 100 + (day.day if day.day is not None else filler)


def _person_clauses(query: Query, names: Names) -> tuple[list[Clause], list[Clause]]:
    """What holds of one person, and one more for each field that is asked for again; and what must hold of none."""
    asked: dict[Field, list[Clause]] = {}
    barred = []
    for one in query.on(*_PERSONS):
        sql, values = _of_person(one, names)
        if one.negated:
            barred.append((f"({sql})", values))
        else:
            asked.setdefault(one.field, []).append((sql, values))
    persons = max(map(len, asked.values()), default=0)
    wanted = [_all(clauses[min(turn, len(clauses) - 1)] for clauses in asked.values()) for turn in range(persons)]
    return wanted, barred


def _of_person(condition: Condition, names: Names) -> Clause:
    values = condition.values
    if condition.field == "person":
        return _in("p.name_key", [name_key(name) for name in values])
    if condition.field == "role":
        return _any(_role(role) for role in values)
    if condition.field == "affiliation":
        places = [text for name in values for text in names.find_affiliations(name)]
    else:
        places = [one.text for one in names.affiliations if any(_fits(part, condition) for part in one.parts)]
    return _in("p.affiliation", places)


def _fits(part: Institution, condition: Condition) -> bool:
    if condition.field == "sector":
        return part.sector in condition.values
    if condition.field == "country":
        return part.country in condition.values
    return part.country is not None and part.country not in condition.values


def _role(role: str) -> Clause:
    words = searchable(role)
    if role == "postdoc":
        # A director of a postdoctoral fellowship is none.
        return _any(_role(f"postdoctoral {post}") for post in ("scholar", "researcher", "fellow", "associate"))
    if words == " full professor ":
        junior = "p.role"
        for rank in ("assistant", "associate", "adjunct"):
            junior = f"replace({junior}, ' {rank} professor ', ' ')"
        return f"instr({junior}, ' professor ') > 0", []
    return "? <> '' AND instr(p.role, ?) > 0", [words, words]


def _within(column: str, span: Span | None) -> Clause:
    if span is None:
        return _NEVER
    return f"{column} BETWEEN ? AND ?", [
        -_LARGEST if span.low is None else span.low,
        _LARGEST if span.high is None else span.high,
    ]


def _in(column: str, values: Iterable[str | int]) -> Clause:
    # One parameter, however many values: SQLite's own limit is 32,766.
    return f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(list(values))]


def _all(clauses: Iterable[Clause], joint: str = " AND ") -> Clause:
    parts = list(clauses)
    return joint.join(f"({sql})" for sql, _ in parts) or "1", [one for _, values in parts for one in values]


def _any(clauses: Iterable[Clause]) -> Clause:
    sql, values = _all(clauses, " OR ")
    return f"({sql})", values


def _plain(clause: Clause) -> Clause:
    """A clause whose texts SQLite can take: half a surrogate pair is no text."""
    sql, values = clause
    return sql, [one.encode("utf-8", "replace").decode() if isinstance(one, str) else one for one in values]
