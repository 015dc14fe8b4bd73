"""The README tells the truth: its commands run, its settings are the settings, its links lead somewhere."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.assembly import Assistant
from assistant.outlets.cli import app
from assistant.settings import Settings
from assistant.types import Answer, Done
from ingest.pipeline import IngestReport
from tests.scripted_endpoint import Script, ScriptedEndpoint

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
COMMAND_LINE = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
COMMANDS = [
    command
    for command in dict.fromkeys(re.findall(r"^\| `(talks [^`]+)` \|", COMMAND_LINE, re.MULTILINE))
    # Served by tests/browser/test_whole.py and tests/assistant/test_mcp_server.py; the last needs a model.
    if command not in ("talks chat", "talks mcp", "talks gist")
]


def test_settings_table_and_settings_are_the_same() -> None:
    listed = set(re.findall(r"^\| `(TALKS_[A-Z_]+)` \|", SETTINGS, re.MULTILINE))
    assert listed == {f"TALKS_{name.upper()}" for name in Settings.model_fields}


def test_defaults_in_the_settings_table_are_the_defaults() -> None:
    for name, default in re.findall(r"^\| `TALKS_([A-Z_]+)` \| ([^|]*) \|", SETTINGS, re.MULTILINE):
        field = Settings.model_fields[name.lower()]
        if field.default_factory is None:
            assert default.strip() == ("" if field.default is None else f"`{field.default}`"), name


@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_the_table_runs(
    command: str, seeds_home: Path, seeds_report: IngestReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALKS_HOME", str(seeds_home))
    result = CliRunner().invoke(app, shlex.split(command)[1:])
    assert result.exit_code == 0, result.output
    assert result.stdout


def test_first_exchange_of_the_readme_is_what_the_program_says(
    seeds_home: Path, seeds_report: IngestReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALKS_HOME", str(seeds_home))
    block = re.search(r"```\n\$ (talks ask [^\n]*)\n(.*?)```", README, re.DOTALL)
    assert block is not None
    said = CliRunner().invoke(app, shlex.split(block[1])[1:]).stdout
    assert said.strip() == block[2].strip()


def test_recording_of_the_readme_is_cited_at_its_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKS_HOME", str(tmp_path))
    monkeypatch.chdir(ROOT)
    block = re.search(r"```\n\$ (talks ask [^\n]* --corpus [^\n]*)\n(.*?)```", README, re.DOTALL)
    assert block is not None
    said = CliRunner().invoke(app, shlex.split(block[1])[1:]).stdout
    assert said.strip() == block[2].strip()
    assert re.search(r"^ +\d:\d\d:\d\d  https?://\S+#t=\d+$", said, re.MULTILINE)


def test_readme_is_short_and_has_one_picture() -> None:
    assert len(README.splitlines()) < 150
    pictures = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert pictures == ["docs/page.png"]
    shown = re.findall(r"!\[[^]]+\]\(([^)/]+)\)", (ROOT / "docs" / "page.md").read_text("utf-8"))
    assert {path.name for path in ROOT.glob("docs/*.png")} == {"page.png", *shown}


def test_conversation_of_the_readme_is_what_the_program_says(assistant: Assistant) -> None:
    block = re.search(r"## A conversation.*?```\n(You: .*?)```", README, re.DOTALL)
    assert block is not None
    history: list[Answer] = []
    for turn in re.split(r"^You: ", block[1], flags=re.MULTILINE)[1:]:
        question, _, said = turn.partition("\n")
        events = assistant.turn(question, history, endpoint=None)
        history += [event.answer for event in events if isinstance(event, Done)]
        assert history[-1].text.strip() == said.strip()
    assert len(history) >= 5


def test_written_answer_of_the_readme_is_what_the_program_says(
    seeds_home: Path, seeds_report: IngestReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    block = re.search(r"```\n\$ TALKS_LLM_BASE_URL=\S+ (talks ask [^\n]*)\n((.*?)\n.*?)```", README, re.DOTALL)
    assert block is not None
    with ScriptedEndpoint(Script(pieces=[block[3]])) as server:
        monkeypatch.setenv("TALKS_HOME", str(seeds_home))
        monkeypatch.setenv("TALKS_LLM_BASE_URL", server.address)
        said = CliRunner().invoke(app, shlex.split(block[1])[1:]).stdout
    assert said.strip() == block[2].strip()


def test_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"make ([a-z]+)$", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


@pytest.mark.parametrize(
    "name", ["README.md", "CONTRIBUTING.md", "docs/settings.md", "seeds/README.md", "prompts/README.md"]
)
def test_links_lead_to_files_and_headings(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    for target, heading in re.findall(r"\]\(([^)#]+)#?([^)]*)\)", text):
        if not target.startswith(("http:", "https:")):
            there = (ROOT / name).parent / target
            assert there.exists(), target
            assert not heading or heading in headings(there), f"{target}#{heading}"


def headings(page: Path) -> set[str]:
    """What leads to the headings of a page, as Markdown's readers make it."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_notice_names_files_that_there_are() -> None:
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for path in re.findall(r"\b(?:assistant|ingest|seeds)/[\w/.*-]*\w", notice):
        assert list(ROOT.glob(path)), path
