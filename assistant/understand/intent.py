"""What a question wants: to know something, a list, a summary, a comparison, a recommendation, an overview, or to talk.

Comes in: what the embedder tells of a question. Goes out: the likeliest intent. Learned from labelled examples by
`evals/fit_intent.py`, a linear layer over how a question is put and what it is about: no list of phrasings.
"""

from functools import cache
from pathlib import Path
from typing import cast, get_args

import numpy as np
from numpy.typing import NDArray

from assistant.types import Intent

LEARNED = Path(__file__).with_name("intent.npz")
INTENTS = get_args(Intent)
# These ask of the program, or of the collection as a whole; they shade into one another.
OF_PROGRAM: tuple[Intent, ...] = ("program", "overview", "smalltalk")

Floats = NDArray[np.float32]


def intent_chances(meaning: Floats, phrasing: Floats) -> dict[Intent, float]:
    """The chance of each intent, together 1.

    Args:
        meaning: Shape (d,), the question's unit vector.
        phrasing: Shape (d,), how it is put; see `ingest.embedder.BundledEmbedder.embed_pieces`.
    """
    learned = _learned()
    odds = np.concatenate([meaning, phrasing]) @ learned["weights"] + learned["bias"]
    shares = np.exp(odds - odds.max())
    shares /= shares.sum()
    return {cast(Intent, name): float(share) for name, share in zip(INTENTS, shares, strict=True)}


@cache
def _learned() -> dict[str, Floats]:
    with np.load(LEARNED) as learned:
        return {name: values.astype(np.float32) for name, values in learned.items()}
