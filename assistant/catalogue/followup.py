"""A follow-up → the last query, narrowed, reordered or switched.

Comes in: the last query and what the new words said. Goes out: the next query.
"""

from collections.abc import Set
from dataclasses import replace
from typing import Any

from assistant.catalogue.query import Query

_TALK_ONLY: dict[str, Any] = {
    "people": (), "affiliations": (), "roles": (), "sectors": (), "countries": (), "not_countries": (),
    "speakers": None, "chapters": None, "odd_times": False,
}  # fmt: skip
_PAPER_ONLY: dict[str, Any] = {
    "authors": None,
    "comments": None,
    "years": None,
    "dates": None,
    "months": (),
    "day": None,
}
# Said again, these add to what was asked before; all others take its place.
_NARROWING = frozenset(("having", "lacking", "titles", "openings", "texts", "not_pages", "links"))
_PICKING: dict[str, Any] = {"limit": None, "best": False}


def follow(previous: Query, fields: dict[str, Any], said: Set[str]) -> Query:
    """Apply what a follow-up says to the query before it.

    Args:
        previous: The last query.
        fields: Of the follow-up, as the rules read them.
        said: What the words showed, such as "sorted" or "reversed".
    """
    changes = dict(fields)
    query = previous
    if "opposite" in said:
        query = replace(query, having=previous.lacking, lacking=previous.having)
    kind = changes.get("kind")
    if kind and kind != previous.kind:
        dropped = _PAPER_ONLY if kind == "talk" else _TALK_ONLY
        query = replace(
            query, **dropped, **_PICKING, pages=(), not_pages=(), page_count=None, listed="records", sizes=None
        )
        if query.order not in ("corpus", "title", "date"):
            query = replace(query, order="corpus", descending=False)
    elif "limit" not in changes and "sorted" not in said and "reversed" not in said:
        query = replace(query, **_PICKING)
    for field in _NARROWING & changes.keys():
        changes[field] = tuple(dict.fromkeys((*getattr(query, field), *changes[field])))
    if "order" in changes and "descending" not in changes:
        changes["descending"] = False
    if not changes.get("counted") and not (kind and previous.counted):
        changes["counted"] = False
    # "and those with code?" after "those without": the last word counts.
    if "having" in fields:
        changes["lacking"] = tuple(part for part in query.lacking if part not in fields["having"])
    if "lacking" in fields:
        changes["having"] = tuple(part for part in changes.get("having", query.having) if part not in fields["lacking"])
    return replace(query, **changes)
