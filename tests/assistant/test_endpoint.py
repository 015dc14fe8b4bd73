"""The endpoint over a real socket: what is sent, what comes back, and when it is tried again."""

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from assistant.llm import Endpoint, EndpointChoice, Learned, Pulse, api_address
from assistant.settings import load_settings
from ingest.errors import EndpointCut, EndpointError, EndpointOverflow, EndpointRejected
from ingest.web import is_loopback
from tests.scripted_endpoint import Refusal, Script, ScriptedEndpoint

LIMITS = load_settings(
    llm_context_tokens=4096,
    llm_answer_tokens=200,
    llm_connect_timeout_s=1.0,
    llm_first_token_timeout_s=5.0,
    llm_idle_timeout_s=5.0,
)
ASK = "Why?"


def connect(address: str, model: str | None = None, api_key: str | None = None) -> Endpoint:
    return Endpoint(EndpointChoice(address, model, api_key), LIMITS)


def words(endpoint: Endpoint, system: str = "") -> list[str]:
    return [piece for piece in endpoint.stream(ASK, system) if isinstance(piece, str)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
        ("http://host/api/v1/chat/completions", "http://host/api/v1"),
        ("http://host/v1/models", "http://host/v1"),
        (" https://host/openai/v1 ", "https://host/openai/v1"),
    ],
)
def test_address_with_or_without_v1_is_understood(given: str, expected: str) -> None:
    assert api_address(given) == expected


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://localhost/v1", True),
        ("http://[::1]:8080", True),
        ("http://192.168.1.7", False),
        ("https://example.org", False),
        ("http://localhost.example.org", False),
    ],
)
def test_loopback_is_told_apart(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


def test_reply_arrives_piece_by_piece() -> None:
    with ScriptedEndpoint(Script(pieces=["One", " two", " [1]."])) as server:
        assert words(connect(server.address)) == ["One", " two", " [1]."]
        (request,) = server.asked
    assert request["path"] == "/v1/chat/completions"
    assert request["model"] == "scripted"
    assert request["max_tokens"] == 200
    assert request["messages"] == [{"role": "user", "content": "Why?"}]


def test_first_listed_model_that_writes_answers_unless_one_is_chosen() -> None:
    with ScriptedEndpoint(Script(models=["text-embedding-nomic", "small", "large"])) as server:
        assert connect(server.address).model() == "small"
        assert connect(server.address, "large").model() == "large"
        assert connect(server.address).models() == ["text-embedding-nomic", "small", "large"]


def test_models_are_listed_once_for_many_turns() -> None:
    learned = Learned()
    with ScriptedEndpoint() as server:
        for _ in range(3):
            assert words(Endpoint(EndpointChoice(server.address), LIMITS, learned))
    assert server.paths == ["/v1/models"] + ["/v1/chat/completions"] * 3


def test_key_is_sent_to_the_endpoint_and_never_shown() -> None:
    body = '{"error": {"message": "bad key sk-secret given"}}'
    with ScriptedEndpoint(Script(status=400, body=body)) as server:
        endpoint = connect(server.address, "m", "sk-secret")
        with pytest.raises(EndpointRejected) as caught:
            words(endpoint)
    assert server.asked[0]["authorization"] == "Bearer sk-secret"
    assert "bad key … given" in str(caught.value)
    assert "sk-secret" not in repr(EndpointChoice(server.address, None, "sk-secret"))
    assert "sk-secret" not in repr(endpoint.learned)


def test_password_in_the_address_is_used_and_never_shown() -> None:
    with ScriptedEndpoint(Script(status=500)) as server:
        endpoint = connect(server.address.replace("//", "//me:pw-secret@"), "m")
        with pytest.raises(EndpointRejected) as caught:
            words(endpoint)
    assert server.asked[0]["authorization"].startswith("Basic ")
    assert "pw-secret" not in str(caught.value)


def test_nothing_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID"):
        monkeypatch.setenv(f"OPENAI_{name}", "sk-elsewhere")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Elsewhere: sk-elsewhere\nAuthorization: Bearer sk-elsewhere")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    with ScriptedEndpoint() as server:
        assert words(connect(server.address))
    assert "sk-elsewhere" not in str(server.script.requests)
    assert server.asked[0]["headers"].keys() == {
        "accept", "accept-encoding", "connection", "content-length", "content-type", "host", "user-agent",
    }  # fmt: skip


@pytest.mark.parametrize("refusal", [Refusal(429), Refusal(503, "Loading model"), Refusal(0)], ids=lambda r: r.status)
def test_busy_server_is_tried_again_before_the_first_word(refusal: Refusal) -> None:
    with ScriptedEndpoint(Script(first=[refusal, refusal])) as server:
        assert words(connect(server.address, "m")) == ["Scale brings instability [1]."]
    assert len(server.asked) == 3


def test_busy_server_is_not_tried_for_ever() -> None:
    with ScriptedEndpoint(Script(first=[Refusal(503)] * 9)) as server, pytest.raises(EndpointRejected, match="busy"):
        words(connect(server.address, "m"))
    assert len(server.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 500])
def test_refusal_that_will_not_change_is_not_tried_again(status: int) -> None:
    with ScriptedEndpoint(Script(status=status)) as server, pytest.raises(EndpointError):
        words(connect(server.address, "m"))
    assert len(server.asked) == 1


def test_reply_that_breaks_off_after_a_word_is_not_tried_again() -> None:
    with ScriptedEndpoint(Script(pieces=["One", "two"], cut_after=1)) as server, pytest.raises(EndpointError):
        words(connect(server.address, "m"))
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "told",
    [
        "'messages[0].role' does not take 'system' with this model",
        '{"detail": [{"loc": ["body", "messages", 0, "role"], "msg": "Input should be user or assistant"}]}',
        "Developer instruction is not enabled for this model", "The first message must be of the user",
    ],
)  # fmt: skip
def test_refused_role_is_given_up_in_whatever_words(told: str) -> None:
    with ScriptedEndpoint(Script(first=[Refusal(400, told)])) as server:
        assert words(connect(server.address), system="Be brief.") == ["Scale brings instability [1]."]
    assert [message["role"] for message in server.asked[-1]["messages"]] == ["user"]


def test_model_without_system_role_gets_its_text_before_the_question() -> None:
    with ScriptedEndpoint(Script(has_system_role=False)) as server:
        endpoint = connect(server.address, "m")
        assert words(endpoint, "Be brief.")
        assert words(endpoint, "Be brief.")
    assert [len(request["messages"]) for request in server.asked] == [2, 1, 1]
    assert server.prompts[-1] == "Be brief.\n\nWhy?"


def test_overflow_names_the_size_and_is_remembered() -> None:
    stated = "This model's maximum context length is 2048 tokens. However, you requested 3000 tokens."
    with ScriptedEndpoint(Script(holds_chars=3, overflow=stated)) as server:
        endpoint = connect(server.address, "m")
        before = endpoint.prompt_chars()
        with pytest.raises(EndpointOverflow, match="holds only 2,048 tokens"):
            words(endpoint)
    assert endpoint.context_tokens() == 2048
    assert endpoint.prompt_chars() == (2048 - 200 - 64) * 3 < before


@pytest.mark.parametrize("status", [0, 200], ids=["at once", "after the headers"])
def test_server_that_hangs_up_is_asked_for_the_reason_without_streaming(status: int) -> None:
    stated = "This model's maximum context length is 2048 tokens. However, you requested 3000 tokens."
    refusals = [Refusal(status), Refusal(400, stated)]
    with ScriptedEndpoint(Script(first=refusals)) as server, pytest.raises(EndpointOverflow, match="only 2,048 tokens"):
        words(connect(server.address, "m"))
    assert [(request.get("stream"), request["max_tokens"]) for request in server.asked] == [(True, 200), (False, 200)]


def test_server_that_hangs_up_once_is_tried_again() -> None:
    with ScriptedEndpoint(Script(first=[Refusal(0)])) as server:
        assert words(connect(server.address, "m")) == ["Scale brings instability [1]."]
    assert [request.get("stream") for request in server.asked] == [True, False]


def test_overflow_that_names_no_size_halves_the_prompt() -> None:
    with ScriptedEndpoint(Script(holds_chars=3)) as server:
        endpoint = connect(server.address, "m")
        before = endpoint.prompt_chars()
        with pytest.raises(EndpointOverflow, match="cannot hold the question"):
            words(endpoint)
    assert endpoint.prompt_chars() == before // 2


def test_endless_reply_is_cut_at_its_greatest_length() -> None:
    with ScriptedEndpoint(Script(pieces=["and so on, "], is_endless=True)) as server:
        reply = connect(server.address, "m").stream(ASK)
        told: list[str] = []
        with pytest.raises(EndpointCut, match="200 tokens"):
            told.extend(piece for piece in reply if isinstance(piece, str))
        wait_for(lambda: "gone" in server.paths)
    assert len("".join(told)) <= 200 * 8 + 20


def test_reply_that_the_server_cut_is_told() -> None:
    with ScriptedEndpoint(Script(finish_reason="length")) as server, pytest.raises(EndpointCut):
        words(connect(server.address, "m"))


def test_closing_the_reply_ends_the_request() -> None:
    with ScriptedEndpoint(Script(pieces=["word "] * 200, delay_s=0.01)) as server:
        reply = connect(server.address, "m").stream(ASK)
        assert next(piece for piece in reply if isinstance(piece, str)) == "word "
        reply.close()
        wait_for(lambda: "gone" in server.paths)


def test_closing_before_the_first_word_ends_the_request() -> None:
    with ScriptedEndpoint(Script(pieces=["word "] * 9, delay_s=1.0)) as server:
        reply = connect(server.address, "m").stream(ASK)
        assert next(reply) is Pulse.WAITING
        began = time.monotonic()
        reply.close()
        assert time.monotonic() - began < 0.5
        wait_for(lambda: "gone" in server.paths)


def test_replies_leave_no_threads_or_sockets_behind() -> None:
    with ScriptedEndpoint(Script(pieces=["word "] * 20)) as server:
        endpoint = connect(server.address, "m")
        for stop_early in (False, True) * 5:
            for piece in endpoint.stream(ASK):
                if stop_early and isinstance(piece, str):
                    break
        wait_for(lambda: not any(thread.name == "reply" for thread in threading.enumerate()))


@pytest.fixture
def deaf_address() -> Iterator[str]:
    """An address that accepts no connection and refuses none: its queue is full."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        callers = [socket.socket() for _ in range(4)]
        for caller in callers:
            caller.setblocking(False)
            caller.connect_ex(deaf.getsockname())
        yield f"http://127.0.0.1:{deaf.getsockname()[1]}"
        for caller in callers:
            caller.close()


def test_server_that_does_not_accept_is_told_after_the_connect_timeout(deaf_address: str) -> None:
    began = time.monotonic()
    with pytest.raises(EndpointError, match="did not accept in time"):
        words(connect(deaf_address, "m"))
    assert 0.9 < time.monotonic() - began < 3


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 3
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert condition()
