"""Cards and markers agree on where each quote stands; the page's own words fit the state."""

from dataclasses import replace
from html import unescape

import pytest

from assistant.outlets.page.backend import PageState
from assistant.outlets.page.cards import card_ids, marker_html, passage_text, quote_span, sources_html
from assistant.outlets.page.conversation import Conversation, Draft
from assistant.outlets.page.transcript import masthead_html, status_text, turn_html
from assistant.types import Answer, Citation, Done, SourcePassage

TEXT = "First words. Second words. Second words."
PASSAGE = SourcePassage(
    "t#abstract-1", "t", "talk", "A talk", ("Ann, X",), ("Page",), "Abstract", TEXT, 0.5, {"file": "a.txt", "line": 3}
)


def citation(quote: str = "Second words.", start: int = 13, n: int = 1, passage_id: str = "t#abstract-1") -> Citation:
    return Citation(n, "t", "talk", "A talk", ("Ann, X",), passage_id, "Abstract", quote, start, {"file": "a.txt"})


def draft(*citations: Citation, passages: tuple[SourcePassage, ...] = (PASSAGE,), text: str = "") -> Draft:
    return Draft(3, "Why?", text=text, citations=citations, passages=passages)


@pytest.mark.parametrize(
    ("quote", "start", "span"),
    [
        pytest.param("Second words.", 27, (27, 40), id="where it says"),
        pytest.param("Second words.", 5, (13, 26), id="offset wrong, words there"),
        pytest.param("Never said.", 0, (0, 0), id="not in the passage"),
        pytest.param("", 0, (0, 0), id="no quote"),
    ],
)
def test_quote_span_is_where_the_words_stand(quote: str, start: int, span: tuple[int, int]) -> None:
    assert quote_span(citation(quote, start), TEXT) == span


def test_quote_span_counts_as_the_browser_parses() -> None:
    text = passage_text(citation(), (replace(PASSAGE, text="a\r\nb\rSecond words."),))
    assert text == "a \nb\nSecond words."
    assert quote_span(citation(start=5), text) == (5, 18)


def test_citation_of_a_passage_that_was_not_sent_shows_its_quote() -> None:
    assert passage_text(citation(passage_id="u#bio-1"), (PASSAGE,)) == "Second words."


def test_each_number_and_passage_has_one_card_in_order_of_citation() -> None:
    cited = (citation(n=2, passage_id="u#bio-1"), citation(), citation("First words.", 0))
    assert card_ids(draft(*cited)) == {(2, "u#bio-1"): "card-3-0", (1, "t#abstract-1"): "card-3-1"}


def test_marker_leads_to_its_card_and_quote() -> None:
    turn = draft(citation("First words.", 0), citation(start=27))
    html = marker_html(turn, 1, turn.citations[1])
    for part in ('id="marker-3-1"', 'data-card="card-3-0"', 'data-start="27"', 'data-end="40"', ">[1]</a>"):
        assert part in html
    assert 'aria-label="Source 1: A talk"' in html


@pytest.mark.parametrize(
    ("support", "words"),
    [("weak", "only in part"), ("unsupported", "does not support")],
)
def test_marker_says_when_support_is_lacking(support: str, words: str) -> None:
    html = marker_html(draft(citation()), 0, replace(citation(), support=support))
    assert f'class="marker {support}"' in html
    assert words in html


def test_sources_show_the_last_turn_and_keep_what_earlier_ones_cited() -> None:
    earlier = replace(PASSAGE, passage_id="u#bio-1", title="Uncited")
    first = draft(citation(), passages=(PASSAGE, earlier))
    second = replace(draft(), key=4)
    html = sources_html([first, second])
    assert '<section data-turn="3" aria-label="Sources for: Why?" hidden>' in html
    assert '<section data-turn="4" aria-label="Sources for: Why?">' in html
    assert 'id="card-3-0"' in html
    assert "Uncited" not in html
    assert 'id="other-4-0"' in html


def test_everything_from_outside_is_escaped() -> None:
    evil = "<img src=x onerror=alert(1)>\"'"
    passage = replace(
        PASSAGE, title=evil, text=evil, speakers=(evil,), pages=(evil,), section=evil, source={"file": evil}
    )
    cited = replace(citation(), title=evil, quote=evil, quote_start=0, url="javascript:alert(1)")
    turn = replace(draft(cited, passages=(passage,), text=f"{evil} [1]"), question=evil, problem=evil)
    page = PageState(evil, 1, 1, ingest=evil, endpoint=evil)
    html = sources_html([turn]) + turn_html(turn) + masthead_html(page, Conversation())
    assert "<img" not in html
    assert "javascript:" not in html
    assert unescape(html).count(evil) >= 10


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        pytest.param(PageState("T", 2, 1), "no-model", "No model: answers are quoted sentences", id="no model"),
        pytest.param(PageState("T", 2, 1, endpoint="m at u"), "model", "Model: m at u", id="model"),
        pytest.param(PageState("T", 0, 0), "empty", "There are no talks here yet.", id="empty"),
        pytest.param(
            PageState("T", 0, 0, ingest="1 of 5."),
            "ingest",
            "Reading the talks. 1 of 5. You can ask as soon as this is done.",
            id="first",
        ),
        pytest.param(PageState("T", 2, 1, ingest="1 of 5."), "ingest", "Reading the talks. 1 of 5.", id="again"),
        pytest.param(PageState("T", 0, 0, problem="Broken."), "problem", "Broken.", id="problem"),
    ],
)
def test_masthead_says_what_can_be_done(state: PageState, kind: str, words: str) -> None:
    html = masthead_html(state, Conversation())
    assert f'class="condition {kind}"' in html
    assert words in html


def test_status_counts_talks_not_markers() -> None:
    turn = draft()
    assert status_text(turn) == "Starting…"
    cited = (citation(), citation("First words.", 0), citation(n=2))
    turn.apply(Done(Answer("Why?", "Why?", "A [1] B [1] C [2]", cited, refused=False, mode="model")))
    assert status_text(turn) == "Answer ready, 2 sources."


def test_dropped_markers_are_told() -> None:
    turn = draft()
    turn.apply(Done(Answer("Why?", "Why?", "A", (), refused=False, mode="model", dropped_markers=2)))
    assert "2 markers named no source and were taken out" in turn_html(turn)
