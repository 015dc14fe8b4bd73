"""What a visitor does with conversations: ask, stop, ask anew, look at sources; open, name, find, delete, export.

Comes in: a `PageBackend` and the parts of the page. Goes out: new values for these parts. Handlers keep nothing
themselves: what belongs to a visitor is in their `Conversation` and, once a turn is over, on disk. A visitor is known
by a random id that their browser keeps, below the user name where there is a password.
"""

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from html import escape
from typing import Any

import gradio as gr

from assistant.outlets.conversations import Kept, Rating, Turn, now_text
from assistant.outlets.page.browse import table_of
from assistant.outlets.page.markdown import typed_text
from assistant.outlets.page.parts import QUICK, QUIET, Parts, Updates, data_of, number_of, outgoing
from assistant.outlets.page.session import Conversation, Words, words_for
from assistant.outlets.page.status import TITLE, masthead_html
from assistant.outlets.page.turns import button, chat_messages, evidence_html, message_html, status_html, status_text
from assistant.outlets.page_backend import PageBackend
from assistant.outlets.references import FORMATS, answer_markdown, export_conversation, references_of
from assistant.types import Sources, Style
from ingest.errors import TalksError
from ingest.text import printable

_LOG = logging.getLogger(__name__)
_VISITOR = re.compile(r"[A-Za-z0-9_-]{16,64}")

TURNS_AT_ONCE = 8
"""More wait in line: a laptop's endpoint answers few at a time, and each turn holds one of Gradio's 40 threads."""
SHOWN_EVERY_S = 0.06
"""A screen update per token is wasted work; 16 a second look fluent."""
_LAST_WORDS_S = 0.2
"""Longer than a batch of events takes to the browser; only who leaves a running turn waits."""


def owner_of(visitor: str, request: gr.Request) -> str:
    """Whose conversations these are; a browser that keeps nothing has none."""
    user = getattr(request, "username", None) or ""
    return f"{user}:{visitor}" if _VISITOR.fullmatch(str(visitor)) else ""


class Chat:
    """The handlers of one page's conversations."""

    def __init__(self, backend: PageBackend, parts: Parts) -> None:
        self._backend, self._parts = backend, parts

    def connect(self) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        turn = QUIET | {"concurrency_limit": TURNS_AT_ONCE, "concurrency_id": "turns"}
        given = [p.scope, p.style, p.conversation]
        p.question.submit(self.ask, [p.question, *given], p.shown, **turn)
        gr.on([p.chat.example_select, p.chat.option_select], self.take_offer, given, p.shown, **turn)
        p.actions.asked(self.take_offer, given, p.shown, **turn)
        gr.on([p.chat.retry, p.chat.edit], self.ask_anew, given, p.shown, **turn)
        # Not through the queue: a stop must not wait behind the turns that it is to end.
        p.question.stop(self.stop, p.conversation, p.shown, **QUICK)
        p.chat.undo(self.undo, p.conversation, p.shown, **QUICK)
        p.chat.like(self.rate, p.conversation, p.status, **QUICK)
        p.chat.copy(self.copy, p.conversation, p.outbox, **QUICK)
        p.actions.looked(self.look, p.conversation, [p.table, p.evidence], **QUICK)
        p.actions.narrowed(self.narrow, None, p.scope, **QUICK)

        who = [p.conversation, p.search]
        p.actions.opened_conversation(self.open, who, p.shown, **QUICK)
        p.new.click(self.open, who, p.shown, **QUICK)
        p.actions.changed_conversation(self.change, who, p.shown, **QUICK)
        p.search.change(self.history_html, who, p.history, trigger_mode="always_last", **QUICK)
        where = "(state) => [state, location.origin + location.pathname]"
        p.actions.exported(self.export, [p.conversation, p.outbox], [p.outbox, p.status], js=where, **QUICK)
        p.outbox.change(None, p.outbox, None, js="(text) => window.talksPage.deliver(text)", **QUICK)

    def arrive(self, conversation: Conversation, visitor: str, request: gr.Request) -> Updates:
        """Know the visitor again, and open the conversation that the address names."""
        if not _VISITOR.fullmatch(str(visitor)):
            visitor = secrets.token_urlsafe(24)
        conversation.words = words_for(request)
        conversation.owner = owner_of(visitor, request)
        wanted = str(request.query_params.get("c", ""))
        turns = self._backend.conversations.read(conversation.owner, wanted).turns
        conversation.switch(wanted if turns else "", turns)
        # Without turns the chat stays as it is, so that its first questions come but once.
        shown = self.opened(conversation) if turns else {self._parts.history: self.history_html(conversation)}
        return shown | {self._parts.visitor: visitor, self._parts.conversation: conversation}

    def ask(self, question: str, scope: list[str], style: Style, conversation: Conversation) -> Iterator[Updates]:
        """Answer what was typed, showing the answer as it grows."""
        p, question = self._parts, printable(question).strip()
        if not question or conversation.running:
            yield self.shown(conversation)
            return
        if not conversation.owner:  # the server has let go of what it knew of this page, which is on disk
            yield {p.outbox: outgoing("reload", "", question)}
            return
        state, words = self._backend.state(), conversation.words
        if state.is_empty or state.problem:
            said = status_html(words("still_reading" if state.ingest else "nothing_to_ask"))
            yield {p.status: said, p.question: question, p.masthead: masthead_html(state, conversation)}
            return
        yield from self._answer(question, scope, style, conversation)

    def take_offer(
        self, scope: list[str], style: Style, conversation: Conversation, event: gr.EventData
    ) -> Iterator[Updates]:
        """Answer a first question, or go on with what stands below an answer; "Only talks" narrows what follows too."""
        offered = f"ask|{event.value['text']}" if isinstance(event.value, dict) else str(event.value)
        kind, _, question = offered.partition("|")
        if kind == "talks":
            scope = [*(value for value in scope if not value.startswith("kind=")), "kind=talk"]
            yield {self._parts.scope: scope}
        yield from self.ask(question, scope, style, conversation)

    def ask_anew(
        self, scope: list[str], style: Style, conversation: Conversation, event: gr.EventData
    ) -> Iterator[Updates]:
        """Ask a question again, perhaps in other words; it and all that came after it is replaced."""
        question = printable(typed_text(_text_of(event.value))).strip()
        if question and not conversation.running:
            self._take_back(conversation, _turn_of(event))
        yield from self.ask(question, scope, style, conversation)

    def undo(self, conversation: Conversation) -> Updates:
        """Take the last turn back and put its question into the box."""
        if conversation.running:
            return self.shown(conversation)
        return self.shown(conversation, value=self._take_back(conversation, -1))

    def stop(self, conversation: Conversation) -> Updates:
        """End the turn under way at once, if one is; what has come stays; the engine ends at its next sign of life."""
        if conversation.running:
            self._end(conversation, conversation.id, conversation.running)
        return self.shown(conversation)

    def rate(self, conversation: Conversation, event: gr.LikeData) -> str:
        """Keep a thumb, or what was said to be wrong."""
        turn = next(iter(conversation.turns[max(_turn_of(event), 0) :]), None)
        if turn is None or not turn.is_answered:
            return ""
        rating: Rating = "up" if event.liked is True else "down"
        word = event.liked if isinstance(event.liked, str) else ""
        # Gradio tells twice of what stands behind its flag.
        known, turn.rating = turn.rating, (rating, word)
        is_kept = known == turn.rating or self._kept(lambda: self._backend.conversations.rate(turn, rating, word))
        return status_html(conversation.words("thanks" if is_kept else "not_kept"))

    def copy(self, conversation: Conversation, event: gr.CopyData) -> str:
        """One answer with its references, in place of the HTML that Gradio has put into the clipboard."""
        said = _text_of(event.value)
        for turn in conversation.turns:
            if turn.is_answered and message_html(turn, conversation.words) == said:
                said = answer_markdown(turn.answer, references_of(turn.answer, self._backend.record))
        return outgoing("copy", "", typed_text(said))

    def look(self, conversation: Conversation, event: gr.EventData) -> Updates:
        """Show the sources of another turn."""
        conversation.looked_at = int(number_of(event, "turn"))
        return self.looked(conversation)

    def narrow(self, event: gr.EventData) -> Any:
        """Ask only this talk."""
        try:
            chosen = (self._backend.record(str(event.id)).title, f"id={event.id}")
            return gr.update(choices=[*self._backend.shelf().choices(), chosen], value=[chosen[1]])
        except TalksError:  # a later ingest has dropped it
            return gr.skip()

    def open(self, conversation: Conversation, search: str, event: gr.EventData) -> Updates:
        """Show an earlier conversation with its citations and sources, or a new one; this one stays in the list."""
        wanted = str(data_of(event).get("id", ""))
        if not wanted or wanted != conversation.id:
            self._switch(conversation, wanted)
        return self.opened(conversation, search)

    def opened(self, conversation: Conversation, search: str = "") -> Updates:
        """A conversation that was just opened, with the length that its answers had."""
        style = conversation.turns[-1].style if conversation.turns else "normal"
        return self.shown(conversation, search) | {self._parts.style: style}

    def change(self, conversation: Conversation, search: str, event: gr.EventData) -> Updates:
        """Name a conversation, pin it, delete it or bring it back."""
        kept, data = self._backend.conversations, data_of(event)
        what, which = data.get("what"), (conversation.owner, str(data.get("id", "")))
        changes: dict[object, Callable[[], None]] = {
            "delete": lambda: kept.delete(*which),
            "restore": lambda: kept.restore(*which),
            "rename": lambda: kept.change(*which, title=str(data.get("value", ""))),
        }
        if not self._kept(changes.get(what, lambda: kept.change(*which, pinned=what == "pin"))):
            return {self._parts.status: status_html(conversation.words("not_kept"))}
        undo = ""
        if what == "delete":
            restore = button("changed_conversation", conversation.words("undo"), what="restore", id=which[1])
            undo = f'<p role="status">{escape(conversation.words("deleted"))} {restore}</p>'
            if conversation.id == which[1]:
                self._switch(conversation, "")
                return self.shown(conversation, search, undo)
        return {self._parts.history: self.history_html(conversation, search, undo)}

    def export(self, conversation: Conversation, page_url: str, event: gr.EventData) -> Updates:
        """A conversation, or one turn of the one on the page, as a file to save."""
        what, wanted, key = str(event.what), str(event.id), data_of(event).get("turn")
        what = what if what in FORMATS else "markdown"
        kept = self._backend.conversations.read(conversation.owner, wanted)
        asked = [one for one in conversation.history() if str(one.key) == key] if key else kept.turns
        turns, title = [(one.question, one.answer) for one in asked], kept.title or TITLE
        try:
            text = export_conversation(what, title, turns, self._backend.record, page_url, now_text())
        except TalksError as error:
            return {self._parts.status: status_html(str(error))}
        return {self._parts.outbox: outgoing("save", f"talks-{wanted.split('-')[0]}.{FORMATS[what]}", text)}

    def shown(self, conversation: Conversation, search: str = "", undo: str = "", **box: Any) -> Updates:
        """A conversation as it stands, its last turn's sources beside it; `box` is told to the box of the question."""
        p, words, is_running = self._parts, conversation.words, conversation.running is not None
        last = conversation.turns[-1] if conversation.turns else None
        state, asked = self._backend.state(), [turn.question for turn in conversation.turns]
        is_offered = last is not None and last.is_answered and not state.is_empty
        offers = self._backend.offers(last.answer, last.passages, asked) if last and is_offered else ()
        box |= {"submit_btn": not is_running and words("send"), "stop_btn": is_running and words("stop")}
        return self.looked(conversation) | {
            p.chat: chat_messages(conversation.turns, words, offers),
            p.status: status_html(status_text(last, words) if last else ""),
            p.question: gr.update(**box),
            p.masthead: masthead_html(state, conversation),
            p.history: gr.skip() if is_running else self.history_html(conversation, search, undo),
            p.conversation: conversation,
        }

    def looked(self, conversation: Conversation) -> Updates:
        """The sources of the turn that is being looked at; a list's as a table."""
        p, turn = self._parts, conversation.looked_turn()
        table = gr.update(visible=False)
        if turn is not None and turn.is_list:
            rows = table_of(turn.answer.citations, self._backend.record, conversation.words)
            table = gr.update(visible=True, value=rows)
        return {p.evidence: evidence_html(conversation, self._backend.around), p.table: table}

    def history_html(self, conversation: Conversation, search: str = "", undo: str = "") -> str:
        """The list of conversations that hold some words, the one on the page marked."""
        words, id_ = conversation.words, conversation.id
        listed = self._backend.conversations.listed(conversation.owner, search)
        items = "".join(_item_html(kept, id_, words) for kept in listed)
        hint = f'<p class="hint">{escape(words("nothing_found" if search else "nothing_kept"))}</p>'
        return f'<div data-open="{escape(id_)}">{undo}{f"<ul>{items}</ul>" if items else hint}</div>'

    def _answer(self, question: str, scope: list[str], style: Style, conversation: Conversation) -> Iterator[Updates]:
        """One turn: show it as it grows, keep what came however it ends, leave the conversation ready for the next."""
        p, words, history, writer = self._parts, conversation.words, conversation.history(), conversation.writer
        turn = conversation.begin(question, style)
        kept_in = conversation.id
        try:
            yield self.shown(conversation, value="")
            asked = self._backend.ask(question, history, writer=writer, scope=scope, style=style)
            shown_at, shown = 0.0, None
            with closing(asked) as events:
                for event in events:
                    if conversation.running is not turn:  # Gradio sends the last update twice; make it a fresh one
                        yield self.shown(conversation)
                        return
                    turn.apply(event)
                    if isinstance(event, Sources) or time.monotonic() - shown_at > SHOWN_EVERY_S:
                        said = status_html(status_text(turn, words))
                        grown = {p.chat: chat_messages(conversation.turns, words), p.status: said}
                        sources = (turn.passages, turn.answer.citations)
                        yield grown | (self.looked(conversation) if sources != shown else {})
                        shown_at, shown = time.monotonic(), sources
            if turn.is_running:
                turn.fail(words("broke_off"))
        except TalksError as error:
            turn.fail(str(error))
        except Exception:
            _LOG.exception("a turn failed")
            turn.fail(words("inside"))
        finally:  # also when the visitor closes the page: Gradio then closes this generator
            is_last = self._end(conversation, kept_in, turn)
        if is_last:
            yield self.shown(conversation)

    def _end(self, conversation: Conversation, kept_in: str, turn: Turn) -> bool:
        """Keep a turn however it ended, in the conversation that it was asked in; whether it was still going on."""
        if not conversation.end(turn):
            return False
        turn.stop(conversation.words("you_stopped"))
        if turn.is_answered and conversation.owner:
            self._kept(lambda: self._backend.conversations.append(conversation.owner, kept_in, turn))
        return True

    def _take_back(self, conversation: Conversation, first: int) -> str:
        """Remove the turns from a place on, because they are asked anew; the question that stood there, or ""."""
        taken = conversation.take_back(first)
        for _ in (turn for turn in taken if turn.is_answered and conversation.owner):
            self._kept(lambda: self._backend.conversations.take_back(conversation.owner, conversation.id))
        return taken[0].question if taken else ""

    def _switch(self, conversation: Conversation, wanted: str) -> None:
        """Show another conversation, "" for a new one, after what a turn under way sent last has arrived."""
        was_running = conversation.running is not None
        self.stop(conversation)
        conversation.switch(wanted, self._backend.conversations.read(conversation.owner, wanted).turns)
        time.sleep(_LAST_WORDS_S * was_running)

    def _kept(self, change: Callable[[], None]) -> bool:
        """Whether something could be kept; a disk that cannot be written costs nobody their answer."""
        try:
            change()
        except OSError:
            _LOG.warning("this could not be kept", exc_info=True)
            return False
        return True


def _turn_of(event: gr.EventData) -> int:
    """Which turn a message belongs to."""
    return int(event.index if isinstance(event.index, int) else event.index[0]) // 2


def _text_of(value: Any) -> str:
    """A message's text, as Gradio hands it back."""
    return value if isinstance(value, str) else "".join(str(part.get("text", "")) for part in value)


def _item_html(kept: Kept, current: str, words: Words) -> str:
    mark = ' aria-current="true"' if kept.id == current else ""
    title, id_ = escape(kept.title), escape(kept.id)
    exports = " ".join(button("exported", words(f"as_{what}"), id=id_, what=what) for what in FORMATS)
    changes = " ".join(
        button("changed_conversation", words(what), what=what, id=id_)
        for what in ("unpin" if kept.is_pinned else "pin", "delete")
    )
    return (
        f'<li><button type="button" class="kept-open" data-do="opened_conversation" data-id="{id_}"{mark}>'
        f'<span class="kept-title" dir="auto">{"📌 " if kept.is_pinned else ""}{title}</span>'
        f'<span class="kept-date">{datetime.fromtimestamp(kept.used_s):%Y-%m-%d}</span></button>'
        f'<details class="menu"><summary aria-label="{escape(words("more_about", title=kept.title))}">⋯</summary>'
        f'<form data-do="changed_conversation" data-what="rename" data-id="{id_}"><label>{escape(words("name"))}'
        f'<input name="value" value="{title}" maxlength="200"></label><button class="link">{escape(words("rename"))}'
        f'</button></form>{changes}<p class="exports">{escape(words("export"))} {exports}</p></details></li>'
    )
