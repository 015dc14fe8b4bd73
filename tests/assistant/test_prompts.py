"""Prompt templates: every fault is named at once, before the first question."""

import shutil
from pathlib import Path

import pytest

from assistant.prompts import VARIABLES, load_prompts
from assistant.settings import packaged
from ingest.errors import PromptError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged("prompts"), tmp_path / "prompts"))


def test_shipped_templates_load_and_fill() -> None:
    filled = load_prompts(packaged("prompts")).fill(
        "answer", sources="S {braces}", titles="T", history="H", note="N", question="Q?"
    )
    assert "S {braces}" in filled
    assert "Q?" in filled


def test_every_fault_is_named_at_once(folder: Path) -> None:
    (folder / "answer.md").write_text("Only {question} and {invented}")
    (folder / "source.md").unlink()
    with pytest.raises(PromptError) as caught:
        load_prompts(folder)
    message = str(caught.value)
    assert "answer.md lacks {sources}" in message
    assert "answer.md asks for {invented}, which does not exist" in message
    assert "source.md cannot be used" in message


def test_lone_brace_is_told(folder: Path) -> None:
    (folder / "system.md").write_text("a { brace")
    with pytest.raises(PromptError, match=r"system\.md cannot be used"):
        load_prompts(folder)


def test_readme_lists_every_template_and_variable() -> None:
    readme = (packaged("prompts") / "README.md").read_text(encoding="utf-8")
    for name, variables in VARIABLES.items():
        assert f"`{name}.md`" in readme
        assert all(f"`{{{variable}}}`" in readme for variable in variables)
    assert {path.stem for path in packaged("prompts").glob("*.md")} == {*VARIABLES, "README"}
