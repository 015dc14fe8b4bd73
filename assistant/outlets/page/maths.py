r"""Formulas in talks and answers: found, set apart as written, drawn in the browser by the KaTeX that Gradio brings.

Comes in: text with TeX between $…$, $$…$$, \(…\) or \[…\]. Goes out: HTML in which each formula is escaped and
stands in a span of its own; the page's script draws over it. What KaTeX cannot draw, or a browser without scripts,
leaves the TeX as it was written. Nothing is fetched from elsewhere.
"""

import re
from collections.abc import MutableMapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

import gradio
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

# Signs as in pandoc, so that "$5 and $10" stays money. Bounded, since each opening sign looks for its closing one:
# without a bound a text of nothing but opening signs would take minutes.
_MATHS = re.compile(
    r"\$\$(?!\s)[^$]{1,1000}?\$\$|\$(?!\s)[^$\n]{1,1000}?(?<![\s\\])\$(?!\d)"
    r"|\\\((?:(?!\n\n)[^\0]){1,1000}?\\\)|\\\[(?:(?!\n\n)[^\0]){1,1000}?\\\]"
)
_DISPLAY = ("$$", "\\[")
_CLOSING = {"$$": "$$", "\\[": "\\]"}
_LONGEST_LINES = 40

# A marker, bare or with its brackets escaped, is no formula; neither are words between two prices.
_NO_MATHS = re.compile(r"\[\d{1,4}\]|\\\[[\d,\s]+\\\]|(?<![\\{A-Za-z])[a-z]{3,}\s+[a-z]{2,}")
_WORDS_INSIDE = ("\\text", "\\mathrm", "\\mbox", "\\operatorname")

_ASSETS = Path(gradio.__file__).parent / "templates" / "frontend" / "assets"


def maths_html(text: str) -> str:
    """Plain text with its formulas set apart; the text of the HTML is `text` itself, character by character."""
    parts, end = [], 0
    for found in _MATHS.finditer(text):
        if _is_formula(found.group()):
            parts += [escape(text[end : found.start()]), _span(found.group())]
            end = found.end()
    return "".join([*parts, escape(text[end:])])


def katex_head() -> str:
    """Where the script finds KaTeX among the files that Gradio serves; "" when this Gradio has none.

    The names carry a hash of the content and change with each release, so they are looked up.
    """
    scripts, styles = sorted(_ASSETS.glob("katex-*.js")), sorted(_ASSETS.glob("katex-*.css"))
    if not scripts or not styles:
        return ""
    return f'<meta name="talks-katex" content="assets/{escape(scripts[0].name)} assets/{escape(styles[0].name)}">'


def add_maths(parser: MarkdownIt) -> None:
    """Teach a Markdown parser formulas, whose signs would otherwise be emphasis, lists and escapes."""
    parser.inline.ruler.before("escape", "maths", _parse_inline)
    parser.block.ruler.before("fence", "maths_block", _parse_block, {"alt": ["paragraph", "blockquote", "list"]})
    parser.add_render_rule("maths", _render)
    parser.add_render_rule("maths_block", _render_block)


def _is_formula(source: str) -> bool:
    return not _NO_MATHS.search(source) or any(word in source for word in _WORDS_INSIDE)


def _span(source: str) -> str:
    kind = "math display" if source.startswith(_DISPLAY) else "math"
    return f'<span class="{kind}">{escape(source)}</span>'


def _parse_inline(state: StateInline, silent: bool) -> bool:
    found = _MATHS.match(state.src, state.pos)
    if not found or not _is_formula(found.group()):
        return False
    if not silent:
        state.push("maths", "", 0).content = found.group()
    state.pos = found.end()
    return True


def _parse_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula that has its lines to itself, as models write the long ones."""
    first = state.getLines(start, start + 1, state.blkIndent, False).strip()
    opening = first[:2]
    if opening not in _CLOSING or state.is_code_block(start):
        return False
    for line in range(start, min(end, start + _LONGEST_LINES)):
        text = state.getLines(line, line + 1, state.blkIndent, False).strip()
        is_alone = line == start and text == opening
        if not text:
            return False
        if text.endswith(_CLOSING[opening]) and not is_alone:
            break
    else:
        return False
    source = state.getLines(start, line + 1, state.blkIndent, False).strip()
    if not _is_formula(source) or _CLOSING[opening] in source[2:-2]:
        return False
    if silent:
        return True
    token = state.push("maths_block", "", 0)
    token.content, token.map = source, [start, line + 1]
    state.line = line + 1
    return True


def _render(self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: MutableMapping[str, Any]) -> str:
    return _span(tokens[i].content)


def _render_block(
    self: RendererHTML, tokens: Sequence[Token], i: int, options: Any, env: MutableMapping[str, Any]
) -> str:
    return f"<p>{_span(tokens[i].content)}</p>\n"
