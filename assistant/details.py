"""Whether the record of a talk or paper tells what is asked about it, such as "How many GPUs did that take?".

Comes in: a question about one record, and the record's passages. Goes out: a number, the higher the surer that they
tell it. That the record is the right one is known already, so a ranking's scores say nothing here.
How near the question's words come to the record's is half of it only: "Where did he study?" is far from "received the
Ph.D. from". The other half is what sort of question it is: abstracts and biographies tell of results and degrees, not
of fees and families. So a question is compared, together with what the record says nearest to it, with 3,443 of
which that is known (`evals/details.jsonl`); `evals/fit_details.py` learns how much each of them counts.
"""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answer.extract import without_people
from ingest.embedder import BundledEmbedder
from ingest.passages import Passage, split_sentences
from ingest.record_store import RecordStore
from ingest.token_vectors import ONE, Words

Floats = NDArray[np.float32]

LEARNED = Path(__file__).with_name("details.npz")
# How fast a known question counts less with distance, and what its parts weigh there: signs, the question's vector, the
# nearest sentences'. Half and twice as much measured alike.
KERNEL_WIDTH = 0.7
SIGNS = 4
SIGN_WEIGHT, QUESTION_WEIGHT, NEAREST_WEIGHT = 0.2, 0.9, 0.5
# A sentence whose mean cosine is .05 less than the best one's counts a third as much.
SHARPNESS = 20.0


@dataclass(frozen=True, slots=True)
class _Read:
    """A record as it is compared; its heading counts as a sentence.

    Attributes:
        first: Its first passage.
        sections: Which there are.
        sentences: Vectors of how its sentences are put, shape (sentences, 384).
        words: Of each sentence, the vectors of its words, lengths 1.
    """

    first: Passage
    sections: frozenset[str]
    sentences: Floats
    words: list[Floats]


class Details:
    """Knows what the records of one collection tell."""

    def __init__(self, store: RecordStore, embedder: BundledEmbedder) -> None:
        self._store = store
        self._embedder = embedder
        # Reading a record takes a quarter longer than embedding it, about 40 ms; 200 of them are 30 MB.
        self._read = lru_cache(maxsize=200)(self._read_record)

    def told(self, question: str, record_id: str) -> float:
        """How much speaks for it that a record tells what is asked; about 1 when it does, about -1 when not.

        Args:
            question: As typed; what it leaves to the history is the record itself.
            record_id: Of the record that it is about.
        """
        features = scaled(self.features(question, record_id)[None], self._learned["mean"], self._learned["spread"])
        return float((kernel(features, self._learned["known"]) @ self._learned["weights"])[0])

    def features(self, question: str, record_id: str) -> Floats:
        """How a question stands to a record, shape (4 + 384 + 384,).

        First the mean cosine of its words with the nearest of one sentence's, in the best sentence; the same with the
        nearest of all the record's; 1 when a biography is recorded; 1 when an abstract is. Then the question's vector,
        and the mean of the sentences', of which those count that come nearest to its words.
        """
        read = self._read(record_id)
        [vector], [words] = self._embedder.embed_phrasing_with_words([without_people(question, read.first)])
        nearest = np.array([(said @ _vectors(words).T).max(axis=0) for said in read.words])  # (sentences, words)
        by_sentence = nearest.mean(axis=1)
        shares = np.exp(SHARPNESS * (by_sentence - by_sentence.max()))
        signs = by_sentence.max(), nearest.max(axis=0).mean(), "bio" in read.sections, "abstract" in read.sections
        said = shares / shares.sum() @ read.sentences
        return np.concatenate([signs, vector, said]).astype(np.float32)

    def _read_record(self, record_id: str) -> _Read:
        passages = self._store.passages_of(record_id)
        sentences = [passage.text[start:end] for passage in passages for start, end in split_sentences(passage.text)]
        vectors, words = self._embedder.embed_phrasing_with_words([passages[0].heading, *sentences])
        sections = frozenset(passage.section for passage in passages)
        return _Read(passages[0], sections, vectors, [_vectors(one) for one in words])

    @cached_property
    def _learned(self) -> dict[str, Floats]:
        with np.load(LEARNED) as learned:
            return {name: values.astype(np.float32) for name, values in learned.items()}


def _vectors(words: Words) -> Floats:
    """Of length 1, one row a word; where there is none, "???", one that is like nothing."""
    vectors = words.vectors if words.words else np.zeros((1, words.vectors.shape[1]), dtype=np.int8)
    return np.asarray(vectors / ONE, dtype=np.float32)


def scaled(features: Floats, mean: Floats, spread: Floats) -> Floats:
    """Features, shape (n, 4 + 384 + 384), spread alike and weighted: each sign so much, each vector so much in all."""
    width = (features.shape[1] - SIGNS) // 2
    in_all = [SIGN_WEIGHT, QUESTION_WEIGHT / width**0.5, NEAREST_WEIGHT / width**0.5]
    weights = np.repeat(in_all, [SIGNS, width, width])
    return np.asarray((features - mean) / spread * weights, dtype=np.float32)


def kernel(some: Floats, others: Floats) -> Floats:
    """How alike questions are, shape (some, others), in (0, 1]; the Gaussian kernel."""
    squares = np.einsum("ij,ij->i", some, some)[:, None] + np.einsum("ij,ij->i", others, others)[None]
    distances = squares - 2 * some @ others.T
    return np.asarray(np.exp(-KERNEL_WIDTH * distances), dtype=np.float32)
