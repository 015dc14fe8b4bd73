"""The model endpoint: any OpenAI-compatible server that the user chose, and no other.

Comes in: an address, a model's name, messages. Goes out: pieces of text, or one of the endpoint errors with a sentence
that says what to do. Leaves to others: what is asked (`answer`) and what is made of the reply (`citations`).
"""

import ipaddress
import ssl
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import openai

from ingest.errors import EndpointError, EndpointRejected, EndpointSilent, EndpointUnreachable

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage, ChatResponse

# The openai client demands a key; servers on one's own machine ignore it.
_NO_KEY = "none"
_LONGEST_REASON_CHARS = 300
_TAIL_BYTES = 64


@dataclass(frozen=True, slots=True)
class EndpointChoice:
    """Which server and model answer.

    Attributes:
        base_url: With or without "/v1".
        model: Or None for the first that the server lists.
        api_key: Sent to this server only; never shown.
    """

    base_url: str
    model: str | None = None
    api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long.

    Attributes:
        context_tokens: What the model reads and writes together.
        answer_tokens: What it may write.
        connect_timeout_s: Until the server accepts.
        read_timeout_s: The longest silence, before the first word and between words.
    """

    context_tokens: int
    answer_tokens: int
    connect_timeout_s: float
    read_timeout_s: float


class Endpoint:
    """One server and model, ready to answer; may be shared by threads."""

    def __init__(self, choice: EndpointChoice, limits: Limits) -> None:
        self.base_url = api_address(choice.base_url)
        self.limits = limits
        self._choice = choice
        self._model = choice.model

    def models(self) -> list[str]:
        """The models that the server lists, in its order.

        Raises:
            EndpointError: It cannot be asked.
        """
        with self._http_client() as http:
            client = openai.OpenAI(base_url=self.base_url, api_key=self._key, http_client=http, max_retries=0)
            try:
                return [model.id for model in client.models.list()]
            except Exception as error:
                raise self._told(error) from error

    def model(self) -> str:
        """The model that answers: the one that was chosen, or the first that the server lists.

        Raises:
            EndpointRejected: The server lists none.
        """
        if self._model is None:
            listed = self.models()
            if not listed:
                raise EndpointRejected(f"{self.base_url} lists no model; load one there, then ask again.")
            self._model = listed[0]
        return self._model

    def stream(self, messages: "Sequence[ChatMessage]") -> Generator[str, None, None]:
        """Ask, and yield the reply's text piece by piece; closing the iterator ends the request.

        Raises:
            EndpointError: Nothing more is coming; what came before is good.
        """
        from llama_index.llms.openai_like import OpenAILike  # here, because it takes a second to import

        model = self.model()
        said_anything = finished = False
        # A client for each reply: closing it is the one sure way to end a request that is under way.
        with self._http_client() as http:
            tail = _watch_tail(http)
            llm = OpenAILike(
                model=model,
                api_base=self.base_url,
                api_key=self._key,
                is_chat_model=True,
                context_window=self.limits.context_tokens,
                max_tokens=self.limits.answer_tokens,
                temperature=0.0,
                max_retries=0,
                http_client=http,
                timeout=self.limits.read_timeout_s,
            )
            try:
                for reply in llm.stream_chat(messages):
                    finished = finished or _is_last(reply)
                    if reply.delta:
                        said_anything = True
                        yield reply.delta
            except Exception as error:
                raise self._told(error) from error
            if not said_anything:
                raise EndpointSilent(f"{self.base_url} answered with nothing; try another model there.")
            if not finished and b"[DONE]" not in tail:
                raise EndpointSilent(self._broke_off)

    @property
    def _key(self) -> str:
        return self._choice.api_key or _NO_KEY

    @property
    def _broke_off(self) -> str:
        return f"{self.base_url} broke off in the middle of its answer; see the server's own log."

    def _http_client(self) -> httpx.Client:
        timeout = httpx.Timeout(self.limits.read_timeout_s, connect=self.limits.connect_timeout_s)
        # A proxy from the environment cannot reach a server on this machine.
        return httpx.Client(timeout=timeout, trust_env=not is_loopback(self.base_url), verify=_certificates())

    def _told(self, error: Exception) -> EndpointError:
        """An error of the client as one of ours, in a sentence that never holds the key."""
        if isinstance(error, EndpointError):
            return error
        where = self.base_url
        if isinstance(error, openai.APITimeoutError | httpx.TimeoutException):
            return EndpointUnreachable(f"{where} did not answer in time; see whether the server is still loading.")
        if isinstance(error, openai.APIConnectionError) and not isinstance(error.__cause__, httpx.RemoteProtocolError):
            return EndpointUnreachable(f"Nothing answers at {where}; start the server there or correct the address.")
        if isinstance(error, openai.AuthenticationError | openai.PermissionDeniedError):
            return EndpointRejected(f"{where} refuses the key; set the right one (TALKS_LLM_API_KEY).")
        if isinstance(error, openai.NotFoundError):
            return EndpointRejected(
                f'{where} knows no model "{self._model}" or no such path; choose one that it lists.'
            )
        if isinstance(error, openai.APIStatusError):
            return EndpointRejected(f"{where} answered with {error.status_code}: {self._reason(error)}")
        if isinstance(error, openai.APIConnectionError | httpx.HTTPError):
            return EndpointSilent(self._broke_off)
        return EndpointSilent(f"{where} does not answer like an OpenAI-compatible server; correct the address.")

    def _reason(self, error: openai.APIStatusError) -> str:
        reason = " ".join(str(error.message).split())
        if self._choice.api_key:
            reason = reason.replace(self._choice.api_key, "…")
        return reason[:_LONGEST_REASON_CHARS]


@cache
def _certificates() -> ssl.SSLContext:
    """Loading them takes 20 ms, too long for every turn."""
    return httpx.create_ssl_context()


def _is_last(reply: "ChatResponse") -> bool:
    """Whether the server says that the reply ends here."""
    return any(choice.finish_reason for choice in getattr(reply.raw, "choices", None) or ())


def _watch_tail(http: httpx.Client) -> bytearray:
    """The last bytes of the client's reply, kept up to date.

    A server that dies closes its socket like one that has finished; only the "[DONE]" at the end tells, and the openai
    client keeps that to itself.
    """
    tail = bytearray()

    class Watched(httpx.SyncByteStream):
        def __init__(self, stream: httpx.SyncByteStream) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            for piece in self._stream:
                tail.extend(piece)
                del tail[:-_TAIL_BYTES]
                yield piece

        def close(self) -> None:
            self._stream.close()

    def watch(response: httpx.Response) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        response.stream = Watched(response.stream)

    http.event_hooks = {"response": [watch]}
    return tail


def api_address(base_url: str) -> str:
    """The address that the API's paths are appended to: an address without any path gets "/v1"."""
    address = base_url.strip().rstrip("/").removesuffix("/chat/completions")
    return address if urlsplit(address).path else f"{address}/v1"


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
