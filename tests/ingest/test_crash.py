"""An ingest killed at any moment leaves the old index serving; the next one goes on where it was."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.embedder import BundledEmbedder
from ingest.pipeline import ingest
from ingest.snapshots import find_current, open_current
from ingest.vectors import BATCH_TEXTS, MadeVectors, content_keys
from tests.ingest.test_damage import EMBEDDER, WordsOfBytes
from tests.ingest.test_pipeline import TALK_PAGE

KILLS = 30
TALKS = 3000


@pytest.mark.alone
@pytest.mark.slow
def test_ingest_killed_at_random_moments_loses_nothing(tmp_path: Path, embedder: BundledEmbedder) -> None:
    page, collection = tmp_path / "talks.txt", tmp_path / "home" / "collections" / "talks"
    page.write_text(TALK_PAGE)
    ingest(page, collection, embedder)
    command = [sys.executable, "-m", "assistant.outlets.cli", "ingest", str(page), "--home", str(tmp_path / "home")]

    # How long one takes here and now, so that the kills fall on every part of it.
    page.write_text(TALK_PAGE.replace("Twice", "Once More"))
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    usual_s = time.monotonic() - began

    chance = random.Random(20)
    killed = 0
    for number in range(KILLS):
        before = _titles(collection, embedder)
        after = f"Counting Things {number} Times"
        page.write_text(TALK_PAGE.replace("Counting Things Twice", after))
        began = time.monotonic()
        if _killed(command, chance.uniform(0.3, 1.0) * usual_s):
            killed += 1
        else:  # the machine has become less busy
            usual_s = min(usual_s, time.monotonic() - began)
        assert _titles(collection, embedder) in (before, [after])
    assert killed >= KILLS // 2
    assert ingest(page, collection, embedder).talks == 1
    assert _titles(collection, embedder) == [f"Counting Things {KILLS - 1} Times"]
    assert len(list((collection / "snapshots").iterdir())) <= 2


@pytest.mark.alone
@pytest.mark.slow
def test_long_ingest_killed_at_random_moments_makes_at_most_a_batch_twice(tmp_path: Path) -> None:
    corpus, collection, made = tmp_path / "talks.jsonl", tmp_path / "collection", tmp_path / "made"
    corpus.write_text("\n".join(f'{{"kind": "talk", "title": "Talk {number}"}}' for number in range(TALKS)))
    command = [sys.executable, "-m", "tests.ingest.counting_ingest", *map(str, (corpus, collection, made))]
    chance = random.Random(21)
    killed = 0
    for _ in range(20):
        killed += _killed(command, chance.uniform(1, 4))
    subprocess.run(command, check=True, timeout=300)
    batches = [int(line) for line in made.read_text().split()]
    assert killed >= 5
    assert TALKS <= sum(batches) <= TALKS + killed * BATCH_TEXTS
    killed_snapshot, whole_snapshot = find_current(collection), None
    ingest(corpus, tmp_path / "whole", EMBEDDER)
    whole_snapshot = find_current(tmp_path / "whole")
    assert killed_snapshot is not None
    assert whole_snapshot is not None
    assert killed_snapshot.stored_vectors.tobytes() == whole_snapshot.stored_vectors.tobytes()
    assert killed_snapshot.keyword.scores("talk 17").tobytes() == whole_snapshot.keyword.scores("talk 17").tobytes()


@pytest.mark.parametrize("kept", [0, 1, 7, 40, 500, 1001, -1, -30])
def test_log_of_vectors_cut_off_anywhere_is_made_whole_again(tmp_path: Path, kept: int) -> None:
    texts = [f"text {number}" for number in range(40)]
    keys = content_keys(texts)
    log = tmp_path / "made.vectors"
    with MadeVectors(log, EMBEDDER) as made:
        whole = made.of(texts, keys)
    log.write_bytes(log.read_bytes()[:kept])
    with MadeVectors(log, EMBEDDER) as made:
        again = made.of(texts, keys)
        assert made.knows(keys).all()
    assert [one.vector.tobytes() for one in again] == [one.vector.tobytes() for one in whole]
    with MadeVectors(log, EMBEDDER) as made:
        assert made.knows(keys).all()


def test_log_of_another_embedder_or_of_noise_is_begun_anew(tmp_path: Path) -> None:
    class Other(WordsOfBytes):
        fingerprint = "other"

    log, texts = tmp_path / "made.vectors", ["a text"]
    with MadeVectors(log, EMBEDDER) as made:
        made.of(texts, content_keys(texts))
    with MadeVectors(log, Other()) as made:
        assert not made.knows(content_keys(texts)).any()
    log.write_bytes(random.Random(1).randbytes(5000))
    with MadeVectors(log, EMBEDDER) as made:
        assert not made.knows(content_keys(texts)).any()
        assert made.of(texts, content_keys(texts))[0].vector.shape == (8,)


def _killed(command: list[str], after_s: float) -> bool:
    """Whether it still ran then; it does no more."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(timeout=after_s)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        return True
    return False


def _titles(collection: Path, embedder: BundledEmbedder) -> list[str]:
    """What the index answers, every part of it read."""
    snapshot = open_current(collection, embedder.fingerprint)
    assert snapshot.problem is None
    assert snapshot.vectors.shape[0] == snapshot.manifest.passages
    assert snapshot.keyword.scores("counting").max() > 0
    titles = [record.title for record in snapshot.store.records()]
    snapshot.close()
    return titles
