"""Which talks and papers a text names by their titles.

Comes in: the records. Goes out: those that a text names whole, or by what stands before the colon ("SOAP: …").
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.records import Record, Talk
from ingest.words import plain_words

# One word is a title only where it is coined: "SOAP", "DeepZero", "ZO2".
_COINED = re.compile(r"\w[A-Z0-9]")
_WORD = re.compile(r"[^\W_]+")


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
            titled = Titled(record.id, record.title, "talk" if isinstance(record, Talk) else "paper", people)
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


def _pieces(text: str) -> list[tuple[str, str]]:
    """The words of a text, folded and as typed; without the article that it begins with."""
    typed = _WORD.findall(text)
    return [(" ".join(plain_words(word)), word) for word in (typed[1:] if typed[:1] in (["The"], ["A"]) else typed)]
