"""The whole program as a visitor meets it: `talks chat`, the real index, a browser, and nobody else."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ingest.pipeline import IngestReport
from tests.browser.conftest import Visit
from tests.conftest import SEEDS
from tests.scripted_endpoint import Script, ScriptedEndpoint
from tests.tracing import outbound, plain_environment, traced_command

pytestmark = [pytest.mark.browser, pytest.mark.slow]
# Watched by strace on a busy machine, the first answer and importing the model's client take several seconds each.
PATIENCE_MS = 60_000
QUESTION = "What goes wrong in training when models get bigger?"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, seeds_home: Path, seeds_report: IngestReport) -> Iterator[str]:
    """`talks chat` over the seeds, watched; its connections are checked at the end."""
    tmp_path = tmp_path_factory.mktemp("served")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = plain_environment(TALKS_HOME=str(seeds_home), TALKS_CORPUS=str(SEEDS), TALKS_PORT=str(port))
    command = traced_command(tmp_path / "log", "chat")
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        deadline = time.monotonic() + 60
        while not _listens(port):
            assert process.poll() is None, (tmp_path / "out").read_text()
            assert time.monotonic() < deadline, (tmp_path / "out").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=15)
    assert outbound(tmp_path / "log") == []


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_question_is_answered_in_quotes_and_then_by_a_model(served: str, visit: Visit) -> None:
    page = visit(served)
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    marker = page.locator("a.cite").first
    marker.wait_for(timeout=PATIENCE_MS)
    expect(page.locator("#chat").filter(has_text="increased instability during training").first).to_be_visible()
    marker.click()
    card = page.locator("#sources article").filter(has_text="Training Neural Networks at Any Scale").first
    expect(card).to_contain_text("Volkan Cevher")
    expect(card).to_contain_text("EPFL")
    expect(card).to_contain_text("Recorded Talks: Machine Learning")
    expect(card.locator("mark").first).to_contain_text("critical challenges")

    with ScriptedEndpoint(Script(pieces=["Training gets ", "unstable [1]."])) as server:
        page.get_by_role("tab", name="Models").click()
        page.fill("#base-url input, #base-url textarea", server.address)
        page.click("#connect")
        expect(page.locator("#result")).to_contain_text("will write the answers", timeout=PATIENCE_MS)
        page.get_by_role("tab", name="Ask").click()
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        expect(
            page.locator("#chat").filter(has_text=re.compile(r"Training gets unstable\s*\[1\]")).first
        ).to_be_visible(timeout=PATIENCE_MS)


def test_endpoint_that_goes_down_and_comes_back(served: str, visit: Visit) -> None:
    page = visit(served)
    with ScriptedEndpoint(Script(pieces=["Training gets ", "unstable [1]."])) as server:
        address = server.address
        page.get_by_role("tab", name="Models").click()
        page.fill("#base-url input, #base-url textarea", address)
        page.click("#connect")
        expect(page.locator("#result")).to_contain_text("will write the answers", timeout=PATIENCE_MS)
    page.get_by_role("tab", name="Ask").click()
    page.fill("#question textarea", QUESTION)
    page.press("#question textarea", "Enter")
    down = page.locator("#chat").filter(has_text=re.compile(r"Nothing answers at|hung up|broke off"))
    expect(down.first).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#chat").filter(has_text="increased instability during training").first).to_be_visible()

    with ScriptedEndpoint(Script(pieces=["Training gets ", "unstable [1]."]), port=int(address.rsplit(":", 1)[1])):
        page.fill("#question textarea", QUESTION)
        page.press("#question textarea", "Enter")
        back = page.locator("#chat").filter(has_text=re.compile(r"Training gets unstable\s*\[1\]"))
        expect(back.first).to_be_visible(timeout=PATIENCE_MS)
