"""What a server and its model are: found on this machine, recognised, listed, and asked how much they read at once.

Comes in: the user's choice and the limits. Goes out: models, a kind's name, the size of a context, the room for a
prompt. What is found out is learned, and not asked again. Each kind of server tells its size elsewhere:

    vLLM        GET /v1/models         max_model_len
    llama.cpp   GET /props             default_generation_settings.n_ctx; its trained size is in /v1/models
    LM Studio   GET /api/v0/models     loaded_context_length, or max_context_length while it is not loaded
    Ollama      GET /api/ps            context_length of a loaded model; POST /api/show, num_ctx of its Modelfile; else
                                       its default, beyond which it truncates without a word
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from assistant.llm import faults
from ingest.errors import EndpointError, EndpointOverflow, EndpointRejected
from ingest.web import http_client, proxy_for, shown_address

OLLAMA, LLAMA_CPP, VLLM, LM_STUDIO = "Ollama", "llama.cpp", "vLLM", "LM Studio"
# Where each listens unless told otherwise.
USUAL_PORTS = {11434: OLLAMA, 8080: LLAMA_CPP, 8000: VLLM, 1234: LM_STUDIO}
# These load a model when it is first asked, and know its size only then.
_LOADS_ON_DEMAND = {OLLAMA, LM_STUDIO}
# What each writes as the owner of its models; "me" is llama.cpp's Python server.
_OWNERS = {
    "library": OLLAMA,
    "llamacpp": LLAMA_CPP,
    "me": LLAMA_CPP,
    "vllm": VLLM,
    "organization_owner": LM_STUDIO,
    "organization-owner": LM_STUDIO,
}
# What servers call the size in their lists of models; the last three are of hosted ones.
_SIZE_FIELDS = (
    "max_model_len", "loaded_context_length", "n_ctx", "context_length", "context_window", "max_context_length",
)  # fmt: skip
_NO_WRITER = re.compile(r"embed|rerank|whisper|\btts\b|bge-|clip", re.IGNORECASE)
_API_PATHS = ("/chat/completions", "/completions", "/models")
# Ollama's default on cards below 24 GiB, and the smallest that any current server starts with.
ASSUMED_CONTEXT_TOKENS = 4096
# English prose has about four characters a token; three leaves room for names, formulas and other languages.
_CHARS_PER_TOKEN = 3.0
# What a chat template adds around the messages, at most.
_TEMPLATE_TOKENS = 64
_CONTEXT_ASKED_AT_MOST = 4
_LIST_TIMEOUT_S = 10.0
_LOOK_TIMEOUT_S = 2.0
_FIND_TIMEOUT_S = 0.5
# A list of models of this length is none.
_LONGEST_LIST_BYTES = 8_000_000

_NO_LIST = (EndpointError, faults.Refused, httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError)

Listed = Sequence[Mapping[str, object]]


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
        context_tokens: What the model reads and writes together; None is found out from the server.
        answer_tokens: What it may write, its thinking not counted.
        connect_timeout_s: Until the server accepts.
        first_token_timeout_s: From then until its first word, which may wait for a model to load.
        idle_timeout_s: The longest silence between words.
        thinking_tokens: What a reasoning model may think on top of its answer.
        retry_waits_s: How long to wait before each new try at a server that is busy.
    """

    context_tokens: int | None
    answer_tokens: int
    connect_timeout_s: float
    first_token_timeout_s: float
    idle_timeout_s: float
    thinking_tokens: int = 1500
    retry_waits_s: tuple[float, ...] = (0.5, 1.5)


@dataclass(frozen=True, slots=True)
class Context:
    """How much a model reads and writes together.

    Attributes:
        tokens: The server's own figure, or what is assumed.
        certain: Whether the server said so, of the model as it is loaded.
    """

    tokens: int
    certain: bool


@dataclass(slots=True)
class Learned:
    """What one server and model have shown of themselves; outlives a turn and holds no key.

    Attributes:
        model: The one that answers when none was chosen.
        listed: The server's own list of models, as it came.
        kind: "Ollama", "llama.cpp", "vLLM" or "LM Studio", or None.
        context: None until it was asked for.
        context_asked: How often it was asked for.
        chars_per_token: Smaller once the server has found a prompt longer than it was taken for.
        has_system_role: Whether messages may have the role "system".
        parameters: The optional parts of a request that it has not refused, the one to give up first standing first.
        thinks: Whether it has been seen reasoning.
        hides_think_tag: Whether its template eats the opening tag, so that a reply begins inside its thoughts; None
            until known.
    """

    model: str | None = None
    listed: list[dict[str, object]] | None = None
    kind: str | None = None
    context: Context | None = None
    context_asked: int = 0
    chars_per_token: float = _CHARS_PER_TOKEN
    has_system_role: bool = True
    parameters: tuple[str, ...] = ("temperature", "max_tokens", "stream")
    thinks: bool = False
    hides_think_tag: bool | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """A server found on this machine."""

    kind: str | None
    base_url: str
    models: tuple[str, ...]


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
                listed = list_models(http, self.base_url)
            except _NO_LIST as error:
                raise self._no_list(http, error) from error
        self.learned.listed = listed
        self.learned.kind = _kind_of(listed) or self.learned.kind
        return [str(model["id"]) for model in listed]

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
        listed = self.models()
        if self._choice.model and not {self._choice.model, f"{self._choice.model}:latest"} & set(listed):
            raise self._missing(self._choice.model, listed)
        return self.model()

    def context(self) -> Context:
        """How much the model reads and writes together: what was set, what the server tells, or what is assumed.

        It is asked for once; again only while the model is not loaded and the server therefore cannot tell.
        """
        learned = self.learned
        if self.limits.context_tokens is not None:
            served = learned.context.tokens if learned.context else self.limits.context_tokens
            return Context(min(self.limits.context_tokens, served), certain=True)
        may_know_more = learned.kind in _LOADS_ON_DEMAND and learned.context_asked < _CONTEXT_ASKED_AT_MOST
        if learned.context is None or (may_know_more and not learned.context.certain):
            if learned.listed is None:
                self.models()
            with self._http(_LIST_TIMEOUT_S) as http:
                found = _find_context(http, self.base_url, self.model(), learned)
            if found.certain or learned.context is None:
                learned.context = found
            learned.context_asked += 1
        return learned.context

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

    def _unknown(self, told: EndpointError, reason: str) -> EndpointError:
        """A 404: the model is not there, or the path is not."""
        model, self.learned.model = self.model(), None
        try:
            listed = self.models()
        except EndpointError as error:
            return error
        return self._missing(model, listed, reason) if model not in listed else told

    def _missing(self, model: str, listed: Sequence[str], reason: str = "") -> EndpointRejected:
        said = f" ({reason})" if reason else ""
        if not listed:
            return EndpointRejected(f'{self.where} has no model "{model}"{said}, and no other; load one there.')
        return EndpointRejected(
            f'{self.where} has no model "{model}"{said}; choose one that it lists: {", ".join(listed)}.'
        )

    def _no_list(self, http: httpx.Client, error: Exception) -> EndpointError:
        """Why the models cannot be listed; looks for the API nearby when this address has none."""
        told = self._teller.tell(error)
        is_list_missing = isinstance(error, ValueError) and not isinstance(error, UnicodeEncodeError)
        is_elsewhere = faults.is_not_found(error) or is_list_missing or error is told  # told: a web page
        found = _better_address(http, self.base_url) if is_elsewhere else None
        if found:
            return EndpointRejected(f"{self.where} is not where the API is; set {shown_address(found)} instead.")
        return told

    def _context_tokens(self) -> int:
        try:
            return self.context().tokens
        except EndpointError:  # whoever asks next is told why
            return ASSUMED_CONTEXT_TOKENS

    @property
    def _teller(self) -> faults.Teller:
        try:
            proxy = proxy_for(self.base_url)
        except EndpointError:  # said by whoever asks
            proxy = None
        secrets = ((self._choice.api_key or "").strip(), _password(self.base_url))
        return faults.Teller(self.where, secrets, shown_address(proxy) if proxy else None)

    def _http(self, read_timeout_s: float) -> httpx.Client:
        return http_client(
            self.base_url,
            self._choice.api_key,
            key_variable="TALKS_LLM_API_KEY",
            connect_timeout_s=self.limits.connect_timeout_s,
            read_timeout_s=read_timeout_s,
            on_response=[_refuse_web_page],
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


def list_models(http: httpx.Client, base_url: str) -> list[dict[str, object]]:
    """The server's list of models, each with at least "id".

    Raises:
        Refused: It answers with an error.
        httpx.HTTPError: It cannot be asked.
        ValueError: What it answers is no such list.
    """
    with http.stream("GET", f"{base_url}/models") as response:
        content = b""
        for piece in response.iter_bytes():
            content += piece
            if len(content) > _LONGEST_LIST_BYTES:
                raise ValueError("too long for a list of models")
    told = faults.Refused.of(response, content)
    if not response.is_success:
        raise told
    given = told.body
    if isinstance(given, dict) and given.get("data") is None and given.get("error"):
        raise faults.Refused(0, given)
    if isinstance(given, dict):
        # Ollama without a model has none.
        given = given.get("data") if given.get("object") != "list" else given.get("data") or []
    if not isinstance(given, list):
        raise ValueError("no list of models")
    return [model for model in given if isinstance(model, dict) and isinstance(model.get("id"), str)]


def find_running(ports: Sequence[int] = tuple(USUAL_PORTS)) -> list[Running]:
    """The model servers that run on this machine, on the ports where they usually listen."""

    def look(port: int) -> Running | None:
        address = api_address(f"http://127.0.0.1:{port}")
        patience = {"connect_timeout_s": _FIND_TIMEOUT_S, "read_timeout_s": _FIND_TIMEOUT_S}
        with http_client(address, None, key_variable="", **patience, on_response=[_refuse_web_page]) as http:
            try:
                listed = list_models(http, address)
            except Exception:  # whatever runs there, it is no model server
                return None
        return Running(_kind_of(listed) or USUAL_PORTS.get(port), address, tuple(str(m["id"]) for m in listed))

    with ThreadPoolExecutor(max_workers=max(1, len(ports))) as pool:
        return [found for found in pool.map(look, ports) if found is not None]


def _refuse_web_page(response: httpx.Response) -> None:
    if response.is_success and "html" in response.headers.get("Content-Type", ""):
        raise EndpointRejected(
            f"{shown_address(str(response.url))} is a web page, not a model's API; "
            "correct the address, which mostly ends in /v1."
        )


def _password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""


def _kind_of(listed: Listed) -> str | None:
    """Which server made this list, or None when it does not tell."""
    return next((kind for model in listed if (kind := _OWNERS.get(str(model.get("owned_by"))))), None)


def _better_address(http: httpx.Client, base_url: str) -> str | None:
    """An address near this one that lists models, when this one does not."""
    parts = httpx.URL(base_url)
    root = f"{parts.scheme}://{parts.netloc.decode()}"
    near = (f"{base_url}/v1", f"{base_url.rpartition('/')[0]}/v1", f"{root}/v1", f"{root}/api/v1")
    for address in dict.fromkeys(one for one in near if one != base_url):
        with suppress(Exception):  # not there either
            list_models(http, address)
            return address
    return None


def _find_context(http: httpx.Client, base_url: str, model: str, learned: Learned) -> Context:
    """How much the model reads and writes together, as far as the server tells; sets `learned.kind` where it does."""
    listed = learned.listed or ()
    entry = next((entry for entry in listed if entry["id"] == model), {})
    learned.kind = learned.kind or _kind_of(listed)
    if size := _size(entry) or _size(_part(entry, "meta")):
        return Context(size, certain=True)
    root = base_url.removesuffix("/v1")
    looks = {OLLAMA: _ollama_context, LLAMA_CPP: _llama_cpp_context, LM_STUDIO: _lm_studio_context}
    # Its own kind first; a server that does not tell its kind is asked all three ways.
    for kind in sorted(looks, key=lambda kind: kind != learned.kind):
        if found := looks[kind](http, root, model):
            learned.kind = kind
            return found
    return _at_most(_part(entry, "meta").get("n_ctx_train"))


def _ollama_context(http: httpx.Client, root: str, model: str) -> Context | None:
    running = _json(http, "GET", f"{root}/api/ps").get("models")
    if not isinstance(running, list):
        return None
    for entry in running:
        if isinstance(entry, dict) and entry.get("name") in (model, f"{model}:latest") and (size := _size(entry)):
            return Context(size, certain=True)
    shown = _json(http, "POST", f"{root}/api/show", {"model": model})
    set_size = re.search(r"^num_ctx\s+(\d{1,9})", str(shown.get("parameters") or ""), re.MULTILINE)
    trained = (value for name, value in _part(shown, "model_info").items() if name.endswith(".context_length"))
    return _at_most(*trained, served=int(set_size[1]) if set_size else ASSUMED_CONTEXT_TOKENS)


def _llama_cpp_context(http: httpx.Client, root: str, model: str) -> Context | None:
    props = _json(http, "GET", f"{root}/props")
    size = _size(_part(props, "default_generation_settings")) or _size(props)
    return Context(size, certain=True) if size else None


def _lm_studio_context(http: httpx.Client, root: str, model: str) -> Context | None:
    listed = _json(http, "GET", f"{root}/api/v0/models").get("data")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and entry.get("id") == model:
            loaded = _whole(entry.get("loaded_context_length"))
            return Context(loaded, certain=True) if loaded else _at_most(_size(entry))
    return None


def _at_most(*trained: object, served: int = ASSUMED_CONTEXT_TOKENS) -> Context:
    """What a server is taken to serve: a trained size is only what that cannot exceed."""
    return Context(min([served, *filter(None, map(_whole, trained))]), certain=False)


def _json(http: httpx.Client, method: str, url: str, body: object = None) -> dict[str, Any]:
    """What the server answers, or nothing: not every server has every path."""
    try:
        response = http.request(method, url, json=body, timeout=_LOOK_TIMEOUT_S)
        given = response.json() if response.is_success else None
    except Exception:
        return {}
    return given if isinstance(given, dict) else {}


def _part(entry: Mapping[str, object], name: str) -> Mapping[str, Any]:
    part = entry.get(name)
    return part if isinstance(part, dict) else {}


def _size(entry: Mapping[str, object]) -> int | None:
    return next((size for field in _SIZE_FIELDS if (size := _whole(entry.get(field)))), None)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
