"""What the page can do right now, said the same everywhere; and the models that a visitor chooses from.

Comes in: a `PageBackend` and the parts of the page. Goes out: the masthead, and the handlers of the tab "Models". Saved
models are kept in the browser without their keys; a key is kept in the server's memory until it ends, and never comes
back.
"""

from collections.abc import Sequence
from html import escape

import gradio as gr

from assistant.llm import EndpointChoice
from assistant.outlets.page.parts import QUICK, QUIET, Parts, Updates
from assistant.outlets.page.session import Conversation, Words
from assistant.outlets.page.turns import said_html
from assistant.outlets.page_backend import PageBackend, PageState
from ingest.errors import TalksError
from ingest.web import shown_address

TITLE = "Talks Assistant"
MOST_SAVED = 20
_LONGEST_CHARS = 300


def masthead_html(state: PageState, conversation: Conversation) -> str:
    """The program's name, what it holds, and what the page can do right now."""
    words = conversation.words
    kind, said = condition(state, conversation)
    held = "" if state.is_empty else f"{words.count(state.talks, 'talks')} · {words.count(state.papers, 'papers')}"
    return (
        f'<header class="masthead"><h1>{TITLE}</h1><p class="counts">{held}</p>'
        f'<p id="condition" class="condition {kind}" role="status" aria-live="polite">{escape(said)}</p></header>'
    )


def condition(state: PageState, conversation: Conversation) -> tuple[str, str]:
    """What to say of the program, most urgent first."""
    words = conversation.words
    if state.problem:
        return "problem", state.problem
    if state.ingest:
        wait = f" {words('ask_soon')}" if state.is_empty else ""
        return "ingest", f"{words('reading')} {state.ingest.rstrip('.')}.{wait}"
    if state.is_empty:
        return "empty", words("no_talks")
    if conversation.writer == "none" or (conversation.writer == "settings" and not state.endpoint):
        return "no-model", words("no_model")
    named = state.endpoint if conversation.writer == "settings" else conversation.writer_name
    return "model", words("model_is", model=named)


class Models:
    """What a visitor can do about models."""

    def __init__(self, backend: PageBackend, parts: Parts) -> None:
        self._backend, self._parts = backend, parts
        self._keys: dict[tuple[str, str], str | None] = {}
        self.changed = [parts.saved, parts.chosen, parts.models, parts.writer, parts.masthead, parts.conversation]

    def connect(self) -> None:
        """Attach each handler to what sets it off."""
        p, changed = self._parts, self.changed
        slow = QUIET | {"concurrency_limit": 4}
        typed = [p.base_url, p.model, p.api_key, p.conversation]
        gr.on([p.tab_models.select, p.list_models.click], self.look, typed, [p.base_url, p.model, p.result], **slow)
        use = [p.connect.click, p.api_key.submit, p.name.submit]
        gr.on(use, self.use, [p.name, *typed, p.saved], [*changed, p.result, p.api_key], **slow)
        p.models.input(self.keep, [p.models, p.saved, p.conversation], changed, **QUICK)
        p.writer.input(self.choose, [p.writer, p.saved, p.conversation], changed, **QUICK)

    def look(self, base_url: str, model: str, api_key: str, conversation: Conversation) -> Updates:
        """List the models of an address; without one, offer what runs on this machine."""
        p, words, address = self._parts, conversation.words, (base_url or "").strip()
        running = () if address else self._backend.running()
        listed: Sequence[str] = running[0].models if running else ()
        try:
            if address:
                listed = self._backend.models(self._choice(conversation, address, "", api_key))
        except TalksError as error:
            return {p.result: said_html(str(error), css="error")}
        addresses = [one.base_url for one in running]
        found = (words("found_server", kind=one.kind or words("server"), models=len(one.models)) for one in running)
        said = words.count(len(listed), "models") if address else " ".join(found) or words("no_server")
        return {
            p.base_url: gr.update(choices=addresses, value=addresses[0]) if addresses else gr.skip(),
            p.model: gr.update(choices=list(listed), value=model or next(iter(listed), "")),
            p.result: said_html(said),
        }

    def use(
        self, name: str, base_url: str, model: str, api_key: str, conversation: Conversation, saved: object
    ) -> Updates:
        """Try an endpoint, save it under a name, and use it for the next questions."""
        p, address, model = self._parts, (base_url or "").strip(), (model or "").strip()
        choice = self._choice(conversation, address, model, api_key)
        try:
            said = self._backend.check_endpoint(choice)
        except TalksError as error:
            return {p.result: said_html(str(error), css="error")}
        self._keys[conversation.owner, address] = choice.api_key
        name = name.strip()[:60] or describe(address, model, conversation.words)
        entry = {"name": name, "base_url": address, "model": model}
        kept = [entry, *(one for one in _tidy(saved) if one["name"] != entry["name"])][:MOST_SAVED]
        return self.choose(entry["name"], kept, conversation) | {p.result: said_html(said), p.api_key: ""}

    def keep(self, names: list[str], saved: object, conversation: Conversation) -> Updates:
        """Forget the saved models that were taken out."""
        kept = [one for one in _tidy(saved) if one["name"] in names]
        return self.choose(conversation.writer_name, kept, conversation)

    def choose(self, chosen: str, saved: object, conversation: Conversation) -> Updates:
        """Let a model, or none, write the next answers; one that is no longer saved gives way to the settings'."""
        p, words, saved, state = self._parts, conversation.words, _tidy(saved), self._backend.state()
        conversation.writer = "none" if chosen == "none" and state.endpoint else "settings"
        conversation.writer_name = conversation.writer
        for one in saved:
            if one["name"] == chosen:
                conversation.writer = self._choice(conversation, one["base_url"], one["model"])
                conversation.writer_name = chosen
        names = [one["name"] for one in saved]
        labels = [(f"{one['name']}: {describe(one['base_url'], one['model'], words)}", one["name"]) for one in saved]
        choices = [(words("quotes_only"), "none" if state.endpoint else "settings"), *((name, name) for name in names)]
        choices = [(state.endpoint, "settings"), *choices] if state.endpoint else choices
        return {
            p.writer: gr.update(choices=choices, value=conversation.writer_name),
            p.models: gr.update(choices=labels, value=names, visible=bool(names)),
            p.saved: saved,
            p.chosen: conversation.writer_name,
            p.masthead: masthead_html(state, conversation),
            p.conversation: conversation,
        }

    def _choice(self, conversation: Conversation, base_url: str, model: str, typed_key: str = "") -> EndpointChoice:
        key = typed_key.strip() or self._keys.get((conversation.owner, base_url))
        return EndpointChoice(base_url, model or None, key)


def describe(base_url: str, model: str, words: Words) -> str:
    """An endpoint in words, without a name and password that its address may carry."""
    address = shown_address(base_url).partition("?")[0]
    return words("model_at", model=model or words("first_model"), address=address)


def _tidy(saved: object) -> list[dict[str, str]]:
    """The models that the browser has kept, as far as they can be used: anybody may have kept something there."""
    return [
        {key: str(one.get(key, ""))[:_LONGEST_CHARS] for key in ("name", "base_url", "model")}
        for one in (saved[:MOST_SAVED] if isinstance(saved, list) else ())
        if isinstance(one, dict) and one.get("name") and one.get("base_url")
    ]
