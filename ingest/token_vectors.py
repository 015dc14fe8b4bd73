"""The words of a text as small vectors of what each means there, kept beside the index for a second look.

Comes in: words of texts as the embedder reads them in their context. Goes out: how close the words of a few texts come
to a question's. One vector a text says what it is about; these say whether each thing asked for is in it.
Leaves to others: reading texts into words (`embedder`), and which texts to look at (`assistant.retrieve.rerank`).

On disk a number takes four bits: it is one of sixteen that stand for all others. Search found the same with them.

Source:
    Max, "Quantizing for minimum distortion", IRE Transactions on Information Theory 1960, table 1: the sixteen for
    numbers that are normally distributed, as those of a unit vector are along directions in which it varies alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.lexical import is_stop_word

Small = NDArray[np.int8]
Packed = NDArray[np.uint8]
Floats = NDArray[np.float32]

# Of the embedder's 384: a quarter of the space. All of them measured alike on four collections; 64 cost Medline .013.
WORD_DIMENSIONS = 96
# What stands for 1 in an int8.
ONE = 127
_UPPER = np.array([0.1284, 0.3881, 0.6568, 0.9424, 1.2562, 1.6181, 2.0690, 2.7326], dtype=np.float32)
_LEVELS = np.concatenate((-_UPPER[::-1], _UPPER)) / np.float32(np.sqrt(WORD_DIMENSIONS))
_BOUNDS = ONE * (_LEVELS[1:] + _LEVELS[:-1]) / 2
# The two numbers of each byte.
_PAIRS = np.stack([np.repeat(_LEVELS, len(_LEVELS)), np.tile(_LEVELS, len(_LEVELS))], axis=1)


@dataclass(frozen=True, slots=True)
class Words:
    """Words in reading order, and a vector for each.

    Attributes:
        words: In lower case, without accents.
        vectors: Shape (words, `WORD_DIMENSIONS`), rows of length `ONE`.
    """

    words: tuple[str, ...]
    vectors: Small

    def without_stop_words(self) -> "Words":
        """Only the words that say something."""
        kept = [row for row, word in enumerate(self.words) if not is_stop_word(word)]
        return Words(tuple(self.words[row] for row in kept), self.vectors[kept])

    def each_once(self) -> "Words":
        """Every word once, in the order of first appearance, as the mean of what it is in all its places."""
        place = {word: number for number, word in enumerate(dict.fromkeys(self.words))}
        sums = np.zeros((len(place), self.vectors.shape[1]), dtype=np.float32)
        np.add.at(sums, [place[word] for word in self.words], self.vectors)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        return Words(tuple(place), np.rint(sums * (ONE / np.maximum(lengths, 1))).astype(np.int8))


def packed(vectors: Small) -> Packed:
    """Shape (n, `WORD_DIMENSIONS` / 2): vectors as they are kept on disk."""
    codes = np.searchsorted(_BOUNDS, vectors).astype(np.uint8)
    return np.asarray(codes[:, ::2] << 4 | codes[:, 1::2], dtype=np.uint8)


def unpacked(vectors: Packed) -> Floats:
    """Shape (n, `WORD_DIMENSIONS`): packed vectors as numbers, rows of nearly length 1."""
    return _PAIRS[vectors].reshape(len(vectors), WORD_DIMENSIONS)


class WordVectors:
    """The word vectors of many texts, known by their place; they stay on disk until they are read."""

    def __init__(self, vectors: Packed, first: NDArray[np.int64]) -> None:
        """Take the words of all texts, by `packed`, and where each text's begin, shape (n + 1,)."""
        self._vectors = vectors
        self._first = first

    def packed_of(self, text: int) -> Packed:
        """The word vectors of the text at this place, as they are kept."""
        return self._vectors[self._first[text] : self._first[text + 1]]

    def of(self, text: int) -> Floats:
        """Shape (words, `WORD_DIMENSIONS`): the same as numbers."""
        return unpacked(self.packed_of(text))

    def closeness(
        self, question: Small, weights: NDArray[np.float32], spans: Sequence[tuple[int, int]]
    ) -> NDArray[np.float32]:
        """How close each text comes to the question, word by word.

        Args:
            question: Shape (q, `WORD_DIMENSIONS`), at least one row.
            weights: Shape (q,), of the question's words; not all are 0.
            spans: Places of the texts, as (first, after the last).

        Returns:
            One number in [-1, 1] for each text, in the order of the spans: the cosine of each of the question's words
            with that word of the text which is nearest to it, averaged by weight.

        Source:
            Khattab and Zaharia, "ColBERT", SIGIR 2020, the sum of maximum similarities.
        """
        asked = question.T.astype(np.float32) / ONE
        # Span by span, because for one large product the processor's library starts threads: on a busy machine waiting
        # for those took ten times as long as the product.
        words = (self._vectors[self._first[start] : self._first[end]] for start, end in spans)
        cosines = [unpacked(vectors) @ asked for vectors in words]
        counts = np.concatenate([np.diff(self._first[start : end + 1]) for start, end in spans])
        # A text without words comes close to nothing.
        nearest = np.zeros((len(counts), len(weights)), dtype=np.float32)
        starts = (counts.cumsum() - counts)[counts > 0]
        if len(starts):
            nearest[counts > 0] = np.maximum.reduceat(np.concatenate(cosines), starts, axis=0)
        # Not by a product of matrices: on some processors the library raises a floating-point flag for so few columns.
        return np.asarray((nearest * (weights / weights.sum())).sum(axis=1), dtype=np.float32)
