"""The page put together, how it is served, and everything that Gradio must not do.

Comes in: a `PageBackend`; host and password. Goes out: the page, not yet served, and keyword arguments for
`gradio.mount_gradio_app`.
"""

from importlib.resources import files
from pathlib import Path
from typing import Any

import gradio as gr

from assistant.outlets.guard import is_loopback_host
from assistant.outlets.page.browse import Browse, media_route
from assistant.outlets.page.chat import Chat
from assistant.outlets.page.parts import QUICK, Parts, Updates
from assistant.outlets.page.session import LABELS, Conversation
from assistant.outlets.page.status import TITLE, Models, masthead_html
from assistant.outlets.page.turns import said_html
from assistant.outlets.page_backend import PageBackend
from assistant.settings import Settings
from ingest.errors import SettingsError, TalksError

USER = "talks"
"""The user name beside the password."""

# The second wall behind escaping: should markup ever slip through, the browser still fetches nothing from elsewhere.
_POLICY = (
    "img-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:; "
    "frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
)


def build_page(backend: PageBackend) -> gr.Blocks:
    """The whole page, not yet served; `page_options` says how to serve it."""
    page = _Page(title=TITLE, analytics_enabled=False, fill_width=True)
    with page:
        parts = Parts()
        chat, models = Chat(backend, parts), Models(backend, parts)
        chat.connect()
        models.connect()
        Browse(backend, parts).connect()
        _connect_adding(backend, parts)

        def refresh(conversation: Conversation) -> Updates:
            """Show the program's state; keep looking while an ingest runs."""
            state = backend.state()
            updates: Updates = {
                parts.masthead: masthead_html(state, conversation),
                parts.added: said_html(*([state.ingest] if state.ingest else state.told)),
                parts.tab_adding: gr.update(visible=state.can_add),
                parts.cancel: gr.update(visible=state.ingest is not None),
                parts.ticker: gr.update(active=state.ingest is not None),
            }
            if not conversation.turns:
                updates[parts.chat] = gr.update(examples=[{"text": text} for text in backend.first_questions()])
            if not state.is_empty and not state.ingest:
                updates[parts.scope] = gr.update(choices=backend.shelf().choices())
            return updates

        def arrive(
            conversation: Conversation, visitor: str, saved: object, chosen: str, request: gr.Request
        ) -> Updates:
            """All that a page needs when it is opened."""
            known = chat.arrive(conversation, visitor, request)
            return known | models.choose(chosen, saved, conversation) | refresh(conversation)

        shown = [parts.masthead, parts.ticker, parts.chat, parts.scope, parts.added, parts.tab_adding, parts.cancel]
        parts.ticker.tick(refresh, parts.conversation, shown, **QUICK)
        kept = [parts.conversation, parts.visitor, parts.saved, parts.chosen]
        everything = list(dict.fromkeys([*shown, *parts.shown, *models.changed, *kept]))
        arrived = page.load(arrive, kept, everything, **QUICK)
        arrived.then(None, js="() => window.talksPage.arrived()", **QUICK)
    return page


def page_options(settings: Settings, backend: PageBackend) -> dict[str, Any]:
    """Keyword arguments for `gradio.mount_gradio_app`: looks, habits, and everything that Gradio must not do.

    Args:
        settings: Say where to listen, and with what password.
        backend: Has the recordings that are served beside the page.

    Raises:
        SettingsError: The address can be reached from other machines and no password is set, nor said to be needless.
    """
    password = settings.password.get_secret_value() if settings.password else ""
    if not (password or settings.no_password or is_loopback_host(settings.host)):
        raise SettingsError(
            f"{settings.host} can be reached from other machines and no password is set; set TALKS_PASSWORD, or "
            "listen on 127.0.0.1."
        )
    style, script = (files(__package__).joinpath(name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))
    # Through `head`, since Gradio rewrites the selectors of its `css` option.
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><meta name="referrer" content="no-referrer">'
        f"<style>{style}</style><script>{script}</script>"
    )
    # Gradio's plainest, with a contrast of 4.5 to 1 for small print and buttons, system fonts only.
    fonts: dict[str, Any] = {"font": ["system-ui", "sans-serif"], "font_mono": ["ui-monospace", "monospace"]}
    theme = gr.themes.Base(primary_hue="teal", secondary_hue="teal", neutral_hue="stone", **fonts).set(
        body_text_color_subdued="*neutral_500",
        body_text_color_subdued_dark="*neutral_400",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_dark="*primary_700",
    )
    return {
        "server_name": settings.host,
        "app_kwargs": {"routes": [media_route(backend)]},
        "auth": (USER, password) if password else None,
        "auth_message": f'The user name is "{USER}".' if password else None,
        "theme": theme,
        "head": head,
        "i18n": LABELS,
        "footer_links": [],
        "allowed_paths": [],
        "max_file_size": "50mb",
        # Else every question is kept in the browser's storage, and so on.
        **dict.fromkeys(("run_history", "mcp_server", "pwa", "ssr_mode", "enable_monitoring", "show_error"), False),
    }


class _Page(gr.Blocks):
    """Without the connection that each page would hold open: a browser has six, and the sixth page would never come."""

    def get_config_file(self, *given: Any, **named: Any) -> Any:
        """What the browser is told."""
        return super().get_config_file(*given, **named) | {"connect_heartbeat": False}


def _connect_adding(backend: PageBackend, parts: Parts) -> None:
    """Let files that a visitor drops, or a folder that they name, be read while the old index answers."""

    def add(files: list[str] | None, folder: str, conversation: Conversation) -> Updates:
        if not files and not folder.strip():
            return {parts.added: said_html(conversation.words("nothing_given"))}
        try:
            backend.add_sources([Path(file) for file in files or ()], folder.strip())
        except TalksError as error:
            return {parts.added: said_html(str(error))}
        return {parts.ticker: gr.update(active=True), parts.files: None, parts.folder: "", parts.added: ""}

    given, changed = [parts.files, parts.folder], [parts.added, parts.ticker]
    add_it = [parts.add.click, parts.folder.submit]
    gr.on(add_it, add, [*given, parts.conversation], [*given, *changed], **QUICK)
    parts.cancel.click(backend.cancel_ingest, None, None, **QUICK)
