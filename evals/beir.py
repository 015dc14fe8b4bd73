"""Public collections in BEIR form, through the product's own ingest and ranker.

Comes in: folders with corpus.jsonl(.gz), queries.jsonl and qrels.tsv. Goes out: nDCG@10 of the product and of its two
halves. The documents become papers, so that nothing about talks can help.
"""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from assistant.assembly import Assistant
from assistant.settings import Settings
from evals.metrics import ndcg
from evals.systems import baselines, product
from ingest.errors import CorpusMissing
from ingest.pipeline import Progress

# A document without a title is named by its beginning.
_TITLE_CHARS = 100


@dataclass(frozen=True, slots=True)
class BeirFigures:
    """One collection's nDCG@10, by system; "this program" is the product."""

    documents: int
    queries: int
    ndcg: dict[str, float]


def evaluate_collection(folder: Path, settings: Settings, progress: Progress) -> BeirFigures:
    """Ingest a collection into the settings' home, which is its own, and rank its queries.

    Raises:
        CorpusMissing: The folder lacks one of the three files.
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    corpus = settings.home / "corpus.jsonl"
    with corpus.open("w", encoding="utf-8") as native:
        for document in _json_lines(folder, "corpus.jsonl"):
            native.write(json.dumps(_record(document), ensure_ascii=False) + "\n")
    assistant = Assistant(settings.model_copy(update={"corpus": corpus}))
    report = assistant.ingest(progress)
    grades = _grades(folder)
    queries = {query["_id"]: query["text"] for query in _json_lines(folder, "queries.jsonl") if query["_id"] in grades}
    systems = {**baselines(assistant.ranker, assistant.embedder), "this program": product(assistant)}
    means = {
        name: float(np.mean([ndcg(system(text), grades[query_id]) for query_id, text in queries.items()]))
        for name, system in systems.items()
    }
    return BeirFigures(report.papers, len(queries), means)


def _record(document: dict[str, Any]) -> dict[str, str]:
    text = " ".join(document["text"].split())
    title = " ".join((document.get("title") or "").split())
    return {
        "kind": "paper",
        "id": document["_id"],
        "title": title or text[:_TITLE_CHARS] or "untitled",
        "abstract": text,
    }


def _json_lines(folder: Path, name: str) -> list[dict[str, Any]]:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            with (
                gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file
            ):
                return [json.loads(line) for line in file if line.strip()]
    raise CorpusMissing(f"{folder} holds no {name}; name a folder of a collection in BEIR form.")


def _grades(folder: Path) -> dict[str, dict[str, int]]:
    """Query → document → grade, without the grade 0; queries without a relevant document are left out."""
    path = folder / "qrels.tsv"
    if not path.is_file():
        raise CorpusMissing(f"{folder} holds no qrels.tsv; name a folder of a collection in BEIR form.")
    grades: dict[str, dict[str, int]] = {}
    for line in path.read_text(encoding="utf-8").splitlines()[1:]:
        query_id, document_id, grade = line.split("\t")
        if int(grade) > 0:
            grades.setdefault(query_id, {})[document_id] = int(grade)
    return grades
