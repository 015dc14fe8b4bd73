"""An HTTP client for one server that the user chose: what may be sent, through which proxy, with which certificates.

Comes in: an address, a key, time-outs, and what the environment says of proxies and certificates. Goes out: an
`httpx.Client`, or one sentence that says what of these cannot be used. What stays on this machine needs neither proxy
nor certificates, so whatever the environment holds does not matter to it. Leaves to others: what is asked.
"""

import ipaddress
import os
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

import httpx

from ingest.errors import EndpointRejected, EndpointUnreachable

_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")
# What a header can carry.
_NO_KEY_SIGN = re.compile(r"[^\x20-\x7e]")
_STUMBLED_OVER = re.compile(r"(?:https?|all|no|ftp)_proxy|SSL_CERT_(?:FILE|DIR)|SSLKEYLOGFILE", re.IGNORECASE)


def http_client(
    address: str, api_key: str | None, *, key_variable: str, connect_timeout_s: float, read_timeout_s: float
) -> httpx.Client:
    """A client for one server.

    Args:
        address: Of the server; decides about proxy and certificates.
        api_key: Sent to this server only; white space around it is taken off.
        key_variable: The setting that holds the key, for the message.
        connect_timeout_s: Until the server accepts.
        read_timeout_s: The longest silence.

    Raises:
        EndpointRejected: The key holds a sign that no header can carry.
        EndpointUnreachable: The environment's proxy or certificates cannot be used, and this address needs them.
    """
    key = usable_key(api_key, key_variable)

    def bearer(request: httpx.Request) -> httpx.Request:
        request.headers["Authorization"] = f"Bearer {key}"
        return request

    proxy = proxy_for(address)
    is_tls = f"{address} {proxy}".count("https://") > 0
    # Without TLS an empty context will do; reading the certificates takes 20 ms.
    certificates = _certificates(is_loopback(address)) if is_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return httpx.Client(
            timeout=httpx.Timeout(read_timeout_s, connect=connect_timeout_s),
            # httpx stumbles over several forms of the environment's variables, and would send a password of .netrc.
            trust_env=False,
            proxy=httpx.Proxy(proxy, ssl_context=certificates if "https://" in proxy else None) if proxy else None,
            verify=certificates,
            headers={"User-Agent": "talks-assistant"},
            auth=bearer if key else None,  # without a key httpx sends what the address itself names
        )
    except (ValueError, httpx.InvalidURL, ImportError) as error:  # ImportError: SOCKS is an extra of httpx
        raise _no_proxy(proxy or "", address) from error


def usable_key(api_key: str | None, variable: str) -> str | None:
    """The key as it can be sent, or None when there is none.

    Raises:
        EndpointRejected: It holds a sign that no header can carry; the key itself is not told.
    """
    key = (api_key or "").strip()
    if found := _NO_KEY_SIGN.search(key):
        raise EndpointRejected(
            f"The key ({variable}) holds a sign that no key has (U+{ord(found[0]):04X}, sign {found.start() + 1} of "
            f"{len(key)}); copy it once more from where it was given out."
        )
    return key or None


def is_loopback(address: str) -> bool:
    """Whether an address is this machine's own."""
    host = (_host(address) or "").rstrip(".")
    try:
        ip = ipaddress.ip_address(_written_out(host))
    except ValueError:
        return host in ("localhost", socket.gethostname().lower()) or host.endswith(".localhost")
    mapped = getattr(ip, "ipv4_mapped", None)
    return ip.is_loopback or ip.is_unspecified or bool(mapped and mapped.is_loopback)


def _written_out(host: str) -> str:
    """A number as it is looked up: "127.1" is 127.0.0.1."""
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if re.fullmatch(r"[0-9a-fx.]+", host) else host
    except OSError:
        return host


def shown_address(address: str) -> str:
    """The address without a user name or password in it."""
    # A password may hold what should have been escaped.
    return re.sub(r"(?<=//)(?:[^/?#]*|[^/?#:]*:.*)@", "", address, count=1)


def proxy_for(address: str) -> str | None:
    """The proxy that the environment names for an address, or None.

    Raises:
        EndpointUnreachable: It names one of a kind that cannot be used.
    """
    if is_loopback(address):
        return None
    named = getproxies()
    scheme = address.partition("://")[0].lower()
    proxy = (named.get(scheme) or named.get("all") or "").strip()
    if not proxy or _is_excepted(address, named.get("no", "")):
        return None
    if "://" not in proxy:
        proxy = f"http://{proxy}"
    if proxy.partition("://")[0].lower() not in _PROXY_SCHEMES or not _host(proxy):
        raise _no_proxy(proxy, address)
    return proxy


@contextmanager
def plain_environment() -> Iterator[None]:
    """Without proxies and certificates in the environment: some libraries stumble over them while they are imported."""
    hidden = {name: value for name, value in os.environ.items() if _STUMBLED_OVER.fullmatch(name)}
    for name in hidden:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(hidden)


def _is_excepted(address: str, exceptions: str) -> bool:
    """Whether NO_PROXY names this address: as a name, a domain, a number in brackets or not, a network, with a port."""
    host = (_host(address) or "").rstrip(".").lower()
    try:
        port = urlsplit(address).port or (443 if address.lower().startswith("https") else 80)
    except ValueError:
        port = 0
    for entry in re.split(r"[\s,;]+", exceptions.lower()):
        named = entry.partition("://")[2] or entry
        if not named:
            continue
        found = re.fullmatch(r"\[?(.*?)\]?(?::(\d{1,5}))?", named) if named.count(":") < 2 or "[" in named else None
        name, its_port = (found[1], found[2]) if found else (named, None)
        if its_port and int(its_port) != port:
            continue
        if name == "*" or _is_of_network(host, name):
            return True
        name = name.removeprefix("*").lstrip(".")
        if name and (host == name or host.endswith(f".{name}")):
            return True
    return False


def _is_of_network(host: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(network, strict=False)
    except ValueError:  # one of them is a name
        return False


def _no_proxy(proxy: str, address: str) -> EndpointUnreachable:
    return EndpointUnreachable(
        f"The environment's proxy {shown_address(proxy)} cannot be used for {shown_address(address)}; name one that "
        "begins with http:// (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY), or except this server from it (NO_PROXY)."
    )


def _certificates(is_ours: bool) -> ssl.SSLContext:
    file, folder = os.environ.get("SSL_CERT_FILE") or None, os.environ.get("SSL_CERT_DIR") or None
    try:
        if file and not Path(file).is_file():
            raise FileNotFoundError("there is no such file")
        if folder and not file and not Path(folder).is_dir():
            raise FileNotFoundError("there is no such folder")
        return _read_certificates(file, None if file else folder)
    except (OSError, ssl.SSLError) as error:
        if is_ours:
            return _read_certificates(None, None)
        variable, value = ("SSL_CERT_FILE", file) if file else ("SSL_CERT_DIR", folder)
        raise EndpointUnreachable(
            f"{variable} names {value}, which cannot be read as certificates ({error}); correct it or unset it."
        ) from error


@cache
def _read_certificates(file: str | None, folder: str | None) -> ssl.SSLContext:
    os.environ.pop("SSLKEYLOGFILE", None)  # where it cannot be written no context can be made
    if file or folder:
        return ssl.create_default_context(cafile=file, capath=folder)
    return httpx.create_ssl_context(trust_env=False)


def _host(address: str) -> str | None:
    try:
        return urlsplit(address).hostname
    except ValueError:  # such as "http://[::1"
        return None
