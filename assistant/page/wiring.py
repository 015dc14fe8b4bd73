"""What happens in the tab "Ask": each handler is one thing that a visitor can do.

Comes in: a `Backend` and the parts of `layout`. Goes out: the page. Handlers keep nothing themselves; all that belongs
to a visitor is in their `Conversation` and, once a turn is over, in the backend's conversations.
"""

import logging
from collections.abc import Iterator
from typing import Any

import gradio as gr

from assistant.page.backend import Backend
from assistant.page.cards import sources_html
from assistant.page.conversation import Conversation, Draft
from assistant.page.history import history_html
from assistant.page.keeping import KeepingWiring, attach, keep_turn, owner_of
from assistant.page.layout import Parts, lay_out
from assistant.page.scope import filters_of, scope_choices
from assistant.page.shelf_tab import ShelfWiring
from assistant.page.status_tab import INSIDE, StatusWiring
from assistant.page.transcript import (
    masthead_html,
    status_html,
    status_text,
    transcript_html,
    turn_html,
    welcome_html,
)
from ingest.errors import TalksError

_LOG = logging.getLogger(__name__)

Updates = dict[Any, Any]
"""Part → its new value; what is left out stays as it is."""

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
        ShelfWiring(backend, parts.shelf, parts.tabs).connect(parts.actions, parts.conversation)
        StatusWiring(backend, parts.endpoint, parts.masthead).connect_parts(parts.conversation)
    return page


class Wiring:
    """The handlers of one page's chat."""

    def __init__(self, backend: Backend, parts: Parts) -> None:
        self._backend = backend
        self._parts = parts

    def connect_parts(self, page: gr.Blocks) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        turn = hidden | {"concurrency_limit": TURNS_AT_ONCE, "concurrency_id": "turns"}
        shown = [
            *(p.masthead, p.past, p.live, p.status, p.question, p.ask, p.stop, p.edit, p.retry, p.sources),
            *(p.current, p.history),
        ]
        who = [p.conversation, p.visitor, p.current]

        page.load(self.refresh, p.conversation, [p.masthead, p.ticker, p.ask, p.past, p.scope], queue=False, **hidden)
        p.ticker.tick(
            self.refresh, p.conversation, [p.masthead, p.ticker, p.ask, p.past, p.scope], queue=False, **hidden
        )
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
            yield {self._parts.status: status_html(why), self._parts.masthead: masthead_html(state, conversation)}
            return
        owner = owner_of(visitor, request)
        attach(self._backend, conversation, owner, current)
        yield from self._answer(question, scope, conversation, owner)

    def retry(
        self, scope: str, conversation: Conversation, visitor: str, current: str, request: gr.Request
    ) -> Iterator[Updates]:
        """Ask the last question again; its answer is replaced."""
        if conversation.run is not None:
            return
        owner = owner_of(visitor, request)
        attach(self._backend, conversation, owner, current)
        question = conversation.take_back_last()
        if question is not None:
            yield from self._answer(question, scope, conversation, owner, typed=False)

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
            p.past: transcript_html(conversation.drafts) or welcome_html(self._backend.first_questions()),
            p.live: "",
            p.sources: sources_html(conversation.drafts),
            p.status: status_html("Change the question and ask again."),
            p.edit: gr.update(visible=False),
            p.retry: gr.update(visible=False),
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
        }
        if not conversation.drafts and not conversation.id:
            updates[self._parts.past] = welcome_html(self._backend.first_questions())
        if not state.is_empty and not state.ingest:
            try:
                updates[self._parts.scope] = gr.update(choices=scope_choices(self._backend.shelf()))
            except TalksError:  # said by the masthead
                _LOG.warning("no choices to narrow a question to", exc_info=True)
        return updates

    def _answer(
        self, question: str, scope: str, conversation: Conversation, owner: str, *, typed: bool = True
    ) -> Iterator[Updates]:
        """One turn: show it as it grows, keep what came however it ends, leave the conversation ready for the next."""
        endpoint, filters = conversation.endpoint, filters_of(scope)
        replaces = conversation.is_replacing
        draft, run = conversation.begin(
            question, lambda past: self._backend.ask(question, past, endpoint=endpoint, filters=filters)
        )
        kept_in = conversation.id
        try:
            yield self._at_start(conversation, draft, typed=typed)
            for batch in run.batches():
                if not conversation.shows(draft):
                    break
                before = (draft.passages, draft.citations)
                for event in batch:
                    draft.apply(event)
                has_new_cards = before != (draft.passages, draft.citations)
                yield self._growing(conversation, draft, has_new_cards=has_new_cards)
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
            yield self._at_end(conversation, draft, owner)

    def _at_start(self, conversation: Conversation, draft: Draft, *, typed: bool) -> Updates:
        p = self._parts
        past = conversation.drafts[:-1]
        for earlier in past:
            earlier.next_questions = ()
        return self._growing(conversation, draft, has_new_cards=True) | {
            p.past: transcript_html(past),
            p.question: "" if typed else gr.skip(),
            p.ask: gr.update(visible=False),
            p.stop: gr.update(visible=True),
            p.edit: gr.update(visible=False),
            p.retry: gr.update(visible=False),
        }

    def _growing(self, conversation: Conversation, draft: Draft, *, has_new_cards: bool) -> Updates:
        updates: Updates = {
            self._parts.live: turn_html(draft),
            self._parts.status: status_html(status_text(draft)),
        }
        if has_new_cards:
            updates[self._parts.sources] = sources_html(conversation.drafts)
        return updates

    def _at_end(self, conversation: Conversation, draft: Draft, owner: str) -> Updates:
        p = self._parts
        if draft.answer is not None and draft.is_worth_keeping:
            asked = [each.question for each in conversation.drafts]
            try:
                draft.next_questions = tuple(self._backend.next_questions(draft.answer, draft.passages, asked))
            except TalksError:  # an answer without suggestions is still an answer
                _LOG.warning("no questions to go on with", exc_info=True)
        return self._growing(conversation, draft, has_new_cards=True) | {
            p.masthead: masthead_html(self._backend.state(), conversation),
            p.ask: gr.update(visible=True),
            p.stop: gr.update(visible=False),
            p.edit: gr.update(visible=True),
            p.retry: gr.update(visible=True),
            p.current: conversation.id,
            p.history: self._history(conversation, owner),
        }

    def _history(self, conversation: Conversation, owner: str) -> str:
        return history_html(self._backend.conversations.summaries(owner), conversation.id)
