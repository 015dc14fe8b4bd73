"""An answer's Markdown becomes safe HTML whose markers know their own citation."""

import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.outlets.page.markdown import (
    answer_html,
    link_html,
    question_text,
    text_html,
    typed_text,
)
from assistant.types import Citation


def citation(n: int, quote: str = "q") -> Citation:
    return Citation(
        n=n, id=f"talk-{n}", kind="talk", title=f"Talk {n}", speakers=(), passage_id=f"talk-{n}#abstract-1",
        section="Abstract", quote=quote, quote_start=0, source={},
    )  # fmt: skip


def link(address: str) -> str:
    return (
        f'<a href="{address}" title="{address}" target="_blank" rel="noopener noreferrer nofollow">a</a> '
        '<span class="link-target">(e.invalid)</span>'
    )


def render_raw(text: str) -> str:
    return answer_html(text, [citation(1)], lambda position, c: "")


def render(text: str, *numbers: int) -> str:
    citations = [citation(n) for n in numbers]
    return answer_html(text, citations, lambda position, c: f"<{position}:{c.n}>").replace("&#10;", "\n")


@pytest.mark.parametrize(
    ("text", "numbers", "expected"),
    [
        pytest.param("A [1]. B [2].", (1, 2), "<p>A<0:1>. B<1:2>.</p>", id="in order"),
        pytest.param("A [1], again [1].", (1, 1), "<p>A<0:1>, again<1:1>.</p>", id="each its own citation"),
        pytest.param("A [1][2].", (1, 2), "<p>A<0:1><1:2>.</p>", id="adjacent"),
        pytest.param("A [1] B [2]", (1,), "<p>A<0:1> B[2]</p>", id="citation not here yet"),
        pytest.param("A [7].", (1,), "<p>A[7].</p>", id="unknown number"),
        pytest.param("**A [1]**", (1,), "<p><strong>A<0:1></strong></p>", id="in emphasis"),
        pytest.param("see [note] and [x1]", (1,), "<p>see [note] and [x1]</p>", id="other brackets"),
        pytest.param("`a[1]` then [1]", (1,), "<p><code>a[1]</code> then<0:1></p>", id="not in code"),
        pytest.param("A [1](http://evil.invalid)", (1,), "<p>A<0:1>(http://evil.invalid)</p>", id="not a link"),
        pytest.param(
            "A [1]\n\n[1]: http://evil.invalid",
            (1,),
            "<p>A<0:1></p>\n<p><0:1>: http://evil.invalid</p>",
            id="no reference",
        ),
        pytest.param("\\[1] is escaped", (1,), "<p>[1] is escaped</p>", id="escaped"),
    ],
)
def test_marker_stands_for_its_own_citation(text: str, numbers: tuple[int, ...], expected: str) -> None:
    assert render(text, *numbers) == expected


def test_citations_whose_marker_is_missing_are_passed_over() -> None:
    assert render("[2] [1] [3] [2]", 1, 2, 1) == "<p><1:2><2:1>[3]<1:2></p>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("<b>x</b>", "<p>&lt;b&gt;x&lt;/b&gt;</p>", id="inline html"),
        pytest.param("<script>x</script>", "<p>&lt;script&gt;x&lt;/script&gt;</p>", id="block html"),
        pytest.param(
            "![a](http://e.invalid/x.png)",
            f"<p>!{link('http://e.invalid/x.png')}</p>",
            id="image",
        ),
        pytest.param("[a](javascript:x)", "<p>[a](javascript:x)</p>", id="javascript"),
        pytest.param("[a](data:text/html,x)", "<p>[a](data:text/html,x)</p>", id="data"),
        pytest.param("[a](//e.invalid)", "<p>[a](//e.invalid)</p>", id="no scheme"),
        pytest.param("http://e.invalid", "<p>http://e.invalid</p>", id="bare address"),
        pytest.param(
            '[a](http://e.invalid/"onclick=x)',
            f"<p>{link('http://e.invalid/%22onclick=x')}</p>",
            id="quote in address",
        ),
        pytest.param("costs $5 or $10 a_b_c", "<p>costs $5 or $10 a_b_c</p>", id="money"),
        pytest.param("so $a_i * b_i$ holds", '<p>so <span class="math">\\(a_i * b_i\\)</span> holds</p>', id="maths"),
        pytest.param("$x < 1$", '<p><span class="math">\\(x &lt; 1\\)</span></p>', id="maths is escaped"),
        pytest.param("\\(a_1*b_1*c\\)", '<p><span class="math">\\(a_1*b_1*c\\)</span></p>', id="maths in parentheses"),
    ],
)
def test_markdown_is_shown_without_anything_active(text: str, expected: str) -> None:
    assert render(text) == expected


def test_marker_between_dollar_signs_is_no_maths() -> None:
    assert render("for $5 a head [1] or A$ more", 1) == "<p>for $5 a head<0:1> or A$ more</p>"


def test_link_target_is_where_it_leads_not_what_it_looks_like() -> None:
    assert "(evil.invalid)" in link_html("https://good.invalid@evil.invalid/good.invalid", "Good")


def span(source: str, kind: str = "math") -> str:
    opening, closing = ("\\[", "\\]") if "display" in kind else ("\\(", "\\)")
    return f'<span class="{kind}">{opening}{source}{closing}</span>'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a $x < y$ b", f"a {span('x &lt; y')} b", id="escaped"),
        pytest.param("$5 or $10 a head", "$5 or $10 a head", id="money"),
        pytest.param("from $5 a head per day to 9$", "from $5 a head per day to 9$", id="words between prices"),
        pytest.param("$$a = b$$", span("a = b", "math display"), id="display"),
        pytest.param(r"\(a_1\) b", span("a_1") + " b", id="TeX's own signs"),
        pytest.param(r"so \[b\]", "so " + span("b", "math display"), id="TeX's own display"),
        pytest.param("\\[1\\] and \\[2, 3\\]", "\\⁠[1\\] and \\⁠[2, 3\\]", id="numbers in brackets are not drawn"),
        pytest.param("$\\text{loss of the net}$", span("\\text{loss of the net}"), id="words inside a formula"),
        pytest.param("{\\it single-loop}", "{\\it single-loop}", id="a command in prose"),
        pytest.param("a $x", "a $x", id="never closed"),
        pytest.param("\\(a\n\nb\\)", "\\⁠(a&#10;&#10;b\\)", id="not across paragraphs"),
    ],
)
def test_formula_is_set_apart_and_what_looks_like_one_is_not(text: str, expected: str) -> None:
    assert text_html(text) == expected


@pytest.mark.parametrize("sign", ["\\(", "\\[", "$", "$$", "$a "])
def test_text_of_opening_signs_takes_no_time(sign: str) -> None:
    text = sign * (40_000 // len(sign))
    began = time.perf_counter()
    text_html(text)
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("\\[\na\n- b\n\\]", f"<p>{span(' a - b ', 'math display')}</p>", id="lines to itself"),
        pytest.param("$$ x $$", f"<p>{span(' x ', 'math display')}</p>", id="one line"),
        pytest.param("\\[\na\n\nb\n\\]", "<p>[\na</p>\n<p>b\n]</p>", id="a blank line ends it"),
        pytest.param("$$\nx", "<p>$$\nx</p>", id="not closed yet"),
    ],
)
def test_formula_with_lines_of_its_own_is_no_list(text: str, expected: str) -> None:
    assert render(text) == expected


@pytest.mark.parametrize(
    "typed",
    ["plain", "<b>x</b> <!-- a", "![x](http://e.invalid/x.png)", "![a][b]", "a < b ! [c]", r"\(x\)"],
)
def test_question_begins_no_tag_and_no_image_and_is_given_back_as_typed(typed: str) -> None:
    shown = question_text(typed)
    assert "![" not in shown
    assert not re.search(r"<[A-Za-z/!?]", shown)
    assert typed_text(shown) == typed


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet="<>!?[]()$\\`*_~#&;:/\n\r\t a1x\"'=-|.\u2060\0", max_size=80))
def test_whatever_is_written_becomes_one_line_without_images_and_raw_html(text: str) -> None:
    html = render_raw(text)
    assert "\n" not in html
    seen: list[tuple[str, list[tuple[str, str | None]]]] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: seen.append((tag, attrs))  # type: ignore[method-assign]
    parser.feed(html)
    allowed = set("p a em strong code pre ul ol li blockquote h1 h2 h3 h4 h5 h6 hr br s span table".split())
    allowed |= {"thead", "tbody", "tr", "th", "td"}
    assert {tag for tag, _ in seen} <= allowed
    for tag, attributes in seen:
        names = {name for name, _ in attributes}
        assert names <= {"href", "title", "target", "rel", "class", "start", "style"}
        assert tag == "a" or "href" not in names
