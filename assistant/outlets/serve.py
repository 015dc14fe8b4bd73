"""Serves the page: starts at once, ingests beside it, answers as soon as there is an index.

Comes in: settings. Goes out: a server on the settings' address, until it is interrupted.
"""

import socket
import threading

import typer

from assistant.assembly import Assistant
from assistant.outlets.page import build_page, launch_options
from assistant.outlets.page_backend import PageBackend
from assistant.settings import Settings
from ingest.errors import SettingsError


def serve(settings: Settings) -> None:
    """Serve the page until interrupted.

    Raises:
        SettingsError: The port is taken, or the address needs a password.
    """
    options = launch_options(settings)
    _check_port(settings)
    backend = PageBackend(Assistant(settings))
    page = build_page(backend)
    ingesting = threading.Thread(target=backend.ingest, name="ingest", daemon=True)
    ingesting.start()
    typer.echo(f"Talks Assistant on http://{settings.host}:{settings.port}; Ctrl-C ends it.", err=True)
    page.queue().launch(**options)


def _check_port(settings: Settings) -> None:
    """Gradio would try a hundred further ports; a script that opens 7860 must find it there, or be told."""
    if settings.port == 0:
        return
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"{settings.host}:{settings.port} cannot be used ({error.strerror}); "
                "stop what runs there or set TALKS_PORT to another."
            ) from error
