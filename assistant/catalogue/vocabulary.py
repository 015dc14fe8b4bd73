"""The names that a collection holds, as a question may use them.

Comes in: the record store. Goes out: people and affiliations (`names`), pages with the forms that people give them, and
titles that a question may name.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from assistant.catalogue.filters import MONTH_NAMES, MONTHS, month_number
from assistant.catalogue.names import Names
from ingest.store import RecordStore
from ingest.words import plain_words

_SHORTEST_CUE_CHARS = 3
_SMALL = frozenset(("and", "of", "the", "in", "on", "for", "a"))


@dataclass(frozen=True, slots=True)
class PageForm:
    """One way to name a page.

    Attributes:
        key: A word without which the form cannot stand in a question.
        pattern: A regular expression for the name in small letters.
    """

    key: str
    pattern: str
    page: str


class Vocabulary:
    """Reads the names once, when they are first needed."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store

    @cached_property
    def names(self) -> Names:
        """Everybody and every place, by first appearance."""
        people = self._store.rows("SELECT name FROM people WHERE name IS NOT NULL GROUP BY name ORDER BY min(rowid)")
        places = self._store.rows(
            "SELECT affiliation FROM people WHERE affiliation IS NOT NULL GROUP BY affiliation ORDER BY min(rowid)"
        )
        return Names((row[0] for row in people), (row[0] for row in places))

    @cached_property
    def pages(self) -> dict[str, frozenset[str]]:
        """Page title → the kinds of record on it, by first appearance."""
        rows = self._store.rows(
            "SELECT g.page, group_concat(DISTINCT f.kind) FROM pages g JOIN facts f ON f.position = g.position "
            "GROUP BY g.page ORDER BY min(g.rowid)"
        )
        return {page: frozenset(kinds.split(",")) for page, kinds in rows}

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of record that there are."""
        return frozenset(row[0] for row in self._store.rows("SELECT DISTINCT kind FROM facts"))

    @cached_property
    def dated_kinds(self) -> frozenset[str]:
        """The kinds of which at least one record has a date."""
        return frozenset(row[0] for row in self._store.rows("SELECT DISTINCT kind FROM facts WHERE date IS NOT NULL"))

    @cached_property
    def titles(self) -> dict[str, str]:
        """Titles, and their parts before a colon or bracket, as plain words → as written."""
        known: dict[str, str] = {}
        for (text,) in self._store.rows("SELECT json_extract(json, '$.title') FROM records ORDER BY position"):
            for form in (text, re.split(r"[:(?]", text)[0], re.split(r":", text, maxsplit=1)[-1]):
                words = plain_words(form)
                if len(words) > 1 or (words and form != text):
                    known.setdefault(" ".join(words), form.strip())
        return known

    @cached_property
    def _page_forms(self) -> dict[str, list[PageForm]]:
        """The forms of pages by the word with which they begin; each form is of one page only."""
        forms = {form for page in self.pages for form in _forms(page)}
        count = Counter(pattern for pattern, _ in {(form.pattern, form.page) for form in forms})
        known: dict[str, list[PageForm]] = {}
        for form in forms:
            if count[form.pattern] == 1:
                known.setdefault(form.key, []).append(form)
        return known

    def page_forms(self, words: Iterable[str]) -> list[PageForm]:
        """The forms that begin with one of these words, longer ones first: few, however many pages there are."""
        found = {form for word in words for form in self._page_forms.get(word, ())}
        return sorted(found, key=lambda form: (-len(form.pattern), form.pattern))


def _forms(page: str) -> Iterator[PageForm]:
    label = page.split(":", 1)[-1]
    for text in (page, label):
        if words := _words(text):
            yield PageForm(words[0], r"\W+".join(words), page)
    words = _words(label)
    for first, second, third in zip(words, [*words[1:], ""], [*words[2:], "", ""], strict=False):
        if first in _SMALL:
            continue
        if len(first) > _SHORTEST_CUE_CHARS:
            yield PageForm(first, first, page)
        if second in ("and", "of") and third:
            yield PageForm(first, rf"{first} (?:and|&|of) {third}", page)
        elif second:
            yield PageForm(first, rf"{first}\W+{second}", page)
    if (date := re.search(r"\b([A-Z][a-z]{2})[a-z]* (\d{1,2})\b", label)) and date[1].lower() in MONTHS:
        yield from _date_forms(page, date[1].lower(), date[2])


def _date_forms(page: str, short: str, day: str) -> Iterator[PageForm]:
    long = MONTH_NAMES[month_number(short) - 1]
    name = rf"(?:{long}|{short}t?)\.?"
    for key in (long, short, "sept" if short == "sep" else short):
        yield PageForm(key, rf"{name} {day}(?:st|nd|rd|th)?", page)
        yield PageForm(key, rf"{day}(?:st|nd|rd|th)?(?: of)? {name}", page)
        yield PageForm(key, name, page)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
