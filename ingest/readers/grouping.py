"""What each file gave, and which files make one recording: captions, chapters and media find their record.

Comes in: what readers make of every file: whole records, or a part of a recording. Goes out: the records, each with
all that belongs to it, what is odd, and what was not used. Files belong together by the same stem, by an id in the
name, or because a record mentions them; what finds no partner becomes a talk of its own, titled by its file name.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from ingest import schema
from ingest.readers.fields import language_of
from ingest.readers.people import is_name
from ingest.readers.tracks import Made, Track
from ingest.records import Chapter, Cue, Record, Source, Speaker, Value, Warning, speaker_names
from ingest.text import folded

# Beyond this, captions belong to another recording; five of 71 real ones are 2 s longer than theirs.
LATE_S = 30
_ENDINGS = re.compile(r"\.(?:info\.json|live_chat\.json|[A-Za-z0-9]{1,8})$")
_LANGUAGE = re.compile(r"\.(?P<tag>(?P<first>[A-Za-z]{2,3})(?:[-_][A-Za-z0-9_-]{1,40})?)$")
_ID_IN_NAME = re.compile(r"(?:\s*\[(?P<bracket>[\w-]{3,64})\]|-(?P<dash>[\w-]{11}))$")


@dataclass(frozen=True, slots=True)
class Given:
    """One recording as a source tells of it.

    Attributes:
        values: Under our keys; what says nothing is None or empty.
        unused: The keys with a value that nobody asked for.
        mentions: Names or addresses of captions, chapters and media that belong to it; told where they are not there.
        perhaps: Likewise, but nobody expects them beside it.
        tracks: Language tag of a caption file → how it was made, as far as the source says.
        is_recording: It tells of one recording, so that a lack of captions is told.
    """

    values: Mapping[str, Any]
    unused: Counter[str] = field(default_factory=Counter)
    mentions: tuple[str, ...] = ()
    perhaps: tuple[str, ...] = ()
    tracks: Mapping[str, Made] = field(default_factory=dict)
    is_recording: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as its own file tells of it, and what that says of the files beside it."""

    record: Record
    given: Given = Given({})


@dataclass(frozen=True, slots=True)
class Part:
    """What one file gave.

    Attributes:
        name: The file as the user knows it.
        line_count: How many lines it has, 1 for media.
        entries: Its records.
        track: What it says was spoken, where it is captions or a transcript.
        chapters: Likewise, where it is a list of chapters.
        is_media: It can be played, and is never read.
        event: What it calls the event of all recordings in its folder and below.
        aside: What it is that holds no record and is no part of one ("a picture"), "" for all else.
        furniture: 1-based line → what it is, for lines that belong to no record.
        warnings: In line order.
        unused: How often each key stood that no field takes.
    """

    name: str
    line_count: int = 1
    entries: tuple[Entry, ...] = ()
    track: Track | None = None
    chapters: tuple[Chapter, ...] = ()
    is_media: bool = False
    event: str = ""
    aside: str = ""
    furniture: Mapping[int, str] = field(default_factory=dict)
    warnings: tuple[Warning, ...] = ()
    unused: Counter[str] = field(default_factory=Counter)

    @property
    def records(self) -> tuple[Record, ...]:
        """Its records, without what is said of other files."""
        return tuple(entry.record for entry in self.entries)


@dataclass(frozen=True, slots=True)
class Unused:
    """A key that no field takes: how often it has a value, and the first file with it."""

    key: str
    count: int
    file: str


@dataclass(frozen=True, slots=True)
class Grouped:
    """All files together.

    Attributes:
        records: In the order of the files that tell of them.
        warnings: What is odd in them, and in how they belong together.
        unused: Keys that no field takes, the most frequent first.
    """

    records: tuple[Record, ...]
    warnings: tuple[Warning, ...]
    unused: tuple[Unused, ...]


@dataclass(frozen=True, slots=True)
class _Name:
    """A file's name taken apart: "a/Talk [id].en-US.vtt" → "a", "Talk [id]", "en-US", "id"."""

    folder: str
    stem: str
    language: str
    id: str

    @property
    def title(self) -> str:
        """What a talk is called that has no other title."""
        plain = _ID_IN_NAME.sub("", self.stem) if self.id else self.stem
        return " ".join(plain.split()) or self.stem


def group(parts: Sequence[Part]) -> Grouped:
    """Join what belongs together of files in a stable order."""
    joining = _Joining(parts)
    records = joining.records()
    counts: Counter[str] = Counter()
    for part in parts:
        counts.update(part.unused)
    first = {key: part.name for part in reversed(parts) for key in part.unused}
    unused = (Unused(key, count, first[key]) for key, count in counts.most_common())
    warnings = (*(warning for part in parts for warning in part.warnings), *joining.warnings)
    return Grouped(records, warnings, tuple(unused))


def name_of(file: str) -> _Name:
    """Take a file's name apart."""
    path = PurePosixPath(file)
    stem = _ENDINGS.sub("", path.name)
    found = _LANGUAGE.search(stem)
    language = ""
    if found and language_of(found["first"]):
        language, stem = found["tag"], stem[: found.start()]
    match = _ID_IN_NAME.search(stem)
    return _Name(path.parent.as_posix(), stem, language, (match["bracket"] or match["dash"]) if match else "")


class _Joining:
    """The work of `group`, one step a method."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.warnings: list[Warning] = []
        self._parts = parts
        self._names = {part.name: name_of(part.name) for part in parts}
        self._events = {self._names[part.name].folder: part.event for part in parts if part.event}
        # Everything that looks for a record, by what it can be found by.
        self._loose = [part for part in parts if part.track or part.chapters or part.is_media]
        self._found_by: dict[tuple[str, str, str], list[Part]] = defaultdict(list)
        for part in self._loose:
            name = self._names[part.name]
            self._found_by["stem", name.folder, name.stem].append(part)
            self._found_by["id", name.folder, name.id].append(part)
            self._found_by["file", "", PurePosixPath(part.name).name].append(part)
        self._taken: set[str] = set()
        self._missing: set[str] = set()
        # Recordings without captions.
        self._silent: list[tuple[Part, str]] = []

    def records(self) -> tuple[Record, ...]:
        """All records; what a document tells of a recording that another file tells of too is joined with that."""
        places = {part.name: place for place, part in enumerate(self._parts)}
        found: list[tuple[int, Record]] = []
        for part in sorted(self._parts, key=lambda part: part.track is not None):
            if part.name not in self._taken:
                found += [(places[part.name], self._joined(part, entry)) for entry in part.entries]
        loners: dict[tuple[str, str], list[Part]] = defaultdict(list)
        for part in self._loose:
            if part.name not in self._taken and not part.entries:
                loners[self._names[part.name].folder, self._names[part.name].stem].append(part)
        for mine in loners.values():
            if any(one.track or one.is_media for one in mine):
                found.append((places[mine[0].name], self._loner(mine)))
            else:
                told = "chapters of no recording here; put the feed or record that names them beside them."
                self._warn(mine[0], told)
        self._tell_silent()
        self._tell_aside()
        return tuple(record for _, record in sorted(found, key=lambda pair: pair[0]))

    def _joined(self, part: Part, entry: Entry) -> Record:
        """The record of an entry with what its files tell."""
        mine = self._mine(part, entry)
        record = self._with_files(part, self._in_event(part, entry), mine)
        if not record.transcript and (entry.given.is_recording or any(one.is_media for one in mine)):
            self._silent.append((part, record.title))
            record = _with(record, {schema.CAPTIONS.key: "none"})
        return record

    def _loner(self, mine: Sequence[Part]) -> Record:
        """A talk of files that no record tells of, called by their name."""
        entry = Entry(Record(self._names[mine[0].name].title, "talk", ()))
        record = self._with_files(mine[0], entry, mine)
        if record.transcript:
            return record
        self._warn(
            mine[0],
            "a recording with no captions and no record beside it; it is listed by its file name and cannot be "
            "searched. A transcriber such as whisper writes files that are read here.",
        )
        return _with(record, {schema.CAPTIONS.key: "none"})

    def _mine(self, part: Part, entry: Entry) -> list[Part]:
        """The files that belong to an entry, each once; they are nobody else's from then on."""
        name, given = self._names[part.name], entry.given
        mine: list[Part] = []
        if given.is_recording or len(part.entries) == 1:
            mine += self._found_by.get(("stem", name.folder, name.stem), ())
            for outside in (schema.IDS.of(entry.record) or {}).values():
                mine += self._found_by.get(("id", name.folder, outside), ())
        expected = (*given.mentions, *schema.MEDIA_FILE.all_of(entry.record))
        mentioned = {mention: self._mentioned(mention) for mention in (*expected, *given.perhaps)}
        mine += [one for one in mentioned.values() if one is not None]
        missing = [mention for mention in expected if mentioned[mention] is None]
        if len(missing) == len(expected):
            for mention in dict.fromkeys(missing):
                if mention not in self._missing:
                    self._missing.add(mention)
                    self._warn(part, f'"{mention}" is named but not in the folder; it is not read or played.')
        left = {one.name: one for one in mine if one.name not in self._taken}
        self._taken.update(left)
        return list(left.values())

    def _mentioned(self, mention: str) -> Part | None:
        """The file that a record mentions: of the same name, and of the longest common end of its path."""
        path = PurePosixPath(unquote(urlsplit(mention).path if "://" in mention else mention))
        candidates = self._found_by.get(("file", "", path.name), [])
        return max(candidates, key=lambda one: _common_end(path.parts, PurePosixPath(one.name).parts), default=None)

    def _in_event(self, part: Part, entry: Entry) -> Entry:
        """The entry with the event of its folder, or of one above it."""
        folder = PurePosixPath(part.name).parent
        above = (self._events.get(one.as_posix()) for one in (folder, *folder.parents))
        event = next(filter(None, above), None)
        return replace(entry, record=_with(entry.record, {schema.EVENT.key: event})) if event else entry

    def _with_files(self, part: Part, entry: Entry, mine: Sequence[Part]) -> Record:
        """The record of an entry with what these files tell."""
        record = entry.record
        for told in (one for other in mine for one in other.records):
            # A document beside the record: what it tells of the talk itself fills what is missing.
            speakers, abstract = record.speakers or told.speakers, record.abstract or told.abstract
            record = _with(replace(record, speakers=speakers, abstract=abstract), told.values)
        chapters = next((one for one in mine if one.chapters and not one.track), None)
        if chapters is not None and not record.chapters:
            record = _of(replace(record, chapters=chapters.chapters), chapters)
        media = next((one for one in mine if one.is_media), None)
        if media is not None:
            record = _of(_with(record, {schema.MEDIA_FILE.key: media.name}), media)
        tracks = [one for one in mine if one.track is not None]
        if tracks and record.transcript:
            names = ", ".join(PurePosixPath(one.name).name for one in tracks)
            self._warn(part, f'"{record.title}" holds its own transcript, so {names} is not read.')
        elif tracks and (chosen := self._choose(entry, tracks)) is not None:
            record = self._spoken(record, chosen, entry.given.tracks)
        return record

    def _tell_silent(self) -> None:
        """Say of which recordings nothing can be searched that is said in them: each, or how many."""
        if not self._silent:
            return
        part, title = self._silent[0]
        count = len(self._silent)
        told = f'"{title}" has' if count == 1 else f'{count} recordings have (the first is "{title}")'
        self._warn(
            part,
            f"{told} no captions, so what is said there cannot be searched; a transcriber such as whisper writes "
            "files that are read here when they stand beside the recording under its name.",
        )

    def _tell_aside(self) -> None:
        """Say what is no talk and no part of one, once a kind."""
        kinds: dict[str, list[Part]] = defaultdict(list)
        for part in self._parts:
            if part.aside:
                kinds[part.aside].append(part)
        for what, found in kinds.items():
            more = f" ({len(found) - 1} more files are)" if len(found) > 1 else ""
            self._warn(found[0], f"{what}, no talk; it is not read{more}.")

    def _choose(self, entry: Entry, tracks: Sequence[Part]) -> Part | None:
        """The track that is read: the talk's language, by hand before automatic, the original before a copy."""
        wanted, title = schema.LANGUAGE.of(entry.record), entry.record.title
        tags = {part.name: self._tag(part) for part in tracks}
        others = [part for part in tracks if tags[part.name] and wanted and language_of(tags[part.name]) != wanted]
        if others:
            languages = ", ".join(tags[part.name] for part in others)
            self._warn(others[0], f'captions of "{title}" in another language are not read ({languages}).')

        def rank(one: Part) -> tuple[bool, bool, bool, bool, str]:
            tag = tags[one.name]
            made = entry.given.tracks.get(tag, one.track.made if one.track else "hand")
            return (made != "hand", not tag.endswith("-orig"), not _is_fine(one), "-" in tag, one.name)

        ranked = sorted((part for part in tracks if part not in others), key=rank)
        called = [tags[one.name] or PurePosixPath(one.name).name for one in ranked]
        if len(ranked) > 1:
            told = f'"{title}" has {len(ranked)} tracks in one language ({", ".join(called)})'
            self._warn(ranked[0], f"{told}; {called[0]} is read.")
        return ranked[0] if ranked else None

    def _tag(self, part: Part) -> str:
        """The language tag of a track: in its file's name, else in the file."""
        return self._names[part.name].language or (part.track.language if part.track else None) or ""

    def _spoken(self, record: Record, part: Part, made: Mapping[str, Made]) -> Record:
        """The record with what is said in it."""
        track = part.track or Track(())
        tag = self._names[part.name].language
        cues = tuple(_called_by_name(cue, record.speakers) for cue in track.cues)
        self._tell_late(record, part, cues)
        language = language_of(tag) or language_of(track.language)
        found: dict[str, Value] = {schema.CAPTIONS.key: made.get(tag, track.made)}
        record = _with(record, found | ({schema.LANGUAGE.key: language} if language else {}))
        chapters = record.chapters or part.chapters
        record = replace(record, transcript=cues, transcript_file=part.name, chapters=chapters)
        return _of(record if speaker_names(record) else replace(record, speakers=_named_voices(cues)), part)

    def _tell_late(self, record: Record, part: Part, cues: Sequence[Cue]) -> None:
        duration_s = schema.DURATION.of(record)
        if not isinstance(duration_s, int | float):
            return
        late = sum(cue.start_s is not None and cue.start_s > duration_s + LATE_S for cue in cues)
        if late:
            self._warn(
                part,
                f"{late} of {len(cues)} cues {'lies' if late == 1 else 'lie'} after the end of the recording "
                f"({schema.format_seconds(duration_s)}): are these the captions of this talk?",
            )

    def _warn(self, part: Part, message: str) -> None:
        self.warnings.append(Warning(part.name, 1, message))


def _with(record: Record, values: Mapping[str, Value]) -> Record:
    """The record with these values, where it has none."""
    return replace(record, values={**values, **record.values})


def _of(record: Record, part: Part) -> Record:
    """The record with a file among its sources."""
    own = Source(part.name, 1, part.line_count, "")
    return replace(record, sources=tuple(dict.fromkeys((*record.sources, own))))


def _common_end(first: Sequence[str], second: Sequence[str]) -> int:
    pairs = zip(reversed(first), reversed(second), strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _is_fine(part: Part) -> bool:
    """Whether a track's times are finer than whole seconds."""
    cues = part.track.cues if part.track else ()
    return any(cue.start_s is not None and cue.start_s != int(cue.start_s) for cue in cues)


def _called_by_name(cue: Cue, speakers: Sequence[Speaker]) -> Cue:
    """A cue whose speaker is written as the record writes the name ("DAVID SONTAG" → "David Sontag")."""
    if cue.speaker is None:
        return cue
    known = next((one.name for one in speakers if folded(one.name) == folded(cue.speaker)), None)
    return replace(cue, speaker=known) if known and known != cue.speaker else cue


def _named_voices(cues: Sequence[Cue]) -> tuple[Speaker, ...]:
    """Those whom the captions name in full; "SPEAKER_00" and "Audience" are no names."""
    voices = dict.fromkeys(cue.speaker for cue in cues if cue.speaker)
    return tuple(Speaker(voice) for voice in voices if is_name(voice))
