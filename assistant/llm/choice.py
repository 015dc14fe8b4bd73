"""What the user chose, what bounds it, and what a server has shown of itself; and what an address means."""

import ipaddress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

# Ollama's default on cards below 24 GiB, and the smallest that any current server starts with.
ASSUMED_CONTEXT_TOKENS = 4096
# English prose has about four characters a token; three leaves room for names, formulas and other languages.
CHARS_PER_TOKEN = 3.0
_API_PATHS = ("/chat/completions", "/completions", "/models")


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
        thinks: Whether it has been seen reasoning.
        hides_think_tag: Whether its template eats the opening tag, so that a reply begins inside its thoughts; None
            until known.
    """

    model: str | None = None
    listed: list[dict[str, object]] | None = None
    kind: str | None = None
    context: Context | None = None
    context_asked: int = 0
    chars_per_token: float = CHARS_PER_TOKEN
    has_system_role: bool = True
    thinks: bool = False
    hides_think_tag: bool | None = None


def api_address(base_url: str) -> str:
    """The address that the API's paths are appended to: an address without any path gets "/v1"."""
    address = base_url.strip().rstrip("/")
    for path in _API_PATHS:
        address = address.removesuffix(path)
    return address if urlsplit(address).path else f"{address}/v1"


def server_address(base_url: str) -> str:
    """Where the server's own paths begin, such as Ollama's "/api/ps"."""
    return base_url.removesuffix("/v1")


def shown_address(base_url: str) -> str:
    """The address without a user name or password in it."""
    parts = urlsplit(base_url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
