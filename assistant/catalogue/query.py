"""What a question about the collection asks for, as one typed object.

Comes in: nothing. Goes out: `Query`, made by the grammar or read from a model's reply, evaluated by `evaluate`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from ingest.records import Kind

Listed = Literal["records", "people", "affiliations", "organisations", "pages", "years", "months", "chapters"]
Order = Literal[
    "corpus",
    "title",
    "date",
    "speaker",
    "authors",
    "comments",
    "speakers",
    "pages",
    "chapters",
    "links",
    "title_length",
    "size",
]
Part = Literal[
    "abstract", "bio", "chapters", "link", "code", "video", "url", "date", "year", "full_date",
    "authors", "comments", "organisation", "speaker", "affiliation", "odd_time",
]  # fmt: skip
PersonField = Literal["person", "affiliation", "role", "sector", "country", "abroad", "speaks"]
CountField = Literal["authors", "comments", "speakers", "pages", "chapters", "links", "size"]
WordField = Literal["title", "opening", "abstract", "bio", "text", "link", "chapter", "sign"]
Field = Literal[PersonField, CountField, WordField, "page", "date", "has", "among"]


@dataclass(frozen=True, slots=True)
class Condition:
    """One of the values must hold, or none of them.

    Attributes:
        field: What is looked at. "abroad" is outside a country, as far as the affiliation's is known; "size" is the
            number of records of a group; "opening" is how a title begins; "abstract" and "bio" are words in these,
            "chapter" in a chapter's title; "sign" is a mark in the title, or "digit", with "$" at its end; "speaks" is
            where somebody does: in a "chapter", or at the "head" of the whole talk; "among" is one of some records, by
            their ids.
        values: As text: a name, words, a part, a range of numbers (`values.Span`) or of dates (`values.Dates`).
        negated: None of the values may hold.
    """

    field: Field
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """All conditions must hold.

    Those on a person (`PersonField`) hold of one and the same; a second one on the same field may hold of another.

    Attributes:
        listed: What is listed; all but records are groups of records.
        skip: How many of the first are left out: 1 for "the second newest"; with `best`, how many values.
        best: Only those with the extreme value of `order`, ties included.
        counted: A number was asked for.
        summed: What is added up over all records that are found; their mean is told too.
    """

    listed: Listed = "records"
    kind: Kind | None = None
    conditions: tuple[Condition, ...] = ()
    order: Order = "corpus"
    descending: bool = False
    limit: int | None = None
    skip: int = 0
    best: bool = False
    counted: bool = False
    summed: CountField | None = None

    def on(self, *fields: Field) -> Iterator[Condition]:
        """The conditions on these fields, in order."""
        return (condition for condition in self.conditions if condition.field in fields)

    def wanted(self, field: Field) -> list[str]:
        """What a field is asked to hold; what it must not hold is left out."""
        return [value for one in self.on(field) if not one.negated for value in one.values]
