"""The chat: an answer as it grows, and everything that one can do to it."""

import json
import re
import socket
import time

import pytest
from playwright.sync_api import Locator, Page, expect

from assistant.answer.suggestions import Offer
from assistant.outlets.conversations import FEEDBACK_FILE
from assistant.outlets.page_backend import PageState
from assistant.types import Delta, Event, Sources, Status
from ingest.errors import EndpointUnreachable
from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import HESSIAN, Scripted, cite, script

pytestmark = pytest.mark.browser

BOX = "#question textarea"
STATUS = "#status"
READY = "Answer ready, 2 sources."


def ask(page: Page, question: str) -> None:
    page.fill(BOX, question)
    page.press(BOX, "Enter")


def last(page: Page) -> Locator:
    """The last answer."""
    return page.locator("#chat .answer").last


def answers(page: Page) -> list[str]:
    return page.locator("#chat .answer").all_inner_texts()


def questions(page: Page) -> list[str]:
    return page.locator("#chat .user-row [data-testid=user]").all_inner_texts()


def wait_for_answer(page: Page, question: str | None = None) -> None:
    if question:
        expect(page.locator("#chat .user-row [data-testid=user]").last).to_have_text(question)
    page.wait_for_selector("#question .submit-button")
    expect(last(page)).to_have_class(re.compile("over"))


def press(page: Page, name: str) -> None:
    """A button of Gradio's own below the last answer or question that has it."""
    page.locator(f"#chat button[aria-label='{name}']").last.click()


def slow_words(count: int) -> list[Event]:
    return [Status("searching", "Searching…"), Sources((HESSIAN,)), *[Delta(f"word{i} ") for i in range(count)]]


def test_first_visit_says_what_is_here_and_offers_questions_that_are_asked_when_chosen(
    serve: Serve, visit: Visit
) -> None:
    url = serve(Scripted())
    began = time.monotonic()
    page = visit(url)
    assert time.monotonic() - began < 5
    expect(page.locator("h1")).to_have_text("Talks Assistant")
    expect(page.locator(".counts")).to_have_text("34 talks · 106 papers")
    expect(page.locator("#condition")).to_have_text("No model: answers are quoted sentences")
    expect(page.locator("#chat h2")).to_have_text("Ask about the talks in your own words")
    expect(page.locator(BOX)).to_be_focused()
    expect(page.locator("#chat .example")).to_have_text(["What is curvature?", "Who speaks about flat minima?"])
    page.locator("#chat .example").first.click()
    wait_for_answer(page, "What is curvature?")
    page.get_by_role("button", name="And what of width?").click()
    wait_for_answer(page, "And what of width?")


def test_answer_streams_and_is_read_from_its_beginning_wherever_the_reader_scrolls(serve: Serve, visit: Visit) -> None:
    long = script(*[f"Paragraph {n}.\n\n" for n in range(60)])
    page = visit(serve(Scripted({"Long?": long}, pause_s=0.1)))
    ask(page, "What about curvature?")
    expect(page.locator(BOX)).to_have_value("")
    expect(page.locator(STATUS)).to_have_text("Searching the talks…")
    expect(last(page)).to_contain_text("Badly conditioned losses slow training down[1]")
    wait_for_answer(page)
    expect(last(page)).to_contain_text("they go with better generalization[2].")
    expect(page.locator(STATUS)).to_have_text(READY)
    ask(page, "Long?")
    expect(last(page)).to_contain_text("Paragraph 8.")
    page.locator("#chat [role=log]").hover()
    page.mouse.wheel(0, -9000)
    expect(last(page)).to_contain_text("Paragraph 30.", timeout=15_000)
    expect(page.get_by_text("What about curvature?").first).to_be_in_viewport()
    ask(page, "Not yet")
    wait_for_answer(page, "Long?")
    assert questions(page) == ["What about curvature?", "Long?"]
    page.press(BOX, "Enter")
    wait_for_answer(page, "Not yet")
    expect(page.locator("#chat .user-row").last).to_be_in_viewport()
    expect(page.get_by_text("Paragraph 0.", exact=True)).not_to_be_in_viewport()


def test_stop_keeps_what_came_and_closes_the_engine_and_the_next_question_works(serve: Serve, visit: Visit) -> None:
    backend = Scripted({"Long?": slow_words(200)}, pause_s=0.05)
    page = visit(serve(backend))
    ask(page, "Long?")
    expect(last(page)).to_contain_text("word3")
    page.click("#question .stop-button")
    expect(page.locator(STATUS)).to_have_text("Stopped.", timeout=1500)
    assert backend.closed_one.wait(2)
    expect(page.locator("#chat .notice")).to_have_text("You stopped this answer; it is not complete.")
    kept = answers(page)[0]
    assert "word0 word1 word2 word3" in kept
    ask(page, "And then?")
    wait_for_answer(page, "And then?")
    assert answers(page)[0] == kept
    assert backend.asked[1][:2] == ("And then?", ["Long?"])


def test_stop_while_the_endpoint_is_silent_is_felt_at_once(serve: Serve, visit: Visit) -> None:
    backend = Scripted(pause_s=2.5)
    page = visit(serve(backend))
    ask(page, "Anyone there?")
    page.click("#question .stop-button")
    expect(page.locator(STATUS)).to_have_text("Stopped.", timeout=1500)
    assert backend.closed_one.wait(5)


def test_retry_edit_and_undo_take_the_place_of_what_was_asked(serve: Serve, visit: Visit) -> None:
    backend = Scripted({"Again?": script("First answer.")})
    page = visit(serve(backend))
    for question in ("Before.", "Again?"):
        ask(page, question)
        wait_for_answer(page, question)
    backend.scripts["Again?"] = script("Second answer.")
    press(page, "Retry")
    expect(last(page)).to_have_text("Second answer.")
    wait_for_answer(page)
    assert [asked[:2] for asked in backend.asked[1:]] == [("Again?", ["Before."]), ("Again?", ["Before."])]
    page.locator("#chat button[aria-label='Edit']").first.click()
    page.locator("#chat textarea").first.fill("Before all? <b>")
    page.locator("#chat button[aria-label='Submit']").first.click()
    wait_for_answer(page, "Before all? <⁠b>")
    assert backend.asked[-1][:2] == ("Before all? <b>", [])
    page.reload()
    page.wait_for_selector("#chat .answer")
    assert questions(page) == ["Before all? <⁠b>"]
    press(page, "Undo")
    expect(page.locator(BOX)).to_have_value("Before all? <b>")
    expect(page.locator("#chat .answer")).to_have_count(0)


def test_offers_fit_the_answer_and_only_talks_narrows_it(serve: Serve, visit: Visit) -> None:
    backend = Scripted(
        offered=[
            Offer("compare", "Compare “A” with “B”.", "B"),
            Offer("simpler", "Explain “A” in simple words.", "A"),
            Offer("first", "Which talk should I watch first?"),
            Offer("talks", "What about curvature?"),
        ]
    )
    page = visit(serve(backend))
    ask(page, "What about curvature?")
    wait_for_answer(page)
    said = ["Compare with “B”", "Simpler", "What should I watch first?", "Only talks"]
    expect(page.locator("#chat .option")).to_have_text(said)
    page.get_by_role("button", name="Compare with").click()
    wait_for_answer(page, "Compare “A” with “B”.")
    page.get_by_role("button", name="Only talks").click()
    wait_for_answer(page, "What about curvature?")
    assert backend.scopes == [[], [], ["kind=talk"]]


def test_dead_endpoint_and_broken_turn_say_one_sentence_and_a_retry_recovers(serve: Serve, visit: Visit) -> None:
    notice = "Nothing answers at http://127.0.0.1:11434/v1; these are quoted sentences."
    quotes = script("Ill conditioned [1]", cite(1, HESSIAN, "Ill conditioned"), mode="extract", notice=notice)
    backend = Scripted(
        {
            "Down?": quotes,
            "Busy?": [Status("searching", "…"), EndpointUnreachable("The index is busy; wait a moment.")],
            "Crash?": [Delta("So far "), RuntimeError("key sk-secret at /srv/app.py")],
        }
    )
    page = visit(serve(backend))
    ask(page, "Down?")
    expect(page.locator("#chat .notice").last).to_have_text(notice)
    expect(page.locator("#chat .foot").last).to_contain_text("Quoted sentences")
    ask(page, "Crash?")
    expect(page.locator("#chat .notice.error").last).to_contain_text("Something went wrong inside the program")
    expect(page.locator("#chat .answer").last).to_contain_text("So far")
    assert "sk-secret" not in page.content()
    ask(page, "Busy?")
    expect(page.locator("#chat .notice.error").last).to_have_text("The index is busy; wait a moment.")
    backend.scripts.clear()
    press(page, "Retry")
    wait_for_answer(page, "Busy?")
    expect(page.locator("#chat .answer").last.locator(".cite")).to_have_count(3)


def test_ingest_shows_progress_and_becomes_ready_without_a_reload(serve: Serve, visit: Visit) -> None:
    backend = Scripted(page_state=PageState(0, 0, ingest="Embedding: 20 of 100"))
    page = visit(serve(backend))
    told = "Reading the talks. Embedding: 20 of 100."
    expect(page.locator("#condition")).to_contain_text(told)
    ask(page, "Too early?")
    expect(page.locator(STATUS)).to_have_text("The talks are still being read; your question stays here.")
    expect(page.locator(BOX)).to_have_value("Too early?")
    backend.page_state = PageState(34, 106)
    expect(page.locator("#condition")).to_have_text("No model: answers are quoted sentences")
    page.press(BOX, "Enter")
    wait_for_answer(page)
    assert [question for question, _, _ in backend.asked] == ["Too early?"]


def test_condition_is_said_plainly(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    page = visit(serve(backend))
    for state, words in (
        (PageState(0, 0), "There are no talks here yet."),
        (PageState(0, 0, problem="The disk is full."), "The disk is full."),
        (PageState(1, 0, endpoint="llama3.1 at x"), "Model: llama3.1 at x"),
    ):
        backend.page_state = state
        page.reload()
        expect(page.locator("#condition")).to_contain_text(words)


def test_two_visitors_never_see_each_other_and_who_leaves_ends_the_engine(serve: Serve, visit: Visit) -> None:
    backend = Scripted(
        {"Ada's": script("For Ada."), "Ben's": script("For Ben."), "Long?": slow_words(400)}, pause_s=0.1
    )
    url = serve(backend)
    ada, ben = visit(url), visit(url)
    ask(ada, "Ada's")
    ask(ben, "Ben's")
    wait_for_answer(ada, "Ada's")
    wait_for_answer(ben, "Ben's")
    assert (answers(ada), answers(ben)) == (["For Ada."], ["For Ben."])
    assert "Ben" not in ada.locator("body").inner_text()
    ask(ada, "Long?")
    expect(last(ada)).to_contain_text("word3")
    assert backend.asked[-1][:2] == ("Long?", ["Ada's"])
    ada.close()
    assert backend.closed_one.wait(10)


def test_answer_is_copied_with_its_references_and_rated_with_a_word(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    page = visit(serve(backend))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "What about curvature?")
    wait_for_answer(page)
    press(page, "Copy message")
    expect(page.locator(STATUS)).to_have_text("Copied, with its references.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Badly conditioned losses slow training down [1]")
    assert "- \\[2\\] Maryam Fazel: “Flat Minima" in copied
    press(page, "Like")
    expect(page.locator(STATUS)).to_have_text("Thank you; kept on this machine.")
    page.locator("#chat button[aria-label='Feedback']").last.hover()
    page.get_by_text("Wrong source").last.click()
    page.wait_for_timeout(300)
    opinions = [json.loads(line) for line in (backend.home / FEEDBACK_FILE).read_text().splitlines()]
    assert [(one["rating"], one["word"]) for one in opinions] == [("up", ""), ("down", "Wrong source")]


def test_page_speaks_the_browsers_language_and_keeps_style_and_scope(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    page = visit(serve(backend), locale="de-DE")
    expect(page.locator("#condition")).to_have_text("Kein Modell: Antworten sind zitierte Sätze")
    expect(page.get_by_role("tab")).to_have_text(["Fragen", "Stöbern", "Modelle"])
    page.get_by_label("Wie lang die Antwort ist").click()
    page.get_by_role("option", name="Ausführlich").click()
    page.get_by_label("Wo gesucht wird").click()
    page.get_by_role("option", name="Madeleine Udell").click()
    page.get_by_label("Wo gesucht wird").fill("Eshraghian")
    page.get_by_label("Wo gesucht wird").press("Enter")
    page.keyboard.press("Escape")
    ask(page, "Was ist Krümmung?")
    wait_for_answer(page)
    expect(page.locator("#chat .foot")).to_have_text("2 Quellen · Vom Modell geschrieben")
    assert backend.styles == ["detailed"]
    assert backend.scopes == [["speaker=Madeleine Udell", "Eshraghian"]]
    page.wait_for_function("new URL(location.href).searchParams.has('c')")
    page.reload()
    expect(page.get_by_label("Wie lang die Antwort ist")).to_have_value("Ausführlich")
    page.locator("#new").click()
    expect(page.get_by_label("Wie lang die Antwort ist")).to_have_value("Normal")


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
    assert set(reached) <= {"127.0.0.1"}


def test_password_is_asked_for(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted(), password="open sesame"), ready="input[type=password]")
    assert page.locator("#question").count() == 0
    page.locator("input").nth(0).fill("talks")
    page.locator("input[type=password]").fill("open sesame")
    page.get_by_role("button", name="Login").click()
    expect(page.locator("#condition")).to_be_visible()
