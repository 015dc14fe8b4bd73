"""What stands where on the page; nothing here knows what it does.

Comes in: nothing. Goes out: the parts, for `wiring` to bring to life. The script and the style sheet know them by their
element ids.
"""

from dataclasses import dataclass

import gradio as gr

from assistant.page.cards import sources_html
from assistant.page.conversation import Conversation
from assistant.page.transcript import WELCOME

_CHANGED = "watch('value', () => window.talksPage?.{}());"


@dataclass(frozen=True, slots=True)
class Parts:
    """The page's parts by name."""

    conversation: gr.State
    masthead: gr.HTML
    ticker: gr.Timer
    past: gr.HTML
    live: gr.HTML
    status: gr.HTML
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    retry: gr.Button
    sources: gr.HTML
    base_url: gr.Textbox
    model: gr.Textbox
    api_key: gr.Textbox
    connect: gr.Button
    disconnect: gr.Button
    endpoint_result: gr.HTML


def lay_out() -> Parts:
    """Place every part; to be called inside a `gr.Blocks`."""
    conversation = gr.State(Conversation(), delete_callback=Conversation.stop)
    ticker = gr.Timer(1.0, active=True)
    masthead = _html("", "masthead")
    base_url, model, api_key, connect, disconnect, endpoint_result = _lay_out_endpoint()
    with gr.Row(elem_id="columns"):
        with gr.Column(elem_id="chat", scale=3, min_width=0):
            past = _html(WELCOME, "past", "followAnswer")
            live = _html("", "live", "followAnswer")
            status, question, ask, stop, retry = _lay_out_composer()
        with gr.Column(elem_id="sources", scale=2, min_width=0):
            _html(
                '<div class="bar"><h2 tabindex="-1">Sources</h2>'
                '<button type="button" class="close" aria-label="Close the sources">Close</button></div>',
                "sources-bar",
            )
            sources = _html(sources_html([]), "sources-list", "sourcesChanged")
    return Parts(
        conversation=conversation,
        masthead=masthead,
        ticker=ticker,
        past=past,
        live=live,
        status=status,
        question=question,
        ask=ask,
        stop=stop,
        retry=retry,
        sources=sources,
        base_url=base_url,
        model=model,
        api_key=api_key,
        connect=connect,
        disconnect=disconnect,
        endpoint_result=endpoint_result,
    )


def _lay_out_composer() -> tuple[gr.HTML, gr.Textbox, gr.Button, gr.Button, gr.Button]:
    with gr.Column(elem_id="composer", scale=0, min_width=0):
        with gr.Row(elem_id="composer-status"):
            status = gr.HTML("", elem_id="status", apply_default_css=False, js_on_load=None)
            retry = gr.Button("Retry", elem_id="retry", size="sm", visible=False, scale=0, min_width=72)
        with gr.Row(elem_id="composer-row"):
            question = gr.Textbox(
                elem_id="question",
                label="Your question",
                show_label=False,
                placeholder="Ask about the talks…",
                lines=1,
                max_lines=6,
                autofocus=True,
                container=False,
                scale=1,
                max_length=4000,
            )
            ask = gr.Button("Ask", elem_id="ask", variant="primary", scale=0, min_width=76)
            stop = gr.Button("Stop", elem_id="stop", variant="stop", visible=False, scale=0, min_width=76)
    return status, question, ask, stop, retry


def _lay_out_endpoint() -> tuple[gr.Textbox, gr.Textbox, gr.Textbox, gr.Button, gr.Button, gr.HTML]:
    with gr.Accordion("Use a model", open=False, elem_id="endpoint"):
        with gr.Row():
            base_url = gr.Textbox(
                label="Endpoint (OpenAI-compatible)",
                placeholder="http://127.0.0.1:11434/v1",
                max_lines=1,
                min_width=260,
                elem_id="base-url",
            )
            model = gr.Textbox(label="Model", placeholder="llama3.1", max_lines=1, min_width=260, elem_id="model")
            api_key = gr.Textbox(label="Key, if it needs one", type="password", min_width=260, elem_id="api-key")
        with gr.Row(elem_id="endpoint-buttons"):
            connect = gr.Button("Connect", elem_id="connect", size="sm", scale=0, min_width=90)
            disconnect = gr.Button("Disconnect", elem_id="disconnect", size="sm", visible=False, scale=0, min_width=90)
            result = gr.HTML("", elem_id="endpoint-result", apply_default_css=False, js_on_load=None)
    return base_url, model, api_key, connect, disconnect, result


def _html(value: str, elem_id: str, on_change: str | None = None) -> gr.HTML:
    script = _CHANGED.format(on_change) if on_change else None
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=script)
