"""Lists by theme: several talks or papers, by relevance, and said to be so."""

import pytest

from assistant.answer.messages import BY_RELEVANCE
from assistant.assembly import Assistant
from assistant.themes import asks_for_several, theme, year
from evals.dialogues import converse


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Which talks deal with optimization?", True),
        ("papers on clustering", True),
        ("Are there any lectures about safety?", True),
        ("Show me some recordings about chips.", True),
        ("Which talk is about the Hessian?", False),
        ("What does Volkan Cevher speak about?", False),
        ("How do networks learn from papers?", False),
    ],
)
def test_plural_asks_for_several(question: str, several: bool) -> None:
    assert asks_for_several(question) is several


def test_what_is_said_to_the_program_is_no_theme() -> None:
    assert theme("Please list all the talks about robots") == "talks about robots"
    assert theme("Find the Hessian") == "Find the Hessian"


def test_year_narrows_a_theme_and_is_none(assistant: Assistant) -> None:
    question = "Which papers published in 2024 are about reasoning with language models?"
    assert year(question) == 2024
    assert theme(question) == "Which papers are about reasoning with language models?"
    assert year("What did that paper find in 2024?") is None
    answer = converse(assistant, [question])
    dates = {assistant.generation.store.record(citation.id).date for citation in answer.citations}
    assert {date and date.year for date in dates} == {2024}


def test_theme_lists_several_of_the_kind_named_and_says_that_it_is_by_relevance(assistant: Assistant) -> None:
    answer = converse(assistant, ["Which papers are about continual learning?"])
    assert answer.text.startswith(BY_RELEVANCE)
    assert len({citation.id for citation in answer.citations}) >= 3
    assert {citation.kind for citation in answer.citations} == {"paper"}


def test_theme_that_nothing_fits_is_refused(assistant: Assistant) -> None:
    assert converse(assistant, ["Any talks about gardening?"]).refused
