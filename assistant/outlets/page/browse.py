"""The whole collection to look through, found as one types and counted; and one talk or paper with all of it.

Comes in: a `PageBackend` and the parts of the page. Goes out: handlers, HTML in which everything is escaped, a list's
sources as a table, and the route that serves recordings with ranges, which seeking needs. What fits is
`assistant.outlets.shelf`'s to say, and where a recording may lie the backend's; one that is not here is a plain link.
What we wrote ourselves stands apart and is labelled; a time that cannot be one is shown with its problem.
"""

import secrets
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from html import escape
from typing import Any
from urllib.parse import quote

import gradio as gr
import pandas as pd  # type: ignore[import-untyped]
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from assistant.outlets.formats import firsts
from assistant.outlets.page.markdown import link_html, one_line, text_html
from assistant.outlets.page.parts import QUICK, Parts, Updates, data_of, number_of
from assistant.outlets.page.session import Conversation, Words
from assistant.outlets.page.turns import apart, button, kind_html
from assistant.outlets.page_backend import Opened, PageBackend
from assistant.outlets.shelf import Order
from assistant.types import Citation
from ingest.errors import TalksError
from ingest.gists import Gist
from ingest.passages import speaker_line
from ingest.records import Chapter, Date, Record
from ingest.schema import (
    AFFILIATION,
    DATE,
    DURATION,
    FIELDS,
    LINKS,
    MEDIA_FILE,
    ORGANISATION,
    ROLE,
    SECTOR,
    SPEAKER,
    URL_FIELD,
    VIDEO_URL,
    Field,
    Type,
    format_seconds,
)
from ingest.text import web_address

ROWS_AT_ONCE = 50
MOST_BARS = 25
MOST_COLUMNS = 8
MOST_CUES = 5000
"""Ten hours of captions; a browser holds no more with ease."""

_COLUMNS = (Type.NAME, Type.DATE, Type.NUMBER, Type.SECONDS)
# Told at the top or by a button; the sector is the program's guess.
_SHOWN_ELSEWHERE = (SPEAKER, ROLE, AFFILIATION, SECTOR, MEDIA_FILE)
_HEARD_ONLY = (".mp3", ".m4a", ".ogg", ".oga", ".opus", ".wav", ".flac", ".aac")


class Browse:
    """What a visitor can do in the tab, and with one talk or paper."""

    def __init__(self, backend: PageBackend, parts: Parts) -> None:
        self._backend, self._parts = backend, parts

    def connect(self) -> None:
        """Attach each handler to what sets it off."""
        p = self._parts
        p.tab_browse.select(self.fill, [p.group, p.conversation], [p.where, p.group, p.plot], **QUICK)
        p.group.input(self.count, [p.group, p.conversation], p.plot, **QUICK)
        # Not `input` of words, which misses what is pasted or filled in at one go.
        looks = [p.tab_browse.select, p.words.change, p.where.change, p.order.input]
        search, listed = [p.words, p.where, p.order, p.conversation], [p.count, p.rows]
        gr.on(looks, self.find, search, listed, trigger_mode="always_last", **QUICK)
        p.actions.showed_more(self.find, search, listed, **QUICK)
        p.actions.opened_record(self.open, p.conversation, p.record, **QUICK)
        p.table.select(self.open, p.conversation, p.record, **QUICK)
        p.actions.played(self.play, p.conversation, p.player, **QUICK)
        p.actions.closed_player(lambda: "", None, p.player, **QUICK)

    def fill(self, group: str | None, conversation: Conversation) -> Updates:
        """Offer what the list can be narrowed to, and show how much there is of what."""
        p, words = self._parts, conversation.words
        try:
            shelf = self._backend.shelf()
        except TalksError:  # said by `find`
            return {p.plot: gr.update(visible=False)}
        groups = [key for key, values in shelf.values.items() if len(values) > 1]
        chosen = next((key for key in (group, "year", *groups) if key in groups), None)
        return {
            p.where: gr.update(choices=shelf.choices()),
            p.group: gr.update(choices=[(words(f"by_{key}", default=key), key) for key in groups], value=chosen),
            p.plot: self.count(chosen, conversation),
        }

    def find(
        self, typed: str, where: list[str], order: Order, conversation: Conversation, event: gr.EventData
    ) -> Updates:
        """List what fits; more of it when "Show more" was pressed."""
        words, shown = conversation.words, int(number_of(event, "shown"))
        try:
            found = self._backend.shelf().find(typed, where, order)
            records = [self._backend.record(one) for one in found[: shown + ROWS_AT_ONCE]]
        except TalksError as error:
            return {self._parts.count: escape(str(error)), self._parts.rows: ""}
        said = words.count(len(found), "entries")
        return {self._parts.count: said, self._parts.rows: rows_html(records, len(found), words)}

    def count(self, group: str | None, conversation: Conversation) -> Any:
        """How many talks and papers there are by a field, as bars; years in order, others the most frequent."""
        counts = list(self._backend.shelf().values.get(group or "", {}).items())[:MOST_BARS]
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
        data, turn = data_of(event), conversation.looked_turn()
        numbered = {str(one.n): one.id for one in turn.answer.citations} if turn else {}
        record_id = str(data.get("id") or numbered.get(str((data.get("row_value") or [""])[0]), ""))
        try:
            shown = record_html(self._backend.open(record_id), conversation.words)
        except TalksError as error:
            shown = f'<article class="record"><h2 tabindex="-1">{escape(str(error))}</h2></article>'
        return f"{shown}<!-- {secrets.token_hex(4)} -->"  # what is shown a second time is new to the script

    def play(self, conversation: Conversation, event: gr.EventData) -> str:
        """Open a recording at a second."""
        try:
            opened = self._backend.open(str(data_of(event).get("id", "")))
        except TalksError as error:
            return f'<p class="notice error">{escape(str(error))}</p>'
        return player_html(opened, number_of(event, "at"), conversation)


def rows_html(records: Sequence[Record], total: int, words: Words) -> str:
    """A list of talks and papers, of `total` in all."""
    if not records:
        return f'<p class="hint">{escape(words("nothing_fits"))}</p>'
    items = "".join(
        f'<li><button type="button" class="entry" data-do="opened_record" data-id="{escape(one.id)}">'
        f'<span class="entry-title" dir="auto">{text_html(one.title)}</span><span class="entry-said">'
        f"{kind_html(one.kind, words)} {apart((SPEAKER.shown(one) or ORGANISATION.shown(one), DATE.shown(one)))}</span>"
        "</button></li>"
        for one in records
    )
    left = words("show_more", left=f"{total - len(records):,}")
    more = f"<p>{button('showed_more', left, shown=len(records))}</p>" if total > len(records) else ""
    return one_line(f"<ul>{items}</ul>{more}")


def table_of(citations: Sequence[Citation], lookup: Callable[[str], Record], words: Words) -> dict[str, list[Any]]:
    """A list's sources as `gr.Dataframe` takes them, one row each, with the columns that any of them fills."""
    listed = firsts(citations)
    records: dict[int, Record] = {}
    for citation in listed:
        with suppress(TalksError):  # the answer outlives the record that it cites, and the index
            records[citation.n] = lookup(citation.id)
    fields = (field for field in FIELDS if field.type in _COLUMNS and field is not SECTOR)
    filled = [field for field in fields if any(map(field.shown, records.values()))][:MOST_COLUMNS]
    named = [words(f"by_{field.key}", default=field.label) for field in filled]
    kinds = [words("by_kind")] if len({citation.kind for citation in citations}) > 1 else []
    rows = [
        [one.n, one.title, *(words(one.kind) for _ in kinds), *(_cell(field, records.get(one.n)) for field in filled)]
        for one in listed
    ]
    return {"headers": ["#", words("title"), *kinds, *named], "data": rows}


def _cell(field: Field, record: Record | None) -> Any:
    """A field's value as a table sorts it: a date as far as it is known, a number as a number."""
    value = field.of(record) if record else None
    if isinstance(value, Date):
        return value.iso or value.text
    return value if isinstance(value, int | float) else field.shown(record) if record else ""


def record_html(opened: Opened, words: Words) -> str:
    """One talk or paper, with what stands beside it."""
    record = opened.record
    play = button("played", f"▶ {words('play')}", id=record.id) if opened.media or record.transcript else ""
    near = (button("opened_record", title, id=id_) for id_, title in opened.near)
    parts = [
        f'<p>{kind_html(record.kind, words)}</p><h2 tabindex="-1" dir="auto">{text_html(record.title)}</h2>',
        _paragraphs(escape(speaker_line(one)) for one in record.speakers),
        f'<p class="tools">{button("narrowed", words(f"only_{record.kind}"), css="solid", id=record.id)}{play}'
        f'<a href="?talk={quote(record.id, safe="")}" class="link">{escape(words("address"))}</a></p>',
        _gist_html(opened.gist, words) if opened.gist else "",
        _section("", _facts(record, words)),
        _section(words("abstract"), _paragraphs(map(text_html, record.abstract.split("\n")))),
        _section(words("about_speakers"), _paragraphs(map(text_html, record.bio.split("\n")))),
        _section(words("chapters"), _table((one.time, _chapter_html(one)) for one in record.chapters)),
        _section(words("links"), _paragraphs(_links(record, words))),
        _section(words(f"near_{record.kind}"), _paragraphs(near)),
    ]
    return one_line(
        f'<article class="record" data-id="{escape(record.id)}" aria-label="{escape(record.title)}">'
        f"{''.join(parts)}</article>"
    )


def _gist_html(gist: Gist, words: Words) -> str:
    ours = words("gist_by", writer=gist.written_by) if gist.written_by else words("gist_ours")
    asks = "".join(button("asked", question, value=f"ask|{question}") for question in gist.questions)
    return (
        f'<section class="gist"><h3>{escape(words("gist"))}</h3><p dir="auto">{text_html(gist.text)}</p>'
        f'<p class="hint">{escape(ours)}</p><p class="tools">{asks}</p></section>'
    )


def _facts(record: Record, words: Words) -> str:
    """A row for each field that the record tells, and for what its source has under keys that no field takes."""
    fields = (field for field in FIELDS if field not in _SHOWN_ELSEWHERE and field.type is not Type.URL)
    told = [(words(f"by_{field.key}", default=field.label), field.shown(record)) for field in fields]
    told += [(key, str(value)) for key, value in record.other.items()]
    return _table((label, escape(value)) for label, value in told)


def _chapter_html(chapter: Chapter) -> str:
    who = (f'<span class="who">{escape(speaker_line(speaker))}</span>' for speaker in chapter.speakers)
    problem = [f'<span class="doubt">{escape(chapter.problem)}</span>'] if chapter.problem else []
    return "<br>".join([text_html(chapter.title), *who, *problem])


def _links(record: Record, words: Words) -> list[str]:
    named = {link: link for link in LINKS.of(record)}
    named |= {URL_FIELD.of(record): words("page_there"), VIDEO_URL.of(record): words("recording")}
    return [link_html(url, name) for url, name in named.items() if web_address(url)]


def _section(heading: str, content: str) -> str:
    head = f"<h3>{escape(heading)}</h3>" if heading else ""
    return f"<section>{head}{content}</section>" if content else ""


def _paragraphs(parts: Iterable[str]) -> str:
    return "".join(f'<p dir="auto">{html}</p>' for html in parts if html.strip())


def _table(rows: Iterable[tuple[str, str]]) -> str:
    """Rows of a label and some HTML; those with nothing to tell are left out."""
    told = (f'<tr><th scope="row">{escape(name)}</th><td dir="auto">{html}</td></tr>' for name, html in rows if html)
    cells = "".join(told)
    return f"<table><tbody>{cells}</tbody></table>" if cells else ""


def media_route(backend: PageBackend) -> Route:
    """Where the page's players find their files: `media/<record id>`; only a file that a record names is served."""

    async def serve(request: Request) -> Response:
        if not _may_see(request):
            return PlainTextResponse("Log in first.", 401)
        with suppress(TalksError):
            path = await run_in_threadpool(backend.media, request.path_params["record_id"])
            if path is not None:
                return FileResponse(path)
        return PlainTextResponse("No such recording.", 404)

    return Route("/media/{record_id}", serve, methods=["GET", "HEAD"])


def player_html(opened: Opened, at_s: float, conversation: Conversation) -> str:
    """The player at a second, chapters and cited moments on its time line, and the transcript below it."""
    record, words, label = opened.record, conversation.words, escape(opened.record.title)
    if opened.media:
        kind = "audio" if str(MEDIA_FILE.of(record) or "").lower().endswith(_HEARD_ONLY) else "video"
        address = escape(f"media/{quote(record.id, safe='')}#t={at_s:g}")
        shown = f'<{kind} controls preload="metadata" src="{address}" aria-label="{label}"></{kind}>'
        shown += _marks_html(record, conversation)
    else:
        there = VIDEO_URL.of(record)
        link = link_html(there, words("recording")) if there else ""
        shown = f'<p class="hint">{escape(words("not_here"))} {link}</p>'
    cues = "".join(
        f'<li><button type="button" data-seek="{cue.start_s:g}"><span class="time">{format_seconds(cue.start_s)}</span>'
        f" {escape(f'{cue.speaker}: ' if cue.speaker else '')}{escape(cue.text)}</button></li>"
        for cue in record.transcript[:MOST_CUES]
        if cue.start_s is not None
    )
    none = f'<p class="hint">{escape(words("no_captions"))}</p>'
    listed = f'<ol class="cues" aria-label="{escape(words("transcript"))}">{cues}</ol>' if cues else none
    return one_line(
        f'<section class="player" data-at="{at_s:g}" aria-label="{label}"><p class="player-title" dir="auto">{label} '
        f"{button('closed_player', words('close'))}</p>{shown}{listed}</section>"
    )


def _marks_html(record: Record, conversation: Conversation) -> str:
    """Chapters, and what this conversation cites of the recording, where they stand in it."""
    cited = [one for turn in conversation.turns for one in turn.answer.citations if one.id == record.id]
    marks = [("chapter", chapter.start_s, chapter.title) for chapter in record.chapters]
    marks += [("moment", one.opens_at_s, one.quote) for one in cited]
    known = {(at_s, kind): title for kind, at_s, title in marks if at_s is not None}
    ends = [at_s for cue in record.transcript for at_s in (cue.start_s, cue.end_s) if at_s is not None]
    length_s = DURATION.of(record) or max([1, *ends, *(at_s for at_s, _ in known)])
    buttons = ""
    for (at_s, kind), title in sorted(known.items()):
        said, left = escape(f"{format_seconds(at_s)} {title}"), min(100, 100 * at_s / length_s)
        buttons += (
            f'<button type="button" class="{kind}" data-seek="{at_s:g}" style="left:{left:.2f}%" title="{said}" '
            f'aria-label="{said}"></button>'
        )
    return f'<div class="timeline">{buttons}</div>' if buttons else ""


def _may_see(request: Request) -> bool:
    """Whether the visitor has passed the page's own door, as Gradio keeps it."""
    app: Any = request.app
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    return app.auth is None or any(request.cookies.get(name) in app.tokens for name in names)
