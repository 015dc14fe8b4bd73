"""Clauses of a question that neither ask nor restrict: greetings, purposes, who is asking, what counts as well.

Comes in: a marking whose words all have tags. Goes out: the same with such clauses marked as filler. A clause that
holds a word which may be a condition (a name, a date, a number, a part, "only") is left alone, unless its own first
words say that it cannot be one: "even if …", "no matter whether …".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.catalogue import aside_patterns as patterns
from assistant.catalogue.marking import Marking
from assistant.catalogue.said_twice import drop_inside
from assistant.catalogue.vocabulary import Vocabulary
from ingest.words import plain_words, singular

# Between words, these end a clause; commas and ends of sentences are words of their own.
_BETWEEN = re.compile(r"[()–—]|\s-\s|->|→|\n")
# Tags without a condition of their own.
_SOFT = frozenset(
    "UNKNOWN COINED FILLER SIGN UNRECORDED LIST FROM IN ON AT OF BY TO WITH AND OR BUT IT HESHE THEM YOU USE SAYS "
    "THERE ALSO SORT FIRST NEXT COUNT WHEN WHERE GROUP OPINION GIVEN OTHER COMMON HELD ADD HOWABOUT "
    "PERSON DAYN CITY ISTHERE SHARE BOTH TIMES WHO ALL PREVIOUS LAST".split()
)
_COUNTED = frozenset("CHAPTER BOTH EDGE YEARN MONTHN DAYN POSITION".split())
_SOFT_NOTES = _SOFT | _COUNTED | {"INCLUDED", "INCLUDING", "SECTOR"}
_CATEGORIES = frozenset(("DAYN", "MONTHN", "YEARN", "DATE", "TITLE", "AND", "COMMA", "OR", "ALL", "FILLER"))
_NAMES = frozenset(("INST", "COUNTRY", "PAGENAME", "TIME"))
_PLACES = frozenset(("INST", "PAGENAME"))
_GENERIC = frozenset(("PAGE", "PLACE", "SAYS", "GOINGBY", "CHAPTER"))
# Somebody who is a class of people in the collection, or a request, is more than who is asking.
_SAYS_WHO = (_SOFT - {"COINED", "PERSON", "WHO", "LIST"}) | _NAMES | {"ABOUT"}
_REQUESTS = frozenset("TALK PAPER RECORD WHICH HOWMANY PAGENAME NOT ONLY MOST".split())


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of words between marks.

    Attributes:
        first: Place of its first word.
        last: Place behind its last word.
        text: In small letters, one space between words.
        begins: It begins a sentence.
        bracketed: It stands in brackets.
        closed: The mark behind it; "" at the end.
    """

    first: int
    last: int
    text: str
    begins: bool
    bracketed: bool
    closed: str


def set_asides_apart(marking: Marking, vocabulary: Vocabulary) -> None:
    """Mark the clauses that carry nothing; one clause at least stays."""
    drop_inside(marking)
    tied = False
    clauses = list(_clauses(marking))
    for clause in clauses:
        start = _concession(clause)
        if start is not None and (len(clauses) > 1 or start > clause.first):
            _drop(marking, start, _end_of_concession(marking, start, clause.last))
        elif len(clauses) > 1 and (
            (patterns.MY_PLACE.search(clause.text) and _named_again(marking, clause)) or _is_there(marking, clause)
        ):
            _drop_all_but_names(marking, clause)
        elif len(clauses) > 1 and (
            _is_aside(marking, clause, vocabulary) or (tied and patterns.ALL_OF_THEM.search(clause.text))
        ):
            _drop(marking, clause.first, clause.last)
        elif patterns.TOGETHER.search(clause.text):
            _drop(marking, clause.first, clause.first + 1)
            _drop(marking, clause.last - 1, clause.last)
        elif patterns.SELF.search(clause.text) and _keeps_names(marking, clause):
            _drop_all_but_names(marking, clause)
        else:
            _drop_purpose(marking, clause)
        tied = bool(patterns.TIES.search(clause.text))


def _clauses(marking: Marking) -> Iterator[Clause]:
    first, words = 0, marking.words
    depth = 0
    for place, word in enumerate(words):
        gap = marking.question[words[place - 1].end if place else 0 : word.start]
        mark = word.key in (",", ".") and not word.quoted
        rest = " ".join(one.key for one in words[place : place + 2])
        split = _BETWEEN.search(gap) or (not mark and place > first and patterns.JOINT.match(rest))
        if (mark or split) and place > first:
            yield _clause(marking, first, place, depth > 0, word.text if mark else gap.strip())
        if mark or split:
            first = place + mark
        depth = max(0, depth + gap.count("(") - gap.count(")"))
    if first < len(words):
        yield _clause(marking, first, len(words), depth > 0, "")


def _clause(marking: Marking, first: int, last: int, bracketed: bool, closed: str) -> Clause:
    text = " ".join(word.key or word.text for word in marking.words[first:last])
    begins = first == 0 or marking.key(first - 1) == "."
    return Clause(first, last, text, begins, bracketed, closed)


def _tags(marking: Marking, clause: Clause) -> set[str]:
    return {marking.tag(place) for place in range(clause.first, clause.last)}


def _is_aside(marking: Marking, clause: Clause, vocabulary: Vocabulary) -> bool:
    tags, text = _tags(marking, clause), clause.text
    if patterns.NO_TROUBLE.search(text) and tags <= _SOFT | {"NOT", "WITHOUT"}:
        return True
    if patterns.EITHER_WAY.search(text) or (patterns.TIES.search(text) and tags <= _SOFT | {"MENTION"}):
        return True
    if patterns.MY_PLACE.search(text) or patterns.SEPARATELY.search(text):
        return not tags & _REQUESTS
    if clause.bracketed and (tags <= _CATEGORIES or (tags <= _SOFT_NOTES and patterns.MEANING.search(text))):
        return True
    noted = patterns.NOTE.search(text) and not patterns.NO_NOTE.search(text)
    if noted and tags <= (_SOFT_NOTES | {"NOT"} if "or not" in text else _SOFT_NOTES):
        return clause.bracketed or "intro" in text or bool(tags & _COUNTED)
    if clause.closed == ":" and patterns.SELF.search(text) and tags <= _SOFT | _GENERIC:
        return not patterns.TOPICAL.search(text)
    # "For our yearly brochure".
    return (
        tags <= _SOFT | {"YEARN", "MONTHN", "AUTHORED"}
        and _says_nothing(clause)
        and not _holds_topic(marking, clause, vocabulary)
    )


def _holds_topic(marking: Marking, clause: Clause, vocabulary: Vocabulary) -> bool:
    """Whether a word that nobody knows stands in a title: "I need to understand diffusion; list …" may mean it."""
    unknown = (place for place in range(clause.first, clause.last) if marking.tag(place) in ("UNKNOWN", "COINED"))
    return any(
        singular(word) in vocabulary.title_words for place in unknown for word in plain_words(marking.key(place))
    )


def _says_nothing(clause: Clause) -> bool:
    """Whether a clause without any condition is worded as one that carries nothing."""
    if patterns.TIES.search(clause.text):
        return True
    if clause.begins and clause.closed and patterns.PURPOSE.search(clause.text):
        return "about" not in clause.text.split()
    said = patterns.POLITE.search(clause.text) or patterns.SELF.search(clause.text)
    return bool(said) and not patterns.TOPICAL.search(clause.text)


def _named_again(marking: Marking, clause: Clause) -> bool:
    """Whether "my university" in what follows is the one of "I study at MIT"; if so, its words say no more."""
    text = " ".join(word.key or word.text for word in marking.words)
    found = patterns.THAT_PLACE.search(text, len(clause.text))
    if found is None:
        return False
    first = text.count(" ", 0, found.start())
    _drop(marking, first, first + len(found[0].split()))
    return True


def _is_there(marking: Marking, clause: Clause) -> bool:
    """Whether "there" in what follows is the one place that a statement names: "I dream of MIT; who is from there?"."""
    text = " ".join(word.key or word.text for word in marking.words[clause.last :])
    named = {marking.token(place) for place in range(clause.first, clause.last) if marking.tag(place) in _PLACES}
    return (
        clause.closed in (".", ",", ":", "–", "—", "-")
        and len(named) == 1
        and not _tags(marking, clause) & (_REQUESTS | {"WHO", "LIST", "ISTHERE", "WITHOUT"})
        and patterns.THERE.search(text) is not None
    )


def _keeps_names(marking: Marking, clause: Clause) -> bool:
    """Whether all that "my readers care about MIT:" restricts is a name."""
    tags = _tags(marking, clause)
    last = marking.tag(clause.last - 1)
    return (
        clause.closed in (":", ".")
        and last in _NAMES
        and tags <= (_SOFT - {"COINED", "PERSON", "WHO", "LIST"}) | _NAMES | {"ABOUT"}
    )


def _drop_all_but_names(marking: Marking, clause: Clause) -> None:
    for place in range(clause.first, clause.last):
        if marking.tag(place) not in _NAMES:
            _drop(marking, place, place + 1)


def _concession(clause: Clause) -> int | None:
    found = patterns.CONCESSION.search(clause.text)
    return clause.first + clause.text.count(" ", 0, found.start()) if found else None


def _end_of_concession(marking: Marking, start: int, last: int) -> int:
    """It ends with its clause, or with an enumeration in it, or where an order begins."""
    ends = ("SORT", "NEWEST", "OLDEST", "BUT", "LIST")
    end = last
    while marking.tag(end) in ("COMMA", "OR", "UNKNOWN", "ROLE", "FILLER", "POSITION"):
        end += 1
    listed = any(marking.tag(place) == "OR" for place in range(last, end)) and marking.tag(end) in ("", "BREAK")
    return next((place for place in range(start + 1, last) if marking.tag(place) in ends), end if listed else last)


def _drop_purpose(marking: Marking, clause: Clause) -> None:
    found = patterns.PURPOSE_BEHIND.search(clause.text)
    if found:
        start = clause.first + clause.text.count(" ", 0, found.start())
        if start > clause.first and {marking.tag(place) for place in range(start, clause.last)} <= _SOFT | {"PAPER"}:
            _drop(marking, start, clause.last)


def _drop(marking: Marking, first: int, last: int) -> None:
    if first < last:
        marking.mark(first, last, "FILLER")
