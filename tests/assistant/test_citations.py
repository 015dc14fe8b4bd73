"""A model's draft becomes cited text: markers numbered and pointed at words, sentences without one matched."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.answer.citations import CitedText, DraftCiter
from assistant.answer.grounding import SupportChecker
from assistant.answer.uncited import matcher
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
CHECKER = SupportChecker(BundledEmbedder())
MATCH = matcher(SOURCES, CHECKER, KEYWORD)


def cited(pieces: list[str]) -> tuple[str, list[Citation], int]:
    """The text, its citations, and how many sentences were matched."""
    answer = CitedText()
    citer = DraftCiter(answer, SOURCES, KEYWORD, MATCH)
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


DRAFT = (
    "In short: the models forecast waves two days ahead. Birds sing, e.g. at dawn [2]. “They were trained on 40 years "
    "of buoy data.”\n\n- **Microphones** in 60 gardens recognise birds by their song\n- Penguins cannot fly. [7]\n"
    "```\nx[1] = 2. Then\n``` Ines Duarte leads the marine group. Yes! [3, 1] 漢字。終"
)


@settings(deadline=None)
@given(cuts=st.sets(st.integers(1, len(DRAFT) - 1)))
def test_any_split_of_the_draft_gives_the_same_answer(cuts: set[int]) -> None:
    ends = [*sorted(cuts), len(DRAFT)]
    pieces = [DRAFT[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    assert cited(pieces) == cited([DRAFT])
