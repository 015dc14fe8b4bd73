"""The whole collection to look through: found as one types, narrowed, sorted.

Comes in: the record store of one generation. Goes out: rows of a list, exact and complete; 21,715 records are gone
through in 7 to 11 ms (`python -m evals.bench_page --pyvideo FILE`). Ranking by meaning is left to `ranking`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from ingest.record_store import RecordStore
from ingest.records import Kind
from ingest.text import folded

Order = Literal["as saved", "title", "speaker", "newest", "oldest"]
ORDERS: tuple[Order, ...] = get_args(Order)

# json_extract, since reading every record as an object takes a hundred times as long as reading its title.
_ROWS = """
SELECT f.position, f.id, f.kind, json_extract(r.json, '$.title'), f.title_key, f.speaker_key, f.organisation,
       f.date, f.year, f.month, f.day
FROM facts f JOIN records r ON r.position = f.position ORDER BY f.position
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A talk or paper in a list.

    Attributes:
        who: Speakers, or a paper's organisation.
        date: As written, or "".
        sort_keys: For each order but that of the corpus.
    """

    id: str
    kind: Kind
    title: str
    who: tuple[str, ...]
    pages: tuple[str, ...]
    date: str
    year: int | None
    haystack: str
    speakers: str
    sort_keys: dict[str, tuple[object, ...]]


@dataclass(frozen=True, slots=True)
class Search:
    """What someone looks for; an empty one finds everything.

    Attributes:
        words: Each is a part of a title, a speaker's name or an affiliation, in any case and with or without accents.
        page: A page's title, exactly.
        speaker: Part of a speaker's name.
    """

    words: str = ""
    kind: Kind | None = None
    page: str | None = None
    speaker: str = ""
    year: int | None = None
    order: Order = "as saved"


class Shelf:
    """Every record of one generation, ready to be looked through."""

    def __init__(self, store: RecordStore) -> None:
        people: dict[int, list[tuple[str | None, str | None]]] = {}
        for position, name, affiliation in store.rows("SELECT position, name, affiliation FROM people"):
            people.setdefault(position, []).append((name, affiliation))
        pages: dict[int, list[str]] = {}
        for position, page in store.rows("SELECT position, page FROM pages"):
            pages.setdefault(position, []).append(page)
        self.rows = [
            _row(found[1:], people.get(found[0], []), tuple(pages.get(found[0], ()))) for found in store.rows(_ROWS)
        ]
        self._ordered: dict[Order, list[Row]] = {"as saved": self.rows}
        self.pages = list(dict.fromkeys(page for row in self.rows for page in row.pages))
        self.years = sorted({row.year for row in self.rows if row.year is not None}, reverse=True)

    def find(self, search: Search) -> list[Row]:
        """Everything that fits, in the order asked for."""
        words, speaker = folded(search.words).split(), folded(search.speaker).split()
        return [
            row
            for row in self._in(search.order)
            if (search.kind is None or row.kind == search.kind)
            and (search.year is None or row.year == search.year)
            and (search.page is None or search.page in row.pages)
            and all(word in row.haystack for word in words)
            and all(word in row.speakers for word in speaker)
        ]

    def _in(self, order: Order) -> list[Row]:
        """All rows in an order; sorted when first asked for, since sorting takes three times as long as looking."""
        if order not in self._ordered:
            self._ordered[order] = sorted(self.rows, key=lambda row: row.sort_keys[order])
        return self._ordered[order]


def _row(fields: Sequence[object], people: Sequence[tuple[str | None, str | None]], pages: tuple[str, ...]) -> Row:
    id_, kind, title, title_key, speaker_key, organisation, date, year, month, day = fields
    names = list(dict.fromkeys(name for name, _ in people if name))
    known = (*names, *(place for _, place in people if place), str(organisation or ""))
    when = (year or 0, month or 0, day or 0) if year else None
    keys: dict[str, tuple[object, ...]] = {
        "title": (title_key,),
        "speaker": (speaker_key is None, speaker_key or "", title_key),
        "newest": (when is None, *(-int(str(part)) for part in when or ()), title_key),
        "oldest": (when is None, *(when or ()), title_key),
    }
    return Row(
        id=str(id_),
        kind="talk" if kind == "talk" else "paper",
        title=str(title),
        who=tuple(names) or ((str(organisation),) if organisation else ()),
        pages=pages,
        date=str(date or ""),
        year=int(str(year)) if year else None,
        haystack=folded("\n".join((str(title), *known))),
        speakers=folded("\n".join(names)),
        sort_keys=keys,
    )
