"""A recording beside the chat: the file on this machine, and what is said in it, following the time.

Comes in: a `PageBackend`, a record. Goes out: the route that serves media with ranges, which seeking needs, and the
player's HTML. Only a file that a record names is served; where that may lie is the backend's to say. Nothing is fetched
from elsewhere: a recording that is not here is a plain link.
"""

from html import escape
from typing import Any
from urllib.parse import quote

import gradio as gr
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from assistant.outlets.page.markdown import link_html, one_line
from assistant.outlets.page.parts import QUICK, Parts, data_of, number_of
from assistant.outlets.page.session import Conversation
from assistant.outlets.page.turns import button, clock
from assistant.outlets.page_backend import Opened, PageBackend
from ingest.errors import TalksError
from ingest.records import Record
from ingest.schema import DURATION, MEDIA_FILE, VIDEO_URL

MOST_CUES = 5000
"""Ten hours of captions; a browser holds no more with ease."""

_HEARD_ONLY = (".mp3", ".m4a", ".ogg", ".oga", ".opus", ".wav", ".flac", ".aac")


def media_route(backend: PageBackend) -> Route:
    """Where the page's players find their files: `media/<record id>`."""

    async def serve(request: Request) -> Response:
        if not _may_see(request):
            return PlainTextResponse("Log in first.", 401)
        try:
            path = await run_in_threadpool(backend.media, request.path_params["record_id"])
        except TalksError:
            path = None
        return FileResponse(path) if path is not None else PlainTextResponse("No such recording.", 404)

    return Route("/media/{record_id}", serve, methods=["GET", "HEAD"])


def connect_player(backend: PageBackend, parts: Parts) -> None:
    """Let ▶ open the recording at its second."""

    def play(conversation: Conversation, event: gr.EventData) -> str:
        try:
            opened = backend.open(str(data_of(event).get("id", "")))
        except TalksError as error:
            return f'<p class="notice error">{escape(str(error))}</p>'
        return player_html(opened, number_of(event, "at"), conversation)

    parts.actions.played(play, parts.conversation, parts.player, **QUICK)
    parts.actions.closed_player(lambda: "", None, parts.player, **QUICK)


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
        f'<li><button type="button" data-seek="{cue.start_s:g}"><span class="time">{clock(cue.start_s)}</span> '
        f"{escape(f'{cue.speaker}: ' if cue.speaker else '')}{escape(cue.text)}</button></li>"
        for cue in record.transcript[:MOST_CUES]
        if cue.start_s is not None
    )
    none = f'<p class="hint">{escape(words("no_captions"))}</p>'
    listed = f'<ol class="cues" aria-label="{escape(words("transcript"))}">{cues}</ol>'
    return one_line(
        f'<section class="player" data-at="{at_s:g}" aria-label="{label}"><p class="player-title" dir="auto">{label} '
        f"{button('closed_player', words('close'))}</p>{shown}"
        f"{listed if cues else none}</section>"
    )


def _marks_html(record: Record, conversation: Conversation) -> str:
    """Chapters, and what this conversation cites of the recording, where they stand in it."""
    cited = [one for draft in conversation.drafts for one in draft.citations if one.id == record.id]
    marks = [("chapter", chapter.start_s, chapter.title) for chapter in record.chapters]
    marks += [("moment", one.opens_at_s, one.quote) for one in cited]
    known = {(kind, at_s): title for kind, at_s, title in marks if at_s is not None}
    ends = [at_s for cue in record.transcript for at_s in (cue.start_s, cue.end_s) if at_s is not None]
    length_s = DURATION.of(record) or max([1, *ends, *(at_s for _, at_s in known)])
    buttons = ""
    for (kind, at_s), title in sorted(known.items(), key=lambda mark: mark[0][1]):
        said, left = escape(f"{clock(at_s)} {title}"), min(100, 100 * at_s / length_s)
        buttons += (
            f'<button type="button" class="{kind}" data-seek="{at_s:g}" style="left:{left:.2f}%" title="{said}" '
            f'aria-label="{said}"></button>'
        )
    return f'<div class="timeline">{buttons}</div>' if buttons else ""


def _may_see(request: Request) -> bool:
    """Whether the visitor has passed the page's own door, as Gradio keeps it."""
    app: Any = request.app
    if getattr(app, "auth", None) is None:
        return True
    names = (f"access-token-{app.cookie_id}", f"access-token-unsecure-{app.cookie_id}")
    token = next((request.cookies[name] for name in names if name in request.cookies), None)
    return token is not None and token in app.tokens
