"""The kinds of server: recognised, listed, found on this machine, and asked how much their models read at once.

Comes in: an address and a client. Goes out: models, a kind's name, a context size. Each server tells it elsewhere:

    vLLM        GET /v1/models         max_model_len
    llama.cpp   GET /props             default_generation_settings.n_ctx; its trained size is in /v1/models
    LM Studio   GET /api/v0/models     loaded_context_length, or max_context_length while it is not loaded
    Ollama      GET /api/ps            context_length of a loaded model; POST /api/show, num_ctx of its Modelfile; else
                                       its default, beyond which it truncates without a word
"""

import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import httpx

from assistant.llm.choice import ASSUMED_CONTEXT_TOKENS, Context, Learned, api_address, server_address
from assistant.llm.wire import http_client

OLLAMA, LLAMA_CPP, VLLM, LM_STUDIO = "Ollama", "llama.cpp", "vLLM", "LM Studio"
# These load a model when it is first asked, and know its size only then.
LOADS_ON_DEMAND = {OLLAMA, LM_STUDIO}
# Where each listens unless told otherwise.
USUAL_PORTS = {11434: OLLAMA, 8080: LLAMA_CPP, 8000: VLLM, 1234: LM_STUDIO}
# What each writes as the owner of its models; "me" is llama.cpp's Python server.
_OWNERS = {
    "library": OLLAMA,
    "llamacpp": LLAMA_CPP,
    "me": LLAMA_CPP,
    "vllm": VLLM,
    "organization_owner": LM_STUDIO,
    "organization-owner": LM_STUDIO,
}
# What servers call the size in their lists of models; the last four are of hosted ones.
_SIZE_FIELDS = (
    "max_model_len",
    "loaded_context_length",
    "n_ctx",
    "context_length",
    "context_window",
    "max_context_length",
)
_NO_WRITER = re.compile(r"embed|rerank|whisper|\btts\b|bge-|clip", re.IGNORECASE)
_LOOK_TIMEOUT_S = 2.0
_FIND_TIMEOUT_S = 0.5

Listed = Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Running:
    """A server found on this machine."""

    kind: str | None
    base_url: str
    models: tuple[str, ...]


def list_models(http: httpx.Client, base_url: str) -> list[dict[str, object]]:
    """The server's list of models, each with at least "id".

    Raises:
        httpx.HTTPError: It cannot be asked, or answers with an error.
        ValueError: What it answers is no such list.
    """
    response = http.get(f"{base_url}/models")
    response.raise_for_status()
    given = response.json()
    listed = given.get("data") if isinstance(given, dict) else given
    if listed is None and isinstance(given, dict) and given.get("object") == "list":
        return []  # Ollama without a model
    if not isinstance(listed, list):
        raise ValueError("no list of models")
    return [model for model in listed if isinstance(model, dict) and isinstance(model.get("id"), str)]


def names(listed: Listed) -> list[str]:
    """The models' names, in the server's order."""
    return [str(model["id"]) for model in listed]


def first_writer(listed: Listed) -> str | None:
    """The first model that is not there to embed, rank or speak; LM Studio always lists one of those."""
    return next((name for name in names(listed) if not _NO_WRITER.search(name)), None)


def kind_of(listed: Listed) -> str | None:
    """Which server made this list, or None when it does not tell."""
    for model in listed:
        if kind := _OWNERS.get(str(model.get("owned_by"))):
            return kind
    return None


def find_context(http: httpx.Client, base_url: str, model: str, learned: Learned) -> Context:
    """How much the model reads and writes together, as far as the server tells; sets `learned.kind` where it does."""
    listed = learned.listed or ()
    entry = next((entry for entry in listed if entry["id"] == model), {})
    learned.kind = learned.kind or kind_of(listed)
    meta = entry.get("meta")
    if size := _size(entry) or (_size(meta) if isinstance(meta, dict) else None):
        return Context(size, certain=True)
    root = server_address(base_url)
    looks = {OLLAMA: _ollama_context, LLAMA_CPP: _llama_cpp_context, LM_STUDIO: _lm_studio_context}
    # Its own kind first; a server that does not tell its kind is asked all three ways.
    for kind in sorted(looks, key=lambda kind: kind != learned.kind):
        if found := looks[kind](http, root, model):
            learned.kind = kind
            return found
    # A trained size is only what the served one cannot exceed.
    trained = meta.get("n_ctx_train") if isinstance(meta, dict) else None
    return Context(min(_whole(trained) or ASSUMED_CONTEXT_TOKENS, ASSUMED_CONTEXT_TOKENS), certain=False)


def find_running(ports: Sequence[int] = tuple(USUAL_PORTS)) -> list[Running]:
    """The model servers that run on this machine, on the ports where they usually listen."""

    def look(port: int) -> Running | None:
        address = api_address(f"http://127.0.0.1:{port}")
        with http_client(address, None, connect_timeout_s=_FIND_TIMEOUT_S, read_timeout_s=_FIND_TIMEOUT_S) as http:
            try:
                listed = list_models(http, address)
            except Exception:  # whatever runs there, it is no model server
                return None
        return Running(kind_of(listed) or USUAL_PORTS.get(port), address, tuple(names(listed)))

    with ThreadPoolExecutor(max_workers=max(1, len(ports))) as pool:
        return [found for found in pool.map(look, ports) if found is not None]


def better_address(http: httpx.Client, base_url: str) -> str | None:
    """An address near this one that lists models, when this one does not."""
    parts = httpx.URL(base_url)
    root = f"{parts.scheme}://{parts.netloc.decode()}"
    for address in dict.fromkeys(
        (f"{base_url}/v1", f"{base_url.rpartition('/')[0]}/v1", f"{root}/v1", f"{root}/api/v1")
    ):
        if address == base_url:
            continue
        try:
            list_models(http, address)
        except Exception:  # not there either
            continue
        return address
    return None


def _ollama_context(http: httpx.Client, root: str, model: str) -> Context | None:
    running = _json(http, "GET", f"{root}/api/ps")
    if running is None or not isinstance(running.get("models"), list):
        return None
    for entry in running["models"]:
        if isinstance(entry, dict) and entry.get("name") in (model, f"{model}:latest") and (size := _size(entry)):
            return Context(size, certain=True)
    shown = _json(http, "POST", f"{root}/api/show", {"model": model}) or {}
    set_size = re.search(r"^num_ctx\s+(\d+)", str(shown.get("parameters") or ""), re.MULTILINE)
    info = shown.get("model_info")
    trained = [_whole(value) for name, value in (info or {}).items() if name.endswith(".context_length")]
    size = int(set_size[1]) if set_size else ASSUMED_CONTEXT_TOKENS
    return Context(min([size, *filter(None, trained)]), certain=False)


def _llama_cpp_context(http: httpx.Client, root: str, model: str) -> Context | None:
    props = _json(http, "GET", f"{root}/props") or {}
    settings = props.get("default_generation_settings")
    size = _size(settings if isinstance(settings, dict) else {}) or _size(props)
    return Context(size, certain=True) if size else None


def _lm_studio_context(http: httpx.Client, root: str, model: str) -> Context | None:
    listed = (_json(http, "GET", f"{root}/api/v0/models") or {}).get("data")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and entry.get("id") == model:
            if loaded := _whole(entry.get("loaded_context_length")):
                return Context(loaded, certain=True)
            return Context(min(_size(entry) or ASSUMED_CONTEXT_TOKENS, ASSUMED_CONTEXT_TOKENS), certain=False)
    return None


def _json(http: httpx.Client, method: str, url: str, body: object = None) -> dict[str, Any] | None:
    """What the server answers, or None: not every server has every path."""
    try:
        response = http.request(method, url, json=body, timeout=_LOOK_TIMEOUT_S)
        given = response.json() if response.is_success else None
    except Exception:
        return None
    return given if isinstance(given, dict) else None


def _size(entry: Mapping[str, object]) -> int | None:
    return next((size for field in _SIZE_FIELDS if (size := _whole(entry.get(field)))), None)


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
