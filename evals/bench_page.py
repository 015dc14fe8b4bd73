"""How quickly the page answers to a hand: `python -m evals.bench_page`.

Comes in: the seeds, and for the shelf perhaps a file of PyVideo talks. Goes out: a table. The page is `talks chat` in a
process of its own, without a model; the browser is the system's Chromium on the same machine, as busy as it is.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from assistant.outlets.shelf import ORDERS, Search, Shelf
from evals.bench import LONGEST_WAIT_S, TALKS, RandomPassages, convert
from ingest.embedder import BundledEmbedder
from ingest.pipeline import ingest
from ingest.snapshots import open_current

VISITS = 7
QUESTIONS = 10
USERS = 30
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
BOX = "#question textarea"
QUESTION = "What goes wrong in training when models get bigger?"

_PAINTED_MS = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
# From the click to the frame in which the question stands in the conversation with "Searching…" below it.
_SEARCHING_MS = """() => new Promise(resolve => {
    const live = document.querySelector('#live'), last = live.textContent, began = performance.now();
    const seen = () => live.textContent !== last && live.querySelector('[aria-busy=true] .question');
    new MutationObserver((_, observer) => {
        if (!seen()) return;
        observer.disconnect();
        requestAnimationFrame(() => resolve(performance.now() - began));
    }).observe(live, { childList: true, subtree: true });
    document.querySelector('#ask').click();
})"""


def main() -> None:
    """Measure everything that was asked for."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_page", description=__doc__)
    parser.add_argument("--pyvideo", type=Path, help="pyvideo.jsonl.gz, to search a shelf of 21,715 talks")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="talks-bench-") as folder:
        with served(Path(folder) / "home") as url:
            print(f"{os.cpu_count()} processors, {os.getloadavg()[0]:.1f} processes running on them before this began")
            print(f"{'':<44}{'median':>10}{'worst':>10}")
            in_a_browser(url)
            thirty_users(url)
        if given.pyvideo:
            shelf(given.pyvideo, Path(folder))


@contextmanager
def served(home: Path) -> Iterator[str]:
    """`talks chat` over the seeds, warm: its index made and its first question answered."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "TALKS_HOME": str(home), "TALKS_PORT": str(port), "TALKS_LLM_BASE_URL": ""}
    subprocess.run([*TALKS, "ingest"], env=environment, check=True, capture_output=True)
    process = subprocess.Popen([*TALKS, "chat"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/"
    try:
        deadline = time.monotonic() + LONGEST_WAIT_S
        while not _answers(url):
            if process.poll() is not None or time.monotonic() > deadline:
                sys.exit("talks chat did not start; run it by hand to see why.")
            time.sleep(0.1)
        _ask(url, "warm", "Which talks are there?")
        yield url
    finally:
        process.terminate()
        process.wait()


def in_a_browser(url: str) -> None:
    """A first visit, and the time from a click to "searching"."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        sys.exit("no Chromium on the PATH; install the system's chromium package.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        visits = [_visit(browser, url) for _ in range(VISITS)]
        _row("first paint, from the click on a link", [painted for painted, _, _ in visits], "ms")
        _row("ready: state said, questions offered", [ready for _, ready, _ in visits], "ms")
        _row("first paint to ready", [ready - painted for painted, ready, _ in visits], "ms")
        _row('click on Ask to "searching" on the screen', [ms for _, _, times in visits for ms in times], "ms")
        browser.close()


def _visit(browser: Browser, url: str) -> tuple[float, float, list[float]]:
    """A visitor who was never here: first paint and ready in ms, and each question's time to "searching"."""
    page = browser.new_page()
    page.goto(url, wait_until="commit")
    page.wait_for_function("document.querySelector('#condition') && document.querySelector('.offers .offer')")
    ready: float = page.evaluate("performance.now()")
    painted: float = page.evaluate(_PAINTED_MS)
    times = [_searching_ms(page) for _ in range(QUESTIONS)]
    page.close()
    return painted, ready, times


def _searching_ms(page: Page) -> float:
    page.fill(BOX, QUESTION)
    page.wait_for_function("!document.querySelector('#ask')?.disabled")
    ms: float = page.evaluate(_SEARCHING_MS)
    page.wait_for_selector('#live .turn[aria-busy="false"]')
    page.wait_for_selector("#ask")
    return ms


def thirty_users(url: str) -> None:
    """Everybody asks at the same moment, over HTTP."""
    with ThreadPoolExecutor(USERS) as users:
        answered = list(users.map(lambda user: _ask(url, f"user{user:02}", QUESTION), range(USERS)))
    seconds = [each for each in answered if each is not None]
    _row(f"{USERS} users at once, whole answer", [1000 * each for each in seconds], "ms")
    print(f"  lost: {USERS - len(seconds)} of {USERS}")


def _ask(url: str, name: str, question: str) -> float | None:
    """Ask as a browser does; seconds until the answer was whole, None when it never was."""
    session = f"bench-{name}"
    # Without certificates, which take a client longer to read than the page takes to answer.
    with httpx.Client(base_url=url, timeout=LONGEST_WAIT_S, verify=False) as client:
        ask = next(each for each in client.get("config").json()["dependencies"] if each["api_name"] == "ask")
        body = {
            "data": [question, "", None, f"bench-visitor-{name:>08}", ""],
            "fn_index": ask["id"],
            "session_hash": session,
            "event_data": None,
            "trigger_id": None,
        }
        began = time.perf_counter()
        client.post("gradio_api/queue/join", json=body).raise_for_status()
        with client.stream("GET", "gradio_api/queue/data", params={"session_hash": session}) as events:
            for line in events.iter_lines():
                if '"process_completed"' in line:
                    return time.perf_counter() - began if '"success":true' in line.replace(" ", "") else None
    return None


def shelf(pyvideo: Path, folder: Path) -> None:
    """The list of a large collection: made once, then searched with each letter that is typed."""
    corpus = folder / "pyvideo"
    corpus.mkdir()
    convert(pyvideo, corpus / "talks.jsonl")
    embedder = RandomPassages(BundledEmbedder())
    ingest(corpus, folder / "pyvideo-home", embedder)
    store = open_current(folder / "pyvideo-home", embedder.fingerprint).store
    began = time.perf_counter()
    rows = Shelf.of(store)
    print(f"shelf of {len(rows.rows):,} records made in {time.perf_counter() - began:.2f} s")
    for name, search in {
        "one letter": Search("p"),
        "two words": Search("machine learning"),
        "a word that nothing has": Search("zzyzx"),
        "a speaker": Search(scope=(("", "guido"),)),
        **{f"everything, {order}": Search(order=order) for order in ORDERS},
    }.items():
        times = []
        for _ in range(VISITS):
            began = time.perf_counter()
            rows.find(search)
            times.append(1000 * (time.perf_counter() - began))
        _row(f"  {name}", times, "ms")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=1, verify=False).is_success
    except httpx.HTTPError:
        return False


def _row(name: str, values: list[float], unit: str) -> None:
    print(f"{name:<44}{statistics.median(values):>7.0f} {unit}{max(values):>7.0f} {unit}", flush=True)


if __name__ == "__main__":
    main()
