"""What records say of themselves as tables, so that a question about the collection has one exact answer.

Comes in: records. Goes out: rows beside them in the record store: numbers, dates, people, pages, chapters, links,
words. What a record does not say is NULL. Which rows answer which question is left to the catalogue.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.passages import record_text
from ingest.posts import present_posts
from ingest.readers.names import surname
from ingest.records import Record, Speaker, Talk, record_pages, speaker_names
from ingest.text import plain_words, searchable

SCHEMA = """
CREATE TABLE facts (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL, kind TEXT NOT NULL, title_key TEXT NOT NULL,
    title_words TEXT NOT NULL, title_chars INTEGER NOT NULL, speaker_key TEXT,
    date TEXT, year INTEGER, month INTEGER, day INTEGER,
    authors INTEGER, comments INTEGER, organisation TEXT, speakers INTEGER NOT NULL, pages INTEGER NOT NULL,
    chapters INTEGER NOT NULL, links INTEGER NOT NULL, abstract INTEGER NOT NULL, bio INTEGER NOT NULL,
    video TEXT, url TEXT
);
CREATE TABLE words (position INTEGER PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE people (position INTEGER NOT NULL, name TEXT, name_key TEXT, affiliation TEXT, role TEXT NOT NULL);
CREATE TABLE pages (position INTEGER NOT NULL, page TEXT NOT NULL);
CREATE TABLE chapters (position INTEGER NOT NULL, number INTEGER NOT NULL, problem TEXT);
CREATE TABLE links (position INTEGER NOT NULL, address TEXT NOT NULL);
CREATE INDEX people_of_record ON people (position);
CREATE INDEX people_by_name ON people (name_key);
CREATE INDEX pages_of_record ON pages (position);
CREATE INDEX chapters_of_record ON chapters (position);
CREATE INDEX links_of_record ON links (position);
"""


def write_facts(connection: sqlite3.Connection, records: Sequence[Record]) -> None:
    """Write the tables for records at positions counted from 0."""
    connection.executescript(SCHEMA)
    for table, rows in (
        ("facts", _facts),
        ("words", _words),
        ("people", people_rows),
        ("pages", _pages),
        ("chapters", _chapters),
        ("links", _links),
    ):
        values = [(position, *row) for position, record in enumerate(records) for row in rows(record)]
        if values:
            marks = ", ".join("?" * len(values[0]))
            connection.executemany(f"INSERT INTO {table} VALUES ({marks})", values)  # noqa: S608  # our own names


def name_key(name: str) -> str:
    """A name as it is compared: without case, accents and punctuation."""
    return " ".join(plain_words(name))


def people_rows(record: Record) -> Iterator[tuple[str | None, str | None, str | None, str]]:
    """(name, key, affiliation, role and present posts) of all who speak; a paper's organisation has no name."""
    if record.kind == "paper":
        if record.organisation:
            yield None, None, record.organisation, ""
        return
    seen: set[tuple[str, str | None]] = set()
    for speaker in (*record.speakers, *(one for chapter in record.chapters for one in chapter.speakers)):
        if (speaker.name, speaker.affiliation) not in seen:
            seen.add((speaker.name, speaker.affiliation))
            yield speaker.name, name_key(speaker.name), speaker.affiliation, _role(record, speaker)


def _role(talk: Talk, speaker: Speaker) -> str:
    spans = present_posts(talk.bio, speaker.name, alone=len(talk.speakers) == 1) if talk.bio else []
    return searchable(" . ".join([speaker.role or "", *(talk.bio[start:end] for start, end in spans)]))


def _facts(record: Record) -> Iterator[tuple[Any, ...]]:
    date = record.date
    talk = record if record.kind == "talk" else None
    paper = record if record.kind == "paper" else None
    names = speaker_names(record)
    yield (
        record.id,
        record.kind,
        " ".join(plain_words(record.title)),
        searchable(record.title),
        len(record.title),
        f"{surname(names[0])} {name_key(names[0])}" if names else None,
        date.text if date else None,
        *((date.year, date.month, date.day) if date else (None, None, None)),
        paper.author_count if paper else None,
        paper.comment_count if paper else None,
        paper.organisation if paper else None,
        len(names),
        len(record_pages(record)),
        len(talk.chapters) if talk else 0,
        len(record.links),
        int(bool(record.abstract.strip())),
        int(bool(talk and talk.bio.strip())),
        talk.video_url if talk else None,
        record.url,
    )


def _words(record: Record) -> Iterator[tuple[str]]:
    yield (searchable(f"{record.title} . {record_text(record)}"),)


def _chapters(record: Record) -> Iterator[tuple[int, str | None]]:
    if record.kind == "talk":
        for number, chapter in enumerate(record.chapters, 1):
            yield number, chapter.problem


def _pages(record: Record) -> Iterator[tuple[str]]:
    for page in record_pages(record):
        yield (page,)


def _links(record: Record) -> Iterator[tuple[str]]:
    for address in record.links:
        yield (address,)
