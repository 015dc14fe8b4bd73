"""The record store of one snapshot: every record and passage in one SQLite file, read-only once written.

Comes in: records and their passages, in the order of the vectors. Goes out: the same, by id or by position; what
records tell, as tables that derive from `schema`, so that a question about the collection has one exact answer. Nothing
reads all records to open. Which rows answer which question is left to `retrieve.structured`.

    records      a row each; a column for each field of one value ("event", and "event_key" as it is compared; a date
                 has "date_year", "date_month", "date_day" too), and how many values a field of several has ("n_links")
    of_<key>     a row for each value of a field of several: position, value, key
    people       a row for each person who speaks: a column for each field of persons, and its key; what the biography
                 says that they are now; whether they speak at the "head" or in a "chapter"
    texts        what can be quoted from a record, and the record as JSON; deflated, the text a dictionary for the JSON,
                 which holds it once more. Passages are slices of the text
    words        title, abstract, bio and the rest of a record's text, as searchable words: SQLite's full-text index,
                 which keeps the words' places and not the text
    titled       what titles are found by: a key (`ingest.text`) and the position of a record
    title_words  each word of a title, once
"""

import contextlib
import json
import re
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ingest import schema
from ingest.errors import IndexDamaged, RecordMissing
from ingest.gists import Gist
from ingest.passages import Passage, Span, record_sections, record_text, split_sentences
from ingest.readers.people import is_role, surname
from ingest.records import Record, Speaker
from ingest.schema import DATES, NAME, ORGANISATION, SPEAKER, Field
from ingest.text import name_key, plain_words, printable, searchable, title_keys

_PASSAGE_COLUMNS = 'section, "start", "end", heading, start_s, end_s, speaker'
_PASSAGES = f"""
SELECT p.record, r.id, p.name, r.kind, {_PASSAGE_COLUMNS}
FROM passages p JOIN records r ON r.position = p.record
"""  # noqa: S608  # no outside text in it
_PACKED = "SELECT text, packed FROM texts JOIN records USING (position)"
# Of the records whose passages were read last: those of one follow each other, and an answer shows twenty.
_TEXTS_KEPT = 64
# Most rows are texts of half a kilobyte: of four times as large a page a twelfth less is left empty.
_PAGE_BYTES = 16384
_RECORD = TypeAdapter(Record)
# The columns of "words".
TEXT_PARTS = ("title", "abstract", "bio", "rest")
_NOW = re.compile(r"\b(?:is|holds|works as)\s")
_BEFORE = re.compile(
    r"\b(?:prior to|before|previously|formerly|until|where (?:s?he|they) (?:was|were)|has served|was|were)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:(?:currently|now|presently|today),? )?(?:he|she|they|dr|prof|professor)\b", re.IGNORECASE)
# Each with the columns that are looked up.
_TABLES: tuple[tuple[str, str, list[str]], ...] = (
    ("passages", f"position INTEGER PRIMARY KEY, record INTEGER, name, {_PASSAGE_COLUMNS}", ["record"]),
    ("gists", "position INTEGER PRIMARY KEY, record_id UNIQUE, text, questions, written_by", []),
    ("texts", "position INTEGER PRIMARY KEY, text, packed", []),
    ("chapters", "position, number, title, problem", ["position"]),
)
# Words are folded and parted by spaces before; this reads nothing into them.
_WORDS = f"{', '.join(TEXT_PARTS)}, content='', columnsize=0, tokenize='ascii'"
# What is looked up by its first column is kept in that order, and takes half the room.
_LOOKED_UP = (
    ("titled", "key INTEGER, position INTEGER, PRIMARY KEY (key, position)"),
    ("title_words", "word TEXT PRIMARY KEY"),
)


def write_store(
    path: Path, records: Sequence[Record], passages: Iterable[Passage], gists: Mapping[str, Gist] | None = None
) -> None:
    """Write a new store; a passage's position is its row in the vectors, counted from 0, and so is a gist's.

    Args:
        gists: By record id.
    """
    connection = sqlite3.connect(path)
    row_of = {record.id: row for row, record in enumerate(records)}
    try:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        # Whoever keeps the file waits for the disk, once; here each of forty tables would, for 0.6 s in all.
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")
        with connection:
            for name, columns, indexed in (*_TABLES, *_derived_tables()):
                connection.execute(f"CREATE TABLE {name} ({columns})")
                for column in indexed:
                    told = f"{name} ({column}) WHERE {column} IS NOT NULL"
                    connection.execute(f"CREATE INDEX {name}_by_{column} ON {told}")
            for name, columns in _LOOKED_UP:
                connection.execute(f"CREATE TABLE {name} ({columns}) WITHOUT ROWID")
            connection.execute(f"CREATE VIRTUAL TABLE words USING fts5({_WORDS})")
            connection.execute("CREATE INDEX timed_passages ON passages (position) WHERE start_s IS NOT NULL")
            _insert(connection, "passages", ((row, *_passage_cells(one, row_of)) for row, one in enumerate(passages)))
            gist_rows = enumerate((gists or {}).items())
            _insert(
                connection,
                "gists",
                ((row, of, one.text, json.dumps(one.questions), one.written_by) for row, (of, one) in gist_rows),
            )
            numbered = list(enumerate(records))
            _insert(connection, "records", ((n, one.id, *_record_row(one).values()) for n, one in numbered))
            _insert(connection, "texts", ((row, *_packed(record)) for row, record in numbered))
            words = ((row, *_words(record)) for row, record in numbered)
            connection.executemany(f"INSERT INTO words (rowid, {', '.join(TEXT_PARTS)}) VALUES (?, ?, ?, ?, ?)", words)
            connection.execute("INSERT INTO words (words) VALUES ('optimize')")
            titled = sorted((key, row) for row, record in numbered for key in title_keys(record.title))
            _insert(connection, "titled", titled)
            title_words = sorted({word for record in records for word in plain_words(record.title)})
            _insert(connection, "title_words", ((word,) for word in title_words))
            _insert(connection, "people", ((row, *cells) for row, record in numbered for cells in _people(record)))
            chapters = ((row, n, one) for row, record in numbered for n, one in enumerate(record.chapters, 1))
            _insert(connection, "chapters", ((row, n, searchable(one.title), one.problem) for row, n, one in chapters))
            for field in _fields_of_several():
                values = ((row, value) for row, record in numbered for value in field.all_of(record))
                _insert(connection, f"of_{field.key}", ((row, one, name_key(one)) for row, one in values))
    finally:
        connection.close()


def _insert(connection: sqlite3.Connection, table: str, rows: Iterable[tuple[Any, ...]]) -> None:
    count = len(connection.execute(f"SELECT * FROM {table} LIMIT 0").description)  # noqa: S608  # our own names
    connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * count)})", rows)  # noqa: S608


def _fields_of_several() -> Iterator[Field]:
    return (field for field in schema.FIELDS if field.is_list and field.person is None)


def _derived_tables() -> Iterator[tuple[str, str, list[str]]]:
    columns = list(_record_row(Record("", "talk", ())))
    keys = [name for name in columns if name.endswith("_key") and name != "title_key"]
    yield "records", ", ".join(("position INTEGER PRIMARY KEY", "id UNIQUE", *columns)), keys
    persons = [name for field in schema.person_fields() for name in (field.key, f"{field.key}_key")]
    yield "people", ", ".join(("position", *persons, "posts", "speaks")), ["position", *persons[1::2]]
    for field in _fields_of_several():
        yield f"of_{field.key}", "position, value, key", ["position", "key"]


def _passage_cells(p: Passage, row_of: Mapping[str, int]) -> tuple[Any, ...]:
    name = p.id.rpartition("#")[2]
    return row_of[p.record_id], name, p.section, p.start, p.end, p.heading, p.start_s, p.end_s, p.speaker


def _record_row(record: Record) -> dict[str, Any]:
    """A record's columns but its position and its id, each with its value."""
    row: dict[str, Any] = {
        "kind": record.kind,
        "title": record.title,
        "title_key": name_key(record.title),
        "title_length": len(record.title),
        "has_abstract": bool(record.abstract.strip()),
        "has_bio": bool(record.bio.strip()),
        "n_chapter": len(record.chapters),
    }
    for field in schema.FIELDS:
        value = field.of(record)
        if field.is_list:
            told = field.all_of(record)
            row[f"n_{field.each}"] = len(told)
            row[f"{field.each}_order"] = order_key(field, told[0]) if told else None
        elif field.type is DATES:
            row[field.key] = getattr(value, "text", None)
            row |= {f"{field.key}_{part}": getattr(value, part, None) for part in ("year", "month", "day")}
        else:
            row[field.key] = value
            row |= {f"{field.key}_key": value and name_key(value)} if field.type is NAME else {}
    return row


def order_key(field: Field, name: str) -> str:
    """As names are put in order: people by surname."""
    return f"{surname(name)} {name_key(name)}" if field is SPEAKER else name_key(name)


def _words(record: Record) -> tuple[str, ...]:
    own = ("title", "abstract", "bio")
    rest = " . ".join(text for section, text in record_sections(record) if section not in own)
    return searchable(record.title), searchable(record.abstract), searchable(record.bio), searchable(rest)


def _people(record: Record) -> Iterator[tuple[str | None, ...]]:
    """Everyone who speaks; a paper's organisation is the affiliation of people whom nobody names."""
    for place, speakers in (
        ("head", record.speakers),
        ("chapter", dict.fromkeys(one for chapter in record.chapters for one in chapter.speakers)),
    ):
        for speaker in speakers:
            yield (*_person(speaker), _posts(record, speaker), place)
    for organisation in ORGANISATION.all_of(record):
        yield (*_person(Speaker("", organisation)), "", "")


def _person(speaker: Speaker) -> Iterator[str | None]:
    for field in schema.person_fields():
        text = field.person(speaker) if field.person else None
        yield from (text or None, name_key(text) if text else None)


def _posts(record: Record, speaker: Speaker) -> str:
    spans = _present_posts(record.bio, speaker.name, alone=len(record.speakers) == 1) if record.bio else []
    return searchable(" . ".join([speaker.role or "", *(record.bio[start:end] for start, end in spans)]))


def _present_posts(bio: str, name: str, *, alone: bool) -> list[Span]:
    """Where a biography says what somebody is now, as (start, end) of each clause.

    Args:
        alone: Whether the biography is of one person; if not, only sentences that begin with the name count.
    """
    family = surname(name)
    spans: list[Span] = []
    for start, end in split_sentences(bio):
        sentence = bio[start:end]
        now = _NOW.search(sentence)
        if now is None or _BEFORE.search(sentence, 0, now.start()):
            continue
        subject = sentence[: now.start()]
        if family not in plain_words(subject) and not (alone and _PRONOUN.match(subject)):
            continue
        former = _BEFORE.search(sentence, now.end())
        stop = former.start() if former else len(sentence)
        if is_role(sentence[now.end() : stop]):
            spans.append((start, start + stop))
    return spans


def dump_record(record: Record) -> str:
    """A record as JSON that `RecordStore` reads back to an equal record."""
    return _RECORD.dump_json(record, exclude_defaults=True).decode()


def _packed(record: Record) -> tuple[bytes, bytes]:
    text = record_text(record).encode("utf-8", "surrogatepass")
    squeeze = zlib.compressobj(zdict=text)
    return zlib.compress(text), squeeze.compress(dump_record(record).encode("utf-8", "surrogatepass")) + squeeze.flush()


def _unpacked(text: bytes, packed: bytes) -> Record:
    return _RECORD.validate_json(zlib.decompressobj(zdict=zlib.decompress(text)).decompress(packed))


def phrase(words: str, *columns: str, at_start: bool = False) -> str:
    """What `words MATCH` takes for searchable words, at least one, that follow each other in one of these columns."""
    return f'{{{" ".join(columns)}}} : {"^ " if at_start else ""}"{words.strip()}"'


@contextlib.contextmanager
def _damage_told() -> Iterator[None]:
    """Tell a damaged file as what it is, wherever a query meets the damage."""
    try:
        yield
    except (sqlite3.DatabaseError, zlib.error, ValidationError) as error:
        # What a wrong query raises is of a narrower class than damage.
        if isinstance(error, sqlite3.OperationalError) and "disk I/O" not in str(error):
            raise
        raise IndexDamaged(
            f"The index is damaged (records.sqlite: {error}); run `talks ingest` to rebuild it."
        ) from error


class RecordStore:
    """Reads a store; one connection, shared by threads, that cannot write."""

    def __init__(self, path: Path) -> None:
        # immutable: a snapshot never changes, so no lock file is made beside it and readers cannot disturb it.
        uri = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(uri, uri=True, check_same_thread=False)
        self._text = lru_cache(maxsize=_TEXTS_KEPT)(self._read_text)

    def record(self, record_id: str) -> Record:
        """The record with this id.

        Raises:
            RecordMissing: There is none; says how to see them all.
        """
        # Half a sign could not be asked for.
        found = self.rows(f"{_PACKED} WHERE id = ?", [printable(record_id)])
        if not found:
            raise RecordMissing(f'No talk or paper has the id "{record_id}"; `talks list` shows them all.')
        with _damage_told():
            return _unpacked(*found[0])

    def id_at(self, position: int) -> str:
        """The id of the record at this position in the corpus."""
        return str(self.rows("SELECT id FROM records WHERE position = ?", [position])[0][0])

    def records(self) -> Iterator[Record]:
        """All records, in the order of the corpus."""
        with _damage_told():
            for row in self._connection.execute(f"{_PACKED} ORDER BY position"):
                yield _unpacked(*row)

    def filled(self, key: str) -> int:
        """How many records tell the field with this key; a field that none does is out of schema."""
        field = schema.field_of(key)
        told = f"{key} IS NOT NULL" if field is None or not field.is_list else f"n_{field.each} > 0"
        return int(self.rows(f"SELECT count(*) FROM records WHERE {told}")[0][0])  # noqa: S608

    def gazetteer(self, key: str) -> list[str]:
        """The names of a field, each as it is written first, by first place."""
        table, column, compared = self.names_of(key)
        query = f"SELECT {column}, min(rowid) FROM {table} WHERE {compared} IS NOT NULL GROUP BY {compared} ORDER BY 2"  # noqa: S608
        return [name for name, _ in self.rows(query)]

    def records_named(self, key: str, name: str) -> list[str]:
        """The ids of the records that have this name in a field, in the order of the corpus."""
        table, _, compared = self.names_of(key)
        found = self.rows(
            f"SELECT id FROM records WHERE position IN (SELECT position FROM {table} "  # noqa: S608
            f"WHERE {compared} = ?) ORDER BY position",
            [name_key(name)],
        )
        return [record_id for (record_id,) in found]

    @staticmethod
    def names_of(key: str) -> tuple[str, str, str]:
        """The table that holds a field's names, and there the columns as written and as compared."""
        field = schema.field_of(key)
        if field is None:
            raise KeyError(key)
        if field.person is not None:
            return "people", key, f"{key}_key"
        return (f"of_{key}", "value", "key") if field.is_list else ("records", key, f"{key}_key")

    def passages(self, positions: Iterable[int]) -> list[Passage]:
        """The passages at these rows of the vectors, in the order asked for."""
        asked = json.dumps([int(position) for position in positions])
        return self._passages("JOIN json_each(?) asked ON asked.value = p.position ORDER BY asked.key", asked)

    def passages_named(self, passage_ids: Iterable[str]) -> list[Passage]:
        """The passages with these ids, each once; an id that there is not is left out."""
        parts = (one.rpartition("#") for one in dict.fromkeys(passage_ids))
        return [one for id_, _, name in parts for one in self._passages("WHERE r.id = ? AND p.name = ?", id_, name)]

    def records_with(self, said: str) -> int:
        """How many records hold these words one after the other."""
        words = searchable(said)
        wanted = [phrase(words, *TEXT_PARTS)]
        return int(self.rows("SELECT count(*) FROM words WHERE words MATCH ?", wanted)[0][0]) if words else 0

    def passages_of(self, record_id: str) -> list[Passage]:
        """A record's passages, in reading order."""
        return self._passages("WHERE r.id = ? ORDER BY p.position", record_id)

    def timed_passages(self) -> list[int]:
        """The positions of the passages of which the second is known, in order."""
        return [
            row for (row,) in self.rows("SELECT position FROM passages WHERE start_s IS NOT NULL ORDER BY position")
        ]

    def gists(self) -> dict[str, Gist]:
        """Every gist by its record's id, in the order of the gists' vectors."""
        rows = self.rows("SELECT record_id, text, questions, written_by FROM gists ORDER BY position")
        return {record_id: _gist(*fields) for record_id, *fields in rows}

    def gist(self, record_id: str) -> Gist | None:
        """What a record is about in plain words, if someone has written it; to be shown as ours, never cited."""
        found = self.rows("SELECT text, questions, written_by FROM gists WHERE record_id = ?", [record_id])
        return _gist(*found[0]) if found else None

    def rows(self, query: str, values: Sequence[str | int | float | None] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query over these tables; what comes from outside belongs in `values`."""
        with _damage_told():
            return self._connection.execute(query, values).fetchall()

    def _passages(self, which: str, *values: str | int) -> list[Passage]:
        rows = self.rows(f"{_PASSAGES} {which}", values)
        return [
            Passage(f"{of}#{name}", of, kind, section, self._text(position)[start:end], start, end, *more)
            for position, of, name, kind, section, start, end, *more in rows
        ]

    def _read_text(self, position: int) -> str:
        """What can be quoted from the record at this position."""
        [[text]] = self.rows("SELECT text FROM texts WHERE position = ?", [position])
        with _damage_told():
            return zlib.decompress(text).decode("utf-8", "surrogatepass")

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()


def _gist(text: str, questions: str, written_by: str | None) -> Gist:
    return Gist(text, tuple(json.loads(questions)), written_by)
