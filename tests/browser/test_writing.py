"""Other directions of writing, accents, dashes and words without end do not break the layout."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from ingest.record_store import RecordStore, write_store
from ingest.records import Record, Source, Speaker, Talk
from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import HESSIAN, Scripted, cite, script
from tests.browser.test_chat import ask, wait_for_answer

pytestmark = pytest.mark.browser

HEBREW = "למידה עמוקה: מבוא לרשתות נוירונים"
ARABIC = "التعلم العميق في الشبكات العصبية"
LATIN = "Éléments d’analyse – Łukasz Ångström’s naïve “Größe” — façade"
ENDLESS = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 3
TITLES = {"hebrew": HEBREW, "arabic": ARABIC, "latin": LATIN, "endless": ENDLESS}


def direction(page: Page, selector: str) -> str:
    return str(page.locator(selector).first.evaluate("e => getComputedStyle(e).direction"))


def store(folder: Path) -> RecordStore:
    source = Source("pages/talks.txt", 1, 2, f"Recorded Talks: {ENDLESS}")
    records: list[Record] = [
        Talk(title, (Speaker(title, ENDLESS[:90]),), (source,), abstract=f"{title}. {ENDLESS}", bio=title, id=id_)
        for id_, title in TITLES.items()
    ]
    write_store(folder / "records.sqlite", records, [], {})
    return RecordStore(folder / "records.sqlite")


@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "phone"])
@pytest.mark.parametrize(
    ("id_", "expected"), [("hebrew", "rtl"), ("arabic", "rtl"), ("latin", "ltr"), ("endless", "ltr")]
)
def test_text_keeps_its_direction_and_the_page_its_width(
    serve: Serve, visit: Visit, tmp_path: Path, id_: str, expected: str, width: int
) -> None:
    title = TITLES[id_]
    passage = replace(
        HESSIAN,
        id=id_,
        title=title,
        speakers=(f"{title}, {ENDLESS[:90]}",),
        pages=(f"Recorded Talks: {title}",),
        text=f"{title}. {title}. {ENDLESS}",
    )
    answer = script(f"{title} [1]", cite(1, passage, title), f". {ENDLESS}\n\n- {title}\n", passages=(passage,))
    page = visit(serve(Scripted({f"{title}?": answer}, store=store(tmp_path))), width=width)
    ask(page, f"{title}?")
    wait_for_answer(page)
    page.locator("#live .marker").click()
    for selector in ("#live .question", "#live .answer", ".card-title", ".card .who", ".card .passage"):
        assert direction(page, selector) == expected, selector
    expect(page.locator("mark")).to_have_text([title])
    sizes = {"answer": page.evaluate("document.documentElement.scrollWidth")}
    page.keyboard.press("Escape")
    page.get_by_role("tab", name="Browse").click()
    page.locator(f'.entry[data-id="{id_}"]').click()
    page.locator(".record").wait_for()
    for selector in (".record h2", ".record .who", ".record section p"):
        assert direction(page, selector) == expected, selector
    sizes["browse"] = page.evaluate("document.documentElement.scrollWidth")
    assert sizes == {"answer": width, "browse": width}
    for selector in ("#chat", "#sources", "#shelf", "#record"):
        inside = page.locator(selector).evaluate("e => e.scrollWidth - e.clientWidth")
        assert inside <= 0, selector
