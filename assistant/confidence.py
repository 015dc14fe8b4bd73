"""How sure a ranking is that the collection holds what was asked for.

Comes in: the best scores by meaning and by wording, of sources and gists. Goes out: a number in [0, 1] that means the
same for every question. It is fitted on the development halves of `evals/`; the README there has its curve.
"""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for an answer; each is the best over the whole collection, so filters do not change it.

    Attributes:
        meaning: Cosine to the nearest passage.
        wording: Share of the question's wording in one passage, in [0, 1].
        gist_meaning: Cosine to the nearest gist; 0 without gists.
        gist_wording: Share of the question's wording in one gist, in [0, 1].
    """

    meaning: float
    wording: float
    gist_meaning: float = 0.0
    gist_wording: float = 0.0


def confidence(evidence: Evidence) -> float:
    """The confidence that something in the collection answers, in [0, 1]."""
    meaning = max(evidence.meaning, evidence.gist_meaning)
    wording = max(evidence.wording, evidence.gist_wording)
    return 1 / (1 + math.exp(-(8 * meaning + 4 * wording - 4)))
