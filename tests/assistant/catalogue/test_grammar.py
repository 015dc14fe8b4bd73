"""Words become the query that they mean, or none at all."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from assistant.catalogue import Catalogue, Query
from assistant.catalogue.grammar import understand
from assistant.catalogue.query import Span
from assistant.catalogue.vocabulary import Vocabulary
from ingest.records import Source, Talk
from ingest.store import RecordStore
from tests.assistant.catalogue.conftest import ROOT, store_of

# At most this share of content questions may be taken for questions about the collection.
MOST_MISTAKEN = 0.02

CASES: dict[str, dict[str, Any]] = {
    "How many talks are there?": {"kind": "talk", "counted": True},
    "Who is here from Stanford, Princeton or Yale?": {
        "listed": "people",
        "affiliations": ("Stanford", "Princeton", "Yale"),
    },
    "Papers of 2025 with at least five authors, newest first.": {
        "kind": "paper",
        "years": Span(2025, 2025),
        "authors": Span(5, None),
        "order": "date",
        "descending": True,
    },
    "Everything whose title mentions learning.": {"titles": ("learning",)},
    "Which speaker has most talks?": {
        "listed": "people",
        "kind": "talk",
        "order": "size",
        "descending": True,
        "best": True,
    },
    "papers from before March 2023": {"kind": "paper", "dates": Span(None, 20230299)},
    "Which talks are on the Machine Learning page but not on the Workshops page?": {
        "kind": "talk",
        "pages": ("Recorded Talks: Machine Learning",),
        "not_pages": ("Recorded Talks: Workshops and Tutorials",),
    },
    "Which papers have neither a date nor an author count?": {"kind": "paper", "lacking": ("date", "authors")},
    "How many papers per year?": {"listed": "years", "kind": "paper", "counted": True},
    "What talks are by Beirami?": {"kind": "talk", "people": ("Ahmad Beirami",)},
    "Are there any talks by Geoffrey Hinton?": {"kind": "talk", "people": ("Geoffrey Hinton",)},
    'Which titles start with "Learning"?': {"openings": ("Learning",)},
    'Which talks are on the page "Machine Learning"?': {
        "kind": "talk",
        "pages": ("Recorded Talks: Machine Learning",),
    },
    "How many authors does SOAP have?": {"titles": ("SOAP",)},
    "Which talks come from Canada or Switzerland?": {"kind": "talk", "countries": ("Switzerland", "Canada")},
    "How many talks have chapters, and what are they?": {"kind": "talk", "having": ("chapters",), "counted": True},
}
FOLLOW_UPS: dict[tuple[str, ...], dict[str, Any]] = {
    ("Which papers are from 2024?", "…and only those with code."): {
        "kind": "paper",
        "years": Span(2024, 2024),
        "having": ("code",),
    },
    ("How many talks are there?", "and papers?"): {"kind": "paper", "counted": True},
    ("Which papers are from 2024?", "And from 2025?", "sort by number of authors"): {
        "kind": "paper",
        "years": Span(2025, 2025),
        "order": "authors",
    },
    ("List the recordings with chapters.", "Which of them has IBM people?"): {
        "kind": "talk",
        "having": ("chapters",),
        "affiliations": ("IBM",),
    },
    ("Which papers link to code?", "only the newest"): {
        "kind": "paper",
        "having": ("code",),
        "order": "date",
        "descending": True,
        "best": True,
    },
}
NOT_OURS = (
    "Which talks are about robots?",
    "What is Volkan Cevher's talk about?",
    "Who is Jason Lee?",
    "What is the KoLMogorov Test?",
    "Tell me about Rebecca Willett's talk.",
    "Which talks are not from universities?",
    "Does she mention awards?",
    "Who gave it?",
    "x" * 10_000,
    "",
    "?",
    "¦¦¦ qq7qq \0 talks",
)


@pytest.fixture(scope="session")
def vocabulary(store: RecordStore) -> Vocabulary:
    return Vocabulary(store)


@pytest.mark.parametrize(("question", "fields"), CASES.items(), ids=CASES)
def test_question_becomes_its_query(question: str, fields: dict[str, Any], vocabulary: Vocabulary) -> None:
    assert understand(question, vocabulary, None) == Query(**fields)


def test_common_word_that_is_a_title_elsewhere_is_no_title(tmp_path: Path) -> None:
    talks = [
        Talk(title=title, speakers=(), sources=(Source("a.jsonl", 1, 1, ""),), id=title)
        for title in ("From: here", "The (best)", "Talk")
    ]
    vocabulary = Vocabulary(store_of(tmp_path / "titles.sqlite", talks))
    assert understand("How many talks are from 2014?", vocabulary, None) == Query(
        kind="talk", years=Span(2014, 2014), counted=True
    )


@pytest.mark.parametrize(("questions", "fields"), FOLLOW_UPS.items(), ids=[turns[-1] for turns in FOLLOW_UPS])
def test_follow_up_changes_the_last_query(
    questions: Sequence[str], fields: dict[str, Any], vocabulary: Vocabulary
) -> None:
    query = None
    for question in questions:
        query = understand(question, vocabulary, query)
    assert query == Query(**fields)


@pytest.mark.parametrize("question", NOT_OURS, ids=[repr(question[:40]) for question in NOT_OURS])
def test_question_of_content_is_left_to_retrieval(question: str, vocabulary: Vocabulary) -> None:
    assert understand(question, vocabulary, None) is None


def test_content_questions_are_not_taken(catalogue: Catalogue) -> None:
    lines = (ROOT / "evals" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [one for one in map(json.loads, lines) if one["kind_of_question"] in ("fact", "lay", "name", "typo")]
    wrong = []
    for one in asked:
        answer = catalogue.answer(one["question"])
        # "Which speakers are at Caltech?" is both: exactly and completely answered it is no mistake.
        if answer is not None and (answer.result is None or set(answer.result.ids) != set(one["expected"])):
            wrong.append(one["id"])
    assert len(wrong) <= MOST_MISTAKEN * len(asked), wrong


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Penn", {"University of Pennsylvania"}),
        ("UPenn", {"University of Pennsylvania"}),
        ("Penn State", {"Pennsylvania State University"}),
        ("Northeastern", {"Northeastern University"}),
        ("Northwestern", set()),
        ("University of Washington", {"University of Washington"}),
        ("Washington University", set()),
        ("Berkeley", {"LBNL and UC Berkeley", "UC Berkeley"}),
        ("University of Texas at Austin", {"UT Austin"}),
        ("Massachusetts Institute of Technology", {"MIT"}),
        ("IBM", {"IBM", "IBM Research"}),
        ("Google", {"Google DeepMind", "Google and UIUC"}),
        ("McGill", {"McGill University"}),
    ],
)
def test_affiliation_by_its_usual_names_is_found(typed: str, meant: set[str], vocabulary: Vocabulary) -> None:
    assert set(vocabulary.names.find_affiliations(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Courtny Pacquette", ("Courtney Paquette",)),
        ("Frank Curtis", ("Frank E. Curtis",)),
        ("sapatnaker", ("Sachin Sapatnekar",)),
        ("Gu", ("Quanquan Gu",)),
        ("Guo", ()),
        ("Geoffrey Hinton", ()),
    ],
)
def test_person_with_slips_is_found(typed: str, meant: tuple[str, ...], vocabulary: Vocabulary) -> None:
    assert vocabulary.names.find_people(typed) == meant
