"""What stands where on the page, and what every handler needs to speak with Gradio.

The script and the style sheet know a part by the id of its element, which is its name here.
"""

import json
import math
import secrets
from typing import Any, get_args

import gradio as gr

from assistant.assembly import LONGEST_QUESTION_CHARS
from assistant.outlets.page.markdown import DELIMITERS
from assistant.outlets.page.session import LABELS as SAY
from assistant.outlets.page.session import Conversation
from assistant.outlets.shelf import ORDERS
from assistant.types import Style
from ingest.text import printable

Updates = dict[Any, Any]
"""Part → its new value; what is left out stays as it is."""

QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
"""For a handler that nobody has to wait for with a spinner."""

QUICK: dict[str, Any] = QUIET | {"queue": False}
"""For one that must not wait behind the turns of others."""

FORGET_AFTER_S = 8 * 3600
"""The state of a page that is idle or gone is let go; the conversation itself is on disk. Gradio counts from the last
event that has the state among its outputs, and forgets no state that never was one."""

# What buttons inside HTML can set off; Gradio knows an event of HTML's own by its name in the script.
_ACTIONS = (
    "asked opened_record opened_conversation changed_conversation exported looked narrowed played closed_player "
    "showed_more"
).split()
# Without a frame and a label of its own.
_BARE: dict[str, Any] = {"show_label": False, "container": False}
# A box that takes several values, chosen or typed.
_SEVERAL: dict[str, Any] = {"value": [], "multiselect": True, "allow_custom_value": True}


def data_of(event: gr.EventData) -> dict[str, Any]:
    """What the page's script sent along with an event; without half signs, which cannot be sent back."""
    data = event._data if isinstance(event._data, dict) else {}
    return {key: printable(value) if isinstance(value, str) else value for key, value in data.items()}


def number_of(event: gr.EventData, key: str) -> float:
    """A number that the script sent along; 0 for all else, which it never sends."""
    try:
        number = float(data_of(event).get(key) or 0)
    except (TypeError, ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) else 0.0


def outgoing(what: str, name: str, text: str) -> str:
    """Something for the script to copy ("copy") or to save as a file ("save"); "reload" brings a question back."""
    # Numbered, since a part whose value stays the same tells nobody.
    return json.dumps({"do": what, "name": name, "text": text, "n": secrets.token_hex(4)})


class Parts:
    """The page's parts by name, which is the id of their element too; made inside a `gr.Blocks`."""

    def __init__(self) -> None:
        self.conversation = gr.State(Conversation(), time_to_live=FORGET_AFTER_S)
        # The secret hides nothing: it only keeps the value readable after a restart, and the id never leaves the
        # browser but for this server.
        self.visitor = gr.BrowserState("", storage_key="talks-visitor", secret="talks")
        self.saved = gr.BrowserState([], storage_key="talks-models", secret="talks")
        self.chosen = gr.BrowserState("settings", storage_key="talks-writer", secret="talks")
        self.ticker = gr.Timer(1.0, active=False)
        connect = f"window.talksPage.connect(trigger, {json.dumps(_ACTIONS)});"
        self.actions = gr.HTML("", apply_default_css=False, js_on_load=connect)
        self.outbox = gr.Textbox("", visible="hidden")
        with gr.Sidebar(width=264) as self.sidebar:
            self.new = gr.Button(SAY("new"), size="md")
            self.search = gr.Textbox(label=SAY("search_kept"), placeholder=SAY("search_kept"), **_BARE)
            self.history = _html()
        self.masthead = _html()
        with gr.Row() as self.columns:
            with gr.Column(scale=3, min_width=0) as self.left, gr.Tabs() as self.tabs:
                with gr.Tab(SAY("tab_ask")) as self.tab_chat:
                    self._lay_out_chat()
                with gr.Tab(SAY("tab_browse")) as self.tab_browse:
                    self._lay_out_browse()
                with gr.Tab(SAY("tab_sources"), visible=False) as self.tab_adding:
                    self._lay_out_adding()
                with gr.Tab(SAY("tab_models")) as self.tab_models:
                    self._lay_out_models()
            self._lay_out_sources()
        for name, part in vars(self).items():
            part.elem_id = name.replace("_", "-")
        # All that changes with a turn or with the conversation.
        self.shown = [
            *(self.chat, self.status, self.question, self.evidence, self.table, self.history),
            *(self.scope, self.style, self.masthead, self.conversation, self.outbox),
        ]

    def _lay_out_chat(self) -> None:
        with gr.Column(min_width=0) as self.ask:
            self.chat = gr.Chatbot(
                label=SAY("conversation"),
                placeholder=SAY("welcome"),  # type: ignore[arg-type]  # as other texts, put into the browser's language
                autoscroll=False,  # a long answer is read from its beginning
                height=None,
                editable="user",
                latex_delimiters=DELIMITERS,
                buttons=["copy"],
                feedback_options=["Like", "Dislike", "Wrong source", "Incomplete", "Not asked for"],
                group_consecutive_messages=False,
                allow_tags=False,
                **_BARE,
            )
            with gr.Column(scale=0, min_width=0) as self.composer:
                self.status = _html("<span></span>")
                with gr.Row() as self.choices:
                    self.scope = gr.Dropdown([], label=SAY("scope"), min_width=190, scale=2, **_SEVERAL, **_BARE)
                    self.writer = gr.Dropdown(
                        [("", "settings")], value="settings", label=SAY("writer"), min_width=200, **_BARE
                    )
                    styles = [(SAY(f"style_{style}"), style) for style in get_args(Style)]
                    self.style = gr.Dropdown(styles, value="normal", label=SAY("style"), min_width=120, **_BARE)
                self.question = gr.Textbox(
                    label=SAY("question"),
                    placeholder=SAY("question_hint"),
                    max_lines=6,
                    autofocus=True,
                    max_length=LONGEST_QUESTION_CHARS,
                    submit_btn=SAY("send"),  # type: ignore[arg-type]
                    **_BARE,
                )

    def _lay_out_sources(self) -> None:
        with gr.Column(scale=2, min_width=0) as self.sources:
            self.sources_bar = _html(str(SAY("sources_bar")))
            self.record = _markdown()
            self.player = _html()
            self.table = gr.Dataframe(
                visible=False, interactive=False, wrap=True, buttons=["fullscreen"], max_height=480,
                column_widths=["44px", "240px"], label=SAY("sources"), show_label=False,
            )  # fmt: skip
            self.evidence = _markdown()

    def _lay_out_browse(self) -> None:
        with gr.Column(min_width=0) as self.shelf:
            with gr.Row() as self.shelf_search:
                self.words = gr.Textbox(label=SAY("search"), placeholder=SAY("search_hint"), scale=3)
                self.where = gr.Dropdown([], label=SAY("only"), scale=3, **_SEVERAL)
                orders = [(SAY(f"order_{order}"), order) for order in ORDERS]
                self.order = gr.Dropdown(orders, value=ORDERS[0], label=SAY("sort"), min_width=170)
                self.group = gr.Dropdown([], label=SAY("count_by"), min_width=170, interactive=True)
            self.plot = gr.BarPlot(visible=False, height=200, y_lim=[0, None], x_label_angle=-40)
            self.count = _html()
            self.rows = _markdown()

    def _lay_out_adding(self) -> None:
        with gr.Column() as self.adding_page:
            _html(str(SAY("adding")))
            self.files = gr.File(file_count="multiple", label=SAY("files"), height=160)
            self.folder = gr.Textbox(label=SAY("folder"), placeholder="/home/me/lectures")
            with gr.Row():
                self.add = gr.Button(SAY("add"), variant="primary", size="sm", scale=0)
                self.cancel = gr.Button(SAY("cancel"), size="sm", scale=0, visible=False)
            self.added = _html()

    def _lay_out_models(self) -> None:
        with gr.Column() as self.models_page:
            _html(str(SAY("models")))
            self.models = gr.Dropdown([], multiselect=True, label=SAY("your_models"), visible=False)
            with gr.Row():
                self.base_url = gr.Dropdown([], value="", label=SAY("endpoint"), allow_custom_value=True)
                self.api_key = gr.Textbox(label=SAY("key"), type="password")
                self.model = gr.Dropdown([], value="", label=SAY("model"), allow_custom_value=True)
                self.name = gr.Textbox(label=SAY("model_name"))
            with gr.Row():
                self.list_models = gr.Button(SAY("list_models"), size="sm", scale=0)
                self.connect = gr.Button(SAY("use_model"), variant="primary", size="sm", scale=0)
            self.result = _html()


def _html(value: str = "") -> gr.HTML:
    """A piece of HTML that does nothing by itself."""
    return gr.HTML(value, apply_default_css=False, js_on_load=None)


def _markdown() -> gr.Markdown:
    """Our own HTML, in which Gradio draws the formulas."""
    return gr.Markdown("", sanitize_html=False, latex_delimiters=DELIMITERS)
