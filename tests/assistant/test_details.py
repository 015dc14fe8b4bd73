"""What a record tells of its subject, and what it does not."""

import numpy as np
import pytest

from assistant.assembly import Assistant
from assistant.details import Details, kernel
from assistant.refusal import UNTOLD_BELOW
from evals.dialogues import converse
from ingest.embedder import BundledEmbedder

TOLD = [
    ("hunting-the-hessian", "Which problem does it solve?"),
    ("hunting-the-hessian", "Why is the Hessian so hard to get at?"),
    ("certifiably-correct-machine-perception", "Where did Rosen get his doctorate?"),
    ("training-neural-networks-at-any-scale", "Any prizes?"),
    ("training-neural-networks-at-any-scale", "Tell me more."),
    ("neuromorphic-llms", "And how many watts does it need?"),
]
UNTOLD = [
    ("hunting-the-hessian", "How many people were in the room?"),
    ("hunting-the-hessian", "Did the organisers pay her travel costs?"),
    ("certifiably-correct-machine-perception", "How tall is he?"),
    ("training-neural-networks-at-any-scale", "Could you send me the slides?"),
    ("neuromorphic-llms", "What does a licence cost per month?"),
]


@pytest.fixture
def details(embedder: BundledEmbedder, assistant: Assistant) -> Details:
    return Details(assistant.generation.store, embedder)


@pytest.mark.parametrize(
    ("record_id", "question", "told"), [*((*one, True) for one in TOLD), *((*one, False) for one in UNTOLD)]
)
def test_details_that_a_record_tells_are_known_from_others(
    details: Details, record_id: str, question: str, told: bool
) -> None:
    assert (details.told(question, record_id) >= UNTOLD_BELOW) is told


def test_kernel_is_one_for_the_same_question_and_falls_with_distance() -> None:
    some = np.eye(3, dtype=np.float32)
    alike = kernel(some, some)
    assert np.allclose(np.diag(alike), 1)
    assert np.allclose(alike[0, 1], np.exp(-1.4))


def test_untold_detail_is_refused_and_the_record_named(assistant: Assistant) -> None:
    answer = converse(assistant, ["What is Madeleine Udell's talk about?", "Did it rain on that day?"])
    assert answer.refused
    assert [one.id for one in answer.citations] == ["hunting-the-hessian"]  # what was read
    told = converse(assistant, ["What is Madeleine Udell's talk about?", "Why is it hard to get at?"])
    assert [one.id for one in told.citations][:1] == ["hunting-the-hessian"]
