"""One reply, from the request to its end: what a server sends, and the answer's words in it.

Comes in: a request. Goes out: the answer's words, and a `Pulse` while none come. What comes is told by what it holds,
not by what was asked for, and what cannot be read is passed over; a reply that does not begin, falls silent, never
ends, breaks off or holds no answer ends with an error that says so. Leaves to others: which words are the answer's
(`marks`), what an error means (`faults`).
"""

import json
import queue
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Any, TypeAlias

import httpx

from assistant.llm.faults import OnlyThought, Refused, Teller
from assistant.llm.marks import ReasoningFold
from assistant.settings import Settings
from ingest.errors import EndpointCut, EndpointError, EndpointSilent, EndpointUnreachable
from ingest.text import printable

PULSE_S = 0.25
# A server that has said that its reply ends may leave the connection open.
_AFTER_END_S = 1.0
# The longest words of the usual vocabularies; a reply of more characters a token ignores its limit.
_LONGEST_TOKEN_CHARS = 8
# Why a server ends a reply that is no whole one; what else it calls the end is none of these.
_CUT = re.compile(r"length|max", re.IGNORECASE)
_WITHHELD = re.compile(r"filter|safety", re.IGNORECASE)
_BROKEN = re.compile(r"error|abort|cancel", re.IGNORECASE)
# No event of a stream, no whole reply and no list of models is longer.
_LONGEST_BODY_BYTES = 4_000_000
_LONGEST_UNREAD_BYTES = 2000
# Closing a socket ends a thread that waits for it at once.
_HANG_UP_S = 1.0
_THOUGHTS = ("reasoning_content", "reasoning", "thinking")
_WORDS = ("content", "refusal", "text", "value")
_DEEPEST = 6


class Pulse(Enum):
    """A sign of life while no word of the answer comes; the value says what the model does."""

    WAITING = "reading"
    THINKING = "thinking"


Piece: TypeAlias = str | Pulse


@dataclass(slots=True)
class Said:
    """What one event of a stream, or a whole reply, says.

    Attributes:
        words: Of the answer, as the model wrote them.
        thoughts: Sent apart as thinking.
        end: Why the server ends the reply here, or None where it does not.
        error: What it says went wrong, or None.
        is_message: Whether the words, if any, are the whole reply and not a piece of it.
        unread: What is no event at all: an object, or the beginning of a text.
    """

    words: str = ""
    thoughts: str = ""
    end: str | None = None
    error: object = None
    is_message: bool = False
    unread: object = None


def read_reply(pieces: Iterable[bytes]) -> Iterator[Said]:
    """What a reply's bytes say: an event stream, or one JSON object; told by what they are."""
    data: list[bytes] = []  # of the event under way
    plain: list[bytes] = []  # lines that are no event
    size, kind = 0, b""
    for line in _lines(pieces):
        name, _, value = (part.strip() for part in line.partition(b":"))
        name = name.lower()
        while name == b"data" and value.startswith(b"data:"):  # a proxy has wrapped it once more
            value = value[5:].strip()
        said = value if name == b"data" else line
        if not plain and (_is_done(said) or _json(said) is not None):
            # Not every server sets its events apart, or marks them as data; a line that is one ends what came before.
            yield from _said(said, kind)
            data.clear()
        elif plain or name not in (b"data", b"event", b"id", b"retry", b""):
            size += len(line)
            if size < _LONGEST_BODY_BYTES:
                plain.append(line)
        elif name == b"data":
            data.append(value)
        elif name == b"event":
            kind = value
        elif not name:
            yield from _said(b"\n".join(data), kind)
            data.clear()
            kind = b""
    yield from _said(b"\n".join(data), kind)
    yield from _said(b"\n".join(plain))


def said_by(event: object) -> Said:
    """What an event says; nothing where it is none."""
    said = Said()
    if not isinstance(event, dict):
        return said
    choices = event.get("choices")
    for choice in choices if isinstance(choices, list) else [choices]:
        if isinstance(choice, dict) and choice.get("index") in (None, 0, "0"):
            piece = choice.get("delta") or choice.get("text")
            said.is_message = not piece
            said.words, said.thoughts = _parts(piece or choice.get("message"))
            said.end = str(choice.get("finish_reason") or "") or None
    if not said.words:
        said.error = event.get("error") or (event if event.get("object") == "error" else None)
    return said


class Reply:
    """A reply under way, read by a thread of its own.

    The thread is what lets a stop, or a time-out shorter than the socket's, end a request while the server is silent.

    Attributes:
        has_begun: Whether the model has said anything yet, its thoughts too.
        is_whole: Whether it was read to its end.
        has_thought: Whether there was any thinking so far.
    """

    def __init__(
        self,
        http: httpx.Client,
        url: str,
        request: Mapping[str, object],
        fold: ReasoningFold,
        settings: Settings,
        teller: Teller,
    ) -> None:
        """Start to ask with a client that is closed when the reply is over; `request` is sent as JSON."""
        self.has_begun = self.is_whole = self.has_thought = False
        self._http = http
        self._url = url
        # What is not valid text would stop here; it was made valid where it came in.
        self._body = json.dumps(request, ensure_ascii=False).encode("utf-8", "replace")
        self._fold = fold
        self._settings = settings
        self._teller = teller
        self._end: str | None = None
        self._unread: object = None  # the first of it
        self._stray = ""  # the words of what came last, where it is none
        self._is_one = False  # whether one message has all the words
        self._is_closed_well = False  # whether the server itself has said where the reply ends
        self._arrived: queue.SimpleQueue[Said | Exception | None] = queue.SimpleQueue()
        self._socket: socket.socket | None = None
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._read, name="reply", daemon=True)
        self._thread.start()

    def pieces(self, longest_tokens: int) -> Iterator[Piece]:
        """The answer's words, and pulses between them; closing ends the request.

        Raises:
            EndpointError: Nothing more is coming; what came before is good.
            Exception: Whatever the client raised.
        """
        said_anything, broken = False, None
        try:
            for piece in self._folded(longest_tokens * _LONGEST_TOKEN_CHARS):
                said_anything = said_anything or isinstance(piece, str)
                yield piece
        except (httpx.HTTPError, EndpointSilent, Refused) as error:
            broken = error
        finally:
            self._hang_up()
        # What was said before a connection broke may still be held; a complete answer stays one.
        if words := self._fold.finish():
            said_anything = True
            yield words
        self.has_thought = self.has_thought or self._fold.thought
        if broken is not None and self._end is None:
            raise broken
        fault = self._fault(said_anything)
        self.is_whole = broken is None and fault is None
        if fault is not None:
            raise fault

    def _read(self) -> None:
        """The thread: what arrives, then None."""
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
        headers = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
        traced = {"trace": self._trace}
        with self._http.stream("POST", self._url, content=self._body, headers=headers, extensions=traced) as response:
            if not response.is_success:
                raise Refused.of(response, beginning(response))
            yield from read_reply(response.iter_bytes())
            # A server that dies closes its socket like one that has finished, unless it has told the length.
            self._is_closed_well = bool({"transfer-encoding", "content-length"} & response.headers.keys())

    def _trace(self, name: str, info: dict[str, Any]) -> None:
        if name.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._is_over.is_set():
                self._hang_up()

    def _hang_up(self) -> None:
        """End the request, whatever state it is in."""
        self._is_over.set()
        if self._socket is not None:
            with suppress(OSError):  # closed already
                self._socket.shutdown(socket.SHUT_RDWR)
            # A thread that is still at work while the program leaves can pull it down.
            if threading.current_thread() is not self._thread:
                self._thread.join(_HANG_UP_S)

    def _events(self) -> Iterator[Said | None]:
        """What arrives until the reply is over, and None for each moment of silence; raises what the client raised."""
        while True:
            try:
                piece = self._arrived.get(timeout=PULSE_S)
            except queue.Empty:
                yield None
                continue
            if isinstance(piece, Exception):
                raise piece
            if piece is None:
                return
            yield piece

    def _folded(self, left_chars: int) -> Iterator[Piece]:
        """What comes until the reply's end, silence or greatest length, but for what the fold still holds."""
        fold, has_pieces = self._fold, False
        since = time.monotonic()
        for said in self._events():
            silent_s = time.monotonic() - since
            if self._end is not None and silent_s > _AFTER_END_S:
                return
            if said is None or not (said.words or said.thoughts):
                self._lose_patience(silent_s)
            if said is None:
                yield Pulse.THINKING if self.has_thought or fold.is_thinking else Pulse.WAITING
                continue
            self._end = self._end or said.end
            self._unread = self._unread or said.unread
            self._stray = self._teller.reason(Refused(0, said.unread)) if said.unread else ""
            if said.error is not None and self._end is None:
                raise Refused(0, said.error)
            # Some servers send the whole once more after its pieces.
            written = printable("" if said.is_message and has_pieces else said.words)
            has_pieces = has_pieces or bool(said.words) and not said.is_message
            if said.words:
                self._is_one = said.is_message and not self.has_begun
            if said.words or said.thoughts:
                since, self.has_begun = time.monotonic(), True
            if words := fold.feed(written):
                yield words
            elif said.thoughts or fold.is_thinking:
                yield Pulse.THINKING
            self.has_thought = self.has_thought or bool(said.thoughts) or fold.thought
            left_chars -= len(said.thoughts) + len(written)
            if left_chars < 0 and not fold.is_over:
                self._end = self._end or "length"
            if left_chars < 0 or fold.is_over or said.end == "done":
                return

    def _lose_patience(self, silent_s: float) -> None:
        where, settings = self._teller.where, self._settings
        first_s, idle_s = settings.llm_first_token_timeout_s, settings.llm_idle_timeout_s
        if not self.has_begun and silent_s > first_s:
            raise EndpointUnreachable(
                f"{where} did not answer in time ({first_s:g} s); see whether it is still loading, or set "
                "TALKS_LLM_FIRST_TOKEN_TIMEOUT_S for longer."
            )
        if self.has_begun and silent_s > idle_s:
            raise EndpointSilent(
                f"{where} fell silent in the middle of its answer ({idle_s:g} s); see the server's own log."
            )

    def _fault(self, said_anything: bool) -> EndpointError | None:
        """Why what came is no whole answer; None where it is one, whatever may have gone wrong after its end."""
        where = self._teller.where
        if not said_anything and self.has_thought:
            return OnlyThought(
                f"{where} only thought and came to no answer; choose a model there that does not reason, "
                "or set TALKS_LLM_THINKING_TOKENS higher."
            )
        end = self._end or ""
        if _CUT.search(end):
            return EndpointCut(
                f"The answer reached its greatest length, {self._settings.llm_answer_tokens:,} tokens, and was cut; "
                "set TALKS_LLM_ANSWER_TOKENS for longer ones."
            )
        if _WITHHELD.search(end):
            return EndpointSilent(f"{where} withheld the answer or its end (content filter); ask otherwise.")
        if not said_anything and self._unread:
            return self._teller.no_reply(self._unread)
        # A proxy ends well what broke off behind it, and there are servers that tell a fault as the last thing.
        closed_well = (self._is_closed_well or self._is_one) and not self._stray
        is_whole = self._end or self._fold.is_over or closed_well
        if _BROKEN.search(end) or not is_whole:
            reason = "" if self._stray.startswith("{") else self._stray  # the half of an event
            return self._teller.broke_off(reason) if said_anything else self._teller.hung_up()
        return None if said_anything else EndpointSilent(f"{where} answered with nothing; try another model there.")


def beginning(response: httpx.Response) -> bytes:
    """What a server answers, read no further than a bound."""
    content = bytearray()
    for piece in response.iter_bytes():
        content += piece
        if len(content) > _LONGEST_BODY_BYTES:
            break
    return bytes(content)


def _said(text: bytes, kind: bytes = b"") -> Iterator[Said]:
    """What an event of a kind, or a whole reply, says."""
    if _is_done(text):
        yield Said(end="done")
    elif text.strip():
        events = _json(text)
        for event in [None] if events is None else events:
            said, beginning = said_by(event), text[:_LONGEST_UNREAD_BYTES].decode("utf-8", "replace")
            if kind == b"error":
                said.error = said.error or event or beginning
            elif event is None or (event and event.get("choices") is None and not said.error):
                said.unread = event or beginning
            yield said


def _is_done(data: bytes) -> bool:
    return data.strip(b" \"'").upper() == b"[DONE]"


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines as event streams have them; JSON may hold other line ends, so `splitlines` would tear it."""
    line = bytearray()
    for piece in chain(pieces, [b"\n"]):
        first, *more = piece.replace(b"\r", b"\n").split(b"\n")
        line += first[: _LONGEST_BODY_BYTES - len(line)]
        for begun in more:
            yield bytes(line).removeprefix(b"\xef\xbb\xbf")
            line = bytearray(begun)


def _json(text: bytes) -> list[dict[str, Any]] | None:
    """The object that a text is, or the objects of a list; None where it is neither."""
    try:
        # Not strict: there are servers that leave a control character in a text as it is.
        # No number of a reply counts, and Python refuses to make an integer of very many digits.
        given = json.loads(text.decode("utf-8", "replace"), strict=False, parse_int=float)
    except (ValueError, RecursionError):
        return None
    events = given if isinstance(given, list) else [given]
    return events if all(isinstance(event, dict) for event in events) else None


def _parts(content: object, depth: int = 0) -> tuple[str, str]:
    """Words and thoughts of a message or a content: a text, an object, or a list of such."""
    if isinstance(content, str):
        return content, ""
    if isinstance(content, list) and depth < _DEEPEST:
        each = [_parts(part, depth + 1) for part in content]
        return "".join(words for words, _ in each), "".join(thoughts for _, thoughts in each)
    if not isinstance(content, dict) or depth == _DEEPEST:
        return "", ""
    # Some send the same thoughts under two names.
    thoughts = next(filter(None, ("".join(_parts(content.get(name), depth + 1)) for name in _THOUGHTS)), "")
    found = (_parts(content.get(name), depth + 1) for name in _WORDS)
    words, more = next(filter(any, found), ("", ""))
    is_thought = any(sign in str(content.get("type")) for sign in ("think", "reason"))
    return ("", thoughts + words + more) if is_thought else (words, thoughts + more)
