"""An answer's Markdown becomes safe HTML whose markers know their own citation."""

import pytest

from assistant.outlets.page.markdown import MarkerQueue, is_web_address, link_target, render_markdown
from assistant.types import Citation


def citation(n: int, quote: str = "q") -> Citation:
    return Citation(n, f"talk-{n}", "talk", f"Talk {n}", (), f"talk-{n}#abstract-1", "Abstract", quote, 0, {})


def link(address: str) -> str:
    return (
        f'<a href="{address}" title="{address}" target="_blank" rel="noopener noreferrer nofollow">a</a> '
        '<span class="link-target">(e.invalid)</span>'
    )


def render(text: str, *numbers: int) -> str:
    citations = [citation(n) for n in numbers]
    return render_markdown(text, citations, lambda position, c: f"<{position}:{c.n}>").strip()


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


def test_queue_skips_citations_whose_marker_is_missing() -> None:
    queue = MarkerQueue([citation(1), citation(2), citation(1)])
    assert [queue.take(n) for n in (2, 1, 3, 2)] == [1, 2, None, 1]


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
        pytest.param("so $a_i * b_i$ holds", '<p>so <span class="math">$a_i * b_i$</span> holds</p>', id="maths"),
        pytest.param("$x < 1$", '<p><span class="math">$x &lt; 1$</span></p>', id="maths is escaped"),
        pytest.param("\\(a_1*b_1*c\\)", '<p><span class="math">\\(a_1*b_1*c\\)</span></p>', id="maths in parentheses"),
    ],
)
def test_markdown_is_shown_without_anything_active(text: str, expected: str) -> None:
    assert render(text) == expected


def test_marker_between_dollar_signs_is_no_maths() -> None:
    assert render("for $5 a head [1] or A$ more", 1) == "<p>for $5 a head<0:1> or A$ more</p>"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.invalid/b", True),
        ("MAILTO:a@b.invalid", True),
        (" javascript:x", False),
        ("/file=x", False),
        ("http://[", False),
    ],
)
def test_web_address_is_told_from_the_rest(address: str, expected: bool) -> None:
    assert is_web_address(address) is expected


def test_link_target_is_where_it_leads_not_what_it_looks_like() -> None:
    assert link_target("https://good.invalid@evil.invalid/good.invalid") == "evil.invalid"
