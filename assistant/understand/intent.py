"""What a question wants, and what it is about: of "Where does she define entropy?" to know something on "entropy".

Comes in: what the bundled model tells of a question. Goes out: the chance of each intent; the stretch of the question
from the first to the last word of its subject. Speech is full of "where", "say" and "minute", so that the words which
only ask find moments of their own. Both are linear layers, learned from labelled examples (`evals/fit_intent.py`,
`evals/fit_frame.py`): no list of phrasings.
"""

import re
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from assistant.learned import load
from assistant.types import Intent
from ingest.embedder import Pieces
from ingest.lexical import is_stop_word

LEARNED = Path(__file__).with_name("intent.npz")
FRAME = Path(__file__).with_name("frame.npz")
INTENTS: tuple[Intent, ...] = get_args(Intent)
# These ask of the program, or of the collection as a whole; they shade into one another.
OF_PROGRAM: tuple[Intent, ...] = ("program", "overview", "smalltalk")
# A word is left out below this chance to be part of the subject; a question that has nothing surer keeps its surest
# word. At .25 more titles lose a word, and their moment is found first .007 less often.
_LEAST_CHANCE = 0.1
_WORD = re.compile(r"\w+")

Floats = NDArray[np.float32]


def intent_chances(meaning: Floats, phrasing: Floats) -> dict[Intent, float]:
    """The chance of each intent, together 1.

    Args:
        meaning: Shape (d,), the question's unit vector.
        phrasing: Shape (d,), how it is put; see `ingest.embedder.BundledEmbedder.embed_pieces`.
    """
    learned = load(LEARNED)
    odds = np.concatenate([meaning, phrasing]) @ learned["weights"] + learned["bias"]
    shares = np.exp(odds - odds.max())
    shares /= shares.sum()
    return {name: float(share) for name, share in zip(INTENTS, shares, strict=True)}


def subject_of(question: str, pieces: Pieces) -> tuple[str, bool]:
    """What a question is about, without the words that ask, and whether it likely is about something of its own.

    The whole question where it has no word to tell by.
    """
    spans, rows = content_words(question, pieces)
    if not spans:
        return question, False
    learned = load(FRAME)
    odds = rows @ (learned["weights"] * learned["scale"]) + learned["bias"]
    least = min(float(np.log(_LEAST_CHANCE / (1 - _LEAST_CHANCE))), float(odds.max()))
    kept = [span for span, one in zip(spans, odds, strict=True) if one >= least]
    # "off-policy" is one word to whoever asks.
    start = question.rfind(" ", 0, kept[0][0]) + 1
    return question[start : kept[-1][1]], bool(odds.max() > 0)


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
