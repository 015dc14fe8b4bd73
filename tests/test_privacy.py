"""The program connects to no machine but the one that the user names."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.scripted_endpoint import ScriptedEndpoint
from tests.tracing import outbound, plain_environment, traced_command

PAGE = (
    '{"title": "On Otters", "speakers": [{"name": "Ada Byron"}], "abstract": "Otters hold hands while they sleep."}\n'
)


def written(folder: Path) -> Path:
    """The corpus of a test."""
    (folder / "talks.jsonl").write_text(PAGE)
    return folder / "talks.jsonl"


def test_watch_sees_an_attempt_to_connect_elsewhere(tmp_path: Path) -> None:
    # TEST-NET-1: nobody has this address. A watch that sees nothing would prove nothing.
    command = traced_command(tmp_path / "log", "doctor")
    code = (
        "import socket; s = socket.socket(); s.settimeout(0.2)\ntry: s.connect(('192.0.2.1', 9))\nexcept OSError: pass"
    )
    subprocess.run([*command[: command.index(sys.executable) + 1], "-c", code], check=True, timeout=60)
    assert "192.0.2.1" in outbound(tmp_path / "log")[0]


# What is asked, by its id; each begins with nothing ingested.
COMMANDS = {"ingest": ["ingest"], "search": ["search", "otters"], "ask": ["ask", "What do otters do?"], "mcp": ["mcp"]}


class Traced(NamedTuple):
    log: Path
    process: subprocess.Popen[str]


@pytest.fixture(scope="module")
def traced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Traced]]:
    """Every command, begun at once: most of their time they linger."""
    begun = {}
    for name, talks in COMMANDS.items():
        folder = tmp_path_factory.mktemp(name)
        environment = plain_environment(TALKS_HOME=str(folder / "home"), TALKS_CORPUS=str(written(folder)))
        # No standard input, which ends what reads it.
        files: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        command = traced_command(folder / "log", *talks)
        begun[name] = Traced(folder / "log", subprocess.Popen(command, env=environment, text=True, **files))
    yield begun
    for one in begun.values():
        one.process.kill()
        one.process.communicate()


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_command_without_an_endpoint_connects_to_nobody(name: str, traced: dict[str, Traced]) -> None:
    log, process = traced[name]
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said
    assert outbound(log) == []


@pytest.mark.slow
def test_ask_with_an_endpoint_connects_to_that_one_only(tmp_path: Path) -> None:
    with ScriptedEndpoint() as server:
        environment = plain_environment(
            TALKS_HOME=str(tmp_path / "home"), TALKS_CORPUS=str(written(tmp_path)), TALKS_LLM_BASE_URL=server.address
        )
        command = traced_command(tmp_path / "log", "ask", "What do otters do?")
        run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)
        assert server.prompts
    assert "[1] On Otters" in run.stdout
    assert outbound(tmp_path / "log") == []
