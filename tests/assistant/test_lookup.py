"""The grammar first, a model for what it does not understand; what a model writes is checked before it counts."""

import pytest

from assistant.assembly import Assistant
from assistant.catalogue import parse_query
from assistant.catalogue.parser import Parsed, Parser
from assistant.llm import EndpointChoice
from assistant.lookup import says_what_was_asked
from assistant.retrieve.filters import Filters
from assistant.types import Answer, Done
from tests.scripted_endpoint import Script, ScriptedEndpoint

ODD = "Rattle off every single 2024 paper for me as if calling a roll, would you be a dear"
QUERY = "listed: records\nkind: paper\ndate: 2024"


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> str:
    """A question that neither rules nor parser read; a model may."""
    monkeypatch.setattr(Parser, "parse", lambda *_: Parsed(None, 0.0))
    return ODD


def ask(assistant: Assistant, question: str, reply: str) -> tuple[Answer, list[str]]:
    with ScriptedEndpoint(Script(pieces=[reply])) as server:
        endpoint = assistant.connect(EndpointChoice(server.address))
        events = list(assistant.turn(question, endpoint=endpoint))
        return next(e.answer for e in events if isinstance(e, Done)), server.prompts


def test_model_is_asked_for_the_query_that_the_catalogue_does_not_find(assistant: Assistant, unread: str) -> None:
    answer, prompts = ask(assistant, unread, QUERY)
    listed, _ = ask(assistant, "Which papers are from 2024?", "")
    assert answer.mode == "catalogue"
    assert {one.id for one in answer.citations} == {one.id for one in listed.citations}
    assert len(prompts) == 1


def test_model_is_not_asked_for_what_the_grammar_reads(assistant: Assistant) -> None:
    answer, prompts = ask(assistant, "Which papers are from 2024?", QUERY)
    assert answer.mode == "catalogue"
    assert prompts == []


@pytest.mark.parametrize(
    "reply",
    [
        "content",
        "",
        "listed: everything",
        "listed: records",
        "SELECT * FROM papers; DROP TABLE facts",
        "listed: records\nperson: Geoffrey Hinton",
        "Sure! Here is the query:\nlisted: records",
        QUERY + "\n" + "limit: 3\n" * 300,
    ],
)
def test_reply_that_is_no_query_for_the_question_leaves_it_to_retrieval(
    assistant: Assistant, unread: str, reply: str
) -> None:
    answer, prompts = ask(assistant, unread, reply)
    assert answer.mode != "catalogue"
    assert "listed:" in prompts[0]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("listed: records\ntitle: learning", True),
        ("listed: records\ntitle: diffusion", False),
        ("listed: people\naffiliation: Stanford", False),
        ("listed: records\norder: date", True),
        ("listed: records\nkind: paper", False),
    ],
)
def test_query_may_not_invent_words(query: str, said: bool) -> None:
    parsed = parse_query(query)
    assert parsed is not None
    assert says_what_was_asked(parsed, "Everything with learning in its name, in order") is said


@pytest.mark.parametrize(
    ("question", "is_refused"),
    [
        ("How many authors has it?", False),
        ("When was it published?", False),
        ("Who wrote it?", True),
        ("Who reviewed it?", True),
        ("Has it won a medal?", True),
    ],
)
def test_what_the_records_tell_of_a_paper_spoken_of_is_exact(
    question: str, is_refused: bool, assistant: Assistant
) -> None:
    history: list[Answer] = []
    for typed in ("What is ReFT?", question):
        events = assistant.turn(typed, history, endpoint=None)
        history.append(next(event.answer for event in events if isinstance(event, Done)))
    assert history[-1].mode == "catalogue"
    assert history[-1].refused is is_refused


def test_list_keeps_to_the_filters_that_are_set(assistant: Assistant) -> None:
    events = assistant.turn("How many papers are there?", endpoint=None, filters=Filters(year=2024))
    answer = next(event.answer for event in events if isinstance(event, Done))
    listed = assistant.turn("Which papers are from 2024?", endpoint=None)
    expected = next(event.answer for event in listed if isinstance(event, Done))
    assert answer.mode == "catalogue"
    assert {one.id for one in answer.citations} == {one.id for one in expected.citations}
