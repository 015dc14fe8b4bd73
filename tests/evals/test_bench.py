"""The benchmark measures what it says, on a small collection."""

import gzip
import json
from pathlib import Path

import pytest

from evals.bench import RandomPassages, convert, ranking
from ingest.embedder import BundledEmbedder
from ingest.gists import read_gists
from ingest.readers.registry import read_file
from ingest.records import Date
from ingest.schema import DATE

TALK = {
    "title": "Counting",
    "speakers": ["Ada Byron", ""],
    "description": "Why counting twice helps.",
    "recorded": "2016-04-28",
    "_category_title": "PyCon",
}


def test_pyvideo_talk_becomes_a_native_record_with_a_gist(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "pyvideo.jsonl.gz", "wt") as file:
        file.write(json.dumps(TALK) + "\n" + json.dumps({"title": "Bare", "_category_title": "PyCon"}) + "\n")
    gists = convert(tmp_path / "pyvideo.jsonl.gz", tmp_path / "talks.jsonl")
    (tmp_path / "gists.jsonl").write_text("\n".join(gists))
    first, second = read_file(tmp_path / "talks.jsonl", name="talks.jsonl").records
    assert [speaker.name for speaker in first.speakers] == ["Ada Byron"]
    assert (first.abstract, DATE.of(first)) == ("Why counting twice helps.", Date("2016-04-28", 2016, 4, 28))
    found, warnings = read_gists([tmp_path / "gists.jsonl"], [first, second])
    assert {name: gist.text for name, gist in found.items()} == {"t0": "Why counting twice helps.", "t1": "Bare"}
    assert warnings == []


def test_random_vectors_are_unit_rows_and_questions_are_embedded(embedder: BundledEmbedder) -> None:
    random = RandomPassages(embedder)
    rows = random.embed_passages(["a", "b"])
    assert (rows**2).sum(axis=1) == pytest.approx([1, 1], abs=1e-5)
    assert (random.embed_question("x") == embedder.embed_question("x")).all()


@pytest.mark.usefixtures("seeds_report")
def test_ranking_is_measured_against_its_floor(seeds_home: Path) -> None:
    found = ranking(seeds_home)
    assert (found["passages"], found["gists"]) == (308, 140)
    assert 0 < found["floor_ms"] < found["ranked_ms"]
