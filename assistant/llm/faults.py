"""Whatever goes wrong with an endpoint → a sentence for the person at the screen, and what can be done without them.

Comes in: an error that the server answered with, in whatever form, or what httpx or a socket raised. Goes out: one of
our errors, with the server's own words; before that, whether to wait, to leave something out, or to shorten the prompt.
"""

import json
import re
import socket
import ssl
from collections.abc import Collection, Iterator
from html import unescape
from typing import Any

import httpx

from ingest.errors import EndpointError, EndpointOverflow, EndpointRejected, EndpointSilent, EndpointUnreachable
from ingest.text import printable

_LONGEST_REASON_CHARS = 300
# An error's text may be a whole web page.
_LONGEST_BODY_CHARS = 20_000
_OVERFLOW = re.compile(
    r"context[ _](length|size|window)|exceed_context|maximum context|prompt is too long|too many tokens"
    r"|(exceeds?|greater than|longer than) the (available |model's |maximum )*context",
    re.IGNORECASE,
)
# How servers state their size: "maximum context length is 4096", '"n_ctx": 512', "context window of 2048".
_STATED_SIZE = re.compile(r"(?:context (?:length|size|window)(?: is| of)?|n_ctx['\"]?:?)\s*\(?(\d{3,9})", re.IGNORECASE)
# What no part of a request is to blame for: a key, a proxy's password, too much to do.
_NOT_OF_REQUEST = (401, 403, 407, 429, 503)
# How servers name what we may leave out.
_MAX_TOKENS = r"max(?:imum)?[ _-]?(?:output[ _-]?|new[ _-]?|completion[ _-]?)?tokens|max[ _-]length"
_NAMES = {
    "temperature": r"temperature|sampling",
    "max_tokens": _MAX_TOKENS,
    "max_completion_tokens": _MAX_TOKENS,
    "stream": r"\bstream(?:ing|ed|s)?\b",
    "system": r"\broles?\b|(system|developer|first) (message|instruction|prompt)s?\b|['\"`]system['\"`]|jinja"
    r"|chat template",
}
# What was raised → what it says; the first that fits.
_RAISED: tuple[tuple[Any, str], ...] = (
    (socket.gaierror, "No machine is known by the name in {where}; correct the address."),
    (ssl.SSLCertVerificationError, "The certificate of {where} is not trusted ({why}); name the one to trust in "
     "SSL_CERT_FILE, or correct the address."),
    (ssl.SSLError, "No secure connection to {where} comes about ({why}); write http:// in place of https:// where the "
     "server speaks no TLS, else see its own log."),
    (httpx.ConnectTimeout, "{where} did not accept in time; see whether it runs, and whether a firewall is between."),
    (httpx.TimeoutException, "{where} did not answer in time; see whether it is still loading."),
    (httpx.ConnectError, "Nothing answers at {where}; start the server there or correct the address."),
    ((httpx.UnsupportedProtocol, httpx.InvalidURL, UnicodeEncodeError),
     "{where} is no address of a server; correct it."),
)  # fmt: skip
_PROXY = (
    "The environment's proxy {proxy} does not lead to {where} ({why}); correct it (HTTP_PROXY, HTTPS_PROXY, "
    "ALL_PROXY), or except this server from it (NO_PROXY)."
)
# What it was answered with → what that says.
_ANSWERED = {
    0: "{where} stopped with an error ({reason}); see the server's own log.",
    401: "{where} {key} (TALKS_LLM_API_KEY).",
    403: "{where} {key} (TALKS_LLM_API_KEY).",
    404: "{where} has no such path or model ({why}); correct the address, which mostly ends in /v1, or the model.",
    407: "The environment's proxy {proxy} wants a password ({reason}); put it there.",
    429: "{where} has too much to do ({why}); ask again in a moment.",
    503: "{where} is busy or still loading its model ({why}); ask again in a moment.",
}
# Where the words of an error stand, whoever wrote it.
_WORDS_IN = ("error", "message", "detail", "errors", "error_description", "msg", "reason", "title", "description")


class Refused(Exception):
    """The server answered with an error.

    Attributes:
        status: HTTP's; 0 for an error that came inside a reply.
        body: As JSON gives it, or text.
    """

    def __init__(self, status: int, body: object) -> None:
        super().__init__(f"{status}: {body}"[:_LONGEST_BODY_CHARS])
        self.status = status
        self.body = body

    @classmethod
    def of(cls, response: httpx.Response, content: bytes) -> "Refused":
        """The error that an HTTP answer is."""
        body: object = content.decode("utf-8", "replace").strip()
        try:
            body = json.loads(content)
        except (ValueError, RecursionError):
            body = _without_tags(str(body)[:_LONGEST_BODY_CHARS])
        if response.is_redirect:
            body = f"it sends on to {response.headers.get('Location')}"
        return cls(response.status_code, body)

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


class OnlyThought(EndpointSilent):
    """The model wrote thoughts and no answer."""


class Teller:
    """Tells what went wrong with one endpoint; its sentences never hold the key."""

    def __init__(self, where: str, secrets: Collection[str], proxy: str | None = None) -> None:
        """Speak of one endpoint.

        Args:
            secrets: What no sentence may hold: the key, a password.
            proxy: Through which it is asked, if through one.
        """
        self.where = where
        self._secrets = [secret for secret in secrets if secret]
        self._proxy = proxy

    def tell(self, error: Exception) -> EndpointError:
        """An error of the client as one of ours."""
        for cause in _causes(error):
            if isinstance(cause, EndpointError):
                return cause
            if isinstance(cause, Refused):
                return self._refused(cause)
            why = self._clean(getattr(cause, "verify_message", "") or str(cause)) or "no reason given"
            if self._proxy and isinstance(cause, httpx.ProxyError | httpx.ConnectError | socket.gaierror):
                return EndpointUnreachable(_PROXY.format(proxy=self._proxy, where=self.where, why=why))
            for kinds, sentence in _RAISED:
                if isinstance(cause, kinds):
                    return EndpointUnreachable(sentence.format(where=self.where, why=why))
            if isinstance(cause, httpx.TransportError):
                return self.broke_off()
        return self.no_reply("")

    def hung_up(self) -> EndpointSilent:
        """The reply ended before it began."""
        return HungUp(f"{self.where} hung up before it answered; see the server's own log.")

    def broke_off(self, reason: str = "") -> EndpointSilent:
        """The reply ended without an end; `reason` is what the server says itself."""
        said = f" ({reason})" if reason else ""
        return EndpointSilent(f"{self.where} broke off in the middle of its answer{said}; see the server's own log.")

    def no_reply(self, body: object) -> EndpointSilent:
        """What came, as JSON gives it or a text, is no reply of a model."""
        shown = self._clean(Refused(0, body).text)
        said = f" ({shown})" if shown else ""
        return EndpointSilent(
            f"{self.where} sent what no model's API sends{said}; correct the address, which mostly ends in /v1, or see "
            "the server's own log."
        )

    def reason(self, error: Exception) -> str:
        """The server's own words, shortened; "" where it has none."""
        return self._clean(error.words) if isinstance(error, Refused) else ""

    def _refused(self, error: Refused) -> EndpointError:
        status = error.status
        reason = self.reason(error) or self._clean(error.text if error.body else "") or "no reason given"
        if is_overflow(error):
            found = _STATED_SIZE.search(error.text)
            size = int(found[1]) if found else None
            holds = f"holds only {size:,} tokens" if size else "cannot hold the question with its sources"
            return EndpointOverflow(f"{self.where} {holds} at once; load the model there with a longer context.", size)
        why = f"{status}: {reason}"
        key = f"refuses the key ({why}); give the right one" if self._secrets else f"wants a key ({why}); give it"
        log = f"the log of the server, or of the proxy {self._proxy}" if self._proxy else "the server's own log"
        went = "failed inside" if status >= 500 else "refused the request"
        sentence = _ANSWERED.get(status, "{where} {went} ({why}); see {log}.")
        said = sentence.format(where=self.where, why=why, reason=reason, key=key, went=went, log=log, proxy=self._proxy)
        return EndpointRejected(said) if status else EndpointSilent(said)

    def _clean(self, text: str) -> str:
        flat = " ".join(printable(_without_tags(text[:_LONGEST_BODY_CHARS])).split())
        for secret in self._secrets:
            flat = flat.replace(secret, "…")
        return flat[:_LONGEST_REASON_CHARS].rstrip(" .;")


def is_overflow(error: Exception) -> bool:
    """Whether the prompt was too long for the model."""
    return isinstance(error, Refused) and error.status in (0, 400, 413, 422, 500) and bool(_OVERFLOW.search(error.text))


def unwanted(error: Exception, sent: Collection[str]) -> str | None:
    """Which optional part of a request the server does not take, or None when the error is about none of them."""
    if not isinstance(error, Refused) or error.status in _NOT_OF_REQUEST or is_overflow(error):
        return None
    # All of an error last: some servers repeat the whole request in it.
    for text in (error.words, error.text):
        named = {found.start(): name for name in sent if (found := re.search(_NAMES[name], text, re.IGNORECASE))}
        if named:
            # "max_tokens is no parameter of this model when streaming": the first that it speaks of.
            return named[min(named)]
    return None


def is_busy(error: Exception) -> bool:
    """Whether the server may answer a moment later; one that hangs up may be restarting, or out of workers."""
    return (isinstance(error, Refused) and error.status in (429, 503)) or has_hung_up(error)


def has_hung_up(error: Exception) -> bool:
    """Whether the connection was closed from the other side."""
    closed = (HungUp, httpx.ReadError, httpx.WriteError, httpx.RemoteProtocolError)
    return any(isinstance(cause, closed) for cause in _causes(error))


def is_not_found(error: Exception) -> bool:
    """Whether the server does not know the model, or the path."""
    return isinstance(error, Refused) and error.status in (404, 405)


def _words(body: object) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, list):
        return "; ".join(filter(None, map(_words, body[:5])))
    if isinstance(body, dict):
        return next((said for name in _WORDS_IN if (said := _words(body.get(name)))), "")
    return ""


def _without_tags(page: str) -> str:
    return unescape(re.sub(r"<[^<>]*>", " ", page)).strip() if page.lstrip().startswith("<") else page


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
