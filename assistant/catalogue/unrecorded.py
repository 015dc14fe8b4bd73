"""What people ask for and no source of ours records: said so, instead of "none".

Comes in: a question's tags, its query, and what the collection does record. Goes out: a sentence, or None when the
question is another.
"""

import re

from assistant.catalogue.query import Query
from assistant.catalogue.reading import Reading
from assistant.catalogue.tagger import Token
from assistant.catalogue.vocabulary import Vocabulary

_THING = "(THING | SORTED | TITLEREF | NAME | PERSON | THEM | IT | HESHE | WHO)"
_TALKS = ("TALK", "SORTED", "TITLEREF", "IT", "THEM", "NAME", "HESHE")
_PLACE = "where a talk was given"
_VENUE = "where a paper was published"
_LANGUAGE = "in which language a talk is"
_WHEN = "when a talk was given"
_AUTHORS = "who wrote a paper"
# "The talk on the Hessian", "the alignment tutorial": which talk is meant does not matter here.
_MEANT = (
    "(noun: TALK | PAPER | SORTED) (body: (ABOUT | ON | OF | TO | IN) PLAIN{1,5})",
    "(body: (UNKNOWN | COINED){1,4}) (noun: TALK | PAPER | SORTED)",
)
_TOPICS = frozenset("UNKNOWN COINED ABOUT SAYS MENTION QUOTE USE STARTS WORD".split())


def unrecorded(tokens: list[Token], vocabulary: Vocabulary, previous: Query | None) -> str | None:
    """One sentence on what is not recorded, or None."""
    reading = Reading(tokens)
    for pattern in _MEANT:
        found = reading.find(pattern)
        if found and not reading.part(found, "noun")[0].text.lower().endswith("s"):
            reading.take(found)
    topic = _named(reading, previous) or _asked(reading, vocabulary, previous)
    if topic is None or any(token.tag in _TOPICS for token in reading.left()):
        return None
    return sentence(topic, vocabulary)


def unrecorded_query(query: Query, vocabulary: Vocabulary) -> str | None:
    """One sentence where a query asks for dates of talks, or names of authors, that nobody recorded."""
    fields = {one.field for one in query.conditions}
    dated = "date" in fields or query.order == "date" or query.listed in ("years", "months")
    if query.kind == "talk" and dated and "talk" not in vocabulary.dated_kinds:
        return sentence(_WHEN, vocabulary)
    if query.kind == "paper" and ("person" in fields or query.listed == "people"):
        return sentence(_AUTHORS, vocabulary)
    return None


def _named(reading: Reading, previous: Query | None) -> str | None:
    """What no source records, asked of something, by its own name."""
    found = reading.find("UNRECORDED")
    if not found or reading.find("TITLE"):
        return None
    # "Can I download the slides?": the thing comes last.
    named = [token.values[0] for token in reading.left() if token.tag == "UNRECORDED"][-1]
    if previous is not None:
        return named
    only = {token.tag for token in reading.tokens} <= {"UNRECORDED", "SORT", "BY", "WHICH", "AND", "MOST", "LIST"}
    return named if only or reading.find(_THING) or reading.find("SORT BY") else None


def _asked(reading: Reading, vocabulary: Vocabulary, previous: Query | None) -> str | None:
    """What no source records, asked for with a question word."""
    tags = {token.tag for token in reading.tokens}
    papers = "PAPER" in tags and "TALK" not in tags
    before = previous is not None and previous.kind != "paper"
    talk = any(tag in tags for tag in ("TALK", "SORTED", "NAME", "TITLEREF")) or (
        before and bool({"THEM", "IT", "HESHE"} & tags)
    )
    talk = talk or (before and len(tags - {"AND", "BREAK", "WHERE", "WHEN", "GIVEN", "BUT"}) == 0)
    talk = talk and not papers and not (_is_paper(reading, vocabulary))
    if papers or _is_paper(reading, vocabulary) or (previous is not None and previous.kind == "paper"):
        authored = reading.find(
            "WHO (TITLED | OF | BY)* AUTHORED | AUTHORED BY? WHO | (WHO | WHICH | LIST | NAMED | WITH) (OF)? AUTHOR"
        )
        if authored and not reading.find("HOWMANY | NUMBER | SORT | MOST"):
            return _AUTHORS
        if reading.find("(PUBLISHED | GIVEN) (IN | AT | BY) (UNKNOWN | COINED | INST)") or reading.find(
            "WHERE (PAPER)* .* PUBLISHED".replace(".*", "")
        ):
            return _VENUE
    # "When did he hold it?" can only mean a talk.
    talk = talk or bool(reading.find("(WHEN | WHERE) (HESHE | NAME)* HELD"))
    if not talk:
        return None
    if (
        reading.find("WHERE")
        and not tags & {"FROM", "OCCUR", "PLACE", "WORD", "QUOTE", "WITH"}
        and (tags & {"GIVEN", "TALK", "HELD"})
    ):
        return _PLACE
    if reading.find("GIVEN (IN | AT) (UNKNOWN | COUNTRY | INST | CITY)") or reading.find("WHICH COUNTRY"):
        return _PLACE
    if reading.find("IN NATION (BREAK)? $ | NATION TALK"):
        return _LANGUAGE
    if "talk" not in vocabulary.dated_kinds and reading.find("WHEN | WHICH (YEARN | MONTHN | DAYN)"):
        return _WHEN
    return None


def _is_paper(reading: Reading, vocabulary: Vocabulary) -> bool:
    titles = [value for token in reading.tokens if token.tag == "TITLEREF" for value in token.values]
    return any(vocabulary.kind_of(title) == "paper" for title in titles)


def sentence(topic: str, vocabulary: Vocabulary) -> str:
    """What is said of a topic."""
    more = ""
    if topic == _WHEN:
        more = "No talk here has a date." + (" Papers have." if "paper" in vocabulary.dated_kinds else "")
    if topic == _AUTHORS:
        more = "For papers only the number of authors is recorded, or an organisation."
    says = (
        "the collection does not say"
        if re.match(r"how|where|when|who|what|in which|whether", topic)
        else "the collection holds no"
    )
    return f"This is not recorded: {says} {topic}. {more}".strip()
