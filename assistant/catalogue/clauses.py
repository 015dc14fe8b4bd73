"""Conditions of a query → SQL, one clause each.

Comes in: a query, the record store, the names of the collection. Goes out: clauses over the tables of `ingest.facts`
(f: records, p: people). Every value travels as a parameter: quotes, wildcards and SQL in it are text like any other.
"""

import json
from collections.abc import Iterable
from typing import get_args

from assistant.catalogue.institutions import Institution
from assistant.catalogue.names import Names
from assistant.catalogue.query import Condition, Field, PersonField, Query
from assistant.catalogue.values import Dates, Day, Span
from ingest.facts import name_key
from ingest.record_store import RecordStore
from ingest.text import searchable

Clause = tuple[str, list[str | int | None]]
# SQLite's integers end here; no number that is recorded comes near.
_LARGEST = 2**62
_NEVER: Clause = ("0", [])
_PERSONS: tuple[PersonField, ...] = get_args(PersonField)

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
_SIGNED = "EXISTS (SELECT 1 FROM records r WHERE r.position = f.position AND json_extract(r.json, '$.title') GLOB ?)"
# Where in a talk somebody is named as its speaker.
_SPEAKS = {
    "head": "EXISTS (SELECT 1 FROM records r, json_each(r.json, '$.speakers') s"
    " WHERE r.position = p.position AND json_extract(s.value, '$.name') = p.name)",
    "chapter": "EXISTS (SELECT 1 FROM records r, json_each(r.json, '$.chapters') c, json_each(c.value, '$.speakers') s"
    " WHERE r.position = p.position AND json_extract(s.value, '$.name') = p.name)",
}


def of_groups(query: Query) -> tuple[Field, ...]:
    """The counts that are the groups' own: an affiliation has speakers of its own."""
    return ("speakers",) if query.listed == "affiliations" else ()


def record_clauses(query: Query, store: RecordStore) -> Iterable[Clause]:
    """What the record itself must be; conditions on its people and on the size of groups are left out."""
    if query.kind:
        yield "f.kind = ?", [query.kind]
    if query.listed == "chapters":
        yield "f.chapters > 0", []
    for one in query.conditions:
        if one.field not in (*_PERSONS, "size", *of_groups(query)):
            sql, values = any_of(_holds(one.field, value, store) for value in one.values)
            # What is not recorded does not hold, so that its opposite does.
            yield (f"NOT coalesce({sql}, 0)" if one.negated else sql), values


def _holds(field: Field, value: str, store: RecordStore) -> Clause:
    """One value of a condition on the record itself. A phrase without any word stands nowhere."""
    words = searchable(value)
    if field == "page":
        return "EXISTS (SELECT 1 FROM pages g WHERE g.position = f.position AND g.page = ?)", [value]
    if field == "among":
        return "f.id = ?", [value]
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
        return value_in("f.position", _positions_with(words, field, store))
    if field == "chapter":
        return value_in("f.position", _positions_with_chapter(words, store))
    if field == "sign":
        mark, at_end = value.removesuffix("$"), value.endswith("$")
        return _SIGNED, [f"*[{'0-9' if mark == 'digit' else mark[:1]}]{'' if at_end else '*'}"]
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


def _positions_with_chapter(words: str, store: RecordStore) -> list[int]:
    rows = store.rows(
        "SELECT r.position, json_extract(c.value, '$.title') FROM records r, json_each(r.json, '$.chapters') c", []
    )
    return [position for position, title in rows if words and words in searchable(title or "")]


def _dated(dates: Dates | None) -> Clause:
    if dates is None:
        return _NEVER
    low, high = dates.low, dates.high
    if low == high and low:
        parts = {"f.year": low.year, "f.month": low.month, "f.day": low.day}
        return all_of((f"{column} = ?", [part]) for column, part in parts.items() if part is not None)
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


def person_clauses(query: Query, names: Names) -> tuple[list[Clause], list[Clause]]:
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
    wanted = [all_of(clauses[min(turn, len(clauses) - 1)] for clauses in asked.values()) for turn in range(persons)]
    return wanted, barred


def _of_person(condition: Condition, names: Names) -> Clause:
    values = condition.values
    if condition.field == "speaks":
        return any_of((_SPEAKS[value], []) for value in values if value in _SPEAKS)
    if condition.field == "person":
        return value_in("p.name_key", [name_key(name) for name in values])
    if condition.field == "role":
        return any_of(_role(role) for role in values)
    if condition.field == "affiliation":
        places = [text for name in values for text in names.find_affiliations(name)]
    else:
        places = [one.text for one in names.affiliations if any(_fits(part, condition) for part in one.parts)]
    return value_in("p.affiliation", places)


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
        return any_of(_role(f"postdoctoral {post}") for post in ("scholar", "researcher", "fellow", "associate"))
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


def value_in(column: str, values: Iterable[str | int]) -> Clause:
    """A column holds one of these."""
    # One parameter, however many values: SQLite's own limit is 32,766.
    return f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(list(values))]


def all_of(clauses: Iterable[Clause], joint: str = " AND ") -> Clause:
    """All of these hold; of none, everything does."""
    parts = list(clauses)
    return joint.join(f"({sql})" for sql, _ in parts) or "1", [one for _, values in parts for one in values]


def any_of(clauses: Iterable[Clause]) -> Clause:
    """One of these holds."""
    sql, values = all_of(clauses, " OR ")
    return f"({sql})", values


def plain(clause: Clause) -> Clause:
    """A clause whose texts SQLite can take: half a surrogate pair is no text."""
    sql, values = clause
    return sql, [one.encode("utf-8", "replace").decode() if isinstance(one, str) else one for one in values]
