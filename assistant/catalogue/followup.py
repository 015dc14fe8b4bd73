"""A follow-up → the last query, narrowed, reordered or switched.

Comes in: the last query and the reading of the new words. Goes out: the next query.
"""

import re
from dataclasses import replace

from assistant.catalogue.counting import span
from assistant.catalogue.query import Condition, Query
from assistant.catalogue.reading import Reading

_TALK_ONLY = frozenset(("person", "affiliation", "role", "sector", "country", "abroad", "speakers", "chapters"))
_PAPER_ONLY = frozenset(("authors", "comments", "date"))
_PLACES = frozenset(("page", "pages", "size"))
_COUNTS = frozenset(("authors", "comments", "speakers", "pages", "chapters", "size"))
# Said again, these add to what was asked before; all others take its place.
_NARROWING = frozenset(("has", "title", "opening", "text", "link"))
_WORDED = frozenset(("title", "opening", "text"))
_OPENS = "(AND | BUT | ONLY | NOT | HOWABOUT | OR | SORT | THEM | OTHERS | OF THEM | (AT | ON | IN | FROM) WHICH)"
# Words that stand for what was listed, before any noun of the question's own.
_BACKWARDS = (
    "^ ((?! THING | PERSON | PAGE | PLACE) ANY)* (THEM | OTHERS | IT | THERE) | (OF | FROM | IN) (THEM | OTHERS) "
    "| (WHICH | HOWMANY) OF (THING | PERSON)"
)
_WHOLE = "ALL | ISTHERE | EACH | COUNT | HOWMANY"
_YEAR = re.compile(r"\d{4}")
_BARE_NEGATION = "WITH? (NOT | WITHOUT) WITH? (IT | THEM)? BREAK? $"


def leans(reading: Reading) -> bool:
    """Whether a question leans on the one before it: it says so, names nothing to list, or lists "the speakers"."""
    if "noun" not in reading.said or reading.asked(f"^ {_OPENS}") or reading.asked(_BACKWARDS):
        return True
    only_listed = not reading.conditions and "kind" not in reading.fields and reading.fields.get("listed") != "records"
    return only_listed and not reading.asked(_WHOLE)


def follow(previous: Query, reading: Reading) -> Query | None:
    """Apply what a follow-up says to the query before it."""
    changes = dict(reading.fields)
    query = _switched(previous, changes)
    negated = bool(query.conditions) and query.conditions[-1].negated
    bare = _BARE_NEGATION if not negated else f"{_BARE_NEGATION} | ^ AND? WITH BREAK? $"
    if reading.read("OTHERS") or (not reading.conditions and reading.read(bare)):
        query = _opposite(query)
    if (previous.best or previous.limit) and reading.conditions and reading.asked("IT"):
        # "Does it have code?" asks of the one that was picked, which a query cannot name.
        return None
    picked_anew = bool({"limit", "best"} & changes.keys()) or not (reading.conditions or changes.get("listed"))
    if not picked_anew and not {"sorted", "reversed"} & reading.said:
        query = replace(query, limit=None, best=False)
    limit = reading.read("NUMBER") if previous.limit and "limit" not in changes else None
    if limit:
        changes["limit"] = int(reading.values(limit)[0])
    if "backwards" in reading.said and "order" not in changes:
        changes["descending"] = not previous.descending
    query = _reworded(query, reading)
    new = [*reading.conditions, *_number(query, reading)]
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
        listed="records", limit=None, best=False,
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


def _reworded(query: Query, reading: Reading) -> Query:
    """Read "and "clustering"?" after a question for other words."""
    worded = [one for one in query.conditions if one.field in _WORDED]
    found = reading.read("(words: QUOTE) | ^ (AND | HOWABOUT)? (words2: UNKNOWN | COINED) BREAK? $") if worded else None
    if not found:
        return query
    said = reading.part(found, "words") or reading.part(found, "words2")
    kept = tuple(one for one in query.conditions if one.field != worded[-1].field)
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


def _is_yearless(condition: Condition) -> bool:
    return all(value.lstrip(".").startswith("--") for value in condition.values)
