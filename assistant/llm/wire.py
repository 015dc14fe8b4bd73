"""One request to a server: nothing is sent but what is ours, silence is noticed, and it can be ended at any time.

Comes in: an address, a key, time-outs. Goes out: an `httpx.Client`, and a `Line` on which a reply arrives.
"""

import queue
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import cache
from typing import Any, Generic, TypeVar

import httpx

from assistant.llm.choice import is_loopback, shown_address
from ingest.errors import EndpointRejected

T = TypeVar("T")

# What goes out with a request. The openai client would add the organisation, project and headers that the environment
# holds for OpenAI, and a description of this machine.
_SENT_HEADERS = {
    "accept", "accept-encoding", "authorization", "connection", "content-length", "content-type", "host",
    "transfer-encoding", "user-agent",
}  # fmt: skip
_TAIL_BYTES = 64


def http_client(base_url: str, api_key: str | None, *, connect_timeout_s: float, read_timeout_s: float) -> httpx.Client:
    """A client for one server that sends no header and takes no proxy that the user did not choose for it."""

    def bare(request: httpx.Request) -> None:
        for name in list(request.headers):
            if name.lower() not in _SENT_HEADERS:
                del request.headers[name]
        request.headers["User-Agent"] = "talks-assistant"
        if api_key:
            request.headers["Authorization"] = f"Bearer {api_key}"
        elif not request.headers.get("Authorization", "").startswith("Basic "):  # that is of the address itself
            request.headers.pop("Authorization", None)

    return httpx.Client(
        timeout=httpx.Timeout(read_timeout_s, connect=connect_timeout_s),
        # A proxy from the environment cannot reach a server on this machine.
        trust_env=not is_loopback(base_url),
        verify=_certificates(),
        event_hooks={"request": [bare], "response": [_refuse_web_page]},
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Loading them takes 20 ms, too long for every turn."""
    return httpx.create_ssl_context()


def _refuse_web_page(response: httpx.Response) -> None:
    if response.is_success and "html" in response.headers.get("Content-Type", ""):
        raise EndpointRejected(
            f"{shown_address(str(response.url))} is a web page, not a model's API; "
            "correct the address, which mostly ends in /v1."
        )


class Line(Generic[T]):
    """A reply under way, read by a thread of its own.

    The thread is what lets a stop, or a time-out shorter than the socket's, end a request while the server is silent.

    Attributes:
        sent: Set once the request goes out; what comes before is this program's own time.
        connected: Set once the server has accepted.
        tail: The last bytes of the reply. A server that dies closes its socket like one that has finished; only the
            "[DONE]" at the end tells, and the openai client keeps that to itself.
    """

    def __init__(self, http: httpx.Client, ask: Callable[[], Iterable[T]]) -> None:
        """Start to ask.

        Args:
            http: Closed when the reply is over.
            ask: Called in the thread; sends its request over `http`.
        """
        self.sent = threading.Event()
        self.connected = threading.Event()
        self.tail = bytearray()
        self._http = http
        self._ask = ask
        self._arrived: queue.SimpleQueue[T | Exception | None] = queue.SimpleQueue()
        self._socket: socket.socket | None = None
        self._is_over = threading.Event()
        http.event_hooks["request"].append(self._trace)
        http.event_hooks["response"].append(self._watch)
        threading.Thread(target=self._read, name="reply", daemon=True).start()

    def next(self, timeout_s: float) -> T | None:
        """The next piece; None when the reply is over.

        Raises:
            queue.Empty: Nothing came in this time.
            Exception: Whatever the client raised.
        """
        piece = self._arrived.get(timeout=timeout_s)
        if isinstance(piece, Exception):
            raise piece
        return piece

    def hang_up(self) -> None:
        """End the request, whatever state it is in."""
        self._is_over.set()
        if self._socket is not None:
            with suppress(OSError):  # closed already
                self._socket.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        try:
            with self._http:
                for piece in self._ask():
                    if self._is_over.is_set():
                        break
                    self._arrived.put(piece)
        except Exception as error:
            self._arrived.put(error)
        finally:
            self._arrived.put(None)

    def _trace(self, request: httpx.Request) -> None:
        self.sent.set()
        request.extensions = {**request.extensions, "trace": self._on_event}

    def _on_event(self, name: str, info: dict[str, Any]) -> None:
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            self.connected.set()
            if self._is_over.is_set():
                self.hang_up()

    def _watch(self, response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = _Watched(response.stream, self.tail)


class _Watched(httpx.SyncByteStream):
    """Passes a reply's bytes on and keeps the last of them."""

    def __init__(self, stream: httpx.SyncByteStream, tail: bytearray) -> None:
        self._stream = stream
        self._tail = tail

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._tail.extend(piece)
            del self._tail[:-_TAIL_BYTES]
            yield piece

    def close(self) -> None:
        self._stream.close()
