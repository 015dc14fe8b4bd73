"""One record for each talk and paper, however many pages it stands on, and an id for each.

Comes in: records in the order in which the files gave them. Goes out: records with ids, each remembering every
place where it stood. What repeats say differently is reported, never chosen silently.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from ingest.ids import with_ids
from ingest.readers.names import surname
from ingest.records import Oddity, Record, Speaker, Talk

# Two abstracts of one talk share most of their word pairs even when one was edited or shortened. Of the 9,316 pairs of
# different abstracts on the seed pages none shares more than 0.12 of the shorter one's.
SAME_ABSTRACT_SHARE = 0.3
# Where repeats may differ without anybody having to know.
_NOT_COMPARED = frozenset(("id", "kind", "sources", "links", "title", "speakers", "chapters"))


@dataclass(frozen=True, slots=True)
class Merged:
    """What all files gave together.

    Attributes:
        records: Each with its id, in the order in which they first stood.
        merge_count: How many entries were repeats of an earlier one.
        oddities: Repeats that disagree, ids that were given twice.
    """

    records: tuple[Record, ...]
    merge_count: int
    oddities: tuple[Oddity, ...]


def merge(records: Iterable[Record]) -> Merged:
    """Join repeats and name every record.

    Args:
        records: As readers give them; an `id` that is not empty was given by the source and is kept.

    Returns:
        Records that are all different, each with an id of its own. A joined record takes each field from the first
        entry that has it.
    """
    joined: list[Record] = []
    same_titles: dict[tuple[str, str], list[int]] = {}
    oddities: list[Oddity] = []
    merge_count = 0
    for record in records:
        candidates = same_titles.setdefault((record.kind, plain_title(record.title)), [])
        for position in candidates:
            if is_repeat(joined[position], record):
                oddities.extend(_disagreements(joined[position], record))
                joined[position] = _join(joined[position], record)
                merge_count += 1
                break
        else:
            candidates.append(len(joined))
            joined.append(record)
    named, id_oddities = with_ids(joined)
    return Merged(tuple(named), merge_count, (*oddities, *id_oddities))


def is_repeat(first: Record, second: Record) -> bool:
    """Whether two records of the same kind and title are one: nothing that both say tells them apart."""
    if first.id and second.id and first.id != second.id:
        return False
    if first.kind == "talk" and second.kind == "talk":
        ours, theirs = _surnames(first), _surnames(second)
        if ours and theirs and ours != theirs:
            return False
    return _same_abstract(first.abstract, second.abstract)


def plain_title(title: str) -> str:
    """A title without case, punctuation and spacing, for comparing."""
    folded = unicodedata.normalize("NFKC", title).casefold()
    words = "".join(letter if letter.isalnum() else " " for letter in folded).split()
    # A title of signs alone ("???") is still a title.
    return " ".join(words) or folded.strip()


def _surnames(talk: Talk) -> frozenset[str]:
    return frozenset(surname(speaker.name) for speaker in talk.speakers)


def _same_abstract(first: str, second: str) -> bool:
    """Whether two abstracts may be of one talk; an abstract that is missing contradicts nothing."""
    pairs = [_word_pairs(text) for text in (first, second)]
    if not all(pairs):
        return True
    return len(pairs[0] & pairs[1]) >= SAME_ABSTRACT_SHARE * min(map(len, pairs))


def _word_pairs(text: str) -> set[tuple[str, str]]:
    words = plain_title(text).split()
    return set(zip(words, words[1:], strict=False))


def _join(first: Record, second: Record) -> Record:
    """One record of two: each field from the first that has it, links and places from both."""
    values: dict[str, Any] = {}
    for field in fields(first):
        ours, theirs = getattr(first, field.name), getattr(second, field.name)
        if field.name in ("links", "sources"):
            values[field.name] = tuple(dict.fromkeys((*ours, *theirs)))
        elif field.name == "speakers":
            values[field.name] = _join_speakers(ours, theirs)
        else:
            values[field.name] = theirs if ours in (None, "", ()) else ours
    return replace(first, **values)


def _join_speakers(first: Sequence[Speaker], second: Sequence[Speaker]) -> tuple[Speaker, ...]:
    """The first record's speakers; what it leaves out of one is taken from the second record's."""
    others = {surname(speaker.name): speaker for speaker in reversed(second)}
    joined = []
    for speaker in first or second:
        other = others.get(surname(speaker.name), speaker)
        affiliation = speaker.affiliation or other.affiliation
        joined.append(replace(speaker, affiliation=affiliation, role=speaker.role or other.role))
    return tuple(joined)


def _disagreements(first: Record, second: Record) -> list[Oddity]:
    """What a repeat says differently, at the line where it says so."""
    differing = [
        field.name.replace("_", " ")
        for field in fields(first)
        if field.name not in _NOT_COMPARED
        and getattr(first, field.name)
        and getattr(second, field.name)
        and _plain(getattr(first, field.name)) != _plain(getattr(second, field.name))
    ]
    if first.kind == "talk" and second.kind == "talk":
        differing += ["speakers"] if _speakers_differ(first.speakers, second.speakers) else []
        chapters = [[(chapter.start_s, chapter.title) for chapter in talk.chapters] for talk in (first, second)]
        differing += ["chapters"] if all(chapters) and chapters[0] != chapters[1] else []
    if not differing:
        return []
    here, there = second.sources[0], first.sources[0]
    named = " and ".join(differing)
    message = (
        f'"{second.title}" is told differently in {there.file}, line {there.first_line} ({named}); the first is kept.'
    )
    return [Oddity(here.file, here.first_line, message)]


def _speakers_differ(first: Sequence[Speaker], second: Sequence[Speaker]) -> bool:
    others = {surname(speaker.name): speaker for speaker in second}
    return any(
        ours and theirs and _plain(ours) != _plain(theirs)
        for speaker in first
        if (other := others.get(surname(speaker.name)))
        for ours, theirs in ((speaker.affiliation, other.affiliation), (speaker.role, other.role))
    )


def _plain(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value
