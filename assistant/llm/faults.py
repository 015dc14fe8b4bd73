"""Whatever goes wrong with an endpoint → a sentence for the person at the screen, and what can be done without them.

Comes in: an error that the server answered with, in whatever form, or what httpx or a socket raised. Goes out: one of
our errors, with the server's own words; before that, whether to wait, to leave something out, or to shorten the prompt.
"""

import json
import re
import socket
import ssl
from collections.abc import Collection, Iterator, Sequence
from html import unescape
from typing import Any

import httpx

from ingest.errors import EndpointError, EndpointOverflow, EndpointRejected, EndpointSilent, EndpointUnreachable

_LONGEST_REASON_CHARS = 300
# An error's text may be a whole web page.
_LONGEST_BODY_CHARS = 20_000
_LONGEST_RETRY_AFTER_S = 5.0
_OVERFLOW = re.compile(
    r"context[ _](length|size|window)|exceed_context|maximum context|prompt is too long|too many tokens"
    r"|(exceeds?|greater than|longer than) the (available |model's |maximum )*context",
    re.IGNORECASE,
)
# How servers state their size: "maximum context length is 4096", '"n_ctx": 512', "context window of 2048".
_STATED_SIZE = re.compile(r"(?:context (?:length|size|window)(?: is| of)?|n_ctx['\"]?:?)\s*\(?(\d{3,9})", re.IGNORECASE)
_NO_SYSTEM_ROLE = re.compile(
    r"system (role|message)s?\b.{0,40}(not|un)|roles? must alternate|only user and assistant|roles? 'system'"
    r"|(unsupported|invalid|unknown|unexpected) (message )?role|jinja|chat template",
    re.IGNORECASE,
)
# How servers name what we may leave out.
_NAMES = {
    "temperature": re.compile(r"temperature|sampling", re.IGNORECASE),
    "max_tokens": re.compile(
        r"max(?:imum)?[ _-]?(?:output[ _-]?|new[ _-]?|completion[ _-]?)?tokens|max[ _-]length", re.IGNORECASE
    ),
    "stream": re.compile(r"\bstream(?:ing|ed|s)?\b", re.IGNORECASE),
}
_ABOUT_PARAMETERS = re.compile(
    r"\b(?:param(?:eter)?|argument|option|field|propert(?:y|ie))s?\b|not permitted|unsupported_value",
    re.IGNORECASE,
)
_REFUSES = re.compile(r"\b(?:un\w+|extra|invalid|additional|not|only|no|cannot|can't)\b", re.IGNORECASE)
_UNREACHABLE: tuple[tuple[Any, str], ...] = (
    (socket.gaierror, "No machine is known by the name in {where}; correct the address."),
    (httpx.ConnectTimeout, "{where} did not accept in time; see whether it runs, and whether a firewall is between."),
    (httpx.TimeoutException, "{where} did not answer in time; see whether it is still loading."),
    (httpx.ConnectError, "Nothing answers at {where}; start the server there or correct the address."),
    (
        (httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeEncodeError),
        "{where} is no address of a server; correct it.",
    ),
)
_REFUSALS = {
    404: "has no such path or model ({why}); correct the address or the model",
    429: "has too much to do ({why}); ask again in a moment",
    503: "is busy or still loading its model ({why}); ask again in a moment",
}
# Where the words of an error stand, whoever wrote it.
_WORDS_IN = ("error", "message", "detail", "errors", "error_description", "msg", "reason", "title", "description")


class Refused(Exception):
    """The server answered with an error.

    Attributes:
        status: HTTP's; 0 for an error that came inside a reply.
        body: As JSON gives it, or text.
        retry_after: The header, or "".
    """

    def __init__(self, status: int, body: object, retry_after: str = "") -> None:
        super().__init__(f"{status}: {str(body)[:_LONGEST_REASON_CHARS]}")
        self.status = status
        self.body = body
        self.retry_after = retry_after

    @classmethod
    def of(cls, response: httpx.Response, content: bytes) -> "Refused":
        """The error that an HTTP answer is."""
        body: object = content.decode("utf-8", "replace").strip()
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            if "html" in response.headers.get("Content-Type", "") or str(body).startswith("<"):
                body = _without_tags(str(body)[:_LONGEST_BODY_CHARS])
        if response.is_redirect:
            body = f"it sends on to {response.headers.get('Location')}"
        return cls(response.status_code, body, response.headers.get("Retry-After", ""))

    @property
    def words(self) -> str:
        """The server's own, shortened; "" where it has none."""
        return " ".join(_words(self.body)[:_LONGEST_BODY_CHARS].split())

    @property
    def text(self) -> str:
        """All that it says, names of fields and codes too."""
        return (self.body if isinstance(self.body, str) else json.dumps(self.body))[:_LONGEST_BODY_CHARS]


class HungUp(EndpointSilent):
    """The server accepted the request and closed the connection without an answer."""


class Teller:
    """Tells what went wrong with one endpoint; its sentences never hold the key."""

    def __init__(self, where: str, secrets: Collection[str], proxy: str | None = None) -> None:
        """Speak of one endpoint.

        Args:
            where: Its address.
            secrets: What no sentence may hold: the key, a password.
            proxy: Through which it is asked, if through one.
        """
        self.where = where
        self._secrets = [secret for secret in secrets if secret]
        self._proxy = proxy

    def tell(self, error: Exception) -> EndpointError:
        """An error of the client as one of ours."""
        causes = list(_causes(error))
        for cause in causes:
            match cause:
                case EndpointError():
                    return cause
                case Refused():
                    return self._refused(cause)
                case ssl.SSLError() if any(isinstance(other, httpx.ConnectError) for other in causes):
                    return self._tls(cause)
                case httpx.ProxyError() | httpx.ConnectError() | socket.gaierror() if self._proxy:
                    return EndpointUnreachable(
                        f"The environment's proxy {self._proxy} does not lead to {self.where} "
                        f"({self._clean(str(cause)) or 'no reason given'}); correct it (HTTP_PROXY, HTTPS_PROXY, "
                        "ALL_PROXY), or except this server from it (NO_PROXY)."
                    )
            for kinds, sentence in _UNREACHABLE:
                if isinstance(cause, kinds):
                    return EndpointUnreachable(sentence.format(where=self.where))
            if isinstance(cause, httpx.TransportError):
                return self.broke_off()
        if isinstance(error, ValueError | RecursionError | httpx.DecodingError):
            return self.no_reply("")
        return EndpointSilent(f"{self.where} does not answer like an OpenAI-compatible server; correct the address.")

    def hung_up(self) -> EndpointSilent:
        """The reply ended before it began."""
        return HungUp(f"{self.where} hung up before it answered; see the server's own log.")

    def broke_off(self) -> EndpointSilent:
        """The reply ended without an end."""
        return EndpointSilent(f"{self.where} broke off in the middle of its answer; see the server's own log.")

    def no_reply(self, text: str) -> EndpointSilent:
        """What came is no reply of a model; `text` is its beginning."""
        shown = self._clean(_without_tags(text) if text.lstrip().startswith("<") else text)
        said = f" ({shown})" if shown else ""
        return EndpointSilent(f"{self.where} sent what no model's API sends{said}; see the server's own log.")

    def reason(self, error: Exception) -> str:
        """The server's own words, shortened; "" where it has none."""
        return self._clean(error.words) if isinstance(error, Refused) else ""

    def _refused(self, error: Refused) -> EndpointError:
        status, reason = error.status, self.reason(error) or "no reason given"
        why = f"{status}: {reason}"
        if is_overflow(error):
            return self._overflow(error)
        if status == 0:
            return EndpointSilent(f"{self.where} stopped with an error ({reason}); see the server's own log.")
        if status == 407:
            return EndpointRejected(f"The environment's proxy {self._proxy} wants a password ({reason}); put it there.")
        if status in (401, 403):
            told = f"refuses the key ({why}); give the right one" if self._secrets else f"wants a key ({why}); give it"
            return EndpointRejected(f"{self.where} {told} (TALKS_LLM_API_KEY).")
        if status in _REFUSALS:
            return EndpointRejected(f"{self.where} {_REFUSALS[status].format(why=why)}.")
        if status >= 500:
            log = f"the log of the server, or of the proxy {self._proxy}" if self._proxy else "the server's own log"
            return EndpointRejected(f"{self.where} failed inside ({why}); see {log}.")
        return EndpointRejected(f"{self.where} refused the request ({why}); see the server's own log.")

    def _tls(self, error: ssl.SSLError) -> EndpointError:
        where = self.where
        if isinstance(error, ssl.SSLCertVerificationError):
            why = error.verify_message.rstrip(".")
            return EndpointUnreachable(
                f"The certificate of {where} is not trusted ({why}); name the one to trust in SSL_CERT_FILE, "
                "or correct the address."
            )
        if error.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST", "PACKET_LENGTH_TOO_LONG"):
            return EndpointUnreachable(f"{where} speaks no TLS; write http:// in place of https://.")
        return EndpointUnreachable(
            f"No secure connection to {where} comes about ({error.reason or error}); see the server's own log."
        )

    def _overflow(self, error: Refused) -> EndpointOverflow:
        found = _STATED_SIZE.search(error.text)
        size = int(found[1]) if found else None
        holds = f"holds only {size:,} tokens at once" if size else "cannot hold the question with its sources at once"
        return EndpointOverflow(f"{self.where} {holds}; load the model there with a longer context.", size)

    def _clean(self, text: str) -> str:
        flat = " ".join(text[:_LONGEST_BODY_CHARS].split())
        for secret in self._secrets:
            flat = flat.replace(secret, "…")
        return flat[:_LONGEST_REASON_CHARS].rstrip(" .;")


def is_overflow(error: Exception) -> bool:
    """Whether the prompt was too long for the model."""
    return isinstance(error, Refused) and error.status in (0, 400, 413, 422, 500) and bool(_OVERFLOW.search(error.text))


def wants_no_system_role(error: Exception) -> bool:
    """Whether the model's template has no place for a system message."""
    if not isinstance(error, Refused) or error.status not in (0, 400, 422, 500):
        return False
    return bool(_NO_SYSTEM_ROLE.search(error.text))


def unwanted(error: Exception, sent: Sequence[str]) -> str | None:
    """Which of the parameters that were sent the server does not take, or None when the error is about none of them.

    Args:
        error: What the request came to.
        sent: The optional ones, by their names; the one to give up first stands first.
    """
    if not isinstance(error, Refused) or error.status not in (0, 400, 422, 501) or is_overflow(error):
        return None
    fields = " ".join(_fields(error.body))
    # Not all of an error: some servers repeat the whole request in it.
    for text in (fields, error.words or error.text):
        named = {found.start(): name for name in reversed(sent) if (found := _NAMES[_plain(name)].search(text))}
        if named:
            # "max_tokens is no parameter of this model when streaming": the first that it speaks of.
            return named[min(named)]
    # Some servers refuse without saying what.
    is_meant = _ABOUT_PARAMETERS.search(error.text) and _REFUSES.search(error.text)
    return next(iter(sent), None) if is_meant and not fields else None


def wants_completion_tokens(error: Exception) -> bool:
    """Whether the server names the newer name for the greatest length of a reply."""
    return isinstance(error, Refused) and "max_completion_tokens" in error.text


def busy_wait_s(error: Exception) -> float | None:
    """How long a busy server asks to be left alone, 0 when it does not say; None when it is not busy."""
    if isinstance(error, Refused) and error.status in (429, 503):
        asked = error.retry_after
        return float(asked) if asked.isdecimal() and float(asked) <= _LONGEST_RETRY_AFTER_S else 0.0
    # A server that hangs up on a request it has just accepted may be restarting, or out of workers.
    return 0.0 if has_hung_up(error) else None


def has_hung_up(error: Exception) -> bool:
    """Whether the connection was closed from the other side."""
    closed = (HungUp, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
    return any(isinstance(cause, closed) for cause in _causes(error))


def is_not_found(error: Exception) -> bool:
    """Whether the server does not know the model, or the path."""
    return isinstance(error, Refused) and error.status in (404, 405)


def _plain(name: str) -> str:
    return "max_tokens" if name == "max_completion_tokens" else name


def _words(body: object) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return "; ".join(filter(None, map(_words, body[:5])))
    if isinstance(body, dict):
        return next((said for name in _WORDS_IN if (said := _words(body.get(name)))), "")
    return ""


def _fields(body: object, depth: int = 0) -> Iterator[str]:
    """The names of parameters that an error's fields point at."""
    if depth > 4:
        return
    if isinstance(body, list):
        for each in body[:20]:
            yield from _fields(each, depth + 1)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name in ("param", "parameter", "field") and isinstance(value, str):
                yield value
            elif name == "loc" and isinstance(value, list):
                yield " ".join(map(str, value))
            else:
                yield from _fields(value, depth + 1)


def _without_tags(page: str) -> str:
    text = re.sub(r"<(script|style)\b[^<]*(?:<(?!/\1)[^<]*)*</\1>", " ", page, flags=re.IGNORECASE)
    return unescape(re.sub(r"<[^<>]*>", " ", text)).strip()


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what it comes from, the closest first; what was told of an earlier try is no part of it."""
    chain: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in chain:
        chain.append(cause)
        context = None if isinstance(cause.__context__, EndpointError | Refused) else cause.__context__
        cause = cause.__cause__ or context
    # A name that is not known, or a certificate, hides behind a ConnectError; so the roots come first.
    roots = [cause for cause in chain if isinstance(cause, socket.gaierror | ssl.SSLError | EndpointError)]
    yield from (*roots, *chain)
