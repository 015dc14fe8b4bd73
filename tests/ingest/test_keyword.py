"""The keyword index: scores between 0 and 1 that mean the same for every question."""

from pathlib import Path

import bm25s
import numpy as np
import pytest

from ingest.lexical import KeywordIndex, LexicalBuilder

TEXTS = [
    "Hunting the Hessian: preconditioning with randomized linear algebra",
    "Flat minima and generalization of neural networks",
    "Transformers learn causal structure with gradient descent in neural networks",
]


def indexed(folder: Path, *batches: list[str]) -> KeywordIndex:
    builder = LexicalBuilder()
    for batch in batches:
        builder.add(batch)
    builder.save(folder)
    return KeywordIndex.load(folder)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> KeywordIndex:
    return indexed(tmp_path_factory.mktemp("index") / "lexical", TEXTS)


def test_idf_is_of_the_word_in_any_form_and_highest_when_unknown(index: KeywordIndex) -> None:
    # Lucene's, of three texts: in two of them, in one, in none.
    expected = [np.log(1 + (3 - texts + 0.5) / (texts + 0.5)) for texts in (2, 1, 0)]
    np.testing.assert_allclose(index.idf(["networks", "generalizing", "soufflé"]), expected, rtol=1e-6)


def test_scores_of_rare_words_are_those_of_bm25(index: KeywordIndex) -> None:
    # By hand, Lucene's BM25 with k1 = 1.5, b = 0.75: stop words aside the first text has 6 words of 19.
    length, mean = 6, 19 / 3
    expected = 1 / (1 + 1.5 * (1 - 0.75 + 0.75 * length / mean))
    scores = index.scores("hessian")
    assert scores[0] == pytest.approx(expected, abs=1e-4)
    assert list(scores[1:]) == [0, 0]


def test_best_match_comes_first_and_scores_stay_below_one(index: KeywordIndex) -> None:
    scores = index.scores("Do neural networks like flat minima?")
    assert list(np.argsort(-scores)) == [1, 2, 0]
    assert 0 < scores[1] < 1


def test_unknown_words_lower_every_score(index: KeywordIndex) -> None:
    assert index.scores("flat pancakes")[1] < index.scores("flat")[1]


def test_words_are_stemmed_and_stop_words_left_out(index: KeywordIndex) -> None:
    assert index.words("The networks are learning") == ["network", "learn"]
    assert index.scores("the of and") == pytest.approx([0, 0, 0])


def test_coverage_is_the_share_of_the_questions_words(index: KeywordIndex) -> None:
    shares = index.coverage("flat minima", ["flat minima here", "flat only", "neither"])
    assert shares == pytest.approx([1, 0.5, 0], abs=1e-6)


def test_index_written_in_batches_scores_alike(index: KeywordIndex, tmp_path: Path) -> None:
    batched = indexed(tmp_path / "lexical", TEXTS[:1], TEXTS[1:])
    assert batched.scores("flat neural minima") == pytest.approx(index.scores("flat neural minima"))


def test_scores_are_those_of_bm25s(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    words = [f"stem{number}x" for number in range(300)]
    texts = [" ".join(random.choice(words, size)) for size in random.integers(1, 60, 200)]
    reference = bm25s.BM25(method="lucene")
    reference.index([text.split() for text in texts], show_progress=False)
    index = indexed(tmp_path / "lexical", texts[:70], texts[70:])
    for asked in (words[:3], words[40:47], [words[9]]):
        most = index.idf(asked).sum()
        np.testing.assert_allclose(index.scores(" ".join(asked)) * most, reference.get_scores(list(asked)), atol=1e-4)


@pytest.mark.parametrize("text", ["漢字", "a", "!!!", "\ud83d half"], ids=["cjk", "one letter", "no word", "surrogate"])
def test_index_of_texts_without_english_words_opens(text: str, tmp_path: Path) -> None:
    assert indexed(tmp_path / "lexical", [text, text]).scores("anything") == pytest.approx([0, 0])
