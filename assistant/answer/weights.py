"""What the check of each sentence has learned: `grounding.npz`, made by `python -m evals.fit_grounding`.

Comes in: the file. Goes out: how surely a claim is carried, from its words beside their counterparts (`counterparts`)
and from its features (`alignment`); whether a sentence claims anything, from its vector; word vectors in fewer
directions. A small network finds errors, a logistic model what a passage is not about. Seed and data stand in the file
beside the weights.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from assistant.answer.claims import Reading
from assistant.answer.counterparts import WordPairs

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "grounding.npz"
# Features further than this from their mean, in standard deviations, tell nothing more.
MOST_SPREAD = 4.0


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

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Self:
        """Read them from disk."""
        with np.load(path) as stored:
            about = json.loads(str(stored["about"]))
            return cls({name: stored[name].astype(np.float32) for name in stored.files if name != "about"}, about)

    def project(self, middle: Floats, last: Floats) -> Floats:
        """Word vectors as the embedder gives them, shape (n, 384) each → the directions in which they differ most."""
        w = self._w
        return np.concatenate(
            [(middle - w["middle_mean"]) @ w["middle"], (last - w["last_mean"]) @ w["last"]], axis=1
        ).astype(np.float32)

    def claims(self, reading: Reading, *, is_cited: bool) -> bool:
        """Whether a sentence claims something, and does not only frame an answer; a cited one with a name does."""
        named = is_cited and any(word.is_name and word.end - word.start > 1 for word in reading.words)
        return named or float(reading.vector @ self._w["claim"] + self._w["claim_bias"][0]) >= 0

    def score(self, features: Floats, pairs: WordPairs) -> float:
        """How surely a claim is carried, in [0, 1]: what the stricter of network and topic model says.

        Args:
            features: Of the claim, by `alignment.NAMES`.
            pairs: Its words and their counterparts.
        """
        w = self._w
        said, found = pairs.said @ w["narrow"], pairs.found @ w["narrow"]
        beside = np.concatenate([said, found, said * found, np.abs(said - found), pairs.signals], axis=1)
        compared = np.maximum(beside @ w["compare"] + w["compare_bias"], 0)
        # Each word is judged with the two before and the two after it.
        padded = np.pad(compared, ((2, 2), (0, 0)))
        around = np.concatenate([padded[n : n + len(compared)] for n in range(5)], axis=1)
        judged = np.maximum(around @ w["judge"] + w["judge_bias"], 0)
        off = judged @ w["off"] + w["off_bias"]
        worst = off.max() + np.log(np.exp(off - off.max()).sum())
        pooled = np.concatenate([judged.max(axis=0), judged.mean(axis=0), [worst]])
        spread = np.clip((features - w["mean"]) / w["deviation"], -MOST_SPREAD, MOST_SPREAD)
        carried = float(pooled @ w["pooled"] + spread @ w["features"] + w["bias"][0])
        odds = min(carried, float(features @ w["topic"] + w["topic_bias"][0]))
        return 1 / (1 + math.exp(-max(min(odds, 50.0), -50.0)))
