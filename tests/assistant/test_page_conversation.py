"""A turn as it grows, and what a conversation keeps of it."""

import copy

from assistant.outlets.conversations import Turn
from assistant.outlets.page.session import Conversation
from assistant.types import Answer, Citation, Cited, Delta, Done, Sources, Status

CITATION = Citation(
    n=1, id="t", kind="talk", title="T", speakers=(), passage_id="t#abstract-1", section="Abstract", quote="q",
    quote_start=0, source={},
)  # fmt: skip


def answer(text: str, *citations: Citation) -> Answer:
    return Answer("Q", "Q", text, citations, refused=False, mode="model")


def test_turn_grows_with_events_and_ends_as_the_answer_says() -> None:
    turn = Conversation().begin("Q")
    for event in (Status("reading", "Reading…"), Sources(()), Delta("A "), Delta("[1]"), Cited(CITATION)):
        turn.apply(event)
    assert (turn.stage, turn.answer) == ("reading", answer("A [1]", CITATION))
    assert turn.is_running
    turn.apply(Done(answer("Another text.")))
    assert turn.answer == answer("Another text.")
    assert not turn.is_running


def test_stopped_turn_holds_what_came_and_says_so() -> None:
    turn = Turn("Q", answer("A [1]", CITATION), is_running=True)
    turn.stop("You stopped this answer; it is not complete.")
    assert (turn.answer.text, turn.answer.citations, turn.stopped) == ("A [1]", (CITATION,), True)
    assert turn.answer.notice == "You stopped this answer; it is not complete."
    assert turn.is_answered


def test_turn_that_was_already_over_cannot_be_stopped() -> None:
    turn = Turn("Q", answer("Whole."))
    turn.stop("Stopped.")
    assert turn.answer == answer("Whole.")
    assert not turn.stopped


def test_history_holds_answers_only_and_retry_leaves_the_last_one_out() -> None:
    failed = Turn("Failed", answer("So far"), is_running=True)
    failed.fail("No.")
    conversation = Conversation(turns=[Turn("Good", answer("A")), failed, Turn("Empty", answer(""))])
    assert [(turn.question, turn.answer) for turn in conversation.history()] == [("Good", answer("A"))]
    assert [taken.question for taken in conversation.take_back(-1)] == ["Empty"]
    turn = conversation.begin("Again")
    assert turn.key == 2
    assert [turn.question for turn in conversation.history()] == ["Good"]
    assert [conversation.end(turn), conversation.end(turn)] == [True, False]


def test_question_changed_in_the_middle_takes_back_all_from_there_on() -> None:
    conversation = Conversation(turns=[Turn(f"Q{key}", answer(f"A{key}")) for key in range(1, 5)])
    assert [turn.question for turn in conversation.take_back(1)] == ["Q2", "Q3", "Q4"]
    assert [turn.question for turn in conversation.turns] == ["Q1"]


def test_fresh_conversation_is_copied_for_each_visitor() -> None:
    original = Conversation()
    theirs = copy.deepcopy(original)
    theirs.turns.append(Turn("Q", answer("A")))
    assert original.turns == []
