"""Rules for what a follow-up changes in the question before: a condition dropped, another kind, "the same page".

Comes in: a reading. Goes out: the same with the changes; and, for the last query, what is left of its conditions.
"""

import re

from assistant.catalogue.query import Condition, Field, WordField
from assistant.catalogue.reading import Found, Reading, Rule
from assistant.catalogue.shifting import moved

# What a condition is called → the fields that it may be on.
_CALLED: dict[str, tuple[Field, ...]] = {
    "AUTHOR": ("authors",), "AUTHORCOUNT": ("authors",), "TEAM": ("authors",), "COMMENT": ("comments",),
    "COMMENTCOUNT": ("comments",), "DATE": ("date",), "YEARN": ("date",), "MONTHN": ("date",), "TIME": ("date",),
    "PAGE": ("page", "pages"), "PLACE": ("affiliation", "sector", "country", "abroad"), "ORG": ("affiliation",),
    "PERSON": ("person", "speakers"), "TITLE": ("title", "opening"), "WORD": ("title", "opening", "text"),
    "POSITION": ("role",),
}  # fmt: skip
_PARTS = frozenset("CODE LINK BIO ABSTRACT CHAPTER VIDEO DATE AUTHOR COMMENT".split())
WORDED: tuple[WordField, ...] = ("title", "opening", "abstract", "bio", "text")
_PLACES: dict[str, WordField] = {"TITLE": "title", "ABSTRACT": "abstract", "BIO": "bio"}
_NAMED = " | ".join((*_CALLED, "CODE", "LINK", "BIO", "ABSTRACT", "CHAPTER", "VIDEO"))
# "Drop the year" takes a condition away; "those without a year" adds one.
_TAKES_AWAY = frozenset("drop remove forget ignore disregard lift cancel undo".split())
_ELSEWHERE = re.compile(r"other|else|unique")


def _dropped(reading: Reading, found: Found) -> object:
    way = reading.part(found, "way")
    if way and way[0].text.lower().split()[0] not in _TAKES_AWAY:
        return False
    token = reading.part(found, "named")[0]
    reading.dropped.extend(_CALLED.get(token.tag, ()))
    if token.tag in _PARTS:
        reading.dropped.extend(token.values)
    return True


def _other_kind(reading: Reading, found: Found) -> None:
    """Read "leave the talks out", "no papers": of the other kind."""
    kind = reading.part(found, "kind")[0].tag
    reading.fields["kind"] = "paper" if kind == "TALK" else "talk"


def _freed(reading: Reading, found: Found) -> None:
    """Read "of any year": a condition on it goes; where there is none, it says nothing."""
    for token in reading.part(found, "named") or reading.part(found):
        reading.dropped.extend(_CALLED.get(token.values[0].upper() if token.tag == "FREE" else token.tag, ()))
    reading.said.add("freed")


def _set_to(reading: Reading, found: Found) -> None:
    """Read "change the year to 2023": the value follows."""
    reading.said.add("corrected")


def _next_best(reading: Reading, found: Found) -> None:
    """Read "the next highest number of authors"."""
    reading.said.add("next")


def _one_of(reading: Reading, found: Found) -> object:
    """Read "is one of them …": it counts nothing."""
    return reading.part(found)[0].text.lower() == "one"


def _sought_in(reading: Reading, found: Found) -> object:
    """Read "in the abstract, rather", "or in the abstract", after a question for words."""
    if reading.before is None or not any(reading.before.on(*WORDED)):
        return False
    place = reading.part(found, "place")[0].tag
    either = any(token.tag in ("OR", "ALSO") for token in reading.part(found))
    reading.sought_in = "text" if either or place not in _PLACES else _PLACES[place]
    return True


def _nowhere_else(reading: Reading, found: Found) -> object:
    """Read "those that are on no other page" after a question about one."""
    if not _ELSEWHERE.search(reading.part(found)[0].text.lower()) or reading.asked("PAGENAME"):
        return False
    reading.add("pages", ["1"])
    return True


RULES: tuple[Rule, ...] = (
    ("(NOT | WITHOUT) ALL? (kind: TALK | PAPER) (?= BREAK | COMMA | $)", _other_kind),
    (f"CHANGE (body: (ON | OF)* ({_NAMED}) TO)", _set_to),
    ("CHANGE", _set_to),
    ("(OF | FROM | IN | ON)* FREE (?= BREAK | COMMA | AND | BUT | $)", _freed),
    (f"(way: NOT | WITHOUT) (named: {_NAMED}) CONDITION? (?= BREAK | COMMA | AND | BUT | $)", _dropped),
    ("ONLY", _nowhere_else),
    ("NUMBER (?= OF THEM)", _one_of),
    ("NEXT (?= MOST | FEWEST | LARGEST | SMALLEST | NEWEST | OLDEST | LONGEST | SHORTEST)", _next_best),
    (
        "^ (NOT IN TITLE | NOT IN ABSTRACT | AND | BUT | OR | COMMA | ONLY | WITH | HOWABOUT)* IN (ALL | OF)* "
        "(place: TITLE | ABSTRACT | BIO | RECORD) (ALSO | COMMA | BREAK)* $",
        _sought_in,
    ),
    (f"(NOT | WITHOUT) (named: {_NAMED}) CONDITION", _dropped),
)


def changed(conditions: tuple[Condition, ...], reading: Reading) -> tuple[Condition, ...] | None:
    """The conditions of the last query as far as they stay.

    Returns:
        None when the follow-up changes what was not asked before.
    """
    kept = tuple(one for one in conditions if not _is_dropped(one, reading.dropped))
    if reading.dropped and len(kept) == len(conditions) and "freed" not in reading.said:
        return None
    return moved(kept, reading)


def _is_dropped(condition: Condition, dropped: list[str]) -> bool:
    if condition.field == "has":
        return bool(set(condition.values) & set(dropped))
    return condition.field in dropped


def read_same(reading: Reading, conditions: tuple[Condition, ...]) -> None:
    """Read "with the same word", "on the same page" where a condition before was on that."""
    held = {one.field for one in conditions}
    while found := reading.find(f"(WITH | ANYPREP)* SAME (named: {_NAMED})"):
        if not held & set(_CALLED.get(reading.part(found, "named")[0].tag, ())):
            return
        reading.take(found)
