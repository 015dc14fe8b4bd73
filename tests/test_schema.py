"""The promise of the schema: one entry, and a source that gives the key, is enough for everything."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from assistant.answer.citations import CitedText
from assistant.answer.tabulate import tell
from assistant.outlets import cli
from assistant.query import Condition, Query, parse_query
from assistant.retrieve.structured import evaluate
from ingest import schema
from ingest.passages import record_passages
from ingest.readers.json_records import read
from ingest.record_store import RecordStore, write_store
from ingest.schema import NAME, NUMBER, Field, field_named, record_to_json, rows

MOOD = Field("mood", NAME, "mood", "moods", aliases="temper")
PAINT = Field("paint_count", NUMBER, "number of paints", unit="paint")
LINES = [
    {"title": "Sets", "mood": "Dry", "paint_count": 2},
    {"title": "Maps", "mood": "Merry"},
    {"title": "Walks", "mood": "dry", "paint_count": 7},
    {"title": "Salt"},
]


@pytest.fixture(autouse=True)
def _two_more_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "FIELDS", (*schema.FIELDS, MOOD, PAINT))


@pytest.fixture
def store(tmp_path: Path) -> RecordStore:
    from ingest.merge import merge

    records = merge(read([json.dumps(line) for line in LINES], "t.jsonl").records).records
    write_store(tmp_path / "s", records, [passage for record in records for passage in record_passages(record)])
    return RecordStore(tmp_path / "s")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("listed: records\nmood: dry", ("sets", "walks")),
        ("listed: records\nnot mood: dry", ("maps", "salt")),
        ("listed: records\nhas: mood\npaint_count: 3..", ("walks",)),
        ("listed: records\norder: paint_count\ndescending: yes", ("walks", "sets", "maps", "salt")),
        ("listed: records\norder: mood\nhas: mood", ("sets", "walks", "maps")),
    ],
)
def test_new_field_is_filtered_and_ordered(text: str, found: tuple[str, ...], store: RecordStore) -> None:
    query = parse_query(text)
    assert query is not None
    assert evaluate(query, store).ids == found


def test_new_field_is_listed_counted_and_told(store: RecordStore) -> None:
    assert [(group.name, len(group.ids)) for group in evaluate(Query("mood"), store).groups] == [
        ("Dry", 2),
        ("Merry", 1),
    ]
    assert store.gazetteer("mood") == ["Dry", "Merry"]
    assert (store.filled("mood"), store.filled("paint_count"), store.filled("venue")) == (3, 2, 0)
    assert store.records_named("mood", "DRY") == ["sets", "walks"]
    query = Query(kind="talk", conditions=(Condition("mood", ("dry",)),))
    answer = CitedText()
    for _ in tell(evaluate(query, store), store, answer):
        pass
    assert answer.text.startswith(
        "There are **2 talks** with the mood “dry” (2 of 2). 1 talk gives no mood; it is left out.\n1. **Sets** — Dry"
    )


def test_new_field_is_shown_on_a_card_and_found_by_its_words(store: RecordStore) -> None:
    assert ("Mood", "Dry") in rows(store.record("sets"))
    assert ("Number of paints", "7") in rows(store.record("walks"))
    assert field_named("Temper") is MOOD


def test_new_field_goes_out_as_json_and_in_again(store: RecordStore) -> None:
    written = [record_to_json(record) for record in store.records()]
    assert [one["mood"] for one in written] == ["Dry", "Merry", "dry", None]
    again = read([json.dumps(one) for one in written], "list.jsonl").records
    assert [MOOD.of(record) for record in again] == ["Dry", "Merry", "dry", None]


def test_command_line_narrows_by_a_new_field_and_names_the_fields(tmp_path: Path) -> None:
    (tmp_path / "talks.jsonl").write_text("\n".join(map(json.dumps, LINES)))
    place = ["--corpus", str(tmp_path / "talks.jsonl"), "--home", str(tmp_path / "home")]
    listed = CliRunner().invoke(
        cli.app, ["list", *place, "--where", "temper=dry", "--where", "paint_count=..3", "--json"]
    )
    assert [record["id"] for record in json.loads(listed.stdout)] == ["sets"]
    batch = tmp_path / "batch.jsonl"
    questions = [
        {"id": 1, "question": "sets, maps", "where": {"mood": "merry"}},
        {"id": 2, "question": "sets, maps", "where": {"paint_count": 7}},
        {"id": 3, "question": "sets, maps", "where": {"nothing": "x"}},
    ]
    batch.write_text("\n".join(map(json.dumps, questions)))
    asked = CliRunner().invoke(cli.app, ["search", *place, "--batch", str(batch)])
    answers = [json.loads(line) for line in asked.stdout.splitlines()]
    assert [[one["id"] for one in answer.get("results", [])] for answer in answers] == [["maps"], ["walks"], []]
    assert answers[2]["error"].startswith('There is no field "nothing"; the fields are speaker, ')
    for where in ("nothing=x", "paint_count=many", "date=someday", "no condition"):
        wrong = CliRunner().invoke(cli.app, ["search", "sets", *place, "--where", where])
        assert wrong.exit_code == 1
        assert wrong.stderr.count("\n") == 1
