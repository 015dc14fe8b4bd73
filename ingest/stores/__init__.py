"""Where the vectors of a snapshot are searched: Chroma in its folder, a Chroma server, or Milvus.

Comes in: a `StoreChoice`, as the settings say. Goes out: a `VectorStore`. Each engine's package is imported when it is
first used.
"""

from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import IndexUnusable, TalksError
from ingest.stores.protocol import VectorStore

PASSAGES, GISTS = "passages", "gists"
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

    def create(self, snapshot: Path, part: str) -> VectorStore:
        """A new, empty store for one part of a snapshot.

        Args:
            snapshot: Its folder; on a server the store is named after it.
            part: `PASSAGES` or `GISTS`.

        Raises:
            IndexUnusable: There is no such server, or it refuses.
        """
        return self._connect(snapshot, part, create=True)

    def open(self, snapshot: Path, part: str) -> VectorStore:
        """The store that an ingest filled; raises as `create` does."""
        return self._connect(snapshot, part, create=False)

    def drop(self, snapshot: Path) -> None:
        """Remove what a server holds of a snapshot; in its folder there is nothing to do."""
        if self.url is None:
            return
        for part in (PASSAGES, GISTS):
            try:
                store = self.open(snapshot, part)
            except TalksError:
                continue  # it was never written, or is gone already
            store.drop()

    def _connect(self, snapshot: Path, part: str, *, create: bool) -> VectorStore:
        from ingest.stores import chroma

        name = f"{snapshot.parent.parent.name}-{snapshot.name}-{part}"
        if self.url is None:
            folder = snapshot / "chroma"
            return chroma.create_embedded(folder, part) if create else chroma.open_embedded(folder, part)
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
