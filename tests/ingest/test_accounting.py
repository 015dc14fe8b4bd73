"""Every line of the seed pages belongs to something, and what comes out does not depend on where it stood."""

import re
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.merge import Merged, merge
from ingest.readers import paper_pages, talk_pages
from ingest.readers.registry import read_file
from ingest.records import Record
from ingest.schema import AUTHOR_COUNT, COMMENT_COUNT, DATE, LINKS, ORGANISATION

SEEDS = sorted((Path(__file__).parents[2] / "seeds").glob("*.txt"))
READINGS = {path.name: read_file(path, name=path.name) for path in SEEDS}
LINES = {path.name: re.split(r"\r?\n", path.read_text(encoding="utf-8")) for path in SEEDS}


def merged() -> Merged:
    return merge(record for reading in READINGS.values() for record in reading.records)


def talks(records: tuple[Record, ...]) -> list[Record]:
    return [record for record in records if record.kind == "talk"]


def papers(records: tuple[Record, ...]) -> list[Record]:
    return [record for record in records if record.kind == "paper"]


def entries(name: str) -> list[list[str]]:
    """The lines of each entry of a page."""
    sources = [record.sources[0] for record in READINGS[name].records]
    return [LINES[name][source.first_line - 1 : source.last_line] for source in sources]


def content(records: Iterable[Record]) -> list[str]:
    """What records say, without where they stood, in an order of its own."""
    return sorted(
        repr(
            (
                record.title,
                record.abstract,
                LINKS.of(record),
                (record.speakers, record.bio, record.chapters)
                if record.kind == "talk"
                else (AUTHOR_COUNT.of(record), ORGANISATION.of(record), DATE.of(record), COMMENT_COUNT.of(record)),
            )
        )
        for record in records
    )


def test_seed_entries_and_merges_are_as_counted_by_hand() -> None:
    assert [(len(talks(r.records)), len(papers(r.records))) for r in READINGS.values()] == [
        (16, 0),
        (16, 0),
        (16, 0),
        (0, 49),
        (0, 63),
    ]
    both = merged()
    assert (len(talks(both.records)), len(papers(both.records)), both.merge_count) == (34, 106, 14 + 6)
    assert both.warnings == ()


def test_seed_talks_hold_what_was_counted_by_hand() -> None:
    found = talks(merged().records)
    assert sum(bool(talk.abstract) for talk in found) == 31
    assert sum(bool(talk.bio) for talk in found) == 16
    assert [len(talk.chapters) for talk in found if talk.chapters] == [4, 3, 4]
    assert [talk.title for talk in found if not talk.abstract] == [talk.title for talk in found if talk.chapters]
    assert [talk.title for talk in found if not talk.speakers and not talk.chapters] == []


@pytest.mark.parametrize("joined", [False, True], ids=["entries", "merged"])
def test_seed_papers_hold_what_was_counted_by_hand(joined: bool) -> None:
    records = (
        merged().records if joined else tuple(record for reading in READINGS.values() for record in reading.records)
    )
    found = papers(records)
    assert all(paper.abstract for paper in found)
    assert sum(AUTHOR_COUNT.of(paper) is not None for paper in found) == 47
    assert sum(DATE.of(paper) is not None for paper in found) == 48
    assert sum(DATE.of(paper) is not None and DATE.of(paper).is_full for paper in found) == 39
    assert [ORGANISATION.of(paper) for paper in found if ORGANISATION.of(paper)] == ["Harvard University"]
    assert [COMMENT_COUNT.of(paper) for paper in found if COMMENT_COUNT.of(paper)] == [1, 2, 2, 2, 2]


def test_seed_warnings_are_these() -> None:
    assert [(warning.file[:3], warning.line) for reading in READINGS.values() for warning in reading.warnings] == [
        ("000", 23),
        ("002", 50),
        ("002", 59),
    ]


@pytest.mark.parametrize("name", sorted(READINGS))
def test_every_line_belongs_to_one_record_or_is_named(name: str) -> None:
    owners: dict[int, int] = dict.fromkeys(READINGS[name].furniture, 1)
    for record in READINGS[name].records:
        for line in range(record.sources[0].first_line, record.sources[0].last_line + 1):
            owners[line] = owners.get(line, 0) + 1
    filled = [number for number, line in enumerate(LINES[name], start=1) if line.strip()]
    left_over = [(number, LINES[name][number - 1]) for number in filled if owners.get(number, 0) != 1]
    assert left_over == []


@pytest.mark.parametrize("name", sorted(READINGS))
def test_every_word_of_an_entry_is_in_its_record(name: str) -> None:
    missing = []
    for record, lines in zip(READINGS[name].records, entries(name), strict=True):
        fields = repr(record).replace("\\'", "'")
        for line in filter(None, map(str.strip, lines)):
            words = re.findall(r"[^\W_]+", line)
            missing += [
                (record.title, line, word) for word in words if word not in fields and word not in ("author", "authors")
            ]
    assert missing == []


@pytest.mark.parametrize("name", sorted(READINGS))
def test_text_of_a_record_stands_in_the_page_as_written(name: str) -> None:
    page = {line.strip() for line in LINES[name]}
    for record in READINGS[name].records:
        texts = [record.title, *record.abstract.split("\n"), *(record.bio.split("\n") if record.kind == "talk" else [])]
        assert [text for text in texts if text and text not in page] == []


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_shuffled_talk_pages_give_the_same_talks(data: st.DataObject) -> None:
    names = [name for name in READINGS if talks(READINGS[name].records)]
    every = [entry for name in names for entry in entries(name)]
    shuffled = [every[index] for index in data.draw(st.permutations(range(len(every))))]
    reading = talk_pages.read(["Recorded Talks: All", *(line for entry in shuffled for line in entry)], "all")
    before = [record for name in names for record in READINGS[name].records]
    assert content(reading.records) == content(before)
    assert {talk.id for talk in merge(reading.records).records} == {talk.id for talk in talks(merged().records)}


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_shuffled_paper_pages_give_the_same_papers(data: st.DataObject) -> None:
    names = [name for name in READINGS if papers(READINGS[name].records)]
    every = [entry for name in names for entry in entries(name)]
    shuffled = [every[index] for index in data.draw(st.permutations(range(len(every))))]
    reading = paper_pages.read(["Daily Papers", "", *(line for entry in shuffled for line in (*entry, ""))], "all")
    before = [record for name in names for record in READINGS[name].records]
    assert content(reading.records) == content(before)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_talks_without_their_bios_or_speakers_stay_apart(data: st.DataObject) -> None:
    kept, titles, bare = [], [], 0
    for name, reading in READINGS.items():
        for talk, lines in zip(talks(reading.records), entries(name), strict=False):
            drop_bio, drop_speakers = data.draw(st.tuples(st.booleans(), st.integers(0, 7)))
            bio = talk.bio.split("\n") if talk.bio and drop_bio else []
            left = [line for line in lines if line.strip() not in bio]
            if drop_speakers == 0 and talk.speakers and not talk.chapters:
                left, bare = [left[0], *left[1 + len(talk.speakers) :]], bare + 1
            kept += left
            titles.append(talk.title)
    whole = talk_pages.read(["Recorded Talks: All", *kept], "all")
    assert [record.title for record in whole.records] == titles
    assert sum("no speaker line" in warning.message for warning in whole.warnings) == bare


WORDS = [
    "Sets",
    "maps",
    "Ada",
    "Lind",
    "MIT,",
    "We",
    "show",
    "the",
    "is",
    "at",
    "·",
    "•",
    "12",
    "authors",
    "May",
    "2024",
    "-",
]
SHAPES = st.sampled_from(
    [
        "Recorded Talks: More",
        "Daily Papers",
        "00:10:00 - Start",
        "Ada Lind, MIT",
        "Ada Lind",
        "Bio:",
        "Abstract",
        "·",
        "  • 3 authors",
        "May 2",
        "Jun 9, 2025 1",
        "rice Rice University",
        "https://a.org/",
        "Next",
        "4",
        "Ada Lind is a reader at MIT.",
        "We show it. " * 30,
    ]
)
LINE = st.one_of(
    SHAPES,
    st.just(""),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join),
    st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=40),
)


@pytest.mark.parametrize(
    ("reader", "heading"), [(talk_pages, "Recorded Talks: X"), (paper_pages, "Daily Papers")], ids=["talks", "papers"]
)
@settings(max_examples=300, deadline=None)
@given(lines=st.lists(LINE, max_size=25))
def test_no_line_of_any_page_is_lost(reader: ModuleType, heading: str, lines: list[str]) -> None:
    page = [heading, *lines]
    reading = reader.read(page, "any.txt")
    owned = [
        n for record in reading.records for n in range(record.sources[0].first_line, record.sources[0].last_line + 1)
    ]
    assert len(owned) == len(set(owned))
    lost = [n for n, line in enumerate(page, start=1) if line.strip() and n not in reading.furniture and n not in owned]
    assert lost == []
    shown = " ".join(str(part) for record in reading.records for part in _parts(record))
    reported = {*reading.furniture, *(warning.line for warning in reading.warnings)}
    assert [n for n in owned if n not in reported and not _is_shown(page[n - 1].strip(), shown)] == []
    assert all(1 <= warning.line <= len(page) for warning in reading.warnings)


def _parts(record: Record) -> list[object]:
    if record.kind == "paper":
        return [
            record.title,
            record.abstract,
            AUTHOR_COUNT.of(record),
            ORGANISATION.of(record),
            DATE.of(record),
            COMMENT_COUNT.of(record),
        ]
    chapters = [part for chapter in record.chapters for part in (chapter.time, chapter.title, chapter.speakers)]
    return [record.title, record.speakers, record.abstract, record.bio, *chapters]


def _is_shown(line: str, shown: str) -> bool:
    """Whether a line's words are in what the records say, labels, marks and a logo's text left out."""
    marks = {"author", "authors", "and", "bio", "bios", "biography", "biographies", "abstract", "summary", "rice"}
    return all(word in shown or word.casefold() in marks for word in re.findall(r"[^\W_]+", line))
