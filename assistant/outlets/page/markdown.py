"""An answer's Markdown as HTML that is safe to show, its [n] markers as links to their passages.

Comes in: Markdown written by a model or taken from a source, and the citations of its markers. Goes out: HTML in which
nothing was raw, no image is fetched, and a marker stands only for a citation that exists. Where it
leads is `cards`' to say.
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

from assistant.outlets.page.maths import add_maths
from assistant.types import Citation

_MARKER = re.compile(r"\[(\d{1,4})\]")

_SHOWN_SCHEMES = ("http", "https", "mailto")

MarkerHtml = Callable[[int, Citation], str]
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


def render_markdown(text: str, citations: Sequence[Citation], marker_html: MarkerHtml) -> str:
    """Render an answer.

    Args:
        text: Markdown; raw HTML in it is shown as text, an image as a link to it.
        citations: One for each marker, in order; fewer while the answer still streams.
        marker_html: Makes what stands for a marker.
    """
    env = {"citations": citations, "queue": MarkerQueue(citations), "marker_html": marker_html}
    return str(_PARSER.render(text, env))


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


def _render_marker(
    self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    position = env["queue"].take(tokens[i].meta["n"])
    if position is None:
        return escape(tokens[i].content)
    return str(env["marker_html"](position, env["citations"][position]))


def _render_link_open(
    self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    href = escape(str(tokens[i].attrGet("href") or ""))
    return f'<a href="{href}" title="{href}" target="_blank" rel="noopener noreferrer nofollow">'


def _render_link_close(
    self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    opening = next(token for token in reversed(tokens[:i]) if token.type == "link_open")
    if opening.info == "auto":
        return "</a>"
    return f'</a> <span class="link-target">({escape(link_target(str(opening.attrGet("href") or "")))})</span>'


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    # "reference" would let a line such as "[1]: http://…" turn a marker into a link.
    parser.disable(["image", "reference", "html_block", "html_inline"])
    parser.validateLink = is_web_address  # type: ignore[method-assign]
    add_maths(parser)
    parser.inline.ruler.before("link", "marker", _parse_marker)
    renderers: Iterable[tuple[str, Callable[..., str]]] = (
        ("marker", _render_marker),
        ("link_open", _render_link_open),
        ("link_close", _render_link_close),
    )
    for name, render in renderers:
        parser.add_render_rule(name, render)
    return parser


_PARSER = _make_parser()
