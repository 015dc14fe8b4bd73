"""Turns as the messages that Gradio's chat shows, and what stands beside and below an answer.

Comes in: drafts. Goes out: two messages a turn, in which everything is escaped. A citation is a link of the class
"cite", with its turn and its place in the answer as further classes, since Gradio lets no other attribute through.
"""

from collections.abc import Sequence
from html import escape
from typing import Any

from assistant.answer.suggestions import Offer
from assistant.outlets.page.markdown import answer_html, one_line, question_text
from assistant.outlets.page.session import Draft
from assistant.outlets.page.words import Words
from assistant.types import Citation

DOUBTS = ("weak", "unsupported")
# A button that is longer is no button.
_LONGEST_OFFER_CHARS = 60


def chat_messages(drafts: Sequence[Draft], words: Words, offers: Sequence[Offer] = ()) -> list[dict[str, Any]]:
    """A conversation as Gradio's chat takes it; what to go on with stands below its last answer."""
    messages: list[dict[str, Any]] = []
    for draft in drafts:
        messages += [
            {"role": "user", "content": [_text(question_text(draft.question))]},
            {"role": "assistant", "content": [_text(message_html(draft, words))]},
        ]
    if messages and offers:
        messages[-1]["options"] = [
            {"value": f"{offer.kind}|{offer.question}", "label": offer_label(offer, words)} for offer in offers
        ]
    return messages


def offer_label(offer: Offer, words: Words) -> str:
    """What a chip says."""
    if offer.kind == "ask":
        return offer.question
    about = offer.about if len(offer.about) <= _LONGEST_OFFER_CHARS else f"{offer.about[:_LONGEST_OFFER_CHARS]}…"
    return words(f"offer_{offer.kind}", about=about)


def message_html(draft: Draft, words: Words) -> str:
    """As much of an answer as has come, with what is to be known of it."""
    if draft.shown is None or draft.is_running:
        draft.shown = _message_html(draft, words)
    return draft.shown


def status_text(draft: Draft, words: Words) -> str:
    """What is going on with a turn, for the line that screen readers announce."""
    if draft.problem:
        return words("no_answer")
    if draft.is_running:
        return draft.status if draft.status and words.language == "en" else words(f"stage_{draft.stage or 'searching'}")
    if draft.stopped:
        return words("stopped")
    return words("ready", sources=words.count(len({citation.n for citation in draft.citations}), "sources"))


def status_html(text: str) -> str:
    """The line of status; the script may write into its span as well."""
    return f"<span>{escape(text)}</span>"


def cite_html(draft: Draft, position: int, citation: Citation, words: Words) -> str:
    """What stands for a marker."""
    doubt = f" {citation.support}" if citation.support in DOUBTS else ""
    label = words("cite", n=citation.n, title=citation.title)
    if doubt:
        label += f" {words(f'support_{citation.support}')}"
    return (
        f'<a href="#source-{citation.n}" class="cite{doubt} turn-{draft.key} at-{position}" '
        f'title="{escape(label)}">[{citation.n}]</a>'
    )


def _text(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def _message_html(draft: Draft, words: Words) -> str:
    answer = answer_html(draft.text, draft.citations, lambda at, citation: cite_html(draft, at, citation, words))
    waiting = f'<p class="waiting">{escape(status_text(draft, words))}</p>' if draft.is_running else ""
    state = "running" if draft.is_running else "over"
    return one_line(
        f'<div class="answer {state} turn-{draft.key}" dir="auto">{_notices_html(draft)}{answer}{waiting}</div>'
        f"{_doubts_html(draft, words)}{_foot_html(draft, words)}"
    )


def _notices_html(draft: Draft) -> str:
    said = [("notice error", draft.problem), ("notice", draft.answer.notice if draft.answer else None)]
    return "".join(f'<p class="{kind}" role="note">{escape(text)}</p>' for kind, text in said if text)


def _foot_html(draft: Draft, words: Words) -> str:
    if draft.is_running or draft.answer is None:
        return ""
    said = [] if draft.stopped else [escape(words(f"mode_{draft.answer.mode}"))]
    if draft.answer.dropped_markers:
        said.append(escape(words.count(draft.answer.dropped_markers, "dropped")))
    sources = len({citation.n for citation in draft.citations})
    if sources or draft.passages:
        label = words.count(sources, "sources") if sources else words("found")
        said.insert(0, f'<a href="#sources" class="show-sources turn-{draft.key}">{escape(label)}</a>')
    return f'<p class="foot">{" · ".join(said)}</p>'


def _doubts_html(draft: Draft, words: Words) -> str:
    """What the marks on doubtful citations mean, where there are any."""
    counted = [(doubt, sum(citation.support == doubt for citation in draft.citations)) for doubt in DOUBTS]
    parts = [
        f'<span class="cite {doubt}">[n]</span> {escape(words(f"count_{doubt}", n=n))}' for doubt, n in counted if n
    ]
    return f'<p class="doubts">{escape(words("checked"))} {", ".join(parts)}.</p>' if parts else ""
