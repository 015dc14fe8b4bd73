"""An ingest killed at any moment leaves the old index serving, and the next ingest succeeds."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ingest.embedder import BundledEmbedder
from ingest.index import open_current
from ingest.pipeline import ingest
from tests.ingest.test_pipeline import TALK_PAGE

KILLS = 20


@pytest.mark.alone
@pytest.mark.slow
def test_ingest_killed_at_random_moments_loses_nothing(tmp_path: Path, embedder: BundledEmbedder) -> None:
    page, home = tmp_path / "talks.txt", tmp_path / "home"
    page.write_text(TALK_PAGE)
    ingest(page, home, embedder)
    command = [sys.executable, "-m", "assistant.outlets.cli", "ingest", str(page), "--home", str(home)]

    # How long one takes here and now, so that the kills fall on every part of it.
    page.write_text(TALK_PAGE.replace("Twice", "Once More"))
    began = time.monotonic()
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    usual_s = time.monotonic() - began

    chance = random.Random(20)
    killed = 0
    for number in range(KILLS):
        before = _titles(home, embedder)
        after = f"Counting Things {number} Times"
        page.write_text(TALK_PAGE.replace("Counting Things Twice", after))
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=chance.uniform(0.3, 1.0) * usual_s)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait(timeout=10)
            killed += 1
        assert _titles(home, embedder) in (before, [after])
    assert killed >= KILLS // 2
    assert ingest(page, home, embedder).talks == 1
    assert _titles(home, embedder) == [f"Counting Things {KILLS - 1} Times"]
    assert len(list((home / "index" / "generations").iterdir())) <= 2


def _titles(home: Path, embedder: BundledEmbedder) -> list[str]:
    """What the index answers, every part of it read."""
    generation = open_current(home, embedder.fingerprint)
    assert generation.vectors.shape[0] == generation.manifest.passages
    assert generation.keyword.scores("counting").max() > 0
    titles = [record.title for record in generation.store.records()]
    generation.close()
    return titles
