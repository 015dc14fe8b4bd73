"""Recordings in every format that people keep them in: field by field, and which files make one."""

import json
from pathlib import Path
from typing import Any

import pytest

from ingest.passages import Places, record_text
from ingest.pipeline import corpus_files, read_corpus
from ingest.readers.grouping import Grouped, name_of
from ingest.records import Record
from ingest.schema import record_to_json

SRT = "1\n00:00:01,000 --> 00:00:02,500\nADA ROE: Ice is late.\n\n2\n00:00:03,000 --> 00:00:04,000\nNobody knows why.\n"
INFO = {
    "id": "abcdefghijk",
    "title": "On Ice",
    "extractor_key": "Youtube",
    "_type": "video",
    "duration": 90,
    "view_count": 7,
    "location": "Old Harbour",
    "description": (
        "Why lakes freeze. See https://ice.org/a.\n\nSpeakers: Ada Roe, Bo Lind\n0:00 Freezing\n0:40 Thawing"
    ),
    "webpage_url": "https://www.youtube.com/watch?v=abcdefghijk",
    "channel": "Ice Days",
    "uploader": "Ice Days",
    "upload_date": "20190602",
    "language": "en-US",
    "tags": ["ice", "lakes"],
    "license": "CC BY",
    "playlist_title": "Ice Days 2019",
    "subtitles": {"en": [{}]},
    "automatic_captions": {"en": [{}], "de": [{}]},
}


def read(folder: Path, files: dict[str, Any]) -> Grouped:
    """What a folder with these files gives."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_corpus(corpus_files(folder))[0]


def told(record: Record) -> dict[str, Any]:
    """What a record says, without what it does not say, and where it stood."""
    values = record_to_json(record)
    values["speakers"] = [one["name"] for one in values["speakers"]]
    values["chapters"] = [(one["start_s"], one["end_s"], one["title"]) for one in values["chapters"]]
    values["transcript"] = [tuple(one.values()) for one in values.get("transcript", [])]
    return {key: one for key, one in values.items() if one not in (None, "", [], {}) and key not in ("kind", "sources")}


CUES = [(1.0, 2.5, "Ice is late.", "Ada Roe"), (3.0, 4.0, "Nobody knows why.", "Ada Roe")]


def test_downloaded_recording_is_one_talk_with_all_that_is_told(tmp_path: Path) -> None:
    name = "On Ice [abcdefghijk]"
    found = read(
        tmp_path,
        {
            f"{name}.info.json": INFO,
            f"{name}.en.srt": SRT,
            f"{name}.de.vtt": "WEBVTT\n\n00:01.000 --> 00:02.000\nEis.\n",
            f"{name}.mp4": b"\0\0\0\x18ftypmp42",
            f"{name}.webp": b"RIFF\0\0\0\0WEBPVP8 ",
            f"{name}.description": "Why lakes freeze.",
            f"{name}.live_chat.json": '{"replayChatItemAction": {}}\n{"replayChatItemAction": {}}\n',
            "Ice Days 2019 [PL1].info.json": {
                "id": "PL1",
                "title": "Ice Days 2019",
                "extractor": "x",
                "_type": "playlist",
            },
        },
    )
    [record] = found.records
    assert told(record) == {
        "title": "On Ice",
        "speakers": ["Ada Roe", "Bo Lind"],
        "abstract": "Why lakes freeze. See https://ice.org/a.",
        "duration_s": 90,
        "chapters": [(0, 40, "Freezing"), (40, 90, "Thawing")],
        "event": "Ice Days 2019",
        "organiser": "Ice Days",
        "date": "2019-06-02",
        "date_iso": "2019-06-02",
        "date_of": "uploaded",
        "year": 2019,
        "language": "en",
        "tags": ["ice", "lakes"],
        "license": "CC BY",
        "venue": "Old Harbour",
        "url": INFO["webpage_url"],
        "video_url": INFO["webpage_url"],
        "links": ["https://ice.org/a"],
        "ids": {"youtube": "abcdefghijk"},
        "captions": "hand",
        "media_file": f"{name}.mp4",
        "transcript": CUES,
    }
    assert sorted(source.file for source in record.sources) == [
        f"{name}.{end}" for end in ("en.srt", "info.json", "mp4")
    ]
    assert [(one.key, one.count) for one in found.unused] == [("view_count", 1)]
    messages = " ".join(str(warning) for warning in found.warnings)
    for part in (
        "in another language are not read (de)",
        "a live chat",
        "list of a playlist",
        "a picture",
        "description",
    ):
        assert part in messages
    assert len(found.warnings) == 5


def test_playlist_of_a_channel_is_a_series_unless_it_is_an_edition(tmp_path: Path) -> None:
    [record] = read(tmp_path, {"a.info.json": {**INFO, "playlist_title": "Lakes, Spring 2020"}}).records
    assert (record.values["series"], record.values.get("event")) == ("Lakes, Spring 2020", None)


def test_original_track_by_hand_is_read_before_all_others(tmp_path: Path) -> None:
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\n{}\n"
    found = read(
        tmp_path,
        {"a.info.json": {**INFO, "subtitles": {"en-x": []}, "automatic_captions": {"en": [], "en-orig": []}}}
        | {f"a.{tag}.vtt": vtt.format(tag) for tag in ("en", "en-orig", "en-x")},
    )
    assert [cue.text for cue in found.records[0].transcript] == ["en-x"]
    assert "3 tracks in one language (en-x, en-orig, en); en-x is read" in str(found.warnings[0])


def test_recording_without_captions_says_so_once(tmp_path: Path) -> None:
    found = read(tmp_path, {f"{n}.info.json": {**INFO, "id": f"abcdefghij{n}"} for n in range(3)})
    assert [record.values["captions"] for record in found.records] == ["none"] * 3
    [warning] = found.warnings
    assert "3 recordings have" in warning.message
    assert "whisper" in warning.message


def test_captions_after_the_end_of_their_recording_are_told(tmp_path: Path) -> None:
    late = SRT.replace("00:00:03,000 --> 00:00:04,000", "00:10:00,000 --> 00:10:01,000")
    found = read(tmp_path, {"a.info.json": INFO, "a.srt": late})
    assert "1 of 2 cues lies after the end of the recording (0:01:30)" in str(found.warnings[0])


@pytest.mark.parametrize(
    ("file", "title", "speakers"),
    [
        ("How lakes freeze.en-US.srt", "How lakes freeze", ["ADA ROE"]),
        ("How lakes freeze [hrb4711x].de.srt", "How lakes freeze", ["ADA ROE"]),
        ("a/b/talk.v2.srt", "talk.v2", ["ADA ROE"]),
    ],
)
def test_captions_alone_are_a_talk_named_after_their_file(
    tmp_path: Path, file: str, title: str, speakers: list[str]
) -> None:
    [record] = read(tmp_path, {file: SRT}).records
    assert (record.title, [one.name for one in record.speakers]) == (title, speakers)
    assert len(record.transcript) == 2


def test_media_alone_is_listed_and_told(tmp_path: Path) -> None:
    found = read(tmp_path, {"lonely.mp3": b"ID3\3\0\0\0\0\0\0"})
    assert (found.records[0].title, found.records[0].values["media_file"]) == ("lonely", "lonely.mp3")
    assert "cannot be searched" in str(found.warnings[0])


def test_pyvideo_folder_names_the_event_and_nobody_is_no_speaker(tmp_path: Path) -> None:
    video = {
        "title": "On Ice",
        "speakers": ["Ada Roe"],
        "recorded": "2019-05-04T10:00:00",
        "language": "eng",
        "duration": 60,
        "description": "Why.",
        "copyright_text": "CC0",
        "tags": ["ice"],
        "thumbnail_url": "x",
        "related_urls": [{"url": "https://ice.org"}],
        "videos": [{"type": "youtube", "url": "https://youtu.be/abcdefghijk"}, {"url": "https://ice.org/a.mp4"}],
    }
    opening = {"title": "Opening", "speakers": ["Various speakers"], "videos": [], "duration": 58800, "recorded": None}
    found = read(
        tmp_path,
        {
            "ice-2019/category.json": {"title": "Ice Days 2019", "url": "https://ice.org/2019"},
            "ice-2019/videos/on-ice.json": video,
            "ice-2019/videos/opening.json": opening,
        },
    )
    assert [told(record) for record in found.records] == [
        {
            "title": "On Ice",
            "speakers": ["Ada Roe"],
            "abstract": "Why.",
            "date": "2019-05-04",
            "date_iso": "2019-05-04",
            "date_of": "recorded",
            "year": 2019,
            "event": "Ice Days 2019",
            "duration_s": 60,
            "language": "en",
            "tags": ["ice"],
            "license": "CC0",
            "video_url": "https://youtu.be/abcdefghijk",
            "links": ["https://ice.org", "https://ice.org/a.mp4"],
            "ids": {"youtube": "abcdefghijk"},
        },
        {"title": "Opening", "event": "Ice Days 2019", "other": {"duration_s": 58800}},
    ]
    assert [one.key for one in found.unused] == ["thumbnail_url"]


SCHEDULE_XML = """<?xml version="1.0"?><schedule><conference><title>Ice Days 2019</title><venue>Old Harbour</venue>
<city>Brest</city><day_change>04:00:00</day_change></conference><day date="2019-05-04"><room name="Hall 1">
<event guid="g1"><start>10:00</start><duration>00:30</duration><room>hall1</room><title>On Ice</title>
<subtitle>And snow</subtitle><track>Lakes</track><type>Keynote</type><language>en</language><abstract>Why.</abstract>
<url>https://ice.org/1</url>
<persons><person id="1">Ada Roe</person></persons><recording><license>CC0</license><optout>false</optout></recording>
<links><link href="https://ice.org/a.webm">Video recording</link><link href="https://ice.org/s.pdf">Slides</link></links></event>
</room><room name="Hall 1"><event guid="g2"><start>00:30</start><duration>1:00:00</duration><title>Late Ice</title>
<persons/><recording><optout>true</optout></recording><logo>x.png</logo><feedback_url>y</feedback_url></event></room>
</day></schedule>"""
ON_ICE = {
    "title": "On Ice",
    "speakers": ["Ada Roe"],
    "abstract": "And snow\nWhy.",
    "date": "2019-05-04",
    "date_iso": "2019-05-04",
    "date_of": "held",
    "year": 2019,
    "event": "Ice Days 2019",
    "venue": "Old Harbour, Brest",
    "room": "Hall 1",
    "track": "Lakes",
    "format": "Keynote",
    "scheduled_s": 1800,
    "language": "en",
    "license": "CC0",
    "url": "https://ice.org/1",
    "video_url": "https://ice.org/a.webm",
    "links": ["https://ice.org/s.pdf"],
    "ids": {"guid": "g1"},
}


def test_schedule_in_xml_gives_talks_with_their_slots(tmp_path: Path) -> None:
    found = read(tmp_path, {"schedule.xml": SCHEDULE_XML})
    first, late = found.records
    assert told(first) == ON_ICE
    assert (late.title, late.values["recorded"], late.values["scheduled_s"]) == ("Late Ice", False, 3600)
    # Half past midnight still belongs to the programme's day, and to the calendar's next one.
    assert told(late)["date"] == "2019-05-05"
    assert [one.key for one in found.unused] == ["feedback_url"]


def test_schedule_in_json_gives_the_same_and_biographies(tmp_path: Path) -> None:
    event = {
        "guid": "g1",
        "date": "2019-05-04T10:00:00+02:00",
        "start": "10:00",
        "duration": "00:30",
        "title": "On Ice",
        "subtitle": "And snow",
        "track": "Lakes",
        "type": "Keynote",
        "language": "en",
        "abstract": "Why.",
        "description": None,
        "recording_license": "CC0",
        "do_not_record": False,
        "url": "https://ice.org/1",
        "persons": [{"public_name": "Ada Roe", "biography": "She skates."}],
        "links": [
            {"title": "Video recording", "url": "https://ice.org/a.webm"},
            {"url": "https://ice.org/s.pdf", "title": ""},
        ],
    }
    days = [{"date": "2019-05-04", "rooms": {"Hall 1": [event]}}]
    conference = {"title": "Ice Days 2019", "venue": "Old Harbour", "city": "Brest", "days": days}
    [record] = read(tmp_path, {"s.json": {"schedule": {"conference": conference}}}).records
    assert told(record) == {**ON_ICE, "bio": "She skates."}


def test_voctoweb_event_finds_the_captions_it_names(tmp_path: Path) -> None:
    event = {
        "guid": "g1",
        "title": "On Ice",
        "subtitle": None,
        "slug": "ice19-7-on-ice",
        "description": "Why.",
        "original_language": "deu",
        "persons": ["Ada Roe"],
        "date": "2019-05-04T10:00:00.000+02:00",
        "duration": 79,
        "tags": ["ice19", "7", "lakes"],
        "frontend_link": "https://media.ice.org/v/on-ice",
        "link": "https://ice.org/7",
        "thumbnails_url": "https://media.ice.org/t.vtt",
        "conference_title": "Ice Days 2019",
        "recordings": [
            {"mime_type": "video/mp4", "filename": "on-ice-hd.mp4"},
            {"mime_type": "application/x-subrip", "filename": "on-ice-deu.srt"},
        ],
    }
    files = {"event.json": event, "captions/on-ice-deu.srt": SRT, "on-ice-hd.mp4": b"\0\0\0\x18ftypmp42"}
    found = read(tmp_path, files)
    assert [told(record) for record in found.records] == [
        {
            "title": "On Ice",
            "speakers": ["Ada Roe"],
            "abstract": "Why.",
            "date": "2019-05-04",
            "date_iso": "2019-05-04",
            "date_of": "held",
            "year": 2019,
            "event": "Ice Days 2019",
            "duration_s": 79,
            "language": "de",
            "tags": ["lakes"],
            "url": "https://media.ice.org/v/on-ice",
            "video_url": "https://media.ice.org/v/on-ice",
            "links": ["https://ice.org/7"],
            "ids": {"guid": "g1"},
            "captions": "hand",
            "media_file": "on-ice-hd.mp4",
            "transcript": CUES,
        }
    ]


FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"
 xmlns:podcast="https://podcastindex.org/namespace/1.0"><channel><title>Ice Radio</title><language>en-gb</language>
<copyright>CC0</copyright><itunes:author>Ada Roe</itunes:author>
<item><title>On Ice</title><guid>e1</guid><link>https://ice.org/1</link>
<pubDate>Sat, 04 May 2019 23:30:00 -0500</pubDate>
<itunes:duration>1:11</itunes:duration><itunes:episode>1</itunes:episode>
<description><![CDATA[<p>Why <b>lakes</b> freeze.</p>]]></description>
<enclosure url="https://ice.org/1.mp3" type="audio/mpeg"/><podcast:person role="host">Bo Lind</podcast:person>
<podcast:transcript url="https://ice.org/t/1.html"/><podcast:transcript url="https://ice.org/t/1.json"/>
<podcast:chapters url="https://ice.org/c/1.json"/></item>
<item><title>Trailer</title><pubDate>2019-05-01</pubDate></item></channel></rss>"""


def test_podcast_feed_finds_transcripts_and_chapters_by_their_addresses(tmp_path: Path) -> None:
    transcript = {
        "version": "1",
        "segments": [{"startTime": 1.5, "body": "Ice.", "speaker": "Bo Lind"}, {"startTime": 2, "body": "So."}],
    }
    chapters = {
        "version": "1",
        "title": "On Ice",
        "chapters": [
            {"startTime": 0, "title": "Start"},
            {"startTime": 9.5, "title": "x", "toc": False},
            {"startTime": 20, "title": "End"},
        ],
    }
    page = "<cite>Bo Lind:</cite><time>0:01</time><p>Ice.</p>"
    files = {"feed.xml": FEED, "t/1.json": transcript, "c/1.json": chapters, "t/1.html": page, "media/1.mp3": b"ID3\3"}
    found = read(tmp_path, files)
    assert [told(record) for record in found.records] == [
        {
            "title": "On Ice",
            "speakers": ["Bo Lind"],
            "abstract": "Why lakes freeze.",
            "date": "2019-05-04",
            "date_iso": "2019-05-04",
            "date_of": "published",
            "year": 2019,
            "series": "Ice Radio",
            "duration_s": 71,
            "language": "en",
            "license": "CC0",
            "url": "https://ice.org/1",
            "video_url": "https://ice.org/1.mp3",
            "ids": {"guid": "e1"},
            "captions": "hand",
            "media_file": "media/1.mp3",
            "chapters": [(0, 20, "Start"), (20, None, "End")],
            "transcript": [(1.5, 2.0, "Ice.", "Bo Lind"), (2.0, None, "So.", None)],
        },
        {
            "title": "Trailer",
            "speakers": ["Ada Roe"],
            "date": "2019-05-01",
            "date_iso": "2019-05-01",
            "date_of": "published",
            "year": 2019,
            "series": "Ice Radio",
            "language": "en",
            "license": "CC0",
        },
    ]


def test_sign_that_keeps_a_cell_from_being_a_formula_is_no_part_of_it(tmp_path: Path) -> None:
    told = read(tmp_path, {"talks.csv": "title,speaker\n'=2+2 is 5,'@mira\n'Tis the season,O'Hara\n"})
    assert [(record.title, record.speakers[0].name) for record in told.records] == [
        ("=2+2 is 5", "@mira"),
        ("'Tis the season", "O'Hara"),
    ]


def test_table_gives_a_talk_a_row_in_whatever_words_its_headings_are(tmp_path: Path) -> None:
    table = (
        "Titel;Referenten;Datum;Dauer;Sprache;Schlagworte;Mood\n"
        '"On ""Ice""";Ada Roe, Bo Lind;4 May 2019;1:11;de;"ice, lakes";dry\n'
    )
    found = read(tmp_path, {"talks.csv": "\ufeff" + table.replace("\n", "\r\n")})
    assert [told(record) for record in found.records] == [
        {
            "title": 'On "Ice"',
            "speakers": ["Ada Roe", "Bo Lind"],
            "date": "4 May 2019",
            "date_iso": "2019-05-04",
            "year": 2019,
            "duration_s": 71,
            "language": "de",
            "tags": ["ice", "lakes"],
            "other": {"Mood": "dry"},
        }
    ]
    assert [(one.key, one.count) for one in found.unused] == [("Mood", 1)]


def test_date_that_is_read_in_part_or_not_at_all_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, {"talks.csv": "title,date\nIce,04/03/2024\nSnow,soon\nHail,11/03/2024\n"})
    assert [told(record).get("date_iso") for record in found.records] == ["2024", None, "2024"]
    assert [(one.line, one.message.partition(";")[0]) for one in found.warnings] == [
        (2, 'the date "04/03/2024" is read as 2024'),
        (3, 'the date "soon" is read as none'),
        (4, 'the date "11/03/2024" is read as 2024'),
    ]


@pytest.mark.parametrize(
    ("dates", "isos"),
    [
        pytest.param(["04/03/2024", "13/03/2024"], ["2024-03-04", "2024-03-13"], id="one tells that the day is first"),
        pytest.param(["04/03/2024", "03/13/2024"], ["2024-04-03", "2024-03-13"], id="one tells that the month is"),
        pytest.param(["04/03/2024", "03/13/2024", "13/03/2024"], ["2024", "2024-03-13", "2024-03-13"], id="two hands"),
        pytest.param(["04/03/2024", "05/05/2024"], ["2024", "2024-05-05"], id="day and month alike tell nothing"),
    ],
)
def test_dates_of_a_column_are_read_alike(tmp_path: Path, dates: list[str], isos: list[str]) -> None:
    rows = "".join(f"Ice {number};{date}\n" for number, date in enumerate(dates))
    found = read(tmp_path, {"talks.csv": f"title;held on\n{rows}"})
    assert [(told(one)["date"], told(one)["date_iso"]) for one in found.records] == [*zip(dates, isos, strict=True)]


@pytest.mark.parametrize(
    "table",
    [
        "start\tend\ttext\n1000\t2500\tIce is late.\n3000\t4000\tSo.\n",
        "Beginn;Ende;Text\n1,0;2,5;Ice is late.\n0:03;0:04;So.\n",
    ],
    ids=["whisper", "seconds"],
)
def test_table_of_segments_is_a_transcript(tmp_path: Path, table: str) -> None:
    [record] = read(tmp_path, {"On Ice.tsv": table}).records
    assert [(cue.start_s, cue.end_s, cue.text) for cue in record.transcript] == [
        (1, 2.5, "Ice is late."),
        (3, 4, "So."),
    ]


MARKDOWN = """---
title: On Ice
speaker: Ada Roe
event: Ice Days 2019
date: 2019-05-04
mood: dry
---

Why lakes freeze.

## Freezing

[00:00:01] **Ada Roe:** Ice is late this year again.
"""
PAGE = """<!doctype html><html lang="en"><head><title>On Ice | Ice Days</title><meta name="author" content="Ada Roe">
<script>alert(1)</script></head><body><nav>Home</nav><h1>On Ice</h1><h2>Freezing</h2>
<p data-start="1.0"><a href="#t=1">0:01</a> Ada Roe: Ice is late this year again.</p>
<footer>2019</footer></body></html>"""


def test_markdown_transcript_gives_its_front_matter_headings_and_cues(tmp_path: Path) -> None:
    found = read(tmp_path, {"talk.md": MARKDOWN})
    assert [told(record) for record in found.records] == [
        {
            "title": "On Ice",
            "speakers": ["Ada Roe"],
            "abstract": "Why lakes freeze.",
            "event": "Ice Days 2019",
            "date": "2019-05-04",
            "date_iso": "2019-05-04",
            "year": 2019,
            "captions": "hand",
            "other": {"mood": "dry"},
            "chapters": [(1.0, None, "Freezing")],
            "transcript": [(1.0, None, "Ice is late this year again.", "Ada Roe")],
        }
    ]


@pytest.mark.parametrize(
    ("above", "speakers", "series", "abstract"),
    [
        pytest.param(
            "Guest: Ada Roe\nPodcast: Cold\nGuest: Bo Lind\nAbout: Ice.\n",
            ["Ada Roe", "Bo Lind"],
            "Cold",
            "About: Ice.",
            id="fields of ours in other words",
        ),
        pytest.param("Speaker: so we begin\n", ["Bo Lind"], None, "Speaker: so we begin", id="somebody without a name"),
        pytest.param("Mood: dry\n", ["Bo Lind"], None, "Mood: dry", id="no field of ours"),
    ],
)
def test_lines_below_a_title_tell_fields_and_else_those_who_are_heard_speak(
    tmp_path: Path, above: str, speakers: list[str], series: str | None, abstract: str
) -> None:
    text = f"# On Ice\n\n{above}\n[0:01] **Bo Lind:** Ice is late this year again.\n"
    [record] = read(tmp_path, {"talk.md": text}).records
    assert [one.name for one in record.speakers] == speakers
    assert (record.values.get("series"), record.abstract) == (series, abstract)


@pytest.mark.parametrize("key", ["acronym", "videos", "extractor"])
def test_front_matter_that_looks_like_another_program_s_object_is_a_talk(tmp_path: Path, key: str) -> None:
    markdown = MARKDOWN.replace("mood: dry", f"id: x\n{key}: []\nevents:\n- title: One\n- title: Two")
    [record] = read(tmp_path, {"talk.md": markdown}).records
    assert (record.title, len(record.transcript)) == ("On Ice", 1)


def test_page_gives_its_transcript_without_menus_and_scripts(tmp_path: Path) -> None:
    [record] = read(tmp_path, {"talk.html": PAGE}).records
    assert told(record) == {
        "title": "On Ice",
        "speakers": ["Ada Roe"],
        "language": "en",
        "captions": "hand",
        "chapters": [(1.0, None, "Freezing")],
        "transcript": [(1.0, None, "Ice is late this year again.", "Ada Roe")],
    }


def test_document_beside_a_record_of_the_same_stem_is_its_transcript(tmp_path: Path) -> None:
    [record] = read(tmp_path, {"talk.info.json": INFO, "talk.md": MARKDOWN}).records
    assert [cue.text for cue in record.transcript] == ["Ice is late this year again."]
    assert record.values["duration_s"] == 90


def test_lines_of_a_downloader_are_a_talk_each(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps({**INFO, "id": str(n), "title": f"Talk {n}"}) for n in range(2))
    found = read(tmp_path, {"list.jsonl": lines})
    assert [record.title for record in found.records] == ["Talk 0", "Talk 1"]


def test_speakers_as_one_text_are_taken_apart(tmp_path: Path) -> None:
    found = read(
        tmp_path, {"t.json": [{"title": "On Ice", "speaker": "Ada Roe, Bo Lind"}, {"title": "B", "speaker": "Ada"}]}
    )
    assert [[one.name for one in record.speakers] for record in found.records] == [["Ada Roe", "Bo Lind"], ["Ada"]]


def test_file_that_a_record_names_and_is_not_there_is_told_once(tmp_path: Path) -> None:
    found = read(tmp_path, {"t.json": [{"title": f"Talk {n}", "media_file": "media/ice.mp3"} for n in range(2)]})
    assert ['"media/ice.mp3" is named but not in the folder' in str(one) for one in found.warnings] == [True]


@pytest.mark.parametrize(
    ("file", "wanted"),
    [
        ("a/Talk [id-7].en-US.vtt", ("a", "Talk [id-7]", "en-US", "id-7", "Talk")),
        ("Talk-abcdefghijk.de-en.srt", (".", "Talk-abcdefghijk", "de-en", "abcdefghijk", "Talk")),
        ("Talk.info.json", (".", "Talk", "", "", "Talk")),
        ("on-ice.hd.mp4", (".", "on-ice.hd", "", "", "on-ice.hd")),
    ],
)
def test_name_of_a_file_is_taken_apart(file: str, wanted: tuple[str, ...]) -> None:
    name = name_of(file)
    assert (name.folder, name.stem, name.language, name.id, name.title) == wanted


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        pytest.param("On Ice.srt", SRT, 6, id="SubRip"),
        pytest.param("On Ice.vtt", f"WEBVTT\n\nNOTE\nmine\n\n{SRT.replace(',', '.')}", 11, id="WebVTT"),
        pytest.param("On Ice.csv", "start,end,text\n1,2,Ice is late.\n3,4,Nobody knows why.\n", 3, id="table"),
        pytest.param("On Ice.md", "---\nlang: en\n---\n0:01 Ice is very late.\n\n0:03 Nobody knows why that is so.", 6,
                     id="Markdown"),
        pytest.param("On Ice.html", "<p>0:01 Ice\nis.</p>\n\n<cite>Ada</cite>\n<time>0:03</time>\n<p>Nobody knows.",
                     4, id="HTML"),
        pytest.param("On Ice.json", [{"start": 1, "text": "Ice is late."}, {"start": 3, "text": "Nobody knows."}], 1,
                     id="JSON, which tells no line"),
    ],
)  # fmt: skip
def test_words_that_are_spoken_know_their_file_and_line(tmp_path: Path, file: str, text: Any, line: int) -> None:
    [record] = read(tmp_path, {"On Ice.info.json": INFO, file: text}).records
    places, whole = Places(record), record_text(record)
    assert places.file_and_line(whole.index("Nobody knows")) == (file, line)
    assert places.file_and_line(whole.index("Why lakes")) == ("On Ice.info.json", 1)


def test_line_of_a_chapter_opens_where_it_begins(tmp_path: Path) -> None:
    [record] = read(tmp_path, {"On Ice.info.json": INFO, "On Ice.en.srt": SRT}).records
    places, whole = Places(record), record_text(record)
    starts = [places.second_at(whole.index(title)) for title in ("0:00:00 – Freezing", "0:00:40 – Thawing")]
    assert starts == [0, 40]
    assert places.second_at(whole.index("Why lakes")) is None


@pytest.mark.parametrize(
    ("file", "text"),
    [
        pytest.param("a.srt", SRT.replace("Ice is late.", "").replace("00:00:03", "00:00:01"), id="nothing said"),
        pytest.param("a.srt", SRT.replace("00:00:03,000", "99:00:00,000"), id="a time that cannot be"),
        pytest.param("a.md", "# Ice\n\n0:40 Thawing\n0:10 Freezing\n0:20 Skating\n", id="chapters out of order"),
        pytest.param("a.info.json", INFO | {"chapters": [{"start_time": 1e9, "title": "Late"}]}, id="a late chapter"),
    ],
)  # fmt: skip
def test_what_is_listed_of_torn_files_is_read_back_the_same(tmp_path: Path, file: str, text: Any) -> None:
    [record] = read(tmp_path / "given", {file: text}).records
    [again] = read(tmp_path / "listed", {"list.json": [record_to_json(record)]}).records
    assert told(again) == told(record)
    assert (again.transcript, again.chapters) == (record.transcript, record.chapters)


def test_links_out_of_the_corpus_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside.srt").write_text(SRT)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "a.srt").write_text(SRT)
    (corpus / "b.srt").symlink_to(tmp_path / "outside.srt")
    (corpus / "c.srt").symlink_to(corpus / "a.srt")
    (corpus / "gone.srt").symlink_to(tmp_path / "nowhere.srt")
    (corpus / "itself.srt").symlink_to("itself.srt")
    assert [file.name for file in corpus_files(corpus)] == ["a.srt", "b.srt", "c.srt", "gone.srt", "itself.srt"]
    assert [record.title for record in read_corpus(corpus_files(corpus))[0].records] == ["a", "c"]
