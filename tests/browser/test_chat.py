"""Asking, stopping, retrying, and what a visitor sees meanwhile."""

import socket
import time
from collections.abc import Sequence

import pytest
from playwright.sync_api import Page, expect

from assistant.outlets.page import PageState
from assistant.types import Delta, Event, Sources, Status
from ingest.errors import EndpointUnreachable
from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import FLAT, HESSIAN, Scripted, cite, script

pytestmark = pytest.mark.browser

BOX = "#question textarea"


def ask(page: Page, question: str) -> None:
    page.fill(BOX, question)
    page.press(BOX, "Enter")


def wait_for_answer(page: Page, question: str | None = None) -> None:
    if question:
        expect(page.locator("#live .question")).to_have_text(question)
    page.wait_for_selector('#live .turn[aria-busy="false"]')
    expect(page.locator("#ask")).to_be_visible()


def slow_words(count: int) -> list[Event]:
    return [Status("searching", "Searching…"), Sources((HESSIAN,)), *[Delta(f"word{i} ") for i in range(count)]]


def test_page_on_first_visit_is_ready_within_five_seconds(serve: Serve, visit: Visit) -> None:
    url = serve(Scripted())
    started = time.monotonic()
    page = visit(url)
    assert time.monotonic() - started < 5
    expect(page.locator("h1")).to_have_text("Recorded talks")
    expect(page.locator(".counts")).to_have_text("34 talks · 106 papers")
    expect(page.locator("#condition")).to_have_text("No model: answers are quoted sentences")
    expect(page.locator(BOX)).to_be_focused()


def test_answer_streams_while_it_is_written(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted(pause_s=0.3)))
    ask(page, "What about curvature?")
    expect(page.locator(BOX)).to_have_value("")
    expect(page.locator("#live .question")).to_have_text("What about curvature?")
    expect(page.locator("#status")).to_have_text("Searching the talks…")
    expect(page.locator("#live .answer")).to_have_text("Badly conditioned losses slow training down[1]")
    expect(page.locator("#stop")).to_be_visible()
    wait_for_answer(page)
    expect(page.locator("#live .answer")).to_contain_text("they go with better generalization[2].")
    expect(page.locator("#status")).to_have_text("Answer ready, 2 sources.")


@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "phone"])
def test_long_answer_is_read_from_its_beginning(serve: Serve, visit: Visit, width: int) -> None:
    page = visit(serve(Scripted({"Long?": script(*[f"Paragraph {n}.\n\n" for n in range(60)])})), width=width)
    for question in ("Short?", "Long?"):
        ask(page, question)
        wait_for_answer(page, question)
    page.wait_for_timeout(300)
    expect(page.locator("#live .question")).to_be_in_viewport()
    expect(page.get_by_text("Paragraph 0.")).to_be_in_viewport()
    expect(page.get_by_text("Paragraph 59.")).not_to_be_in_viewport()
    expect(page.locator("#past .question")).not_to_be_in_viewport()


def test_stop_keeps_what_came_and_closes_the_engine_and_the_next_question_works(serve: Serve, visit: Visit) -> None:
    backend = Scripted({"Long?": slow_words(200)}, pause_s=0.05)
    page = visit(serve(backend))
    ask(page, "Long?")
    expect(page.locator("#live .answer")).to_contain_text("word3")
    page.click("#stop")
    expect(page.locator("#status")).to_have_text("Stopped.", timeout=1000)
    assert backend.closed_one.wait(2)
    assert backend.closed == ["Long?"]
    kept = page.locator("#live .answer").inner_text()
    assert kept.startswith("word0 word1 word2 word3")
    expect(page.locator("#live .notice")).to_have_text("You stopped this answer; it is not complete.")
    expect(page.locator(BOX)).to_be_focused()

    ask(page, "And then?")
    wait_for_answer(page, "And then?")
    expect(page.locator("#past .answer")).to_have_text(kept)
    expect(page.locator("#live .answer")).to_contain_text("better generalization")
    assert backend.asked[1][:2] == ("And then?", ["Long?"])


def test_stop_while_the_endpoint_is_silent_is_felt_at_once(serve: Serve, visit: Visit) -> None:
    backend = Scripted(pause_s=2.5)
    page = visit(serve(backend))
    ask(page, "Anyone there?")
    page.click("#stop")
    expect(page.locator("#status")).to_have_text("Stopped.", timeout=1500)
    assert backend.closed_one.wait(5)


def test_late_look_at_the_programs_state_takes_no_turn_off_the_page(serve: Serve, visit: Visit) -> None:
    class Slow(Scripted):
        def first_questions(self) -> Sequence[str]:
            time.sleep(2)
            return ["What came late?"]

    page = visit(serve(Slow()), ready="#ask")
    for question in ("Early?", "Next?"):
        ask(page, question)
        wait_for_answer(page, question)
    page.wait_for_selector(".offers.first", state="attached")
    expect(page.locator(".turn .question")).to_have_text(["Early?", "Next?"])
    expect(page.locator(".offers.first")).not_to_be_visible()


def test_retry_replaces_the_last_answer_and_asks_without_it(serve: Serve, visit: Visit) -> None:
    backend = Scripted({"Again?": script("First answer.")})
    page = visit(serve(backend))
    ask(page, "Before.")
    wait_for_answer(page)
    ask(page, "Again?")
    expect(page.locator("#live .answer")).to_have_text("First answer.")
    expect(page.locator("#retry")).to_be_visible()
    backend.scripts["Again?"] = script("Second answer.")
    page.click("#retry")
    expect(page.locator("#live .answer")).to_have_text("Second answer.")
    wait_for_answer(page)
    expect(page.locator(".turn .question")).to_have_text(["Before.", "Again?"])
    assert [asked[:2] for asked in backend.asked[1:]] == [("Again?", ["Before."]), ("Again?", ["Before."])]


def test_endpoint_down_shows_the_notice_above_the_quotes(serve: Serve, visit: Visit) -> None:
    notice = "Nothing answers at http://127.0.0.1:11434/v1; these are quoted sentences."
    citation = cite(1, HESSIAN, "Ill conditioned loss landscapes")
    quotes = script("Ill conditioned loss landscapes are ubiquitous [1]", citation, mode="extract", notice=notice)
    backend = Scripted({"Down?": quotes})
    page = visit(serve(backend))
    ask(page, "Down?")
    expect(page.locator("#live .notice")).to_have_text(notice)
    expect(page.locator("#live .foot")).to_contain_text("Quoted sentences")
    expect(page.locator("#live .marker")).to_have_count(1)


def test_error_is_one_sentence_and_a_retry_recovers(serve: Serve, visit: Visit) -> None:
    backend = Scripted(
        {"Broken?": [Status("searching", "…"), EndpointUnreachable("The index is busy; wait a moment.")]}
    )
    page = visit(serve(backend))
    ask(page, "Broken?")
    expect(page.locator("#live .notice.error")).to_have_text("The index is busy; wait a moment.")
    backend.scripts.clear()
    page.click("#retry")
    wait_for_answer(page)
    expect(page.locator(".turn")).to_have_count(1)
    expect(page.locator("#live .notice")).to_have_count(0)
    expect(page.locator("#live .marker")).to_have_count(3)


def test_unforeseen_error_shows_no_internals(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted({"Crash?": [Delta("So far "), RuntimeError("key sk-secret at /srv/app.py")]})))
    ask(page, "Crash?")
    expect(page.locator("#live .notice.error")).to_contain_text("Something went wrong inside the program")
    expect(page.locator("#live .answer")).to_have_text("So far")
    assert "sk-secret" not in page.content()


def test_ingest_shows_progress_and_becomes_ready_without_a_reload(serve: Serve, visit: Visit) -> None:
    backend = Scripted(page_state=PageState("Recorded talks", 0, 0, ingest="Page 2 of 5."))
    page = visit(serve(backend))
    expect(page.locator("#condition")).to_contain_text("Page 2 of 5.")
    expect(page.locator("#ask")).to_be_disabled()
    ask(page, "Too early?")
    expect(page.locator("#status")).to_have_text("The talks are still being read; your question stays here.")
    expect(page.locator(BOX)).to_have_value("Too early?")
    backend.page_state = PageState("Recorded talks", 34, 106)
    expect(page.locator("#condition")).to_have_text("No model: answers are quoted sentences")
    page.click("#ask")
    wait_for_answer(page)
    assert [question for question, _, _ in backend.asked] == ["Too early?"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param(PageState("Talks", 0, 0), "There are no talks here yet.", id="empty"),
        pytest.param(PageState("Talks", 0, 0, problem="The disk is full."), "The disk is full.", id="problem"),
        pytest.param(PageState("Talks", 1, 0, endpoint="llama3.1 at x"), "Model: llama3.1 at x", id="model"),
    ],
)
def test_condition_is_said_plainly(serve: Serve, visit: Visit, state: PageState, words: str) -> None:
    page = visit(serve(Scripted(page_state=state)))
    expect(page.locator("#condition")).to_contain_text(words)


def test_two_visitors_never_see_each_other(serve: Serve, visit: Visit) -> None:
    backend = Scripted(
        {"Ada's": script("For Ada."), "Ben's": script("For Ben [1]", cite(1, FLAT, "better generalization"))},
        pause_s=0.2,
    )
    url = serve(backend)
    ada, ben = visit(url), visit(url)
    ask(ada, "Ada's")
    ask(ben, "Ben's")
    expect(ada.locator("#live .answer")).to_have_text("For Ada.")
    expect(ben.locator("#live .answer")).to_have_text("For Ben[1]")
    wait_for_answer(ada)
    wait_for_answer(ben)
    assert "Ben" not in ada.locator("body").inner_text()
    assert "Ada" not in ben.locator("body").inner_text()
    ask(ada, "Next")
    wait_for_answer(ada, "Next")
    assert backend.asked[-1][:2] == ("Next", ["Ada's"])


def test_closed_page_stops_the_engine(serve: Serve, visit: Visit) -> None:
    backend = Scripted({"Long?": slow_words(400)}, pause_s=0.05)
    page = visit(serve(backend))
    ask(page, "Long?")
    expect(page.locator("#live .answer")).to_contain_text("word3")
    page.close()
    assert backend.closed_one.wait(10)


def test_endpoint_is_checked_used_by_its_visitor_only_and_its_key_forgotten(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    url = serve(backend)
    page, other = visit(url), visit(url)
    page.get_by_role("button", name="Use a model").click()
    page.get_by_label("Endpoint (OpenAI-compatible)").fill("http://127.0.0.1:1/v1")
    page.get_by_label("Model", exact=True).fill("llama3.1")
    page.get_by_label("Model", exact=True).press("Tab")
    key = page.get_by_label("Key, if it needs one")
    expect(key).to_have_attribute("type", "password")
    key.fill("sk-visitor")
    page.click("#connect")
    expect(page.locator(".result")).to_have_text("Nothing answers at http://127.0.0.1:1/v1; is the server running?")
    page.get_by_label("Endpoint (OpenAI-compatible)").fill("http://me:pw@127.0.0.1:11434/v1")
    page.click("#connect")
    expect(page.locator(".result")).to_have_text("llama3.1 answered in 0.2 s.")
    expect(page.locator("#condition")).to_have_text("Model: llama3.1 at http://127.0.0.1:11434/v1")
    expect(key).to_have_value("")
    page.get_by_role("tab", name="Ask").click()
    for visitor in (page, other):
        ask(visitor, "Who?")
        wait_for_answer(visitor)
    first, second = (endpoint for _, _, endpoint in backend.asked)
    assert first is not None
    assert (first.base_url, first.model, first.api_key) == ("http://me:pw@127.0.0.1:11434/v1", "llama3.1", "sk-visitor")
    assert second is None
    page.get_by_role("tab", name="Status").click()
    page.click("#disconnect")
    expect(page.locator("#condition")).to_have_text("No model: answers are quoted sentences")


def test_server_itself_connects_to_no_other_machine(
    serve: Serve, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached: list[object] = []
    connect = socket.socket.connect

    def recording(self: socket.socket, address: object) -> None:
        reached.append(address[0] if isinstance(address, tuple) else address)
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", recording)
    page = visit(serve(Scripted()))
    ask(page, "Quiet?")
    wait_for_answer(page)
    assert set(reached) == {"127.0.0.1"}


def test_password_is_asked_for(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted(), password="open sesame"), ready="input[type=password]")
    assert page.locator("#question").count() == 0
    page.locator("input").nth(0).fill("talks")
    page.locator("input[type=password]").fill("open sesame")
    page.get_by_role("button", name="Login").click()
    expect(page.locator("#condition")).to_be_visible()
