"""Transcripts as passages: every word once, sentences whole, seconds right, no passage too long."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.passages import LONGEST_CHAPTERS_CHARS, Places, record_passages, record_text
from ingest.records import Chapter, Cue, Record, Speaker
from ingest.transcript import LONGEST_WINDOW_CHARS, Transcript, spoken_text
from tests.made_up import talk


def spoken(*lines: str, speaker: str | None = None, seconds: float = 4.0) -> tuple[Cue, ...]:
    return tuple(Cue(n * seconds, (n + 1) * seconds, line, speaker) for n, line in enumerate(lines))


def lecture(cues: tuple[Cue, ...], **told: Any) -> Record:
    return talk("Ice", (Speaker("Ada Roe"),), id="ice", transcript=cues, **told)


def test_passage_of_a_transcript_is_named_by_its_second_and_knows_who_speaks() -> None:
    [passage] = record_passages(lecture(spoken("Ice is late", "this year. Nobody", "knows why.", speaker="Ada Roe")))
    assert (passage.id, passage.section, passage.speaker) == ("ice#t0", "transcript", "Ada Roe")
    assert (passage.start_s, passage.end_s) == (0.0, 12.0)
    assert passage.text == "Ice is late this year. Nobody knows why."
    assert passage.headed_text == "Ice\nAda Roe\n" + passage.text


def test_sentences_are_joined_across_cues_and_cut_at_their_ends() -> None:
    record = lecture(spoken(*["Once upon a time the lake was grey and", "cold and nobody went there. It was so."] * 30))
    passages = record_passages(record)
    assert len(passages) > 2
    assert all(passage.text.startswith(("Once", "It")) and passage.text.endswith(".") for passage in passages)
    assert [p.text for p in passages] == [record_text(record)[p.start : p.end] for p in passages]


def test_speech_without_stops_is_cut_at_its_longest_pause() -> None:
    cues, at = [], 0.0
    for n in range(40):
        at += 9.0 if n == 15 else 3.0
        cues.append(Cue(at, at + 3.0, "and then we walked on over thin ice", None))
    passages = record_passages(lecture(tuple(cues)))
    # The pause stands between the 15th and the 16th cue: 120 words of 130.
    assert passages[1].start_s == cues[15].start_s


def test_chapters_part_passages_and_stand_in_their_headings() -> None:
    chapters = (Chapter("", 0, "Freezing"), Chapter("", 40, "Thawing"))
    passages = record_passages(lecture(spoken(*["It goes on and on."] * 20), chapters=chapters))
    timed = [(p.start_s, p.heading.split("\n")[-1]) for p in passages if p.section == "transcript"]
    assert timed == [(0.0, "Freezing"), (40.0, "Thawing")]


@pytest.mark.parametrize(("speakers", "people"), [((Speaker("Ada Roe"),), "Ada Roe"), ((), "")])
def test_chapter_of_a_passage_is_none_of_its_people(speakers: tuple[Speaker, ...], people: str) -> None:
    talk = lecture(spoken("It goes on."), chapters=(Chapter("", 0, "Freezing"),))
    assert {one.people for one in record_passages(replace(talk, speakers=speakers))} == {people}


def test_long_turns_are_kept_apart_and_short_ones_joined() -> None:
    long = ["We measured the ice again, every day of the winter, and wrote it down."] * 8
    cues = [*long, "Why?", *long]
    speakers = ["Ada Roe"] * 8 + ["AUDIENCE"] + ["Bo Lind"] * 8
    timed = tuple(
        Cue(4.0 * n, 4.0 * n + 4, text, who) for n, (text, who) in enumerate(zip(cues, speakers, strict=True))
    )
    passages = record_passages(lecture(timed))
    assert [p.speaker for p in passages] == ["Ada Roe", "Bo Lind"]
    assert "Why?" in passages[0].text + passages[1].text
    assert passages[1].heading == "Ice\nBo Lind"


def test_two_passages_of_one_second_have_different_ids() -> None:
    cues = tuple(
        Cue(7.0, 7.0, "Ice floats on water because it is light, they say, and so it is." * 6, None) for _ in range(4)
    )
    ids = [passage.id for passage in record_passages(lecture(cues))]
    assert ids[:2] == ["ice#t7", "ice#t7-2"]
    assert len(set(ids)) == len(ids)


def test_transcript_without_times_is_searched_without_them() -> None:
    [passage] = record_passages(lecture((Cue(None, None, "Ice floats."),)))
    assert (passage.id, passage.start_s, passage.end_s) == ("ice#transcript-1", None, None)


def test_second_of_a_word_is_found_within_its_cue() -> None:
    record = lecture(spoken("one two", "three four"), abstract="Floating.")
    at = record_text(record).index("four")
    assert Places(record).second_at(at) == pytest.approx(6.4)
    assert Places(record).second_at(0) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[APPLAUSE]", ""), ("♪ (horns) ♪", ""), ("Thanks. [LAUGHTER] So.", "Thanks. So."), ("♪ la la ♪", "la la"),
        ("the [INAUDIBLE] of it", "the [INAUDIBLE] of it"), ("time [T(n)] here", "time [T(n)] here"),
        ("[? maybe ?] so", "[? maybe ?] so"), ("it (applause) grew", "it grew"), ("f(x) is (not) b", "f(x) is (not) b"),
    ],
)  # fmt: skip
def test_sounds_are_no_words_to_search(text: str, wanted: str) -> None:
    assert spoken_text(text) == wanted


TEXTS = st.text("ab .,?!é世\n", min_size=1, max_size=300)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(TEXTS, st.sampled_from([None, "A", "B"])), max_size=12), st.booleans())
def test_passages_together_hold_every_word_once(lines: list[tuple[str, str | None]], timed: bool) -> None:
    cues = tuple(
        Cue(4.0 * n if timed else None, 4.0 * n + 3 if timed else None, " ".join(text.split()), who)
        for n, (text, who) in enumerate(lines)
        if text.strip()
    )
    record = lecture(cues)
    passages = [passage for passage in record_passages(record) if passage.section == "transcript"]
    assert " ".join(p.text for p in passages).split() == Transcript(record).text.split()
    assert all(len(p.text) <= LONGEST_WINDOW_CHARS for p in passages)


@pytest.mark.parametrize("piece", ["word ", "word, ", "x", "世", "“", "a. ", "é́"])
@pytest.mark.parametrize("part", ["abstract", "bio", "chapters", "title", "transcript"])
def test_no_text_makes_a_passage_over_a_set_length(piece: str, part: str) -> None:
    text = piece * (60_000 // len(piece))
    parts: dict[str, dict[str, Any]] = {
        "abstract": {"abstract": text}, "bio": {"bio": text}, "title": {"title": text},
        "chapters": {"chapters": (Chapter("", 1, text),)}, "transcript": {"transcript": (Cue(0.0, 9.0, text),)},
    }  # fmt: skip
    record = talk(**{"title": "Ice", "id": "ice", **parts[part]})
    passages = record_passages(record)
    assert max(len(p.text) for p in passages) <= LONGEST_CHAPTERS_CHARS
    assert max(len(p.heading) for p in passages) < 2000
    assert len({p.id for p in passages}) == len(passages)
