"""A page that nobody uses any more is forgotten: its conversation from memory, its endpoint's key with it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from assistant.outlets.page.parts import FORGET_AFTER_S
from assistant.outlets.page.session import Conversation
from tests.browser.conftest import ServedPage, serve_page
from tests.browser.scripted import Scripted

SESSION = "idle1234"


@pytest.fixture
def served() -> Iterator[ServedPage]:
    made = serve_page(Scripted())
    yield made
    made.stop()


def arrive(served: ServedPage) -> tuple[Any, int]:
    """Open the page as a browser does; gives Gradio's memory of it and the number of the conversation's state."""
    (number,) = (n for n, fn in served.page.fns.items() if fn.name == "arrive")
    body = {"data": [None, "", [], "settings"], "fn_index": number, "session_hash": SESSION}
    with httpx.Client(base_url=served.url, verify=False) as client:
        client.post("gradio_api/run/predict", json=body).raise_for_status()
    (state,) = (n for n, block in served.page.blocks.items() if isinstance(getattr(block, "value", None), Conversation))
    return served.gradio.state_holder.session_data[SESSION], state


@pytest.mark.parametrize(
    ("idle_s", "is_kept"), [(FORGET_AFTER_S - 60, True), (FORGET_AFTER_S + 60, False)], ids=["in use", "idle"]
)
def test_idle_state_is_let_go(served: ServedPage, idle_s: int, is_kept: bool) -> None:
    session, state = arrive(served)
    lives_s, since = session._state_ttl[state]
    assert lives_s == FORGET_AFTER_S
    assert datetime.now() - since < timedelta(seconds=30)
    session._state_ttl[state] = (lives_s, datetime.now() - timedelta(seconds=idle_s))
    served.gradio.state_holder.delete_all_expired_state()
    assert (state in session.state_data) is is_kept
