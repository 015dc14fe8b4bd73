"""Gists: what a talk or paper is about in plain words, ours and never a source.

Comes in: the records and the files that hold gists, by hand beside the corpus (`gists.jsonl`), by a model beside the
index. Goes out: at most one gist for each record. Where a question is worded unlike the sources, ranking matches it on
these.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, Field, ValidationError

from ingest.passages import record_text
from ingest.records import Kind, Record, Warning
from ingest.text import name_key

GISTS_FILE = "gists.jsonl"


@dataclass(frozen=True, slots=True)
class Gist:
    """What a record is about in everyday words, and what a curious outsider would ask of it.

    Attributes:
        text: Two or three sentences without names.
        questions: Each answered by the record.
        written_by: The model's name; None when a person wrote it.
    """

    text: str
    questions: tuple[str, ...] = ()
    written_by: str | None = None

    @property
    def search_text(self) -> str:
        """What the embedder and the keyword index read.

        One text, not a view for each question: as good on the labelled questions, and a fifth of the vectors.
        """
        return "\n".join((self.text, *self.questions))


class GistLine(BaseModel):
    """One line of a gists file; it names its record by id, or by kind and title.

    Attributes:
        written_by: The model's name; left out when a person wrote it.
        source: `source_digest` of the record it was written from; left out when a person wrote it, who vouches for it.
    """

    kind: Kind = "talk"
    title: str
    gist: str = Field(min_length=1)
    questions: tuple[str, ...] = ()
    id: str | None = None
    written_by: str | None = None
    source: str | None = None


def gist_files(corpus: Path, collection: Path) -> list[Path]:
    """Where gists are looked for, the ones that people wrote first."""
    beside = corpus if corpus.is_dir() else corpus.parent
    return [beside / GISTS_FILE, machine_gists_file(collection)]


def machine_gists_file(collection: Path) -> Path:
    """Where a model's gists are kept: with the index, because the corpus is the user's own."""
    return collection / GISTS_FILE


def read_gists(files: Sequence[Path], records: Sequence[Record]) -> tuple[dict[str, Gist], list[Warning]]:
    """The gist of each record that has one, by record id; the first file that has one for a record wins.

    A model's gist counts only while its record says what it said then. A line that cannot be read is told, and the rest
    go on; one whose record is not in the corpus waits for it.
    """
    by_title: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        by_title.setdefault((record.kind, name_key(record.title)), []).append(record)
    gists: dict[str, Gist] = {}
    warnings: list[Warning] = []
    for path in files:
        for number, text in enumerate(_lines(path), 1):
            if not text.strip():
                continue
            try:
                line = GistLine.model_validate_json(text)
            except ValidationError as error:
                fault = error.errors(include_url=False, include_input=False)[0]["msg"]
                warnings.append(Warning(path.name, number, f"this gist cannot be read ({fault}); correct the line."))
                continue
            namesakes = by_title.get((line.kind, name_key(line.title)), [])
            for record in _meant(line, namesakes):
                gists.setdefault(record.id, Gist(line.gist, line.questions, line.written_by))
    return gists, warnings


def source_digest(record: Record) -> str:
    """What a gist was written from, in 16 hex digits; another digest means that it may no longer be true."""
    return hashlib.sha256(f"{record.title}\0{record_text(record)}".encode()).hexdigest()[:16]


def gist_line(record: Record, gist: Gist) -> str:
    """A model's gist as a line of the gists file, without its line end."""
    line = GistLine(
        kind=record.kind,
        title=record.title,
        gist=gist.text,
        questions=gist.questions,
        id=record.id,
        written_by=gist.written_by,
        source=source_digest(record),
    )
    return json.dumps(line.model_dump(), ensure_ascii=False)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig", errors="replace").split("\n")
    except OSError:
        return []


def _meant(line: GistLine, namesakes: Sequence[Record]) -> list[Record]:
    """The record that a line is about, if it can be told."""
    if line.source is not None:
        return [record for record in namesakes if source_digest(record) == line.source]
    if line.id is not None:
        return [record for record in namesakes if record.id == line.id]
    return list(namesakes) if len(namesakes) == 1 else []
