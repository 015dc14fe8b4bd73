from pathlib import Path

import pytest

from ingest.errors import PageUnreadable
from ingest.pipeline import shown_name
from ingest.readers.registry import read_file

PAGE = "Recorded Talks: Sets\nMaps\nAda Lind, MIT\nWe show how maps are drawn.\n"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(PAGE.encode(), id="plain"),
        pytest.param(b"\xef\xbb\xbf" + PAGE.encode(), id="byte order mark"),
        pytest.param(PAGE.replace("\n", "\r\n").encode(), id="carriage returns"),
        pytest.param(PAGE.replace("\n", "\n\n").encode().rstrip(), id="blank lines"),
        pytest.param(PAGE.encode("utf-16"), id="two bytes a letter"),
        pytest.param(PAGE.encode("utf-16-le"), id="two bytes a letter without a mark"),
        pytest.param(PAGE.encode("utf-32"), id="four bytes a letter"),
    ],
)
def test_page_is_read_however_it_was_saved(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.name"
    path.write_bytes(content)
    [record] = read_file(path, name="sub/any.name").records
    assert (record.title, record.abstract) == ("Maps", "We show how maps are drawn.")
    assert record.sources[0].file == "sub/any.name"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"", "any.txt: the file is empty", id="empty"),
        pytest.param(b" \n\n", "any.txt: the file is empty", id="blank"),
        pytest.param(b"%PDF\0\0\1", "any.txt: not a text file", id="binary"),
        pytest.param(b"<recipes><r/></recipes>", "no schedule and no feed", id="unknown xml"),
        pytest.param(
            b"<?xml version='1.0'?><recipes/>", r"no schedule and no feed \(its root is <recipes>\)", id="xml"
        ),
        pytest.param(b"<schedule><conference>", "the XML is broken here", id="broken xml"),
        pytest.param(b"<html><h1>Shop</h1><p>Buy.</p></html>", "a web page without times", id="web page"),
        pytest.param(b'{"hello": 1}', 'no talk in it: its only key is "hello"', id="unknown json"),
        pytest.param(b"[1, 2]", "it is a list of numbers, not of talks", id="numbers"),
        pytest.param(b'{"id": "x", "title": "Cut', "line 1: the JSON ends early", id="cut off"),
        pytest.param(b"[" * 100_000, "nested too deep", id="deep json"),
        pytest.param(b"WEBVTT\n", "it holds no caption", id="empty captions"),
    ],
)
def test_file_that_cannot_be_read_says_what_to_do(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "any.txt"
    path.write_bytes(content)
    with pytest.raises(PageUnreadable, match=message):
        read_file(path, name="any.txt")


def test_file_that_cannot_be_opened_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PageUnreadable, match="gone.txt: it cannot be opened"):
        read_file(tmp_path / "gone.txt", name="gone.txt")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    # Root may read everything, so a mode of 000 would not show it everywhere.
    (tmp_path / "shut.txt").write_text("x")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(PageUnreadable, match="shut.txt: no permission to read it"):
        read_file(tmp_path / "shut.txt", name="shut.txt")


def test_file_in_another_encoding_is_read_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "old.txt"
    path.write_bytes(PAGE.replace("maps", "Flüsse").encode("cp1252"))
    part = read_file(path, name="old.txt")
    assert part.records[0].abstract == "We show how Flüsse are drawn."
    assert "not UTF-8 (line 4); read as Windows-1252" in str(part.warnings[0])


def test_control_characters_of_a_file_become_marks_and_are_told(tmp_path: Path) -> None:
    path = tmp_path / "odd.txt"
    path.write_text(PAGE.replace("maps", "\x1b[31mmaps"))
    part = read_file(path, name="odd.txt")
    assert part.records[0].abstract == "We show how \ufffd[31mmaps are drawn."
    assert "1 control characters in it are shown as" in str(part.warnings[0])


def test_xml_that_defines_entities_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "schedule.xml"
    path.write_text(
        '<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "ha">]><schedule><conference>&a;</conference></schedule>'
    )
    with pytest.raises(PageUnreadable, match="it defines entities; refused"):
        read_file(path, name="schedule.xml")


def test_large_file_is_told_and_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as file:
        file.truncate(60_000_000)
    with pytest.raises(PageUnreadable, match="it has 60 MB, and files over 50 MB are not read"):
        read_file(path, name="huge.txt")


def test_caption_file_without_times_asks_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "talk.srt"
    path.write_text("Good morning.\nThis file has lost its times.\n")
    with pytest.raises(PageUnreadable, match="no line with a time .* Save it as .txt or .md"):
        read_file(path, name="talk.srt")


def test_table_whose_headings_say_nothing_is_told_what_to_call_them(tmp_path: Path) -> None:
    (tmp_path / "any.csv").write_text("A;B\nIce;Ada Roe\n")
    with pytest.raises(PageUnreadable, match='line 1: a table without known headings; call its columns "title"'):
        read_file(tmp_path / "any.csv", name="any.csv")


def test_text_without_times_is_read_as_what_was_said(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("Good morning.\n\nThis file has no times.\n")
    part = read_file(path, name="talk.txt")
    assert part.track is not None
    assert [(cue.start_s, cue.text) for cue in part.track.cues] == [
        (None, "Good morning."),
        (None, "This file has no times."),
    ]
    assert "read as one text without times" in str(part.warnings[0])


def test_text_that_opens_with_a_time_in_brackets_is_a_transcript(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("[00:00:01] We begin with the ice.\n[00:00:05] It is older than we are.\n")
    part = read_file(path, name="talk.txt")
    assert part.track is not None
    assert [cue.start_s for cue in part.track.cues] == [1, 5]


@pytest.mark.parametrize("odd", ["\x1b[31m", "\n", "\r", "\u2028", "\udcff", "\0"])
def test_name_of_a_file_is_shown_on_one_line_without_what_a_terminal_obeys(odd: str) -> None:
    assert shown_name(f"a{odd}b") == f"a\ufffd{odd[1:]}b"


def test_quotation_mark_that_is_not_closed_costs_its_row_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text('title,speakers,abstract\nSilt,Ann Oar,Sand\n"Kelp,Bo Reed,Slow\nTides,Cy Bell,Moon\nFog,,Drops\n')
    part = read_file(path, name=path.name)
    assert [record.title for record in part.records] == ["Silt", "Tides", "Fog"]
    assert [(one.line, "is not closed" in one.message) for one in part.warnings] == [(3, True)]


def test_heading_that_stands_twice_loses_no_cell(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("title,abstract,note,note\nSilt,Sand,first,second\n")
    [record] = read_file(path, name=path.name).records
    assert dict(record.other) == {"note": "first", "cells beyond the headings": ["second"]}


def test_text_with_some_zero_bytes_is_read(tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl"
    path.write_bytes(
        b'{"title": "Silt", "abstract": "Sand fills the harbour."}\n\0\0\0\n{"title": "Kelp\0", "abstract": "Slow."}\n'
    )
    part = read_file(path, name=path.name)
    assert [record.title for record in part.records] == ["Silt", "Kelp\ufffd"]
    assert [(one.line, one.message.split("(")[0]) for one in part.warnings] == [
        (1, "4 control characters in it are shown as \ufffd."),
        (2, "not JSON "),
    ]


def test_time_that_no_clock_shows_leaves_its_heading(tmp_path: Path) -> None:
    path = tmp_path / "fjords.md"
    path.write_text("# On Fjords\n\n[0:10] ice\n\n[0:99:99] salt\n\n[0:40] seals\n")
    chapters = read_file(path, name=path.name).chapters
    assert [(one.start_s, one.title) for one in chapters] == [(10.0, "ice"), (None, "salt"), (40.0, "seals")]
