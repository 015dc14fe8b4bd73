"""Settings: the environment is read here only, and a wrong value is told without showing a secret."""

from pathlib import Path

import pytest

from assistant import settings as module
from assistant.settings import load_settings
from ingest.errors import SettingsError


def test_environment_is_read_and_options_override_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TALKS_LLM_BASE_URL", "http://127.0.0.1:11434")
    monkeypatch.setenv("TALKS_HOME", "/elsewhere")
    settings = load_settings(home=tmp_path, corpus=None)
    assert settings.llm_base_url == "http://127.0.0.1:11434"
    assert settings.home == tmp_path
    assert settings.corpus.name == "seeds"


def test_nothing_set_means_no_endpoint() -> None:
    settings = load_settings()
    assert settings.llm_base_url is None
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("TALKS_LLM_BASE_URL", "127.0.0.1:11434"),
        ("TALKS_PORT", "many"),
        ("TALKS_EMBEDDER", "magic"),
        ("TALKS_KEYWORD_WEIGHT", "2"),
    ],
)
def test_value_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=f"^{variable} cannot be used"):
        load_settings()


def test_key_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKS_LLM_API_KEY", "sk-secret")
    assert "sk-secret" not in repr(load_settings())


@pytest.mark.parametrize("name", ["prompts", "seeds"])
def test_folder_in_a_clone_is_the_clones_own(name: str) -> None:
    assert module.packaged(name) == Path(__file__).resolve().parents[2] / name


@pytest.mark.parametrize("name", ["prompts", "seeds"])
def test_folder_inside_the_package_wins_over_a_strangers_beside_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "site-packages" / "assistant"
    inside = package / "data" / name
    inside.mkdir(parents=True)
    (package.parent / name).mkdir()
    monkeypatch.setattr(module, "PACKAGE", package)
    assert module.packaged(name) == inside
