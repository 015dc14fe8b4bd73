"""A follow-up → the last query, narrowed, reordered or switched.

Comes in: the last query and the reading of the new words. Goes out: the next query.
"""

import re
from dataclasses import replace
from typing import Any

from assistant.catalogue.changing import changed, read_same
from assistant.catalogue.clauses import of_groups
from assistant.catalogue.merging import merged
from assistant.catalogue.picking import GROUPED, NEXT, keeps_all, next_of, pick
from assistant.catalogue.query import Query
from assistant.catalogue.reading import Reading
from assistant.catalogue.told import Told, company, pointed_at

_OPENS = (
    "(AND | BUT | ONLY | NOT | WITHOUT | HOWABOUT | SAME | OFWHICH | OR | SORT | THEM | OTHERS | OF THEM "
    "| NARROW | ORMORE | ADD | OPPOSITE | CHANGE | FREE | ALSO | INCLUDING | (AT | ON | IN | FROM) WHICH)"
)
# Words that stand for what was listed, before any noun of the question's own.
_BACKWARDS = (
    "^ ((?! THING | PERSON | PAGE | PLACE) ANY)* (THEM | OTHERS | IT | THERE) | ^ ISTHERE WITH "
    "| (OF | FROM | IN) (THEM | OTHERS) "
    "| ^ (PERSON | THING) ((?! THERE) ANY)* THERE BREAK? $ "
    "| (WHICH | HOWMANY) OF (THING | PERSON) | ^ (THING | PERSON) ONLY BREAK? $ | THEM BREAK? $"
)
_WHOLE = "ALL | ISTHERE | EACH | COUNT | HOWMANY"
# "Speakers from the US only", "how many per month?": of those that were listed.
_NARROWS = (
    "^ ((?! WHICH | LIST | HOWMANY | WHO | ISTHERE | COUNT | ALL) ANY)* ONLY BREAK? $ "
    "| ^ (AND | LIST | SORT | COUNT | HOWMANY | GIVEN | OCCUR)* EACH (YEARN | MONTHN | PAGE) BREAK? $ "
    "| ALSO BREAK? $ | EACH BREAK? $ "
    "| ^ (LIST | ONLY | AND | ALL)* TITLE ONLY? BREAK? $"
)
_BOTH_KINDS = (
    "^ (AND | BUT | ALSO | ADD | INCLUDING | WITH)* (ALSO | ADD | INCLUDING) (ALL | OF)* THING "
    "| THING ALSO (BREAK | COMMA | $) | THING (AND | OR) THING (BOTH | BREAK | COMMA | $)"
)
# "Sorry, I meant talks", "talks, not papers".
_KIND_ALONE = "^ (COMMA | BREAK | IT | ONLY | OF | LIST)* THING (COMMA | BREAK | (NOT | WITHOUT) (THEM | THING))* $"
# "The one where somebody from Ansys speaks": records.
_WITH_PERSON = (
    "(THEM | ISTHERE) (WITH | WHERE | IN WHICH | WHO WITH)+ INST? PERSON | IN WHICH (OF THEM)? ((?! BREAK) ANY)* PERSON"
)
# "How many people is that?"
_SUMS_UP = re.compile(
    r"\b(?:is|are|was|were|makes?) that\W*$|\bhow many (?:are|were) (?:\w+ )?(?:talks|papers|recordings)\W*$", re.I
)
_BARE_NEGATION = "WITH? (NOT | WITHOUT) WITH? (IT | THEM)? (BREAK? $ | (?= COMMA | BUT | AND))"


def one_person(query: Query) -> bool:
    """Whether a query names one person, whom "she" can mean."""
    return len(query.wanted("person")) == 1


def leans(reading: Reading, told: Told) -> bool:
    """Whether a question leans on the one before it: it says so, names nothing to list, or lists "the speakers"."""
    if (
        reading.beyond
        or "noun" not in reading.said
        or any(map(reading.asked, (f"^ {_OPENS}", _BACKWARDS, _NARROWS, _BOTH_KINDS)))
    ):
        return True
    if _SUMS_UP.search(reading.question) or "next" in reading.said or any(map(reading.asked, (_KIND_ALONE, NEXT))):
        return True
    alone = told.person or (reading.before is not None and one_person(reading.before))
    if alone and reading.asked("HESHE | WITHWHOM | OTHER PERSON"):
        return True
    if all(one.field == "speaks" for one in reading.conditions) and reading.asked(
        "(THING | PERSON | PLACE) THEM (WITH | GIVEN | OCCUR | LIST | COMMA | BREAK | $)"
    ):
        # "Which talks do they give?"
        return True
    only_listed = not reading.conditions and "kind" not in reading.fields and reading.fields.get("listed") != "records"
    return only_listed and not reading.asked(_WHOLE)


def follow(previous: Query, reading: Reading, told: Told) -> Query | None:
    """Apply what a follow-up says to the query before it, or to what that told."""
    if (step := next_of(previous, reading)) is not None:
        return step
    if (others := company(previous, told, reading)) is not None:
        return replace(others, counted=reading.fields.get("counted", False))
    previous = pointed_at(previous, told, reading)
    changes = dict(reading.fields)
    if previous.listed == "records" and reading.read(_BOTH_KINDS):
        # "And the talks too": of both kinds.
        changes["kind"] = None
        reading.read("BOTH")
    if previous.listed in GROUPED and reading.asked("^ (AND | BUT | HOWABOUT | SAME | ALSO)* THING BREAK? $"):
        # "And papers?", after "how many talks are on each page?".
        changes["listed"] = previous.listed
    if changes.get("listed") == "people" and previous.listed == "records" and reading.asked(_WITH_PERSON):
        changes["listed"] = "records"
    if changes.get("listed", previous.listed) != previous.listed and any(previous.on("size", *of_groups(previous))):
        # A query that lists people cannot hold what was asked of their institutions.
        return None
    query = _switched(previous, changes)
    if changes.get("listed") == "pages" and not told.ids and not any(one.field == "page" for one in reading.conditions):
        # "Is she on that page?" – "No." – "Then on which?"
        query = replace(query, conditions=tuple(one for one in query.conditions if one.field != "page"))
    if previous.best and reading.find("OTHERS"):
        return None
    if previous.limit and reading.read("OTHERS"):
        # "And the rest?" of the first three begins with the fourth.
        return replace(query, skip=previous.skip + previous.limit, limit=None)
    if "next" in reading.said:
        reading.read("(WHO | WHICH)? ORDINAL COMMA?")
        changes.pop("listed", None)
    query = _turned(query, reading)
    reading.read(
        "^ SAME (LIST | CONDITION | RECORD)? (?! ANY) | ^ SAME LIST "
        "| ^ SAME (RECORD | CONDITION)? (?= COMMA | BUT | INST | NAME | PAGENAME | TIME | WITH)"
    )
    read_same(reading, previous.conditions)
    reading.read("OF YEARN (?= BREAK | COMMA | $)")
    conditions = changed(query.conditions, reading)
    if conditions is None:
        return None
    if reading.dropped or reading.shift_months or reading.beyond or {"corrected", "half"} & reading.said:
        # "A year later": no years are listed.
        changes.pop("listed", None)
    query = replace(query, conditions=conditions)
    if (previous.best or previous.limit) and reading.conditions and reading.asked("IT"):
        # "Does it have code?" asks of the one that was picked, which a query cannot name.
        return None
    if keeps_all(reading, changes):
        query = replace(query, limit=None, best=False, skip=0)
    pick(previous, reading, changes)
    query = replace(query, conditions=merged(query, reading))
    if not changes.get("counted") and not (changes.get("kind") and previous.counted):
        changes["counted"] = False
    return replace(query, **changes)


def _turned(query: Query, reading: Reading) -> Query:
    """Read "the others", "now the opposite", "those that do not": the last condition is turned round."""
    if {"sorted", "reversed", "superlative"} & reading.said and reading.read("OPPOSITE COMMA?"):
        # "Flip it, oldest on top": the order.
        return query
    if any(one.negated for one in reading.conditions):
        # "Leave X aside: who gave the rest?"
        reading.read("OTHERS")
    negated = bool(query.conditions) and query.conditions[-1].negated
    bare = _BARE_NEGATION if not negated else f"{_BARE_NEGATION} | ^ AND? WITH BREAK? $"
    said = [reading.read(pattern) for pattern in ("OPPOSITE COMMA?", "OTHERS", bare)]
    return _opposite(query) if any(said) else query


def _switched(previous: Query, changes: dict[str, Any]) -> Query:
    """The query for the other kind, with all of its conditions: what that kind never has is said to be unrecorded."""
    kind = changes.get("kind")
    if not kind or kind == previous.kind:
        return previous
    grouped = previous.listed in ("pages", "years", "months")
    query = replace(previous, listed=previous.listed if grouped else "records", limit=None, best=False, skip=0)
    return query if query.order in ("corpus", "title", "date") else replace(query, order="corpus", descending=False)


def _opposite(query: Query) -> Query:
    """The same list with its last condition turned round."""
    if not query.conditions:
        return query
    *others, last = query.conditions
    return replace(query, conditions=(*others, replace(last, negated=not last.negated)))
