"""Formulas are drawn by the KaTeX that Gradio serves; what it must not draw stays as written."""

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Serve, Traffic, Visit
from tests.browser.scripted import HESSIAN, Scripted, cite, script
from tests.browser.test_chat import ask, wait_for_answer

pytestmark = pytest.mark.browser

TEXT = "A step costs $O(n^2)$ with \\(K^{2/3}\\) regret, where mathcal O(K^{2/3}) was known, for $2 or $3. Done."
PASSAGE = replace(HESSIAN, title="On $\\ell_1$ balls", text=TEXT)


def shown(page: Page) -> Page:
    ask(page, "Cost?")
    wait_for_answer(page)
    return page


def test_formulas_are_drawn_in_answer_card_glance_and_highlight(serve: Serve, visit: Visit, traffic: Traffic) -> None:
    quote = "with \\(K^{2/3}\\) regret"
    answer = script(
        "It costs $O(n^2)$ [1]", cite(1, PASSAGE, quote), ":\n\n\\[\n\\sum_i x_i\n\\]\n", passages=(PASSAGE,)
    )
    page = shown(visit(serve(Scripted({"Cost?": answer}))))
    expect(page.locator("#live .answer .math.drawn .katex")).to_have_count(2)
    expect(page.locator("#live .answer .katex-display")).to_have_count(1)
    assert "$" not in page.locator("#live .answer .katex-html").first.inner_text()
    page.locator("#live .marker").hover()
    expect(page.locator("#peek .peek-title .katex")).to_have_count(1)
    expect(page.locator("#peek .peek-quote .katex")).to_have_count(1)
    page.locator("#live .marker").click()
    expect(page.locator("mark .katex")).to_have_count(1)
    expect(page.locator("#sources .passage .katex")).to_have_count(2)
    mark = page.locator("mark").evaluate("e => [e.previousSibling.data, e.firstChild.data, e.lastChild.data]")
    assert mark == [" ", "with ", " regret"]
    expect(page.locator(".card.current .passage")).to_contain_text("where mathcal O(K^{2/3}) was known, for $2 or $3.")
    page.locator(".card.current .more").click()
    expect(page.locator("mark")).to_have_count(0)
    expect(page.locator("#sources .passage .katex")).to_have_count(2)
    assert [url.rsplit("/", 1)[1][:6] for url in traffic.urls if "katex-" in url] == ["katex-", "katex-"]


def test_formula_is_drawn_while_the_answer_grows(serve: Serve, visit: Visit) -> None:
    page = visit(serve(Scripted({"Cost?": script("First $a^2$ ", "then ", "$b^2$ ", "end.")}, pause_s=0.5)))
    ask(page, "Cost?")
    expect(page.locator("#live .answer .katex")).to_have_count(1)
    expect(page.locator('#live .turn[aria-busy="true"]')).to_have_count(1)
    wait_for_answer(page)
    expect(page.locator("#live .answer .katex")).to_have_count(2)


@pytest.mark.parametrize(
    "tex",
    [
        pytest.param("$\\href{javascript:alert(1)}{x}$", id="link"),
        pytest.param("$\\url{http://example.invalid}$", id="address"),
        pytest.param("$\\includegraphics{http://example.invalid/x.png}$", id="picture"),
        pytest.param("$\\htmlStyle{position:fixed}{x}$", id="style"),
        pytest.param("$\\def\\a{\\a\\a}\\a$", id="endless"),
        pytest.param("$\\frac{1}{$", id="unbalanced"),
        pytest.param("$\\nosuchcommand$", id="unknown"),
        pytest.param(f"${'{' * 400}x{'}' * 400}$", id="nested deeply"),
        pytest.param(f"${'x+' * 5000}x$", id="huge"),
        pytest.param("$<img src=x onerror=window.hit=1>$", id="markup"),
    ],
)
def test_harmful_formula_is_shown_as_written_or_harmless(serve: Serve, visit: Visit, tex: str) -> None:
    evil = replace(PASSAGE, text=f"{tex} and $a$.", title=tex[:200])
    page = visit(serve(Scripted({"Cost?": script(f"{tex} and $b$ [1]", cite(1, evil, tex[:20]), passages=(evil,))})))
    shown(page)
    expect(page.locator("#live .answer .katex")).not_to_have_count(0)
    inside = page.locator("#live .answer, #sources .passage, #sources h3")
    assert inside.locator("img, script, a:not(.marker), [style*='fixed']").count() == 0
    assert page.evaluate("window.hit") is None
    if "img" not in tex and "{{" not in tex:
        assert tex in page.locator("#live .answer").inner_text()


def test_formula_cannot_reach_outside_of_its_place(serve: Serve, visit: Visit) -> None:
    far = "$a\\kern-90em\\rule{900em}{900em}$ $$\\sum_{i=1}^{n} " + "x_i + " * 60 + "y$$"
    page = visit(serve(Scripted({"Cost?": script(far)})), width=390)
    shown(page)
    expect(page.locator("#live .katex")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    inline = page.locator("#live .math").first
    assert inline.evaluate("e => [getComputedStyle(e).contain, e.getBoundingClientRect().right <= 390]") == [
        "paint",
        True,
    ]
