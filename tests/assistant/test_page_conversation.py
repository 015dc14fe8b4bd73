"""A turn as it grows, and what a conversation keeps of it."""

import copy

from assistant.outlets.page.session import Conversation, Draft
from assistant.types import Answer, Citation, Cited, Delta, Done, Sources, Status

CITATION = Citation(
    n=1, id="t", kind="talk", title="T", speakers=(), passage_id="t#abstract-1", section="Abstract", quote="q",
    quote_start=0, source={},
)  # fmt: skip


def answer(text: str) -> Answer:
    return Answer("Q", "Q", text, (), refused=False, mode="model")


def test_draft_grows_with_events_and_ends_as_the_answer_says() -> None:
    draft = Draft(1, "Q")
    for event in (Status("reading", "Reading…"), Sources(()), Delta("A "), Delta("[1]"), Cited(CITATION)):
        draft.apply(event)
    assert (draft.stage, draft.text, draft.citations) == ("reading", "A [1]", (CITATION,))
    assert draft.is_running
    draft.apply(Done(answer("Another text.")))
    assert (draft.text, draft.citations) == ("Another text.", ())
    assert not draft.is_running


def test_kept_draft_holds_what_came_and_says_that_it_was_stopped() -> None:
    draft = Draft(1, "Q", text="A [1]", citations=(CITATION,))
    draft.keep("You stopped this answer; it is not complete.")
    assert draft.answer is not None
    assert (draft.answer.text, draft.answer.citations, draft.stopped) == ("A [1]", (CITATION,), True)
    assert draft.answer.notice == "You stopped this answer; it is not complete."


def test_kept_draft_that_was_already_done_stays_as_it_is() -> None:
    draft = Draft(1, "Q", answer=answer("Whole."))
    draft.keep("Stopped.")
    assert draft.answer == answer("Whole.")
    assert not draft.stopped


def test_history_holds_answers_only_and_retry_leaves_the_last_one_out() -> None:
    conversation = Conversation(
        drafts=[
            Draft(1, "Good", answer=answer("A")),
            Draft(2, "Failed", problem="No."),
            Draft(3, "Empty", answer=answer("")),
        ]
    )
    assert [(turn.question, turn.answer) for turn in conversation.history()] == [("Good", answer("A"))]
    assert [taken.question for taken in conversation.take_back(-1)] == ["Empty"]
    draft = conversation.begin("Again")
    assert draft.key == 2
    assert [turn.question for turn in conversation.history()] == ["Good"]
    assert [conversation.end(draft), conversation.end(draft)] == [True, False]


def test_question_changed_in_the_middle_takes_back_all_from_there_on() -> None:
    turns = [Draft(key, f"Q{key}", answer=answer(f"A{key}")) for key in range(1, 5)]
    conversation = Conversation(drafts=[*turns, Draft(5, "Failed", problem="No.")])
    assert [draft.question for draft in conversation.take_back(1)] == ["Q2", "Q3", "Q4", "Failed"]
    assert [draft.question for draft in conversation.drafts] == ["Q1"]


def test_fresh_conversation_is_copied_for_each_visitor() -> None:
    original = Conversation()
    theirs = copy.deepcopy(original)
    theirs.drafts.append(Draft(1, "Q"))
    assert original.drafts == []
