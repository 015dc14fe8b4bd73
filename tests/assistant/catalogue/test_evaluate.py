"""The evaluation finds exactly what a plain filter over the records finds, whatever the values."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.catalogue.evaluate import evaluate
from assistant.catalogue.institutions import institution_key
from assistant.catalogue.names import affiliation_parts
from assistant.catalogue.query import Condition, Field, Query
from assistant.catalogue.vocabulary import Vocabulary
from ingest.passages import record_text
from ingest.record_store import RecordStore
from ingest.records import Record, Speaker, record_pages, speaker_names
from ingest.text import plain_words, singular

HOSTILE = ("'", '"', "'; DROP TABLE facts; --", "%", "_", "*", "\\", "' OR '1'='1", "x" * 10_000, "\ud800", "\0", "")
PARTS = (
    "abstract",
    "bio",
    "chapters",
    "link",
    "date",
    "year",
    "full_date",
    "authors",
    "comments",
    "organisation",
    "speaker",
)
WORDS = ("learning", "gradient descent", "CIFAR-10", "transformers", "Neural Networks", "the", *HOSTILE)
NAMES = ("Yi Wu", "Hamed Hassani", "ahmad beirami", "Nobody Here", *HOSTILE)
PLACES = (
    "MIT",
    "Caltech",
    "UC Berkeley",
    "University of Pennsylvania",
    "Harvard University",
    "Penn State",
    "Nowhere",
    *HOSTILE,
)
PAGES = ("Recorded Talks: Machine Learning", "Daily Papers, Jun 8", "Recorded Talks: Workshops and Tutorials", *HOSTILE)
INSTITUTIONS = {
    "Caltech": {"Caltech"},
    "MIT": {"MIT"},
    "UC Berkeley": {"LBNL and UC Berkeley", "UC Berkeley"},
    "University of Pennsylvania": {"University of Pennsylvania"},
    "Penn State": {"Pennsylvania State University"},
    "Harvard University": {"Harvard University"},
}


def values_of(field: Field, values: Sequence[str]) -> st.SearchStrategy[Condition]:
    some = st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True).map(tuple)
    return st.builds(Condition, st.just(field), some, st.booleans())


COUNTS = ("0", "1", "3", "2..5", "2..", "..3", "5..2")
DATES = (
    "2023",
    "2024-10",
    "--06",
    "--05-02",
    "2025-12-22",
    "2019..2022",
    "..2020",
    "2023-03..2024-06",
    "2024-05..",
    "--03..--06",
)
CONDITIONS = st.one_of(
    values_of("page", PAGES), values_of("person", NAMES), values_of("affiliation", PLACES),
    values_of("sector", ("academic", "company", "laboratory")), values_of("date", DATES), values_of("has", PARTS),
    values_of("title", WORDS), values_of("opening", WORDS), values_of("text", WORDS),
    values_of("abstract", WORDS), values_of("bio", WORDS),
    values_of("link", ("github.com", "GITHUB", *HOSTILE[:-1])),
    *(values_of(field, COUNTS) for field in ("authors", "comments", "speakers", "pages", "chapters", "links")),
)  # fmt: skip
QUERIES = st.builds(
    Query,
    kind=st.sampled_from((None, "talk", "paper")),
    conditions=st.lists(CONDITIONS, max_size=3).map(tuple),
    order=st.sampled_from(
        ("corpus", "title", "date", "authors", "comments", "speakers", "pages", "chapters", "links", "title_length")
    ),
    descending=st.booleans(),
    limit=st.one_of(st.none(), st.integers(1, 5)),
    skip=st.integers(0, 2),
    best=st.booleans(),
)


def words(text: str) -> list[str]:
    return [singular(word) for word in plain_words(text)]


def contains(text: str, phrase: str) -> bool:
    inner, outer = words(phrase), words(text)
    return bool(inner) and any(outer[i : i + len(inner)] == inner for i in range(len(outer)))


def opens(text: str, phrase: str) -> bool:
    return bool(words(phrase)) and words(text)[: len(words(phrase))] == words(phrase)


def people_of(record: Record) -> list[Speaker]:
    if record.kind == "paper":
        return [Speaker("", record.organisation)] if record.organisation else []
    return [*record.speakers, *(one for chapter in record.chapters for one in chapter.speakers)]


def is_recorded(record: Record, part: str) -> bool:
    talk, paper = record.kind == "talk", record.kind == "paper"
    date = record.date
    return {
        "abstract": bool(record.abstract.strip()),
        "bio": talk and bool(getattr(record, "bio", "").strip()),
        "chapters": talk and bool(getattr(record, "chapters", ())),
        "link": bool(record.links),
        "date": date is not None,
        "year": date is not None and date.year is not None,
        "full_date": date is not None and date.is_full,
        "authors": paper and getattr(record, "author_count", None) is not None,
        "comments": paper and getattr(record, "comment_count", None) is not None,
        "organisation": paper and getattr(record, "organisation", None) is not None,
        "speaker": bool(speaker_names(record)),
    }[part]


def person_fits(person: Speaker, condition: Condition) -> bool:
    if condition.field == "person":
        return bool(person.name) and plain_words(person.name) in [plain_words(name) for name in condition.values]
    if condition.field == "affiliation":
        return person.affiliation in set().union(*(INSTITUTIONS.get(name, set()) for name in condition.values))
    return any(part.sector in condition.values for part in affiliation_parts(person.affiliation or " "))


def persons_fit(conditions: Sequence[Condition], persons: Sequence[Speaker]) -> bool:
    """One person fits the first condition on each field, one (maybe another) the second, and so on."""
    fields = dict.fromkeys(one.field for one in conditions)
    groups = [[one for one in conditions if one.field == field] for field in fields]
    turns = max(map(len, groups), default=0)
    wanted = [[group[min(turn, len(group) - 1)] for group in groups] for turn in range(turns)]
    return all(any(all(person_fits(person, one) for one in turn) for person in persons) for turn in wanted)


def key_of(text: str, filler: int) -> tuple[int, int, int]:
    year, month, day = re.fullmatch(r"(\d{4}|-)(?:-(\d\d))?(?:-(\d\d))?", text).groups()  # type: ignore[union-attr]
    return (0 if year == "-" else int(year), int(month) if month else filler, int(day) if day else filler)


def dated(record: Record, text: str) -> bool:
    if record.date is None:
        return False
    year, month, day = record.date.year, record.date.month, record.date.day
    if ".." not in text:
        wanted = key_of(text, 0)
        return all(not part or part == own for part, own in zip(wanted, (year, month, day), strict=True))
    low, high = (key_of(end, filler) if end else None for end, filler in zip(text.split(".."), (0, 99), strict=True))
    if text.startswith("--"):
        own = (0, month, day or 0) if month else None
    elif re.fullmatch(r"(\d{4})?\.\.(\d{4})?", text):
        own = (year, 0, 0) if year else None
    else:
        own = (year, month, day) if year and month and day else None
    return own is not None and (low is None or own >= low) and (high is None or own <= high)


def within(number: int | None, text: str) -> bool:
    low, dots, high = text.partition("..")
    if number is None:
        return False
    return number == int(low) if not dots else (not low or number >= int(low)) and (not high or number <= int(high))


def value_holds(field: str, value: str, record: Record) -> bool:
    if field == "page":
        return value in record_pages(record)
    if field == "date":
        return dated(record, value)
    if field == "has":
        return is_recorded(record, value)
    if field == "title":
        return contains(record.title, value)
    if field in ("abstract", "bio"):
        return contains(getattr(record, field, ""), value)
    if field == "opening":
        return opens(record.title, value)
    if field == "text":
        return contains(record.title, value) or contains(record_text(record), value)
    if field == "link":
        return any(value.lower() in link.lower() for link in record.links)
    return within(count_of(record, field), value)


def count_of(record: Record, field: str) -> int | None:
    return {
        "authors": getattr(record, "author_count", None), "comments": getattr(record, "comment_count", None),
        "speakers": len(speaker_names(record)), "pages": len(record_pages(record)),
        "chapters": len(getattr(record, "chapters", ())), "links": len(record.links),
    }[field]  # fmt: skip


def holds(query: Query, record: Record) -> bool:
    of_persons = [one for one in query.conditions if one.field in ("person", "affiliation", "sector")]
    others = [one for one in query.conditions if one not in of_persons]
    barred = [one for one in of_persons if one.negated]
    persons = people_of(record)
    return (
        query.kind in (None, record.kind)
        and persons_fit([one for one in of_persons if not one.negated], persons)
        and not any(person_fits(person, one) for one in barred for person in persons)
        and all(any(value_holds(one.field, value, record) for value in one.values) != one.negated for one in others)
    )


def sort_value(query: Query, record: Record, position: int) -> Any:
    date = record.date
    return {
        "corpus": position,
        "title": " ".join(plain_words(record.title)),
        "date": (date.year, date.month or 0, date.day or 0) if date and date.year else None,
        "title_length": len(record.title),
        **{
            field: count_of(record, field)
            for field in ("authors", "comments", "speakers", "pages", "chapters", "links")
        },
    }[query.order]


def plain_filter(query: Query, records: Sequence[Record]) -> list[str]:
    found = [(sort_value(query, one, place), one.id) for place, one in enumerate(records) if holds(query, one)]
    known = [one for one in found if one[0] is not None]
    # Python's sort is stable in both directions, as the order of the corpus among equals must be.
    known.sort(key=lambda one: one[0], reverse=query.descending)
    if query.best:
        values = list(dict.fromkeys(value for value, _ in known))[query.skip : query.skip + 1]
        return [name for value, name in known if value in values][: query.limit]
    names = [name for _, name in [*known, *(one for one in found if one[0] is None)]]
    return names[query.skip :][: query.limit]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES)
def test_any_query_finds_what_a_plain_filter_finds(query: Query, store: RecordStore, records: Sequence[Record]) -> None:
    assert list(evaluate(query, store, Vocabulary(store).names).ids) == plain_filter(query, records)


@pytest.mark.parametrize(
    "field", ["title", "text", "opening", "abstract", "bio", "person", "affiliation", "page", "role", "link"]
)
@pytest.mark.parametrize("value", [value for value in HOSTILE if re.sub(r"\W", "", value) != "x" and value], ids=repr)
def test_hostile_value_is_plain_text(store: RecordStore, field: Field, value: str) -> None:
    before = store.rows("SELECT count(*) FROM facts")
    result = evaluate(Query(conditions=(Condition(field, (value,)),)), store, Vocabulary(store).names)
    assert (result.ids, result.matched) == ((), 0) or field == "link"
    assert store.rows("SELECT count(*) FROM facts") == before


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES.filter(lambda one: not (one.best or one.limit or one.skip)), data=st.data())
def test_only_records_within_count(
    query: Query, data: st.DataObject, store: RecordStore, records: Sequence[Record]
) -> None:
    within = data.draw(st.lists(st.integers(0, len(records) - 1), unique=True))
    wanted = {records[place].id for place in within}
    names = Vocabulary(store).names
    everywhere = evaluate(query, store, names).ids
    assert evaluate(query, store, names, within=within).ids == tuple(one for one in everywhere if one in wanted)


def test_people_are_listed_with_records_within_only(store: RecordStore, records: Sequence[Record]) -> None:
    within = [place for place, record in enumerate(records) if "alignment" in record.title.lower()][:1]
    result = evaluate(Query(listed="people"), store, Vocabulary(store).names, within=within)
    assert {one for group in result.groups for one in group.ids} == {records[place].id for place in within}


def test_known_places_are_those_of_the_filter(store: RecordStore) -> None:
    names = Vocabulary(store).names
    assert {name: set(names.find_affiliations(name)) for name in INSTITUTIONS} == INSTITUTIONS
    assert institution_key("The University of X") == "university x"
