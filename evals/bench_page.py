"""A cold start, and many open pages: `python -m evals.bench_page`.

Comes in: the seeds. Goes out: seconds from the start of `talks chat` over an index that is there to the first paint and
to the first answer, in the system's Chromium on the same machine, and the program's memory with 50 pages open that
each had an answer. It runs without a model.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import BrowserContext, Error, Page, sync_playwright

TALKS = [sys.executable, "-m", "assistant.outlets.cli"]
STARTS, PAGES = 3, 50
PATIENCE_MS = 300_000
PAGES_A_BROWSER = 4
QUESTION = "What goes wrong in training when models get bigger?"
# When the first of the page stood on the screen, seconds since 1970.
_PAINTED_AT = """() => new Promise(resolve => new PerformanceObserver((list) => {
    resolve((performance.timeOrigin + list.getEntriesByName('first-contentful-paint')[0].startTime) / 1000);
}).observe({ type: 'paint', buffered: true }))"""


def main() -> None:
    """Measure both."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with socket.socket() as free, tempfile.TemporaryDirectory(prefix="talks-bench-") as home, sync_playwright() as play:
        free.bind(("127.0.0.1", 0))
        environment = {**os.environ, "TALKS_HOME": home, "TALKS_PORT": str(free.getsockname()[1])}
        free.close()
        subprocess.run([*TALKS, "ingest"], env=environment, check=True, capture_output=True)
        flags = ["--no-sandbox", "--disable-gpu", "--process-per-site"]
        browser = play.chromium.launch(executable_path=path, args=flags)
        url = f"http://127.0.0.1:{environment['TALKS_PORT']}/"
        for start in range(STARTS):
            began = time.time()
            with subprocess.Popen([*TALKS, "chat"], env=environment, stderr=subprocess.DEVNULL) as process:
                try:
                    page = opened(browser.new_context(), url)
                    ask(page)
                    answered_s, painted_s = time.time() - began, page.evaluate(_PAINTED_AT) - began
                    told = f"first paint {painted_s:.2f} s, first answer {answered_s:.2f} s"
                    print(f"{told}; the program computed {computed_s(process.pid):.2f} s for it", flush=True)
                    if start == STARTS - 1:
                        alone, few = memory_mb(process.pid), browser.new_context()
                        for number in range(PAGES):
                            # All in one browser draw so slowly that it is the browser which is measured.
                            few = few if number % PAGES_A_BROWSER else browser.new_context()
                            ask(opened(few, url))
                        print(f"memory: {alone} MB after one page, {memory_mb(process.pid)} MB with {PAGES} more open")
                finally:
                    process.terminate()


def opened(context: BrowserContext, url: str) -> Page:
    """A page, as soon as somebody answers."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    while True:
        try:
            page.goto(url, wait_until="commit")
            return page
        except Error:
            time.sleep(0.05)


def ask(page: Page) -> None:
    """Ask as soon as the page can be used, and wait for the whole answer."""
    page.locator("#chat .example, #chat .answer").first.wait_for()
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    page.locator("#chat .answer.over").wait_for()


def computed_s(pid: int) -> float:
    """What a process has used of the processors, which other work on the machine does not stretch."""
    ticks = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> int:
    """What a process holds, in MB of 10**6 bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 10**6


if __name__ == "__main__":
    main()
