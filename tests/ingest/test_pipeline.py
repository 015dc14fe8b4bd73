"""One ingest: what it reports, what it keeps, and that nothing bad loses the index that serves."""

import shutil
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ingest.embedder import BundledEmbedder
from ingest.errors import (
    CorpusEmpty,
    CorpusMissing,
    EmbedderChanged,
    IndexBusy,
    IndexMissing,
    IndexUnwritable,
)
from ingest.pipeline import IngestReport, Pace, ingest
from ingest.snapshots import open_current, serving_name, writing
from ingest.token_vectors import packed, unpacked
from tests.conftest import SEEDS

TALK_PAGE = """Recorded Talks: Tests
Counting Things Twice
Ada Byron, Analytical Society
Counting once is a habit. This talk shows why counting twice finds what counting once has missed, and what it costs.
"""
PAPER_PAGE = """new

Daily Papers

byAK and the research community

Jun 8

On the Cost of Counting

We measure what counting costs in practice and find that it is cheap when done once and dear when never done.

  • 2 authors
·
Mar 6, 2025
"""


class CountingEmbedder:
    """The bundled embedder, telling how many texts it was given."""

    def __init__(self, embedder: BundledEmbedder, fingerprint: str | None = None) -> None:
        self._embedder = embedder
        self.fingerprint = fingerprint or embedder.fingerprint
        self.dimensions = embedder.dimensions
        self.embedded = 0

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.embedded += len(texts)
        return self._embedder.embed_passages(texts)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return self._embedder.embed_question(text)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "talks.txt").write_text(TALK_PAGE)
    (folder / "papers.txt").write_text(PAPER_PAGE)
    (folder / "README.md").write_text("Not a page.")
    (folder / ".hidden").write_text("Not a page either.")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def titles(home: Path, embedder: BundledEmbedder) -> list[str]:
    snapshot = open_current(home, embedder.fingerprint)
    try:
        return [record.title for record in snapshot.store.records()]
    finally:
        snapshot.close()


def test_seeds_give_the_known_numbers(seeds_report: IngestReport) -> None:
    report = seeds_report
    assert (report.files, report.entries, report.talks, report.papers, report.merges) == (5, 160, 34, 106, 20)
    assert report.unreadable == ()
    assert report.changed
    assert {(warning.file, warning.line) for warning in report.warnings} >= {
        ("000_1a4d88725b1ea2bd.txt", 23),
        ("002_da01997cd1b3d092.txt", 50),
        ("002_da01997cd1b3d092.txt", 59),
    }


def test_ingest_again_embeds_nothing_and_keeps_the_snapshot(
    corpus: Path, home: Path, embedder: BundledEmbedder
) -> None:
    counting = CountingEmbedder(embedder)
    first = ingest(corpus, home, counting)
    name = serving_name(home)
    again = ingest(corpus, home, counting)
    assert (first.changed, again.changed) == (True, False)
    assert counting.embedded == first.passages == first.embedded
    assert serving_name(home) == name


def test_unchanged_passages_keep_their_vectors(corpus: Path, home: Path, embedder: BundledEmbedder) -> None:
    counting = CountingEmbedder(embedder)
    ingest(corpus, home, counting)
    before = dict(zip(*_vectors(home, embedder), strict=True))
    counting.embedded = 0
    (corpus / "talks.txt").write_text(TALK_PAGE + TALK_PAGE.split("\n", 1)[1].replace("Things", "Sheep"))
    report = ingest(corpus, home, counting)
    after = dict(zip(*_vectors(home, embedder), strict=True))
    assert (report.talks, report.embedded, counting.embedded) == (2, 1, 1)
    assert all(np.array_equal(after[passage_id], vector) for passage_id, vector in before.items())
    np.testing.assert_allclose(np.linalg.norm(np.stack(list(after.values())), axis=1), 1, atol=1e-3)


def test_words_of_unchanged_passages_are_kept_and_in_their_places(
    corpus: Path, home: Path, embedder: BundledEmbedder
) -> None:
    ingest(corpus, home, embedder)
    (corpus / "talks.txt").write_text(TALK_PAGE.replace("Things", "Sheep") + TALK_PAGE.split("\n", 1)[1])
    (corpus / "gists.jsonl").write_text('{"title": "Counting Things Twice", "gist": "Look again, you missed one."}')
    ingest(corpus, home, embedder)
    snapshot = open_current(home, embedder.fingerprint)
    passages = snapshot.store.passages(range(snapshot.manifest.passages))
    texts = [
        *(passage.headed_text for passage in passages),
        *(gist.search_text for gist in snapshot.store.gists().values()),
    ]
    assert len(texts) == snapshot.manifest.passages + 1
    assert snapshot.word_vectors is not None
    for place, words in enumerate(embedder.embed_passages_with_words(texts)[1]):
        expected = unpacked(packed(words.without_stop_words().each_once().vectors))
        np.testing.assert_allclose(snapshot.word_vectors.of(place), expected, atol=0.08)


def test_embedder_that_tells_words_replaces_an_index_without_them(
    corpus: Path, home: Path, embedder: BundledEmbedder
) -> None:
    ingest(corpus, home, CountingEmbedder(embedder))
    assert open_current(home, embedder.fingerprint).word_vectors is None
    (corpus / "talks.txt").unlink()
    report = ingest(corpus, home, embedder)
    assert report.embedded == report.passages
    assert open_current(home, embedder.fingerprint).word_vectors is not None


def _vectors(home: Path, embedder: BundledEmbedder) -> tuple[list[str], list[NDArray[np.float32]]]:
    snapshot = open_current(home, embedder.fingerprint)
    passages = snapshot.store.passages(range(snapshot.manifest.passages))
    return [passage.id for passage in passages], list(snapshot.vectors)


def test_vectors_read_back_are_those_of_the_embedder(corpus: Path, home: Path, embedder: BundledEmbedder) -> None:
    ingest(corpus, home, embedder)
    snapshot = open_current(home, embedder.fingerprint)
    texts = [passage.headed_text for passage in snapshot.store.passages(range(2))]
    np.testing.assert_allclose(snapshot.vectors, embedder.embed_passages(texts), atol=1e-3)


def test_missing_folder_is_told(home: Path, tmp_path: Path, embedder: BundledEmbedder) -> None:
    with pytest.raises(CorpusMissing, match="no such file or folder"):
        ingest(tmp_path / "nowhere", home, embedder)


def test_empty_corpus_is_told_and_the_old_index_serves(corpus: Path, home: Path, embedder: BundledEmbedder) -> None:
    ingest(corpus, home, embedder)
    for page in corpus.iterdir():
        page.unlink()
    with pytest.raises(CorpusEmpty, match="holds no pages"):
        ingest(corpus, home, embedder)
    assert titles(home, embedder) == ["On the Cost of Counting", "Counting Things Twice"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"\x00\x01\xff\xfe\x89PNG", "bad.txt", id="binary"),
        pytest.param(b'{"hello": "world"}', "bad.txt", id="unknown kind"),
        pytest.param(b"", "bad.txt", id="empty"),
        pytest.param(b"<?xml version='1.0'?><recipes/>", "bad.txt", id="unknown XML"),
    ],
)
def test_one_bad_file_is_told_and_the_rest_goes_on(
    corpus: Path, home: Path, embedder: BundledEmbedder, content: bytes, said: str
) -> None:
    (corpus / "bad.txt").write_bytes(content)
    report = ingest(corpus, home, embedder)
    assert len(report.unreadable) == 1
    assert said in report.unreadable[0]
    assert (report.talks, report.papers) == (1, 1)


def test_file_that_becomes_unreadable_keeps_its_records(corpus: Path, home: Path, embedder: BundledEmbedder) -> None:
    ingest(corpus, home, embedder)
    (corpus / "talks.txt").write_bytes(b"\x00\x01\x02")
    report = ingest(corpus, home, embedder)
    assert sorted(titles(home, embedder)) == ["Counting Things Twice", "On the Cost of Counting"]
    assert len(report.unreadable) == 1
    assert any("stay in the index" in warning.message for warning in report.warnings)


def test_deleted_file_takes_its_records_along(corpus: Path, home: Path, embedder: BundledEmbedder) -> None:
    ingest(corpus, home, embedder)
    (corpus / "talks.txt").unlink()
    ingest(corpus, home, embedder)
    assert titles(home, embedder) == ["On the Cost of Counting"]


def test_second_writer_is_told_to_wait(corpus: Path, home: Path, embedder: BundledEmbedder) -> None:
    ingest(corpus, home, embedder)
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with writing(home):
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    try:
        assert entered.wait(10)
        with pytest.raises(IndexBusy, match="another ingest is running"):
            ingest(corpus, home, embedder)
        assert len(titles(home, embedder)) == 2
    finally:
        leave.set()
        holder.join()


def test_full_disk_is_told_and_the_old_index_serves(
    corpus: Path, home: Path, embedder: BundledEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest(corpus, home, embedder)
    name = serving_name(home)
    (corpus / "talks.txt").write_text(TALK_PAGE.replace("Twice", "Thrice"))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ingest.pipeline.write_store", full)
    with pytest.raises(IndexUnwritable, match="free some space"):
        ingest(corpus, home, embedder)
    assert serving_name(home) == name
    assert "Counting Things Twice" in titles(home, embedder)
    assert len(list((home / "snapshots").iterdir())) == 1


def test_home_that_is_a_file_is_told(corpus: Path, tmp_path: Path, embedder: BundledEmbedder) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(IndexUnwritable, match="cannot be written"):
        ingest(corpus, tmp_path / "file", embedder)


def test_home_without_an_index_says_to_ingest(home: Path, embedder: BundledEmbedder) -> None:
    with pytest.raises(IndexMissing, match="talks ingest"):
        open_current(home, embedder.fingerprint)


def test_other_embedder_is_told_and_ingest_rebuilds(corpus: Path, home: Path, embedder: BundledEmbedder) -> None:
    ingest(corpus, home, embedder)
    other = CountingEmbedder(embedder, "another 1234")
    with pytest.raises(EmbedderChanged, match="another 1234"):
        open_current(home, other.fingerprint)
    report = ingest(corpus, home, other)
    assert report.embedded == report.passages
    open_current(home, other.fingerprint).close()


def test_old_snapshot_can_be_read_while_the_next_one_serves(
    corpus: Path, home: Path, embedder: BundledEmbedder
) -> None:
    ingest(corpus, home, embedder)
    old = open_current(home, embedder.fingerprint)
    (corpus / "talks.txt").write_text(TALK_PAGE.replace("Twice", "Thrice"))
    ingest(corpus, home, embedder)
    assert "Counting Things Twice" in [record.title for record in old.store.records()]
    assert old.vectors.shape[0] == old.manifest.passages
    for word in ("Four", "Five"):
        (corpus / "talks.txt").write_text(TALK_PAGE.replace("Twice", word))
        ingest(corpus, home, embedder)
    assert len(list((home / "snapshots").iterdir())) == 2


def test_single_file_is_a_corpus(corpus: Path, home: Path, embedder: BundledEmbedder) -> None:
    report = ingest(corpus / "talks.txt", home, embedder)
    assert (report.files, report.talks, report.papers) == (1, 1, 0)


def test_order_of_files_does_not_change_ids(home: Path, tmp_path: Path, embedder: BundledEmbedder) -> None:
    ids = []
    for run, prefix in enumerate(("{:03}", "{:03}")):
        folder = tmp_path / f"run{run}"
        folder.mkdir()
        pages = sorted(SEEDS.glob("*.txt"), reverse=bool(run))
        for number, page in enumerate(pages):
            shutil.copy(page, folder / f"{prefix.format(number)}.txt")
        ingest(folder, tmp_path / f"home{run}", _Zeros(embedder))
        snapshot = open_current(tmp_path / f"home{run}", "zeros")
        ids.append({record.id: replace(record, sources=()).title for record in snapshot.store.records()})
    assert ids[0] == ids[1]


class _Zeros:
    """For tests that read no vectors."""

    def __init__(self, embedder: BundledEmbedder) -> None:
        self.fingerprint = "zeros"
        self.dimensions = embedder.dimensions

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.zeros((len(texts), self.dimensions), dtype=np.float32)

    def embed_question(self, text: str) -> NDArray[np.float32]:
        return np.zeros(self.dimensions, dtype=np.float32)


def test_file_without_permission_is_told(
    corpus: Path, home: Path, embedder: BundledEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    # chmod does not stop root, as whom tests may run.
    read_bytes = Path.read_bytes

    def refuse(path: Path) -> bytes:
        if path.name == "talks.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refuse)
    report = ingest(corpus, home, embedder)
    assert "talks.txt" in report.unreadable[0]
    assert (report.talks, report.papers) == (0, 1)


def test_pace_says_rate_and_time_left() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    assert pace.said("Embedding passages", 0, 41_000) == "Embedding passages: 0 of 41,000"
    now[0] = 25.0
    assert pace.said("Embedding passages", 1_200, 41_000) == (
        "Embedding passages: 1,200 of 41,000, 48 a second, 14 min left"
    )
    assert pace.said("Cutting passages", 7, 0) == "Cutting passages: 7"
