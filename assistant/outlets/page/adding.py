"""The tab "Sources": files that a visitor drops, or a folder that they name, read while the old index answers.

Comes in: a `PageBackend` and the parts of the page. Goes out: handlers. How far it is stands in the masthead as well,
since it concerns everybody; what was read and what not is told here.
"""

from html import escape
from pathlib import Path

import gradio as gr

from assistant.outlets.page.parts import QUICK, Parts, Updates
from assistant.outlets.page.session import Conversation
from assistant.outlets.page.status import adding_text
from assistant.outlets.page_backend import PageBackend, PageState
from ingest.errors import TalksError


def connect_adding(backend: PageBackend, parts: Parts) -> None:
    """Attach each handler to what sets it off."""

    def add(files: list[str] | None, folder: str, conversation: Conversation) -> Updates:
        if not files and not folder.strip():
            return {parts.added: _told(conversation.words("nothing_given"))}
        try:
            backend.add_sources([Path(file) for file in files or ()], folder.strip())
        except TalksError as error:
            return {parts.added: _told(str(error))}
        return {
            parts.added: adding_html(backend.state(), conversation),
            parts.files: None,
            parts.folder: "",
            parts.ticker: gr.update(active=True),
        }

    changed = [parts.added, parts.files, parts.folder, parts.ticker]
    given = [parts.files, parts.folder, parts.conversation]
    gr.on([parts.add.click, parts.folder.submit], add, given, changed, **QUICK)
    parts.cancel.click(backend.cancel_ingest, None, None, **QUICK)


def adding_html(state: PageState, conversation: Conversation) -> str:
    """How far it is, else what was read and what was not."""
    if state.ingest is not None:
        return _told(adding_text(state.ingest, conversation.words))
    return "".join(_told(sentence) for sentence in state.told)


def _told(sentence: str) -> str:
    return f'<p class="result" role="status">{escape(sentence)}</p>'
