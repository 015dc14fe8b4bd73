"""Who is named in a question.

Comes in: the records. Goes out: the people whom a question names, with the talks they give.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from slugify import slugify

from ingest.records import Record, Talk, speaker_names


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker and the talks that this speaker gives, in the order of the corpus."""

    name: str
    record_ids: tuple[str, ...]

    @property
    def surname(self) -> str:
        """The last word of the name."""
        return self.name.split()[-1]


class People:
    """Everyone who speaks in a collection."""

    def __init__(self, records: Iterable[Record]) -> None:
        talks: dict[str, list[str]] = {}
        self._pronouns: dict[str, str] = {}
        for record in records:
            for name in speaker_names(record):
                talks.setdefault(name, []).append(record.id)
            if isinstance(record, Talk) and len(record.speakers) == 1 and (pronoun := _pronoun(record.bio)):
                self._pronouns[record.speakers[0].name] = pronoun
        self._people = [Person(name, tuple(ids)) for name, ids in talks.items()]
        self._by_surname: dict[str, list[Person]] = {}
        for person in self._people:
            self._by_surname.setdefault(_plain(person.surname), []).append(person)

    def pronoun(self, name: str) -> str | None:
        """The pronoun in somebody's biography, "he" or "she"; None where it has neither or both."""
        return self._pronouns.get(name)

    def named(self, question: str) -> list[Person]:
        """The people whom a question names by surname, in its order.

        Of several with one surname those whose first name stands there too; all of them when none does. A surname may
        also be a word, as "Fox" is, so it counts only with a capital.
        """
        words = re.findall(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*", question)
        plain = [_plain(word) for word in words]
        found: dict[str, Person] = {}
        for word, key in zip(words, plain, strict=True):
            namesakes = self._by_surname.get(key.removesuffix("-s"), []) if word[:1].isupper() else []
            full = [person for person in namesakes if _plain(person.name.split()[0]) in plain]
            found |= {person.name: person for person in full or namesakes}
        return list(found.values())


def _pronoun(bio: str) -> str | None:
    said = {word.lower() for word in re.findall(r"\b(?:he|his|she|her)\b", bio, re.IGNORECASE)}
    is_he, is_she = bool(said & {"he", "his"}), bool(said & {"she", "her"})
    return None if is_he == is_she else "he" if is_he else "she"


def _plain(word: str) -> str:
    return str(slugify(word))
