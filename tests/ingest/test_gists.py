"""Gists: whose they are, which one counts, and that they survive what happens to the corpus."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ingest.embedder import BundledEmbedder
from ingest.gists import Gist, gist_line, machine_gists_file, read_gists, source_digest
from ingest.pipeline import IngestReport, ingest
from ingest.records import Source
from ingest.snapshots import open_current
from tests import made_up
from tests.conftest import SEEDS

PLACE = (Source("t.txt", 1, 2, "Recorded Talks: T"),)
TALK = made_up.talk(
    id="counting", title="Counting Things Twice", speakers=(), sources=PLACE, abstract="Twice is better."
)
PAPER = made_up.paper(id="cost", title="On the Cost of Counting", sources=PLACE, abstract="It is cheap.")


def write(path: Path, *lines: Mapping[str, object] | str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines))
    return path


def test_gist_names_its_record_by_kind_and_title_in_any_case(tmp_path: Path) -> None:
    path = write(
        tmp_path / "g.jsonl", {"title": "counting  things TWICE", "gist": "Count again.", "questions": ["Why?"]}
    )
    assert read_gists([path], [TALK, PAPER]) == ({"counting": Gist("Count again.", ("Why?",))}, [])


def test_gist_of_the_first_file_wins(tmp_path: Path) -> None:
    by_hand = write(tmp_path / "hand.jsonl", {"title": TALK.title, "gist": "By hand."})
    by_model = write(tmp_path / "model.jsonl", gist_line(TALK, Gist("By a model.", (), "m")))
    assert read_gists([by_hand, by_model], [TALK])[0] == {"counting": Gist("By hand.")}
    assert read_gists([tmp_path / "none", by_model], [TALK])[0] == {"counting": Gist("By a model.", (), "m")}


def test_models_gist_counts_only_while_its_source_is_the_same(tmp_path: Path) -> None:
    path = write(tmp_path / "g.jsonl", gist_line(TALK, Gist("By a model.", (), "m")))
    changed = replace(TALK, abstract="Once is enough.")
    assert source_digest(changed) != source_digest(TALK)
    assert read_gists([path], [changed]) == ({}, [])


def test_gist_of_namesakes_needs_an_id(tmp_path: Path) -> None:
    other = replace(TALK, id="counting-2", abstract="Another.")
    path = write(tmp_path / "g.jsonl", {"title": TALK.title, "gist": "Whose?"})
    assert read_gists([path], [TALK, other])[0] == {}
    path = write(tmp_path / "g.jsonl", {"title": TALK.title, "id": "counting-2", "gist": "The second."})
    assert read_gists([path], [TALK, other])[0] == {"counting-2": Gist("The second.")}


@pytest.mark.parametrize("bad", ["not JSON", '{"title": "Counting Things Twice"}', "[1]", '{"title": "x", "gist": ""}'])
def test_line_that_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path, bad: str) -> None:
    path = write(tmp_path / "gists.jsonl", bad, "", {"kind": "paper", "title": PAPER.title, "gist": "Cheap."})
    gists, warnings = read_gists([path], [TALK, PAPER])
    assert gists == {"cost": Gist("Cheap.")}
    assert [(warning.file, warning.line) for warning in warnings] == [("gists.jsonl", 1)]


def test_every_record_of_the_seeds_has_its_gist(seeds_report: IngestReport, seeds_home: Path) -> None:
    assert seeds_report.gists == 140
    snapshot = open_current(seeds_home / "collections" / "seeds", BundledEmbedder().fingerprint)
    assert list(snapshot.store.gists()) == [record.id for record in snapshot.store.records()]
    gist = snapshot.store.gist("neuromorphic-llms")
    assert gist is not None
    assert gist.written_by is None
    assert len(gist.questions) == 3


def test_ingest_keeps_gists_vectors_and_embeds_the_new_one_only(tmp_path: Path, embedder: BundledEmbedder) -> None:
    lines = [{"title": f"Talk {n}", "abstract": f"It is about {n} things."} for n in ("one", "two")]
    write(tmp_path / "corpus" / "talks.jsonl", *lines)
    gists = [{"title": f"Talk {n}", "gist": f"Why {n} matters."} for n in ("one", "two")]
    write(tmp_path / "corpus" / "gists.jsonl", gists[0])
    home = tmp_path / "home"
    first = ingest(tmp_path / "corpus", home, embedder)
    write(tmp_path / "corpus" / "gists.jsonl", *gists)
    second = ingest(tmp_path / "corpus", home, embedder)
    assert [(report.gists, report.embedded, report.changed) for report in (first, second)] == [
        (1, 3, True),
        (2, 1, True),
    ]
    snapshot = open_current(home, embedder.fingerprint)
    texts = [gist.search_text for gist in snapshot.store.gists().values()]
    np.testing.assert_allclose(snapshot.gist_vectors, embedder.embed_passages(texts), atol=1e-3)
    assert not ingest(tmp_path / "corpus", home, embedder).changed


def test_models_gists_are_kept_in_the_home_not_in_the_corpus(tmp_path: Path, embedder: BundledEmbedder) -> None:
    write(tmp_path / "corpus" / "talks.jsonl", {"title": TALK.title, "abstract": TALK.abstract})
    home = tmp_path / "home"
    ingest(tmp_path / "corpus", home, embedder)
    [record] = open_current(home, embedder.fingerprint).store.records()
    write(machine_gists_file(home), gist_line(record, Gist("Count again.", (), "m")))
    assert ingest(tmp_path / "corpus", home, embedder).gists == 1
    assert open_current(home, embedder.fingerprint).store.gist(record.id) == Gist("Count again.", (), "m")


def test_passages_collection_holds_no_gist(seeds_report: IngestReport, seeds_home: Path) -> None:
    assert seeds_report.changed
    snapshot = open_current(seeds_home / "collections" / "seeds", BundledEmbedder().fingerprint)
    assert len(snapshot.vectors) == snapshot.manifest.passages == 308
    assert SEEDS.joinpath("gists.jsonl").is_file()
