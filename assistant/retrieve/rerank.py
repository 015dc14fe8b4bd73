"""Late interaction, over word vectors that the index holds: what comes how close to the question, word by word.

Comes in: the question's words as vectors; passages. Goes out: how close each passage comes; or how near each sentence
of one comes to each word.
"""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ingest.embedder import WordEmbedder
from ingest.lexical import is_stop_word
from ingest.passages import Passage, Span, split_sentences
from ingest.snapshots import Snapshot
from ingest.token_vectors import ONE, Words

# A shorter "sentence" is a heading or a fragment of a list.
SHORTEST_SENTENCE_CHARS = 25

Floats = NDArray[np.float32]
Scores = NDArray[np.float32]


class LateInteraction:
    """Compares words over a snapshot that holds their vectors.

    Source:
        Khattab and Zaharia, "ColBERT", SIGIR 2020, the sum of maximum similarities.
    """

    def __init__(self, snapshot: Snapshot, embedder: WordEmbedder) -> None:
        assert snapshot.word_vectors is not None
        self._vectors = snapshot.word_vectors
        self._snapshot = snapshot
        self._embedder = embedder

    def of_passages(self, question: Words, places: Sequence[NDArray[np.intp]]) -> Scores:
        """How close passages come, one after another.

        Args:
            question: Without stop words.
            places: In order; those of one record together.
        """
        spans = [(int(run[0]), int(run[-1]) + 1) for own in places for run in _runs(own)]
        return self._vectors.closeness(question.vectors, self._snapshot.keyword.idf(question.words), spans)

    def of_gists(self, question: Words, places: NDArray[np.intp]) -> Scores:
        """How close gists come, given where they stand behind the passages."""
        weights = self._snapshot.gist_keyword.idf(question.words)
        return self._vectors.closeness(question.vectors, weights, [(place, place + 1) for place in map(int, places)])

    def of_sentences(self, words: Words, passage: Passage, place: int) -> Floats:
        """How near each sentence of a passage comes to each word.

        Args:
            words: Of the question, at least one.
            place: Its position there.

        Returns:
            Shape (sentences, words), the cosine of the nearest word there, the sentences as `sentence_spans` tells
            them.
        """
        offset = len(passage.headed_text) - len(passage.text)
        # The index holds no stop words, and each other one once.
        said = [(one, at) for one, at in self._embedder.word_starts(passage.headed_text) if not is_stop_word(one)]
        row_of = {word: row for row, word in enumerate(dict.fromkeys(word for word, _ in said))}
        starts = np.array([start - offset for _, start in said])
        held = self._vectors.of(place) @ words.vectors.astype(np.float32).T / ONE
        cosines = held[[row_of[word] for word, _ in said]]
        nearest = [
            within.max(axis=0)
            if len(within := cosines[(starts >= start) & (starts < end)])
            else np.zeros(len(words.words))
            for start, end in sentence_spans(passage.text)
        ]
        return np.array(nearest, dtype=np.float32)


def sentence_spans(text: str) -> list[Span]:
    """The sentences of a passage that can stand as a quote; the whole passage when none can."""
    return [span for span in split_sentences(text) if span[1] - span[0] >= SHORTEST_SENTENCE_CHARS] or [(0, len(text))]


def without_people(words: Words, passage: Passage) -> Words:
    """A question's words without the names of those whose passage it is: within it they tell no sentence apart."""
    return without_names(words, passage.people)


def without_names(words: Words, names: str) -> Words:
    """A question's words without those of some names."""
    left_out = name_words(names)
    kept = [row for row, word in enumerate(words.words) if word not in left_out]
    return Words(tuple(words.words[row] for row in kept), words.vectors[kept])


def name_words(names: str) -> frozenset[str]:
    """The words of some names, as a question's words are written."""
    return frozenset(re.findall(r"[^\W_]+", names.lower()))


def _runs(places: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """Places in order, parted into those that stand side by side."""
    return np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
