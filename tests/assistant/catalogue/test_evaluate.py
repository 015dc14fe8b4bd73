"""The evaluation finds exactly what a plain filter over the records finds, whatever the values."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.catalogue.evaluate import evaluate
from assistant.catalogue.institutions import institution_key
from assistant.catalogue.names import affiliation_parts
from assistant.catalogue.query import Query, Span
from assistant.catalogue.vocabulary import Vocabulary
from ingest.passages import record_text
from ingest.records import Record, Speaker, record_pages, speaker_names
from ingest.store import RecordStore
from ingest.words import plain_words, singular

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


def tuples(values: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.one_of(st.just(()), st.lists(st.sampled_from(values), max_size=2, unique=True).map(tuple))


def spans(low: int, high: int) -> st.SearchStrategy[Any]:
    ends = st.one_of(st.none(), st.integers(low, high), st.just(10**30))
    return st.one_of(st.none(), st.none(), st.builds(Span, ends, ends))


QUERIES = st.builds(
    Query,
    kind=st.sampled_from((None, "talk", "paper")),
    pages=tuples(PAGES),
    not_pages=tuples(PAGES),
    people=tuples(NAMES),
    affiliations=tuples(PLACES),
    sectors=tuples(("academic", "company", "laboratory")),
    years=spans(2016, 2026),
    months=tuples(tuple(range(1, 13))),
    day=st.one_of(st.none(), st.none(), st.integers(1, 31)),
    authors=spans(0, 11),
    comments=spans(0, 4),
    speakers=spans(0, 5),
    page_count=spans(0, 4),
    chapters=spans(0, 5),
    having=tuples(PARTS),
    lacking=tuples(PARTS),
    titles=tuples(WORDS),
    openings=tuples(WORDS),
    texts=tuples(WORDS),
    links=tuples(("github.com", "GITHUB", *HOSTILE[:-1])),
    odd_times=st.sampled_from((False, False, True)),
    order=st.sampled_from(
        ("corpus", "title", "date", "authors", "comments", "speakers", "pages", "chapters", "title_length")
    ),
    descending=st.booleans(),
    limit=st.one_of(st.none(), st.integers(1, 5)),
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


def person_fits(query: Query, person: Speaker, sector: str | None) -> bool:
    if query.people and (
        not person.name
        or " ".join(plain_words(person.name)) not in [" ".join(plain_words(name)) for name in query.people]
    ):
        return False
    if query.affiliations:
        meant = set().union(*(INSTITUTIONS.get(name, set()) for name in query.affiliations))
        if person.affiliation not in meant:
            return False
    return sector is None or any(part.sector == sector for part in affiliation_parts(person.affiliation or " "))


def holds(query: Query, record: Record) -> bool:
    year, month, day = (record.date.year, record.date.month, record.date.day) if record.date else (None, None, None)
    pages = record_pages(record)
    persons = people_of(record)
    counts = {
        "years": year, "authors": getattr(record, "author_count", None),
        "comments": getattr(record, "comment_count", None), "speakers": len(speaker_names(record)),
        "page_count": len(pages), "chapters": len(getattr(record, "chapters", ())),
    }  # fmt: skip
    sectors = query.sectors or ((None,) if query.people or query.affiliations else ())
    return (
        query.kind in (None, record.kind)
        and all(page in pages for page in query.pages)
        and not any(page in pages for page in query.not_pages)
        and all(any(person_fits(query, person, sector) for person in persons) for sector in sectors)
        and all(span.holds(counts[name]) for name in counts if (span := getattr(query, name)) is not None)
        and (not query.months or month in query.months)
        and query.day in (None, day)
        and all(is_recorded(record, part) for part in query.having)
        and not any(is_recorded(record, part) for part in query.lacking)
        and all(contains(record.title, phrase) for phrase in query.titles)
        and (not query.openings or any(opens(record.title, phrase) for phrase in query.openings))
        and all(contains(record.title, phrase) or contains(record_text(record), phrase) for phrase in query.texts)
        and all(any(address.lower() in link.lower() for link in record.links) for address in query.links)
        and (not query.odd_times or any(chapter.problem for chapter in getattr(record, "chapters", ())))
    )


def sort_value(query: Query, record: Record, position: int) -> Any:
    date = record.date
    return {
        "corpus": position,
        "title": " ".join(plain_words(record.title)),
        "date": (date.year, date.month or 0, date.day or 0) if date and date.year else None,
        "authors": getattr(record, "author_count", None),
        "comments": getattr(record, "comment_count", None),
        "speakers": len(speaker_names(record)),
        "pages": len(record_pages(record)),
        "chapters": len(getattr(record, "chapters", ())),
        "title_length": len(record.title),
    }[query.order]


def plain_filter(query: Query, records: Sequence[Record]) -> list[str]:
    found = [(sort_value(query, one, place), one.id) for place, one in enumerate(records) if holds(query, one)]
    known = [one for one in found if one[0] is not None]
    # Python's sort is stable in both directions, as the order of the corpus among equals must be.
    known.sort(key=lambda one: one[0], reverse=query.descending)
    if query.best:
        return [name for value, name in known if value == known[0][0]][: query.limit]
    return [name for _, name in [*known, *(one for one in found if one[0] is None)]][: query.limit]


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=QUERIES)
def test_any_query_finds_what_a_plain_filter_finds(query: Query, store: RecordStore, records: Sequence[Record]) -> None:
    assert list(evaluate(query, store, Vocabulary(store).names).ids) == plain_filter(query, records)


@pytest.mark.parametrize("field", ["titles", "texts", "openings", "people", "affiliations", "pages", "roles", "links"])
@pytest.mark.parametrize("value", [value for value in HOSTILE if re.sub(r"\W", "", value) != "x" and value], ids=repr)
def test_hostile_value_is_plain_text(store: RecordStore, field: str, value: str) -> None:
    before = store.rows("SELECT count(*) FROM facts")
    fields: dict[str, Any] = {field: (value,)}
    result = evaluate(replace(Query(), **fields), store, Vocabulary(store).names)
    assert (result.ids, result.matched) == ((), 0) or field == "links"
    assert store.rows("SELECT count(*) FROM facts") == before


def test_known_places_are_those_of_the_filter(store: RecordStore) -> None:
    names = Vocabulary(store).names
    assert {name: set(names.find_affiliations(name)) for name in INSTITUTIONS} == INSTITUTIONS
    assert institution_key("The University of X") == "university x"
