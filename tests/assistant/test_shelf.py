"""Looking through the whole collection."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assistant.answer.suggestions import first_questions, next_questions, offers
from assistant.outlets.shelf import Shelf
from ingest.record_store import RecordStore, write_store
from ingest.records import Date, Source, Speaker
from tests import made_up
from tests.assistant.test_references import ANSWER
from tests.browser.scripted import FLAT, HESSIAN, NEURO, RECORDS, small_store

PAPER = RECORDS[3].id


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(small_store())


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        pytest.param({}, [HESSIAN.id, FLAT.id, NEURO.id, PAPER], id="everything"),
        pytest.param({"words": "hess"}, [HESSIAN.id], id="part of a title"),
        pytest.param({"words": "UDELL hunt"}, [HESSIAN.id], id="name and title in any order and case"),
        pytest.param({"words": "santa cruz"}, [NEURO.id], id="affiliation"),
        pytest.param({"words": "example lab"}, [PAPER], id="organisation"),
        pytest.param({"words": "laws & <b>limits"}, [PAPER], id="signs"),
        pytest.param({"words": "2024"}, [HESSIAN.id], id="year in words"),
        pytest.param({"chosen": ["kind=paper"]}, [PAPER], id="kind"),
        pytest.param({"chosen": ["page=Recorded Talks: Optimization"]}, [FLAT.id], id="page"),
        pytest.param(
            {"chosen": ["speaker=Maryam Fazel", "speaker=Jason Eshraghian"]},
            [FLAT.id, NEURO.id],
            id="either speaker",
        ),
        pytest.param({"chosen": ["speaker=Maryam Fazel", "kind=paper"]}, [], id="both fields"),
        pytest.param({"chosen": ["year=2023"]}, [PAPER], id="year"),
        pytest.param({"chosen": ["udell hunt"]}, [HESSIAN.id], id="typed words"),
        pytest.param({"chosen": [f"id={NEURO.id}"]}, [NEURO.id], id="one record"),
        pytest.param({"chosen": ["udell hunt", "eshra"]}, [HESSIAN.id, NEURO.id], id="either words"),
        pytest.param({"chosen": ["kind=talk", "kind=paper"]}, [HESSIAN.id, FLAT.id, NEURO.id, PAPER], id="both kinds"),
        pytest.param({"chosen": ["speaker=nobody"]}, [], id="nobody"),
        pytest.param({"chosen": ["kind=film"]}, [], id="no such kind"),
        pytest.param({"chosen": ["#speaker=1"]}, [], id="no such field"),
        pytest.param({"words": "nothing of the kind"}, [], id="nothing"),
        pytest.param({"order": "title"}, [FLAT.id, HESSIAN.id, NEURO.id, PAPER], id="by title"),
        pytest.param({"order": "speaker"}, [NEURO.id, FLAT.id, HESSIAN.id, PAPER], id="by speaker"),
        pytest.param({"order": "newest"}, [HESSIAN.id, PAPER, FLAT.id, NEURO.id], id="newest, undated last"),
        pytest.param({"order": "oldest"}, [PAPER, HESSIAN.id, FLAT.id, NEURO.id], id="oldest, undated last"),
    ],
)
def test_search_finds_exactly_what_fits(shelf: Shelf, search: dict[str, Any], expected: list[str]) -> None:
    assert list(shelf.find(**search)) == expected


def test_choices_are_what_the_records_tell_the_most_frequent_first(shelf: Shelf) -> None:
    choices = shelf.choices()
    assert choices[:2] == [("talk (3)", "kind=talk"), ("paper (1)", "kind=paper")]
    assert ("Recorded Talks: Machine Learning (3)", "page=Recorded Talks: Machine Learning") in choices
    assert ("Madeleine Udell (1)", "speaker=Madeleine Udell") in choices
    assert shelf.values["year"] == {"2024": 1, "2023": 1}


def test_field_of_the_schema_is_offered_without_further_ado(tmp_path: Path) -> None:
    records = [
        made_up.talk("A", event="EuroPython 2014", tags=("web", "data"), recorded=True, id="a"),
        made_up.talk("B", event="PyCon 2015", tags=("web",), recorded=False, id="b"),
    ]
    write_store(tmp_path / "s", records, [])
    shelf = Shelf(RecordStore(tmp_path / "s"))
    choices = [value for _, value in shelf.choices()]
    assert [value for value in choices if value.startswith(("event", "tags"))] == [
        "event=EuroPython 2014",
        "event=PyCon 2015",
        "tags=web",
        "tags=data",
    ]
    assert shelf.find(chosen=["tags=data", "event=EuroPython 2014"]) == ("a",)
    assert shelf.find(chosen=["recorded=yes"]) == ("a",)


def test_search_among_21715_records_is_felt_at_once(tmp_path: Path) -> None:
    records = [
        made_up.talk(
            f"Talk {n} on gardens",
            (Speaker(f"Ann{n} Noether"),),
            (Source("t", n, n, "P"),),
            date=Date("", n),
            id=f"t{n}",
        )
        for n in range(1, 21_716)
    ]
    write_store(tmp_path / "s", records, [])
    shelf = Shelf(RecordStore(tmp_path / "s"))
    began = time.perf_counter()
    found = shelf.find("noether 2171 gardens", order="newest")
    assert time.perf_counter() - began < 0.5  # 17 ms in the median where much else runs
    assert found == ("t21715", "t21714", "t21713", "t21712", "t21711", "t21710", "t12171", "t2171")


def test_first_questions_are_made_from_gists_speakers_and_titles() -> None:
    assert first_questions(small_store()) == [
        "Why is learning slow?",
        "What does Madeleine Udell speak about?",
        "What is “Hunting the Hessian” about?",
        "What is “Flat Minima and Generalization: from Matrix Sensing to Neural Networks” about?",
    ]


def test_empty_collection_offers_nothing(tmp_path: Path) -> None:
    write_store(tmp_path / "s", [], [])
    assert first_questions(RecordStore(tmp_path / "s")) == []


def test_next_questions_are_about_what_was_cited_and_never_asked_again() -> None:
    store = small_store()
    offered = next_questions(store, ANSWER, (), ["Why is learning slow?"])
    assert offered == [
        "What is “Flat Minima and Generalization: from Matrix Sensing to Neural Networks” about?",
        "What else does Madeleine Udell speak about?",
    ]


def test_offers_compare_simplify_recommend_and_narrow_where_it_fits() -> None:
    answer = replace(ANSWER, question="What slows learning?", standalone_question="What slows learning?")
    paper = replace(NEURO, id=PAPER, kind="paper", title="Scaling Laws")
    made = offers(small_store(), answer, (HESSIAN, FLAT, paper), [])
    assert [(offer.kind, offer.question) for offer in made[:4]] == [
        ("compare", "How do the talks of Madeleine Udell and Maryam Fazel differ?"),
        ("simpler", f"Explain “{HESSIAN.title}” in simple words."),
        ("first", "Which talk should I watch first about “What slows learning”?"),
        ("talks", "What slows learning?"),
    ]
    assert {offer.kind for offer in made[4:]} == {"ask"}
    listed = offers(small_store(), replace(answer, mode="catalogue"), (HESSIAN,), [])
    assert {"compare", "simpler", "talks"}.isdisjoint(offer.kind for offer in listed)


def test_next_questions_after_a_refusal_are_about_what_lay_near() -> None:
    refusal = replace(ANSWER, citations=(), refused=True)
    assert next_questions(small_store(), refusal, (NEURO,), []) == [
        "What is “Neuromorphic LLMs” about?",
        "What else does Jason Eshraghian speak about?",
    ]
