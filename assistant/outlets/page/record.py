"""A talk or a paper with all that is known of it, and a list of them, as HTML.

Comes in: records and rows of the shelf. Goes out: HTML in which everything is escaped. What we wrote ourselves stands
apart from what the source says and is labelled; a time that cannot be one is shown with its problem.
"""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from assistant.outlets.page.backend import Opened
from assistant.outlets.page.cards import SEPARATOR, kind_html
from assistant.outlets.page.markdown import is_web_address, link_target
from assistant.outlets.page.maths import maths_html
from assistant.outlets.page.transcript import offer_html
from assistant.outlets.shelf import Row
from ingest.records import Record, Speaker, Talk

PICK = '<p class="hint">Choose a talk or a paper to read about it.</p>'
NOTHING = '<p class="hint">Nothing fits. Take out a word, or widen the filters.</p>'


def rows_html(rows: Sequence[Row], total: int, chosen: str = "") -> str:
    """A list of talks and papers.

    Args:
        rows: Those to show.
        total: How many there are in all.
        chosen: The id of the open one.
    """
    if not rows:
        return NOTHING
    items = "".join(_row_html(row, is_chosen=row.id == chosen) for row in rows)
    more = (
        f'<p><button type="button" class="link more-rows" data-do="showed_more" data-shown="{len(rows)}">'
        f"Show more ({total - len(rows):,} left)</button></p>"
        if total > len(rows)
        else ""
    )
    return f'<ul class="rows">{items}</ul>{more}'


def count_text(total: int) -> str:
    """How much was found."""
    return "1 entry" if total == 1 else f"{total:,} entries"


def record_html(opened: Opened, asked: Sequence[str] = ()) -> str:
    """One talk or paper.

    Args:
        opened: The record and what stands beside it.
        asked: Questions of this conversation whose answers cite it.
    """
    record = opened.record
    label = escape(record.title)
    return (
        f'<article class="record" data-id="{escape(record.id)}" aria-label="{label}">'
        f'<p class="record-kind">{kind_html(record.kind)}<span>{escape(_when(record))}</span></p>'
        f'<h2 tabindex="-1" dir="auto">{maths_html(record.title)}</h2>{_people_html(record)}'
        f"{_tools_html(record)}{_gist_html(opened)}"
        f"{_text_html('Abstract', record.abstract)}{_talk_html(record)}{_links_html(record)}"
        f"{_asked_html(asked)}{_near_html(opened)}{_stood_html(record)}</article>"
    )


def _row_html(row: Row, *, is_chosen: bool) -> str:
    mark = ' aria-current="true"' if is_chosen else ""
    said = _apart(("; ".join(row.who), row.date, *row.pages))
    return (
        f'<li><button type="button" class="entry" data-do="opened_record" data-id="{escape(row.id)}"{mark}>'
        f'<span class="entry-title" dir="auto">{maths_html(row.title)}</span>'
        f'<span class="entry-said">{kind_html(row.kind)} {said}</span></button></li>'
    )


def _when(record: Record) -> str:
    return record.date.text if record.date else ""


def _people_html(record: Record) -> str:
    if record.kind == "talk":
        people = [_speaker_text(speaker) for speaker in record.speakers]
    else:
        authors = f"{record.author_count} author{'' if record.author_count == 1 else 's'}"
        count = [f"{authors}, as the page counts them"] if record.author_count else []
        people = [*([record.organisation] if record.organisation else []), *count]
    return "".join(f'<p class="who" dir="auto">{escape(person)}</p>' for person in people)


def _speaker_text(speaker: Speaker) -> str:
    return ", ".join(part for part in (speaker.name, speaker.role, speaker.affiliation) if part)


def _tools_html(record: Record) -> str:
    about = f"In “{record.title}”, "
    return (
        f'<p class="record-tools"><button type="button" class="solid" data-prefill="{escape(about)}">'
        f"Ask about this {record.kind}</button>"
        f'<button type="button" class="link" data-do="exported" data-what="bibtex" data-id="{escape(record.id)}">'
        f'BibTeX</button><a href="?talk={quote(record.id, safe="")}" class="link">Link to this {record.kind}</a></p>'
    )


def _gist_html(opened: Opened) -> str:
    gist = opened.gist
    if gist is None:
        return ""
    writer = f"by {gist.written_by}" if gist.written_by else "by us"
    return (
        '<section class="gist" aria-label="In plain words"><h3>In plain words</h3>'
        f'<p dir="auto">{maths_html(gist.text)}</p>'
        f'<p class="ours">Written {escape(writer)}, not by the source; never cited.</p>'
        f"{offer_html(gist.questions, 'about')}</section>"
    )


def _text_html(heading: str, text: str) -> str:
    if not text.strip():
        return ""
    paragraphs = "".join(f'<p dir="auto">{maths_html(part)}</p>' for part in text.split("\n") if part.strip())
    return f"<section><h3>{heading}</h3>{paragraphs}</section>"


def _talk_html(record: Record) -> str:
    if not isinstance(record, Talk):
        return ""
    return _text_html("Speaker" if len(record.speakers) < 2 else "Speakers", record.bio) + _chapters_html(record)


def _chapters_html(talk: Talk) -> str:
    if not talk.chapters:
        return ""
    rows = "".join(
        f'<tr><td class="time">{escape(chapter.time)}</td><td dir="auto">{maths_html(chapter.title)}'
        + "".join(f'<br><span class="who">{escape(_speaker_text(speaker))}</span>' for speaker in chapter.speakers)
        + (f'<br><span class="problem">{escape(chapter.problem)}</span>' if chapter.problem else "")
        + "</td></tr>"
        for chapter in talk.chapters
    )
    return (
        '<section><h3>Chapters</h3><table class="chapters"><thead><tr><th scope="col">Time</th>'
        f'<th scope="col">Part</th></tr></thead><tbody>{rows}</tbody></table></section>'
    )


def _links_html(record: Record) -> str:
    video = record.video_url if record.kind == "talk" else None
    named = [("Recording", video), ("Page", record.url), *(("", link) for link in record.links)]
    shown = {url: name for name, url in reversed(named) if url and is_web_address(url)}
    items = "".join(
        f'<li>{escape(name)} <a href="{escape(url)}" target="_blank" rel="noopener noreferrer nofollow">{escape(url)}'
        f'</a> <span class="link-target">({escape(link_target(url))})</span></li>'
        for url, name in reversed(shown.items())
    )
    return f'<section><h3>Links</h3><ul class="links">{items}</ul></section>' if items else ""


def _asked_html(asked: Sequence[str]) -> str:
    items = "".join(f"<li><bdi>{escape(question)}</bdi></li>" for question in asked)
    return f'<section><h3>Cited in this conversation</h3><ul class="links">{items}</ul></section>' if items else ""


def _near_html(opened: Opened) -> str:
    other = "Papers" if opened.record.kind == "talk" else "Talks"
    items = "".join(
        f'<li><button type="button" class="link" data-do="opened_record" data-id="{escape(id_)}">'
        f"<bdi>{maths_html(title)}</bdi></button></li>"
        for id_, title in opened.near
    )
    return f'<section><h3>{other} near it</h3><ul class="links">{items}</ul></section>' if items else ""


def _stood_html(record: Record) -> str:
    items = "".join(
        f"<li>{_apart((source.page, _place(source.file, source.first_line)))}</li>" for source in record.sources
    )
    return f'<section><h3>Where it stood</h3><ul class="links">{items}</ul></section>'


def _apart(parts: Sequence[str]) -> str:
    """Parts in a row, each keeping its own direction of writing."""
    return SEPARATOR.join(f"<bdi>{escape(part)}</bdi>" for part in parts if part)


def _place(file: str, line: int) -> str:
    return f"{file}, line\u00a0{line}"
