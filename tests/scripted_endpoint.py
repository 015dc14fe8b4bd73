"""A scripted OpenAI-compatible server over a real socket; it records every request and ends with its `with` block."""

import itertools
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, NamedTuple, Self


class Refusal(NamedTuple):
    """An answer that is none; status 0 hangs up without a word, 200 begins and hangs up."""

    status: int
    message: str = "scripted"


@dataclass
class Script:
    """What the server does.

    Attributes:
        pieces: The reply, piece by piece.
        models: Listed, in this order.
        status: Of the chat request; another than 200 sends `body` and nothing else.
        cut_after: Close the socket after so many pieces, without an end.
        delay_s: Before each piece.
        thoughts: Sent before the reply, as `reasoning_content`.
        finish_reason: Sent with the end.
        first: Answers to the first chat requests, one each, before all else.
        is_endless: Repeat the pieces for ever.
        page: Sent with status 200 in place of every answer, as HTML.
        raw: Sent in place of the reply's events.
        raw_pause_s: Keep the line open so long after it.
        pause_after: Fall silent for `pause_s` after so many pieces.
        ping_s: How often an empty line is sent while silent, as some servers do to keep the connection.
        holds_chars: Refuse longer messages, all together, with `overflow`.
        has_system_role: Whether a system message is accepted.
        about: Added to each listed model.
        answers: Of other paths, such as "/props".
        root: Where the API is.
    """

    pieces: Sequence[str] = ("Scale brings instability [1].",)
    models: Sequence[str] = ("scripted",)
    status: int = 200
    body: str = '{"error": {"message": "scripted"}}'
    content_type: str = "application/json"
    cut_after: int | None = None
    delay_s: float = 0.0
    thoughts: Sequence[str] = ()
    finish_reason: str | None = None
    first: Sequence[Refusal] = ()
    is_endless: bool = False
    page: str | None = None
    raw: str | None = None
    raw_pause_s: float = 0.0
    pause_after: int | None = None
    pause_s: float = 0.0
    ping_s: float | None = None
    holds_chars: int | None = None
    overflow: str = "the request exceeds the available context size"
    has_system_role: bool = True
    about: Mapping[str, object] = field(default_factory=dict)
    answers: Mapping[str, object] = field(default_factory=dict)
    root: str = "/v1"
    requests: list[dict[str, Any]] = field(default_factory=list)


class ScriptedEndpoint:
    """`with ScriptedEndpoint(Script(...)) as endpoint:` serves on a free loopback port."""

    def __init__(self, script: Script | None = None, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.script = script or Script()
        self._server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self.script))
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            self._server.handle_error = lambda *_: None  # type: ignore[method-assign]  # who distrusts it hangs up
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    @property
    def address(self) -> str:
        """Without "/v1"."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The chat requests."""
        return [request for request in self.script.requests if "messages" in request]

    @property
    def prompts(self) -> list[str]:
        """The last message of each chat request."""
        return [str(request["messages"][-1]["content"]) for request in self.asked]

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order."""
        return [str(request["path"]) for request in self.script.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    first = iter(script.first)

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:  # noqa: N802
            self._record({})
            if script.page is not None:
                self._send(200, script.page, "text/html; charset=utf-8")
            elif self.path in script.answers:
                self._send(200, json.dumps(script.answers[self.path]), "application/json")
            elif self.path == f"{script.root}/models":
                listed = [{"id": name, "object": "model", **script.about} for name in script.models]
                self._send(200, json.dumps({"object": "list", "data": listed}), "application/json")
            else:
                self._send(404, "404 page not found", "text/plain")

        def do_POST(self) -> None:  # noqa: N802
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._record(given)
            if script.page is not None:
                self._send(200, script.page, "text/html; charset=utf-8")
            elif self.path in script.answers:
                self._send(200, json.dumps(script.answers[self.path]), "application/json")
            elif self.path != f"{script.root}/chat/completions":
                self._send(404, "404 page not found", "text/plain")
            elif (refusal := self._refusal(given["messages"])) is not None:
                self._refuse(refusal)
            elif script.status != 200:
                self._send(script.status, script.body, script.content_type)
            elif given.get("stream"):
                self._stream()
            else:
                message = {"role": "assistant", "content": "".join(script.pieces)}
                choice = {"index": 0, "message": message, "finish_reason": script.finish_reason or "stop"}
                whole = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [choice]}
                self._send(200, json.dumps(whole), "application/json")

        def _record(self, given: Mapping[str, Any]) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            script.requests.append(
                {"path": self.path, "authorization": headers.get("authorization"), "headers": headers, **given}
            )

        def _refusal(self, messages: Sequence[Mapping[str, str]]) -> Refusal | None:
            if (refusal := next(first, None)) is not None:
                return refusal
            if not script.has_system_role and any(message["role"] == "system" for message in messages):
                return Refusal(400, "System role not supported")
            if script.holds_chars is not None and sum(len(m["content"]) for m in messages) > script.holds_chars:
                return Refusal(400, script.overflow)
            return None

        def _refuse(self, refusal: Refusal) -> None:
            if refusal.status == 200:
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
            elif refusal.status:
                body = json.dumps({"error": {"message": refusal.message}})
                self._send(refusal.status, body, "application/json")
            else:
                self.close_connection = True
                self.connection.close()

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.end_headers()
            try:
                for line in self._lines():
                    self.wfile.write(line.encode())
                    self.wfile.flush()
            except OSError:  # the client has gone, as a stop does
                script.requests.append({"path": "gone"})

        def _lines(self) -> Iterator[str]:
            if script.raw is not None:
                yield script.raw
                time.sleep(script.raw_pause_s)
                return
            for thought in script.thoughts:
                yield _event({"role": "assistant", "reasoning_content": thought})
            pieces = itertools.cycle(script.pieces) if script.is_endless else script.pieces
            for number, piece in enumerate(pieces):
                if number == script.cut_after:
                    self.connection.close()
                    return
                if number == script.pause_after:
                    yield from self._silence()
                time.sleep(script.delay_s)
                yield _event({"role": "assistant", "content": piece})
            if script.finish_reason:
                yield _event({}, script.finish_reason)
            yield "data: [DONE]\n\n"

        def _silence(self) -> Iterator[str]:
            until = time.monotonic() + script.pause_s
            while time.monotonic() < until:
                time.sleep(script.ping_s or script.pause_s)
                yield ": ping\n\n"

        def _send(self, status: int, body: str, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

    return Handler


def _event(delta: Mapping[str, str], finish_reason: str | None = None) -> str:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}
    return f"data: {json.dumps(chunk)}\n\n"
