"""What a server and its model are: found on this machine, listed, and asked how much they read at once.

Comes in: an address. Goes out: its models, the size of a context; `Learned` is where an endpoint keeps what it finds
out, so that it is not asked again. Each kind of server tells its size elsewhere:

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
from ingest.web import http_client, shown_address

USUAL_PORTS = {11434: "Ollama", 8080: "llama.cpp", 8000: "vLLM", 1234: "LM Studio"}
"""Where each listens unless told otherwise."""

# What servers call the size in their lists of models; the last two are of hosted ones.
_SIZE_FIELDS = ("max_model_len", "loaded_context_length", "n_ctx", "context_length", "context_window")
_API_PATHS = ("/chat/completions", "/completions", "/models")
# Ollama's default on cards below 24 GiB, and the smallest that any current server starts with.
ASSUMED_CONTEXT_TOKENS = 4096
# English prose has about four characters a token; three leaves room for names, formulas and other languages.
_CHARS_PER_TOKEN = 3.0
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
        raise Teller(shown_address(base_url), ()).no_reply(told.body)
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


def find_context(http: httpx.Client, root: str, model: str, entry: Mapping[str, Any]) -> int | None:
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
