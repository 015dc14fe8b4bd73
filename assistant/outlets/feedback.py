"""Thumbs up and down, with a word, kept under the home folder as JSONL.

Comes in: what a visitor thought of an answer. Goes out: a line of `feedback.jsonl`, to be read by whoever runs the
program; it is sent nowhere.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from assistant.outlets.conversations import append_line, now_text
from assistant.outlets.formats import answer_json
from assistant.types import Answer

FEEDBACK_FILE = "feedback.jsonl"
LONGEST_WORD_CHARS = 2000

Rating = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """One opinion.

    Attributes:
        word: What they wrote beside the thumb, or "".
    """

    rating: Rating
    word: str
    question: str
    answer: Answer


def keep_feedback(home: Path, feedback: Feedback) -> None:
    """Append one opinion.

    Raises:
        OSError: The home cannot be written.
    """
    home.mkdir(parents=True, exist_ok=True)
    line = {
        "at": now_text(),
        "rating": feedback.rating,
        "word": feedback.word[:LONGEST_WORD_CHARS],
        **answer_json(feedback.answer),
        "question": feedback.question,
    }
    append_line(home / FEEDBACK_FILE, json.dumps(line, ensure_ascii=False))
