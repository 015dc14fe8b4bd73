"""A scripted OpenAI-compatible server over a real socket; it records every request and ends with its `with` block."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass
class Script:
    """What the server does.

    Attributes:
        pieces: The reply, piece by piece.
        status: Of the chat request; another than 200 sends `body` and nothing else.
        cut_after: Close the socket after so many pieces, without an end.
        delay_s: Before each piece.
    """

    pieces: Sequence[str] = ("Scale brings instability [1].",)
    models: Sequence[str] = ("scripted",)
    status: int = 200
    body: str = '{"error": {"message": "scripted"}}'
    content_type: str = "application/json"
    cut_after: int | None = None
    delay_s: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)


class ScriptedEndpoint:
    """`with ScriptedEndpoint(Script(...)) as endpoint:` serves on a free loopback port."""

    def __init__(self, script: Script | None = None) -> None:
        self.script = script or Script()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self.script))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def address(self) -> str:
        """Without "/v1"."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def prompts(self) -> list[str]:
        """The last message of each chat request."""
        return [str(request["messages"][-1]["content"]) for request in self.script.requests if "messages" in request]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _handler(script: Script) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:  # noqa: N802
            script.requests.append({"path": self.path, "authorization": self.headers.get("Authorization")})
            listed = [{"id": name, "object": "model"} for name in script.models]
            self._send(200, json.dumps({"object": "list", "data": listed}), "application/json")

        def do_POST(self) -> None:  # noqa: N802
            given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            script.requests.append({"path": self.path, "authorization": self.headers.get("Authorization"), **given})
            if script.status != 200:
                self._send(script.status, script.body, script.content_type)
                return
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
            for number, piece in enumerate(script.pieces):
                if number == script.cut_after:
                    self.connection.close()
                    return
                time.sleep(script.delay_s)
                delta = {"index": 0, "delta": {"role": "assistant", "content": piece}, "finish_reason": None}
                chunk = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [delta]}
                yield f"data: {json.dumps(chunk)}\n\n"
            yield "data: [DONE]\n\n"

        def _send(self, status: int, body: str, content_type: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

    return Handler
