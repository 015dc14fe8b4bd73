"""Whatever goes wrong with an endpoint → a sentence for the person at the screen.

Comes in: what the openai client, httpx or a socket raised. Goes out: one of our errors; and, before that, what
can be done about it without asking anyone.
"""

import json
import re
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx

from ingest.errors import EndpointError, EndpointOverflow, EndpointRejected, EndpointSilent, EndpointUnreachable

if TYPE_CHECKING:
    import openai

_LONGEST_REASON_CHARS = 300
_LONGEST_RETRY_AFTER_S = 5.0
_OVERFLOW = re.compile(
    r"context[ _](length|size|window)|exceed_context|maximum context|prompt is too long|too many tokens"
    r"|(exceeds?|greater than|longer than) the (available |model's |maximum )*context",
    re.IGNORECASE,
)
# How servers state their size: "maximum context length is 4096", '"n_ctx": 512', "context window of 2048".
_STATED_SIZE = re.compile(r"(?:context (?:length|size|window)(?: is| of)?|n_ctx['\"]?:?)\s*\(?(\d{3,})", re.IGNORECASE)
_NO_SYSTEM_ROLE = re.compile(
    r"system (role|message)s?\b.{0,40}(not|un)|roles? must alternate|only user and assistant|roles? 'system'"
    r"|(unsupported|invalid|unknown|unexpected) (message )?role|jinja|chat template",
    re.IGNORECASE,
)


class HungUp(EndpointSilent):
    """The server accepted the request and closed the connection without an answer."""


class Teller:
    """Tells what went wrong with one endpoint; its sentences never hold the key."""

    def __init__(self, where: str, api_key: str | None) -> None:
        self.where = where
        self._api_key = api_key

    def tell(self, error: Exception) -> EndpointError:
        """An error of the client as one of ours."""
        import openai  # here, because it takes half a second, and a search needs none of it

        where = self.where
        for cause in _causes(error):
            match cause:
                case EndpointError():
                    return cause
                case openai.APIStatusError() | httpx.HTTPStatusError():
                    return self._status(cause)
                case socket.gaierror():
                    return EndpointUnreachable(f"No machine is known by the name in {where}; correct the address.")
                case httpx.ConnectTimeout():
                    return EndpointUnreachable(
                        f"{where} did not accept in time; see whether it runs, and whether a firewall is between."
                    )
                case httpx.TimeoutException():
                    return EndpointUnreachable(f"{where} did not answer in time; see whether it is still loading.")
                case httpx.ConnectError():
                    return EndpointUnreachable(
                        f"Nothing answers at {where}; start the server there or correct the address."
                    )
                case httpx.UnsupportedProtocol() | httpx.InvalidURL():
                    return EndpointUnreachable(f"{where} is no address of a server; correct it.")
                case httpx.TransportError():
                    return self.broke_off()
        if isinstance(error, openai.APIError) and error.body is not None:
            return self._reported(error)
        if isinstance(error, json.JSONDecodeError | UnicodeDecodeError | openai.APIResponseValidationError):
            return EndpointSilent(f"{where} sent what no model's API sends; see the server's own log.")
        return EndpointSilent(f"{where} does not answer like an OpenAI-compatible server; correct the address.")

    def hung_up(self) -> EndpointSilent:
        """The reply ended before it began."""
        return HungUp(f"{self.where} hung up before it answered; see the server's own log.")

    def broke_off(self) -> EndpointSilent:
        """The reply ended without an end."""
        return EndpointSilent(f"{self.where} broke off in the middle of its answer; see the server's own log.")

    def _status(self, error: "openai.APIStatusError | httpx.HTTPStatusError") -> EndpointError:
        where, status, reason = self.where, error.response.status_code, self._reason(error)
        if is_overflow(error):
            return self._overflow(error)
        if status in (401, 403):
            if self._api_key:
                return EndpointRejected(f"{where} refuses the key; give the right one (TALKS_LLM_API_KEY).")
            return EndpointRejected(f"{where} wants a key; give it (TALKS_LLM_API_KEY).")
        if status == 404:
            return EndpointRejected(f"{where} has no such path or model (404); correct the address or the model.")
        if status == 429:
            return EndpointRejected(f"{where} has too much to do (429: {reason}); ask again in a moment.")
        if status == 503:
            return EndpointRejected(
                f"{where} is busy or still loading its model (503: {reason}); ask again in a moment."
            )
        if status >= 500:
            return EndpointRejected(f"{where} failed inside ({status}: {reason}); see the server's own log.")
        return EndpointRejected(f"{where} refused the request ({status}: {reason}); see the server's own log.")

    def _reported(self, error: "openai.APIError") -> EndpointError:
        """An error that came inside a reply."""
        if is_overflow(error):
            return self._overflow(error)
        return EndpointSilent(f"{self.where} stopped with an error ({self._reason(error)}); see the server's own log.")

    def _overflow(self, error: Exception) -> EndpointOverflow:
        size = stated_size(error)
        holds = f"holds only {size:,} tokens at once" if size else "cannot hold the question with its sources at once"
        return EndpointOverflow(f"{self.where} {holds}; load the model there with a longer context.", size)

    def _reason(self, error: Exception) -> str:
        reason = " ".join(_message(error).split())
        if self._api_key:
            reason = reason.replace(self._api_key, "…")
        return reason[:_LONGEST_REASON_CHARS] or "no reason given"


def is_overflow(error: Exception) -> bool:
    """Whether the prompt was too long for the model."""
    return _status_of(error) in (None, 400, 413, 422, 500) and bool(_OVERFLOW.search(_full_text(error)))


def stated_size(error: Exception) -> int | None:
    """The context size that an overflow error names, in tokens."""
    found = _STATED_SIZE.search(_full_text(error))
    return int(found[1]) if found else None


def wants_no_system_role(error: Exception) -> bool:
    """Whether the model's template has no place for a system message."""
    return _status_of(error) in (400, 422, 500) and bool(_NO_SYSTEM_ROLE.search(_full_text(error)))


def busy_wait_s(error: Exception) -> float | None:
    """How long a busy server asks to be left alone, 0 when it does not say; None when it is not busy."""
    if _status_of(error) in (429, 503):
        response = getattr(error, "response", None)
        asked = response.headers.get("Retry-After", "") if response is not None else ""
        return float(asked) if asked.isdigit() and float(asked) <= _LONGEST_RETRY_AFTER_S else 0.0
    # A server that hangs up on a request it has just accepted may be restarting, or out of workers.
    return 0.0 if has_hung_up(error) else None


def has_hung_up(error: Exception) -> bool:
    """Whether the connection was closed from the other side."""
    closed = (HungUp, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
    return any(isinstance(cause, closed) for cause in _causes(error))


def is_not_found(error: Exception) -> bool:
    """Whether the server does not know the model, or the path."""
    return _status_of(error) in (404, 405)


def _status_of(error: Exception) -> int | None:
    """The status that the server answered with; None for an error that came inside a reply, or without one."""
    import openai  # here, as in `Teller.tell`

    if isinstance(error, openai.APIStatusError | httpx.HTTPStatusError):
        return error.response.status_code
    return None if isinstance(error, openai.APIError) and error.body is not None else -1


def _message(error: Exception) -> str:
    """The server's own words, or nothing when they are a web page."""
    response = getattr(error, "response", None)
    if response is not None and "json" not in response.headers.get("Content-Type", ""):
        return ""
    body = getattr(error, "body", None) if response is None else response.json()
    for name in ("error", "message", "detail"):
        if isinstance(body, dict) and name in body:
            body = body[name]
    return body if isinstance(body, str) else str(getattr(error, "message", error))


def _full_text(error: Exception) -> str:
    return f"{getattr(error, 'message', error)} {getattr(error, 'body', '')}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it comes from, the closest first; what was told of an earlier try is no part of it."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        context = None if isinstance(cause.__context__, EndpointError) else cause.__context__
        cause = cause.__cause__ or context
    # A name that is not known hides behind a ConnectError; so the roots come first.
    roots = [cause for cause in chain if isinstance(cause, socket.gaierror | EndpointError)]
    yield from (*roots, *chain)
