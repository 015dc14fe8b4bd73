"""Who may speak to what is served: nobody else's page, and nobody who guesses passwords quickly.

Comes in: any ASGI application (page, API, tools) and the address that it is served on. Goes out: the same behind two
checks. `Host` must be one of the program's own names, so that a name of somebody else's which leads to this machine
reads nothing; `Origin`, where a browser sends one, must be the page itself, so that a page of another site asks and
changes nothing. Who gives a wrong password waits before the next try. Leaves to others: whether a password is right.
"""

import asyncio
import ipaddress
import re
import socket
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FOREIGN = "This page does not answer here; open it by its own name{name}."
# Nothing but a name, or a number in brackets, and a port: what is more could be read otherwise by somebody else.
_ADDRESS = re.compile(r"(?:\[([\da-f:.]+)\]|([\w-]+(?:\.[\w-]+)*)\.?)(?::\d{1,5})?", re.IGNORECASE | re.ASCII)
# After so many wrong passwords from one address each further try waits, twice as long every time.
_FREE_TRIES = 3
_LONGEST_WAIT_S = 8.0
# So many tries of one address may wait; the others are told to come back.
_WAITING = 5
_ADDRESSES_REMEMBERED = 1000


class Guard:
    """An ASGI application that lets only its own names and pages through to another one."""

    def __init__(self, app: ASGIApp, *, host: str, public_name: str | None = None) -> None:
        """Stand before an application.

        Args:
            public_name: The name under which a reverse proxy shows it, such as "talks.example.org"; or None.
        """
        self._app = app
        public = public_name or ""
        self._public = _name_of(urlsplit(public if "://" in public else f"//{public}").netloc)
        self._names = own_names(host) | {self._public}
        self._is_open = not is_loopback_host(host)
        self._tries_of = lru_cache(maxsize=_ADDRESSES_REMEMBERED)(lambda _: _Tries())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer 403 or 429."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        if not self.is_ours(scope["method"] if scope["type"] == "http" else "GET", Headers(scope=scope)):
            await self._refuse(scope, receive, send)
        elif scope["type"] == "http" and _brings_password(scope):
            await self._slowly(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def is_ours(self, method: str, headers: Headers) -> bool:
        """Whether a request comes from our own page, or from no page at all, and to a name of ours."""
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or not self._is_own(_name_of(hosts[0])):
            return False
        if origins:
            return len(origins) == 1 and self._is_own_origin(origins[0], hosts[0])
        # A link to the page may stand anywhere; a picture, script or frame that another site takes from here may not.
        if headers.get("sec-fetch-site", "none") in ("cross-site", "same-site"):
            is_page = headers.get("sec-fetch-dest", "document") == "document"
            return is_page and method == "GET" and headers.get("sec-fetch-mode") == "navigate"
        return True

    def _is_own(self, name: str) -> bool:
        # A number is nobody's name, so nobody can make it lead elsewhere; which ones this machine has may change.
        return name != "" and (name in self._names or (self._is_open and _number(name) is not None))

    def _is_own_origin(self, origin: str, host: str) -> bool:
        scheme, _, netloc = origin.lower().partition("://")
        default, name = {"http": ":80", "https": ":443"}.get(scheme), _name_of(netloc)
        if default is None or not name:
            return False  # "null", or a file
        return name == self._public or netloc.removesuffix(default) == host.lower().removesuffix(default)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        name = self._public and f", {self._public}"
        await PlainTextResponse(_FOREIGN.format(name=name), 403)(scope, receive, send)

    async def _slowly(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what brings a password, after a pause where the ones before were wrong."""
        tries = self._tries_of((scope.get("client") or ("",))[0])
        if tries.waiting >= _WAITING:
            await PlainTextResponse("Too many tries; wait a little.", 429, {"Retry-After": "8"})(scope, receive, send)
            return

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                tries.note(message["status"])
            await send(message)

        if not tries.wrong:
            await self._app(scope, receive, watched)
            return
        tries.waiting += 1
        try:
            async with tries.turn:
                await asyncio.sleep(tries.wait_s)
        finally:
            tries.waiting -= 1
        await self._app(scope, receive, watched)


class _Tries:
    """The wrong passwords of one address."""

    def __init__(self) -> None:
        self.wrong = 0
        self.waiting = 0
        self.turn = asyncio.Lock()

    @property
    def wait_s(self) -> float:
        """How long the next try waits."""
        over = self.wrong - _FREE_TRIES
        return 0.0 if over < 0 else min(0.25 * 2.0 ** min(over, 10), _LONGEST_WAIT_S)

    def note(self, status: int) -> None:
        """Remember how a try went; 400 is what Gradio's login says."""
        if status in (400, 401, 403):
            self.wrong += 1
        elif status < 400:
            self.wrong = 0


def own_names(host: str) -> frozenset[str]:
    """The names by which what is bound to an address may be called."""
    names = {"localhost", "127.0.0.1", "::1", host.strip("[]").lower()}
    if not is_loopback_host(host):
        here = socket.gethostname().lower()
        names |= {here, here.split(".")[0], f"{here.split('.')[0]}.local"}
    return frozenset(names - {"0.0.0.0", "::"})


def is_loopback_host(host: str) -> bool:
    """Whether what is bound to this address is reached from this machine only."""
    number = _number(host)
    return number.is_loopback if number else host == "localhost"


def _brings_password(scope: Scope) -> bool:
    is_login = scope["method"] == "POST" and scope["path"].rstrip("/").endswith("/login")
    return is_login or "authorization" in Headers(scope=scope)


def _name_of(address: str) -> str:
    """The name in "name" or "name:7860", as names are compared; "" where it is not written like one."""
    found = _ADDRESS.fullmatch(address)
    name = (found[1] or found[2]).lower() if found else ""
    return str(_number(name) or name)


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return None
