"""The contract's JSON in one place: answer, search result, record, citation.

Comes in: what the program found or said. Goes out: plain JSON values, the same for the command line, batches, the API
and MCP, and their types, of which MCP makes its schemas. A key may be added here, none goes; what does not exist is
null.
"""

import re
from dataclasses import asdict
from typing import Any, cast
from urllib.parse import quote

from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict  # pydantic reads the standard library's from Python 3.12 on only

from assistant.retrieve.evidence import Gatherer
from assistant.retrieve.hybrid import RankedRecord
from assistant.types import Answer, Citation, StatementCheck
from ingest.records import Kind, Record, speaker_names
from ingest.schema import record_to_json

# In an address, what would end or break the link or the field that it stands in, as the address itself may write it.
ADDRESS = {ord(sign): f"%{ord(sign):02X}" for sign in " \"'\\{}<>^`|()[]\n"}

_OPEN = with_config(ConfigDict(extra="allow"))
_MARKER = re.compile(r"\[(\d{1,4})\]")


@_OPEN
class RecordJson(TypedDict):
    """A talk or paper; whole, it has more keys, as the schema has them."""

    id: str
    kind: Kind
    title: str


@_OPEN
class PlaceJson(TypedDict):
    """Where a passage stands; times in seconds from the start of the recording."""

    passage_id: str
    section: str
    start_s: float | None
    end_s: float | None
    opens_at_s: int | None
    source: dict[str, Any]


@_OPEN
class PassageJson(PlaceJson):
    """A passage that fits a question."""

    score: float
    text: str


@_OPEN
class ResultJson(RecordJson):
    """A talk or paper that fits a question: its best passage, then all of its good ones, best first."""

    score: float
    passage_id: str
    section: str
    text: str
    passages: list[PassageJson]


@_OPEN
class SearchJson(TypedDict):
    """What a search found, best first, and how long it took in milliseconds."""

    results: list[ResultJson]
    ms: float


@_OPEN
class CitationJson(RecordJson, PlaceJson):
    """One marker of an answer and what it points at."""

    n: int
    speakers: list[str]
    quote: str
    support: str | None
    url: str | None
    video_url: str | None
    deep_link: str | None


@_OPEN
class GroundingJson(TypedDict):
    """One statement of an answer beside what it cites; offsets in the answer, in characters."""

    start: int
    end: int
    verdict: str
    reason: str
    cites: list[int]


@_OPEN
class AnswerJson(TypedDict):
    """A finished turn; `ms` in milliseconds."""

    question: str
    standalone_question: str
    intent: str
    answer: str
    citations: list[CitationJson]
    grounding: list[GroundingJson]
    refused: bool
    abstention: dict[str, Any] | None
    mode: str
    dropped_markers: int
    notice: str | None
    checks: list[dict[str, Any]]
    ms: dict[str, float | None]


@_OPEN
class EntryJson(RecordJson):
    """A talk or paper in a list."""

    speakers: list[str]
    date: str | None
    url: str | None


def citation_address(citation: Citation, page_url: str) -> str:
    """Where a citation leads: to the second of the recording, else to the record's own page, else to it on ours."""
    there = citation.deep_link or citation.url or f"{page_url}?talk={quote(citation.id, safe='')}"
    return there.translate(ADDRESS)


def answer_json(answer: Answer) -> AnswerJson:
    """An answer; `checks`, the former form of `grounding`, stays until 1.0."""
    return {
        "question": answer.question,
        "standalone_question": answer.standalone_question,
        "intent": answer.intent,
        "answer": answer.text,
        "citations": [
            cast(CitationJson, asdict(citation) | {"speakers": list(citation.speakers)})
            for citation in answer.citations
        ],
        "grounding": [_grounding_json(check, answer.text) for check in answer.checks],
        "refused": answer.refused,
        "abstention": asdict(answer.abstention) if answer.abstention else None,
        "mode": answer.mode,
        "dropped_markers": answer.dropped_markers,
        "notice": answer.notice,
        "checks": [asdict(check) for check in answer.checks],
        "ms": answer.timing_ms,
    }


def result_json(found: RankedRecord, gatherer: Gatherer, question: str) -> ResultJson:
    """One search result; its passages open where they answer the question."""
    sources = [gatherer.source(one.passage, one.score) for one in found.passages]
    passages: list[PassageJson] = [
        {
            "passage_id": one.passage_id,
            "section": one.section,
            "start_s": one.start_s,
            "end_s": one.end_s,
            "opens_at_s": gatherer.opens_at_s(one, question),
            "score": round(one.score, 4),
            "text": one.text,
            "source": one.source,
        }
        for one in sources
    ]
    return {
        "id": found.record_id,
        "kind": found.kind,
        "title": sources[0].title,
        "score": round(found.score, 4),
        "passage_id": sources[0].passage_id,
        "section": sources[0].section,
        "text": sources[0].text,
        "passages": passages,
    }


def record_json(record: Record) -> RecordJson:
    """A record with all its fields, readable back."""
    return cast(RecordJson, record_to_json(record))


def entry_json(record: Record) -> EntryJson:
    """A record in a list, short."""
    fields = record_to_json(record)
    return {
        "id": record.id,
        "kind": record.kind,
        "title": record.title,
        "speakers": list(speaker_names(record)),
        "date": fields.get("date"),
        "url": fields.get("url"),
    }


def _grounding_json(check: StatementCheck, text: str) -> GroundingJson:
    cited = [int(number) for number in _MARKER.findall(text[check.start : _after_markers(text, check.end)])]
    return {
        "start": check.start,
        "end": check.end,
        "verdict": check.support,
        "reason": check.reason,
        "cites": list(dict.fromkeys(cited)),
    }


def _after_markers(text: str, end: int) -> int:
    """Where the markers end that follow a statement."""
    while (marker := _MARKER.match(text, end + (text[end : end + 1] == " "))) is not None:
        end = marker.end()
    return end
