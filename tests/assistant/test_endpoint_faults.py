"""Whatever goes wrong with an endpoint, over a real socket: the sentence that the user reads."""

import shutil
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.llm import Endpoint, EndpointChoice
from ingest.errors import (
    EndpointCut,
    EndpointError,
    EndpointOverflow,
    EndpointRejected,
    EndpointSilent,
    EndpointUnreachable,
)
from tests.assistant.test_endpoint import ASK, LIMITS
from tests.scripted_endpoint import Refusal, Script, ScriptedEndpoint

QUICK = LIMITS.model_copy(update={"llm_first_token_timeout_s": 0.4, "llm_idle_timeout_s": 0.4})
OVERFLOW = "This model's maximum context length is 512 tokens. However, you requested 900 tokens."
MEMORY = "model requires more system memory (8.4 GiB) than is available (3.1 GiB)"
EVENT = 'data: {"choices": [{"index": 0, "delta": {"content": "One"}}]}\n\n'

# What the server does, the words that came before, the error, and all of its sentence.
FAULTS: dict[str, tuple[Script, str, type[EndpointError], str]] = {
    "time-out before": (
        Script(delay_s=3.0), "", EndpointUnreachable,
        "{where} did not answer in time (0.4 s); see whether it is still loading, "
        "or set TALKS_LLM_FIRST_TOKEN_TIMEOUT_S for longer.",
    ),
    "time-out during": (
        Script(pieces=["One", "two"], pause_after=1, pause_s=3.0), "One", EndpointSilent,
        "{where} fell silent in the middle of its answer (0.4 s); see the server's own log.",
    ),
    "time-out during, kept alive": (
        Script(pieces=["One", "two"], pause_after=1, pause_s=3.0, ping_s=0.1), "One", EndpointSilent,
        "{where} fell silent in the middle of its answer (0.4 s); see the server's own log.",
    ),
    "401": (
        Script(status=401), "", EndpointRejected,
        "{where} wants a key (401: scripted); give it (TALKS_LLM_API_KEY).",
    ),
    "404 model": (
        Script(status=404, models=["small"]), "", EndpointRejected,
        '{where} has no model "m" (scripted); choose one that it lists: small.',
    ),
    "404 path": (
        Script(status=404, models=["m"]), "", EndpointRejected,
        "{where} has no such path or model (404: scripted); correct the address, which mostly ends in /v1, or the "
        "model.",
    ),
    "429": (
        Script(first=[Refusal(429, "Rate limit reached")] * 3), "", EndpointRejected,
        "{where} has too much to do (429: Rate limit reached); ask again in a moment.",
    ),
    "500": (
        Script(first=[Refusal(500, MEMORY)]), "", EndpointRejected,
        "{where} failed inside (500: " + MEMORY + "); see the server's own log.",
    ),
    "500 with a web page": (
        Script(status=502, body="<html>Bad Gateway</html>", content_type="text/html"), "", EndpointRejected,
        "{where} failed inside (502: Bad Gateway); see the server's own log.",
    ),
    "503 loading": (
        Script(first=[Refusal(503, "Loading model")] * 3), "", EndpointRejected,
        "{where} is busy or still loading its model (503: Loading model); ask again in a moment.",
    ),
    "422": (
        Script(first=[Refusal(422, "the messages must alternate")]), "", EndpointRejected,
        "{where} refused the request (422: the messages must alternate); see the server's own log.",
    ),
    "HTML instead of JSON": (
        Script(page="<html>Welcome</html>"), "", EndpointSilent,
        "{where} sent what no model's API sends (Welcome); correct the address, which mostly ends in /v1, or see the "
        "server's own log.",
    ),
    "broken SSE": (
        Script(raw=EVENT + "data: {broken\n\n"), "One", EndpointSilent,
        "{where} broke off in the middle of its answer; see the server's own log.",
    ),
    "error inside the reply": (
        Script(raw=EVENT + 'data: {"error": {"message": "CUDA out of memory"}}\n\n'), "One", EndpointSilent,
        "{where} stopped with an error (CUDA out of memory); see the server's own log.",
    ),
    "cut stream": (
        Script(pieces=["One", "two"], cut_after=1), "One", EndpointSilent,
        "{where} broke off in the middle of its answer; see the server's own log.",
    ),
    "hangs up": (
        Script(first=[Refusal(0)] * 4), "", EndpointSilent,
        "{where} hung up before it answered; see the server's own log.",
    ),
    "empty answer": (
        Script(pieces=[]), "", EndpointSilent, "{where} answered with nothing; try another model there.",
    ),
    "endless answer": (
        Script(pieces=["and so on, "], is_endless=True), "and so on, " * 146, EndpointCut,
        "The answer reached its greatest length, 200 tokens, and was cut; "
        "set TALKS_LLM_ANSWER_TOKENS for longer ones.",
    ),
    "reason where nobody looks for it": (
        Script(status=500, body='{"fault": {"faultstring": "the quarry is flooded"}}'), "", EndpointRejected,
        '{where} failed inside (500: {{"fault": {{"faultstring": "the quarry is flooded"}}}}); see the server\'s own '
        "log.",
    ),
    "reason with what a terminal obeys": (
        Script(status=500, body='{"detail": "the \\u001b]0;quarry\\u0007 is \\u202eflooded \\ud83d"}'), "",
        EndpointRejected,
        "{where} failed inside (500: the ]0;quarry is flooded \ufffd); see the server's own log.",
    ),
    "context overflow": (
        Script(holds_chars=0, overflow=OVERFLOW), "", EndpointOverflow,
        "{where} holds only 512 tokens at once; load the model there with a longer context.",
    ),
    "reasoning only": (
        Script(pieces=["<think>So on"]), "", EndpointSilent,
        "{where} only thought and came to no answer; choose a model there that does not reason, "
        "or set TALKS_LLM_THINKING_TOKENS higher.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("script", "before", "error", "sentence"), FAULTS.values(), ids=FAULTS.keys())
def test_fault_is_told_in_a_sentence(script: Script, before: str, error: type[EndpointError], sentence: str) -> None:
    came: list[str] = []
    with ScriptedEndpoint(script) as server:
        # Short time-outs only where one is to run out: a busy machine may be slow to answer.
        is_timed = script.delay_s or script.pause_s
        endpoint = Endpoint(EndpointChoice(server.address, "m"), QUICK if is_timed else LIMITS)
        with pytest.raises(EndpointError) as caught:
            came.extend(piece for piece in endpoint.stream(ASK) if isinstance(piece, str))
    assert str(caught.value) == sentence.format(where=f"{server.address}/v1")
    assert type(caught.value) is error or issubclass(type(caught.value), error)
    assert "".join(came) == before


def _refused() -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}"


ADDRESSES: dict[str, tuple[Callable[[], str], str]] = {
    "refused": (_refused, "Nothing answers at {where}; start the server there or correct the address."),
    "DNS": (
        lambda: "http://no-such-machine.invalid",
        "No machine is known by the name in {where}; correct the address.",
    ),
    "no machine": (lambda: "http://", "{where} is no address of a server; correct it."),
}


@pytest.mark.parametrize("model", ["m", None], ids=["model chosen", "no model chosen"])
@pytest.mark.parametrize(("address", "sentence"), ADDRESSES.values(), ids=ADDRESSES.keys())
def test_address_without_a_server_is_told(address: Callable[[], str], sentence: str, model: str | None) -> None:
    endpoint = Endpoint(EndpointChoice(address(), model), LIMITS)
    with pytest.raises(EndpointUnreachable) as caught:
        list(endpoint.stream(ASK))
    assert str(caught.value) == sentence.format(where=endpoint.where)


@pytest.mark.parametrize(("status", "key"), [(401, "sk-secret"), (403, "sk-secret")])
def test_refused_key_is_told_without_the_key(status: int, key: str) -> None:
    script = Script(status=status, body='{"error": {"message": "Incorrect API key provided: sk-secret"}}')
    with ScriptedEndpoint(script) as server, pytest.raises(EndpointRejected) as caught:
        list(Endpoint(EndpointChoice(server.address, "m", key), LIMITS).stream(ASK))
    assert str(caught.value) == (
        f"{server.address}/v1 refuses the key ({status}: Incorrect API key provided: …); "
        "give the right one (TALKS_LLM_API_KEY)."
    )


def test_page_at_the_models_path_is_told() -> None:
    with ScriptedEndpoint(Script(page="<html>Welcome</html>")) as server, pytest.raises(EndpointSilent) as caught:
        Endpoint(EndpointChoice(server.address), LIMITS).models()
    assert "sent what no model's API sends (Welcome); correct the address" in str(caught.value)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate that nobody trusts, for another name than this machine's, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    made, key = tmp_path / "made.pem", tmp_path / "key.pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -keyout {key} -out {made} -days 3 -subj /CN=other -addext"
    subprocess.run(["openssl", *words.split(), "subjectAltName=DNS:other"], check=True, capture_output=True)
    return made, key


@pytest.mark.parametrize(
    ("is_trusted", "said"), [(False, "self-signed"), (True, "IP address mismatch")], ids=["untrusted", "another name"]
)
def test_certificate_is_blamed_for_itself(
    certificate: tuple[Path, Path], is_trusted: bool, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with ScriptedEndpoint(tls=context) as server:
        endpoint = Endpoint(EndpointChoice(server.address.replace("http:", "https:"), "m"), LIMITS)
        for ask in (lambda: list(endpoint.stream(ASK)), endpoint.models):
            with pytest.raises(EndpointUnreachable, match=f"certificate of https://.* is not trusted .*{said}"):
                ask()


def test_server_without_tls_is_told() -> None:
    with (
        ScriptedEndpoint() as server,
        pytest.raises(EndpointUnreachable, match="No secure connection .* write http:// in place of https://"),
    ):
        list(Endpoint(EndpointChoice(server.address.replace("http:", "https:"), "m"), LIMITS).stream(ASK))


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("is_dead", [True, False], ids=["dead", "answers with an error"])
def test_proxy_is_blamed_for_itself(scheme: str, is_dead: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    script = Script(status=502, body="bad gateway", content_type="text/plain", root="http://models.example/v1")
    with ScriptedEndpoint(script) as server:
        proxy = _refused() if is_dead else server.address
        monkeypatch.setenv(f"{scheme}_proxy", proxy.replace("//", "//me:pw-secret@"))
        endpoint = Endpoint(EndpointChoice(f"{scheme}://models.example/v1", "m"), LIMITS)
        with pytest.raises(EndpointError, match="proxy") as caught:
            list(endpoint.stream(ASK))
    assert proxy in str(caught.value)
    assert "pw-secret" not in str(caught.value)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/\udce9", "http://[::1/v1", "http://\x00", "http://a b/v1"])
def test_address_that_is_none_is_told(address: str) -> None:
    endpoint = Endpoint(EndpointChoice(address, "m"), LIMITS)
    for ask in (lambda: list(endpoint.stream(ASK)), endpoint.models):
        with pytest.raises(EndpointUnreachable, match="no address of a server|No machine is known"):
            ask()
