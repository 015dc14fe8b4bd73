"""What the page shows of a turn: when it begins, while it grows, once it is over.

Comes in: a conversation and its last draft. Goes out: new values for the parts of `layout`. Who asks whom, and when, is
`wiring`'s to say.
"""

import logging
from typing import Any

import gradio as gr

from assistant.outlets.page.backend import Backend
from assistant.outlets.page.cards import sources_html
from assistant.outlets.page.conversation import Conversation, Draft
from assistant.outlets.page.history import history_html
from assistant.outlets.page.layout import Parts
from assistant.outlets.page.transcript import (
    masthead_html,
    phase_of,
    status_html,
    status_text,
    transcript_html,
    turn_html,
)
from ingest.errors import TalksError

_LOG = logging.getLogger(__name__)

Updates = dict[Any, Any]
"""Part → its new value; what is left out stays as it is."""


class TurnUpdates:
    """Puts a turn on the page."""

    def __init__(self, backend: Backend, parts: Parts) -> None:
        self._backend = backend
        self._parts = parts

    def at_start(self, conversation: Conversation, draft: Draft, *, typed: bool) -> Updates:
        """The question is on the page; what went before it moves up."""
        p = self._parts
        past = conversation.drafts[:-1]
        for earlier in past:
            earlier.next_questions = ()
        return self.growing(conversation, draft, has_new_cards=True) | {
            p.past: transcript_html(past),
            p.question: "" if typed else gr.skip(),
        }

    def growing(self, conversation: Conversation, draft: Draft, *, has_new_cards: bool) -> Updates:
        """As much of the answer as has come; the cards only when there are new ones, for they are the most to send."""
        updates: Updates = {
            self._parts.live: turn_html(draft),
            self._parts.status: status_html(status_text(draft), phase_of(conversation)),
        }
        if has_new_cards:
            updates[self._parts.sources] = sources_html(conversation.drafts)
        return updates

    def at_end(self, conversation: Conversation, draft: Draft, owner: str) -> Updates:
        """The whole answer, questions to go on with, and the page ready for the next."""
        p = self._parts
        if draft.answer is not None and draft.is_worth_keeping:
            asked = [each.question for each in conversation.drafts]
            try:
                draft.next_questions = tuple(self._backend.next_questions(draft.answer, draft.passages, asked))
            except TalksError:  # an answer without suggestions is still an answer
                _LOG.warning("no questions to go on with", exc_info=True)
        return self.growing(conversation, draft, has_new_cards=True) | {
            p.masthead: masthead_html(self._backend.state(), conversation),
            p.current: conversation.id,
            p.history: self._history(conversation, owner),
            p.conversation: conversation,
        }

    def _history(self, conversation: Conversation, owner: str) -> str:
        return history_html(self._backend.conversations.summaries(owner), conversation.id)
