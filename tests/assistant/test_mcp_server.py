"""The tools, by the SDK's own client, over standard input and output and over HTTP."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import validate
from mcp import Client, MCPError, StdioServerParameters
from mcp.types import CallToolResult, TextContent, TextResourceContents

from assistant.assembly import Assistant
from assistant.outlets.mcp_server import TalksServer
from assistant.settings import load_settings
from ingest.pipeline import IngestReport
from tests.assistant.serving import served
from tests.conftest import SEEDS

HESSIAN = "hunting-the-hessian"
TOOLS = ["search_talks", "get_talk", "list_talks", "ask_talks"]
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search_talks", {"query": "preconditioning with the Hessian", "limit": 2}),
    ("get_talk", {"id": HESSIAN}),
    ("list_talks", {"kind": "talk", "limit": 3}),
    ("ask_talks", {"question": "Where did he study?", "history": ["What does Volkan Cevher speak about?"]}),
]


@pytest.fixture(scope="module")
def home(seeds_home: Path, seeds_report: IngestReport) -> Path:
    return seeds_home


@pytest.fixture(scope="module", params=["stdio", "http"])
def connect(request: pytest.FixtureRequest, home: Path) -> Iterator[Callable[[], Client]]:
    """Makes clients of one server."""
    if request.param == "stdio":
        environment = {**os.environ, "TALKS_HOME": str(home), "TALKS_CORPUS": str(SEEDS)}
        parameters = StdioServerParameters(
            command=sys.executable, args=["-m", "assistant.outlets.cli", "mcp"], env=environment
        )
        yield lambda: Client(parameters)
        return
    with served(Assistant(load_settings(home=home, corpus=SEEDS))) as there:
        yield lambda: Client(f"{there}/mcp")


def run(connect: Callable[[], Client], talk: Callable[[Client], Awaitable[None]]) -> None:
    async def whole() -> None:
        async with connect() as client:
            await talk(client)

    asyncio.run(whole())


def error_of(result: CallToolResult) -> str:
    assert result.is_error
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def test_session_lists_searches_gets_and_asks_within_its_schemas(connect: Callable[[], Client]) -> None:
    async def talk(client: Client) -> None:
        assert client.server_info is not None
        assert client.server_info.name == "talks"
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert list(tools) == TOOLS
        found: dict[str, Any] = {}
        for name, arguments in CALLS:
            result = await client.call_tool(name, arguments)
            assert not result.is_error, result.content
            found[name] = result.structured_content
            validate(arguments, tools[name].input_schema)
            assert tools[name].output_schema is not None
            validate(found[name], tools[name].output_schema)
            (content,) = result.content
            assert isinstance(content, TextContent)
            assert json.loads(content.text) == found[name]  # for clients that read text alone
        assert [result["id"] for result in found["search_talks"]["results"]][0] == HESSIAN
        assert found["search_talks"]["results"][0]["passages"][0]["passage_id"].startswith(f"{HESSIAN}#")
        assert found["get_talk"]["speakers"][0]["name"] == "Madeleine Udell"
        assert (found["list_talks"]["total"], len(found["list_talks"]["talks"])) == (34, 3)
        assert "Bilkent" in found["ask_talks"]["answer"]
        assert found["ask_talks"]["citations"][0]["id"] == "training-neural-networks-at-any-scale"
        read = await client.read_resource(f"talk://{HESSIAN}")
        (record,) = read.contents
        assert isinstance(record, TextResourceContents)
        assert json.loads(record.text) == found["get_talk"]

    run(connect, talk)


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search_talks", {}, "search_talks: query: Field required; correct it."),
        ("search_talks", {"query": ""}, "search_talks: query: String should have at least 1 character; correct it."),
        ("search_talks", {"query": "x" * 4001}, "at most 4000 characters; correct it."),
        ("search_talks", {"query": "x", "kind": "film"}, "search_talks: kind: Input should be 'talk' or 'paper'"),
        ("search_talks", {"query": "x", "limit": 0}, "limit: Input should be greater than or equal to 1"),
        ("search_talks", {"query": "x", "where": {"shoe": "9"}}, 'There is no field "shoe"; the fields are'),
        ("get_talk", {"id": "nobody"}, "nobody"),
        ("ask_talks", {"question": "x", "history": "y"}, "ask_talks: history: Input should be a valid list"),
        ("burn_talks", {}, "Unknown tool: burn_talks"),
    ],
    ids=["missing", "empty", "long", "kind", "limit", "field", "id", "history", "tool"],
)
def test_wrong_call_is_told_in_one_sentence(home: Path, tool: str, arguments: dict[str, Any], said: str) -> None:
    server = TalksServer(Assistant(load_settings(home=home, corpus=SEEDS)))

    async def talk(client: Client) -> None:
        error = error_of(await client.call_tool(tool, arguments))
        assert said in error
        assert "\n" not in error

    run(lambda: Client(server), talk)


def test_unknown_talk_is_no_resource(home: Path) -> None:
    server = TalksServer(Assistant(load_settings(home=home, corpus=SEEDS)))

    async def talk(client: Client) -> None:
        with pytest.raises(MCPError, match="nobody"):
            await client.read_resource("talk://nobody")

    run(lambda: Client(server), talk)


def test_where_and_offset_narrow_a_list(home: Path) -> None:
    server = TalksServer(Assistant(load_settings(home=home, corpus=SEEDS)))

    async def talk(client: Client) -> None:
        found = (await client.call_tool("list_talks", {"where": {"speaker": "udell"}})).structured_content
        assert found is not None
        assert [entry["id"] for entry in found["talks"]] == [HESSIAN]
        whole = (await client.call_tool("list_talks", {"limit": 500})).structured_content
        rest = (await client.call_tool("list_talks", {"limit": 5, "offset": 138})).structured_content
        assert whole is not None
        assert rest is not None
        assert whole["total"] == rest["total"] == len(whole["talks"]) == 140
        assert rest["talks"] == whole["talks"][138:]

    run(lambda: Client(server), talk)


def test_bad_message_over_http_gets_a_json_rpc_error(home: Path) -> None:
    headers = {"accept": "application/json, text/event-stream", "content-type": "application/json"}
    cases = {"": 400, "{": 400, '{"jsonrpc": "2.0", "id": 1, "method": "nothing/at-all"}': 200, "x" * 5_000_000: 413}
    with served(Assistant(load_settings(home=home, corpus=SEEDS))) as there:
        replies = [httpx.post(f"{there}/mcp", content=body, headers=headers) for body in cases]
    assert [reply.status_code for reply in replies] == list(cases.values())
    for reply in replies[:3]:
        assert reply.json()["error"]["message"]
        assert "Traceback" not in reply.text
