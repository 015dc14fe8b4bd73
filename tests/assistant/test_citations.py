"""A model's draft becomes cited text: markers numbered and pointed at words, sentences without one matched."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer.citations import CitedText, DraftCiter
from assistant.answer.grounding import Grounder
from assistant.types import Citation, SourcePassage
from ingest.embedder import BundledEmbedder
from ingest.lexical import KeywordIndex


def source(talk: str, section: str, title: str, text: str) -> SourcePassage:
    return SourcePassage(
        passage_id=f"{talk}#{section}-1",
        id=talk,
        kind="talk",
        title=title,
        speakers=("Ines Duarte, University of Porto",),
        pages=("Talks",),
        section=section,
        text=text,
        score=1.0,
        source={"file": "pages.txt", "line": 1},
    )


SOURCES = (
    source(
        "ocean",
        "abstract",
        "Forecasting Waves",
        "The models forecast waves two days ahead. They were trained on 40 years of buoy data.",
    ),
    source(
        "birds", "abstract", "Listening to Gardens", "Microphones in 60 gardens recognise birds by their song at dawn."
    ),
    source("ocean", "bio", "Forecasting Waves", "Ines Duarte leads the marine group at the University of Porto."),
)
KEYWORD = KeywordIndex.build([one.text for one in SOURCES])
# One number is one record: the third source is another passage of the first one's record, under a number of its own.
RECORDS = [[one] for one in SOURCES]
MATCH = Grounder(BundledEmbedder()).matcher(RECORDS, KEYWORD)


def cited(pieces: list[str]) -> tuple[str, list[Citation], int]:
    """The text, its citations, and how many sentences were matched."""
    answer = CitedText()
    citer = DraftCiter(answer, RECORDS, KEYWORD, MATCH)
    for piece in pieces:
        list(citer.feed(piece))
    list(citer.finish())
    return answer.text, answer.citations, citer.matched_sentences


CASES = {
    "marker before the full stop": (
        "Waves are forecast [1]. Birds sing [2].",
        "Waves are forecast [1]. Birds sing [2].",
    ),
    "numbers by first appearance": ("Birds sing [2]. Waves roll [1].", "Birds sing [1]. Waves roll [2]."),
    "a talk keeps its number": ("Waves roll [1]. She is in Porto [3].", "Waves roll [1]. She is in Porto [1]."),
    "one marker a talk and claim": ("It is so [1][3].", "It is so [1]."),
    "unknown number": ("Waves roll [9].", "Waves roll."),
    "sentence without a marker that a source carries": (
        "The models forecast waves two days ahead. Birds sing [2].",
        "The models forecast waves two days ahead. [1] Birds sing [2].",
    ),
    "last sentence": (
        "Microphones in 60 gardens recognise birds by their song.",
        "Microphones in 60 gardens recognise birds by their song. [1]",
    ),
    "stray signs at the end": (
        'They were trained on 40 years of buoy data.\n"""',
        'They were trained on 40 years of buoy data. [1]\n"""',
    ),
    "sentence that nothing carries": ("Penguins cannot fly. So it is.", "Penguins cannot fly. So it is."),
    "marker after the full stop is the model's": (
        "The models forecast waves two days ahead. [2] Birds sing [2].",
        "The models forecast waves two days ahead. [1] Birds sing [1].",
    ),
    "list without full stops": (
        "- The models forecast waves two days ahead\n- Penguins cannot fly",
        "- The models forecast waves two days ahead [1]\n- Penguins cannot fly",
    ),
    "wrong number is not matched": (
        "The models forecast waves nine days ahead. So it is.",
        "The models forecast waves nine days ahead. So it is.",
    ),
    "question is not matched": (
        "Do the models forecast waves two days ahead? Yes.",
        "Do the models forecast waves two days ahead? Yes.",
    ),
    "round markers": ("Waves are forecast (1). Birds sing.²", "Waves are forecast [1]. Birds sing.[2]"),
    "named sources": ("According to Source 2, birds sing.", "According to [1], birds sing."),
    "source word before its line": (
        "Source 1: Waves roll. They are high.\n**Source 2:** Birds sing.",
        "Waves roll. [1] They are high. [1]\nBirds sing. [2]",
    ),
    "numbers of the text": ("It took 5 km² (2009) of sea.", "It took 5 km² (2009) of sea."),
    "list of sources": (
        "Waves roll [1].\n\nSources:\n[1] Forecasting Waves – Ines Duarte\n[2] Listening to Gardens",
        "Waves roll [1].",
    ),
    "numbered references": (
        "Waves roll [1].\n\n**References**\n\n1. Forecasting Waves\n2. Listening to Gardens\n",
        "Waves roll [1].",
    ),
    "footnotes": ("Waves roll[^1].\n\nFootnotes:\n[^1]: Forecasting Waves, Ines Duarte", "Waves roll[1]."),
    "bullets": ("Waves roll [1].\n\n## Sources\n\n- Forecasting Waves\n- Listening to Gardens", "Waves roll [1]."),
    "line of sources": ("Waves roll [1].\nSources: [1], [2]", "Waves roll [1]."),
    "text after a list of sources": (
        "Waves roll [1].\nReferences:\n[1] Forecasting Waves\n\nBirds sing [2].",
        "Waves roll [1].\n\nBirds sing [2].",
    ),
    "titles as the answer": (
        "[1] Forecasting Waves, Ines Duarte\n[2] Listening to Gardens",
        "[1] Forecasting Waves, Ines Duarte\n[2] Listening to Gardens",
    ),
    "title of a list with text below": ("Sources:\nWaves roll high [1].", "Sources:\nWaves roll high [1]."),
    "sentence about sources": (
        "Sources of waves are many [1].\nReferences are good.",
        "Sources of waves are many [1].\nReferences are good.",
    ),
    "code is left alone": (
        "```\nThe models forecast waves two days ahead.\nx = 1\n```",
        "```\nThe models forecast waves two days ahead.\nx = 1\n```",
    ),
}


@pytest.mark.parametrize(("draft", "expected"), CASES.values(), ids=CASES)
def test_draft_is_cited(draft: str, expected: str) -> None:
    assert cited([draft])[0] == expected


def test_matched_sentence_cites_the_words_that_carry_it() -> None:
    text, citations, matched = cited(["They were trained on 40 years of buoy data."])
    assert text == "They were trained on 40 years of buoy data. [1]"
    assert [(one.passage_id, one.quote) for one in citations] == [
        ("ocean#abstract-1", "They were trained on 40 years of buoy data.")
    ]
    assert matched == 1
    assert citations[0].added


def test_citation_of_the_model_is_not_said_to_be_added() -> None:
    assert [one.added for one in cited(["Waves are forecast [1]."])[1]] == [False]


def test_marker_picks_the_passage_of_its_record_that_says_it() -> None:
    answer = CitedText()
    citer = DraftCiter(answer, [[SOURCES[0], SOURCES[2]], [SOURCES[1]]], KEYWORD, lambda _: None)
    list(citer.feed("She leads a marine group in Porto [1]. Waves are forecast two days ahead [1]."))
    list(citer.finish())
    assert [one.passage_id for one in answer.citations] == ["ocean#bio-1", "ocean#abstract-1"]


def test_sentence_that_two_records_carry_is_not_matched() -> None:
    twin = source("sea", "abstract", "Waves Again", SOURCES[0].text)
    match = Grounder(BundledEmbedder()).matcher([[SOURCES[0]], [twin]], KEYWORD)
    assert match("The models forecast waves two days ahead.") is None


@pytest.mark.parametrize(
    "unit", ['"', '"a" ', "word ", "A. ", "[1]", "(1) ", "Sources:\n", "[1] Forecasting Waves\n", "\n"]
)
def test_time_for_a_draft_grows_linearly(unit: str) -> None:
    def seconds(length: int) -> float:
        text = unit * (length // len(unit))
        citer = DraftCiter(CitedText(), RECORDS, KEYWORD, lambda _: None)
        began = time.process_time()
        for at in range(0, len(text), 7):
            list(citer.feed(text[at : at + 7]))
        list(citer.finish())
        return time.process_time() - began

    seconds(1_000)
    assert seconds(100_000) < 40 * max(seconds(10_000), 0.005)


DRAFT = (
    "In short: the models forecast waves two days ahead. Birds sing, e.g. at dawn [2]. “They were trained on 40 years "
    "of buoy data.”\n\n- **Microphones** in 60 gardens recognise birds by their song\n- Penguins cannot fly. [7]\n"
    "```\nx[1] = 2. Then\n``` Ines Duarte leads the marine group. Yes! [3, 1] 漢字。終\nSource 2: Birds sing (1).¹\n\n"
    "References:\n[1] Forecasting Waves\n2. Listening to Gardens\n"
)


@settings(deadline=None)
@given(cuts=st.sets(st.integers(1, len(DRAFT) - 1)))
def test_any_split_of_the_draft_gives_the_same_answer(cuts: set[int]) -> None:
    ends = [*sorted(cuts), len(DRAFT)]
    pieces = [DRAFT[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert cited(pieces) == cited([DRAFT])
