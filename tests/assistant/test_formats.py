"""The contract's JSON: the keys that others script against, in every outlet the same."""

import json
from dataclasses import replace

import pytest
from jsonschema import validate
from pydantic import TypeAdapter

from assistant.assembly import Assistant
from assistant.outlets.formats import AnswerJson, SearchJson, answer_json, entry_json, record_json, search
from assistant.query import EVERYTHING, Query
from assistant.types import Abstention, Answer, Citation, StatementCheck

HESSIAN = "hunting-the-hessian"
CITED = Citation(
    n=1,
    id=HESSIAN,
    kind="talk",
    title="Hunting the Hessian",
    speakers=("Madeleine Udell, Stanford University",),
    passage_id=f"{HESSIAN}#abstract-1",
    section="abstract",
    quote="Ill conditioned losses",
    quote_start=0,
    source={"file": "a.txt", "line": 3},
)


def answer(text: str, *checks: StatementCheck) -> Answer:
    return Answer("Why?", "Why?", text, (CITED,), refused=False, mode="extract", checks=checks)


def test_answer_has_every_key_of_the_contract_and_null_for_what_does_not_exist() -> None:
    told = answer_json(answer("It is so [1]."))
    assert set(told) == set(AnswerJson.__annotations__)
    (citation,) = told["citations"]
    absent = ("support", "url", "video_url", "start_s", "end_s", "opens_at_s", "deep_link")
    assert {key: citation[key] for key in absent} == dict.fromkeys(absent)  # type: ignore[literal-required]
    assert (citation["n"], citation["speakers"]) == (1, ["Madeleine Udell, Stanford University"])
    assert told["abstention"] is None


def test_abstention_is_told_with_reason_and_text() -> None:
    told = answer_json(replace(answer("No."), abstention=Abstention("not_held", "It is not here.")))
    assert told["abstention"] == {"reason": "not_held", "text": "It is not here."}


@pytest.mark.parametrize(
    ("text", "end", "cites"),
    [
        pytest.param("It is so [1]. More [2].", 13, [1], id="marker-inside"),
        pytest.param("It is so. [1][2] More [3].", 9, [1, 2], id="markers-behind"),
        pytest.param("It is so. More [3].", 9, [], id="none"),
        pytest.param("It is so [2] and so [1] [2].", 28, [2, 1], id="each-once"),
    ],
)
def test_grounding_names_the_numbers_that_a_statement_cites(text: str, end: int, cites: list[int]) -> None:
    (grounding,) = answer_json(answer(text, StatementCheck(0, end, "weak", "Because.")))["grounding"]
    assert grounding == {"start": 0, "end": end, "verdict": "weak", "reason": "Because.", "cites": cites}


def test_search_result_leads_with_its_best_passage(assistant: Assistant) -> None:
    found = search("How do you precondition with the Hessian?", assistant, filters=EVERYTHING, limit=3)
    first = found["results"][0]
    assert first["id"] == HESSIAN
    assert [first["passage_id"], first["section"], first["text"]] == [
        first["passages"][0]["passage_id"],
        first["passages"][0]["section"],
        first["passages"][0]["text"],
    ]
    scores = [passage["score"] for passage in first["passages"]]
    assert scores == sorted(scores, reverse=True)
    assert {passage["passage_id"].partition("#")[0] for passage in first["passages"]} == {HESSIAN}


def test_real_answer_and_search_hold_to_their_schemas(assistant: Assistant) -> None:
    (said,) = assistant.converse(["How do you precondition with the Hessian?"])
    validate(json.loads(json.dumps(answer_json(said))), TypeAdapter(AnswerJson).json_schema())
    found = search("privacy", assistant, filters=Query(kind="talk"), limit=2)
    validate(json.loads(json.dumps(found)), TypeAdapter(SearchJson).json_schema())


def test_record_is_whole_and_entry_short(assistant: Assistant) -> None:
    record = assistant.snapshot.store.record(HESSIAN)
    assert record_json(record)["abstract"] == record.abstract  # type: ignore[typeddict-item]
    entry = entry_json(record)
    assert entry == {
        "id": HESSIAN,
        "kind": "talk",
        "title": "Hunting the Hessian",
        "speakers": ["Madeleine Udell"],
        "date": None,
        "url": None,
    }
