"""Conversations that stay: arriving, opening, naming, pinning, finding, deleting, exporting.

Comes in: a `Backend` and the parts of `app`. Goes out: handlers, and what shows a whole conversation. A visitor is
known by a random id that their browser keeps, below the user name where there is a password; nobody sees a conversation
without it.
"""

import logging
import re
import secrets
import time
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import gradio as gr

from assistant.answer.suggestions import Offer
from assistant.outlets.conversations import KeptTurn, Summary, now_text
from assistant.outlets.page.backend import Backend
from assistant.outlets.page.collection import table_of
from assistant.outlets.page.evidence import button, evidence_html
from assistant.outlets.page.exports import export_conversation
from assistant.outlets.page.messages import chat_messages, status_html, status_text
from assistant.outlets.page.plumbing import QUICK, SCRIPT, Updates, data_of, outgoing
from assistant.outlets.page.session import Conversation, Draft
from assistant.outlets.page.words import Words, words_for
from assistant.outlets.references import bibtex, reference_of, references_of
from ingest.errors import TalksError

if TYPE_CHECKING:
    from assistant.outlets.page.app import Parts

_LOG = logging.getLogger(__name__)
_VISITOR = re.compile(r"[A-Za-z0-9_-]{16,64}")

_LAST_WORDS_S = 0.2
"""Longer than a batch of events takes to the browser; only who leaves a running turn waits."""


def new_visitor() -> str:
    """A name that nobody else can guess."""
    return secrets.token_urlsafe(24)


def owner_of(visitor: str, request: gr.Request) -> str:
    """Whose conversations these are; a browser that keeps nothing has none."""
    user = getattr(request, "username", None) or ""
    return f"{user}:{visitor}" if _VISITOR.fullmatch(str(visitor)) else ""


def keep_turn(backend: Backend, owner: str, conversation_id: str, draft: Draft, *, superseded: int) -> bool:
    """Put a turn that is over on disk; tells whether it is there.

    Args:
        backend: Has the place for it.
        owner: Whose it is; "" keeps nothing.
        conversation_id: The conversation that it was asked in, which may no longer be the one on the page.
        draft: The turn.
        superseded: How many of the last kept turns it takes the place of.
    """
    if not draft.is_worth_keeping or draft.answer is None or not owner:
        return False
    turn = KeptTurn(draft.question, draft.answer, draft.asked_at, draft.passages, draft.stopped)
    try:
        for _ in range(superseded):
            backend.conversations.take_back(owner, conversation_id)
        backend.conversations.append(owner, conversation_id, turn)
    except OSError:
        _LOG.warning("a turn could not be kept", exc_info=True)
        return False
    return True


class Keeping:
    """The handlers of one page's conversations."""

    def __init__(self, backend: Backend, parts: "Parts") -> None:
        self._backend, self._parts = backend, parts

    def connect(self, page: gr.Blocks) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        shown = [p.chat, p.status, p.evidence, p.table, p.table_bar, p.question, p.current, p.history, p.style]
        page.load(
            self.arrive,
            [p.conversation, p.visitor, p.address],
            [p.visitor, p.conversation, *shown],
            js="(state, visitor) => [state, visitor, location.search]",
            **QUICK,
        ).then(None, js="() => window.talksPage.arrived()", **SCRIPT)
        who = [p.conversation, p.search]
        focus = "() => document.querySelector('#question textarea')?.focus()"
        p.actions.opened_conversation(self.open, who, [*shown, p.tabs], **QUICK)
        p.new.click(self.start_anew, who, [*shown, p.tabs], **QUICK).then(None, js=focus, **SCRIPT)
        p.actions.deleted_conversation(self.delete, who, shown, **QUICK)
        p.actions.changed_conversation(self.change, who, [p.history, p.outbox], **QUICK)
        p.search.change(self.find, who, p.history, trigger_mode="always_last", **QUICK)
        where = [p.conversation, p.address]
        here = "(state) => [state, location.origin + location.pathname]"
        p.actions.exported(self.export, where, p.outbox, js=here, trigger_mode="multiple", **QUICK)
        p.outbox.change(None, p.outbox, None, js="(text) => window.talksPage.deliver(text)", **SCRIPT)
        p.current.change(None, p.current, None, js="(id) => window.talksPage.remember(id)", **SCRIPT)
        p.style.input(self.choose_style, [p.conversation, p.style], None, **QUICK)

    def arrive(self, conversation: Conversation, visitor: str, address: str, request: gr.Request) -> Updates:
        """Know the visitor again, and open the conversation that the address names."""
        if not _VISITOR.fullmatch(str(visitor)):
            visitor = new_visitor()
        conversation.words = words_for(request)
        conversation.owner = owner_of(visitor, request)
        wanted = parse_qs(address.removeprefix("?")).get("c", [""])[0]
        turns = self._backend.conversations.read(conversation.owner, wanted) if wanted else []
        updates: Updates = {self._parts.visitor: visitor, self._parts.conversation: conversation}
        if turns:
            conversation.switch(wanted, turns)
            return updates | self._shown(conversation)
        return updates | {self._parts.history: self.history_html(conversation)}

    def open(self, conversation: Conversation, search: str, event: gr.EventData) -> Updates:
        """Show an earlier conversation with its citations and sources."""
        owner, wanted = conversation.owner, str(event.id)
        if wanted != conversation.id:
            _leave(conversation)
            conversation.switch(wanted, self._backend.conversations.read(owner, wanted))
        return self._shown(conversation, search) | {self._parts.tabs: gr.Tabs(selected="chat")}

    def start_anew(self, conversation: Conversation, search: str) -> Updates:
        """Leave the conversation on the page; it stays in the list."""
        _leave(conversation)
        conversation.switch("", [])
        chat = {self._parts.tabs: gr.Tabs(selected="chat")}
        return self._shown(conversation, search) | chat

    def delete(self, conversation: Conversation, search: str, event: gr.EventData) -> Updates:
        """Take a conversation out of the list, with a way to bring it back."""
        unwanted = str(event.id)
        self._backend.conversations.delete(conversation.owner, unwanted)
        undo = _undo_html(unwanted, conversation.words)
        if conversation.id == unwanted:
            _leave(conversation)
            conversation.switch("", [])
            return self._shown(conversation, search, undo)
        return {self._parts.history: self.history_html(conversation, search, undo)}

    def change(self, conversation: Conversation, search: str, event: gr.EventData) -> Updates:
        """Name a conversation, pin it, or bring it back."""
        owner, data, kept = conversation.owner, data_of(event), self._backend.conversations
        wanted, said = str(data.get("id", "")), ""
        try:
            if data.get("what") == "restore":
                kept.restore(owner, wanted)
            elif data.get("what") == "rename":
                kept.rename(owner, wanted, str(data.get("value", "")))
            else:
                kept.pin(owner, wanted, is_pinned=data.get("what") == "pin")
        except OSError:
            said = conversation.words("not_kept")
        history = {self._parts.history: self.history_html(conversation, search)}
        return history | ({self._parts.outbox: outgoing("tell", "", said)} if said else {})

    def find(self, conversation: Conversation, search: str) -> str:
        """List the conversations that hold some words."""
        return self.history_html(conversation, search)

    def choose_style(self, conversation: Conversation, style: Any) -> None:
        """Answer the next questions at this length."""
        conversation.style = style

    def export(self, conversation: Conversation, page_url: str, event: gr.EventData) -> str:
        """A conversation, or one record's reference, as a file to save."""
        data, kept = data_of(event), self._backend.conversations
        what, record_id = str(data.get("what")), data.get("record")
        try:
            if record_id:
                reference = reference_of(self._backend.record(str(record_id)))
                return outgoing("save", f"{reference.id}.bib", bibtex([reference]))
            owner, wanted = conversation.owner, str(data.get("id") or conversation.id)
            turns = [(turn.question, turn.answer) for turn in kept.read(owner, wanted)]
            if what == "bibtex":
                text = bibtex(r for _, answer in turns for r in references_of(answer, self._backend.record))
                ending = "bib"
            else:
                title = kept.title(owner, wanted) or self._backend.state().title
                text, ending = export_conversation(what, title, turns, self._backend.record, page_url, now_text())
        except TalksError as error:
            return outgoing("tell", "", str(error))
        return outgoing("save", f"talks-{wanted.split('-')[0] or 'conversation'}.{ending}", text)

    def whole(self, conversation: Conversation) -> Updates:
        """A conversation as it stands, its last turn's sources beside it."""
        words, last = conversation.words, conversation.draft(None)
        offers: tuple[Offer, ...] = ()
        if last is not None and last.answer is not None and last.is_worth_keeping:
            try:
                asked = [draft.question for draft in conversation.drafts]
                offers = tuple(self._backend.offers(last.answer, last.passages, asked))
            except TalksError:  # an answer without offers is still an answer
                _LOG.warning("nothing to go on with", exc_info=True)
        return {
            self._parts.chat: chat_messages(conversation.drafts, words, offers),
            self._parts.status: status_html(status_text(last, words) if last else ""),
        } | self.looked(conversation)

    def looked(self, conversation: Conversation) -> Updates:
        """The sources of the turn that is being looked at."""
        p, draft = self._parts, conversation.draft(conversation.looked_at)
        table: Updates = {p.table: gr.update(visible=False), p.table_bar: gr.update(visible=False)}
        if draft is not None and draft.is_list:
            try:
                headers, rows = table_of(draft.citations, self._backend.record, conversation.words)
                table = {p.table: gr.update(value={"headers": headers, "data": rows}, visible=True)}
                save = button("saved_table", conversation.words("save_table"))
                table[p.table_bar] = gr.update(value=save, visible=True)
            except TalksError:
                _LOG.warning("no table of a list", exc_info=True)
        return {p.evidence: evidence_html(conversation, self._backend.around)} | table

    def history_html(self, conversation: Conversation, search: str = "", undo: str = "") -> str:
        """The list of conversations, the one on the page marked."""
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

    def _shown(self, conversation: Conversation, search: str = "", undo: str = "") -> Updates:
        p = self._parts
        return self.whole(conversation) | {
            p.question: gr.update(submit_btn=conversation.words("send"), stop_btn=False),
            p.current: conversation.id,
            p.history: self.history_html(conversation, search, undo),
            p.style: conversation.style,
        }


def _leave(conversation: Conversation) -> None:
    """End the turn under way, and let what it sent last arrive before what takes its place on the page."""
    run = conversation.run
    if run is not None:
        conversation.switch("", [])
        time.sleep(_LAST_WORDS_S)


def _item_html(summary: Summary, current: str, words: Words) -> str:
    mark = ' aria-current="true"' if summary.id == current else ""
    title, id_ = escape(summary.title), escape(summary.id)
    pin = "unpin" if summary.is_pinned else "pin"
    exports = "".join(
        button("exported", words(f"as_{what}"), id=id_, what=what) for what in ("markdown", "html", "json", "bibtex")
    )
    return (
        f'<li><button type="button" class="kept-open" data-do="opened_conversation" data-id="{id_}"{mark}>'
        f'<span class="kept-title" dir="auto">{"📌 " if summary.is_pinned else ""}{title}</span>'
        f'<span class="kept-date">{summary.date}</span></button>'
        f'<details class="menu"><summary aria-label="{escape(words("more_about", title=summary.title))}">⋯</summary>'
        f'<form data-do="changed_conversation" data-what="rename" data-id="{id_}"><label>{escape(words("name"))}'
        f'<input name="value" value="{title}" maxlength="200"></label><button class="link">{escape(words("rename"))}'
        f"</button></form>{button('changed_conversation', words(pin), what=pin, id=id_)}"
        f"{button('deleted_conversation', words('delete'), id=id_)}"
        f'<p class="exports">{escape(words("export"))} {exports}</p></details></li>'
    )


def _undo_html(conversation_id: str, words: Words) -> str:
    undo = button("changed_conversation", words("undo"), what="restore", id=conversation_id)
    return f'<p class="undo" role="status">{escape(words("deleted"))} {undo}</p>'
