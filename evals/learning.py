"""Weights and thresholds from labelled rows; ordinary logistic regression, so that the program needs no library for it.

Comes in: rows of signals, the right answers, the source of each row. Goes out: weights, a threshold, a figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Ridge; with thousands of pairs its size hardly matters, it keeps rare signals from large weights.
_RIDGE = 1.0
_NEWTON_STEPS = 12
FOLDS = 10
# Of the descent: its steps, their length, what large weights cost, and how far rows are spread before it.
_DESCENT_STEPS, _RATE, _DESCENT_RIDGE, _SCALE = 250, 4.0, 1e-4, 3.0
# From -31 to 31: some five bits a number once they are compressed.
STEPS = 31
_LEAST_ROUNDED = 10_000

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def learn(
    rows: Floats, truth: Bools, sources: NDArray[np.str_] | None = None, *, alike: bool = False
) -> tuple[float, Floats]:
    """Logistic regression; each source, and in it each of the two answers, weighs the same.

    Args:
        rows: Shape (n, signals).
        truth: Shape (n,).
        sources: Shape (n,); None is one for all.
        alike: The signals are of one scale already; a rare one then gets no large weight.

    Returns:
        The bias, and a weight for each signal, shape (signals,).
    """
    share = np.zeros(len(truth))
    sources = np.full(len(truth), "") if sources is None else sources
    for source in set(sources):
        for answer in (True, False):
            some = (sources == source) & (truth == answer)
            share[some] = 1 / max(int(some.sum()), 1)
    share *= len(truth) / share.sum()
    mean, spread = rows.mean(axis=0), np.ones(rows.shape[1]) if alike else rows.std(axis=0) + 1e-9
    scaled = np.column_stack([(rows - mean) / spread, np.ones(len(rows))])
    ridge = np.append(np.full(rows.shape[1], _RIDGE), 1e-6)
    weights = np.zeros(scaled.shape[1])
    for _ in range(_NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-scaled @ weights))
        gradient = scaled.T @ (share * (chance - truth)) + ridge * weights
        curvature = (scaled * (share * chance * (1 - chance))[:, None]).T @ scaled + np.diag(ridge)
        weights -= np.linalg.solve(curvature, gradient)
    plain = weights[:-1] / spread
    return float(weights[-1] - mean @ plain), plain


def shuffled_folds(count: int) -> NDArray[np.int64]:
    """A fold for each of so many rows, at random and always the same; shape (count,), numbers below `FOLDS`."""
    return np.random.default_rng(0).permutation(np.arange(count) % FOLDS)


def cross_validated(rows: Floats, truth: Bools, folds: NDArray[np.int64], *, alike: bool = False) -> Floats:
    """The odds of each row by what is learned from the rows of the other folds; shape (n,). See `learn`."""
    odds = np.zeros(len(truth))
    for fold in np.unique(folds):
        held = folds == fold
        bias, weights = learn(rows[~held], truth[~held], alike=alike)
        odds[held] = rows[held] @ weights + bias
    return odds


def best_threshold(scores: Floats, truth: Bools, sources: NDArray[np.str_]) -> float:
    """The threshold with the best mean balanced accuracy over the sources, out of a hundred quantiles."""
    finite = scores[np.isfinite(scores)]
    if not len(finite):
        return 0.0
    own = [sources == source for source in sorted(set(sources))]
    return max(
        (float(one) for one in np.quantile(finite, np.linspace(0.01, 0.99, 99))),
        key=lambda one: float(np.mean([balanced_accuracy(truth[some], scores[some] >= one) for some in own])),
    )


def balanced_accuracy(truth: Bools, called: Bools) -> float:
    """Mean of the shares called rightly among the supported and among the rest; .5 is chance."""
    shares = [float((called[truth == answer] == answer).mean()) for answer in (True, False) if (truth == answer).any()]
    return float(np.mean(shares))


@dataclass(frozen=True, slots=True)
class Softmax:
    """A linear layer with a chance for each class.

    Attributes:
        weights: Shape (features, classes).
        bias: Shape (classes,).
    """

    weights: Floats
    bias: Floats

    @classmethod
    def learn(cls, rows: Floats, truth: NDArray[np.int64], shares: Floats, classes: int) -> "Softmax":
        """Multinomial logistic regression by gradient descent with momentum; rows of length about 1.

        A class counts by the root of its share, so that a rare one is learned and a frequent one stays likelier.

        Args:
            rows: Shape (n, features).
            truth: Shape (n,), the class of each.
            shares: Shape (n,), what each counts.
            classes: How many there are.
        """
        in_class = np.array([shares[truth == one].sum() for one in range(classes)])
        share = shares / np.sqrt(in_class[truth])
        share = (share / share.sum())[:, None]
        middle = rows.mean(axis=0)
        spread = (rows - middle) * _SCALE
        wanted = np.eye(classes)[truth]
        weights, bias = np.zeros((rows.shape[1], classes)), np.zeros(classes)
        moved, moved_bias = np.zeros_like(weights), np.zeros_like(bias)
        for _ in range(_DESCENT_STEPS):
            off = (_shares(spread @ weights + bias) - wanted) * share
            moved = 0.9 * moved - _RATE * (spread.T @ off + _DESCENT_RIDGE * weights)
            moved_bias = 0.9 * moved_bias - _RATE * off.sum(axis=0)
            weights += moved
            bias += moved_bias
        plain = weights * _SCALE
        return cls(plain, bias - middle @ plain)

    def chances(self, rows: Floats) -> Floats:
        """Shape (n, classes), each row together 1."""
        return _shares(rows @ self.weights + self.bias)


def _shares(odds: Floats) -> Floats:
    powers = np.exp(odds - odds.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True), dtype=np.float64)


def rounded(weights: Mapping[str, NDArray[np.float32]], steps: int = STEPS) -> dict[str, NDArray[Any]]:
    """What to save: matrices to whole numbers up to `steps`, each row by a scale of its own, the rest to 16 bits."""
    stored: dict[str, NDArray[Any]] = {}
    for name, values in weights.items():
        if values.size < _LEAST_ROUNDED:
            stored[name] = values.astype(np.float16)
            continue
        scales = np.abs(values).max(axis=1, keepdims=True) / steps
        stored[name] = np.rint(values / scales).astype(np.int8)
        stored[f"{name}/scale"] = scales.astype(np.float32)
    return stored
