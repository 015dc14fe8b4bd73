"""Small talk, the collection as a whole, or content: each is told from the others, in words of many kinds."""

import pytest

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
    "": "content",
    "What is backward locking?": "content",
    "Which talks cover reinforcement learning?": "content",
    "What does Volkan Cevher speak about?": "content",
    "What subjects does Jason Lee work on?": "content",
    "Can a machine be sure of what it sees?": "content",
    "What is this talk about: Hunting the Hessian?": "content",
    "Who explains how language models learn?": "content",
}


@pytest.fixture(scope="module")
def router() -> Router:
    return Router(BundledEmbedder())


@pytest.mark.parametrize(("question", "route"), ROUTES.items(), ids=[question or "empty" for question in ROUTES])
def test_question_goes_its_way(router: Router, question: str, route: Route) -> None:
    assert router.route(question).removeprefix("perhaps ") == route
