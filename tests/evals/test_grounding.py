"""The figures of the check of each sentence: planted claims, folds, and what a file must hold."""

import gzip
import json
import random
from pathlib import Path

import numpy as np
import pytest

from evals.grounding import is_held_aside, read_framing, read_hand, read_jsonl, read_pairs, word_overlap
from evals.learning import balanced_accuracy, best_threshold, learn
from evals.planted import KINDS, Planted, Talk, plant
from ingest.errors import CorpusMissing

TALK = Talk(
    "waves",
    "Forecasting Waves",
    ("Ines Duarte", "Tom Hale"),
    "In this talk, I will show how Porto Labs forecasts waves 2 days ahead because buoys are slower than storms. "
    "We trained 12 models on 40 years of data, and some of them outperform NOAA at half the cost. "
    "Neural networks are usually harder to train than Kalman filters. "
    "Ines Duarte received her PhD from Lisbon in 2009 and has worked at Porto Labs since 2014.",
)
OTHER = Talk(
    "birds",
    "Listening to Gardens",
    ("Ada Weed",),
    "Microphones in 60 gardens of Bristol recognise birds by their song with OpenSoundscape. "
    "The project was started by volunteers in York and can be used by schools for their lessons.",
)


def planted(seed: int) -> list[Planted]:
    rng = random.Random(seed)
    return [one for _ in range(30) for one in plant(TALK, [OTHER], rng, most_sentences=4)]


def test_planting_with_one_seed_gives_the_same_claims() -> None:
    assert planted(3) == planted(3)
    assert planted(3) != planted(4)


def test_every_kind_of_error_is_planted_where_there_is_a_place_for_it() -> None:
    assert {one.kind for one in planted(1)} == {"", *KINDS}


def test_error_says_where_it_is() -> None:
    for one in planted(2):
        assert all(0 <= start < end <= len(one.claim) for start, end in one.wrong)
    assert all(one.wrong for one in planted(2) if one.kind in ("number", "unit", "foreign name"))


def test_true_claim_is_never_the_sentence_itself() -> None:
    assert not [one for one in planted(5) if one.is_true and one.claim in TALK.text]


def test_claims_by_hand_have_their_passages_and_every_kind() -> None:
    claims = read_hand("test")
    assert {one.kind for one in claims} >= {"", *KINDS[:-1]}
    assert len(read_framing("test")) >= 60
    assert not set(read_framing("test")) & set(read_framing("train"))
    assert all(one.passage for one in claims)


def test_held_aside_talks_are_a_tenth() -> None:
    share = np.mean([is_held_aside(f"event/talk-{n}.json") for n in range(5000)])
    assert 0.08 < share < 0.12


def test_pairs_are_read_plain_and_compressed(tmp_path: Path) -> None:
    line = json.dumps({"claim": "a", "evidence": "b", "label": "partially_supported", "source": "s"}) + "\n"
    (tmp_path / "pairs.jsonl").write_text(line)
    with gzip.open(tmp_path / "pairs.jsonl.gz", "wt") as file:
        file.write(line)
    for name in ("pairs.jsonl", "pairs.jsonl.gz"):
        (pair,) = read_pairs(tmp_path / name)
        assert (pair.claim, pair.passage, pair.source, pair.is_supported) == ("a", "b", "s", False)


def test_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text('{"claim": "a"}\n[\n')
    with pytest.raises(CorpusMissing, match="line 2"):
        list(read_jsonl(path))
    path.write_text('{"claim": "a"}\n')
    with pytest.raises(CorpusMissing, match="evidence"):
        read_pairs(path)
    with pytest.raises(CorpusMissing, match="cannot be read"):
        read_pairs(tmp_path / "missing.jsonl")


def test_pairs_that_share_a_claim_or_a_passage_share_a_fold(tmp_path: Path) -> None:
    chain = [("a", "1"), ("a", "2"), ("b", "2"), ("b", "3"), *((f"c{n}", f"p{n}") for n in range(30))]
    path = tmp_path / "pairs.jsonl"
    path.write_text(
        "".join(
            json.dumps({"claim": claim, "evidence": passage, "label": "supported", "source": "s"}) + "\n"
            for claim, passage in chain
        )
    )
    folds = [pair.fold for pair in read_pairs(path)]
    assert len(set(folds[:4])) == 1
    assert set(folds) == {0, 1, 2, 3, 4}


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
