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

    def __init__(self, snapshot: Snapshot, first: NDArray[np.intp], last: NDArray[np.intp]) -> None:
        """Open the word vectors.

        Args:
            snapshot: Its embedder tells words.
            first: Shape (r,), of each record its first passage.
            last: Shape (r,), the place after its last one.
        """
        assert snapshot.word_vectors is not None
        self._word_vectors = snapshot.word_vectors
        self._snapshot = snapshot
        self._first, self._last = first, last
        # Gists follow the passages.
        self._gist = np.full(len(first), -1)
        self._gist[snapshot.gist_records] = snapshot.manifest.passages + np.arange(len(snapshot.gist_records))

    def of_passages(self, question: Words, rows: Sequence[int], *, gist_share: float) -> Scores:
        """How close the passages of these records are, one after another, less what is usual among the records.

        A record is as close as its closest passage. The usual is taken off so that a score stays what it was on the
        whole: records that were not looked at keep theirs, and what is said of scores elsewhere goes on to hold.

        Args:
            question: Without stop words.
            rows: Of the records, at least one.
            gist_share: What the gists count for; see `assistant.retrieve.fusion.gist_share`.
        """
        spans = [(int(self._first[row]), int(self._last[row])) for row in rows]
        counts = np.array([last - first for first, last in spans])
        starts = np.append(0, counts.cumsum()[:-1])
        weights = self._snapshot.keyword.idf(question.words)
        close = self._word_vectors.closeness(question.vectors, weights, spans)
        gists = [(place, gist) for place, row in enumerate(rows) if (gist := int(self._gist[row])) >= 0]
        if gist_share and gists:
            places = np.array([place for place, _ in gists])
            weights = self._snapshot.gist_keyword.idf(question.words)
            of_gists = self._word_vectors.closeness(question.vectors, weights, [(gist, gist + 1) for _, gist in gists])
            of_records = spread_gists(of_gists, places, np.maximum.reduceat(close, starts))
            close += np.float32(gist_share) * (np.repeat(of_records, counts) - close)
        return np.asarray(close - np.maximum.reduceat(close, starts).mean(), dtype=np.float32)
