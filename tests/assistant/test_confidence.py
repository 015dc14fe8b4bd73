"""How sure a ranking is: what raises and lowers it, and what follows for a turn."""

from dataclasses import replace

import pytest

from assistant.assembly import Assistant
from assistant.confidence import REFUSE_BELOW, Signs, confidence
from assistant.types import Answer, Done

SIGNS = Signs(best_score=0.3, words=5, lead=0.1, pinned=False)


def ask(assistant: Assistant, question: str) -> Answer:
    return next(e.answer for e in assistant.turn(question, endpoint=None) if isinstance(e, Done))


def test_each_sign_moves_confidence_its_way() -> None:
    sure = confidence(SIGNS)
    assert confidence(replace(SIGNS, best_score=0.4)) > sure
    assert confidence(replace(SIGNS, words=8)) > sure
    assert confidence(replace(SIGNS, lead=0.02)) < sure


def test_pinned_question_is_at_least_as_likely_as_not() -> None:
    hopeless = Signs(best_score=0.0, words=1, lead=0.0, pinned=False)
    assert confidence(hopeless) < REFUSE_BELOW
    assert confidence(replace(hopeless, pinned=True)) == 0.5


@pytest.mark.parametrize("words", [0, 10_000])
def test_confidence_of_any_length_lies_between_0_and_1(words: int) -> None:
    assert 0 <= confidence(replace(SIGNS, words=words, best_score=-1.0)) <= 1


@pytest.mark.parametrize(
    ("question", "pinned"),
    [
        ("Has any of the speakers ever worked for Oculus?", True),
        ("What is MVec?", True),
        ("Hunting the Hessian", True),
        ("What does the collection say about sourdough bread?", False),
    ],
)
def test_word_that_one_record_alone_holds_pins_it_down(assistant: Assistant, question: str, pinned: bool) -> None:
    assert assistant.ranker.search(question).signs.pinned is pinned


@pytest.mark.parametrize(
    "question",
    [
        "Which talk is about watermarking text that a model wrote?",
        "Are there any talks by Geoffrey Hinton?",
        "How do I bake sourdough bread?",
        "Which vaccines are compared?",
    ],
)
def test_what_the_collection_does_not_hold_is_refused(assistant: Assistant, question: str) -> None:
    answer = ask(assistant, question)
    assert answer.refused
    assert answer.citations == ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Has any of the speakers ever worked for Oculus?", "certifiably-correct-machine-perception"),
        ("What does Hamed Hassani teach?", "tutorial-on-ai-alignment"),
    ],
)
def test_rare_word_or_a_speaker_who_is_here_is_not_refused(assistant: Assistant, question: str, expected: str) -> None:
    assert any(citation.id.startswith(expected) for citation in ask(assistant, question).citations)
