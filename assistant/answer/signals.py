"""A claim beside the passages that it cites → how they differ, and how they are alike, in nine numbers.

Comes in: the claim, the passages' sentences, the vectors of all. Goes out: a `Comparison`. What the numbers weigh is
left to `support`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answer.claims import Facets, facets, missing_names, missing_numbers
from assistant.answer.opposites import prefixed

# More missing numbers or names than this change nothing any more.
_MOST_MISSING = 3


@dataclass(frozen=True, slots=True)
class Signals:
    """What is weighed; "nearest" is the sentence closest to the claim in meaning and wording.

    Attributes:
        meaning: Cosine of the claim and the sentence, or pair of neighbours, that is closest in meaning.
        wording: Share of the claim's content words that the passages hold.
        numbers_missing: How many of the claim's numbers they lack, at most 3.
        names_missing: How many of the claim's names they lack, at most 3.
        opposite: 1 when they say opposite things, such as "increase" and "reduce", of the same words.
        same_side: 1 when they stand on the same side of one.
        side_unheard: 1 when the claim says more or less, and nearest says neither.
        polarity_differs: 1 when one of claim and nearest is negative, all in all, and the other is not.
        negation_moved: Share of their common words that only one of them negates.
    """

    meaning: float
    wording: float
    numbers_missing: float
    names_missing: float
    opposite: float
    same_side: float
    side_unheard: float
    polarity_differs: float
    negation_moved: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The signals, and what they were read from, for the reasons of a verdict.

    Attributes:
        missing_numbers: As the claim writes them.
        missing_names: As the claim writes them.
        nearest: The closest sentence, to the letter; "" when there is none.
    """

    signals: Signals
    missing_numbers: tuple[str, ...]
    missing_names: tuple[str, ...]
    nearest: str


def compare(claim: str, vector: NDArray[np.float32], sentences: Sequence[str], rows: NDArray[np.float32]) -> Comparison:
    """Compare a claim with the sentences of all that it cites.

    Args:
        claim: One statement.
        vector: Shape (d,), the claim's.
        sentences: Of all cited passages, in order; at least one.
        rows: Shape (len(sentences), d), theirs.
    """
    said, heard = facets(claim), [facets(sentence) for sentence in sentences]
    total = max(len(said.words), 1)
    likeness = rows @ vector
    shared = [len(said.words & one.words) / total for one in heard]
    place = int(np.argmax(likeness + np.array(shared, dtype=np.float32)))
    near = heard[place]
    numbers, names = missing_numbers(said, heard), missing_names(said, heard)
    common = said.words & near.words
    sides = [ours * theirs for ours, theirs in zip(said.sides, near.sides, strict=True)]
    signals = Signals(
        meaning=float(max(likeness.max(), _pair_likeness(rows, vector))),
        wording=len(said.words & frozenset().union(*(one.words for one in heard))) / total,
        numbers_missing=float(min(len(numbers), _MOST_MISSING)),
        names_missing=float(min(len(names), _MOST_MISSING)),
        opposite=float(_contradicts(said, near)),
        same_side=float(any(side > 0 for side in sides)),
        side_unheard=float(said.sides[0] != 0 and near.sides[0] == 0),
        polarity_differs=float(said.is_negative != near.is_negative),
        negation_moved=len({word for word in common if (word in said.negated) != (word in near.negated)})
        / max(len(common), 1),
    )
    return Comparison(signals, tuple(numbers), tuple(names), sentences[place])


def _pair_likeness(rows: NDArray[np.float32], vector: NDArray[np.float32]) -> float:
    """The best cosine of two neighbours together, since a statement may sum up both; -1 when there is one sentence."""
    pairs = rows[:-1] + rows[1:]
    if not len(pairs):
        return -1.0
    return float(((pairs @ vector) / np.maximum(np.linalg.norm(pairs, axis=1), 1e-6)).max())


def _contradicts(said: Facets, near: Facets) -> bool:
    """Whether one says "lower" where the other says "raise", or "unstable" where the other says "stable"."""
    agreed: set[tuple[int, int]] = set()
    turned: set[tuple[int, int]] = set()
    for scale, side, around in said.turns:
        for other, opposed, about in near.turns:
            if scale == other and around & about:
                (turned if side == -opposed else agreed).add((scale, opposed))
    return bool(turned - agreed) or any(
        prefixed(one, other) for one in said.words - near.words for other in near.words - said.words
    )
