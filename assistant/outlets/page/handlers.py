"""What a visitor does in the chat: ask, stop, ask again, change a question, look at a source, narrow, rate, copy.

Comes in: a `PageBackend` and the parts of the page. Goes out: new values for these parts. Handlers keep nothing
themselves; all that belongs to a visitor is in their `Conversation` and, once a turn is over, on disk.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import closing

import gradio as gr

from assistant.outlets.feedback import Feedback
from assistant.outlets.page.collection import read_scope
from assistant.outlets.page.keeping import Keeping
from assistant.outlets.page.markdown import typed_text
from assistant.outlets.page.parts import FOCUS_QUESTION, QUICK, QUIET, SCRIPT, Parts, Updates, data_of, outgoing
from assistant.outlets.page.session import Conversation
from assistant.outlets.page.status import masthead_html
from assistant.outlets.page.turns import chat_messages, message_html, status_html, status_text
from assistant.outlets.page_backend import PageBackend
from assistant.outlets.references import answer_markdown, references_csv, references_of
from assistant.outlets.shelf import Scope
from assistant.types import Style
from ingest.errors import TalksError
from ingest.text import printable

_LOG = logging.getLogger(__name__)

TURNS_AT_ONCE = 8
"""More wait in line: a laptop's endpoint answers few at a time, and each turn holds one of Gradio's 40 threads."""

SHOWN_EVERY_S = 0.06
"""A screen update per token is wasted work; 16 a second look fluent."""


class Asking:
    """The handlers of one page's chat."""

    def __init__(self, backend: PageBackend, parts: Parts, keeping: Keeping) -> None:
        self._backend, self._parts, self._keeping = backend, parts, keeping

    def connect(self) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        turn = QUIET | {"concurrency_limit": TURNS_AT_ONCE, "concurrency_id": "turns"}
        given = [p.scope, p.style, p.conversation]
        p.question.submit(self.ask, [p.question, *given], p.shown, **turn)
        p.chat.example_select(self.ask_example, given, p.shown, **turn)
        p.chat.option_select(self.take_offer, given, p.shown, **turn)
        p.chat.retry(self.retry, given, p.shown, **turn)
        p.chat.edit(self.change, given, p.shown, **turn)
        p.chat.undo(self.undo, p.conversation, p.shown, **QUICK).then(None, js=FOCUS_QUESTION, **SCRIPT)
        # Not through the queue: a stop must not wait behind the turns that it is to end.
        p.question.stop(self.stop, p.conversation, p.shown, **QUICK).then(None, js=FOCUS_QUESTION, **SCRIPT)
        p.chat.like(self.rate, p.conversation, p.status, **QUICK)
        p.chat.copy(self.copy, p.conversation, p.outbox, **QUICK)
        p.actions.looked(self.look, p.conversation, [p.evidence, p.table, p.save_table], **QUICK)
        p.actions.narrowed(self.narrow, None, [p.scope, p.tabs], **QUICK).then(None, js=FOCUS_QUESTION, **SCRIPT)
        p.save_table.click(self.save_sources, p.conversation, p.outbox, **QUICK)

    def ask(self, question: str, scope: list[str], style: Style, conversation: Conversation) -> Iterator[Updates]:
        """Answer what was typed, showing the answer as it grows."""
        question = printable(question).strip()
        if not question or conversation.running:
            return
        if not conversation.owner:  # the server has let go of what it knew of this page, which is on disk
            yield {self._parts.outbox: outgoing("reload", "", question)}
            return
        state, words = self._backend.state(), conversation.words
        if state.is_empty or state.problem:
            said = words("still_reading" if state.ingest else "nothing_to_ask")
            yield {self._parts.status: status_html(said), self._parts.masthead: masthead_html(state, conversation)}
            return
        yield from self._answer(question, read_scope(scope), style, conversation)

    def ask_example(
        self, scope: list[str], style: Style, conversation: Conversation, event: gr.SelectData
    ) -> Iterator[Updates]:
        """Answer one of the first questions."""
        yield from self.ask(str(event.value["text"]), scope, style, conversation)

    def take_offer(
        self, scope: list[str], style: Style, conversation: Conversation, event: gr.SelectData
    ) -> Iterator[Updates]:
        """Go on with what stands below an answer; "Only talks" narrows the next questions as well."""
        kind, _, question = str(event.value).partition("|")
        if kind == "talks":
            scope = [*(value for value in scope if not value.startswith("kind=")), "kind=talk"]
            yield {self._parts.scope: scope}
        yield from self.ask(question, scope, style, conversation)

    def retry(self, scope: list[str], style: Style, conversation: Conversation) -> Iterator[Updates]:
        """Ask the last question again; its answer is replaced."""
        if not conversation.running:
            yield from self.ask(self._keeping.take_back(conversation, -1), scope, style, conversation)

    def change(
        self, scope: list[str], style: Style, conversation: Conversation, event: gr.EditData
    ) -> Iterator[Updates]:
        """Ask an earlier question in other words; it and all that came after it is replaced."""
        question = printable(typed_text(str(event.value))).strip()
        if conversation.running or not question:
            yield self._keeping.shown(conversation)
            return
        self._keeping.take_back(conversation, _turn_of(event))
        yield from self.ask(question, scope, style, conversation)

    def undo(self, conversation: Conversation) -> Updates:
        """Take the last turn back and put its question into the box."""
        if conversation.running:
            return self._keeping.shown(conversation)
        question = self._keeping.take_back(conversation, -1)
        return self._keeping.shown(conversation, typed=question)

    def stop(self, conversation: Conversation) -> Updates:
        """End the turn under way at once; the engine ends at its next sign of life."""
        self._keeping.stop(conversation)
        return self._keeping.shown(conversation)

    def rate(self, conversation: Conversation, event: gr.LikeData) -> str:
        """Keep a thumb, or what was said to be wrong."""
        draft = next(iter(conversation.drafts[max(_turn_of(event), 0) :]), None)
        if draft is None or draft.answer is None:
            return ""
        opinion = Feedback(
            rating="up" if event.liked is True else "down",
            word=event.liked if isinstance(event.liked, str) else "",
            question=draft.question,
            answer=draft.answer,
        )
        said = "thanks"
        if draft.rating != opinion:  # Gradio tells twice of what stands behind its flag
            draft.rating = opinion
            try:
                self._backend.keep_feedback(opinion)
            except OSError:
                _LOG.warning("feedback could not be kept", exc_info=True)
                said = "not_kept"
        return status_html(conversation.words(said))

    def copy(self, conversation: Conversation, event: gr.CopyData) -> str:
        """One answer with its references, in place of the HTML that Gradio has put into the clipboard."""
        value = event.value
        said = value if isinstance(value, str) else "".join(str(part.get("text", "")) for part in value)
        for draft in conversation.drafts:
            if draft.answer is not None and message_html(draft, conversation.words) == said:
                said = answer_markdown(draft.answer, references_of(draft.answer, self._backend.record))
        return outgoing("copy", "", typed_text(said))

    def look(self, conversation: Conversation, event: gr.EventData) -> Updates:
        """Show the sources of another turn."""
        conversation.looked_at = int(data_of(event).get("turn") or 0)
        return self._keeping.looked(conversation)

    def narrow(self, event: gr.EventData) -> Updates:
        """Ask only this talk."""
        try:
            chosen = (self._backend.record(str(event.id)).title, f"id={event.id}")
        except TalksError:  # a later ingest has dropped it
            return {self._parts.scope: gr.skip()}
        scope = gr.update(choices=[*self._keeping.scope_choices(), chosen], value=[chosen[1]])
        return {self._parts.scope: scope, self._parts.tabs: gr.Tabs(selected="chat")}

    def save_sources(self, conversation: Conversation) -> str:
        """The sources of a list as a file for a spreadsheet."""
        draft = conversation.draft(conversation.looked_at)
        cited = references_of(draft.answer, self._backend.record) if draft and draft.answer else []
        return outgoing("save", f"talks-{conversation.id.split('-')[0]}.csv", references_csv(cited))

    def _answer(self, question: str, scope: Scope, style: Style, conversation: Conversation) -> Iterator[Updates]:
        """One turn: show it as it grows, keep what came however it ends, leave the conversation ready for the next."""
        p, words, history, writer = self._parts, conversation.words, conversation.history(), conversation.writer
        draft = conversation.begin(question)
        kept_in = conversation.id
        try:
            yield self._keeping.shown(conversation, typed="")
            asked = self._backend.ask(question, history, writer=writer, scope=scope, style=style)
            shown_at = 0.0
            with closing(asked) as events:
                for event in events:
                    if draft.key not in conversation.running:  # Gradio sends the last update twice; make it a fresh one
                        yield self._keeping.shown(conversation) if conversation.draft(draft.key) else gr.skip()
                        return
                    before = (draft.passages, draft.citations)
                    draft.apply(event)
                    looked = before != (draft.passages, draft.citations)
                    if looked or time.monotonic() - shown_at > SHOWN_EVERY_S:
                        yield {
                            p.chat: chat_messages(conversation.drafts, words),
                            p.status: status_html(status_text(draft, words)),
                        } | (self._keeping.looked(conversation) if looked else {})
                        shown_at = time.monotonic()
            if draft.is_running:
                draft.problem = words("broke_off")
        except TalksError as error:
            draft.problem = str(error)
        except Exception:
            _LOG.exception("a turn failed")
            draft.problem = words("inside")
        finally:  # also when the visitor closes the page: Gradio then closes this generator
            is_last = self._keeping.end(conversation, kept_in, draft)
        if is_last:
            yield self._keeping.shown(conversation)


def _turn_of(event: gr.LikeData | gr.EditData) -> int:
    """Which turn a message belongs to."""
    return int(event.index if isinstance(event.index, int) else event.index[0]) // 2
