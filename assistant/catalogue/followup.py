"""A follow-up → the last query, narrowed, reordered or switched.

Comes in: the last query and the reading of the new words. Goes out: the next query.
"""

from dataclasses import replace

from assistant.catalogue.query import Condition, Query
from assistant.catalogue.reading import Reading
from assistant.catalogue.values import Span

_TALK_ONLY = frozenset(("person", "affiliation", "role", "sector", "country", "abroad", "speakers", "chapters"))
_PAPER_ONLY = frozenset(("authors", "comments", "date"))
_PLACES = frozenset(("page", "pages", "size"))
_COUNTS = frozenset(("authors", "comments", "speakers", "pages", "chapters", "size"))
# Said again, these add to what was asked before; all others take its place.
_NARROWING = frozenset(("has", "title", "opening", "text", "link"))
_OPENS = "(AND | BUT | ONLY | NOT | WITHOUT | OR | HOWABOUT | WITH | FROM | THEM | OTHERS | IT | SORT | IN | ON | BY)"


def leans(reading: Reading) -> bool:
    """Whether a question leans on the one before it: it says so, names nothing to list, or lists "the speakers"."""
    tags = [token.tag for token in reading.tokens]
    if "noun" not in reading.said or tags[0] in ("AND", "BUT", "ONLY", "NOT", "HOWABOUT", "OR", "SORT", "THEM"):
        return True
    nouns = [place for place, tag in enumerate(tags) if tag in ("TALK", "PAPER", "RECORD", "PERSON", "PAGE", "PLACE")]
    backwards = [place for place, tag in enumerate(tags) if tag in ("THEM", "OTHERS", "IT", "THERE")]
    if backwards and (not nouns or backwards[0] < nouns[0] or tags[backwards[0] - 1] in ("OF", "FROM", "IN")):
        return True
    whole = any(tag in ("ALL", "ISTHERE", "EACH", "COUNT", "HOWMANY") for tag in tags)
    only_listed = not reading.conditions and reading.fields.keys() <= {
        "listed",
        "counted",
        "order",
        "descending",
        "kind",
    }
    return only_listed and not whole and reading.fields.get("listed") != "records"


def follow(previous: Query, reading: Reading) -> Query | None:
    """Apply what a follow-up says to the query before it."""
    changes = dict(reading.fields)
    query = _switched(previous, changes)
    if changes.get("listed") == "records" and "noun" not in reading.said:
        del changes["listed"]
    if reading.read("OTHERS") or (
        not reading.conditions and reading.read("(WITH)? (NOT | WITHOUT) (WITH)? (IT | THEM)? (BREAK)? $")
    ):
        query = _opposite(query)
    if not {"limit", "best"} & changes.keys() and not {"sorted", "reversed"} & reading.said:
        query = replace(query, limit=None, best=False)
    new = [*reading.conditions, *_number(query, reading)]
    query = replace(query, conditions=_with(query.conditions, new))
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
    """Read "and two?" after a question that counted something."""
    counted = [one for one in query.conditions if one.field in _COUNTS]
    found = reading.read("NUMBER") if counted else None
    if not found:
        return []
    number = int(reading.values(found)[0])
    return [Condition(counted[-1].field, (str(Span(number, number)),))]


def _with(old: tuple[Condition, ...], new: list[Condition]) -> tuple[Condition, ...]:
    """Old and new conditions; of the old go those that are said anew, or turned round."""
    replaced = {one.field for one in new if one.field not in _NARROWING and not one.negated}
    turned = [replace(one, negated=not one.negated) for one in new]
    kept = [one for one in old if one.field not in replaced and one not in (*new, *turned)]
    return (*kept, *new)
