"""A model's second opinion: what it may change, and that habits change nothing; the model is scripted."""

import re
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from assistant.answer.grounding import QUOTED, UNCITED, Checked, Statement, Support, Verdict
from assistant.answer.opinion import FALSE, MOST_ASKED, second_opinion
from assistant.prompts import load_prompts
from ingest.errors import EndpointError

PROMPTS = load_prompts(Path(__file__).parents[2] / "prompts")
SOURCE = "Waves are forecast two days ahead."
_ITEM = re.compile(r"^(\d+)\. Source: (.*)\n   Statement: (.*)$", re.MULTILINE)


class ScriptedModel:
    """Answers each statement of a request by a rule; counts the requests."""

    base_url = "http://localhost:1/v1"

    def __init__(self, rule: Callable[[str], str]) -> None:
        self.rule = rule
        self.asked: list[list[tuple[str, str]]] = []

    def model(self) -> str:
        return "scripted"

    def prompt_chars(self) -> int:
        return 10_000

    def stream(self, user: str, system: str = "") -> Generator[Any, None, None]:
        items = _ITEM.findall(user)
        self.asked.append([(source, claim) for _, source, claim in items])
        yield "\n".join(f"{n}. {self.rule(claim)}" for n, _, claim in items)


def checked(text: str, verdict: Support, nearest: str = SOURCE) -> Checked:
    return Checked(Statement(text, 0, len(text), (0,)), Verdict(verdict, "Because.", 0.3, nearest))


DOUBTED = [checked("Waves are foretold.", "weak"), checked("Waves are forecast in 2 days.", "unsupported")]


def careful(claim: str) -> str:
    return "no" if claim == FALSE else "yes"


def verdicts(model: ScriptedModel, statements: list[Checked]) -> list[Support]:
    return [one.verdict.verdict for one in second_opinion(statements, PROMPTS, model)]


def test_model_that_agrees_moves_each_statement_by_one_step() -> None:
    model = ScriptedModel(careful)
    assert verdicts(model, DOUBTED) == ["supported", "weak"]
    assert len(model.asked) == 1


def test_model_that_does_not_find_a_statement_makes_it_unsupported() -> None:
    model = ScriptedModel(lambda claim: "yes" if claim == SOURCE else "No, it is not said.")
    assert verdicts(model, DOUBTED) == ["unsupported", "unsupported"]


@pytest.mark.parametrize("said", ["yes", "no", "perhaps", ""])
def test_model_that_says_the_same_of_everything_changes_nothing(said: str) -> None:
    assert second_opinion(DOUBTED, PROMPTS, ScriptedModel(lambda _: said)) == DOUBTED


def test_only_doubtful_statements_are_asked_about_and_only_so_many() -> None:
    sure = Checked(DOUBTED[0].statement, QUOTED)
    model = ScriptedModel(careful)
    second_opinion([sure, *DOUBTED], PROMPTS, model)
    assert [claim for _, claim in model.asked[0]] == [
        SOURCE, "Waves are foretold.", FALSE, "Waves are forecast in 2 days."
    ]  # fmt: skip
    second_opinion(DOUBTED * MOST_ASKED, PROMPTS, model)
    assert len(model.asked[1]) == MOST_ASKED + 2


def test_nothing_is_asked_where_nothing_is_doubtful_or_nothing_was_compared() -> None:
    model = ScriptedModel(careful)
    statements = [Checked(DOUBTED[0].statement, QUOTED), Checked(DOUBTED[0].statement, UNCITED)]
    assert second_opinion(statements, PROMPTS, model) == statements
    assert not model.asked


def test_endpoint_that_fails_changes_nothing() -> None:
    def fail(_: str) -> str:
        raise EndpointError("It is down.")

    assert second_opinion(DOUBTED, PROMPTS, ScriptedModel(fail)) == DOUBTED
