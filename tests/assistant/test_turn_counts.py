"""What a turn may cost, counted: a question is embedded, linked and ranked once, and few modules take part."""

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from assistant.answer.abstain import Abstainer
from assistant.assembly import Assistant
from assistant.retrieve.hybrid import HybridRanker
from assistant.types import Answer, Done, Sources
from assistant.understand.entities import Entities
from ingest.embedder import BundledEmbedder

ROOT = Path(__file__).parents[2]
HUNTING = "What is Hunting the Hessian about?"
# Twelve kinds of turn: what was asked before, and the question.
TURNS: dict[str, tuple[tuple[str, ...], str]] = {
    "fact": ((), "What goes wrong in training when models get bigger?"),
    "lay": ((), "Can a machine teach itself from its own earlier answers?"),
    "person": ((), "Where did Volkan Cevher study?"),
    "follow-up": ((HUNTING,), "And where does she teach?"),
    "same of another": (("Where did Volkan Cevher study?",), "And Rosen?"),
    "list": ((), "Which papers are from 2019?"),
    "list narrowed": (("Which papers are from 2023?",), "How many of those have an abstract?"),
    "summary": ((), "Summarise Hunting the Hessian"),
    "comparison": ((), "Compare the talks of Fazel and Udell"),
    "overview": ((), "What are the main themes here?"),
    "absent": ((), "How long should I boil an egg?"),
    "greeting": ((), "Hello!"),
}
MOST_MODULES = 36


@pytest.fixture(scope="module")
def whole(module_assistant: Assistant) -> Assistant:
    """With everything loaded that a first turn loads."""
    list(module_assistant.turn("How do machines learn?", endpoint=None))
    return module_assistant


@pytest.mark.parametrize(("history", "question"), TURNS.values(), ids=TURNS.keys())
def test_turn_embeds_links_and_ranks_its_question_once(
    whole: Assistant, monkeypatch: pytest.MonkeyPatch, history: tuple[str, ...], question: str
) -> None:
    answers = _held(whole, history)
    counts: dict[str, int] = {}
    for owner, name in (
        (BundledEmbedder, "_embed_one"),
        (Entities, "link"),
        (HybridRanker, "top"),
        (Abstainer, "decide"),
    ):
        _count(monkeypatch, owner, name, counts)
    assert isinstance(whole.embedder, BundledEmbedder)
    whole.embedder._embed_question.cache_clear()
    kinds = [type(event) for event in whole.turn(question, answers, endpoint=None)]
    assert counts.get("_embed_one", 0) <= 2
    assert counts.get("link", 0) <= 1
    assert counts.get("top", 0) <= 1
    assert counts["decide"] == 1
    assert kinds.count(Sources) == kinds.count(Done) == 1


@pytest.mark.parametrize(("history", "question"), TURNS.values(), ids=TURNS.keys())
def test_turn_enters_few_modules(whole: Assistant, history: tuple[str, ...], question: str) -> None:
    answers = _held(whole, history)
    entered: set[str] = set()

    def note(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith((f"{ROOT}/assistant/", f"{ROOT}/ingest/")):
            entered.add(frame.f_code.co_filename)

    sys.setprofile(note)
    try:
        list(whole.turn(question, answers, endpoint=None))
    finally:
        sys.setprofile(None)
    assert len(entered) <= MOST_MODULES, sorted(entered)


def _held(assistant: Assistant, questions: tuple[str, ...]) -> list[Answer]:
    answers: list[Answer] = []
    for question in questions:
        turn = assistant.turn(question, answers, endpoint=None)
        answers += [event.answer for event in turn if isinstance(event, Done)]
    return answers


def _count(monkeypatch: pytest.MonkeyPatch, owner: type, name: str, counts: dict[str, int]) -> None:
    own: Callable[..., Any] = getattr(owner, name)

    def counted(*args: Any, **kwargs: Any) -> Any:
        counts[name] = counts.get(name, 0) + 1
        return own(*args, **kwargs)

    monkeypatch.setattr(owner, name, counted)
