"""The page: what stands where, how it is served, and everything that Gradio must not do.

Comes in: a `Backend`; host, port and password. Goes out: the page, not yet served, and keyword arguments for
`Blocks.launch` or `gradio.mount_gradio_app`. The script and the style sheet know the parts by their element ids.
"""

import ipaddress
import json
from importlib.resources import files
from typing import Any, Protocol

import gradio as gr
from pydantic import SecretStr

from assistant.outlets.page.adding import adding_html, connect_adding
from assistant.outlets.page.backend import Backend
from assistant.outlets.page.collection import Collection
from assistant.outlets.page.evidence import evidence_html
from assistant.outlets.page.handlers import Asking
from assistant.outlets.page.keeping import Keeping
from assistant.outlets.page.markdown import DELIMITERS
from assistant.outlets.page.player import connect_player, media_route
from assistant.outlets.page.plumbing import QUICK, Updates, html
from assistant.outlets.page.session import Conversation
from assistant.outlets.page.status import Models, masthead_html
from assistant.outlets.page.words import LABELS as SAY
from assistant.outlets.page.words import words_for
from assistant.outlets.shelf import ORDERS
from ingest.errors import SettingsError

USER = "talks"
"""The user name beside the password."""

FORGET_AFTER_S = 24 * 3600
"""An idle page's state is let go; the conversation itself is on disk. Gradio counts from the last event that has the
state among its outputs, and forgets no state that never was one."""

LONGEST_QUESTION_CHARS = 4000
LARGEST_UPLOAD = "50mb"

_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
_CODE_FONTS = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Liberation Mono", "monospace"]

# The second wall behind escaping: should markup ever slip through, the browser still fetches nothing from elsewhere.
_POLICY = (
    "img-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:; "
    "frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)

# What buttons inside HTML can set off; the script hands the button's data along.
_ACTIONS = (
    "opened_record opened_conversation deleted_conversation changed_conversation exported looked showed_around "
    "narrowed played closed_player saved_table showed_more took_server removed_model"
).split()


def build_page(backend: Backend) -> gr.Blocks:
    """The whole page, not yet served; `launch_options` says how to serve it."""
    page = gr.Blocks(title="Talks Assistant", analytics_enabled=False, fill_width=True)
    with page:
        parts = Parts()
        keeping = Keeping(backend, parts)
        keeping.connect(page)
        Asking(backend, parts, keeping).connect()
        Collection(backend, parts).connect()
        Models(backend, parts).connect(page)
        connect_player(backend, parts)
        connect_adding(backend, parts)

        def refresh(conversation: Conversation, request: gr.Request) -> Updates:
            """Show the program's state; keep looking while an ingest runs."""
            conversation.words = words = words_for(request)
            state = backend.state()
            updates: Updates = {
                parts.masthead: masthead_html(state, conversation),
                parts.added: adding_html(state, conversation),
                parts.adding_tab: gr.update(visible=state.can_add),
                parts.cancel: gr.update(visible=state.ingest is not None),
                parts.ticker: gr.update(active=state.ingest is not None),
            }
            if not conversation.drafts:
                examples = [{"text": question} for question in backend.first_questions()]
                updates[parts.chat] = gr.update(examples=examples, placeholder=words("welcome"))
            if not state.is_empty and not state.ingest:
                updates[parts.scope] = gr.update(choices=keeping.scope_choices())
            return updates

        shown = [parts.masthead, parts.ticker, parts.chat, parts.scope, parts.added, parts.adding_tab, parts.cancel]
        page.load(refresh, parts.conversation, shown, **QUICK)
        parts.ticker.tick(refresh, parts.conversation, shown, **QUICK)
    return page


class Parts:
    """The page's parts by name; made inside a `gr.Blocks`."""

    def __init__(self) -> None:
        forget: dict[str, Any] = {"time_to_live": FORGET_AFTER_S, "delete_callback": Conversation.stop}
        self.conversation = gr.State(Conversation(), **forget)
        # The secret hides nothing: it only keeps the value readable after a restart, and the id never leaves the
        # browser but for this server.
        self.visitor = gr.BrowserState("", storage_key="talks-visitor", secret="talks")
        self.saved = gr.BrowserState([], storage_key="talks-models", secret="talks")
        self.ticker = gr.Timer(1.0, active=True)
        connect = f"window.talksPage.connect(trigger, {json.dumps(_ACTIONS)});"
        self.actions = gr.HTML("", elem_id="actions", apply_default_css=False, js_on_load=connect)
        hidden = [gr.Textbox("", visible="hidden", elem_id=name) for name in ("current", "address", "outbox")]
        self.current, self.address, self.outbox = hidden
        with gr.Sidebar(elem_id="sidebar", width=264):
            self.new = gr.Button(SAY("new"), elem_id="new", size="md")
            self.search = gr.Textbox(
                label=SAY("search_kept"),
                placeholder=SAY("search_kept"),
                show_label=False,
                container=False,
                elem_id="search",
            )
            self.history = html("", "history")
        self.masthead = html("", "masthead")
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

    def _lay_out_chat(self) -> None:
        with gr.Column(elem_id="ask", scale=3, min_width=0):
            self.chat = gr.Chatbot(
                elem_id="chat",
                label=SAY("conversation"),
                show_label=False,
                container=False,
                autoscroll=False,  # a long answer is read from its beginning
                height=None,
                editable="user",
                latex_delimiters=DELIMITERS,
                buttons=["copy"],
                layout="panel",
                feedback_options=["Like", "Dislike", "Wrong source", "Incomplete", "Not asked for"],
                group_consecutive_messages=False,
                allow_tags=False,
            )
            with gr.Column(elem_id="composer", scale=0, min_width=0):
                self.status = gr.HTML("<span></span>", elem_id="status", apply_default_css=False, js_on_load=None)
                with gr.Row(elem_id="choices"):
                    self.scope = gr.Dropdown(
                        [], value=[], multiselect=True, allow_custom_value=True, elem_id="scope", label=SAY("scope"),
                        show_label=False, container=False, min_width=0,
                    )  # fmt: skip
                    self.writer = _choice([("", "settings")], "writer", value="settings")
                    styles = [(SAY(f"style_{style}"), style) for style in ("short", "normal", "detailed")]
                    self.style = _choice(styles, "style", value="normal")
                self.question = gr.Textbox(
                    elem_id="question", label=SAY("question"), show_label=False, placeholder=SAY("question_hint"),
                    lines=1, max_lines=6, autofocus=True, container=False, max_length=LONGEST_QUESTION_CHARS,
                    submit_btn=SAY("send"),  # type: ignore[arg-type]  # Gradio puts it into the browser's language too
                )  # fmt: skip

    def _lay_out_sources(self) -> None:
        with gr.Column(elem_id="sources", scale=2, min_width=0):
            self.sources_bar = html(
                '<div class="bar"><h2 tabindex="-1" data-say="sources"></h2>'
                '<button type="button" class="close" data-say="close"></button></div>',
                "sources-bar",
            )
            self.player = gr.HTML("", elem_id="player", apply_default_css=False, js_on_load=None)
            self.table_bar = gr.HTML("", elem_id="table-bar", visible=False, apply_default_css=False, js_on_load=None)
            self.table = gr.Dataframe(
                elem_id="table", visible=False, interactive=False, wrap=True, buttons=["fullscreen"], max_height=560,
                column_widths=["52px"], label=SAY("sources"), show_label=False,
            )  # fmt: skip
            self.evidence = gr.Markdown(
                evidence_html(Conversation()), elem_id="evidence", sanitize_html=False, latex_delimiters=DELIMITERS
            )

    def _lay_out_browse(self) -> None:
        with gr.Row(elem_id="shelf-search"):
            self.words = gr.Textbox(label=SAY("search"), placeholder=SAY("search_hint"), elem_id="words", scale=3)
            self.where = gr.Dropdown(
                [], value=[], multiselect=True, allow_custom_value=True, label=SAY("only"), elem_id="where", scale=3
            )
            orders = [(SAY(f"order_{order}"), order) for order in ORDERS]
            self.order = gr.Dropdown(
                orders, value=ORDERS[0], label=SAY("sort"), elem_id="order", scale=1, min_width=130
            )
        with gr.Row(elem_id="shelf-columns"):
            with gr.Column(elem_id="shelf", scale=2, min_width=0):
                self.count = html("", "count")
                self.rows = gr.Markdown("", elem_id="rows", sanitize_html=False, latex_delimiters=DELIMITERS)
            with gr.Column(elem_id="record-column", scale=3, min_width=0):
                html('<button type="button" class="close" data-say="close"></button>', "record-bar")
                self.record = gr.Markdown("", elem_id="record", sanitize_html=False, latex_delimiters=DELIMITERS)
                self.group = gr.Dropdown([], label=SAY("count_by"), elem_id="group", interactive=True)
                self.plot = gr.BarPlot(
                    elem_id="plot",
                    visible=False,
                    height=260,
                    y_lim=[0, None],
                    buttons=[],
                    container=False,
                    x_label_angle=-40,
                )

    def _lay_out_adding(self) -> None:
        with gr.Column(elem_id="adding-page"):
            html('<h2 data-say="adding"></h2><p class="hint" data-say="adding_hint"></p>', "adding-title")
            self.files = gr.File(file_count="multiple", label=SAY("files"), elem_id="files", height=160)
            self.folder = gr.Textbox(
                label=SAY("folder"), placeholder="/home/me/lectures", max_lines=1, elem_id="folder"
            )
            with gr.Row(elem_id="adding-buttons"):
                self.add = gr.Button(SAY("add"), variant="primary", size="sm", scale=0, min_width=90, elem_id="add")
                self.cancel = gr.Button(
                    SAY("cancel"), size="sm", scale=0, min_width=90, elem_id="cancel", visible=False
                )
            self.added = html("", "added")

    def _lay_out_models(self) -> None:
        with gr.Column(elem_id="models-page"):
            html('<h2 data-say="models"></h2><p class="hint" data-say="models_hint"></p>', "models-title")
            self.models = html("", "models")
            with gr.Row(elem_id="endpoint-fields"):
                self.base_url = gr.Textbox(
                    label=SAY("endpoint"), placeholder="http://127.0.0.1:11434/v1", max_lines=1, elem_id="base-url"
                )
                self.api_key = gr.Textbox(label=SAY("key"), type="password", max_lines=1, elem_id="api-key")
                self.model = gr.Dropdown([], value="", label=SAY("model"), allow_custom_value=True, elem_id="model")
                self.name = gr.Textbox(label=SAY("model_name"), max_lines=1, elem_id="model-name")
            with gr.Row(elem_id="endpoint-buttons"):
                self.list_models = gr.Button(
                    SAY("list_models"), elem_id="list-models", size="sm", scale=0, min_width=130
                )
                self.connect = gr.Button(SAY("use_model"), elem_id="connect", variant="primary", size="sm", scale=0)
            self.result = html("", "endpoint-result")
            html('<h2 data-say="findings"></h2>', "findings-title")
            self.findings = html("", "findings")
            self.look = gr.Button(SAY("look_again"), elem_id="look-again", size="sm", scale=0, min_width=110)


def _choice(choices: list[Any], elem_id: str, value: str | None = None) -> gr.Dropdown:
    return gr.Dropdown(
        choices,
        value=value,
        elem_id=elem_id,
        label=SAY(elem_id),
        show_label=False,
        container=False,
        min_width=120,
        scale=0,
    )


class ServerSettings(Protocol):
    """Where to listen; `assistant.settings.Settings` is one."""

    @property
    def host(self) -> str:
        """Address to bind."""

    @property
    def port(self) -> int:
        """0 takes a free one."""

    @property
    def password(self) -> SecretStr | None:
        """Asked for on the page, for the user name `USER`."""


def page_options() -> dict[str, Any]:
    """Looks and habits, the same whether the page is launched or mounted into another application."""
    here = files("assistant.outlets.page")
    style, script, words = (
        here.joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js", "words.json")
    )
    # Through `head`, since Gradio rewrites the selectors of its `css` option.
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><meta name="referrer" content="no-referrer">'
        f"<style>{style}</style><script>window.talksWords = {words};\n{script}</script>"
    )
    return {
        "theme": _theme(),
        "head": head,
        "footer_links": [],
        "run_history": False,  # else every question is kept in the browser's storage
        "show_error": False,
        "ssr_mode": False,
        "pwa": False,
        "mcp_server": False,
        "enable_monitoring": False,
        "allowed_paths": [],
        "max_file_size": LARGEST_UPLOAD,
        "i18n": SAY,
    }


def launch_options(
    settings: ServerSettings, backend: Backend | None = None, *, prevent_thread_lock: bool = False
) -> dict[str, Any]:
    """Keyword arguments for `Blocks.launch`.

    Args:
        settings: Where to listen.
        backend: Has the recordings that are served beside the page; None serves none.
        prevent_thread_lock: Return at once and serve from a thread.

    Raises:
        SettingsError: The address can be reached from other machines and no password is set.
    """
    password = settings.password.get_secret_value() if settings.password else ""
    if not password and not is_loopback(settings.host):
        raise SettingsError(
            f"{settings.host} can be reached from other machines and no password is set; set TALKS_PASSWORD, or "
            "listen on 127.0.0.1."
        )
    return page_options() | {
        "server_name": settings.host,
        "server_port": settings.port or None,
        "app_kwargs": {"routes": [media_route(backend)]} if backend is not None else None,
        "auth": (USER, password) if password else None,
        "auth_message": f'The user name is "{USER}".' if password else None,
        "share": False,
        "inbrowser": False,
        "quiet": True,
        "prevent_thread_lock": prevent_thread_lock,
    }


def is_loopback(host: str) -> bool:
    """Whether an address can be reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _theme() -> gr.themes.Base:
    """Gradio's plainest, in colours that keep a contrast of 4.5 to 1 for small print and buttons, system fonts only."""
    theme = gr.themes.Base(
        primary_hue="teal", secondary_hue="teal", neutral_hue="stone", font=_FONTS, font_mono=_CODE_FONTS
    )
    return theme.set(
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_hover_dark="*primary_800",
    )
