"""Opinions are lines of a file, and stay there."""

import json
from pathlib import Path

from assistant.outlets.conversations import FEEDBACK_FILE, Conversations, Turn
from tests.assistant.test_references import ANSWER


def test_each_opinion_is_one_line_with_its_question_answer_and_word(tmp_path: Path) -> None:
    home = tmp_path / "home"
    Conversations(home).rate(Turn("Why?", ANSWER), "up", "")
    Conversations(home).rate(Turn("Why? \u2028", ANSWER), "down", "two\nlines " + "x" * 3000)
    lines = [json.loads(line) for line in (home / FEEDBACK_FILE).read_text(encoding="utf-8").split("\n")[:-1]]
    assert [(line["rating"], line["question"]) for line in lines] == [("up", "Why?"), ("down", "Why? \u2028")]
    assert lines[1]["word"].startswith("two\nlines xxx")
    assert len(lines[1]["word"]) == 2000
    assert lines[0]["citations"][1]["id"] == "flat-minima"
