"""Figures, worked out by hand."""

import math

import pytest

from evals.metrics import Figures, figures, interval, mean, ndcg, roc


@pytest.mark.parametrize(
    ("ranked", "expected", "figured"),
    [
        pytest.param(["a", "b"], {"a"}, Figures(1.0, 1.0, 1.0, 1.0), id="first"),
        pytest.param(["b", "a"], {"a"}, Figures(1.0, 0.0, 0.5, 1 / math.log2(3)), id="second"),
        pytest.param(["b", "c", "d", "e", "f", "a"], {"a"}, Figures(0.0, 0.0, 1 / 6, 1 / math.log2(7)), id="sixth"),
        pytest.param([], {"a"}, Figures(0.0, 0.0, 0.0, 0.0), id="nothing found"),
        pytest.param(list("abcde"), set("abcdef"), Figures(1.0, 1.0, 1.0, 0.89221), id="more expected than counted"),
    ],
)
def test_figures_of_one_ranking(ranked: list[str], expected: set[str], figured: Figures) -> None:
    one = figures(ranked, expected)
    assert (one.recall, one.hit, one.reciprocal_rank) == (figured.recall, figured.hit, figured.reciprocal_rank)
    assert one.ndcg == pytest.approx(figured.ndcg, abs=1e-4)


def test_ndcg_counts_grades_as_trec_eval_does() -> None:
    # pytrec_eval's ndcg_cut_10 for this ranking.
    assert ndcg(["b", "x", "a"], {"a": 3, "b": 1}) == pytest.approx((1 + 3 / 2) / (3 + 1 / math.log2(3)))
    assert ndcg(["a"], {}) == 0


def test_mean_and_interval() -> None:
    assert mean([Figures(1, 1, 1, 1), Figures(0, 0, 0.5, 0)]) == Figures(0.5, 0.5, 0.75, 0.5)
    assert interval([1.0, 1.0, 1.0]) == (1.0, 1.0)
    low, high = interval([0.0, 1.0] * 50)
    assert (low, high) == pytest.approx((0.4, 0.6), abs=0.02)
    assert interval([0.0, 1.0] * 50) == (low, high)


def test_roc_counts_pairs_and_ties() -> None:
    curve = roc([0.9, 0.5], [0.5, 0.1], [0.5, 0.6])
    assert curve.area == pytest.approx(3.5 / 4)
    assert curve.points == ((0.5, 0.0, 0.5), (0.6, 0.5, 1.0))
