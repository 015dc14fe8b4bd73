"""Moments: what passages of speech take of their neighbours, and the second at which a recording opens."""

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from assistant.answer.abstain import Abstainer
from assistant.assembly import Assistant
from assistant.outlets import formats
from assistant.query import EVERYTHING
from assistant.retrieve.hybrid import lean_on_neighbours
from assistant.settings import load_settings
from assistant.types import Done

# So long that a passage holds four or five of them.
FILLER = (
    "We come to the next part of our work and look at what has been done so far by all of us in the long summer of "
    "that year by the sea"
)


def stamp(second: int) -> str:
    return f"00:{second // 60:02}:{second % 60:02}.000"


def vtt(sentences: list[str]) -> str:
    """Captions with a sentence every ten seconds, from 0:00 on; each has a number, so that none repeats another."""
    cues = [f"{stamp(10 * n)} --> {stamp(10 * n + 10)}\n{one} {n}." for n, one in enumerate(sentences)]
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> Assistant:
    """Two recordings, one of which speaks of herons at 0:00, of barnacles at 2:00 and of lighthouses at its end."""
    folder = tmp_path_factory.mktemp("recordings")
    said = ["Grey herons stand still for hours", *[FILLER] * 11, "Barnacles glue themselves to rock", *[FILLER] * 11]
    (folder / "Shore.vtt").write_text(vtt([*said, "Lighthouses turn all night"]))
    told = {"id": "x", "title": "Shore", "extractor": "generic", "description": "Instructor: Ada Roe"}
    (folder / "Shore.info.json").write_text(json.dumps(told))
    (folder / "Woods.vtt").write_text(vtt([*[FILLER] * 8, "Badgers dig their homes under oaks", *[FILLER] * 4]))
    assistant = Assistant(load_settings(corpus=folder, home=tmp_path_factory.mktemp("home")))
    assistant.ingest()
    return assistant


def test_passage_leans_on_timed_neighbours_of_its_own_record_alone() -> None:
    scores = np.array([1.0, 0.0, 0.0, 1.0, 0.4, 0.8], dtype=np.float32)
    timed = np.array([True, True, False, True, True, True])
    first, last = np.array([0, 3, 5]), np.array([3, 5, 6])
    # Of two sides where both are there, of the one where the other is another record's, or has no time.
    np.testing.assert_allclose(
        lean_on_neighbours(scores, timed, first, last),
        [0.85, 0.15, 0.0, 0.85 + 0.15 * 0.4, 0.85 * 0.4 + 0.15, 0.8],
        atol=1e-6,
    )


@pytest.mark.parametrize(
    ("question", "title", "opens_at_s"),
    [
        pytest.param("grey herons", "Shore", 0, id="the first second, which has none before it"),
        pytest.param("barnacles on rock", "Shore", 119, id="the middle, a second early"),
        pytest.param("Where does she explain how barnacles glue themselves?", "Shore", 119, id="as a sentence"),
        pytest.param("lighthouses at night", "Shore", 239, id="the last sentence"),
        pytest.param("At what minute do they mention badgers under oaks?", "Woods", 79, id="the other recording"),
    ],
)
def test_recording_opens_at_the_sentence_that_is_asked_for(
    recordings: Assistant, question: str, title: str, opens_at_s: int
) -> None:
    best = formats.search(question, recordings, filters=EVERYTHING, limit=1)["results"][0]
    assert (best["title"], best["passages"][0]["opens_at_s"]) == (title, opens_at_s)


def test_passage_of_a_recording_is_cited_by_the_line_of_its_captions(recordings: Assistant) -> None:
    best = formats.search("lighthouses at night", recordings, filters=EVERYTHING, limit=1)["results"][0]["passages"][0]
    line = best["source"]["line"]
    assert best["source"] == {"file": "Shore.vtt", "line": line}
    cue = (recordings.settings.corpus / "Shore.vtt").read_text().splitlines()[line - 1]
    assert cue.startswith(stamp(int(best["start_s"] or 0)))


def test_lecturer_who_is_named_in_an_abstract_is_quoted_from_what_is_said(recordings: Assistant) -> None:
    *_, done = recordings.turn("What did Ada Roe say about barnacles?", endpoint=None)
    assert isinstance(done, Done)
    assert "Barnacles glue themselves to rock" in done.answer.text


def test_sentence_that_shares_the_word_asked_for_with_its_chapter_is_quoted(tmp_path: Path) -> None:
    (tmp_path / "Bread.vtt").write_text(
        vtt(["Hello and welcome to my small bakery", "Rye needs more water than wheat"])
    )
    chapters = [{"start_time": 0, "title": "Welcome"}, {"start_time": 10, "title": "Crust and rye"}]
    told = {"chapters": chapters, "release_date": "20240913", "duration": 20}
    head = {"id": "x", "title": "Bread", "extractor": "generic", "description": "Speaker: Ada Roe"}
    (tmp_path / "Bread.info.json").write_text(json.dumps(head | told))
    assistant = Assistant(load_settings(corpus=tmp_path, home=tmp_path / "home"))
    assistant.ingest()
    *_, done = assistant.turn("What did Ada Roe say about rye?", endpoint=None)
    assert isinstance(done, Done)
    assert "Rye needs more water than wheat" in done.answer.text
    assert "the talk “Bread” by Ada Roe (published 2024-09-13, 0:00:20)" in done.answer.text


def test_speech_must_fit_better_where_a_question_names_nothing_that_is_here(recordings: Assistant) -> None:
    understood = recordings.understand("Why do herons stand still for hours?")
    seen = recordings.gatherer.gather(understood).features
    assert seen is not None
    assert (understood.named, understood.leans_on) == ((), ())
    spoken = len(recordings.snapshot.store.timed_passages())
    assert seen.speech == pytest.approx(math.log(spoken) / math.log(5500))
    much, written = (Abstainer().chance(understood, replace(seen, speech=speech)) for speech in (1.0, 0.0))
    # In 83 hours four times as likely not to be answered.
    assert (1 - much) / much == pytest.approx(4 * (1 - written) / written, rel=1e-3)


def test_question_without_a_word_of_the_passage_opens_it_at_its_start(recordings: Assistant) -> None:
    store, gatherer = recordings.snapshot.store, recordings.gatherer
    for source in [gatherer.source(one, 1.0) for one in store.passages(store.timed_passages())]:
        assert source.start_s is not None
        assert gatherer.opens_at_s(source, "xylophone") == max(0, int(source.start_s) - 1)
        assert gatherer.opens_at_s(replace(source, start_s=None), "xylophone") is None


def test_passages_shown_of_one_recording_are_no_neighbours(recordings: Assistant) -> None:
    results = formats.search("our work in the summer by the sea", recordings, filters=EVERYTHING, limit=2)["results"]
    [shore] = [one for one in results if one["title"] == "Shore"]
    starts = [one.start_s for one in recordings.snapshot.store.passages_of(shore["id"])]
    rows = sorted(starts.index(one["start_s"]) for one in shore["passages"] if one["start_s"] is not None)
    assert len(rows) > 1
    assert all(after - before > 1 for before, after in pairwise(rows))
