"""What one file gives towards the records: whole records, or a part of a recording that has to find its record.

Comes in: nothing; these are the shapes that readers fill and `grouping` joins.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.readers.tracks import Made, Track
from ingest.records import Chapter, Record, Warning


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
    """A record as its own file tells of it, and what that says of the files beside it.

    Attributes:
        owns_stem: Files of the same stem belong to it.
    """

    record: Record
    given: Given = Given({})
    owns_stem: bool = False


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
