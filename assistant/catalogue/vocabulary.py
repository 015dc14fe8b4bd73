"""The names that a collection holds, as a question may use them.

Comes in: the record store. Goes out: people and affiliations (`names`), pages, and titles that a question may
name.
"""

import json
import re
from collections.abc import Iterable
from functools import cached_property

from assistant.catalogue.names import Names
from ingest.record_store import RecordStore
from ingest.records import Record
from ingest.text import plain_words, searchable, singular


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
    def page_words(self) -> dict[str, list[str]]:
        """Page title → the singular words by which people name it, the sort of page left out."""
        return {page: [singular(word) for word in plain_words(page.split(":", 1)[-1])] for page in self.pages}

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
    def _words_of_titles(self) -> list[tuple[frozenset[str], str]]:
        rows = self._store.rows(
            "SELECT title_words, json_extract(json, '$.title') FROM facts JOIN records USING (position)"
        )
        return [(frozenset(words.split()), title) for words, title in rows]

    @cached_property
    def _chapters(self) -> list[tuple[frozenset[str], tuple[str, ...]]]:
        rows = self._store.rows(
            "SELECT json_extract(json, '$.chapters') FROM records JOIN facts USING (position) WHERE facts.chapters > 0"
        )
        return [
            (frozenset(searchable(one["title"]).split()), tuple(who["name"] for who in one["speakers"]))
            for (chapters,) in rows
            for one in json.loads(chapters)
        ]

    def speakers_of_chapter(self, words: Iterable[str]) -> tuple[str, ...]:
        """Those who speak in the one chapter whose title holds these singular words; none where it is not clear."""
        wanted = frozenset(words)
        found = [speakers for held, speakers in self._chapters if wanted and wanted <= held]
        return found[0] if len(found) == 1 else ()

    def titles_with(self, words: Iterable[str]) -> list[str]:
        """The titles that hold all of these singular words."""
        wanted = frozenset(words)
        return [title for held, title in self._words_of_titles if wanted <= held]

    def holds_word(self, word: str) -> bool:
        """Whether a word stands in any record's title or text."""
        found = self._store.rows("SELECT 1 FROM words WHERE instr(body, ?) > 0 LIMIT 1", [searchable(word)])
        return bool(found)

    def holds_day(self, month: int | None, day: int) -> bool:
        """Whether any record bears this day, of whatever year."""
        return bool(self._store.rows("SELECT 1 FROM facts WHERE month = ? AND day = ? LIMIT 1", [month, day]))

    def titled(self, titles: Iterable[str]) -> list[Record]:
        """The records whose titles hold these words, each once."""
        query = "SELECT id FROM facts WHERE ? <> '' AND instr(title_words, ?) > 0 ORDER BY position"
        ids = dict.fromkeys(row[0] for words in map(searchable, titles) for row in self._store.rows(query, [words] * 2))
        return [self._store.record(one) for one in ids]

    def talks_of(self, names: Iterable[str]) -> list[Record]:
        """All in which one of these people speaks."""
        query = (
            "SELECT DISTINCT f.id FROM facts f JOIN people p USING (position) "
            "WHERE p.name IN (SELECT value FROM json_each(?)) ORDER BY f.position"
        )
        return [self._store.record(row[0]) for row in self._store.rows(query, [json.dumps(list(names))])]

    def kind_of(self, title: str) -> str | None:
        """The kind of the first record whose title holds these words."""
        query = "SELECT kind FROM facts WHERE instr(title_words, ?) > 0 ORDER BY position LIMIT 1"
        found = self._store.rows(query, [searchable(title)])
        return found[0][0] if found else None
