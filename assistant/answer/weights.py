"""What the check of each sentence has learned: `grounding.npz`, made by `python -m evals.fit_grounding`.

Comes in: the file. Goes out: how surely a claim is carried, and which of its words are wrong, from its words beside
their counterparts (`counterparts`); whether a sentence claims anything, from its vector; word vectors in fewer
directions. A few small networks judge together. Seed and data stand in the file beside the weights.

Source: Vaswani et al., NeurIPS 2017, and Shaw et al., NAACL 2018, attention that knows how far apart two words stand;
here twice, in the claim and between their counterparts.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from assistant.answer.claims import Reading
from assistant.answer.counterparts import WordPairs
from assistant.learned import widened

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "grounding.npz"
HEADS = 4
# Features further than this from their mean, in standard deviations, tell nothing more.
MOST_SPREAD = 4.0
# A word is judged with the two before and the two after it.
AROUND = 2
# Distances beyond these are one, in the claim and between counterparts; the last there is "in another sentence".
FAR, FAR_THERE = 6, 12


class Judged(NamedTuple):
    """How surely a claim is carried, in [0, 1], and how likely each of its first 40 words is wrong, shape (n,)."""

    score: float
    wrong: Floats


class Weights:
    """Immutable, safe to share between threads."""

    def __init__(self, weights: Mapping[str, Floats], about: Mapping[str, Any]) -> None:
        """Take weights as `evals.fit_grounding` names them, and what it says of them."""
        self.about = about
        # Scores are chances; .5 is the threshold.
        self.supported_from = 0.5
        self.unsupported_below = 1 / (1 + math.exp(about["unsupported"]))
        self.clear_from = 1 / (1 + math.exp(-about["clear"]))
        self._w = weights
        self._networks = [
            {name.removeprefix(f"{n}/"): one for name, one in weights.items() if name.startswith(f"{n}/")}
            for n in range(about["networks"])
        ]

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Self:
        """Read them from disk."""
        with np.load(path) as stored:
            about = json.loads(str(stored["about"]))
            return cls(widened({name: stored[name] for name in stored.files if name != "about"}), about)

    def project(self, middle: Floats, last: Floats) -> Floats:
        """Word vectors as the embedder gives them, shape (n, 384) each → the directions in which they differ most."""
        return project(self._w, middle, last)

    def claims(self, reading: Reading, *, is_cited: bool) -> bool:
        """Whether a sentence claims something, and does not only frame an answer; a cited one with a name does."""
        named = is_cited and any(word.is_name and word.end - word.start > 1 for word in reading.words)
        return named or float(reading.vector @ self._w["claim"] + self._w["claim_bias"][0]) >= 0

    def judge(self, pairs: WordPairs) -> Judged:
        """What the networks say of a claim in the mean."""
        spread = np.clip((pairs.aligned.features - self._w["mean"]) / self._w["deviation"], -MOST_SPREAD, MOST_SPREAD)
        odds, wrong = zip(*(_judge(one, pairs, spread) for one in self._networks), strict=True)
        return Judged(float(_chance(np.mean(odds))), np.mean(_chance(np.stack(wrong)), axis=0))


def project(axes: Mapping[str, Floats], middle: Floats, last: Floats) -> Floats:
    """See `Weights.project`."""
    return np.concatenate(
        [(middle - axes["middle_mean"]) @ axes["middle"], (last - axes["last_mean"]) @ axes["last"]], axis=1
    ).astype(np.float32)


def distances(pairs: WordPairs) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Of each two words how far apart they stand in the claim, and their counterparts there; shape (n, n) each."""
    at, place, owner = np.arange(len(pairs.place)), pairs.place, pairs.owner
    here = np.clip(at[None, :] - at[:, None], -FAR, FAR) + FAR
    there = np.clip(place[None, :] - place[:, None], -FAR_THERE, FAR_THERE) + FAR_THERE
    return here, np.where(owner[None, :] == owner[:, None], there, 2 * FAR_THERE + 1)


def _judge(w: Mapping[str, Floats], pairs: WordPairs, spread: Floats) -> tuple[float, Floats]:
    """The odds that a claim is carried, and of each word that it is wrong."""
    said, found, left, right = pairs.words @ w["narrow"]
    beside = np.concatenate([said, found, said * found, np.abs(said - found), left, right, pairs.signals], axis=1)
    compared = np.maximum(beside @ w["compare"] + w["compare_bias"], 0)
    padded = np.pad(compared, ((AROUND, AROUND), (0, 0)))
    around = [padded[n : n + len(compared)] for n in range(2 * AROUND + 1)]
    judged = np.maximum(
        np.concatenate([*around, _attend(w, compared, pairs)], axis=1) @ w["judge"] + w["judge_bias"], 0
    )
    off = judged @ w["off"] + w["off_bias"]
    worst = off.max() + np.log(np.exp(off - off.max()).sum())
    pooled = np.concatenate([judged.max(axis=0), judged.mean(axis=0), [worst]])
    return float(pooled @ w["pooled"] + spread @ w["features"] + w["bias"][0]), off


def _attend(w: Mapping[str, Floats], compared: Floats, pairs: WordPairs) -> Floats:
    """What each word learns from the others, by what they are and how far apart they and their counterparts stand."""
    count, width = len(compared), compared.shape[1] // HEADS
    asked, offered, told = (
        (compared @ w["attend"] + w["attend_bias"]).reshape(count, 3, HEADS, width).transpose(1, 2, 0, 3)
    )
    weights = asked @ offered.transpose(0, 2, 1) / math.sqrt(width)
    apart = [
        (np.eye(w[f"{name}_bias"].shape[1], dtype=np.float32)[steps], w[f"{name}_bias"], w[f"{name}_told"])
        for name, steps in zip(("here", "there"), distances(pairs), strict=True)
    ]
    for steps, bias, _ in apart:
        weights = weights + (steps @ bias.T).transpose(2, 0, 1)
    weights = np.exp(weights - weights.max(axis=2, keepdims=True))
    weights /= weights.sum(axis=2, keepdims=True)
    learned = weights @ told
    for steps, _, said in apart:
        learned = learned + np.einsum("hik,iks->his", weights, steps) @ said.reshape(HEADS, -1, width)
    return np.asarray(np.maximum(learned.transpose(1, 0, 2).reshape(count, -1), 0), dtype=np.float32)


def _chance(odds: Any) -> Any:
    return 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
