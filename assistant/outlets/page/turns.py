"""A turn as HTML: its two messages in the chat, and beside it the passages that its answer rests on.

Comes in: turns. Goes out: Gradio's messages, and one line of HTML for the panel, the cited passages first and their
quotes marked; everything is escaped. A citation is a link of the class "cite", with its turn and its place in the
answer as further classes, since Gradio lets no other attribute through; they lead to its card and its mark. Of a list
the chat shows the beginning; the whole stands in a table, which `chat` fills.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from assistant.answer.suggestions import Offer
from assistant.outlets.conversations import Turn
from assistant.outlets.formats import MARKER, answer_json, firsts
from assistant.outlets.page.markdown import answer_html, formula_spans, link_html, one_line, question_text, text_html
from assistant.outlets.page.session import Conversation, Words
from assistant.types import Citation, SourcePassage
from ingest.schema import format_seconds

Around = Callable[[str], tuple[str, str]]
"""The id of a passage → the texts before and after it."""

DOUBTS = ("weak", "unsupported")
LEAD_ITEMS = 5
"""So much of a list is read in the chat."""

_CELL_ENDS = re.compile(r"(?<!\\)\|")


def chat_messages(turns: Sequence[Turn], words: Words, offers: Sequence[Offer] = ()) -> list[dict[str, Any]]:
    """A conversation as Gradio's chat takes it; what to go on with stands below its last answer."""
    messages: list[dict[str, Any]] = []
    for turn in turns:
        for role, text in (("user", question_text(turn.question)), ("assistant", message_html(turn, words))):
            messages.append({"role": role, "content": [{"type": "text", "text": text}]})
    if messages and offers:
        messages[-1]["options"] = [
            {
                "value": f"{offer.kind}|{offer.question}",
                "label": words(f"offer_{offer.kind}", about=offer.about or offer.question),
            }
            for offer in offers
        ]
    return messages


def message_html(turn: Turn, words: Words) -> str:
    """As much of an answer as has come, with what is to be known of it."""
    if turn.shown is None or turn.is_running:
        said = [("notice error", turn.problem), ("notice", turn.answer.notice)]
        notices = "".join(f'<p class="{kind}" role="note">{escape(text)}</p>' for kind, text in said if text)
        answer = answer_html(lead_of(turn), turn.answer.citations, lambda at, one: cite_html(turn, at, one, words))
        state = "running" if turn.is_running else "over"
        turn.shown = one_line(
            f'<div class="answer {state} turn-{turn.key}" dir="auto">{notices}{answer}</div>{_foot_html(turn, words)}'
        )
    return turn.shown


def lead_of(turn: Turn) -> str:
    """What of an answer stands in the chat: the whole, or a list's first items, a table's by their titles."""
    lines: list[str] = []
    left = LEAD_ITEMS
    for line in turn.answer.text.splitlines() if turn.is_list else ():
        is_item = MARKER.search(line) is not None
        left -= is_item
        if left < 0:
            break
        cells = _CELL_ENDS.split(line)
        if len(cells) < 4:
            lines.append(line)
        elif is_item:
            lines.append(f"- {cells[2].strip()} {cells[-2].strip()}")
    return "\n".join(lines) or turn.answer.text


def status_text(turn: Turn, words: Words) -> str:
    """What is going on with a turn, for the line that screen readers announce."""
    if turn.problem:
        return words("no_answer")
    if turn.is_running:
        return words(f"stage_{turn.stage}")
    if turn.stopped:
        return words("stopped")
    return words("ready", sources=words.count(len(firsts(turn.answer.citations)), "sources"))


def status_html(text: str) -> str:
    """The line of status; the script may write into its span as well."""
    return f"<span>{escape(text)}</span>"


def said_html(*sentences: str, css: str = "good") -> str:
    """What came of something that was pressed."""
    return "".join(f'<p class="result {css}" role="status">{escape(sentence)}</p>' for sentence in sentences)


def cite_html(turn: Turn, at: int, citation: Citation, words: Words) -> str:
    """What stands for a marker; its title, which browsers show beside the pointer, tells what it cites."""
    doubt = words(f"support_{citation.support}", default="")
    label = f"{words('cite', n=citation.n, title=citation.title)} “{citation.quote}” {doubt}".strip()
    css = f"cite {citation.support} turn-{turn.key} at-{at}"
    return f'<a href="#source-{citation.n}" class="{css}" title="{escape(label)}">[{citation.n}]</a>'


def evidence_html(conversation: Conversation, around: Around = lambda _: ("", "")) -> str:
    """The sources of the turn that is being looked at."""
    turn, words = conversation.looked_turn(), conversation.words
    if turn is None:
        return ""
    cards = _Cards(turn, words, around)
    cited, found = cards.cited(), [] if turn.is_list else cards.found()
    rest = ""
    if found:
        title = f"{escape(words('found_also' if cited else 'found'))} ({len(found)})"
        rest = f"<details{'' if cited else ' open'}><summary>{title}</summary>{''.join(found)}</details>"
    save = button("exported", words("save_table"), what="csv", id=conversation.id, turn=turn.key)
    save = f"<p>{save}</p>" if turn.is_list else ""
    hint = "" if cited or rest else words("looking") if turn.is_running else words("nothing_cited")
    return one_line(
        f'<section class="turn-{turn.key}" data-turn="{turn.key}">{save}<p class="asked" dir="auto">'
        f'{escape(turn.question)}</p>{"".join(cited)}{rest}<p class="hint">{escape(hint)}</p></section>'
    )


def quote_span(citation: Citation, text: str) -> tuple[int, int]:
    """Where the quote stands in `text`, in characters; (0, 0) when it does not stand there."""
    quote = citation.quote
    start = citation.quote_start if text.startswith(quote, citation.quote_start) else text.find(quote)
    return (start, start + len(quote)) if quote and start >= 0 else (0, 0)


def marked_html(text: str, quotes: Sequence[tuple[int, int, str]]) -> str:
    """A text with its quotes marked, each by (start, end, class); quotes that overlap share a mark."""
    formulas = formula_spans(text)
    merged: list[tuple[int, int, str]] = []
    for start, end, name in sorted(quote for quote in quotes if quote[0] < quote[1]):
        # A quote that begins or ends inside a formula takes all of it in: half of one cannot be drawn.
        inside = [(first, last) for first, last in formulas if first < end and start < last]
        start, end = min([start, *(a for a, _ in inside)]), max([end, *(b for _, b in inside)])
        if merged and start < merged[-1][1]:
            first, last, names = merged.pop()
            start, end, name = min(first, start), max(last, end), f"{names} {name}"
        merged.append((start, end, name))
    parts, at = [], 0
    for start, end, name in merged:
        parts += [text_html(text[at:start]), f'<mark class="{name}">{text_html(text[start:end])}</mark>']
        at = end
    return "".join([*parts, text_html(text[at:])])


def kind_html(kind: str, words: Words) -> str:
    """A label that tells talk from paper at a glance."""
    return f'<span class="kind {kind}">{escape(words(kind))}</span>'


def apart(parts: Iterable[str]) -> str:
    """Parts in a row, each keeping its own direction of writing."""
    return "\u00a0· ".join(f"<bdi>{escape(part)}</bdi>" for part in parts if part)  # the dot ends its line


def button(action: str, label: str, *, css: str = "link", **data: object) -> str:
    """A button that the page's script hands to the server, with its data."""
    given = "".join(f' data-{key}="{escape(str(value))}"' for key, value in data.items())
    return f'<button type="button" class="{css}" data-do="{action}"{given}>{escape(label)}</button>'


def _foot_html(turn: Turn, words: Words) -> str:
    """What wrote the answer, what it rests on, and what the marks on doubtful citations mean."""
    if turn.is_running or turn.problem:
        return ""
    doubted = [doubt for doubt in DOUBTS if any(citation.support == doubt for citation in turn.answer.citations)]
    told = " ".join(f'<span class="cite {one}">[n]</span> {escape(words(f"support_{one}"))}' for one in doubted)
    doubts = f'<p class="doubts">{escape(words("checked"))} {told}</p>' if told else ""
    said = [] if turn.stopped else [escape(words(f"mode_{turn.answer.mode}"))]
    if turn.answer.dropped_markers:
        said.append(escape(words.count(turn.answer.dropped_markers, "dropped")))
    sources = len(firsts(turn.answer.citations))
    if sources or turn.passages:
        label = words.count(sources, "sources") if sources else words("found")
        label = words("whole_list", n=sources) if turn.is_list else label
        said.insert(0, f'<a href="#sources" class="show-sources turn-{turn.key}">{escape(label)}</a>')
    return f'{doubts}<p class="foot">{" · ".join(said)}</p>'


@dataclass(frozen=True, slots=True)
class _Cards:
    """Makes the cards of one turn."""

    turn: Turn
    words: Words
    around: Around

    def cited(self) -> list[str]:
        """A card for each passage that is cited, those of one record together; of a list, that the chat shows."""
        passages = {passage.passage_id: passage for passage in self.turn.passages}
        count = len(MARKER.findall(lead_of(self.turn))) if self.turn.is_list else None
        citations = self.turn.answer.citations[:count]
        places: dict[tuple[int, str], list[int]] = {}
        for at, citation in enumerate(citations):
            places.setdefault((citation.n, citation.passage_id), []).append(at)
        cards: dict[int, list[str]] = {}
        for (n, id_), ats in places.items():
            own = cards.setdefault(n, [])
            own.append(self._card(passages.get(id_, citations[ats[0]]), ats, css=" more" if own else ""))
        return [card for own in cards.values() for card in own]

    def found(self) -> list[str]:
        """A card for each passage that was found and not cited."""
        cited = {citation.passage_id for citation in self.turn.answer.citations}
        return [self._card(passage) for passage in self.turn.passages if passage.passage_id not in cited]

    def _card(self, source: Citation | SourcePassage, ats: Sequence[int] = (), css: str = "") -> str:
        """A passage with its quotes marked; `ats` are the places of its citations in the answer."""
        words, cited = self.words, {at: self.turn.answer.citations[at] for at in ats}
        first = next(iter(cited.values()), None)
        n = first.n if first else 0
        pages, text = ((), source.quote) if isinstance(source, Citation) else (source.pages, source.text)
        marked = marked_html(text, [(*quote_span(one, text), f"at-{at}") for at, one in cited.items()])
        at_s, link = (first.opens_at_s, first.deep_link or first.url) if first else (source.start_s, source.url)
        doubts = dict.fromkeys(one.support for one in cited.values() if one.support in DOUBTS)
        said = "".join(f'<p class="doubt">{escape(self._doubt(n, str(doubt)))}</p>' for doubt in doubts)
        section = words(f"section_{source.section.lower()}", default=source.section)
        time = words("at", time=format_seconds(at_s)) if at_s is not None else ""
        tools = [
            button("played", f"▶ {words('play')}", id=source.id, at=at_s) if at_s is not None else "",
            button("opened_record", words(f"whole_{source.kind}"), id=source.id),
            button("narrowed", words(f"only_{source.kind}"), id=source.id),
            link_html(link, words(f"open_{source.kind}")) if link else "",
        ]
        label = words("cite", n=n, title=source.title) if n else source.title
        css += "".join(f" holds-{at}" for at in ats)
        return (
            f'<article class="card{css}" tabindex="-1" aria-label="{escape(label)}">'
            f'<h3><span class="number">{n or ""}</span><span dir="auto">{text_html(source.title)}</span></h3>'
            f'<p class="who" dir="auto">{escape("; ".join(source.speakers))}</p>'
            f'<p class="place">{kind_html(source.kind, words)} {apart((section, time, *pages))}</p>'
            f'<p class="passage" dir="auto">{marked}</p>{said}{self._neighbours(source.passage_id)}'
            f'<p class="tools">{" ".join(tools)}</p></article>'
        )

    def _neighbours(self, passage_id: str) -> str:
        """What stands before and after a passage, to be folded out; not looked for while the answer grows."""
        texts = self.around(passage_id) if not self.turn.is_running else ("", "")
        said = "".join(f'<p class="passage near" dir="auto">{text_html(text)}</p>' for text in texts if text)
        return f"<details><summary>{escape(self.words('around'))}</summary>{said}</details>" if said else ""

    def _doubt(self, n: int, support: str) -> str:
        """Why citations are doubtful, in the checker's words where it said so."""
        grounding = answer_json(self.turn.answer)["grounding"]
        told = [one["reason"] for one in grounding if n in one["cites"] and one["verdict"] == support]
        return " ".join([self.words(f"support_{support}"), *(f"{reason.rstrip('.')}." for reason in told)])
