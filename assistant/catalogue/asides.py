"""Clauses of a question that neither ask nor restrict: greetings, purposes, who is asking, what counts as well.

Comes in: a marking whose words all have tags. Goes out: the same with such clauses marked as filler. A clause that holds
a word which may be a condition (a name, a date, a number, a part, "only") is left alone, unless its own first words say
that it cannot be one: "even if …", "no matter whether …".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.catalogue.marking import Marking

# Between words, these end a clause; commas and ends of sentences are words of their own.
_BETWEEN = re.compile(r"[()–—]|\s-\s|->|→|\n")
_JOINTS = re.compile(r"(?:so|and) (?:i|we|please|now|wish|want|would|could|can|need|tell|give|show|list)\b|so\b|and (?:count|tak|treat|consider)ing\b")
# Tags without a condition of their own.
_SOFT = frozenset(
    "UNKNOWN COINED FILLER SIGN UNRECORDED LIST FROM IN ON AT OF BY TO WITH AND OR BUT IT HESHE THEM YOU USE SAYS THERE "
    "ALSO SORT FIRST NEXT COUNT WHEN WHERE GROUP OPINION GIVEN OTHER COMMON HELD ADD HOWABOUT NUMBERLESS WITHOUTNONE "
    "PERSON DAYN CITY ISTHERE SHARE BOTH TIMES WHO ALL PREVIOUS LAST".split()
)
_SOFT_NOTES = _SOFT | {"CHAPTER", "YEARN", "MONTHN", "EDGE", "INCLUDED", "INCLUDING", "NOT", "POSITION", "SECTOR"}
_CATEGORIES = frozenset(("DAYN", "MONTHN", "YEARN", "DATE", "TITLE", "AND", "COMMA", "OR", "ALL", "FILLER"))
_CONCESSION = re.compile(
    r"\b(?:even (?:if|when|though|where|in case)|no matter|never mind|regardless|irrespective|independent(?:ly)? of"
    r"|whether or not|(?:of )?whatever (?:the|rank|year|kind|sort|their|its|page)|(?:it|that|which) (?:does not|doesn ?'?t)"
    r" matter|doesn ?'?t matter|does not matter|i do(?:n ?'?t| not) care)\b"
)
_POLITE = re.compile(
    r"^(?:and |but |so |well |oh |ok |okay |please )*(?:if (?:you|it|that|possible|this|not|at all|i|we|available)\b"
    r"|when(?:ever)? you|as (?:far|soon|long|fast|quick\w*) as|(?:many )?thank|thx|cheers|sorry|pardon|excuse|apolog"
    r"|(?:i |we )?(?:would be|am|are|will be|d be)? ?(?:very |most |so |really )?(?:grateful|obliged|glad|happy)"
    r"|(?:i |we )?(?:would )?appreciate|no (?:rush|hurry)|take your time|just (?:curious|asking|checking|wondering)"
    r"|(?:out of|pure) curiosity|for what|by the way|btw|i (?:hope|guess|think|believe|suppose|assume|wonder|mean)\b"
    r"|to be (?:precise|exact|sure|clear|honest)|in other words|so to speak|say\b|hi\b|hello|hey|dear|good (?:morning"
    r"|afternoon|evening|day)|greetings|(?:a |one |another |next |last |quick |short |small )*(?:question|request|task|check"
    r"|query|job|favou?r)\b|fyi|asap|with (?:kind|best) regards|kind regards|best|regards|i know|i understand|let ?'?s see)"
)
_PURPOSE = re.compile(
    r"^(?:and |but |so |it ?'?s |it is |this is |that is |all this |needed |needs? it )*"
    r"(?:for (?:the|my|our|a|an|this|his|her|their|your|next|tomorrow)|in order to|to|as|before|because|since|while|given that|in preparation|in view of|with a view|ahead of"
    r"|on behalf|with regard to my|concerning my|regarding my) (?!those\b|them\b|each\b|every\b|all\b)"
)
_SELF = re.compile(
    r"^(?:and |but |so |well |as |now |here )*(?:i|we|my|our|mine|us|somebody|someone|nobody|people|students?|everybody"
    r"|(?:a|my|our|the|one|some) (?:\w+ )?(?:friend|colleague|boss|students?|supervisor|advis[eo]r|librarian|team|wife"
    r"|husband|manager|editor|teacher|class|client|committee|chief|department|group|office|dean)s?) (?!only\b)"
)
_MY_PLACE = re.compile(r"^(?:i|we) (?:am|are|m|re|come|work|study|sit|live)\b[^?]{0,12} (?:from|at|in|with|for)\b")
# A topic said in such a clause is meant for what follows.
_TOPICAL = re.compile(
    r"\b(?:interest\w*|about|look\w* (?:for|at|into)|into|care|focus\w*|stud(?:y|ies|ying)|thesis|theses|topics?"
    r"|research\w*|on (?!a|an|my|our|the)\w+|only|not|except|but)\b"
)
_NOTE = re.compile(
    r"\b(?:included?|inclusive|incl|including|too|as well|also|counts?|counted|counting|or not|welcome|allowed|is fine"
    r"|are fine|ok|okay|enough|suffices?|permitted|taken in|alike|in scope|both ends)\b"
)
_NOT_NOTE = re.compile(r"\b(?:not (?:included?|count\w*)|excluded?|excluding|only|don ?'?t|do not|never|without)\b")
_SEPARATELY = re.compile(
    r"^(?:and |but )?(?:count|treat|tak|consider|list|keep)\w* .*\b(?:separately|individually|apart|as (?:one|two|a|an|its own"
    r"|different|separate)\b.*)$"
)
_TIES = re.compile(r"\b(?:ties?|tied|draws?|equal|level|several (?:share|are)|more than one (?:has|have|is|are))\b")
_ALL_THEN = re.compile(
    r"^(?:then |so |and |please )*(?:i want |give |list |name |show |take |tell |mention |include |report )*(?:me )?"
    r"(?:all|both|every one|each)(?: of)?(?: them| those| the tied ones)?(?: please| then)?$"
)
_PURPOSE_BEHIND = re.compile(
    r"\bfor (?:(?:my|our) [^,.;:?!]{1,40}|(?:a|an|the|this|next|tomorrow)(?: ?'?s)? (?:\w+[ -])?"
    r"(?:spreadsheet|table|report|slides?|overview|newsletter|poster|badges?|letters?|booklet|flyer|leaflet|programme"
    r"|program|agenda|minutes|index|list|thesis|grant|application|meeting|seminar|course|class|blog|website|database"
    r"|catalogue|catalog|records?|archive|article|handout|review|summary|presentation|lunch|dinner|panel|committee"
    r"|survey|bibliography|library|reading (?:group|list|club)|study|project|wiki|invoice|invitation\w*|mail\w*"
    r"|statistics|audit|workshop|notes?|brochure|annual report|schedule|reception|excursion|hand-?over))$"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """A run of words between marks.

    Attributes:
        first: Place of its first word.
        last: Place behind its last word.
        text: In small letters, one space between words.
        bracketed: It stands in brackets.
        closed: The mark behind it; "" at the end.
    """

    first: int
    last: int
    text: str
    bracketed: bool
    closed: str


def set_asides_apart(marking: Marking) -> None:
    """Mark the clauses that carry nothing; one clause at least stays."""
    tied = False
    clauses = list(_clauses(marking))
    for clause in clauses:
        start = _concession(clause)
        if start is not None:
            _drop(marking, start, _end_of_concession(marking, start, clause.last))
        elif len(clauses) > 1 and (_is_aside(marking, clause) or (tied and _ALL_THEN.search(clause.text))):
            _drop(marking, clause.first, clause.last)
        else:
            _drop_purpose(marking, clause)
        tied = bool(_TIES.search(clause.text))


def _clauses(marking: Marking) -> Iterator[Clause]:
    first, words = 0, marking.words
    depth = 0
    for place, word in enumerate(words):
        gap = marking.question[words[place - 1].end if place else 0 : word.start]
        mark = word.key in (",", ".") and not word.quoted
        rest = " ".join(one.key for one in words[place : place + 2])
        split = _BETWEEN.search(gap) or (not mark and place > first and _JOINTS.match(rest))
        if (mark or split) and place > first:
            yield _clause(marking, first, place, depth > 0, word.text if mark else gap.strip())
        if mark or split:
            first = place + mark
        depth = max(0, depth + gap.count("(") - gap.count(")"))
    if first < len(words):
        yield _clause(marking, first, len(words), depth > 0, "")


def _clause(marking: Marking, first: int, last: int, bracketed: bool, closed: str) -> Clause:
    text = " ".join(word.key or word.text for word in marking.words[first:last])
    return Clause(first, last, text, bracketed, closed)


def _tags(marking: Marking, clause: Clause) -> set[str]:
    return {marking.tag(place) for place in range(clause.first, clause.last)}


def _is_aside(marking: Marking, clause: Clause) -> bool:
    tags, text = _tags(marking, clause), clause.text
    if _MY_PLACE.search(text) and not tags & {"TALK", "PAPER", "RECORD", "WHICH", "HOWMANY", "PAGENAME"}:
        return True
    if _SEPARATELY.search(text) and not tags & {"TALK", "PAPER", "RECORD", "WHICH", "HOWMANY", "NOT", "ONLY", "MOST"}:
        return True
    if clause.bracketed and tags <= _CATEGORIES:
        return True
    if tags <= _SOFT_NOTES and _NOTE.search(text) and not _NOT_NOTE.search(text):
        return tags & {"CHAPTER", "BOTH", "EDGE", "YEARN", "MONTHN", "DAYN", "POSITION"} != set() or clause.bracketed
    if not tags <= _SOFT:
        return False
    if _TIES.search(text):
        return True
    if _POLITE.search(text):
        return not _TOPICAL.search(text)
    if clause.first == 0 and _PURPOSE.search(text) and clause.closed:
        return not re.search(r"\babout\b", text)
    return bool(_SELF.search(text)) and not _TOPICAL.search(text)


def _concession(clause: Clause) -> int | None:
    found = _CONCESSION.search(clause.text)
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
    found = _PURPOSE_BEHIND.search(clause.text)
    if found:
        start = clause.first + clause.text.count(" ", 0, found.start())
        if start > clause.first and {marking.tag(place) for place in range(start, clause.last)} <= _SOFT | {"PAPER"}:
            _drop(marking, start, clause.last)


def _drop(marking: Marking, first: int, last: int) -> None:
    if first < last:
        marking.mark(first, last, "FILLER")
