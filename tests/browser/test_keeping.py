"""What stays: long lists as tables, conversations after the collection has changed, addresses that tell the truth."""

import csv
import json
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from assistant.assembly import Assistant
from assistant.outlets.page_backend import PageBackend
from assistant.retrieve.filters import Filters
from assistant.settings import load_settings
from assistant.types import Citation, SourcePassage
from ingest.embedder import BundledEmbedder
from ingest.record_store import RecordStore, write_store
from ingest.records import Record, Source, Speaker, Talk
from tests.browser.conftest import Serve, Visit
from tests.browser.scripted import HESSIAN, Scripted, cite, script
from tests.browser.test_chat import BOX, ask, wait_for_answer
from tests.browser.test_connection import expect_back, port
from tests.browser.test_tabs import saved, tab

pytestmark = pytest.mark.browser

MANY = 120


def many_talks(folder: Path) -> RecordStore:
    records: list[Record] = [
        Talk(
            f'Talk {n}, "quoted"; with a comma',
            (Speaker(f"Speaker Ö. {n:03}", "Uni"),),
            (Source("t.txt", n, n, "Page"),),
            abstract=f"About subject {n}.",
            id=f"talk-{n}",
        )
        for n in range(1, MANY + 1)
    ]
    write_store(folder / "records.sqlite", records, [], {})
    return RecordStore(folder / "records.sqlite")


def test_long_list_is_shown_whole_and_saved_as_a_table(serve: Serve, visit: Visit, tmp_path: Path) -> None:
    store = many_talks(tmp_path)
    pieces: list[str | Citation] = [f"{MANY} talks:\n\n"]
    passages: list[SourcePassage] = []
    for n, talk in enumerate(store.records(), 1):
        passages.append(
            SourcePassage(
                f"{talk.id}#abstract-1",
                talk.id,
                "talk",
                talk.title,
                ("Uni",),
                ("Page",),
                "Abstract",
                talk.abstract,
                1,
                {},
            )
        )
        pieces += [f"- **{talk.title}** [{n}]", cite(n, passages[-1], talk.abstract), "\n"]
    answer = script(*pieces, passages=passages, mode="catalogue")
    page = visit(serve(Scripted({"All?": answer}, store=store)), width=390)
    ask(page, "All?")
    wait_for_answer(page)
    expect(page.locator("#live .answer li")).to_have_count(MANY)
    expect(page.locator("#live .foot")).to_contain_text(f"{MANY} sources")
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    rows = list(csv.DictReader(saved(page, "CSV").splitlines()))
    assert [row["id"] for row in rows] == [f"talk-{n}" for n in range(1, MANY + 1)]
    assert (rows[6]["title"], rows[6]["speakers"]) == ('Talk 7, "quoted"; with a comma', "Speaker Ö. 007")


def test_conversation_is_intact_after_the_seeds_changed_and_the_program_restarted(
    serve: Serve, visit: Visit, tmp_path: Path, embedder: BundledEmbedder
) -> None:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()

    def write(*talks: tuple[str, str]) -> PageBackend:
        lines = [
            json.dumps({"kind": "talk", "title": title, "speakers": [{"name": "Ada Lovelace"}], "abstract": abstract})
            for title, abstract in talks
        ]
        (corpus / "talks.jsonl").write_text("\n".join(lines), encoding="utf-8")
        assistant = Assistant(load_settings(home=home, corpus=corpus))
        assistant.ingest()
        return PageBackend(assistant)

    gone = ("Bees and hives", "Bees build hexagonal cells of wax. The hive keeps itself warm in winter.")
    stays = ("Rivers and floods", "Rivers flood when snow melts quickly. Dams hold the water back.")
    url = serve(write(gone, stays))
    page = visit(url)
    ask(page, "What do bees build?")
    wait_for_answer(page)
    page.locator("#live .marker").first.click()
    quote = page.locator("mark").inner_text()
    assert "hexagonal cells" in quote
    serve.stop()
    changed = write(("Rivers and floods", "Rivers flood in spring, when the snow is gone. Dams hold the water back."))
    serve(changed, port=port(url))
    page.reload()
    expect_back(page)
    expect(page.locator(".turn .question")).to_have_text(["What do bees build?"])
    page.locator("#live .marker").first.click()
    expect(page.locator("mark")).to_have_text([quote])
    expect(page.locator(".card.current h3")).to_contain_text("Bees and hives")
    assert "Bees and hives" in saved(page, "Markdown")
    page.locator(".card.current").get_by_role("button", name="The whole talk").click()
    expect(page.locator("#record .notice.error")).to_contain_text("No talk or paper has the id")
    tab(page, "Ask")
    ask(page, "When do rivers flood?")
    wait_for_answer(page, "When do rivers flood?")
    expect(page.locator("#live .answer")).to_contain_text("snow is gone")


def named(page: Page) -> str:
    return str(page.evaluate("new URL(location.href).searchParams.get('talk')"))


@pytest.mark.parametrize("leave", ["other entry", "other tab", "asking", "closing on a phone"])
def test_address_names_a_talk_only_while_it_is_shown(serve: Serve, visit: Visit, leave: str) -> None:
    url = serve(Scripted())
    page = visit(f"{url}?talk={HESSIAN.id}", width=390 if "phone" in leave else 1280)
    expect(page.locator(".record h2")).to_have_text(HESSIAN.title)
    page.wait_for_timeout(800)
    page.locator(".record h2").click()
    page.wait_for_timeout(400)
    assert named(page) == HESSIAN.id
    if leave == "other entry":
        page.get_by_role("button", name="Scaling Laws & <b>Limits</b>").last.click()
    elif leave == "other tab":
        tab(page, "Status")
    elif leave == "asking":
        page.get_by_role("button", name="Ask about this talk").click()
    else:
        page.get_by_role("button", name="Close entry").click()
    page.wait_for_function("!new URL(location.href).searchParams.has('talk')")


def test_question_is_narrowed_to_a_speaker_whose_name_is_typed(serve: Serve, visit: Visit, tmp_path: Path) -> None:
    backend = Scripted(store=many_talks(tmp_path))
    page = visit(serve(backend))
    box = page.get_by_label("Where to look")
    box.click()
    box.fill("nobody")
    box.press("Tab")
    ask(page, "What about?")
    expect(page.locator("#status")).to_contain_text("No talk here is by “nobody”")
    expect(page.locator(BOX)).to_have_value("What about?")
    box.click()
    box.fill("speaker 117")
    box.press("Tab")
    page.click("#ask")
    wait_for_answer(page, "What about?")
    assert backend.filters == [Filters(speaker="Speaker Ö. 117")]
