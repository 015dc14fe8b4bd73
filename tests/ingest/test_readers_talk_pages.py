"""Pages as the site might save them next: every name and title is invented."""

import pytest

from ingest.readers.grouping import Part
from ingest.readers.talk_pages import read, recognises
from ingest.records import Record
from ingest.schema import LINKS

HEADING = "Recorded Talks: Sets and Maps"
PROSE = (
    "We study sets that know their own maps, and show how far a map can be trusted when its set is never seen again. "
    * 3
)
BIO = "Ada Lind is a reader at Rice University, where she has worked on sets and maps since the old library burnt down."


def page(*lines: str) -> Part:
    return read([HEADING, *lines], "page.txt")


def talks(reading: Part) -> list[Record]:
    return [record for record in reading.records if record.kind == "talk"]


def outline(reading: Part) -> list[tuple[str, list[str], int, int, int]]:
    return [
        (
            talk.title,
            [speaker.name for speaker in talk.speakers],
            len(talk.abstract.split("\n")) if talk.abstract else 0,
            len(talk.bio.split("\n")) if talk.bio else 0,
            len(talk.chapters),
        )
        for talk in talks(reading)
    ]


SPEAKER = "Ada Lind, Rice University"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["Sets", SPEAKER, PROSE, BIO], [("Sets", ["Ada Lind"], 1, 1, 0)], id="plain"),
        pytest.param(
            ["One Small Map, One Giant Set", SPEAKER, PROSE, "Big Sets, Small Maps", "Bo Roe, MIT", PROSE],
            [("One Small Map, One Giant Set", ["Ada Lind"], 1, 0, 0), ("Big Sets, Small Maps", ["Bo Roe"], 1, 0, 0)],
            id="titles that look like speakers",
        ),
        pytest.param(
            ["Optimal Maps", "Ada Lind", PROSE, "Deep Sets", "Bo Roe (MIT)", PROSE],
            [("Optimal Maps", ["Ada Lind"], 1, 0, 0), ("Deep Sets", ["Bo Roe"], 1, 0, 0)],
            id="titles that look like names",
        ),
        pytest.param(
            ["Sets", SPEAKER, "Bo Roe, MIT", PROSE, "Maps", "Cy Orr, ETH", PROSE],
            [("Sets", ["Ada Lind", "Bo Roe"], 1, 0, 0), ("Maps", ["Cy Orr"], 1, 0, 0)],
            id="two speakers on two lines",
        ),
        pytest.param(
            [
                "Sets",
                SPEAKER,
                PROSE,
                "Joint work with Bo Roe.",
                "The papers can be found at",
                "- One: https://arxiv.org/abs/2310.",
                "18940 (X24), and more",
                BIO,
                "She is broadly interested in maps.",
                "Maps of sets",
                "Cy Orr, ETH",
                PROSE,
            ],
            [("Sets", ["Ada Lind"], 5, 2, 0), ("Maps of sets", ["Cy Orr"], 1, 0, 0)],
            id="short lines of an abstract are no titles",
        ),
        pytest.param(
            ["What do maps learn? Theory and practice", SPEAKER, PROSE, "Are Sets All You Need?", "Bo Roe, MIT", PROSE],
            [
                ("What do maps learn? Theory and practice", ["Ada Lind"], 1, 0, 0),
                ("Are Sets All You Need?", ["Bo Roe"], 1, 0, 0),
            ],
            id="titles with question marks",
        ),
        pytest.param(
            [
                "A School: Sets / Maps",
                "00:00:00 - Introduction",
                '01:00:00 - "Maps", Bo Roe, Reader, ETH',
                "Sets",
                SPEAKER,
                PROSE,
            ],
            [("A School: Sets / Maps", [], 0, 0, 2), ("Sets", ["Ada Lind"], 1, 0, 0)],
            id="a session is its chapters",
        ),
        pytest.param(
            [
                "Sets",
                SPEAKER,
                "Abstract:",
                PROSE,
                "Bio:",
                "Her maps are known everywhere, and her sets are known nowhere at all.",
            ],
            [("Sets", ["Ada Lind"], 1, 1, 0)],
            id="labels alone",
        ),
        pytest.param(
            ["Sets", "Speaker: Ada Lind, MIT", "Abstract: " + PROSE, "About the speaker: a reader of maps since 1999."],
            [("Sets", ["Ada Lind"], 1, 1, 0)],
            id="labels before text",
        ),
        pytest.param(
            ["Sets", SPEAKER, "", "", PROSE, "", "Maps", "Bo Roe, MIT", "", PROSE, "", ""],
            [("Sets", ["Ada Lind"], 1, 0, 0), ("Maps", ["Bo Roe"], 1, 0, 0)],
            id="blank lines mean nothing",
        ),
        pytest.param(
            ["Sets", SPEAKER, "Maps between Sets", "Bo Roe, MIT", PROSE],
            [("Sets", ["Ada Lind"], 0, 0, 0), ("Maps between Sets", ["Bo Roe"], 1, 0, 0)],
            id="a talk without text",
        ),
        pytest.param(["Sets", SPEAKER, BIO], [("Sets", ["Ada Lind"], 0, 1, 0)], id="a bio without an abstract"),
    ],
)
def test_entries_are_told_apart(lines: list[str], expected: list[tuple[str, list[str], int, int, int]]) -> None:
    reading = page(*lines)
    assert outline(reading) == expected
    assert [warning for warning in reading.warnings if "speaker line" in warning.message] == []


def test_title_without_speaker_is_a_talk_and_is_reported_with_its_line() -> None:
    reading = page("Sets", SPEAKER, PROSE, "Maps that Nobody Draws", PROSE, "Trees", "Bo Roe, MIT", PROSE)
    assert [entry[:2] for entry in outline(reading)] == [
        ("Sets", ["Ada Lind"]),
        ("Maps that Nobody Draws", []),
        ("Trees", ["Bo Roe"]),
    ]
    assert [str(warning) for warning in reading.warnings] == [
        'page.txt, line 5: a title with no speaker line after it; add "Name, Affiliation" below it.'
    ]


def test_impossible_time_is_kept_and_reported_with_its_line() -> None:
    reading = page("A School", "00:00:00 - Introduction", '59:54:00 - "Maps", Bo Roe, Reader, ETH', "01:59:00 - End")
    assert [(chapter.time, chapter.start_s) for chapter in talks(reading)[0].chapters] == [
        ("00:00:00", 0),
        ("59:54:00", None),
        ("01:59:00", 7140),
    ]
    assert [(warning.file, warning.line) for warning in reading.warnings] == [("page.txt", 4)]


def test_cut_address_is_reported_at_its_line_and_text_stays() -> None:
    reading = page("Sets", SPEAKER, PROSE, "It is open source at https://github.com/", BIO)
    talk = talks(reading)[0]
    assert LINKS.of(talk) == ()
    assert talk.abstract.endswith("https://github.com/")
    assert [warning.line for warning in reading.warnings] == [5]


def test_lines_of_the_page_itself_are_named() -> None:
    reading = read(
        ["Home", "A banner of the day", HEADING, "Sets", SPEAKER, PROSE, "Back to top", "© 2025 The Site", "Load it"],
        "p",
    )
    assert reading.furniture == {
        1: "site menu",
        2: "line above the heading",
        3: "page heading",
        7: "link to the top",
        8: "copyright",
        9: "unknown line",
    }
    assert [warning.line for warning in reading.warnings] == [9]


def test_text_above_the_first_title_is_named_and_reported() -> None:
    reading = page(PROSE, "Sets", SPEAKER, PROSE)
    assert reading.furniture == {1: "page heading", 2: "text above the first talk"}
    assert [warning.line for warning in reading.warnings] == [2]


def test_two_pages_in_one_file_keep_their_headings() -> None:
    reading = page("Sets", SPEAKER, PROSE, "Recorded Talks: Trees", "Maps", "Bo Roe, MIT", PROSE)
    assert [record.sources[0].page for record in reading.records] == [HEADING, "Recorded Talks: Trees"]


def test_page_without_talks_is_reported() -> None:
    assert [warning.line for warning in page().warnings] == [1]


@pytest.mark.parametrize(
    ("lines", "known"),
    [(["", "Recorded Talks: X"], True), (["We watched recorded talks: many."], False), (["Daily Papers"], False)],
)
def test_page_is_recognised_by_its_heading(lines: list[str], known: bool) -> None:
    assert recognises(lines) is known
