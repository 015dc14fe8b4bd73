"""Question → query: words are tagged, rules read the tags, and what none reads decides whether it was understood.

Comes in: a question, the vocabulary, the query before it. Goes out: a query, or None when the question is about content
or holds a word that may be a condition and was not understood: no condition is ever dropped.
"""

from collections.abc import Sequence, Set
from dataclasses import replace

from assistant.catalogue import (
    changing,
    comparing,
    counting,
    dating,
    ordering,
    placing,
    recording,
    shifting,
    signs,
    wording,
)
from assistant.catalogue.followup import follow, leans, one_person
from assistant.catalogue.listing import read_listed
from assistant.catalogue.marking import Token
from assistant.catalogue.query import Query
from assistant.catalogue.reading import Found, Reading, Rule
from assistant.catalogue.told import NOTHING, Told
from assistant.catalogue.vocabulary import Vocabulary

# A question longer than this, its quoted parts left out, is no list request.
_LONGEST_QUESTION_TOKENS = 80
# What may be left: no topic, no condition.
_HARMLESS = frozenset(
    "WHICH LIST HOWMANY COUNT WHERE ISTHERE WHO THEM AND OR BUT COMMA BREAK BOTH ALL EACH ONLY EXACTLY ON "
    "IN AT FROM OF "
    "BY TO GIVEN OCCUR TALK PAPER RECORD PERSON NAMED SORTED PUBLISHED SORT WITH THERE ALSO TITLE NAMED LISTED "
    "GROUP USE "
    "TITLED OFWHICH POSITION FIRSTNAME SURNAME INCLUDING EDGE GOINGBY HOWOFTEN FREE NARROW".split()
)
# Asked of records that are told, these stand beside each: "how many authors does it have?"
_VALUES = frozenset(
    "ORG AUTHOR AUTHORCOUNT TEAM COMMENT COMMENTCOUNT DATE FULLDATE YEARN MONTHN WHEN PAGE PLACE SECTOR".split()
)
_SHOWN_PARTS = frozenset("CODE LINK VIDEO CHAPTER".split())
# What is listed, by its own noun.
_LISTED_BY = {
    "pages": frozenset(("PAGE",)), "chapters": frozenset(("CHAPTER",)), "years": frozenset(("YEARN",)),
    "months": frozenset(("MONTHN",)), "organisations": frozenset(("ORG",)),
    "affiliations": frozenset(("PLACE", "SECTOR", "ORG")),
}  # fmt: skip
# Conditions that say by themselves of what sort the records are.
_TELLING = frozenset(("page", "affiliation", "authors", "comments", "date"))
_WORDS = frozenset(("title", "text"))
_SPEAKS_OF_WORDS = "QUOTE | WORD | MENTION | TITLE | TITLED | STARTS | OCCUR"
_OF_PERSONS = frozenset(("person", "affiliation", "role"))
# What is asked of the one person listed before, and not what that person says.
_OF_PERSON = "THING | TITLE | PAGE | PLACE | SECTOR | POSITION | FROM | ROLE | BIO | ABSTRACT | CODE | LINK | WITHWHOM"
# "How many students are in his lab?"
_OF_GROUP = "HOWMANY (ROLE | PERSON) | (ROLE | PERSON) (IN | OF | AT | FROM) HESHE (SECTOR | PLACE)"
_IS_SOMEBODY = "^ NAME (FROM | AT | IN | OF | ON | WITH)* (ROLE | INST | SECTOR | COUNTRY | PERSON) BREAK? $"
_ASKS_FOR_TALKS = (
    "(WHICH | HOWMANY | LIST | ISTHERE | ALL | EACH | COUNT) (NUMBER | ALL | OF)* (THING | SORTED) "
    "| NAME (WITH | LIST)+ THING | ^ THING (BY | FROM | OF) | WHICH TITLE "
    "| WHICH (NAME | HESHE) (GIVEN | LIST) BREAK? $ | TITLED BREAK? $ | HOWOFTEN | TITLE ONLY BREAK? $"
)


def understand(
    question: str, tokens: Sequence[Token], vocabulary: Vocabulary, previous: Query | None, told: Told | None = None
) -> Query | None:
    """The query that a question asks for, narrowing or changing the previous one where it follows up on it.

    Args:
        question: As typed.
        tokens: The same as `tokens_of` tags it.
        vocabulary: What the collection holds.
        previous: The query before.
        told: What that found.
    """
    if len(tokens) > _LONGEST_QUESTION_TOKENS or all(token.tag == "BREAK" for token in tokens):
        return None
    reading = read(Reading(tokens, question, previous), vocabulary, previous)
    told = told or NOTHING
    if reading.joins_alternatives():
        return None
    if previous is not None and leans(reading, told):
        query = follow(previous, reading, told)
        # "Both", where nothing says of what, is not understood.
        vague = any(token.tag == "BOTH" for token in reading.left()) and not reading.asked("ADD | ALSO | ^ ORMORE")
        allowed = {"IT", "HOWABOUT", "GROUP", "OFWHICH"}
        # "Where is she from?", of the one person who was asked for.
        allowed |= (
            {"HESHE"}
            if one_person(previous) or (told.person and reading.asked(_OF_PERSON) and not reading.asked(_OF_GROUP))
            else set()
        )
        # "Newest first" is an order, "which was first?" is none that was read.
        allowed |= {"FIRST"} if {"sorted", "reversed", "superlative"} & reading.said else set()
        if query is None or vague:
            return None
        read_by_rules = len(reading.conditions)
        if _unread(reading, allowed):
            return None
        # "Is code linked for any?": the part that is named narrows, too.
        parts = (one for one in reading.conditions[read_by_rules:] if one not in query.conditions)
        return replace(query, conditions=(*query.conditions, *parts))
    if previous is None and reading.asked("^ ALSO") and not reading.conditions:
        # Something was asked before, and not understood.
        return None
    # "Talks that have a company on it": it is the talk.
    allowed = {"IT"} if reading.asked("(THING | PAGE | TITLE | TITLEREF | MENTION) ANY* IT | HOWOFTEN IT") else set()
    # "Jane Doe: what did she present?"
    allowed |= (
        {"HESHE"} if reading.asked("^ NAME ((?! NAME | THING) ANY)* WHICH HESHE (GIVEN | LIST) BREAK? $") else set()
    )
    if (
        reading.dropped
        or reading.shift_months
        or reading.day
        or reading.sought_in
        or reading.beyond
        or _unread(reading, allowed)
    ):
        return None
    fresh = _fresh(reading)
    if fresh is None and previous is not None and reading.asked("^ THING BREAK? $"):
        return follow(previous, reading, told)
    return fresh


def read(reading: Reading, vocabulary: Vocabulary, previous: Query | None) -> Reading:
    """Let all rules read, those that measure before those that filter, and names before sorts of places."""
    reading.apply(counting.NOTE_RULES)
    read_listed(reading, follows=previous is not None)
    for rules in (
        (*changing.RULES, *shifting.RULES) if previous is not None else (),
        counting.EARLY_RULES,
        comparing.RULES,
        ordering.RULES,
        placing.page_rules(vocabulary, previous.kind if previous else None),
        counting.RULES,
        signs.SIGN_RULES,
        wording.RULES,
        signs.ABSENCE_RULES,
        dating.RULES,
        recording.RULES,
        placing.RULES,
        () if "sector listed" in reading.said else placing.SECTOR_RULES,
        _LAST_RULES,
    ):
        reading.apply(rules)
    comparing.settle(reading)
    if reading.fields.get("kind") == "paper":
        # "Done by two people".
        alike = [replace(one, field="authors") if one.field == "speakers" else one for one in reading.conditions]
        reading.conditions = alike
    if "sector listed" in reading.said:
        reading.add("sector", [value for token in reading.left() if token.tag == "SECTOR" for value in token.values])
    if reading.find("HOWMANY | COUNT | HOWOFTEN") and not reading.find("HOWMANY (AUTHOR | COMMENT | CHAPTER)"):
        reading.fields["counted"] = True
    return reading


def _unread(reading: Reading, allowed: set[str]) -> bool:
    """Whether words are left that may be a topic, or a condition."""
    left = {token.tag for token in reading.left()} - _HARMLESS - allowed
    left -= _LISTED_BY.get(reading.fields.get("listed", "records"), frozenset())
    if left & (_VALUES | _SHOWN_PARTS):
        reading.said.add("value")
        left -= _VALUES | _SHOWN_PARTS
        for token in reading.left():
            if token.tag in _SHOWN_PARTS:
                reading.add("has", token.values)
    return bool(left)


def _fresh(reading: Reading) -> Query | None:
    """The query of a question that stands by itself; None where it asks for no list."""
    query = Query(conditions=tuple(reading.conditions), **reading.fields)
    fields = {one.field for one in query.conditions}
    counts = [one.field for one in query.conditions if one.field in ("authors", "comments", "chapters", "links")]
    if "reversed" in reading.said and query.order == "corpus" and counts:
        # "At least five comments, descending".
        query = replace(query, order=counts[0])
    arranged = bool({"sorted", "superlative"} & reading.said) or query.limit is not None
    if query.listed == "chapters" and any(query.on("speakers")):
        # Of a chapter no query counts them.
        return None
    if query.limit == 0 or not _names_a_list(reading, fields):
        return None
    asked_value = "value" in reading.said and not (query.listed == "people" and reading.asked("(EACH | ALL) PERSON"))
    if not fields and not arranged and (asked_value or not _wants_all(reading, query)):
        return None
    if (
        ("date" in fields or query.order == "date")
        and query.listed in ("people", "affiliations")
        and query.kind != "paper"
    ):
        # A year that is said of somebody is not the year of a talk.
        return None
    if (
        any(one.field == "person" and not one.negated for one in query.conditions)
        and fields <= _OF_PERSONS
        and not _wants_talks_of(reading, query)
    ):
        # "Is Jason Lee a professor?" is answered by whether he is listed.
        return replace(query, listed="people") if reading.asked(_IS_SOMEBODY) else None
    only_title = fields == {"title"} and not {"words", "value"} & reading.said
    return None if only_title and not _wants_more(reading, query) else query


def asks_what_is_said(tokens: Sequence[Token], query: Query) -> bool:
    """Whether a query only finds somebody, or a title, and the question wants more: "Tell me of Goel's talk"."""
    reading = Reading(tokens)
    fields = {one.field for one in query.conditions}
    if _wants_more(reading, query) or query.order != "corpus" or query.best:
        return False
    if fields and fields <= _OF_PERSONS and any(query.on("person")):
        return not _wants_talks_of(reading, query)
    return bool(fields) and fields <= _WORDS and not reading.asked(_SPEAKS_OF_WORDS)


def _names_a_list(reading: Reading, fields: Set[str]) -> bool:
    """Whether something is named that can be listed, or conditions alone say what is meant: "2023, with code"."""
    if {"noun", "words", "superlative"} & reading.said or fields & _TELLING or {"title"} < fields:
        return True
    if "person" in fields and (fields - _OF_PERSONS or reading.asked(_IS_SOMEBODY)):
        return True
    return bool(fields) and reading.asked("WHICH | LIST | ALL | ISTHERE | HOWMANY | ONLY | PUBLISHED")


def _wants_all(reading: Reading, query: Query) -> bool:
    """Whether a question without any condition wants the whole collection: "Which talks are there?"."""
    if query.listed == "records" and not _wants_more(reading, query) and not reading.asked("ALL | EACH | COUNT"):
        # "Can you help me find a talk?" asks for one, and will say which.
        return False
    everybody = query.listed == "people" and reading.asked("PERSON | WHO")
    everything = any(token.text.lower() == "everything" for token in reading.tokens)
    return everybody or everything or reading.asked("HOWMANY | LIST | ALL | COUNT | EACH | ISTHERE | WHICH | GROUP")


def _wants_talks_of(reading: Reading, query: Query) -> bool:
    """Whether a person's talks, or place, are asked for, not what the person says: "all talks by …", "who is …?"."""
    if query.listed == "people":
        return reading.asked("POSITION | FIRSTNAME | SURNAME | TITLED NAME")
    return _wants_more(reading, query) or reading.asked(_ASKS_FOR_TALKS)


def _wants_more(reading: Reading, query: Query) -> bool:
    """Whether the answer is a list, a number or a group, and not what one talk says."""
    listed = [token for token in reading.tokens if token.tag in ("TALK", "PAPER", "RECORD")]
    plural = any(token.text.lower().endswith(("s", "thing")) for token in listed)
    return query.listed != "records" or plural or query.counted


def _about(reading: Reading, found: Found) -> object:
    """Read "… and is about operators" where other conditions make the list; alone it asks for content."""
    if not {one.field for one in reading.conditions} - {"title", "person"}:
        return False
    reading.add("text", wording.phrases(reading, reading.part(found, "topic")))
    return True


def _only_there(reading: Reading, found: Found) -> None:
    reading.add("pages", ["1"])


_LAST_RULES: tuple[Rule, ...] = (
    ("ONLY THERE", _only_there),
    ("(AND | COMMA | BUT) ABOUT (topic: PLAIN{1,3})", _about),
)
