"""Cards and citations agree on where each quote stands; the page's own words fit the state, in every language."""

import json
import re
from dataclasses import replace
from html import unescape
from importlib.resources import files

import pytest

from assistant.answer.suggestions import Offer
from assistant.outlets.conversations import Turn
from assistant.outlets.page.session import ENGLISH, Conversation, Words
from assistant.outlets.page.status import masthead_html
from assistant.outlets.page.turns import (
    chat_messages,
    evidence_html,
    lead_of,
    marked_html,
    message_html,
    quote_span,
    status_text,
)
from assistant.outlets.page_backend import PageState
from assistant.types import Answer, Citation, Done, SourcePassage

TEXT = "First words. Second words. Second words."
PASSAGE = SourcePassage(
    passage_id="t#abstract-1", id="t", kind="talk", title="A talk", speakers=("Ann, X",), pages=("Page",),
    section="Abstract", text=TEXT, score=0.5, source={"file": "a.txt", "line": 3},
)  # fmt: skip
EVIL = "<img src=x onerror=alert(1)>\"'"


def citation(quote: str = "Second words.", start: int = 13, n: int = 1, passage_id: str = "t#abstract-1") -> Citation:
    return Citation(
        n=n, id="t", kind="talk", title="A talk", speakers=("Ann, X",), passage_id=passage_id, section="Abstract",
        quote=quote, quote_start=start, source={"file": "a.txt"},
    )  # fmt: skip


def growing(*citations: Citation, passages: tuple[SourcePassage, ...] = (PASSAGE,), text: str = "") -> Turn:
    answer = Answer("Why?", "Why?", text, citations, refused=False, mode="model")
    return Turn("Why?", answer, passages=passages, key=3, is_running=True)


def over(turn: Turn, **answer: object) -> Turn:
    done = replace(turn.answer, text=turn.answer.text or "A")
    turn.apply(Done(replace(done, **answer)))  # type: ignore[arg-type]
    return turn


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


@pytest.mark.parametrize(
    ("quotes", "html"),
    [
        pytest.param([(2, 4, "at-0")], 'ab<mark class="at-0">cd</mark>efgh', id="one"),
        pytest.param(
            [(4, 6, "at-1"), (0, 2, "at-0")], '<mark class="at-0">ab</mark>cd<mark class="at-1">ef</mark>gh', id="two"
        ),
        pytest.param([(0, 4, "at-0"), (2, 6, "at-1")], '<mark class="at-0 at-1">abcdef</mark>gh', id="overlapping"),
        pytest.param([(0, 0, "at-0")], "abcdefgh", id="not there"),
    ],
)
def test_quotes_are_marked_and_share_a_mark_where_they_overlap(quotes: list[tuple[int, int, str]], html: str) -> None:
    assert marked_html("abcdefgh", quotes) == html


def test_quote_takes_whole_formulas_in() -> None:
    html = marked_html("costs $O(n^2)$ a step", [(0, 9, "at-0")])
    assert html == '<mark class="at-0">costs <span class="math">\\(O(n^2)\\)</span></mark> a step'


def test_cited_cards_come_first_in_the_order_of_the_answer_and_hold_their_citations() -> None:
    other = replace(PASSAGE, passage_id="u#bio-1", title="Uncited")
    cited = (citation(n=2, passage_id="w#bio-1"), citation(), citation("First words.", 0))
    html = evidence_html(Conversation(turns=[growing(*cited, passages=(PASSAGE, other))]))
    assert re.findall(r'class="card( [^"]*)?".*?aria-label="([^"]*)"', html) == [
        (" holds-0", "Source 2: A talk."),
        (" holds-1 holds-2", "Source 1: A talk."),
        ("", "Uncited"),
    ]
    assert '<mark class="at-2">First words.</mark> <mark class="at-1">Second words.</mark>' in html
    assert html.index("Source 1") < html.index("Found, not cited (1)") < html.index("Uncited")


@pytest.mark.parametrize(("support", "said"), [("weak", "only in part"), ("unsupported", "does not support")])
def test_citation_says_when_support_is_lacking(support: str, said: str) -> None:
    turn = over(growing(replace(citation(), support=support), text="A [1]"))
    assert f'<a href="#source-1" class="cite {support} turn-3 at-0"' in message_html(turn, ENGLISH)
    assert said in evidence_html(Conversation(turns=[turn]))


def test_passages_of_one_record_stand_together_below_one_title() -> None:
    cited = (citation(), citation(n=2, passage_id="u#abstract-1"), citation(passage_id="t#t9"))
    html = evidence_html(Conversation(turns=[growing(*cited, passages=())]))
    assert re.findall(r'class="card( [^"]*)"', html) == [" holds-0", " more holds-2", " holds-1"]


def test_list_begins_in_the_chat_and_only_what_is_seen_of_it_has_cards() -> None:
    rows = "".join(f"| {n} | Talk \\| {n} | Ann | [{n}] |\n" for n in range(1, 9))
    text = f"There are **8 talks** (8 of 8):\n\n| # | Title | Speakers | Source |\n|---|---|---|---|\n{rows}"
    cited = tuple(replace(citation(n=n, passage_id=f"t{n}#abstract-1"), id=f"t{n}") for n in range(1, 9))
    turn = over(growing(*cited, text=text), mode="catalogue")
    lead = "There are **8 talks** (8 of 8):\n\n" + "\n".join(f"- Talk \\| {n} [{n}]" for n in range(1, 6))
    assert lead_of(turn) == lead
    lines = "8 speakers:\n" + "\n".join(f"{n}. **Ann** [{n}]" for n in range(1, 9))
    listed = over(growing(*cited, text=lines), mode="catalogue")
    assert lead_of(listed).splitlines()[-1] == "5. **Ann** [5]"
    assert "All 8, as a table" in message_html(turn, ENGLISH)
    assert message_html(turn, ENGLISH).count('class="cite') == 5
    assert evidence_html(Conversation(turns=[turn])).count("<article") == 5


def test_everything_from_outside_is_escaped() -> None:
    passage = replace(
        PASSAGE, title=EVIL, text=EVIL, speakers=(EVIL,), pages=(EVIL,), section=EVIL, source={"file": EVIL}
    )
    cited = replace(citation(), title=EVIL, quote=EVIL, quote_start=0, url="javascript:alert(1)")
    turn = replace(growing(cited, passages=(passage,), text=f"{EVIL} [1]"), question=EVIL, problem=EVIL)
    page = PageState(1, 1, ingest=EVIL, endpoint=EVIL)
    conversation = Conversation(turns=[turn])
    html = evidence_html(conversation, lambda _: (EVIL, EVIL)) + masthead_html(page, conversation)
    html += message_html(turn, ENGLISH)
    assert "<img" not in html
    assert "javascript:" not in html
    assert unescape(html).count(EVIL) >= 10


def test_each_turn_is_two_messages_and_offers_stand_below_the_last() -> None:
    turns = [over(growing()), replace(over(growing()), key=4, question="And <b>?")]
    messages = chat_messages(turns, ENGLISH, [Offer("simpler", "Explain “A”.", "A"), Offer("compare", "C", "x" * 90)])
    assert [message["role"] for message in messages] == ["user", "assistant"] * 2
    assert messages[2]["content"][0]["text"] == "And <\u2060b>?"
    assert [option["label"] for option in messages[3]["options"]] == ["Simpler", f"Compare with “{'x' * 90}”"]
    assert messages[3]["options"][0]["value"] == "simpler|Explain “A”."
    assert "options" not in messages[1]


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        pytest.param(PageState(2, 1), "no-model", "No model: answers are quoted sentences", id="no model"),
        pytest.param(PageState(2, 1, endpoint="m at u"), "model", "Model: m at u", id="model"),
        pytest.param(PageState(0, 0), "empty", "There are no talks here yet.", id="empty"),
        pytest.param(PageState(0, 0, ingest="Reading"), "ingest", "You can ask as soon as", id="first"),
        pytest.param(PageState(2, 1, ingest="Reading"), "ingest", "Reading the talks. Reading.", id="again"),
        pytest.param(PageState(0, 0, problem="Broken."), "problem", "Broken.", id="problem"),
    ],
)
def test_masthead_says_what_can_be_done(state: PageState, kind: str, words: str) -> None:
    html = masthead_html(state, Conversation())
    assert f'class="condition {kind}"' in html
    assert words in html


def test_status_counts_talks_not_markers_and_dropped_markers_are_told() -> None:
    turn = growing(citation(), citation("First words.", 0), citation(n=2), text="A [1] B [1] C [2]")
    assert status_text(turn, ENGLISH) == "Searching the talks…"
    over(turn, dropped_markers=2)
    assert status_text(turn, ENGLISH) == "Answer ready, 2 sources."
    assert "2 markers named no source and were taken out" in message_html(turn, ENGLISH)


def test_every_language_says_everything_with_the_same_blanks() -> None:
    said = json.loads(files("assistant.outlets.page").joinpath("words.json").read_text(encoding="utf-8"))
    blanks = {
        lang: {key: sorted(re.findall(r"\{(\w+)\}", text)) for key, text in words.items()}
        for lang, words in said.items()
    }
    assert blanks["de"] == blanks["en"]
    assert Words("de").count(2, "talks") == "2 Vorträge"


def test_every_word_that_the_page_asks_for_is_there() -> None:
    page = files("assistant.outlets.page")
    code = "".join(file.read_text(encoding="utf-8") for file in page.iterdir() if file.name.endswith(".py"))
    script = page.joinpath("page.js").read_text(encoding="utf-8")
    said = json.loads(page.joinpath("words.json").read_text(encoding="utf-8"))["en"]
    asked = re.findall(r'(?:words|SAY)\(\s*"(\w+)"', code) + re.findall(r"[^.]words\.(\w+)", script)
    assert sorted(set(asked) - set(said)) == []
