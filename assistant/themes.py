"""Lists by theme: "Which talks deal with robots?" asks for several, and no record says of itself what it is about.

Comes in: a question that the catalogue does not answer, and its ranking. Goes out: the records to list, by relevance.
Leaves to others: lists that are exact and complete (`catalogue`).
"""

import re
from collections.abc import Sequence

from assistant.kinds import PAPER, TALK, kind_named, names_both
from assistant.retrieve.hybrid import RankedRecord

# On 40 labelled questions for several records these hold .91 of the expected ones, and 7 in 10 of these are expected;
# from .75 on it would be .79 and 9 in 10.
LEAST_OF_BEST = 0.65
MOST_LISTED = 8
_RECORDS = rf"(?:{TALK}|{PAPER})s"
_SEVERAL = re.compile(
    rf"\b(?:which|what|list|show|find|name|give|any|all|some|other|more|there)\b[^.?!]*?\b(?:{_RECORDS}|records|works)\b"
    rf"|^\W*{_RECORDS}\b",
    re.IGNORECASE,
)
# What is said to the program, and is no theme.
_ASKED_FOR = re.compile(
    r"^\W*(?:please|kindly|list|show|find|name|give|tell|me|us|all|every|of|the|\s)+\b", re.IGNORECASE
)

# Talks have no dates.
_YEAR = re.compile(
    rf"\b(?:{PAPER})s?\b[^?]*?(\s(?:from|of|in|dated|(?:published|written) in)\s+((?:19|20)\d\d))\b", re.IGNORECASE
)


def asks_for_several(question: str) -> bool:
    """Whether a question wants talks or papers listed."""
    return _SEVERAL.search(question) is not None


def theme(question: str) -> str:
    """What is to be searched for: "papers about robots" of "List all the papers about robots from 2025"."""
    if not asks_for_several(question):
        return question
    found = _YEAR.search(question)
    undated = question[: found.start(1)] + question[found.end(1) :] if found else question
    return _ASKED_FOR.sub("", undated)


def year(question: str) -> int | None:
    """The year of the papers that a question wants listed."""
    found = _YEAR.search(question) if asks_for_several(question) else None
    return int(found[2]) if found else None


def by_theme(question: str, ranked: Sequence[RankedRecord]) -> list[RankedRecord]:
    """The records to list, best first, of the kind that the question names; those of any kind when there is none."""
    kind = None if names_both(question) else kind_named(question)
    of_kind = [record for record in ranked if kind in (None, record.kind)] or list(ranked)
    return [record for record in of_kind if record.score >= LEAST_OF_BEST * of_kind[0].score][:MOST_LISTED]
