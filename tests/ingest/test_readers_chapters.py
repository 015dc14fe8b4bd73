import pytest

from ingest.readers.talk_pages import parse_chapter
from ingest.readers.tracks import check_order, parse_time
from ingest.records import Chapter


@pytest.mark.parametrize(
    ("line", "time", "start_s", "title", "names"),
    [
        pytest.param("00:00:00 - Introduction", "00:00:00", 0, "Introduction", [], id="bare title"),
        pytest.param(
            '01:29:30 - "Sets, Maps", Ada Lind, Reader, Rice', "01:29:30", 5370, "Sets, Maps", ["Ada Lind"], id="quoted"
        ),
        pytest.param(
            '2:05 – "Why "Sets" Matter", Ada Lind, MIT',
            "2:05",
            125,
            'Why "Sets" Matter',
            ["Ada Lind"],
            id="inner quotes",
        ),
        pytest.param(
            "00:10:00 — “Maps”, Ada Lind and Bo Roe, MIT", "00:10:00", 600, "Maps", ["Ada Lind", "Bo Roe"], id="curly"
        ),
        pytest.param("1:02:03 Questions, answers", "1:02:03", 3723, "Questions, answers", [], id="no dash"),
    ],
)
def test_chapter_line_gives_time_title_and_speakers(
    line: str, time: str, start_s: int, title: str, names: list[str]
) -> None:
    chapter = parse_chapter(line)
    assert chapter is not None
    assert (chapter.time, chapter.start_s, chapter.title, chapter.problem) == (time, start_s, title, None)
    assert [speaker.name for speaker in chapter.speakers] == names


@pytest.mark.parametrize("line", ["2:4 Sparsity at Work", "16:10 Displays", "3D Shapes", "In 1932, a book"])
def test_line_that_only_begins_with_numbers_is_no_chapter(line: str) -> None:
    assert parse_chapter(line) is None


@pytest.mark.parametrize(
    ("time", "reason"),
    [("59:54:00", "59 hours"), ("00:61:00", "60 or more"), ("00:00:75", "60 or more"), ("75:00", "60 or more")],
)
def test_impossible_time_has_no_start_and_says_why(time: str, reason: str) -> None:
    start_s, problem = parse_time(time)
    assert start_s is None
    assert problem is not None
    assert time in problem
    assert reason in problem


@pytest.mark.parametrize(
    ("starts", "kept"),
    [
        pytest.param([0, 100, 200], [0, 100, 200], id="rising"),
        pytest.param([0, 100, 100], [0, 100, 100], id="equal"),
        pytest.param([0, 100, 50, 200], [0, 100, None, 200], id="of equal choices the later"),
        pytest.param([0, 900, 100, 200], [0, None, 100, 200], id="fewest are flagged"),
        pytest.param([0, None, 50], [0, None, 50], id="impossible ones are left alone"),
        pytest.param([], [], id="none"),
    ],
)
def test_times_that_run_backwards_are_flagged(starts: list[int | None], kept: list[int | None]) -> None:
    chapters = check_order([Chapter(str(start), start, "x") for start in starts])
    assert [chapter.start_s for chapter in chapters] == kept
    for chapter, start in zip(chapters, starts, strict=True):
        assert (chapter.problem is not None) == (start is not None and chapter.start_s is None)
