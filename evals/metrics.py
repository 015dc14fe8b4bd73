"""Figures of a ranking, and how sure they are.

Comes in: ranked ids and the ids that answer; scores of answerable and unanswerable questions. Goes out: figures in
[0, 1].
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RECALL_AT = 5
NDCG_AT = 10
# Enough that the second decimal of an interval stands still from run to run; the seed makes it the same one.
_RESAMPLES = 2000
_SEED = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """One question's, or the mean of many.

    Attributes:
        recall: Share of the expected records among the first 5; of the first 5 when more than 5 are expected.
        hit: Whether the first record is one of them.
        reciprocal_rank: 1 / rank of the first of them, 0 when it is not ranked.
        ndcg: Normalised discounted cumulative gain of the first 10.
    """

    recall: float
    hit: float
    reciprocal_rank: float
    ndcg: float


NAMES = ("recall@5", "hit@1", "MRR", "nDCG@10")


def figures(ranked: Sequence[str], expected: Collection[str]) -> Figures:
    """The figures of one ranking, best first."""
    found = len(set(expected) & set(ranked[:RECALL_AT])) / min(len(expected), RECALL_AT)
    first = next((rank for rank, record_id in enumerate(ranked, 1) if record_id in expected), None)
    hit = float(bool(ranked) and ranked[0] in expected)
    return Figures(found, hit, 1 / first if first else 0.0, ndcg(ranked, dict.fromkeys(expected, 1)))


def ndcg(ranked: Sequence[str], grades: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain of the first 10, with the grade as gain, as trec_eval counts it."""
    gained = sum(grades.get(one, 0) / math.log2(rank + 1) for rank, one in enumerate(ranked[:NDCG_AT], 1))
    ideal = sorted(grades.values(), reverse=True)[:NDCG_AT]
    most = sum(grade / math.log2(rank + 1) for rank, grade in enumerate(ideal, 1))
    return gained / most if most else 0.0


def as_row(one: Figures) -> tuple[float, float, float, float]:
    """The figures in the order of `NAMES`."""
    return (one.recall, one.hit, one.reciprocal_rank, one.ndcg)


def mean(rows: Sequence[Figures]) -> Figures:
    """The mean of each figure."""
    return Figures(*np.mean([as_row(row) for row in rows], axis=0).tolist())


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 % bootstrap interval of the mean, percentile method, over questions."""
    drawn = np.random.default_rng(_SEED).choice(np.asarray(values), size=(_RESAMPLES, len(values)))
    low, high = np.percentile(drawn.mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Roc:
    """How well a score tells answerable from unanswerable questions.

    Attributes:
        area: Probability that an answerable question scores above an unanswerable one; .5 is chance.
        points: (threshold, share of the answerable refused, share of the unanswerable refused), by rising threshold.
    """

    area: float
    points: tuple[tuple[float, float, float], ...]


def roc(answerable: Sequence[float], unanswerable: Sequence[float], thresholds: Sequence[float]) -> Roc:
    """The curve at some thresholds, and the area under the whole of it."""
    yes: NDArray[np.float64] = np.asarray(answerable, dtype=np.float64)
    no: NDArray[np.float64] = np.asarray(unanswerable, dtype=np.float64)
    wins = (yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])
    points = tuple((t, float((yes < t).mean()), float((no < t).mean())) for t in thresholds)
    return Roc(float(wins.mean()), points)
