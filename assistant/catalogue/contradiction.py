"""A list that is empty because of what a question says of somebody: what is recorded of that person instead.

Comes in: the query that found nothing. Goes out: a sentence that cites the person's records, or nothing when no one
person was named or the person is not here.
"""

from collections.abc import Iterator
from dataclasses import replace

from assistant.answer.citations import CitedText
from assistant.catalogue.describe import describe, noun, one_line
from assistant.catalogue.evaluate import Result, evaluate
from assistant.catalogue.names import Names
from assistant.catalogue.query import PersonField, Query
from assistant.catalogue.quoting import cited
from assistant.types import Event
from ingest.passages import speaker_line
from ingest.record_store import RecordStore
from ingest.records import Record

# What is said of somebody, and may be wrong.
_OF_PERSON: tuple[PersonField, ...] = ("affiliation", "role", "sector", "country", "abroad")


def recorded_instead(query: Query, store: RecordStore, names: Names) -> Result | None:
    """What a query that found nothing finds of the one person whom it names, whatever else it asked for."""
    persons = [one for one in query.on("person") if not one.negated]
    if len(persons) != 1 or len(persons[0].values) != 1 or not any(query.on(*_OF_PERSON)):
        return None
    found = evaluate(Query(conditions=(persons[0],)), store, names)
    return found if found.ids else None


def tell_instead(query: Query, instead: Result, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    """Say what is recorded of the person, each record cited."""
    yield from answer.say(f"None: the collection holds no {noun(query, 1)}{describe(query)} (0 of 0).")
    name = next(iter(query.wanted("person")))
    items = cited(replace(query, conditions=tuple(query.on("person"))), instead.ids, store)
    yield from answer.say(f" Of {name} it holds:")
    for item in items:
        yield from answer.say(f"\n- **{one_line(item.record.title)}** — {one_line(_as_recorded(item.record, name))} ")
        yield from answer.cite(item.source, item.start, item.end)


def _as_recorded(record: Record, name: str) -> str:
    """The person as the record names it, with place and post."""
    if record.kind != "talk":
        return name
    speakers = (*record.speakers, *(one for chapter in record.chapters for one in chapter.speakers))
    return next((speaker_line(one) for one in speakers if one.name == name), name)
