"""Whose conversation is on the page, and what is done to it: without a browser."""

from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import MagicMock

import gradio as gr
import pytest

from assistant.assembly import Assistant
from assistant.outlets.conversations import Turn
from assistant.outlets.page.browse import record_html, rows_html, table_of
from assistant.outlets.page.chat import Chat, owner_of
from assistant.outlets.page.session import ENGLISH, Conversation
from assistant.outlets.page_backend import PageBackend
from assistant.settings import load_settings
from assistant.types import Done
from ingest.records import Date, Speaker
from tests.assistant.test_references import ANSWER
from tests.browser.scripted import FLAT, HESSIAN, NEURO, RECORDS, Scripted, cite

TURN = Turn("Why?", ANSWER, "2026-01-31T10:11:12+00:00", (HESSIAN,))


def request(username: str | None) -> Any:
    made = gr.Request()
    made.username = username
    return made


def keep(backend: Scripted, owner: str) -> None:
    """End a turn of theirs that has its answer."""
    conversation = Conversation(owner)
    draft = conversation.begin(TURN.question)
    draft.apply(Done(TURN.answer))
    Chat(backend, None)._end(conversation, conversation.id, draft)  # type: ignore[arg-type]


def test_owner_is_the_browser_below_the_user() -> None:
    visitor = "a" * 32
    assert owner_of(visitor, request(None)) == f":{visitor}"
    assert owner_of(visitor, request("talks")) == f"talks:{visitor}"
    assert owner_of(visitor, request("talks")) != owner_of("b" * 32, request("talks"))


@pytest.mark.parametrize("visitor", ["", "short", "../../../../etc/passwd", "x" * 65, None])
def test_browser_without_a_proper_id_owns_nothing(visitor: Any) -> None:
    backend = Scripted()
    assert owner_of(visitor, request(None)) == ""
    keep(backend, "")
    assert list(backend.home.rglob("*")) == []


def test_disk_that_cannot_be_written_costs_no_answer(caplog: pytest.LogCaptureFixture) -> None:
    backend = Scripted()
    (backend.home / "conversations").write_text("in the way")
    keep(backend, ":ada")
    assert "this could not be kept" in caplog.text


def test_everything_of_a_record_is_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    backend = Scripted()
    opened = backend.open(HESSIAN.id)
    talk = RECORDS[0]
    record = replace(
        talk, title=evil, abstract=evil, bio=evil, id=evil, values={"url": "javascript:alert(1)", "links": (evil,)}
    )
    assert opened.gist is not None
    opened = replace(
        opened, record=record, gist=replace(opened.gist, text=evil, questions=(evil,)), near=((evil, evil),)
    )
    row = replace(record, speakers=(Speaker(evil),), values={"date": Date(evil)})
    html = record_html(opened, ENGLISH) + rows_html([row], 2, ENGLISH)
    assert "<img" not in html
    assert "javascript:" not in html
    assert html.count("&lt;img") >= 12


def test_kept_conversation_is_shown_without_an_index(tmp_path: Path) -> None:
    backend = PageBackend(Assistant(load_settings(home=tmp_path)))
    conversation = Conversation(":ada")
    conversation.switch("20260131T101112-0123abcd", [TURN])
    chat = Chat(backend, MagicMock())
    html = str(chat.shown(conversation))
    assert "Why?" in html
    assert ANSWER.citations[0].title in html


def test_table_has_the_columns_that_its_records_fill_and_outlives_a_record() -> None:
    backend = Scripted()
    citations = [cite(1, HESSIAN, "Ill"), cite(2, FLAT, "When"), cite(3, replace(NEURO, id="gone"), "This")]
    table = table_of(citations, backend.record, ENGLISH)
    headers, rows = table["headers"], table["data"]
    assert headers == ["#", "Title", "Speaker", "Affiliation", "Date", "Page"]
    assert rows[0][:5] == [1, HESSIAN.title, "Madeleine Udell", "Stanford University", "2024-04-03"]
    assert rows[2] == [3, NEURO.title, "", "", "", ""]
