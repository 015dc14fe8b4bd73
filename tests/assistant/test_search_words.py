"""Search words: any reply is read, nothing waits for them, and they find what the question does not."""

import json
import time

import pytest

from assistant.assembly import Assistant
from assistant.confidence import UNSURE_BELOW_SCORE
from assistant.llm import Endpoint, EndpointChoice
from assistant.prompts import load_prompts
from assistant.resources import prompts_dir
from assistant.search_words import MOST_WORDS, SearchWords, parse_words, search_with_words
from evals.metrics import figures
from evals.questions import read_questions
from evals.run import EVALS
from tests.scripted_endpoint import Script, ScriptedEndpoint

LAY = "Who measures cheaply how bumpy a huge terrain is?"
HESSIAN = "hunting-the-hessian"


@pytest.fixture
def search_words() -> SearchWords:
    return SearchWords(load_prompts(prompts_dir()), timeout_s=30)


def connect(assistant: Assistant, server: ScriptedEndpoint) -> Endpoint:
    return assistant.connect(EndpointChoice(server.address))


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        pytest.param("Hessian, curvature, low-rank", ["Hessian", "curvature", "low-rank"], id="as asked"),
        pytest.param("1. Hessian\n2. curvature\n", ["Hessian", "curvature"], id="numbered"),
        pytest.param('Here are some: "Hessian"; **curvature**.', ["Hessian", "curvature"], id="introduced"),
        pytest.param("Hessian, hessian, HESSIAN", ["HESSIAN"], id="repeats"),
        pytest.param("", [], id="nothing"),
        pytest.param("I am sorry that I cannot help with anything like that at all", [], id="a sentence"),
        pytest.param(",,;\n\n- \n*", [], id="punctuation"),
    ],
)
def test_reply_in_any_form_is_read(reply: str, words: list[str]) -> None:
    assert parse_words(reply) == words


def test_no_more_words_than_asked_for() -> None:
    assert len(parse_words(", ".join(f"word{letter}" for letter in "abcdefghijklmnopqrst"))) == MOST_WORDS


def test_words_are_asked_for_once_and_only_when_retrieval_is_unsure(
    assistant: Assistant, search_words: SearchWords
) -> None:
    with ScriptedEndpoint(Script(pieces=["Hessian, ", "preconditioning, randomized"])) as server:
        endpoint = connect(assistant, server)
        ranker = assistant.ranker
        assert ranker.search("Hunting the Hessian").signs.best_score > UNSURE_BELOW_SCORE
        assert search_with_words(ranker, "Hunting the Hessian", endpoint, search_words).records[0].record_id == HESSIAN
        assert server.prompts == []
        for _ in range(2):
            found = search_with_words(ranker, LAY, endpoint, search_words)
            assert found.records[0].record_id == HESSIAN
        assert len(server.prompts) == 1
        assert LAY in server.prompts[0]


def test_slow_model_is_not_waited_for(assistant: Assistant) -> None:
    hasty = SearchWords(load_prompts(prompts_dir()), timeout_s=2)
    with ScriptedEndpoint(Script(pieces=["Hessian, ", "sketching, "] * 20, delay_s=0.5)) as server:
        began = time.monotonic()
        words = hasty(LAY, connect(assistant, server))
        assert time.monotonic() - began < 10
    assert words[:1] == ["Hessian"]


def test_model_that_was_still_loading_is_asked_again(assistant: Assistant) -> None:
    hasty = SearchWords(load_prompts(prompts_dir()), timeout_s=0)
    with ScriptedEndpoint(Script(pieces=["Hess", "ian, sketching"], delay_s=0.2)) as server:
        endpoint = connect(assistant, server)
        assert hasty(LAY, endpoint) == []
        assert hasty(LAY, endpoint) == []
        hasty._timeout_s = 30
        assert hasty(LAY, endpoint) == ["Hessian", "sketching"]


@pytest.mark.parametrize(
    "script",
    [Script(status=500), Script(pieces=["…"]), Script(pieces=["Hessian"], cut_after=0)],
    ids=["500", "…", "cut"],
)
def test_endpoint_that_fails_changes_nothing(assistant: Assistant, search_words: SearchWords, script: Script) -> None:
    with ScriptedEndpoint(script) as server:
        found = search_with_words(assistant.ranker, LAY, connect(assistant, server), search_words)
    assert found == assistant.ranker.search(LAY)


def test_recorded_words_win_the_lay_questions(assistant: Assistant) -> None:
    replies = {one["id"]: one["reply"] for one in map(json.loads, (EVALS / "search_words.jsonl").open())}
    questions = [one for one in read_questions(EVALS / "questions.jsonl", "dev") if one.id in replies]
    found = []
    for one in questions:
        ranking = assistant.ranker.search(one.question, search_words=parse_words(replies[one.id]))
        found.append(figures([record.record_id for record in ranking.records], one.expected))
    assert sum(one.recall for one in found) / len(found) >= 0.98
    assert sum(one.hit for one in found) / len(found) >= 0.93
