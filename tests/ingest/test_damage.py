"""Damage of any file of the index is told in one sentence, never answered from, and healed by an ingest."""

import hashlib
import json
import os
import random
import shutil
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.errors import IndexDamaged
from ingest.pipeline import ingest
from ingest.snapshots import Snapshot, _read_signed, _write_signed, find_current, serving_name
from ingest.token_vectors import ONE, WORD_DIMENSIONS, Words

TALKS = [
    {"kind": "talk", "title": "Why Bridges Hum", "speakers": [{"name": "Mara Lind"}], "abstract": "Wind sheds whirls."},
    {"kind": "talk", "title": "Silt", "speakers": [{"name": "Jo Ek"}], "abstract": "Harbours fill with fine sand."},
]
LATER = {"kind": "paper", "title": "On Kelp", "abstract": "Forests under water slow the waves."}
GIST = {"kind": "talk", "title": "Silt", "gist": "Why ports must be dug out again and again."}
RANDOM = random.Random(16)


class WordsOfBytes:
    """Vectors and word vectors that depend on a text and on nothing else; they mean nothing."""

    fingerprint = "bytes"
    dimensions = 8

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        rows = [np.frombuffer(hashlib.sha256(text.encode()).digest(), dtype=np.uint8)[:8] for text in texts]
        vectors = np.array(rows, dtype=np.float32) + 1
        return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return np.asarray(self.embed_passages([text])[0])

    def embed_passages_with_words(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Words]]:
        return self.embed_passages(texts), [self.embed_question_with_words(text)[1] for text in texts]

    def embed_question_with_words(self, text: str) -> tuple[NDArray[np.float32], Words]:
        words = text.lower().split()
        vectors = np.zeros((len(words), WORD_DIMENSIONS), dtype=np.int8)
        vectors[range(len(words)), [zlib.crc32(word.encode()) % WORD_DIMENSIONS for word in words]] = ONE
        return self.embed_question(text), Words(tuple(words), vectors)

    def word_starts(self, text: str) -> list[tuple[str, int]]:
        raise AssertionError("nobody quotes here")


EMBEDDER = WordsOfBytes()


def all_of(snapshot: Snapshot) -> Any:
    """Everything that an answer could come from."""
    words = snapshot.word_vectors
    assert words is not None
    texts = range(len(snapshot.stored_vectors))
    return (
        [repr(record) for record in snapshot.store.records()],
        [repr(passage) for passage in snapshot.store.passages(range(snapshot.manifest.passages))],
        {name: repr(gist) for name, gist in snapshot.store.gists().items()},
        snapshot.stored_vectors.tobytes(),
        [words.of(place).tobytes() for place in texts],
        snapshot.keyword.scores("whirls of fine sand and kelp waves").tobytes(),
        snapshot.gist_keyword.scores("ports").tobytes(),
    )


class Sound:
    """A collection of two snapshots, and what each answers from."""

    def __init__(self, folder: Path) -> None:
        self.corpus, self.collection = folder / "corpus", folder / "collection"
        self.corpus.mkdir()
        (self.corpus / "gists.jsonl").write_text(json.dumps(GIST))
        (self.corpus / "talks.jsonl").write_text("\n".join(map(json.dumps, TALKS)))
        ingest(self.corpus, self.collection, EMBEDDER)
        self.before = self.read()
        (self.corpus / "papers.jsonl").write_text(json.dumps(LATER))
        ingest(self.corpus, self.collection, EMBEDDER)
        self.now = self.read()
        assert self.now != self.before
        self.serving = self.collection / "snapshots" / str(serving_name(self.collection))
        parts = [path for path in self.serving.rglob("*") if path.is_file()]
        self.files = [path.relative_to(self.collection) for path in (self.collection / "current", *sorted(parts))]

    def read(self) -> Any:
        snapshot = find_current(self.collection)
        assert snapshot is not None
        assert snapshot.problem is None
        try:
            return all_of(snapshot)
        finally:
            snapshot.close()


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Sound:
    return Sound(tmp_path_factory.mktemp("sound"))


def missing(path: Path) -> None:
    path.unlink()


def empty(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def a_byte_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def zeros(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


def noise(path: Path) -> None:
    path.write_bytes(RANDOM.randbytes(path.stat().st_size))


def a_bit_flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    if content:
        content[RANDOM.randrange(len(content))] ^= 1 << RANDOM.randrange(8)
    path.write_bytes(content)


def other_version(path: Path) -> None:
    """A manifest of a later format, sound in itself; any other file as something else that is well formed."""
    if path.name == "manifest.json":
        _write_signed(path, json.dumps(json.loads(_read_signed(path)) | {"format": 9999}))
    elif path.suffix == ".npy":
        np.save(path, np.arange(7.0))
    else:
        path.write_text('{"version": 9999}\n')


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES = [missing, empty, halved, a_byte_short, longer, zeros, noise, a_bit_flipped, other_version, a_folder]


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_of_any_file_is_told_never_answered_from_and_healed_by_an_ingest(
    damage: Callable[[Path], None], sound: Sound, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # no power is cut here, and it takes most of the time
    assert len(sound.files) * len(DAMAGES) >= 250
    for number, name in enumerate(sound.files):
        collection = tmp_path / str(number)
        shutil.copytree(sound.collection, collection)
        damage(collection / name)
        try:
            snapshot = find_current(collection)
            assert snapshot is not None, f"{name}: nothing is there any more"
            expected = sound.now if snapshot.folder.name == sound.serving.name else sound.before
            assert all_of(snapshot) == expected, f"{name}: answers come from damaged data"
            assert (snapshot.problem is None) == (expected is sound.now and name.name != "current"), f"{name}: not told"
            told = snapshot.problem
            snapshot.close()
        except IndexDamaged as error:
            told = str(error)
        assert told is None or ("talks ingest" in told and "\n" not in told), f"{name}: {told}"
        report = ingest(sound.corpus, collection, EMBEDDER)
        if name.parts[-1] not in ("vectors.npy", "keys.npy", "words.npy", "first.npy", "manifest.json"):
            assert report.embedded == 0, f"{name}: vectors that were sound have been made again"
        healed = find_current(collection, whole=True)
        assert healed is not None
        assert healed.problem is None, f"{name}: never heals"
        assert all_of(healed) == sound.now, f"{name}: heals to something else"
        healed.close()
        shutil.rmtree(collection)


@pytest.mark.parametrize("folder", ["chroma", "lexical", "gist-lexical", ""])
def test_folder_that_is_gone_is_told_and_healed(folder: str, sound: Sound, tmp_path: Path) -> None:
    collection = tmp_path / "collection"
    shutil.copytree(sound.collection, collection)
    shutil.rmtree(collection / sound.serving.relative_to(sound.collection) / folder)
    snapshot = find_current(collection)
    assert snapshot is not None
    assert snapshot.problem is not None
    assert all_of(snapshot) == sound.before
    snapshot.close()
    assert ingest(sound.corpus, collection, EMBEDDER).changed
    healed = find_current(collection)
    assert healed is not None
    assert (healed.problem, all_of(healed)) == (None, sound.now)


@pytest.mark.parametrize("name", ["lock", "snapshots", "current", "made.vectors"])
def test_file_for_a_folder_and_folder_for_a_file_are_healed(name: str, sound: Sound, tmp_path: Path) -> None:
    collection = tmp_path / "collection"
    shutil.copytree(sound.collection, collection)
    if (collection / name).is_dir():
        shutil.rmtree(collection / name)
        (collection / name).write_text("x")
    else:
        (collection / name).unlink(missing_ok=True)
        (collection / name).mkdir()
        (collection / name / "x").write_text("x")
    ingest(sound.corpus, collection, EMBEDDER)
    healed = find_current(collection, whole=True)
    assert healed is not None
    assert (healed.problem, all_of(healed)) == (None, sound.now)


def test_both_snapshots_damaged_is_one_sentence_and_healed(sound: Sound, tmp_path: Path) -> None:
    collection = tmp_path / "collection"
    shutil.copytree(sound.collection, collection)
    for path in collection.glob("snapshots/*/records.sqlite"):
        halved(path)
    with pytest.raises(IndexDamaged, match="talks ingest"):
        find_current(collection)
    assert ingest(sound.corpus, collection, EMBEDDER).embedded == 0
    healed = find_current(collection)
    assert healed is not None
    assert all_of(healed) == sound.now


def test_part_that_is_damaged_after_opening_is_told_when_it_is_read(sound: Sound, tmp_path: Path) -> None:
    collection = tmp_path / "collection"
    shutil.copytree(sound.collection, collection)
    snapshot = find_current(collection)
    assert snapshot is not None
    noise(snapshot.folder / "vectors.npy")
    with pytest.raises(IndexDamaged, match=r"vectors\.npy is not what was written"):
        _ = snapshot.vectors
