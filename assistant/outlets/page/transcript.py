"""The conversation and the page's own words, as HTML.

Comes in: drafts and the program's state. Goes out: HTML in which everything is escaped.
"""

from collections.abc import Sequence
from html import escape
from typing import Literal

from assistant.outlets.page.backend import PageState
from assistant.outlets.page.cards import marker_html
from assistant.outlets.page.conversation import Conversation, Draft
from assistant.outlets.page.markdown import render_markdown
from assistant.outlets.page.maths import maths_html

TABLE_FROM = 6
"""An answer that cites so many talks and papers is a list, which people take into a spreadsheet."""

Phase = Literal["empty", "running", "ready"]
"""Of the composer: nothing asked yet, Stop instead of Ask, Edit and Retry beside Ask."""

NO_MODEL = "No model: answers are quoted sentences"


def transcript_html(drafts: Sequence[Draft]) -> str:
    """Turns in order."""
    return "".join(turn_html(draft) for draft in drafts)


def welcome_html(questions: Sequence[str] = ()) -> str:
    """What a visitor reads before the first question, with questions to begin with."""
    offered = (
        f'<p class="offer-title" id="offer-title">For example:</p>{offer_html(questions, "first")}' if questions else ""
    )
    return (
        '<div class="welcome"><h2>Ask about the talks in your own words</h2><p>Every statement in an answer points to '
        f"the passage that it rests on: choose a number in brackets to read it.</p>{offered}</div>"
    )


def offer_html(questions: Sequence[str], kind: str) -> str:
    """Questions that are asked when they are chosen."""
    buttons = "".join(
        f'<li><button type="button" class="offer" dir="auto" data-ask="{escape(question)}">{maths_html(question)}'
        "</button></li>"
        for question in questions
    )
    return f'<ul class="offers {kind}">{buttons}</ul>' if questions else ""


def turn_html(draft: Draft) -> str:
    """A question and as much of its answer as has come."""
    answer = render_markdown(
        draft.text, draft.citations, lambda position, citation: marker_html(draft, position, citation)
    )
    waiting = '<p class="waiting" aria-hidden="true"><i></i><i></i><i></i></p>' if draft.is_running else ""
    return (
        f'<article class="turn" data-turn="{draft.key}" aria-busy="{str(draft.is_running).lower()}">'
        f'<h2 class="question" dir="auto">{maths_html(draft.question)}</h2>{_notices_html(draft)}'
        f'<div class="answer" dir="auto">{answer}</div>{waiting}{_foot_html(draft)}</article>'
    )


def status_text(draft: Draft) -> str:
    """What is going on with a turn, for the line that screen readers announce."""
    if draft.problem:
        return "No answer."
    if draft.is_running:
        return draft.status
    if draft.stopped:
        return "Stopped."
    sources = len({citation.n for citation in draft.citations})
    return f"Answer ready, {sources} source{'' if sources == 1 else 's'}."


def phase_of(conversation: Conversation) -> Phase:
    """Which buttons there are to press."""
    if conversation.run is not None:
        return "running"
    return "ready" if conversation.drafts else "empty"


def status_html(text: str, phase: Phase) -> str:
    """A line of status; the style sheet shows the buttons that fit the phase, which costs Gradio nothing."""
    return f'<span data-phase="{phase}">{escape(text)}</span>'


def masthead_html(state: PageState, conversation: Conversation) -> str:
    """The collection's name, what is in it, and what the page can do right now."""
    kind, words = _condition(state, conversation)
    counts = f"{_count(state.talks, 'talk')} · {_count(state.papers, 'paper')}" if not state.is_empty else ""
    use = '<button type="button" class="link" data-tab="status">Use a model</button>' if kind == "no-model" else ""
    return (
        f'<header class="masthead"><h1 dir="auto">{escape(state.title)}</h1><p class="counts">{counts}</p>'
        f'<p class="condition-line"><span id="condition" class="condition {kind}" role="status" aria-live="polite">'
        f"{escape(words)}</span>{use}</p></header>"
    )


def _condition(state: PageState, conversation: Conversation) -> tuple[str, str]:
    """What to say under the title, most urgent first."""
    if state.problem:
        return "problem", state.problem
    if state.ingest:
        wait = " You can ask as soon as this is done." if state.is_empty else ""
        return "ingest", f"Reading the talks. {state.ingest.rstrip('.')}.{wait}"
    if state.is_empty:
        return "empty", "There are no talks here yet. Put saved pages into the collection's folder and ingest them."
    endpoint = conversation.endpoint_text or state.endpoint
    return ("model", f"Model: {endpoint}") if endpoint else ("no-model", NO_MODEL)


def _notices_html(draft: Draft) -> str:
    notices = ""
    if draft.problem:
        notices += f'<p class="notice error" role="alert">{escape(draft.problem)}</p>'
    if draft.answer and draft.answer.notice:
        notices += f'<p class="notice">{escape(draft.answer.notice)}</p>'
    return notices


def _foot_html(draft: Draft) -> str:
    if draft.is_running or draft.answer is None:
        return ""
    kinds = {"model": "Written by the model", "extract": "Quoted sentences", "catalogue": "From the records"}
    said = "" if draft.stopped else kinds.get(draft.answer.mode, "About the collection")
    dropped = draft.answer.dropped_markers
    if dropped:
        said += f" · {_count(dropped, 'marker')} named no source and {'was' if dropped == 1 else 'were'} taken out"
    sources = len({citation.n for citation in draft.citations})
    button = (
        f'<button type="button" class="show-sources" data-turn="{draft.key}">{_count(sources, "source")}</button>'
        if draft.citations or draft.passages
        else ""
    )
    return (
        f'{_doubts_html(draft)}<div class="foot">{button}<span>{escape(said)}</span>{_tools_html(draft)}</div>'
        f"{_next_html(draft)}"
    )


def _tools_html(draft: Draft) -> str:
    """Copy, a table of what is listed, and two thumbs with room for a word."""
    key = draft.key
    table = ""
    if len({citation.id for citation in draft.citations}) >= TABLE_FROM:
        table = f'<button type="button" class="link" data-do="exported" data-what="csv" data-turn="{key}">CSV</button>'
    thumbs = "".join(
        f'<button type="button" class="thumb {rating}" data-rating="{rating}" aria-pressed="false" '
        f'aria-label="{label}" title="{label}"></button>'
        for rating, label in (("up", "Good answer"), ("down", "Bad answer"))
    )
    return (
        f'<span class="tools"><button type="button" class="link copy" data-do="copied" data-turn="{key}" '
        f'title="The answer with its references, as Markdown">Copy</button>{table}'
        f'<span class="rating" data-turn="{key}" role="group" aria-label="Was this a good answer?">{thumbs}'
        f'<span class="word" hidden><input type="text" maxlength="500" aria-label="In a word, why?" '
        f'placeholder="In a word, why?"><button type="button" class="link send">Send</button></span>'
        f'<span class="thanks" role="status"></span></span></span>'
    )


def _doubts_html(draft: Draft) -> str:
    """What the marks on doubtful markers mean, where there are any."""
    weak = sum(citation.support == "weak" for citation in draft.citations)
    unsupported = sum(citation.support == "unsupported" for citation in draft.citations)
    if not weak + unsupported:
        return ""
    parts = []
    if weak:
        parts.append(f'<span class="marker weak" aria-hidden="true">[n]</span> supported only in part: {weak}')
    if unsupported:
        parts.append(f'<span class="marker unsupported" aria-hidden="true">[n]</span> not supported: {unsupported}')
    return f'<p class="doubts">Each sentence was compared with the passage it cites. {", ".join(parts)}.</p>'


def _next_html(draft: Draft) -> str:
    if not draft.next_questions:
        return ""
    return f'<div class="go-on"><p class="offer-title">Ask next:</p>{offer_html(draft.next_questions, "next")}</div>'


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
