"""A conversation as a file to take along: Markdown, HTML or JSON, its links working wherever it is opened.

Comes in: turns, a look at the records, the page's address. Goes out: text. A citation leads to the reference below its
answer, a reference to the recording's second or the talk's own page, and to the talk on this page.
"""

import json
from collections.abc import Sequence
from html import escape
from urllib.parse import quote

from assistant.outlets.formats import answer_json
from assistant.outlets.page.markdown import answer_html, link_html
from assistant.outlets.references import Lookup, bibtex, conversation_markdown, reference_text, references_of
from assistant.types import Answer

Turns = Sequence[tuple[str, Answer]]

ENDINGS = {"markdown": "md", "html": "html", "json": "json", "bibtex": "bib"}
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "h2{font-size:1.1rem;margin-top:2rem}li:target{background:#fde68a;color:#292524}sup a{text-decoration:none}"
)


def export_conversation(what: str, title: str, turns: Turns, lookup: Lookup, page_url: str, exported_at: str) -> str:
    """The text of the file: `what` is a key of `ENDINGS`; `page_url` is where links open a talk."""
    if what == "json":
        told = [{**answer_json(answer), "question": question} for question, answer in turns]
        file = {"title": title, "exported_at": exported_at, "page": page_url, "turns": told}
        return json.dumps(file, ensure_ascii=False, indent=2) + "\n"
    if what == "bibtex":
        return bibtex(reference for _, answer in turns for reference in references_of(answer, lookup))
    if what == "markdown":
        return conversation_markdown(title, turns, lookup, page_url, exported_at)
    sections = "".join(_turn_html(number, *turn, lookup, page_url) for number, turn in enumerate(turns, 1))
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1><p>{escape(exported_at)}</p>{sections}</body></html>\n"
    )


def _turn_html(number: int, question: str, answer: Answer, lookup: Lookup, page_url: str) -> str:
    firsts = {citation.n: citation for citation in reversed(answer.citations)}
    items = ""
    for reference in references_of(answer, lookup):
        n, cited = reference.n, firsts[reference.n]
        there = cited.deep_link or cited.video_url or cited.url
        here = page_url and f"{page_url}?talk={quote(reference.id, safe='')}"
        links = " ".join(link_html(url, label) for url, label in ((there, "Open"), (here, "Open it here")) if url)
        quoted = f"<blockquote>{escape(cited.quote)}</blockquote>" if cited.quote else ""
        items += f'<li id="t{number}-{n}" value="{n}">{escape(reference_text(reference))} {links}{quoted}</li>'
    text = answer_html(
        answer.text, answer.citations, lambda _, cited: f'<sup><a href="#t{number}-{cited.n}">[{cited.n}]</a></sup>'
    )
    notice = f"<p><em>{escape(answer.notice)}</em></p>" if answer.notice else ""
    return f"<section><h2>{escape(question)}</h2>{notice}{text}<ol>{items}</ol></section>"
