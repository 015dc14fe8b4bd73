"""The doctor: one line for each part, green or what to do."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.outlets import doctor
from assistant.outlets.cli import app
from assistant.outlets.doctor import Finding, examine
from assistant.settings import Settings, load_settings
from ingest.pipeline import IngestReport
from tests.scripted_endpoint import Script, ScriptedEndpoint

OLLAMA = {"/api/ps": {"models": [{"name": "small", "context_length": 4096}]}}


@pytest.fixture
def settings(seeds_home: Path, seeds_report: IngestReport) -> Settings:
    """Of a home with an index, and no endpoint."""
    return load_settings(home=seeds_home)


def endpoint_line(settings: Settings, address: str | None = None, *ports: int, **more: object) -> Finding:
    changed = settings.model_copy(update={"llm_base_url": address, **more})
    findings = examine(changed, ports=ports)
    assert [finding.subject for finding in findings] == ["index", "embedder", "prompts", "endpoint"]
    assert [finding.good for finding in findings[:3]] == [True, True, True]
    return findings[3]


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_all_is_green_without_an_endpoint(settings: Settings) -> None:
    line = endpoint_line(settings)
    assert line == Finding(
        "endpoint", True, "none is set, so answers are quotes; set TALKS_LLM_BASE_URL to have them written"
    )


def test_running_server_is_named_with_the_setting_to_use(settings: Settings) -> None:
    with ScriptedEndpoint(Script(models=["small", "large"], about={"owned_by": "library"})) as server:
        line = endpoint_line(settings, None, free_port(), server.port)
        assert server.asked == []
    assert line.good
    assert line.text == (
        "none is set, so answers are quotes; Ollama runs on this machine (small, large): "
        f"set TALKS_LLM_BASE_URL={server.address}/v1 to have them written"
    )


def test_endpoint_that_answers_is_green_with_kind_model_and_size(settings: Settings) -> None:
    with ScriptedEndpoint(Script(models=["small"], about={"owned_by": "vllm", "max_model_len": 8192})) as server:
        line = endpoint_line(settings, server.address)
    assert line.good
    assert line.text.startswith(f"vLLM at {server.address}/v1; small began to answer after ")
    assert line.text.endswith(" s; it holds 8,192 tokens")


def test_size_that_truncates_silently_is_told(settings: Settings) -> None:
    with ScriptedEndpoint(Script(models=["small"], about={"owned_by": "library"}, answers=OLLAMA)) as server:
        line = endpoint_line(settings, server.address)
    assert line.text.endswith("it holds 4,096 tokens; start Ollama with OLLAMA_CONTEXT_LENGTH=8192 for longer sources")


def test_size_that_nobody_tells_is_assumed_and_said(settings: Settings) -> None:
    with ScriptedEndpoint() as server:
        line = endpoint_line(settings, server.address)
    assert "it does not tell its context size, 4,096 tokens are assumed (TALKS_LLM_CONTEXT_TOKENS)" in line.text


def test_model_that_only_thinks_at_first_is_green(settings: Settings) -> None:
    with ScriptedEndpoint(Script(thoughts=["So"], pieces=[], is_endless=False)) as server:
        assert endpoint_line(settings, server.address).good


def test_endpoint_that_is_down_is_told_with_one_that_runs(settings: Settings) -> None:
    with ScriptedEndpoint(Script(models=["small"])) as server:
        line = endpoint_line(settings, f"http://127.0.0.1:{free_port()}", server.port)
    assert not line.good
    assert "Nothing answers at" in line.text
    assert f"A model server runs on this machine (small): set TALKS_LLM_BASE_URL={server.address}/v1." in line.text


def test_missing_model_is_told_with_those_there_are(settings: Settings) -> None:
    with ScriptedEndpoint(Script(models=["small"])) as server:
        line = endpoint_line(settings, server.address, llm_model="large")
    assert not line.good
    assert 'has no model "large"; choose one that it lists: small.' in line.text


def test_model_that_is_listed_but_cannot_answer_is_told(settings: Settings) -> None:
    with ScriptedEndpoint(Script(status=400, body='{"error": {"message": "does not support chat"}}')) as server:
        line = endpoint_line(settings, server.address)
    assert not line.good
    assert "refused the request (400: does not support chat)" in line.text


def test_broken_prompt_and_missing_index_are_told_apart(tmp_path: Path) -> None:
    findings = examine(load_settings(home=tmp_path / "none", prompts=tmp_path), ports=())
    assert [(finding.subject, finding.good) for finding in findings] == [
        ("index", False),
        ("embedder", True),
        ("prompts", False),
        ("endpoint", True),
    ]
    assert "run `talks ingest`" in findings[0].text
    assert f"{tmp_path / 'answer.md'} cannot be used" in findings[2].text


@pytest.mark.parametrize(("is_good", "code"), [(True, 0), (False, 1)], ids=["green", "red"])
def test_exit_code_tells(monkeypatch: pytest.MonkeyPatch, is_good: bool, code: int) -> None:
    findings = [Finding("index", True, "there"), Finding("endpoint", is_good, "as it is")]
    monkeypatch.setattr(doctor, "examine", lambda settings: findings)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == code
    assert result.stdout.splitlines() == ["ok    index: there", f"{'ok  ' if is_good else 'FAIL'}  endpoint: as it is"]
