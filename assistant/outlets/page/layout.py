"""What stands where on the page; nothing here knows what it does.

Comes in: nothing. Goes out: the parts, for `wiring` to bring to life. The script and the style sheet know them by their
element ids.
"""

import json
from dataclasses import dataclass

import gradio as gr

from assistant.outlets.page.cards import sources_html
from assistant.outlets.page.conversation import Conversation
from assistant.outlets.page.scope import KINDS
from assistant.outlets.page.shelf_tab import ShelfParts, lay_out_shelf
from assistant.outlets.page.status_tab import StatusParts, lay_out_status
from assistant.outlets.page.transcript import status_html, welcome_html

FORGET_AFTER_S = 24 * 3600
"""An idle page's state is let go, its endpoint's key with it; the conversation itself is on disk. Gradio
counts from the last event that has the state among its outputs, and forgets no state that never was one."""

_CHANGED = "watch('value', () => window.talksPage?.{}());"
# What buttons inside HTML can set off; the script hands the button's data along.
_ACTIONS = [
    "opened_record",
    "opened_conversation",
    "deleted_conversation",
    "started_anew",
    "exported",
    "copied",
    "rated",
    "showed_more",
]


@dataclass(frozen=True, slots=True)
class Parts:
    """The page's parts by name.

    Attributes:
        actions: Events of buttons that stand inside HTML.
        visitor: A random id that only this browser knows.
        current: The id of the conversation on the page.
        address: What the page's own address asks for.
        outbox: What the script is to copy or to save.
    """

    conversation: gr.State
    visitor: gr.BrowserState
    actions: gr.HTML
    current: gr.Textbox
    address: gr.Textbox
    outbox: gr.Textbox
    tabs: gr.Tabs
    masthead: gr.HTML
    ticker: gr.Timer
    history: gr.HTML
    welcome: gr.HTML
    past: gr.HTML
    live: gr.HTML
    status: gr.HTML
    scope: gr.Dropdown
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    edit: gr.Button
    retry: gr.Button
    sources: gr.HTML
    shelf: ShelfParts
    endpoint: StatusParts


def lay_out() -> Parts:
    """Place every part; to be called inside a `gr.Blocks`."""
    conversation = gr.State(Conversation(), time_to_live=FORGET_AFTER_S, delete_callback=Conversation.stop)
    # The secret hides nothing: it only keeps the value readable after a restart, and the id never leaves the browser
    # but for this server.
    visitor = gr.BrowserState("", storage_key="talks-visitor", secret="talks")
    ticker = gr.Timer(1.0, active=True)
    actions = gr.HTML(
        "",
        elem_id="actions",
        apply_default_css=False,
        js_on_load=f"window.talksPage.connect(trigger, {json.dumps(_ACTIONS)});",
    )
    current, address, outbox = (gr.Textbox("", visible="hidden", elem_id=name) for name in _HIDDEN)
    masthead = html("", "masthead")
    with gr.Tabs(elem_id="tabs", selected="chat") as tabs:
        with gr.Tab("Ask", id="chat", elem_id="tab-chat"), gr.Row(elem_id="columns"):
            with gr.Column(elem_id="history", scale=0, min_width=0):
                html(_HISTORY_BAR, "history-bar")
                history = html("", "history-list", "historyChanged")
            with gr.Column(elem_id="chat", scale=3, min_width=0):
                html(_CHAT_BAR, "chat-bar")
                # Apart from the turns: what a late look at the program's state writes here can take no turn away.
                welcome = html(welcome_html(), "welcome")
                past = html("", "past", "followAnswer")
                live = html("", "live", "followAnswer")
                status, scope, edit, retry, question, ask, stop = _lay_out_composer()
            with gr.Column(elem_id="sources", scale=2, min_width=0):
                html(_SOURCES_BAR, "sources-bar")
                sources = html(sources_html([]), "sources-list", "sourcesChanged")
        with gr.Tab("Browse", id="browse", elem_id="tab-browse") as browse_tab:
            shelf = lay_out_shelf(browse_tab)
        with gr.Tab("Status", id="status", elem_id="tab-status") as status_tab:
            endpoint = lay_out_status(status_tab)
    return Parts(
        conversation=conversation,
        visitor=visitor,
        actions=actions,
        current=current,
        address=address,
        outbox=outbox,
        tabs=tabs,
        masthead=masthead,
        ticker=ticker,
        history=history,
        welcome=welcome,
        past=past,
        live=live,
        status=status,
        scope=scope,
        question=question,
        ask=ask,
        stop=stop,
        edit=edit,
        retry=retry,
        sources=sources,
        shelf=shelf,
        endpoint=endpoint,
    )


_HIDDEN = ("current-conversation", "page-address", "outbox")

_HISTORY_BAR = (
    '<div class="bar"><h2 tabindex="-1">Conversations</h2>'
    '<button type="button" class="link" data-do="started_anew">New</button>'
    '<button type="button" class="hide-history" aria-label="Hide the conversations" title="Hide">«</button></div>'
)
_CHAT_BAR = (
    '<div class="chat-bar"><button type="button" class="link show-history" aria-controls="history" '
    'aria-expanded="false">Conversations</button>'
    '<button type="button" class="link needs-turn" data-do="started_anew">New conversation</button>'
    '<span class="exports needs-turn">Export: '
    '<button type="button" class="link" data-do="exported" data-what="markdown">Markdown</button> '
    '<button type="button" class="link" data-do="exported" data-what="bibtex">BibTeX</button></span></div>'
)
_SOURCES_BAR = (
    '<div class="bar"><h2 tabindex="-1">Sources</h2>'
    '<button type="button" class="close" aria-label="Close the sources">Close</button></div>'
)


def _lay_out_composer() -> tuple[gr.HTML, gr.Dropdown, gr.Button, gr.Button, gr.Textbox, gr.Button, gr.Button]:
    with gr.Column(elem_id="composer", scale=0, min_width=0):
        with gr.Row(elem_id="composer-status"):
            status = gr.HTML(status_html("", "empty"), elem_id="status", apply_default_css=False, js_on_load=None)
            scope = gr.Dropdown(
                KINDS,
                value="",
                elem_id="scope",
                label="Where to look: choose, or type a speaker's name",
                allow_custom_value=True,
                show_label=False,
                container=False,
                scale=0,
                min_width=190,
            )
            edit = gr.Button("Edit", elem_id="edit", size="sm", scale=0, min_width=60)
            retry = gr.Button("Retry", elem_id="retry", size="sm", scale=0, min_width=64)
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
            stop = gr.Button("Stop", elem_id="stop", variant="stop", scale=0, min_width=76)
    return status, scope, edit, retry, question, ask, stop


def html(value: str, elem_id: str, on_change: str | None = None) -> gr.HTML:
    """A piece of HTML that the script may want to know about."""
    script = _CHANGED.format(on_change) if on_change else None
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=script)
