"""One reply, from the first sign of life to its end.

Comes in: the bytes of a reply, streamed or whole, whatever was asked for. Goes out: the answer's words, and a `Pulse`
while none come. What cannot be read is passed over; a reply that does not begin, falls silent, never ends, breaks off
or holds no answer ends with an error that says so. Leaves to others: sending the request (`client`), and which words
are the answer's (`marks`).
"""

import json
import queue
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from typing import Any, Protocol, TypeAlias

import httpx

from assistant.llm.faults import Refused, Teller
from assistant.llm.health import Limits
from assistant.llm.marks import ReasoningFold
from ingest.errors import EndpointCut, EndpointError, EndpointSilent, EndpointUnreachable
from ingest.text import printable

PULSE_S = 0.25
# Looking up a name has no time-out of its own; a second is long for it.
_LOOKUP_S = 1.0
# A server that has said that its reply ends may leave the connection open.
_AFTER_END_S = 1.0
# The longest words of the usual vocabularies; a reply of more characters a token ignores its limit.
_LONGEST_TOKEN_CHARS = 8
# Why a server ends what is longer than it may be.
_CUT = ("length", "max_tokens")
# No event of a stream, and no whole reply, is longer.
_LONGEST_EVENT_BYTES = 4_000_000


class Pulse(Enum):
    """A sign of life while no word of the answer comes; the value says what the model does."""

    WAITING = "reading"
    THINKING = "thinking"


Piece: TypeAlias = str | Pulse


class OnlyThought(EndpointSilent):
    """The model wrote thoughts and no answer.

    Attributes:
        was_cut: Whether it was still thinking when it had written all it may.
    """

    def __init__(self, said: str, *, was_cut: bool) -> None:
        super().__init__(said)
        self.was_cut = was_cut


# --- Bytes → what they say

_THOUGHTS = ("reasoning_content", "reasoning", "thinking", "thought", "reasoning_details", "summary")
_WORDS = ("content", "refusal", "text", "value")
_DEEPEST = 6


@dataclass(slots=True)
class Said:
    """What one event of a stream, or a whole reply, says.

    Attributes:
        words: Of the answer, as the model wrote them.
        thoughts: Sent apart as thinking.
        end: Why the server ends the reply here, or None where it does not.
        error: What it says went wrong, or None.
        is_message: Whether the words stand in a message, which may be the whole reply, and not in a piece of one.
        unread: The beginning of what is no event at all.
    """

    words: str = ""
    thoughts: str = ""
    end: str | None = None
    error: object = None
    is_message: bool = False
    unread: str = ""


def read_reply(pieces: Iterable[bytes]) -> Iterator[Said]:
    """What a reply's bytes say: an event stream, one JSON object, or one a line; told by what they are."""
    data: list[bytes] = []  # of the event under way
    plain: list[bytes] = []  # lines that are no event
    kind, size = b"", 0
    for line in _lines(pieces):
        name, _, value = (part.strip() for part in line.partition(b":"))
        if name == b"data" and not plain:
            data.append(value)
            # Not every server sets its events apart, so a line that is one by itself ends what came before.
            if _is_done(value) or _json(value) is not None:
                yield from _said(data[-1:], kind)
                data.clear()
        elif name in (b"event", b"id", b"retry", b"") and not plain:
            yield from _said(data, kind)
            data.clear()
            kind = value if name == b"event" else kind if line.strip() else b""
        elif not plain and _json(line) is not None:
            yield from _said([line], b"")
        elif size < _LONGEST_EVENT_BYTES:
            size += len(line)
            plain.append(line)
    yield from _said(data, kind)
    yield from _said(plain, b"")


def _said(lines: list[bytes], kind: bytes) -> Iterator[Said]:
    """What these lines say together, or each by itself; an event that is called an error is one, whatever it holds."""
    text = b"\n".join(lines)
    if _is_done(text):
        yield Said(end="done")
        return
    whole = _json(text)
    events: list[object] = [whole] if whole is not None else [one for one in map(_json, lines) if one is not None]
    shown = text[:2000].decode("utf-8", "replace")
    for event in events or [None] * bool(shown.strip()):
        for one in event if isinstance(event, list) else [event]:
            said = said_by(one)
            if kind == b"error" and not said.words:
                said.error = said.error or one or shown
            elif said == Said() and not (isinstance(one, dict) and ("choices" in one or not one)):
                said.unread = shown
            yield said


def _is_done(data: bytes) -> bool:
    return data.strip(b" \"'").upper() == b"[DONE]"


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines as event streams have them; JSON may hold other line ends, so `splitlines` would tear it."""
    begun: list[bytes] = []
    size = 0
    for piece in chain(pieces, [b"\n"]):
        *ended, last = piece.replace(b"\r", b"\n").split(b"\n")
        for line in ended:
            yield b"".join((*begun, line)).removeprefix(b"\xef\xbb\xbf")
            begun, size = [], 0
        if size < _LONGEST_EVENT_BYTES:
            begun.append(last)
            size += len(last)


def _json(text: bytes) -> dict[str, Any] | list[Any] | None:
    try:
        # Not strict: there are servers that leave a control character in a text as it is.
        given = json.loads(text.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict | list) else None


def said_by(event: object) -> Said:
    """What an event says, in whichever of the usual forms; nothing where it has none."""
    said = Said()
    if not isinstance(event, dict):
        return said
    choices = event.get("choices")
    # Ollama's own form has one message at the top.
    for choice in choices if isinstance(choices, list) else [event]:
        if not isinstance(choice, dict) or choice.get("index") not in (None, 0, "0"):
            continue
        given, message = choice.get("delta"), choice.get("message")
        is_whole = given is None
        if is_whole:
            given = message or choice.get("text")
            if not choices:
                given = message if isinstance(message, dict) else event.get("response")
        words, thoughts = _parts(given)
        said.words, said.thoughts = said.words + words, said.thoughts + thoughts
        said.is_message = said.is_message or (is_whole and bool(words))
        end = choice.get("finish_reason") or (
            choice.get("done_reason") or "stop" if choice.get("done") is True else None
        )
        said.end = said.end or (str(end) if end and end != "null" else None)
    if not said.words:
        is_error = event.get("object") == "error" or event.get("type") == "error"
        said.error = event.get("error") or (event if is_error or "detail" in event and not choices else None)
    return said


def _parts(content: object, depth: int = 0) -> tuple[str, str]:
    """Words and thoughts of a message or a content: a text, an object, or a list of such."""
    if isinstance(content, str):
        return content, ""
    if depth == _DEEPEST or not isinstance(content, dict | list):
        return "", ""
    if isinstance(content, list):
        each = [_parts(part, depth + 1) for part in content]
        return "".join(words for words, _ in each), "".join(thoughts for _, thoughts in each)
    # Some send the same thoughts under two names.
    apart = ("".join(_parts(content.get(name), depth + 1)) for name in _THOUGHTS)
    thoughts = next(filter(None, apart), "")
    words, more = _parts(next(filter(None, map(content.get, _WORDS)), None), depth + 1)
    if re.search(r"think|reason|thought", str(content.get("type"))) or content.get("thought") is True:
        words, more = "", more + words
    return words, thoughts + more


# --- One reply in time


class Wire(Protocol):
    """What a reply arrives on.

    Attributes:
        is_sent: Whether the request goes out; what comes before is this program's own time.
        is_connected: Whether the server has accepted.
        is_closed_well: Whether the server itself has said where the reply ends.
    """

    is_sent: bool
    is_connected: bool
    is_closed_well: bool

    def next(self, timeout_s: float) -> Said | None:
        """The next piece; None when the reply is over; raises `queue.Empty`, or whatever the client raised."""

    def hang_up(self) -> None:
        """End the request, whatever state it is in."""


class Reply:
    """Reads one reply.

    Attributes:
        is_whole: Whether it was read to its end.
    """

    def __init__(self, wire: Wire, fold: ReasoningFold, limits: Limits, teller: Teller, longest_tokens: int) -> None:
        self.is_whole = False
        self._wire = wire
        self._fold = fold
        self._limits = limits
        self._teller = teller
        self._longest_chars = longest_tokens * _LONGEST_TOKEN_CHARS
        self._thought_apart = False
        self._end: str | None = None
        self._unread = ""
        self._half_sign = ""
        self._said: list[str] = []
        self._said_chars = 0
        self._comes_in_messages = False

    @property
    def has_thought(self) -> bool:
        """Whether there was any thinking so far."""
        return self._thought_apart or self._fold.thought

    def pieces(self) -> Iterator[Piece]:
        """The answer's words, and pulses between them; closing ends the request.

        Raises:
            EndpointError: Nothing more is coming; what came before is good.
            Exception: Whatever the client raised.
        """
        said_anything = False
        try:
            for piece in self._folded():
                said_anything = said_anything or isinstance(piece, str)
                yield piece
        finally:
            self._wire.hang_up()
        where, is_cut = self._teller.where, self._end in _CUT
        # Complete, whatever may have gone wrong after its end.
        has_ended = self._end != "error" and bool(self._end or self._fold.is_over or self._wire.is_closed_well)
        if not said_anything and self.has_thought:
            raise OnlyThought(
                f"{where} only thought and came to no answer; choose a model there that does not reason, "
                "or set TALKS_LLM_THINKING_TOKENS higher.",
                was_cut=is_cut,
            )
        if is_cut:
            raise EndpointCut(
                f"The answer reached its greatest length, {self._limits.answer_tokens:,} tokens, and was cut; "
                "set TALKS_LLM_ANSWER_TOKENS for longer ones."
            )
        if self._end == "content_filter":
            raise EndpointSilent(f"{where} withheld the answer or its end (content filter); ask otherwise.")
        if not said_anything and self._unread:
            raise self._teller.no_reply(self._unread)
        if not has_ended:
            raise self._teller.broke_off() if said_anything else self._teller.hung_up()
        if not said_anything:
            raise EndpointSilent(f"{where} answered with nothing; try another model there.")

    def _folded(self) -> Iterator[Piece]:
        fold, length_chars = self._fold, 0
        broken: Exception | None = None
        try:
            for said in self._arriving():
                if said is None:
                    yield Pulse.THINKING if fold.is_thinking or self._thought_apart else Pulse.WAITING
                    continue
                written = self._valid(self._new_words(said))
                self._end = self._end or said.end
                self._unread = self._unread or said.unread
                if said.error is not None and self._end is None:
                    raise Refused(0, said.error)
                self._thought_apart = self._thought_apart or bool(said.thoughts)
                if words := fold.feed(written):
                    yield words
                elif said.thoughts or fold.is_thinking:
                    yield Pulse.THINKING
                length_chars += len(said.thoughts) + len(written)
                if length_chars > self._longest_chars and not fold.is_over:
                    self._end = self._end or "length"
                    break
                if fold.is_over:
                    break
        except (httpx.HTTPError, EndpointSilent, Refused) as error:
            broken = error
        # What was said before a connection broke may still be held; a complete answer stays one.
        if words := fold.feed(self._valid("", is_all=True)) + fold.finish():
            yield words
        if broken is not None and self._end is None:
            raise broken
        self.is_whole = broken is None and self._end not in (*_CUT, "error", "content_filter")

    def _new_words(self, said: Said) -> str:
        """What an event adds: of a message that says once more what has been said, only the rest."""
        words, before = said.words, self._said_chars
        if said.is_message and len(words) > before > 1 and words.startswith("".join(self._said)):
            words = words[before:]
        elif said.is_message and before and not self._comes_in_messages:  # after a stream of pieces, the whole
            words = ""
        self._comes_in_messages = self._comes_in_messages or (said.is_message and not before)
        self._said.append(words)
        self._said_chars += len(words)
        return words

    def _valid(self, text: str, *, is_all: bool = False) -> str:
        """A text without what a terminal obeys and half signs; the second half may come with the next piece."""
        text = self._half_sign + text
        is_half = not is_all and "\ud800" <= text[-1:] <= "\udbff"
        self._half_sign = text[-1:] if is_half else ""
        return printable(text[:-1] if is_half else text)

    def _arriving(self) -> Iterator[Said | None]:
        """What arrives on the wire, and None for each moment of silence.

        Raises:
            EndpointUnreachable: The server does not accept, or does not begin, in time.
            EndpointSilent: It began and fell silent.
        """
        limits = self._limits
        since, is_connected, has_begun = time.monotonic(), False, False
        while True:
            if not self._wire.is_sent:
                since = time.monotonic()
            if not is_connected and self._wire.is_connected:
                since, is_connected = time.monotonic(), True
            patience_s = limits.connect_timeout_s + _LOOKUP_S
            if is_connected:
                patience_s = limits.idle_timeout_s if has_begun else limits.first_token_timeout_s
            if self._end is not None:
                patience_s = min(_AFTER_END_S, patience_s)
            left_s = since + patience_s - time.monotonic()
            if left_s <= 0:
                if self._end is not None:
                    return
                raise self._out_of_patience(is_connected, has_begun)
            try:
                said = self._wire.next(min(PULSE_S, left_s))
            except queue.Empty:
                yield None
                continue
            if said is None:
                return
            if said.words or said.thoughts:
                since, is_connected, has_begun = time.monotonic(), True, True
            yield said
            if said.end == "done":
                return

    def _out_of_patience(self, is_connected: bool, has_begun: bool) -> EndpointError:
        where, limits = self._teller.where, self._limits
        if not is_connected:
            return self._teller.tell(httpx.ConnectTimeout(""))
        if not has_begun:
            return EndpointUnreachable(
                f"{where} did not answer in time ({limits.first_token_timeout_s:g} s); see whether it is still "
                "loading, or set TALKS_LLM_FIRST_TOKEN_TIMEOUT_S for longer."
            )
        return EndpointSilent(
            f"{where} fell silent in the middle of its answer ({limits.idle_timeout_s:g} s); see the server's own log."
        )
