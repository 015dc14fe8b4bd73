"""Small talk, the collection as a whole, or content: each is told from the others, in words of many kinds."""

import pytest

from assistant.faq import COLLECTION, PRIVACY, SELF, SOURCES, TRUST, Facet
from assistant.routes import Route, Router
from ingest.embedder import BundledEmbedder

ROUTES: dict[str, Route] = {
    "hello!": "smalltalk",
    "Thanks a lot, that was great": "smalltalk",
    "How are you today?": "smalltalk",
    "??": "smalltalk",
    "What's in this thing?": "about",
    "Could you tell me what sort of material you hold?": "about",
    "What topics do you cover?": "about",
    "how do i use it": "about",
    "What are you able to do for me?": "about",
    "Which sources are your answers based on?": "about",
    "Which questions are good to begin with?": "about",
    "Good evening. Is there anybody behind this, or is it a machine?": "about",
    "Would you admit that you have no idea?": "about",
    "My German is better than my English, may I write to you in it?": "about",
    "": "content",
    "What is backward locking?": "content",
    "Which talks cover reinforcement learning?": "content",
    "What does Volkan Cevher speak about?": "content",
    "What subjects does Jason Lee work on?": "content",
    "Can a machine be sure of what it sees?": "content",
    "Who explains how language models learn?": "content",
}


def unsure() -> float:
    """The confidence in talks and papers of a question that they may answer, or not."""
    return 0.15


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(BundledEmbedder())


@pytest.mark.parametrize(("question", "route"), ROUTES.items(), ids=[question or "empty" for question in ROUTES])
def test_question_goes_its_way(router: Router, question: str, route: Route) -> None:
    assert router.route(question, unsure).route.removeprefix("perhaps ") == route


def test_question_that_the_talks_surely_answer_is_not_about_the_collection(router: Router) -> None:
    question = "What sort of material is this?"
    assert router.route(question, unsure).route == "perhaps about"
    assert router.route(question, lambda: 1.0).route == "content"


@pytest.mark.parametrize(
    ("question", "facet"),
    [
        ("do you sometimes invent answers?", TRUST),
        ("Did you watch the lectures yourself?", SOURCES),
        ("Can anybody else see what I ask you?", PRIVACY),
        ("Are you human?", SELF),
        ("what's in this collection", COLLECTION),
    ],
)
def test_question_about_the_program_finds_its_facet(router: Router, question: str, facet: Facet) -> None:
    assert router.route(question, unsure).facet is facet


@pytest.mark.parametrize("question", ["How does it work?", "What is it about?", "Can it be wrong?", "Who made it?"])
def test_question_that_points_back_is_about_what_was_spoken_of(router: Router, question: str) -> None:
    assert router.route(question, unsure, follows=True).route == "content"
    assert router.route("And you, how do you work?", unsure, follows=True).facet is SELF
