"""Conversations that stay: arriving, opening, deleting, exporting, rating.

Comes in: a `Backend` and the parts of `layout`. Goes out: handlers. A visitor is known by a random id that their
browser keeps, below the user name where there is a password; nobody sees a conversation without it.
"""

import json
import logging
import re
import secrets
import time
from typing import Any
from urllib.parse import parse_qs

import gradio as gr

from assistant.conversations import KeptTurn, now_text
from assistant.feedback import Feedback
from assistant.page.backend import Backend
from assistant.page.cards import sources_html
from assistant.page.conversation import Conversation, Draft
from assistant.page.history import history_html
from assistant.page.layout import Parts
from assistant.page.transcript import status_html, transcript_html, welcome_html
from assistant.references import (
    Reference,
    answer_markdown,
    bibtex,
    conversation_markdown,
    reference_of,
    references_csv,
    references_of,
)
from ingest.errors import TalksError

_LOG = logging.getLogger(__name__)

Updates = dict[Any, Any]

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


def attach(backend: Backend, conversation: Conversation, owner: str, current: str) -> None:
    """Take up the conversation that the browser shows, when the server was restarted or has let it go."""
    if owner and current and not conversation.id and not conversation.drafts:
        conversation.switch(current, backend.conversations.read(owner, current))


def keep_turn(backend: Backend, owner: str, conversation_id: str, draft: Draft, *, replaces: bool) -> bool:
    """Put a turn that is over on disk; tells whether it is there.

    Args:
        backend: Has the place for it.
        owner: Whose it is; "" keeps nothing.
        conversation_id: The conversation that it was asked in, which may no longer be the one on the page.
        draft: The turn.
        replaces: Whether it was asked in place of the last one that was kept.
    """
    if not draft.is_worth_keeping or draft.answer is None or not owner:
        return False
    turn = KeptTurn(draft.question, draft.answer, draft.asked_at, draft.passages, draft.stopped)
    try:
        if replaces:
            backend.conversations.take_back(owner, conversation_id)
        backend.conversations.append(owner, conversation_id, turn)
    except OSError:
        _LOG.warning("a turn could not be kept", exc_info=True)
        return False
    return True


class KeepingWiring:
    """The handlers of one page's conversations."""

    def __init__(self, backend: Backend, parts: Parts) -> None:
        self._backend = backend
        self._parts = parts

    def connect_parts(self, page: gr.Blocks) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
        every = quick | {"trigger_mode": "multiple"}
        alone: dict[str, Any] = {"api_visibility": "private"}
        shown = [p.past, p.live, p.status, p.sources, p.current, p.history, p.ask, p.stop, p.edit, p.retry]
        page.load(
            self.arrive,
            [p.conversation, p.visitor, p.address],
            [p.visitor, *shown],
            js="(state, visitor) => [state, visitor, location.search]",
            **quick,
        ).then(None, js="() => window.talksPage.arrived()", **alone)
        who = [p.conversation, p.visitor]
        p.actions.opened_conversation(self.open, who, [*shown, p.tabs], **quick)
        p.actions.started_anew(self.start_anew, who, [*shown, p.tabs], **quick).then(
            None, js="() => document.querySelector('#question textarea')?.focus()", **alone
        )
        p.actions.deleted_conversation(self.delete, who, shown, **quick)
        p.current.change(None, p.current, None, js="(id) => window.talksPage.remember(id)", **alone)
        sent = "(text) => window.talksPage.deliver(text)"
        where = [p.conversation, p.address]
        here = "(state) => [state, location.origin + location.pathname]"
        p.actions.copied(self.copy, where, p.outbox, js=here, **every).then(None, p.outbox, None, js=sent, **alone)
        p.actions.exported(self.export, where, p.outbox, js=here, **every).then(None, p.outbox, None, js=sent, **alone)
        p.actions.rated(self.rate, p.conversation, None, **every)

    def arrive(self, conversation: Conversation, visitor: str, address: str, request: gr.Request) -> Updates:
        """Know the visitor again, and open the conversation that the address names."""
        if not _VISITOR.fullmatch(str(visitor)):
            visitor = new_visitor()
        owner = owner_of(visitor, request)
        wanted = parse_qs(address.removeprefix("?")).get("c", [""])[0]
        turns = self._backend.conversations.read(owner, wanted) if wanted else []
        updates: Updates = {self._parts.visitor: visitor}
        if turns:
            conversation.switch(wanted, turns)
            return updates | self._shown(conversation, owner)
        return updates | {self._parts.history: self._history(conversation, owner)}

    def open(self, conversation: Conversation, visitor: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Show an earlier conversation with its citations and cards."""
        owner = owner_of(visitor, request)
        wanted = str(event.id)
        _leave(conversation)
        conversation.switch(wanted, self._backend.conversations.read(owner, wanted))
        return self._shown(conversation, owner) | {self._parts.tabs: gr.Tabs(selected="chat")}

    def start_anew(self, conversation: Conversation, visitor: str, request: gr.Request) -> Updates:
        """Leave the conversation on the page; it stays in the list."""
        _leave(conversation)
        conversation.switch("", [])
        return self._shown(conversation, owner_of(visitor, request)) | {self._parts.tabs: gr.Tabs(selected="chat")}

    def delete(self, conversation: Conversation, visitor: str, event: gr.EventData, request: gr.Request) -> Updates:
        """Remove a conversation for good."""
        owner = owner_of(visitor, request)
        unwanted = str(event.id)
        if conversation.id == unwanted:
            _leave(conversation)
            conversation.switch("", [])
        self._backend.conversations.delete(owner, unwanted)
        if conversation.id or conversation.drafts:
            return {self._parts.history: self._history(conversation, owner)}
        return self._shown(conversation, owner)

    def copy(self, conversation: Conversation, page_url: str, event: gr.EventData) -> str:
        """One answer with its references, for the clipboard."""
        draft = conversation.draft(_key(event))
        if draft is None or draft.answer is None:
            return ""
        references = references_of(draft.answer, self._backend.record)
        return _outgoing("copy", "", answer_markdown(draft.answer, references))

    def export(self, conversation: Conversation, page_url: str, event: gr.EventData) -> str:
        """The conversation, one answer's sources, or one record, as a file to save."""
        try:
            return self._exported(conversation, page_url, str(event.what), event)
        except TalksError as error:
            return _outgoing("tell", "", str(error))

    def rate(self, conversation: Conversation, event: gr.EventData) -> None:
        """Keep a thumb and perhaps a word."""
        draft = conversation.draft(_key(event))
        if draft is None or draft.answer is None:
            return
        word = str(_data(event).get("word") or "")
        rating = "up" if event.rating == "up" else "down"
        try:
            self._backend.keep_feedback(Feedback(rating, word, draft.question, draft.answer))  # type: ignore[arg-type]
        except OSError:
            _LOG.warning("feedback could not be kept", exc_info=True)

    def _exported(self, conversation: Conversation, page_url: str, what: str, event: gr.EventData) -> str:
        record_id = _data(event).get("id")
        if what == "bibtex" and record_id:
            reference = reference_of(self._backend.record(str(record_id)))
            return _outgoing("save", f"{reference.id}.bib", bibtex([reference]))
        name = _file_name(conversation)
        if what == "bibtex":
            return _outgoing("save", f"{name}.bib", bibtex(self._cited(conversation.drafts)))
        if what == "csv":
            draft = conversation.draft(_key(event))
            return _outgoing("save", f"{name}.csv", references_csv(self._cited([draft] if draft else [])))
        turns = [(turn.question, turn.answer) for turn in conversation.history()]
        title = self._backend.state().title
        text = conversation_markdown(title, turns, self._backend.record, page_url, now_text())
        return _outgoing("save", f"{name}.md", text)

    def _cited(self, drafts: list[Draft]) -> list[Reference]:
        answers = [draft.answer for draft in drafts if draft.answer is not None]
        return [reference for answer in answers for reference in references_of(answer, self._backend.record)]

    def _shown(self, conversation: Conversation, owner: str) -> Updates:
        p = self._parts
        past, last = conversation.drafts[:-1], conversation.drafts[-1:]
        has_turn = bool(last)
        return {
            p.past: transcript_html(past) if has_turn else welcome_html(self._backend.first_questions()),
            p.live: transcript_html(last),
            p.status: status_html(""),
            p.sources: sources_html(conversation.drafts),
            p.current: conversation.id,
            p.history: self._history(conversation, owner),
            p.ask: gr.update(visible=True),
            p.stop: gr.update(visible=False),
            p.edit: gr.update(visible=has_turn),
            p.retry: gr.update(visible=has_turn),
        }

    def _history(self, conversation: Conversation, owner: str) -> str:
        return history_html(self._backend.conversations.summaries(owner), conversation.id)


def _leave(conversation: Conversation) -> None:
    """End the turn under way, and let what it sent last arrive before what takes its place on the page."""
    run = conversation.run
    if run is not None:
        conversation.switch("", [])
        time.sleep(_LAST_WORDS_S)


def _outgoing(what: str, name: str, text: str) -> str:
    # Numbered, since a part whose value stays the same tells nobody.
    return json.dumps({"do": what, "name": name, "text": text, "n": secrets.token_hex(4)})


def _file_name(conversation: Conversation) -> str:
    return f"talks-{conversation.id.split('-')[0] or 'conversation'}"


def _data(event: gr.EventData) -> dict[str, Any]:
    data = event._data
    return data if isinstance(data, dict) else {}


def _key(event: gr.EventData) -> int:
    turn = str(_data(event).get("turn", ""))
    return int(turn) if turn.isdigit() else 0
