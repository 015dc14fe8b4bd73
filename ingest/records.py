"""Talks and papers as the sources give them, each knowing where it came from.

Comes in: nothing; these are the shapes that readers fill. Goes out: records for `passages` and the record store.
Nothing is invented: what a source does not say is None or empty, what it says oddly is kept as written and flagged.
What may stand in a record's `values`, and how it is written as JSON, is said in `schema`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ingest.text import one_line

Kind = Literal["talk", "paper"]
KINDS: tuple[Kind, ...] = ("talk", "paper")
DateOf = Literal["held", "recorded", "published", "uploaded"]


@dataclass(frozen=True, slots=True)
class Source:
    """One place where a record stood.

    Attributes:
        file: Path relative to the corpus folder, with forward slashes.
        first_line: 1-based.
        last_line: 1-based, inclusive.
        page: The page's own title, such as "Recorded Talks: Machine Learning"; "" where it has none.
    """

    file: str
    first_line: int
    last_line: int
    page: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person who speaks; role and affiliation only where the source gives them."""

    name: str
    affiliation: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A timed part of a recording.

    Attributes:
        time: The time as written, such as "01:29:30"; "" where the source counts seconds only.
        start_s: Seconds from the start of the recording, or None when the written time cannot be one.
        title: As written, without its quotation marks.
        speakers: Those named for this part.
        problem: Why the time cannot be right, or None.
        end_s: Seconds from the start of the recording, or None where the source gives no end.
    """

    time: str
    start_s: int | float | None
    title: str
    speakers: tuple[Speaker, ...] = ()
    problem: str | None = None
    end_s: int | float | None = None


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of a transcript.

    Attributes:
        start_s: Seconds from the start of the recording, or None where the source gives no time that can be.
        end_s: Likewise, or None where the source gives no end.
        text: As written.
        speaker: As the captions name who speaks, or None.
        line: 1-based, in `Record.transcript_file`; None where that is not known. No part of what is said.
    """

    start_s: float | None
    end_s: float | None
    text: str
    speaker: str | None = None
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as the source gives it.

    Attributes:
        text: As written, such as "Apr 3" or "Oct 11, 2023".
        year: Or None when the source leaves it out.
        month: 1 to 12, or None.
        day: 1 to 31, or None.
        of: What happened then, or None when the source does not say.
    """

    text: str
    year: int | None = None
    month: int | None = None
    day: int | None = None
    of: DateOf | None = None

    @property
    def is_full(self) -> bool:
        """Whether year, month and day are all known."""
        return None not in (self.year, self.month, self.day)

    @property
    def iso(self) -> str | None:
        """As far as it is known: "2023-10-11", "2023-10", "2023", without its year "--04-03"; None for nothing."""
        day = self.day if self.month else None
        known = [f"{part:02}" for part in (self.month, day) if part]
        if self.year is not None:
            return "-".join((f"{self.year:04}", *known))
        return f"--{'-'.join(known)}" if known else None


# What a field of `schema` may hold.
Value = str | int | float | bool | Date | tuple[str, ...] | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Record:
    """A talk, or a paper from the shelf beside the talks.

    Attributes:
        sources: Every place where it stood, in reading order; at least one.
        speakers: Of a talk; a recorded session may have them in its chapters only.
        abstract: Paragraphs joined by newlines, as written; "" where there is none.
        bio: Likewise, about the speakers.
        transcript: What was spoken, in order of time.
        transcript_file: Which of the sources' files says that; "" for the first.
        values: By key of its field in `schema`; read with the field's `of`.
        other: What stood in the source under keys that no field takes, or could not be a value of its field.
        id: Readable and stable, "" until `merge` names it.
    """

    title: str
    kind: Kind
    sources: tuple[Source, ...]
    speakers: tuple[Speaker, ...] = ()
    abstract: str = ""
    bio: str = ""
    chapters: tuple[Chapter, ...] = ()
    transcript: tuple[Cue, ...] = ()
    transcript_file: str = ""
    values: Mapping[str, Value] = field(default_factory=dict)
    other: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""


@dataclass(frozen=True, slots=True)
class Warning:
    """Something in a source that a person should know of, in one line whatever it quotes."""

    file: str
    line: int
    message: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "message", one_line(self.message))

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


def record_pages(record: Record) -> list[str]:
    """The titles of the pages that a record stood on, each once, in reading order."""
    return list(dict.fromkeys(source.page for source in record.sources if source.page))


def all_speakers(record: Record) -> list[Speaker]:
    """Everyone who speaks in a record: its speakers, then those of its chapters, each once."""
    chapter_speakers = (speaker for chapter in record.chapters for speaker in chapter.speakers)
    return list(dict.fromkeys((*record.speakers, *chapter_speakers)))


def speaker_names(record: Record) -> list[str]:
    """The names of everyone who speaks in a record, each once."""
    return list(dict.fromkeys(speaker.name for speaker in all_speakers(record)))
