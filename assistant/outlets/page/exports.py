"""A conversation as a file to take along: Markdown, HTML or JSON, its links working wherever it is opened.

Comes in: turns, a look at the records, the page's address. Goes out: text. A citation leads to the reference below its
answer, a reference to the recording's second or the talk's own page, and to the talk on this page.
"""

import json
from collections.abc import Callable, Sequence
from html import escape
from urllib.parse import quote

from assistant.outlets.formats import answer_json
from assistant.outlets.page.markdown import answer_html, link_html
from assistant.outlets.references import conversation_markdown, reference_text, references_of
from assistant.types import Answer
from ingest.records import Record

Turns = Sequence[tuple[str, Answer]]
Lookup = Callable[[str], Record]

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "h2{font-size:1.1rem;margin-top:2rem}li:target{background:#fde68a;color:#292524}sup a{text-decoration:none}"
)


def export_conversation(
    what: str, title: str, turns: Turns, lookup: Lookup, page_url: str, exported_at: str
) -> tuple[str, str]:
    """The text of the file and how its name ends.

    Args:
        what: "html", "json", or else Markdown.
        title: Of the conversation.
        turns: Questions with their answers.
        lookup: The record with an id; raises `RecordMissing` for one that is gone.
        page_url: Address of the page, for links that open a talk there.
        exported_at: As told in the file.
    """
    if what == "json":
        told = [{**answer_json(answer), "question": question} for question, answer in turns]
        file = {"title": title, "exported_at": exported_at, "page": page_url, "turns": told}
        return json.dumps(file, ensure_ascii=False, indent=2) + "\n", "json"
    if what == "html":
        return _html(title, turns, lookup, page_url, exported_at), "html"
    return conversation_markdown(title, turns, lookup, page_url, exported_at), "md"


def _html(title: str, turns: Turns, lookup: Lookup, page_url: str, exported_at: str) -> str:
    sections = "".join(
        _turn_html(number, question, answer, lookup, page_url) for number, (question, answer) in enumerate(turns, 1)
    )
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1><p>{escape(exported_at)}</p>{sections}</body></html>\n"
    )


def _turn_html(number: int, question: str, answer: Answer, lookup: Lookup, page_url: str) -> str:
    text = answer_html(
        answer.text, answer.citations, lambda _, cited: f'<sup><a href="#t{number}-{cited.n}">[{cited.n}]</a></sup>'
    )
    firsts = {citation.n: citation for citation in reversed(answer.citations)}
    items = ""
    for reference in references_of(answer, lookup):
        cited = firsts[reference.n]
        there = cited.deep_link or cited.video_url or cited.url
        links = " ".join(
            link_html(url, label)
            for url, label in (
                (there, "Open"),
                (page_url and f"{page_url}?talk={quote(reference.id, safe='')}", "Open it here"),
            )
            if url
        )
        quoted = f"<blockquote>{escape(cited.quote)}</blockquote>" if cited.quote else ""
        said = escape(reference_text(reference))
        items += f'<li id="t{number}-{reference.n}" value="{reference.n}">{said} {links}{quoted}</li>'
    notice = f"<p><em>{escape(answer.notice)}</em></p>" if answer.notice else ""
    return f"<section><h2>{escape(question)}</h2>{notice}{text}<ol>{items}</ol></section>"
