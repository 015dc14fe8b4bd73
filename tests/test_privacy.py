"""The program connects to no machine but the one that the user names."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.scripted_endpoint import ScriptedEndpoint
from tests.tracing import outbound, plain_environment, traced_command

PAGE = (
    '{"title": "On Otters", "speakers": [{"name": "Ada Byron"}], "abstract": "Otters hold hands while they sleep."}\n'
)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "talks.jsonl").write_text(PAGE)
    return tmp_path / "talks.jsonl"


def test_watch_sees_an_attempt_to_connect_elsewhere(tmp_path: Path) -> None:
    # TEST-NET-1: nobody has this address. A watch that sees nothing would prove nothing.
    command = traced_command(tmp_path / "log", "doctor")
    code = (
        "import socket; s = socket.socket(); s.settimeout(0.2)\ntry: s.connect(('192.0.2.1', 9))\nexcept OSError: pass"
    )
    subprocess.run([*command[: command.index(sys.executable) + 1], "-c", code], check=True, timeout=60)
    assert "192.0.2.1" in outbound(tmp_path / "log")[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    "talks",
    [
        pytest.param(["ingest"], id="ingest"),
        pytest.param(["search", "otters"], id="search"),
        pytest.param(["ask", "What do otters do?"], id="ask"),
        pytest.param(["mcp"], id="mcp"),
    ],
)
def test_command_without_an_endpoint_connects_to_nobody(tmp_path: Path, corpus: Path, talks: list[str]) -> None:
    environment = plain_environment(TALKS_HOME=str(tmp_path / "home"), TALKS_CORPUS=str(corpus))
    command = traced_command(tmp_path / "log", *talks)
    nothing = subprocess.DEVNULL  # which ends what reads standard input
    run = subprocess.run(
        command, env=environment, stdin=nothing, capture_output=True, text=True, timeout=120, check=False
    )
    assert run.returncode == 0, run.stderr
    assert outbound(tmp_path / "log") == []


@pytest.mark.slow
def test_ask_with_an_endpoint_connects_to_that_one_only(tmp_path: Path, corpus: Path) -> None:
    with ScriptedEndpoint() as server:
        environment = plain_environment(
            TALKS_HOME=str(tmp_path / "home"), TALKS_CORPUS=str(corpus), TALKS_LLM_BASE_URL=server.address
        )
        command = traced_command(tmp_path / "log", "ask", "What do otters do?")
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert server.prompts
    assert "[1] On Otters" in run.stdout
    assert outbound(tmp_path / "log") == []
