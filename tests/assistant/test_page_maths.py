"""Formulas are found and set apart as they were written; what only looks like one is left alone."""

import time
from html import unescape
from pathlib import Path

import gradio
import pytest

from assistant.outlets.page.markdown import render_markdown
from assistant.outlets.page.maths import katex_head, maths_html


def span(source: str, kind: str = "math") -> str:
    return f'<span class="{kind}">{source}</span>'


LINES = span("\\[\na\n- b\n\\]", "math display")
STARS = span("$$\n* x_1 *\n$$", "math display")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a $x < y$ b", f"a {span('$x &lt; y$')} b", id="escaped"),
        pytest.param("$5 or $10 a head", "$5 or $10 a head", id="money"),
        pytest.param("from $5 a head per day to 9$", "from $5 a head per day to 9$", id="words between prices"),
        pytest.param("$$a = b$$", span("$$a = b$$", "math display"), id="display"),
        pytest.param(r"\(a_1\) b", span(r"\(a_1\)") + " b", id="TeX's own signs"),
        pytest.param(r"so \[b\]", "so " + span(r"\[b\]", "math display"), id="TeX's own display"),
        pytest.param("\\[1\\] and \\[2, 3\\]", "\\[1\\] and \\[2, 3\\]", id="numbers in brackets"),
        pytest.param("$\\text{loss of the net}$", span("$\\text{loss of the net}$"), id="words inside a formula"),
        pytest.param("mathcal O(K^{2/3})", "mathcal O(K^{2/3})", id="no signs around it"),
        pytest.param("{\\it single-loop}", "{\\it single-loop}", id="a command in prose"),
        pytest.param("a $x", "a $x", id="never closed"),
        pytest.param("\\(a\n\nb\\)", "\\(a\n\nb\\)", id="not across paragraphs"),
    ],
)
def test_formula_is_set_apart_and_what_looks_like_one_is_not(text: str, expected: str) -> None:
    assert maths_html(text) == expected


@pytest.mark.parametrize("sign", ["\\(", "\\[", "$", "$$", "$a "])
def test_text_of_opening_signs_takes_no_time(sign: str) -> None:
    text = sign * (100_000 // len(sign))
    began = time.perf_counter()
    html = maths_html(text)
    assert time.perf_counter() - began < 5
    assert unescape(html.replace('<span class="math">', "").replace("</span>", "")) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("\\[\na\n- b\n\\]", f"<p>{LINES}</p>", id="lines to itself"),
        pytest.param("so\n$$\n* x_1 *\n$$\nthen", f"<p>so</p>\n<p>{STARS}</p>\n<p>then</p>", id="after a line"),
        pytest.param("$$ x $$", "<p>" + span("$$ x $$", "math display") + "</p>", id="one line"),
        pytest.param("\\[\na\n\nb\n\\]", "<p>[\na</p>\n<p>b\n]</p>", id="a blank line ends it"),
        pytest.param("$$\nx", "<p>$$\nx</p>", id="not closed yet"),
    ],
)
def test_formula_with_lines_of_its_own_is_no_list(text: str, expected: str) -> None:
    assert render_markdown(text, [], lambda position, citation: "").strip() == expected


def test_katex_is_among_the_files_that_gradio_serves() -> None:
    folder = Path(gradio.__file__).parent / "templates" / "frontend"
    names = katex_head().removeprefix('<meta name="talks-katex" content="').removesuffix('">').split(" ")
    assert [name.rsplit(".")[-1] for name in names] == ["js", "css"]
    assert all((folder / name).is_file() for name in names)
    assert "as default" in (folder / names[0]).read_text(encoding="utf-8")[-200:]


def test_gradio_without_katex_leaves_formulas_as_written(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("assistant.outlets.page.maths._ASSETS", tmp_path)
    assert katex_head() == ""
    (tmp_path / "katex-1.js").touch()
    assert katex_head() == ""
