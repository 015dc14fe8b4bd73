"""What a question may be narrowed to: talks, papers, one page, one speaker.

Comes in: the shelf. Goes out: choices for the box beside the question, and the filters that a choice stands for.
"""

from assistant.filters import Filters
from assistant.shelf import Shelf

EVERYWHERE = "Talks and papers"
KINDS = [(EVERYWHERE, ""), ("Talks only", "kind:talk"), ("Papers only", "kind:paper")]
MOST_SPEAKERS = 500
"""More would make the list slow to open; "Browse" finds any of them."""


def scope_choices(shelf: Shelf) -> list[tuple[str, str]]:
    """(what is read, what it stands for)."""
    speakers = sorted({name for row in shelf.rows if row.kind == "talk" for name in row.who}, key=str.casefold)
    named = speakers if len(speakers) <= MOST_SPEAKERS else []
    return [*KINDS, *((page, f"page:{page}") for page in shelf.pages), *((name, f"speaker:{name}") for name in named)]


def filters_of(scope: str | None) -> Filters | None:
    """The filters that a choice stands for; None for the whole collection."""
    what, _, value = (scope or "").partition(":")
    if what == "kind" and value in ("talk", "paper"):
        return Filters(kind="talk" if value == "talk" else "paper")
    if what == "page" and value:
        return Filters(page=value)
    if what == "speaker" and value:
        return Filters(speaker=value)
    return None
