"""Where the vectors of a snapshot are searched: Chroma in its folder, a Chroma server, or Milvus.

Comes in: a `StoreChoice`, as the settings say; vectors by row; a question's vector. Goes out: a `VectorStore`, which
names the rows whose vectors are near, and nothing else. Whatever an engine answers is scored again from the snapshot's
own vectors (`nearest`), so an engine can lose a candidate but never say anything wrong. Each engine's package is
imported when it is first used.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ingest.errors import IndexUnusable, TalksError

Rows = NDArray[np.intp]

# How many rows an engine is asked for. Of the first five of an exact pass over 32,791 passages, 100 hold .989, 200 .996
# for .3 ms more, 300 all for 1.5 ms more; the first one is the same with each.
CANDIDATES = 200
# Up to so many vectors one exact pass is taken: at 32,000 it took 8.7 ms where Chroma and scoring again took 6.2, and
# importing and opening Chroma takes most of a second.
EXACT_UP_TO = 50_000
_MILVUS = "milvus+"


class VectorStore(Protocol):
    """An engine that holds the vectors of one snapshot; safe to share between threads."""

    def add(self, first: int, vectors: NDArray[np.float32]) -> None:
        """Take vectors.

        Args:
            first: The row of the first one; the others follow.
            vectors: Shape (b, d), unit rows.

        Raises:
            IndexUnwritable: The engine does not take them.
        """

    def search(self, vector: NDArray[np.float32], limit: int) -> Rows:
        """The rows whose vectors are nearest to one of shape (d,), best first, at most `limit`.

        Raises:
            IndexUnusable: The engine does not answer.
        """

    def drop(self) -> None:
        """Remove it with all that it holds."""

    def close(self) -> None:
        """Let go of it."""


def as_bytes(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Vectors as the snapshot keeps them beside the engine's: a quarter as long, cosines within some .0005."""
    largest = np.abs(vectors).max(axis=-1, keepdims=True)
    return np.asarray(np.rint(vectors * (127 / np.maximum(largest, 1e-30))), dtype=np.int8)


def unit_rows(kept: NDArray[np.int8]) -> NDArray[np.float32]:
    """Such vectors as numbers, rows of length 1; `as_bytes` makes the same of them again."""
    rows = kept.astype(np.float32)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1), dtype=np.float32)


def nearest(
    vectors: NDArray[np.int8], vector: NDArray[np.float32], lexical: NDArray[np.float32], engine: VectorStore
) -> NDArray[np.float32]:
    """Dense scores of all that can matter: the engine's candidates and as many lexical ones, each scored exactly.

    Args:
        vectors: Shape (n, d), by `as_bytes`, mapped.
        vector: Shape (d,), the question's.
        lexical: Shape (n,), its lexical scores.
        engine: Holds them.

    Returns:
        Shape (n,): the cosine of each candidate; of every other row the least of the engine's, which it does not reach.
    """
    rows = engine.search(vector, CANDIDATES)
    # Most are 0, and among equals partitioning takes 40 ms for 320,000.
    best = np.flatnonzero(lexical > 0)
    if len(best) > CANDIDATES:
        best = best[np.argpartition(lexical[best], -CANDIDATES)[-CANDIDATES:]]
    both = np.union1d(rows, best)
    cosines = unit_rows(vectors[both]) @ vector
    scores = np.full(len(vectors), cosines[np.isin(both, rows)].min(initial=1.0), dtype=np.float32)
    scores[both] = cosines
    return scores


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """Which engine.

    Attributes:
        url: None is Chroma embedded; `http(s)://…` a Chroma server; `milvus+http(s)://…` Milvus.
        token: Sent to that server only.
    """

    url: str | None = None
    token: str | None = field(default=None, repr=False)

    def drop(self, snapshot: Path) -> None:
        """Remove what a server holds of a snapshot; in its folder there is nothing to do."""
        if self.url is not None:
            with suppress(TalksError):  # it was never written, or is gone already
                self.open(snapshot).drop()

    def open(self, snapshot: Path, *, create: bool = False) -> VectorStore:
        """The store of the passages of the snapshot in this folder; on a server it is named after it.

        Args:
            create: A new, empty one, not the one that an ingest filled.

        Raises:
            IndexUnusable: There is no such server, or it refuses.
        """
        from ingest.stores import chroma

        name = f"{snapshot.parent.parent.name}-{snapshot.name}-passages"
        if self.url is None:
            folder = snapshot / "chroma"
            return chroma.create_embedded(folder) if create else chroma.open_embedded(folder)
        try:
            if self.url.startswith(_MILVUS):
                from ingest.stores import milvus

                return milvus.MilvusStore(self.url.removeprefix(_MILVUS), self.token, name, create=create)
            return chroma.connect(self.url, self.token, name, create=create)
        except TalksError:
            raise
        except Exception as error:  # each client has exceptions of its own
            raise IndexUnusable(
                f"The vector store at {self.url} cannot be used ({error}); start it, or correct TALKS_STORE."
            ) from error


EMBEDDED = StoreChoice()
