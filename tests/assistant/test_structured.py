"""A typed query finds exactly what a plain filter over the records finds, whatever the values."""

import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from assistant.query import EVERYTHING, PARTS, Condition, Query, counts, narrowed, parse_query, query_text
from assistant.retrieve.structured import evaluate, lacking, positions
from ingest import schema
from ingest.passages import record_passages, record_sections
from ingest.readers.fields import parse_date
from ingest.readers.people import surname
from ingest.record_store import RecordStore, write_store
from ingest.records import Chapter, Date, Record, Source, Speaker, all_speakers
from ingest.schema import Field, Type
from ingest.text import name_key, plain_words, singular
from tests import made_up

HOSTILE = ("'", '"', "'; DROP TABLE records; --", "%", "_", "*", "\\", "' OR '1'='1", "x" * 10_000, "\ud800", "\0", "")
NAMES = ("Hall 1", "Hall 1 North", "Große Aula", "MIT", "Rice University", "Ann Lee", "Bo Lee-Roth", "C++", "???")
TITLES = ("On Sets", "Sets, Again?", "Why Walk 2 Miles", "Maps of Maps", "???")
TEXTS = ("", "Sets of maps hold.", "We walk at dawn.\nMaps fold.", "Nothing of that sort: 42 reasons.")
DATED = ("Apr 3", "Oct 11, 2023", "2021-10", "2019", "2021-10-05", "spring", "Feb 30")
ADDRESSES = ("https://github.com/a/b", "https://a.org/MAPS", "not an address")
RANGES = ("0", "1", "3", "2..5", "2..", "..3", "5..2")
DATES = ("2023", "2021-10", "--04", "--04-03", "2021-10-05", "2019..2022", "..2020", "2021-03..2023-11", "--03..--06")
GIVEN: dict[Type, Sequence[Any]] = {
    Type.NAME: NAMES, Type.TEXT: ("a.mp4", "b/C.mp3"), Type.NUMBER: (0, 1, 3, 7), Type.SECONDS: (0, 2.5, 3, 600),
    Type.DATE: tuple(map(parse_date, DATED)), Type.URL: ADDRESSES, Type.FLAG: (True, False),
}  # fmt: skip
ASKED: dict[Type, Sequence[str]] = {
    Type.NAME: (*NAMES, "hall", "lee", "große", *HOSTILE), Type.TEXT: ("mp", "C.", *HOSTILE), Type.NUMBER: RANGES,
    Type.SECONDS: RANGES, Type.DATE: DATES, Type.URL: ("github", "maps", *HOSTILE), Type.FLAG: ("yes", "no"),
}  # fmt: skip


def made_up_records() -> list[Record]:
    chance = random.Random(7)

    def speakers() -> tuple[Speaker, ...]:
        place, role = chance.choice((None, *NAMES)), chance.choice((None, "Professor", "Postdoctoral Fellow"))
        return (Speaker(chance.choice(NAMES), place, role),) * chance.randrange(2)

    def value(field: Field) -> Any:
        given = GIVEN[field.type]
        if field.is_keyed:
            return {"youtube": chance.choice(given)}
        return tuple(chance.sample(given, 2)) if field.holds_many else chance.choice(given)

    records = []
    for number in range(60):
        values = {field.key: value(field) for field in schema.value_fields() if chance.random() < 0.5}
        chapters = [Chapter("", 9, chance.choice(TITLES), speakers(), chance.choice((None, "odd")))]
        told: dict[str, Any] = {
            "abstract": chance.choice(TEXTS),
            "bio": chance.choice(TEXTS),
            "chapters": tuple(chapters * chance.randrange(3)),
            "speakers": speakers() + speakers(),
        }
        pages = chance.sample(NAMES, chance.randrange(1, 3))
        sources = tuple(Source("a.txt", 1, 1, page) for page in pages)
        make = chance.choice((made_up.talk, made_up.paper))
        records.append(make(chance.choice(TITLES), sources=sources, id=f"r{number}", values=values, **told))
    return records


RECORDS = made_up_records()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> RecordStore:
    path = tmp_path_factory.mktemp("structured") / "records.sqlite"
    write_store(path, RECORDS, [passage for record in RECORDS for passage in record_passages(record)])
    return RecordStore(path)


def condition_on(key: str, values: Sequence[str]) -> st.SearchStrategy[Condition]:
    some = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)
    return st.builds(Condition, st.just(key), some, st.booleans())


WORDS = ("sets", "maps fold", "42", "walk", "the", *HOSTILE)
KEYS = [field.key for field in schema.FIELDS]
CONDITIONS = st.one_of(
    *(condition_on(field.key, ASKED[field.type]) for field in schema.FIELDS),
    *(condition_on(key, RANGES) for key in counts()),
    *(condition_on(key, WORDS) for key in ("title", "opening", "text", "abstract", "bio", "chapter")),
    condition_on("link", ASKED[Type.URL]),
    condition_on("has", (*PARTS, *KEYS)),
    condition_on("among", ("r1", "r2", "r33", *HOSTILE)),
)
ORDERS = ("corpus", "title", "title_length", *KEYS, *counts())
QUERIES = st.builds(
    Query,
    kind=st.sampled_from((None, "talk", "paper")),
    conditions=st.lists(CONDITIONS, max_size=3).map(tuple),
    order=st.sampled_from(ORDERS),
    descending=st.booleans(),
    limit=st.none() | st.integers(1, 5),
    skip=st.integers(0, 2),
    best=st.booleans(),
)


def words(text: str) -> list[str]:
    return [singular(word) for word in plain_words(text)]


def contains(text: str, phrase: str) -> bool:
    inner, outer = words(phrase), words(text)
    return bool(inner) and any(outer[at : at + len(inner)] == inner for at in range(len(outer)))


def begins_words(text: str, phrase: str) -> bool:
    """As `contains`; the last word may go on: "postdoc" is "postdoctoral"."""
    inner, outer = words(phrase), words(text)
    places = range(len(outer) - len(inner) + 1) if inner else ()
    return any(" ".join(outer[at : at + len(inner)]).startswith(" ".join(inner)) for at in places)


def is_named(field: Field, name: str, wanted: str) -> bool:
    """A name that some record has means that name, other words mean the names that hold them."""
    key, wanted = name_key(name), name_key(wanted)
    known = {name_key(one) for record in RECORDS for one in names_of(field, record)}
    return key == wanted if wanted in known else bool(wanted) and f" {wanted} " in f" {key} "


def names_of(field: Field, record: Record) -> list[str]:
    if field.person is None:
        return list(field.all_of(record))
    return [text for person in people_of(record) if (text := field.person(person))]


def people_of(record: Record) -> list[Speaker]:
    return [*all_speakers(record), *(Speaker("", name) for name in schema.ORGANISATION.all_of(record))]


def person_fits(person: Speaker, one: Condition) -> bool:
    field = schema.field_of(one.field)
    assert field is not None
    assert field.person is not None
    told = field.person(person)
    if field is schema.ROLE:
        return any(begins_words(told or "", value) for value in one.values)
    return told is not None and told != "" and any(is_named(field, told, value) for value in one.values)


def persons_fit(conditions: Sequence[Condition], persons: Sequence[Speaker]) -> bool:
    """One person fits the first condition on each field, one (maybe another) the second, and so on."""
    groups = [[one for one in conditions if one.field == key] for key in dict.fromkeys(one.field for one in conditions)]
    turns = range(max(map(len, groups), default=0))
    wanted = [[group[min(turn, len(group) - 1)] for group in groups] for turn in turns]
    return all(any(all(person_fits(person, one) for one in turn) for person in persons) for turn in wanted)


def is_told(record: Record, key: str) -> bool:
    date = schema.DATE.of(record)
    parts = {
        "abstract": bool(record.abstract), "bio": bool(record.bio), "chapter": bool(record.chapters),
        "year": bool(date and date.year), "full_date": bool(date and date.is_full),
        "odd_time": any(chapter.problem for chapter in record.chapters),
    }  # fmt: skip
    field = schema.field_of(key)
    if field is schema.DATE:
        return bool(date and date.iso)
    return parts[key] if field is None else bool(field.all_of(record))


def number_of(text: str, filler: int) -> tuple[int, int, int]:
    year, month, day = re.fullmatch(r"(\d{4}|-)(?:-(\d\d))?(?:-(\d\d))?", text).groups()  # type: ignore[union-attr]
    return (0 if year == "-" else int(year), int(month) if month else filler, int(day) if day else filler)


def is_dated(date: Date | None, text: str) -> bool:
    if date is None:
        return False
    if ".." not in text:
        return all(
            not part or part == own
            for part, own in zip(number_of(text, 0), (date.year, date.month, date.day), strict=True)
        )
    low, high = (number_of(end, filler) if end else None for end, filler in zip(text.split(".."), (0, 99), strict=True))
    own: tuple[int, int, int] | None
    if text.startswith("--"):
        own = (0, date.month, date.day or 0) if date.month else None
    elif re.fullmatch(r"(\d{4})?\.\.(\d{4})?", text):
        own = (date.year, 0, 0) if date.year else None
    else:
        own = (date.year, date.month, date.day) if date.year and date.month and date.day else None
    return own is not None and (low is None or own >= low) and (high is None or own <= high)


def is_within(number: float | None, text: str) -> bool:
    low, dots, high = text.partition("..")
    if number is None:
        return False
    return number == int(low) if not dots else (not low or number >= int(low)) and (not high or number <= int(high))


def field_holds(field: Field, record: Record, value: str) -> bool:
    told = field.of(record)
    if field.type is Type.DATE:
        return is_dated(told, value)
    if field.type in (Type.NUMBER, Type.SECONDS):
        return is_within(told, value)
    if field.type is Type.FLAG:
        return told is not None and bool(told) == (value == "yes")
    if field.type is Type.NAME:
        return any(is_named(field, name, value) for name in field.all_of(record))
    return bool(value) and any(value.lower() in one.lower() for one in field.all_of(record))


def holds(key: str, value: str, record: Record) -> bool:
    if key == "has":
        return is_told(record, value)
    if key == "among":
        return record.id == value
    if key == "opening":
        return bool(words(value)) and words(record.title)[: len(words(value))] == words(value)
    if key == "text":
        return contains(record.title, value) or any(contains(text, value) for _, text in record_sections(record))
    if key == "chapter":
        return any(contains(chapter.title, value) for chapter in record.chapters)
    if key in ("title", "abstract", "bio"):
        return contains(getattr(record, key), value)
    if key.startswith("#"):
        return is_within(count_of(key, record), value)
    field = schema.LINKS if key == "link" else schema.field_of(key)
    assert field is not None
    return field_holds(field, record, value)


def count_of(key: str, record: Record) -> int:
    field = schema.field_counted(key)
    return len(field.all_of(record)) if field else len(record.chapters)


def fits(query: Query, record: Record) -> bool:
    keys = [field.key for field in schema.person_fields()]
    of_persons, others = list(query.on(*keys)), [one for one in query.conditions if one.field not in keys]
    persons = people_of(record)
    return (
        query.kind in (None, record.kind)
        and persons_fit([one for one in of_persons if not one.negated], persons)
        and not any(person_fits(person, one) for one in of_persons if one.negated for person in persons)
        and all(any(holds(one.field, value, record) for value in one.values) != one.negated for one in others)
    )


def sort_value(order: str, record: Record, position: int) -> Any:
    field = schema.field_of(order)
    if order.startswith("#"):
        return count_of(order, record)
    if field is None:
        own = {"corpus": position, "title": name_key(record.title), "title_length": len(record.title)}
        return own[order]
    told = field.all_of(record)
    if not told:
        return None
    if field.type is Type.DATE:
        return (told[0].year, told[0].month or 0, told[0].day or 0) if told[0].year else None
    if field is schema.SPEAKER:
        return f"{surname(told[0])} {name_key(told[0])}"
    return name_key(told[0]) if field.type is Type.NAME or field.is_list else told[0]


def plain_filter(query: Query) -> list[str]:
    found = [(sort_value(query.order, one, at), one.id) for at, one in enumerate(RECORDS) if fits(query, one)]
    known = [one for one in found if one[0] is not None]
    # Python's sort is stable in both directions, as the order of the corpus among equals must be.
    known.sort(key=lambda one: one[0], reverse=query.descending)
    if query.best:
        values = list(dict.fromkeys(value for value, _ in known))[query.skip : query.skip + 1]
        return [name for value, name in known if value in values][: query.limit]
    names = [name for _, name in [*known, *(one for one in found if one[0] is None)]]
    return names[query.skip :][: query.limit]


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES)
def test_any_query_finds_what_a_plain_filter_finds(query: Query, store: RecordStore) -> None:
    assert list(evaluate(query, store).ids) == plain_filter(query)


@settings(max_examples=200, deadline=None)
@given(query=QUERIES)
def test_query_reads_back_from_its_text(query: Query) -> None:
    values = [value for one in query.conditions for value in one.values]
    assume(all(value and value.isprintable() and len(value) < 100 for value in values))
    assert parse_query(query_text(query)) == query


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES, listed=st.sampled_from([field.key for field in schema.FIELDS if field.type is Type.NAME]))
def test_groups_hold_the_records_that_have_the_name(query: Query, listed: str, store: RecordStore) -> None:
    field = schema.field_of(listed)
    assert field is not None
    plain = Query(listed=listed, kind=query.kind)
    groups = evaluate(plain, store).groups
    of_kind = [record for record in RECORDS if query.kind in (None, record.kind)]
    names = {name_key(name) for record in of_kind for name in field.all_of(record)}
    assert {name_key(group.name) for group in groups} == names
    for group in groups:
        held = [one.id for one in of_kind if name_key(group.name) in map(name_key, field.all_of(one))]
        assert list(group.ids) == held
    sized = evaluate(Query(listed=listed, kind=query.kind, order="size", descending=True), store).groups
    assert [len(group.ids) for group in sized] == sorted((len(group.ids) for group in groups), reverse=True)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES, data=st.data())
def test_filters_are_conditions_and_only_records_within_count(
    query: Query, data: st.DataObject, store: RecordStore
) -> None:
    filters = Query(kind=data.draw(st.sampled_from((None, "talk"))), conditions=query.conditions)
    fitting = positions(filters, store)
    assert [RECORDS[at].id for at in fitting] == plain_filter(filters)
    everywhere = evaluate(Query(kind=query.kind), store).ids
    wanted = {RECORDS[at].id for at in fitting}
    found = evaluate(Query(kind=query.kind), store, within=fitting).ids
    assert found == tuple(one for one in everywhere if one in wanted)


def test_filters_on_a_person_hold_of_one_and_the_same(tmp_path: Path) -> None:
    pair = (Speaker("Ann Lee", "MIT"), Speaker("Bo Roth", "Rice University"))
    write_store(tmp_path / "s", [made_up.talk("Sets", pair, id="sets")], [])
    store = RecordStore(tmp_path / "s")
    assert positions(narrowed(EVERYTHING, {"speaker": "ann", "affiliation": "mit"}), store) == [0]
    assert positions(narrowed(EVERYTHING, {"speaker": "ann", "affiliation": "rice"}), store) == []


def test_short_form_of_a_role_means_the_role(store: RecordStore) -> None:
    short, long = (Query(conditions=(Condition("role", (role,)),)) for role in ("postdoc", "Postdoctoral Fellow"))
    assert evaluate(short, store).ids == evaluate(long, store).ids
    assert evaluate(short, store).ids


def test_records_that_do_not_tell_a_field_are_counted(store: RecordStore) -> None:
    event = Condition("event", ("Hall 1",))
    untold = [record for record in RECORDS if record.kind == "talk" and not schema.EVENT.all_of(record)]
    assert lacking(Query(kind="talk", conditions=(event,)), event, store) == len(untold)


@pytest.mark.parametrize(
    "key", ["title", "text", "opening", "abstract", "bio", "speaker", "venue", "page", "role", "url"]
)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:20]))
def test_hostile_value_is_plain_text(store: RecordStore, key: str, value: str) -> None:
    before = store.rows("SELECT count(*) FROM records")
    assert list(evaluate(Query(conditions=(Condition(key, (value,)),)), store).ids) == plain_filter(
        Query(conditions=(Condition(key, (value,)),))
    )
    assert store.rows("SELECT count(*) FROM records") == before
