"""Takes the pictures of the page that the README and docs/ show: `make screenshots`.

Comes in: nothing; the seeds are copied and ingested into a folder of its own. Goes out: PNG files in docs/.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, sync_playwright

from assistant.assembly import Assistant
from assistant.outlets.page import build_page, launch_options
from assistant.outlets.page_backend import PageBackend
from assistant.settings import load_settings
from tests.browser.conftest import CHROMIUM_FLAGS, Address, _free_port

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
BOX = "#question textarea"
QUESTION = "What goes wrong in training when models get bigger?"
NOBODY = "http://127.0.0.1:9/v1"
WIDE, PHONE = (1280, 800), (390, 844)


def open_first(page: Page) -> None:
    """The first screen."""
    page.locator(".offer").first.wait_for()


def ask(page: Page) -> None:
    """An answer with its first source open."""
    page.fill(BOX, QUESTION)
    page.press(BOX, "Enter")
    page.locator("#status", has_text="Answer ready").wait_for()
    page.locator("a.marker").first.click()
    page.locator("mark").first.wait_for()


def long_list(page: Page) -> None:
    """An exact and complete list."""
    page.fill(BOX, "List all talks")
    page.press(BOX, "Enter")
    page.locator("#status", has_text="Answer ready").wait_for()


def lost(page: Page) -> None:
    """The program does not answer."""
    ask(page)
    page.route("**/gradio_api/app_id", lambda route: route.abort())
    page.locator("#lost").wait_for()


def glance(page: Page) -> None:
    """A second answer with a quote beside its marker, and the list of conversations."""
    ask(page)
    page.click(".offers.next .offer")
    page.locator("#past .question").first.wait_for()
    page.locator("#status", has_text="Answer ready").wait_for()
    page.locator("#live a.marker").first.hover()


def browse(page: Page) -> None:
    """The collection with a talk open."""
    page.click("#tab-browse-button")
    page.locator("#shelf-words textarea").press_sequentially("training")
    page.locator("#shelf-count", has_text="13 entries").wait_for()
    page.locator(".entry", has_text="Any Scale").click()
    page.locator(".record").wait_for()


def status(page: Page) -> None:
    """What is there."""
    page.click("#tab-status-button")
    page.locator(".findings").wait_for()


def endpoint_down(page: Page) -> None:
    """An endpoint that does not answer, tried on the page."""
    status(page)
    page.fill("#base-url input, #base-url textarea", NOBODY)
    page.click("#test")
    page.locator(".result.error").wait_for()


@dataclass(frozen=True)
class Shot:
    """One picture."""

    name: str
    show: Callable[[Page], None]
    size: tuple[int, int] = WIDE
    scheme: Literal["light", "dark"] = "light"


SHOTS = [
    Shot("page", ask),
    Shot("page-dark", ask, scheme="dark"),
    Shot("page-phone", ask, PHONE),
    Shot("page-first", open_first),
    Shot("page-list", long_list),
    Shot("page-lost", lost),
    Shot("page-first-phone", open_first, PHONE),
    Shot("page-conversation", glance),
    Shot("page-browse", browse),
    Shot("page-browse-dark", browse, scheme="dark"),
    Shot("page-browse-phone", browse, PHONE),
    Shot("page-status", status),
    Shot("page-endpoint-down", endpoint_down),
]


def main() -> None:
    """Serve the seeds and photograph the page in each of its states."""
    with tempfile.TemporaryDirectory(prefix="talks-") as folder, sync_playwright() as playwright:
        for part in ("seeds", "prompts"):
            shutil.copytree(ROOT / part, Path(folder) / part)
        places = {"corpus": Path(folder) / "seeds", "prompts": Path(folder) / "prompts"}
        assistant = Assistant(load_settings(home=Path(folder) / "home", **places))
        assistant.ingest()
        address = Address("127.0.0.1", _free_port())
        page_app = build_page(PageBackend(assistant))
        page_app.launch(**launch_options(address, prevent_thread_lock=True))
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        for shot in SHOTS:
            width, height = shot.size
            context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=shot.scheme)
            page = context.new_page()
            page.goto(f"http://127.0.0.1:{address.port}/")
            open_first(page)
            shot.show(page)
            page.wait_for_timeout(600)  # cards slide in
            page.screenshot(path=DOCS / f"{shot.name}.png")
            context.close()
        chromium.close()
        page_app.close(verbose=False)


if __name__ == "__main__":
    main()
