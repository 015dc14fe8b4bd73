"""The tab "Browse": the whole collection, found as one types, and one talk or paper beside it.

Comes in: a `Backend`. Goes out: the tab's parts and its handlers; what fits is `assistant.outlets.shelf`'s to say.
"""

from dataclasses import dataclass
from html import escape
from typing import Any

import gradio as gr

from assistant.outlets.page.backend import Backend
from assistant.outlets.page.cards import questions_citing
from assistant.outlets.page.conversation import Conversation
from assistant.outlets.page.record import PICK, count_text, record_html, rows_html
from assistant.outlets.shelf import ORDERS, Search
from ingest.errors import TalksError
from ingest.records import Kind

ROWS_AT_ONCE = 50
ANY = "Any"
_KINDS: dict[str, Kind | None] = {"Both": None, "Talks": "talk", "Papers": "paper"}


@dataclass(frozen=True, slots=True)
class ShelfParts:
    """The tab's parts by name."""

    tab: gr.Tab
    words: gr.Textbox
    kind: gr.Dropdown
    page: gr.Dropdown
    speaker: gr.Textbox
    year: gr.Dropdown
    order: gr.Dropdown
    count: gr.HTML
    rows: gr.HTML
    record: gr.HTML

    @property
    def search(self) -> list[gr.Textbox | gr.Dropdown]:
        """What a search is made of, in the order in which handlers take it."""
        return [self.words, self.kind, self.page, self.speaker, self.year, self.order]


def lay_out_shelf(tab: gr.Tab) -> ShelfParts:
    """Place the tab's parts; to be called inside the tab."""
    with gr.Row(elem_id="shelf-search"):
        words = gr.Textbox(
            label="Search", placeholder="Title, speaker or affiliation", elem_id="shelf-words", scale=3, min_width=200
        )
        speaker = gr.Textbox(
            label="Speaker", placeholder="Part of a name", elem_id="shelf-speaker", scale=2, min_width=130
        )
        kind = _choice("Show", list(_KINDS), "shelf-kind")
        page = _choice("Page", [ANY], "shelf-page", scale=2)
        year = _choice("Year", [ANY], "shelf-year")
        order = _choice("Sort", [order.capitalize() for order in ORDERS], "shelf-order", min_width=130)
    with gr.Row(elem_id="shelf-columns"):
        with gr.Column(elem_id="shelf", scale=2, min_width=0):
            count = gr.HTML("", elem_id="shelf-count", apply_default_css=False, js_on_load=None)
            rows = gr.HTML(
                "",
                elem_id="shelf-rows",
                apply_default_css=False,
                js_on_load="watch('value', () => window.talksPage?.rowsChanged());",
            )
        with gr.Column(elem_id="record", scale=3, min_width=0):
            gr.HTML(
                '<div class="bar"><button type="button" class="close" aria-label="Close entry">Close</button></div>',
                elem_id="record-bar",
                apply_default_css=False,
                js_on_load=None,
            )
            record = gr.HTML(
                PICK,
                elem_id="record-shown",
                apply_default_css=False,
                js_on_load="const seen = () => window.talksPage?.recordChanged(); seen(); watch('value', seen);",
            )
    return ShelfParts(tab, words, kind, page, speaker, year, order, count, rows, record)


class ShelfWiring:
    """What a visitor can do in the tab."""

    def __init__(self, backend: Backend, parts: ShelfParts, tabs: gr.Tabs) -> None:
        self._backend = backend
        self._parts = parts
        self._tabs = tabs

    def connect(self, actions: gr.HTML, conversation: gr.State) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        quick: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
        listed = [p.count, p.rows]
        p.tab.select(self.fill, p.search, [*listed, p.page, p.year], **quick)
        for typed in (p.words, p.speaker):
            # Not `input`, which misses what is pasted or filled in at one go.
            typed.change(self.find, p.search, listed, trigger_mode="always_last", **quick)
        for chosen in (p.kind, p.page, p.year, p.order):
            chosen.input(self.find, p.search, listed, **quick)
        actions.showed_more(self.show_more, p.search, p.rows, **quick)
        actions.opened_record(self.open, conversation, [p.record, self._tabs], **quick)

    def fill(self, *search: Any) -> dict[Any, Any]:
        """Show what there is to choose from, and the list."""
        try:
            shelf = self._backend.shelf()
        except TalksError as error:
            return {self._parts.count: escape(str(error))}
        pages, years = [ANY, *shelf.pages], [ANY, *map(str, shelf.years)]
        return self.find(*search) | {
            self._parts.page: gr.update(choices=pages),
            self._parts.year: gr.update(choices=years),
        }

    def find(self, *search: Any) -> dict[Any, Any]:
        """List what fits."""
        count, rows = self._listed(search, ROWS_AT_ONCE)
        return {self._parts.count: count, self._parts.rows: rows}

    def show_more(
        self, words: str, kind: str, page: str, speaker: str, year: str, order: str, event: gr.EventData
    ) -> str:
        """List more of what fits."""
        return self._listed((words, kind, page, speaker, year, order), int(event.shown) + ROWS_AT_ONCE)[1]

    def open(self, conversation: Conversation, event: gr.EventData) -> dict[Any, Any]:
        """Show one talk or paper."""
        record_id = str(event.id)
        try:
            opened = self._backend.open(record_id)
            shown = record_html(opened, questions_citing(conversation.drafts, record_id))
        except TalksError as error:
            shown = f'<p class="notice error" role="alert">{escape(str(error))}</p>'
        return {self._parts.record: shown, self._tabs: gr.Tabs(selected="browse")}

    def _listed(self, search: tuple[Any, ...], limit: int) -> tuple[str, str]:
        try:
            found = self._backend.shelf().find(_search(*search))
        except TalksError as error:
            return escape(str(error)), ""
        return count_text(len(found)), rows_html(found[:limit], len(found))


def _search(words: str, kind: str, page: str, speaker: str, year: str, order: str) -> Search:
    return Search(
        words=words,
        kind=_KINDS.get(kind),
        page=None if page == ANY else page,
        speaker=speaker,
        year=int(year) if str(year).isdigit() else None,
        order=next((known for known in ORDERS if known == order.lower()), "as saved"),
    )


def _choice(label: str, choices: list[str], elem_id: str, scale: int = 1, min_width: int = 110) -> gr.Dropdown:
    return gr.Dropdown(choices, value=choices[0], label=label, elem_id=elem_id, scale=scale, min_width=min_width)
