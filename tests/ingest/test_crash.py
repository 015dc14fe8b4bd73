"""An ingest killed at any moment leaves the old index serving; the next one goes on where it was."""

import multiprocessing
import random
import sys
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from ingest.pipeline import ingest
from ingest.snapshots import find_current, open_current
from ingest.vectors import BATCH_TEXTS, MadeVectors, content_keys
from tests.ingest.slow_ingest import slow_ingest
from tests.ingest.test_damage import EMBEDDER, WordsOfBytes
from tests.ingest.test_pipeline import TALK_PAGE

KILLS = 30
MOST_RUNS = 10 * KILLS
TALKS = 2000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="processes are forked, so that each begins with the ingest"),
]


@pytest.fixture
def start() -> Callable[..., BaseProcess]:
    """Starts an ingest in a process of its own, within hundredths of a second."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([slow_ingest.__module__])

    def begun(*named: Path) -> BaseProcess:
        process = context.Process(target=slow_ingest, args=named)
        process.start()
        return process

    begun(*(Path("nowhere"),) * 3).join()  # the first one waits for imports
    return begun


def test_ingest_killed_at_random_moments_loses_nothing(tmp_path: Path, start: Callable[..., BaseProcess]) -> None:
    page, collection, made = tmp_path / "talks.txt", tmp_path / "collection", tmp_path / "made"
    page.write_text(TALK_PAGE)
    ingest(page, collection, EMBEDDER)
    chance = random.Random(20)
    killed, usual_s, after = 0, 10.0, ""
    for number in range(MOST_RUNS):
        before = _titles(collection)
        after = f"Counting Things {number} Times"
        page.write_text(TALK_PAGE.replace("Counting Things Twice", after))
        began = time.monotonic()
        process = start(page, collection, made)
        # The first one runs to its end and tells how long that takes here and now, so that the kills fall on all of it.
        process.join(chance.uniform(0, usual_s) if number else None)
        if process.is_alive():
            killed += 1
            process.kill()
            process.join()
        else:
            usual_s = min(usual_s, time.monotonic() - began)
            assert process.exitcode == 0
        assert _titles(collection) in (before, [after])
        if killed == KILLS:
            break
    assert killed == KILLS
    assert ingest(page, collection, EMBEDDER).talks == 1
    assert _titles(collection) == [after]
    assert len(list((collection / "snapshots").iterdir())) <= 2


def test_long_ingest_killed_at_random_moments_makes_at_most_a_batch_twice(
    tmp_path: Path, start: Callable[..., BaseProcess]
) -> None:
    corpus, collection, made = tmp_path / "talks.jsonl", tmp_path / "collection", tmp_path / "made"
    corpus.write_text("\n".join(f'{{"kind": "talk", "title": "Talk {number}"}}' for number in range(TALKS)))
    made.touch()
    chance = random.Random(21)
    kills = 8
    for _ in range(kills):
        process = start(corpus, collection, made)
        begun = _batches(made)
        while len(_batches(made)) - len(begun) < chance.choice((1, 2)):
            assert process.is_alive()
            time.sleep(chance.uniform(0.001, 0.02))
        process.kill()
        process.join()
    start(corpus, collection, made).join()
    assert TALKS <= sum(_batches(made)) <= TALKS + kills * BATCH_TEXTS
    ingest(corpus, tmp_path / "whole", EMBEDDER)
    killed_snapshot, whole_snapshot = find_current(collection), find_current(tmp_path / "whole")
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


def _batches(made: Path) -> list[int]:
    return [int(line) for line in made.read_text().split()]


def _titles(collection: Path) -> list[str]:
    """What the index answers, every part of it read."""
    snapshot = open_current(collection, EMBEDDER.fingerprint)
    assert snapshot.problem is None
    assert snapshot.vectors.shape[0] == snapshot.manifest.passages
    assert snapshot.keyword.scores("counting").max() > 0
    titles = [record.title for record in snapshot.store.records()]
    snapshot.close()
    return titles
