"""How many questions about the collection are answered exactly: all that was asked for, and only that.

Comes in: a catalogue and the labelled questions of `evals/catalogue.jsonl`. Goes out: the exact share, in all and by
half: odd lines were for development first; both are by now, so that only questions from outside tell what is unseen.
"""

import json
import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from assistant.catalogue import Catalogue, CatalogueAnswer, Query
from assistant.citations import CitedText


@dataclass(frozen=True, slots=True)
class CatalogueScore:
    """What one half, or the whole, measured.

    Attributes:
        exact: How many were answered exactly.
        missed: Ids of the others, in the order of the file.
        median_ms: Of one question with its answer told, in milliseconds.
    """

    questions: int
    exact: int
    missed: tuple[str, ...] = field(default=())
    median_ms: float = 0.0

    @property
    def share(self) -> float:
        """The exact share, in [0, 1]."""
        return self.exact / self.questions if self.questions else 0.0


def load_questions(path: Path) -> list[dict[str, Any]]:
    """The labelled questions of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def score_catalogue(catalogue: Catalogue, questions: Sequence[dict[str, Any]]) -> dict[str, CatalogueScore]:
    """Score a set of questions.

    Args:
        catalogue: Over the corpus that the questions were written for.
        questions: As `load_questions` gives them.

    Returns:
        "dev" and "report".
    """
    outcomes: dict[str, list[tuple[str, bool, float]]] = {"dev": [], "report": []}
    for question in questions:
        began = time.perf_counter()
        exact = is_exact(catalogue, question)
        outcomes[question["half"]].append((question["id"], exact, (time.perf_counter() - began) * 1000))
    return {half: _score(own) for half, own in outcomes.items()}


def is_exact(catalogue: Catalogue, question: dict[str, Any]) -> bool:
    """Whether an answer cites exactly the records expected, tells the names and the number, and keeps the order."""
    query: Query | None = None
    for earlier in question["history"]:
        answer = catalogue.answer(earlier, query)
        query = answer.query if answer else None
    answer = catalogue.answer(question["question"], query)
    if question["expected"] is None and question["expected_names"] is None:
        return answer is not None and answer.refused
    if answer is None or answer.refused:
        return False
    told = CitedText()
    for _ in answer.tell(told):
        pass
    names = question["expected_names"] or ()
    count = question["expected_count"]
    return (
        (question["expected"] is None or _same(question, dict.fromkeys(one.id for one in told.citations)))
        and all(name in told.text for name in names)
        and (count is None or bool(count == _number(answer)) or re.search(rf"\b{count}\b", told.text) is not None)
    )


def _same(question: dict[str, Any], cited: Iterable[str]) -> bool:
    if "order matters" in (question.get("note") or ""):
        return bool(list(cited) == question["expected"])
    return set(cited) == set(question["expected"])


def _number(answer: CatalogueAnswer) -> int:
    if answer.result is None:
        return 0
    return len(answer.result.groups) or len(answer.result.ids)


def _score(outcomes: Sequence[tuple[str, bool, float]]) -> CatalogueScore:
    return CatalogueScore(
        questions=len(outcomes),
        exact=sum(exact for _, exact, _ in outcomes),
        missed=tuple(name for name, exact, _ in outcomes if not exact),
        median_ms=round(median(ms for *_, ms in outcomes), 2) if outcomes else 0.0,
    )
