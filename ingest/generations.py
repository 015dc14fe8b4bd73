"""Writing a generation beside the current one and switching to it: one writer, a crash loses nothing.

Comes in: records, passages and their vectors. Goes out: the name of the generation that now serves.
"""

import contextlib
import errno
import json
import os
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from ingest.errors import IndexBusy, IndexUnwritable
from ingest.gists import Gist
from ingest.index import GIST_COLLECTION, Manifest, open_collection, serving_names
from ingest.lexical import KeywordIndex
from ingest.passages import Passage
from ingest.record_store import write_store
from ingest.records import Record
from ingest.token_vectors import Small, WordVectors


@contextlib.contextmanager
def writing(home: Path) -> Iterator[None]:
    """Hold the home's write lock.

    Raises:
        IndexBusy: Another ingest holds it.
        IndexUnwritable: The home cannot be written.
    """
    lock = FileLock(home / "index" / "lock", timeout=0)
    with _write_errors_told(home):
        (home / "index" / "generations").mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise IndexBusy(f"{home}: another ingest is running; wait for it to end and try again.") from None
    try:
        _remove_leftovers(home)
        yield
    finally:
        lock.release()


def write_generation(
    home: Path,
    manifest: Manifest,
    records: Sequence[Record],
    passages: Sequence[Passage],
    vectors: NDArray[np.float32],
    gists: Mapping[str, Gist],
    gist_vectors: NDArray[np.float32],
    words: Sequence[Small] = (),
) -> str:
    """Write a generation and switch to it; call within `writing`.

    Args:
        vectors: Shape (n, d), unit rows, one for each passage in the same order.
        gists: By record id.
        gist_vectors: Shape (g, d), unit rows, one for each gist in the same order.
        words: The word vectors of each passage and after them of each gist; empty when the embedder tells no words.

    Returns:
        The name of the generation that now serves.
    """
    from ingest.stores.nodes import add_gists, add_passages  # here, because LlamaIndex takes a second to import

    name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
    folder = home / "index" / "generations" / name
    with _write_errors_told(home):
        try:
            folder.mkdir()
            write_store(folder / "records.sqlite", records, passages, gists)
            KeywordIndex.build([passage.headed_text for passage in passages]).save(folder / "keyword")
            with open_collection(folder / "chroma", create=True) as collection:
                add_passages(collection, records, passages, vectors)
            if gists:
                KeywordIndex.build([gist.search_text for gist in gists.values()]).save(folder / "gist-keyword")
                with open_collection(folder / "chroma", GIST_COLLECTION, create=True) as collection:
                    add_gists(collection, gists, gist_vectors)
            if words:
                WordVectors.save(words, folder / "words")
            (folder / "manifest.json").write_text(json.dumps(asdict(manifest), indent=2), encoding="utf-8")
            _switch(home, name)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
    _remove_leftovers(home)
    return name


def _switch(home: Path, name: str) -> None:
    """Let `current` name another generation, and the one before it, in one atomic rename."""
    pointer = home / "index" / "current"
    draft = pointer.with_name("current.new")
    with draft.open("w", encoding="utf-8") as file:
        file.write("\n".join([name, *serving_names(home)[:1]]) + "\n")
        file.flush()
        os.fsync(file.fileno())
    draft.replace(pointer)


def _remove_leftovers(home: Path) -> None:
    """Remove what no longer serves, and what a killed ingest left half-written.

    The generation before the current one stays: someone may have it open.
    """
    kept = serving_names(home)
    for folder in (home / "index" / "generations").iterdir():
        if folder.name not in kept:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _write_errors_told(home: Path) -> Iterator[None]:
    """Turn whatever a full or read-only disk raises into one sentence."""
    try:
        yield
    except Exception as error:
        from chromadb.errors import ChromaError  # here, because chromadb takes half a second to import

        if not isinstance(error, OSError | sqlite3.OperationalError | ChromaError):
            raise
        full = getattr(error, "errno", None) == errno.ENOSPC or "full" in str(error)
        remedy = "free some space" if full else "check the folder's permissions and the disk"
        raise IndexUnwritable(
            f"{home}: the index cannot be written ({error}); {remedy} and run `talks ingest` again. "
            "The index that was there still serves."
        ) from error
