"""What a question may be narrowed to: talks, papers, one page, one speaker.

Comes in: the shelf, and what a visitor chose or typed. Goes out: choices for the box beside the question, and the
filters that a choice stands for. A name may be typed as well, or a part of it, so that no collection is too large.
"""

from typing import NamedTuple

from assistant.outlets.shelf import Shelf
from assistant.retrieve.filters import Filters
from ingest.text import folded

EVERYWHERE = "Talks and papers"
KINDS = [(EVERYWHERE, ""), ("Talks only", "kind:talk"), ("Papers only", "kind:paper")]
MOST_SPEAKERS = 500
"""More would make the list slow to open; their names can be typed."""

_NAMED = 3


class Scope(NamedTuple):
    """What a question is narrowed to.

    Attributes:
        filters: None for the whole collection.
        problem: Why it cannot be narrowed so, and what to do; "" when it can.
    """

    filters: Filters | None = None
    problem: str = ""


def scope_choices(shelf: Shelf) -> list[tuple[str, str]]:
    """(what is read, what it stands for)."""
    speakers = _speakers(shelf)
    named = speakers if len(speakers) <= MOST_SPEAKERS else []
    return [*KINDS, *((page, f"page:{page}") for page in shelf.pages), *((name, f"speaker:{name}") for name in named)]


def read_scope(chosen: str | None, shelf: Shelf) -> Scope:
    """What a choice, or a name that was typed, stands for."""
    chosen = dict(KINDS).get((chosen or "").strip(), (chosen or "").strip())
    what, _, value = chosen.partition(":")
    if what == "kind" and value in ("talk", "paper"):
        return Scope(Filters(kind="talk" if value == "talk" else "paper"))
    if what == "page" and value:
        return Scope(Filters(page=value))
    if what == "speaker" and value:
        return Scope(Filters(speaker=value))
    return _typed(chosen, shelf) if chosen else Scope()


def _typed(name: str, shelf: Shelf) -> Scope:
    parts = folded(name).split()
    fitting = [known for known in _speakers(shelf) if all(part in folded(known) for part in parts)]
    if not fitting:
        return Scope(problem=f"No talk here is by “{name}”; type another name, or clear the box to ask everywhere.")
    if len(fitting) == 1:
        return Scope(Filters(speaker=fitting[0]))
    named, more = ", ".join(fitting[:_NAMED]), len(fitting) - _NAMED
    others = f" and {more} more" if more > 0 else ""
    return Scope(problem=f"“{name}” fits {len(fitting)} speakers: {named}{others}. Type more of the name.")


def _speakers(shelf: Shelf) -> list[str]:
    return sorted({name for row in shelf.rows if row.kind == "talk" for name in row.who}, key=str.casefold)
