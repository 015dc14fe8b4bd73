"""Spelling: slips in names and terms are mended, everyday words are left alone."""

import pytest

from assistant.assembly import Assistant
from assistant.spelling import Spelling


@pytest.mark.parametrize(
    ("question", "corrected"),
    [
        pytest.param("Volkan Sevher", "Volkan Cevher", id="wrong letter"),
        pytest.param("the Reimann hypothesis", "the Riemann hypothesis", id="swapped letters"),
        pytest.param("Shampo", "Shampoo", id="missing letter"),
        pytest.param("Rozen", "Rosen", id="short name"),
        pytest.param("Who is cutting costs?", "Who is cutting costs?", id="everyday words"),
        pytest.param("Wu and Gu and Li", "Wu and Gu and Li", id="too short to tell"),
        pytest.param("learns trained networks", "learns trained networks", id="forms of known words"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_spelling_mends_names_and_terms_only(assistant: Assistant, question: str, corrected: str) -> None:
    generation = assistant.generation
    assert Spelling(generation.store, generation.keyword).corrected(question) == corrected
