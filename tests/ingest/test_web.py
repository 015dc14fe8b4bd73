"""The one HTTP client: which proxy, which certificates, which key, whatever the environment holds."""

import socket
import ssl
from pathlib import Path

import certifi
import httpx
import pytest

from ingest.errors import EndpointRejected, EndpointUnreachable
from ingest.web import (
    _read_certificates,
    http_client,
    is_loopback,
    plain_environment,
    proxy_for,
    shown_address,
    usable_key,
)
from tests.scripted_endpoint import ScriptedEndpoint

ELSEWHERE = "http://models.example:8000/v1"
VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def client(address: str, key: str | None = None) -> httpx.Client:
    return http_client(address, key, key_variable="TALKS_LLM_API_KEY", connect_timeout_s=1, read_timeout_s=1)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://127.0.0.1:1/v1", True),
        ("http://127.5.5.5", True),
        ("http://localhost/v1", True),
        ("http://LOCALHOST.:80/v1", True),
        ("http://x.localhost/v1", True),
        ("http://[::1]:8080", True),
        ("http://[::ffff:127.0.0.1]:8080", True),
        ("http://0.0.0.0:11434", True),
        ("http://127.1:11434", True),
        (f"http://{socket.gethostname()}:11434", True),
        ("http://127.1.example.org", False),
        ("http://face.example", False),
        ("http://192.168.1.7", False),
        ("http://localhost.example.org", False),
        ("http://[::1", False),
        ("", False),
    ],
)
def test_loopback_is_told_apart(address: str, expected: bool) -> None:
    assert is_loopback(address) is expected


PROXIES = ["http://127.0.0.1:9", "socks://127.0.0.1:9", "socks5://127.0.0.1:9", "127.0.0.1:9", "::", "http://[::1", "%"]


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
@pytest.mark.parametrize("exceptions", ["", "[::1]", "::1,fe80::/10", "*.x,,http://y:99999"])
def test_model_on_this_machine_is_asked_past_any_proxy(
    monkeypatch: pytest.MonkeyPatch, proxy: str, name: str, exceptions: str
) -> None:
    monkeypatch.setenv(name, proxy)
    monkeypatch.setenv("NO_PROXY", exceptions)
    monkeypatch.setenv("SSL_CERT_FILE", "/gone/cacert.pem")
    with ScriptedEndpoint() as server, client(f"{server.address}/v1") as http:
        assert http.get(f"{server.address}/v1/models").status_code == 200


@pytest.mark.parametrize(
    ("exceptions", "expected"),
    [
        ("", "http://127.0.0.1:9"),
        ("other.example", "http://127.0.0.1:9"),
        ("models.example", None),
        ("MODELS.example", None),
        (".example", None),
        ("*.example", None),
        ("example", None),
        ("models.example:8000", None),
        ("models.example:443", "http://127.0.0.1:9"),
        ("odels.example", "http://127.0.0.1:9"),
        ("::1, [::1], models.example", None),
        ("*", None),
    ],
)
def test_exceptions_are_understood(monkeypatch: pytest.MonkeyPatch, exceptions: str, expected: str | None) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", exceptions)
    assert proxy_for(ELSEWHERE) == expected


@pytest.mark.parametrize(
    ("exceptions", "address"),
    [
        ("10.0.0.0/8", "http://10.1.2.3/v1"),
        ("fe80::/10", "http://[fe80::1]:80/v1"),
        ("[2001:db8::1]", "http://[2001:db8::1]/v1"),
        ("[2001:db8::1]:80", "http://[2001:db8::1]/v1"),
        ("2001:db8::1", "http://[2001:db8::1]/v1"),
    ],
)
def test_numbers_and_networks_are_exceptions(monkeypatch: pytest.MonkeyPatch, exceptions: str, address: str) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert proxy_for(address) is not None
    monkeypatch.setenv("no_proxy", exceptions)
    assert proxy_for(address) is None


@pytest.mark.parametrize(
    "proxy", ["socks://me:secret@127.0.0.1:9", "socks4://h:1", "ftp://h", "http://[::1", "http://"]
)
def test_proxy_that_cannot_be_used_is_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("all_proxy", proxy)
    with pytest.raises(EndpointUnreachable, match="NO_PROXY") as caught:
        client(ELSEWHERE)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_certificates_that_are_gone_are_told_for_other_machines_only(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "/gone/cacert")
    with pytest.raises(EndpointUnreachable, match=f"{name} names /gone/cacert"):
        client("https://models.example/v1")
    client(ELSEWHERE).close()
    client("https://127.0.0.1:1/v1").close()


@pytest.mark.parametrize("address", ["https://127.0.0.1:1/v1", "https://models.example/v1"])
def test_file_for_the_keys_of_connections_that_cannot_be_written_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", "/gone/keys.log")
    _read_certificates.cache_clear()
    client(address).close()


def test_file_that_holds_no_certificates_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("nothing")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "empty.pem"))
    with pytest.raises(EndpointUnreachable, match="cannot be read as certificates"):
        client("https://models.example/v1")


@pytest.mark.parametrize("sign", ["–", "“", "\u00a0", "\x7f", "\x00", "é", "\n", "\udce9", "🔑"])
@pytest.mark.parametrize("place", [0, 3, 7], ids=["first", "within", "last"])
def test_key_that_no_header_can_hold_is_told_without_it(sign: str, place: int) -> None:
    key = f"{'sk-abcd'[:place]}{sign}{'sk-abcd'[place:]}"
    if key.strip() != key:
        assert usable_key(key, "TALKS_LLM_API_KEY") == "sk-abcd"
        return
    with pytest.raises(EndpointRejected, match="TALKS_LLM_API_KEY") as caught:
        usable_key(key, "TALKS_LLM_API_KEY")
    assert key not in str(caught.value)
    assert "abcd" not in str(caught.value)


@pytest.mark.parametrize("key", [None, "", "  \n", " sk-1 \n"])
def test_white_space_around_a_key_is_none_of_it(key: str | None) -> None:
    assert usable_key(key, "X") == ((key or "").strip() or None)


def test_plain_environment_gives_back_what_it_hides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", "/gone")
    with plain_environment():
        httpx.Client().close()
        assert isinstance(ssl.create_default_context(), ssl.SSLContext)
    with pytest.raises(ValueError, match="proxy"):
        httpx.Client()


def test_password_in_an_address_is_not_shown() -> None:
    assert shown_address("http://me:secret@host:1/v1") == "http://host:1/v1"
    assert shown_address("http://me:se@cret@[::1") == "http://[::1"


def test_folder_of_certificates_does_not_matter_beside_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", certifi.where())
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere/certificates")
    with http_client(
        "https://models.example", None, key_variable="KEY", connect_timeout_s=1, read_timeout_s=1
    ) as client:
        assert not client.is_closed


@pytest.mark.parametrize("address", ["http://ada:se/cret@proxy:8080", "http://ada:s?e#c@ret@proxy:8080"])
def test_password_that_is_not_escaped_is_not_shown(address: str) -> None:
    assert shown_address(address) == "http://proxy:8080"
