"""Whatever engine searches, the same rows come back, and a large collection answers as an exact pass does."""

import json
import os
import subprocess
import sys
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.errors import IndexUnusable
from ingest.pipeline import ingest
from ingest.snapshots import open_current
from ingest.stores import CANDIDATES, StoreChoice, as_bytes, nearest, unit_rows
from ingest.stores.chroma import create_embedded, open_embedded
from tests.ingest.test_damage import EMBEDDER

COUNT, DIMENSIONS = 3000, 16


@pytest.fixture(params=["embedded", "chroma server", "milvus"])
def choice(request: pytest.FixtureRequest, tmp_path: Path) -> StoreChoice:
    if request.param == "chroma server":
        return StoreChoice(request.getfixturevalue("chroma_server"))
    if request.param == "milvus":
        if find_spec("milvus_lite") is None or find_spec("pymilvus") is None:
            pytest.skip("needs pymilvus and milvus-lite")
        return StoreChoice(f"milvus+{tmp_path / 'milvus.db'}")
    return StoreChoice()


def random_rows(count: int) -> NDArray[np.float32]:
    rows = np.random.default_rng(3).standard_normal((count, DIMENSIONS))
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def test_search_finds_the_rows_of_an_exact_pass(choice: StoreChoice, tmp_path: Path) -> None:
    snapshot = tmp_path / "talks" / "snapshots" / "20260101T000000-abcdef"
    snapshot.mkdir(parents=True)
    vectors = random_rows(COUNT)
    store = choice.open(snapshot, create=True)
    store.add(0, vectors[:1700])
    store.add(1700, vectors[1700:])
    store.close()
    store = choice.open(snapshot)
    found = 0
    for question in vectors[:20].astype(np.float32):
        exact = np.argsort(-(vectors.astype(np.float32) @ question))[:10]
        rows = store.search(question, CANDIDATES)
        assert len(rows) == CANDIDATES
        found += len(set(exact) & set(rows))
        assert rows[0] == exact[0]
    assert found >= 0.98 * 200
    store.close()
    choice.drop(snapshot)


def test_dense_scores_of_candidates_are_exact_and_no_other_row_reaches_them(tmp_path: Path) -> None:
    vectors = random_rows(COUNT)
    choice, snapshot = StoreChoice(), tmp_path / "talks" / "snapshots" / "20260101T000000-abcdef"
    snapshot.mkdir(parents=True)
    store = choice.open(snapshot, create=True)
    store.add(0, vectors)
    question = vectors[7].astype(np.float32)
    kept = as_bytes(vectors)
    exact = unit_rows(kept) @ question
    lexical = np.zeros(COUNT, dtype=np.float32)
    worst = int(exact.argmin())
    lexical[worst] = 0.5
    scores = nearest(kept, question, lexical, store)
    best = np.argsort(-exact)[:CANDIDATES]
    # The engine's candidates are approximate: it may miss one of the hundred, more so of vectors without any order.
    found = np.isclose(scores[best], exact[best], atol=1e-6)
    assert found.mean() >= 0.95
    assert found[:10].all()
    assert scores[worst] == pytest.approx(exact[worst])
    assert (scores[np.argsort(-exact)[CANDIDATES + 20 :][:-1]] <= exact[best].min()).all()
    store.close()


def test_vectors_in_eight_bits_keep_their_cosines_and_are_kept_alike_again() -> None:
    vectors = np.vstack([random_rows(500), np.zeros((1, DIMENSIONS), dtype=np.float32)])
    kept = as_bytes(vectors)
    np.testing.assert_allclose(unit_rows(kept) @ vectors.T, vectors @ vectors.T, atol=0.01)
    np.testing.assert_array_equal(as_bytes(unit_rows(kept)), kept)


def test_ingest_fills_a_server_and_removes_what_no_longer_serves(
    chroma_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    choice, corpus, collection = StoreChoice(chroma_server), tmp_path / "talks.jsonl", tmp_path / "replaced-talks"
    for number in range(4):
        corpus.write_text(f'{{"kind": "talk", "title": "Talk number {number}"}}')
        ingest(corpus, collection, EMBEDDER, store=choice)
    listed = f"{chroma_server}/api/v2/tenants/default_tenant/databases/default_database/collections?limit=1000"
    with urllib.request.urlopen(listed, timeout=5) as reply:
        names = [found["name"] for found in json.load(reply)]
    kept = {folder.name for folder in (collection / "snapshots").iterdir()}
    served = {name for name in names if name.startswith("replaced-talks-")}
    assert len(kept) == 2
    assert {f"replaced-talks-{name}-passages" for name in kept} <= served
    assert all(any(name in found for name in kept) for found in served)
    monkeypatch.setattr("ingest.snapshots.EXACT_UP_TO", 0)
    monkeypatch.setattr("ingest.stores.CANDIDATES", 1)
    snapshot = open_current(collection, EMBEDDER.fingerprint, choice)
    text = snapshot.store.passages([0])[0].headed_text
    scores = snapshot.dense(EMBEDDER.embed_question(text), snapshot.keyword.scores("number"))
    assert scores == pytest.approx([1.0], abs=1e-3)
    snapshot.close()


def test_llamaindex_program_asks_a_snapshot_as_its_vector_store(tmp_path: Path) -> None:
    from llama_index.core.vector_stores.types import VectorStoreQuery

    from ingest.stores.nodes import PassageStore

    corpus = tmp_path / "talks.jsonl"
    corpus.write_text("\n".join(f'{{"kind": "talk", "title": "Talk {number}"}}' for number in range(5)))
    ingest(corpus, tmp_path / "c", EMBEDDER)
    snapshot = open_current(tmp_path / "c", EMBEDDER.fingerprint)
    passage = snapshot.store.passages([3])[0]
    embedding = EMBEDDER.embed_question(passage.headed_text).tolist()
    found = PassageStore(snapshot).query(VectorStoreQuery(query_embedding=embedding, similarity_top_k=2))
    assert found.ids is not None
    assert (found.ids[0], len(found.ids)) == (passage.id, 2)
    assert found.similarities is not None
    assert found.similarities[0] == pytest.approx(1, abs=1e-3)


def test_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "talks.jsonl").write_text('{"kind": "talk", "title": "Alone"}')
    with pytest.raises(IndexUnusable, match="TALKS_STORE"):
        ingest(tmp_path / "talks.jsonl", tmp_path / "c", EMBEDDER, store=StoreChoice("http://127.0.0.1:9"))


@pytest.mark.slow
def test_settings_of_another_program_do_not_reach_the_embedded_store(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PERSIST_DIRECTORY=/elsewhere\nIS_PERSISTENT=\xff\n")
    code = (
        "import numpy as np; from pathlib import Path; from ingest.stores.chroma import create_embedded\n"
        "store = create_embedded(Path('store')); store.add(0, np.eye(3, dtype=np.float32))\n"
        "print(store.search(np.eye(3, dtype=np.float32)[2], 1)); store.close()"
    )
    environment = os.environ | {"CHROMA_SERVER_HTTP_PORT": "none", "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code]
    run = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert run.stdout.strip() == "[2]"
    assert (tmp_path / "store" / "chroma.sqlite3").is_file()


def test_folder_whose_name_is_no_utf8_holds_a_store(tmp_path: Path) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9"))
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes no such name")
    vectors = random_rows(8)
    store = create_embedded(folder)
    store.add(0, vectors)
    store.close()
    opened = open_embedded(folder)
    assert opened.search(vectors[3], 1).tolist() == [3]
    opened.close()
