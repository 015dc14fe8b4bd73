"""Looking through the collection, and choosing who writes the answers."""

import pytest
from playwright.sync_api import Page, expect

from assistant.llm import EndpointChoice
from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import HESSIAN, Scripted
from tests.browser.test_chat import ask, wait_for_answer

pytestmark = pytest.mark.browser


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "phone"])
def test_browse_finds_as_one_types_narrows_and_counts(serve: Serve, visit: Visit, width: int) -> None:
    page = visit(serve(Scripted()), width=width)
    tab(page, "Browse")
    expect(page.locator("#count")).to_have_text("4 entries")
    page.fill("#words textarea, #words input", "udell")
    expect(page.locator(".entry-title")).to_have_text([HESSIAN.title])
    page.fill("#words textarea, #words input", "")
    expect(page.locator("#count")).to_have_text("4 entries")
    page.get_by_label("Only").click()
    page.get_by_role("option", name="Recorded Talks: Optimization").click()
    expect(page.locator("#count")).to_have_text("1 entry")
    page.keyboard.press("Escape")
    page.locator("#where .token-remove").last.click()
    expect(page.locator("#count")).to_have_text("4 entries")
    drawn = page.locator("#plot svg").bounding_box()
    assert drawn is not None
    assert drawn["height"] > 150
    page.get_by_label("Count by").click()
    page.get_by_role("option", name="Speaker").click()
    expect(page.locator("#plot")).to_contain_text("Madeleine Udell")


def test_opened_talk_shows_all_and_can_be_asked_about(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    page = visit(serve(backend))
    ask(page, "What about curvature?")
    wait_for_answer(page)
    tab(page, "Browse")
    page.locator(".entry", has_text=HESSIAN.title).click()
    record = page.locator(".record")
    for text in (
        "Madeleine Udell, Stanford University",
        "Bent slopes make learning slow",
        "Apr 3, 2024",
        "This is later than the recording can be.",
        "example.invalid",
        "Recorded Talks: Machine Learning",
        "Scaling Laws & <b>Limits</b>",
    ):
        expect(record).to_contain_text(text)
    expect(record.locator(".katex").first).to_be_visible()
    record.get_by_role("button", name="Why is learning slow?").click()
    wait_for_answer(page, "Why is learning slow?")
    expect(record).not_to_be_visible()
    page.locator(".card").first.get_by_role("button", name="The whole talk").click()
    expect(page.locator("#chat .answer").last).to_be_visible()
    record.get_by_role("button", name="Ask only this talk").click()
    expect(page.locator("#scope .token")).to_have_text(HESSIAN.title)


def test_phone_brings_a_talk_up_and_closes_it(serve: Serve, visit: Visit) -> None:
    page = visit(f"{serve(Scripted())}?talk={HESSIAN.id}", width=390)
    expect(page.locator(".record h2")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.locator("#sources").get_by_role("button", name="Close").click()
    expect(page.locator(".record h2")).not_to_be_visible()
    page.wait_for_function("!new URL(location.href).searchParams.has('talk')")


def test_models_are_found_tried_saved_chosen_and_their_keys_stay_with_the_server(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    url = serve(backend)
    page, other = visit(url), visit(url)
    tab(page, "Models")
    expect(page.locator("#models-page h2")).to_have_text("Models")
    expect(page.locator(".result")).to_have_text("Ollama runs on this machine, with 2 models.")
    expect(page.get_by_label("Address")).to_have_value("http://127.0.0.1:11434/v1")
    page.get_by_label("Address").fill("http://127.0.0.1:1/v1")
    page.click("#connect")
    expect(page.locator(".result")).to_have_text("Nothing answers at http://127.0.0.1:1/v1; is the server running?")
    page.get_by_label("Address").fill("http://me:pw@127.0.0.1:11434/v1")
    key = page.get_by_label("Key, if it needs one")
    expect(key).to_have_attribute("type", "password")
    key.fill("sk-visitor")
    page.click("#list-models")
    expect(page.locator(".result")).to_have_text("It has 2 models.")
    page.get_by_label("Model", exact=True).click()
    page.get_by_role("option", name="qwen3").click()
    page.get_by_label("Your name for it").fill("My box")
    page.click("#connect")
    expect(page.locator(".result")).to_have_text("qwen3 answered in 0.2 s.")
    expect(page.locator("#condition")).to_have_text("Model: My box")
    expect(key).to_have_value("")
    expect(page.locator("#models")).to_contain_text("My box: qwen3 at http://127.0.0.1:11434/v1")
    assert "sk-visitor" not in str(page.evaluate("JSON.stringify(localStorage)"))
    tab(page, "Ask")
    for visitor in (page, other):
        ask(visitor, "Who?")
        wait_for_answer(visitor)
    page.reload()
    expect(page.locator("#condition")).to_have_text("Model: My box")
    expect(page.get_by_label("Who writes the answer")).to_have_value("My box")
    ask(page, "Again?")
    wait_for_answer(page, "Again?")
    chosen = EndpointChoice("http://me:pw@127.0.0.1:11434/v1", "qwen3", "sk-visitor")
    assert [writer for _, _, writer in backend.asked] == [chosen, "settings", chosen]
    page.get_by_label("Who writes the answer").click()
    page.get_by_role("option", name="Quotes, no model").click()
    expect(page.locator("#condition")).to_have_text("No model: answers are quoted sentences")
    page.reload()
    expect(page.get_by_label("Who writes the answer")).to_have_value("Quotes, no model")
    tab(page, "Models")
    page.locator("#models .token-remove").first.click()
    expect(page.locator("#models")).not_to_be_visible()
    tab(page, "Ask")
    page.get_by_label("Who writes the answer").click()
    expect(page.get_by_role("option", name="My box")).to_have_count(0)
