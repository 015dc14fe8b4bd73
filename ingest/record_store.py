"""The record store of one generation: every record and passage in one SQLite file, read-only once written.

Comes in: records and their passages, in the order of the vectors. Goes out: the same, by id or by position.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from ingest.errors import RecordMissing
from ingest.facts import write_facts
from ingest.gists import Gist
from ingest.passages import Passage
from ingest.records import Kind, Record
from ingest.text import searchable

_SCHEMA = """
CREATE TABLE records (position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, kind TEXT NOT NULL, json TEXT NOT NULL);
CREATE TABLE passages (
    position INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, record_id TEXT NOT NULL, kind TEXT NOT NULL,
    section TEXT NOT NULL, text TEXT NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, heading TEXT NOT NULL
);
CREATE INDEX passages_of_record ON passages (record_id);
CREATE TABLE gists (
    position INTEGER PRIMARY KEY, record_id TEXT UNIQUE NOT NULL, text TEXT NOT NULL, questions TEXT NOT NULL,
    written_by TEXT
);
"""
_PASSAGE_COLUMNS = 'id, record_id, kind, section, text, "start", "end", heading'
_RECORD = TypeAdapter[Record](Annotated[Record, Field(discriminator="kind")])


def write_store(
    path: Path, records: Sequence[Record], passages: Sequence[Passage], gists: Mapping[str, Gist] | None = None
) -> None:
    """Write a new store; a passage's position is its row in the vectors, counted from 0, and so is a gist's.

    Args:
        gists: By record id.
    """
    connection = sqlite3.connect(path)
    try:
        with connection:
            connection.executescript(_SCHEMA)
            connection.executemany(
                "INSERT INTO records VALUES (?, ?, ?, ?)",
                ((row, record.id, record.kind, dump_record(record)) for row, record in enumerate(records)),
            )
            connection.executemany(
                "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (row, p.id, p.record_id, p.kind, p.section, p.text, p.start, p.end, p.heading)
                    for row, p in enumerate(passages)
                ),
            )
            write_facts(connection, records)
            connection.executemany(
                "INSERT INTO gists VALUES (?, ?, ?, ?, ?)",
                (
                    (row, record_id, gist.text, json.dumps(gist.questions), gist.written_by)
                    for row, (record_id, gist) in enumerate((gists or {}).items())
                ),
            )
    finally:
        connection.close()


def dump_record(record: Record) -> str:
    """A record as JSON that `RecordStore` reads back to an equal record."""
    return _RECORD.dump_json(record).decode()


class RecordStore:
    """Reads a store; one connection, shared by threads, that cannot write."""

    def __init__(self, path: Path) -> None:
        # immutable: a generation never changes, so no lock file is made beside it and readers cannot disturb it.
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)

    def record(self, record_id: str) -> Record:
        """The record with this id.

        Raises:
            RecordMissing: There is none; says how to see them all.
        """
        row = self._connection.execute("SELECT json FROM records WHERE id = ?", (record_id,)).fetchone()
        if row is None:
            raise RecordMissing(f'No talk or paper has the id "{record_id}"; `talks list` shows them all.')
        return _RECORD.validate_json(row[0])

    def records(self, kind: Kind | None = None) -> Iterator[Record]:
        """All records, or those of one kind, in the order of the corpus."""
        query = "SELECT json FROM records WHERE kind = ? OR ? IS NULL ORDER BY position"
        for (text,) in self._connection.execute(query, (kind, kind)):
            yield _RECORD.validate_json(text)

    def passages(self, positions: Iterable[int]) -> list[Passage]:
        """The passages at these rows of the vectors, in the order asked for."""
        query = f"SELECT {_PASSAGE_COLUMNS} FROM passages WHERE position = ?"  # noqa: S608  # no outside text in it
        return [Passage(*self._connection.execute(query, (int(position),)).fetchone()) for position in positions]

    def passages_named(self, passage_ids: Iterable[str]) -> list[Passage]:
        """The passages with these ids, each once; an id that there is not is left out."""
        query = f"SELECT {_PASSAGE_COLUMNS} FROM passages WHERE id = ?"  # noqa: S608
        found = (self._connection.execute(query, (one,)).fetchone() for one in dict.fromkeys(passage_ids))
        return [Passage(*row) for row in found if row]

    def records_with(self, phrase: str) -> int:
        """How many records hold these words one after the other."""
        words = searchable(phrase)
        return int(self.rows("SELECT count(*) FROM words WHERE ? <> '' AND instr(body, ?) > 0", [words, words])[0][0])

    def passages_of(self, record_id: str) -> list[Passage]:
        """A record's passages, in reading order."""
        query = f"SELECT {_PASSAGE_COLUMNS} FROM passages WHERE record_id = ? ORDER BY position"  # noqa: S608
        return [Passage(*row) for row in self._connection.execute(query, (record_id,))]

    def outline(self) -> list[tuple[str, str, Kind]]:
        """(passage id, record id, kind) of every passage, by position."""
        return self._connection.execute("SELECT id, record_id, kind FROM passages ORDER BY position").fetchall()

    def headed_texts(self) -> list[str]:
        """The text that was embedded for each passage, by position."""
        rows = self._connection.execute(f"SELECT {_PASSAGE_COLUMNS} FROM passages ORDER BY position")  # noqa: S608
        return [Passage(*row).headed_text for row in rows]

    def names_and_titles(self) -> list[str]:
        """Titles, speakers and affiliations as passages are headed with them, and the lines of chapters."""
        rows = self._connection.execute(
            "SELECT DISTINCT heading FROM passages UNION ALL SELECT text FROM passages WHERE section = 'chapters'"
        )
        return [text for (text,) in rows]

    def gists(self) -> dict[str, Gist]:
        """Every gist by its record's id, in the order of the gists' vectors."""
        rows = self._connection.execute("SELECT record_id, text, questions, written_by FROM gists ORDER BY position")
        return {record_id: _gist(*fields) for record_id, *fields in rows}

    def gist(self, record_id: str) -> Gist | None:
        """What a record is about in plain words, if someone has written it; to be shown as ours, never cited."""
        query = "SELECT text, questions, written_by FROM gists WHERE record_id = ?"
        row = self._connection.execute(query, (record_id,)).fetchone()
        return _gist(*row) if row else None

    def rows(self, query: str, values: Sequence[str | int | None] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query over these tables and those of `facts`; what comes from outside belongs in `values`."""
        return self._connection.execute(query, values).fetchall()

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _gist(text: str, questions: str, written_by: str | None) -> Gist:
    return Gist(text, tuple(json.loads(questions)), written_by)
