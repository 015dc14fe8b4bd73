"""Late interaction over the best records: do they hold each thing that the question asks for?

Comes in: the question's words as vectors, the records that ranking put first. Goes out: how much closer than the usual
one of them each of their passages comes to the question, word by word.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.retrieve.fusion import Scores, spread_gists
from ingest.snapshots import Snapshot
from ingest.token_vectors import Words


class LateInteraction:
    """Compares words over a snapshot that holds their vectors.

    Source:
        Khattab and Zaharia, "ColBERT", SIGIR 2020, the sum of maximum similarities.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        """Open the word vectors of a snapshot whose embedder tells words."""
        assert snapshot.word_vectors is not None
        self._word_vectors = snapshot.word_vectors
        self._snapshot = snapshot
        # Gists follow the passages.
        self._gist = np.full(len(snapshot.record_is_talk), -1)
        self._gist[snapshot.gist_records] = snapshot.manifest.passages + np.arange(len(snapshot.gist_records))

    def of_passages(
        self, question: Words, rows: Sequence[int], places: Sequence[NDArray[np.intp]], *, gist_share: float
    ) -> Scores:
        """How close these passages of records are, one after another, less what is usual among the records.

        A record is as close as its closest passage. The usual is taken off so that a score stays what it was on the
        whole: records that were not looked at keep theirs, and what is said of scores elsewhere goes on to hold.

        Args:
            question: Without stop words.
            rows: Of the records, at least one.
            places: Of each record's passages that are looked at, at least one.
            gist_share: What the gists count for; see `assistant.retrieve.fusion.gist_share`.
        """
        spans = [span for own in places for span in _runs(own)]
        counts = np.array([len(own) for own in places])
        starts = np.append(0, counts.cumsum()[:-1])
        weights = self._snapshot.keyword.idf(question.words)
        close = self._word_vectors.closeness(question.vectors, weights, spans)
        gists = [(nth, gist) for nth, row in enumerate(rows) if (gist := int(self._gist[row])) >= 0]
        if gist_share and gists:
            with_gist = np.array([nth for nth, _ in gists])
            weights = self._snapshot.gist_keyword.idf(question.words)
            of_gists = self._word_vectors.closeness(question.vectors, weights, [(gist, gist + 1) for _, gist in gists])
            of_records = spread_gists(of_gists, with_gist, np.maximum.reduceat(close, starts))
            close += np.float32(gist_share) * (np.repeat(of_records, counts) - close)
        return np.asarray(close - np.maximum.reduceat(close, starts).mean(), dtype=np.float32)


def _runs(places: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Places in order as (first, after the last) of those that stand side by side."""
    return [(int(run[0]), int(run[-1]) + 1) for run in np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)]
