"""A turn in its own thread, and what a conversation keeps of it."""

import copy
import threading
import time
from collections.abc import Iterator

import pytest

from assistant.outlets.page.backend import Turn
from assistant.outlets.page.session import Conversation, Draft, Run
from assistant.types import Answer, Citation, Cited, Delta, Done, Event, Sources, Status

CITATION = Citation(1, "t", "talk", "T", (), "t#abstract-1", "Abstract", "q", 0, {})


def answer(text: str) -> Answer:
    return Answer("Q", "Q", text, (), refused=False, mode="model")


def everything(run: Run) -> list[Event]:
    return [event for batch in run.batches() for event in batch]


def test_run_gives_every_event_in_order() -> None:
    events: list[Event] = [Status("searching", "…"), *[Delta(str(i)) for i in range(500)], Done(answer("x"))]
    assert everything(Run(lambda: iter(events))) == events


def test_run_gathers_fast_events_into_few_batches() -> None:
    batches = list(Run(lambda: iter([Delta("x")] * 500)).batches())
    assert sum(map(len, batches)) == 500
    assert len(batches) < 20


def test_run_shows_a_slow_event_without_waiting_for_the_next() -> None:
    released = threading.Event()

    def events() -> Iterator[Event]:
        yield Delta("first")
        released.wait(5)
        yield Delta("second")

    batches = Run(events).batches()
    assert next(batches) == [Delta("first")]
    released.set()
    assert next(batches) == [Delta("second")]


def test_stopped_run_ends_at_once_and_closes_a_generator_that_was_waiting() -> None:
    waiting, closed = threading.Event(), threading.Event()

    def events() -> Iterator[Event]:
        try:
            yield Delta("first")
            waiting.wait(5)
            yield Delta("never shown")
        except GeneratorExit:
            closed.set()
            raise

    run = Run(events)
    batches = run.batches()
    assert next(batches) == [Delta("first")]
    started = time.monotonic()
    run.stop()
    assert list(batches) == []
    assert time.monotonic() - started < 0.5
    waiting.set()
    assert closed.wait(2)


def test_run_raises_the_engines_error_after_what_came_before_it() -> None:
    def events() -> Iterator[Event]:
        yield Delta("so far")
        raise ValueError("no")

    batches = Run(events).batches()
    assert next(batches) == [Delta("so far")]
    with pytest.raises(ValueError, match="^no$"):
        next(batches)


def test_draft_grows_with_events_and_ends_as_the_answer_says() -> None:
    draft = Draft(1, "Q")
    for event in (Status("reading", "Reading…"), Sources(()), Delta("A "), Delta("[1]"), Cited(CITATION)):
        draft.apply(event)
    assert (draft.status, draft.text, draft.citations) == ("Reading…", "A [1]", (CITATION,))
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
    histories: list[tuple[Turn, ...]] = []

    def ask(past: tuple[Turn, ...]) -> Iterator[Event]:
        histories.append(past)
        return iter([Done(answer("x"))])

    conversation = Conversation(
        drafts=[
            Draft(1, "Good", answer=answer("A")),
            Draft(2, "Failed", problem="No."),
            Draft(3, "Empty", answer=answer("")),
        ],
        last_key=3,
    )
    assert conversation.history() == (Turn("Good", answer("A")),)
    assert conversation.take_back(-1) == "Empty"
    draft, run = conversation.begin("Again", ask)
    everything(run)
    assert draft.key == 4
    assert [[turn.question for turn in past] for past in histories] == [["Good"]]


def test_question_changed_in_the_middle_takes_back_all_from_there_on() -> None:
    turns = [Draft(key, f"Q{key}", answer=answer(f"A{key}")) for key in range(1, 5)]
    conversation = Conversation(drafts=[*turns, Draft(5, "Failed", problem="No.")], last_key=5)
    assert conversation.take_back(1) == "Q2"
    assert [draft.question for draft in conversation.drafts] == ["Q1"]
    assert conversation.superseded == 3


def test_fresh_conversation_is_copied_for_each_visitor() -> None:
    original = Conversation()
    theirs = copy.deepcopy(original)
    theirs.drafts.append(Draft(1, "Q"))
    assert original.drafts == []
