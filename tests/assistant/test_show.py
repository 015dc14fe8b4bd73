"""What is printed and exported: nothing that a terminal obeys, whatever the encoding, and no link that is a script."""

import io
import json
import sys
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from assistant.outlets import show
from assistant.outlets.references import answer_markdown
from assistant.types import Answer
from ingest.text import printable, valid_text, web_address

TEXTS = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@given(TEXTS)
def test_nothing_that_a_terminal_obeys_is_printed(text: str) -> None:
    told = printable(text)
    assert not {sign for sign in told if unicodedata.category(sign) == "Cc"} - {"\t", "\n"}
    assert not set(told) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
    assert told.encode("utf-8").decode("utf-8") == told


@given(TEXTS)
def test_valid_text_is_left_alone(text: str) -> None:
    told = valid_text(text)
    assert told.encode("utf-8").decode("utf-8") == told
    if not any("\ud800" <= sign <= "\udfff" for sign in text):
        assert told == text


def test_half_signs_are_marked_and_halves_joined() -> None:
    assert valid_text("a\ud83e\udda6b \ud83e c \udda6") == "a🦦b \ufffd c \ufffd"


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "latin-1", "ascii", "cp437", "koi8-r", "utf-16"])
@given(text=TEXTS)
@example(text="\ud800\udc00")
def test_any_text_can_be_printed_in_any_encoding(encoding: str, text: str) -> None:
    kept = sys.stdout
    sys.stdout = out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="strict", newline="\n")
    try:
        show.any_text_can_be_printed()
        show.say(text)
        print(show.printable_json({"text": text}))
        out.flush()
        written = out.buffer.getvalue().decode(encoding)
    finally:
        sys.stdout = kept
    told = json.loads(written.split("\n")[-2])
    # JSON writes a sign beyond the first 65,536 as two halves: two that stand side by side are one.
    assert told == {"text": text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")}


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://talks.example/a?b=1&c=2", "https://talks.example/a?b=1&c=2"),
        (" HTTP://talks.example ", "HTTP://talks.example"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt:alert(1)", None),
        ("java\nscript:alert(1)", None),
        ("\x01javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("file:///etc/passwd", None),
        ("vbscript:x", None),
        ("//evil.example", None),
        ("https://a b", None),
        ("http://[", None),
        ("https://a\x1b[31m", None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_are_links(url: str | None, expected: str | None) -> None:
    assert web_address(url) == expected


def answer(text: str) -> Answer:
    return Answer("q", "q", text, (), refused=False, mode="model")


@pytest.mark.parametrize(
    "link",
    [
        "[x](javascript:alert(1))",
        "[x]( javascript:alert(1))",
        "[x](<javascript:alert(1)>)",
        "[x](java&#115;cript:alert(1))",
        "[x](data:text/html,y)",
        "[x](\nfile:///etc/passwd)",
        "[x][1]\n\n[1]: javascript:alert(1)",
        "![x](https://evil.example/pixel.png)",
        "<javascript:alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        "[x](/gradio_api/x)",
    ],
)
def test_export_holds_no_link_that_runs_anything(link: str) -> None:
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark").render(answer_markdown(answer(f"Otters {link} float."), []))
    assert "<a " not in html
    assert "<img" not in html


@pytest.mark.parametrize("link", ["[x](https://talks.example)", "[x](mailto:a@b.example)"])
def test_export_keeps_links_to_the_web(link: str) -> None:
    from markdown_it import MarkdownIt

    assert "<a href=" in MarkdownIt("commonmark").render(answer_markdown(answer(link), []))
