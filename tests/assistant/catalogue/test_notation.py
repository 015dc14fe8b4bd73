"""A query as symbols and pointers, both ways."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.catalogue.notation import Pointer, Sources, Symbol, items_of, query_of
from assistant.catalogue.parser import with_filler
from assistant.catalogue.plain import parse_query
from assistant.catalogue.query import Query
from assistant.catalogue.tagger import tokens_of
from assistant.catalogue.vocabulary import Vocabulary
from evals.pointing import symbols_of
from ingest.record_store import RecordStore

PHRASINGS = Path(__file__).parents[3] / "evals" / "phrasings.jsonl"
EVERY = 40
# Question, the query before it, the query, and how that is written; "@word" points at a word, "@0" at an item.
WRITTEN = [
    ("Papers of 2024 with code", "", "listed: records; kind: paper; date: 2024; has: code",
     "c:date @2024 has=code listed=records kind=paper"),
    ("at least three authors", "", "listed: records; authors: 3..", "c:authors >= @three listed=records"),
    ("more than three authors", "", "listed: records; authors: 4..", "c:authors > @three listed=records"),
    ("two to three authors", "", "listed: records; authors: 2..3", "c:authors >= @two <= @three listed=records"),
    ("papers before 2019", "", "listed: records; kind: paper; date: ..2018",
     "c:date < @2019 listed=records kind=paper"),
    ("papers since 2019", "", "listed: records; kind: paper; date: 2019..",
     "c:date >= @2019 listed=records kind=paper"),
    ("solo papers", "", "listed: records; kind: paper; authors: 1", "c:authors n1 listed=records kind=paper"),
    ("anyone from MIT or Yale?", "", "listed: people; affiliation: MIT | Yale",
     "c:affiliation @MIT | @Yale listed=people"),
    ("not from MIT", "listed: records; kind: talk", "listed: records; kind: talk; not affiliation: MIT",
     "!c:affiliation @MIT listed=records kind=talk"),
    ("title mentions wild animals", "", "listed: records; title: wild animals",
     "c:title @wild @animals listed=records"),
    ("and with code?", "listed: records; date: 2024", "listed: records; date: 2024; has: code",
     "c:date @0 has=code listed=records"),
    ("in October?", "listed: records; date: 2023", "listed: records; date: 2023-10",
     "c:date @October @0 listed=records"),
    ("April to June 2025", "", "listed: records; date: 2025-04..2025-06",
     "c:date >= @April @June 2025 <= @June 2025 listed=records"),
    ("talks with video in the title", "", "listed: records; kind: talk; title: video",
     "c:title @video listed=records kind=talk"),
    ("the three newest", "listed: records", "listed: records; order: date; descending: yes; limit: 3",
     "listed=records order=date descending limit @three"),
]  # fmt: skip


@pytest.fixture(scope="session")
def vocabulary(store: RecordStore) -> Vocabulary:
    return Vocabulary(store)


def query(text: str) -> Query:
    found = parse_query(text.replace("; ", "\n"))
    assert found is not None, text
    return found


def sources(question: str, before: str, vocabulary: Vocabulary) -> Sources:
    items = items_of(query(before)) if before else []
    return Sources(with_filler(question, tokens_of(question, vocabulary)), items)


def shown(symbol: Symbol, of: Sources) -> str:
    if isinstance(symbol, str):
        return symbol
    place, number = symbol
    return f"@{of.tokens[number].text}" if place == "asked" else f"@{number}"


@pytest.mark.parametrize(("question", "before", "meaning", "expected"), WRITTEN, ids=[one[0] for one in WRITTEN])
def test_query_is_written_with_pointers_and_read_back(
    question: str, before: str, meaning: str, expected: str, vocabulary: Vocabulary
) -> None:
    of = sources(question, before, vocabulary)
    symbols = symbols_of(query(meaning), of)
    assert symbols is not None
    assert " ".join(shown(symbol, of) for symbol in symbols) == expected
    found = query_of(symbols, of)
    assert found is not None
    assert set(found.conditions) == set(query(meaning).conditions)
    assert (found.listed, found.kind, found.limit) == (
        query(meaning).listed,
        query(meaning).kind,
        query(meaning).limit,
    )


def test_labelled_queries_are_read_back_as_they_were_written(vocabulary: Vocabulary) -> None:
    lines = [json.loads(line) for line in PHRASINGS.read_text(encoding="utf-8").splitlines()[::EVERY]]
    written = same = 0
    for line in lines:
        if line["meaning"] == "none":
            continue
        of = sources(line["question"], line["before"], vocabulary)
        symbols = symbols_of(query(line["meaning"]), of)
        if symbols is not None:
            found = query_of(symbols, of)
            written += 1
            same += found is not None and len(found.conditions) == len(query(line["meaning"]).conditions)
    assert written > 0.85 * len([line for line in lines if line["meaning"] != "none"])
    assert same == written


def test_value_that_stands_nowhere_cannot_be_written(vocabulary: Vocabulary) -> None:
    of = sources("papers of that year", "", vocabulary)
    assert symbols_of(query("listed: records; date: 2024"), of) is None


POINTERS: st.SearchStrategy[Pointer] = st.one_of(
    st.tuples(st.just("asked"), st.integers(0, 4)), st.tuples(st.just("before"), st.integers(0, 1))
)
SYMBOLS = st.sampled_from(
    "c:date !c:title c:authors c:affiliation c:nonsense has=code !has=link | >= > <= < n0 n3 limit skip counted best "
    "listed=records listed=people kind=paper order=date order= none".split()
)


@given(st.lists(st.one_of(SYMBOLS, POINTERS), max_size=12))
def test_any_symbols_make_a_query_or_none(symbols: list[Symbol]) -> None:
    tokens = with_filler("papers of 2024 by three", [])
    of = Sources(tokens, items_of(Query(kind="paper", limit=3)))
    assert query_of(symbols, of) is None or isinstance(query_of(symbols, of), Query)
