"""What a visitor does in the chat: ask, stop, ask again, change a question, look at a source, narrow, rate, copy.

Comes in: a `Backend` and the parts of `app`. Goes out: new values for these parts. Handlers keep nothing themselves;
all that belongs to a visitor is in their `Conversation` and, once a turn is over, in the backend's conversations.
"""

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import gradio as gr

from assistant.outlets.feedback import Feedback
from assistant.outlets.page.backend import Backend
from assistant.outlets.page.collection import read_scope
from assistant.outlets.page.evidence import evidence_html
from assistant.outlets.page.keeping import Keeping, keep_turn
from assistant.outlets.page.markdown import typed_text
from assistant.outlets.page.messages import chat_messages, message_html, status_html, status_text
from assistant.outlets.page.plumbing import QUICK, QUIET, SCRIPT, Updates, data_of, outgoing
from assistant.outlets.page.session import Conversation, Draft
from assistant.outlets.page.status import masthead_html
from assistant.outlets.references import answer_markdown, references_csv, references_of
from ingest.errors import TalksError
from ingest.text import printable

if TYPE_CHECKING:
    from assistant.outlets.page.app import Parts

_LOG = logging.getLogger(__name__)

TURNS_AT_ONCE = 8
"""More wait in line: a laptop's endpoint answers few at a time, and each turn holds one of Gradio's 40 threads."""

_FOCUS_QUESTION = "() => { document.querySelector('#question textarea')?.focus(); }"


class Asking:
    """The handlers of one page's chat."""

    def __init__(self, backend: Backend, parts: "Parts", keeping: Keeping) -> None:
        self._backend, self._parts, self._keeping = backend, parts, keeping

    def connect(self) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        turn = QUIET | {"concurrency_limit": TURNS_AT_ONCE, "concurrency_id": "turns"}
        looked = [p.evidence, p.table, p.table_bar]
        shown = [
            p.chat,
            p.status,
            p.question,
            *looked,
            p.current,
            p.history,
            p.scope,
            p.masthead,
            p.conversation,
            p.outbox,
        ]
        p.question.submit(self.ask, [p.question, p.scope, p.conversation], shown, **turn)
        p.chat.example_select(self.ask_example, [p.scope, p.conversation], shown, **turn)
        p.chat.option_select(self.take_offer, [p.scope, p.conversation], shown, **turn)
        p.chat.retry(self.retry, [p.scope, p.conversation], shown, **turn)
        p.chat.edit(self.change, [p.scope, p.conversation], shown, **turn)
        p.chat.undo(self.undo, p.conversation, shown, **QUICK).then(None, js=_FOCUS_QUESTION, **SCRIPT)
        # Not through the queue: a stop must not wait behind the turns that it is to end.
        p.question.stop(self.stop, p.conversation, None, **QUICK).then(None, js=_FOCUS_QUESTION, **SCRIPT)
        p.chat.like(self.rate, p.conversation, p.status, **QUICK)
        p.chat.copy(self.copy, p.conversation, p.outbox, **QUICK)
        p.actions.looked(self.look, p.conversation, looked, **QUICK)
        p.actions.showed_around(self.show_around, p.conversation, p.evidence, **QUICK)
        p.actions.narrowed(self.narrow, p.scope, [p.scope, p.tabs], **QUICK).then(None, js=_FOCUS_QUESTION, **SCRIPT)
        p.actions.saved_table(self.save_table, p.conversation, p.outbox, **QUICK)
        p.table.select(self.pick_row, p.conversation, p.evidence, **QUICK)

    def ask(self, question: str, scope: list[str], conversation: Conversation) -> Iterator[Updates]:
        """Answer what was typed, showing the answer as it grows."""
        question = printable(question).strip()
        if question and self._is_free(conversation):
            yield from self._begin(question, scope, conversation)

    def ask_example(self, scope: list[str], conversation: Conversation, event: gr.SelectData) -> Iterator[Updates]:
        """Answer one of the first questions."""
        yield from self.ask(str(event.value["text"]), scope, conversation)

    def take_offer(self, scope: list[str], conversation: Conversation, event: gr.SelectData) -> Iterator[Updates]:
        """Go on with what stands below an answer; "Only talks" narrows the next questions as well."""
        kind, _, question = str(event.value).partition("|")
        if kind == "talks":
            scope = [*(value for value in scope if not value.startswith("kind=")), "kind=talk"]
            yield {self._parts.scope: scope}
        yield from self.ask(question, scope, conversation)

    def retry(self, scope: list[str], conversation: Conversation) -> Iterator[Updates]:
        """Ask the last question again; its answer is replaced."""
        yield from self._replace(None, -1, scope, conversation)

    def change(self, scope: list[str], conversation: Conversation, event: gr.EditData) -> Iterator[Updates]:
        """Ask an earlier question in other words; it and all that came after it is replaced."""
        turn = int(event.index if isinstance(event.index, int) else event.index[0]) // 2
        yield from self._replace(printable(typed_text(str(event.value))).strip(), turn, scope, conversation)

    def undo(self, conversation: Conversation) -> Updates:
        """Take the last turn back and put its question into the box."""
        if not self._is_free(conversation):
            return self._whole(conversation)
        question = conversation.take_back(-1)
        return self._whole(conversation) | {self._parts.question: question or ""}

    def stop(self, conversation: Conversation) -> None:
        """End the turn under way; what has come so far stays."""
        conversation.stop()

    def rate(self, conversation: Conversation, event: gr.LikeData) -> str:
        """Keep a thumb, or what was said to be wrong."""
        index = int(event.index if isinstance(event.index, int) else event.index[0]) // 2
        draft = conversation.drafts[index] if 0 <= index < len(conversation.drafts) else None
        if draft is None or draft.answer is None:
            return ""
        word = event.liked if isinstance(event.liked, str) else ""
        rating = "up" if event.liked is True else "down"
        if draft.rating == (rating, word):  # Gradio tells twice of what stands behind its flag
            return status_html(conversation.words("thanks"))
        draft.rating = (rating, word)
        try:
            self._backend.keep_feedback(Feedback(rating, word, draft.question, draft.answer))  # type: ignore[arg-type]
        except OSError:
            _LOG.warning("feedback could not be kept", exc_info=True)
            return status_html(conversation.words("not_kept"))
        return status_html(conversation.words("thanks"))

    def copy(self, conversation: Conversation, event: gr.CopyData) -> str:
        """One answer with its references, in place of the HTML that Gradio has put into the clipboard."""
        value = event.value
        said = value if isinstance(value, str) else "".join(str(part.get("text", "")) for part in value)
        for draft in conversation.drafts:
            if draft.answer is not None and message_html(draft, conversation.words) == said:
                references = references_of(draft.answer, self._backend.record)
                return outgoing("copy", "", answer_markdown(draft.answer, references))
        return outgoing("copy", "", typed_text(said))

    def look(self, conversation: Conversation, event: gr.EventData) -> Updates:
        """Show the sources of another turn, or one source of a long list."""
        wanted = data_of(event)
        draft = conversation.draft(int(wanted.get("turn") or 0))
        if draft is not None:
            conversation.looked_at = draft.key
            conversation.picked = int(wanted["at"]) if str(wanted.get("at", "")).isdecimal() else None
        return self._looked(conversation)

    def pick_row(self, conversation: Conversation, event: gr.SelectData) -> str:
        """Show the source behind a row of a table."""
        draft = conversation.draft(conversation.looked_at)
        number = str((event.row_value or [""])[0])
        for at, citation in enumerate(draft.citations if draft else ()):
            if str(citation.n) == number:
                conversation.picked = at
                break
        return self._evidence(conversation)

    def show_around(self, conversation: Conversation, event: gr.EventData) -> str:
        """Show what stands before and after a passage."""
        conversation.around |= {str(event.id)}
        return self._evidence(conversation)

    def narrow(self, scope: list[str], event: gr.EventData) -> Updates:
        """Ask only this talk."""
        wanted = f"id={event.id}"
        try:
            title = self._backend.record(str(event.id)).title
        except TalksError:  # a later ingest has dropped it
            return {self._parts.scope: gr.skip()}
        choices = [*self._keeping.scope_choices(), (title, wanted)]
        return {
            self._parts.scope: gr.update(choices=list(dict.fromkeys(choices)), value=[wanted]),
            self._parts.tabs: gr.Tabs(selected="chat"),
        }

    def save_table(self, conversation: Conversation) -> str:
        """The sources of a list as a file for a spreadsheet."""
        draft = conversation.draft(conversation.looked_at)
        cited = references_of(draft.answer, self._backend.record) if draft and draft.answer else []
        return outgoing("save", f"talks-{conversation.id.split('-')[0]}.csv", references_csv(cited))

    def _is_free(self, conversation: Conversation) -> bool:
        return conversation.run is None

    def _replace(
        self, question: str | None, turn: int, scope: list[str], conversation: Conversation
    ) -> Iterator[Updates]:
        if not self._is_free(conversation) or (question is not None and not question.strip()):
            yield self._whole(conversation)
            return
        before = conversation.take_back(turn)
        if question or before:
            yield from self._begin(question or before or "", scope, conversation)

    def _begin(self, question: str, chosen: list[str], conversation: Conversation) -> Iterator[Updates]:
        if not conversation.owner:  # the server has let go of what it knew of this page, which is on disk
            yield {self._parts.outbox: outgoing("reload", "", question)}
            return
        state, words = self._backend.state(), conversation.words
        if state.is_empty or state.problem:
            yield {
                self._parts.status: status_html(words("still_reading" if state.ingest else "nothing_to_ask")),
                self._parts.masthead: masthead_html(state, conversation),
            }
            return
        conversation.scope = read_scope(chosen)
        yield from self._answer(question, conversation)

    def _answer(self, question: str, conversation: Conversation) -> Iterator[Updates]:
        """One turn: show it as it grows, keep what came however it ends, leave the conversation ready for the next."""
        words, superseded = conversation.words, conversation.superseded
        writer, scope, style = conversation.writer, conversation.scope, conversation.style
        draft, run = conversation.begin(
            question, lambda past: self._backend.ask(question, past, writer=writer, scope=scope, style=style)
        )
        kept_in = conversation.id
        try:
            yield self._whole(conversation) | {
                self._parts.question: gr.update(value="", submit_btn=False, stop_btn=words("stop"))
            }
            for batch in run.batches():
                if not conversation.shows(draft):
                    break
                before = (draft.passages, draft.citations)
                for event in batch:
                    draft.apply(event)
                yield self._growing(conversation, draft) | (
                    self._looked(conversation) if before != (draft.passages, draft.citations) else {}
                )
            if draft.answer is None and not run.stopped:
                draft.problem = words("broke_off")
        except TalksError as error:
            draft.problem = str(error)
        except Exception:
            _LOG.exception("a turn failed")
            draft.problem = words("inside")
        finally:  # also when the visitor closes the page: Gradio then closes this generator
            run.stop()
            draft.shown = None
            if draft.problem is None:
                draft.keep(words("you_stopped"))
            if conversation.run is run:
                conversation.run = None
            is_kept = keep_turn(self._backend, conversation.owner, kept_in, draft, superseded=superseded)
            if is_kept and conversation.shows(draft):
                conversation.superseded = 0
        if conversation.shows(draft):
            yield self._whole(conversation) | {
                self._parts.question: gr.update(submit_btn=words("send"), stop_btn=False),
                self._parts.masthead: masthead_html(self._backend.state(), conversation),
                self._parts.current: conversation.id,
                self._parts.history: self._keeping.history_html(conversation),
                self._parts.conversation: conversation,
            }

    def _growing(self, conversation: Conversation, draft: Draft) -> Updates:
        return {
            self._parts.chat: chat_messages(conversation.drafts, conversation.words),
            self._parts.status: status_html(status_text(draft, conversation.words)),
        }

    def _whole(self, conversation: Conversation) -> Updates:
        return self._keeping.whole(conversation)

    def _looked(self, conversation: Conversation) -> Updates:
        return self._keeping.looked(conversation)

    def _evidence(self, conversation: Conversation) -> str:
        return evidence_html(conversation, self._backend.around)
