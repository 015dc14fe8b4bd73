"""Citations, cards, marked words; screens, keyboard, formulas, and text that means harm."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from assistant.types import Citation, Event
from tests.browser.conftest import Serve, Traffic, Visit
from tests.browser.scripted import FLAT, HESSIAN, RECORDS, Scripted, cite, script
from tests.browser.test_chat import ask, last, wait_for_answer

pytestmark = pytest.mark.browser

CURVATURE = "What about curvature?"
PAYLOADS = (
    "<script>window.hit=1</script><img src=http://example.invalid/x.png onerror=window.hit=1>"
    '"><svg onload=window.hit=1>${window.hit=1}{{constructor.constructor("window.hit=1")()}}'
)
FIRST = "Ill conditioned loss landscapes are ubiquitous in machine learning"


def answered(page: Page, question: str = CURVATURE) -> Page:
    ask(page, question)
    wait_for_answer(page, question if "<" not in question else None)
    return page


def test_citation_leads_to_its_own_quote_in_its_own_turn(serve: Serve, visit: Visit) -> None:
    other = script("Only flat [1]", cite(1, FLAT, "better generalization"), ".")
    page = answered(visit(serve(Scripted({"Other?": other}, pause_s=0.1))))
    cites = page.locator("a.cite")
    for at, words in (
        (1, "tools from randomized numerical linear algebra and online convex optimization"),
        (0, FIRST),
        (2, "tend to lead to better generalization"),
    ):
        cites.nth(at).click()
        expect(page.locator("mark.current")).to_have_text([words])
        expect(page.locator("mark.current")).to_be_in_viewport()
        expect(page.locator("a.cite.current")).to_have_count(1)
        expect(page.locator(".card:focus")).to_have_count(1)
    ask(page, "Other?")
    expect(page.locator("#evidence .card h3").first).to_contain_text(FLAT.title)
    wait_for_answer(page, "Other?")
    cites.first.click()
    expect(page.locator("#evidence .asked")).to_have_text(CURVATURE)
    expect(page.locator("mark.current")).to_have_text([FIRST])
    cites.last.click()
    expect(page.locator("#evidence .asked")).to_have_text("Other?")
    expect(page.locator("mark.current")).to_have_text(["better generalization"])


def test_citation_works_while_the_answer_still_streams(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted(pause_s=0.6)))
    ask(page, CURVATURE)
    page.locator("a.cite").first.click()
    expect(page.locator("mark.current")).to_have_text([FIRST])
    wait_for_answer(page)
    expect(page.locator("a.cite")).to_have_count(3)


def test_card_names_talk_speakers_and_place_and_shows_what_stands_around_it(serve: Serve, visit: Visit) -> None:
    backend = Scripted()
    page = answered(visit(serve(backend)))
    card = page.get_by_role("article", name=f"Source 2: {FLAT.title}")
    expect(card.locator(".who")).to_have_text("Maryam Fazel, University of Washington")
    place = "Talk Abstract · Recorded Talks: Machine Learning · Recorded Talks: Optimization"
    expect(card.locator(".place")).to_have_text(place)
    expect(page.locator("#evidence section > details > summary")).to_have_text("Found, not cited (1)")
    card.get_by_text("What stands around it").click()
    expect(card.locator(".passage.near")).to_have_text([f"What comes before {FLAT.passage_id}."])
    expect(card.locator(".passage.near")).to_be_visible()
    page.get_by_role("article", name="Source 1").get_by_role("button", name="Ask only this talk").click()
    expect(page.locator("#scope .token")).to_have_text(HESSIAN.title)
    answered(page, "And here?")
    page.locator("#scope .token-remove").last.click()
    answered(page, "Everywhere again?")
    assert backend.scopes[1:] == [[f"id={HESSIAN.id}"], []]


def test_doubtful_statements_are_marked_and_explained(serve: Serve, visit: Visit) -> None:
    pieces: list[str | Citation] = ["Weak [1]", cite(1, FLAT, "better generalization", "weak")]
    page = answered(visit(serve(Scripted({"Sure?": script(*pieces)}))), "Sure?")
    expect(page.locator("a.cite.weak")).to_have_count(1)
    expect(page.locator(".doubts")).to_contain_text("[n] The passage supports this only in part.")
    expect(page.locator(".card .doubt")).to_have_text("The passage supports this only in part.")
    glance = f"Source 1: {FLAT.title}. “better generalization” The passage supports this only in part."
    expect(page.locator("a.cite")).to_have_attribute("title", glance)


def long_list() -> list[Event]:
    pieces: list[str | Citation] = ["40 talks:\n\n"]
    passages = []
    for n in range(1, 41):
        record = RECORDS[n % 3]
        source = replace(HESSIAN, id=record.id if n < 4 else f"gone-{n}", title=f"Talk {n:02}", passage_id=f"p{n}")
        passages.append(source)
        pieces += [f"- Talk {n} [{n}]", cite(n, source, FIRST), "\n"]
    return script(*pieces, passages=passages, mode="catalogue")


def test_long_list_stands_in_a_table_that_is_sorted_and_saved(serve: Serve, visit: Visit) -> None:
    page = answered(visit(serve(Scripted({"All?": long_list()}))), "All?")
    table = page.locator("#table")
    expect(table).to_contain_text("Madeleine Udell")
    expect(page.locator("a.cite")).to_have_count(5)
    expect(page.locator("#evidence .card")).to_have_count(5)
    titles = table.locator("tbody td:nth-child(2)")
    expect(titles.first).to_have_text("Talk 01")
    table.get_by_text("Talk 03", exact=True).last.click()
    expect(page.locator(".record h2")).to_have_text(RECORDS[0].title)
    page.go_back()
    heading = table.locator("thead:visible th[title='Title']").first
    heading.hover()
    heading.locator("button").click()
    page.get_by_text("Sort descending").click()
    expect(titles.first).to_have_text("Talk 40")
    page.locator("a.cite").nth(4).click()
    expect(page.locator(".card.current h3")).to_contain_text("Talk 05")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as CSV").click()
    text = download.value.path().read_text()
    assert text.splitlines()[0] == "id,kind,title,speakers,date,pages,url,source"
    assert len(text.splitlines()) == 41


def test_phone_finds_the_whole_list_below_its_beginning(serve: Serve, visit: Visit) -> None:
    page = answered(visit(serve(Scripted({"All?": long_list()})), width=390), "All?")
    expect(page.locator("#table")).not_to_be_visible()
    page.get_by_role("link", name="All 40, as a table").click()
    expect(page.locator("#table")).to_contain_text("Madeleine Udell")
    expect(page.locator("#table")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_keyboard_alone_asks_reads_and_returns(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted()))
    expect(page.locator("#question textarea")).to_be_focused()
    page.keyboard.type(CURVATURE)
    page.keyboard.press("Enter")
    wait_for_answer(page)
    marker = page.locator("a.cite").last
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        if marker.evaluate("element => element === document.activeElement"):
            break
    expect(marker).to_be_focused()
    assert marker.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("article", name=f"Source 2: {FLAT.title}")).to_be_focused()
    page.keyboard.press("Escape")
    expect(marker).to_be_focused()
    for selector in ("#chat .option", ".card .link", ".kept-open", ".menu summary", "#new"):
        page.locator(selector).first.focus()
        assert page.locator(selector).first.evaluate("e => getComputedStyle(e).outlineStyle") == "solid", selector


def test_phone_and_twofold_zoom_have_no_sideways_scroll_and_bring_sources_up(serve: Serve, visit: Visit) -> None:
    wide = script("A" * 200 + " [1]\n\n```\n" + "x" * 300 + "\n```", cite(1, FLAT, "better generalization"))
    url = serve(Scripted({"W" * 120: wide}))
    for width in (390, 640):  # a wide window at 200 % is as wide as 640
        page = answered(visit(url, width=width), "W" * 120)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        expect(page.locator("#sources")).not_to_be_visible()
        page.locator("a.cite").click()
        expect(page.locator("mark.current")).to_be_in_viewport()
        page.get_by_role("button", name="Close").click()
        expect(page.locator("#sources")).not_to_be_visible()
        expect(page.locator("a.cite")).to_be_focused()
        assert page.evaluate("document.documentElement.scrollWidth") == width


def test_harmful_text_stays_text_everywhere(serve: Serve, visit: Visit, traffic: Traffic) -> None:
    quote = PAYLOADS[:40]
    evil = replace(HESSIAN, title=PAYLOADS, text=PAYLOADS, speakers=(PAYLOADS,), section=PAYLOADS, url="javascript:1")
    evil = replace(evil, pages=(PAYLOADS,), source={"file": PAYLOADS, "line": 1})
    text = (
        f"{PAYLOADS} [1] Look ![](http://example.invalid/x.png) ![a][b] [read](https://example.invalid/page) "
        "<iframe src=http://example.invalid/f></iframe>\n\n[b]: http://example.invalid/b.png"
    )
    events = script(text, cite(1, evil, quote), passages=(evil,), notice=PAYLOADS)
    backend = Scripted({f"{PAYLOADS} ![](http://example.invalid/q.png)": events})
    page = answered(visit(serve(backend)), f"{PAYLOADS} ![](http://example.invalid/q.png)")
    page.locator("a.cite").click()
    expect(page.locator("mark")).to_have_text([quote])
    assert page.evaluate("window.hit") is None
    shown = page.locator("#chat .message-content, #history, #sources, #masthead")
    assert shown.locator("img, svg, script, iframe, a[href^=javascript]").count() == 0
    assert traffic.elsewhere() == []
    link = page.get_by_role("link", name="read")
    assert "noopener" in str(link.get_attribute("rel"))
    expect(last(page)).to_contain_text("read (example.invalid)")


# A link, a picture, a style, an endless one, markup, and one that draws far outside its line.
HARMFUL = (
    "$\\href{javascript:alert(1)}{x}$",
    "$\\includegraphics{http://example.invalid/x.png}$",
    "$\\htmlStyle{position:fixed}{x}$",
    "$\\def\\a{\\a\\a}\\a$",
    "$<img src=x onerror=window.hit=1>$",
    "$a\\kern-90em\\rule{900em}{900em}$",
)


def test_formulas_are_drawn_and_harmful_ones_do_nothing(serve: Serve, visit: Visit) -> None:
    tex = " and ".join(HARMFUL)
    passage = replace(HESSIAN, title="On $\\ell_1$ balls", text=f"It costs $O(n^2)$ or $2 or $3. {tex} so.")
    events = script(f"A step costs $a^2$ for $5 or $6 [1]. {tex}", cite(1, passage, "costs $O(n"), passages=(passage,))
    page = answered(visit(serve(Scripted({"Cost?": events})), width=390), "Cost?")
    expect(last(page)).to_contain_text("for $5 or $6")
    expect(last(page).locator(".katex").first).to_be_visible()
    page.locator("a.cite").click()
    expect(page.locator("mark .katex")).to_have_count(1)
    expect(page.locator("#evidence h3 .katex")).to_have_count(1)
    inside = page.locator("#chat .message-content, #evidence")
    assert inside.locator("img, script, a[href^=javascript], [style*='fixed']").count() == 0
    assert page.evaluate("window.hit") is None
    assert page.evaluate("document.documentElement.scrollWidth") == 390


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
