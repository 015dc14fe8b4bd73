"""Whole turns, without a model, on questions of every kind about one collection.

Comes in: an assistant, and a file of questions with what an ideal answer cites and states. Goes out: figures by kind.
A line is `{"id", "kind", "question", "history", "expected", "facts"?, "expected_count"?, "expected_names"?}`; kinds are
content, followup, looks_absent, list, overview, unanswerable (with sub "premise" where a record corrects it).
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.assembly import Assistant
from assistant.types import Answer
from evals.dialogues import converse
from ingest.text import plain_words

ANSWERED = ("content", "followup", "looks_absent")


@dataclass(frozen=True, slots=True)
class Turn:
    """A labelled question and its answer."""

    asked: dict[str, Any]
    answer: Answer

    @property
    def cited(self) -> set[str]:
        """The records that the answer cites."""
        return {citation.id for citation in self.answer.citations}

    @property
    def expected(self) -> set[str]:
        """The records that an ideal answer cites."""
        return set(self.asked.get("expected") or ())

    @property
    def facts(self) -> float:
        """The share of the ideal answer's facts that it states."""
        return facts_in(self.asked.get("facts") or (), self.answer.text)

    @property
    def is_exact(self) -> bool:
        """Whether a list is complete, and holds nothing else."""
        count, names = self.asked.get("expected_count"), self.asked.get("expected_names") or ()
        return (
            ((not self.expected and bool(count or names)) or self.cited == self.expected)
            and (count is None or re.search(rf"(?<!\d){count}(?!\d)", self.answer.text) is not None)
            and all(name in self.answer.text for name in names)
        )


def facts_in(facts: Sequence[str], text: str) -> float:
    """The share of facts whose words stand in a text, in [0, 1]; 1 where there are none to state."""
    held = " ".join(plain_words(text))
    found = [set(plain_words(fact)) <= set(held.split()) for fact in facts]
    return sum(found) / len(found) if found else 1.0


def read(path: Path) -> list[dict[str, Any]]:
    """The lines of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def hold(assistant: Assistant, questions: Sequence[dict[str, Any]]) -> list[Turn]:
    """Every conversation, turn by turn; its last answer."""
    return [Turn(one, converse(assistant, [*one.get("history", ()), one["question"]])) for one in questions]


def figures(turns: Sequence[Turn]) -> dict[str, float | int]:
    """What a set of turns comes to."""

    def share(some: Sequence[Turn], right: Callable[[Turn], float]) -> float:
        return round(sum(map(right, some)) / len(some), 3) if some else float("nan")

    def of(*kinds: str) -> list[Turn]:
        return [turn for turn in turns if turn.asked["kind"] in kinds]

    answered = of(*ANSWERED)
    lists = of("list")
    absent = [turn for turn in of("unanswerable") if turn.asked.get("sub") != "premise"]
    premise = [turn for turn in of("unanswerable") if turn.asked.get("sub") == "premise"]
    wrong = [t for t in lists if t.answer.mode == "catalogue" and not t.is_exact]
    return {
        "questions": len(turns),
        "cites an expected record": share(answered, lambda t: bool(t.cited & t.expected)),
        "… content": share(of("content"), lambda t: bool(t.cited & t.expected)),
        "… follow-ups": share(of("followup"), lambda t: bool(t.cited & t.expected)),
        "… looks absent": share(of("looks_absent"), lambda t: bool(t.cited & t.expected)),
        "citation recall": share(answered, lambda t: len(t.cited & t.expected) / max(1, len(t.expected))),
        "citation precision": share(
            [t for t in answered if t.cited], lambda t: len(t.cited & t.expected) / max(1, len(t.cited))
        ),
        "ideal facts": share([t for t in answered if t.asked.get("facts")], lambda t: t.facts),
        "false refusals": share(answered, lambda t: t.answer.refused),
        "lists exact": share(lists, lambda t: t.is_exact),
        "lists wrong": len(wrong),
        "lists": len(lists),
        "overview cites": share(
            [t for t in of("overview") if t.expected], lambda t: len(t.cited & t.expected) / len(t.expected)
        ),
        "absent refused": share(absent, lambda t: t.answer.refused),
        "premise corrected": share(premise, lambda t: bool(t.cited & t.expected) or t.answer.refused),
        "median characters": sorted(len(t.answer.text) for t in answered)[len(answered) // 2] if answered else 0,
    }


def facts_in_prompts(assistant: Assistant, questions: Sequence[dict[str, Any]], *, room_chars: int) -> float:
    """The share of answerable questions of which an expected record and every fact reach a model's prompt."""
    from assistant.answer.generate import Task, user_message
    from assistant.prompts import load_prompts

    prompts, gatherer = load_prompts(assistant.settings.prompts), assistant.gatherer
    held = []
    for one in questions:
        if one["kind"] not in ANSWERED or not one.get("facts"):
            continue
        history: list[Answer] = []
        for asked in one.get("history", ()):
            history.append(converse(assistant, [*(a.question for a in history), asked]))
        understood = assistant.understand(one["question"], history)
        evidence = gatherer.gather(understood)
        sources = [gatherer.numbered(record, understood) for record in evidence.whole]
        task = Task(understood.standalone, sources, None, gatherer.titles, "")
        message = user_message(task, history, prompts, room_chars=room_chars)
        has_record = bool({record.record_id for record in evidence.whole} & set(one["expected"]))
        held.append(has_record and facts_in(one["facts"], message) == 1)
    return round(sum(held) / max(1, len(held)), 3)
