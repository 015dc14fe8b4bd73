"""Conversations that stay: arriving, opening, naming, pinning, finding, deleting, exporting.

Comes in: a `PageBackend` and the parts of the page. Goes out: handlers, and what shows a whole conversation. A visitor
is known by a random id that their browser keeps, below the user name where there is a password; nobody sees a
conversation without it.
"""

import logging
import re
import secrets
import time
from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from assistant.answer.suggestions import Offer
from assistant.outlets.conversations import KeptTurn, Summary, now_text
from assistant.outlets.page.collection import table_of
from assistant.outlets.page.exports import ENDINGS, export_conversation
from assistant.outlets.page.parts import FOCUS_QUESTION, QUICK, SCRIPT, Parts, Updates, data_of, outgoing
from assistant.outlets.page.session import Conversation, Draft
from assistant.outlets.page.status import masthead_html
from assistant.outlets.page.turns import button, chat_messages, evidence_html, status_html, status_text
from assistant.outlets.page.words import Words, words_for
from assistant.outlets.page_backend import PageBackend
from ingest.errors import TalksError

_LOG = logging.getLogger(__name__)
_VISITOR = re.compile(r"[A-Za-z0-9_-]{16,64}")

_LAST_WORDS_S = 0.2
"""Longer than a batch of events takes to the browser; only who leaves a running turn waits."""


def owner_of(visitor: str, request: gr.Request) -> str:
    """Whose conversations these are; a browser that keeps nothing has none."""
    user = getattr(request, "username", None) or ""
    return f"{user}:{visitor}" if _VISITOR.fullmatch(str(visitor)) else ""


class Keeping:
    """The handlers of one page's conversations."""

    def __init__(self, backend: PageBackend, parts: Parts) -> None:
        self._backend, self._parts = backend, parts

    def connect(self, page: gr.Blocks) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        arrived = page.load(self.arrive, [p.conversation, p.visitor], [p.visitor, *p.shown], **QUICK)
        arrived.then(None, js="() => window.talksPage.arrived()", **SCRIPT)
        who = [p.conversation, p.search]
        p.actions.opened_conversation(self.open, who, p.shown, **QUICK)
        p.new.click(self.start_anew, who, p.shown, **QUICK).then(None, js=FOCUS_QUESTION, **SCRIPT)
        p.actions.changed_conversation(self.change, who, p.shown, **QUICK)
        p.search.change(self.history_html, who, p.history, trigger_mode="always_last", **QUICK)
        where = "(state) => [state, location.origin + location.pathname]"
        p.actions.exported(self.export, [p.conversation, p.outbox], p.outbox, js=where, **QUICK)
        p.outbox.change(None, p.outbox, None, js="(text) => window.talksPage.deliver(text)", **SCRIPT)
        p.current.change(None, p.current, None, js="(id) => window.talksPage.remember(id)", **SCRIPT)

    def arrive(self, conversation: Conversation, visitor: str, request: gr.Request) -> Updates:
        """Know the visitor again, and open the conversation that the address names."""
        if not _VISITOR.fullmatch(str(visitor)):
            visitor = secrets.token_urlsafe(24)
        conversation.words = words_for(request)
        conversation.owner = owner_of(visitor, request)
        wanted = str(request.query_params.get("c", ""))
        turns = self._backend.conversations.read(conversation.owner, wanted)
        conversation.switch(wanted if turns else "", turns)
        # Without turns the chat stays as it is, so that its first questions come but once.
        shown = self.shown(conversation) if turns else {self._parts.history: self.history_html(conversation)}
        return shown | {self._parts.visitor: visitor, self._parts.conversation: conversation}

    def open(self, conversation: Conversation, search: str, event: gr.EventData) -> Updates:
        """Show an earlier conversation with its citations and sources."""
        wanted = str(event.id)
        if wanted != conversation.id:
            self._switch(conversation, wanted, self._backend.conversations.read(conversation.owner, wanted))
        return self.shown(conversation, search) | {self._parts.tabs: gr.Tabs(selected="chat")}

    def start_anew(self, conversation: Conversation, search: str) -> Updates:
        """Leave the conversation on the page; it stays in the list."""
        self._switch(conversation, "", [])
        return self.shown(conversation, search) | {self._parts.tabs: gr.Tabs(selected="chat")}

    def change(self, conversation: Conversation, search: str, event: gr.EventData) -> Updates:
        """Name a conversation, pin it, delete it or bring it back."""
        owner, data, kept = conversation.owner, data_of(event), self._backend.conversations
        what, wanted, undo = data.get("what"), str(data.get("id", "")), ""
        try:
            if what == "delete":
                kept.delete(owner, wanted)
                restore = button("changed_conversation", conversation.words("undo"), what="restore", id=wanted)
                undo = f'<p class="undo" role="status">{escape(conversation.words("deleted"))} {restore}</p>'
            elif what == "restore":
                kept.restore(owner, wanted)
            elif what == "rename":
                kept.rename(owner, wanted, str(data.get("value", "")))
            else:
                kept.pin(owner, wanted, is_pinned=what == "pin")
        except OSError:
            return {self._parts.outbox: outgoing("tell", "", conversation.words("not_kept"))}
        if what == "delete" and conversation.id == wanted:
            self._switch(conversation, "", [])
            return self.shown(conversation, search, undo)
        return {self._parts.history: self.history_html(conversation, search, undo)}

    def export(self, conversation: Conversation, page_url: str, event: gr.EventData) -> str:
        """A conversation as a file to save."""
        kept, owner, what, wanted = self._backend.conversations, conversation.owner, str(event.what), str(event.id)
        turns = [(turn.question, turn.answer) for turn in kept.read(owner, wanted)]
        title = kept.title(owner, wanted) or self._backend.state().title
        try:
            text = export_conversation(what, title, turns, self._backend.record, page_url, now_text())
        except TalksError as error:
            return outgoing("tell", "", str(error))
        return outgoing("save", f"talks-{wanted.split('-')[0]}.{ENDINGS[what]}", text)

    def stop(self, conversation: Conversation) -> None:
        """End the turn that is under way, if one is; what has come so far stays."""
        draft = conversation.draft(None)
        if draft is not None:
            self.end(conversation, conversation.id, draft)

    def end(self, conversation: Conversation, kept_in: str, draft: Draft) -> bool:
        """Keep a turn however it ended, in the conversation that it was asked in; whether it was still going on."""
        if not conversation.end(draft):
            return False
        draft.keep(conversation.words("you_stopped"))
        if draft.kept and conversation.owner:
            try:
                self._backend.conversations.append(conversation.owner, kept_in, draft.kept)
            except OSError:
                _LOG.warning("a turn could not be kept", exc_info=True)
        return True

    def take_back(self, conversation: Conversation, first: int) -> str:
        """Remove the turns from a place on, because they are asked anew; the question that stood there, or ""."""
        taken = conversation.take_back(first)
        try:
            for draft in taken:
                if draft.kept and conversation.owner:
                    self._backend.conversations.take_back(conversation.owner, conversation.id)
        except OSError:
            _LOG.warning("a turn could not be taken back", exc_info=True)
        return taken[0].question if taken else ""

    def shown(self, conversation: Conversation, search: str = "", undo: str = "", typed: str | None = None) -> Updates:
        """A conversation as it stands, its last turn's sources beside it; `typed` goes into the box."""
        p, words, last = self._parts, conversation.words, conversation.draft(None)
        offers: Sequence[Offer] = ()
        if last is not None and last.answer is not None and last.kept:
            try:
                asked = [draft.question for draft in conversation.drafts]
                offers = self._backend.offers(last.answer, last.passages, asked)
            except TalksError:  # an answer without offers is still an answer
                _LOG.warning("nothing to go on with", exc_info=True)
        is_running = bool(conversation.running)
        box: dict[str, Any] = {"submit_btn": not is_running and words("send"), "stop_btn": is_running and words("stop")}
        return self.looked(conversation) | {
            p.chat: chat_messages(conversation.drafts, words, offers),
            p.status: status_html(status_text(last, words) if last else ""),
            p.question: gr.update(**box) if typed is None else gr.update(**box, value=typed),
            p.masthead: masthead_html(self._backend.state(), conversation),
            p.current: gr.skip() if is_running else conversation.id,
            p.history: gr.skip() if is_running else self.history_html(conversation, search, undo),
            p.conversation: conversation,
        }

    def looked(self, conversation: Conversation) -> Updates:
        """The sources of the turn that is being looked at; a list's as a table."""
        p, draft = self._parts, conversation.draft(conversation.looked_at)
        is_list = draft is not None and draft.is_list
        table: dict[str, Any] = {"visible": is_list}
        if draft is not None and is_list:
            try:
                table["value"] = table_of(draft.citations, self._backend.record, conversation.words)
            except TalksError:
                _LOG.warning("no table of a list", exc_info=True)
        return {
            p.evidence: evidence_html(conversation, self._backend.around),
            p.table: gr.update(**table),
            p.save_table: gr.update(visible=is_list),
        }

    def history_html(self, conversation: Conversation, search: str = "", undo: str = "") -> str:
        """The list of conversations that hold some words, the one on the page marked."""
        words = conversation.words
        summaries = self._backend.conversations.summaries(conversation.owner, search)
        items = "".join(_item_html(summary, conversation.id, words) for summary in summaries)
        hint = f'<p class="hint">{escape(words("nothing_kept" if not search else "nothing_found"))}</p>'
        return undo + (f'<ul class="kept">{items}</ul>' if items else hint)

    def scope_choices(self) -> list[tuple[str, str]]:
        """What a question can be narrowed to: (what is read, what it stands for)."""
        try:
            return self._backend.shelf().scope_choices()
        except TalksError:  # said by the masthead
            return []

    def _switch(self, conversation: Conversation, wanted: str, turns: Sequence[KeptTurn]) -> None:
        """Show another conversation, after what a turn under way sent last has arrived."""
        was_running = bool(conversation.running)
        self.stop(conversation)
        conversation.switch(wanted, turns)
        time.sleep(_LAST_WORDS_S * was_running)


def _item_html(summary: Summary, current: str, words: Words) -> str:
    mark = ' aria-current="true"' if summary.id == current else ""
    title, id_ = escape(summary.title), escape(summary.id)
    exports = "".join(button("exported", words(f"as_{what}"), id=id_, what=what) for what in ENDINGS)
    changes = "".join(
        button("changed_conversation", words(what), what=what, id=id_)
        for what in ("unpin" if summary.is_pinned else "pin", "delete")
    )
    return (
        f'<li><button type="button" class="kept-open" data-do="opened_conversation" data-id="{id_}"{mark}>'
        f'<span class="kept-title" dir="auto">{"📌 " if summary.is_pinned else ""}{title}</span>'
        f'<span class="kept-date">{summary.date}</span></button>'
        f'<details class="menu"><summary aria-label="{escape(words("more_about", title=summary.title))}">⋯</summary>'
        f'<form data-do="changed_conversation" data-what="rename" data-id="{id_}"><label>{escape(words("name"))}'
        f'<input name="value" value="{title}" maxlength="200"></label><button class="link">{escape(words("rename"))}'
        f'</button></form>{changes}<p class="exports">{escape(words("export"))} {exports}</p></details></li>'
    )
