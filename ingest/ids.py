"""Ids that people can read and that stay: a title's words, more only where two titles clash.

Comes in: records that are all different. Goes out: the same records, named. A name depends on what records say,
never on their order, so that re-ordered pages give the same ids.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

from slugify import slugify

from ingest.readers.people import surname
from ingest.records import Record, Warning
from ingest.schema import DATE, value_fields

_HASH_CHARS = 6


def with_ids(records: Sequence[Record]) -> tuple[list[Record], list[Warning]]:
    """Name every record; ids that sources gave come first and are never taken by a title.

    Args:
        records: All different; an `id` that is not empty was given by the source.

    Returns:
        The records, each with an id of its own, and the ids that were given twice.
    """
    warnings: list[Warning] = []
    given: dict[str, Record] = {}
    ids: dict[int, str] = {}
    for position, record in enumerate(records):
        if not record.id:
            continue
        if record.id in given:
            place, other = record.sources[0], given[record.id].sources[0]
            message = (
                f'the id "{record.id}" is already that of "{given[record.id].title}" '
                f"({other.file}, line {other.first_line}); it gets one of its own, so give it another."
            )
            warnings.append(Warning(place.file, place.first_line, message))
        else:
            given[record.id] = record
            ids[position] = record.id
    taken = set(given)
    for kind in ("talk", "paper"):
        # Talks are named before papers, so that a paper put beside them changes no talk's id and never takes one.
        unnamed = [
            position for position in range(len(records)) if position not in ids and records[position].kind == kind
        ]
        names = _distinct_names([records[position] for position in unnamed], taken)
        ids.update(zip(unnamed, names, strict=True))
        taken.update(names, (slugify(records[position].title) for position in unnamed))
    return [replace(record, id=ids[position]) for position, record in enumerate(records)], warnings


def _distinct_names(records: Sequence[Record], taken: set[str]) -> list[str]:
    """Name records of one kind by their titles, those that clash or are `taken` by more, whatever their order."""
    names = [slugify(record.title) for record in records]
    for more in _MORE:
        counts = Counter(names)
        names = [
            f"{name}-{more(record)}".strip("-") if not name or counts[name] > 1 or name in taken else name
            for name, record in zip(names, records, strict=True)
        ]
    return names


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_HASH_CHARS]


def _day(record: Record) -> str:
    date = DATE.of(record)
    return date.iso if date and date.year else ""


# What is added to a name that is not distinct, one after the other.
_MORE: tuple[Callable[[Record], str], ...] = (
    lambda record: slugify(surname(record.speakers[0].name)) if record.speakers else record.kind,
    lambda record: _hash(record.title, *(speaker.name for speaker in record.speakers), record.abstract),
    # A talk given again to the letter is told from the first by its day.
    _day,
    lambda record: _hash(*(field.shown(record) for field in value_fields())),
    # The last way out, for entries that are alike to the letter and yet given as different.
    lambda record: _hash(*(f"{source.file}:{source.first_line}" for source in record.sources), record.id),
)
