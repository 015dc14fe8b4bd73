"""Which words of a record carry what was asked for.

Comes in: a query and the ids found. Goes out: for each record the passage to cite and the span to quote, the words that
carry the fact where the record's text has such, else its beginning.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.catalogue.query import Query
from assistant.types import SourcePassage
from ingest.passages import Passage, speaker_line, split_sentences
from ingest.record_store import RecordStore
from ingest.records import Record, record_pages
from ingest.text import searchable

_LONGEST_OPENING_CHARS = 300


@dataclass(frozen=True, slots=True)
class Cited:
    """A record with the passage that is cited for it and the span that is quoted."""

    record: Record
    source: SourcePassage
    start: int
    end: int


def cited(query: Query, ids: Iterable[str], store: RecordStore) -> list[Cited]:
    """The records with their citations, in the order of the ids."""
    found: list[Cited] = []
    for record_id in ids:
        record = store.record(record_id)
        passages = store.passages_of(record_id)
        passage, start, end = _span(query, passages)
        found.append(Cited(record, source_passage(record, passage), start, end))
    return found


def source_passage(record: Record, passage: Passage, score: float = 1.0) -> SourcePassage:
    """A passage with what a card shows of its record; a score of 1 says only that it was found exactly."""
    first = record.sources[0]
    return SourcePassage(
        passage_id=passage.id,
        id=record.id,
        kind=record.kind,
        title=record.title,
        speakers=tuple(speaker_line(speaker) for speaker in record.speakers) if record.kind == "talk" else (),
        pages=tuple(record_pages(record)),
        section=passage.section,
        text=passage.text,
        score=score,
        source={"file": first.file, "line": first.first_line},
        url=record.url,
    )


def _span(query: Query, passages: list[Passage]) -> tuple[Passage, int, int]:
    has = query.wanted("has")
    for phrase in query.wanted("text"):
        if found := _sentence_with(passages, searchable(phrase)):
            return found
    for section in ("abstract", "bio"):
        for phrase in query.wanted(section):
            if found := _sentence_with([one for one in passages if one.section == section], searchable(phrase)):
                return found
    if "code" in has and (found := _address(passages)):
        return found
    if query.listed == "chapters" or {"chapters", "odd_time"}.intersection(has) or any(query.on("chapters")):
        for passage in passages:
            if passage.section == "chapters":
                return passage, 0, len(passage.text)
    for role in query.wanted("role"):
        if found := _sentence_with([one for one in passages if one.section in ("bio", "chapters")], searchable(role)):
            return found
    if "bio" in has:
        for passage in passages:
            if passage.section == "bio":
                return passage, *_opening(passage)
    return passages[0], *_opening(passages[0])


def _sentence_with(passages: list[Passage], phrase: str) -> tuple[Passage, int, int] | None:
    for passage in passages:
        if phrase and phrase in searchable(passage.text):
            for start, end in split_sentences(passage.text):
                if phrase in searchable(passage.text[start:end]):
                    return passage, start, end
    return None


def _address(passages: list[Passage]) -> tuple[Passage, int, int] | None:
    for passage in passages:
        for match in re.finditer(r"git\s*hub\.com|gitlab\.|bitbucket\.org", passage.text, re.IGNORECASE):
            for start, end in split_sentences(passage.text):
                if start <= match.start() < end:
                    return passage, start, end
    return None


def _opening(passage: Passage) -> tuple[int, int]:
    """The first sentence; cutting the text first keeps long passages fast."""
    spans = split_sentences(passage.text[:_LONGEST_OPENING_CHARS])
    return spans[0] if spans else (0, len(passage.text))
