"""Conversations on disk: reopened whole, whatever a crash or an ingest did meanwhile."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.assembly import Assistant
from assistant.outlets.conversations import Conversations, Turn, new_conversation_id
from assistant.types import Answer, Done, Sources
from tests.browser.scripted import FLAT, HESSIAN, cite

ID = "20260131T101112-0badcafe"
ANSWER = Answer(
    "Why?",
    "Why is it slow?",
    "Slow [1], 日本 🙂",
    (cite(1, HESSIAN, "Ill conditioned loss landscapes", "weak"),),
    refused=False,
    mode="model",
    notice="It broke off.",
    timing_ms={"total": 3.5, "first_token": None},
)
TURN = Turn("Why?", ANSWER, "2026-01-31T10:11:12+00:00", (HESSIAN, FLAT), stopped=True)


def test_turn_is_read_back_equal(tmp_path: Path) -> None:
    Conversations(tmp_path).append("ada", ID, TURN)
    assert Conversations(tmp_path).read("ada", ID).turns == [TURN]


def test_turn_of_the_real_engine_is_read_back_equal_after_its_index_is_gone(
    assistant: Assistant, tmp_path: Path
) -> None:
    events = list(assistant.turn("What does Volkan Cevher speak about?", endpoint=None))
    answer = next(event.answer for event in events if isinstance(event, Done))
    passages = next((event.passages for event in events if isinstance(event, Sources)), ())
    assert answer.citations
    turn = Turn("What does Volkan Cevher speak about?", answer, "2026-01-31T10:11:12+00:00", passages)
    Conversations(tmp_path).append("ada", ID, turn)
    assert Conversations(tmp_path).read("ada", ID).turns == [turn]


@pytest.mark.parametrize("cut", [1, 30, 400], ids=["line end only", "end of the line", "most of the line"])
def test_torn_last_line_loses_that_turn_only(tmp_path: Path, cut: int) -> None:
    kept = Conversations(tmp_path)
    kept.append("ada", ID, TURN)
    second = replace(TURN, question="And then?")
    kept.append("ada", ID, second)
    (file,) = tmp_path.rglob("*.jsonl")
    file.write_bytes(file.read_bytes()[:-cut])
    survivors = [TURN, second] if cut == 1 else [TURN]
    assert kept.read("ada", ID).turns == survivors
    kept.append("ada", ID, replace(TURN, question="Third?"))
    assert [turn.question for turn in kept.read("ada", ID).turns] == [*(t.question for t in survivors), "Third?"]


def test_taken_back_turn_is_replaced(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    kept.append("ada", ID, replace(TURN, question="First?"))
    kept.append("ada", ID, TURN)
    kept.take_back("ada", ID)
    kept.append("ada", ID, replace(TURN, question="Better?"))
    assert [turn.question for turn in kept.read("ada", ID).turns] == ["First?", "Better?"]


def test_summaries_name_the_first_question_last_used_first_and_only_of_their_owner(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    for number, owner in enumerate(["ada", "ada", "ben"]):
        kept.append(owner, f"20260131T10111{number}-0badcafe", replace(TURN, question=f"Question {number}?"))
    for path, age in zip(sorted(tmp_path.rglob("*.jsonl"), key=lambda path: path.name), (10, 20, 5), strict=True):
        os.utime(path, (1_800_000_000 - age,) * 2)
    assert [summary.title for summary in kept.listed("ada")] == ["Question 0?", "Question 1?"]
    assert [summary.title for summary in kept.listed("ben")] == ["Question 2?"]
    assert kept.listed("eve") == []
    assert kept.read("eve", ID).turns == []


def test_deleted_conversation_is_gone_from_disk(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    kept.append("ada", ID, TURN)
    kept.delete("ben", ID)
    assert kept.read("ada", ID).turns == [TURN]
    kept.delete("ada", ID)
    assert list(tmp_path.rglob("*.jsonl")) == []


@pytest.mark.parametrize("name", ["", "../../secret", "a/b", f"{ID}/..", f"../{ID}", "x" * 300])
def test_names_that_are_not_ours_reach_no_file(tmp_path: Path, name: str) -> None:
    kept = Conversations(tmp_path / "home")
    (tmp_path / "secret.jsonl").write_text("{}")
    kept.append("ada", name, TURN)
    kept.delete("ada", name)
    assert kept.read("ada", name).turns == []
    assert [path.name for path in tmp_path.rglob("*.jsonl")] == ["secret.jsonl"]


def test_files_are_their_users_alone_and_do_not_show_the_owner(tmp_path: Path) -> None:
    Conversations(tmp_path).append("ada", ID, TURN)
    (file,) = tmp_path.rglob("*.jsonl")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "ada" not in str(file.relative_to(tmp_path))


def test_new_ids_differ() -> None:
    assert len({new_conversation_id() for _ in range(100)}) == 100


def test_conversation_is_named_pinned_found_deleted_and_brought_back(tmp_path: Path) -> None:
    kept, other = Conversations(tmp_path), "20260131T101113-0badcafe"
    kept.append("ada", ID, TURN)
    kept.append("ada", other, replace(TURN, question="Später?"))
    kept.change("ada", ID, title="  My   slopes ")
    kept.change("ada", ID, pinned=True)
    assert [(one.id, one.title, one.is_pinned) for one in kept.listed("ada")] == [
        (ID, "My slopes", True),
        (other, "Später?", False),
    ]
    assert [one.id for one in kept.listed("ada", "spater slow")] == [other]
    assert kept.read("ada", ID).turns == [TURN]
    kept.change("ada", ID, pinned=False)
    kept.change("ada", ID, title="")
    assert kept.read("ada", ID).title == "Why?"
    kept.delete("ada", other)
    assert [one.id for one in kept.listed("ada")] == [ID]
    kept.restore("ada", other)
    assert kept.read("ada", other).turns == [replace(TURN, question="Später?")]
    kept.change("eve", ID, title="Mine now")
    assert kept.read("ada", ID).title == "Why?"


def test_deleted_conversation_goes_for_good_after_a_day(tmp_path: Path) -> None:
    kept = Conversations(tmp_path)
    for conversation in (ID, "20260131T101113-0badcafe"):
        kept.append("ada", conversation, TURN)
    kept.delete("ada", ID)
    (gone,) = tmp_path.rglob("*.deleted")
    os.utime(gone, (0, 0))
    kept.delete("ada", "20260131T101113-0badcafe")
    assert [path.stem for path in tmp_path.rglob("*.deleted")] == ["20260131T101113-0badcafe"]
