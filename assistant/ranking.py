"""Question → ranked passages and talks: meaning and wording over the same passages, fused by score.

Comes in: an open generation and its embedder. Goes out: talks and papers, best first, each with its passages, best first.
Leaves to others: what to say of them (`extract`, `answer`), and LlamaIndex's view of it (`retriever`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.embedder import Embedder
from ingest.index import Generation
from ingest.passages import Passage
from ingest.records import Kind

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage and how well it fits, higher is better."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class RankedRecord:
    """A talk or paper, as good as its best passage.

    Attributes:
        passages: Best first, at most `PASSAGES_PER_RECORD`.
    """

    record_id: str
    kind: Kind
    score: float
    passages: tuple[RankedPassage, ...]


class Ranker(Protocol):
    """What the chat turn and the retriever need of a search."""

    def rank(self, question: str, *, kind: Kind | None = None, limit: int = 10) -> list[RankedRecord]:
        """Talks and papers, best first."""
        ...


# More passages of one record than this are never read by a model or quoted.
PASSAGES_PER_RECORD = 4


class HybridRanker:
    """Ranks a generation's passages by meaning and wording together."""

    def __init__(self, generation: Generation, embedder: Embedder, *, keyword_weight: float) -> None:
        self.generation = generation
        self._embedder = embedder
        self._keyword_weight = keyword_weight
        outline = generation.store.outline()
        self._record_ids = list(dict.fromkeys(record_id for _, record_id, _ in outline))
        row_of_record = {record_id: row for row, record_id in enumerate(self._record_ids)}
        self._record_of_passage = np.array([row_of_record[record_id] for _, record_id, _ in outline])
        self._kinds = np.array([kind for _, _, kind in outline])

    def rank(self, question: str, *, kind: Kind | None = None, limit: int = 10) -> list[RankedRecord]:
        """Talks and papers, best first, at most `limit`; none for a question without any word."""
        if not question.strip():
            return []
        scores = self.passage_scores(question)
        if kind is not None:
            scores = np.where(self._kinds == kind, scores, -np.inf)
        return [self._ranked_record(row, scores) for row in best_records(scores, self._record_of_passage, limit)]

    def passage_scores(self, question: str) -> Scores:
        """Shape (n,): one fused score for each passage of the generation."""
        dense = self.generation.vectors @ self._embedder.embed_question(question)
        keyword = self.generation.keyword.scores(question)
        return fuse(dense, keyword, keyword_weight=self._keyword_weight)

    def _ranked_record(self, row: int, scores: Scores) -> RankedRecord:
        positions = np.flatnonzero(self._record_of_passage == row)
        best = positions[np.argsort(-scores[positions], kind="stable")][:PASSAGES_PER_RECORD]
        passages = self.generation.store.passages(best)
        ranked = tuple(RankedPassage(p, float(scores[at])) for p, at in zip(passages, best, strict=True))
        return RankedRecord(ranked[0].passage.record_id, ranked[0].passage.kind, ranked[0].score, ranked)


def fuse(dense: Scores, keyword: Scores, *, keyword_weight: float) -> Scores:
    """Combine meaning and wording into one score for each passage.

    Args:
        dense: Shape (n,), cosine similarity in [-1, 1].
        keyword: Shape (n,), each divided by the best score that the question could get, in [0, 1].
        keyword_weight: In [0, 1]; 0 is meaning alone.

    Returns:
        Shape (n,), higher is better.

    Source:
        Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023: the convex
        combination.
    """
    return np.asarray((1 - keyword_weight) * dense + keyword_weight * keyword, dtype=np.float32)


def best_records(scores: Scores, record_of_passage: NDArray[np.intp], limit: int) -> list[int]:
    """Rows of the records with the best passages, best first; those with no finite score are left out.

    Args:
        scores: Shape (n,), one for each passage.
        record_of_passage: Shape (n,), the record's row of each passage.
        limit: At most so many.
    """
    best = np.full(int(record_of_passage.max(initial=-1)) + 1, -np.inf, dtype=np.float32)
    np.maximum.at(best, record_of_passage, scores)
    order = np.argsort(-best, kind="stable")[:limit]
    return [int(row) for row in order if np.isfinite(best[row])]


def flatten(ranked: Collection[RankedRecord], limit: int) -> list[RankedPassage]:
    """The best passages over all ranked records, best first, at most `limit`."""
    passages = [passage for record in ranked for passage in record.passages]
    return sorted(passages, key=lambda passage: -passage.score)[:limit]
