"""A follow-up → the last query, narrowed, reordered or switched.

Comes in: the last query and the reading of the new words. Goes out: the next query.
"""

import re
from dataclasses import replace

from assistant.catalogue.changing import changed, in_that_year, read_same
from assistant.catalogue.counting import span
from assistant.catalogue.query import Condition, Query
from assistant.catalogue.reading import Reading
from assistant.catalogue.values import Dates

_TALK_ONLY = frozenset(("person", "affiliation", "role", "sector", "country", "abroad", "speakers", "chapters"))
_PAPER_ONLY = frozenset(("authors", "comments", "date"))
_PLACES = frozenset(("page", "pages", "size"))
_COUNTS = frozenset(("authors", "comments", "speakers", "pages", "chapters", "size"))
# Said again, these add to what was asked before; all others take its place.
# Of these a record has one, so that another one is meant beside the first, not on top of it.
_ANY_OF = frozenset(("person", "affiliation", "sector", "country", "role", "date", "authors", "comments"))
_WORDED = frozenset(("title", "opening", "abstract", "bio", "text"))
_NARROWING = _WORDED | {"has", "link"}
_OPENS = (
    "(AND | BUT | ONLY | NOT | WITHOUT | HOWABOUT | SAME | OFWHICH | OR | SORT | THEM | OTHERS | OF THEM "
    "| (AT | ON | IN | FROM) WHICH)"
)
# Words that stand for what was listed, before any noun of the question's own.
_BACKWARDS = (
    "^ ((?! THING | PERSON | PAGE | PLACE) ANY)* (THEM | OTHERS | IT | THERE) | (OF | FROM | IN) (THEM | OTHERS) "
    "| (WHICH | HOWMANY) OF (THING | PERSON) | ^ (THING | PERSON) ONLY BREAK? $ | THEM BREAK? $"
)
_WHOLE = "ALL | ISTHERE | EACH | COUNT | HOWMANY"
_YEAR = re.compile(r"\d{4}")
_BARE_NEGATION = "WITH? (NOT | WITHOUT) WITH? (IT | THEM)? (BREAK? $ | (?= COMMA | BUT | AND))"


def leans(reading: Reading) -> bool:
    """Whether a question leans on the one before it: it says so, names nothing to list, or lists "the speakers"."""
    if "noun" not in reading.said or reading.asked(f"^ {_OPENS}") or reading.asked(_BACKWARDS):
        return True
    if not reading.conditions and reading.asked("THING THEM"):
        # "Which talks do they give?"
        return True
    only_listed = not reading.conditions and "kind" not in reading.fields and reading.fields.get("listed") != "records"
    return only_listed and not reading.asked(_WHOLE)


def follow(previous: Query, reading: Reading) -> Query | None:
    """Apply what a follow-up says to the query before it."""
    changes = dict(reading.fields)
    query = _switched(previous, changes)
    negated = bool(query.conditions) and query.conditions[-1].negated
    bare = _BARE_NEGATION if not negated else f"{_BARE_NEGATION} | ^ AND? WITH BREAK? $"
    if previous.best and reading.find("OTHERS"):
        return None
    if previous.limit and reading.read("OTHERS"):
        # "And the rest?" of the first three begins with the fourth.
        return replace(query, skip=previous.skip + previous.limit, limit=None)
    if reading.read("OTHERS") or reading.read(bare):
        query = _opposite(query)
    reading.read("^ SAME LIST? (?! ANY) | ^ SAME LIST | ^ SAME (?= COMMA | BUT | INST | NAME | PAGENAME | TIME)")
    read_same(reading, previous.conditions)
    reading.read("OF YEARN (?= BREAK | COMMA | $)")
    conditions = changed(query.conditions, reading)
    if conditions is None:
        return None
    if reading.dropped or reading.shift_months:
        # "A year later": no years are listed.
        changes.pop("listed", None)
    query = replace(query, conditions=conditions)
    if (previous.best or previous.limit) and reading.conditions and reading.asked("IT"):
        # "Does it have code?" asks of the one that was picked, which a query cannot name.
        return None
    picked_anew = bool({"limit", "best"} & changes.keys()) or not (reading.conditions or changes.get("listed"))
    if not picked_anew and not {"sorted", "reversed"} & reading.said:
        query = replace(query, limit=None, best=False, skip=0)
    limit = reading.read("NUMBER") if previous.limit and "limit" not in changes else None
    if limit:
        changes["limit"] = int(reading.values(limit)[0])
    if "limit" in changes:
        changes.setdefault("best", False)
    if {"limit", "best"} & changes.keys():
        changes.setdefault("skip", 0)
    if "bare best" in reading.said and previous.order in _COUNTS:
        changes["order"] = previous.order
    if "last of them" in reading.said and "sorted" not in reading.said and previous.order != "corpus":
        changes.update(order=previous.order, descending=not previous.descending)
    if "backwards" in reading.said and "order" not in changes:
        changes["descending"] = not previous.descending
    query = _reworded(query, reading, also=reading.asked("ALSO"))
    new = [*(in_that_year(one, query.conditions) for one in reading.conditions), *_number(query, reading)]
    if reading.asked("ALSO | ^ OR") and not reading.asked("THEM | WITH"):
        new = [_joined(one, query.conditions) for one in new]
    if reading.asked("^ (BUT | AND | ONLY)"):
        new = [_closed(one, query.conditions) for one in new]
    query = replace(query, conditions=_with(query.conditions, new, also=reading.asked("ALSO")))
    if "order" in changes and "descending" not in changes:
        changes["descending"] = False
    if not changes.get("counted") and not (changes.get("kind") and previous.counted):
        changes["counted"] = False
    return replace(query, **changes)


def _switched(previous: Query, changes: dict[str, object]) -> Query:
    """The query without what only the other kind has."""
    kind = changes.get("kind")
    if not kind or kind == previous.kind:
        return previous
    dropped = _PLACES | (_PAPER_ONLY if kind == "talk" else _TALK_ONLY)
    query = replace(
        previous,
        conditions=tuple(one for one in previous.conditions if one.field not in dropped),
        listed="records", limit=None, best=False, skip=0,
    )  # fmt: skip
    return query if query.order in ("corpus", "title", "date") else replace(query, order="corpus", descending=False)


def _opposite(query: Query) -> Query:
    """The same list with its last condition turned round."""
    if not query.conditions:
        return query
    *others, last = query.conditions
    return replace(query, conditions=(*others, replace(last, negated=not last.negated)))


def _number(query: Query, reading: Reading) -> list[Condition]:
    """Read "and two?", "more than five?" after a question that counted something."""
    counted = [one for one in query.conditions if one.field in _COUNTS]
    found = reading.read("(cmp: CMP)? (number: NUMBER) (behind: ORMORE | ORLESS)?") if counted else None
    if not found:
        return []
    cmp, behind = ([*reading.part(found, group), None][0] for group in ("cmp", "behind"))
    number = int(reading.values(found, "number")[0])
    wanted = span(cmp.tag if cmp else "", number, behind.tag if behind else "")
    return [Condition(counted[-1].field, (str(wanted),))]


def _reworded(query: Query, reading: Reading, *, also: bool) -> Query:
    """Read "and "clustering"?" after a question for other words."""
    worded = [one for one in query.conditions if one.field in _WORDED]
    found = reading.read("(words: QUOTE) | ^ (AND | HOWABOUT)? (words2: UNKNOWN | COINED) BREAK? $") if worded else None
    if not found:
        return query
    said = reading.part(found, "words") or reading.part(found, "words2")
    kept = tuple(one for one in query.conditions if also or one.field != worded[-1].field)
    return replace(query, conditions=(*kept, Condition(worded[-1].field, (said[0].values or (said[0].text,)))))


def _with(old: tuple[Condition, ...], new: list[Condition], *, also: bool) -> tuple[Condition, ...]:
    """Old and new conditions; of the old go those that are said anew, or turned round."""
    kept_fields = _NARROWING | ({"page"} if also else set())
    # "Since June", of the papers of one year: of that year.
    if any(_YEAR.fullmatch(value) for one in old if one.field == "date" for value in one.values):
        kept_fields |= {"date"} if all(_is_yearless(one) for one in new if one.field == "date") else set()
    replaced = {one.field for one in new if one.field not in kept_fields and not one.negated}
    turned = [replace(one, negated=not one.negated) for one in new]
    kept = [one for one in old if one.field not in replaced and one not in (*new, *turned)]
    return (*kept, *new)


def _joined(new: Condition, old: tuple[Condition, ...]) -> Condition:
    """Read "Yale too" after MIT: from any of them."""
    if new.field not in _ANY_OF or new.negated:
        return new
    before = [value for one in old if one.field == new.field and not one.negated for value in one.values]
    return replace(new, values=tuple(dict.fromkeys((*before, *new.values))))


def _closed(new: Condition, old: tuple[Condition, ...]) -> Condition:
    """Read "but before 2023" after "since 2020": what one leaves open the other closes."""
    before = [one for one in old if one.field == "date" and not one.negated and len(one.values) == 1]
    if new.field != "date" or new.negated or len(new.values) != 1 or len(before) != 1:
        return new
    first, second = Dates.read(before[0].values[0]), Dates.read(new.values[0])
    if first is None or second is None:
        return new
    low, high = first.low or second.low, first.high or second.high
    halves = (first.low is None) != (first.high is None) and (first.low is None) == (second.high is None)
    ordered = low and high and low.year and high.year and (low.year, low.month or 0) <= (high.year, high.month or 99)
    return replace(new, values=(str(Dates(low, high)),)) if halves and ordered else new


def _is_yearless(condition: Condition) -> bool:
    return all(value.lstrip(".").startswith("--") for value in condition.values)
