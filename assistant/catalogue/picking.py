"""Follow-ups on the order of a list, and on how many of it: "and the second?", "the first three", "the most?".

Comes in: the last query and the reading of the new words. Goes out: the changes, or the query one further down.
"""

from dataclasses import replace
from typing import Any

from assistant.catalogue.merging import COUNTED, COUNTED_PARTS
from assistant.catalogue.query import Order, Query
from assistant.catalogue.reading import Reading

GROUPED = ("pages", "years", "months", "affiliations", "organisations")
_EARLIER = frozenset(("BEFORE", "OLDEST", "PREVIOUS"))
NEXT = (
    "^ (AND | BUT | WHICH | WHO | HOWABOUT | LIST | THEM | COMMA)* ONLY? "
    "(way: BEFORE | AFTER | NEXT | PREVIOUS | ONWARDS | ORDINAL) (IN | PLACE | IT | THEM | THING)* BREAK? $"
)


def next_of(previous: Query, reading: Reading) -> Query | None:
    """Read "and the one before it?" after the newest, "the next one" after the first: one further down."""
    picked = 1 if previous.best else previous.limit
    found = reading.find(NEXT) if picked and not reading.conditions else None
    if found is None or picked is None:
        return None
    way = reading.part(found, "way")[0].tag
    if way == "ORDINAL":
        if previous.order == "corpus" or picked > 1:
            return None
        reading.take(found)
        return replace(previous, skip=int(reading.values(found, "way")[0]) - 1, counted=False)
    dated = previous.order == "date"
    down = way == "NEXT" or ((way in _EARLIER) == previous.descending if dated else way in ("AFTER", "ONWARDS"))
    if not down:
        return None
    reading.take(found)
    return replace(previous, limit=None if previous.best else 1, skip=previous.skip + picked, counted=False)


def keeps_all(reading: Reading, changes: dict[str, Any]) -> bool:
    """Whether the next list takes all that fits, although the one before picked some."""
    picked_anew = bool({"limit", "best"} & changes.keys()) or not (reading.conditions or changes.get("listed"))
    return not picked_anew and not {"sorted", "reversed"} & reading.said


def pick(previous: Query, reading: Reading, changes: dict[str, Any]) -> None:
    """What a follow-up says of the order, and of how many."""
    limit = reading.read("NUMBER") if previous.limit and "limit" not in changes else None
    if limit:
        changes["limit"] = int(reading.values(limit)[0])
    if "limit" in changes:
        changes.setdefault("best", False)
    if {"limit", "best"} & changes.keys():
        changes.setdefault("skip", 0)
    if "next" in reading.said and changes.get("best"):
        changes["skip"] = previous.skip + 1 if previous.best and changes["order"] == previous.order else 1
    if "bare best" in reading.said:
        changes["order"] = "size" if previous.listed in GROUPED else _counted_before(previous) or changes["order"]
    if "last of them" in reading.said and "sorted" not in reading.said and previous.order != "corpus":
        changes.update(order=previous.order, descending=not previous.descending)
    if "backwards" in reading.said and "order" not in changes:
        changes["descending"] = not previous.descending
    if "order" in changes and "descending" not in changes:
        changes["descending"] = False


def _counted_before(previous: Query) -> Order | None:
    """What "the most" counts, after a question about chapters, links or comments."""
    if previous.order in COUNTED:
        return previous.order
    counted: list[Order] = [COUNTED_PARTS[part] for part in previous.wanted("has") if part in COUNTED_PARTS]
    return counted[-1] if counted else None
