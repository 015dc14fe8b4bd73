"""What can be known of a record: one entry for each field, from which all else is derived.

Comes in: nothing. Goes out: `FIELDS`. From an entry follow the store's column or table, the gazetteer, conditions and
`--where`, the row on a card, and the JSON key, both ways. A reader fills a new field with `values={FIELD.key: …}`;
nothing else has to be taught of it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any

from ingest.records import KINDS, Date, Kind, Record, Speaker, Value, all_speakers, record_pages
from ingest.text import folded


class Type(Enum):
    """What a field's values are, and so how they are compared, written and shown."""

    NAME = "name"  # compared folded; has a gazetteer
    TEXT = "text"
    NUMBER = "number"
    SECONDS = "seconds"
    DATE = "date"
    URL = "url"
    FLAG = "flag"


NAME, TEXT, NUMBER, SECONDS, DATES, URL, FLAG = Type
TALKS: tuple[Kind, ...] = ("talk",)
PAPERS: tuple[Kind, ...] = ("paper",)


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Attributes:
        key: Its JSON key, its column in the store, its name in a query.
        one: What one value is called.
        many: What several are called.
        kinds: Of which records it is told.
        holds_many: A record may have several values; they are a tuple of texts.
        is_keyed: Its values stand under names of their own ({"youtube": "dQw4"}); also found as "youtube:dQw4".
        aliases: Other words for it, parted by commas.
        reads: How a condition on it reads ("at {}"); "" is "with the <one> {}".
        unit: What a number counts, in the singular.
        is_derived: Told by us from another field: asked for like any other, shown on no card.
        tells_apart: Two entries of one title with different values are two records.
        person: For what is told of each person who speaks; conditions on such fields hold of one and the same person.
        get: For what else the typed core of a record tells; None for what stands in `values`.
    """

    key: str
    type: Type
    one: str
    many: str = ""
    kinds: tuple[Kind, ...] = KINDS
    holds_many: bool = False
    is_keyed: bool = False
    aliases: str = ""
    reads: str = ""
    unit: str = ""
    is_derived: bool = False
    tells_apart: bool = False
    person: Callable[[Speaker], str | None] | None = None
    get: Callable[[Record], tuple[str, ...]] | None = None

    @property
    def is_core(self) -> bool:
        """Whether it is told by a record's own attributes rather than by its `values`."""
        return self.get is not None or self.person is not None

    @property
    def is_list(self) -> bool:
        """Whether a record may give several values, which can be counted."""
        return self.holds_many or self.is_keyed or self.person is not None

    @property
    def each(self) -> str:
        """What is counted of it: a query asks how many a record has by "#" and this."""
        return self.key.removesuffix("s")

    @property
    def label(self) -> str:
        """What stands before its value on a card."""
        return self.one[:1].upper() + self.one[1:]

    @property
    def words(self) -> tuple[str, ...]:
        """Every word for it, its key first."""
        words = (self.key, self.one, self.many, *(word.strip() for word in self.aliases.split(",")))
        return tuple(dict.fromkeys(word for word in words if word))

    def of(self, record: Record) -> Any:
        """Its value in a record: a tuple where it holds many, a mapping where it is keyed, else a value or None."""
        if self.get is not None:
            return self.get(record)
        if self.person is not None:
            return tuple(dict.fromkeys(text for one in all_speakers(record) if (text := self.person(one))))
        empty: Value | None = {} if self.is_keyed else () if self.holds_many else None
        return record.values.get(self.key, empty)

    def all_of(self, record: Record) -> tuple[Any, ...]:
        """Its values in a record, each once, whether it holds one or many; empty where the record gives none."""
        value = self.of(record)
        if self.is_keyed:
            return tuple(f"{name}:{one}" for name, one in value.items())
        if isinstance(value, tuple):
            return tuple(dict.fromkeys(value))
        return () if value is None else (value,)

    def said(self, record: Record) -> str:
        """Its values as they stand in a list, where no label tells what a number counts."""
        if not self.unit:
            return self.shown(record)
        return "; ".join(f"{one} {self.unit}{'' if one == 1 else 's'}" for one in self.all_of(record))

    def shown(self, record: Record) -> str:
        """Its values as a person reads them; "" where the record gives none."""
        return "; ".join(self.written(value) for value in self.all_of(record))

    def written(self, value: Any) -> str:
        """One value as a person reads it."""
        if isinstance(value, Date):
            return f"{value.of} {value.text}" if value.of else value.text
        if self.type is SECONDS:
            return format_seconds(value)
        return ("yes" if value else "no") if self.type is FLAG else str(value)


SPEAKER = Field(
    "speaker", NAME, "speaker", "speakers", aliases="person, people, presenter, lecturer, by",
    reads="by {}",
    kinds=TALKS, person=lambda one: one.name,
)  # fmt: skip
ROLE = Field(
    "role", NAME, "role", "roles", aliases="position, job, post", reads="with the post of {}", kinds=TALKS,
    person=lambda one: one.role,
)  # fmt: skip
AFFILIATION = Field(
    "affiliation", NAME, "affiliation", "affiliations", aliases="institution, university, company, employer",
    reads="from {}",
    kinds=TALKS, person=lambda one: one.affiliation,
)  # fmt: skip
_SECTORS = {
    "laboratory": r"\b(?:(?:national|research) lab\w*|laborator\w+|observatory)\b",
    "academic": r"\b(?:universi\w+|college|institute of tech\w*|polytech\w*|ecole|hochschule|faculty|school of|academy"
    r"|uc|ut|tu)\b|\btech$",
    "company": r"\b(?:inc|ltd|llc|gmbh|corp|corporation|company|technologies|software|solutions|startup)\b",
}


def sector_of(affiliation: str | None) -> str | None:
    """What sort of institution an affiliation is, as its own words tell; None where they tell nothing."""
    words = folded(affiliation or "")
    return next((sector for sector, pattern in _SECTORS.items() if re.search(pattern, words)), None)


SECTOR = Field(
    "sector", NAME, "sector", "sectors", reads="from the sector {}", kinds=TALKS,
    person=lambda one: sector_of(one.affiliation), is_derived=True,
)  # fmt: skip
PAGE = Field(
    "page", NAME, "page", "pages", aliases="source page", reads="on the page {}", holds_many=True,
    get=lambda record: tuple(record_pages(record)),
)  # fmt: skip
ORGANISATION = Field("organisation", NAME, "organisation", "organisations", aliases="organization", kinds=PAPERS)
AUTHOR_COUNT = Field("author_count", NUMBER, "number of authors", aliases="authors", unit="author", kinds=PAPERS)
DATE = Field("date", DATES, "date", "dates", aliases="day", reads="from {}", tells_apart=True)
EVENT = Field(
    "event", NAME, "event", "events", aliases="conference, meeting", reads="at {}", kinds=TALKS, tells_apart=True
)
SERIES = Field("series", NAME, "series", "series", aliases="course, podcast, playlist", kinds=TALKS)
ORGANISER = Field(
    "organiser", NAME, "organiser", "organisers", aliases="organizer, host, channel, publisher", kinds=TALKS
)
VENUE = Field("venue", NAME, "venue", "venues", aliases="place, hall, location", kinds=TALKS)
ROOM = Field("room", NAME, "room", "rooms", kinds=TALKS)
TRACK = Field("track", NAME, "track", "tracks", kinds=TALKS)
FORMAT = Field("format", NAME, "format", "formats", aliases="session type, type of session", kinds=TALKS)
DURATION = Field(
    "duration_s", SECONDS, "duration", "durations", aliases="length, running time", reads="lasting {}", kinds=TALKS
)
SCHEDULED = Field("scheduled_s", SECONDS, "scheduled time", aliases="slot", kinds=TALKS)
LANGUAGE = Field("language", NAME, "language", "languages", reads="in {}", kinds=TALKS)
TAGS = Field("tags", NAME, "tag", "tags", aliases="keyword, keywords, topic label", kinds=TALKS, holds_many=True)
LICENSE = Field("license", NAME, "license", "licenses", aliases="licence, licences, copyright", kinds=TALKS)
RECORDED = Field("recorded", FLAG, "recorded", kinds=TALKS)
CAPTIONS = Field("captions", NAME, "captions", aliases="subtitles", kinds=TALKS)
COMMENT_COUNT = Field("comment_count", NUMBER, "number of comments", aliases="comments", unit="comment", kinds=PAPERS)
URL_FIELD = Field("url", URL, "address", "addresses", aliases="web page, url")
VIDEO_URL = Field("video_url", URL, "video", "videos", aliases="recording", kinds=TALKS, tells_apart=True)
MEDIA_FILE = Field("media_file", TEXT, "media file", "media files", aliases="audio file, video file", kinds=TALKS)
LINKS = Field("links", URL, "link", "links", holds_many=True)
IDS = Field(
    "ids", NAME, "outside id", "outside ids", aliases="identifier", kinds=TALKS, is_keyed=True, tells_apart=True
)

# In the order in which they are shown.
FIELDS: tuple[Field, ...] = (
    SPEAKER, ROLE, AFFILIATION, SECTOR, ORGANISATION, AUTHOR_COUNT, DATE, EVENT, SERIES, ORGANISER, VENUE, ROOM, TRACK,
    FORMAT, DURATION, SCHEDULED, LANGUAGE, TAGS, LICENSE, RECORDED, CAPTIONS, COMMENT_COUNT, URL_FIELD, VIDEO_URL,
    MEDIA_FILE, LINKS, IDS, PAGE,
)  # fmt: skip


def value_fields() -> Iterator[Field]:
    """The fields that stand in a record's `values`."""
    return (one for one in FIELDS if not one.is_core)


def person_fields() -> Iterator[Field]:
    """The fields that are told of each person who speaks."""
    return (one for one in FIELDS if one.person is not None)


def field_of(key: str) -> Field | None:
    """The field with this key, or None."""
    return next((one for one in FIELDS if one.key == key), None)


def field_counted(name: str) -> Field | None:
    """The field of several values that "#link" counts, or None."""
    return next((one for one in FIELDS if one.is_list and f"#{one.each}" == name), None)


def field_named(word: str) -> Field | None:
    """The field with this key or called by this word, in any case; None when there is none."""
    wanted = word.strip().casefold()
    by_key = (one for one in FIELDS if one.key == wanted)
    by_word = (one for one in FIELDS if wanted in one.words)
    return next(by_key, None) or next(by_word, None)


def rows(record: Record) -> list[tuple[str, str]]:
    """What a record says, as (label, text) for a card or a terminal; fields that it does not give are left out.

    What the source had under keys that no field takes stands below, under its own keys.
    """
    known = [(field.label, field.shown(record)) for field in FIELDS if not field.is_derived]
    return [row for row in known if row[1]] + [(key, str(value)) for key, value in record.other.items()]


def record_to_json(record: Record) -> dict[str, Any]:
    """A record as plain JSON values, as `talks list --json` writes it and the native reader reads it.

    Every field of its kind has its key, null where the source does not tell it; a date is written as the source has
    it, beside it `date_iso`, what it is the date of, and its year.
    """
    written: dict[str, Any] = {"id": record.id, "kind": record.kind, "title": record.title}
    if record.kind == "talk" or record.speakers:
        written["speakers"] = [asdict(speaker) for speaker in record.speakers]
    written["sources"] = [asdict(source) for source in record.sources]
    written["abstract"] = record.abstract
    if record.kind == "talk" or record.bio or record.chapters:
        written["bio"] = record.bio
        written["chapters"] = [asdict(chapter) for chapter in record.chapters]
    for field in value_fields():
        value = field.of(record)
        if record.kind in field.kinds or field.key in record.values:
            written |= _date_json(field.key, value) if field.type is DATES else {field.key: _plain(value)}
    date = DATE.of(record)
    written["year"] = date.year if date else None
    written["pages"] = record_pages(record)
    if record.transcript:
        written["transcript"] = [
            {"start_s": cue.start_s, "end_s": cue.end_s, "text": cue.text, "speaker": cue.speaker}
            for cue in record.transcript
        ]
    return written | ({"other": dict(record.other)} if record.other else {})


def _date_json(key: str, date: Date | None) -> dict[str, Any]:
    if date is None:
        return {key: None}
    more = {f"{key}_iso": date.iso, f"{key}_of": date.of}
    return {key: date.text} | {name: value for name, value in more.items() if value}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value


def format_seconds(seconds: float) -> str:
    """Seconds as "H:MM:SS"."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
