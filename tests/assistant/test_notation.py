"""A query as symbols and pointers, both ways."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.assembly import Assistant
from assistant.query import Query, parse_query
from assistant.understand.entities import Entities
from assistant.understand.notation import Pointer, Sources, Symbol, asks_unheld, items_of, query_of, tokens_of
from evals.pointing import symbols_of
from evals.renaming import MadeUp
from ingest.embedder import BundledEmbedder

PHRASINGS = Path(__file__).parents[2] / "evals" / "phrasings.jsonl"
EVERY = 60
# Question, the query before it, the query, and how that is written; "@word" points at a word, "@0" at an item.
WRITTEN = [
    ("Papers of 2024 with code", "",
     "listed: records; kind: paper; date: 2024; link: github.com | gitlab. | bitbucket.org",
     "c:date @2024 code listed=records kind=paper"),
    ("at least three authors", "", "listed: records; author_count: 3..", "c:author_count >= @three listed=records"),
    ("more than three authors", "", "listed: records; author_count: 4..", "c:author_count > @three listed=records"),
    ("two to three authors", "", "listed: records; author_count: 2..3",
     "c:author_count >= @two <= @three listed=records"),
    ("papers before 2019", "", "listed: records; kind: paper; date: ..2018",
     "c:date < @2019 listed=records kind=paper"),
    ("solo papers", "", "listed: records; kind: paper; author_count: 1", "c:author_count n1 listed=records kind=paper"),
    ("anyone at FOSDEM 2021 or JuliaCon 2014?", "", "listed: speaker; event: FOSDEM 2021 | JuliaCon 2014",
     "c: @FOSDEM 2021 | @JuliaCon 2014 listed=speaker"),
    ("not at FOSDEM 2021", "listed: records; kind: talk", "listed: records; kind: talk; not event: FOSDEM 2021",
     "!c: @FOSDEM 2021 listed=records kind=talk"),
    ("Which events are there?", "", "listed: event", "listed: @events"),
    ("which event has most talks", "", "listed: event; order: size; descending: yes; best: yes",
     "listed: @event order=size descending best"),
    ("talks without a licence", "", "listed: records; kind: talk; not has: license",
     "!has: @licence listed=records kind=talk"),
    ("talks with more than two tags", "", "listed: records; kind: talk; #tag: 3..",
     "n: @tags > @two listed=records kind=talk"),
    ("talks over half an hour", "", "listed: records; kind: talk; duration_s: 1801..",
     "n: > @half an hour listed=records kind=talk"),
    ("talks at Nowhere Dome, the venue", "", "listed: records; kind: talk; venue: Nowhere Dome",
     "c: @venue @Nowhere @Dome listed=records kind=talk"),
    ("title mentions wild animals", "", "listed: records; title: wild animals",
     "c:title @wild @animals listed=records"),
    ("and with code?", "listed: records; event: FOSDEM 2021",
     "listed: records; event: FOSDEM 2021; link: github.com | gitlab. | bitbucket.org", "c: @0 code listed=records"),
    ("in October?", "listed: records; date: 2023", "listed: records; date: 2023-10",
     "c:date @October @0 listed=records"),
    ("April to June 2025", "", "listed: records; date: 2025-04..2025-06",
     "c:date >= @April @June 2025 <= @June 2025 listed=records"),
    ("the three newest", "listed: records", "listed: records; order: date; descending: yes; limit: 3",
     "listed=records order=date descending limit @three"),
    ("the fourth one", "listed: records", "listed: records; limit: 1; skip: 3",
     "listed=records limit @one skip @fourth"),
    ("which of those are from 2024?", "listed: records; limit: 5", "listed: records; among: one | two; date: 2024",
     "among c:date @2024 listed=records"),
]  # fmt: skip


@pytest.fixture(scope="module")
def entities(assistant_of_seeds: Assistant, embedder: BundledEmbedder) -> Entities:
    """Links to names that are made up."""
    return Entities(MadeUp(), assistant_of_seeds.snapshot.keyword, embedder.knows_word)  # type: ignore[arg-type]


def query(text: str) -> Query:
    found = parse_query(text.replace("; ", "\n"))
    assert found is not None, text
    return found


def sources(question: str, before: str, entities: Entities) -> Sources:
    items = items_of(query(before)) if before else []
    return Sources(tokens_of(question, entities.link(question).mentions), items, ("one", "two"))


def shown(symbol: Symbol, of: Sources) -> str:
    if isinstance(symbol, str):
        return symbol
    place, number = symbol
    return f"@{of.tokens[number].text}" if place == "asked" else f"@{number}"


@pytest.mark.parametrize(("question", "before", "meaning", "expected"), WRITTEN, ids=[one[0] for one in WRITTEN])
def test_query_is_written_with_pointers_and_read_back(
    question: str, before: str, meaning: str, expected: str, entities: Entities
) -> None:
    of = sources(question, before, entities)
    symbols = symbols_of(query(meaning), of)
    assert symbols is not None
    assert " ".join(shown(symbol, of) for symbol in symbols) == expected
    assert query_of(symbols, of) == query(meaning)


def test_each_value_of_one_name_may_be_wanted(entities: Entities) -> None:
    of = sources("tagged both", "", entities)
    token = next(n for n, one in enumerate(of.tokens) if one.text == "both")
    named = entities.link("at FOSDEM").mentions[-1]
    of = Sources([*of.tokens[:token], tokens_of("at FOSDEM", (named,))[-1]])
    found = query_of(["c:", ("asked", token), "each", "listed=records"], of)
    assert found is not None
    assert [one.values for one in found.conditions] == [(value,) for value in named.values]


def test_value_that_stands_nowhere_cannot_be_written(entities: Entities) -> None:
    assert symbols_of(query("listed: records; date: 2024"), sources("papers of that year", "", entities)) is None


@pytest.mark.parametrize(
    ("question", "words", "unheld"),
    [
        ("talks in hall nine", ("nine",), True),
        ("talks at FOSDEM", ("FOSDEM",), False),
        ("talks of the room", ("room",), True),
        ("talks in room nine", ("room", "nine"), False),
    ],
    ids=["no-such-name", "held", "field-alone", "field-and-name"],
)
def test_condition_on_what_no_record_holds_is_known(
    question: str, words: tuple[str, ...], unheld: bool, entities: Entities
) -> None:
    of = sources(question, "", entities)
    pointers: list[Symbol] = [("asked", n) for n, token in enumerate(of.tokens) if token.text in words]
    assert asks_unheld(["c:", *pointers, "listed=records"], of) is unheld


def test_labelled_queries_are_read_back_as_they_were_written(entities: Entities) -> None:
    lines = [json.loads(line) for line in PHRASINGS.read_text(encoding="utf-8").splitlines()[::EVERY]]
    written = 0
    for line in lines:
        if line["meaning"] != "none":
            of = sources(line["question"], line["before"], entities)
            symbols = symbols_of(query(line["meaning"]), of)
            written += symbols is not None
            assert symbols is None or isinstance(query_of(symbols, of), Query)
    assert written > len(lines) / 2


POINTERS: st.SearchStrategy[Pointer] = st.one_of(
    st.tuples(st.just("asked"), st.integers(0, 9)), st.tuples(st.just("before"), st.integers(0, 3))
)
SYMBOLS = st.sampled_from(
    "c:date !c:title c:author_count c: n: has: !has: listed: order: order#: c:nonsense code has=bio !has=links "
    "| each among >= > <= < n0 n3 limit skip counted best listed=records listed=speaker kind=paper order= none".split()
)


@given(st.lists(st.one_of(SYMBOLS, POINTERS), max_size=12))
def test_any_symbols_make_a_query_or_none(entities: Entities, symbols: list[Symbol]) -> None:
    of = sources("papers of 2024 by three at FOSDEM", "listed: event; kind: paper; limit: 3; event: FOSDEM", entities)
    assert query_of(symbols, of) is None or isinstance(query_of(symbols, of), Query)
