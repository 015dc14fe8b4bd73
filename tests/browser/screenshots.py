"""Takes the pictures of the page that the documents show: `make screenshots`.

Comes in: nothing; the seeds and a made-up recording are ingested into a folder of their own. Goes out: docs/page*.png.
"""

import io
import math
import shutil
import struct
import tempfile
import wave
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from assistant.assembly import Assistant
from assistant.outlets.page_backend import PageBackend
from assistant.settings import load_settings
from tests.browser.conftest import CHROMIUM_FLAGS, serve_page

ROOT = Path(__file__).parent.parent.parent
QUESTION = "What goes wrong in training when models get bigger?"
LIST = "Which talks are there?"
SPOKEN = """\
Welcome. Tonight is about how otters sleep.
We filmed forty pairs for a year, in calm water and in storms.
Otters hold hands while they sleep, so that the tide does not part them.
In a storm they wrap themselves in kelp, which holds them like an anchor.
Pups sleep on their mother's belly until they can float by themselves.
"""
LINE_S = 4


def ask(page: Page, question: str = QUESTION) -> None:
    """Ask and wait for the answer."""
    page.fill("#question textarea", question)
    page.press("#question textarea", "Enter")
    page.locator("#status", has_text="Answer ready").wait_for()


def ask_and_look(page: Page) -> None:
    """An answer with its first source open."""
    ask(page)
    page.locator("a.cite").first.click()
    page.locator("mark.current").wait_for()


def ask_and_compare(page: Page) -> None:
    """What the chip below an answer leads to."""
    ask(page)
    page.get_by_role("button", name="Compare with").first.click()
    page.locator("#chat .user-row").nth(1).wait_for()
    page.locator("#question .submit-button").wait_for()


def ask_for_a_list(page: Page) -> None:
    """A list as a table."""
    ask(page, LIST)
    page.get_by_role("button", name="Save as CSV").wait_for()


def play(page: Page) -> None:
    """A cited moment of a recording."""
    ask(page, "Why do otters hold hands?")
    page.locator(".card").get_by_role("button", name="Play").first.click()
    page.locator("#player audio").wait_for()


PICTURES: dict[str, tuple[Callable[[Page], None], int, bool]] = {
    "page-first": (lambda page: page.locator("#chat .example").first.wait_for(), 1280, False),
    "page": (ask_and_look, 1280, False),
    "page-compare": (ask_and_compare, 1280, False),
    "page-recording": (play, 1280, False),
    "page-table": (ask_for_a_list, 1280, False),
    "page-phone": (ask_and_look, 390, False),
    "page-dark": (ask_and_look, 1280, True),
}
"""Name → what is done first, the window's width, and whether it is dark."""


def write_recording(folder: Path) -> None:
    """A tone, and captions that say what is heard in it."""
    lines = SPOKEN.splitlines()
    with wave.open(str(folder / "How otters sleep.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        tone = (int(8000 * math.sin(n / 4)) for n in range(8000 * LINE_S * len(lines)))
        file.writeframes(b"".join(struct.pack("<h", value) for value in tone))
    cues = (
        f"{n}\n00:00:{(n - 1) * LINE_S:02},000 --> 00:00:{n * LINE_S:02},000\n{line}\n"
        for n, line in enumerate(lines, 1)
    )
    (folder / "How otters sleep.srt").write_text("\n".join(cues), encoding="utf-8")


def photograph(chromium: Browser, address: str, name: str) -> None:
    """One picture, as a visitor of its own."""
    prepare, width, dark = PICTURES[name]
    size: ViewportSize = {"width": width, "height": 800}
    context = chromium.new_context(viewport=size, locale="en-US", color_scheme="dark" if dark else "light")
    page = context.new_page()
    page.goto(address)
    page.locator("#chat .example").first.wait_for()
    prepare(page)
    page.wait_for_timeout(700)  # what slides in has come to rest
    picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    # A page has few colours; a palette makes a third of the file.
    picture.quantize(96, dither=Image.Dither.NONE).save(ROOT / "docs" / f"{name}.png", optimize=True)
    context.close()


def main() -> None:
    """Serve the seeds and photograph the page."""
    with tempfile.TemporaryDirectory(prefix="talks-") as folder, sync_playwright() as playwright:
        for part in ("seeds", "prompts"):
            shutil.copytree(ROOT / part, Path(folder) / part)
        write_recording(Path(folder) / "seeds")
        places = {"corpus": Path(folder) / "seeds", "prompts": Path(folder) / "prompts"}
        assistant = Assistant(load_settings(home=Path(folder) / "home", **places))
        backend = PageBackend(assistant)
        backend.ingest()
        served = serve_page(backend)
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM_FLAGS)
        for name in PICTURES:
            photograph(chromium, served.url, name)
        chromium.close()
        served.stop()


if __name__ == "__main__":
    main()
