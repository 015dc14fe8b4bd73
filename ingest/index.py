"""One generation of the index: a Chroma collection, a keyword index and a record store that belong together.

    <home>/index/
        current                  the generation that serves and the one before; replaced in one atomic rename
        lock                     held by the one ingest that writes
        generations/<name>/
            chroma/              vectors of passages, as LlamaIndex reads them, and of gists
            keyword/             BM25 over the passages
            gist-keyword/        BM25 over the gists
            words/               vectors of their words, passages first, if the embedder tells words
            records.sqlite       records, passages and gists
            manifest.json        what it was made from, and with which embedder

A generation never changes after it was written. Readers open the current one and keep it as long as they like; the one
before it stays on disk for them. Comes in: a home folder. Goes out: an open `Generation`.
"""

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from ingest.errors import EmbedderChanged, IndexDamaged, IndexMissing
from ingest.lexical import KeywordIndex
from ingest.record_store import RecordStore
from ingest.token_vectors import WordVectors

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration

# Raised whenever a generation written before could not be read by this code, or would be chunked or worded otherwise.
FORMAT = 5
COLLECTION = "passages"
# Apart from the passages, so that nobody who searches those ever cites one.
GIST_COLLECTION = "gists"
# More than what Chroma writes of its own accord when it is opened.
_ROOM_BYTES = 1_000_000
# One get() of everything would hold each number as a Python object: 370 MB for 40,000 passages.
_VECTORS_PER_READ = 2000


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a generation was made from.

    Attributes:
        format: `FORMAT` of the code that wrote it.
        embedder: Fingerprint of the embedder; a question must be embedded with the same one.
        digest: SHA-256 over its records and passages; the same digest means that nothing has changed.
        corpus: The folder or file that was read.
        created: ISO 8601, UTC.
    """

    format: int
    embedder: str
    digest: str
    corpus: str
    created: str
    talks: int
    papers: int
    passages: int


class Generation:
    """An open generation, read-only; opening is cheap, each part is read when it is first used."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = read_manifest(folder)
        self.store = RecordStore(folder / "records.sqlite")

    @cached_property
    def keyword(self) -> KeywordIndex:
        """The keyword index over the passages."""
        return KeywordIndex.load(self.folder / "keyword")

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """Shape (n, d), unit rows, in the order of the record store's passages.

        Read from Chroma once. Fusing by score needs the score of every passage, which a nearest-neighbour query does
        not give; and one exact pass took half of Chroma's time at 21,715 talks (0.5 ms against 1.1 ms).
        """
        vectors = self._read_vectors(COLLECTION, [passage_id for passage_id, _, _ in self.store.outline()])
        if not len(vectors):
            raise IndexDamaged(f"{self.folder}: the index holds no passages; run `talks ingest`.")
        return vectors

    @cached_property
    def gist_keyword(self) -> KeywordIndex:
        """The keyword index over the gists; there is one only where there are gists."""
        return KeywordIndex.load(self.folder / "gist-keyword")

    @cached_property
    def gist_vectors(self) -> NDArray[np.float32]:
        """Shape (g, d), unit rows, in the order of the record store's gists; g may be 0."""
        record_ids = list(self.store.gists())
        return self._read_vectors(GIST_COLLECTION, record_ids) if record_ids else self.vectors[:0]

    @cached_property
    def word_vectors(self) -> WordVectors | None:
        """Those of each passage and after them of each gist; None when the embedder told no words."""
        folder = self.folder / "words"
        return WordVectors.load(folder) if folder.is_dir() else None

    def _read_vectors(self, name: str, ids: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of a collection in the order of `ids`."""
        position = {vector_id: row for row, vector_id in enumerate(ids)}
        vectors = np.zeros((0, 0), dtype=np.float32)
        with open_collection(self.folder / "chroma", name) as collection:
            for offset in range(0, len(position), _VECTORS_PER_READ):
                page = collection.get(include=["embeddings"], limit=_VECTORS_PER_READ, offset=offset)
                if not len(vectors):
                    vectors = np.zeros((len(position), len(page["embeddings"][0])), dtype=np.float32)
                vectors[[position[vector_id] for vector_id in page["ids"]]] = page["embeddings"]
        return vectors

    def close(self) -> None:
        """Let go of its files."""
        self.store.close()


def open_current(home: Path, embedder_fingerprint: str) -> Generation:
    """Open the generation that serves.

    Raises:
        IndexMissing: Nothing has been ingested into this home.
        IndexDamaged: It cannot be opened, or other code wrote it.
        EmbedderChanged: It was made with another embedder.
    """
    generation = find_current(home)
    if generation is None:
        raise IndexMissing(f"{home} holds no index yet; run `talks ingest`.")
    made_with = generation.manifest.embedder
    if made_with != embedder_fingerprint:
        generation.close()
        raise EmbedderChanged(
            f"{home}: the index was made with the embedder {made_with}, but {embedder_fingerprint} is set; "
            "run `talks ingest` to rebuild it, or set the former embedder again."
        )
    return generation


def find_current(home: Path) -> Generation | None:
    """The generation that serves whatever its embedder, or None when nothing has been ingested.

    Raises:
        IndexDamaged: There is one, but it does not open.
    """
    # An ingest may delete the generation between our reading of its name and the opening, if it is the second since:
    # then the name has changed too, and one more look finds the new one.
    for attempt in (1, 2):
        names = serving_names(home)
        if not names:
            return None
        folder = home / "index" / "generations" / names[0]
        try:
            return Generation(folder)
        except Exception as error:  # whatever a torn file raises: JSON, SQLite, a missing key
            if attempt == 2:
                raise IndexDamaged(f"{folder} cannot be opened ({error}); run `talks ingest` to rebuild it.") from error
    raise AssertionError("unreachable")


def serving_names(home: Path) -> list[str]:
    """The names of the current generation and of the one before it, as far as there are any."""
    try:
        return (home / "index" / "current").read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return []


def read_manifest(folder: Path) -> Manifest:
    """Read a generation's manifest.

    Raises:
        IndexDamaged: It was written by other code.
    """
    fields = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    if fields.get("format") != FORMAT:
        raise IndexDamaged(f"it has format {fields.get('format')}, this version reads {FORMAT}")
    return Manifest(**fields)


def chroma_client(folder: Path) -> "Client":
    """An embedded Chroma on this folder; it asks nothing of the network."""
    import chromadb  # here, because it takes half a second
    from chromadb.config import Settings

    client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
    return cast("Client", client)  # declared as an interface that lacks close()


@contextlib.contextmanager
def open_collection(folder: Path, name: str = COLLECTION, *, create: bool = False) -> Iterator[Any]:
    """A collection in this folder, closed afterwards.

    Chroma writes even to read; where it cannot, it is given a copy.
    """
    with contextlib.nullcontext(folder) if create or _can_write(folder) else _copied(folder) as written:
        client = chroma_client(written)
        try:
            # No embedding function: Chroma's default one would download a model.
            if create:
                space: CreateCollectionConfiguration = {"hnsw": {"space": "cosine"}}
                yield client.create_collection(name, embedding_function=None, configuration=space)
            else:
                yield client.get_collection(name, embedding_function=None)
        finally:
            client.close()


@contextlib.contextmanager
def _copied(folder: Path) -> Iterator[Path]:
    """A copy that can be written, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="talks-", ignore_cleanup_errors=True) as copied:
        for path in folder.rglob("*"):  # `copytree` would copy the permissions too
            there = Path(copied) / path.relative_to(folder)
            there.parent.mkdir(parents=True, exist_ok=True)
            if path.is_file():
                shutil.copyfile(path, there)
        yield Path(copied)


def _can_write(folder: Path) -> bool:
    """Whether Chroma can write into this folder of its own: by permission, mount, and room."""
    room = os.statvfs(folder)
    is_allowed = all(os.access(path, os.W_OK) for path in (folder, *folder.iterdir()))
    return is_allowed and not room.f_flag & os.ST_RDONLY and room.f_bavail * room.f_frsize > _ROOM_BYTES
