"""What a question is about, without the words that ask: of "Where does she define entropy?" it is "entropy".

Comes in: a question, and its pieces as the bundled model reads them in their context. Goes out: the stretch of it from
the first to the last word that is part of its subject. Speech is full of "where", "say" and "minute", so that a
question's frame finds moments of its own. Whether a word is frame is learned (`evals/fit_frame.py`).
"""

import re
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.embedder import Pieces
from ingest.lexical import is_stop_word

LEARNED = Path(__file__).with_name("frame.npz")

# A word is left out below this chance to be part of the subject; a question that has nothing surer keeps its surest
# word. At .25 more titles lose a word, and their moment is found first .007 less often.
_LEAST_CHANCE = 0.1
_WORD = re.compile(r"\w+")

Floats = NDArray[np.float32]


class Frame:
    """Tells a question's subject from its frame."""

    def subject(self, question: str, pieces: Pieces) -> tuple[str, bool]:
        """The question's subject, the whole question where it has no word to tell, and whether it likely has one."""
        spans, rows = content_words(question, pieces)
        if not spans:
            return question, False
        weights, bias = self._learned
        odds = rows @ weights + bias
        least = min(float(np.log(_LEAST_CHANCE / (1 - _LEAST_CHANCE))), float(odds.max()))
        kept = [span for span, one in zip(spans, odds, strict=True) if one >= least]
        # "off-policy" is one word to whoever asks.
        start = question.rfind(" ", 0, kept[0][0]) + 1
        return question[start : kept[-1][1]], bool(odds.max() > 0)

    @cached_property
    def _learned(self) -> tuple[Floats, float]:
        with np.load(LEARNED) as learned:
            return learned["weights"] * learned["scale"], float(learned["bias"])


def content_words(text: str, pieces: Pieces) -> tuple[list[tuple[int, int]], Floats]:
    """Where the words of a text stand that say something, and each beside how the text is put: shape (words, 768)."""
    phrasing = _unit(pieces.vectors.mean(axis=0))
    ends = np.array([end for _, end in pieces.spans])
    spans, rows = [], []
    for word in _WORD.finditer(text):
        own = (ends > word.start()) & (ends <= word.end())
        if own.any() and not is_stop_word(word.group().lower()):
            spans.append(word.span())
            rows.append(np.concatenate([_unit(pieces.vectors[own].mean(axis=0)), phrasing]))
    return spans, np.array(rows, dtype=np.float32)


def _unit(vector: Floats) -> Floats:
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)
