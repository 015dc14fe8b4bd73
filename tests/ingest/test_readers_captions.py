import re
from typing import Any, cast

import pysubs2
import pytest
import webvtt
from hypothesis import given
from hypothesis import strategies as st

from ingest.readers.captions import is_captions, read_captions, read_json3
from ingest.readers.fields import seconds_of
from ingest.readers.tracks import Track, read_segments


def said(track: Track) -> list[tuple[float | None, float | None, str | None, str]]:
    return [(cue.start_s, cue.end_s, cue.speaker, cue.text) for cue in track.cues]


PLAIN = [(1.0, 2.5, None, "Ice is late this year."), (3.0, 4.0, None, "Nobody knows why.")]
WELL_FORMED = {
    "srt": (
        "1\n00:00:01,000 --> 00:00:02,500\nIce is late\nthis year.\n\n"
        "2\n00:00:03,000 --> 00:00:04,000\nNobody knows why.\n"
    ),
    "vtt": "WEBVTT\n\n00:01.000 --> 00:02.500\nIce is late\nthis year.\n\n00:03.000 --> 00:04.000\nNobody knows why.\n",
    "sbv": "0:00:01.000,0:00:02.500\nIce is late\nthis year.\n\n0:00:03.000,0:00:04.000\nNobody knows why.\n",
}


@pytest.mark.parametrize("text", WELL_FORMED.values(), ids=WELL_FORMED)
def test_well_formed_captions_give_each_cue_with_its_times(text: str) -> None:
    track = read_captions(text)
    assert said(track) == PLAIN
    assert track.problems == ()


# Each text is the plain pair of cues, in the manner that a program or a slip leaves it.
AWKWARD = {
    "byte order mark and CRLF": "\ufeff" + WELL_FORMED["srt"].replace("\n", "\r\n"),
    "old Mac line ends": WELL_FORMED["srt"].replace("\n", "\r"),
    "points for commas": WELL_FORMED["srt"].replace(",", "."),
    "commas in WebVTT": WELL_FORMED["vtt"].replace(".000", ",000").replace(".500", ",500"),
    "no numbers": re.sub(r"(?m)^\d\n", "", WELL_FORMED["srt"]),
    "one number missing": WELL_FORMED["srt"].replace("\n2\n", "\n"),
    "no blank lines": WELL_FORMED["srt"].replace("\n\n", "\n"),
    "two blank lines": WELL_FORMED["srt"].replace("\n\n", "\n\n\n"),
    "blank line inside a cue": WELL_FORMED["vtt"].replace("late\n", "late\n\n"),
    "blank line inside, then none": WELL_FORMED["srt"].replace("late\n", "late\n\n").replace("year.\n\n", "year.\n"),
    "padding line before the words": WELL_FORMED["vtt"].replace("500\n", "500 align:start position:0%\n \n"),
    "tags": WELL_FORMED["srt"].replace("Ice", '<i>Ice</i>').replace("Nobody", '<font color="#fff">Nobody</font>'),
    "positions": WELL_FORMED["srt"].replace("Ice", r"{\an8}Ice").replace("2,500", "2,500  X1:100 X2:500"),
    "settings": WELL_FORMED["vtt"].replace("02.500", "02.500 line:0 align:start position:10%,line-left"),
    "ids": WELL_FORMED["vtt"].replace("00:01", "intro\n00:01").replace("00:03", "a note\n00:03"),
    "numbers as ids": WELL_FORMED["vtt"].replace("00:01", "1\n00:01").replace("00:03", "2\n00:03"),
    "notes": WELL_FORMED["vtt"].replace("\n\n00:03", "\n\nNOTE cut here,\nand there\n\nNOTE\n\n00:03"),
    "header": WELL_FORMED["vtt"].replace("WEBVTT", "WEBVTT - Ice\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:900000"),
    "style and region": WELL_FORMED["vtt"].replace(
        "WEBVTT\n", "WEBVTT\n\nSTYLE\n::cue(v) { color: red }\n\nREGION\nid:low\nlines:3\n"
    ),
    "classes and ruby": WELL_FORMED["vtt"].replace("Ice", "<c.loud.x>Ice</c>").replace("late", "<ruby>late</ruby>"),
    "cue without text": WELL_FORMED["srt"] + "\n3\n00:00:05,000 --> 00:00:06,000\n\n",
    "words on the timing line": WELL_FORMED["srt"].replace("2,500\nIce is", "2,500 Ice is\n"),
    "long hours": WELL_FORMED["srt"].replace("00:00:0", "000:00:0"),
    "no fraction of the whole seconds": WELL_FORMED["srt"].replace("3,000", "3").replace("4,000", "4"),
    "another arrow": WELL_FORMED["srt"].replace("-->", "->"),
}  # fmt: skip


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD)
def test_awkward_captions_lose_and_add_no_word(text: str) -> None:
    track = read_captions(text)
    assert said(track) == PLAIN
    assert track.problems == ()
    assert is_captions(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        pytest.param("Salt &amp; ice, 2 &lt; 3&nbsp;m", "Salt & ice, 2 < 3 m", id="entities"),
        pytest.param("AT&T and &copy", "AT&T and &copy", id="an ampersand alone"),
        pytest.param("The token <s> opens, </s> closes", "The token <s> opens, </s> closes", id="a tag that is a word"),
        pytest.param("<script>alert(1)</script>", "<script>alert(1)</script>", id="markup"),
        pytest.param("a < b and b > c", "a < b and b > c", id="signs"),
        pytest.param("from 0:30 --> 0:45 of it", "from 0:30 --> 0:45 of it", id="an arrow in the words"),
        pytest.param("in\n1984", "in 1984", id="a number that is said last"),
        pytest.param("[APPLAUSE] Thanks ♪", "[APPLAUSE] Thanks ♪", id="sounds are kept"),
        pytest.param("NOTES are kept", "NOTES are kept", id="no comment"),
    ],
)
def test_words_of_a_cue_stay_as_they_are(text: str, wanted: str) -> None:
    srt = read_captions(f"1\n00:00:01,000 --> 00:00:02,000\n{text}\n\n2\n00:00:03,000 --> 00:00:04,000\nEnd.\n")
    vtt = read_captions(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}\n\n00:03.000 --> 00:04.000\nEnd.\n")
    assert [cue.text for cue in srt.cues] == [cue.text for cue in vtt.cues] == [wanted, "End."]


def test_number_said_alone_without_blank_line_is_kept() -> None:
    track = read_captions("1\n00:00:01,000 --> 00:00:02,000\nIn\n1984\n2\n00:00:03,000 --> 00:00:04,000\nSnow.\n")
    assert [cue.text for cue in track.cues] == ["In 1984", "Snow."]


VOICES = {
    "voice marks": (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada Roe>Who knows?</v>\n\n"
        "00:02.000 --> 00:03.000\n<v.loud Bo Lind>I do.\n"
    ),
    "two voices in one cue": "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ada Roe>Who knows?</v> <v Bo Lind>I do.</v>\n",
    "names before what is said": (
        "1\n00:00:01,000 --> 00:00:02,000\nAda Roe: Who knows?\n\n2\n00:00:02,000 --> 00:00:03,000\nBo Lind: I do.\n"
    ),
    "names in a cue's second line": "1\n00:00:01,000 --> 00:00:02,000\nAda Roe: Who\nknows?\nBo Lind: I do.\n",
    "chevrons with names": "1\n00:00:01,000 --> 00:00:02,000\n&gt;&gt; Ada Roe: Who knows?\n>> Bo Lind: I do.\n",
}


@pytest.mark.parametrize("text", VOICES.values(), ids=VOICES)
def test_voices_become_speakers(text: str) -> None:
    assert [(cue.speaker, cue.text) for cue in read_captions(text).cues] == [
        ("Ada Roe", "Who knows?"),
        ("Bo Lind", "I do."),
    ]


def test_speaker_goes_on_until_another_is_named() -> None:
    lines = ["PROFESSOR: Ice.", "It floats.", "AUDIENCE: Why?", "And when?", ">> Always.", "SPEAKER_01: Good: ice."]
    text = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{line}\n\n" for n, line in enumerate(lines))
    assert [(cue.speaker, cue.text) for cue in read_captions(text).cues] == [
        ("PROFESSOR", "Ice."),
        ("PROFESSOR", "It floats."),
        ("AUDIENCE", "Why?"),
        ("AUDIENCE", "And when?"),
        (None, "Always."),
        ("SPEAKER_01", "Good: ice."),
    ]


@pytest.mark.parametrize(
    "line", ["Note: ice floats.", "DNA: a molecule.", "So here is the thing: ice.", "Step 1: freeze."]
)
def test_words_before_a_colon_that_name_nobody_stay_words(line: str) -> None:
    [cue] = read_captions(f"1\n00:00:01,000 --> 00:00:02,000\n{line}\n").cues
    assert (cue.speaker, cue.text) == (None, line)


LINES = "we went up to the lake|the ice was thin and grey|no no no we said|no no no again|and then it broke".split("|")


def rolling_vtt() -> str:
    """As YouTube writes it: each line with word times, then plain for a moment, then above the next one."""
    text, before = "WEBVTT\nKind: captions\nLanguage: en-US\n", " "
    for n, line in enumerate(LINES):
        first, *others = line.split()
        timed = first + "".join(f"<00:00:{3 * n + 1:02}.100><c> {word}</c>" for word in others)
        text += f"\n00:00:{3 * n:02}.000 --> 00:00:{3 * n + 2:02}.990 align:start position:0%\n{before}\n{timed}\n"
        text += f"\n00:00:{3 * n + 2:02}.990 --> 00:00:{3 * n + 3:02}.000 align:start position:0%\n{line}\n \n"
        before = line
    return text


def test_rolling_captions_say_each_line_once() -> None:
    track = read_captions(rolling_vtt())
    assert [(cue.start_s, cue.text) for cue in track.cues] == [(3.0 * n, line) for n, line in enumerate(LINES)]
    assert (track.language, track.made, track.problems) == ("en-US", "automatic", ())


def test_rolling_captions_converted_to_srt_say_each_line_once() -> None:
    body = re.split(r"\n\n", rolling_vtt())[1:]
    numbered = [f"{n}\n{re.sub(r' align.*|<[^>]*>', '', block).replace('.', ',')}" for n, block in enumerate(body, 1)]
    assert [cue.text for cue in read_captions("\n\n".join(numbered)).cues] == LINES


def test_overlapping_automatic_cues_end_where_the_next_begins() -> None:
    text = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n + 2},000\nword {n}\n\n" for n in range(5))
    assert [(cue.start_s, cue.end_s) for cue in read_captions(text).cues] == [(0, 1), (1, 2), (2, 3), (3, 4), (4, 6)]


def test_what_is_said_twice_stays_twice_where_captions_do_not_roll() -> None:
    lines = ["Yes we can.", "Yes we can.", "It floats.", "I said so.", "It sinks.", "I did not.", "So be it.", "Good."]
    text = "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{line}\n\n" for n, line in enumerate(lines))
    assert [cue.text for cue in read_captions(text).cues] == lines


@pytest.mark.parametrize(
    ("first", "second", "cues", "problem"),
    [
        pytest.param(
            "00:00:05,000 --> 00:00:03,000", "00:00:01,000 --> 00:00:02,000",
            [(1, 2, "two"), (5, None, "one")], "cue 1, 0:00:05: the end (0:00:03) is before the start", id="backwards",
        ),
        pytest.param(
            "97:00:01,000 --> 97:00:02,000", "00:00:01,000 --> 00:00:02,000",
            [(None, None, "one"), (1, 2, "two")], "cue 1 starts at 97 hours; it is kept as text", id="97 hours",
        ),
        pytest.param(
            "00:75:01,000 --> 00:75:02,000", "00:00:01,000 --> 00:00:02,000",
            [(None, None, "one"), (1, 2, "two")], "cue 1 has a start that no clock shows", id="75 minutes",
        ),
    ],
)  # fmt: skip
def test_times_that_cannot_be_are_told_and_lose_no_word(
    first: str, second: str, cues: list[tuple[float | None, float | None, str]], problem: str
) -> None:
    track = read_captions(f"1\n{first}\none\n\n2\n{second}\ntwo\n")
    assert [(cue.start_s, cue.end_s, cue.text) for cue in track.cues] == cues
    assert problem in track.problems[0]


def test_many_bad_times_are_one_sentence() -> None:
    text = "".join(f"{n}\n00:00:0{n + 2},000 --> 00:00:0{n},000\nword\n\n" for n in range(5))
    [problem] = read_captions(text).problems
    assert "(4 more like it)" in problem


def test_text_before_the_first_time_is_named() -> None:
    [problem] = read_captions("Hear, hear!\n\n1\n00:00:01,000 --> 00:00:02,000\nIce.\n").problems
    assert '"Hear, hear!"' in problem


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("00:01,000", 1.0), ("1:02:03.5", 3723.5), ("00:00:02,5", 2.5), ("75:10.000", 4510.0),
        ("123:00:00,000", 442800.0), ("1:75:00.000", None), ("0:61.000", None), ("-0:01", -1),
        ("48 min", 2880), ("1 h 2 min", 3720), ("PT1H2M3S", 3723), ("90 minutes", 5400), ("min", None),
        ("2 h 75 min", None),
    ],
)  # fmt: skip
def test_written_time_in_seconds(written: str, wanted: float | None) -> None:
    assert seconds_of(written) == wanted


def test_json3_gives_events_with_words_and_nothing_else() -> None:
    track = read_json3(
        {
            "events": [
                {"tStartMs": 0, "dDurationMs": 9000, "id": 1},
                {
                    "tStartMs": 1000,
                    "dDurationMs": 4000,
                    "segs": [{"utf8": "ice"}, {"utf8": " floats", "tOffsetMs": 400}],
                },
                {"tStartMs": 2990, "dDurationMs": 2000, "aAppend": 1, "segs": [{"utf8": "\n"}]},
                {
                    "tStartMs": 3000,
                    "dDurationMs": 4000,
                    "segs": [{"utf8": "on\n"}, {"utf8": "water", "tOffsetMs": 500}],
                },
                {"tStartMs": "soon", "segs": [{"utf8": "said later"}]},
                {"segs": 7},
                None,
            ]
        }
    )
    assert said(track) == [
        (1.0, 3.0, None, "ice floats"),
        (3.0, 7.0, None, "on water"),
        (7.0, None, None, "said later"),
    ]
    assert (track.made, track.problems) == (
        "automatic",
        ("event 3 has no start; it takes the end of the event before it (0:00:07).",),
    )


SEGMENTS = {
    "openai-whisper": {
        "text": " Ice. Water.", "language": "en",
        "segments": [
            {"id": 0, "start": 1.0, "end": 2.0, "text": " Ice."}, {"id": 1, "start": 2.0, "end": 3.5, "text": " Water."}
        ],
    },
    "faster-whisper": [{"start": 1.0, "end": 2.0, "text": " Ice."}, {"start": 2.0, "end": 3.5, "text": " Water."}],
    "whisper.cpp": {
        "result": {"language": "en"},
        "transcription": [
            {"timestamps": {}, "offsets": {"from": 1000, "to": 2000}, "text": " Ice."},
            {"timestamps": {}, "offsets": {"from": 2000, "to": 3500}, "text": " Water."},
        ],
    },
    "podcast": {
        "version": "1.0.0",
        "segments": [{"startTime": 1.0, "body": "Ice."}, {"startTime": 2, "endTime": 3.5, "body": "Water."}],
    },
    "with lengths": [{"start": 1, "duration": 1.0, "text": "Ice."}, {"start": 2, "duration": 1.5, "text": "Water."}],
}  # fmt: skip


@pytest.mark.parametrize("value", SEGMENTS.values(), ids=SEGMENTS)
def test_segments_of_each_format_give_the_same_cues(value: object) -> None:
    track = read_segments(value)
    assert track is not None
    assert said(track) == [(1.0, 2.0, None, "Ice."), (2.0, 3.5, None, "Water.")]


def test_segments_keep_labels_and_name_what_is_not_read() -> None:
    value = {
        "segments": [
            {"start": 1, "end": 2, "text": "Who?", "speaker": "SPEAKER_00", "words": [{"word": "Who?"}]},
            {"end": 3, "text": "Me.", "avg_logprob": -0.2},
            {"start": float("nan"), "end": None, "text": "And you?"},
            {"start": 10**400, "text": "Never."},
        ],
        "word_segments": [],
    }
    track = read_segments(value)
    assert track is not None
    assert said(track) == [
        (1.0, 2.0, "SPEAKER_00", "Who?"),
        (2.0, 3.0, None, "Me."),
        (3.0, None, None, "And you?"),
        (None, None, None, "Never."),
    ]
    assert sorted(track.unused) == ["avg_logprob", "word_segments", "words"]
    assert track.problems == (
        "segment 2 has no start; it takes the end of the segment before it (0:00:02). (1 more like it)",
        "segment 4 has a start that no clock shows; it is kept as text, without a link to the second.",
    )


@pytest.mark.parametrize(
    "value", [[], [1, 2], {"segments": []}, {"hello": 1}, [{"title": "Ice", "text": "x", "start": 1}]]
)
def test_other_json_holds_no_segments(value: object) -> None:
    assert read_segments(value) is None


WORDS = st.text("abcdefgh é世?!.,'", min_size=1).map(lambda text: " ".join(text.split())).filter(bool)
CUES = st.lists(
    st.tuples(st.integers(0, 80_000_000), st.integers(1, 90_000), WORDS.filter(lambda text: not text.isdecimal())),
    min_size=1, max_size=8, unique_by=lambda cue: cue[0],
).map(lambda cues: sorted(cues))  # fmt: skip


def clock(ms: int, mark: str) -> str:
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{mark}{ms % 1000:03}"


@given(CUES, st.booleans(), st.sampled_from(["\n", "\r\n"]))
def test_whatever_is_written_as_captions_is_read_again(
    cues: list[tuple[int, int, str]], vtt: bool, line_end: str
) -> None:
    mark = "." if vtt else ","
    blocks = [
        f"{n}\n{clock(start, mark)} --> {clock(start + length, mark)}\n{text}\n"
        for n, (start, length, text) in enumerate(cues, 1)
    ]
    text = ("WEBVTT\n\n" if vtt else "") + "\n".join(blocks)
    track = read_captions(text.replace("\n", line_end))
    assert " ".join(cue.text for cue in track.cues).split() == " ".join(text for _, _, text in cues).split()
    assert [cue.start_s for cue in track.cues] == [start / 1000 for start, _, _ in cues]


@given(CUES)
def test_well_formed_captions_are_read_as_other_libraries_do(cues: list[tuple[int, int, str]]) -> None:
    apart = [(60_000 * n, 60_000 * n + 5000, text) for n, (_, _, text) in enumerate(cues)]
    srt = "\n".join(f"{n}\n{clock(a, ',')} --> {clock(b, ',')}\n{t}\n" for n, (a, b, t) in enumerate(apart, 1))
    vtt = "WEBVTT\n\n" + "\n".join(f"{clock(a, '.')} --> {clock(b, '.')}\n{t}\n" for a, b, t in apart)
    ours = [[(cue.start_s, cue.end_s, cue.text) for cue in read_captions(text).cues] for text in (srt, vtt)]
    theirs = [
        [(event.start / 1000, event.end / 1000, event.plaintext) for event in pysubs2.SSAFile.from_string(srt, "srt")],
        [(cue.start_in_seconds, cue.end_in_seconds, cue.text) for cue in cast(Any, webvtt.from_string(vtt)).captions],
    ]
    assert [[(int(a), int(b), t) for a, b, t in them] for them in theirs] == [
        [(int(a or 0), int(b or 0), t) for a, b, t in us] for us in ours
    ]


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_crash(text: str) -> None:
    read_captions(text)
    read_captions(f"WEBVTT\n\n00:01.000 --> 00:02.000\n{text}\n")


def test_cost_of_captions_is_linear() -> None:
    for piece in ("<", "<v a", "&", "a:", "{\\", "word ", "\n", "00:00:01,000 --> "):
        text = "1\n00:00:01,000 --> 00:00:02,000\n" + piece * 200_000 + "\n\n2\n00:00:03,000 --> 00:00:04,000\nEnd.\n"
        assert read_captions(text).cues[-1].text.endswith("End.")
