"""Every system over every labelled question.

Comes in: systems, labelled questions. Goes out: a `RetrievalReport`.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evals.metrics import Figures, as_row, figures, interval, mean
from evals.questions import KINDS, LabelledQuestion
from evals.systems import System, without

ALL = "all"
PRODUCT = "this program"


@dataclass(frozen=True, slots=True)
class SystemFigures:
    """One system over all questions.

    Attributes:
        by_kind: Means by kind of question, and of all.
        intervals: By kind, the 95 % interval of each figure, in the order of `metrics.NAMES`.
        median_ms: From question to ranked ids.
    """

    by_kind: dict[str, Figures]
    intervals: dict[str, tuple[tuple[float, float], ...]]
    median_ms: float


@dataclass(frozen=True, slots=True)
class RetrievalReport:
    """All systems over all questions.

    Attributes:
        counts: Questions by kind.
        systems: By name, baselines first.
    """

    counts: dict[str, int]
    systems: dict[str, SystemFigures]


def evaluate(systems: Mapping[str, System], questions: Sequence[LabelledQuestion]) -> RetrievalReport:
    """Run every system over every question."""
    kinds = [kind for kind in KINDS if any(question.kind_of_question == kind for question in questions)]
    counts = {kind: sum(question.kind_of_question == kind for question in questions) for kind in kinds}
    found = {name: measure(system, questions) for name, system in systems.items()}
    return RetrievalReport(counts={ALL: len(questions), **counts}, systems=found)


def measure(system: System, questions: Sequence[LabelledQuestion]) -> SystemFigures:
    """One system over all questions."""
    rows: dict[str, list[Figures]] = {}
    times_ms: list[float] = []
    for question in questions:
        began = time.perf_counter()
        ranked = system(question.question)
        times_ms.append((time.perf_counter() - began) * 1000)
        one = figures(without(ranked, question.named), question.expected)
        for kind in (ALL, question.kind_of_question):
            rows.setdefault(kind, []).append(one)
    return SystemFigures(
        by_kind={kind: mean(of_kind) for kind, of_kind in rows.items()},
        intervals={
            kind: tuple(interval(column) for column in zip(*map(as_row, of_kind), strict=True))
            for kind, of_kind in rows.items()
        },
        median_ms=float(np.median(times_ms)),
    )
