"""`talks eval`: tables, JSON, and what it says when it cannot."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import evals.run
from assistant.outlets.cli import app
from evals.questions import EVALS, Half, read_dialogues, read_lists, read_questions
from ingest.errors import CorpusMissing, PageUnreadable


@pytest.mark.slow
def test_eval_measures_the_product_beside_the_usual_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    # Its figures are the matter of `test_floors.py`, over many more.
    monkeypatch.setattr(evals.run, "read_questions", lambda *named: read_questions(*named)[::4])
    monkeypatch.setattr(evals.run, "read_lists", lambda *named: read_lists(*named)[:5])
    monkeypatch.setattr(evals.run, "read_dialogues", lambda *named: read_dialogues(*named)[:5])
    run = CliRunner().invoke(app, ["eval", "--json"])
    found = json.loads(run.stdout)
    assert list(found["systems"]) == [
        "keyword alone", "meaning alone", "rank fusion (RRF)", "LlamaIndex tutorial", "this program",
    ]  # fmt: skip
    assert found["questions"]["all"] == sum(count for kind, count in found["questions"].items() if kind != "all") == 30
    own = found["systems"]["this program"]["all"]["recall@5"]
    assert own["interval"][0] <= own["mean"] <= own["interval"][1]


def test_halves_share_no_question() -> None:
    def asked(half: Half) -> set[tuple[tuple[str, ...], str]]:
        dialogues = read_dialogues(EVALS / "dialogues.jsonl", half)
        lists = read_lists(EVALS / "catalogue.jsonl", half)
        return {(one.history, one.question.lower()) for one in dialogues} | {
            (one.history, one.question.lower()) for one in lists
        }

    dev, report = asked("dev"), asked("report")
    assert len(dev) > len(report) > 200
    assert not dev & report


def test_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "questions.jsonl"
    path.write_text('\n{"id": "1", "question": "?"}\n')
    with pytest.raises(PageUnreadable, match=r"questions\.jsonl, line 2: kind_of_question"):
        read_questions(path)
    with pytest.raises(CorpusMissing, match="evals/"):
        read_questions(tmp_path / "none.jsonl")
