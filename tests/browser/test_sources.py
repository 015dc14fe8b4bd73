"""Markers, cards, highlighted words; screens, keyboard, and text that means harm."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Serve, Traffic, Visit
from tests.browser.scripted import FLAT, HESSIAN, Scripted, cite, script
from tests.browser.test_chat import ask, wait_for_answer

pytestmark = pytest.mark.browser

PAYLOADS = (
    "<script>window.hit=1</script><img src=http://example.invalid/x.png onerror=window.hit=1>"
    '"><svg onload=window.hit=1>${window.hit=1}{{constructor.constructor("window.hit=1")()}}'
)


def answered(page: Page) -> Page:
    ask(page, "What about curvature?")
    wait_for_answer(page)
    return page


@pytest.mark.parametrize(
    ("marker", "title", "words"),
    [
        (0, HESSIAN.title, "Ill conditioned loss landscapes are ubiquitous in machine learning"),
        (1, HESSIAN.title, "tools from randomized numerical linear algebra and online convex optimization"),
        (2, FLAT.title, "tend to lead to better generalization"),
    ],
    ids=["first marker", "same number, other quote", "after an emoji"],
)
def test_marker_brings_its_card_forward_and_highlights_its_own_quote(
    serve: Serve, visit: Visit, marker: int, title: str, words: str
) -> None:
    page = answered(visit(serve(Scripted())))
    page.locator(".marker").nth((marker + 1) % 3).click()
    page.locator(".marker").nth(marker).click()
    card = page.locator(".card.current")
    expect(card).to_have_count(1)
    expect(card.locator("h3")).to_contain_text(title)
    expect(page.locator("mark")).to_have_text([words])
    expect(page.locator("mark")).to_be_in_viewport()
    expect(card).to_be_focused()
    expect(page.locator(".marker.current")).to_have_count(1)


def test_card_names_speakers_affiliation_pages_section_and_line(serve: Serve, visit: Visit) -> None:
    page = answered(visit(serve(Scripted())))
    card = page.get_by_role("article", name=f"Source 2: {FLAT.title}")
    expect(card.locator(".who")).to_have_text("Maryam Fazel, University of Washington")
    expect(card.locator(".place")).to_have_text(
        "Talk Abstract · Recorded Talks: Machine Learning · Recorded Talks: Optimization · pages/talks.txt, line 28"
    )
    expect(page.locator(".others summary")).to_have_text("Found, not cited (1)")


def test_marker_works_while_the_answer_still_streams(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted(pause_s=0.5)))
    ask(page, "What about curvature?")
    page.locator(".marker").first.click()
    first = "Ill conditioned loss landscapes are ubiquitous in machine learning"
    expect(page.locator("mark")).to_have_text([first])
    wait_for_answer(page)
    expect(page.locator("mark")).to_have_text([first])
    expect(page.locator(".marker")).to_have_count(3)


def test_marker_of_an_older_answer_opens_that_answers_sources(serve: Serve, visit: Visit) -> None:
    other = script("Only flat [1]", cite(1, FLAT, "better generalization"), ".")
    page = answered(visit(serve(Scripted({"Other?": other}))))
    ask(page, "Other?")
    expect(page.locator("#sources section:visible .card h3")).to_contain_text([FLAT.title])
    wait_for_answer(page)
    page.locator("#past .marker").first.click()
    expect(page.locator("#sources section:visible .asked")).to_have_text("What about curvature?")
    expect(page.locator(".card.current h3")).to_contain_text(HESSIAN.title)
    page.locator("#live .marker").click()
    expect(page.locator("#sources section:visible .asked")).to_have_text("Other?")
    expect(page.locator("mark")).to_have_text(["better generalization"])


def test_weak_support_is_shown_on_the_marker(serve: Serve, visit: Visit) -> None:
    doubtful = script("Doubtful [1]", cite(1, FLAT, "better generalization", support="weak"))
    page = visit(serve(Scripted({"Sure?": doubtful})))
    ask(page, "Sure?")
    wait_for_answer(page)
    label = f"Source 1: {FLAT.title}. The passage supports this only in part."
    expect(page.get_by_role("link", name=label)).to_have_text("[1]")


def test_keyboard_alone_asks_reads_and_returns(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted()))
    page.keyboard.type("What about curvature?")
    page.keyboard.press("Enter")
    wait_for_answer(page)
    marker = page.get_by_role("link", name=f"Source 2: {FLAT.title}")
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if marker.evaluate("element => element === document.activeElement"):
            break
    expect(marker).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name=f"Source 2: {FLAT.title}")).to_be_focused()
    expect(page.locator("mark")).to_have_text(["tend to lead to better generalization"])
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()


def test_keyboard_focus_is_seen_on_every_kind_of_button(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted()))
    page.locator(".offer").first.wait_for()
    page.keyboard.press("Shift+Tab")
    ask(page, "What about curvature?")
    wait_for_answer(page)
    page.keyboard.press("Tab")  # from here on the focus is the keyboard's
    kept = (".kept-open", ".kept-delete", ".more", ".exports .link")
    for selector in ("#live .offer", ".marker", ".copy", ".thumb", *kept):
        page.locator(selector).first.focus()
        outline = page.locator(selector).first.evaluate("e => getComputedStyle(e).outlineStyle")
        assert outline == "solid", selector


def test_phone_has_no_sideways_scroll_and_brings_sources_up(serve: Serve, visit: Visit) -> None:
    wide = script("A" * 200 + " [1]\n\n```\n" + "x" * 300 + "\n```", cite(1, FLAT, "better generalization"))
    page = visit(serve(Scripted({"W" * 120: wide})), width=390)
    ask(page, "W" * 120)
    wait_for_answer(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator("#composer").evaluate("element => element.clientHeight") < 150
    expect(page.locator("#sources")).not_to_be_visible()
    page.locator(".marker").click()
    expect(page.locator("mark")).to_be_in_viewport()
    page.get_by_role("button", name="Close the sources").click()
    expect(page.locator("#sources")).not_to_be_visible()
    expect(page.locator(".marker")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out_from_its_background(serve: Serve, visit: Visit, dark: bool) -> None:
    page = answered(visit(serve(Scripted()), dark=dark))
    page.locator(".marker").first.click()
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (_luminance(background) < 0.1) is dark
    for selector in (".answer", ".counts", ".marker:not(.current)", ".card .place", ".passage"):
        colour = page.locator(selector).first.evaluate("element => getComputedStyle(element).color")
        assert _contrast(colour, background) >= 4.5, selector
    mark = page.locator("mark").evaluate("e => [getComputedStyle(e).color, getComputedStyle(e).backgroundColor]")
    assert _contrast(*mark) >= 4.5


def test_harmful_text_stays_text_everywhere(serve: Serve, visit: Visit) -> None:
    quote = PAYLOADS[:40]
    evil = replace(HESSIAN, title=PAYLOADS, text=PAYLOADS, speakers=(PAYLOADS,), section=PAYLOADS, url="javascript:1")
    evil = replace(evil, pages=(PAYLOADS,), source={"file": PAYLOADS, "line": 1})
    backend = Scripted({PAYLOADS: script(PAYLOADS + " [1]", cite(1, evil, quote), passages=(evil,), notice=PAYLOADS)})
    backend.page_state = replace(backend.page_state, title=PAYLOADS)
    page = visit(serve(backend))
    ask(page, PAYLOADS)
    wait_for_answer(page)
    page.locator(".marker").click()
    expect(page.locator("mark")).to_have_text([quote])
    assert page.evaluate("window.hit") is None
    assert (
        page.locator("#past, #live, #history, #sources, #masthead")
        .locator("img, svg, script, a[href^=javascript]")
        .count()
        == 0
    )
    expect(page.locator("h1")).to_have_text(PAYLOADS)
    expect(page.locator("#live .question")).to_have_text(PAYLOADS)


def test_images_in_an_answer_are_never_fetched(serve: Serve, visit: Visit, traffic: Traffic) -> None:
    text = (
        "Look ![](http://example.invalid/x.png) <img src=http://example.invalid/y.png> ![a][b] "
        '[read](https://example.invalid/page "t") <a href="http://example.invalid/z" ping=x>z</a>\n\n'
        "[b]: http://example.invalid/b.png\n\n<iframe src=http://example.invalid/f></iframe>"
    )
    page = visit(serve(Scripted({"Picture?": script(text)})))
    ask(page, "Picture?")
    wait_for_answer(page)
    page.wait_for_timeout(300)
    assert page.locator("#chat").locator("img, iframe").count() == 0
    assert traffic.elsewhere() == []
    link = page.get_by_role("link", name="read")
    assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    expect(page.locator("#live .answer")).to_contain_text("read (example.invalid)")


def test_policy_stops_an_image_that_slipped_through(serve: Serve, visit: Visit, traffic: Traffic) -> None:
    page = visit(serve(Scripted()))
    blocked = page.evaluate(
        """() => new Promise(resolve => {
            document.addEventListener('securitypolicyviolation', event => resolve(event.violatedDirective));
            setTimeout(() => resolve('nothing was stopped'), 2000);
            const image = new Image(); image.src = 'http://127.0.0.2:9/x.png'; document.body.append(image);
        })"""
    )
    assert blocked == "img-src"
    traffic.urls.remove("http://127.0.0.2:9/x.png")  # the attempt is recorded; the policy kept it from leaving


def _luminance(colour: str) -> float:
    """Relative luminance of "rgb(r, g, b)", after WCAG 2."""
    channels = [int(part) / 255 for part in colour.removeprefix("rgb(").rstrip(")").split(",")[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
