"""A chat turn: quotes without a model, citations with one, and an answer whatever the endpoint does."""

import re
from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.answer.generate import MATCHED, REPEATING
from assistant.answer.messages import QUOTES_INTRO
from assistant.assembly import Assistant
from assistant.llm import EndpointChoice
from assistant.types import Answer, Cited, Delta, Done, Event, Sources, Status
from tests.scripted_endpoint import Script, ScriptedEndpoint

QUESTION = "What goes wrong in training when models get bigger?"
CEVHER = "training-neural-networks-at-any-scale"


def run(assistant: Assistant, question: str = QUESTION, address: str | None = None) -> tuple[Answer, list[Event]]:
    endpoint = assistant.connect(EndpointChoice(address)) if address else None
    events = list(assistant.turn(question, endpoint=endpoint))
    done = events[-1]
    assert isinstance(done, Done)
    assert sum(isinstance(event, Done) for event in events) == 1
    assert "".join(event.text for event in events if isinstance(event, Delta)) == done.answer.text
    unchecked = [replace(citation, support=None) for citation in done.answer.citations]
    assert [event.citation for event in events if isinstance(event, Cited)] == unchecked
    return done.answer, events


def check_citations(assistant: Assistant, answer: Answer) -> None:
    """Each marker has its citation, in order, and each quote stands in its passage to the letter."""
    assert [int(n) for n in re.findall(r"\[(\d+)\]", answer.text)] == [citation.n for citation in answer.citations]
    numbers: dict[int, str] = {}
    for citation in answer.citations:
        passages = {p.id: p.text for p in assistant.generation.store.passages_of(citation.id)}
        text = passages[citation.passage_id]
        assert text[citation.quote_start :].startswith(citation.quote)
        assert citation.quote
        assert numbers.setdefault(citation.n, citation.id) == citation.id
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_without_a_model_the_answer_is_quotes_from_the_right_talk(assistant: Assistant) -> None:
    answer, events = run(assistant)
    check_citations(assistant, answer)
    assert answer.text.startswith(QUOTES_INTRO)
    assert answer.citations[0].id == CEVHER
    assert answer.citations[0].speakers == ("Volkan Cevher, EPFL",)
    assert "increased instability during training" in answer.text
    assert (answer.mode, answer.refused, answer.notice) == ("extract", False, None)
    assert isinstance(events[0], Status)
    assert any(isinstance(event, Sources) and event.passages for event in events)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Where did Volkan Cevher study?", "Bilkent University"),
        ("Who is the chair of the IEEE Neural Systems and Applications Technical Committee?", "Jason Eshraghian"),
        ("How much power do the neuromorphic models need?", "2 watts"),
    ],
)
def test_quotes_hold_the_answer(assistant: Assistant, question: str, words: str) -> None:
    answer, _ = run(assistant, question)
    check_citations(assistant, answer)
    assert words in answer.text


def test_reference_of_a_source_is_not_taken_for_a_citation(assistant: Assistant) -> None:
    answer, _ = run(assistant, "What are the three key components of the framework for the Riemann Hypothesis?")
    check_citations(assistant, answer)
    assert "(27)" in answer.text
    assert any("[27]" in citation.quote for citation in answer.citations)


def test_question_that_nothing_fits_is_refused(assistant: Assistant) -> None:
    answer, _ = run(assistant, "How long should I boil an egg?")
    assert answer.refused
    assert answer.citations == ()
    assert "does not seem to hold" in answer.text


def test_question_about_the_program_is_no_list_without_its_verb(assistant: Assistant) -> None:
    answer, _ = run(assistant, "Who runs this site?")
    assert answer.mode == "about"


def test_list_is_no_question_about_the_program_for_a_word_that_is_skipped(assistant: Assistant) -> None:
    answer, _ = run(assistant, "I noticed papers from 2019; a tidy list, please")
    assert answer.mode == "catalogue"
    assert len(answer.citations) == 2


def test_name_is_unknown_though_a_word_of_its_stem_is_known(assistant: Assistant) -> None:
    answer, _ = run(assistant, "What did Max Welling present?")
    assert answer.refused
    assert "“Welling” stands nowhere in it" in answer.text


def test_unknown_speaker_of_a_talk_that_is_here_is_corrected(assistant: Assistant) -> None:
    answer, _ = run(assistant, "Why did Andrew Ng give “Training Neural Networks at Any Scale”?")
    check_citations(assistant, answer)
    assert answer.refused
    assert "“Andrew Ng” stands nowhere in it" in answer.text
    assert "by Volkan Cevher, EPFL [1]" in answer.text
    assert [citation.id for citation in answer.citations] == [CEVHER]


def with_script(assistant: Assistant, pieces: Sequence[str], **script: object) -> Answer:
    with ScriptedEndpoint(Script(pieces=pieces, **script)) as server:  # type: ignore[arg-type]
        answer, _ = run(assistant, address=server.address)
    check_citations(assistant, answer)
    return answer


def test_model_answer_is_cited_to_the_sentence(assistant: Assistant) -> None:
    answer = with_script(assistant, ["Training gets unstable and tuning ", "expensive [", "1]."])
    assert answer.text == "Training gets unstable and tuning expensive [1]."
    assert answer.mode == "model"
    assert answer.citations[0].quote.startswith("Scale, however, presents critical challenges")
    assert answer.timing_ms["first_token"] is not None


def test_unknown_numbers_are_dropped_and_counted(assistant: Assistant) -> None:
    answer = with_script(assistant, ["Nothing [99]. Something [1, 42]."])
    assert answer.text == "Nothing. Something [1]."
    assert answer.dropped_markers == 2


def test_numbers_follow_first_appearance(assistant: Assistant) -> None:
    with ScriptedEndpoint() as server:
        _, events = run(assistant, address=server.address)
    sources = next(event.passages for event in events if isinstance(event, Sources))
    other = next(number for number, source in enumerate(sources, 1) if source.id != sources[0].id)
    answer = with_script(assistant, [f"First [{other}]. Second [1]. Third [{other}]."])
    assert answer.text == "First [1]. Second [2]. Third [1]."
    assert [citation.id for citation in answer.citations] == [
        sources[other - 1].id,
        sources[0].id,
        sources[other - 1].id,
    ]


def test_prompt_holds_numbered_sources_and_no_stray_references(assistant: Assistant) -> None:
    with ScriptedEndpoint() as server:
        run(assistant, "What is the Riemann Hypothesis framework?", server.address)
        (prompt,) = server.prompts
        system = server.script.requests[-1]["messages"][0]
    assert system["role"] == "system"
    assert "[1] Analysis on Riemann Hypothesis with Cross Entropy Optimization and Reasoning" in prompt
    assert "(27)" in prompt
    assert "[27]" not in prompt
    assert prompt.rstrip().endswith("such as [1].")


def test_endpoint_that_is_down_leaves_quotes_and_says_why(assistant: Assistant) -> None:
    answer, _ = run(assistant, address="http://127.0.0.1:9")
    check_citations(assistant, answer)
    assert (answer.mode, answer.refused) == ("extract", False)
    assert answer.notice is not None
    assert "Nothing answers at http://127.0.0.1:9" in answer.notice
    assert answer.citations[0].id == CEVHER


def test_endpoint_that_dies_keeps_what_came_and_goes_on_in_quotes(assistant: Assistant) -> None:
    answer = with_script(assistant, ["Training gets unstable [1].", " And", " then"], cut_after=2)
    assert answer.text.startswith("Training gets unstable [1]. And\n\n" + QUOTES_INTRO)
    assert answer.mode == "model"
    assert answer.notice is not None
    assert "broke off" in answer.notice
    assert len(answer.citations) >= 2


def test_every_statement_is_compared_with_what_it_cites(assistant: Assistant) -> None:
    answer = with_script(
        assistant, ["Scale presents challenges such as instability during training [1]. ", "It costs 700 dollars [1]."]
    )
    assert [citation.support for citation in answer.citations] == ["supported", "unsupported"]
    assert [answer.text[check.start : check.end].rstrip(".") for check in answer.checks][1].startswith("It costs 700")
    assert "700" in answer.checks[1].reason


def test_answer_without_markers_is_matched_to_its_sources_where_clear(assistant: Assistant) -> None:
    claim = "Scale presents challenges such as increased instability during training."
    answer = with_script(assistant, [f"{claim} Penguins cannot fly."])
    assert answer.text == f"{claim} [1] Penguins cannot fly."
    assert answer.citations[0].id == CEVHER
    assert answer.citations[0].support == "supported"
    assert answer.notice == MATCHED.format(count=1)
    uncited = [check for check in answer.checks if check.support == "unsupported"]
    assert "Penguins" in answer.text[uncited[-1].start : uncited[-1].end]


def test_model_that_goes_round_in_circles_is_stopped(assistant: Assistant) -> None:
    lines = ["Scale brings increased instability during training, says the source [1]. ", "So it is. "]
    with ScriptedEndpoint(Script(pieces=lines, is_endless=True)) as server:
        answer, _ = run(assistant, address=server.address)
    assert answer.notice == REPEATING
    assert answer.text.count("Scale brings increased instability") == 2


def test_answer_that_says_it_knows_nothing_cites_nothing(assistant: Assistant) -> None:
    answer = with_script(assistant, ["The sources do not say anything about this."])
    assert answer.text == "The sources do not say anything about this."
    assert answer.refused


def test_quotes_are_supported_by_themselves(assistant: Assistant) -> None:
    answer, _ = run(assistant)
    assert {citation.support for citation in answer.citations} == {"supported"}


def test_closing_a_turn_ends_the_request(assistant: Assistant) -> None:
    with ScriptedEndpoint(Script(pieces=["word "] * 500, delay_s=0.01)) as server:
        turn = assistant.turn(QUESTION, endpoint=assistant.connect(EndpointChoice(server.address, "m")))
        for event in turn:
            if isinstance(event, Delta):
                break
        turn.close()
        assert run(assistant)[0].citations
