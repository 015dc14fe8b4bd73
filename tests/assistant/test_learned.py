"""Rounded weights are the weights, but for half a step."""

import numpy as np
import pytest

from assistant.learned import widened
from evals.learning import STEPS, rounded


@pytest.mark.parametrize("steps", [STEPS, 11])
def test_rounded_weights_are_half_a_step_off_at_most(steps: int) -> None:
    wide = np.random.default_rng(0).normal(size=(200, 300)).astype(np.float32)
    stored = rounded({"wide": wide, "short": np.ones(3, np.float32)}, steps)
    assert stored["wide"].dtype == np.dtype(np.int8)
    assert np.abs(stored["wide"]).max() == steps
    again = widened(stored)
    assert (np.abs(again["wide"] - wide) <= np.abs(wide).max(axis=1, keepdims=True) / steps * 0.501).all()
    assert again["short"].tolist() == [1, 1, 1]


def test_weights_that_were_not_rounded_are_left_alone() -> None:
    kept = np.linspace(-2, 2, 7, dtype=np.float32)
    assert widened({"kept": kept})["kept"].tolist() == kept.tolist()
