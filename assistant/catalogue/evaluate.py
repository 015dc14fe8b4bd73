"""Query → exactly the records, or groups of records, that it asks for.

Comes in: a query and the record store. Goes out: ids in the order asked for. Every value travels as a parameter:
quotes,
wildcards and SQL in it are text like any other.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.catalogue.institutions import Institution, Sector
from assistant.catalogue.names import Names
from assistant.catalogue.query import Order, Part, Query, Span
from ingest.facts import name_key
from ingest.store import RecordStore
from ingest.words import searchable

Clause = tuple[str, list[str | int | None]]
# SQLite's integers end here; no number that is recorded comes near.
_LARGEST = 2**62

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
    "title_length": "f.title_chars",
}
_RECORDED: dict[Part, str] = {
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
    """A person, affiliation, page, year or month with its records."""

    name: str
    ids: tuple[str, ...]


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


def evaluate(query: Query, store: RecordStore, names: Names) -> Result:
    """Find all that a query asks for, and nothing else."""
    persons = list(_person_clauses(query, names))
    wheres = [_plain(text) for text in _record_clauses(query)]
    for sql, values in persons:
        # Not correlated: the names have an index, the records need not be gone through.
        wheres.append((f"f.position IN (SELECT p.position FROM people p WHERE {sql})", values))
    if query.listed in _GROUPS:
        return _groups(query, store, wheres, persons)
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
    return Result(tuple(row[0] for row in rows[: query.limit]), (), matched)


def _groups(query: Query, store: RecordStore, wheres: list[Clause], persons: list[Clause]) -> Result:
    name, key, join = _GROUPS[query.listed]
    if query.listed in ("people", "affiliations") and persons:
        # Who is listed must meet the conditions on people; another speaker of the talk will not do.
        own, own_values = " OR ".join(f"({sql})" for sql, _ in persons), [one for _, more in persons for one in more]
        wheres = [*wheres, (f"({own})", own_values)]
    if query.listed == "pages" and query.pages:
        wheres = [*wheres, _in("g.page", query.pages)]
    where, values = _all(wheres)
    rows = store.rows(
        f"SELECT {key}, {name}, f.id FROM facts f {join} "  # noqa: S608  # ours
        f"WHERE {where} AND {name} IS NOT NULL ORDER BY f.position",
        values,
    )
    collected: dict[str | int, tuple[str, dict[str, None]]] = {}
    for same, shown, record_id in rows:
        collected.setdefault(same, (str(shown), {}))[1][record_id] = None
    groups = [Group(shown, tuple(ids)) for shown, ids in collected.values()]
    groups = [group for group in groups if query.sizes is None or query.sizes.holds(len(group.ids))]
    groups = _sorted_groups(query, groups)
    if query.best and groups and query.order == "size":
        groups = [group for group in groups if len(group.ids) == len(groups[0].ids)]
    elif query.best:
        groups = groups[:1]
    shown_groups = tuple(groups[: query.limit])
    ids = dict.fromkeys(record_id for group in shown_groups for record_id in group.ids)
    return Result(tuple(ids), shown_groups, len(groups))


def _sorted_groups(query: Query, groups: list[Group]) -> list[Group]:
    if query.listed in ("years", "months"):
        groups = sorted(groups, key=lambda group: int(group.name))
    if query.order == "size":
        return sorted(groups, key=lambda group: len(group.ids), reverse=query.descending)
    if query.order in ("title", "speaker", "date"):
        by_surname = query.listed == "people" and query.order == "speaker"
        return sorted(groups, key=lambda group: _name_order(group.name, by_surname), reverse=query.descending)
    return groups


def _name_order(name: str, by_surname: bool) -> tuple[str, str]:
    key = name_key(name)
    return (key.rsplit(" ", 1)[-1] if by_surname else key), key


def _record_clauses(query: Query) -> Iterable[Clause]:
    if query.kind:
        yield "f.kind = ?", [query.kind]
    for page in query.pages:
        yield "EXISTS (SELECT 1 FROM pages g WHERE g.position = f.position AND g.page = ?)", [page]
    for page in query.not_pages:
        yield "NOT EXISTS (SELECT 1 FROM pages g WHERE g.position = f.position AND g.page = ?)", [page]
    for column, span in (
        ("year", query.years), ("authors", query.authors), ("comments", query.comments),
        ("speakers", query.speakers), ("pages", query.page_count), ("chapters", query.chapters),
    ):  # fmt: skip
        if span is not None:
            yield _within(f"f.{column}", span)
    if query.dates is not None:
        yield _within("CASE WHEN f.day IS NOT NULL THEN f.year * 10000 + f.month * 100 + f.day END", query.dates)
    if query.months:
        yield _in("f.month", query.months)
    if query.day is not None:
        yield "f.day = ?", [_number(query.day)]
    for part in query.having:
        yield f"({_RECORDED[part]})", []
    for part in query.lacking:
        yield f"NOT ({_RECORDED[part]})", []
    # A phrase without any word stands nowhere.
    for phrase in query.titles:
        yield "? <> '' AND instr(f.title_words, ?) > 0", [searchable(phrase)] * 2
    for phrase in query.texts:
        yield (
            "f.position IN (SELECT position FROM words WHERE ? <> '' AND instr(body, ?) > 0)",
            [searchable(phrase)] * 2,
        )
    openings = [words.rstrip() for words in map(searchable, query.openings) if words]
    if query.openings:
        starts = " OR ".join(["substr(f.title_words || ' ', 1, ?) = ?"] * len(openings)) or "0"
        yield f"({starts})", [one for words in openings for one in (len(words) + 1, f"{words} ")]
    for address in query.links:
        yield (
            "EXISTS (SELECT 1 FROM links l WHERE l.position = f.position AND instr(lower(l.address), ?) > 0)",
            [address.lower()],
        )
    if query.listed == "chapters":
        yield "f.chapters > 0", []
    if query.odd_times:
        yield "EXISTS (SELECT 1 FROM chapters c WHERE c.position = f.position AND c.problem IS NOT NULL)", []


def _person_clauses(query: Query, names: Names) -> Iterable[Clause]:
    """One condition on a single person for each sector asked for; name, role and place must be the same person's."""
    clauses: list[Clause] = []
    if query.people:
        clauses.append(_in("p.name_key", [name_key(name) for name in query.people]))
    if query.affiliations:
        clauses.append(
            _in("p.affiliation", [text for name in query.affiliations for text in names.find_affiliations(name)])
        )
    if query.roles:
        roles = [_role(role) for role in query.roles]
        clauses.append((f"({' OR '.join(sql for sql, _ in roles)})", [one for _, more in roles for one in more]))
    if not query.sectors and not query.countries and not query.not_countries:
        if clauses:
            yield _all(clauses)
        return
    for sector in query.sectors or (None,):
        texts = [one.text for one in names.affiliations if any(_fits(part, sector, query) for part in one.parts)]
        yield _all([*clauses, _in("p.affiliation", texts)])


def _fits(part: Institution, sector: Sector | None, query: Query) -> bool:
    return (
        (sector is None or part.sector == sector)
        and (not query.countries or part.country in query.countries)
        and (not query.not_countries or (part.country is not None and part.country not in query.not_countries))
    )


def _role(role: str) -> Clause:
    words = searchable(role)
    if words == " full professor ":
        junior = "p.role"
        for rank in ("assistant", "associate", "adjunct"):
            junior = f"replace({junior}, ' {rank} professor ', ' ')"
        return f"instr({junior}, ' professor ') > 0", []
    return "? <> '' AND instr(p.role, ?) > 0", [words, words]


def _within(column: str, span: Span) -> Clause:
    low = -_LARGEST if span.low is None else _number(span.low)
    high = _LARGEST if span.high is None else _number(span.high)
    return f"{column} BETWEEN ? AND ?", [low, high]


def _in(column: str, values: Iterable[str | int]) -> Clause:
    # One parameter, however many values: SQLite's own limit is 32,766.
    return f"{column} IN (SELECT value FROM json_each(?))", [json.dumps(list(values))]


def _all(clauses: Iterable[Clause]) -> Clause:
    parts = list(clauses)
    return " AND ".join(f"({sql})" for sql, _ in parts) or "1", [one for _, values in parts for one in values]


def _plain(clause: Clause) -> Clause:
    """A clause whose texts SQLite can take: half a surrogate pair is no text."""
    sql, values = clause
    return sql, [one.encode("utf-8", "replace").decode() if isinstance(one, str) else one for one in values]


def _number(number: int) -> int:
    return max(-_LARGEST, min(_LARGEST, number))
