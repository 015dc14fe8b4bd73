"""Whose conversation is on the page, and what is done to it: without a browser."""

from dataclasses import replace
from typing import Any

import gradio as gr
import pytest

from assistant.outlets.conversations import KeptTurn, new_conversation_id
from assistant.outlets.page.conversation import Conversation, Draft
from assistant.outlets.page.keeping import attach, keep_turn, new_visitor, owner_of
from assistant.outlets.page.markdown import marker_offsets
from assistant.outlets.page.record import record_html, rows_html
from assistant.outlets.page.scope import Scope, read_scope, scope_choices
from assistant.retrieve.filters import Filters
from ingest.records import Talk
from tests.assistant.test_references import ANSWER
from tests.browser.scripted import HESSIAN, RECORDS, Scripted

TURN = KeptTurn("Why?", ANSWER, "2026-01-31T10:11:12+00:00", (HESSIAN,))


def request(username: str | None) -> Any:
    made = gr.Request()
    made.username = username
    return made


def test_owner_is_the_browser_below_the_user() -> None:
    visitor = new_visitor()
    assert owner_of(visitor, request(None)) == f":{visitor}"
    assert owner_of(visitor, request("talks")) == f"talks:{visitor}"
    assert owner_of(visitor, request("talks")) != owner_of(new_visitor(), request("talks"))


@pytest.mark.parametrize("visitor", ["", "short", "../../../../etc/passwd", "x" * 65, None])
def test_browser_without_a_proper_id_owns_nothing(visitor: Any) -> None:
    backend = Scripted()
    assert owner_of(visitor, request(None)) == ""
    assert not keep_turn(backend, "", new_conversation_id(), Draft.from_kept(1, TURN), replaces=False)
    assert list(backend.home.rglob("*")) == []


def test_page_that_outlives_the_server_takes_its_conversation_up_again() -> None:
    backend, kept_in = Scripted(), new_conversation_id()
    assert keep_turn(backend, ":ada-ada-ada-ada-ada", kept_in, Draft.from_kept(1, TURN), replaces=False)
    fresh = Conversation()
    attach(backend, fresh, ":ada-ada-ada-ada-ada", kept_in)
    assert fresh.id == kept_in
    assert [turn.answer for turn in fresh.history()] == [ANSWER]
    other = Conversation()
    attach(backend, other, ":eve-eve-eve-eve-eve", kept_in)
    assert other.history() == ()


def test_disk_that_cannot_be_written_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    backend = Scripted()
    (backend.home / "conversations").write_text("in the way")
    assert not keep_turn(backend, ":ada", new_conversation_id(), Draft.from_kept(1, TURN), replaces=False)
    assert "a turn could not be kept" in caplog.text


def test_everything_of_a_record_is_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    backend = Scripted()
    opened = backend.open(HESSIAN.id)
    talk = RECORDS[0]
    assert isinstance(talk, Talk)
    record = replace(talk, title=evil, abstract=evil, bio=evil, url="javascript:alert(1)", links=(evil,), id=evil)
    assert opened.gist is not None
    opened = replace(
        opened, record=record, gist=replace(opened.gist, text=evil, questions=(evil,)), near=((evil, evil),)
    )
    row = replace(backend.shelf().rows[0], id=evil, title=evil, who=(evil,), pages=(evil,), date=evil)
    html = record_html(opened, [evil]) + rows_html([row], 2)
    assert "<img" not in html
    assert "javascript:" not in html
    assert html.count("&lt;img") >= 14


def test_each_marker_is_where_its_citation_says() -> None:
    assert marker_offsets(ANSWER.text, ANSWER.citations) == {0: 5, 1: 15, 2: 31}


def test_scope_offers_pages_and_speakers_and_gives_their_filters() -> None:
    choices = scope_choices(Scripted().shelf())
    assert [label for label, _ in choices] == [
        "Talks and papers",
        "Talks only",
        "Papers only",
        "Recorded Talks: Machine Learning",
        "Recorded Talks: Optimization",
        "Daily Papers, Jun 8",
        "Jason Eshraghian",
        "Madeleine Udell",
        "Maryam Fazel",
    ]
    assert read_scope(choices[3][1], Scripted().shelf()) == Scope(Filters(page="Recorded Talks: Machine Learning"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        pytest.param("", Scope(), id="nothing"),
        pytest.param(None, Scope(), id="cleared"),
        pytest.param("Talks and papers", Scope(), id="label of everything"),
        pytest.param("Papers only", Scope(Filters(kind="paper")), id="label of a kind"),
        pytest.param("fazel", Scope(Filters(speaker="Maryam Fazel")), id="surname"),
        pytest.param("esh jas", Scope(Filters(speaker="Jason Eshraghian")), id="parts of a name"),
        pytest.param(
            "nobody",
            Scope(problem="No talk here is by “nobody”; type another name, or clear the box to ask everywhere."),
            id="nobody",
        ),
        pytest.param(
            "ma",
            Scope(problem="“ma” fits 2 speakers: Madeleine Udell, Maryam Fazel. Type more of the name."),
            id="several",
        ),
    ],
)
def test_typed_scope_finds_its_speaker_or_says_why_not(typed: str | None, expected: Scope) -> None:
    assert read_scope(typed, Scripted().shelf()) == expected
