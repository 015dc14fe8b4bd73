"""Pairs of neighbouring words, in scores and within a passage."""

from collections.abc import Sequence

import numpy as np

from ingest.lexical import KeywordIndex

TEXTS = ["a priority queue of tasks", "the queue has a priority today", "nothing of either", "something else again"]


def texts_at(places: Sequence[int]) -> list[str]:
    return [TEXTS[place] for place in places]


def test_pair_of_neighbours_puts_the_text_that_holds_it_first() -> None:
    index = KeywordIndex.build(TEXTS)
    plain = index.scores("priority queue", spoken=True)
    paired = index.scores_with_pairs("priority queue", plain, [0, 1], texts_at)
    assert list(np.argsort(-paired)[:2]) == [0, 1]
    assert paired[0] - paired[1] > plain[0] - plain[1]
    assert paired.min() >= 0
    assert paired.max() <= 1


def test_question_of_one_word_scores_as_without_pairs() -> None:
    index = KeywordIndex.build(TEXTS)
    plain = index.scores("queue", spoken=True)
    assert index.scores_with_pairs("queue", plain, [0], texts_at) is plain


def test_sentence_with_the_pair_covers_more_than_one_with_both_words() -> None:
    index = KeywordIndex.build(TEXTS)
    held = index.coverage_with_pairs("priority queue", TEXTS[:2])
    assert held[0] > held[1] > 0
