"""How the page is served: its looks, its script, and everything that Gradio must not do.

Comes in: host, port and password. Goes out: keyword arguments for `Blocks.launch` or `gradio.mount_gradio_app`.
"""

import ipaddress
from importlib.resources import files
from typing import Any, Protocol

import gradio as gr
from pydantic import SecretStr

from assistant.outlets.page.maths import katex_head
from ingest.errors import SettingsError

USER = "talks"
"""The user name beside the password."""

_SCRIPT = ("reach", "maths", "sources", "glance", "asking", "handing", "browsing", "connection", "events")
"""The parts of the page's script, in order; they share one function, so that nothing else on the page sees them."""

_FONTS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Helvetica Neue", "Arial", "sans-serif"]
_CODE_FONTS = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "Liberation Mono", "monospace"]

# The second wall behind escaping: should markup ever slip through, the browser still fetches nothing from elsewhere.
_POLICY = (
    "img-src 'self' data: blob:; media-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:; "
    "frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'"
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
    style = here.joinpath("style.css").read_text(encoding="utf-8")
    parts = [here.joinpath("script", f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPT]
    script = "(() => {\nif (window.talksPage) return;\n" + "\n".join(parts) + "})();"
    # Through `head`, since Gradio rewrites the selectors of its `css` option.
    head = (
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="referrer" content="no-referrer">{katex_head()}<style>{style}</style><script>{script}</script>'
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
        "max_file_size": "1kb",  # the page takes no files; Gradio's upload address exists all the same
    }


def launch_options(settings: ServerSettings, *, prevent_thread_lock: bool = False) -> dict[str, Any]:
    """Keyword arguments for `Blocks.launch`.

    Args:
        settings: Where to listen.
        prevent_thread_lock: Return at once and serve from a thread.

    Raises:
        SettingsError: The address can be reached from other machines and no password is set.
    """
    password = settings.password.get_secret_value() if settings.password else ""
    if not password and not _is_loopback(settings.host):
        raise SettingsError(
            f"{settings.host} can be reached from other machines and no password is set; set TALKS_PASSWORD, or "
            "listen on 127.0.0.1."
        )
    return page_options() | {
        "server_name": settings.host,
        "server_port": settings.port or None,
        "auth": (USER, password) if password else None,
        "auth_message": f'The user name is "{USER}".' if password else None,
        "share": False,
        "inbrowser": False,
        "quiet": True,
        "prevent_thread_lock": prevent_thread_lock,
    }


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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
