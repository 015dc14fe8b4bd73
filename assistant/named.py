"""Whom a text names, and which talks and papers it names by their titles.

Comes in: the records. Goes out: people, by surname, with the talks they give; records, by their whole title or by what
stands before its colon ("SOAP: …").
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from slugify import slugify

from ingest.records import Record, Talk, speaker_names
from ingest.text import plain_words

# One word is a title only where it is coined: "SOAP", "DeepZero", "ZO2".
_COINED = re.compile(r"\w[A-Z0-9]")
_WORD = re.compile(r"[^\W_]+")


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


@dataclass(frozen=True, slots=True)
class Titled:
    """A talk or paper by its title."""

    record_id: str
    title: str
    kind: str
    people: tuple[str, ...]


class Titles:
    """The titles of a collection."""

    def __init__(self, records: Iterable[Record]) -> None:
        named: defaultdict[tuple[str, ...], list[Titled]] = defaultdict(list)
        for record in records:
            people = tuple(one.name for one in record.speakers) if isinstance(record, Talk) else ()
            titled = Titled(record.id, record.title, record.kind, people)
            for name in {record.title, record.title.split(":")[0]}:
                named[tuple(key for key, _ in _pieces(name))].append(titled)
        # "IEEE Seasonal School" begins three, and names none of them.
        self._named = {words: found[0] for words, found in named.items() if words and len(found) == 1}
        self._longest = max((len(words) for words in self._named), default=0)

    def named(self, text: str) -> list[Titled]:
        """Those that a text names, in its order."""
        pieces = _pieces(text)
        keys = [key for key, _ in pieces]
        found: dict[str, Titled] = {}
        at = 0
        while at < len(keys):
            length = next((n for n in range(self._longest, 0, -1) if tuple(keys[at : at + n]) in self._named), 0)
            if length > 1 or (length == 1 and _COINED.search(pieces[at][1])):
                titled = self._named[tuple(keys[at : at + length])]
                found.setdefault(titled.record_id, titled)
            at += max(1, length)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class KnownNames:
    """All names of a collection."""

    people: People
    titles: Titles

    @classmethod
    def of(cls, records: Iterable[Record]) -> "KnownNames":
        """Those of these records, which are read once."""
        held = list(records)
        return cls(People(held), Titles(held))


def _pronoun(bio: str) -> str | None:
    said = {word.lower() for word in re.findall(r"\b(?:he|his|she|her)\b", bio, re.IGNORECASE)}
    is_he, is_she = bool(said & {"he", "his"}), bool(said & {"she", "her"})
    return None if is_he == is_she else "he" if is_he else "she"


def _plain(word: str) -> str:
    return str(slugify(word))


def _pieces(text: str) -> list[tuple[str, str]]:
    """The words of a text, folded and as typed; without the article that it begins with."""
    typed = _WORD.findall(text)
    return [(" ".join(plain_words(word)), word) for word in (typed[1:] if typed[:1] in (["The"], ["A"]) else typed)]
