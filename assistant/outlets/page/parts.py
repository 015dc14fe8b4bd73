"""What stands where on the page, and what every handler needs to speak with Gradio.

The script and the style sheet know the parts by their element ids.
"""

import json
import secrets
from typing import Any

import gradio as gr

from assistant.outlets.page.markdown import DELIMITERS
from assistant.outlets.page.session import Conversation
from assistant.outlets.page.turns import evidence_html
from assistant.outlets.page.words import LABELS as SAY
from assistant.outlets.shelf import ORDERS

Updates = dict[Any, Any]
"""Part → its new value; what is left out stays as it is."""

SCRIPT: dict[str, Any] = {"api_visibility": "private"}
"""For a handler that runs in the browser alone."""

QUIET: dict[str, Any] = SCRIPT | {"show_progress": "hidden"}
"""For a handler that nobody has to wait for with a spinner."""

QUICK: dict[str, Any] = QUIET | {"queue": False}
"""For one that must not wait behind the turns of others."""

FOCUS_QUESTION = "() => { document.querySelector('#question textarea')?.focus(); }"

FORGET_AFTER_S = 24 * 3600
"""An idle page's state is let go; the conversation itself is on disk. Gradio counts from the last event that has the
state among its outputs, and forgets no state that never was one."""

LONGEST_QUESTION_CHARS = 4000

# What buttons inside HTML can set off; the script hands the button's data along.
_ACTIONS = (
    "opened_record opened_conversation changed_conversation exported looked narrowed played closed_player showed_more"
).split()
# Without a frame and a label of its own.
_BARE: dict[str, Any] = {"show_label": False, "container": False}


def data_of(event: gr.EventData) -> dict[str, Any]:
    """What the page's script sent along with an event."""
    data = event._data
    return data if isinstance(data, dict) else {}


def outgoing(what: str, name: str, text: str) -> str:
    """Something for the script to copy ("copy"), to save as a file ("save") or to say ("tell")."""
    # Numbered, since a part whose value stays the same tells nobody.
    return json.dumps({"do": what, "name": name, "text": text, "n": secrets.token_hex(4)})


class Parts:
    """The page's parts by name; made inside a `gr.Blocks`."""

    def __init__(self) -> None:
        self.conversation = gr.State(Conversation(), time_to_live=FORGET_AFTER_S)
        # The secret hides nothing: it only keeps the value readable after a restart, and the id never leaves the
        # browser but for this server.
        self.visitor = gr.BrowserState("", storage_key="talks-visitor", secret="talks")
        self.saved = gr.BrowserState([], storage_key="talks-models", secret="talks")
        self.ticker = gr.Timer(1.0, active=True)
        connect = f"window.talksPage.connect(trigger, {json.dumps(_ACTIONS)});"
        self.actions = gr.HTML("", elem_id="actions", apply_default_css=False, js_on_load=connect)
        self.current, self.outbox = (gr.Textbox("", visible="hidden", elem_id=name) for name in ("current", "outbox"))
        with gr.Sidebar(elem_id="sidebar", width=264):
            self.new = gr.Button(SAY("new"), elem_id="new", size="md")
            find = SAY("search_kept")
            self.search = gr.Textbox(label=find, placeholder=find, elem_id="search", **_BARE)
            self.history = _html("history")
        self.masthead = _html("masthead")
        _html("lost", '<p role="alert" data-say="lost"></p>')
        with gr.Tabs(elem_id="tabs", selected="chat") as self.tabs:
            with gr.Tab(SAY("tab_ask"), id="chat", elem_id="tab-chat"), gr.Row(elem_id="columns"):
                self._lay_out_chat()
                self._lay_out_sources()
            with gr.Tab(SAY("tab_browse"), id="browse", elem_id="tab-browse") as self.browse_tab:
                self._lay_out_browse()
            with gr.Tab(SAY("tab_sources"), id="adding", elem_id="tab-adding", visible=False) as self.adding_tab:
                self._lay_out_adding()
            with gr.Tab(SAY("tab_models"), id="models", elem_id="tab-models") as self.models_tab:
                self._lay_out_models()
        # All that changes with a turn or with the conversation.
        self.shown = [
            *(self.chat, self.status, self.question, self.evidence, self.table, self.save_table, self.current),
            *(self.history, self.scope, self.masthead, self.tabs, self.conversation, self.outbox),
        ]

    def _lay_out_chat(self) -> None:
        with gr.Column(elem_id="ask", scale=3, min_width=0):
            self.chat = gr.Chatbot(
                elem_id="chat",
                label=SAY("conversation"),
                autoscroll=False,  # a long answer is read from its beginning
                height=None,
                editable="user",
                latex_delimiters=DELIMITERS,
                buttons=["copy"],
                layout="panel",
                feedback_options=["Like", "Dislike", "Wrong source", "Incomplete", "Not asked for"],
                group_consecutive_messages=False,
                allow_tags=False,
                **_BARE,
            )
            with gr.Column(elem_id="composer", scale=0, min_width=0):
                self.status = _html("status", "<span></span>")
                with gr.Row(elem_id="choices"):
                    self.scope = gr.Dropdown(
                        [],
                        value=[],
                        multiselect=True,
                        allow_custom_value=True,
                        elem_id="scope",
                        label=SAY("scope"),
                        min_width=0,
                        **_BARE,
                    )
                    self.writer = _choice([("", "settings")], "settings", "writer")
                    styles = [(SAY(f"style_{style}"), style) for style in ("short", "normal", "detailed")]
                    self.style = _choice(styles, "normal", "style")
                self.question = gr.Textbox(
                    elem_id="question",
                    label=SAY("question"),
                    placeholder=SAY("question_hint"),
                    max_lines=6,
                    autofocus=True,
                    max_length=LONGEST_QUESTION_CHARS,
                    submit_btn=SAY("send"),  # type: ignore[arg-type]  # Gradio puts it into the browser's language too
                    **_BARE,
                )

    def _lay_out_sources(self) -> None:
        with gr.Column(elem_id="sources", scale=2, min_width=0):
            close = '<button type="button" class="close" data-say="close"></button>'
            _html("sources-bar", f'<div class="bar"><h2 tabindex="-1" data-say="sources"></h2>{close}</div>')
            self.player = _html("player")
            self.save_table = gr.Button(SAY("save_table"), elem_id="save-table", visible=False, size="sm")
            self.table = gr.Dataframe(
                elem_id="table", visible=False, interactive=False, wrap=True, buttons=["fullscreen"], max_height=560,
                column_widths=["52px"], label=SAY("sources"), show_label=False,
            )  # fmt: skip
            self.evidence = _markdown("evidence", evidence_html(Conversation()))

    def _lay_out_browse(self) -> None:
        with gr.Row(elem_id="shelf-search"):
            self.words = gr.Textbox(label=SAY("search"), placeholder=SAY("search_hint"), elem_id="words", scale=3)
            self.where = gr.Dropdown(
                [], value=[], multiselect=True, allow_custom_value=True, label=SAY("only"), elem_id="where", scale=3
            )
            orders = [(SAY(f"order_{order}"), order) for order in ORDERS]
            self.order = gr.Dropdown(orders, value=ORDERS[0], label=SAY("sort"), elem_id="order", min_width=130)
        with gr.Row(elem_id="shelf-columns"):
            with gr.Column(elem_id="shelf", scale=2, min_width=0):
                self.count = _html("count")
                self.rows = _markdown("rows")
            with gr.Column(elem_id="record-column", scale=3, min_width=0):
                _html("record-bar", '<button type="button" class="close" data-say="close"></button>')
                self.record = _markdown("record")
                self.group = gr.Dropdown([], label=SAY("count_by"), elem_id="group", interactive=True)
                self.plot = gr.BarPlot(elem_id="plot", visible=False, height=260, y_lim=[0, None], x_label_angle=-40)

    def _lay_out_adding(self) -> None:
        with gr.Column(elem_id="adding-page"):
            _html("adding-title", '<h2 data-say="adding"></h2><p class="hint" data-say="adding_hint"></p>')
            self.files = gr.File(file_count="multiple", label=SAY("files"), elem_id="files", height=160)
            self.folder = gr.Textbox(label=SAY("folder"), placeholder="/home/me/lectures", elem_id="folder")
            with gr.Row():
                self.add = gr.Button(SAY("add"), variant="primary", size="sm", scale=0, elem_id="add")
                self.cancel = gr.Button(SAY("cancel"), size="sm", scale=0, elem_id="cancel", visible=False)
            self.added = _html("added")

    def _lay_out_models(self) -> None:
        with gr.Column(elem_id="models-page"):
            _html("models-title", '<h2 data-say="models"></h2><p class="hint" data-say="models_hint"></p>')
            self.models = gr.Dropdown([], multiselect=True, label=SAY("your_models"), elem_id="models", visible=False)
            with gr.Row(elem_id="endpoint-fields"):
                self.base_url = gr.Dropdown([], label=SAY("endpoint"), allow_custom_value=True, elem_id="base-url")
                self.api_key = gr.Textbox(label=SAY("key"), type="password", elem_id="api-key")
                self.model = gr.Dropdown([], value="", label=SAY("model"), allow_custom_value=True, elem_id="model")
                self.name = gr.Textbox(label=SAY("model_name"), elem_id="model-name")
            with gr.Row():
                self.list_models = gr.Button(SAY("list_models"), elem_id="list-models", size="sm", scale=0)
                self.connect = gr.Button(SAY("use_model"), elem_id="connect", variant="primary", size="sm", scale=0)
            self.result = _html("endpoint-result")


def _html(elem_id: str, value: str = "") -> gr.HTML:
    """A piece of HTML that does nothing by itself."""
    return gr.HTML(value, elem_id=elem_id, apply_default_css=False, js_on_load=None)


def _markdown(elem_id: str, value: str = "") -> gr.Markdown:
    """Our own HTML, in which Gradio draws the formulas."""
    return gr.Markdown(value, elem_id=elem_id, sanitize_html=False, latex_delimiters=DELIMITERS)


def _choice(choices: list[Any], value: str, elem_id: str) -> gr.Dropdown:
    return gr.Dropdown(choices, value=value, elem_id=elem_id, label=SAY(elem_id), min_width=120, scale=0, **_BARE)
