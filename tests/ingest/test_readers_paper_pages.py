"""Pages as the site might save them next: every title is invented."""

import pytest

from ingest.readers.fields import parse_date, parse_dated_line
from ingest.readers.grouping import Part
from ingest.readers.paper_pages import organisation_name, read, recognises
from ingest.records import Record
from ingest.schema import AUTHOR_COUNT, COMMENT_COUNT, DATE, LINKS, ORGANISATION

TOP = [
    "new",
    "",
    "Get trending papers in your email inbox!",
    "",
    "Subscribe",
    "",
    "Daily Papers",
    "",
    "byAK and the research community",
    "",
    "Jul 4",
    "",
]
ABSTRACT = (
    "We study sets that know their maps [27], and show how far one can be trusted when its set is never seen. " * 3
)


def page(*blocks: str) -> Part:
    return read([*TOP, *"\n\n".join(blocks).split("\n")], "page.txt")


def papers(reading: Part) -> list[Record]:
    return [record for record in reading.records if record.kind == "paper"]


@pytest.mark.parametrize(
    ("line", "text", "parts", "comments"),
    [
        pytest.param("Apr 29, 2024", "Apr 29, 2024", (2024, 4, 29), None, id="full"),
        pytest.param("Apr 3", "Apr 3", (None, 4, 3), None, id="no year"),
        pytest.param("Jun 19, 2025 1", "Jun 19, 2025", (2025, 6, 19), 1, id="comments behind"),
        pytest.param("Jan 5, 20243", "Jan 5, 2024", (2024, 1, 5), 3, id="comments glued to the year"),
        pytest.param("Apr 32", "Apr 3", (None, 4, 3), 2, id="comments glued to the day"),
        pytest.param("Apr 12", "Apr 12", (None, 4, 12), None, id="two digits are a day"),
        pytest.param("Feb 29", "Feb 29", (None, 2, 29), None, id="leap day"),
        pytest.param("Feb 30, 2024", "Feb 30, 2024", (2024, 2, None), None, id="no such day"),
        pytest.param("September 7, 2020 12 comments", "September 7, 2020", (2020, 9, 7), 12, id="words"),
    ],
)
def test_dated_line_gives_date_and_comments(
    line: str, text: str, parts: tuple[int | None, int, int | None], comments: int | None
) -> None:
    dated = parse_dated_line(line)
    assert dated is not None
    date, count = dated
    assert (date.text, (date.year, date.month, date.day), count) == (text, parts, comments)


@pytest.mark.parametrize("line", ["May we?", "Mar", "2 authors", "Jun 8 is the day", "March On, 2024"])
def test_other_line_is_no_date(line: str) -> None:
    assert parse_dated_line(line) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2024-04-03", (2024, 4, 3)),
        ("2024-04-03T10:00:00Z", (2024, 4, 3)),
        ("2024-13", (2024, None, None)),
        ("2024", (2024, None, None)),
        ("Apr 3, 2024", (2024, 4, 3)),
        ("3 April 2024", (2024, 4, 3)),
        ("March 2024", (2024, 3, None)),
        ("26/03/2024", (2024, 3, 26)),
        ("03/26/2024", (2024, 3, 26)),
        ("04.03.2024", (2024, 3, 4)),
        ("04/03/2024", (2024, None, None)),
        ("31/02/2024", (2024, None, None)),
        ("next spring", (None, None, None)),
    ],
)
def test_single_date_keeps_its_words(text: str, parts: tuple[int | None, int | None, int | None]) -> None:
    date = parse_date(text)
    assert (date.text, (date.year, date.month, date.day)) == (text, parts)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Harvard Harvard University", "Harvard University"),
        ("sets-lab Sets Lab", "Sets Lab"),
        ("New York New York University", "New York University"),
        ("Rice University", "Rice University"),
        ("OSLO Institute of Maps", "OSLO Institute of Maps"),
    ],
)
def test_logo_text_before_an_organisation_is_dropped(line: str, name: str) -> None:
    assert organisation_name(line) == name


def test_papers_with_and_without_blocks_are_told_apart() -> None:
    reading = page(
        "Sets",
        ABSTRACT,
        "  • 1 authors\n·\nJun 19, 2025 1",
        "Maps: A Study",
        ABSTRACT,
        "Trees, Again",
        ABSTRACT,
        "rice Rice University\n·\nDec 2",
        "Do Trees Learn Sets?",
        "  • 12 authors\n·\nJan 5, 20243",
        "Woods of trees and maps",
        ABSTRACT,
        "A second paragraph tells what follows from it.",
        "Code is at https://a.org/b.",
        "  • 2 authors\n·\nMay 2",
    )
    assert [
        (
            paper.title,
            paper.abstract.count("\n") + bool(paper.abstract),
            AUTHOR_COUNT.of(paper),
            ORGANISATION.of(paper),
            COMMENT_COUNT.of(paper),
        )
        for paper in papers(reading)
    ] == [
        ("Sets", 1, 1, None, 1),
        ("Maps: A Study", 1, None, None, None),
        ("Trees, Again", 1, None, "Rice University", None),
        ("Do Trees Learn Sets?", 0, 12, None, 3),
        ("Woods of trees and maps", 3, 2, None, None),
    ]
    assert "[27]" in papers(reading)[0].abstract
    assert LINKS.of(papers(reading)[4]) == ("https://a.org/b",)
    assert [(warning.line, warning.message[:26]) for warning in reading.warnings] == [
        (33, "a title with no abstract a")
    ]


def test_top_of_the_page_is_named_line_by_line() -> None:
    reading = page("Sets", ABSTRACT)
    assert reading.furniture == {
        1: "news mark",
        3: "newsletter offer",
        5: "newsletter button",
        7: "page heading",
        9: "byline",
        11: "page date",
    }
    assert reading.records[0].sources[0].page == "Daily Papers, Jul 4"


def test_foot_of_the_page_is_named_or_reported() -> None:
    reading = page(
        "Sets", ABSTRACT, "  • 1 authors\n·\nMay 2", "Previous", "1", "...", "Next", "Company", "TOS", "Something else"
    )
    assert len(reading.records) == 1
    assert [what for line, what in reading.furniture.items() if line > 12] == ["paging"] * 4 + ["site menu"] * 2 + [
        "unknown line"
    ]
    assert [warning.message.split('"')[1] for warning in reading.warnings] == ["Something else"]


def test_title_alone_between_papers_is_a_paper_without_abstract() -> None:
    reading = page("Sets", ABSTRACT, "Maps", "Trees", ABSTRACT)
    assert [(paper.title, bool(paper.abstract)) for paper in papers(reading)] == [
        ("Sets", True),
        ("Maps", False),
        ("Trees", True),
    ]
    assert [warning.line for warning in reading.warnings] == [17]


def test_saved_page_without_blank_lines_reads_the_same() -> None:
    blocks = (
        "Sets",
        ABSTRACT,
        "  • 3 authors\n·\nJun 9, 2025 1",
        "Maps",
        ABSTRACT,
        "rice Rice University\n·\nMay 2",
        "Trees",
        ABSTRACT,
    )
    spaced, dense = page(*blocks), read([line for line in [*TOP, *"\n".join(blocks).split("\n")] if line], "page.txt")
    assert [(p.title, p.abstract, AUTHOR_COUNT.of(p), ORGANISATION.of(p), DATE.of(p)) for p in papers(dense)] == [
        (p.title, p.abstract, AUTHOR_COUNT.of(p), ORGANISATION.of(p), DATE.of(p)) for p in papers(spaced)
    ]


def test_impossible_date_is_kept_and_reported() -> None:
    reading = page("Sets", ABSTRACT, "  • 1 authors\n·\nFeb 30, 2024")
    date = DATE.of(papers(reading)[0])
    assert date is not None
    assert (date.text, date.day) == ("Feb 30, 2024", None)
    assert [warning.line for warning in reading.warnings] == [19]


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        (TOP, True),
        (["Sets", "• 3 authors", "·", "May 2"], True),
        (["Daily papers are read daily."], False),
        (["Recorded Talks"], False),
    ],
)
def test_page_is_recognised_by_heading_or_blocks(lines: list[str], known: bool) -> None:
    assert recognises(lines) is known
