"""What a server and its model are: found on this machine, listed, and asked how much they read at once.

Comes in: the user's choice and the settings. Goes out: models, the size of a context, the room for a prompt. What is
found out is learned, and not asked again. Each kind of server tells its size elsewhere:

    vLLM        GET /v1/models         max_model_len
    llama.cpp   GET /props             default_generation_settings.n_ctx
    LM Studio   GET /api/v0/models     loaded_context_length, while it is loaded
    Ollama      GET /api/ps            context_length of a loaded model; POST /api/show, num_ctx of its Modelfile; else
                                       its default, beyond which it truncates without a word
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from assistant.llm.faults import Refused, Teller
from assistant.llm.reply import beginning
from assistant.settings import Settings
from ingest.errors import EndpointError, EndpointOverflow, EndpointRejected
from ingest.web import http_client, proxy_for, shown_address

USUAL_PORTS = {11434: "Ollama", 8080: "llama.cpp", 8000: "vLLM", 1234: "LM Studio"}
"""Where each listens unless told otherwise."""

# What servers call the size in their lists of models; the last two are of hosted ones.
_SIZE_FIELDS = ("max_model_len", "loaded_context_length", "n_ctx", "context_length", "context_window")
_NO_WRITER = re.compile(r"embed|rerank|whisper|\btts\b|bge-|clip", re.IGNORECASE)
_API_PATHS = ("/chat/completions", "/completions", "/models")
# Ollama's default on cards below 24 GiB, and the smallest that any current server starts with.
ASSUMED_CONTEXT_TOKENS = 4096
# English prose has about four characters a token; three leaves room for names, formulas and other languages.
_CHARS_PER_TOKEN = 3.0
# What a chat template adds around the messages, at most.
_TEMPLATE_TOKENS = 64
_LIST_TIMEOUT_S = 10.0
_LOOK_TIMEOUT_S = 2.0
_FIND_TIMEOUT_S = 0.5


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


@dataclass(slots=True)
class Learned:
    """What one server and model have shown of themselves; outlives a turn and holds no key.

    Attributes:
        model: The one that answers when none was chosen.
        listed: The server's own list of models, as it came.
        context_tokens: What it reads and writes together; None while the server has not told.
        context_asked: How often it was asked for: once, and once more when the model has answered and so is loaded.
        has_answered: Whether it ever did.
        chars_per_token: Smaller once the server has found a prompt longer than it was taken for.
        parameters: The optional parts of a request that it has not refused.
        thinks: Whether it has been seen reasoning.
        hides_think_tag: Whether its template eats the opening tag, so that a reply begins inside its thoughts; None
            until known.
    """

    model: str | None = None
    listed: list[Mapping[str, Any]] | None = None
    context_tokens: int | None = None
    context_asked: int = 0
    has_answered: bool = False
    chars_per_token: float = _CHARS_PER_TOKEN
    parameters: frozenset[str] = frozenset({"temperature", "max_tokens", "stream", "system"})
    thinks: bool = False
    hides_think_tag: bool | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A server found on this machine; `kind` is whose port it is."""

    kind: str | None
    base_url: str
    models: tuple[str, ...]


class ServedModel:
    """One server and model; may be shared by threads."""

    def __init__(self, choice: EndpointChoice, settings: Settings, learned: Learned | None = None) -> None:
        """Nothing is asked yet.

        Args:
            settings: How much and how long; of these its own are read, which begin with "llm_".
            learned: What is known of them from before; whoever keeps it spares the next endpoint of the same choice
                finding it out again.
        """
        self.base_url = api_address(choice.base_url)
        self.where = shown_address(self.base_url)
        self._settings = settings
        self.learned = learned or Learned()
        self._choice = choice

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
                learned.context_tokens = _find_context(http, self.base_url.removesuffix("/v1"), self.model(), entry)
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

    def _listed(self) -> list[Mapping[str, Any]]:
        with self._http(_LIST_TIMEOUT_S) as http:
            try:
                self.learned.listed = list_models(http, self.base_url)
            except Exception as error:
                raise self._teller.tell(error) from error
        return self.learned.listed

    def _learn_overflow(self, error: EndpointOverflow) -> None:
        before = self._held_tokens()
        if error.context_tokens is not None and error.context_tokens < before:
            self.learned.context_tokens = error.context_tokens
        else:  # the size was right; the text has more tokens than it was taken for
            self.learned.chars_per_token = max(self.learned.chars_per_token / 2, 0.5)

    def _missing(self, model: str, reason: str = "") -> EndpointRejected | None:
        """That the server has no such model, if it lists others; `reason` is what it says itself."""
        listed, said = self.models(), f" ({reason})" if reason else ""
        if {model, f"{model}:latest"} & set(listed):
            return None
        there = f"choose one that it lists: {', '.join(listed)}" if listed else "load one there"
        return EndpointRejected(f'{self.where} has no model "{model}"{said}; {there}.')

    def _held_tokens(self) -> int:
        try:
            return self.context_tokens() or ASSUMED_CONTEXT_TOKENS
        except EndpointError:  # whoever asks next is told why
            return ASSUMED_CONTEXT_TOKENS

    @property
    def _teller(self) -> Teller:
        try:
            proxy = proxy_for(self.base_url)
        except EndpointError:  # said by whoever asks
            proxy = None
        secrets = ((self._choice.api_key or "").strip(), _password(self.base_url))
        return Teller(self.where, secrets, shown_address(proxy) if proxy else None)

    def _http(self, read_timeout_s: float) -> httpx.Client:
        return http_client(
            self.base_url,
            self._choice.api_key,
            key_variable="TALKS_LLM_API_KEY",
            connect_timeout_s=self._settings.llm_connect_timeout_s,
            read_timeout_s=read_timeout_s,
        )


def api_address(base_url: str) -> str:
    """The address that the API's paths are appended to: an address without any path gets "/v1"."""
    address = base_url.strip().rstrip("/")
    for path in _API_PATHS:
        address = address.removesuffix(path)
    try:
        has_path = bool(urlsplit(address).path)
    except ValueError:  # such as "http://[::1": told when it is asked
        has_path = True
    return address if has_path else f"{address}/v1"


def list_models(http: httpx.Client, base_url: str) -> list[Mapping[str, Any]]:
    """The server's list of models, each with at least "id".

    Raises:
        Refused: It answers with an error.
        httpx.HTTPError: It cannot be asked.
        EndpointError: What it answers is no such list.
    """
    with http.stream("GET", f"{base_url}/models") as response:
        told = Refused.of(response, beginning(response))
    given = told.body
    if not response.is_success or (isinstance(given, dict) and given.get("error")):
        raise told
    if isinstance(given, dict):
        # Ollama without a model has none.
        given = given.get("data") or ([] if given.get("object") == "list" else None)
    if not isinstance(given, list):
        raise Teller(shown_address(base_url), ()).no_reply(told.text)
    return [model for model in given if isinstance(model, dict) and isinstance(model.get("id"), str)]


def find_running(ports: Sequence[int] = tuple(USUAL_PORTS)) -> list[Running]:
    """The model servers that run on this machine, on the ports where they usually listen."""

    def look(port: int) -> Running | None:
        address = api_address(f"http://127.0.0.1:{port}")
        patience = {"connect_timeout_s": _FIND_TIMEOUT_S, "read_timeout_s": _FIND_TIMEOUT_S}
        with http_client(address, None, key_variable="", **patience) as http:
            try:
                listed = list_models(http, address)
            except Exception:  # whatever runs there, it is no model server
                return None
        return Running(USUAL_PORTS.get(port), address, tuple(str(model["id"]) for model in listed))

    with ThreadPoolExecutor(max_workers=max(1, len(ports))) as pool:
        return [found for found in pool.map(look, ports) if found is not None]


def _password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""


def _find_context(http: httpx.Client, root: str, model: str, entry: Mapping[str, Any]) -> int | None:
    """How much the model reads and writes together, as far as the server tells, wherever its kind tells it."""
    names = (model, f"{model}:latest")
    for path in ("", "/api/ps", "/props", "/api/v0/models"):
        if size := _size_in(_ask(http, "GET", root + path) if path else entry, names):
            return size
    shown = _ask(http, "POST", f"{root}/api/show", {"model": model})  # Ollama has not loaded it yet
    is_set = re.search(r"^num_ctx\s+(\d{1,9})", str(shown.get("parameters") or ""), re.MULTILINE)
    return int(is_set[1]) if is_set else None


def _size_in(told: object, names: Sequence[str]) -> int | None:
    """The first size that stands in what a server tells of a model, or of several."""
    if isinstance(told, list):
        return next(filter(None, (_size_in(one, names) for one in told)), None)
    if not isinstance(told, dict) or (told.get("id") or told.get("name") or names[0]) not in names:
        return None
    own = (told.get(name) for name in _SIZE_FIELDS)
    return next((size for size in own if type(size) is int and size > 0), None) or _size_in([*told.values()], names)


def _ask(http: httpx.Client, method: str, url: str, body: object = None) -> dict[str, Any]:
    """What the server answers, or nothing: not every server has every path."""
    try:
        response = http.request(method, url, json=body)
        given = response.json() if response.is_success else None
    except Exception:
        return {}
    return given if isinstance(given, dict) else {}
