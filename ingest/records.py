"""Talks and papers as the sources give them, each knowing where it came from.

Comes in: nothing; these are the shapes that readers fill. Goes out: records for `passages` and the record store.
Nothing is invented: what a source does not say is None or empty, what it says oddly is kept as written and flagged.
"""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Kind = Literal["talk", "paper"]


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
    """

    time: str
    start_s: int | None
    title: str
    speakers: tuple[Speaker, ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Date:
    """A date as far as the source gives it.

    Attributes:
        text: As written, such as "Apr 3" or "Oct 11, 2023".
        year: Or None when the source leaves it out.
        month: 1 to 12, or None.
        day: 1 to 31, or None.
    """

    text: str
    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def is_full(self) -> bool:
        """Whether year, month and day are all known."""
        return None not in (self.year, self.month, self.day)


@dataclass(frozen=True, slots=True)
class Talk:
    """A recorded talk, or a recorded session that is only its chapters.

    Attributes:
        id: Readable and stable, "" until `merge` names it.
        abstract: Paragraphs joined by newlines, as written; "" where there is none.
        bio: Likewise, about the speakers.
        links: Addresses found in the text, repaired where a line break cut them.
        sources: Every place where the talk stood, in reading order.
    """

    title: str
    speakers: tuple[Speaker, ...]
    sources: tuple[Source, ...]
    abstract: str = ""
    bio: str = ""
    chapters: tuple[Chapter, ...] = ()
    links: tuple[str, ...] = ()
    date: Date | None = None
    url: str | None = None
    video_url: str | None = None
    id: str = ""
    kind: Literal["talk"] = "talk"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper from the shelf beside the talks.

    Attributes:
        id: Readable and stable, "" until `merge` names it.
        author_count: As the page counts them, or None.
        organisation: Named by the page in place of a count, or None.
        comment_count: As the page counts them, or None.
    """

    title: str
    sources: tuple[Source, ...]
    abstract: str = ""
    links: tuple[str, ...] = ()
    author_count: int | None = None
    organisation: str | None = None
    date: Date | None = None
    comment_count: int | None = None
    url: str | None = None
    id: str = ""
    kind: Literal["paper"] = "paper"


Record = Talk | Paper


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something in a source that a person should know of; nothing was lost by it."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file gave.

    Attributes:
        records: In the file's order, each with one source; a native record has one for each page that it names.
        furniture: 1-based line → what it is, such as "page heading", for lines that belong to no record.
        oddities: In line order.
    """

    records: tuple[Record, ...]
    furniture: dict[int, str] = field(default_factory=dict)
    oddities: tuple[Oddity, ...] = ()


def record_pages(record: Record) -> list[str]:
    """The titles of the pages that a record stood on, each once, in reading order."""
    return list(dict.fromkeys(source.page for source in record.sources if source.page))


def speaker_names(record: Record) -> list[str]:
    """Everyone who speaks in a record: its speakers, then those of its chapters, each once."""
    if record.kind == "paper":
        return []
    chapter_speakers = (speaker for chapter in record.chapters for speaker in chapter.speakers)
    return list(dict.fromkeys(speaker.name for speaker in (*record.speakers, *chapter_speakers)))


def record_to_json(record: Record) -> dict[str, Any]:
    """A record with all its fields as plain JSON values, `date` as written, `pages` added."""
    fields = asdict(record)
    date = record.date
    fields["date"] = date.text if date else None
    fields["year"] = date.year if date else None
    fields["pages"] = record_pages(record)
    first = {key: fields.pop(key) for key in ("id", "kind", "title")}
    return first | fields
