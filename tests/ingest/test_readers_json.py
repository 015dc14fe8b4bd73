import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.errors import PageUnreadable
from ingest.merge import merge
from ingest.readers.json_records import read, recognises
from ingest.readers.registry import read_file
from ingest.records import Chapter, Cue, Date, Record, Speaker
from ingest.schema import (
    AUTHOR_COUNT,
    COMMENT_COUNT,
    DATE,
    LINKS,
    ORGANISATION,
    URL_FIELD,
    VIDEO_URL,
    Field,
    Type,
    record_to_json,
    value_fields,
)

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
    assert (talk.id, talk.title, talk.abstract, talk.bio) == ("sets-1", "Sets", TALK["abstract"], TALK["bio"])
    assert talk.speakers == (Speaker("Ada Lind", "Rice", "Reader"),)
    assert talk.chapters == (Chapter("", 0, "Start"), Chapter("", 90.5, "End"))
    assert LINKS.of(talk) == ("https://a.org/b",)
    assert DATE.of(talk) == Date("2024-04-03", 2024, 4, 3)
    assert [(source.page, source.first_line) for source in talk.sources] == [("One", 1), ("Two", 1)]
    assert (URL_FIELD.of(talk), VIDEO_URL.of(talk)) == ("https://a.org", "https://a.org/v")


def test_paper_line_gives_its_counts() -> None:
    line = {"kind": "paper", "title": "Maps", "author_count": 3, "organisation": "Rice", "comment_count": 0}
    [paper] = read([json.dumps(line)], "t.jsonl").records
    assert (AUTHOR_COUNT.of(paper), ORGANISATION.of(paper), COMMENT_COUNT.of(paper)) == (3, "Rice", 0)


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
        pytest.param('{"title": "x", "speakers": 7}', '"speakers" is not a list', id="speakers of a wrong type"),
        pytest.param('{"title": "x", "speakers": [{"affiliation": "y"}]}', "no name", id="speaker without name"),
        pytest.param('{"title": "x", "chapters": [{"start_s": 1}]}', "no title", id="chapter without title"),
    ],
)
def test_bad_line_is_reported_with_its_number_and_the_rest_goes_on(line: str, wanted: str) -> None:
    reading = read(['{"title": "Sets"}', "", line, '{"title": "Maps"}'], "t.jsonl")
    assert [record.title for record in reading.records] == ["Sets", "Maps"]
    assert [(warning.line, wanted in warning.message) for warning in reading.warnings] == [(3, True)]


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
    assert [chapter.start_s for chapter in talk.chapters] == [0, 90, None, None]
    assert len(reading.warnings) == 2


@pytest.mark.parametrize(
    ("told", "kept", "values"),
    [
        pytest.param({"author_count": "3"}, {"author_count": "3"}, {}, id="count that is a text"),
        pytest.param({"author_count": 10**23}, {"author_count": 10**23}, {}, id="count beyond all measure"),
        pytest.param({"duration_s": 90_000}, {"duration_s": 90_000}, {}, id="duration of a day"),
        pytest.param({"recorded": "no"}, {"recorded": "no"}, {}, id="flag that is a text"),
        pytest.param({"tags": ["a", 1]}, {"tags": ["a", 1]}, {}, id="tag that is a number"),
        pytest.param({"ids": ["x"]}, {"ids": ["x"]}, {}, id="ids without names"),
        pytest.param({"date": 12.5}, {"date": 12.5}, {}, id="date that is a fraction"),
        pytest.param({"venue": " Hall 1 ", "mood": "dry"}, {"mood": "dry"}, {"venue": "Hall 1"}, id="unknown key"),
        pytest.param({"speakers": [{"name": "A", "shoe": 39}]}, {"speakers[0].shoe": 39}, {}, id="key of a speaker"),
        pytest.param({"mood": None, "room": "", "other": {"x": [1]}}, {"x": [1]}, {}, id="keys that say nothing"),
    ],
)
def test_value_that_no_field_takes_is_kept_apart_and_reported(
    told: dict[str, Any], kept: dict[str, Any], values: dict[str, Any]
) -> None:
    reading = read([json.dumps({"title": "Sets", **told})], "t.jsonl")
    [record] = reading.records
    assert (record.other, record.values) == (kept, values)
    told_of = [*reading.unused, *(warning.message for warning in reading.warnings)]
    for key in kept if "other" not in told else ():
        assert any(key.split(".")[-1] in text for text in told_of)


def test_unknown_keys_are_named_once_with_their_count() -> None:
    lines = [json.dumps({"title": f"Talk {n}", "mood": "dry", **({"hashtag": "#t"} if n else {})}) for n in range(3)]
    assert read(lines, "t.jsonl").unused == {"mood": 3, "hashtag": 2}


def test_half_a_sign_and_what_a_terminal_obeys_become_a_mark() -> None:
    [record] = read(
        [r'{"title": "Sets \ud800", "abstract": "a\u001b[31m\u0000b", "duration_s": NaN}'], "t.jsonl"
    ).records
    assert (record.title, record.abstract) == ("Sets \ufffd", "a\ufffd[31m\ufffdb")
    assert (record.values, record.other) == ({}, {"duration_s": "nan"})


@pytest.mark.parametrize("end", ["9" * 400, 10**400, "1e999", "inf"])
def test_end_of_a_chapter_beyond_all_measure_is_none(end: object) -> None:
    talk = {"title": "x", "chapters": [{"start_s": 0, "end_s": end, "title": "y"}]}
    [record] = read([json.dumps(talk)], "t.jsonl").records
    assert [(chapter.start_s, chapter.end_s) for chapter in record.chapters] == [(0, None)]


def test_message_is_a_short_line_whatever_it_quotes() -> None:
    with pytest.raises(PageUnreadable) as told:
        read([json.dumps({"title": "x", "kind": "a\nb " * 5000})], "t.jsonl")
    said = str(told.value)
    assert len(said) < 700
    assert "\n" not in said
    assert said.startswith('t.jsonl, line 1: "kind" is')
    assert said.endswith('write "talk" or "paper".')


def test_start_of_a_chapter_that_is_no_time_is_kept_as_written_without_a_link() -> None:
    reading = read([json.dumps({"title": "x", "chapters": [{"start_s": 10**23, "title": "y"}]})], "t.jsonl")
    [chapter] = reading.records[0].chapters
    assert (chapter.time, chapter.start_s, bool(chapter.problem)) == (str(10**23), None, True)
    assert [warning.line for warning in reading.warnings] == [1]


def test_transcript_out_of_order_is_put_in_order_and_a_missing_start_is_the_end_before_it() -> None:
    cues = [{"start_s": 9, "text": "c"}, {"start_s": 1, "end_s": 4.5, "text": "a", "speaker": "Bo"}, {"text": "b"}]
    reading = read([json.dumps({"title": "x", "transcript": cues})], "t.jsonl")
    assert reading.records[0].transcript == (Cue(1, 4.5, "a", "Bo"), Cue(4.5, 9.0, "b"), Cue(9, None, "c"))
    assert len(reading.warnings) == 2


def test_list_over_several_lines_is_read_each_record_at_its_lines() -> None:
    reading = read(json.dumps([{"title": "Sets"}, {"title": "Maps"}, 3], indent=1).split("\n"), "t.json")
    assert [(record.title, record.sources[0].first_line) for record in reading.records] == [("Sets", 2), ("Maps", 5)]
    assert [warning.line for warning in reading.warnings] == [8]


def test_list_that_breaks_off_gives_what_stands_before() -> None:
    reading = read(json.dumps([{"title": "Sets"}, {"title": "Maps"}])[:-8].split("\n"), "t.json")
    assert [record.title for record in reading.records] == ["Sets"]
    assert "nothing behind it is read" in reading.warnings[0].message


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12).map(lambda text: f"x{text}y")
ADDRESSES = st.sampled_from(("https://a.org/b", "https://b.org/v?t=3", "not an address"))
SECONDS_GIVEN = st.integers(0, 40_000) | st.floats(0, 40_000)
OF_TYPE: dict[Type, st.SearchStrategy[Any]] = {
    Type.NAME: TEXTS,
    Type.TEXT: TEXTS,
    Type.NUMBER: st.integers(0, 2**53),
    Type.SECONDS: SECONDS_GIVEN,
    Type.DATE: st.sampled_from(("Apr 3", "Oct 11, 2023", "2021-10", "2019", "20211006", "Feb 30", "spring")),
    Type.URL: ADDRESSES,
    Type.FLAG: st.booleans(),
}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner, max_size=2), max_leaves=3
)
SPEAKERS = st.lists(
    st.fixed_dictionaries({"name": TEXTS}, optional={"affiliation": TEXTS, "role": TEXTS, "shoe": st.integers()}),
    max_size=2,
)


def given_values(field: Field) -> st.SearchStrategy[Any]:
    values = OF_TYPE[field.type]
    if field.is_keyed:
        return st.dictionaries(st.sampled_from(("youtube", "doi")), values, max_size=2)
    return (st.lists(values, max_size=3) if field.holds_many else values) | JSON_VALUES


RECORDS = st.fixed_dictionaries(
    {"title": TEXTS},
    optional={
        "kind": st.sampled_from(("talk", "paper")),
        "id": TEXTS,
        "speakers": SPEAKERS,
        "abstract": TEXTS | st.just("See https://c.org/d, or www.e.org."),
        "bio": TEXTS,
        "pages": st.lists(TEXTS, max_size=2),
        "mood": JSON_VALUES,
        "date_of": st.sampled_from(("held", "uploaded", "eaten")),
        "chapters": st.lists(
            st.fixed_dictionaries(
                {"title": TEXTS},
                optional={
                    "start_s": SECONDS_GIVEN,
                    "end_s": SECONDS_GIVEN,
                    "time": st.sampled_from(("1:02", "61:99")),
                    "speakers": SPEAKERS,
                },
            ),
            max_size=3,
        ),
        "transcript": st.lists(
            st.fixed_dictionaries(
                {"text": TEXTS}, optional={"start_s": SECONDS_GIVEN, "end_s": SECONDS_GIVEN, "speaker": TEXTS}
            ),
            max_size=3,
        ),
        **{field.key: given_values(field) for field in value_fields()},
    },
)


def listed(records: Iterable[Record]) -> list[dict[str, Any]]:
    """As `talks list --json` writes them, without the file that they came from."""
    return [{key: one for key, one in record_to_json(record).items() if key != "sources"} for record in records]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@example([{"title": "x", "duration_s": 1}, {"title": "x", "chapters": [{"title": "y", "start_s": 2}]}])
@given(st.lists(RECORDS, min_size=1, max_size=4))
def test_listed_records_read_back_the_same(made_up: list[dict[str, Any]]) -> None:
    records = merge(read([json.dumps(one) for one in made_up], "made-up.jsonl").records).records
    text = json.dumps([record_to_json(record) for record in records], indent=2, ensure_ascii=False)
    reading = read(text.split("\n"), "list.json")
    assert listed(merge(reading.records).records) == listed(records)
    assert not any("no field takes" in warning.message for warning in reading.warnings)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(
            "Recorded Talks: X\nMaps and Trees Again\nAda Lind, MIT\nAda Lind, MIT\nWe draw maps.\n", id="twice"
        ),
        pytest.param('{"title": "Maps", "chapters": [{"start_s": " ", "title": "a"}]}', id="a blank time"),
    ],
)
def test_odd_record_is_listed_and_read_back_the_same(page: str, tmp_path: Path) -> None:
    (tmp_path / "page").write_text(page)
    records = merge(read_file(tmp_path / "page", name="page").records).records
    back = read([json.dumps(record_to_json(record)) for record in records], "list.jsonl").records
    assert listed(merge(back).records) == listed(records)


def test_listed_seeds_read_back_the_same() -> None:
    seeds = [record for path in sorted(SEEDS.glob("*.txt")) for record in read_file(path, name=path.name).records]
    records = merge(seeds).records
    back = read([json.dumps(record_to_json(record)) for record in records], "list.jsonl").records
    assert listed(merge(back).records) == listed(records)


@pytest.mark.parametrize(
    ("lines", "known"),
    [
        (['{"title": "x"}'], True),
        (["broken", '{"title": "x"}'], True),
        (["Some notes", "and more", "{"], False),
        (["[00:01:23] We begin."], False),
    ],
)
def test_records_are_recognised_by_their_braces(lines: list[str], known: bool) -> None:
    assert recognises(lines) is known


@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_broken_item_of_a_list_costs_no_other(tmp_path: Path, indent: str) -> None:
    items = [
        '{"title": "Silt"}',
        '{"title": "Kelp", "tags": [{"title": "Not a talk"}, }',
        '{"title": "Fog"}',
        '{"title":',
    ]
    path = tmp_path / "talks.json"
    path.write_text("[\n" + ",\n".join(indent + item.replace(", ", f",\n{indent} ") for item in items) + "\n]\n")
    part = read_file(path, name="talks.json")
    assert [record.title for record in part.records] == ["Silt", "Fog"]
    assert [(one.line, one.message[:8]) for one in part.warnings] == [(3, "not JSON"), (7, "not JSON")]
