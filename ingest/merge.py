"""One record for each talk and paper, however many pages it stands on, and an id for each that people can read.

Comes in: records in the order in which the files gave them. Goes out: records with ids, each remembering every
place where it stood. What repeats say differently is reported, never chosen silently. An id is a title's words, more
only where two titles clash; it depends on what records say, never on their order.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qs, urlsplit

from slugify import slugify

from ingest.links import video_id
from ingest.readers.people import surname
from ingest.records import Date, Record, Speaker, Value, Warning
from ingest.schema import CAPTIONS, DATE, EVENT, IDS, LINKS, VIDEO_URL, Field, value_fields
from ingest.text import name_key, plain_words

# Two abstracts of one talk share most of their word pairs even when one was edited or shortened. Of the 9,316 pairs of
# different abstracts on the seed pages none shares more than 0.12 of the shorter one's.
SAME_ABSTRACT_SHARE = 0.3
# Of a digest that tells two records of one title apart in their ids.
_HASH_CHARS = 6


@dataclass(frozen=True, slots=True)
class Merged:
    """What all files gave together.

    Attributes:
        records: Each with its id, in the order in which they first stood.
        merge_count: How many entries were repeats of an earlier one.
        warnings: Repeats that disagree, ids that were given twice.
    """

    records: tuple[Record, ...]
    merge_count: int
    warnings: tuple[Warning, ...]


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
    same_outside_ids: dict[str, int] = {}
    warnings: list[Warning] = []
    merge_count = 0
    for record in records:
        candidates = same_titles.setdefault((record.kind, name_key(record.title)), [])
        outside_ids = _outside_ids(record)
        by_outside_id = {same_outside_ids[one] for one in outside_ids if one in same_outside_ids}
        for position in (*sorted(by_outside_id), *candidates):
            if is_repeat(joined[position], record):
                warnings.extend(_disagreements(joined[position], record))
                joined[position] = _join(joined[position], record)
                merge_count += 1
                break
            if position in by_outside_id:
                warnings.append(_same_id_of_two(joined[position], record))
        else:
            position = len(joined)
            joined.append(record)
        if position not in candidates:
            candidates.append(position)
        for one in outside_ids:
            same_outside_ids.setdefault(one, position)
    named, id_warnings = _with_ids(joined)
    return Merged(tuple(named), merge_count, (*warnings, *id_warnings))


def is_repeat(first: Record, second: Record) -> bool:
    """Whether two records are one: an outside id agrees, or the titles do and nothing that both say tells them apart.

    A talk given again has another date, event or video. An id that two talks of different people share is a slip, and
    one recording may hold several talks, each from a second of its own.
    """
    if first.kind != second.kind or (first.id and second.id and first.id != second.id):
        return False
    ours, theirs = _surnames(first), _surnames(second)
    if _outside_ids(first) & _outside_ids(second):
        return not (ours and theirs and not ours & theirs) and _starts(first) == _starts(second)
    if name_key(first.title) != name_key(second.title) or (ours and theirs and ours != theirs):
        return False
    apart = {field.key for field in value_fields() if field.tells_apart and same(field, first, second) is False}
    if not apart:
        return _same_abstract(first.abstract, second.abstract)
    if DATE.key in apart or not ours or ours != theirs:
        return False
    if EVENT.key in apart:
        # One place may call an event otherwise ("Ice Days", "Ice Days 2019").
        return apart == {EVENT.key} and bool(same(DATE, first, second))
    # Two hosts may show the same talk.
    return bool(same(EVENT, first, second) or same(DATE, first, second))


def same(field: Field, first: Record, second: Record) -> bool | None:
    """Whether two records tell a field alike; None where one leaves it out, or where both may be right."""
    ours, theirs = field.of(first), field.of(second)
    if isinstance(ours, Date) and isinstance(theirs, Date):
        if ours.is_full and ours.iso == theirs.iso:
            return True
        if ours.of and theirs.of and ours.of != theirs.of:
            return None  # it was held on one day and uploaded on another
        parts = [(ours.year, theirs.year), (ours.month, theirs.month), (ours.day, theirs.day)]
        known = [pair for pair in parts if None not in pair] or [(_plain(ours.text), _plain(theirs.text))]
        return None if all(one == other for one, other in known) else False
    if field.is_keyed:
        return None if all(ours[name] == theirs[name] for name in ours.keys() & theirs.keys()) else False
    return _alike(ours, theirs)


def _outside_ids(record: Record) -> set[str]:
    """The ids that others gave it, that of its video's address among them."""
    found = video_id(VIDEO_URL.of(record) or "")
    return {*IDS.all_of(record), *([":".join(found)] if found else [])}


def _starts(record: Record) -> str | None:
    """The second at which a video's address opens, as written there."""
    parts = urlsplit(VIDEO_URL.of(record) or "")
    asked = parse_qs(parts.query) | parse_qs(parts.fragment)
    return next((asked[key][0] for key in ("t", "start") if key in asked), None)


def _same_id_of_two(first: Record, second: Record) -> Warning:
    return _warning(
        second,
        f'"{second.title}" has an outside id of "{first.title}" ({_place(first)}), but other speakers or another '
        "start; both are kept, so correct the one that is wrong.",
    )


def _warning(record: Record, message: str) -> Warning:
    return Warning(record.sources[0].file, record.sources[0].first_line, message)


def _place(record: Record) -> str:
    return f"{record.sources[0].file}, line {record.sources[0].first_line}"


def _surnames(record: Record) -> frozenset[str]:
    return frozenset(surname(speaker.name) for speaker in record.speakers)


def _same_abstract(first: str, second: str) -> bool:
    """Whether two abstracts may be of one talk; an abstract that is missing contradicts nothing."""
    ours, theirs = (set(pairwise(plain_words(text))) for text in (first, second))
    return not (ours and theirs) or len(ours & theirs) >= SAME_ABSTRACT_SHARE * min(len(ours), len(theirs))


def _join(first: Record, second: Record) -> Record:
    """One record of two: each field from the first that has it, places and lists of values from both."""
    # The one with a transcript, rather with times in it.
    timed = [any(cue.start_s is not None for cue in one.transcript) for one in (first, second)]
    spoken = second if (bool(second.transcript), timed[1]) > (bool(first.transcript), timed[0]) else first
    return replace(
        first,
        sources=tuple(dict.fromkeys((*first.sources, *second.sources))),
        speakers=_join_speakers(first.speakers, second.speakers),
        abstract=first.abstract or second.abstract,
        bio=first.bio or second.bio,
        chapters=first.chapters or second.chapters,
        transcript=spoken.transcript,
        transcript_file=spoken.transcript_file or spoken.sources[0].file,
        values=_join_values(first.values, second.values),
        other={**second.other, **first.other},
        id=first.id or second.id,
    )


def _join_values(first: Mapping[str, Value], second: Mapping[str, Value]) -> dict[str, Value]:
    values: dict[str, Value] = {**second, **first}
    for key in first.keys() & second.keys():
        ours, theirs = first[key], second[key]
        if isinstance(ours, tuple) and isinstance(theirs, tuple):
            values[key] = tuple(dict.fromkeys((*ours, *theirs)))
        elif isinstance(ours, Mapping) and isinstance(theirs, Mapping):
            values[key] = {**theirs, **ours}
        elif _is_better(key, ours, theirs):
            values[key] = theirs
    video, other = first.get(VIDEO_URL.key), second.get(VIDEO_URL.key)
    if isinstance(video, str) and isinstance(other, str) and video != other:
        # The other host's address is kept, though one record has one video.
        links = values.get(LINKS.key, ())
        values[LINKS.key] = tuple(dict.fromkeys((*(links if isinstance(links, tuple) else ()), other)))
    return values


def _is_better(key: str, ours: Value, theirs: Value) -> bool:
    """Whether the second entry's value says more: the day of the talk, not of its video; that there are captions."""
    if isinstance(ours, Date) and isinstance(theirs, Date):
        return theirs.of in ("held", "recorded") and ours.of not in ("held", "recorded")
    return key == CAPTIONS.key and ours == "none"


def _join_speakers(first: Sequence[Speaker], second: Sequence[Speaker]) -> tuple[Speaker, ...]:
    """The first record's speakers; what it leaves out of one is taken from the second record's."""
    others = {surname(speaker.name): speaker for speaker in reversed(second)}
    joined = []
    for speaker in first or second:
        other = others.get(surname(speaker.name), speaker)
        affiliation = speaker.affiliation or other.affiliation
        joined.append(replace(speaker, affiliation=affiliation, role=speaker.role or other.role))
    return tuple(joined)


def _disagreements(first: Record, second: Record) -> list[Warning]:
    """What a repeat says differently, at the line where it says so."""
    differing = [
        name
        for name, ours, theirs in (("abstract", first.abstract, second.abstract), ("bio", first.bio, second.bio))
        if _alike(ours, theirs) is False
    ]
    # How captions were made goes with the transcript that is kept; another address is kept among the links.
    single = (field for field in value_fields() if not field.holds_many and field not in (CAPTIONS, VIDEO_URL))
    differing += [field.one for field in single if same(field, first, second) is False]
    differing += ["speakers"] if _speakers_differ(first.speakers, second.speakers) else []
    chapters = [[(chapter.start_s, chapter.title) for chapter in record.chapters] for record in (first, second)]
    differing += ["chapters"] if all(chapters) and chapters[0] != chapters[1] else []
    if not differing:
        return []
    named = " and ".join(differing)
    return [_warning(second, f'"{second.title}" is told differently in {_place(first)} ({named}); the first is kept.')]


def _speakers_differ(first: Sequence[Speaker], second: Sequence[Speaker]) -> bool:
    others = {surname(speaker.name): speaker for speaker in second}
    return any(
        _alike(ours, theirs) is False
        for speaker in first
        if (other := others.get(surname(speaker.name)))
        for ours, theirs in ((speaker.affiliation, other.affiliation), (speaker.role, other.role))
    )


def _alike(ours: Any, theirs: Any) -> bool | None:
    """Whether both are the same; None where one is not told."""
    return _plain(ours) == _plain(theirs) if ours and theirs else None


def _plain(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value


def _with_ids(records: Sequence[Record]) -> tuple[list[Record], list[Warning]]:
    """Name every record; ids that sources gave come first and are never taken by a title.

    Args:
        records: All different; an `id` that is not empty was given by the source.

    Returns:
        The records, each with an id of its own, and the ids that were given twice.
    """
    warnings: list[Warning] = []
    given: dict[str, Record] = {}
    ids: dict[int, str] = {}
    for position, record in enumerate(records):
        if not record.id:
            continue
        if record.id in given:
            other = given[record.id]
            told = f'the id "{record.id}" is already that of "{other.title}" ({_place(other)})'
            warnings.append(_warning(record, f"{told}; it gets one of its own, so give it another."))
        else:
            given[record.id] = record
            ids[position] = record.id
    taken = set(given)
    for kind in ("talk", "paper"):
        # Talks are named before papers, so that a paper put beside them changes no talk's id and never takes one.
        unnamed = [
            position for position in range(len(records)) if position not in ids and records[position].kind == kind
        ]
        names = _distinct_names([records[position] for position in unnamed], taken)
        ids.update(zip(unnamed, names, strict=True))
        taken.update(names, (slugify(records[position].title) for position in unnamed))
    return [replace(record, id=ids[position]) for position, record in enumerate(records)], warnings


def _distinct_names(records: Sequence[Record], taken: set[str]) -> list[str]:
    """Name records of one kind by their titles, those that clash or are `taken` by more, whatever their order."""
    names = [slugify(record.title) for record in records]
    for more in _MORE:
        counts = Counter(names)
        names = [
            f"{name}-{more(record)}".strip("-") if not name or counts[name] > 1 or name in taken else name
            for name, record in zip(names, records, strict=True)
        ]
    return names


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:_HASH_CHARS]


def _day(record: Record) -> str:
    date = DATE.of(record)
    return date.iso if date and date.year else ""


# What is added to a name that is not distinct, one after the other.
_MORE: tuple[Callable[[Record], str], ...] = (
    lambda record: slugify(surname(record.speakers[0].name)) if record.speakers else record.kind,
    lambda record: _hash(record.title, *(speaker.name for speaker in record.speakers), record.abstract),
    # A talk given again to the letter is told from the first by its day.
    _day,
    lambda record: _hash(*(field.shown(record) for field in value_fields())),
    # The last way out, for entries that are alike to the letter and yet given as different.
    lambda record: _hash(*(f"{source.file}:{source.first_line}" for source in record.sources), record.id),
)
