"""Public collections: read from BEIR form, ranked by the product, counted."""

import gzip
import json
from pathlib import Path

import pytest

from assistant.settings import load_settings
from evals.beir import evaluate_collection
from ingest.errors import CorpusMissing

DOCUMENTS = [
    {"_id": "7", "title": "Cats", "text": "Cats sleep most of the day."},
    {"_id": "8", "title": "", "text": "Dogs like long walks in the rain."},
    {"_id": "9", "title": "Tea", "text": ""},
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small").mkdir()
    with gzip.open(tmp_path / "small" / "corpus.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(one) + "\n" for one in DOCUMENTS)
    queries = [
        {"_id": "q1", "text": "sleeping cats"},
        {"_id": "q2", "text": "tea"},
        {"_id": "q3", "text": "no judgement"},
    ]
    (tmp_path / "small" / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (tmp_path / "small" / "qrels.tsv").write_text(
        "query-id\tcorpus-id\tscore\nq1\t7\t1\nq2\t9\t2\nq2\t8\t0\nq3\t8\t0\n"
    )
    return tmp_path / "small"


def test_collection_is_ranked_by_the_product(folder: Path, tmp_path: Path) -> None:
    found = evaluate_collection(folder, load_settings(home=tmp_path / "home"), lambda *_: None)
    assert (found.documents, found.queries) == (3, 2)
    assert found.ndcg["this program"] == 1.0
    assert list(found.ndcg)[-1] == "this program"


def test_collection_without_judgements_is_told(folder: Path, tmp_path: Path) -> None:
    (folder / "qrels.tsv").unlink()
    with pytest.raises(CorpusMissing, match=r"qrels\.tsv"):
        evaluate_collection(folder, load_settings(home=tmp_path / "home"), lambda *_: None)
