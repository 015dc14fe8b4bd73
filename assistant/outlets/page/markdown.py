r"""An answer's Markdown as HTML that is safe to show, its [n] markers as links to their passages.

Comes in: Markdown written by a model or taken from a source, and the citations of its markers. Goes out: one line of
HTML in which nothing was raw, no image is fetched, and a marker stands only for a citation that exists; formulas stand
between \( and \), which Gradio draws, and nothing else does. Where a marker leads is `turns`' to say.
"""

import re
from collections.abc import Callable, MutableMapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from assistant.outlets.formats import MARKER
from assistant.types import Citation
from ingest.text import web_address

# Signs as in pandoc, so that "$5 and $10" stays money. Bounded, since each opening sign looks for its closing one:
# without a bound a text of nothing but opening signs would take minutes.
_MATHS = re.compile(
    r"(\$\$[^$]{1,1000}?\$\$|\$(?!\s)[^$\n]{1,1000}?(?<![\s\\])\$(?!\d)"
    r"|\\\((?:(?!\n\n)[^\0]){1,1000}?\\\)|\\\[(?:(?!\n\n)[^\0]){1,1000}?\\\])"
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
_ELSEWHERE = 'target="_blank" rel="noopener noreferrer nofollow"'


def answer_html(text: str, citations: Sequence[Citation], cite_html: Callable[[int, Citation], str]) -> str:
    """Render an answer.

    Args:
        text: Markdown; raw HTML in it is shown as text, an image as a link to it.
        citations: One for each marker, in order; fewer while the answer still streams.
        cite_html: Makes what stands for a marker, of its citation and that one's place among the citations.
    """
    env = {"citations": citations, "next": 0, "cite_html": cite_html}
    # On one line, a formula holds no line that Markdown would take for a list or a heading.
    text = _MATHS.sub(lambda found: found[0].replace("\n", " ") if _is_formula(found[0]) else found[0], text)
    return one_line(str(_PARSER.render(text, env)).strip())


def text_html(text: str) -> str:
    """Plain text with its formulas, escaped; what only looks like a formula stays text."""
    parts = enumerate(_MATHS.split(text))
    return one_line("".join(_formula(part) if at % 2 and _is_formula(part) else _escaped(part) for at, part in parts))


def formula_spans(text: str) -> list[tuple[int, int]]:
    """Where the formulas of a plain text stand, in characters."""
    return [found.span() for found in _MATHS.finditer(text) if _is_formula(found[0])]


def one_line(html: str) -> str:
    """The same HTML without a line break in it: a blank line would end what Gradio's Markdown takes for HTML."""
    return html.replace("\r", "").replace("\n", "&#10;")


def question_text(text: str) -> str:
    """A question that Gradio shows as Markdown and gives back for editing: nothing in it begins a tag or an image."""
    return _BEGINS.sub(lambda found: found[0] + _JOINER, text)


def typed_text(shown: str) -> str:
    """What was typed, from what `question_text` made of it."""
    return shown.replace(_JOINER, "")


def link_html(url: str, label: str) -> str:
    """A link to elsewhere that opens a tab of its own, and says where it leads; only text where it may not lead."""
    if not web_address(url):
        return escape(label)
    return f'<a href="{escape(url)}" {_ELSEWHERE}>{escape(label)}</a>{_target_html(url)}'


def _target_html(url: str) -> str:
    """The host that a link really leads to."""
    return f' <span class="link-target">({escape(urlsplit(url).hostname or "")})</span>'


def _escaped(text: str) -> str:
    return escape(text.replace("\\(", f"\\{_JOINER}(").replace("\\[", f"\\{_JOINER}["))


def _is_formula(source: str) -> bool:
    return not _NO_MATHS.search(source) or any(word in source for word in _WORDS_INSIDE)


def _formula(source: str) -> str:
    signs = 1 if source.startswith("$") and not source.startswith("$$") else 2
    is_display = source.startswith(("$$", "\\["))
    opening, closing = ("\\[", "\\]") if is_display else ("\\(", "\\)")
    kind = "math display" if is_display else "math"
    return f'<span class="{kind}">{opening}{escape(source[signs:-signs])}{closing}</span>'


Env = MutableMapping[str, Any]


def _cite(marker: str, env: Env) -> str:
    """A marker gets the next citation that has its number, else an earlier one; one that has none yet stays text."""
    citations, after = env["citations"], env["next"]
    having = [at for at, citation in enumerate(citations) if citation.n == int(marker[1:-1])]
    if not having:
        return escape(marker)
    at = next((at for at in having if at >= after), having[-1])
    env["next"] = max(after, at + 1)
    return str(env["cite_html"](at, citations[at]))


def _open_link(_: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: Env) -> str:
    url = str(tokens[i].attrGet("href") or "")
    env["target"] = "" if tokens[i].info == "auto" else _target_html(url)
    return f'<a href="{escape(url)}" title="{escape(url)}" {_ELSEWHERE}>'


_RENDERED: dict[str, Callable[..., str]] = {
    "text": lambda _, tokens, i, options, env: _escaped(tokens[i].content),
    "maths": lambda _, tokens, i, options, env: _formula(tokens[i].content),
    "marker": lambda _, tokens, i, options, env: _cite(tokens[i].content, env),
    "link_open": _open_link,
    "link_close": lambda _, tokens, i, options, env: f"</a>{env['target']}",
}


def _taking(name: str, pattern: re.Pattern[str]) -> Callable[[StateInline, bool], bool]:
    """A rule of the parser: what the pattern finds is a token of this name."""

    def rule(state: StateInline, silent: bool) -> bool:
        found = pattern.match(state.src, state.pos)
        if not found or (name == "maths" and not _is_formula(found[0])):
            return False
        if not silent:
            if name == "marker":
                state.pending = state.pending.rstrip(" ")  # so that a marker never starts a line
            state.push(name, "", 0).content = found[0]
        state.pos = found.end()
        return True

    return rule


def _make_parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])
    # "reference" would let a line such as "[1]: http://…" turn a marker into a link.
    parser.disable(["image", "reference", "html_block", "html_inline"])
    parser.validateLink = lambda url: web_address(url) is not None  # type: ignore[method-assign]
    parser.inline.ruler.before("escape", "maths", _taking("maths", _MATHS))
    parser.inline.ruler.before("link", "marker", _taking("marker", MARKER))
    for name, render in _RENDERED.items():
        parser.add_render_rule(name, render)
    return parser


_PARSER = _make_parser()
