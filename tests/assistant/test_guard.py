"""Nobody else's page speaks to ours, and nobody guesses passwords quickly."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from assistant.assembly import Assistant
from assistant.outlets import guard
from assistant.outlets.guard import Guard, own_names
from assistant.outlets.page_backend import PageBackend
from assistant.outlets.serve import application
from assistant.settings import load_settings


async def _answer(request: Request) -> PlainTextResponse:
    given = request.headers.get("authorization") or (await request.body()).decode()
    return PlainTextResponse("here", 200 if given in ("", "right") else 401)


APP = Starlette(routes=[Route("/{path:path}", _answer, methods=["GET", "POST", "OPTIONS"])])


def status(headers: dict[str, str], *, method: str = "POST", host: str = "127.0.0.1", name: str | None = None) -> int:
    async def ask() -> int:
        transport = httpx.ASGITransport(Guard(APP, host=host, public_name=name))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860") as client:
            return (await client.request(method, "/any", headers=headers)).status_code

    return asyncio.run(ask())


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:7860",
        "localhost:7860",
        "LOCALHOST:7860",
        "localhost",
        "[::1]:7860",
        "127.0.0.1",
        "localhost.:7860",
        "[0:0:0:0:0:0:0:1]:7860",
    ],
)
def test_own_name_is_let_in(host: str) -> None:
    assert status({"Host": host}) == 200
    assert status({"Host": host, "Origin": f"http://{host}"}) == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example", "evil.example:7860", "x.localhost:7860", "localhost.evil.example",
        "127.0.0.1.evil.example:7860",
        "127.0.0.1.nip.io", "localhostx", "0.0.0.0:7860", "192.168.1.7:7860", "[::2]:7860",
        "127.0.0.1:7860@evil.example",
        "evil.example#127.0.0.1", "", "127.0.0.1:7860:1", "[::1", "2130706433", "[::1].evil.example", "[::1]x",
        "localhost/:7860", "localhost?:7860", "localhost#", "localhost..", "localhost\t:7860", "127.0.0.1 evil.example",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_name_of_somebody_else_is_refused(host: str, method: str) -> None:
    assert status({"Host": host}, method=method) == 403


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example", "null", "http://x.localhost:7860", "http://127.0.0.1:3000", "http://localhost:7860",
        "http://127.0.0.1:7860.evil.example", "http://evil.example:7860", "file://", "chrome-extension://abc", "", "*",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
def test_page_of_another_site_is_refused(origin: str, method: str) -> None:
    assert status({"Host": "127.0.0.1:7860", "Origin": origin}, method=method) == 403


def test_page_of_another_site_may_link_to_this_page_and_not_frame_it() -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert status({**headers, "Sec-Fetch-Dest": "document"}, method="GET") == 200
    assert status({**headers, "Sec-Fetch-Dest": "iframe"}, method="GET") == 403


@pytest.mark.parametrize(
    ("site", "mode", "method", "expected"),
    [
        ("cross-site", "navigate", "GET", 200),  # a link to the page
        ("cross-site", "no-cors", "GET", 403),  # a picture or script
        ("cross-site", "navigate", "POST", 403),  # a form
        ("same-site", "no-cors", "GET", 403),  # another port of this machine
        ("same-origin", "cors", "POST", 200),
        ("none", "navigate", "GET", 200),
    ],
)
def test_what_the_browser_says_of_the_asking_page_counts(site: str, mode: str, method: str, expected: int) -> None:
    assert status({"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}, method=method) == expected


@pytest.mark.parametrize("name", ["talks.example.org", "https://talks.example.org/", "Talks.Example.org:443"])
@pytest.mark.parametrize("host", ["talks.example.org", "127.0.0.1:7860"], ids=["Host kept", "Host replaced"])
def test_name_behind_a_reverse_proxy_is_one_setting(name: str, host: str) -> None:
    headers = {"Host": host, "Origin": "https://talks.example.org"}
    assert status(headers, name=name) == 200
    assert status(headers | {"Origin": "https://evil.example"}, name=name) == 403
    assert status(headers | {"Host": "x.talks.example.org"}, name=name) == 403


def test_open_address_is_called_by_number_or_by_this_machines_name() -> None:
    assert status({"Host": "192.168.1.7:7860"}, host="0.0.0.0") == 200
    assert status({"Host": "evil.example:7860"}, host="0.0.0.0") == 403
    assert "0.0.0.0" not in own_names("0.0.0.0")
    assert "laptop.lan" in own_names("laptop.lan")


def test_websocket_of_another_site_is_closed() -> None:
    sent: list[dict[str, Any]] = []

    async def ask() -> None:
        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "websocket.connect"}

        headers = [(b"host", b"127.0.0.1:7860"), (b"origin", b"https://evil.example")]
        await Guard(APP, host="127.0.0.1")({"type": "websocket", "path": "/", "headers": headers}, receive, send)

    asyncio.run(ask())
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_wrong_passwords_wait_longer_each_time_and_a_right_one_ends_it() -> None:
    async def tries() -> list[tuple[int, float]]:
        transport = httpx.ASGITransport(Guard(APP, host="127.0.0.1"))
        told = []
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860", timeout=30) as client:
            for given in ("wrong",) * 5 + ("right", "right"):
                began = time.monotonic()
                response = await client.post("/login", content=given)
                told.append((response.status_code, time.monotonic() - began))
            began = time.monotonic()
            assert (await client.get("/")).status_code == 200
            told.append((200, time.monotonic() - began))
        return told

    statuses, took_s = zip(*asyncio.run(tries()), strict=True)
    assert statuses == (401, 401, 401, 401, 401, 200, 200, 200)
    assert max(took_s[:3]) < 0.2
    assert 0.25 <= took_s[3] < took_s[4] < took_s[5]
    assert max(took_s[6:]) < 0.2


def test_many_tries_at_once_are_sent_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "_LONGEST_WAIT_S", 0.25)

    async def tries() -> list[int]:
        transport = httpx.ASGITransport(Guard(APP, host="127.0.0.1"))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860", timeout=30) as client:
            for _ in range(3):
                await client.get("/", headers={"Authorization": "wrong"})
            asked = [client.get("/", headers={"Authorization": "wrong"}) for _ in range(8)]
            return [response.status_code for response in await asyncio.gather(*asked)]

    assert asyncio.run(tries()).count(429) == 3


@pytest.fixture(scope="module")
def page_app(tmp_path_factory: pytest.TempPathFactory) -> Any:
    assistant = Assistant(load_settings(home=tmp_path_factory.mktemp("home")))
    return application(assistant, PageBackend(assistant))


@pytest.mark.parametrize(
    ("headers", "expected"),
    [({}, 200), ({"Host": "evil.example:7860"}, 403), ({"Origin": "https://evil.example"}, 403)],
    ids=["own", "rebound name", "foreign page"],
)
@pytest.mark.parametrize("path", ["/", "/config", "/gradio_api/info", "/gradio_api/startup-events"])
def test_page_stands_behind_the_guard(page_app: Any, path: str, headers: dict[str, str], expected: int) -> None:
    async def ask() -> int:
        transport = httpx.ASGITransport(page_app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860") as client:
            return (await client.get(path, headers=headers)).status_code

    assert asyncio.run(ask()) == expected
