"""Whether the record of a talk or paper tells what is asked about it, such as "How many GPUs did that take?".

Comes in: a question about one record, and the record's passages. Goes out: a number, the higher the surer that they
tell it. That the record is the right one is known already, so a ranking's scores say nothing here.
How near the question's words come to the record's is half of it only: "Where did he study?" is far from "received the
Ph.D. from". The other half is what sort of question it is: abstracts and biographies tell of results and degrees, not
of fees and families. So a question is compared, together with its signs, with some two thousand of which that is known
(`evals/details.jsonl`); `evals/fit_details.py` learns how much each of them counts.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.extract import sentence_spans, without_people
from ingest.embedder import BundledEmbedder
from ingest.keyword import KeywordIndex
from ingest.passages import Passage
from ingest.word_vectors import ONE, Small

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
        meaning: Cosine of the question and the sentence that is nearest to it.
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
    """A record's sentences: vectors, of shape (sentences, 384), words' vectors, and stems."""

    vectors: Floats
    words: Small
    stems: frozenset[str]


class Details:
    """Knows what records tell."""

    def __init__(self, embedder: BundledEmbedder, keyword: KeywordIndex) -> None:
        self._embedder = embedder
        self._keyword = keyword
        self._read = lru_cache(maxsize=200)(self._read_texts)

    def told(self, question: str, passages: Sequence[Passage]) -> float:
        """How much speaks for it that a record tells what is asked; about 1 when it does, about -1 when not.

        Args:
            question: As typed; what it leaves to the history is the record itself.
            passages: All of the record, at least one.
        """
        features = scaled(self.features(question, passages)[None], self._learned["mean"], self._learned["spread"])
        return float((kernel(features, self._learned["known"]) @ self._learned["weights"])[0])

    def features(self, question: str, passages: Sequence[Passage]) -> Floats:
        """The question's signs and its vector, shape (8 + 384,)."""
        asked = without_people(question, passages[0])
        vector, words = self._embedder.embed_question_with_words(asked)
        read = self._read((passages[0].heading, *(passage.text for passage in passages)))
        stems = set(self._keyword.words(asked))
        found = len(stems & read.stems)
        said = words.without_stop_words()
        nearest = weights = np.ones(1, dtype=np.float32)  # a question without words, "tell me more", finds all of them
        if said.words:
            nearest = (said.vectors.astype(np.float32) @ read.words.T.astype(np.float32)).max(axis=1) / ONE**2
            weights = self._keyword.idf(said.words)
        signs = DetailSigns(
            meaning=float((read.vectors @ vector).max()),
            words=float(np.average(nearest, weights=weights + 1e-6)),
            farthest=float(nearest.min()),
            found=found / len(stems) if stems else 1.0,
            missing=len(stems) - found,
            length=len(stems),
            has_bio=any(passage.section == "bio" for passage in passages),
            has_abstract=any(passage.section == "abstract" for passage in passages),
        )
        return np.concatenate([np.array(astuple(signs), dtype=np.float32), vector])

    def _read_texts(self, texts: tuple[str, ...]) -> _Read:
        sentences = [text[start:end] for text in texts for start, end in sentence_spans(text)]
        vectors, words = self._embedder.embed_passages_with_words(sentences)
        stems = frozenset(stem for text in texts for stem in self._keyword.words(text))
        return _Read(vectors, np.concatenate([one.vectors for one in words]), stems)

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
