"""Batch files: JSONL in, JSONL out, one object a line, in order; a bad line gets an error and the rest go on.

Comes in: lines `{"id", "question", "history", "kind", "where"}`. Goes out: the result objects of the command
line's contract.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from assistant.assembly import Assistant, readable_question
from assistant.llm import Endpoint
from assistant.outlets.formats import AnswerJson, SearchJson, answer_json, result_json
from assistant.query import Query, narrowed
from assistant.types import Answer
from ingest.errors import CorpusMissing, TalksError

# How far back a client's conversation is understood: older questions are hardly ever leant on, each costs a retrieval.
EARLIER_QUESTIONS = 8


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
        return iter(Path(name).read_text(encoding="utf-8-sig").splitlines())
    except (OSError, UnicodeDecodeError) as error:
        raise CorpusMissing(f"{name} cannot be read as a batch file ({error}); name a JSONL file in UTF-8.") from error


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
            given = json.loads(text)
            line = BatchLine.model_validate(given)
            yield {"id": line.id, **work(line)}
        except json.JSONDecodeError as error:
            yield {"id": None, "error": f"line {number} is not JSON ({error.msg}); give one object a line"}
        except ValidationError as error:
            fault = error.errors(include_url=False)[0]
            field = ".".join(str(part) for part in fault["loc"]) or "the line"
            line_id = given.get("id") if isinstance(given, dict) else None
            yield {"id": line_id, "error": f"line {number}: {field}: {fault['msg']}"}
        except TalksError as error:
            yield {"id": line.id, "error": str(error)}
