"""Filters on records: kind, page, speaker, affiliation, year; exact, and all of them at once.

Comes in: what a user narrows the search to. Goes out: which records are left. A filter on text fits where its words
stand one after the other, whatever their case and accents: "Cevher" and "volkan cevher" fit "Volkan Cevher".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ingest.record_store import RecordStore
from ingest.records import Kind
from ingest.text import plain_words


@dataclass(frozen=True, slots=True)
class Filters:
    """What a record has to be; None leaves it open.

    Attributes:
        page: Words of the title of a page that it stood on.
        speaker: Words of the name of someone who speaks, also in one of its chapters.
        affiliation: Words of a speaker's affiliation, or of a paper's organisation; with `speaker`, of that speaker's.
        year: Of its date; a record whose date has no year fits none.
    """

    kind: Kind | None = None
    page: str | None = None
    speaker: str | None = None
    affiliation: str | None = None
    year: int | None = None


class RecordFilter:
    """Applies filters to the records of one generation."""

    def __init__(self, store: RecordStore, kinds: NDArray[np.str_]) -> None:
        self._store = store
        self._kinds = kinds

    def mask(self, filters: Filters) -> NDArray[np.bool_]:
        """Shape (r,): whether each record fits all filters."""
        fits = np.ones(len(self._kinds), dtype=np.bool_)
        if filters.kind is not None:
            fits &= self._kinds == filters.kind
        if filters.year is not None:
            fits &= self._years == filters.year
        if filters.page is not None:
            wanted = _searchable(filters.page)
            fits &= self._rows(row for row, page in self._pages if wanted in page)
        if filters.speaker is not None or filters.affiliation is not None:
            name, place = _searchable(filters.speaker), _searchable(filters.affiliation)
            fits &= self._rows(row for row, names, places in self._people if name in names and place in places)
        return fits

    def _rows(self, rows: Iterator[int]) -> NDArray[np.bool_]:
        mask = np.zeros(len(self._kinds), dtype=np.bool_)
        mask[list(rows)] = True
        return mask

    @cached_property
    def _years(self) -> NDArray[np.int32]:
        rows = self._store.rows("SELECT year FROM facts ORDER BY position")
        return np.array([year or 0 for (year,) in rows], dtype=np.int32)

    @cached_property
    def _pages(self) -> list[tuple[int, str]]:
        return [(row, _searchable(page)) for row, page in self._store.rows("SELECT position, page FROM pages")]

    @cached_property
    def _people(self) -> list[tuple[int, str, str]]:
        rows = self._store.rows("SELECT position, name, affiliation FROM people")
        return [(row, _searchable(name), _searchable(affiliation)) for row, name, affiliation in rows]


def _searchable(text: str | None) -> str:
    """Plain words with a space around each, so that whole words are compared; "" is a part of anything."""
    return f" {' '.join(plain_words(text))} " if text else ""
