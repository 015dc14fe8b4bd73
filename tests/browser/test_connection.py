"""The program stops while a page is open, and comes back on the same port."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import HESSIAN, Scripted
from tests.browser.test_chat import BOX, ask, last, questions, slow_words, wait_for_answer
from tests.browser.test_keeping import port

pytestmark = pytest.mark.browser

STOPPED = re.compile("No connection to the program. It was stopped.*start it again with “talks chat”")


def expect_back(page: Page) -> None:
    expect(page.locator("#lost")).not_to_be_visible(timeout=20_000)
    expect(page.locator("#condition")).to_be_visible(timeout=20_000)


def test_page_says_that_the_program_is_gone_and_comes_back_with_the_conversation(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    url = serve(backend)
    page = visit(url)
    ask(page, "What about curvature?")
    wait_for_answer(page)
    page.fill(BOX, "Half a thou")
    serve.stop()
    expect(page.get_by_role("alert")).to_have_text(STOPPED, timeout=15_000)
    serve(Scripted(home=backend.home), port=port(url))
    expect_back(page)
    expect(page.locator(BOX)).to_have_value("Half a thou")
    page.wait_for_selector("#chat .answer")
    assert questions(page) == ["What about curvature?"]
    page.locator("a.cite").first.click()
    expect(page.locator(".card.current h3")).to_contain_text(HESSIAN.title)
    ask(page, "And on?")
    wait_for_answer(page, "And on?")


def test_question_that_was_being_answered_stands_in_the_box_again(serve: Serve, visit: Visit) -> None:
    url = serve(Scripted({"Long?": slow_words(400)}, pause_s=0.1))
    page = visit(url)
    ask(page, "Long?")
    expect(last(page)).to_contain_text("word3")
    serve.stop()
    expect(page.get_by_role("alert")).to_have_text(STOPPED, timeout=15_000)
    serve(Scripted(), port=port(url))
    expect_back(page)
    expect(page.locator(BOX)).to_have_value("Long?")
    expect(page.locator("#status")).to_have_text("Connected again; your question stands in the box.")


def test_line_that_was_cut_for_a_moment_costs_nothing(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted()))
    ask(page, "What about curvature?")
    wait_for_answer(page)
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    page.route("**/gradio_api/app_id", lambda route: route.abort())
    expect(page.locator("#lost")).to_be_visible(timeout=15_000)
    page.unroute("**/gradio_api/app_id")
    expect(page.locator("#lost")).not_to_be_visible(timeout=15_000)
    assert page.evaluate("window.stayed") is True
    ask(page, "And on?")
    wait_for_answer(page, "And on?")
    expect(page.locator("#status")).to_have_text("Answer ready, 2 sources.")


def test_program_with_a_password_asks_for_it_again_and_then_goes_on(serve: Serve, visit: Visit) -> None:
    def log_in() -> None:
        page.locator("input").nth(0).fill("talks")
        page.locator("input[type=password]").fill("open sesame")
        page.get_by_role("button", name="Login").click()
        expect(page.locator("#condition")).to_be_visible()

    backend = Scripted()
    url = serve(backend, password="open sesame")
    page = visit(url, ready="input[type=password]")
    log_in()
    ask(page, "What about curvature?")
    wait_for_answer(page)
    page.fill(BOX, "Half a thou")
    page.evaluate("window.stayed = true")
    page.wait_for_timeout(6000)
    assert page.evaluate("window.stayed") is True
    serve.stop()
    expect(page.get_by_role("alert")).to_have_text(STOPPED, timeout=15_000)
    serve(Scripted(home=backend.home), password="open sesame", port=port(url))
    page.locator("input[type=password]").wait_for(timeout=20_000)
    log_in()
    expect(page.locator(BOX)).to_have_value("Half a thou")
    page.wait_for_selector("#chat .answer")
    assert questions(page) == ["What about curvature?"]
