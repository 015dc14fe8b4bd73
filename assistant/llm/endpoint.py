"""One server and model, ready to answer.

Comes in: a prompt. Goes out: the answer's words as they come, and signs of life between them. What a server turns out
not to be able to do is learned and not tried again.
"""

import time
from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

from assistant.llm import faults
from assistant.llm.reasoning import ReasoningFold, may_hide_tag
from assistant.llm.reply import PULSE_S, OnlyThought, Piece, Pulse, Reply
from assistant.llm.request import Prompt, chat_messages, open_model
from assistant.llm.served import ServedModel
from assistant.llm.wire import Line
from ingest.errors import EndpointCut, EndpointError, EndpointOverflow, EndpointSilent

if TYPE_CHECKING:
    from llama_index.core.llms import ChatResponse


class Endpoint(ServedModel):
    """One server and model, ready to answer; may be shared by threads."""

    def stream(self, user: str, system: str = "") -> Generator[Piece, None, None]:
        """Ask, and yield the answer's words as they come, and a `Pulse` while none do; closing ends the request.

        Tries again, as long as no word has come, when the server is busy, when the model turns out to know no system
        role, and when it used up its room thinking.

        Args:
            user: What is asked.
            system: What the model is told beforehand.

        Raises:
            EndpointOverflow: The two are too long for the model; what it holds is learned.
            EndpointCut: The answer reached its greatest length; what came is good.
            EndpointError: Nothing more is coming; what came before is good.
        """
        prompt, waits_s = Prompt(user, system), iter(self.limits.retry_waits_s)
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
                raise self._told(error, said_anything=said_anything) from error
            yield from _rest(wait_s)

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
        line = self._ask(self.model(), prompt, 1, is_stream=False)
        reply = Reply(line, ReasoningFold(), self.limits, self._teller, 1)
        try:
            yield from (Pulse.WAITING for _ in reply.pieces())
        except (EndpointCut, EndpointSilent) as error:
            return error if faults.has_hung_up(error) else None  # a word, or none, is an answer
        except Exception as error:
            return error
        return None

    def _ask(self, model: str, prompt: Prompt, longest_tokens: int, *, is_stream: bool = True) -> "Line[ChatResponse]":
        limits = self.limits
        # A client for each reply: closing it is the one sure way to end a request that is under way.
        http = self._http(max(limits.first_token_timeout_s, limits.idle_timeout_s) + 1)
        model_there = open_model(http, self.base_url, model, longest_tokens, self._context_tokens())
        sent = chat_messages(prompt, has_system_role=self.learned.has_system_role)
        return Line(http, lambda: model_there.stream_chat(sent) if is_stream else [model_there.chat(sent)])

    def _wait_before_retry(self, error: Exception, prompt: Prompt, waits_s: Iterator[float]) -> float | None:
        """How long to wait before trying once more, or None when that would not help."""
        learned = self.learned
        if faults.is_overflow(error):
            return None  # the prompt has to change
        if faults.wants_no_system_role(error) and learned.has_system_role and prompt.system:
            learned.has_system_role = False
            return 0.0
        asked_s = faults.busy_wait_s(error)
        wait_s = next(waits_s, None) if asked_s is not None else None
        return wait_s and max(wait_s, asked_s or 0.0)

    def _told(self, error: Exception, *, said_anything: bool) -> EndpointError:
        """The error for the user; what it tells of the model is learned."""
        told = self._teller.tell(error)
        if isinstance(told, EndpointOverflow):
            self._learn_overflow(told)
        elif faults.is_not_found(error):
            told = self._unknown(told)
        elif not said_anything and faults.has_hung_up(error):
            told = self._teller.hung_up()
        return told


def _rest(wait_s: float) -> Iterator[Pulse]:
    """Wait, and give the listener a chance to stop."""
    until = time.monotonic() + wait_s
    while (left_s := until - time.monotonic()) > 0:
        yield Pulse.WAITING
        time.sleep(min(PULSE_S, left_s))
