"""One server and model: what they are, and what they turn out to be able to do.

Comes in: the user's choice and the limits. Goes out: models, the size of a context, the room for a prompt. What is
found out is learned, and not asked again.
"""

from collections.abc import Sequence

import httpx

from assistant.llm import faults, servers
from assistant.llm.choice import (
    ASSUMED_CONTEXT_TOKENS,
    Context,
    EndpointChoice,
    Learned,
    Limits,
    api_address,
    shown_address,
)
from assistant.llm.wire import http_client
from ingest.errors import EndpointError, EndpointOverflow, EndpointRejected

_LIST_TIMEOUT_S = 10.0
# What a chat template adds around the messages, at most.
_TEMPLATE_TOKENS = 64
_CONTEXT_ASKED_AT_MOST = 4


class ServedModel:
    """One server and model; may be shared by threads."""

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
            except (EndpointError, httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError) as error:
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
