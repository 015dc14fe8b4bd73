r"""Answers and their sources for use elsewhere: Markdown with a reference list, HTML, JSON, BibTeX, a table.

Comes in: questions with their answers, and a look at the records. Goes out: text in which titles and names are escaped
for where they go: nothing in them becomes a heading, a link, an image or a TeX command.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from urllib.parse import quote

from markdown_it import MarkdownIt

from assistant.outlets.formats import ADDRESS, MARKER, answer_json, citation_address, firsts
from assistant.types import Answer, Citation
from ingest.errors import RecordMissing
from ingest.records import Date, Kind, Record, record_pages, speaker_names
from ingest.schema import DATE, ORGANISATION, URL_FIELD
from ingest.text import printable, web_address

Lookup = Callable[[str], Record]
"""The record with this id; raises `RecordMissing` when a later ingest has dropped it."""

FORMATS = {"markdown": "md", "html": "html", "json": "json", "bibtex": "bib", "csv": "csv"}
"""What a conversation can be saved as → how the file's name ends."""

_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    "h2{font-size:1.1rem;margin-top:2rem}"
)
# A link in Markdown that leads anywhere but to a web page, a mailbox or a place in the text; and one given below it.
_LINK = re.compile(r"\]\((?!\s*<?(?:https?://|mailto:|#))", re.IGNORECASE)
_LINK_TITLE = re.compile(r"^[ ]{0,3}\[[^\]\n]*\]:(?!\s*<?(?:https?://|mailto:|#))", re.IGNORECASE | re.MULTILINE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~$])")
_TEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "{}$&%#_"},
}


@dataclass(frozen=True, slots=True)
class Reference:
    """A talk or paper as a reference list names it.

    Attributes:
        authors: Speakers of a talk; a paper's organisation, since the pages do not name authors.
        where: File and line that it came from.
    """

    n: int
    id: str
    kind: Kind
    title: str
    authors: tuple[str, ...]
    pages: tuple[str, ...]
    date: str | None
    year: int | None
    url: str | None
    where: str


def references_of(answer: Answer, lookup: Lookup) -> list[Reference]:
    """What an answer cites, each once, by number."""
    return [_cited(citation, lookup) for citation in firsts(answer.citations)]


def reference_of(record: Record, n: int = 1) -> Reference:
    """A talk or paper by itself."""
    first = record.sources[0]
    authors = ORGANISATION.all_of(record) or tuple(speaker_names(record))
    date: Date | None = DATE.of(record)
    written, year = (date.text, date.year) if date else (None, None)
    url, where = web_address(URL_FIELD.of(record)), f"{first.file}, line {first.first_line}"
    pages = tuple(record_pages(record))
    return Reference(n, record.id, record.kind, record.title, authors, pages, written, year, url, where)


def reference_text(reference: Reference) -> str:
    """One line of a reference list, plain text without its number."""
    by = f"{', '.join(reference.authors)}: " if reference.authors else ""
    parts = [reference.kind.capitalize(), *reference.pages, reference.date, reference.where, reference.url]
    return f"{by}“{reference.title}”. " + ". ".join(part for part in parts if part)


def answer_markdown(answer: Answer, references: Sequence[Reference], page_url: str = "") -> str:
    """An answer and its reference list.

    Args:
        answer: Its text is Markdown already; only images and raw HTML in it are made harmless.
        page_url: Address of the page, for links that open a talk there; "" leaves them out.
    """
    text = re.sub(r"<(?=[A-Za-z/!?])", "&lt;", printable(answer.text).strip()).replace("![", "!\\[")
    text = _LINK_TITLE.sub(r"\\\g<0>", _LINK.sub(r"]\\(", text))
    lines = [f"> {_in_markdown(answer.notice)}", "", text] if answer.notice else [text]
    if references:
        lines += ["", "References:", ""]
    for one in references:
        here = f" [Open it here]({page_url}?talk={quote(one.id, safe='')})" if page_url else ""
        lines.append(f"- \\[{one.n}\\] {_in_markdown(reference_text(one))}{here}")
    return "\n".join(lines) + "\n"


def export_conversation(
    what: str, title: str, turns: Sequence[tuple[str, Answer]], lookup: Lookup, page_url: str, exported_at: str
) -> str:
    """The text of a file.

    Args:
        what: A key of `FORMATS`.
        page_url: Where links open a talk.
    """
    if what == "json":
        told = [{**answer_json(answer), "question": question} for question, answer in turns]
        file = {"title": title, "exported_at": exported_at, "page": page_url, "turns": told}
        return json.dumps(file, ensure_ascii=False, indent=2) + "\n"
    if what in ("bibtex", "csv"):
        references = (reference for _, answer in turns for reference in references_of(answer, lookup))
        return bibtex(references) if what == "bibtex" else references_csv(references)
    if what == "markdown":
        return conversation_markdown(title, turns, lookup, page_url, exported_at)
    linked = [(question, replace(answer, text=_linked_markers(answer, page_url))) for question, answer in turns]
    text = conversation_markdown(title, linked, lookup, page_url, exported_at)
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body>{MarkdownIt('commonmark', {'html': False}).enable('table').render(text)}</body></html>\n"
    )


def conversation_markdown(
    title: str, turns: Iterable[tuple[str, Answer]], lookup: Lookup, page_url: str, exported_at: str
) -> str:
    """A whole conversation: each question a heading, each answer with its reference list."""
    sections = (
        f"## {_in_markdown(question)}\n\n[Ask this again]({page_url}?q={quote(question, safe='')})\n\n"
        + answer_markdown(answer, references_of(answer, lookup), page_url)
        for question, answer in turns
    )
    return "\n".join([f"# {_in_markdown(title)}\n\nExported {exported_at}.\n", *sections])


def bibtex(references: Iterable[Reference]) -> str:
    """BibTeX entries, each talk or paper once; for a BibTeX that reads UTF-8."""
    entries: dict[str, str] = {}
    for reference in {one.id: one for one in references}.values():
        plain = re.sub(r"[^A-Za-z0-9:_-]+", "-", reference.id).strip("-") or reference.kind
        key, number = plain, 1
        while key in entries:
            key, number = f"{plain}-{number + 1}", number + 1
        entries[key] = _entry(reference, key)
    return "\n".join(entries.values())


def references_csv(references: Iterable[Reference]) -> str:
    """A table with one line for each talk or paper, for a spreadsheet."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["id", "kind", "title", "speakers", "date", "pages", "url", "source"])
    for r in {reference.id: reference for reference in references}.values():
        cells = [r.id, r.kind, r.title, "; ".join(r.authors), r.date, "; ".join(r.pages), r.url, r.where]
        texts = [printable(cell or "") for cell in cells]
        # What a spreadsheet would take for a formula is text.
        table.writerow(f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text for text in texts)
    return out.getvalue()


def _linked_markers(answer: Answer, page_url: str) -> str:
    """An answer's text whose markers are links."""
    links = {str(one.n): f"[\\[{one.n}\\]]({citation_address(one, page_url)})" for one in firsts(answer.citations)}
    return MARKER.sub(lambda found: links.get(found[1], found[0]), answer.text)


def _cited(citation: Citation, lookup: Lookup) -> Reference:
    where = f"{citation.source.get('file')}, line {citation.source.get('line')}"
    try:
        return replace(reference_of(lookup(citation.id), citation.n), where=where)
    except RecordMissing:  # the answer outlives the record that it cites
        authors = tuple(speaker.split(", ")[0] for speaker in citation.speakers)
        url = web_address(citation.url)
        return Reference(citation.n, citation.id, citation.kind, citation.title, authors, (), None, None, url, where)


def _entry(reference: Reference, key: str) -> str:
    authors = " and ".join(_author(name, reference) for name in reference.authors)
    fields = {
        "title": f"{{{_in_tex(reference.title)}}}",  # braced twice, so that no style lowers its capitals
        "author": authors,
        "year": str(reference.year) if reference.year else "",
        "howpublished": _in_tex("Recorded talk" if reference.kind == "talk" else "Paper"),
        "note": _in_tex(". ".join((*reference.pages, *((reference.date,) if reference.date else ())))),
        "url": reference.url.translate(ADDRESS) if reference.url else "",
    }
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{lines}}}\n"


def _author(name: str, reference: Reference) -> str:
    """A person's name as BibTeX splits it; an organisation, or a name that it would split wrongly, in braces."""
    whole = reference.kind == "paper" or "," in name or " and " in name.lower()
    return f"{{{_in_tex(name)}}}" if whole else _in_tex(name)


def _in_markdown(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", " ".join(printable(text).split()))


def _in_tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in " ".join(printable(text).split()))
