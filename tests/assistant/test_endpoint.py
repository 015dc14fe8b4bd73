"""The endpoint over a real socket: what is sent, what comes back, and what the user reads when it fails."""

import socket
import time
from collections.abc import Iterator

import pytest
from llama_index.core.llms import ChatMessage

from assistant.endpoint import Endpoint, EndpointChoice, Limits, api_address, is_loopback
from ingest.errors import EndpointError, EndpointRejected, EndpointSilent, EndpointUnreachable
from tests.scripted_endpoint import Script, ScriptedEndpoint

LIMITS = Limits(
    context_tokens=4096, answer_tokens=200, connect_timeout_s=1.0, first_token_timeout_s=0.5, idle_timeout_s=0.5
)
ASK = [ChatMessage(role="user", content="Why?")]


def connect(address: str, model: str | None = None, api_key: str | None = None) -> Endpoint:
    return Endpoint(EndpointChoice(address, model, api_key), LIMITS)


@pytest.fixture
def free_address() -> Iterator[str]:
    """An address on which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("http://127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/", "http://127.0.0.1:11434/v1"),
        ("http://127.0.0.1:11434/v1/", "http://127.0.0.1:11434/v1"),
        ("http://host/api/v1/chat/completions", "http://host/api/v1"),
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
        assert list(connect(server.address).stream(ASK)) == ["One", " two", " [1]."]
        (request,) = [request for request in server.script.requests if "messages" in request]
    assert request["path"] == "/v1/chat/completions"
    assert request["model"] == "scripted"
    assert request["max_tokens"] == 200
    assert request["messages"] == [{"role": "user", "content": "Why?"}]


def test_first_listed_model_answers_unless_one_is_chosen() -> None:
    with ScriptedEndpoint(Script(models=["small", "large"])) as server:
        assert connect(server.address).model() == "small"
        assert connect(server.address, "large").model() == "large"
        assert connect(server.address).models() == ["small", "large"]


def test_key_is_sent_to_the_endpoint_and_never_shown() -> None:
    body = '{"error": {"message": "bad key sk-secret given"}}'
    with ScriptedEndpoint(Script(status=400, body=body)) as server:
        endpoint = connect(server.address, "m", "sk-secret")
        with pytest.raises(EndpointRejected) as caught:
            list(endpoint.stream(ASK))
    assert server.script.requests[0]["authorization"] == "Bearer sk-secret"
    assert "sk-secret" not in str(caught.value)
    assert "sk-secret" not in repr(EndpointChoice(server.address, None, "sk-secret"))


def test_environment_of_another_provider_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-elsewhere")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with ScriptedEndpoint() as server:
        assert list(connect(server.address).stream(ASK))
    assert all("sk-elsewhere" not in str(request) for request in server.script.requests)


FAILURES = {
    "key refused": (Script(status=401), EndpointRejected, "wants a key"),
    "model unknown": (Script(status=404), EndpointRejected, "has no such path or model"),
    "too many requests": (Script(status=429), EndpointRejected, "too much to do .429: scripted"),
    "server error": (Script(status=500), EndpointRejected, "failed inside .500: scripted"),
    "web page": (Script(status=200, pieces=[]), EndpointSilent, "answered with nothing"),
    "cut in the middle": (Script(pieces=["One", "two"], cut_after=1), EndpointSilent, "broke off"),
    "too slow": (Script(delay_s=2.0), EndpointUnreachable, "did not answer in time"),
    "no model loaded": (Script(models=[]), EndpointRejected, "lists no model"),
}


@pytest.mark.parametrize(("script", "error", "message"), FAILURES.values(), ids=FAILURES.keys())
def test_failure_is_told_in_a_sentence(script: Script, error: type[EndpointError], message: str) -> None:
    with ScriptedEndpoint(script) as server, pytest.raises(error, match=message):
        list(connect(server.address).stream(ASK))


def test_refused_connection_is_told(free_address: str) -> None:
    with pytest.raises(EndpointUnreachable, match="Nothing answers at"):
        connect(free_address).models()


def test_closing_the_reply_ends_the_request() -> None:
    with ScriptedEndpoint(Script(pieces=["word "] * 200, delay_s=0.01)) as server:
        reply = connect(server.address, "m").stream(ASK)
        assert next(reply) == "word "
        reply.close()
        deadline = time.monotonic() + 2
        while {"path": "gone"} not in server.script.requests and time.monotonic() < deadline:
            time.sleep(0.02)
    assert {"path": "gone"} in server.script.requests
