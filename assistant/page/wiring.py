"""What happens on the page: each handler is one thing that a visitor can do.

Comes in: a `Backend` and the parts of `layout`. Goes out: the page. Handlers keep nothing themselves; all that belongs
to a visitor is in their `Conversation`.
"""

import logging
from collections.abc import Iterator
from html import escape
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from assistant.endpoint import EndpointChoice
from assistant.page.backend import Backend
from assistant.page.cards import sources_html
from assistant.page.conversation import Conversation, Draft
from assistant.page.layout import Parts, lay_out
from assistant.page.transcript import masthead_html, status_html, status_text, transcript_html, turn_html
from ingest.errors import TalksError

_LOG = logging.getLogger(__name__)

Updates = dict[Any, Any]
"""Part → its new value; what is left out stays as it is."""

TURNS_AT_ONCE = 8
"""More wait in line: a laptop's endpoint answers few at a time, and each turn holds one of Gradio's 40 threads."""

INSIDE = "Something went wrong inside the program; its log says what. You can retry."
BROKE_OFF = "The answer broke off before its end; you can retry."

_FOCUS_QUESTION = "() => { document.querySelector('#question textarea')?.focus(); }"


def build_page(backend: Backend) -> gr.Blocks:
    """The whole page, not yet served; `launch_options` says how to serve it."""
    page = gr.Blocks(title="Talks Assistant", analytics_enabled=False, fill_width=True)
    with page:
        Wiring(backend, lay_out()).connect_parts(page)
    return page


class Wiring:
    """The handlers of one page."""

    def __init__(self, backend: Backend, parts: Parts) -> None:
        self._backend = backend
        self._parts = parts

    def connect_parts(self, page: gr.Blocks) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        turn = hidden | {"concurrency_limit": TURNS_AT_ONCE, "concurrency_id": "turns"}
        shown = [p.masthead, p.past, p.live, p.status, p.question, p.ask, p.stop, p.retry, p.sources]
        state = [p.masthead, p.ticker, p.ask]
        endpoint = [p.masthead, p.api_key, p.disconnect, p.endpoint_result]

        page.load(self.refresh, p.conversation, state, queue=False, **hidden)
        p.ticker.tick(self.refresh, p.conversation, state, queue=False, **hidden)
        asked = [p.question.submit, p.ask.click]
        gr.on(asked, self.ask, [p.question, p.conversation], shown, **turn)
        p.retry.click(self.retry, p.conversation, shown, **turn)
        # Not through the queue: a stop must not wait behind the turns that it is to end.
        p.stop.click(self.stop, p.conversation, None, queue=False, **hidden).then(
            None, js=_FOCUS_QUESTION, api_visibility="private"
        )
        typed = [p.base_url, p.model, p.api_key, p.conversation]
        wanted = [p.connect.click, p.base_url.submit, p.model.submit, p.api_key.submit]
        gr.on(wanted, self.connect, typed, endpoint, **hidden, concurrency_limit=4)
        p.disconnect.click(self.disconnect, p.conversation, endpoint, queue=False, **hidden)

    def ask(self, question: str, conversation: Conversation) -> Iterator[Updates]:
        """Answer what was typed, showing the answer as it grows."""
        question = question.strip()
        state = self._backend.state()
        if not question or conversation.run is not None:
            return
        if state.is_empty or state.problem:
            why = "The talks are still being read; your question stays here." if state.ingest else "Nothing to ask yet."
            yield {self._parts.status: status_html(why), self._parts.masthead: masthead_html(state, conversation)}
            return
        yield from self._answer(question, conversation)

    def retry(self, conversation: Conversation) -> Iterator[Updates]:
        """Ask the last question again; its answer is replaced."""
        if conversation.run is not None:
            return
        question = conversation.take_back_last()
        if question is not None:
            yield from self._answer(question, conversation, typed=False)

    def stop(self, conversation: Conversation) -> None:
        """End the turn under way; what has come so far stays."""
        conversation.stop()

    def refresh(self, conversation: Conversation) -> Updates:
        """Show the program's state; keep looking while an ingest runs."""
        state = self._backend.state()
        return {
            self._parts.masthead: masthead_html(state, conversation),
            self._parts.ticker: gr.update(active=state.ingest is not None),
            self._parts.ask: gr.update(interactive=not state.is_empty and not state.problem),
        }

    def connect(self, base_url: str, model: str, api_key: str, conversation: Conversation) -> Updates:
        """Try an endpoint and use it for this visitor's next questions."""
        base_url, model = base_url.strip(), model.strip()
        if not base_url:
            return {self._parts.endpoint_result: _result_html("Type the endpoint's address first.", is_good=False)}
        try:
            found = self._backend.check_endpoint(base_url, model, api_key.strip())
        except TalksError as error:
            return {self._parts.endpoint_result: _result_html(str(error), is_good=False)}
        except Exception:
            _LOG.exception("checking an endpoint failed")
            return {self._parts.endpoint_result: _result_html(INSIDE, is_good=False)}
        conversation.endpoint = EndpointChoice(base_url, model or None, api_key.strip() or None)
        conversation.endpoint_text = _describe(base_url, model)
        return self._endpoint_updates(conversation, found)

    def disconnect(self, conversation: Conversation) -> Updates:
        """Forget the visitor's endpoint and its key."""
        conversation.endpoint = conversation.endpoint_text = None
        return self._endpoint_updates(conversation, "Disconnected; the key is forgotten.")

    def _endpoint_updates(self, conversation: Conversation, words: str) -> Updates:
        return {
            self._parts.masthead: masthead_html(self._backend.state(), conversation),
            self._parts.api_key: "",
            self._parts.disconnect: gr.update(visible=conversation.endpoint is not None),
            self._parts.endpoint_result: _result_html(words, is_good=True),
        }

    def _answer(self, question: str, conversation: Conversation, *, typed: bool = True) -> Iterator[Updates]:
        """One turn: show it as it grows, keep what came however it ends, leave the conversation ready for the next."""
        endpoint = conversation.endpoint
        draft, run = conversation.begin(question, lambda past: self._backend.ask(question, past, endpoint=endpoint))
        try:
            yield self._at_start(conversation, draft, typed=typed)
            for batch in run.batches():
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
            conversation.run = None
        yield self._at_end(conversation, draft)

    def _at_start(self, conversation: Conversation, draft: Draft, *, typed: bool) -> Updates:
        p = self._parts
        past = conversation.drafts[:-1]
        return self._growing(conversation, draft, has_new_cards=True) | {
            p.past: transcript_html(past) if past else "",
            p.question: "" if typed else gr.skip(),
            p.ask: gr.update(visible=False),
            p.stop: gr.update(visible=True),
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

    def _at_end(self, conversation: Conversation, draft: Draft) -> Updates:
        p = self._parts
        return self._growing(conversation, draft, has_new_cards=True) | {
            p.masthead: masthead_html(self._backend.state(), conversation),
            p.ask: gr.update(visible=True),
            p.stop: gr.update(visible=False),
            p.retry: gr.update(visible=True),
        }


def _describe(base_url: str, model: str) -> str:
    """An endpoint in words, without a name and password that its address may carry."""
    parts = urlsplit(base_url)
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    return f"{model or 'its first model'} at {address}"


def _result_html(words: str, *, is_good: bool) -> str:
    kind = "good" if is_good else "error"
    return f'<p class="result {kind}" role="status" aria-live="polite">{escape(words)}</p>'
