"""One server and model, ready to answer.

Comes in: a prompt. Goes out: the answer's words as they come, and signs of life between them. What a server
turns out not to be able to do is learned and not tried again.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import TYPE_CHECKING

import httpx

from assistant.endpoint import faults, servers
from assistant.endpoint.choice import (
    ASSUMED_CONTEXT_TOKENS,
    Context,
    EndpointChoice,
    Learned,
    Limits,
    api_address,
    shown_address,
)
from assistant.endpoint.reasoning import ReasoningFold, may_hide_tag
from assistant.endpoint.reply import PULSE_S, OnlyThought, Piece, Pulse, Reply
from assistant.endpoint.request import Prompt, chat_messages, open_model
from assistant.endpoint.wire import Line, http_client
from ingest.errors import EndpointCut, EndpointError, EndpointOverflow, EndpointRejected, EndpointSilent

if TYPE_CHECKING:
    from llama_index.core.llms import ChatResponse

_LIST_TIMEOUT_S = 10.0
# What a chat template adds around the messages, at most.
_TEMPLATE_TOKENS = 64
_CONTEXT_ASKED_AT_MOST = 4


class Endpoint:
    """One server and model, ready to answer; may be shared by threads."""

    def __init__(self, choice: EndpointChoice, limits: Limits, learned: Learned | None = None) -> None:
        """Nothing is asked yet.

        Args:
            choice: The server and model.
            limits: How much and how long.
            learned: What is known of them from before; whoever keeps it spares the next endpoint of the same choice
                finding it out again.
        """
        self.base_url = api_address(choice.base_url)
        self.where = shown_address(self.base_url)
        self.limits = limits
        self.learned = learned or Learned()
        self._choice = choice
        self._teller = faults.Teller(self.where, choice.api_key)

    @property
    def kind(self) -> str | None:
        """The server's kind, such as "Ollama", as far as it is known by now."""
        return self.learned.kind

    def models(self) -> list[str]:
        """The models that the server lists, in its order.

        Raises:
            EndpointError: It cannot be asked.
        """
        with self._http(_LIST_TIMEOUT_S) as http:
            try:
                listed = servers.list_models(http, self.base_url)
            except Exception as error:
                raise self._no_list(http, error) from error
        self.learned.listed = listed
        self.learned.kind = servers.kind_of(listed) or self.learned.kind
        return servers.names(listed)

    def model(self) -> str:
        """The model that answers: the one that was chosen, or the first that the server lists and that writes.

        Raises:
            EndpointRejected: The server lists none.
        """
        if self._choice.model:
            return self._choice.model
        if self.learned.model is None:
            self.models()
            self.learned.model = servers.first_writer(self.learned.listed or ())
            if self.learned.model is None:
                raise EndpointRejected(f"{self.where} lists no model that writes; load one there, then ask again.")
        return self.learned.model

    def check(self) -> str:
        """Make sure that the model which is to answer is there; returns its name.

        Raises:
            EndpointRejected: It is not; names those that are.
            EndpointError: The server cannot be asked.
        """
        listed = self.models()
        if self._choice.model and not {self._choice.model, f"{self._choice.model}:latest"} & set(listed):
            raise EndpointRejected(self._missing(self._choice.model, listed))
        return self.model()

    def context(self) -> Context:
        """How much the model reads and writes together: what was set, what the server tells, or what is assumed.

        It is asked for once; again only while the model is not loaded and the server therefore cannot tell.
        """
        learned = self.learned
        if self.limits.context_tokens is not None:
            served = learned.context.tokens if learned.context else self.limits.context_tokens
            return Context(min(self.limits.context_tokens, served), certain=True)
        if learned.context is None or self._may_know_more(learned):
            if learned.listed is None:
                self.models()
            with self._http(_LIST_TIMEOUT_S) as http:
                found = servers.find_context(http, self.base_url, self.model(), learned)
            if found.certain or learned.context is None:
                learned.context = found
            learned.context_asked += 1
        return learned.context

    @staticmethod
    def _may_know_more(learned: Learned) -> bool:
        """Whether the server may have loaded the model since it was last asked."""
        is_open = learned.context is not None and not learned.context.certain
        return is_open and learned.kind in servers.LOADS_ON_DEMAND and learned.context_asked < _CONTEXT_ASKED_AT_MOST

    def reply_tokens(self) -> int:
        """What the model may write: its answer and, if it thinks, its thoughts; at most half of what it holds."""
        wanted = self.limits.answer_tokens + (self.limits.thinking_tokens if self.learned.thinks else 0)
        return min(wanted, self._context_tokens() // 2)

    def prompt_chars(self) -> int:
        """How many characters a prompt may have."""
        tokens = self._context_tokens() - self.reply_tokens() - _TEMPLATE_TOKENS
        return int(max(tokens, 0) * self.learned.chars_per_token)

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

    def _learn_overflow(self, error: EndpointOverflow) -> None:
        before = self._context_tokens()
        if error.context_tokens is not None and error.context_tokens < before:
            self.learned.context = Context(error.context_tokens, certain=True)
        else:  # the size was right; the text has more tokens than it was taken for
            self.learned.chars_per_token = max(self.learned.chars_per_token / 2, 0.5)

    def _unknown(self, told: EndpointError) -> EndpointError:
        """A 404: the model is not there, or the path is not."""
        model, self.learned.model = self.model(), None
        try:
            listed = self.models()
        except EndpointError as error:
            return error
        return EndpointRejected(self._missing(model, listed)) if model not in listed else told

    def _missing(self, model: str, listed: Sequence[str]) -> str:
        if not listed:
            return f'{self.where} has no model "{model}", and no other; load one there.'
        return f'{self.where} has no model "{model}"; choose one that it lists: {", ".join(listed)}.'

    def _no_list(self, http: httpx.Client, error: Exception) -> EndpointError:
        """Why the models cannot be listed; looks for the API nearby when this address has none."""
        told = self._teller.tell(error)
        is_elsewhere = faults.is_not_found(error) or isinstance(error, ValueError) or error is told  # told: a web page
        found = servers.better_address(http, self.base_url) if is_elsewhere else None
        if found:
            return EndpointRejected(f"{self.where} is not where the API is; set {shown_address(found)} instead.")
        return told

    def _context_tokens(self) -> int:
        try:
            return self.context().tokens
        except EndpointError:  # whoever asks next is told why
            return ASSUMED_CONTEXT_TOKENS

    def _http(self, read_timeout_s: float) -> httpx.Client:
        return http_client(
            self.base_url,
            self._choice.api_key,
            connect_timeout_s=self.limits.connect_timeout_s,
            read_timeout_s=read_timeout_s,
        )


def _rest(wait_s: float) -> Iterator[Pulse]:
    """Wait, and give the listener a chance to stop."""
    until = time.monotonic() + wait_s
    while (left_s := until - time.monotonic()) > 0:
        yield Pulse.WAITING
        time.sleep(min(PULSE_S, left_s))
