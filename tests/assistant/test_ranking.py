"""Ranking: score fusion, grouping by talk, and the questions that the product must get right."""

import numpy as np
import pytest

from assistant.assembly import Assistant
from assistant.integrations.llama_index import TalksRetriever
from assistant.query import Query, narrowed
from assistant.retrieve.hybrid import (
    RERANKED,
    Asked,
    HybridRanker,
    RankedRecord,
    best_rows,
    fuse,
    gist_share,
    with_gists,
)
from ingest.schema import DATE


def test_fusion_is_the_weighted_mean_of_both_scores() -> None:
    dense = np.array([0.5, 0.2], dtype=np.float32)
    keyword = np.array([0.0, 1.0], dtype=np.float32)
    np.testing.assert_allclose(fuse(dense, keyword, keyword_weight=0.25), [0.375, 0.4])
    np.testing.assert_allclose(fuse(dense, keyword, keyword_weight=0), dense)


def test_best_rows_come_first_and_those_without_a_finite_score_not_at_all() -> None:
    scores = np.array([0.1, -np.inf, 0.5, 0.4, 0.5], dtype=np.float32)
    assert best_rows(scores, limit=5) == [2, 4, 3, 0]
    assert best_rows(scores, limit=1) == [2]


@pytest.mark.parametrize(("found", "share"), [(0.0, 0.9), (0.25, 0.45), (0.5, 0.0), (1.0, 0.0)])
def test_gists_speak_where_wording_does_not(found: float, share: float) -> None:
    assert gist_share(found) == pytest.approx(share)


def test_record_without_a_gist_is_neither_raised_nor_lowered_by_the_gists_of_others() -> None:
    gists = np.array([0.6, 0.4], dtype=np.float32)
    sources = np.array([0.3, 0.1, 0.2], dtype=np.float32)
    blended = with_gists(sources, np.arange(3), gists, np.array([0, 2]), 1.0)
    np.testing.assert_allclose(blended, [0.6, 0.35, 0.4], atol=1e-6)


def found(assistant: Assistant, question: str, *, limit: int = 10) -> tuple[RankedRecord, ...]:
    """What is ranked for a question once it is understood."""
    scored = assistant.understand(question).scored
    return () if scored is None else assistant.ranker.top(scored, limit=limit)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What goes wrong in training when models get bigger?", "training-neural-networks-at-any-scale"),
        ("Where did Volkan Cevher study?", "training-neural-networks-at-any-scale"),
        ("Who talks about Werewolf?", "incentivizing-emergent-behaviors-for-llms-via-reinforcement-learning"),
        ("snnTorch", "neuromorphic-llms"),
        ("Which speaker was the best of his year at Bilkent?", "training-neural-networks-at-any-scale"),
        ("homeostasis", "the-wisdom-of-the-body-revisited"),
        ("Automating Analog Layout", "ieee-seasonal-school-applications-future-frontiers"),
        ("Volkan Sevher", "training-neural-networks-at-any-scale"),
        (
            "Can know-how from pictures and text be carried over to simulating physics?",
            "foundational-methods-for-foundation-models-for-scientific-machine-learning",
        ),
    ],
)
def test_question_finds_its_talk_first(assistant: Assistant, question: str, expected: str) -> None:
    assert found(assistant, question)[0].record_id == expected


def test_kind_narrows_exactly(assistant: Assistant) -> None:
    ranked = assistant.ranker.search("transformers", limit=200, filters=Query(kind="paper"))
    assert len(ranked) == 106
    assert {record.kind for record in ranked} == {"paper"}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        pytest.param(narrowed(Query(), {"speaker": "cevher"}), {"training-neural-networks-at-any-scale"}, id="surname"),
        pytest.param(narrowed(Query(), {"speaker": "Cev"}), set(), id="part of a word"),
        pytest.param(
            narrowed(Query(), {"speaker": "Volkan Cevher", "affiliation": "Stanford"}),
            set(),
            id="another's affiliation",
        ),
        pytest.param(narrowed(Query(kind="paper"), {"affiliation": "Stanford University"}), set(), id="no such paper"),
        pytest.param(
            narrowed(Query(), {"speaker": "Cevher", "page": "machine learning"}),
            {"training-neural-networks-at-any-scale"},
        ),
        pytest.param(narrowed(Query(), {"speaker": "Cevher", "date": "2024"}), set(), id="no year recorded"),
        pytest.param(
            narrowed(Query(), {"speaker": "Shobha Vasudevan"}),
            {"ieee-seasonal-school-applications-future-frontiers"},
            id="in a chapter",
        ),
    ],
)
def test_filters_narrow_exactly_and_together(assistant: Assistant, filters: Query, expected: set[str]) -> None:
    assert {record.record_id for record in assistant.ranker.search("learning", limit=200, filters=filters)} == expected


def test_filter_by_year_keeps_exactly_the_records_of_that_year(assistant: Assistant) -> None:
    years = {
        record.id: date.year if (date := DATE.of(record)) else None for record in assistant.snapshot.store.records()
    }
    ranked = assistant.ranker.search("learning", limit=200, filters=narrowed(Query(), {"date": "2023"}))
    assert {record.record_id for record in ranked} == {name for name, year in years.items() if year == 2023}


def test_expansion_finds_what_the_question_does_not(assistant: Assistant) -> None:
    question = "something with rain and sunshine"
    asked = Asked(question, question, expansion=("Hessian", "preconditioning", "curvature"))
    scored = assistant.ranker.score(asked)
    assert scored is not None
    assert assistant.ranker.top(scored, limit=1)[0].record_id == "hunting-the-hessian"


def test_records_that_come_first_by_name_come_before_better_ones(assistant: Assistant) -> None:
    scored = assistant.ranker.score(Asked("homeostasis", "homeostasis"))
    assert scored is not None
    ranked = assistant.ranker.top(scored, limit=2, first=["hunting-the-hessian"])
    assert [one.record_id for one in ranked] == ["hunting-the-hessian", "the-wisdom-of-the-body-revisited"]


def test_some_of_each_kind_are_ranked_where_one_kind_fits_better(assistant: Assistant) -> None:
    scored = assistant.ranker.score(Asked("talk by Volkan Cevher, EPFL", "talk by Volkan Cevher, EPFL"))
    assert scored is not None
    kinds = [one.kind for one in assistant.ranker.top(scored, limit=3, each=4)]
    assert (kinds.count("talk") >= 4, kinds.count("paper") >= 4) == (True, True)


def test_late_interaction_finds_what_holds_each_thing_asked_for(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "Can photos seen long ago be faked by sliding fresh ones sideways?"
    expected = "fetril-feature-translation-for-exemplar-free-class-incremental-learning"
    assert assistant.ranker.search(question)[0].record_id == expected
    monkeypatch.setattr("assistant.retrieve.hybrid.LATE_INTERACTION_WEIGHT", 0)
    assert assistant.ranker.search(question)[0].record_id != expected


def test_late_interaction_changes_nothing_behind_the_best(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = "How can training be made cheaper?"
    looked_twice = assistant.ranker.search(question, limit=140)
    monkeypatch.setattr("assistant.retrieve.hybrid.LATE_INTERACTION_WEIGHT", 0)
    looked_once = assistant.ranker.search(question, limit=140)
    once = {record.record_id: record.score for record in looked_once}
    changed = {record.record_id for record in looked_twice if record.score != pytest.approx(once[record.record_id])}
    assert 0 < len(changed) <= RERANKED
    assert changed <= {record.record_id for record in looked_once[:RERANKED]}


def test_embedder_that_tells_no_words_ranks_by_the_first_look(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Wordless:
        fingerprint = assistant.embedder.fingerprint
        embed_passages = staticmethod(assistant.embedder.embed_passages)
        embed_question = staticmethod(assistant.embedder.embed_question)

    wordless = HybridRanker(assistant.snapshot, Wordless(), keyword_weight=assistant.settings.keyword_weight)
    monkeypatch.setattr("assistant.retrieve.hybrid.LATE_INTERACTION_WEIGHT", 0)
    for question in ("Hunting the Hessian", "How can training be made cheaper?"):
        wordlessly = [(record.record_id, record.score) for record in wordless.search(question)]
        assert wordlessly == [(record.record_id, record.score) for record in assistant.ranker.search(question)]


def test_passages_of_a_record_come_best_first(assistant: Assistant) -> None:
    for record in assistant.ranker.search("Which awards did Frank Curtis receive?"):
        scores = [passage.score for passage in record.passages]
        assert scores == sorted(scores, reverse=True)
        assert record.score == scores[0]
        assert {passage.passage.record_id for passage in record.passages} == {record.record_id}


@pytest.mark.parametrize("question", ["", "   ", "\n"])
def test_question_without_words_finds_nothing(assistant: Assistant, question: str) -> None:
    assert assistant.ranker.search(question) == ()


@pytest.mark.parametrize("question", ["?", "漢字", "a" * 20_000, "' OR 1=1 --", "🙂", "\x00"])
def test_odd_question_is_ranked_without_an_error(assistant: Assistant, question: str) -> None:
    assert len(assistant.ranker.search(question, limit=3)) == 3


def test_llamaindex_retriever_gives_the_same_passages(assistant: Assistant) -> None:
    nodes = TalksRetriever(assistant, limit=3).retrieve("Hunting the Hessian")
    assert nodes[0].node.metadata["record_id"] == "hunting-the-hessian"
    assert nodes[0].node.metadata["speakers"] == "Madeleine Udell, Stanford University"
    assert nodes[0].score == pytest.approx(found(assistant, "Hunting the Hessian")[0].score)
    assert [node.get_score() for node in nodes] == sorted((node.get_score() for node in nodes), reverse=True)


def test_llamaindex_retriever_narrows_by_filters(assistant: Assistant) -> None:
    filters = narrowed(Query(), {"speaker": "Udell", "page": "machine learning"})
    nodes = TalksRetriever(assistant, filters=filters, limit=50).retrieve("optimization")
    assert {node.node.metadata["record_id"] for node in nodes} == {"hunting-the-hessian"}
