"""One server and model, ready to answer: streamed, or a short reply beside the answer itself.

Comes in: a prompt. Goes out: the answer's words as they come, and signs of life between them. What a server turns out
not to take (a parameter, a system role, a stream) is left out on the next try, and learned. Leaves to others: what the
bytes of a reply mean (`reply`), what a fault means (`faults`), what the server is (`health`).
"""

import json
import queue
import socket
import threading
import time
from collections.abc import Generator, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any, NamedTuple

import httpx

from assistant.llm import faults
from assistant.llm.health import ServedModel
from assistant.llm.marks import ReasoningFold, may_hide_tag
from assistant.llm.reply import PULSE_S, OnlyThought, Piece, Pulse, Reply, Said, read_reply
from ingest.errors import EndpointCut, EndpointError, EndpointOverflow, EndpointSilent

# A small model on a laptop needs two to five seconds for a line; nobody waits longer for a better guess.
SHORT_TIMEOUT_S = 8.0
_LONGEST_ERROR_BYTES = 64_000
# Closing a socket ends a thread that waits for it at once.
_HANG_UP_S = 1.0


class Prompt(NamedTuple):
    """What the model reads; `system` is "" where it is told nothing beforehand."""

    user: str
    system: str = ""


@dataclass(frozen=True, slots=True)
class ShortReply:
    """What the model wrote.

    Attributes:
        is_whole: Whether it came to its end by itself; if not, the last word may be half a word.
    """

    text: str
    is_whole: bool


class Endpoint(ServedModel):
    """One server and model, ready to answer; may be shared by threads."""

    def stream(self, user: str, system: str = "") -> Generator[Piece, None, None]:
        """Ask, and yield the answer's words as they come, and a `Pulse` while none do; closing ends the request.

        Tries again, as long as no word has come, when the server is busy, when it refuses a parameter or the system
        role, and when the model used up its room thinking.

        Args:
            user: What is asked.
            system: What the model is told beforehand.

        Raises:
            EndpointOverflow: The two are too long for the model; what it holds is learned.
            EndpointCut: The answer reached its greatest length; what came is good.
            EndpointError: Nothing more is coming; what came before is good, and is no complete answer.
        """
        prompt, waits_s, before = Prompt(user, system), iter(self.limits.retry_waits_s), self.learned.parameters
        asked_why = False
        while True:
            said_anything, thinks = False, self.learned.thinks
            try:
                with closing(self._try(prompt)) as pieces:
                    for piece in pieces:
                        said_anything = said_anything or isinstance(piece, str)
                        yield piece
                return
            except Exception as caught:
                error = caught
            # Not inside the handler, where this error would become the context of the next one.
            if not said_anything and not asked_why and faults.has_hung_up(error):
                asked_why, error = True, (yield from self._why(prompt)) or error
            if isinstance(error, OnlyThought) and error.was_cut and not thinks:
                continue  # it now gets room to think
            wait_s = None if said_anything else self._wait_before_retry(error, prompt, waits_s)
            if wait_s is None:
                if isinstance(error, faults.Refused) and not said_anything:
                    self.learned.parameters = before  # it was not about them
                raise self._told(error, said_anything=said_anything) from error
            yield from _rest(wait_s)

    def short_reply(self, prompt: str, *, most_chars: int, timeout_s: float = SHORT_TIMEOUT_S) -> ShortReply:
        """Ask, and stop listening at a limit.

        Args:
            prompt: All that the model reads.
            most_chars: A reply that goes on beyond is not what was asked for.
            timeout_s: From now, in seconds.

        Raises:
            EndpointError: The endpoint failed before the first word.
        """
        deadline = time.monotonic() + timeout_s
        text = ""
        try:
            with closing(self.stream(prompt)) as pieces:
                for piece in pieces:
                    text += piece if isinstance(piece, str) else ""
                    if time.monotonic() > deadline or len(text) > most_chars:
                        return ShortReply(text, is_whole=False)
        except EndpointError:
            if not text:
                raise
            return ShortReply(text, is_whole=False)
        return ShortReply(text, is_whole=True)

    def _try(self, prompt: Prompt) -> Generator[Piece, None, None]:
        """One request; whatever the client raises comes through as it is."""
        learned, model, longest_tokens = self.learned, self.model(), self.reply_tokens()
        hides_tag = learned.hides_think_tag
        fold = ReasoningFold(starts_inside=may_hide_tag(model) if hides_tag is None else hides_tag)
        reply = Reply(self._ask(model, prompt, longest_tokens), fold, self.limits, self._teller, longest_tokens)
        try:
            yield from reply.pieces()
        finally:
            learned.thinks = learned.thinks or reply.has_thought
            if fold.hid_tag:
                learned.hides_think_tag = True
            elif reply.is_whole:
                learned.hides_think_tag = False

    def _why(self, prompt: Prompt) -> Generator[Piece, None, Exception | None]:
        """What the server says of the same request when it need not stream.

        llama.cpp's Python server, for one, tells only then that a prompt is too long.

        Returns:
            The error, or None when there is none now.
        """
        reply = Reply(
            self._ask(self.model(), prompt, 1, is_stream=False), ReasoningFold(), self.limits, self._teller, 1
        )
        try:
            yield from (Pulse.WAITING for _ in reply.pieces())
        except (EndpointCut, EndpointSilent) as error:
            return error if faults.has_hung_up(error) else None  # a word, or none, is an answer
        except Exception as error:
            return error
        return None

    def _ask(self, model: str, prompt: Prompt, longest_tokens: int, *, is_stream: bool = True) -> "Line":
        limits = self.limits
        values = {"temperature": 0.0, "max_tokens": longest_tokens, "max_completion_tokens": longest_tokens}
        sent: dict[str, Any] = {"model": model, "messages": self._messages(prompt)}
        for name in self.learned.parameters:
            sent[name] = is_stream if name == "stream" else values[name]
        # A client for each reply: closing it is the one sure way to end a request that is under way.
        http = self._http(max(limits.first_token_timeout_s, limits.idle_timeout_s) + 1)
        return Line(http, f"{self.base_url}/chat/completions", sent)

    def _messages(self, prompt: Prompt) -> list[dict[str, str]]:
        """The prompt as messages; without the role, the system's text stands in front of the user's."""
        if prompt.system and self.learned.has_system_role:
            return [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}]
        return [{"role": "user", "content": f"{prompt.system}\n\n{prompt.user}" if prompt.system else prompt.user}]

    def _wait_before_retry(self, error: Exception, prompt: Prompt, waits_s: Iterator[float]) -> float | None:
        """How long to wait before trying once more, or None when that would not help."""
        learned = self.learned
        if faults.is_overflow(error):
            return None  # the prompt has to change
        if name := faults.unwanted(error, learned.parameters):
            renamed = name == "max_tokens" and faults.wants_completion_tokens(error)
            there = ("max_completion_tokens",) if renamed else ()
            at = learned.parameters.index(name)
            learned.parameters = (*learned.parameters[:at], *there, *learned.parameters[at + 1 :])
            return 0.0
        if faults.wants_no_system_role(error) and learned.has_system_role and prompt.system:
            learned.has_system_role = False
            return 0.0
        asked_s = faults.busy_wait_s(error)
        wait_s = next(waits_s, None) if asked_s is not None else None
        return wait_s and max(wait_s, asked_s or 0.0)

    def _told(self, error: Exception, *, said_anything: bool) -> EndpointError:
        """The error for the user; what it tells of the model is learned."""
        teller = self._teller
        told = teller.tell(error)
        if isinstance(told, EndpointOverflow):
            self._learn_overflow(told)
        elif faults.is_not_found(error):
            told = self._unknown(told, teller.reason(error))
        elif not said_anything and faults.has_hung_up(error):
            told = teller.hung_up()
        return told


class Line:
    """A reply under way, read by a thread of its own; what `reply.Wire` says.

    The thread is what lets a stop, or a time-out shorter than the socket's, end a request while the server is silent.
    """

    def __init__(self, http: httpx.Client, url: str, request: dict[str, Any]) -> None:
        """Start to ask.

        Args:
            http: Closed when the reply is over.
            url: Where to.
            request: Sent as JSON.
        """
        self.is_sent = self.is_connected = self.is_closed_well = False
        self._http = http
        self._url = url
        # What is not valid text would stop here; it was made valid where it came in.
        self._body = json.dumps(request, ensure_ascii=False).encode("utf-8", "replace")
        self._arrived: queue.SimpleQueue[Said | Exception | None] = queue.SimpleQueue()
        self._socket: socket.socket | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read, name="reply", daemon=True)
        self._thread.start()

    def next(self, timeout_s: float) -> Said | None:
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
            # A thread that is still at work while the program leaves can pull it down.
            self._thread.join(_HANG_UP_S)

    def _read(self) -> None:
        try:
            with self._http:
                for said in self._ask():
                    if self._is_over.is_set():
                        break
                    self._arrived.put(said)
        except Exception as error:
            self._arrived.put(error)
        finally:
            self._arrived.put(None)

    def _ask(self) -> Iterator[Said]:
        extensions = {"trace": self._trace}
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
        self.is_sent = True
        with self._http.stream(
            "POST", self._url, content=self._body, headers=headers, extensions=extensions
        ) as response:
            if not response.is_success:
                raise faults.Refused.of(response, _beginning(response.iter_bytes()))
            yield from read_reply(response.iter_bytes())
            # A server that dies closes its socket like one that has finished, unless it has told the length.
            self.is_closed_well = bool({"transfer-encoding", "content-length"} & response.headers.keys())

    def _trace(self, name: str, info: dict[str, Any]) -> None:
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            self.is_connected = True
            if self._is_over.is_set():
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)


def _beginning(pieces: Iterator[bytes]) -> bytes:
    content = b""
    with suppress(httpx.HTTPError):  # its beginning tells enough
        for piece in pieces:
            content += piece
            if len(content) > _LONGEST_ERROR_BYTES:
                break
    return content[:_LONGEST_ERROR_BYTES]


def _rest(wait_s: float) -> Iterator[Pulse]:
    """Wait, and give the listener a chance to stop."""
    until = time.monotonic() + wait_s
    while (left_s := until - time.monotonic()) > 0:
        yield Pulse.WAITING
        time.sleep(min(PULSE_S, left_s))
