"""A question's slips in names and terms → the names and terms that the collection knows.

Comes in: the headings of the passages (titles, speakers, affiliations) and the lines of chapters. Goes out: the
question with each unknown word that is nearly one of theirs replaced by it, for the keyword scores.
"""

import re
from bisect import bisect_left, bisect_right
from functools import cached_property
from math import ceil, floor

from rapidfuzz import process
from rapidfuzz.distance import OSA

from ingest.lexical import KeywordIndex
from ingest.record_store import RecordStore

# One slip in five letters ("Rozen" for Rosen), two in ten; swapped letters count as one. Lower, everyday words become
# names ("cutting" → "hunting" at .7). A shade below .8, which is how 1 - 1/5 comes out.
SIMILAR = 0.799
# One slip in a shorter word makes half the dictionary of it.
SHORTEST_CHARS = 5
_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST_CHARS},}}")


class Spelling:
    """Corrects what is unknown towards names and terms; never a word that stands in some passage."""

    def __init__(self, store: RecordStore, keyword: KeywordIndex) -> None:
        self._store = store
        self._keyword = keyword

    def corrected(self, question: str) -> str:
        """The question with its slips in names and terms mended."""
        return _WORD.sub(lambda match: self._nearest(match[0]), question)

    def knows(self, name: str) -> bool:
        """Whether some text holds a name as it is; for "Welling" it is not enough that one holds "well"."""
        lower = name.lower()
        if not self._keyword.knows(name):
            return False
        as_it_is = self._keyword.is_stem(lower.removesuffix("s")) or lower in self._names_and_terms
        return as_it_is or self._store.records_with(name) > 0

    def _nearest(self, word: str) -> str:
        if self._keyword.knows(word):
            return word
        # What differs more in length cannot be similar enough; leaving it out halves the time at 21,715 talks.
        first = bisect_left(self._names_and_terms, ceil(len(word) * SIMILAR), key=len)
        last = bisect_right(self._names_and_terms, floor(len(word) / SIMILAR), key=len)
        found = process.extractOne(
            word.lower(), self._names_and_terms[first:last], scorer=OSA.normalized_similarity, score_cutoff=SIMILAR
        )
        if not found:
            return word
        return found[0].capitalize() if word[0].isupper() else found[0]

    @cached_property
    def _names_and_terms(self) -> list[str]:
        """Shortest first; read when the first unknown word comes, once."""
        words = {word.lower() for text in self._store.names_and_titles() for word in _WORD.findall(text)}
        return sorted(words, key=lambda word: (len(word), word))
