"""A served page and a system Chromium; whatever the browser asks of any machine but this one fails the test."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

import gradio as gr
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr

from assistant.outlets.page.app import build_page, page_options
from assistant.outlets.page_backend import PageBackend
from assistant.settings import Settings

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Serve(Protocol):
    """Serves a page for a backend; gives its address."""

    def __call__(self, backend: PageBackend, password: str | None = None, port: int = 0) -> str:
        """Start; port 0 takes a free one."""

    def stop(self) -> None:
        """End what was started, as a crash or Ctrl-C would."""


Visit = Callable[..., Page]


def listening(host: str = "127.0.0.1", port: int = 7860, password: str | None = None) -> Settings:
    """Settings that say where a page is served."""
    return Settings.model_construct(host=host, port=port, password=SecretStr(password) if password else None)


@dataclass
class Traffic:
    """What browsers of one test asked for, and what went wrong in them."""

    urls: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def elsewhere(self) -> list[str]:
        """Requests that left this machine."""
        return [url for url in self.urls if urlsplit(url).scheme not in ("data", "blob") and not _is_here(url)]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A running Chromium; without one, tests skip on a desk and fail in continuous integration."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        message = "no Chromium on the PATH; install the system's chromium package to run the browser tests"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def traffic() -> Iterator[Traffic]:
    """Recorded for every page of the test and checked at its end."""
    seen = Traffic()
    yield seen
    assert seen.elsewhere() == []
    assert seen.errors == []


@dataclass
class ServedPage:
    """A page alone, mounted as the program mounts it, on a port of this machine until it is stopped."""

    page: gr.Blocks
    gradio: Any
    url: str
    stop: Callable[[], None]


def serve_page(backend: PageBackend, password: str | None = None, port: int = 0) -> ServedPage:
    """Serve a page from a thread."""
    settings, app = listening(port=port or free_port(), password=password), FastAPI()
    page = build_page(backend)
    gr.mount_gradio_app(app, page, path="/", **page_options(settings, backend))
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=settings.port, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)

    def stop() -> None:
        server.should_exit = server.force_exit = True
        thread.join(10)

    return ServedPage(page, app.routes[-1].app, f"http://127.0.0.1:{settings.port}/", stop)  # type: ignore[attr-defined]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve a page for a backend; gives its address."""
    served: list[ServedPage] = []

    def start(backend: PageBackend, password: str | None = None, port: int = 0) -> str:
        served.append(serve_page(backend, password, port))
        return served[-1].url

    def stop() -> None:
        for page in served:
            page.stop()
        served.clear()

    start.stop = stop  # type: ignore[attr-defined]
    yield start  # type: ignore[misc]
    stop()


@pytest.fixture
def visit(browser: Browser, traffic: Traffic) -> Iterator[Visit]:
    """Open an address as a visitor of its own; gives the page once it is ready."""
    contexts = []

    def open_page(
        url: str, *, width: int = 1280, dark: bool = False, ready: str = "#condition", locale: str = "en-US"
    ) -> Page:
        size = {"width": width, "height": 800}
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport=size, color_scheme=scheme, locale=locale)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("request", lambda request: traffic.urls.append(request.url))
        page.on("pageerror", lambda error: traffic.errors.append(str(error)))
        page.goto(url)
        page.wait_for_selector(ready)
        return page

    yield open_page
    for context in contexts:
        context.close()


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname == "127.0.0.1"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
