"""A talk or a paper with all that is known of it, as HTML.

Comes in: a record and what stands beside it. Goes out: HTML in which everything is escaped, a row for each field of the
schema that the record tells. What we wrote ourselves stands apart and is labelled; a time that cannot be one is shown
with its problem.
"""

from collections.abc import Iterable
from html import escape
from urllib.parse import quote

from assistant.outlets.page.markdown import is_web_address, link_html, one_line, text_html
from assistant.outlets.page.turns import button, kind_html
from assistant.outlets.page.words import Words
from assistant.outlets.page_backend import Opened
from ingest.records import Record, Speaker
from ingest.schema import AFFILIATION, FIELDS, LINKS, MEDIA_FILE, ROLE, SECTOR, SPEAKER, URL_FIELD, VIDEO_URL, Type

# Told at the top or by a button; the sector is the program's guess.
_SHOWN_ELSEWHERE = (SPEAKER, ROLE, AFFILIATION, SECTOR, MEDIA_FILE)


def record_html(opened: Opened, words: Words) -> str:
    """One talk or paper, with what stands beside it."""
    record, near = opened.record, opened.near
    parts = [
        f'<p class="record-kind">{kind_html(record.kind, words)}</p>'
        f'<h2 tabindex="-1" dir="auto">{text_html(record.title)}</h2>',
        *(f'<p class="who" dir="auto">{escape(_speaker_text(one))}</p>' for one in record.speakers),
        _tools_html(opened, words),
        _gist_html(opened, words),
        _facts_html(record, words),
        _section(words("abstract"), _paragraphs(record.abstract)),
        _section(words("about_speakers"), _paragraphs(record.bio)),
        _chapters_html(record, words),
        _links_html(record, words),
        _section(words(f"near_{record.kind}"), _items(button("opened_record", title, id=id_) for id_, title in near)),
    ]
    label = escape(record.title)
    return one_line(
        f'<article class="record" data-id="{escape(record.id)}" aria-label="{label}">{"".join(parts)}</article>'
    )


def _speaker_text(speaker: Speaker) -> str:
    return ", ".join(part for part in (speaker.name, speaker.role, speaker.affiliation) if part)


def _tools_html(opened: Opened, words: Words) -> str:
    record = opened.record
    play = button("played", f"▶ {words('play')}", id=record.id) if opened.media or record.transcript else ""
    return (
        f'<p class="record-tools">{button("narrowed", words(f"only_{record.kind}"), css="solid", id=record.id)}{play}'
        f'<a href="?talk={quote(record.id, safe="")}" class="link">{escape(words("address"))}</a></p>'
    )


def _gist_html(opened: Opened, words: Words) -> str:
    gist = opened.gist
    if gist is None:
        return ""
    ours = words("gist_by", writer=gist.written_by) if gist.written_by else words("gist_ours")
    asks = "".join(
        f'<button type="button" class="link" data-ask="{escape(question)}">{text_html(question)}</button>'
        for question in gist.questions
    )
    return (
        f'<section class="gist"><h3>{escape(words("gist"))}</h3><p dir="auto">{text_html(gist.text)}</p>'
        f'<p class="ours">{escape(ours)}</p><p class="asks">{asks}</p></section>'
    )


def _facts_html(record: Record, words: Words) -> str:
    """A row for each field that the record tells, and for what its source has under keys that no field takes."""
    fields = (field for field in FIELDS if field not in _SHOWN_ELSEWHERE and field.type is not Type.URL)
    told = [(words(f"by_{field.key}", default=field.label), field.shown(record)) for field in fields]
    told += [(key, str(value)) for key, value in record.other.items()]
    rows = "".join(
        f'<tr><th scope="row">{escape(label)}</th><td dir="auto">{escape(value)}</td></tr>'
        for label, value in told
        if value
    )
    return f'<section><table class="facts"><tbody>{rows}</tbody></table></section>' if rows else ""


def _section(heading: str, content: str) -> str:
    return f"<section><h3>{escape(heading)}</h3>{content}</section>" if content else ""


def _paragraphs(text: str) -> str:
    return "".join(f'<p dir="auto">{text_html(part)}</p>' for part in text.split("\n") if part.strip())


def _items(items: Iterable[str]) -> str:
    listed = "".join(f"<li>{item}</li>" for item in dict.fromkeys(items))
    return f'<ul class="links">{listed}</ul>' if listed else ""


def _chapters_html(record: Record, words: Words) -> str:
    rows = "".join(
        f'<tr><td class="time">{escape(chapter.time)}</td><td dir="auto">{text_html(chapter.title)}'
        + "".join(f'<br><span class="who">{escape(_speaker_text(speaker))}</span>' for speaker in chapter.speakers)
        + (f'<br><span class="problem">{escape(chapter.problem)}</span>' if chapter.problem else "")
        + "</td></tr>"
        for chapter in record.chapters
    )
    head = f'<th scope="col">{escape(words("time"))}</th><th scope="col">{escape(words("part"))}</th>'
    table = f'<table class="chapters"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return _section(words("chapters"), table) if rows else ""


def _links_html(record: Record, words: Words) -> str:
    named = [(words("recording"), VIDEO_URL.of(record)), (words("page_there"), URL_FIELD.of(record))]
    named += [(link, link) for link in LINKS.of(record)]
    shown = {url: name for name, url in reversed(named) if url and is_web_address(url)}
    return _section(words("links"), _items(link_html(url, name) for url, name in reversed(shown.items())))
