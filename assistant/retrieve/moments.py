"""Stretches of speech: what they take of those beside them, and where they are opened for a question.

Comes in: scores of passages, or a timed passage that ranking found, with the question. Goes out: scores in which a
moment that is spread over two passages counts, or the second at which a passage's link opens.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.retrieve.fusion import Scores
from ingest.lexical import KeywordIndex
from ingest.passages import Passage, Places, split_sentences
from ingest.record_store import RecordStore
from ingest.transcript import hard_pieces

# What a timed passage takes of the mean of the two beside it: a moment seldom fits into one. moment@1 .487 → .536 by
# keywords; over .3 harms.
NEIGHBOUR_SHARE = 0.15
# A recording is opened a moment before the words, so that none is missed.
EARLY_S = 1
# Speech without full stops is one long sentence; so much of it is about ten seconds.
_LONGEST_SENTENCE_CHARS = 200
# Recordings that are kept open: those of a few questions.
_KEPT_OPEN = 64


def lean_on_neighbours(
    scores: Scores, is_timed: NDArray[np.bool_], first: NDArray[np.intp], last: NDArray[np.intp]
) -> Scores:
    """Scores in which each timed passage takes a share of the timed ones beside it in its record.

    Args:
        scores: Shape (n,).
        is_timed: Shape (n,).
        first: Shape (r,), of each record its first passage.
        last: Shape (r,), the place after its last one.
    """
    before, after = np.roll(scores, 1), np.roll(scores, -1)
    has_before, has_after = np.roll(is_timed, 1), np.roll(is_timed, -1)
    has_before[first] = has_after[last - 1] = False
    before, after = np.where(has_before, before, after), np.where(has_after, after, before)
    leaning = (1 - NEIGHBOUR_SHARE) * scores + NEIGHBOUR_SHARE / 2 * (before + after)
    return np.asarray(np.where(is_timed & (has_before | has_after), leaning, scores), dtype=np.float32)


class Openings:
    """Opens the recordings of one collection: a passage lasts most of a minute, and what answers is one sentence of it.

    Opened at its start, the moment is met half as often (.30 for .54 of the questions).
    """

    def __init__(self, store: RecordStore, keyword: KeywordIndex) -> None:
        self._keyword = keyword
        self.places = lru_cache(maxsize=_KEPT_OPEN)(lambda record_id: Places(store.record(record_id)))

    def opens_at_s(self, passage: Passage, question: str) -> int | None:
        """The whole second, a little early; None where the passage has no time."""
        if passage.start_s is None:
            return None
        starts = [
            piece
            for start, end in split_sentences(passage.text) or [(0, len(passage.text))]
            for piece in hard_pieces(passage.text, start, end, _LONGEST_SENTENCE_CHARS)
        ]
        held = self._keyword.coverage_with_pairs(question, [passage.text[start:end] for start, end in starts])
        start, _ = starts[int(held.argmax())]
        second = self.places(passage.record_id).second_at(passage.start + start)
        return max(int(passage.start_s if second is None else second) - EARLY_S, 0)
