"""Words that say nothing are skipped, and said to be; words that may restrict what is listed are not."""

import re
from collections.abc import Sequence

import numpy as np
import pytest

from assistant.catalogue import Catalogue, Query
from assistant.catalogue.marking import Token
from assistant.catalogue.query import Condition
from assistant.catalogue.skipping import Skipping, as_typed
from assistant.citations import CitedText
from ingest.embedder import BundledEmbedder

SKIPPED: dict[str, tuple[Query, tuple[str, ...]]] = {
    "Papers concocted before 2019": (Query(kind="paper", conditions=(Condition("date", ("..2018",)),)), ("concocted",)),
    "Which papers turn up in the Jun 8 edition?": (
        Query(kind="paper", conditions=(Condition("page", ("Daily Papers, Jun 8",)),)),
        ("edition",),
    ),
    "Now then, papers from 2019; a tidy list, please": (
        Query(kind="paper", conditions=(Condition("date", ("2019",)),)),
        ("tidy",),
    ),
}
NOT_SKIPPED = (
    "ugly papers of 2023",
    "retracted papers of 2023",
    "papers on whales from 2023",
    "Which talks are about pancakes?",
    "Where is the coffee machine?",
    "the best paper of 2023",
    "papers on pruning from 2025",
    "pruning papers of 2024",
    "pruning 2024 papers",
    "papers applying proteins of 2025",
    "speakers interested in robots from Princeton",
    "2025 papers, biology only",
    "papers of 2024 with proofs",
    # Nothing is found, which may be due to the word.
    "Papers concocted in 1950",
)


def words(text: str) -> list[Token]:
    return [Token("UNKNOWN", (), found[0], *found.span()) for found in re.finditer(r"\S+", text)]


@pytest.mark.parametrize(("question", "expected"), SKIPPED.items(), ids=SKIPPED)
def test_word_that_says_nothing_is_skipped(
    question: str, expected: tuple[Query, tuple[str, ...]], catalogue: Catalogue
) -> None:
    answer = catalogue.answer(question)
    assert answer is not None
    assert (answer.query, answer.skipped) == expected


@pytest.mark.parametrize("question", NOT_SKIPPED)
def test_word_that_may_be_a_condition_is_not_skipped(question: str, catalogue: Catalogue) -> None:
    assert catalogue.answer(question) is None


def test_answer_says_what_it_was_read_without(catalogue: Catalogue) -> None:
    answer = catalogue.answer("Papers concocted before 2019")
    assert answer is not None
    text = CitedText()
    list(answer.tell(text))
    assert text.text.endswith("Read without “concocted”.")


def test_as_many_words_as_possible_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    skipping = Skipping(BundledEmbedder())
    monkeypatch.setattr(skipping, "chances", lambda *_: np.array([0.9, 0.6, 0.8, 0.9]))
    question = "papers quickly please 2023"

    def understand(some: Sequence[Token]) -> Query | None:
        return None if any(token.text == "quickly" for token in some) else Query()

    query, kept = skipping.understood(question, words(question), understand)
    assert query == Query()
    assert [token.text for token in kept] == ["papers", "please", "2023"]


def test_skipped_neighbours_are_told_together() -> None:
    question = "good day sir, papers of 2023 dear"
    tokens = words(question)
    kept = [token for token in tokens if token.text in ("papers", "of", "2023")]
    assert as_typed(question, tokens, kept) == ("good day sir,", "dear")
