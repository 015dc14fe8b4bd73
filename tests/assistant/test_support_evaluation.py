"""The figures of the support check: folds, balanced accuracy, and what a file must hold."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from evals.learning import balanced_accuracy, best_threshold, learn
from evals.support import (
    Pair,
    _folds,
    evaluate,
    read_pairs,
    support_json,
    support_text,
    word_overlap,
)
from ingest.embedder import BundledEmbedder
from ingest.errors import CorpusMissing

ANIMALS = "otters herons badgers lynxes beetles salmon ravens foxes".split()


def invented(source: str) -> list[Pair]:
    """Eight passages with a true and a false claim each, which share as many words with it."""
    pairs: list[Pair] = []
    for animal in ANIMALS:
        passage = f"In {source}, {animal} have increased since the flood. The river was high."
        pairs.append(Pair(f"The {animal} grew since the flood.", passage, source, is_supported=True))
        pairs.append(Pair(f"The {animal} decreased since the flood.", passage, source, is_supported=False))
    return pairs


def test_pairs_are_read_plain_and_compressed(tmp_path: Path) -> None:
    line = json.dumps({"claim": "a", "evidence": "b", "label": "partially_supported", "source": "s"}) + "\n"
    (tmp_path / "pairs.jsonl").write_text(line)
    with gzip.open(tmp_path / "pairs.jsonl.gz", "wt") as file:
        file.write(line)
    for name in ("pairs.jsonl", "pairs.jsonl.gz"):
        assert read_pairs(tmp_path / name) == [Pair("a", "b", "s", is_supported=False)]


def test_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"claim": "a", "evidence": "b", "label": "supported", "source": "s"}\n{"claim": 1}\n')
    with pytest.raises(CorpusMissing, match="line 2"):
        read_pairs(path)
    with pytest.raises(CorpusMissing, match="cannot be read"):
        read_pairs(tmp_path / "missing.jsonl")


def test_pairs_that_share_a_claim_or_a_passage_share_a_fold() -> None:
    chain = [("a", "1"), ("a", "2"), ("b", "2"), ("b", "3"), *((f"c{n}", f"p{n}") for n in range(30))]
    folds = _folds([Pair(claim, passage, "s", is_supported=True) for claim, passage in chain])
    assert len(set(folds[:4].tolist())) == 1
    assert set(folds.tolist()) == {0, 1, 2, 3, 4}


def test_balanced_accuracy_is_the_mean_over_both_answers() -> None:
    truth = np.array([True, False, False, False])
    assert balanced_accuracy(truth, np.array([True, True, True, True])) == 0.5
    assert balanced_accuracy(truth, np.array([True, False, False, True])) == pytest.approx((1 + 2 / 3) / 2)


def test_learning_finds_the_column_that_tells() -> None:
    truth = np.tile([True, False], 50)
    rows = np.column_stack([truth * 1.0, np.arange(100) % 7 * 1.0])
    bias, weights = learn(rows, truth, np.full(100, "s"))
    assert weights[0] > 3
    assert abs(weights[1]) < 0.2
    assert bias < 0
    assert 0 < best_threshold(rows[:, 0], truth, np.full(100, "s")) <= 1


def test_word_overlap_is_the_share_of_the_claims_words() -> None:
    assert word_overlap("Waves roll high", "high waves, no wind") == pytest.approx(2 / 3)


def test_check_tells_opposites_where_overlap_cannot(embedder: BundledEmbedder) -> None:
    report = evaluate([*invented("wetland"), *invented("forest")], embedder)
    assert list(report.sources) == ["forest", "wetland"]
    assert report.mean.pairs == 32
    assert report.mean.overlap == 0.5
    assert report.mean.check > 0.9
    assert report.mean.shipped == 1.0
    assert "wetland" in support_text(report)
    assert support_json(report)["sources"]["mean"]["shipped"] == 1.0
