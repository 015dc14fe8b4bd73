"""One ingest, readable top to bottom: read, merge, cut, embed, write, switch.

Comes in: a corpus folder or file, a collection's folder, an embedder. Goes out: a report of what was seen; the new
snapshot serves by then, or, whatever went wrong, the old one still does. From records on everything goes in bounded
batches, and vectors are kept as they are made: killed at any moment, the next ingest goes on where this one was.
"""

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from ingest.embedder import Embedder
from ingest.errors import CorpusEmpty, CorpusMissing, IndexDamaged, PageUnreadable
from ingest.gists import GISTS_FILE, Gist, gist_files, read_gists
from ingest.lexical import LexicalBuilder
from ingest.merge import merge
from ingest.passages import Passage, record_passages
from ingest.readers.grouping import Grouped, Part, Unused, group
from ingest.readers.json_records import CONTROLS
from ingest.readers.registry import read_file
from ingest.record_store import RecordStore, dump_record, write_store
from ingest.records import Record, Warning
from ingest.schema import CAPTIONS, DURATION
from ingest.snapshots import (
    FORMAT,
    Manifest,
    Snapshot,
    find_current,
    new_draft,
    readable_snapshots,
    serve,
    write_errors_told,
    write_manifest,
    writing,
)
from ingest.stores import EMBEDDED, StoreChoice
from ingest.vectors import Keys, MadeVectors, VectorsWriter, content_keys

# Files that people keep beside the pages and that hold no records.
NOT_PAGES = frozenset({"readme.md", "readme.txt", "readme", "license", GISTS_FILE})
_NOT_IN_A_NAME = CONTROLS | dict.fromkeys(map(ord, "\t\n\f\r\x85\u2028\u2029"), "\ufffd")

# What is held in memory at once on the way from records to vectors.
_RECORDS_PER_BATCH, _TEXTS_PER_BATCH = 256, 1024
# A file system tells times as often as the kernel's clock ticks, every 4 to 10 ms.
_TICK_NS = 20_000_000

# From how many seconds on a time is told in which unit.
_UNITS = ((5400, 3600, "h"), (90, 60, "min"), (0, 1, "s"))

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how far it is, and how far it will go; 0 where that is not known."""


class Pace:
    """Says in words how far an ingest is, how fast it goes and how long it still takes."""

    # Before that a rate says little.
    _SAYS_AFTER_S = 3.0

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._what: str | None = None
        self._began = (0.0, 0)

    def said(self, what: str, done: int, total: int) -> str:
        """One line, such as "Embedding passages: 1,200 of 41,000, 48 a second, 14 min left"; see `Progress`."""
        if what != self._what:
            self._what, self._began = what, (self._clock(), done)
        line = what if total == 1 else f"{what}: {done:,} of {total:,}" if total else f"{what}: {done:,}"
        seconds, count = self._clock() - self._began[0], done - self._began[1]
        if seconds < self._SAYS_AFTER_S or count <= 0 or done >= total:
            return line
        left_s = (total - done) * seconds / count
        size, unit = next((size, unit) for least, size, unit in _UNITS if left_s >= least)
        return f"{line}, {count / seconds:.0f} a second, {left_s / size:.0f} {unit} left"


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


_REPORT = TypeAdapter(IngestReport)


def ingest(
    corpus: Path,
    collection: Path,
    embedder: Embedder,
    progress: Progress = lambda *_: None,
    also: Sequence[Path] = (),
    *,
    store: StoreChoice = EMBEDDED,
) -> IngestReport:
    """Read a corpus and let a new snapshot of a collection serve it.

    Killed at any moment it leaves the snapshot that was there serving, and the next one goes on where it was.

    Args:
        corpus: A folder, read with its sub-folders, or one file.
        collection: The folder that the index is written in.
        embedder: What makes the vectors.
        progress: Told how far it is; what it raises ends the ingest, and the old snapshot serves on.
        also: More of the kind, read after it.
        store: Where they are searched.

    Raises:
        CorpusMissing: There is no such file or folder.
        CorpusEmpty: Nothing in it is a talk or a paper.
        IndexBusy: Another ingest is running.
        IndexUnwritable: The disk is full or the home cannot be written.
        EmbedderError: The embedder did not turn the texts into vectors.
    """
    began = time.perf_counter()
    roots = (corpus, *also)
    files = [file for root in roots for file in corpus_files(root)]
    beside = gist_files(corpus, collection)
    seen = _seen(roots, [*(file.path for file in files), *beside])
    with writing(collection, store), ExitStack() as open_until_done:
        previous = _previous(collection)
        as_before = False
        if previous is not None:
            open_until_done.callback(previous.close)
            as_before = (previous.manifest.embedder, previous.manifest.store) == (embedder.fingerprint, store.url)
            if seen and as_before and previous.manifest.seen == seen:
                (collection / "current").touch()  # it is the one that was ingested last
                again = {"unreadable": (), "seconds": time.perf_counter() - began}
                return _REPORT.validate_python({**previous.manifest.report, **again})
        grouped, unreadable = read_corpus(files, progress)
        kept, kept_warnings = _last_reading(previous, unreadable)
        merged = merge([*grouped.records, *kept])
        if not merged.records:
            raise CorpusEmpty(_nothing_found(corpus, list(unreadable.values())))
        gists, gist_warnings = read_gists(beside, merged.records)
        with write_errors_told(collection):
            draft = new_draft(collection)
            digest, keys = _write_texts(draft, merged.records, gists, progress)
            is_new = previous is None or not as_before or previous.manifest.digest != digest
            embedded = _embed(draft, collection, embedder, store, keys, progress) if is_new else 0
            report = IngestReport(
                corpus=str(corpus),
                files=len(files),
                entries=len(grouped.records),
                talks=sum(record.kind == "talk" for record in merged.records),
                papers=sum(record.kind == "paper" for record in merged.records),
                merges=merged.merge_count,
                passages=len(keys) - len(gists),
                gists=len(gists),
                embedded=0,
                changed=False,
                unreadable=tuple(unreadable.values()),
                warnings=(*grouped.warnings, *kept_warnings, *merged.warnings, *gist_warnings),
                unused=grouped.unused,
                hours=_hours(merged.records),
                captions=dict(Counter(str(made) for record in merged.records if (made := CAPTIONS.of(record)))),
                seconds=0.0,
            )
            manifest = Manifest(
                format=FORMAT,
                embedder=embedder.fingerprint,
                store=store.url,
                digest=digest,
                # What could not be read may be readable next time though no file has changed.
                seen="" if unreadable else seen,
                corpus=str(corpus.absolute()),
                created=datetime.now(UTC).isoformat(timespec="seconds"),
                talks=report.talks,
                papers=report.papers,
                passages=report.passages,
                gists=report.gists,
                report=asdict(report),
            )
            if previous is None or is_new:
                progress("Writing the index", 0, 1)
                serve(draft, manifest, previous.folder.name if previous else None)
                _vector_log(collection).unlink(missing_ok=True)
                progress("Writing the index", 1, 1)
            else:
                before = previous.manifest
                write_manifest(previous.folder, replace(manifest, created=before.created, parts=before.parts))
    return replace(report, changed=is_new, embedded=embedded, seconds=time.perf_counter() - began)


@dataclass(frozen=True, slots=True)
class CorpusFile:
    """A file of a corpus, at or below its root."""

    path: Path
    root: Path

    @property
    def name(self) -> str:
        """As its records carry it."""
        return shown_name(self.path.name if self.path == self.root else self.path.relative_to(self.root).as_posix())


def corpus_files(corpus: Path) -> list[CorpusFile]:
    """The files of a corpus in a stable order; hidden ones and those that hold no records are left out.

    A folder that cannot be listed stands for its files, so that reading it tells why.

    Raises:
        CorpusMissing: There is no such file or folder, or it cannot be listed.
    """
    if corpus.is_file():
        return [CorpusFile(corpus, corpus)]
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
        CorpusFile(path, corpus)
        for path in sorted(found)
        if path.name.lower() not in NOT_PAGES
        and not any(part.startswith(".") for part in path.relative_to(corpus).parts)
    ]


def read_corpus(files: Sequence[CorpusFile], progress: Progress = lambda *_: None) -> tuple[Grouped, dict[str, str]]:
    """What files hold together, before repeats are merged, and for each that cannot be read a sentence by its name."""
    parts: list[Part] = []
    unreadable: dict[str, str] = {}
    for number, file in enumerate(files):
        progress("Reading pages", number, len(files))
        try:
            _check_place(file)
            parts.append(read_file(file.path, name=file.name))
        except PageUnreadable as error:
            unreadable[file.name] = str(error)
    progress("Reading pages", len(files), len(files))
    return group(parts), unreadable


def shown_name(name: str) -> str:
    """A file's name as text; a byte that is no UTF-8, as old disks have them, or that ends a line, becomes a mark."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace").translate(_NOT_IN_A_NAME)


def _hours(records: Sequence[Record]) -> float:
    """Hours of all recordings: their length, else where what is said in them ends."""
    seconds = 0.0
    for record in records:
        ends = [cue.end_s or cue.start_s or 0.0 for cue in record.transcript[-1:]]
        seconds += float(DURATION.of(record) or max(ends, default=0.0))
    return round(seconds / 3600, 2)


def _check_place(file: CorpusFile) -> None:
    """Refuse a link that leads out of the corpus or nowhere, a folder behind a link, a pipe."""
    path, told = file.path, ""
    if path == file.root:
        return
    # Not Path.resolve, which stumbles over a link that leads to itself.
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(file.root)):
        told = "a link that leads out of the folder; it is not followed, so copy the file here."
    elif path.is_symlink() and (path.is_dir() or not path.exists()):
        told = f"a link {'to a folder' if path.is_dir() else 'to nothing'}; it is not followed, so remove it."
    elif path.exists() and not path.is_file() and not path.is_dir():
        told = "no regular file; it is not read, so move it away."
    if told:
        raise PageUnreadable(file.name, None, told)


def _last_reading(previous: Snapshot | None, names: Collection[str]) -> tuple[list[Record], list[Warning]]:
    """What the index still holds of files that could be read last time, so that a slip of the disk loses nothing."""
    kept: list[Record] = []
    for record in previous.store.records() if previous and names else ():
        sources = tuple(source for source in record.sources if source.file in names)
        if sources:
            kept.append(replace(record, sources=sources, id=""))
    message = "the file cannot be read now; its records stay in the index as they were read last"
    files = dict.fromkeys(source.file for record in kept for source in record.sources)
    return kept, [Warning(file, 1, message) for file in files]


def _seen(roots: Sequence[Path], files: Sequence[Path]) -> str:
    """What files look like from outside; "" where one was written just now, for twice within a tick looks the same."""
    digest = hashlib.sha256(b"\0".join(os.fsencode(root.absolute()) for root in roots))
    newest = 0
    for path in files:
        try:
            found = path.stat()
        except OSError:  # such as gists that nobody has written
            continue
        newest = max(newest, found.st_mtime_ns)
        digest.update(b"\0".join((os.fsencode(path), b"%d %d" % (found.st_size, found.st_mtime_ns))))
    return digest.hexdigest() if newest < time.time_ns() - _TICK_NS else ""


def _previous(collection: Path) -> Snapshot | None:
    """The snapshot to compare with, read through; a damaged one counts as none, since this ingest is its repair."""
    try:
        previous = find_current(collection, whole=True)
    except IndexDamaged:
        return None
    # The one that should serve is damaged: what this one lacks must be written, changed or not.
    if previous is not None and previous.problem is not None:
        previous.manifest = replace(previous.manifest, digest="", seen="")
    return previous


def _write_texts(
    folder: Path, records: Sequence[Record], gists: Mapping[str, Gist], progress: Progress
) -> tuple[str, Keys]:
    """Write records, passages, gists and lexical indexes; gives a digest, and the keys of texts, passages first."""
    digest = hashlib.sha256()
    keys: list[Keys] = []
    counts = [0]
    lexical, gist_lexical = LexicalBuilder(), LexicalBuilder()

    def passages() -> Iterator[Passage]:
        for start in range(0, len(records), _RECORDS_PER_BATCH):
            cut = [record_passages(record) for record in records[start : start + _RECORDS_PER_BATCH]]
            counts.extend(map(len, cut))
            batch = list(chain.from_iterable(cut))
            texts = [passage.headed_text for passage in batch]
            for passage, text in zip(batch, texts, strict=True):
                digest.update(f"{passage.id}\0{text}\0".encode("utf-8", "surrogatepass"))
            lexical.add(texts)
            keys.append(content_keys(texts))
            progress("Cutting passages", sum(counts), 0)
            yield from batch

    for record in records:
        digest.update(dump_record(record).encode())
    write_store(folder / "records.sqlite", records, passages(), gists)
    lexical.save(folder / "lexical")
    row_of = {record.id: row for row, record in enumerate(records)}
    np.save(folder / "record-first.npy", np.cumsum(counts, dtype=np.int64))
    np.save(folder / "record-is-talk.npy", np.array([record.kind == "talk" for record in records]))
    np.save(folder / "gist-records.npy", np.array([row_of[record_id] for record_id in gists], dtype=np.int64))
    if gists:
        for record_id, gist in gists.items():
            digest.update(f"{record_id}\0{gist}\0".encode())
        texts = [gist.search_text for gist in gists.values()]
        gist_lexical.add(texts)
        gist_lexical.save(folder / "gist-lexical")
        keys.append(content_keys(texts))
    return digest.hexdigest(), np.concatenate(keys)


def _embed(
    folder: Path, collection: Path, embedder: Embedder, choice: StoreChoice, keys: Keys, progress: Progress
) -> int:
    """Write the vectors of a draft's texts in the order of the keys, taking those made before; how many are new."""
    with closing(RecordStore(folder / "records.sqlite")) as store:
        gists = [gist.search_text for gist in store.gists().values()]
        passages, done = len(keys) - len(gists), 0
        with (
            MadeVectors(_vector_log(collection), embedder, readable_snapshots(collection)) as made,
            closing(VectorsWriter(folder, choice, passages)) as writer,
        ):
            new = len(np.unique(keys[~made.knows(keys)], axis=0))

            def told(count: int) -> None:
                nonlocal done
                done += count
                progress("Embedding passages", done, new)

            told(0)
            for start in range(0, len(keys), _TEXTS_PER_BATCH):
                stop = min(start + _TEXTS_PER_BATCH, len(keys))
                texts = [one.headed_text for one in store.passages(range(start, min(stop, passages)))]
                texts += gists[max(0, start - passages) : max(0, stop - passages)]
                writer.add(made.of(texts, keys[start:stop], told))
    np.save(folder / "keys.npy", keys)
    return done


def _vector_log(collection: Path) -> Path:
    return collection / "made.vectors"


def _nothing_found(corpus: Path, unreadable: Sequence[str]) -> str:
    if not unreadable:
        return f"{corpus} holds no pages; put saved pages or native JSONL records there, or name another folder."
    return f"{corpus} holds nothing that can be read as talks or papers. " + " ".join(unreadable)
