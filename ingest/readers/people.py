"""People as a page names them: "Name, Role, Affiliation", one or several to a line.

Comes in: the part of a line that names people. Goes out: speakers, each with what the line says of it, and how much a
line looks like one that names people. Nothing is looked up: a name is told from an affiliation by its shape and its
place.
"""

import re
from dataclasses import dataclass, field

from ingest.readers.affiliations import is_organisation, is_role, is_suffix, role_and_affiliation
from ingest.readers.brackets import split_outside, trailing_bracket
from ingest.readers.names import PARTICLES, is_name
from ingest.records import Speaker

_LABEL = re.compile(
    r"^(?:(?:speakers?|presenters?|panelists?|instructors?)\s*:\s*|(?:presented )?by:?\s+)", re.IGNORECASE
)
# What stands small in names and affiliations.
_SMALL_WORDS = re.compile(r"a|an|and|at|e|et|für|in|of|on|the|to|und|with|for|" + PARTICLES.pattern)
AFFILIATED_COST = 0.0
BARE_NAME_COST = 2.0
_LONGEST_LINE_CHARS = 260


@dataclass(slots=True)
class _Person:
    """A speaker while the line is read."""

    name: str
    details: list[str] = field(default_factory=list)


def parse_people(text: str) -> tuple[Speaker, ...]:
    """Read the people that a line names.

    Args:
        text: Such as "Ada Roe, Professor, MIT and Bo Lind, IBM"; commas in brackets separate nothing.

    Returns:
        Speakers in the line's order. Names joined by "and" before one affiliation share it.
    """
    people: list[_Person] = []
    for group in split_outside(_LABEL.sub("", text.strip()), ";"):
        parts = _without_listing_comma(split_outside(group, ","))
        started = len(people)
        for index, part in enumerate(parts):
            following = parts[index + 1] if index + 1 < len(parts) else None
            _read_part(part, following, people, first=index == 0, group_start=started)
    return tuple(_to_speaker(person) for person in people if person.name)


def speaker_line_cost(line: str) -> float | None:
    """How unlike a line of speakers a line is: 0 with an affiliation, 2 for a bare name, None when it cannot be one."""
    text = _LABEL.sub("", line)
    outside = re.sub(r"\([^()]*\)", "", text)
    if len(text) > _LONGEST_LINE_CHARS or re.search(r"[:?!]|://", outside) or not _ends_like_a_name(text):
        return None
    head = next(iter(split_outside(text, "[,;]")), "")
    first_name = _join_split(head)[0] if _join_split(head) else head
    name, bracket = trailing_bracket(first_name)
    if not is_name(name) or (bracket and re.search(r"\d|^part\b", bracket, re.IGNORECASE)):
        return None
    if _small_words(text) > 1:
        return None
    if bracket or "," in outside or ";" in outside:
        return AFFILIATED_COST
    return BARE_NAME_COST


def _read_part(part: str, following: str | None, people: list[_Person], *, first: bool, group_start: int) -> None:
    """Take the next piece between commas: it begins a person, or says more of the one before."""
    joined_by_and = re.sub(r"^(?:and|&)\s+", "", part)
    if joined_by_and != part and _begins_person(joined_by_and):
        first, part = True, joined_by_and
    if first and people and not _begins_person(part) and not is_name(part):
        people[-1].details.append(part)
        return
    names = _join_split(part)
    only_names = all(not person.details for person in people[group_start:])
    if names and (first or (only_names and _begins_person(names[0]))):
        people.extend(_Person(name) for name in names)
    elif first or _new_person(part, following, people[-1]):
        people.append(_Person(part))
    elif (tail := _name_after_and(part)) and following is not None:
        people[-1].details.append(tail[0])
        people.append(_Person(tail[1]))
    elif names and only_names:
        people.extend(_Person(name) for name in names)
    else:
        for person in people[group_start:] if only_names and len(people) - group_start > 1 else people[-1:]:
            person.details.append(part)


def _without_listing_comma(parts: list[str]) -> list[str]:
    """Read "Xi Li, Bo Roe, and Ada Lind, MIT" as "Xi Li, Bo Roe and Ada Lind, MIT"; only names stand before it."""
    for index, part in enumerate(parts[1:], start=1):
        name = re.sub(r"^(?:and|&)\s+", "", part)
        if name != part and all(_begins_person(piece) for piece in (*parts[:index], name)):
            return [*parts[: index - 1], f"{parts[index - 1]} and {name}", *parts[index + 1 :]]
    return parts


def _begins_person(part: str) -> bool:
    return is_name(trailing_bracket(part)[0], strict=True)


def _join_split(part: str) -> list[str]:
    """The names in "Ada Roe and Bo Lind", brackets included; empty unless every piece is a name."""
    names = split_outside(part, r"\s+(?:and|&)\s+")
    return names if len(names) > 1 and all(_begins_person(name) for name in names) else []


def _name_after_and(part: str) -> tuple[str, str] | None:
    """What stands before and after the "and" of "IBM and Bo Lind"; None for "LBNL and UC Berkeley"."""
    pieces = split_outside(part, r"\s+(?:and|&)\s+")
    if len(pieces) > 1 and _begins_person(pieces[-1]) and not is_role(pieces[-1]):
        return part[: part.rindex(pieces[-1])].rstrip().removesuffix("and").removesuffix("&").rstrip(), pieces[-1]
    return None


def _new_person(part: str, following: str | None, current: _Person) -> bool:
    """Whether a name without "and" before it is the next person: only what follows can show it."""
    if not _begins_person(part):
        return False
    if trailing_bracket(part)[1] and not current.details:
        return trailing_bracket(current.name)[1] is not None
    if following is None or not (current.details or trailing_bracket(current.name)[1]):
        return False
    return is_role(following) or is_organisation(following)


def _to_speaker(person: _Person) -> Speaker:
    """Sort out what was said of a person."""
    name, bracket = trailing_bracket(person.name)
    details = person.details
    while details and is_suffix(details[0]):
        name, details = f"{name}, {details[0]}", details[1:]
    role, affiliation = role_and_affiliation(([bracket] if bracket else []) + details)
    return Speaker(name=name, affiliation=affiliation, role=role)


def _ends_like_a_name(text: str) -> bool:
    return (
        not text.endswith(".")
        or is_suffix(text.split()[-1])
        or re.search(r"\b(?:Inc|Corp|Ltd|Co|[A-Z])\.$", text) is not None
    )


def _small_words(text: str) -> int:
    """How many words are written small though a name or an affiliation would not; a sentence has many."""
    words = re.findall(r"(?<![\w-])[^\W\d_]+", re.sub(r"\([^()]*\)", "", text))
    return sum(word[0].islower() and not _SMALL_WORDS.fullmatch(word) and not is_role(word) for word in words)
