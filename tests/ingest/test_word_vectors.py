"""Word vectors: what is written is read back, and closeness is the weighted mean of each word's best match."""

from pathlib import Path

import numpy as np
import pytest

from ingest.token_vectors import ONE, WORD_DIMENSIONS, Small, Words, WordVectors


def along(*axes: int) -> Small:
    """A word for each axis, like itself and unlike all others."""
    rows = np.zeros((len(axes), WORD_DIMENSIONS), dtype=np.int8)
    rows[range(len(axes)), axes] = ONE
    return rows


@pytest.fixture
def word_vectors(tmp_path: Path) -> WordVectors:
    WordVectors.save([along(0, 1), along(), along(1), along(2)], tmp_path / "words")
    return WordVectors.load(tmp_path / "words")


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        pytest.param([(0, 4)], [1.0, 0.0, 0.25, 0.0], id="all at once"),
        pytest.param([(2, 4), (0, 1)], [0.25, 0.0, 1.0], id="in the order asked for"),
        pytest.param([(1, 2)], [0.0], id="a text without words"),
    ],
)
def test_closeness_is_the_weighted_share_of_the_words_that_a_text_holds(
    word_vectors: WordVectors, spans: list[tuple[int, int]], expected: list[float]
) -> None:
    weights = np.array([3, 1], dtype=np.float32)
    np.testing.assert_allclose(word_vectors.closeness(along(0, 1), weights, spans), expected, atol=1e-6)


def test_words_of_a_text_are_read_back(word_vectors: WordVectors) -> None:
    np.testing.assert_array_equal(word_vectors.of(0), along(0, 1))
    np.testing.assert_array_equal(word_vectors.of(3), along(2))


def test_stop_words_go_with_their_vectors() -> None:
    kept = Words(("what", "is", "curvature"), along(4, 5, 6)).without_stop_words()
    assert kept.words == ("curvature",)
    np.testing.assert_array_equal(kept.vectors, along(6))
