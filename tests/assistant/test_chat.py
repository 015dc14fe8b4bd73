"""A chat turn: the sources' own words without a model, citations with one, and an answer whatever the endpoint does."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.answer.abstain import REFUSE_BELOW, SURE_FROM, Abstainer
from assistant.answer.generate import MATCHED, REPEATING
from assistant.assembly import Assistant
from assistant.llm import EndpointChoice
from assistant.settings import load_settings
from assistant.types import Answer, Cited, Delta, Done, Event, Sources, Status, Style
from ingest.errors import QuestionTooLong
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
        passages = {p.id: p.text for p in assistant.snapshot.store.passages_of(citation.id)}
        text = passages[citation.passage_id]
        assert text[citation.quote_start :].startswith(citation.quote)
        assert citation.quote
        assert numbers.setdefault(citation.n, citation.id) == citation.id
    assert sorted(numbers) == list(range(1, len(numbers) + 1))


def test_without_a_model_the_answer_is_quotes_from_the_right_talk(assistant: Assistant) -> None:
    answer, events = run(assistant)
    check_citations(assistant, answer)
    assert answer.text.startswith(
        "Here is what the talk “Training Neural Networks at Any Scale” by Volkan Cevher, EPFL says"
    )
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
    assert "(ref. 27)" in answer.text
    assert any("[27]" in citation.quote for citation in answer.citations)


def test_question_that_nothing_fits_is_refused(assistant: Assistant) -> None:
    answer, _ = run(assistant, "How long should I boil an egg?")
    assert answer.refused
    assert answer.citations == ()
    assert answer.abstention is not None
    assert answer.abstention.reason == "not_held"
    assert answer.text.startswith("I couldn't find this in the collection. The closest are: ")


def test_doubtful_answer_says_that_it_is_only_what_comes_closest(
    assistant: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Abstainer, "chance", lambda *_: (REFUSE_BELOW + SURE_FROM) / 2)
    answer, _ = run(assistant)
    assert not answer.refused
    assert answer.text.startswith(
        "I am not sure that the collection tells this. Closest comes the talk “Training Neural"
    )


@pytest.mark.parametrize(
    "question", ["Please give me an overview of the robotics material", "robots and perception: what is there?"]
)
def test_overview_of_a_subject_tells_what_there_is_on_it(assistant: Assistant, question: str) -> None:
    answer, _ = run(assistant, question)
    assert answer.mode == "extract"
    assert "certifiably-correct-machine-perception" in [one.id for one in answer.citations[:3]]


def test_name_that_stands_nowhere_is_said_to(assistant: Assistant) -> None:
    answer, _ = run(assistant, "What did Andrew Ng say?")
    assert answer.refused
    assert answer.abstention is not None
    assert "“Andrew Ng” stands nowhere in it" in answer.text


def test_talk_given_to_the_wrong_speaker_is_corrected(assistant: Assistant) -> None:
    answer, _ = run(assistant, "How does Maryam Fazel hunt the Hessian?")
    check_citations(assistant, answer)
    assert not answer.refused
    assert "Maryam Fazel's talk here is “Flat Minima and Generalization" in answer.text
    assert "“Hunting the Hessian” by Madeleine Udell" in answer.text


@pytest.mark.parametrize("asked", ["What does {} speak about?", "Tell me about the talk of {}"])
@pytest.mark.parametrize("name", ["Maryam Fazel", "Aryan Mokhtari", "Yian Ma"])
def test_speaker_without_a_biography_is_told_by_the_talk(assistant: Assistant, name: str, asked: str) -> None:
    answer, _ = run(assistant, asked.format(name))
    assert not answer.refused
    assert "not sure" not in answer.text
    assert name in str(answer.citations[0].speakers)


def test_summary_is_plain_words_of_ours_beside_the_source(assistant: Assistant) -> None:
    answer, _ = run(assistant, "Summarise the talk Hunting the Hessian")
    check_citations(assistant, answer)
    assert (answer.mode, answer.intent) == ("gist", "summarise")
    assert "In plain words (ours, not the source's):" in answer.text
    assert {citation.id for citation in answer.citations} == {"hunting-the-hessian"}


def test_comparison_holds_both_talks(assistant: Assistant) -> None:
    answer, _ = run(assistant, "Compare the talks of Maryam Fazel and Madeleine Udell")
    assert answer.intent == "compare"
    cited = [citation.id for citation in answer.citations][:2]
    assert cited == ["flat-minima-and-generalization-from-matrix-sensing-to-neural-networks", "hunting-the-hessian"]


def test_themes_are_groups_of_talks(assistant: Assistant) -> None:
    answer, _ = run(assistant, "What are the main themes of this collection?")
    check_citations(assistant, answer)
    assert (answer.mode, answer.refused) == ("about", False)
    assert len({citation.id for citation in answer.citations}) >= 6


@pytest.fixture(scope="module")
def of_events(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Six talks of two events; two are on bees, one at each."""
    folder = tmp_path_factory.mktemp("events")
    talks = [
        ("Keeping bees on roofs", "A hive on a roof gives honey from the lime trees of a town.", "Apicon 2019"),
        ("What bees see", "A bee sees ultraviolet marks that lead it into a flower.", "Apicon 2021"),
        ("Baking rye bread", "Rye needs sourdough, since its starch breaks down without acid.", "Apicon 2021"),
        ("Old bridges", "Arches of stone carry by pressure alone, and stand for centuries.", "Apicon 2021"),
        ("Tuning a piano", "Equal temperament makes each fifth a little too narrow.", "Apicon 2019"),
        ("Slow rivers", "A river lays down its sand where it bends.", "Apicon 2019"),
    ]
    (folder / "talks.jsonl").write_text(
        "\n".join(
            json.dumps({"kind": "talk", "title": title, "abstract": abstract, "event": event})
            for title, abstract, event in talks
        ),
        encoding="utf-8",
    )
    made = Assistant(load_settings(corpus=folder / "talks.jsonl", home=folder / "home", llm_base_url=""))
    made.ingest()
    return made


@pytest.mark.parametrize(
    ("event", "first"), [("Apicon 2019", "keeping-bees-on-roofs"), ("Apicon 2021", "what-bees-see")]
)
def test_talk_of_the_event_that_is_named_comes_first(of_events: Assistant, event: str, first: str) -> None:
    understood = of_events.understand(f"What was said at {event} about bees and what they do?")
    assert of_events.gatherer.gather(understood).records[0].record_id == first


def test_list_by_relevance_holds_only_talks_of_the_event(of_events: Assistant) -> None:
    answer, _ = run(of_events, "Which talks of Apicon 2021 deal with bees?")
    assert {citation.id for citation in answer.citations} <= {"what-bees-see", "baking-rye-bread", "old-bridges"}


def test_list_quotes_what_its_talks_say_and_no_title(tmp_path: Path) -> None:
    talks = [{"title": "Chalk", "abstract": "Blackboards are quieter than screens."}, {"title": "Paper Boats"}]
    told = "\n".join(json.dumps(one | {"speakers": ["Mina Park"]}) for one in talks)
    (tmp_path / "talks.jsonl").write_text(told, encoding="utf-8")
    made = Assistant(load_settings(corpus=tmp_path / "talks.jsonl", home=tmp_path / "home", llm_base_url=""))
    made.ingest()
    answer, _ = run(made, "What talks did Mina Park give?")
    assert "**2 talks** by Mina Park" in answer.text
    assert re.findall("^> .*", answer.text, re.MULTILINE) == ["> Blackboards are quieter than screens. [1]"]


def test_themes_of_one_event_are_of_its_talks(of_events: Assistant) -> None:
    answer, _ = run(of_events, "What are the main themes of Apicon 2019?")
    cited = {citation.id for citation in answer.citations}
    assert cited == {"keeping-bees-on-roofs", "tuning-a-piano", "slow-rivers"}


def test_follow_up_leans_on_what_was_spoken_of(assistant: Assistant) -> None:
    first, _ = run(assistant, "What does Volkan Cevher speak about?")
    [done] = [one for one in assistant.turn("Where did he study?", [first], endpoint=None) if isinstance(one, Done)]
    assert "Bilkent University" in done.answer.text
    assert done.answer.standalone_question == (
        "Where did he study? (“Training Neural Networks at Any Scale”, Volkan Cevher)"
    )


@pytest.mark.parametrize("question", ["Which talks are there?", "List all talks."])
def test_list_of_all_is_no_follow_up(assistant: Assistant, question: str) -> None:
    first, _ = run(assistant, "What does Volkan Cevher speak about?")
    [done] = [one for one in assistant.turn(question, [first], endpoint=None) if isinstance(one, Done)]
    assert done.answer.query == "listed: records\nkind: talk"


def test_sources_come_before_a_turn_can_end_refused(assistant: Assistant) -> None:
    _, events = run(assistant, "How long should I boil an egg?")
    kinds = [type(event) for event in events]
    assert kinds.index(Sources) < kinds.index(Delta)


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
    answer = with_script(assistant, ["First [3]. Second [1]. Third [3]."])
    assert answer.text == "First [1]. Second [2]. Third [1]."
    first, second, third = (citation.id for citation in answer.citations)
    assert first == third
    assert second == CEVHER


def test_prompt_holds_numbered_sources_and_no_stray_references(assistant: Assistant) -> None:
    with ScriptedEndpoint() as server:
        run(assistant, "What is the Riemann Hypothesis framework?", server.address)
        (prompt,) = server.prompts
        system = server.script.requests[-1]["messages"][0]
    assert system["role"] == "system"
    assert "[1] Analysis on Riemann Hypothesis with Cross Entropy Optimization and Reasoning" in prompt
    assert "(ref. 27)" in prompt
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
    assert answer.text.startswith("Training gets unstable [1]. And …\n\nHere is what the talk")
    assert answer.mode == "model"
    assert answer.notice is not None
    assert "broke off" in answer.notice
    assert len(answer.citations) >= 2


def test_question_that_is_too_long_is_refused_at_once(assistant: Assistant) -> None:
    with pytest.raises(QuestionTooLong, match="4,001 characters; 4,000 are read"):
        assistant.turn("“" * 4001, endpoint=None)
    with pytest.raises(QuestionTooLong):
        assistant.understand("“" * 60_000)


def test_question_with_half_a_sign_is_answered(assistant: Assistant) -> None:
    assert run(assistant, f"{QUESTION} \udce9\x1b")[0].citations[0].id == CEVHER


def test_every_statement_is_compared_with_what_it_cites(assistant: Assistant) -> None:
    answer = with_script(
        assistant, ["Scale presents challenges such as instability during training [1]. ", "It costs 700 dollars [1]."]
    )
    assert [citation.support for citation in answer.citations] == ["supported", "unsupported"]
    assert [answer.text[check.start : check.end].rstrip(".") for check in answer.checks][1].startswith("It costs 700")
    assert "700" in answer.checks[1].reason


def test_answer_without_markers_is_matched_to_its_sources_where_clear(assistant: Assistant) -> None:
    claim = (
        "Scale presents critical challenges, such as increased instability during training and prohibitively "
        "expensive model-specific tuning."
    )
    answer = with_script(assistant, [f"{claim} Penguins cannot fly."])
    assert answer.text == f"{claim} [1] Penguins cannot fly."
    assert answer.citations[0].id == CEVHER
    assert answer.citations[0].support == "supported"
    assert answer.notice == MATCHED.format(count=1)


def test_model_that_goes_round_in_circles_is_stopped(assistant: Assistant) -> None:
    lines = ["Scale brings increased instability during training, says the source [1]. ", "So it is. "]
    with ScriptedEndpoint(Script(pieces=lines, is_endless=True)) as server:
        answer, _ = run(assistant, address=server.address)
    assert answer.notice == REPEATING
    assert answer.text.count("Scale brings increased instability") == 2


def test_answer_that_says_it_knows_nothing_cites_nothing(assistant: Assistant) -> None:
    answer = with_script(assistant, ["NOT", " FOUND. The sources do not ", "say anything about this."])
    assert answer.text == "The sources do not say anything about this."
    assert answer.refused


def test_model_may_have_a_list_set_where_it_belongs(assistant: Assistant) -> None:
    with ScriptedEndpoint(Script(pieces=["These are they:\nTA", "BLE\nThat is all."])) as server:
        answer, _ = run(assistant, "Which papers are from 2019?", server.address)
        (prompt,) = server.prompts
    check_citations(assistant, answer)
    assert answer.text.startswith("These are they:")
    assert "2 papers" in answer.text
    assert answer.text.endswith("That is all.")
    assert len({citation.id for citation in answer.citations}) == 2
    assert "Table of the records that were asked for" in prompt


def test_question_that_looks_absent_reaches_the_model_with_a_hint(assistant: Assistant) -> None:
    with ScriptedEndpoint(Script(pieces=["NOT FOUND. Nothing here."])) as server:
        answer, _ = run(assistant, "How many GPUs did Madeleine Udell rent for Hunting the Hessian?", server.address)
        prompt = server.prompts[-1]
    assert answer.refused
    assert "Hunting the Hessian" in prompt


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


def test_a_question_in_another_language_is_told_which_the_talks_are_in(assistant: Assistant) -> None:
    answer, _ = run(assistant, "Wie spät ist es gerade auf dem Bahnhof von München, und wann fährt der nächste Zug?")
    assert answer.refused
    assert answer.abstention is not None
    assert answer.abstention.reason == "other_language"
    assert answer.text.startswith("The collection is in English;")


def test_a_short_question_in_another_language_is_told_so_beside_what_is_shown(assistant: Assistant) -> None:
    answer, _ = run(assistant, "¿Hay algo sobre puentes?")
    assert "The collection is in English;" in f"{answer.text} {answer.notice}"


def test_an_answer_in_another_language_than_its_source_is_not_called_unsupported(assistant: Assistant) -> None:
    said = "Wenn die Modelle größer werden, wird das Training oft instabil und die Kosten steigen stark an [1]."
    with ScriptedEndpoint(Script(pieces=[said])) as server:
        answer, _ = run(assistant, address=server.address)
    assert answer.checks
    assert {check.support for check in answer.checks} == {"weak"}
    assert "another language" in answer.checks[0].reason


def test_short_and_detailed_answers_quote_less_and_more_and_the_model_is_told(assistant: Assistant) -> None:
    styles: tuple[Style, ...] = ("short", "normal", "detailed")
    quoted = {}
    for style in styles:
        *_, done = assistant.turn(QUESTION, endpoint=None, style=style)
        assert isinstance(done, Done)
        quoted[style] = sum(len(citation.quote) for citation in done.answer.citations)
    assert 0 < 2 * quoted["short"] < quoted["normal"] < quoted["detailed"]
    with ScriptedEndpoint(Script(pieces=["Training gets unstable [1]."])) as server:
        endpoint = assistant.connect(EndpointChoice(server.address))
        for style in styles:
            list(assistant.turn(QUESTION, endpoint=endpoint, style=style))
        short, normal, detailed = (request["messages"][0]["content"] for request in server.asked)
    assert "one or two sentences" in short.removeprefix(normal)
    assert "several paragraphs" in detailed.removeprefix(normal)


def test_comparison_by_speakers_quotes_their_talks_and_no_biography(assistant: Assistant) -> None:
    answer, _ = run(assistant, "How do the talks of Volkan Cevher and Courtney Paquette differ?")
    assert answer.intent == "compare"
    assert len({citation.id for citation in answer.citations}) == 2
    assert {citation.section for citation in answer.citations} == {"abstract"}
