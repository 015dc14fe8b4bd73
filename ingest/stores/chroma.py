"""Chroma as a snapshot's vector store: embedded in the snapshot's folder, or a server.

Comes in: vectors by row. Goes out: rows. Only vectors go in: texts and records stay in the record store, and a passage
takes 2 kB there instead of 8.
"""

import shutil
import tempfile
import weakref
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

import numpy as np
import pydantic_settings
from numpy.typing import NDArray
from pydantic import BaseModel

from ingest.stores import Rows
from ingest.text import valid_text

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration

_VECTORS_PER_CALL = 1000
_PASSAGES = "passages"


class ChromaStore:
    """One Chroma collection, its ids the rows."""

    def __init__(self, client: "Client", name: str, *, create: bool = False) -> None:
        """Open a collection; no embedding function, since Chroma's default one would download a model."""
        self._client = client
        self._name = name
        try:
            if create:
                space: CreateCollectionConfiguration = {"hnsw": {"space": "cosine"}}
                self._collection: Any = client.create_collection(name, embedding_function=None, configuration=space)
            else:
                self._collection = client.get_collection(name, embedding_function=None)
        except Exception:
            self.close()
            raise

    def add(self, first: int, vectors: NDArray[np.float32]) -> None:
        """See `VectorStore`."""
        for start in range(0, len(vectors), _VECTORS_PER_CALL):
            batch = vectors[start : start + _VECTORS_PER_CALL]
            ids = [str(first + start + row) for row in range(len(batch))]
            self._collection.add(ids=ids, embeddings=batch)

    def search(self, vector: NDArray[np.float32], limit: int) -> Rows:
        """See `VectorStore`."""
        found = self._collection.query(query_embeddings=vector[None], n_results=limit, include=[])
        return np.array([int(row) for row in found["ids"][0]], dtype=np.intp)

    def drop(self) -> None:
        """See `VectorStore`."""
        self._client.delete_collection(self._name)
        self.close()

    def close(self) -> None:
        """See `VectorStore`."""
        # A client of a server leaves its connections open when it is closed.
        session: Any = getattr(self._client._server, "_session", None)  # noqa: SLF001  # it has no public name
        self._client.close()
        if session is not None:
            session.close()


def create_embedded(folder: Path) -> ChromaStore:
    """A new collection in a folder of its own; the folder is whole once the store is closed."""
    if valid_text(str(folder)) == str(folder):
        return ChromaStore(_client(folder), _PASSAGES, create=True)
    # Chroma takes no path that is no UTF-8, whose other bytes are half signs here: it is given one that leads there.
    beside = Path(tempfile.mkdtemp(prefix="talks-chroma-"))
    folder.mkdir(parents=True, exist_ok=True)
    (beside / "store").symlink_to(folder.absolute(), target_is_directory=True)
    store = ChromaStore(_client(beside / "store"), _PASSAGES, create=True)
    weakref.finalize(store, shutil.rmtree, beside, ignore_errors=True)
    return store


def open_embedded(folder: Path) -> ChromaStore:
    """The collection in a snapshot's folder, which is left as it is.

    Chroma writes to its database whenever it opens one, so that two processes would wait for each other and a snapshot
    would no longer be what was written: it is given a copy of the database, and the vectors themselves by link.
    """
    copy = Path(tempfile.mkdtemp(prefix="talks-chroma-"))
    for path in folder.iterdir():
        if path.is_dir():
            (copy / path.name).symlink_to(path.absolute(), target_is_directory=True)
        else:
            shutil.copyfile(path, copy / path.name)
    store = ChromaStore(_client(copy), _PASSAGES)
    weakref.finalize(store, shutil.rmtree, copy, ignore_errors=True)
    return store


def connect(url: str, token: str | None, name: str, *, create: bool) -> ChromaStore:
    """A collection of a server.

    Args:
        url: Such as http://127.0.0.1:8000.
        token: Sent as a bearer's, to whatever stands in front of the server.
        name: Of the collection.
        create: It is not there yet.
    """
    chromadb = _chroma()
    parts = urlsplit(url)
    client = chromadb.HttpClient(
        host=parts.hostname or "",
        port=parts.port or (443 if parts.scheme == "https" else 8000),
        ssl=parts.scheme == "https",
        headers={"Authorization": f"Bearer {token}"} if token else None,
        settings=chromadb.config.Settings(anonymized_telemetry=False),
    )
    return ChromaStore(cast("Client", client), name, create=create)


def _client(folder: Path) -> "Client":
    """An embedded Chroma on this folder; it asks nothing of the network."""
    chromadb = _chroma()
    settings = chromadb.config.Settings(anonymized_telemetry=False)
    client = chromadb.PersistentClient(path=str(folder), settings=settings)
    return cast("Client", client)  # declared as an interface that lacks close()


@cache
def _chroma() -> Any:
    """Chroma, which takes half a second to import, deaf to what is meant for other programs.

    It reads any variable of the environment and any line of an `.env` in the present folder that is called like one of
    its many settings, and fails where it cannot; as a plain model its settings are what they are given.
    """
    usual = pydantic_settings.BaseSettings
    pydantic_settings.BaseSettings = BaseModel  # type: ignore[misc, assignment]
    try:
        import chromadb
        import chromadb.config
    finally:
        pydantic_settings.BaseSettings = usual  # type: ignore[misc]
    return chromadb
