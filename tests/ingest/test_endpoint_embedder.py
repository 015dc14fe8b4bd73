"""The endpoint embedder against a scripted server on a real loopback socket."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from ingest.endpoint_embedder import EndpointEmbedder
from ingest.errors import EmbedderError, EndpointError, EndpointRejected, EndpointUnreachable

KEY = "sk-very-secret-0123456789"
Reply = Callable[[dict[str, Any]], tuple[int, object]]


def rows(request: dict[str, Any]) -> tuple[int, object]:
    """One vector a text, (its length, 1), none of them of unit length, and in the wrong order."""
    data = [
        {"object": "embedding", "index": n, "embedding": [float(len(text)), 1.0]}
        for n, text in enumerate(request["input"])
    ]
    return 200, {"object": "list", "model": request["model"], "data": data[::-1]}


class Server:
    """Answers every POST with `reply` and records what it got."""

    def __init__(self) -> None:
        self.reply: Reply = rows
        self.seen: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.seen.append((self.path, dict(self.headers), request))
                status, content = outer.reply(request)
                body = content if isinstance(content, bytes) else json.dumps(content).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                if status == 307:
                    self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.http.server_port}"

    def embedder(self, end: str = "/v1", key: str | None = KEY) -> EndpointEmbedder:
        return EndpointEmbedder(self.address + end, "small-embed", key, timeout_s=10)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.http.shutdown()
    server.http.server_close()
    thread.join()


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
def test_address_with_or_without_v1_reaches_embeddings(server: Server, end: str) -> None:
    server.embedder(end).embed_question("abc")
    assert server.seen[0][0] == "/v1/embeddings"


def test_vectors_are_of_unit_length_and_in_the_order_of_texts(server: Server) -> None:
    vectors = server.embedder().embed_passages(["abc", "a"])
    expected = [[3 / np.sqrt(10), 1 / np.sqrt(10)], [np.sqrt(0.5), np.sqrt(0.5)]]
    np.testing.assert_allclose(vectors, expected, rtol=1e-6)
    assert vectors.dtype == np.float32


def test_many_texts_go_in_batches_of_64(server: Server) -> None:
    vectors = server.embedder().embed_passages(["x" * n for n in range(1, 131)])
    assert [len(request["input"]) for _, _, request in server.seen] == [64, 64, 2]
    np.testing.assert_allclose(vectors[:, 0] / vectors[:, 1], np.arange(1, 131), rtol=1e-4)


def test_request_names_model_key_and_plain_numbers(server: Server) -> None:
    server.embedder().embed_question("abc")
    _, headers, request = server.seen[0]
    assert request == {"model": "small-embed", "input": ["abc"], "encoding_format": "float"}
    assert headers["Authorization"] == f"Bearer {KEY}"


def test_without_key_a_key_from_the_environment_is_not_sent(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-somebody-else")
    server.embedder(key=None).embed_question("abc")
    sent = json.dumps(server.seen[0][1])
    assert KEY not in sent
    assert "org-of-somebody-else" not in sent


def test_empty_text_is_sent_as_one_that_servers_accept(server: Server) -> None:
    server.embedder().embed_passages(["", " \n"])
    assert server.seen[0][2]["input"] == [".", "."]


def test_fingerprint_names_model_and_address_without_asking(server: Server) -> None:
    assert server.embedder().fingerprint == server.embedder("").fingerprint == f"small-embed@{server.address}/v1"
    assert server.seen == []


def test_proxy_of_the_environment_is_not_asked_for_loopback(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    server.embedder().embed_question("abc")
    assert len(server.seen) == 1


def test_redirect_is_not_followed(server: Server) -> None:
    server.reply = lambda _: (307, {})
    with pytest.raises(EndpointError):
        server.embedder().embed_question("abc")
    assert {path for path, _, _ in server.seen} == {"/v1/embeddings"}


@pytest.mark.parametrize(
    ("status", "action"),
    [(404, "TALKS_EMBEDDING_MODEL"), (401, "TALKS_EMBEDDING_API_KEY"), (400, "log of the endpoint")],
)
def test_refusal_says_what_to_do_and_never_the_key(server: Server, status: int, action: str) -> None:
    server.reply = lambda _: (status, {"error": {"message": f"no, {KEY} is not welcome"}})
    with pytest.raises(EndpointRejected, match=action) as caught:
        server.embedder().embed_question("abc")
    assert "small-embed" in str(caught.value)
    assert "is not welcome" in str(caught.value)
    assert KEY not in str(caught.value)


def test_refused_connection_says_where_and_what_to_do(server: Server) -> None:
    server.http.socket.close()
    with pytest.raises(EndpointUnreachable, match="start it, or set TALKS_EMBEDDER=bundled") as caught:
        server.embedder().embed_question("abc")
    assert server.address in str(caught.value)
    assert KEY not in str(caught.value)


def answer(*vectors: object) -> Reply:
    data = [{"object": "embedding", "index": n, "embedding": vector} for n, vector in enumerate(vectors)]
    return lambda _: (200, {"object": "list", "data": data})


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        pytest.param(answer([1.0, 2.0]), "gave 1 vectors for 2 texts", id="too-few"),
        pytest.param(answer([1.0], [1.0], [1.0]), "gave 3 vectors for 2 texts", id="too-many"),
        pytest.param(answer(), "not a list of embeddings|gave 0 vectors", id="none"),
        pytest.param(answer([1.0], [1.0, 2.0]), "not vectors of one length", id="two-lengths"),
        pytest.param(answer([[1.0]], [[1.0]]), "not vectors of one length", id="nested"),
        pytest.param(answer("abc", "def"), "not vectors of one length", id="words"),
        pytest.param(answer([], []), "not vectors of one length", id="no-numbers"),
        pytest.param(answer([float("nan")], [1.0]), "not vectors of one length", id="not-a-number"),
        pytest.param(answer([0.0, 0.0], [1.0, 0.0]), "vector of zeros", id="zeros"),
        pytest.param(lambda _: (200, {"choices": []}), "not a list of embeddings", id="other-object"),
        pytest.param(lambda _: (200, b"<html>hello"), "not a list of embeddings", id="not-json"),
    ],
)
def test_answer_that_is_no_embedding_is_an_embedder_error(server: Server, reply: Reply, message: str) -> None:
    server.reply = reply
    with pytest.raises(EmbedderError, match=message):
        server.embedder().embed_passages(["abc", "a"])


def test_model_that_changes_its_length_is_noticed(server: Server) -> None:
    embedder = server.embedder()
    embedder.embed_question("abc")
    server.reply = answer([1.0, 2.0, 3.0])
    with pytest.raises(EmbedderError, match="vectors of 3 numbers after 2 before"):
        embedder.embed_question("abc")


@pytest.mark.parametrize(
    "address", ["", "127.0.0.1:8080", "ftp://127.0.0.1", "http://", f"http://me:{KEY}@127.0.0.1", "http://[::1"]
)
def test_address_that_is_none_is_refused_at_once(address: str) -> None:
    with pytest.raises(EmbedderError, match="set one like http://127.0.0.1:8080") as caught:
        EndpointEmbedder(address, "small-embed", None, timeout_s=1)
    assert KEY not in str(caught.value)
