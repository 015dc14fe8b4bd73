"""What leaves the page: an answer copied, a conversation or a table saved, an opinion kept.

Comes in: a `Backend` and the parts of `layout`. Goes out: handlers; the page's script puts what they give into the
clipboard or a file.
"""

import json
import logging
import secrets
from typing import Any

import gradio as gr

from assistant.outlets.conversations import now_text
from assistant.outlets.feedback import Feedback
from assistant.outlets.page.backend import Backend
from assistant.outlets.page.conversation import Conversation, Draft
from assistant.outlets.page.layout import Parts
from assistant.outlets.references import (
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


class ExportWiring:
    """The handlers of what a visitor takes along."""

    def __init__(self, backend: Backend, parts: Parts) -> None:
        self._backend = backend
        self._parts = parts

    def connect_parts(self) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        every: dict[str, Any] = {
            "show_progress": "hidden",
            "api_visibility": "private",
            "queue": False,
            "trigger_mode": "multiple",
        }
        alone: dict[str, Any] = {"api_visibility": "private"}
        sent = "(text) => window.talksPage.deliver(text)"
        where = [p.conversation, p.address]
        here = "(state) => [state, location.origin + location.pathname]"
        p.actions.copied(self.copy, where, p.outbox, js=here, **every).then(None, p.outbox, None, js=sent, **alone)
        p.actions.exported(self.export, where, p.outbox, js=here, **every).then(None, p.outbox, None, js=sent, **alone)
        p.actions.rated(self.rate, p.conversation, None, **every)

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
