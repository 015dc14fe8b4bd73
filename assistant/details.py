"""Whether the record of a talk or paper tells what is asked about it, such as "How many GPUs did that take?".

Comes in: a question about one record, and the record's passages. Goes out: a number, the higher the surer that they
tell it. That the record is the right one is known already, so a ranking's scores say nothing here.
How near the question's words come to the record's is half of it only: "Where did he study?" is far from "received the
Ph.D. from". The other half is what sort of question it is: abstracts and biographies tell of results and degrees, not
of fees and families. So a question is compared, together with its signs, with some two thousand of which that is known
(`evals/details.jsonl`); `evals/fit_details.py` learns how much each of them counts.
"""

from dataclasses import astuple, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.extract import without_people
from ingest.embedder import BundledEmbedder
from ingest.index import Generation
from ingest.passages import Passage
from ingest.word_vectors import ONE

Floats = NDArray[np.float32]

LEARNED = Path(__file__).with_name("details.npz")
# How fast a known question counts less with distance, and what a sign weighs beside the question's vector, which has
# length 1. Half and twice as much measured alike.
KERNEL_WIDTH = 0.7
SIGN_WEIGHT = 0.15


@dataclass(frozen=True, slots=True)
class DetailSigns:
    """How the words of a question stand in a record.

    Attributes:
        meaning: Cosine of the question and the passage that is nearest to it.
        words: Mean cosine of its words with the nearest of the record's, rare ones counting more.
        farthest: The least of these.
        found: Share of its words, as stems, that stand there.
        missing: How many do not.
        length: How many different words it has; stop words left out.
        has_bio: 1 when a biography is recorded.
        has_abstract: 1 when an abstract is.
    """

    meaning: float
    words: float
    farthest: float
    found: float
    missing: float
    length: float
    has_bio: float
    has_abstract: float


@dataclass(frozen=True, slots=True)
class _Read:
    """A record as it is compared: its first passage, the stems of all, and which sections there are."""

    first: Passage
    stems: frozenset[str]
    sections: frozenset[str]


class Details:
    """Knows what the records of one generation tell."""

    def __init__(self, generation: Generation, embedder: BundledEmbedder) -> None:
        self._generation = generation
        self._embedder = embedder
        self._read = lru_cache(maxsize=200)(self._read_record)

    def told(self, question: str, record_id: str) -> float:
        """How much speaks for it that a record tells what is asked; about 1 when it does, about -1 when not.

        Without word vectors in the index, where the settings name another embedder, nothing is known: 1.

        Args:
            question: As typed; what it leaves to the history is the record itself.
            record_id: Of the record that it is about.
        """
        if self._generation.word_vectors is None:
            return 1.0
        features = scaled(self.features(question, record_id)[None], self._learned["mean"], self._learned["spread"])
        return float((kernel(features, self._learned["known"]) @ self._learned["weights"])[0])

    def features(self, question: str, record_id: str) -> Floats:
        """The question's signs and its vector, shape (8 + 384,); the index must hold word vectors."""
        read, rows = self._read(record_id), self._rows[record_id]
        keyword, word_vectors = self._generation.keyword, self._generation.word_vectors
        assert word_vectors is not None
        asked = without_people(question, read.first)
        vector, words = self._embedder.embed_question_with_words(asked)
        stems = set(keyword.words(asked))
        found = len(stems & read.stems)
        said = words.without_stop_words()
        nearest = weights = np.ones(1, dtype=np.float32)  # a question without words, "tell me more", finds all of them
        if said.words:
            own = np.concatenate([word_vectors.of(row) for row in rows]).astype(np.float32)
            nearest = (said.vectors.astype(np.float32) @ own.T).max(axis=1) / ONE**2
            weights = keyword.idf(said.words)
        signs = DetailSigns(
            meaning=float((self._generation.vectors[rows] @ vector).max()),
            words=float(np.average(nearest, weights=weights + 1e-6)),
            farthest=float(nearest.min()),
            found=found / len(stems) if stems else 1.0,
            missing=len(stems) - found,
            length=len(stems),
            has_bio="bio" in read.sections,
            has_abstract="abstract" in read.sections,
        )
        return np.concatenate([np.array(astuple(signs), dtype=np.float32), vector])

    def _read_record(self, record_id: str) -> _Read:
        passages = self._generation.store.passages_of(record_id)
        texts = [passages[0].heading, *(passage.text for passage in passages)]
        stems = frozenset(stem for text in texts for stem in self._generation.keyword.words(text))
        return _Read(passages[0], stems, frozenset(passage.section for passage in passages))

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """The places of each record's passages."""
        rows: dict[str, list[int]] = {}
        for row, (_, record_id, _) in enumerate(self._generation.store.outline()):
            rows.setdefault(record_id, []).append(row)
        return rows

    @cached_property
    def _learned(self) -> dict[str, Floats]:
        with np.load(LEARNED) as learned:
            return {name: values.astype(np.float32) for name, values in learned.items()}


def scaled(features: Floats, mean: Floats, spread: Floats) -> Floats:
    """Features, shape (n, 8 + 384), with signs that weigh as much as they should beside the vector."""
    signs = len(mean)
    return np.hstack([SIGN_WEIGHT * (features[:, :signs] - mean) / spread, features[:, signs:]])


def kernel(some: Floats, others: Floats) -> Floats:
    """How alike questions are, shape (some, others), in (0, 1]; the Gaussian kernel."""
    squares = np.einsum("ij,ij->i", some, some)[:, None] + np.einsum("ij,ij->i", others, others)[None]
    distances = squares - 2 * some @ others.T
    return np.asarray(np.exp(-KERNEL_WIDTH * distances), dtype=np.float32)
