"""A text costs what its length says, whatever it is made of."""

from functools import partial

import pytest

from evals import cost


@pytest.mark.slow
def test_cost_of_a_passage_grows_with_its_length_at_most() -> None:
    found = dict(cost.measured(cost.passage))
    assert {unit: times_ms for unit, times_ms in found.items() if not cost.is_in_line(times_ms)} == {}


@pytest.mark.parametrize("sign", ["“", '"', "’"])
def test_hundred_kilobytes_of_quotation_marks_take_half_a_second_at_most(sign: str) -> None:
    text = sign * 100_000
    assert min(cost.best_ms(partial(cost.passage, text)) for _ in range(3)) < 500


def test_time_that_grows_with_the_square_is_told() -> None:
    assert cost.is_in_line([1, 4, 20, 220, 2000])
    assert not cost.is_in_line([1, 16, 100, 10_000])
