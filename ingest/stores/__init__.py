"""Where the vectors of a snapshot are searched: Chroma in its folder, a Chroma server, or Milvus.

Comes in: a `StoreChoice`, as the settings say. Goes out: a `VectorStore`. Each engine's package is imported when it is
first used.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import IndexUnusable, TalksError
from ingest.stores.protocol import VectorStore

_MILVUS = "milvus+"


@dataclass(frozen=True, slots=True)
class StoreChoice:
    """Which engine.

    Attributes:
        url: None is Chroma embedded; `http(s)://…` a Chroma server; `milvus+http(s)://…` Milvus.
        token: Sent to that server only.
    """

    url: str | None = None
    token: str | None = field(default=None, repr=False)

    def create(self, snapshot: Path) -> VectorStore:
        """A new, empty store for the passages of the snapshot in this folder; on a server it is named after it.

        Raises:
            IndexUnusable: There is no such server, or it refuses.
        """
        return self._connect(snapshot, create=True)

    def open(self, snapshot: Path) -> VectorStore:
        """The store that an ingest filled; raises as `create` does."""
        return self._connect(snapshot, create=False)

    def drop(self, snapshot: Path) -> None:
        """Remove what a server holds of a snapshot; in its folder there is nothing to do."""
        if self.url is not None:
            with suppress(TalksError):  # it was never written, or is gone already
                self.open(snapshot).drop()

    def _connect(self, snapshot: Path, *, create: bool) -> VectorStore:
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
