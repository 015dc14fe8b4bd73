"""What a question about the collection asks for, as one typed object.

Comes in: nothing. Goes out: `Query`, made by the grammar or read from a model's reply, evaluated by `evaluate`.
"""

from dataclasses import dataclass
from typing import Literal

from assistant.catalogue.institutions import Sector
from ingest.records import Kind

Listed = Literal["records", "people", "affiliations", "organisations", "pages", "years", "months", "chapters"]
Order = Literal[
    "corpus", "title", "date", "speaker", "authors", "comments", "speakers", "pages", "chapters", "title_length", "size"
]
Part = Literal[
    "abstract", "bio", "chapters", "link", "code", "video", "url", "date", "year", "full_date",
    "authors", "comments", "organisation", "speaker", "affiliation",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """A range of whole numbers, both ends included; None leaves an end open."""

    low: int | None = None
    high: int | None = None

    def holds(self, number: int | None) -> bool:
        """Whether a recorded number lies in the range; one that is not recorded does not."""
        if number is None:
            return False
        return (self.low is None or number >= self.low) and (self.high is None or number <= self.high)


@dataclass(frozen=True, slots=True)
class Query:
    """All filters must hold.

    Attributes:
        listed: What is listed; all but records are groups of records.
        pages: The record stands on each of these, by full title.
        not_pages: It stands on none of these.
        people: One of these speaks.
        affiliations: Somebody is from one of these, as typed; a paper's organisation counts.
        roles: Somebody has one of these, by heading or biography.
        sectors: For each of these somebody is from such a place.
        countries: Of the affiliation; only where it is a well-known one.
        not_countries: The affiliation's country is known and none of these.
        years: Of the date as written; a date without a year is in no year.
        dates: As year * 10000 + month * 100 + day; only full dates can lie in it.
        having: Each of these is recorded.
        lacking: None of these is recorded.
        titles: Phrases that each stand in the title.
        openings: The title begins with one of these.
        texts: Phrases that each stand in title, abstract, biography or chapters.
        links: Each stands in some address.
        odd_times: A chapter has a time that cannot be right.
        sizes: How many records a group has.
        best: Only those with the extreme value of `order`, ties included.
        counted: A number was asked for.
    """

    listed: Listed = "records"
    kind: Kind | None = None
    pages: tuple[str, ...] = ()
    not_pages: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    sectors: tuple[Sector, ...] = ()
    countries: tuple[str, ...] = ()
    not_countries: tuple[str, ...] = ()
    years: Span | None = None
    dates: Span | None = None
    months: tuple[int, ...] = ()
    day: int | None = None
    authors: Span | None = None
    comments: Span | None = None
    speakers: Span | None = None
    page_count: Span | None = None
    chapters: Span | None = None
    having: tuple[Part, ...] = ()
    lacking: tuple[Part, ...] = ()
    titles: tuple[str, ...] = ()
    openings: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    odd_times: bool = False
    sizes: Span | None = None
    order: Order = "corpus"
    descending: bool = False
    limit: int | None = None
    best: bool = False
    counted: bool = False
