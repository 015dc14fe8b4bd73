"""The tab "Browse": the whole collection, found as one types and counted, and one talk or paper with all of it.

Comes in: a `PageBackend` and the parts of the page. Goes out: handlers, HTML in which everything is escaped, and a
list's sources as a table. What fits is `assistant.outlets.shelf`'s to say. What we wrote ourselves stands apart and is
labelled; a time that cannot be one is shown with its problem.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any
from urllib.parse import quote

import gradio as gr
import pandas as pd  # type: ignore[import-untyped]

from assistant.outlets.page.markdown import link_html, one_line, text_html
from assistant.outlets.page.parts import QUICK, Parts, Updates, data_of, number_of
from assistant.outlets.page.session import Conversation
from assistant.outlets.page.turns import apart, button, kind_html
from assistant.outlets.page.words import Words
from assistant.outlets.page_backend import Opened, PageBackend
from assistant.outlets.shelf import ORDERS, Row, Scope
from assistant.types import Citation
from ingest.errors import RecordMissing, TalksError
from ingest.gists import Gist
from ingest.passages import speaker_line
from ingest.records import Chapter, Date, Record
from ingest.schema import (
    AFFILIATION,
    FIELDS,
    LINKS,
    MEDIA_FILE,
    ROLE,
    SECTOR,
    SPEAKER,
    URL_FIELD,
    VIDEO_URL,
    Field,
    Type,
)
from ingest.text import web_address

ROWS_AT_ONCE = 50
MOST_BARS = 25
MOST_COLUMNS = 8
_COLUMNS = (Type.NAME, Type.DATE, Type.NUMBER, Type.SECONDS)
# Told at the top or by a button; the sector is the program's guess.
_SHOWN_ELSEWHERE = (SPEAKER, ROLE, AFFILIATION, SECTOR, MEDIA_FILE)


def read_scope(chosen: Sequence[str] | None) -> Scope:
    """What chosen or typed values of a box stand for: pairs of a field and a value, the field "" for typed words."""
    pairs = (value.partition("=") if "=" in value else ("", "=", value) for value in chosen or ())
    return tuple((key, value) for key, _, value in pairs if value)


class Browse:
    """What a visitor can do in the tab."""

    def __init__(self, backend: PageBackend, parts: Parts) -> None:
        self._backend, self._parts = backend, parts

    def connect(self) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        search, listed = [p.words, p.where, p.order, p.conversation], [p.count, p.rows]
        p.tab_browse.select(self.fill, [p.group, *search], [*listed, p.where, p.group, p.plot], **QUICK)
        # Not `input`, which misses what is pasted or filled in at one go.
        p.words.change(self.find, search, listed, trigger_mode="always_last", **QUICK)
        gr.on([p.where.change, p.order.input], self.find, search, listed, **QUICK)
        p.actions.showed_more(self.find, search, listed, **QUICK)
        p.group.input(self.count, [p.group, p.conversation], p.plot, **QUICK)
        p.actions.opened_record(self.open, p.conversation, p.record, **QUICK)
        p.table.select(self.open, p.conversation, p.record, **QUICK)

    def fill(
        self,
        group: str | None,
        typed: str,
        where: list[str],
        order: str,
        conversation: Conversation,
        event: gr.EventData,
    ) -> Updates:
        """Show what there is to choose from, the list, and how much there is of what."""
        p, words = self._parts, conversation.words
        try:
            shelf = self._backend.shelf()
        except TalksError as error:
            return {p.count: escape(str(error))}
        groups = [key for key, values in shelf.values.items() if len(values) > 1]
        chosen = next((key for key in (group, "year", *groups) if key in groups), None)
        return self.find(typed, where, order, conversation, event) | {
            p.where: gr.update(choices=shelf.scope_choices()),
            p.group: gr.update(choices=[(words(f"by_{key}", default=key), key) for key in groups], value=chosen),
            p.plot: self.count(chosen, conversation),
        }

    def find(
        self, typed: str, where: list[str], order: str, conversation: Conversation, event: gr.EventData
    ) -> Updates:
        """List what fits; more of it when "Show more" was pressed."""
        words, shown = conversation.words, int(number_of(event, "shown"))
        try:
            wanted = next((known for known in ORDERS if known == order), ORDERS[0])
            found = self._backend.shelf().find(typed, read_scope(where), wanted)
        except TalksError as error:
            return {self._parts.count: escape(str(error)), self._parts.rows: ""}
        rows = rows_html(found[: shown + ROWS_AT_ONCE], len(found), words)
        return {self._parts.count: words.count(len(found), "entries"), self._parts.rows: rows}

    def count(self, group: str | None, conversation: Conversation) -> Any:
        """How many talks and papers there are by a field, as bars; years in order, others the most frequent."""
        counts = self._backend.shelf().counts(group or "")[:MOST_BARS]
        if len(counts) < 2:
            return gr.update(visible=False)
        words = conversation.words
        if group == "year":
            counts.sort()
        name, number = words(f"by_{group}", default=str(group)), words("how_many")
        frame = pd.DataFrame(counts, columns=[name, number])
        return gr.BarPlot(frame, x=name, y=number, visible=True, x_title="", y_title=number, sort=None)

    def open(self, conversation: Conversation, event: gr.EventData) -> str:
        """Show one talk or paper: a button's, or that of a row in a list's table."""
        data = data_of(event)
        draft = conversation.draft(conversation.looked_at)
        numbered = {str(one.n): one.id for one in draft.citations} if draft else {}
        record_id = str(data.get("id") or numbered.get(str((data.get("row_value") or [""])[0]), ""))
        try:
            shown = record_html(self._backend.open(record_id), conversation.words)
        except TalksError as error:
            shown = f'<article class="record"><h2 tabindex="-1">{escape(str(error))}</h2></article>'
        return f"{shown}<!-- {secrets.token_hex(4)} -->"  # what is shown a second time is new to the script


def rows_html(rows: Sequence[Row], total: int, words: Words) -> str:
    """A list of talks and papers, of `total` in all."""
    if not rows:
        return f'<p class="hint">{escape(words("nothing_fits"))}</p>'
    items = "".join(_row_html(row, words) for row in rows)
    left = words("show_more", left=f"{total - len(rows):,}")
    more = f"<p>{button('showed_more', left, shown=len(rows))}</p>" if total > len(rows) else ""
    return one_line(f'<ul class="rows">{items}</ul>{more}')


def table_of(citations: Sequence[Citation], lookup: Callable[[str], Record], words: Words) -> dict[str, list[Any]]:
    """A list's sources as `gr.Dataframe` takes them, one row each, with the columns that any of them fills."""
    firsts = {citation.n: citation for citation in reversed(citations)}
    told: list[tuple[int, Citation, Record | None]] = []
    for n, citation in sorted(firsts.items()):
        try:
            told.append((n, citation, lookup(citation.id)))
        except RecordMissing:  # the answer outlives the record that it cites
            told.append((n, citation, None))
    records = [record for _, _, record in told if record is not None]
    fields = (field for field in FIELDS if field.type in _COLUMNS and field is not SECTOR)
    filled = [field for field in fields if any(field.shown(record) for record in records)][:MOST_COLUMNS]
    named = [words(f"by_{field.key}", default=field.label) for field in filled]
    kinds = [words("by_kind")] if len({citation.kind for citation in citations}) > 1 else []
    rows = [
        [n, citation.title, *(words(citation.kind) for _ in kinds)]
        + [_cell(field, record) if record else "" for field in filled]
        for n, citation, record in told
    ]
    return {"headers": ["#", words("title"), *kinds, *named], "data": rows}


def _cell(field: Field, record: Record) -> Any:
    """A field's value as a table sorts it: a date as far as it is known, a number as a number."""
    value = field.of(record)
    if isinstance(value, Date):
        return value.iso or value.text
    return value if field.type in (Type.NUMBER, Type.SECONDS) and value is not None else field.shown(record)


def _row_html(row: Row, words: Words) -> str:
    return (
        f'<li><button type="button" class="entry" data-do="opened_record" data-id="{escape(row.id)}">'
        f'<span class="entry-title" dir="auto">{text_html(row.title)}</span>'
        f'<span class="entry-said">{kind_html(row.kind, words)} {apart(("; ".join(row.who), row.date))}</span>'
        "</button></li>"
    )


def record_html(opened: Opened, words: Words) -> str:
    """One talk or paper, with what stands beside it."""
    record, label = opened.record, escape(opened.record.title)
    play = button("played", f"▶ {words('play')}", id=record.id) if opened.media or record.transcript else ""
    near = (button("opened_record", title, id=id_) for id_, title in opened.near)
    parts = [
        f'<p class="record-kind">{kind_html(record.kind, words)}</p>'
        f'<h2 tabindex="-1" dir="auto">{text_html(record.title)}</h2>',
        *(f'<p class="who" dir="auto">{escape(speaker_line(one))}</p>' for one in record.speakers),
        f'<p class="record-tools">{button("narrowed", words(f"only_{record.kind}"), css="solid", id=record.id)}{play}'
        f'<a href="?talk={quote(record.id, safe="")}" class="link">{escape(words("address"))}</a></p>',
        _gist_html(opened.gist, words) if opened.gist else "",
        _section("", _facts(record, words)),
        _section(words("abstract"), _paragraphs(record.abstract)),
        _section(words("about_speakers"), _paragraphs(record.bio)),
        _section(words("chapters"), _table((one.time, _chapter_html(one)) for one in record.chapters)),
        _section(words("links"), _items(_links(record, words))),
        _section(words(f"near_{record.kind}"), _items(near)),
    ]
    return one_line(
        f'<article class="record" data-id="{escape(record.id)}" aria-label="{label}">{"".join(parts)}</article>'
    )


def _gist_html(gist: Gist, words: Words) -> str:
    ours = words("gist_by", writer=gist.written_by) if gist.written_by else words("gist_ours")
    asks = "".join(
        f'<button type="button" class="link" data-ask="{escape(question)}">{text_html(question)}</button>'
        for question in gist.questions
    )
    return (
        f'<section class="gist"><h3>{escape(words("gist"))}</h3><p dir="auto">{text_html(gist.text)}</p>'
        f'<p class="ours">{escape(ours)}</p><p class="asks">{asks}</p></section>'
    )


def _facts(record: Record, words: Words) -> str:
    """A row for each field that the record tells, and for what its source has under keys that no field takes."""
    fields = (field for field in FIELDS if field not in _SHOWN_ELSEWHERE and field.type is not Type.URL)
    told = [(words(f"by_{field.key}", default=field.label), field.shown(record)) for field in fields]
    told += [(key, str(value)) for key, value in record.other.items()]
    return _table((label, escape(value)) for label, value in told)


def _chapter_html(chapter: Chapter) -> str:
    who = (f'<span class="who">{escape(speaker_line(speaker))}</span>' for speaker in chapter.speakers)
    problem = [f'<span class="problem">{escape(chapter.problem)}</span>'] if chapter.problem else []
    return "<br>".join([text_html(chapter.title), *who, *problem])


def _links(record: Record, words: Words) -> list[str]:
    named = [(words("recording"), VIDEO_URL.of(record)), (words("page_there"), URL_FIELD.of(record))]
    named += [(link, link) for link in LINKS.of(record)]
    shown = {url: name for name, url in reversed(named) if web_address(url)}
    return [link_html(url, name) for url, name in reversed(shown.items())]


def _section(heading: str, content: str) -> str:
    head = f"<h3>{escape(heading)}</h3>" if heading else ""
    return f"<section>{head}{content}</section>" if content else ""


def _paragraphs(text: str) -> str:
    return "".join(f'<p dir="auto">{text_html(part)}</p>' for part in text.split("\n") if part.strip())


def _items(items: Iterable[str]) -> str:
    listed = "".join(f"<li>{item}</li>" for item in dict.fromkeys(items))
    return f'<ul class="links">{listed}</ul>' if listed else ""


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Rows of a label and some HTML; those with nothing to tell are left out."""
    told = (f'<tr><th scope="row">{escape(name)}</th><td dir="auto">{html}</td></tr>' for name, html in rows if html)
    cells = "".join(told)
    return f"<table><tbody>{cells}</tbody></table>" if cells else ""
