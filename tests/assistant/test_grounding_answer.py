"""A whole answer: its statements, the citations behind each, and what is left out of the check."""

import pytest

from assistant.answer.grounding import UNCITED, Grounder, statements, with_support
from assistant.types import Citation
from ingest.embedder import BundledEmbedder

TEXTS = {
    "ocean#abstract-1": "The models forecast waves two days ahead. They were trained on 40 years of buoy data.",
    "ocean#bio-1": "Ines Duarte leads the marine group at the University of Porto.",
    "birds#abstract-1": "Microphones in 60 gardens recognise birds by their song.",
}

TOLD = {"ocean": f"{TEXTS['ocean#abstract-1']}\n{TEXTS['ocean#bio-1']}", "birds": TEXTS["birds#abstract-1"]}


def cite(n: int, passage_id: str) -> Citation:
    record_id, section = passage_id.split("#")
    ocean = record_id == "ocean"
    return Citation(
        n=n,
        id=record_id,
        kind="talk",
        title="Forecasting Waves" if ocean else "Listening to Gardens",
        speakers=("Ines Duarte, University of Porto",) if ocean else ("Tom Hale, Open Lab",),
        passage_id=passage_id,
        section=section,
        quote=TEXTS[passage_id][:10],
        quote_start=0,
        source={"file": "pages.txt", "line": 1},
    )


OCEAN, DUARTE, BIRDS = cite(1, "ocean#abstract-1"), cite(1, "ocean#bio-1"), cite(2, "birds#abstract-1")


@pytest.mark.parametrize(
    ("text", "citations", "expected"),
    [
        pytest.param(
            "One thing [1]. Other thing [2].",
            (OCEAN, BIRDS),
            [("One thing.", (0,)), ("Other thing.", (1,))],
            id="each-its-own",
        ),
        pytest.param(
            "One thing. [1] Other thing. [2]",
            (OCEAN, BIRDS),
            [("One thing.", (0,)), ("Other thing.", (1,))],
            id="marker-after-the-full-stop",
        ),
        pytest.param(
            "Both things are true [1][2].", (OCEAN, BIRDS), [("Both things are true.", (0, 1))], id="two-markers"
        ),
        pytest.param(
            "Waves [1] and birds [2] are sensed.",
            (OCEAN, BIRDS),
            [("Waves and birds are sensed.", (0, 1))],
            id="markers-inside",
        ),
        pytest.param(
            "The waves are high. They roll [1].",
            (OCEAN,),
            [("The waves are high.", ()), ("They roll.", (0,))],
            id="first-one-uncited",
        ),
        pytest.param(
            "- **Waves** roll [1]\n- Birds sing [2]",
            (OCEAN, BIRDS),
            [("Waves roll", (0,)), ("Birds sing", (1,))],
            id="list",
        ),
        pytest.param(
            "1. Waves roll [1]\n2. Birds sing [2]",
            (OCEAN, BIRDS),
            [("Waves roll", (0,)), ("Birds sing", (1,))],
            id="numbered-list",
        ),
        pytest.param("> Waves roll [1]", (OCEAN,), [("Waves roll", (0,))], id="quote"),
        pytest.param("In short:\n\nWaves roll [1].", (OCEAN,), [("Waves roll.", (0,))], id="introduction"),
        pytest.param("## Waves and wind\nWaves roll [1].", (OCEAN,), [("Waves roll.", (0,))], id="heading"),
        pytest.param(
            "**Forecasting Waves** (Ines Duarte)\n\n> Waves roll [1]",
            (OCEAN,),
            [("Waves roll", (0,))],
            id="bold-heading",
        ),
        pytest.param("Would you like more about waves?", (), [], id="question"),
        pytest.param(
            "Run `a[1]` and wait for waves [1].",
            (OCEAN,),
            [("Run a[1] and wait for waves.", (0,))],
            id="code-is-no-marker",
        ),
        pytest.param(
            "```\nx[1] = compute waves\n```\nWaves roll [1].", (OCEAN,), [("Waves roll.", (0,))], id="code-block"
        ),
        pytest.param("", (), [], id="empty"),
    ],
)
def test_statements_with_their_citations(
    text: str, citations: tuple[Citation, ...], expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert [(one.text, one.citations) for one in statements(text, citations)] == expected


def test_statement_knows_where_it_stands() -> None:
    text = "Hello:\n\n> Waves roll high [1]. Birds sing loud [2]!"
    found = statements(text, (OCEAN, BIRDS))
    assert [text[one.start : one.end] for one in found] == ["Waves roll high [1].", "Birds sing loud [2]!"]


@pytest.fixture(scope="module")
def checker(embedder: BundledEmbedder) -> Grounder:
    return Grounder(embedder)


def test_answer_gets_a_verdict_for_each_statement(checker: Grounder) -> None:
    text = (
        "Here is what I found:\n\n"
        "Ines Duarte's models forecast waves two days ahead [1]. They were trained on 10 years of buoy data [1]. "
        "She leads the marine group at the University of Porto [1]. Birds are recognised by their song [2]. "
        "Whales dive deeper every year."
    )
    citations = (OCEAN, OCEAN, DUARTE, BIRDS)
    checked = checker.check_answer(text, citations, TOLD)
    assert [one.verdict.verdict for one in checked] == [
        "supported", "unsupported", "supported", "supported", "unsupported",
    ]  # fmt: skip
    assert checked[1].verdict.reason == "“10” is not in what it cites."
    assert checked[4].verdict == UNCITED
    assert [one.support for one in with_support(citations, checked)] == [
        "supported", "unsupported", "supported", "supported",
    ]  # fmt: skip


def test_title_and_speaker_count_as_what_is_cited(checker: Grounder) -> None:
    text = "Tom Hale's talk here is “Listening to Gardens” [2]. Ines Duarte's talk is “Listening to Gardens” [2]."
    right, wrong = checker.check_answer(text, (BIRDS, BIRDS), TOLD)
    assert right.verdict.verdict == "supported"
    assert wrong.verdict.verdict != "supported"


def test_citation_without_a_statement_stays_unchecked(checker: Grounder) -> None:
    text = "The sources do not say when it began [1]."
    assert with_support((OCEAN,), checker.check_answer(text, (OCEAN,), TOLD))[0].support is None


@pytest.mark.parametrize(
    "sentence",
    [
        "Two talks deal with this.",
        "The collection does not seem to hold an answer to this.",
        "The sources don't say where she studied physics.",
        "No talk mentions winter storms.",
        "Yes.",
        "Here is what the talks say about waves.",
        "In short, there are two answers.",
        "It might be worth watching the talk itself.",
        "I hope this helps!",
    ],
)
def test_sentence_that_frames_an_answer_gets_no_verdict(checker: Grounder, sentence: str) -> None:
    assert checker.check_answer(sentence, (), TOLD) == []
