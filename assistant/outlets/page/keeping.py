"""Conversations that stay: arriving, opening, deleting.

Comes in: a `Backend` and the parts of `layout`. Goes out: handlers. A visitor is known by a random id that their
browser keeps, below the user name where there is a password; nobody sees a conversation without it.
"""

import logging
import re
import secrets
import time
from typing import Any
from urllib.parse import parse_qs

import gradio as gr

from assistant.outlets.conversations import KeptTurn
from assistant.outlets.page.backend import Backend
from assistant.outlets.page.cards import sources_html
from assistant.outlets.page.conversation import Conversation, Draft
from assistant.outlets.page.history import history_html
from assistant.outlets.page.layout import Parts
from assistant.outlets.page.transcript import phase_of, status_html, transcript_html

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
        alone: dict[str, Any] = {"api_visibility": "private"}
        shown = [p.past, p.live, p.status, p.sources, p.current, p.history]
        page.load(
            self.arrive,
            [p.conversation, p.visitor, p.address],
            [p.visitor, p.conversation, *shown],
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

    def arrive(self, conversation: Conversation, visitor: str, address: str, request: gr.Request) -> Updates:
        """Know the visitor again, and open the conversation that the address names."""
        if not _VISITOR.fullmatch(str(visitor)):
            visitor = new_visitor()
        owner = owner_of(visitor, request)
        wanted = parse_qs(address.removeprefix("?")).get("c", [""])[0]
        turns = self._backend.conversations.read(owner, wanted) if wanted else []
        updates: Updates = {self._parts.visitor: visitor, self._parts.conversation: conversation}
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

    def _shown(self, conversation: Conversation, owner: str) -> Updates:
        p = self._parts
        past, last = conversation.drafts[:-1], conversation.drafts[-1:]
        return {
            p.past: transcript_html(past),
            p.live: transcript_html(last),
            p.status: status_html("", phase_of(conversation)),
            p.sources: sources_html(conversation.drafts),
            p.current: conversation.id,
            p.history: self._history(conversation, owner),
        }

    def _history(self, conversation: Conversation, owner: str) -> str:
        return history_html(self._backend.conversations.summaries(owner), conversation.id)


def _leave(conversation: Conversation) -> None:
    """End the turn under way, and let what it sent last arrive before what takes its place on the page."""
    run = conversation.run
    if run is not None:
        conversation.switch("", [])
        time.sleep(_LAST_WORDS_S)
