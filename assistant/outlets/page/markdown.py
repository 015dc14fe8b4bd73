r"""An answer's Markdown as HTML that is safe to show, its [n] markers as links to their passages.

Comes in: Markdown written by a model or taken from a source, and the citations of its markers. Goes out: one line of
HTML in which nothing was raw, no image is fetched, and a marker stands only for a citation that exists; formulas stand
between \( and \), which Gradio draws, and nothing else does. Where a marker leads is `messages`' to say.
"""

import re
from collections.abc import Callable, Iterable, MutableMapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from assistant.types import Citation

_MARKER = re.compile(r"\[(\d{1,4})\]")

# Signs as in pandoc, so that "$5 and $10" stays money. Bounded, since each opening sign looks for its closing one:
# without a bound a text of nothing but opening signs would take minutes.
_MATHS = re.compile(
    r"\$\$[^$]{1,1000}?\$\$|\$(?!\s)[^$\n]{1,1000}?(?<![\s\\])\$(?!\d)"
    r"|\\\((?:(?!\n\n)[^\0]){1,1000}?\\\)|\\\[(?:(?!\n\n)[^\0]){1,1000}?\\\]"
)
# A marker, bare or with its brackets escaped, is no formula; neither are words between two prices.
_NO_MATHS = re.compile(r"\[\d{1,4}\]|\\\[[\d,\s]+\\\]|(?<![\\{A-Za-z])[a-z]{3,}\s+[a-z]{2,}")
_WORDS_INSIDE = ("\\text", "\\mathrm", "\\mbox", "\\operatorname")

DELIMITERS: list[dict[str, str | bool]] = [
    {"left": "\\(", "right": "\\)", "display": False},
    {"left": "\\[", "right": "\\]", "display": True},
]
"""What Gradio draws; every other sign is text."""

# Joins two characters without being seen; between them it ends what they would begin together.
_JOINER = "\u2060"
_BEGINS = re.compile(r"<(?=[A-Za-z/!?])|!(?=\[)|\\(?=[(\[])")
_SHOWN_SCHEMES = ("http", "https", "mailto")

CiteHtml = Callable[[int, Citation], str]
"""Position of the marker's citation in the answer, and the citation → the marker's HTML."""


class MarkerQueue:
    """Gives each marker of a text its own citation: the next one in order that has its number.

    A marker whose citation has not arrived yet, or never will, gets None. A number that comes once more than it was
    cited gets its last citation again.
    """

    def __init__(self, citations: Sequence[Citation]) -> None:
        self._citations = citations
        self._next = 0

    def take(self, n: int) -> int | None:
        """The position of the citation for the next marker with the number `n`."""
        for position in range(self._next, len(self._citations)):
            if self._citations[position].n == n:
                self._next = position + 1
                return position
        earlier = [i for i, citation in enumerate(self._citations[: self._next]) if citation.n == n]
        return earlier[-1] if earlier else None


def marker_offsets(text: str, citations: Sequence[Citation]) -> dict[int, int]:
    """Position of a citation → where its marker stands in the text, in characters."""
    queue = MarkerQueue(citations)
    found = ((queue.take(int(marker.group(1))), marker.start()) for marker in _MARKER.finditer(text))
    return {position: start for position, start in found if position is not None}


def answer_html(text: str, citations: Sequence[Citation], cite_html: CiteHtml) -> str:
    """Render an answer.

    Args:
        text: Markdown; raw HTML in it is shown as text, an image as a link to it.
        citations: One for each marker, in order; fewer while the answer still streams.
        cite_html: Makes what stands for a marker.
    """
    env = {"citations": citations, "queue": MarkerQueue(citations), "cite_html": cite_html}
    # On one line, a formula holds no line that Markdown would take for a list or a heading.
    text = _MATHS.sub(_on_one_line, text)
    return one_line(str(_PARSER.render(text, env)).strip())


def text_html(text: str) -> str:
    """Plain text with its formulas, escaped; what only looks like a formula stays text."""
    parts, end = [], 0
    for start, stop in formula_spans(text):
        parts += [_escaped(text[end:start]), _formula(text[start:stop])]
        end = stop
    return one_line("".join([*parts, _escaped(text[end:])]))


def formula_spans(text: str) -> list[tuple[int, int]]:
    """Where the formulas of a plain text stand, in characters."""
    return [found.span() for found in _MATHS.finditer(text) if _is_formula(found.group())]


def one_line(html: str) -> str:
    """The same HTML without a line break in it: a blank line would end what Gradio's Markdown takes for HTML."""
    return html.replace("\r", "").replace("\n", "&#10;")


def question_text(text: str) -> str:
    """A question that Gradio shows as Markdown and gives back for editing: nothing in it begins a tag or an image."""
    return _BEGINS.sub(lambda found: found.group() + _JOINER, text)


def typed_text(shown: str) -> str:
    """What was typed, from what `question_text` made of it."""
    return shown.replace(_JOINER, "")


def is_web_address(url: str) -> bool:
    """Whether a link may lead there; "javascript:" and its like may not."""
    try:
        return urlsplit(url.strip()).scheme.lower() in _SHOWN_SCHEMES
    except ValueError:
        return False


def link_target(url: str) -> str:
    """Where a link really leads, as shown beside it: the host, or a mail address."""
    parts = urlsplit(url)
    return parts.hostname or parts.path


def link_html(url: str, label: str) -> str:
    """A link to elsewhere that opens a tab of its own, and says where it leads; only text where it may not lead."""
    if not is_web_address(url):
        return escape(label)
    return (
        f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer nofollow">{escape(label)} '
        f'<span class="link-target">({escape(link_target(url))})</span></a>'
    )


def _escaped(text: str) -> str:
    return escape(text.replace("\\(", f"\\{_JOINER}(").replace("\\[", f"\\{_JOINER}["))


def _is_formula(source: str) -> bool:
    return not _NO_MATHS.search(source) or any(word in source for word in _WORDS_INSIDE)


def _on_one_line(found: re.Match[str]) -> str:
    return found.group().replace("\n", " ") if _is_formula(found.group()) else found.group()


def _formula(source: str) -> str:
    signs = 1 if source.startswith("$") and not source.startswith("$$") else 2
    is_display = source.startswith(("$$", "\\["))
    opening, closing = ("\\[", "\\]") if is_display else ("\\(", "\\)")
    kind = "math display" if is_display else "math"
    return f'<span class="{kind}">{opening}{escape(source[signs:-signs])}{closing}</span>'


def _parse_inline(state: StateInline, silent: bool) -> bool:
    found = _MATHS.match(state.src, state.pos)
    if not found or not _is_formula(found.group()):
        return False
    if not silent:
        state.push("maths", "", 0).content = found.group()
    state.pos = found.end()
    return True


def _parse_marker(state: StateInline, silent: bool) -> bool:
    found = _MARKER.match(state.src, state.pos)
    if not found:
        return False
    if not silent:
        state.pending = state.pending.rstrip(" ")  # so that a marker never starts a line
        token = state.push("marker", "", 0)
        token.content = found.group()
        token.meta = {"n": int(found.group(1))}
    state.pos = found.end()
    return True


Env = MutableMapping[str, Any]


def _render_text(self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: Env) -> str:
    return _escaped(tokens[i].content)


def _render_maths(self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: Env) -> str:
    return _formula(tokens[i].content)


def _render_marker(self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: Env) -> str:
    position = env["queue"].take(tokens[i].meta["n"])
    if position is None:
        return escape(tokens[i].content)
    return str(env["cite_html"](position, env["citations"][position]))


def _render_link_open(self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: Env) -> str:
    href = escape(str(tokens[i].attrGet("href") or ""))
    return f'<a href="{href}" title="{href}" target="_blank" rel="noopener noreferrer nofollow">'


def _render_link_close(self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: Env) -> str:
    opening = next(token for token in reversed(tokens[:i]) if token.type == "link_open")
    if opening.info == "auto":
        return "</a>"
    return f'</a> <span class="link-target">({escape(link_target(str(opening.attrGet("href") or "")))})</span>'


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    # "reference" would let a line such as "[1]: http://…" turn a marker into a link.
    parser.disable(["image", "reference", "html_block", "html_inline"])
    parser.validateLink = is_web_address  # type: ignore[method-assign]
    parser.inline.ruler.before("escape", "maths", _parse_inline)
    parser.inline.ruler.before("link", "marker", _parse_marker)
    renderers: Iterable[tuple[str, Callable[..., str]]] = (
        ("text", _render_text),
        ("maths", _render_maths),
        ("marker", _render_marker),
        ("link_open", _render_link_open),
        ("link_close", _render_link_close),
    )
    for name, render in renderers:
        parser.add_render_rule(name, render)
    return parser


_PARSER = _make_parser()
