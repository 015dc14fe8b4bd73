"""Passages: exact slices, readable ids, sizes that the embedder can read."""

from typing import Any

import pytest

from ingest.passages import LONGEST_PASSAGE_CHARS, record_passages, record_text, split_sentences
from ingest.records import Chapter, Record, Source, Speaker
from tests import made_up

SOURCE = Source("page.txt", 1, 2, "Recorded Talks: Tests")


def make_talk(**fields: Any) -> Record:
    given: dict[str, Any] = {
        "title": "On Tests",
        "speakers": (Speaker("Ada Byron", "Analytical Society"),),
        "sources": (SOURCE,),
    }
    return made_up.talk(**{"id": "on-tests", **given, **fields})


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param("One. Two? Three!", ["One.", "Two?", "Three!"], id="plain"),
        pytest.param("David M. Rosen leads. He is here.", ["David M. Rosen leads.", "He is here."], id="initial"),
        pytest.param("See e.g. trees (Fig. 3). Then go.", ["See e.g. trees (Fig. 3).", "Then go."], id="abbreviation"),
        pytest.param("It costs 3.5 euros. Yes.", ["It costs 3.5 euros.", "Yes."], id="decimal"),
        pytest.param("No stop\nNext line.", ["No stop", "Next line."], id="line without a stop"),
        pytest.param("“Théorie” à 漢字. — Ünd.", ["“Théorie” à 漢字.", "— Ünd."], id="offsets in characters"),
        pytest.param("  \n ", [], id="blank"),
    ],
)
def test_sentences_of_a_text_are_found(text: str, sentences: list[str]) -> None:
    assert [text[start:end] for start, end in split_sentences(text)] == sentences


def test_every_passage_is_a_slice_of_the_record_text() -> None:
    long = " ".join(f"Sentence number {n} says a little about testing." for n in range(80))
    talk = make_talk(abstract=f"Short start.\n{long}", bio="Ada Byron is a countess. She computes.")
    text = record_text(talk)
    passages = record_passages(talk)
    assert [text[p.start : p.end] for p in passages] == [p.text for p in passages]
    assert [p.id for p in passages][:2] == ["on-tests#abstract-1", "on-tests#abstract-2"]
    assert passages[-1].id == "on-tests#bio-1"
    assert max(len(p.text) for p in passages) <= LONGEST_PASSAGE_CHARS


def test_passages_together_hold_all_words_of_the_record() -> None:
    abstract = "First paragraph here.\nThe papers can be found at\n- One: https://x.org/1\n" + "Long text. " * 60
    talk = make_talk(abstract=abstract, bio="A bio.\n" + "She leads a group. " * 70)
    words = " ".join(p.text for p in record_passages(talk)).split()
    assert words == record_text(talk).split()


def test_session_of_chapters_is_one_passage_with_times_as_written() -> None:
    chapters = (
        Chapter("00:00:00", 0, "Introduction"),
        Chapter("59:54:00", None, "Yield", (Speaker("Li-C. Wang", "UC Santa Barbara", "Professor"),), "no such hour"),
    )
    (passage,) = record_passages(make_talk(speakers=(), chapters=chapters))
    assert passage.id == "on-tests#chapters"
    assert passage.text == "00:00:00 – Introduction\n59:54:00 – Yield – Li-C. Wang, Professor, UC Santa Barbara"


def test_record_with_a_title_only_can_still_be_found() -> None:
    (passage,) = record_passages(made_up.paper(title="Only a Title", sources=(SOURCE,), id="only-a-title"))
    assert (passage.id, passage.text, passage.headed_text) == ("only-a-title#title", "Only a Title", "Only a Title")


def test_heading_names_title_and_speakers() -> None:
    (passage,) = record_passages(make_talk(abstract="It works."))
    assert passage.headed_text == "On Tests\nAda Byron, Analytical Society\nIt works."
