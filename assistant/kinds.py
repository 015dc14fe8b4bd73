"""Which kind of record a question names: "talk", "lecture", "paper", "preprint".

Comes in: a question. Goes out: a kind. Leaves to others: what lists and counts say of kinds (`catalogue`).
"""

import re

from ingest.records import Kind

# One of them; alternatives of a pattern.
TALK = "talk|lecture|recording|session|tutorial"
PAPER = "paper|article|preprint"
# One "article" may well be the asker's own: "For my article: …".
_NAMED = re.compile(rf"\b(?:({TALK}|speaker)s?|(?!article\b)(?:{PAPER})s?)\b", re.IGNORECASE)
_BOTH = re.compile(rf"\b(?:{TALK})s?\b.*\b(?:{PAPER})s?\b|\b(?:{PAPER})s?\b.*\b(?:{TALK})s?\b", re.IGNORECASE)


def kind_named(question: str) -> Kind | None:
    """The kind of record that a question asks for by name; the first counts: "which paper goes with the talk …"."""
    match = _NAMED.search(question)
    return None if match is None else "talk" if match[1] else "paper"


def names_both(question: str) -> bool:
    """Whether it names talks and papers alike."""
    return _BOTH.search(question) is not None
