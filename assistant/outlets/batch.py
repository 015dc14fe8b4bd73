"""Batch files: JSONL in, JSONL out, one object a line, in order; a bad line gets an error and the rest go on.

Comes in: lines `{"id", "question", "history", "kind"}`. Goes out: the result objects of the command line's contract.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from assistant.assembly import Assistant
from assistant.llm import Endpoint
from assistant.retrieve.filters import Filters
from assistant.retrieve.hybrid import HybridRanker
from assistant.types import Answer, Done, answer_to_json
from ingest.errors import CorpusMissing, TalksError
from ingest.records import Kind


class BatchLine(BaseModel):
    """One line of a batch file.

    Attributes:
        history: Earlier questions, each put as its own turn first.
    """

    id: str | int | None = None
    question: str = Field(min_length=1)
    history: list[str] = Field(default_factory=list)
    kind: Literal["talk", "paper"] | None = None


def read_lines(name: str) -> Iterator[str]:
    """The lines of a batch file, or of standard input for "-".

    Raises:
        CorpusMissing: The file cannot be read.
    """
    if name == "-":
        return iter(sys.stdin)
    try:
        return iter(Path(name).read_text(encoding="utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusMissing(f"{name} cannot be read as a batch file ({error}); name a JSONL file in UTF-8.") from error


def search_batch(
    lines: Iterator[str], assistant: Assistant, *, filters: Filters, limit: int
) -> Iterator[dict[str, Any]]:
    """One result object for each line; the filters' kind is for lines that name none."""
    for line in _parsed(lines):
        if isinstance(line, dict):
            yield line
            continue
        chosen = replace(filters, kind=line.kind or filters.kind)
        question = line.question
        if line.history:
            question = assistant.standalone(question, _converse(line.history, assistant, None, None))
        yield {"id": line.id, **search(question, assistant.ranker, filters=chosen, limit=limit)}


def search(question: str, ranker: HybridRanker, *, filters: Filters, limit: int) -> dict[str, Any]:
    """The talks and papers that fit a question, best first, each with its best passage, and the time in ms."""
    began = time.perf_counter()
    results = [
        {
            "id": record.record_id,
            "kind": record.kind,
            "title": ranker.generation.store.record(record.record_id).title,
            "score": round(record.score, 4),
            "passage_id": record.passages[0].passage.id,
            "section": record.passages[0].passage.section,
            "text": record.passages[0].passage.text,
        }
        for record in ranker.search(question, limit=limit, filters=filters).records
    ]
    return {"results": results, "ms": round((time.perf_counter() - began) * 1000, 2)}


def ask_batch(
    lines: Iterator[str], assistant: Assistant, endpoint: Endpoint | None, *, kind: Kind | None
) -> Iterator[dict[str, Any]]:
    """One answer object for each line; `kind` is for lines that name none."""
    for line in _parsed(lines):
        if isinstance(line, dict):
            yield line
            continue
        try:
            yield {"id": line.id, **answer_to_json(_answer(line, assistant, endpoint, line.kind or kind))}
        except TalksError as error:
            yield {"id": line.id, "error": str(error)}


def _answer(line: BatchLine, assistant: Assistant, endpoint: Endpoint | None, kind: Kind | None) -> Answer:
    """The answer to the last question of a line."""
    return _converse([*line.history, line.question], assistant, endpoint, kind)[-1]


def _converse(
    questions: Sequence[str], assistant: Assistant, endpoint: Endpoint | None, kind: Kind | None
) -> list[Answer]:
    """Put questions one after the other, as one conversation."""
    history: list[Answer] = []
    for question in questions:
        turn = assistant.turn(question, history, endpoint=endpoint, filters=Filters(kind=kind) if kind else None)
        history += [event.answer for event in turn if isinstance(event, Done)]
    return history


def _parsed(lines: Iterator[str]) -> Iterator[BatchLine | dict[str, Any]]:
    """Each non-blank line, or what to print in its place."""
    for number, text in enumerate(lines, 1):
        if not text.strip():
            continue
        given: Any = None
        try:
            given = json.loads(text)
            yield BatchLine.model_validate(given)
        except json.JSONDecodeError as error:
            yield {"id": None, "error": f"line {number} is not JSON ({error.msg}); give one object a line"}
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in fault["loc"]) or "the line"
            line_id = given.get("id") if isinstance(given, dict) else None
            yield {"id": line_id, "error": f"line {number}: {field}: {fault['msg']}"}
