import itertools
from typing import Any

import pytest

from ingest.merge import is_repeat, merge
from ingest.records import Cue, Date, Record, Source, Speaker
from ingest.schema import AUTHOR_COUNT, COMMENT_COUNT, DATE, LINKS, VIDEO_URL
from ingest.text import name_key
from tests import made_up

ABSTRACT = "We study sets that know their own maps, and show how far each map can be trusted when its set is gone."
OTHER = "A tale of trees in winter: which branches bear the snow, which break, and what foresters have made of both."


def talk(
    title: str = "Sets", *, line: int = 1, speaker: str | None = "Ada Lind", page: str = "P", **fields: Any
) -> Record:
    speakers = (Speaker(speaker),) if speaker else ()
    told = {"speakers": speakers, "sources": (Source("a.txt", line, line, page),), **fields}
    return made_up.talk(title, **told)


def paper(title: str = "Sets", *, line: int = 1, **fields: Any) -> Record:
    return made_up.paper(title, (Source("b.txt", line, line, "D"),), **fields)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        pytest.param(talk(), talk(), True, id="the same"),
        pytest.param(talk(), talk(speaker=None), True, id="one without speakers"),
        pytest.param(talk(), talk(speaker="A. Lind"), True, id="the same surname"),
        pytest.param(talk(), talk(speaker="Bo Roe"), False, id="other speakers"),
        pytest.param(talk(abstract=ABSTRACT), talk(abstract=ABSTRACT[:60]), True, id="abstract cut short"),
        pytest.param(talk(abstract=ABSTRACT), talk(), True, id="one without abstract"),
        pytest.param(talk(abstract=ABSTRACT), talk(abstract=OTHER), False, id="other abstracts"),
        pytest.param(talk(id="x"), talk(id="y"), False, id="ids given by the source differ"),
    ],
)
def test_repeat_is_one_that_nothing_contradicts(first: Record, second: Record, expected: bool) -> None:
    assert is_repeat(first, second) is expected
    assert is_repeat(second, first) is expected


@pytest.mark.parametrize("title", ["deep sets!", "Deep  Sets", "“Deep” Sets:", "DEEP-SETS"])
def test_titles_are_compared_without_case_and_signs(title: str) -> None:
    assert name_key(title) == name_key("Deep Sets")


def test_joined_record_takes_the_first_value_that_is_there_and_every_place() -> None:
    first = talk(line=1, page="One", abstract=ABSTRACT, links=("https://a",))
    second = talk(
        line=9, page="Two", bio="Ada reads.", links=("https://b", "https://a"), speakers=(Speaker("Ada Lind", "Rice"),)
    )
    merged = merge([first, talk("Maps", line=5), second])
    assert merged.merge_count == 1
    assert [record.id for record in merged.records] == ["sets", "maps"]
    joined = merged.records[0]
    assert (joined.abstract, joined.bio, LINKS.of(joined)) == (ABSTRACT, "Ada reads.", ("https://a", "https://b"))
    assert joined.speakers == (Speaker("Ada Lind", "Rice"),)
    assert [source.page for source in joined.sources] == ["One", "Two"]
    assert merged.warnings == ()


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["bare first", "bare last"])
def test_figures_of_a_paper_survive_a_repeat_without_them(order: tuple[int, int]) -> None:
    date = Date("May 2, 2024", 2024, 5, 2)
    both = (paper(abstract=ABSTRACT), paper(line=7, abstract=ABSTRACT, author_count=0, date=date, comment_count=2))
    [joined] = merge([both[index] for index in order]).records
    assert (AUTHOR_COUNT.of(joined), DATE.of(joined), COMMENT_COUNT.of(joined)) == (0, date, 2)


def test_repeat_that_disagrees_is_reported_at_its_line() -> None:
    merged = merge([paper(author_count=3), paper(line=7, author_count=4)])
    assert [str(warning) for warning in merged.warnings] == [
        'b.txt, line 7: "Sets" is told differently in b.txt, line 1 (number of authors); the first is kept.'
    ]
    assert [AUTHOR_COUNT.of(record) for record in merged.records if record.kind == "paper"] == [3]


def test_clashing_ids_do_not_depend_on_the_order() -> None:
    records: list[Record] = [
        talk(speaker="Ada Lind"),
        talk(speaker="Bo Roe", abstract=ABSTRACT),
        talk(speaker="Cy Roe", abstract=OTHER),
        talk("Maps"),
        paper("Sets"),
    ]
    seen = set()
    for order in itertools.permutations(range(len(records))):
        merged = merge([records[index] for index in order]).records
        seen.add(tuple(merged[order.index(index)].id for index in range(len(records))))
    [(first, second, third, other, shelf)] = seen
    assert (first, other, shelf) == ("sets-lind", "maps", "sets-paper")
    assert second.startswith("sets-roe-")
    assert third.startswith("sets-roe-")
    assert second != third


def test_paper_of_the_same_title_leaves_the_talks_id_alone() -> None:
    assert [record.id for record in merge([paper(), talk()]).records] == ["sets-paper", "sets"]


def test_id_given_by_the_source_is_kept_and_never_taken_by_a_title() -> None:
    merged = merge([talk("Maps", id="sets"), talk("Sets")])
    assert [record.id for record in merged.records] == ["sets", "sets-lind"]
    assert merged.warnings == ()


def test_id_given_twice_joins_one_title_and_parts_two() -> None:
    merged = merge([talk("Sets", id="x"), talk("Sets", id="x", line=2), talk("Maps", id="x", line=3)])
    assert [(record.id, record.title) for record in merged.records] == [("x", "Sets"), ("maps", "Maps")]
    assert merged.merge_count == 1
    assert [(warning.line, 'the id "x"' in warning.message) for warning in merged.warnings] == [(3, True)]


def test_title_of_signs_alone_still_gets_an_id() -> None:
    first, second = (record.id for record in merge([talk("???"), talk("!!!", speaker=None)]).records)
    assert first
    assert second
    assert first != second


def test_merging_again_changes_nothing() -> None:
    once = merge([talk(abstract=ABSTRACT), talk(line=4), talk("Maps"), paper()])
    again = merge(once.records)
    assert again.records == once.records
    assert again.merge_count == 0


GIVEN: dict[str, Any] = {
    "speakers": (Speaker("Ada Roe"),),
    "event": "Ice Days 2019",
    "date": Date("2019-05-04", 2019, 5, 4, "held"),
}
ONE_TALK = {
    "another host": ({**GIVEN, "video_url": "https://a.org/1"}, {**GIVEN, "video_url": "https://b.org/2"}),
    "another name of the event": (GIVEN, {**GIVEN, "event": "Ice Days"}),
    "the day of its video": (GIVEN, {**GIVEN, "date": Date("2019-06-01", 2019, 6, 1, "uploaded")}),
    "one video under two addresses": (
        {"video_url": "https://youtu.be/abcdefghijk"}, {"video_url": "https://www.youtube.com/watch?v=abcdefghijk"},
    ),
    "less is said": (GIVEN, {}),
}  # fmt: skip
TWO_TALKS = {
    "another day": (GIVEN, {**GIVEN, "date": Date("2020-05-04", 2020, 5, 4, "held")}),
    "another event and day": (GIVEN, {**GIVEN, "event": "Ice Days 2020", "date": Date("2020", 2020)}),
    "another event and video": (
        {**GIVEN, "video_url": "https://a.org/1"}, {**GIVEN, "event": "Snow Days", "video_url": "https://a.org/2"},
    ),
    "another video of nobody's": (
        {"event": "Ice Days 2019", "video_url": "https://a.org/1"}, {"event": "Ice Days 2019", "video_url": "https://a.org/2"},
    ),
    "two starts in one video": (
        {"video_url": "https://youtu.be/abcdefghijk?t=1"}, {"video_url": "https://youtu.be/abcdefghijk?t=900"},
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("entries", "count"),
    [pytest.param(entries, 1, id=name) for name, entries in ONE_TALK.items()]
    + [pytest.param(entries, 2, id=name) for name, entries in TWO_TALKS.items()],
)
def test_entries_are_one_talk_where_people_and_event_or_day_agree(
    entries: tuple[dict[str, Any], dict[str, Any]], count: int
) -> None:
    for first, second in (entries, entries[::-1]):
        merged = merge([made_up.talk("On Ice", **first), made_up.talk("On Ice", **second)])
        assert len(merged.records) == count
        videos = {told["video_url"] for told in (first, second) if "video_url" in told}
        kept = {one for record in merged.records for one in (VIDEO_URL.of(record), *LINKS.of(record))}
        assert videos <= kept


def test_joined_talk_has_the_day_it_was_held_and_the_transcript_with_times() -> None:
    uploaded = made_up.talk(
        "On Ice", GIVEN["speakers"], event="Ice Days 2019", date=Date("2019-06-01", 2019, 6, 1, "uploaded"),
        transcript=(Cue(None, None, "Ice."),), captions="none",
    )  # fmt: skip
    held = made_up.talk("On Ice", transcript=(Cue(1.0, 2.0, "Ice."),), captions="hand", **GIVEN)
    [record] = merge([uploaded, held]).records
    assert DATE.of(record) == GIVEN["date"]
    assert record.transcript == held.transcript
    assert record.values["captions"] == "hand"
