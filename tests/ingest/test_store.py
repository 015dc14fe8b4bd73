"""The record store: what goes in comes out, and nothing else can be written."""

import sqlite3
from pathlib import Path

import pytest

from ingest.errors import IndexDamaged, RecordMissing
from ingest.passages import record_passages
from ingest.record_store import RecordStore, write_store
from ingest.records import Chapter, Date, Source, Speaker
from tests import made_up

TALK = made_up.talk(
    id="a-talk",
    title="A “Talk” with 'quotes'; DROP TABLE records",
    speakers=(Speaker("Ünal Ó Briain", "EPFL", "Professor"),),
    sources=(Source("one.txt", 2, 5, "Recorded Talks: One"), Source("two.txt", 7, 9, "Recorded Talks: Two")),
    abstract="First.\nSecond.",
    bio="He is.",
    chapters=(Chapter("59:54:00", None, "Part", (Speaker("A B"),), "no such hour"),),
    links=("https://arxiv.org/abs/2310.18940",),
    date=Date("Apr 3", None, 4, 3),
)
PAPER = made_up.paper(id="a-paper", title="A Paper", sources=(Source("p.txt", 1, 3, "Daily Papers"),), author_count=3)


@pytest.fixture
def store(tmp_path: Path) -> RecordStore:
    passages = [passage for record in (TALK, PAPER) for passage in record_passages(record)]
    write_store(tmp_path / "records.sqlite", [TALK, PAPER], passages)
    return RecordStore(tmp_path / "records.sqlite")


def test_record_read_back_is_equal(store: RecordStore) -> None:
    assert store.record("a-talk") == TALK
    assert list(store.records()) == [TALK, PAPER]


def test_passages_come_in_the_order_asked_for(store: RecordStore) -> None:
    expected = [*record_passages(TALK), *record_passages(PAPER)]
    assert store.passages([3, 0, 1]) == [expected[3], expected[0], expected[1]]
    assert store.passages_of("a-talk") == expected[:3]
    assert store.passages(range(len(expected))) == expected


@pytest.mark.parametrize("record_id", ["nothing", "", "a-talk' OR '1'='1", "%"])
def test_unknown_id_says_how_to_see_them_all(store: RecordStore, record_id: str) -> None:
    with pytest.raises(RecordMissing, match="talks list"):
        store.record(record_id)


def test_store_cannot_be_written_once_it_serves(store: RecordStore) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        store._connection.execute("DELETE FROM records")


def test_damage_met_in_the_middle_of_a_query_is_told(tmp_path: Path) -> None:
    records = [made_up.talk(id=f"talk-{number}", title=f"Talk {number} " + "x" * 2000) for number in range(60)]
    path = tmp_path / "records.sqlite"
    write_store(path, records, [passage for record in records for passage in record_passages(record)])
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = b"\xff" * (len(content) - len(content) // 2)
    path.write_bytes(content)
    store = RecordStore(path)
    with pytest.raises(IndexDamaged, match="talks ingest"):
        [list(store.records()), *store.passages(range(60))]
