"""The vectors of texts, kept by what they were made of, so that none is embedded twice: not after a kill, not later.

Comes in: texts, an embedder, what earlier snapshots hold. Goes out: each text's vector and word vectors, as
they are kept on disk, and a snapshot's files of them. New ones are kept in a file of SQLite's as they are made, until
a snapshot holds them.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from ingest.embedder import Embedder, WordEmbedder
from ingest.errors import IndexDamaged
from ingest.snapshots import FORMAT, Snapshot
from ingest.stores import StoreChoice, as_bytes, unit_rows
from ingest.token_vectors import WORD_DIMENSIONS, Packed, packed

Keys = NDArray[np.uint64]

# What is lost when an ingest is killed is at most one of these: a few seconds' work. Enough to sort by length in.
BATCH_TEXTS = 128


class Made(NamedTuple):
    """What an embedder makes of a text: a vector of shape (d,), and its words' if it tells words."""

    vector: NDArray[np.float32]
    words: Packed | None


def content_keys(texts: Sequence[str]) -> Keys:
    """Shape (n, 2): a digest of each text."""
    digests = (hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest() for text in texts)
    return np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, 2)


class MadeVectors:
    """Finds the vectors that have been made, makes the others, and forgets none."""

    def __init__(self, log: Path, embedder: Embedder, snapshots: Iterable[Snapshot] = ()) -> None:
        """Read what there is.

        Args:
            log: Of new vectors; one that another embedder wrote is begun anew.
            embedder: What makes them.
            snapshots: Their vectors are taken too, as far as they are sound and were made by the same embedder.
        """
        self._embedder = embedder
        self._tells_words = isinstance(embedder, WordEmbedder)
        made_by = f"{FORMAT} {embedder.fingerprint} {WORD_DIMENSIONS if self._tells_words else 0}"
        self._log = _opened_log(log, made_by)
        self._snapshots = [
            _Held(snapshot)
            for snapshot in snapshots
            if snapshot.manifest.embedder == embedder.fingerprint and snapshot.tells_words == self._tells_words
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._log.close()

    def knows(self, keys: Keys) -> NDArray[np.bool_]:
        """Shape (n,): whether each has been made."""
        query = "SELECT EXISTS (SELECT 1 FROM made WHERE key = ?)"
        found = np.array([self._log.execute(query, [key.tobytes()]).fetchone()[0] for key in keys], dtype=np.bool_)
        for held in self._snapshots:
            found |= held.rows(keys) >= 0
        return found

    def of(self, texts: Sequence[str], keys: Keys, told: Callable[[int], None] = lambda _: None) -> list[Made]:
        """The vectors of texts; those that are new are made and kept.

        Args:
            texts: A few batches of them.
            keys: Theirs, by `content_keys`.
            told: Called with how many more have been made.
        """
        new = list({keys[row].tobytes(): texts[int(row)] for row in np.flatnonzero(~self.knows(keys))}.items())
        for start in range(0, len(new), BATCH_TEXTS):
            batch = new[start : start + BATCH_TEXTS]
            made = self._make([text for _, text in batch])
            cells = [(key, one.vector, one.words) for (key, _), one in zip(batch, made, strict=True)]
            with self._log:
                self._log.executemany("INSERT INTO made VALUES (?, ?, ?)", cells)
            told(len(batch))
        rows = [(held, held.rows(keys)) for held in self._snapshots]
        found = []
        for place, key in enumerate(keys):
            held = next((held.at(int(row[place])) for held, row in rows if row[place] >= 0), None)
            found.append(held or self._logged(key.tobytes()))
        return found

    def _logged(self, key: bytes) -> Made:
        vector, words = self._log.execute("SELECT vector, words FROM made WHERE key = ?", [key]).fetchone()
        packed_words = None if words is None else np.frombuffer(words, np.uint8).reshape(-1, WORD_DIMENSIONS // 2)
        return Made(np.frombuffer(vector, np.float32), packed_words)

    def _make(self, texts: Sequence[str]) -> list[Made]:
        kept: list[Packed | None]
        if isinstance(self._embedder, WordEmbedder):
            vectors, words = self._embedder.embed_passages_with_words(texts)
            kept = [packed(one.without_stop_words().each_once().vectors) for one in words]
        else:
            vectors, kept = self._embedder.embed_passages(texts), [None] * len(texts)
        return [Made(vector, one) for vector, one in zip(vectors.astype(np.float32), kept, strict=True)]


def _opened_log(path: Path, made_by: str) -> sqlite3.Connection:
    """The vectors that an ingest has made; those of another embedder, or damaged ones, are thrown away."""
    connection = sqlite3.connect(path)
    try:
        sound = connection.execute("PRAGMA quick_check").fetchall() == [("ok",)]
        if sound and connection.execute("SELECT made_by FROM log").fetchall() == [(made_by,)]:
            return connection
    except sqlite3.DatabaseError:  # a new one too
        pass
    connection.close()
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE made (key PRIMARY KEY, vector, words)")
        connection.execute("CREATE TABLE log (made_by)")
        connection.execute("INSERT INTO log VALUES (?)", [made_by])
    return connection


class _Held:
    """The vectors of a snapshot, by key; none where they cannot be read."""

    def __init__(self, snapshot: Snapshot) -> None:
        try:
            names = ("keys.npy", "vectors.npy", *(("words.npy", "first.npy") if snapshot.tells_words else ()))
            snapshot.check(*names, whole=True)
            self._keys, self._vectors, self._words = snapshot.keys, snapshot.stored_vectors, snapshot.word_vectors
        except IndexDamaged:
            self._keys = np.zeros((0, 2), dtype=np.uint64)
        self._order = np.argsort(self._keys[:, 0], kind="stable")
        self._sorted = self._keys[self._order, 0]

    def rows(self, keys: Keys) -> NDArray[np.intp]:
        """Shape (n,): the row of each key, -1 where it is not held."""
        if not len(self._sorted):
            return np.full(len(keys), -1, dtype=np.intp)
        places = np.minimum(np.searchsorted(self._sorted, keys[:, 0]), len(self._sorted) - 1)
        rows = self._order[places]
        return np.where((self._keys[rows] == keys).all(axis=1), rows, -1)

    def at(self, row: int) -> Made:
        """What it holds at this row."""
        return Made(unit_rows(self._vectors[row]), None if self._words is None else self._words.packed_of(row))


class VectorsWriter:
    """Writes vectors and word vectors of a draft as they come, and gives them to its vector store."""

    def __init__(self, folder: Path, choice: StoreChoice, passages: int) -> None:
        self._folder = folder
        self._passages = passages
        self._store = choice.open(folder, create=True)
        self._vectors = GrowingArray(folder / "vectors.npy", np.dtype(np.int8))
        self._words: GrowingArray | None = None
        self._first = [0]
        self._row = 0

    def add(self, made: Sequence[Made]) -> None:
        """Take the next texts' vectors; those of passages, which come first, go to the store too."""
        vectors = np.stack([one.vector for one in made])
        self._vectors.add(as_bytes(vectors))
        if self._row < self._passages:
            self._store.add(self._row, vectors[: self._passages - self._row])
        self._row += len(made)
        for one in made:
            if one.words is not None:
                if self._words is None:
                    self._words = GrowingArray(self._folder / "words.npy", np.dtype(np.uint8))
                self._words.add(one.words)
                self._first.append(self._first[-1] + len(one.words))

    def close(self) -> None:
        """Finish the files."""
        self._vectors.close()
        self._store.close()
        if self._words is not None:
            self._words.close()
            np.save(self._folder / "first.npy", np.array(self._first, dtype=np.int64))


class GrowingArray:
    """An array on disk, written row by row, as `np.load` reads it."""

    def __init__(self, path: Path, dtype: np.dtype[Any]) -> None:
        self._file = path.open("wb")
        self._dtype = dtype
        self._rows = self._width = 0

    def add(self, rows: NDArray[Any]) -> None:
        """Append rows, all of one width."""
        if not self._width:
            self._width = rows.shape[1]
            self._write_header()
        self._rows += len(rows)
        self._file.write(np.ascontiguousarray(rows, dtype=self._dtype).tobytes())

    def close(self) -> None:
        """Say how many rows there are; NumPy's header has room for that."""
        self._file.seek(0)
        self._write_header()
        self._file.close()

    def _write_header(self) -> None:
        shape = (self._rows, self._width)
        header = {"descr": self._dtype.str, "fortran_order": False, "shape": shape}
        np.lib.format.write_array_header_1_0(self._file, header)
