"""What the page can do right now, said the same everywhere; and the models that a visitor chooses from.

Comes in: a `PageBackend` and the parts of the page. Goes out: the masthead, and the handlers of the tab "Models". Saved
models are kept in the browser without their keys; a key is kept in the server's memory until it ends, and never comes
back.
"""

import logging
from html import escape
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from assistant.llm import EndpointChoice
from assistant.outlets.page.evidence import button
from assistant.outlets.page.parts import QUICK, QUIET, Parts, Updates, data_of
from assistant.outlets.page.session import Conversation
from assistant.outlets.page.words import Words
from assistant.outlets.page_backend import Adding, PageBackend, PageState
from ingest.errors import TalksError

_LOG = logging.getLogger(__name__)

Saved = list[dict[str, str]]
"""The visitor's models: name, base_url, model."""

MOST_SAVED = 20
_LONGEST_CHARS = 500


def masthead_html(state: PageState, conversation: Conversation) -> str:
    """The collection's name, what is in it, and what the page can do right now."""
    words = conversation.words
    kind, said = condition(state, conversation)
    counts = (
        f"{words.count(state.talks, 'talks')} · {words.count(state.papers, 'papers')}" if not state.is_empty else ""
    )
    return (
        f'<header class="masthead"><h1 dir="auto">{escape(state.title)}</h1><p class="counts">{counts}</p>'
        f'<p id="condition" class="condition {kind}" role="status" aria-live="polite">{escape(said)}</p></header>'
    )


def condition(state: PageState, conversation: Conversation) -> tuple[str, str]:
    """What to say of the program, most urgent first."""
    words = conversation.words
    if state.problem:
        return "problem", state.problem
    if state.ingest:
        wait = f" {words('ask_soon')}" if state.is_empty else ""
        return "ingest", f"{words('reading')} {adding_text(state.ingest, words)}{wait}"
    if state.is_empty:
        return "empty", words("no_talks")
    if conversation.writer == "none" or (conversation.writer == "settings" and not state.endpoint):
        return "no-model", words("no_model")
    return "model", words("model_is", model=conversation.writer_name or state.endpoint)


def adding_text(adding: Adding, words: Words) -> str:
    """How far an ingest is, how fast, and how long it will take."""
    said = f"{adding.what.rstrip('.')}"
    if adding.total > 1:
        said = words("step", what=said, done=f"{adding.done:,}", total=f"{adding.total:,}")
        if adding.done and adding.seconds > 1:
            rate = adding.done / adding.seconds
            left = round((adding.total - adding.done) / rate)
            said += f", {words('rate', rate=f'{rate:.0f}' if rate >= 10 else f'{rate:.1f}', left=f'{left:,}')}"
    return f"{said}."


class Models:
    """What a visitor can do about models."""

    def __init__(self, backend: PageBackend, parts: Parts) -> None:
        self._backend, self._parts = backend, parts
        self._keys: dict[tuple[str, str], str] = {}

    def connect(self, page: gr.Blocks) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        slow = QUIET | {"concurrency_limit": 4}
        page.load(self.offer, [p.conversation, p.saved], [p.writer, p.models], **QUICK)
        p.models_tab.select(self.find, [p.conversation, p.saved], [p.models, p.writer], **slow)
        typed = [p.base_url, p.model, p.api_key, p.conversation]
        p.list_models.click(self.list_models, typed, [p.model, p.result], **slow)
        chosen = [p.result, p.api_key, p.saved, p.models, p.writer, p.masthead, p.conversation]
        gr.on(
            [p.connect.click, p.base_url.submit, p.api_key.submit],
            self.connect_model,
            [p.name, *typed, p.saved],
            chosen,
            **slow,
        )
        p.actions.took_server(self.take_server, p.conversation, [p.base_url, p.model], **QUICK)
        p.actions.removed_model(self.remove, [p.conversation, p.saved], chosen, **QUICK)
        p.writer.input(self.choose, [p.writer, p.saved, p.conversation], [p.masthead, p.conversation], **QUICK)

    def offer(self, conversation: Conversation, saved: Saved | None) -> Updates:
        """The models to choose from, as the browser has kept them."""
        return self._offered(conversation, _tidy(saved))

    def find(self, conversation: Conversation, saved: Saved | None) -> Updates:
        """Offer the model servers that run on this machine."""
        words, offered = conversation.words, self._offered(conversation, _tidy(saved))
        try:
            running = self._backend.running()
        except TalksError:
            running = ()
        items = "".join(
            f"<li>{escape(words('found_server', kind=server.kind or words('server'), models=len(server.models)))} "
            f"{button('took_server', words('use_it'), url=server.base_url, model=next(iter(server.models), ''))}</li>"
            for server in running
        )
        offered[self._parts.models] += f'<ul class="servers">{items}</ul>' if items else ""
        return offered

    def take_server(self, conversation: Conversation, event: gr.EventData) -> Updates:
        """Put a server that was found into the fields."""
        data = data_of(event)
        return {self._parts.base_url: str(data.get("url", "")), self._parts.model: str(data.get("model", ""))}

    def list_models(self, base_url: str, model: str | None, api_key: str, conversation: Conversation) -> Updates:
        """The models that an endpoint has."""
        p, words = self._parts, conversation.words
        if not base_url.strip():
            return {p.result: _result_html(words("no_address"), is_good=False)}
        try:
            listed = list(self._backend.models(base_url.strip(), self._key(conversation, base_url, api_key)))
        except TalksError as error:
            return {p.result: _result_html(str(error), is_good=False)}
        said = words.count(len(listed), "models")
        return {
            p.model: gr.update(choices=listed, value=model or (listed[0] if listed else "")),
            p.result: _result_html(said, is_good=True),
        }

    def connect_model(
        self,
        name: str,
        base_url: str,
        model: str | None,
        api_key: str,
        conversation: Conversation,
        saved: Saved | None,
    ) -> Updates:
        """Try an endpoint, save it under a name, and use it for the next questions."""
        p, words = self._parts, conversation.words
        base_url, model = base_url.strip()[:_LONGEST_CHARS], (model or "").strip()[:_LONGEST_CHARS]
        if not base_url:
            return {p.result: _result_html(words("no_address"), is_good=False)}
        key = self._key(conversation, base_url, api_key)
        try:
            said = self._backend.check_endpoint(base_url, model, key)
        except TalksError as error:
            return {p.result: _result_html(str(error), is_good=False)}
        except Exception:
            _LOG.exception("checking an endpoint failed")
            return {p.result: _result_html(words("inside"), is_good=False)}
        self._keys[conversation.owner, base_url] = key
        entry = {"name": name.strip()[:60] or describe(base_url, model, words), "base_url": base_url, "model": model}
        kept = [one for one in _tidy(saved) if one["name"] != entry["name"]][: MOST_SAVED - 1]
        self._use(entry, conversation)
        return {p.result: _result_html(said, is_good=True), p.api_key: "", p.saved: [entry, *kept]} | self._changed(
            conversation, [entry, *kept]
        )

    def remove(self, conversation: Conversation, saved: Saved | None, event: gr.EventData) -> Updates:
        """Forget a saved model."""
        kept = [one for one in _tidy(saved) if one["name"] != str(event.name)]
        if conversation.writer_name == str(event.name):
            conversation.writer, conversation.writer_name = "settings", ""
        said = _result_html(conversation.words("removed"), is_good=True)
        return {self._parts.result: said, self._parts.saved: kept} | self._changed(conversation, kept)

    def choose(self, chosen: str, saved: Saved | None, conversation: Conversation) -> Updates:
        """Let another model, or none, write the next answers."""
        entry = next((one for one in _tidy(saved) if f"saved:{one['name']}" == chosen), None)
        if entry is not None:
            self._use(entry, conversation)
        else:
            conversation.writer, conversation.writer_name = "none" if chosen == "none" else "settings", ""
        return {
            self._parts.masthead: masthead_html(self._backend.state(), conversation),
            self._parts.conversation: conversation,
        }

    def _use(self, entry: dict[str, str], conversation: Conversation) -> None:
        key = self._keys.get((conversation.owner, entry["base_url"]))
        conversation.writer = EndpointChoice(entry["base_url"], entry["model"] or None, key or None)
        conversation.writer_name = entry["name"]

    def _key(self, conversation: Conversation, base_url: str, typed: str) -> str:
        return typed.strip() or self._keys.get((conversation.owner, base_url.strip()), "")

    def _changed(self, conversation: Conversation, saved: Saved) -> Updates:
        shown = {
            self._parts.masthead: masthead_html(self._backend.state(), conversation),
            self._parts.conversation: conversation,
        }
        return shown | self._offered(conversation, saved)

    def _offered(self, conversation: Conversation, saved: Saved) -> Updates:
        words, state = conversation.words, self._backend.state()
        first = [(state.endpoint, "settings"), (words("quotes_only"), "none")] if state.endpoint else []
        choices = [
            *(first or [(words("quotes_only"), "settings")]),
            *((o["name"], f"saved:{o['name']}") for o in saved),
        ]
        value = f"saved:{conversation.writer_name}" if conversation.writer_name else str(conversation.writer)
        items = "".join(
            f"<li><strong>{escape(one['name'])}</strong> {escape(describe(one['base_url'], one['model'], words))} "
            f"{button('removed_model', words('remove'), name=one['name'])}</li>"
            for one in saved
        )
        listed = f'<ul class="servers">{items}</ul>' if items else ""
        return {self._parts.writer: gr.update(choices=choices, value=value), self._parts.models: listed}


def describe(base_url: str, model: str, words: Words) -> str:
    """An endpoint in words, without a name and password that its address may carry."""
    parts = urlsplit(base_url)
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    return words("model_at", model=model or words("first_model"), address=address)


def _tidy(saved: Any) -> Saved:
    """What the browser kept, as far as it can be used."""
    listed = saved if isinstance(saved, list) else []
    entries = [one for one in listed[:MOST_SAVED] if isinstance(one, dict)]
    return [
        {key: str(one.get(key, ""))[:_LONGEST_CHARS] for key in ("name", "base_url", "model")}
        for one in entries
        if one.get("name") and one.get("base_url")
    ]


def _result_html(words: str, *, is_good: bool) -> str:
    kind = "good" if is_good else "error"
    return f'<p class="result {kind}" role="status" aria-live="polite">{escape(words)}</p>'
