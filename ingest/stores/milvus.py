"""Milvus as a snapshot's vector store; needs the extra `milvus`.

Comes in: vectors by row. Goes out: rows.
"""

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.errors import SettingsError
from ingest.stores import Rows

# A request of 64 MB is the most that a server takes; this is 3.
_VECTORS_PER_CALL = 1000


class MilvusStore:
    """One Milvus collection, its primary keys the rows."""

    def __init__(self, url: str, token: str | None, name: str, *, create: bool = False) -> None:
        """Open a collection of a server, or promise one: it is made when the first vectors tell their length.

        Args:
            url: Or the path of a file, for milvus-lite.
            token: "user:password" or a key.
            name: As Chroma's; Milvus knows letters, digits and underscores only.
        """
        try:
            from pymilvus import MilvusClient
        except ImportError:
            raise SettingsError(
                'TALKS_STORE names a Milvus server; run `pip install "talks-assistant[milvus]"` to speak to one.'
            ) from None
        self._name = "t_" + re.sub(r"\W", "_", name)
        self._client: Any = MilvusClient(uri=url, token=token or "")
        self._is_made = not create
        if not create:
            self._client.load_collection(self._name)

    def add(self, first: int, vectors: NDArray[np.float32]) -> None:
        """See `VectorStore`."""
        if not self._is_made:
            self._client.create_collection(
                self._name,
                dimension=vectors.shape[1],
                metric_type="IP",  # of unit vectors this is the cosine
                consistency_level="Strong",
            )
            self._is_made = True
        for start in range(0, len(vectors), _VECTORS_PER_CALL):
            batch = vectors[start : start + _VECTORS_PER_CALL]
            rows = [{"id": first + start + row, "vector": vector} for row, vector in enumerate(batch)]
            self._client.insert(self._name, rows)

    def search(self, vector: NDArray[np.float32], limit: int) -> Rows:
        """See `VectorStore`."""
        [found] = self._client.search(self._name, data=[vector], limit=limit, output_fields=["id"])
        return np.array([hit["id"] for hit in found], dtype=np.intp)

    def drop(self) -> None:
        """See `VectorStore`."""
        self._client.drop_collection(self._name)
        self._client.close()

    def close(self) -> None:
        """See `VectorStore`."""
        self._client.close()
