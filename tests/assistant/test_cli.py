"""The command line's contract: what it prints, its exit codes, one sentence for every error, never a traceback."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from assistant.outlets.cli import app
from ingest.pipeline import IngestReport
from tests.conftest import SEEDS
from tests.scripted_endpoint import Script, ScriptedEndpoint

HESSIAN = "hunting-the-hessian"


@pytest.fixture
def talks(seeds_home: Path, seeds_report: IngestReport, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs `talks …` over the seeds."""
    monkeypatch.setenv("TALKS_HOME", str(seeds_home))

    def run(*args: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, list(args), input=stdin)

    return run


def lines(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_list_gives_every_record_with_all_its_fields(talks: Any) -> None:
    records = json.loads(talks("list", "--json").stdout)
    assert len(records) == 140
    by_id = {record["id"]: record for record in records}
    assert by_id[HESSIAN]["speakers"] == [
        {"name": "Madeleine Udell", "affiliation": "Stanford University", "role": None}
    ]
    assert len(by_id[HESSIAN]["pages"]) == 3
    assert {source["file"] for source in by_id[HESSIAN]["sources"]} == {p.name for p in sorted(SEEDS.glob("00[012]*"))}
    werewolf = by_id["incentivizing-emergent-behaviors-for-llms-via-reinforcement-learning"]
    assert "https://arxiv.org/abs/2310.18940" in werewolf["links"]
    assert len(json.loads(talks("list", "--kind", "talk", "--json").stdout)) == 34


def test_list_and_show_print_text(talks: Any) -> None:
    assert HESSIAN in talks("list").stdout
    shown = talks("show", HESSIAN).stdout
    assert "Madeleine Udell, Stanford University" in shown
    assert "from 000_1a4d88725b1ea2bd.txt, line 52" in shown
    assert json.loads(talks("show", HESSIAN, "--json").stdout)["title"] == "Hunting the Hessian"


def test_search_gives_ranked_results_with_their_passage(talks: Any) -> None:
    found = json.loads(talks("search", "Hessian preconditioning", "--limit", "3", "--json").stdout)
    assert [len(found["results"]), found["results"][0]["id"]] == [3, HESSIAN]
    keys = {"id", "kind", "title", "score", "passage_id", "section", "text", "passages"}
    assert set(found["results"][0]) == keys
    assert found["results"][0]["passage_id"] == f"{HESSIAN}#abstract-1"
    assert "Hunting the Hessian" in talks("search", "Hessian").stdout


def test_search_batch_answers_line_by_line_in_order(talks: Any, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text(
        '{"id": "a", "question": "Hessian", "kind": null}\n\nnot json\n{"id": 7}\n'
        '{"id": "b", "question": "Hessian", "kind": "paper", "history": ["Who is here?"]}\n[]\n'
    )
    found = lines(talks("search", "--batch", str(batch), "--limit", "2"))
    assert [line["id"] for line in found] == ["a", None, 7, "b", None]
    assert found[0]["results"][0]["id"] == HESSIAN
    assert "line 3 is not JSON" in found[1]["error"]
    assert "question" in found[2]["error"]
    assert {result["kind"] for result in found[3]["results"]} == {"paper"}
    assert len(found[3]["results"]) == 2


def test_batch_line_that_is_odd_costs_no_other_its_answer(talks: Any, tmp_path: Path) -> None:
    batch = tmp_path / "batch.jsonl"
    odd = [
        '{"id": "half", "question": "Hessian \\ud83c", "history": ["Who \\udf09?"]}',
        '{"id": "line ends", "question": "Hessian\u2028\x85"}',
        "[" * 100_000,
        '{"id": ' + "9" * 5_000 + "}",
        '{"id": -1e999, "question": 5}',
        '{"id": "last", "question": "Hessian"}',
    ]
    batch.write_text("\n".join(odd), encoding="utf-8")
    found = lines(talks("search", "--batch", str(batch), "--limit", "1"))
    assert [line["id"] for line in found] == ["half", "line ends", None, None, "-Infinity", "last"]
    assert [line["results"][0]["id"] for line in found if "results" in line] == [HESSIAN] * 3
    assert all("is not JSON" in line["error"] for line in found[2:4])


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        pytest.param(["--speaker", "udell", "--affiliation", "Stanford"], {HESSIAN}, id="same speaker"),
        pytest.param(["--speaker", "udell", "--affiliation", "EPFL"], set(), id="another's affiliation"),
        pytest.param(
            ["--speaker", "Udell", "--page", "Machine Learning", "--kind", "talk"], {HESSIAN}, id="all at once"
        ),
        pytest.param(["--speaker", "Udell", "--year", "2023"], set(), id="no year recorded"),
    ],
)
def test_search_filters_narrow_exactly(talks: Any, options: list[str], ids: set[str]) -> None:
    found = json.loads(talks("search", "gradients", *options, "--json").stdout)
    assert {result["id"] for result in found["results"]} == ids


def test_search_batch_understands_a_question_by_its_history(talks: Any) -> None:
    given = '{"id": 1, "question": "Where did he study?", "history": ["What does Volkan Cevher speak about?"]}'
    found = lines(talks("search", "--batch", "-", stdin=given))
    assert found[0]["results"][0]["id"] == "training-neural-networks-at-any-scale"


def test_ask_without_a_model_quotes_and_lists_the_sources(talks: Any) -> None:
    result = talks("ask", "What goes wrong in training when models get bigger?")
    assert result.exit_code == 0
    assert "increased instability during training" in result.stdout
    assert "[1] Training Neural Networks at Any Scale, Volkan Cevher, EPFL" in result.stdout


def test_ask_json_follows_the_contract(talks: Any) -> None:
    answer = json.loads(talks("ask", "Where did Volkan Cevher study?", "--model", "none", "--json").stdout)
    assert set(answer) >= {
        "question", "standalone_question", "answer", "citations", "refused", "mode", "dropped_markers", "ms",
    }  # fmt: skip
    assert set(answer["ms"]) == {"total", "retrieval", "first_token"}
    citation = answer["citations"][0]
    assert set(citation) >= {
        "n", "id", "kind", "title", "speakers", "passage_id", "section", "quote", "support", "source", "url",
    }  # fmt: skip
    assert citation["source"] == {"file": "000_1a4d88725b1ea2bd.txt", "line": 29}
    assert (answer["mode"], answer["refused"]) == ("extract", False)


def test_ask_batch_reads_standard_input(talks: Any) -> None:
    given = (
        '{"id": 1, "question": "What is homeostasis?", "history": ["Who is Benjamin Recht?"]}\n'
        '{"id": 2, "question": ""}'
    )
    found = lines(talks("ask", "--batch", "-", "--model", "none", stdin=given))
    assert found[0]["citations"][0]["id"] == "the-wisdom-of-the-body-revisited"
    assert found[1]["id"] == 2
    assert "question" in found[1]["error"]


def test_ask_uses_the_endpoint_of_the_settings(talks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedEndpoint() as server:
        monkeypatch.setenv("TALKS_LLM_BASE_URL", server.address)
        answer = json.loads(talks("ask", "What goes wrong when models get bigger?", "--json").stdout)
        assert (answer["mode"], answer["answer"]) == ("model", "Scale brings instability [1].")
        assert json.loads(talks("ask", "What goes wrong?", "--model", "none", "--json").stdout)["mode"] == "extract"


def test_statement_that_its_source_does_not_carry_is_marked(talks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedEndpoint(Script(pieces=["Scale brings 700 kinds of instability [1]."])) as server:
        monkeypatch.setenv("TALKS_LLM_BASE_URL", server.address)
        said = talks("ask", "What goes wrong in training when models get bigger?").stdout
    assert "unsupported: “Scale brings 700 kinds of instability" in said


def test_dead_endpoint_is_told_on_stderr_and_quotes_are_given(talks: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TALKS_LLM_BASE_URL", "http://127.0.0.1:9")
    result = talks("ask", "What goes wrong in training when models get bigger?")
    assert result.exit_code == 0
    assert "Nothing answers at http://127.0.0.1:9" in result.stderr
    assert "increased instability" in result.stdout


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        pytest.param(["show", "nothing"], 1, "no talk or paper has the id", id="unknown id"),
        pytest.param(["ingest", "/no/such/folder"], 1, "no such file or folder", id="missing corpus"),
        pytest.param(["ask", "x", "--model", "gpt"], 1, "set TALKS_LLM_BASE_URL", id="model without endpoint"),
        pytest.param(["ask", "--batch", "/no/file"], 1, "cannot be read as a batch file", id="missing batch file"),
        pytest.param(["search"], 2, "either a question or --batch", id="no question"),
        pytest.param(["search", "x", "--batch", "-"], 2, "either a question or --batch", id="both"),
        pytest.param(["search", "x", "--kind", "book"], 2, "is not one of", id="wrong kind"),
        pytest.param(["search", "x", "--limit", "0"], 2, "--limit", id="wrong limit"),
        pytest.param(["dance"], 2, "No such command", id="unknown command"),
    ],
)
def test_failure_has_its_exit_code_and_sentence(talks: Any, args: list[str], code: int, said: str) -> None:
    result = talks(*args)
    assert result.exit_code == code
    assert said.lower() in result.stderr.lower()
    assert "Traceback" not in result.output


def test_ingest_reports_and_json_holds_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "talks.jsonl"
    page.write_text(
        '{"kind": "talk", "title": "One", "speakers": [{"name": "A B"}], "abstract": "It works.", "colour": "red"}\n'
        "broken\n"
    )
    monkeypatch.setenv("TALKS_HOME", str(tmp_path / "home"))
    report = json.loads(CliRunner().invoke(app, ["ingest", str(page), "--json"]).stdout)
    assert (report["talks"], report["papers"], report["passages"], report["changed"]) == (1, 0, 1, True)
    assert report["warnings"][0]["line"] == 2
    text = CliRunner().invoke(app, ["ingest", str(page)])
    assert "nothing has changed" in text.stdout
    assert "Keys that are not used, with the first file that has each (1):\n  colour (1): talks.jsonl\n" in text.stdout


def test_search_ingests_first_when_there_is_no_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "talks.jsonl"
    page.write_text('{"title": "On Otters", "speakers": [], "abstract": "Otters hold hands while they sleep."}\n')
    home = ["--home", str(tmp_path / "home"), "--corpus", str(page)]
    found = json.loads(CliRunner().invoke(app, ["search", "sleeping otters", "--json", *home]).stdout)
    assert found["results"][0]["id"] == "on-otters"


def test_search_stays_fast_by_what_it_does_not_import(seeds_home: Path, seeds_report: IngestReport) -> None:
    code = (
        "import sys; from assistant.outlets.cli import app\n"
        f"app(['search', 'Hessian', '--home', {str(seeds_home)!r}], standalone_mode=False)\n"
        "heavy = {'gradio', 'llama_index.core', 'openai', 'torch', 'nltk'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        pytest.param("list --json >&-", 0, "", id="no output"),
        pytest.param("ask 'Which matrix is hunted?' --model none >&- 2>&- <&-", 0, "", id="nothing at all"),
        pytest.param("search --batch - <&-", 0, "", id="no input"),
        pytest.param("list > /dev/full", 1, "No space left on device", id="full, a list"),
        pytest.param("ask 'Which matrix is hunted?' --model none > /dev/full", 1, "No space left", id="full, a turn"),
        pytest.param("list --json | head -c 1", 0, "", id="read no further"),
    ],
)
def test_streams_that_are_closed_or_full_are_no_crash(
    seeds_home: Path, seeds_report: IngestReport, command: str, code: int, said: str
) -> None:
    line = f"'{sys.executable}' -m assistant.outlets.cli {command}"
    env = {**os.environ, "TALKS_HOME": str(seeds_home)}
    run = subprocess.run(["sh", "-c", line], env=env, capture_output=True, text=True, timeout=120, check=False)
    assert (run.returncode, run.stderr.count("\n")) == (code, bool(said)), run.stderr
    assert said in run.stderr


@pytest.mark.parametrize("below", ["", "collections", "collections/talks"])
def test_file_where_a_folder_of_the_index_should_be_is_named(tmp_path: Path, below: str) -> None:
    page = tmp_path / "talks.jsonl"
    page.write_text('{"title": "On Otters", "abstract": "Otters hold hands while they sleep."}\n')
    home = tmp_path / "home"
    (home / below).parent.mkdir(parents=True, exist_ok=True)
    (home / below).write_text("a note")
    result = CliRunner().invoke(app, ["search", "otters", "--home", str(home), "--corpus", str(page)])
    assert result.exit_code == 1
    assert "move the file away that stands where a folder should be" in result.stderr
    assert "still serves" not in result.stderr
    assert (home / below).read_text() == "a note"
