"""What stays: conversations with names, pins and exports; addresses that tell the truth; Back and Forward."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import HESSIAN, Scripted
from tests.browser.test_chat import BOX, answers, ask, questions, slow_words, wait_for_answer

pytestmark = pytest.mark.browser

CURVATURE = "What about curvature?"


def port(url: str) -> int:
    return int(url.rstrip("/").rsplit(":", 1)[1])


def kept(page: Page) -> list[str]:
    return [text.removeprefix("📌 ") for text in page.locator(".kept-title").all_inner_texts()]


def menu(page: Page, title: str) -> None:
    page.locator(f"summary[aria-label='More for “{title}”']").click()


def saved(page: Page, name: str) -> str:
    with page.expect_download() as download:
        page.locator(".menu[open]").get_by_role("button", name=name).click()
    return download.value.path().read_text(encoding="utf-8")


def two_conversations(page: Page) -> Page:
    ask(page, CURVATURE)
    wait_for_answer(page)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    ask(page, "Second?")
    wait_for_answer(page, "Second?")
    return page


def test_conversations_are_named_pinned_found_deleted_and_brought_back(serve: Serve, visit: Visit) -> None:
    page = two_conversations(visit(serve(Scripted())))
    assert kept(page) == ["Second?", CURVATURE]
    menu(page, CURVATURE)
    page.locator(".menu[open] input").fill("My <b>slopes</b>")
    page.locator(".menu[open] input").press("Enter")
    expect(page.locator(".kept-title").last).to_have_text("My <b>slopes</b>")
    menu(page, "My <b>slopes</b>")
    page.locator(".menu[open]").get_by_role("button", name="Pin").click()
    expect(page.locator(".kept-title").first).to_contain_text("📌 My <b>slopes</b>")
    page.get_by_label("Find a conversation").fill("minima second?")
    expect(page.locator(".kept-title")).to_have_text(["Second?"])
    page.get_by_label("Find a conversation").fill("")
    expect(page.locator(".kept-title")).to_have_count(2)
    menu(page, "Second?")
    page.locator(".menu[open]").get_by_role("button", name="Delete").click()
    expect(page.locator(".kept-title")).to_have_count(1)
    expect(page.locator("#chat .answer")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".kept-title")).to_have_count(2)


def test_conversation_survives_reload_and_restart_and_is_seen_by_nobody_else(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    url = serve(backend)
    page = two_conversations(visit(url))
    before = answers(page)
    page.reload()
    expect(page.locator("#chat .answer")).to_have_count(1)
    assert answers(page) == before
    serve.stop()
    serve(Scripted(home=backend.home), port=port(url))
    page.reload()
    page.wait_for_selector("#chat .answer")
    page.locator("a.cite").last.click()
    expect(page.locator("mark.current")).to_have_text(["tend to lead to better generalization"])
    ask(page, "Third?")
    wait_for_answer(page, "Third?")
    assert questions(page) == ["Second?", "Third?"]
    stranger = visit(page.url)
    stranger.wait_for_timeout(500)
    assert (questions(stranger), kept(stranger)) == ([], [])


def test_conversation_left_while_it_is_answered_keeps_its_answer(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted({"Long?": slow_words(200)}, pause_s=0.05)))
    ask(page, "Long?")
    expect(page.locator("#chat .answer")).to_contain_text("word3")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#chat .answer")).to_have_count(0)
    ask(page, "Other?")
    wait_for_answer(page, "Other?")
    page.get_by_role("button", name="Long?").first.click()
    expect(page.locator("#chat .answer")).to_contain_text("word3")
    assert questions(page) == ["Long?"]


def test_reload_in_the_middle_of_an_answer_keeps_what_came(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted({"Long?": slow_words(400)}, pause_s=0.05)))
    ask(page, CURVATURE)
    wait_for_answer(page)
    ask(page, "Long?")
    expect(page.locator("#chat .answer").last).to_contain_text("word3")
    page.reload()
    expect(page.locator("#chat .answer").first).to_contain_text("better generalization")
    page.wait_for_timeout(1500)
    page.reload()
    expect(page.locator("#chat .answer").last).to_contain_text("word3")
    expect(page.locator("#chat .notice").last).to_have_text("You stopped this answer; it is not complete.")


def test_export_holds_everything_with_working_links(serve: Serve, visit: Visit) -> None:
    url = serve(Scripted())
    page = two_conversations(visit(url))
    menu(page, CURVATURE)
    markdown = saved(page, "Markdown")
    assert markdown.startswith(f"# {CURVATURE}")
    assert f"[Open it here]({url}?talk={HESSIAN.id})" in markdown
    menu(page, CURVATURE)
    exported = json.loads(saved(page, "JSON"))
    assert [turn["question"] for turn in exported["turns"]] == [CURVATURE]
    assert [citation["n"] for citation in exported["turns"][0]["citations"]] == [1, 1, 2]
    menu(page, CURVATURE)
    html = saved(page, "HTML")
    reader = page.context.new_page()
    reader.set_content(html)
    marker = reader.get_by_role("link", name="[1]", exact=True).first
    expect(marker).to_have_attribute("href", "https://example.invalid/talks/hessian")
    expect(reader.get_by_role("link", name="[2]")).to_have_attribute("href", f"{url}?talk=flat-minima")
    expect(reader.get_by_role("listitem").last).to_contain_text("Flat Minima")
    expect(reader.get_by_role("link", name="Open it here").first).to_have_attribute("href", f"{url}?talk={HESSIAN.id}")
    menu(page, CURVATURE)
    assert "@misc{hunting-the-hessian" in saved(page, "BibTeX")


def test_addresses_open_a_talk_and_ask_a_question_and_back_goes_back_within_the_page(
    serve: Serve, visit: Visit
) -> None:
    url = serve(Scripted())
    page = visit(f"{url}?q=What+about+curvature%3F")
    wait_for_answer(page, CURVATURE)
    page.wait_for_function("new URL(location.href).searchParams.has('c')")
    page.locator(".card").first.get_by_role("button", name="The whole talk").click()
    expect(page.locator(".record h2")).to_have_text(HESSIAN.title)
    assert f"talk={HESSIAN.id}" in page.url
    page.go_back()
    expect(page.locator("#chat .answer")).to_be_visible()
    assert "talk=" not in page.url
    page.go_forward()
    expect(page.locator(".record h2")).to_be_visible()
    page.get_by_role("button", name="Close").click()
    page.wait_for_function("!new URL(location.href).searchParams.has('talk')")
    expect(page.locator(".card").first).to_be_visible()
    other = visit(f"{url}?talk={HESSIAN.id}")
    expect(other.locator(".record h2")).to_have_text(HESSIAN.title)


def test_two_tabs_of_one_visitor_keep_both_conversations(serve: Serve, visit: Visit) -> None:
    url = serve(Scripted())
    page = visit(url)
    ask(page, CURVATURE)
    wait_for_answer(page)
    second = page.context.new_page()
    second.goto(url)
    second.wait_for_selector(".kept-title")
    ask(second, "In the other tab?")
    wait_for_answer(second, "In the other tab?")
    page.reload()
    expect(page.locator(".kept-title")).to_have_text(["In the other tab?", CURVATURE])
    assert questions(page) == [CURVATURE]
    expect(page.locator(BOX)).to_have_value("")


def test_eighth_tab_of_one_browser_opens_like_the_first(serve: Serve, visit: Visit) -> None:
    url = serve(Scripted())
    page = visit(url)
    for _ in range(7):
        page = page.context.new_page()
        page.goto(url)
        page.wait_for_selector("#chat .example")
    ask(page, CURVATURE)
    wait_for_answer(page)
