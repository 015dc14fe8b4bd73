"""What the answer before told, and follow-ups that point at it: "Who else speaks in that one?", "Do these have code?".

Comes in: the last query with its result, and the reading of the new words. Goes out: the query that the follow-up is
about. Most follow-ups change the last query; those here ask of its result, which it may have picked or grouped.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from assistant.catalogue.evaluate import Result
from assistant.catalogue.query import Condition, Query
from assistant.catalogue.reading import Reading

# Nobody points at one of more; and a query is kept as a short text.
_MOST_POINTED_AT = 40
_POINTS = "THEM | IT | OFWHICH"
_PARTS_LEFT = "CODE | LINK | VIDEO | CHAPTER"
# "Is the code public?" asks of the one record, "with code?" for another.
_ASKS_OF_IT = re.compile(
    r"\W*(?:is|are|was|were|does|do|did|has|have|had|how|when|can|could|where|what|which|who)\b", re.I
)
_A_SPEAKER = Condition("has", ("speaker",))
_NTH = re.compile(
    r"\bthe (?:very )?(first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th)\b"
    r"(?! (?:\d|two|three|four|five|six|ten|few|half|quarter|name|author|page|chapter|year|month|day))",
    re.IGNORECASE,
)
_ONE_BY_PLACE = "(FIRST | LAST | ORDINAL) (OF THEM | THEM | (TALK | PAPER | RECORD))? (?! PERSON)"
_IN_RECORD = "(IN | ON | AT | OF | BY | GIVEN | LIST | HELD | WITH)* (THEM | IT | THING)"
_ELSE = "(WITHWHOM | OTHER (PERSON | ROLE)+ | (PERSON | WHO) (IN THEM | COMMA)* (OTHER PERSON? | OTHERS))"
_FROM_THERE = f"(WHO | PERSON | ISTHERE)* {_ELSE} FROM (THERE | IT | SAME PLACE | THEM)"
# "Who else speaks in it?", "his co-speakers", "who gave them with her?".
_BESIDE = (
    "WHO | PERSON | WITH | ISTHERE | HESHE | THEM | IT | LIST | IN | ON | AT | OF | BY | GIVEN | HELD | THING | SHARE "
    "| AND | BUT | ALSO | HOWMANY | COUNT | WHICH | OCCUR | BOTH | THERE"
)
_COMPANY = (
    f"^ ({_BESIDE})* {_ELSE} ({_BESIDE})* BREAK? $ "
    "| ^ (LIST | AND | BUT)* BOTH? (AND | WITH) WHO (HESHE | THEM | SHARE)* BREAK? $ "
    "| (PERSON | WHO | ISTHERE | LIST) ((?! BREAK) ANY)* (WITH | AND | NOT | BOTH) HESHE (?= BREAK | $) "
    "| ^ HESHE (GIVEN | LIST | HELD | THEM | IT)* ONLY PERSON? (IN | ON | OF | THEM | IT | THING)* BREAK? $ "
    "| ^ HESHE SHARE (THEM | IT | THING) (WITH? PERSON | WITH)? BREAK? $"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What was told.

    Attributes:
        ids: Of the records, in order.
        people: Who was listed, or else asked for by name.
        find: What a query finds.
    """

    ids: tuple[str, ...]
    people: tuple[str, ...]
    find: Callable[[Query], Result]

    @classmethod
    def of(cls, query: Query, find: Callable[[Query], Result]) -> "Told":
        """What a query told."""
        result = find(query)
        people = tuple(query.wanted("person"))
        if query.listed == "people":
            people = tuple(group.name for group in result.groups)
        return cls(result.ids, people, find)

    @property
    def person(self) -> str | None:
        """The one whom "she" means."""
        return self.people[0] if len(self.people) == 1 else None

    @property
    def among(self) -> Condition | None:
        """That it is one of these records."""
        return Condition("among", self.ids) if 0 < len(self.ids) <= _MOST_POINTED_AT else None


NOTHING = Told((), (), lambda _: Result((), (), 0))


def company(previous: Query, told: Told, reading: Reading) -> Query | None:
    """Read "who else …": the people of the records told, or of the same place, without those who were told."""
    said = [one for one in reading.conditions if one != _A_SPEAKER]
    if said and reading.asked(_IN_RECORD):
        return _company_of_one(previous, told, reading)
    others = Condition("person", told.people, negated=True)
    if not told.people and not said:
        known = [one for one in previous.on("affiliation", "role") if not one.negated]
        if len(known) != 1:
            return None
        others = replace(known[0], negated=True)
    elif not told.people:
        return None
    if reading.read(_FROM_THERE):
        places = tuple(one for one in previous.conditions if one.field != "person")
        return replace(previous, listed="people", conditions=(*places, others)) if places else None
    if said:
        return Query("people", None, (*said, others)) if reading.read(_ELSE) else None
    if told.among is None or not reading.read(_COMPANY):
        return None
    return Query("people", previous.kind, (told.among, others))


def _company_of_one(previous: Query, told: Told, reading: Reading) -> Query | None:
    """Read "in the one with X, who are the others?": of those told the one with X, without X."""
    if not reading.find(_ELSE):
        return None
    meant = replace(previous, listed="records", limit=None, best=False, skip=0, counted=False)
    meant = replace(meant, conditions=(*meant.conditions, *reading.conditions))
    known = Told.of(replace(meant, listed="people"), told.find)
    if known.among is None or not known.people:
        return None
    reading.read(f"WHO? {_ELSE}")
    return Query("people", previous.kind, (known.among, Condition("person", known.people, negated=True)))


def pointed_at(previous: Query, told: Told, reading: Reading) -> Query:
    """The query of what a follow-up points at: the one person listed, records that were picked; else the last one."""
    if previous.listed == "people" and told.person and reading.asked("HESHE"):
        return Query("people", None, (Condition("person", (told.person,)),))
    arranges = bool({"sorted", "reversed"} & reading.said)
    if arranges:
        _pick_from_new_order(reading)
    picked = previous.best or previous.limit is not None
    if told.among is not None and reading.asked("THEM THING") and (picked or any(previous.on("size", "speakers"))):
        return Query("records", previous.kind, (told.among,))
    if previous.listed not in ("records", "chapters") or told.among is None:
        return previous
    if not arranges and (nth := _nth(told, reading)) is not None:
        return Query("records", previous.kind, (nth,))
    return Query("records", previous.kind, (told.among,)) if picked and _asks_of_them(told, reading) else previous


def _nth(told: Told, reading: Reading) -> Condition | None:
    """Read "the second one": of the records in the order told."""
    found = reading.find(_ONE_BY_PLACE) if _NTH.search(reading.question) else None
    if found is None:
        return None
    token = reading.part(found)[0]
    place = {"FIRST": 1, "LAST": len(told.ids)}.get(token.tag) or int(token.values[0])
    if place > len(told.ids):
        return None
    reading.take(found)
    return Condition("among", (told.ids[place - 1],))


def _pick_from_new_order(reading: Reading) -> None:
    """Read "sort them by date and give just the first": of the new order, not of the one told."""
    found = reading.find(_ONE_BY_PLACE) if _NTH.search(reading.question) else None
    if found is None or "order" not in reading.fields or "limit" in reading.fields:
        return
    token = reading.part(found)[0]
    reading.take(found)
    reading.fields["limit"] = 1
    if token.tag == "ORDINAL":
        reading.fields["skip"] = int(token.values[0]) - 1
    if token.tag == "LAST":
        reading.fields["descending"] = not reading.fields.get("descending", False)


def _asks_of_them(told: Told, reading: Reading) -> bool:
    """Whether something is asked of the records that were picked, and not for others."""
    listed = reading.fields.get("listed", "records") != "records"
    arranged = bool({"sorted", "superlative", "reversed"} & reading.said)
    if reading.asked(_POINTS) and (listed or reading.conditions or (arranged and len(told.ids) > 1)):
        return True
    if arranged:
        return False
    asks = _ASKS_OF_IT.match(reading.question) is not None
    part = bool(reading.conditions) and all(one.field == "has" for one in reading.conditions)
    return listed or (asks and len(told.ids) == 1 and (part or reading.find(_PARTS_LEFT) is not None))
