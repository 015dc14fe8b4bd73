import json
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import PageUnreadable
from ingest.merge import merge
from ingest.readers import read_file
from ingest.readers.native import read, recognises
from ingest.records import Chapter, Date, Paper, Speaker, Talk, record_to_json

SEEDS = Path(__file__).parents[2] / "seeds"
TALK: dict[str, Any] = {
    "id": "sets-1",
    "kind": "talk",
    "title": "Sets",
    "speakers": [{"name": "Ada Lind", "affiliation": "Rice", "role": "Reader"}],
    "abstract": "We show it at https://a.org/b.",
    "bio": "Ada Lind reads.",
    "pages": ["One", "Two"],
    "date": "2024-04-03",
    "url": "https://a.org",
    "video_url": "https://a.org/v",
    "chapters": [{"start_s": 0, "title": "Start"}, {"start_s": 90.5, "title": "End"}],
}


def test_talk_line_gives_every_field() -> None:
    [talk] = read([json.dumps(TALK)], "t.jsonl").records
    assert isinstance(talk, Talk)
    assert (talk.id, talk.title, talk.abstract, talk.bio) == ("sets-1", "Sets", TALK["abstract"], TALK["bio"])
    assert talk.speakers == (Speaker("Ada Lind", "Rice", "Reader"),)
    assert talk.chapters == (Chapter("", 0, "Start"), Chapter("", 90, "End"))
    assert talk.links == ("https://a.org/b",)
    assert talk.date == Date("2024-04-03", 2024, 4, 3)
    assert [(source.page, source.first_line) for source in talk.sources] == [("One", 1), ("Two", 1)]
    assert (talk.url, talk.video_url) == ("https://a.org", "https://a.org/v")


def test_paper_line_gives_its_counts() -> None:
    line = {"kind": "paper", "title": "Maps", "author_count": 3, "organisation": "Rice", "comment_count": 0}
    [paper] = read([json.dumps(line)], "t.jsonl").records
    assert isinstance(paper, Paper)
    assert (paper.author_count, paper.organisation, paper.comment_count) == (3, "Rice", 0)


def test_least_line_is_a_talk_with_a_title() -> None:
    [talk] = read(['{"title": "Sets"}'], "t.jsonl").records
    assert (talk.kind, talk.title, talk.id, talk.abstract) == ("talk", "Sets", "", "")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        pytest.param('{"title": "Sets"', "not JSON", id="broken"),
        pytest.param('["Sets"]', "not a JSON object", id="list"),
        pytest.param('{"abstract": "x"}', 'no "title"', id="no title"),
        pytest.param('{"title": "  "}', 'no "title"', id="blank title"),
        pytest.param('{"title": 3}', '"title" is not a text', id="title of a wrong type"),
        pytest.param('{"title": "x", "kind": "song"}', '"kind"', id="unknown kind"),
        pytest.param('{"title": "x", "speakers": "Ada"}', '"speakers" is not a list', id="speakers of a wrong type"),
        pytest.param('{"title": "x", "speakers": [{"affiliation": "y"}]}', "no name", id="speaker without name"),
        pytest.param(
            '{"title": "x", "chapters": [{"start_s": "1", "title": "y"}]}', "start_s", id="start of a wrong type"
        ),
        pytest.param('{"title": "x", "chapters": [{"start_s": 1}]}', "no title", id="chapter without title"),
        pytest.param(
            '{"title": "x", "kind": "paper", "author_count": "3"}', '"author_count"', id="count of a wrong type"
        ),
        pytest.param('{"title": "\\ud800"}', "no record can hold", id="half a character"),
    ],
)
def test_bad_line_is_reported_with_its_number_and_the_rest_goes_on(line: str, wanted: str) -> None:
    reading = read(['{"title": "Sets"}', "", line, '{"title": "Maps"}'], "t.jsonl")
    assert [record.title for record in reading.records] == ["Sets", "Maps"]
    assert [(oddity.line, wanted in oddity.message) for oddity in reading.oddities] == [(3, True)]
    assert reading.furniture == {3: "unreadable record"}


def test_file_without_a_good_line_names_the_first_bad_one() -> None:
    with pytest.raises(PageUnreadable, match='t.jsonl, line 2: no "title"') as raised:
        read(["", '{"abstract": "x"}', "{"], "t.jsonl")
    assert raised.value.line == 2


def test_chapter_times_are_checked_as_on_pages() -> None:
    chapters = [
        {"start_s": 0, "title": "a"},
        {"start_s": 90, "title": "b"},
        {"start_s": 20, "title": "c"},
        {"title": "d", "time": "61:00"},
    ]
    reading = read([json.dumps({"title": "x", "chapters": chapters})], "t.jsonl")
    [talk] = reading.records
    assert isinstance(talk, Talk)
    assert [chapter.start_s for chapter in talk.chapters] == [0, 90, None, None]
    assert len(reading.oddities) == 2


def test_listed_records_read_back_the_same() -> None:
    seeds = [record for path in sorted(SEEDS.glob("*.txt")) for record in read_file(path, name=path.name).records]
    records = merge(seeds).records
    back = read([json.dumps(record_to_json(record)) for record in records], "list.jsonl").records
    left_out = ("sources", "year")
    for record, again in zip(records, back, strict=True):
        first, second = record_to_json(record), record_to_json(again)
        assert {k: v for k, v in first.items() if k not in left_out} == {
            k: v for k, v in second.items() if k not in left_out
        }


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        (['{"title": "x"}'], True),
        (["broken", '{"title": "x"}'], True),
        (["Some notes", "and more", "{"], False),
        (["[1]"], True),
    ],
)
def test_records_are_recognised_by_their_braces(lines: list[str], known: bool) -> None:
    assert recognises(lines) is known
