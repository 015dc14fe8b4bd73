"""The contract's JSON, in one place: answers, search results and records, and files of questions, a line each.

Comes in: what the program found; for a batch, lines `{"id", "question", "history", "kind", "where"}`. Goes out: the
shapes that command line, API and tools write; of their types MCP makes its schemas. A key may be added here, none goes;
what does not exist is null. A batch has one object a line out, in order; a bad line gets an error and the rest go on.
"""

import json
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, ValidationError, with_config
from typing_extensions import TypedDict  # pydantic reads the standard library's from Python 3.12 on only

from assistant.assembly import Assistant, readable_question
from assistant.llm import Endpoint
from assistant.query import Query, narrowed
from assistant.retrieve.evidence import Gatherer
from assistant.retrieve.hybrid import RankedRecord
from assistant.types import Answer, Citation, StatementCheck
from ingest.errors import CorpusMissing, TalksError
from ingest.records import Kind, Record, speaker_names
from ingest.schema import record_to_json
from ingest.text import valid_text

# In an address, what would end or break the link or the field that it stands in, as the address itself may write it.
ADDRESS = {ord(sign): f"%{ord(sign):02X}" for sign in " \"'\\{}<>^`|()[]\n"}

# How far back a client's conversation is understood: older questions are hardly ever leant on, each costs a retrieval.
EARLIER_QUESTIONS = 8

_OPEN = with_config(ConfigDict(extra="allow"))
MARKER = re.compile(r"\[(\d{1,4})\]")
_MARKERS_BEHIND = re.compile(r"(?: ?\[\d{1,4}\])*")


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


def firsts(citations: Sequence[Citation]) -> list[Citation]:
    """The first citation of each number, by number."""
    numbered = {citation.n: citation for citation in reversed(citations)}
    return [numbered[n] for n in sorted(numbered)]


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
    behind = _MARKERS_BEHIND.match(text, check.end)
    cited = [int(number) for number in MARKER.findall(text[check.start : behind.end() if behind else check.end])]
    return {
        "start": check.start,
        "end": check.end,
        "verdict": check.support,
        "reason": check.reason,
        "cites": list(dict.fromkeys(cited)),
    }


class BatchLine(BaseModel):
    """One line of a batch file.

    Attributes:
        history: Earlier questions, each put as its own turn first.
        where: Field → value, conditions beside those of the command.
    """

    id: str | int | None = None
    question: str = Field(min_length=1)
    history: list[str] = Field(default_factory=list)
    kind: Literal["talk", "paper"] | None = None
    where: dict[str, str | int | float | bool] = Field(default_factory=dict)

    def narrowed(self, filters: Query) -> Query:
        """The command's filters with those of the line; its kind is for lines that name none."""
        return narrowed(replace(filters, kind=self.kind or filters.kind), self.where)


def read_lines(name: str) -> Iterator[str]:
    """The lines of a batch file, or of standard input for "-".

    Raises:
        CorpusMissing: The file cannot be read.
    """
    if name == "-":
        return iter(sys.stdin)
    try:
        # Not splitlines: a text in JSON may hold other line ends.
        return iter(Path(name).read_text(encoding="utf-8-sig").split("\n"))
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise CorpusMissing(f"{name} cannot be read as a batch file ({why}); name a JSONL file in UTF-8.") from error


def search_batch(lines: Iterator[str], assistant: Assistant, *, filters: Query, limit: int) -> Iterator[dict[str, Any]]:
    """One result object for each line."""

    def found(line: BatchLine) -> SearchJson:
        history = assistant.converse(line.history)
        return search(line.question, assistant, history, filters=line.narrowed(filters), limit=limit)

    return _each(lines, found)


def search(
    question: str, assistant: Assistant, history: Sequence[Answer] = (), *, filters: Query, limit: int
) -> SearchJson:
    """The talks and papers that fit a question, best first, each with its good passages, and the time in ms."""
    question = readable_question(question)
    began = time.perf_counter()
    understood = assistant.understand(question, history)
    found = assistant.ranker.top(understood.scored, limit=limit, filters=filters, first=understood.leans_on)
    subject = understood.asked.subject or question
    results = [result_json(one, assistant.gatherer, subject) for one in found]
    return {"results": results, "ms": round((time.perf_counter() - began) * 1000, 2)}


def ask_batch(
    lines: Iterator[str], assistant: Assistant, endpoint: Endpoint | None, *, filters: Query
) -> Iterator[dict[str, Any]]:
    """One answer object for each line."""

    def answered(line: BatchLine) -> AnswerJson:
        questions = [*line.history, line.question]
        return answer_json(assistant.converse(questions, endpoint=endpoint, filters=line.narrowed(filters))[-1])

    return _each(lines, answered)


def _each(lines: Iterator[str], work: Callable[[BatchLine], SearchJson | AnswerJson]) -> Iterator[dict[str, Any]]:
    """What becomes of each line that is not blank, or its error, with its id."""
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        given: Any = None
        try:
            given = given_json(text)
            line = BatchLine.model_validate(given)
            yield {"id": line.id, **work(line)}
        except ValidationError as error:
            where, fault = first_fault(error)
            line_id = given.get("id") if isinstance(given, dict) else None
            yield {"id": line_id, "error": f"line {number}: {where or 'the line'}: {fault}"}
        except TalksError as error:
            yield {"id": line.id, "error": str(error)}
        except NotJson as error:
            yield {"id": None, "error": f"line {number} is not JSON ({error}); give one object a line"}


class NotJson(Exception):
    """Something from outside is not the JSON that it should be; the text says why."""


def given_json(text: str | bytes) -> Any:
    """What JSON from outside says, each text in it made valid.

    Raises:
        NotJson: It is none, or one that cannot be read.
    """
    try:
        given = json.loads(text)
        # What is no number elsewhere is given back as a text.
        return json.loads(valid_text(json.dumps(given, ensure_ascii=False)), parse_constant=str)
    except (ValueError, RecursionError) as error:  # other bytes, a number of thousands of digits, lists in lists, too
        raise NotJson(getattr(error, "msg", str(error))) from None


def first_fault(error: ValidationError) -> tuple[str, str]:
    """Where the first fault of something from outside is, "" for the whole of it, and what is wrong there."""
    fault = error.errors(include_url=False, include_input=False)[0]
    # Of alternatives, which one was tried tells nothing.
    where = (str(part) for part in fault["loc"] if not str(part).startswith(("list[", "str")))
    return ".".join(where), fault["msg"]
