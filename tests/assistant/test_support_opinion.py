"""A model's second opinion, over a real socket."""

from pathlib import Path

import pytest

from assistant.answer.grounding import Checked
from assistant.answer.second_opinion import read_opinion, reconsider, second_opinion
from assistant.answer.statements import Statement
from assistant.answer.verdicts import Support, Verdict
from assistant.assembly import Assistant, endpoint_limits
from assistant.llm import Endpoint, EndpointChoice
from assistant.prompts import load_prompts
from assistant.resources import prompts_dir
from assistant.settings import load_settings
from ingest.pipeline import IngestReport
from tests.conftest import SEEDS
from tests.scripted_endpoint import Script, ScriptedEndpoint

VERDICTS: tuple[Support, ...] = ("supported", "weak")
PASSAGE = "Waves roll {high} in winter."


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("supported", "supported"),
        ("Supported.", "supported"),
        ("**SUPPORTED**", "supported"),
        ("unsupported", "unsupported"),
        ("Not supported by the passages.", "unsupported"),
        ("It isn't fully supported", "unsupported"),
        ("partly", "weak"),
        ("Partially supported: the year is missing.", "weak"),
        ("Yes, it does.", "supported"),
        ("No.", "unsupported"),
        ("The passages contradict it.", "unsupported"),
        ("The passages support it.", "supported"),
        ('{"verdict": "supported"}', "supported"),
        ("I like waves.", None),
        ("", None),
    ],
)
def test_reply_is_read_as(reply: str, expected: str | None) -> None:
    assert read_opinion(reply) == expected


def ask(script: Script) -> tuple[str | None, list[str]]:
    with ScriptedEndpoint(script) as server:
        endpoint = Endpoint(EndpointChoice(server.address), endpoint_limits(load_settings()))
        found = second_opinion("Waves roll in winter.", [PASSAGE], endpoint, load_prompts(prompts_dir()))
        return found, server.prompts


def test_model_is_asked_with_statement_and_passages() -> None:
    found, prompts = ask(Script(pieces=("sup", "ported")))
    assert found == "supported"
    assert PASSAGE in prompts[0]
    assert "Waves roll in winter." in prompts[0]


@pytest.mark.parametrize(
    "script",
    [
        pytest.param(Script(status=401), id="refused"),
        pytest.param(Script(page="<html>"), id="a-page"),
        pytest.param(Script(pieces=("waves ",), is_endless=True), id="endless"),
    ],
)
def test_no_verdict_from_a_model_that_gives_none(script: Script) -> None:
    assert ask(script)[0] is None


def test_verdict_counts_when_the_reply_breaks_off_after_it() -> None:
    assert ask(Script(pieces=("partly", ", because", " of"), cut_after=2))[0] == "weak"


@pytest.mark.parametrize(
    ("reply", "verdict"), [("supported", "supported"), ("unsupported", "unsupported"), ("?", "weak")]
)
def test_only_weak_statements_are_reconsidered(reply: str, verdict: str) -> None:
    statements = [Statement("Waves roll high.", 0, 16, (0,)), Statement("Waves are blue.", 17, 32, (1,))]
    checked = [Checked(one, Verdict(given, "As found.", 0.5)) for one, given in zip(statements, VERDICTS, strict=True)]
    with ScriptedEndpoint(Script(pieces=[reply])) as server:
        endpoint = Endpoint(EndpointChoice(server.address), endpoint_limits(load_settings()))
        again = reconsider(checked, [PASSAGE], endpoint, load_prompts(prompts_dir()))
        assert len(server.prompts) == 1
    assert [one.verdict.verdict for one in again] == ["supported", verdict]


def test_opinion_is_asked_for_where_the_setting_says_so(seeds_home: Path, seeds_report: IngestReport) -> None:
    # The draft cites, but too weakly for the check alone; the second request is the opinion.
    draft = "Scale makes deep learning harder for everybody who works with it [1]."
    for wanted in (False, True):
        assistant = Assistant(load_settings(home=seeds_home, corpus=SEEDS, llm_second_opinion=wanted))
        with ScriptedEndpoint(Script(pieces=(draft,))) as server:
            endpoint = assistant.connect(EndpointChoice(server.address))
            list(assistant.turn("What does Volkan Cevher speak about?", endpoint=endpoint))
            assert sum("Do the passages say" in prompt for prompt in server.prompts) == int(wanted)
