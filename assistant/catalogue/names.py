"""Names in a question → the people and affiliations of the collection that they mean.

Comes in: the names that the records hold. Goes out: for a name as typed, the recorded ones that it can mean; several
where it is ambiguous, none where it means nobody.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from assistant.catalogue.institutions import KNOWN, Institution, institution, institution_key, is_company
from ingest.facts import name_key
from ingest.readers.names import surname

# "Courtny Pacquette" is 0.92 like "Courtney Paquette"; two different people of the seeds are at most 0.72 alike.
_SAME_NAME_RATIO = 84
# A surname alone has less to go by: one slip is forgiven in "Nowak", two in "Sapatnekar", none in "Gao" and "Gu".
_SHORTEST_FUZZY_CHARS = 5
_TWO_SLIPS_CHARS = 8
_JOINED = re.compile(r"\s+(?:and|&)\s+|\s*[;/]\s*")
# Short forms that are no beginning of the whole name.
_SHORT_FOR = {
    "mike": ("michael",), "bill": ("william",), "will": ("william",), "bob": ("robert",), "rob": ("robert",),
    "dick": ("richard",), "rick": ("richard",), "tony": ("anthony",), "jim": ("james",), "jack": ("john",),
    "liz": ("elizabeth",), "beth": ("elizabeth",), "kate": ("katherine", "catherine"), "nick": ("nicholas",),
    "dave": ("david",), "steve": ("stephen", "steven"), "andy": ("andrew",), "chuck": ("charles",),
    "jenny": ("jennifer",), "maddie": ("madeleine",), "sasha": ("alexander", "alexandra"), "ted": ("edward",),
    "tom": ("thomas",), "ned": ("edward",), "peggy": ("margaret",), "harry": ("henry",), "becky": ("rebecca",),
}  # fmt: skip
_SYSTEMS = {"uc": "uc", "university california": "uc", "university california system": "uc"}


@dataclass(frozen=True, slots=True)
class Affiliation:
    """An affiliation as recorded and the institutions that it names: "LBNL and UC Berkeley" names two."""

    text: str
    parts: tuple[Institution, ...]


def affiliation_parts(text: str) -> tuple[Institution, ...]:
    """The institutions of an affiliation as written."""
    if institution_key(text) in KNOWN:
        return (institution(text),)
    pieces = [piece for piece in _JOINED.split(text) if piece.strip()]
    # "College of William and Mary" is one: a piece that is no institution by itself belongs to its neighbour.
    parts = [institution(piece) for piece in pieces]
    if len(parts) > 1 and all(part.sector or part.country or part.name.isupper() for part in parts):
        return tuple(parts)
    return (institution(text),)


class Names:
    """Looks names up."""

    def __init__(self, people: Iterable[str], affiliations: Iterable[str]) -> None:
        self.affiliations = [Affiliation(text, affiliation_parts(text)) for text in affiliations]
        self._people: dict[str, str] = {}
        self._surnames: dict[str, list[str]] = {}
        for name in people:
            key = name_key(name)
            if key and key not in self._people:
                self._people[key] = name
                self._surnames.setdefault(surname(name), []).append(name)
                words = key.split()
                self._people.setdefault(f"{words[0]} {words[-1]}", name)
        self._keys = list(self._people)
        self._surname_keys = list(self._surnames)
        self._parts: dict[str, set[str]] = {}
        for affiliation in self.affiliations:
            for part in (*affiliation.parts, Institution(affiliation.text, None, None)):
                self._parts.setdefault(institution_key(part.name), set()).add(affiliation.text)
        self._sorted_parts = sorted(self._parts)
        self._short_parts: dict[str, set[str]] = {}
        for key in self._parts:
            self._short_parts.setdefault(_without_sort(key), set()).add(key)

    def find_people(self, typed: str, *, typos: bool = True) -> tuple[str, ...]:
        """Those whom a typed name can mean: by full name, then by surname, then with slips."""
        key = name_key(typed)
        if not key:
            return ()
        if key in self._people:
            return (self._people[key],)
        if key in self._surnames:
            return tuple(self._surnames[key])
        if short := self._with_short_first_name(key):
            return short
        if not typos or len(key) < _SHORTEST_FUZZY_CHARS:
            return ()
        if " " in key:
            near = process.extract(key, self._keys, scorer=fuzz.ratio, score_cutoff=_SAME_NAME_RATIO, limit=3)
            return tuple(dict.fromkeys(self._people[match] for match, score, _ in near if score >= near[0][1] - 2))
        slips = 2 if len(key) >= _TWO_SLIPS_CHARS else 1
        close = process.extract(key, self._surname_keys, scorer=OSA.distance, score_cutoff=slips, limit=3)
        best = [match for match, distance, _ in close if distance == close[0][1] and match[0] == key[0]]
        return tuple(name for match in best for name in self._surnames[match])

    def _with_short_first_name(self, key: str) -> tuple[str, ...]:
        """Read "Ben Recht", "B Recht" or "Mike Mahoney": of those with this surname the ones who may be called so."""
        first, _, last = key.partition(" ")
        named = self._surnames.get(last, []) if last else []
        wanted = {first, *_SHORT_FOR.get(first, ())}
        return tuple(name for name in named if name_key(name).startswith(tuple(wanted)))

    def with_first_name(self, typed: str) -> tuple[str, ...]:
        """Those whose first name this is."""
        key = name_key(typed)
        return tuple(dict.fromkeys(name for full, name in self._people.items() if key and full.split()[0] == key))

    def find_affiliations(self, typed: str) -> tuple[str, ...]:
        """The recorded affiliations, as written, that a typed institution is or is part of."""
        key = institution_key(typed)
        if not key:
            return ()
        if key in _SYSTEMS:
            return self._texts(self._beginning(_SYSTEMS[key]))
        known = KNOWN.get(key)
        wanted = institution_key(known.name) if known else key
        found = {part for part in self._parts if part == wanted}
        if known is None or known.sector != "academic":
            # "IBM" is also "IBM Research"; but "Washington" is not "Washington State".
            found |= {part for part in self._beginning(wanted) if institution(part).sector != "academic"}
        if known is None and not found:
            # "Lehigh" alone: the one institution whose name is this and "University".
            found = self._short_parts.get(wanted, set())
        return self._texts(found)

    def is_recorded(self, typed: str) -> bool:
        """Whether somebody is from exactly this institution, by any of its names."""
        key = institution_key(typed)
        known = KNOWN.get(key)
        return key in self._parts or (known is not None and institution_key(known.name) in self._parts)

    def is_affiliation(self, typed: str) -> bool:
        """Whether a typed name is an institution's, recorded here or well known."""
        key = institution_key(typed)
        return key in KNOWN or key in _SYSTEMS or is_company(typed) or bool(self.find_affiliations(typed))

    def _beginning(self, word: str) -> Iterator[str]:
        """The parts that begin with a word and go on; found by halving, there may be thousands."""
        first = bisect_left(self._sorted_parts, f"{word} ")
        return takewhile(lambda part: part.startswith(f"{word} "), islice(self._sorted_parts, first, None))

    def _texts(self, keys: Iterable[str]) -> tuple[str, ...]:
        wanted = {text for key in keys for text in self._parts[key]}
        return tuple(one.text for one in self.affiliations if one.text in wanted)


def _without_sort(key: str) -> str:
    return " ".join(word for word in key.split() if word not in ("university", "college", "institute", "universite"))
