"""History and message: what a follow-up means, what stands alone, and what a model may make of it."""

from dataclasses import replace

import pytest

from assistant.assembly import Assistant
from assistant.details import Details
from assistant.llm import EndpointChoice
from assistant.named import KnownNames
from assistant.question import FollowUps, without_subject
from assistant.rewriting import usable_question
from assistant.types import Answer, Done
from ingest.embedder import BundledEmbedder
from tests.scripted_endpoint import Script, ScriptedEndpoint

CEVHER = "training-neural-networks-at-any-scale"


@pytest.fixture
def follow_ups(assistant: Assistant, embedder: BundledEmbedder) -> FollowUps:
    names = KnownNames.of(assistant.generation.store.records())
    return FollowUps(names, assistant.ranker.fit, Details(assistant.generation.store, embedder).told)


def converse(assistant: Assistant, *questions: str, address: str | None = None) -> Answer:
    """The answer to the last of these questions, put one after the other."""
    endpoint = assistant.connect(EndpointChoice(address)) if address else None
    history: list[Answer] = []
    for question in questions:
        events = assistant.turn(question, history, endpoint=endpoint)
        history += [event.answer for event in events if isinstance(event, Done)]
    return history[-1]


@pytest.mark.parametrize(
    ("question", "leans"),
    [
        ("Where did he study?", True),
        ("How many minutes does it run? I have a slot of forty.", True),
        ("Does she mention awards?", True),
        ("Who gave it?", True),
        ("Who speaks about that?", True),
        ("Why do the ordinary ones fail?", True),
        ("What for?", True),
        ("Why?", True),
        ("And?", True),
        ("Tell me more.", True),
        ("Is there a fix?", True),
        ("And the other half?", True),
        ("So what did the experiments show in the end?", True),
        ("What is the catch, though?", True),
        ("and the doctorate, at which university?", True),
        ("Where does the latter work?", True),
        ("And in Rosen's talk?", False),
        ("Where did Babak Hassibi study?", False),
        ("What is Bi-Induct?", False),
        ("And DeepONet?", False),
        ("What is the straight-through estimator?", False),
        ("Which methods cluster photos that poorly?", False),
        ("And what about hallucinations?", False),
        ("OK, and quantum computing?", False),
        ("What does Rebecca Willett say about bagging, and is it robust?", False),
        ("Which method lets models that scale learn faster?", False),
        ("Is there a way for a program to keep its old skills while it picks up new ones?", False),
        ("Can a robot be sure that its map is right?", False),
        ("How many papers are from 2023?", False),
    ],
)
def test_question_leans_on_history_or_stands_alone(
    assistant: Assistant, follow_ups: FollowUps, question: str, leans: bool
) -> None:
    before = converse(assistant, "What does Volkan Cevher speak about?")
    assert (follow_ups.standalone(question, [before]) != question) is leans


@pytest.mark.parametrize(
    ("questions", "meant"),
    [
        (("What does Volkan Cevher speak about?", "Where did he study?"), "Where did Volkan Cevher study?"),
        (("Where did Volkan Cevher study?", "And Rosen?"), "Where did David M. Rosen study?"),
        (("Tell me about MARS.", "Which optimizers is it built on?"), "Which optimizers is “Unleashing the Power"),
        (("Where did Volkan Cevher study?", "What is Bi-Induct?"), "What is Bi-Induct?"),
        (("Where did Volkan Cevher study?", "And what about hallucinations?"), "And what about hallucinations?"),
        (("What is Light-R1?", "AIME scores?"), "AIME scores? (“Light-R1"),
        (
            ("Who is Rebecca Willett?", "What does Roy Fox work on?", "Back to her: which prizes did she win?"),
            "Back to Rebecca Willett: which",
        ),
        (
            ("What does Roy Fox work on?", "And what does Robert Nowak?", "Back to Fox: where does the man work?"),
            "Back to Fox: where does the man work? (“How Large Models",
        ),
        (
            ("Tell me about NoProp.", "What is SOAP?", "How is the first one tested?"),
            "How is the first one tested? (“NoP",
        ),
        (("Who advised Surbhi Goel's PhD?", "What does that person direct?"), "What does that person direct? (Adam Kl"),
        (
            ("What is in part 1 of the AI alignment tutorial?", "And its sequel?"),
            "And “Tutorial on AI Alignment (part 2",
        ),
    ],
)
def test_follow_up_without_a_model_means(assistant: Assistant, questions: tuple[str, ...], meant: str) -> None:
    standalone = converse(assistant, *questions).standalone_question
    # The pages write "David Rosen" above his talk and "David M. Rosen" in his bio.
    assert standalone.replace("David Rosen", "David M. Rosen").startswith(meant)


def test_both_are_the_subjects_of_the_last_two_answers(assistant: Assistant) -> None:
    answer = converse(
        assistant, "What does Yuejie Chi's talk show?", "And Jason Lee's?", "Which of the two spent some time at Meta?"
    )
    assert "Yuejie Chi" in answer.standalone_question
    assert "Jason Lee" in answer.standalone_question


def test_first_question_is_left_alone(follow_ups: FollowUps) -> None:
    assert follow_ups.standalone("Where did he study?", []) == "Where did he study?"


def test_refused_turn_is_no_subject(assistant: Assistant, follow_ups: FollowUps) -> None:
    about = converse(assistant, "What does Volkan Cevher speak about?")
    refused = converse(assistant, "How long should I boil an egg?")
    assert refused.refused
    nothing_near = replace(refused, text="")
    assert "Volkan Cevher" in follow_ups.standalone("Where did he study?", [about, nothing_near])


def test_follow_up_cites_the_talk_that_was_meant(assistant: Assistant) -> None:
    answer = converse(assistant, "What does Volkan Cevher speak about?", "Where did he study?")
    assert "Bilkent University" in answer.text
    assert {citation.id for citation in answer.citations} == {CEVHER}
    rosen = converse(assistant, "Where did Volkan Cevher study?", "And Rosen?")
    assert "California Institute of Technology" in rosen.text


def test_model_rewrites_a_question_that_leans_on_history(assistant: Assistant) -> None:
    with ScriptedEndpoint(Script(pieces=['Question: "Where did Volkan Cevher study?"'])) as server:
        answer = converse(
            assistant, "What does Volkan Cevher speak about?", "Where did he study?", address=server.address
        )
        rewriting = [prompt for prompt in server.prompts if "Now they ask" in prompt]
    assert answer.standalone_question == "Where did Volkan Cevher study?"
    assert len(rewriting) == 1
    assert "User: What does Volkan Cevher speak about?" in rewriting[0]


def test_model_that_answers_instead_of_rewriting_is_not_followed(assistant: Assistant) -> None:
    with ScriptedEndpoint(Script(pieces=["He studied at Bilkent [1]."])) as server:
        answer = converse(
            assistant, "What does Volkan Cevher speak about?", "Where did he study?", address=server.address
        )
    assert answer.standalone_question.startswith("Where did Volkan Cevher study?")


@pytest.mark.parametrize(
    ("reply", "usable"),
    [
        ("Where did Volkan Cevher study?", "Where did Volkan Cevher study?"),
        ('"Where did Volkan Cevher study?"\n', "Where did Volkan Cevher study?"),
        ("Standalone question: Where did Volkan Cevher study?", "Where did Volkan Cevher study?"),
        ("", None),
        ("Sure!\nWhere did Volkan Cevher study?", None),
        ("He studied there [1].", None),
        ("Buy cheap watches online today", None),
    ],
)
def test_reply_is_used_only_when_it_is_the_question(reply: str, usable: str | None) -> None:
    assert usable_question(reply, "Where did he study?", "User: What does Volkan Cevher speak about?") == usable


def test_detail_that_the_talk_spoken_of_alone_tells_leans_on_it(assistant: Assistant) -> None:
    cheese = "model-spec-midtraining-improving-how-alignment-training-generalizes"
    answer = converse(assistant, "What is model spec midtraining?", "so, how does cheese come in?")
    assert [one.id for one in answer.citations][:1] == [cheese]


@pytest.mark.parametrize(
    ("question", "meant"),
    [
        ("And where did she study?", "And where did Courtney Paquette study?"),
        ("And what did he win?", "And what did David Rosen win?"),
        ("Is it possible to train without backpropagation?", "Is it possible to train without backpropagation?"),
    ],
)
def test_pronoun_with_nothing_before_it_means_whoever_was_spoken_of(
    assistant: Assistant, question: str, meant: str
) -> None:
    answer = converse(assistant, "Who is Courtney Paquette?", "And David Rosen?", question)
    assert without_subject(answer.standalone_question) == meant
