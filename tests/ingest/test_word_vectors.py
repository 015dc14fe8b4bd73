"""Word vectors: what is written is read back, and closeness is the weighted mean of each word's best match."""

import numpy as np
import pytest

from ingest.token_vectors import ONE, WORD_DIMENSIONS, Small, Words, WordVectors, packed, unpacked


def along(*directions: int) -> Small:
    """A word for each of three directions at right angles, each like itself and unlike the others."""
    rows = np.full((len(directions), WORD_DIMENSIONS), 13, dtype=np.int8)
    for row, direction in zip(rows, directions, strict=True):
        row.reshape(-1, 2, 2**direction)[:, 1] *= -1
    return rows


@pytest.fixture
def word_vectors() -> WordVectors:
    texts = [along(0, 1), along(), along(1), along(2)]
    return WordVectors(packed(np.concatenate(texts)), np.cumsum([0, *map(len, texts)]))


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
    np.testing.assert_allclose(word_vectors.closeness(along(0, 1), weights, spans), expected, atol=0.06)


def test_words_of_a_text_are_read_back(word_vectors: WordVectors) -> None:
    np.testing.assert_allclose(ONE * word_vectors.of(0), along(0, 1), atol=1.5)
    np.testing.assert_allclose(ONE * word_vectors.of(3), along(2), atol=1.5)
    assert word_vectors.of(1).shape == (0, WORD_DIMENSIONS)


def test_packed_words_keep_their_cosines_and_are_packed_alike_again() -> None:
    rows = np.random.default_rng(4).standard_normal((200, WORD_DIMENSIONS))
    rows *= ONE / np.linalg.norm(rows, axis=1, keepdims=True)
    kept = packed(np.rint(rows).astype(np.int8))
    again = unpacked(kept)
    lengths = np.linalg.norm(again, axis=1)
    assert ((again * rows).sum(axis=1) / lengths / ONE).min() > 0.98
    np.testing.assert_allclose(lengths, 1, atol=0.06)
    np.testing.assert_array_equal(packed(np.rint(ONE * again).astype(np.int8)), kept)


def test_stop_words_go_with_their_vectors() -> None:
    kept = Words(("what", "is", "curvature"), along(0, 1, 2)).without_stop_words()
    assert kept.words == ("curvature",)
    np.testing.assert_array_equal(kept.vectors, along(2))


def test_word_said_again_is_kept_once_between_its_places() -> None:
    kept = Words(("kelp", "wave", "kelp"), along(0, 1, 2)).each_once()
    assert kept.words == ("kelp", "wave")
    rows = np.array(along(0, 1, 2), dtype=np.float32)
    np.testing.assert_array_equal(kept.vectors[1], along(1)[0])
    np.testing.assert_allclose(kept.vectors[0] @ rows.T / ONE**2, [0.71, 0, 0.71], atol=0.02)
