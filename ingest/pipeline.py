"""One ingest, readable top to bottom: read, merge, split, embed, write, switch.

Comes in: a corpus folder or file, a home folder, an embedder. Goes out: a report of what was seen; the new generation
serves by then, or, whatever went wrong, the old one still does.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ingest.embedder import Embedder, WordEmbedder
from ingest.errors import CorpusEmpty, CorpusMissing, IndexDamaged, PageUnreadable
from ingest.generations import write_generation, writing
from ingest.gists import GISTS_FILE, Gist, gist_files, read_gists
from ingest.index import FORMAT, Generation, Manifest, find_current
from ingest.merge import merge
from ingest.passages import Passage, record_passages
from ingest.readers import read_file
from ingest.record_store import dump_record
from ingest.records import Oddity, Reading, Record
from ingest.token_vectors import Small

# Files that people keep beside the pages and that hold no records.
NOT_PAGES = frozenset({"readme.md", "readme.txt", "readme", "license", GISTS_FILE})

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how far it is, and how far it will go."""


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest saw and did.

    Attributes:
        entries: Talks and papers as they stood on the pages, repeats counted.
        merges: How many entries were repeats of another.
        gists: Talks and papers that have one.
        embedded: Passages and gists that needed a new vector; the others kept theirs.
        changed: False when the index already held exactly this.
        unreadable: One sentence for each file that could not be read.
    """

    corpus: str
    files: int
    entries: int
    talks: int
    papers: int
    merges: int
    passages: int
    gists: int
    embedded: int
    changed: bool
    unreadable: tuple[str, ...]
    oddities: tuple[Oddity, ...]
    seconds: float


def ingest(corpus: Path, home: Path, embedder: Embedder, progress: Progress = lambda *_: None) -> IngestReport:
    """Read a corpus and let a new generation of the index serve it.

    Args:
        corpus: A folder, read with its sub-folders, or one file.
        home: The index is written below it.

    Raises:
        CorpusMissing: There is no such file or folder.
        CorpusEmpty: Nothing in it is a talk or a paper.
        IndexBusy: Another ingest is running.
        IndexUnwritable: The disk is full or the home cannot be written.
        EmbedderError: The embedder did not turn the texts into vectors.
    """
    began = time.perf_counter()
    files = corpus_files(corpus)
    with writing(home):
        previous = _previous_generation(home)
        readings, unreadable = _read_all(files, corpus, progress)
        kept = _last_reading(previous, set(unreadable))
        merged = merge([record for reading in (*readings, kept) for record in reading.records])
        if not merged.records:
            raise CorpusEmpty(_nothing_found(corpus, list(unreadable.values())))
        passages = [passage for record in merged.records for passage in record_passages(record)]
        gists, gist_oddities = read_gists(gist_files(corpus, home), merged.records)
        manifest = _manifest(corpus, embedder, merged.records, passages, gists)
        changed = previous is None or (previous.manifest.digest, previous.manifest.embedder) != (
            manifest.digest,
            manifest.embedder,
        )
        embedded = 0
        if changed:
            texts = [passage.headed_text for passage in passages]
            gist_texts = [gist.search_text for gist in gists.values()]
            vectors, words, embedded = _vectors([*texts, *gist_texts], embedder, previous, progress)
            progress("Writing the index", 0, 1)
            write_generation(
                home, manifest, merged.records, passages, vectors[: len(texts)], gists, vectors[len(texts) :], words
            )
            progress("Writing the index", 1, 1)
        if previous is not None:
            previous.close()
    oddities = [oddity for reading in (*readings, kept) for oddity in reading.oddities] + [
        *merged.oddities,
        *gist_oddities,
    ]
    return IngestReport(
        corpus=str(corpus),
        files=len(files),
        entries=sum(len(reading.records) for reading in readings),
        talks=manifest.talks,
        papers=manifest.papers,
        merges=merged.merge_count,
        passages=len(passages),
        gists=len(gists),
        embedded=embedded,
        changed=changed,
        unreadable=tuple(unreadable.values()),
        oddities=tuple(oddities),
        seconds=time.perf_counter() - began,
    )


def corpus_files(corpus: Path) -> list[Path]:
    """The files of a corpus in a stable order; hidden ones and those that hold no records are left out.

    Raises:
        CorpusMissing: There is no such file or folder, or it cannot be listed.
    """
    if corpus.is_file():
        return [corpus]
    if not corpus.is_dir():
        raise CorpusMissing(f"{corpus}: no such file or folder; name the one that holds the saved pages.")
    try:
        found = sorted(path for path in corpus.rglob("*") if path.is_file())
    except OSError as error:
        raise CorpusMissing(f"{corpus} cannot be listed ({error.strerror}); check its permissions.") from error
    return [
        path
        for path in found
        if path.name.lower() not in NOT_PAGES
        and not any(part.startswith(".") for part in path.relative_to(corpus).parts)
    ]


def _read_all(files: Sequence[Path], corpus: Path, progress: Progress) -> tuple[list[Reading], dict[str, str]]:
    """Read every file; those that cannot be read are returned as name → sentence."""
    readings: list[Reading] = []
    unreadable: dict[str, str] = {}
    for number, path in enumerate(files):
        progress("Reading pages", number, len(files))
        name = path.name if corpus.is_file() else path.relative_to(corpus).as_posix()
        try:
            readings.append(read_file(path, name=name))
        except PageUnreadable as error:
            unreadable[name] = str(error)
    progress("Reading pages", len(files), len(files))
    return readings, unreadable


def _last_reading(previous: Generation | None, names: set[str]) -> Reading:
    """What the index still holds of files that could be read last time, so that a slip of the disk loses nothing."""
    if previous is None or not names:
        return Reading(records=())
    kept: list[Record] = []
    oddities: dict[str, Oddity] = {}
    for record in previous.store.records():
        sources = tuple(source for source in record.sources if source.file in names)
        if sources:
            kept.append(replace(record, sources=sources, id=""))
            for source in sources:
                message = "the file cannot be read now; its records stay in the index as they were read last"
                oddities[source.file] = Oddity(source.file, 1, message)
    return Reading(records=tuple(kept), oddities=tuple(oddities.values()))


def _previous_generation(home: Path) -> Generation | None:
    """The generation to compare with; a damaged one counts as none, since this ingest is its repair."""
    try:
        return find_current(home)
    except IndexDamaged:
        return None


def _manifest(
    corpus: Path,
    embedder: Embedder,
    records: Sequence[Record],
    passages: Sequence[Passage],
    gists: Mapping[str, Gist],
) -> Manifest:
    digest = hashlib.sha256()
    for record in records:
        digest.update(dump_record(record).encode())
    for passage in passages:
        digest.update(f"{passage.id}\0{passage.headed_text}\0".encode())
    for record_id, gist in gists.items():
        digest.update(f"{record_id}\0{gist}\0".encode())
    return Manifest(
        format=FORMAT,
        embedder=embedder.fingerprint,
        digest=digest.hexdigest(),
        corpus=str(corpus.absolute()),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        talks=sum(record.kind == "talk" for record in records),
        papers=sum(record.kind == "paper" for record in records),
        passages=len(passages),
    )


def _vectors(
    texts: Sequence[str], embedder: Embedder, previous: Generation | None, progress: Progress
) -> tuple[NDArray[np.float32], list[Small], int]:
    """A vector for each text, and its words' if the embedder tells words; from the previous generation where unchanged.

    Returns:
        The vectors, the words' vectors or an empty list, and how many texts are new.
    """
    known: dict[str, NDArray[np.float32]] = {}
    known_words: dict[str, Small] = {}
    tells_words = isinstance(embedder, WordEmbedder)
    if (
        previous is not None
        and previous.manifest.embedder == embedder.fingerprint
        and (previous.word_vectors is not None) == tells_words
    ):
        former = [*previous.store.headed_texts(), *(gist.search_text for gist in previous.store.gists().values())]
        known = dict(zip(former, (*previous.vectors, *previous.gist_vectors), strict=True))
        if previous.word_vectors is not None:
            known_words = {text: previous.word_vectors.of(place) for place, text in enumerate(former)}
    new = [text for text in texts if text not in known]
    progress("Embedding passages", 0, len(new))

    def tell(done: int) -> None:
        progress("Embedding passages", done, len(new))

    if isinstance(embedder, WordEmbedder):
        embedded, words = embedder.embed_passages_with_words(new, progress=tell)
        known_words |= {text: one.without_stop_words().vectors for text, one in zip(new, words, strict=True)}
    else:
        embedded = embedder.embed_passages(new, progress=tell)
    known |= dict(zip(new, embedded, strict=True))
    vectors = np.stack([known[text] for text in texts])
    return vectors, [known_words[text] for text in texts] if known_words else [], len(new)


def _nothing_found(corpus: Path, unreadable: Sequence[str]) -> str:
    if not unreadable:
        return f"{corpus} holds no pages; put saved pages or native JSONL records there, or name another folder."
    return f"{corpus} holds nothing that can be read as talks or papers. " + " ".join(unreadable)
