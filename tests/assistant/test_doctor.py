"""The doctor: one line for each part, green or what to do."""

import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.assembly import Assistant
from assistant.outlets import doctor
from assistant.outlets.cli import app
from assistant.outlets.doctor import Finding, examine
from assistant.settings import Settings, load_settings
from ingest.pipeline import IngestReport
from tests.assistant.serving import served
from tests.scripted_endpoint import Script, ScriptedEndpoint

SUBJECTS = ["home", "index", "vectors", "embedder", "prompts", "endpoint", "server"]
OLLAMA = {"/api/ps": {"models": [{"name": "small", "context_length": 4096}]}}


@pytest.fixture
def settings(seeds_home: Path, seeds_report: IngestReport) -> Settings:
    """Of a home with an index, and no endpoint."""
    return load_settings(home=seeds_home, port=free_port())


def endpoint_line(settings: Settings, address: str | None = None, *ports: int, **more: object) -> Finding:
    changed = settings.model_copy(update={"llm_base_url": address, **more})
    findings = examine(changed, ports=ports)
    assert [finding.subject for finding in findings] == SUBJECTS
    assert [finding.good for finding in findings if finding.subject != "endpoint"] == [True] * 6
    return findings[5]


def line_of(subject: str, settings: Settings) -> Finding:
    return next(finding for finding in examine(settings, ports=()) if finding.subject == subject)


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
    with ScriptedEndpoint(Script(models=["small", "large"])) as server:
        line = endpoint_line(settings, None, free_port(), server.port)
        assert server.asked == []
    assert line.good
    assert line.text == (
        "none is set, so answers are quotes; a model server runs on this machine (small, large): "
        f"set TALKS_LLM_BASE_URL={server.address}/v1 to have them written"
    )


def test_endpoint_that_answers_is_green_with_kind_model_and_size(settings: Settings) -> None:
    with ScriptedEndpoint(Script(models=["small"], about={"max_model_len": 8192})) as server:
        line = endpoint_line(settings, server.address)
    assert line.good
    assert line.text.startswith(f"{server.address}/v1; small began to answer after ")
    assert line.text.endswith(" s; it holds 8,192 tokens")


def test_small_size_is_told_with_what_to_do(settings: Settings) -> None:
    with ScriptedEndpoint(Script(models=["small"], answers=OLLAMA)) as server:
        line = endpoint_line(settings, server.address)
    assert line.text.endswith(
        "it holds 4,096 tokens; load it with more for longer sources (Ollama: OLLAMA_CONTEXT_LENGTH=16384)"
    )


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
    assert f"a model server runs on this machine (small): set TALKS_LLM_BASE_URL={server.address}/v1." in line.text


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
    findings = examine(load_settings(home=tmp_path / "none", prompts=tmp_path, port=free_port()), ports=())
    assert [finding.subject for finding in findings] == SUBJECTS
    assert [finding.good for finding in findings] == [True, False, True, True, False, True, True]
    assert "run `talks ingest`" in findings[1].text
    assert f"{tmp_path / 'answer.md'} cannot be used" in findings[4].text


def test_vectors_on_a_server_are_told_by_what_it_answers(tmp_path: Path, chroma_server: str) -> None:
    corpus = tmp_path / "talks.jsonl"
    corpus.write_text('{"kind": "talk", "title": "How Otters Sleep", "abstract": "Hand in hand."}\n')
    here = load_settings(home=tmp_path / "home", corpus=corpus, port=free_port())
    there = here.model_copy(update={"store": chroma_server})
    assert line_of("vectors", here) == Finding("vectors", True, "searched here, none is sent anywhere")
    assert line_of("vectors", there).text == f"{chroma_server} gets them with the first `talks ingest`"
    Assistant(here).ingest()
    assert line_of("vectors", there) == Finding(
        "vectors", False, f"{chroma_server} has none of this collection; run `talks ingest` to fill it."
    )
    Assistant(there).ingest()
    assert line_of("vectors", there) == Finding("vectors", True, f"{chroma_server} answers")


def test_free_address_is_green_and_says_what_will_be_served_there(settings: Settings) -> None:
    line = line_of("server", settings)
    assert line == Finding(
        "server",
        True,
        f"nothing runs at http://127.0.0.1:{settings.port} yet; `talks chat` serves page, API (/v1) and tools (/mcp) "
        "there",
    )


def test_server_that_answers_is_told_with_its_health(settings: Settings) -> None:
    with served(Assistant(settings)) as there:
        line = line_of("server", settings.model_copy(update={"port": int(there.rpartition(":")[2])}))
    assert line == Finding("server", True, f"page, API (/v1) and tools (/mcp) at {there}; questions are answered")


def test_address_that_something_else_holds_is_told(settings: Settings) -> None:
    with ScriptedEndpoint() as other:
        line = line_of("server", settings.model_copy(update={"port": other.port}))
    assert not line.good
    assert line.text == f"Something else answers at {other.address}; stop it or set TALKS_PORT to another port."


def test_address_of_another_machine_is_told(settings: Settings) -> None:
    line = line_of("server", settings.model_copy(update={"host": "192.0.2.1"}))  # nobody has this address
    assert not line.good
    assert "stop what runs there or set TALKS_PORT" in line.text


def test_full_disk_is_told_with_what_to_do(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_ENOUGH_FREE_BYTES", 10**18)
    line = line_of("home", settings)
    assert not line.good
    assert line.text.endswith("make room or set TALKS_HOME to another disk.")


def test_home_that_cannot_be_written_is_told(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # the tests may run as root, who may write anywhere
    line = line_of("home", settings)
    assert (line.good, line.text) == (False, f"{settings.home} cannot be written; set TALKS_HOME to a folder of yours.")


@pytest.mark.parametrize(("is_good", "code"), [(True, 0), (False, 1)], ids=["green", "red"])
def test_exit_code_tells(monkeypatch: pytest.MonkeyPatch, is_good: bool, code: int) -> None:
    findings = [Finding("index", True, "there"), Finding("endpoint", is_good, "as it is")]
    monkeypatch.setattr(doctor, "examine", lambda settings: findings)
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == code
    assert result.stdout.splitlines() == ["ok    index: there", f"{'ok  ' if is_good else 'FAIL'}  endpoint: as it is"]
