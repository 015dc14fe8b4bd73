"""The tab "Status": what is there, what is wrong and what to do; and the endpoint that a visitor wants to use.

Comes in: a `Backend`. Goes out: the tab's parts and its handlers. A key is sent to its endpoint and forgotten with the
visitor's page; it never comes back to the browser.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from assistant.llm import EndpointChoice
from assistant.outlets.doctor import Finding
from assistant.outlets.page.backend import Backend
from assistant.outlets.page.conversation import Conversation
from assistant.outlets.page.transcript import masthead_html
from ingest.errors import TalksError

_LOG = logging.getLogger(__name__)

INSIDE = "Something went wrong inside the program; its log says what. You can retry."
NO_ADDRESS = "Type the endpoint's address first."
LOOKING = '<p class="hint">Looking…</p>'


@dataclass(frozen=True, slots=True)
class StatusParts:
    """The tab's parts by name."""

    tab: gr.Tab
    findings: gr.HTML
    look: gr.Button
    base_url: gr.Textbox
    model: gr.Dropdown
    api_key: gr.Textbox
    test: gr.Button
    connect: gr.Button
    disconnect: gr.Button
    result: gr.HTML


def lay_out_status(tab: gr.Tab) -> StatusParts:
    """Place the tab's parts; to be called inside the tab."""
    with gr.Column(elem_id="status-page"):
        _text('<h2>What is there</h2><p class="hint">The same as <code>talks doctor</code> says.</p>', "findings-title")
        findings = _text(LOOKING, "findings")
        look = gr.Button("Look again", elem_id="look-again", size="sm", scale=0, min_width=110)
        _text(
            '<h2>Use a model</h2><p class="hint">Any endpoint that speaks as OpenAI\'s does: Ollama, llama.cpp, vLLM, '
            "LM Studio. It is used for this page only; questions and passages are sent there and nowhere else.</p>",
            "endpoint-title",
        )
        with gr.Row(elem_id="endpoint-fields"):
            base_url = gr.Textbox(
                label="Endpoint (OpenAI-compatible)",
                placeholder="http://127.0.0.1:11434/v1",
                max_lines=1,
                min_width=240,
                elem_id="base-url",
            )
            model = gr.Dropdown(
                [], value="", label="Model", allow_custom_value=True, min_width=240, elem_id="model", info=None
            )
            api_key = gr.Textbox(
                label="Key, if it needs one", type="password", max_lines=1, min_width=240, elem_id="api-key"
            )
        with gr.Row(elem_id="endpoint-buttons"):
            test = gr.Button("Test", elem_id="test", size="sm", scale=0, min_width=90)
            connect = gr.Button("Connect", elem_id="connect", variant="primary", size="sm", scale=0, min_width=90)
            disconnect = gr.Button("Disconnect", elem_id="disconnect", size="sm", visible=False, scale=0, min_width=90)
        result = _text("", "endpoint-result")
    return StatusParts(tab, findings, look, base_url, model, api_key, test, connect, disconnect, result)


class StatusWiring:
    """What a visitor can do in the tab."""

    def __init__(self, backend: Backend, parts: StatusParts, masthead: gr.HTML, conversation: gr.State) -> None:
        self._backend = backend
        self._parts = parts
        self._masthead = masthead
        self._conversation = conversation

    def connect_parts(self) -> None:
        """Attach each handler to what sets it off."""
        p, conversation = self._parts, self._conversation
        hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 4}
        gr.on([p.tab.select, p.look.click], self.look, None, p.findings, **hidden)
        typed = [p.base_url, p.model, p.api_key]
        p.test.click(self.test, typed, [p.result, p.model], **hidden)
        changed = [self._masthead, p.api_key, p.disconnect, p.result, p.model]
        connected = [*changed, conversation]
        wanted = [p.connect.click, p.base_url.submit, p.api_key.submit]
        gr.on(wanted, self.connect, [*typed, conversation], connected, **hidden)
        p.disconnect.click(self.disconnect, conversation, changed, **hidden)

    def look(self) -> str:
        """Say what is there and what is wrong."""
        try:
            return findings_html(self._backend.findings())
        except Exception:
            _LOG.exception("looking at the program failed")
            return _result_html(INSIDE, is_good=False)

    def test(self, base_url: str, model: str | None, api_key: str) -> dict[Any, Any]:
        """Try an endpoint without using it, and list its models."""
        said, _ = self._try(base_url, model, api_key)
        return said | self._models(base_url, model, api_key)

    def connect(self, base_url: str, model: str | None, api_key: str, conversation: Conversation) -> dict[Any, Any]:
        """Try an endpoint and use it for this visitor's next questions."""
        said, is_good = self._try(base_url, model, api_key)
        if not is_good:
            return said
        base_url, name = base_url.strip(), (model or "").strip()
        conversation.endpoint = EndpointChoice(base_url, name or None, api_key.strip() or None)
        conversation.endpoint_text = _describe(base_url, name)
        kept = {self._conversation: conversation}
        return said | kept | self._changed(conversation) | self._models(base_url, model, api_key)

    def disconnect(self, conversation: Conversation) -> dict[Any, Any]:
        """Forget the visitor's endpoint and its key."""
        conversation.endpoint = conversation.endpoint_text = None
        said = _result_html("Disconnected; the key is forgotten.", is_good=True)
        return self._changed(conversation) | {self._parts.result: said}

    def _try(self, base_url: str, model: str | None, api_key: str) -> tuple[dict[Any, Any], bool]:
        base_url, model = base_url.strip(), (model or "").strip()
        try:
            words = self._backend.check_endpoint(base_url, model, api_key.strip()) if base_url else NO_ADDRESS
            is_good = bool(base_url)
        except TalksError as error:
            words, is_good = str(error), False
        except Exception:
            _LOG.exception("checking an endpoint failed")
            words, is_good = INSIDE, False
        return {self._parts.result: _result_html(words, is_good=is_good)}, is_good

    def _models(self, base_url: str, model: str | None, api_key: str) -> dict[Any, Any]:
        """The models to choose from; as they were when the endpoint does not tell."""
        try:
            listed = list(self._backend.models(base_url.strip(), api_key.strip())) if base_url.strip() else []
        except TalksError:  # said by the check already
            return {}
        return {self._parts.model: gr.update(choices=listed, value=model or "")}

    def _changed(self, conversation: Conversation) -> dict[Any, Any]:
        return {
            self._masthead: masthead_html(self._backend.state(), conversation),
            self._parts.api_key: "",
            self._parts.disconnect: gr.update(visible=conversation.endpoint is not None),
        }


def findings_html(findings: Sequence[Finding]) -> str:
    """Each thing that was looked at, good or with what to do."""
    items = "".join(
        f'<li class="{"good" if found.good else "bad"}"><span class="verdict">{"Good" if found.good else "Look here"}'
        f"</span><h3>{escape(found.subject.capitalize())}</h3><p>{escape(found.text)}</p></li>"
        for found in findings
    )
    return f'<ul class="findings">{items}</ul>'


def _describe(base_url: str, model: str) -> str:
    """An endpoint in words, without a name and password that its address may carry."""
    parts = urlsplit(base_url)
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()
    return f"{model or 'its first model'} at {address}"


def _result_html(words: str, *, is_good: bool) -> str:
    kind = "good" if is_good else "error"
    return f'<p class="result {kind}" role="status" aria-live="polite">{escape(words)}</p>'


def _text(value: str, elem_id: str) -> gr.HTML:
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=None)
