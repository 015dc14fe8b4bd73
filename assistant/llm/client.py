"""One server and model, ready to answer: streamed, or a short reply beside the answer itself.

Comes in: a prompt. Goes out: the answer's words as they come, and signs of life between them. What a server turns out
not to take (a parameter, a system role, a stream) is left out on the next try, and learned. Leaves to others: what a
reply says (`reply`), what a fault means (`faults`), what servers tell of themselves (`health`).
"""

import re
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx

from assistant.llm import faults, health
from assistant.llm.health import EndpointChoice, Learned
from assistant.llm.marks import ReasoningFold, may_hide_tag
from assistant.llm.reply import PULSE_S, Piece, Pulse, Reply
from assistant.settings import Settings
from assistant.types import ChatModel
from ingest.errors import EndpointError, EndpointOverflow, EndpointRejected
from ingest.web import http_client, proxy_for, shown_address

# A small model on a laptop needs two to five seconds for a line; nobody waits longer for a better guess.
_SHORT_TIMEOUT_S = 8.0
# Before each new try at a server that is busy.
RETRY_WAITS_S = (0.5, 1.5)
_LIST_TIMEOUT_S = 10.0
_LOOK_TIMEOUT_S = 2.0
# What a chat template adds around the messages, at most.
_TEMPLATE_TOKENS = 64
_NO_WRITER = re.compile(r"embed|rerank|whisper|\btts\b|bge-|clip", re.IGNORECASE)


class Endpoint:
    """One server and model, ready to answer; may be shared by threads."""

    def __init__(self, choice: EndpointChoice, settings: Settings, learned: Learned | None = None) -> None:
        """Nothing is asked yet.

        Args:
            settings: How much and how long; of these its own are read, which begin with "llm_".
            learned: What is known of them from before; whoever keeps it spares the next endpoint of the same choice
                finding it out again.
        """
        self.base_url = health.api_address(choice.base_url)
        self.where = shown_address(self.base_url)
        self._settings = settings
        self.learned = learned or Learned()
        self._choice = choice
        secrets, proxy = [(choice.api_key or "").strip()], None
        with suppress(ValueError, EndpointError):  # said by whoever asks
            secrets.append(urlsplit(self.base_url).password or "")
            proxy = proxy_for(self.base_url)
        self._teller = faults.Teller(self.where, secrets, shown_address(proxy) if proxy else None)

    def models(self) -> list[str]:
        """The models that the server lists, in its order.

        Raises:
            EndpointError: It cannot be asked.
        """
        return [str(model["id"]) for model in self._listed()]

    def model(self) -> str:
        """The model that answers: the one that was chosen, or the first that the server lists and that writes.

        Raises:
            EndpointRejected: The server lists none.
        """
        if self._choice.model:
            return self._choice.model
        if self.learned.model is None:
            # Not one that embeds, ranks or speaks; LM Studio always lists one of those.
            self.learned.model = next((name for name in self.models() if not _NO_WRITER.search(name)), None)
            if self.learned.model is None:
                raise EndpointRejected(f"{self.where} lists no model that writes; load one there, then ask again.")
        return self.learned.model

    def check(self) -> str:
        """Make sure that the model which is to answer is there; returns its name.

        Raises:
            EndpointRejected: It is not; names those that are.
            EndpointError: The server cannot be asked.
        """
        if self._choice.model and (missing := self._missing(self._choice.model)):
            raise missing
        return self.model()

    def context_tokens(self) -> int | None:
        """How much the model reads and writes together, as was set or as the server tells; None where it does not."""
        learned, limit = self.learned, self._settings.llm_context_tokens
        if limit is not None:
            return min(limit, learned.context_tokens or limit)
        if learned.context_tokens is None and learned.context_asked <= learned.has_answered:
            listed = self._listed() if learned.listed is None else learned.listed
            entry = next((entry for entry in listed if entry["id"] == self.model()), {})
            with self._http(_LOOK_TIMEOUT_S) as http:
                learned.context_tokens = health.find_context(
                    http, self.base_url.removesuffix("/v1"), self.model(), entry
                )
            learned.context_asked += 1
        return learned.context_tokens

    def reply_tokens(self) -> int:
        """What the model may write: its answer and, if it thinks, its thoughts; at most half of what it holds."""
        wanted = self._settings.llm_answer_tokens + (self._settings.llm_thinking_tokens if self.learned.thinks else 0)
        return min(wanted, self._held_tokens() // 2)

    def prompt_chars(self) -> int:
        """How many characters a prompt may have."""
        tokens = self._held_tokens() - self.reply_tokens() - _TEMPLATE_TOKENS
        return int(max(tokens, 0) * self.learned.chars_per_token)

    def stream(self, user: str, system: str = "") -> Generator[Piece, None, None]:
        """Ask, and yield the answer's words as they come, and a `Pulse` while none do; closing ends the request.

        Tries again, as long as no word has come, when the server is busy, when it refuses a parameter or the system
        role, and when the model used up its room thinking.

        Args:
            system: What the model is told beforehand; "" is nothing.

        Raises:
            EndpointOverflow: The two are too long for the model; what it holds is learned.
            EndpointCut: The answer reached its greatest length; what came is good.
            EndpointError: Nothing more is coming; what came before is good, and is no complete answer.
        """
        waits_s, before = iter(RETRY_WAITS_S), self.learned.parameters
        is_stream = True
        while True:
            said_anything, could_think = False, self.learned.thinks
            try:
                with closing(self._try(user, system, is_stream=is_stream)) as pieces:
                    for piece in pieces:
                        said_anything = said_anything or isinstance(piece, str)
                        yield piece
                return
            except Exception as caught:
                error = caught
            # Not inside the handler, where this error would become the context of the next one.
            wait_s = None if said_anything else self._wait_before_retry(error, waits_s, could_think=could_think)
            if wait_s is None:
                if isinstance(error, faults.Refused) and not said_anything:
                    self.learned.parameters = before  # it was not about them
                raise self._told(error, said_anything=said_anything) from error
            # Why they hang up, llama.cpp's Python server and others say only where they need not stream.
            is_stream = not (is_stream and faults.has_hung_up(error))
            yield from _rest(wait_s)

    def _try(self, user: str, system: str, *, is_stream: bool) -> Generator[Piece, None, None]:
        """One request; whatever the client raises comes through as it is."""
        learned, settings, model, longest_tokens = self.learned, self._settings, self.model(), self.reply_tokens()
        if system and "system" in learned.parameters:
            messages = [{"role": "system", "content": system}, {"role": "user", "content": user}]
        else:
            messages = [{"role": "user", "content": f"{system}\n\n{user}" if system else user}]
        parameters = {
            "temperature": 0.0,
            "max_tokens": longest_tokens,
            "max_completion_tokens": longest_tokens,
            "stream": is_stream,
        }
        request: dict[str, object] = {"model": model, "messages": messages}
        request |= {name: value for name, value in parameters.items() if name in learned.parameters}
        # A client for each reply: closing it is the one sure way to end a request that is under way.
        http = self._http(max(settings.llm_first_token_timeout_s, settings.llm_idle_timeout_s) + 1)
        hides_tag = learned.hides_think_tag
        fold = ReasoningFold(starts_inside=may_hide_tag(model) if hides_tag is None else hides_tag)
        reply = Reply(http, f"{self.base_url}/chat/completions", request, fold, settings, self._teller)
        try:
            yield from reply.pieces(longest_tokens)
        finally:
            learned.thinks = learned.thinks or reply.has_thought
            if fold.hid_tag or reply.is_whole:
                learned.hides_think_tag = fold.hid_tag
            learned.has_answered = learned.has_answered or reply.has_begun

    def _wait_before_retry(self, error: Exception, waits_s: Iterator[float], *, could_think: bool) -> float | None:
        """How long to wait before trying once more, or None when that would not help; learns what to change."""
        learned = self.learned
        if isinstance(error, faults.OnlyThought):
            return None if could_think else 0.0  # it now gets room to think
        if name := faults.unwanted(error, learned.parameters):
            is_renamed = name == "max_tokens" and "max_completion_tokens" in str(error)
            learned.parameters -= {name}
            learned.parameters |= {"max_completion_tokens"} if is_renamed else set()
            return 0.0
        return next(waits_s, None) if faults.is_busy(error) else None

    def _told(self, error: Exception, *, said_anything: bool) -> EndpointError:
        """The error for the user; what it tells of the model is learned."""
        told = self._teller.tell(error)
        if isinstance(told, EndpointOverflow):
            if told.context_tokens is not None and told.context_tokens < self._held_tokens():
                self.learned.context_tokens = told.context_tokens
            else:  # the size was right; the text has more tokens than it was taken for
                self.learned.chars_per_token = max(self.learned.chars_per_token / 2, 0.5)
        elif faults.is_not_found(error):
            model, self.learned.model = self.model(), None  # it may have gone
            with suppress(EndpointError):
                told = self._missing(model, self._teller.reason(error)) or told
        elif not said_anything and faults.has_hung_up(error):
            told = self._teller.hung_up()
        return told

    def _listed(self) -> list[Mapping[str, Any]]:
        with self._http(_LIST_TIMEOUT_S) as http:
            try:
                self.learned.listed = health.list_models(http, self.base_url)
            except Exception as error:
                raise self._teller.tell(error) from error
        return self.learned.listed

    def _missing(self, model: str, reason: str = "") -> EndpointRejected | None:
        """That the server has no such model, if it lists others; `reason` is what it says itself."""
        listed, said = self.models(), f" ({reason})" if reason else ""
        if {model, f"{model}:latest"} & set(listed):
            return None
        there = f"choose one that it lists: {', '.join(listed)}" if listed else "load one there"
        return EndpointRejected(f'{self.where} has no model "{model}"{said}; {there}.')

    def _held_tokens(self) -> int:
        try:
            return self.context_tokens() or health.ASSUMED_CONTEXT_TOKENS
        except EndpointError:  # whoever asks next is told why
            return health.ASSUMED_CONTEXT_TOKENS

    def _http(self, read_timeout_s: float) -> httpx.Client:
        return http_client(
            self.base_url,
            self._choice.api_key,
            key_variable="TALKS_LLM_API_KEY",
            connect_timeout_s=self._settings.llm_connect_timeout_s,
            read_timeout_s=read_timeout_s,
        )


def short_reply(model: ChatModel, prompt: str, *, most_chars: int) -> str:
    """Ask for a few words beside the answer, and stop listening at a limit.

    Args:
        most_chars: A reply that goes on beyond is not what was asked for.

    Returns:
        What it wrote; of a reply that was cut or broke off, all but the last word, which may be half a word.

    Raises:
        EndpointError: It failed before the first word.
    """
    deadline = time.monotonic() + _SHORT_TIMEOUT_S
    text, is_cut = "", False
    try:
        with closing(model.stream(prompt)) as pieces:
            for piece in pieces:
                text += piece if isinstance(piece, str) else ""
                is_cut = time.monotonic() > deadline or len(text) > most_chars
                if is_cut:
                    break
    except EndpointError:
        if not text:
            raise
        is_cut = True
    return text.rpartition(" ")[0] if is_cut else text


def _rest(wait_s: float) -> Iterator[Pulse]:
    """Wait, and give the listener a chance to stop."""
    until = time.monotonic() + wait_s
    while (left_s := until - time.monotonic()) > 0:
        yield Pulse.WAITING
        time.sleep(min(PULSE_S, left_s))
