"""Takes the pictures of the page that the README and docs/ show: `make screenshots`.

Comes in: nothing; the seeds are ingested into a folder of its own. Goes out: PNG files in docs/.
"""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from assistant.assembly import Assistant
from assistant.page import build_page, launch_options
from assistant.serve import PageBackend
from assistant.settings import load_settings
from tests.browser.conftest import CHROMIUM_FLAGS, Address, _free_port

DOCS = Path(__file__).parent.parent.parent / "docs"
QUESTION = "What goes wrong in training when models get bigger?"


def ask(page: Page, address: str) -> None:
    """Ask the question and open its first source."""
    page.goto(address)
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    marker = page.locator("a.marker").first
    marker.wait_for()
    page.locator("#status", has_text="Answer ready").wait_for()
    marker.click()
    page.locator("mark").first.wait_for()
    page.wait_for_timeout(600)  # the card slides in


def main() -> None:
    """Serve the seeds and photograph the page: wide, dark and on a phone."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        assistant = Assistant(load_settings(home=Path(home)))
        assistant.ingest()
        address = Address("127.0.0.1", _free_port())
        page_app = build_page(PageBackend(assistant))
        page_app.launch(**launch_options(address, prevent_thread_lock=True))
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        for name, width, height, scheme in (
            ("page", 1280, 800, "light"),
            ("page-dark", 1280, 800, "dark"),
            ("page-phone", 390, 844, "light"),
        ):
            context = chromium.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)
            page = context.new_page()
            ask(page, f"http://127.0.0.1:{address.port}/")
            page.screenshot(path=DOCS / f"{name}.png")
            context.close()
        chromium.close()
        page_app.close(verbose=False)


if __name__ == "__main__":
    main()
