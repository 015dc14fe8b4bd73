"""Thirty visitors at once, over HTTP and without a model: nobody waits long, no answer is lost or given to another."""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from assistant.assembly import Assistant
from assistant.outlets.conversations import Conversations
from assistant.outlets.page_backend import PageBackend
from tests.browser.conftest import serve_page

USERS = 30
MEDIAN_S = 2.0
"""Alone, two cores answer in 0.6 s in the median; tests run beside others."""


class Served(NamedTuple):
    url: str
    arrive: int
    ask: int
    kept: Conversations


@pytest.fixture
def served(assistant: Assistant, tmp_path: Path) -> Iterator[Served]:
    backend = PageBackend(assistant)
    backend.conversations = Conversations(tmp_path)
    served = serve_page(backend)
    (arrive,) = (number for number, event in served.page.fns.items() if event.name == "arrive")
    (ask,) = (number for number, event in served.page.fns.items() if event.name == "ask")
    yield Served(f"{served.url}gradio_api/", arrive, ask, backend.conversations)
    served.stop()


def ask(served: Served, user: int, question: str) -> float:
    """Ask as a browser does; the seconds until the answer was whole."""
    visit = f"visit{user:05}"
    data: list[object] = [question, [], "normal", None]
    # Without certificates, which take a client longer to read than the page takes to answer.
    with httpx.Client(base_url=served.url, timeout=60, verify=False) as client:
        here = {
            "data": [None, f"visitor-number-{user:05}", [], "settings"],
            "fn_index": served.arrive,
            "session_hash": visit,
        }
        client.post("run/predict", json=here).raise_for_status()
        began = time.perf_counter()
        body = {"data": data, "fn_index": served.ask, "session_hash": visit, "event_data": None, "trigger_id": None}
        client.post("queue/join", json=body).raise_for_status()
        with client.stream("GET", "queue/data", params={"session_hash": visit}) as events:
            for line in events.iter_lines():
                if '"process_completed"' in line:
                    assert '"success":true' in line.replace(" ", ""), line
                    return time.perf_counter() - began
    raise AssertionError("the answer never ended")


@pytest.mark.alone
def test_thirty_users_at_once_are_each_answered_soon(served: Served, assistant: Assistant) -> None:
    talks = [one for one in assistant.snapshot.store.records() if one.kind == "talk"]
    questions = [f"What is “{talk.title}” about?" for talk in talks[:USERS]]
    ask(served, 99_999, "Warm up?")
    with ThreadPoolExecutor(USERS) as users:
        seconds = list(users.map(lambda user: ask(served, user, questions[user]), range(USERS)))
    print(f"median {statistics.median(seconds):.2f} s, slowest {max(seconds):.2f} s")
    assert statistics.median(seconds) < MEDIAN_S
    for user, question in enumerate(questions):
        owner = f":visitor-number-{user:05}"
        (summary,) = served.kept.listed(owner)
        (turn,) = served.kept.read(owner, summary.id).turns
        assert turn.question == question
        assert turn.answer.text
        assert turn.answer.citations
