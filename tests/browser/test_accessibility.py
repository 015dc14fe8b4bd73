"""No serious fault by axe-core on any tab, light and dark, wide and on a phone.

axe-core comes from npm, for this test alone: `npm ci --prefix tests/browser/axe`. Without it the test is skipped on a
desk and fails in continuous integration.
"""

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from assistant.types import Citation
from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import FLAT, HESSIAN, Scripted, cite, script
from tests.browser.test_chat import ask, wait_for_answer

pytestmark = pytest.mark.browser

AXE = Path(__file__).parent / "axe" / "node_modules" / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.exists():
        message = "axe-core is not installed; run: npm ci --prefix tests/browser/axe"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return AXE.read_text(encoding="utf-8")


def serious_faults(page: Page, axe: str) -> list[str]:
    page.wait_for_timeout(400)  # what slides in has come to rest, so that colours are what they stay
    page.evaluate(axe)
    result: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{fault['id']}: {node['html'][:200]} {node['failureSummary'][:200]}"
        for fault in result["violations"]
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "phone"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_tab_has_no_serious_fault(serve: Serve, visit: Visit, axe: str, dark: bool, width: int) -> None:
    pieces: list[str | Citation] = [
        "A $x^2$ [1]",
        cite(1, HESSIAN, "Ill conditioned", "weak"),
        " B [2]",
        cite(2, FLAT, "better", "unsupported"),
    ]
    page = visit(serve(Scripted({"Why?": script(*pieces, notice="Only quotes.")})), dark=dark, width=width)
    faults = {"first": serious_faults(page, axe)}
    ask(page, "Why?")
    wait_for_answer(page)
    page.locator("#chat .katex").first.wait_for()
    page.locator("a.cite").first.click()
    faults["answer"] = serious_faults(page, axe)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Browse").click()
    page.locator(".entry", has_text=HESSIAN.title).click()
    page.locator(".record").wait_for()
    faults["browse"] = serious_faults(page, axe)
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Models").click()
    page.locator("#result .result").wait_for()
    faults["models"] = serious_faults(page, axe)
    page.route("**/gradio_api/app_id", lambda route: route.abort())
    page.locator("#lost").wait_for()
    faults["lost"] = serious_faults(page, axe)
    assert {where: found for where, found in faults.items() if found} == {}
