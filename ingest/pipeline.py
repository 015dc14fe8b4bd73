"""One ingest, readable top to bottom: read, merge, split, embed, write, switch.

Comes in: a corpus folder or file, a home folder, an embedder. Goes out: a report of what was seen; the new generation
serves by then, or, whatever went wrong, the old one still does.
"""

import hashlib
import os
import time
from collections import Counter
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
from ingest.readers.grouping import Grouped, Unused, group
from ingest.readers.parts import Part
from ingest.record_store import dump_record
from ingest.records import Reading, Record, Warning
from ingest.schema import CAPTIONS, DURATION
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
        unused: Keys of the sources that no field takes, the most frequent first.
        hours: How long all recordings last together, as far as their length is known.
        captions: How many talks have captions, by how these were made.
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
    warnings: tuple[Warning, ...]
    unused: tuple[Unused, ...]
    hours: float
    captions: Mapping[str, int]
    seconds: float


def ingest(
    corpus: Path, home: Path, embedder: Embedder, progress: Progress = lambda *_: None, also: Sequence[Path] = ()
) -> IngestReport:
    """Read a corpus and let a new generation of the index serve it.

    Args:
        corpus: A folder, read with its sub-folders, or one file.
        home: The index is written below it.
        embedder: Turns texts into vectors.
        progress: Told how far it is; what it raises ends the ingest, and the old generation serves on.
        also: More of the kind, read after it.

    Raises:
        CorpusMissing: There is no such file or folder.
        CorpusEmpty: Nothing in it is a talk or a paper.
        IndexBusy: Another ingest is running.
        IndexUnwritable: The disk is full or the home cannot be written.
        EmbedderError: The embedder did not turn the texts into vectors.
    """
    began = time.perf_counter()
    files = [named for root in (corpus, *also) for named in _named_files(root)]
    with writing(home):
        previous = _previous_generation(home)
        parts, unreadable = _read_all(files, progress)
        grouped = group(parts)
        kept = _last_reading(previous, set(unreadable))
        merged = merge([*grouped.records, *kept.records])
        if not merged.records:
            raise CorpusEmpty(_nothing_found(corpus, list(unreadable.values())))
        passages = [passage for record in merged.records for passage in record_passages(record)]
        gists, gist_warnings = read_gists(gist_files(corpus, home), merged.records)
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
    warnings = [
        *(warning for part in parts for warning in part.warnings),
        *grouped.warnings,
        *kept.warnings,
        *merged.warnings,
        *gist_warnings,
    ]
    return IngestReport(
        corpus=str(corpus),
        files=len(files),
        entries=len(grouped.records),
        talks=manifest.talks,
        papers=manifest.papers,
        merges=merged.merge_count,
        passages=len(passages),
        gists=len(gists),
        embedded=embedded,
        changed=changed,
        unreadable=tuple(unreadable.values()),
        warnings=tuple(warnings),
        unused=grouped.unused,
        hours=_hours(merged.records),
        captions=dict(Counter(str(made) for record in merged.records if (made := CAPTIONS.of(record)))),
        seconds=time.perf_counter() - began,
    )


def corpus_files(corpus: Path) -> list[Path]:
    """The files of a corpus in a stable order; hidden ones and those that hold no records are left out.

    A folder that cannot be listed stands for its files, so that reading it tells why.

    Raises:
        CorpusMissing: There is no such file or folder, or it cannot be listed.
    """
    if corpus.is_file():
        return [corpus]
    if not corpus.is_dir():
        raise CorpusMissing(f"{corpus}: no such file or folder; name the one that holds the saved pages.")
    found: list[Path] = []

    def not_listed(error: OSError) -> None:
        if Path(error.filename) == corpus:
            raise CorpusMissing(f"{corpus} cannot be listed ({error.strerror}); check its permissions.") from error
        found.append(Path(error.filename))

    for folder, folders, names in os.walk(corpus, onerror=not_listed):
        found += (Path(folder, name) for name in names)
        found += (path for name in folders if (path := Path(folder, name)).is_symlink())
    return [
        path
        for path in sorted(found)
        if path.name.lower() not in NOT_PAGES
        and not any(part.startswith(".") for part in path.relative_to(corpus).parts)
    ]


def read_corpus(corpus: Path) -> Grouped:
    """What a folder or file holds, before repeats are merged; files that cannot be read are left out."""
    return group(_read_all(_named_files(corpus), lambda *_: None)[0])


def shown_name(name: str) -> str:
    """A file's name as text; a byte that is no UTF-8, as old disks have them, is shown by a mark."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _hours(records: Sequence[Record]) -> float:
    """Hours of all recordings: their length, else where what is said in them ends."""
    seconds = 0.0
    for record in records:
        ends = [cue.end_s or cue.start_s or 0.0 for cue in record.transcript[-1:]]
        seconds += float(DURATION.of(record) or max(ends, default=0.0))
    return round(seconds / 3600, 2)


def _named_files(root: Path) -> list[tuple[Path, Path, str]]:
    """The files below a root, each with that root and the name that its records carry."""
    return [
        (path, root, shown_name(path.name if path == root else path.relative_to(root).as_posix()))
        for path in corpus_files(root)
    ]


def _read_all(files: Sequence[tuple[Path, Path, str]], progress: Progress) -> tuple[list[Part], dict[str, str]]:
    """Read every file; those that cannot be read are returned as name → sentence."""
    parts: list[Part] = []
    unreadable: dict[str, str] = {}
    for number, (path, root, name) in enumerate(files):
        progress("Reading pages", number, len(files))
        try:
            _check_place(path, root, name)
            parts.append(read_file(path, name=name))
        except PageUnreadable as error:
            unreadable[name] = str(error)
    progress("Reading pages", len(files), len(files))
    return parts, unreadable


def _check_place(path: Path, corpus: Path, name: str) -> None:
    """Refuse what is no file of the corpus: a link that leads out of it or nowhere, a folder behind a link, a pipe.

    Raises:
        PageUnreadable: Says which.
    """
    if path == corpus:
        return
    if path.is_symlink() and not path.resolve().is_relative_to(corpus.resolve()):
        raise PageUnreadable(
            name, None, "a link that leads out of the folder; it is not followed, so copy the file here."
        )
    if path.is_symlink() and (path.is_dir() or not path.exists()):
        what = "to a folder" if path.is_dir() else "to nothing"
        raise PageUnreadable(name, None, f"a link {what}; it is not followed, so remove it.")
    if path.exists() and not path.is_file() and not path.is_dir():
        raise PageUnreadable(name, None, "no regular file; it is not read, so move it away.")


def _last_reading(previous: Generation | None, names: set[str]) -> Reading:
    """What the index still holds of files that could be read last time, so that a slip of the disk loses nothing."""
    if previous is None or not names:
        return Reading(records=())
    kept: list[Record] = []
    warnings: dict[str, Warning] = {}
    for record in previous.store.records():
        sources = tuple(source for source in record.sources if source.file in names)
        if sources:
            kept.append(replace(record, sources=sources, id=""))
            for source in sources:
                message = "the file cannot be read now; its records stay in the index as they were read last"
                warnings[source.file] = Warning(source.file, 1, message)
    return Reading(records=tuple(kept), warnings=tuple(warnings.values()))


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
