"""Takes the picture of the page that the README shows: `make screenshots`.

Comes in: nothing; the seeds are copied and ingested into a folder of its own. Goes out: docs/page.png.
"""

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from assistant.assembly import Assistant
from assistant.outlets.page import build_page, launch_options
from assistant.outlets.page_backend import PageBackend
from assistant.settings import load_settings
from tests.browser.conftest import CHROMIUM_FLAGS, Address, _free_port

ROOT = Path(__file__).parent.parent.parent
QUESTION = "What goes wrong in training when models get bigger?"


def ask(page: Page) -> None:
    """An answer with its first source open."""
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    page.locator("#status", has_text="Answer ready").wait_for()
    page.locator("a.cite").first.click()
    page.locator("mark.current").wait_for()
    page.wait_for_timeout(600)  # cards slide in


def main() -> None:
    """Serve the seeds and photograph an answer."""
    with tempfile.TemporaryDirectory(prefix="talks-") as folder, sync_playwright() as playwright:
        for part in ("seeds", "prompts"):
            shutil.copytree(ROOT / part, Path(folder) / part)
        places = {"corpus": Path(folder) / "seeds", "prompts": Path(folder) / "prompts"}
        assistant = Assistant(load_settings(home=Path(folder) / "home", **places))
        assistant.ingest()
        backend, address = PageBackend(assistant), Address("127.0.0.1", _free_port())
        served = build_page(backend)
        served.launch(**launch_options(address, backend, prevent_thread_lock=True))
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        page = chromium.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.goto(f"http://127.0.0.1:{address.port}/")
        page.locator("#chat .example").first.wait_for()
        ask(page)
        page.screenshot(path=ROOT / "docs" / "page.png")
        chromium.close()
        served.close(verbose=False)


if __name__ == "__main__":
    main()
