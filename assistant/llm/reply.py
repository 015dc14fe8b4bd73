"""One reply, from the first sign of life to its end.

Comes in: a `Line` on which the client's pieces arrive. Goes out: the answer's words, and a `Pulse` while none come. A
reply that does not begin, falls silent, never ends, breaks off or holds no answer ends with an error that says so.
"""

import queue
import time
from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

import httpx

from assistant.llm.choice import Limits
from assistant.llm.faults import Teller
from assistant.llm.reasoning import ReasoningFold
from assistant.llm.wire import Line
from ingest.errors import EndpointCut, EndpointError, EndpointSilent, EndpointUnreachable

if TYPE_CHECKING:
    from llama_index.core.llms import ChatResponse

PULSE_S = 0.25
# Looking up a name has no time-out of its own; a second is long for it.
_LOOKUP_S = 1.0
# The longest words of the usual vocabularies; a reply of more characters a token ignores its limit.
_LONGEST_TOKEN_CHARS = 8


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

    was_cut = False


class Reply:
    """Reads one reply.

    Attributes:
        is_whole: Whether it was read to its end.
    """

    def __init__(
        self, line: "Line[ChatResponse]", fold: ReasoningFold, limits: Limits, teller: Teller, longest_tokens: int
    ) -> None:
        self.is_whole = False
        self._line = line
        self._fold = fold
        self._limits = limits
        self._teller = teller
        self._longest_chars = longest_tokens * _LONGEST_TOKEN_CHARS
        self._thought_apart = False
        self._end: str | None = None

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
            self._line.hang_up()
        if not said_anything and self.has_thought:
            raise self._only_thought()
        if self._end == "length":
            raise EndpointCut(
                f"The answer reached its greatest length, {self._limits.answer_tokens:,} tokens, and was cut; "
                "set TALKS_LLM_ANSWER_TOKENS for longer ones."
            )
        has_ended = self._end is not None or b"[DONE]" in self._line.tail
        if not said_anything and not has_ended:
            raise self._teller.hung_up()
        if not said_anything:
            raise EndpointSilent(f"{self._teller.where} answered with nothing; try another model there.")
        if not has_ended:
            raise self._teller.broke_off()

    def _folded(self) -> Iterator[Piece]:
        fold, length_chars = self._fold, 0
        for reply in self._arriving():
            if reply is None:
                yield Pulse.THINKING if fold.is_thinking or self._thought_apart else Pulse.WAITING
                continue
            self._end = _finish_reason(reply) or self._end
            thoughts, written = _thoughts(reply), reply.delta or ""
            self._thought_apart = self._thought_apart or bool(thoughts)
            if words := fold.feed(written):
                yield words
            elif thoughts or fold.is_thinking:
                yield Pulse.THINKING
            length_chars += len(thoughts) + len(written)
            if length_chars > self._longest_chars:
                self._end = "length"
                break
        self.is_whole = self._end != "length"
        if words := fold.finish():
            yield words

    def _arriving(self) -> "Iterator[ChatResponse | None]":
        """What arrives on the line, and None for each moment of silence.

        Raises:
            EndpointUnreachable: The server does not accept, or does not begin, in time.
            EndpointSilent: It began and fell silent.
        """
        limits = self._limits
        since, is_connected, has_begun = time.monotonic(), False, False
        while True:
            if not self._line.sent.is_set():
                since = time.monotonic()
            if not is_connected and self._line.connected.is_set():
                since, is_connected = time.monotonic(), True
            patience_s = limits.connect_timeout_s + _LOOKUP_S
            if is_connected:
                patience_s = limits.idle_timeout_s if has_begun else limits.first_token_timeout_s
            left_s = since + patience_s - time.monotonic()
            if left_s <= 0:
                raise self._out_of_patience(is_connected, has_begun)
            try:
                reply = self._line.next(min(PULSE_S, left_s))
            except queue.Empty:
                yield None
                continue
            if reply is None:
                return
            if reply.delta or _thoughts(reply):
                since, is_connected, has_begun = time.monotonic(), True, True
            yield reply

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

    def _only_thought(self) -> OnlyThought:
        error = OnlyThought(
            f"{self._teller.where} only thought and came to no answer; choose a model there that does not reason, "
            "or set TALKS_LLM_THINKING_TOKENS higher."
        )
        error.was_cut = self._end == "length"
        return error


def _thoughts(reply: "ChatResponse") -> str:
    """What the server sends apart as thinking."""
    return reply.additional_kwargs.get("thinking_delta") or ""


def _finish_reason(reply: "ChatResponse") -> str | None:
    """Why the server ends the reply here, or None where it does not."""
    choices = getattr(reply.raw, "choices", None) or ()
    return next((str(choice.finish_reason) for choice in choices if choice.finish_reason), None)
