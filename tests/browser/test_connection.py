"""The program stops while a page is open, and comes back on the same port."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import HESSIAN, Scripted
from tests.browser.test_chat import BOX, ask, last, questions, slow_words, wait_for_answer
from tests.browser.test_keeping import port

pytestmark = pytest.mark.browser

LOST = "Connection to the server was lost"
BACK = "Here again; your question stands in the box."


def expect_back(page: Page, typed: str) -> None:
    expect(page.get_by_text(LOST)).to_have_count(0, timeout=20_000)
    expect(page.locator(BOX)).to_have_value(typed, timeout=20_000)
    expect(page.locator("#status")).to_have_text(BACK)


def test_page_says_that_the_program_is_gone_and_comes_back_with_the_conversation(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    url = serve(backend)
    page = visit(url)
    ask(page, "What about curvature?")
    wait_for_answer(page)
    serve.stop()
    ask(page, "Anyone there?")
    expect(page.get_by_text(LOST).first).to_be_visible(timeout=15_000)
    expect(page.locator(BOX)).to_have_value("Anyone there?")
    serve(Scripted(home=backend.home), port=port(url))
    expect_back(page, "Anyone there?")
    page.wait_for_selector("#chat .answer")
    assert questions(page) == ["What about curvature?"]
    page.locator("a.cite").first.click()
    expect(page.locator(".card.current h3")).to_contain_text(HESSIAN.title)
    ask(page, "And on?")
    wait_for_answer(page, "And on?")


def test_page_that_the_program_has_forgotten_asks_after_one_reload(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    url = serve(backend)
    page = visit(url)
    ask(page, "What about curvature?")
    wait_for_answer(page)
    serve.stop()
    serve(Scripted(home=backend.home), port=port(url))
    ask(page, "And on?")
    expect_back(page, "And on?")
    page.press(BOX, "Enter")
    wait_for_answer(page, "And on?")
    assert questions(page) == ["What about curvature?", "And on?"]


@pytest.mark.parametrize("password", [None, "open sesame"], ids=["open", "behind a password"])
def test_end_of_the_program_in_mid_answer_is_noticed_and_the_question_comes_back(
    serve: Serve, visit: Visit, password: str | None
) -> None:
    def enter() -> None:
        if password:
            page.locator("input").nth(0).fill("talks")
            page.locator("input[type=password]").fill(password)
            page.get_by_role("button", name="Login").click()
            page.wait_for_selector("#condition")

    backend = Scripted({"Long?": slow_words(400)}, pause_s=0.05)
    url = serve(backend, password)
    page = visit(url, ready="input[type=password]" if password else "#condition")
    enter()
    ask(page, "Long?")
    expect(last(page)).to_contain_text("word3")
    serve.stop()
    expect(page.locator("#status")).to_contain_text("The program does not answer", timeout=15_000)
    serve(Scripted(home=backend.home), password, port(url))
    if password:
        page.wait_for_selector("input[type=password]")
    enter()
    expect_back(page, "Long?")
    page.press(BOX, "Enter")
    wait_for_answer(page, "Long?")


def test_question_whose_answer_was_not_finished_comes_back_whoever_loads_the_page_anew(
    serve: Serve, visit: Visit
) -> None:
    page = visit(serve(Scripted({"Long?": slow_words(400)}, pause_s=0.05)))
    ask(page, "Long?")
    expect(last(page)).to_contain_text("word3")
    for _ in range(2):  # the second goes before the first is ready
        page.reload(wait_until="domcontentloaded")
    expect_back(page, "Long?")
