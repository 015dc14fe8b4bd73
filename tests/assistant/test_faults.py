"""A turn ends well whatever the endpoint does: the reason is told, quotes are given, and the next turn works."""

import socket

import pytest

from assistant.assembly import Assistant
from assistant.llm import Endpoint, EndpointChoice
from assistant.settings import load_settings
from assistant.types import Answer, Done, Sources
from tests.scripted_endpoint import Refusal, Script, ScriptedEndpoint

QUESTION = "What goes wrong in training when models get bigger?"
CEVHER = "training-neural-networks-at-any-scale"
LIMITS = load_settings(
    llm_context_tokens=4096,
    llm_answer_tokens=100,
    llm_connect_timeout_s=1.0,
    llm_first_token_timeout_s=5.0,
    llm_idle_timeout_s=5.0,
)
QUICK = LIMITS.model_copy(update={"llm_first_token_timeout_s": 0.5, "llm_idle_timeout_s": 0.5})
OVERFLOW = "This model's maximum context length is 512 tokens. However, you requested 900 tokens."
EVENT = 'data: {"choices": [{"index": 0, "delta": {"content": "Scale is unstable [1]."}}]}\n\n'

# What the server does, what had come before, and words of the notice.
FAULTS: dict[str, tuple[Script, str, str]] = {
    "time-out before": (Script(delay_s=3.0), "", "did not answer in time"),
    "time-out during": (Script(pieces=["Scale [1].", " b"], pause_after=1, pause_s=3), "Scale", "fell silent"),
    "401": (Script(status=401), "", "wants a key"),
    "404 model": (Script(status=404, models=["small"]), "", 'no model "m" (scripted); choose one that it lists'),
    "429": (Script(first=[Refusal(429)] * 3), "", "too much to do"),
    "500": (Script(status=500), "", "failed inside"),
    "HTML instead of JSON": (Script(page="<html>"), "", "no model's API"),
    "broken SSE": (Script(raw=EVENT + "data: {broken\n\n"), "Scale", "broke off"),
    "cut stream": (Script(pieces=["Scale is unstable [1].", " b"], cut_after=1), "Scale", "broke off"),
    "empty answer": (Script(pieces=[]), "", "answered with nothing"),
    "endless answer": (Script(pieces=["Scale is unstable [1]. "], is_endless=True), "Scale", "greatest length"),
    "context overflow": (Script(holds_chars=0, overflow=OVERFLOW), "", "holds only 512 tokens"),
    "reasoning only": (Script(pieces=[], thoughts=["So"]), "", "only thought"),
}  # fmt: skip


def ask(assistant: Assistant, endpoint: Endpoint | None, history: list[Answer]) -> Answer:
    events = list(assistant.turn(QUESTION, history, endpoint=endpoint))
    (done,) = [event for event in events if isinstance(event, Done)]
    assert events[-1] is done
    return done.answer


def check_quotes(answer: Answer) -> None:
    assert not answer.refused
    assert answer.citations[0].id == CEVHER
    assert "\n> " in answer.text
    assert all(citation.quote for citation in answer.citations)


@pytest.mark.parametrize(("script", "before", "notice"), FAULTS.values(), ids=FAULTS.keys())
def test_turn_ends_in_quotes_with_the_reason_and_the_next_one_works(
    assistant: Assistant, script: Script, before: str, notice: str
) -> None:
    limits = QUICK if script.delay_s or script.pause_s else LIMITS
    with ScriptedEndpoint(script) as server:
        answer = ask(assistant, Endpoint(EndpointChoice(server.address, "m"), limits), [])
    assert notice in str(answer.notice)
    assert answer.text.startswith(before)
    assert answer.mode == ("model" if before else "extract")
    if notice != "greatest length":  # such an answer is long enough
        check_quotes(answer)
    history = [answer]
    with ScriptedEndpoint(Script(pieces=["It gets unstable [1]."])) as server:
        following = ask(assistant, Endpoint(EndpointChoice(server.address, "m"), LIMITS), history)
    assert history == [answer]
    assert (following.text, following.mode, following.notice) == ("It gets unstable [1].", "model", None)
    assert following.citations[0].id == CEVHER


def _refused_address() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


@pytest.mark.parametrize("model", ["m", None], ids=["model chosen", "no model chosen"])
@pytest.mark.parametrize(
    ("address", "notice"),
    [
        (_refused_address(), "Nothing answers at"),
        ("http://no-such-machine.invalid/v1", "No machine is known by the name"),
    ],
    ids=["refused", "DNS"],
)
def test_server_that_is_not_there_leaves_quotes(
    assistant: Assistant, address: str, notice: str, model: str | None
) -> None:
    answer = ask(assistant, Endpoint(EndpointChoice(address, model), LIMITS), [])
    assert notice in str(answer.notice)
    check_quotes(answer)


def test_prompt_that_overflows_is_shortened_and_asked_once_more(assistant: Assistant) -> None:
    stated = "This model's maximum context length is 1200 tokens. However, you requested 3000 tokens."
    script = Script(pieces=["It gets unstable [1]."], holds_chars=4000, overflow=stated)
    with ScriptedEndpoint(script) as server:
        endpoint = Endpoint(EndpointChoice(server.address, "m"), LIMITS)
        answer = ask(assistant, endpoint, [])
        again = ask(assistant, endpoint, [])
    assert (answer.text, answer.notice) == ("It gets unstable [1].", None)
    assert (again.text, again.notice) == ("It gets unstable [1].", None)
    first, second, third = (prompt.count("\n[") for prompt in server.prompts)
    assert first > second == third


def test_second_failure_of_a_turn_is_told_as_what_it_is(assistant: Assistant) -> None:
    with ScriptedEndpoint(Script(first=[Refusal(400, OVERFLOW), Refusal(500, "out of memory")])) as server:
        answer = ask(assistant, Endpoint(EndpointChoice(server.address, "m"), LIMITS), [])
    assert "failed inside (500: out of memory)" in str(answer.notice)
    check_quotes(answer)


@pytest.mark.parametrize("context_tokens", [1024, 1200, 2048, 4096])
def test_prompt_fits_any_context(assistant: Assistant, context_tokens: int) -> None:
    limits = LIMITS.model_copy(update={"llm_context_tokens": context_tokens})
    with ScriptedEndpoint() as server:
        events = list(assistant.turn(QUESTION, endpoint=Endpoint(EndpointChoice(server.address, "m"), limits)))
        (request,) = server.asked
    shown = sum(len(message["content"]) for message in request["messages"])
    assert shown <= (context_tokens - request["max_tokens"]) * 3
    assert QUESTION in server.prompts[0]
    assert "[1] " in server.prompts[0]
    assert any(isinstance(event, Sources) for event in events)
