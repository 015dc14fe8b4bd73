"""The sentences of a passage beside a question, word by word, over the vectors that the index holds.

Comes in: a question's words, a passage. Goes out: for each sentence and each of these words the cosine of the nearest
word there. Nothing is embedded. Shared by those who quote and those who decide whether a record tells something.
"""

import re

import numpy as np
from numpy.typing import NDArray

from assistant.retrieve.hybrid import HybridRanker
from ingest.embedder import WordEmbedder
from ingest.lexical import is_stop_word
from ingest.passages import Passage, Span, split_sentences
from ingest.token_vectors import ONE, Words

# A shorter "sentence" is a heading or a fragment of a list.
SHORTEST_SENTENCE_CHARS = 25

Floats = NDArray[np.float32]


def sentence_spans(text: str) -> list[Span]:
    """The sentences of a passage that can stand as a quote; the whole passage when none can."""
    return [span for span in split_sentences(text) if span[1] - span[0] >= SHORTEST_SENTENCE_CHARS] or [(0, len(text))]


def without_people(words: Words, passage: Passage) -> Words:
    """A question's words without the names of those whose passage it is: within it they tell no sentence apart."""
    names = set(re.findall(r"[^\W_]+", passage.heading.partition("\n")[2].lower()))
    kept = [row for row, word in enumerate(words.words) if word not in names]
    return Words(tuple(words.words[row] for row in kept), words.vectors[kept])


def nearest_words(ranker: HybridRanker, words: Words, passage: Passage, place: int) -> Floats | None:
    """How near each sentence of a passage comes to each word.

    Args:
        ranker: Over an open index.
        words: Of the question, at least one.
        passage: Of the index.
        place: Its position there.

    Returns:
        Shape (sentences, words), cosines, the sentences as `sentence_spans` tells them; None where the index holds no
        word vectors.
    """
    vectors, embedder = ranker.snapshot.word_vectors, ranker.embedder
    if vectors is None or not isinstance(embedder, WordEmbedder):
        return None
    offset = len(passage.headed_text) - len(passage.text)
    # The index holds no stop words, and each other one once.
    said = [(word, start) for word, start in embedder.word_starts(passage.headed_text) if not is_stop_word(word)]
    row_of = {word: row for row, word in enumerate(dict.fromkeys(word for word, _ in said))}
    places = np.array([start - offset for _, start in said])
    cosines = (vectors.of(place) @ words.vectors.astype(np.float32).T / ONE)[[row_of[word] for word, _ in said]]
    nearest = [
        within.max(axis=0) if len(within := cosines[(places >= start) & (places < end)]) else np.zeros(len(words.words))
        for start, end in sentence_spans(passage.text)
    ]
    return np.array(nearest, dtype=np.float32)
