"""The panel beside the chat: the passages that the answer being looked at rests on, the cited ones first.

Comes in: a conversation. Goes out: one line of HTML in which everything is escaped, its quotes marked; a citation's
number and place lead to its card and its mark. A list's sources stand in a table instead, which `handlers` fills.
"""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from math import floor

from assistant.outlets.page.markdown import formula_spans, link_html, marker_offsets, one_line, text_html
from assistant.outlets.page.messages import DOUBTS
from assistant.outlets.page.session import Conversation, Draft
from assistant.outlets.page.words import Words
from assistant.types import Citation, SourcePassage

Around = Callable[[str], tuple[str, str]]
"""The id of a passage → the texts before and after it."""

SEPARATOR = "\u00a0· "  # stays at the end of its line
# A statement may end in front of its markers, of which a few stand in a row.
_MARKERS_AFTER_CHARS = 20


def evidence_html(conversation: Conversation, around: Around = lambda _: ("", "")) -> str:
    """The sources of the turn that is being looked at."""
    draft, words = conversation.draft(conversation.looked_at), conversation.words
    if draft is None:
        return f'<p class="hint">{escape(words("sources_hint"))}</p>'
    panel = _Panel(conversation, draft, around)
    cited = panel.cited_cards()
    found = panel.found_cards()
    rest = ""
    if found:
        title = words("found_also" if cited else "found")
        is_open = "" if cited else " open"
        rest = f"<details{is_open}><summary>{escape(title)} ({len(found)})</summary>{''.join(found)}</details>"
    nothing = words("looking") if draft.is_running else words("nothing_cited")
    hint = "" if cited or rest or draft.is_list else f'<p class="hint">{escape(nothing)}</p>'
    return one_line(
        f'<section class="turn-{draft.key}" data-turn="{draft.key}">'
        f'<p class="asked" dir="auto">{escape(draft.question)}</p>{"".join(cited)}{rest}{hint}</section>'
    )


def quote_span(citation: Citation, text: str) -> tuple[int, int]:
    """Where the quote stands in `text`, in characters; (0, 0) when it does not stand there."""
    quote = citation.quote
    start = citation.quote_start if text.startswith(quote, citation.quote_start) else text.find(quote)
    return (start, start + len(quote)) if quote and start >= 0 else (0, 0)


def marked_html(text: str, quotes: Sequence[tuple[int, int, str]]) -> str:
    """A text with its quotes marked, each by (start, end, class); quotes that overlap share a mark."""
    merged: list[tuple[int, int, str]] = []
    for start, end, name in sorted(_with_whole_formulas(text, quotes)):
        if merged and start < merged[-1][1]:
            first, last, names = merged.pop()
            start, end, name = first, max(last, end), f"{names} {name}"
        merged.append((start, end, name))
    parts, at = [], 0
    for start, end, name in merged:
        parts += [text_html(text[at:start]), f'<mark class="{name}">{text_html(text[start:end])}</mark>']
        at = end
    return "".join([*parts, text_html(text[at:])])


def clock(seconds: float) -> str:
    """A place in a recording: "41:07", "1:02:03"."""
    hours, rest = divmod(floor(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def kind_html(kind: str, words: Words) -> str:
    """A label that tells talk from paper at a glance."""
    return f'<span class="kind {kind}">{escape(words(kind))}</span>'


def apart(parts: Iterable[str]) -> str:
    """Parts in a row, each keeping its own direction of writing."""
    return SEPARATOR.join(f"<bdi>{escape(part)}</bdi>" for part in parts if part)


def button(action: str, label: str, *, css: str = "link", **data: object) -> str:
    """A button that the page's script hands to the server, with its data."""
    given = "".join(f' data-{key}="{escape(str(value))}"' for key, value in data.items())
    return f'<button type="button" class="{css}" data-do="{action}"{given}>{escape(label)}</button>'


def _with_whole_formulas(text: str, quotes: Sequence[tuple[int, int, str]]) -> Iterable[tuple[int, int, str]]:
    """Quotes that begin or end inside a formula take all of it in: half of one cannot be drawn."""
    formulas = formula_spans(text)
    for start, end, name in quotes:
        inside = [span for span in formulas if span[0] < end and start < span[1]]
        if start < end:
            yield min([start, *(a for a, _ in inside)]), max([end, *(b for _, b in inside)]), name


class _Panel:
    """Makes the cards of one turn."""

    def __init__(self, conversation: Conversation, draft: Draft, around: Around) -> None:
        self._conversation, self._draft, self._around = conversation, draft, around
        self._words = conversation.words
        self._passages = {passage.passage_id: passage for passage in draft.passages}

    def cited_cards(self) -> list[str]:
        """A card for each passage that is cited, in the order of the answer; of a list only the chosen one."""
        cited: dict[tuple[int, str], list[int]] = {}
        for at, citation in enumerate(self._draft.citations):
            cited.setdefault((citation.n, citation.passage_id), []).append(at)
        if self._draft.is_list:
            cited = {key: ats for key, ats in cited.items() if self._conversation.picked in ats}
        taken: set[int] = set()
        cards = []
        for (n, _), ats in cited.items():
            cards.append(self._cited_card(n, ats, f"source-{n}" if n not in taken else f"source-{n}-{ats[0]}"))
            taken.add(n)
        return cards

    def found_cards(self) -> list[str]:
        """A card for each passage that was found and not cited; none beside a table."""
        cited = {citation.passage_id for citation in self._draft.citations}
        left = [passage for passage in self._draft.passages if passage.passage_id not in cited]
        if self._draft.is_list:
            return []
        return [self._card(None, passage, text_html(passage.text), f"found-{at}") for at, passage in enumerate(left)]

    def _cited_card(self, n: int, ats: Sequence[int], element_id: str) -> str:
        first = self._draft.citations[ats[0]]
        passage = self._passages.get(first.passage_id)
        text = passage.text if passage else first.quote
        quotes = [(*quote_span(self._draft.citations[at], text), f"at-{at}") for at in ats]
        doubts = "".join(self._doubt_html(at) for at in ats)
        return self._card(first, passage or first, marked_html(text, quotes), element_id, doubts, ats)

    def _card(
        self,
        cited: Citation | None,
        source: Citation | SourcePassage,
        passage_html: str,
        element_id: str,
        doubts: str = "",
        ats: Sequence[int] = (),
    ) -> str:
        words = self._words
        label = words("cite", n=cited.n, title=source.title) if cited else source.title
        number = f'<span class="number">{cited.n}</span>' if cited else ""
        who = f'<p class="who" dir="auto">{escape("; ".join(source.speakers))}</p>' if source.speakers else ""
        before, after = self._neighbours(source.passage_id)
        at_s = cited.opens_at_s if cited else source.start_s
        link = (cited.deep_link if cited else None) or source.url
        places = "".join(f" holds-{at}" for at in ats)
        return (
            f'<article class="card{places}" id="{element_id}" tabindex="-1" aria-label="{escape(label)}">'
            f'<h3>{number}<span class="card-title" dir="auto">{text_html(source.title)}</span></h3>{who}'
            f'<p class="place">{self._place_html(source, at_s)}</p>{before}'
            f'<p class="passage" dir="auto">{passage_html}</p>{after}{doubts}'
            f'<p class="tools">{self._tools_html(source, at_s, link)}</p></article>'
        )

    def _neighbours(self, passage_id: str) -> tuple[str, str]:
        """What stands before and after a passage, when the visitor has asked for it."""
        if passage_id not in self._conversation.around:
            return "", ""
        said = [text_html(text) if text else escape(self._words("nothing_there")) for text in self._around(passage_id)]
        return (f'<p class="passage near">{said[0]}</p>', f'<p class="passage near">{said[1]}</p>')

    def _place_html(self, source: Citation | SourcePassage, at_s: float | None) -> str:
        words = self._words
        section = words(f"section_{source.section.lower()}", default=source.section)
        pages = source.pages if isinstance(source, SourcePassage) else ()
        time = words("at", time=clock(at_s)) if at_s is not None else ""
        return f"{kind_html(source.kind, words)} {apart((section, time, *pages))}"

    def _doubt_html(self, at: int) -> str:
        """Why a citation is doubtful, in the checker's words where it said so."""
        draft = self._draft
        support = draft.citations[at].support
        if support not in DOUBTS:
            return ""
        spot = marker_offsets(draft.text, draft.citations).get(at)
        checks = draft.answer.checks if draft.answer and spot is not None else ()
        near = [
            check.reason
            for check in checks
            if check.support != "supported" and check.start <= (spot or 0) <= check.end + _MARKERS_AFTER_CHARS
        ]
        said = " ".join([self._words(f"support_{support}"), *(f"{reason.rstrip('.')}." for reason in near[-1:])])
        return f'<p class="doubt at-{at}">{escape(said)}</p>'

    def _tools_html(self, source: Citation | SourcePassage, at_s: float | None, link: str | None) -> str:
        words = self._words
        tools = []
        if at_s is not None:
            tools.append(button("played", f"▶ {words('play')}", id=source.id, at=at_s))
        if source.passage_id not in self._conversation.around:
            tools.append(button("showed_around", words("around"), id=source.passage_id))
        tools += [
            button("opened_record", words(f"whole_{source.kind}"), id=source.id),
            button("narrowed", words(f"only_{source.kind}"), id=source.id),
        ]
        return " ".join([*tools, link_html(link, words(f"open_{source.kind}"))] if link else tools)
