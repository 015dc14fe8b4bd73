"""Ranking: score fusion, grouping by talk, and the questions that the product must get right."""

import numpy as np
import pytest

from assistant.assembly import Assistant
from assistant.ranking import best_records, fuse
from assistant.retriever import TalksRetriever


def test_fusion_is_the_weighted_mean_of_both_scores() -> None:
    dense = np.array([0.5, 0.2], dtype=np.float32)
    keyword = np.array([0.0, 1.0], dtype=np.float32)
    np.testing.assert_allclose(fuse(dense, keyword, keyword_weight=0.25), [0.375, 0.4])
    np.testing.assert_allclose(fuse(dense, keyword, keyword_weight=0), dense)


def test_record_is_as_good_as_its_best_passage() -> None:
    scores = np.array([0.1, 0.9, 0.5, 0.4], dtype=np.float32)
    assert best_records(scores, np.array([0, 1, 1, 2]), limit=5) == [1, 2, 0]
    assert best_records(scores, np.array([0, 1, 1, 2]), limit=1) == [1]


def test_records_without_a_finite_score_are_left_out() -> None:
    scores = np.array([-np.inf, 0.2], dtype=np.float32)
    assert best_records(scores, np.array([0, 1]), limit=5) == [1]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What goes wrong in training when models get bigger?", "training-neural-networks-at-any-scale"),
        ("Where did Volkan Cevher study?", "training-neural-networks-at-any-scale"),
        ("Who talks about Werewolf?", "incentivizing-emergent-behaviors-for-llms-via-reinforcement-learning"),
        ("snnTorch", "neuromorphic-llms"),
        ("homeostasis", "the-wisdom-of-the-body-revisited"),
        ("Automating Analog Layout", "ieee-seasonal-school-applications-future-frontiers"),
    ],
)
def test_question_finds_its_talk_first(assistant: Assistant, question: str, expected: str) -> None:
    assert assistant.ranker.rank(question)[0].record_id == expected


def test_kind_narrows_exactly(assistant: Assistant) -> None:
    ranked = assistant.ranker.rank("transformers", kind="paper", limit=200)
    assert len(ranked) == 106
    assert {record.kind for record in ranked} == {"paper"}


def test_passages_of_a_record_come_best_first(assistant: Assistant) -> None:
    for record in assistant.ranker.rank("Which awards did Frank Curtis receive?"):
        scores = [passage.score for passage in record.passages]
        assert scores == sorted(scores, reverse=True)
        assert record.score == scores[0]
        assert {passage.passage.record_id for passage in record.passages} == {record.record_id}


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_question_without_words_finds_nothing(assistant: Assistant, question: str) -> None:
    assert assistant.ranker.rank(question) == []


@pytest.mark.parametrize("question", ["?", "漢字", "a" * 20_000, "' OR 1=1 --", "🙂", "\x00"])
def test_odd_question_is_ranked_without_an_error(assistant: Assistant, question: str) -> None:
    assert len(assistant.ranker.rank(question, limit=3)) == 3


def test_llamaindex_retriever_gives_the_same_passages(assistant: Assistant) -> None:
    nodes = TalksRetriever(assistant.ranker, limit=3).retrieve("Hunting the Hessian")
    assert nodes[0].node.metadata["record_id"] == "hunting-the-hessian"
    assert nodes[0].node.metadata["speakers"] == "Madeleine Udell, Stanford University"
    assert nodes[0].score == pytest.approx(assistant.ranker.rank("Hunting the Hessian")[0].score)
    assert [node.score for node in nodes] == sorted((node.score for node in nodes), reverse=True)
