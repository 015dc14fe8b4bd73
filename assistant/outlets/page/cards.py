"""The sources beside an answer, as HTML: one card for each passage, and the markers that lead to them.

Comes in: drafts. Goes out: HTML in which everything is escaped. A marker carries where its own quote stands in the
card's passage; the page's script wraps those words in <mark> when the marker is chosen.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from assistant.outlets.page.conversation import Draft
from assistant.outlets.page.markdown import is_web_address, link_target, marker_offsets
from assistant.outlets.page.maths import maths_html
from assistant.types import Citation, SourcePassage
from ingest.records import Kind

# A statement may end in front of its markers, of which a few stand in a row.
_MARKERS_AFTER_CHARS = 20

# Stays at the end of its line.
SEPARATOR = "\u00a0· "

SUPPORT_WORDS = {
    "weak": "The passage supports this only in part.",
    "unsupported": "The passage does not support this.",
}


def passage_text(citation: Citation, passages: Sequence[SourcePassage]) -> str:
    """The text that a citation's card shows: its passage, or the quote alone when the passage was not sent along."""
    for passage in passages:
        if passage.passage_id == citation.passage_id:
            return _as_parsed(passage.text)
    return _as_parsed(citation.quote)


def quote_span(citation: Citation, text: str) -> tuple[int, int]:
    """Where the quote stands in `text`, in characters; (0, 0) when it does not stand there."""
    quote = _as_parsed(citation.quote)
    if quote and text[citation.quote_start : citation.quote_start + len(quote)] == quote:
        return citation.quote_start, citation.quote_start + len(quote)
    start = text.find(quote) if quote else -1
    return (start, start + len(quote)) if start >= 0 else (0, 0)


def card_ids(draft: Draft) -> dict[tuple[int, str], str]:
    """(number, passage) → the card's element id, in the order in which the answer cites them."""
    cited = dict.fromkeys((citation.n, citation.passage_id) for citation in draft.citations)
    return {key: f"card-{draft.key}-{i}" for i, key in enumerate(cited)}


def marker_html(draft: Draft, position: int, citation: Citation) -> str:
    """One marker of a draft's answer: a link to its card, so that a line breaks around it as around any word."""
    start, end = quote_span(citation, passage_text(citation, draft.passages))
    doubt = SUPPORT_WORDS.get(citation.support or "", "")
    if doubt and (reason := _reason(draft, position)):
        doubt = f"{doubt} {reason}."
    card = card_ids(draft)[citation.n, citation.passage_id]
    support = citation.support if citation.support in SUPPORT_WORDS else "checked"
    label = f"Source {citation.n}: {citation.title}"
    if citation.support in SUPPORT_WORDS:
        label += f". {SUPPORT_WORDS[citation.support]}"
    return (
        f'<a class="marker {support}" id="marker-{draft.key}-{position}" href="#{card}" data-card="{card}" '
        f'data-start="{start}" data-end="{end}" data-support="{escape(doubt)}" '
        f'aria-label="{escape(label)}">[{citation.n}]</a>'
    )


def _reason(draft: Draft, position: int) -> str:
    """Why the statement in front of a citation's marker is doubtful, in the checker's words; "" when it did not say."""
    spots = marker_offsets(draft.text, draft.citations)
    checks = draft.answer.checks if draft.answer else ()
    if position not in spots:
        return ""
    doubtful = (check for check in checks if check.support != "supported")
    near = [check.reason for check in doubtful if check.start <= spots[position] <= check.end + _MARKERS_AFTER_CHARS]
    return near[-1].rstrip(".") if near else ""


def sources_html(drafts: Sequence[Draft]) -> str:
    """The panel's content: a section for each turn, only the last one shown until a marker asks for another."""
    if not drafts:
        return (
            '<p class="hint">The passages that an answer rests on appear here, each with its talk, its speakers and '
            "its place in the saved pages.</p>"
        )
    last = drafts[-1].key
    asked = _questions_citing(drafts)
    return "".join(_section_html(draft, asked, is_last=draft.key == last) for draft in drafts)


def questions_citing(drafts: Sequence[Draft], record_id: str) -> list[str]:
    """The questions of a conversation whose answers cite a talk or paper."""
    return [question for _, question in _questions_citing(drafts).get(record_id, [])]


def _questions_citing(drafts: Sequence[Draft]) -> dict[str, list[tuple[int, str]]]:
    found: dict[str, list[tuple[int, str]]] = {}
    for draft in drafts:
        for record_id in dict.fromkeys(citation.id for citation in draft.citations):
            found.setdefault(record_id, []).append((draft.key, draft.question))
    return found


def _section_html(draft: Draft, asked: Mapping[str, Sequence[tuple[int, str]]], *, is_last: bool) -> str:
    ids = card_ids(draft)
    firsts = {(c.n, c.passage_id): c for c in reversed(draft.citations)}
    also = {record_id: [q for key, q in asked[record_id] if key != draft.key] for record_id in asked}
    cards = "".join(
        _cited_card(citation, draft, element_id, also[citation.id])
        for citation, element_id in ((firsts[key], element_id) for key, element_id in ids.items())
    )
    cited = {passage_id for _, passage_id in ids}
    others = [passage for passage in draft.passages if passage.passage_id not in cited]
    rest = _others_html(others, draft.key, is_open=not ids) if others and is_last else ""
    nothing = "Looking…" if draft.is_running else "Nothing was cited."
    hint = "" if cards or rest else f'<p class="hint">{nothing}</p>'
    return (
        f'<section data-turn="{draft.key}" aria-label="Sources for: {escape(draft.question)}"'
        f'{"" if is_last else " hidden"}><p class="asked" dir="auto">{escape(draft.question)}</p>'
        f"{cards}{rest}{hint}</section>"
    )


def _others_html(passages: Sequence[SourcePassage], key: int, *, is_open: bool) -> str:
    title = "Found" if is_open else "Found, not cited"
    cards = "".join(
        _card_html(None, passage, _as_parsed(passage.text), f"other-{key}-{i}") for i, passage in enumerate(passages)
    )
    summary = f"<summary>{title} ({len(passages)})</summary>"
    return f'<details class="others"{" open" if is_open else ""}>{summary}{cards}</details>'


def _cited_card(citation: Citation, draft: Draft, element_id: str, also: Sequence[str]) -> str:
    passage = next((p for p in draft.passages if p.passage_id == citation.passage_id), None)
    return _card_html(citation.n, passage or citation, passage_text(citation, draft.passages), element_id, also)


def _card_html(
    n: int | None, source: Citation | SourcePassage, text: str, element_id: str, also: Sequence[str] = ()
) -> str:
    label = f"Source {n}: {source.title}" if n is not None else source.title
    number = f'<span class="number">{n}</span>' if n is not None else ""
    speakers = f'<p class="who" dir="auto">{escape("; ".join(source.speakers))}</p>' if source.speakers else ""
    return (
        f'<article class="card" id="{element_id}" tabindex="-1" aria-label="{escape(label)}">'
        f'<h3>{number}<span class="card-title" dir="auto">{maths_html(source.title)}</span></h3>{speakers}'
        f'<p class="place">{_place_html(source)}</p>'
        f'<p class="passage" dir="auto">{maths_html(text)}</p>{_also_html(also)}'
        f'<p class="tools"><button type="button" class="more" aria-expanded="false">Whole passage</button>'
        f'<button type="button" class="link" data-do="opened_record" data-id="{escape(source.id)}">'
        f"The whole {source.kind}</button>"
        f"{_link_html(source)}</p></article>"
    )


def _also_html(questions: Sequence[str]) -> str:
    if not questions:
        return ""
    said = "; ".join(f"<bdi>{escape(question)}</bdi>" for question in questions)
    return f'<p class="also">Also cited for: {said}</p>'


def _place_html(source: Citation | SourcePassage) -> str:
    pages = source.pages if isinstance(source, SourcePassage) else ()
    where = _file_and_line(source.source)
    parts = (source.section.capitalize(), *pages, where)
    said = SEPARATOR.join(f"<bdi>{escape(part)}</bdi>" for part in parts if part)
    return f"{kind_html(source.kind)} {said}"


def kind_html(kind: Kind) -> str:
    """A label that tells talk from paper at a glance."""
    return f'<span class="kind {kind}">{kind.capitalize()}</span>'


def _file_and_line(source: dict[str, Any]) -> str:
    file, line = source.get("file"), source.get("line")
    if not file:
        return ""
    return f"{file}, line\u00a0{line}" if line else str(file)


def _link_html(source: Citation | SourcePassage) -> str:
    if not source.url or not is_web_address(source.url):
        return ""
    return (
        f'<a href="{escape(source.url)}" target="_blank" rel="noopener noreferrer nofollow">Open the {source.kind} '
        f'<span class="link-target">({escape(link_target(source.url))})</span></a>'
    )


def _as_parsed(text: str) -> str:
    """The text as a browser's HTML parser will hold it, each character still at its place."""
    return text.replace("\r\n", " \n").replace("\r", "\n").replace("\0", "\ufffd")
