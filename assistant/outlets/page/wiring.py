"""What happens in the tab "Ask": each handler is one thing that a visitor can do.

Comes in: a `Backend` and the parts of `layout`. Goes out: the page. Handlers keep nothing themselves; all that belongs
to a visitor is in their `Conversation` and, once a turn is over, in the backend's conversations.
"""

import logging
from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.outlets.page.backend import Backend
from assistant.outlets.page.cards import sources_html
from assistant.outlets.page.conversation import Conversation
from assistant.outlets.page.exporting import ExportWiring
from assistant.outlets.page.keeping import KeepingWiring, attach, keep_turn, owner_of
from assistant.outlets.page.layout import Parts, lay_out
from assistant.outlets.page.scope import Scope, read_scope, scope_choices
from assistant.outlets.page.shelf_tab import ShelfWiring
from assistant.outlets.page.status_tab import INSIDE, StatusWiring
from assistant.outlets.page.transcript import (
    masthead_html,
    phase_of,
    status_html,
    transcript_html,
    welcome_html,
)
from assistant.outlets.page.turn_updates import TurnUpdates, Updates
from assistant.retrieve.filters import Filters
from ingest.errors import TalksError

_LOG = logging.getLogger(__name__)

TURNS_AT_ONCE = 8
"""More wait in line: a laptop's endpoint answers few at a time, and each turn holds one of Gradio's 40 threads."""

BROKE_OFF = "The answer broke off before its end; you can retry."

_FOCUS_QUESTION = "() => { document.querySelector('#question textarea')?.focus(); }"


def build_page(backend: Backend) -> gr.Blocks:
    """The whole page, not yet served; `launch_options` says how to serve it."""
    page = gr.Blocks(title="Talks Assistant", analytics_enabled=False, fill_width=True)
    with page:
        parts = lay_out()
        Wiring(backend, parts).connect_parts(page)
        KeepingWiring(backend, parts).connect_parts(page)
        ExportWiring(backend, parts).connect_parts()
        ShelfWiring(backend, parts.shelf, parts.tabs).connect(parts.actions, parts.conversation)
        StatusWiring(backend, parts.endpoint, parts.masthead, parts.conversation).connect_parts()
    return page


class Wiring:
    """The handlers of one page's chat."""

    def __init__(self, backend: Backend, parts: Parts) -> None:
        self._backend = backend
        self._parts = parts
        self._shown = TurnUpdates(backend, parts)

    def connect_parts(self, page: gr.Blocks) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        turn = hidden | {"concurrency_limit": TURNS_AT_ONCE, "concurrency_id": "turns"}
        shown = [
            *(p.masthead, p.past, p.live, p.status, p.question, p.sources),
            *(p.current, p.history, p.conversation),
        ]
        who = [p.conversation, p.visitor, p.current]

        condition = [p.masthead, p.ticker, p.ask, p.welcome, p.scope]
        page.load(self.refresh, p.conversation, condition, queue=False, **hidden)
        p.ticker.tick(self.refresh, p.conversation, condition, queue=False, **hidden)
        gr.on([p.question.submit, p.ask.click], self.ask, [p.question, p.scope, *who], shown, **turn)
        p.retry.click(self.retry, [p.scope, *who], shown, **turn)
        p.edit.click(self.edit, who, shown, queue=False, **hidden).then(
            None, js=_FOCUS_QUESTION, api_visibility="private"
        )
        # Not through the queue: a stop must not wait behind the turns that it is to end.
        p.stop.click(self.stop, p.conversation, None, queue=False, **hidden).then(
            None, js=_FOCUS_QUESTION, api_visibility="private"
        )

    def ask(
        self, question: str, scope: str, conversation: Conversation, visitor: str, current: str, request: gr.Request
    ) -> Iterator[Updates]:
        """Answer what was typed, showing the answer as it grows."""
        question = question.strip()
        state = self._backend.state()
        if not question or conversation.run is not None:
            return
        if state.is_empty or state.problem:
            why = "The talks are still being read; your question stays here." if state.ingest else "Nothing to ask yet."
            yield {
                self._parts.status: status_html(why, phase_of(conversation)),
                self._parts.masthead: masthead_html(state, conversation),
            }
            return
        filters, problem = self._narrowed(scope)
        if problem:
            yield {self._parts.status: status_html(problem, phase_of(conversation))}
            return
        owner = owner_of(visitor, request)
        attach(self._backend, conversation, owner, current)
        yield from self._answer(question, filters, conversation, owner)

    def retry(
        self, scope: str, conversation: Conversation, visitor: str, current: str, request: gr.Request
    ) -> Iterator[Updates]:
        """Ask the last question again; its answer is replaced."""
        if conversation.run is not None:
            return
        filters, problem = self._narrowed(scope)
        if problem:
            yield {self._parts.status: status_html(problem, phase_of(conversation))}
            return
        owner = owner_of(visitor, request)
        attach(self._backend, conversation, owner, current)
        question = conversation.take_back_last()
        if question is not None:
            yield from self._answer(question, filters, conversation, owner, typed=False)

    def edit(self, conversation: Conversation, visitor: str, current: str, request: gr.Request) -> Updates:
        """Put the last question back into the box; what is asked next takes its place."""
        if conversation.run is not None:
            return {}
        attach(self._backend, conversation, owner_of(visitor, request), current)
        question = conversation.take_back_last()
        if question is None:
            return {}
        p = self._parts
        return {
            p.question: question,
            p.past: transcript_html(conversation.drafts),
            p.live: "",
            p.sources: sources_html(conversation.drafts),
            p.status: status_html("Change the question and ask again.", "empty"),
        }

    def stop(self, conversation: Conversation) -> None:
        """End the turn under way; what has come so far stays."""
        conversation.stop()

    def refresh(self, conversation: Conversation) -> Updates:
        """Show the program's state; keep looking while an ingest runs."""
        state = self._backend.state()
        updates: Updates = {
            self._parts.masthead: masthead_html(state, conversation),
            self._parts.ticker: gr.update(active=state.ingest is not None),
            self._parts.ask: gr.update(interactive=not state.is_empty and not state.problem),
            self._parts.welcome: welcome_html(self._backend.first_questions()),
        }
        if not state.is_empty and not state.ingest:
            try:
                updates[self._parts.scope] = gr.update(choices=scope_choices(self._backend.shelf()))
            except TalksError:  # said by the masthead
                _LOG.warning("no choices to narrow a question to", exc_info=True)
        return updates

    def _narrowed(self, scope: str) -> Scope:
        try:
            return read_scope(scope, self._backend.shelf()) if scope else Scope()
        except TalksError as error:
            return Scope(problem=str(error))

    def _answer(
        self, question: str, filters: Filters | None, conversation: Conversation, owner: str, *, typed: bool = True
    ) -> Iterator[Updates]:
        """One turn: show it as it grows, keep what came however it ends, leave the conversation ready for the next."""
        endpoint = conversation.endpoint
        replaces = conversation.is_replacing
        draft, run = conversation.begin(
            question, lambda past: self._backend.ask(question, past, endpoint=endpoint, filters=filters)
        )
        kept_in = conversation.id
        try:
            yield self._shown.at_start(conversation, draft, typed=typed)
            for batch in run.batches():
                if not conversation.shows(draft):
                    break
                before = (draft.passages, draft.citations)
                for event in batch:
                    draft.apply(event)
                has_new_cards = before != (draft.passages, draft.citations)
                yield self._shown.growing(conversation, draft, has_new_cards=has_new_cards)
            if draft.answer is None and not run.stopped:
                draft.problem = BROKE_OFF
        except TalksError as error:
            draft.problem = str(error)
        except Exception:
            _LOG.exception("a turn failed")
            draft.problem = INSIDE
        finally:  # also when the visitor closes the page: Gradio then closes this generator
            run.stop()
            if draft.problem is None:
                draft.keep()
            if conversation.run is run:
                conversation.run = None
            is_kept = keep_turn(self._backend, owner, kept_in, draft, replaces=replaces)
            if is_kept and conversation.shows(draft):
                conversation.is_replacing = False
        if conversation.shows(draft):
            yield self._shown.at_end(conversation, draft, owner)
