"""The how-tos tell the truth: what they show is run, and what cannot be run here is listed by name."""

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
import yaml

from assistant.assembly import Assistant
from assistant.outlets.cli import app
from assistant.settings import Settings, load_settings
from ingest.pipeline import IngestReport
from tests.assistant.serving import served
from tests.conftest import SEEDS
from tests.scripted_endpoint import Script, ScriptedEndpoint

CLONE = Path(__file__).resolve().parents[1]
GUIDES = sorted((CLONE / "docs").glob("*.md"))
FENCE = re.compile(r"^```(\w+)( elsewhere)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(language, body, id=f"{guide.stem}-{number}")
    for guide in GUIDES
    for number, (language, elsewhere, body) in enumerate(FENCE.findall(guide.read_text("utf-8")), 1)
    if not elsewhere and language in ("sh", "python")
]
# They need a container engine, would serve other machines, or go on for ever.
ELSEWHERE = {"docker compose up", "docker compose -f", "docker build", "docker run", "talks chat", "chroma run"}
PAGE = "http://127.0.0.1:7860"
VECTORS = "http://127.0.0.1:8001"
# In a sentence or a cell; what stands in a block is run.
INLINE = [
    pytest.param(command, id=f"{guide.stem}-{command}")
    for guide in [CLONE / "README.md", *GUIDES]
    for command in dict.fromkeys(re.findall(r"`(?:TALKS_\w+=\S+ )?((?:talks|make) [^`…]+)`", guide.read_text("utf-8")))
]
MODEL_SERVERS = [f"http://127.0.0.1:{port}" for port in (11434, 8080, 1234, 8000)]


@pytest.fixture(scope="module")
def page(seeds_home: Path, seeds_report: IngestReport) -> Iterator[str]:
    with served(Assistant(load_settings(home=seeds_home, corpus=SEEDS))) as there:
        yield there


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all are run, one after the other, as a reader would."""
    return tmp_path_factory.mktemp("reader")


@pytest.mark.slow
@pytest.mark.parametrize(("language", "body"), BLOCKS)
def test_what_a_guide_shows_runs(
    language: str, body: str, page: str, folder: Path, seeds_home: Path, request: pytest.FixtureRequest
) -> None:
    own = "my-talks" in body
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(CLONE),
        "TALKS_HOME": str(folder / "home" if own else seeds_home),
        "TALKS_CORPUS": str(SEEDS),
    }
    with ScriptedEndpoint(Script(pieces=["So it is [1]."])) as endpoint:
        text = body.replace(PAGE, page)
        if VECTORS in body:
            text = text.replace(VECTORS, request.getfixturevalue("chroma_server"))
        for server in MODEL_SERVERS:
            text = text.replace(server, endpoint.address)
        program = ["bash", "-euo", "pipefail", "-c", text] if language == "sh" else [sys.executable, "-c", text]
        run = subprocess.run(
            program, cwd=folder, env=environment, capture_output=True, text=True, timeout=180, check=False
        )
        asked = len(endpoint.asked)
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout.strip() or "> " in text
    assert bool(asked) == any(server in body for server in MODEL_SERVERS)


def test_what_is_not_run_is_known_by_name() -> None:
    blocks = [body for guide in GUIDES for _, elsewhere, body in FENCE.findall(guide.read_text("utf-8")) if elsewhere]
    commands = [re.sub(r"^(\w+=('[^']*'|\S+) )+", "", line) for body in blocks for line in body.splitlines()]
    assert {
        next((known for known in ELSEWHERE if command.startswith(known)), command) for command in commands
    } == ELSEWHERE


@pytest.mark.parametrize("command", INLINE)
def test_command_in_a_sentence_is_one_that_the_program_takes(command: str) -> None:
    program, name, *words = shlex.split(command)
    if program == "make":
        assert re.search(rf"^{name}:", (CLONE / "Makefile").read_text("utf-8"), re.MULTILINE)
        return
    commands = typer.main.get_group(app).commands
    commands[name].make_context(name, words)  # raises where it would be wrong usage


def test_container_commands_name_files_and_services_that_there_are() -> None:
    text = "".join(guide.read_text("utf-8") for guide in GUIDES)
    named = re.findall(r"docker compose (?:-f (\S+) )?(\w+)(?: --rm (\w+))?$", text, re.MULTILINE)
    assert {verb for _, verb, _ in named} == {"up", "run"}
    for file, _, service in named:
        services = yaml.safe_load((CLONE / (file or "compose.yaml")).read_text("utf-8"))["services"]
        assert not service or service in services


def test_configurations_are_what_their_programs_read() -> None:
    guides = {guide.stem: FENCE.findall(guide.read_text("utf-8")) for guide in GUIDES}
    (settings,) = (json.loads(body) for language, _, body in guides["agents"] if language == "json")
    # Over standard input and output this very server is tested in test_mcp_server.py.
    assert settings["mcpServers"]["talks"] == {"command": "talks", "args": ["mcp"]}
    (entry,) = (yaml.safe_load(body) for language, _, body in guides["openai-clients"] if language == "yaml")
    assert entry[0]["baseURL"] == f"{PAGE}/v1"
    assert entry[0]["models"]["default"] == ["talks", "talks-quotes"]


@pytest.mark.parametrize("guide", GUIDES, ids=lambda guide: guide.stem)
def test_settings_files_and_links_that_a_guide_names_exist(guide: Path) -> None:
    text = guide.read_text("utf-8")
    settings = {f"TALKS_{name.upper()}" for name in Settings.model_fields}
    of_compose = set(re.findall(r"\$\{(TALKS_\w+)", (CLONE / "compose.yaml").read_text("utf-8")))
    assert set(re.findall(r"TALKS_[A-Z_]+", text)) <= settings | of_compose
    for target in re.findall(r"\]\(([^)#:…]+)\)", text):
        assert (guide.parent / target).exists(), target


def test_words_of_shell_blocks_can_be_split() -> None:
    for guide in GUIDES:
        for language, _, body in FENCE.findall(guide.read_text("utf-8")):
            if language == "sh" and "<<" not in body:
                assert shlex.split(body)
