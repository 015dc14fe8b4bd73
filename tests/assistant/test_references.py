"""Exports: complete, and harmless wherever they are opened."""

import csv
import io
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from assistant.outlets.references import (
    Reference,
    answer_markdown,
    bibtex,
    conversation_markdown,
    reference_of,
    references_csv,
    references_of,
)
from assistant.types import Answer
from ingest.errors import RecordMissing
from ingest.records import Record
from tests.browser.scripted import FLAT, HESSIAN, RECORDS, cite

BY_ID = {record.id: record for record in RECORDS}
ANSWER = Answer(
    "Why?",
    "Why?",
    "Slow [1]. Flat [2]. Slow again [1].",
    (
        cite(1, HESSIAN, "Ill conditioned"),
        cite(2, FLAT, "better generalization"),
        cite(1, HESSIAN, "linear memory and compute"),
    ),
    refused=False,
    mode="model",
)
EVIL = "50% of {A}_B & \\input{x} #1 ~ ^ $x$ <script> [l](u) ![i](http://e.invalid/x.png) `c`"


def lookup(record_id: str) -> Record:
    try:
        return BY_ID[record_id]
    except KeyError:
        raise RecordMissing(record_id) from None


def test_reference_of_a_cited_passage_tells_where_it_stands_in_its_file() -> None:
    spoken = replace(cite(1, HESSIAN, "Ill conditioned"), source={"file": "lecture.srt", "line": 17})
    for known in (lookup, lambda _: lookup("gone")):
        [found] = references_of(replace(ANSWER, citations=(spoken,)), known)
        assert found.where == "lecture.srt, line 17"


def reference(**changes: object) -> Reference:
    return replace(reference_of(RECORDS[0]), **changes)  # type: ignore[arg-type]


def test_answer_is_followed_by_each_source_once_in_order() -> None:
    text = answer_markdown(ANSWER, references_of(ANSWER, lookup), "http://127.0.0.1:7860/")
    assert text == (
        "Slow [1]. Flat [2]. Slow again [1].\n\nReferences:\n\n"
        "- \\[1\\] Madeleine Udell: “Hunting the Hessian”. Talk. Recorded Talks: Machine Learning. Apr 3, 2024. "
        "pages/talks.txt, line 31. https://example.invalid/talks/hessian "
        "[Open it here](http://127.0.0.1:7860/?talk=hunting-the-hessian)\n"
        "- \\[2\\] Maryam Fazel: “Flat Minima and Generalization: from Matrix Sensing to Neural Networks”. Talk. "
        "Recorded Talks: Machine Learning. Recorded Talks: Optimization. pages/talks.txt, line 28 "
        "[Open it here](http://127.0.0.1:7860/?talk=flat-minima)\n"
    )


def test_record_that_a_later_ingest_dropped_is_referenced_from_the_citation() -> None:
    gone = replace(ANSWER, citations=(replace(ANSWER.citations[0], id="gone"),))
    (found,) = references_of(gone, lookup)
    assert (found.title, found.authors, found.where) == (
        HESSIAN.title,
        ("Madeleine Udell",),
        "pages/talks.txt, line 31",
    )


def test_conversation_has_a_heading_and_a_link_back_for_each_question() -> None:
    text = conversation_markdown("My talks", [("Why & how?", ANSWER)], lookup, "http://127.0.0.1:7860/", "today")
    assert text.startswith(
        "# My talks\n\nExported today.\n\n## Why & how?\n\n[Ask this again](http://127.0.0.1:7860/?q=Why%20%26%20how%3F)"
    )


def test_nothing_in_an_exported_answer_is_fetched_or_active() -> None:
    answer = replace(ANSWER, text=f"A {EVIL}", citations=())
    text = answer_markdown(answer, [reference(title=EVIL)])
    html = MarkdownIt("commonmark").render(text)
    assert "<img" not in html
    assert "<script" not in html
    assert html.count("&lt;script&gt;") == 2


def test_bibtex_escapes_every_special_sign() -> None:
    entry = bibtex([reference(title=EVIL, url="http://e.invalid/{a}\\b c%20")])
    assert entry == (
        "@misc{hunting-the-hessian,\n"
        "  title = {{50\\% of \\{A\\}\\_B \\& \\textbackslash{}input\\{x\\} "
        "\\#1 \\textasciitilde{} \\textasciicircum{} "
        "\\$x\\$ <script> [l](u) ![i](http://e.invalid/x.png) `c`}},\n"
        "  author = {Madeleine Udell},\n  year = {2024},\n  howpublished = {Recorded talk},\n"
        "  note = {Recorded Talks: Machine Learning. Apr 3, 2024},\n"
        "  url = {http://e.invalid/%7Ba%7D%5Cb%20c%20},\n}\n"
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        pytest.param(("Ada Lovelace", "Alan Turing"), "Ada Lovelace and Alan Turing", id="two people"),
        pytest.param(("Lovelace, Ada",), "{Lovelace, Ada}", id="a comma"),
        pytest.param(("Smith and Sons",), "{Smith and Sons}", id="an and"),
        pytest.param(("Σοφία & Zoë",), "Σοφία \\& Zoë", id="accents stay"),
    ],
)
def test_bibtex_names_stay_whole(names: tuple[str, ...], expected: str) -> None:
    assert f"  author = {{{expected}}},\n" in bibtex([reference(authors=names)])


def test_bibtex_names_each_record_once_and_keys_never_clash() -> None:
    entries = bibtex([reference(id="a b"), reference(id="a b", n=2), reference(id="a-b"), reference(id="}{")])
    assert [line for line in entries.splitlines() if line.startswith("@")] == [
        "@misc{a-b,",
        "@misc{a-b-2,",
        "@misc{talk,",
    ]


def test_bibtex_of_a_paper_keeps_its_organisation_whole() -> None:
    assert "  author = {{Example Lab}},\n" in bibtex([reference_of(RECORDS[3])])


def test_table_has_one_line_for_each_source_and_no_formulas() -> None:
    table = references_csv([*references_of(ANSWER, lookup), reference(id="x", title="=HYPERLINK(1)")])
    rows = list(csv.reader(io.StringIO(table)))
    assert [row[0] for row in rows] == ["id", "hunting-the-hessian", "flat-minima", "x"]
    assert rows[3][2] == "'=HYPERLINK(1)"
