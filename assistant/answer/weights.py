"""What the check of each sentence has learned: `grounding.npz`, made by `python -m evals.fit_grounding`.

Comes in: the file. Goes out: the chance that a claim is not carried, from its features; whether a sentence claims
anything, from its vector; word vectors in fewer directions. Logistic models, small enough to read: one finds errors,
one what a passage is not about. Seed and data stand in the file beside the weights.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from assistant.answer.claims import Reading

Floats = NDArray[np.float32]

WEIGHTS = Path(__file__).parent / "grounding.npz"


class Weights:
    """Immutable, safe to share between threads."""

    def __init__(self, weights: Mapping[str, Floats], about: Mapping[str, Any]) -> None:
        """Take weights as `evals.fit_grounding` names them, and what it says of them."""
        self.about = about
        # Scores are chances; .5 is the threshold of the stricter of the two models.
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

    def score(self, features: Floats) -> float:
        """How surely a claim with these features, by `NAMES`, is carried, in [0, 1]: what the stricter model says."""
        odds = float((self._w["weights"] @ features + self._w["bias"]).min())
        return 1 / (1 + math.exp(-max(min(odds, 50.0), -50.0)))
