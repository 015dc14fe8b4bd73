"""What people ask for and no source of ours records: said so, instead of "none".

Comes in: a question's tags, its query, and what the collection does record. Goes out: a sentence, or None when the
question is another.
"""

import re
from collections.abc import Iterable

from assistant.catalogue.marking import Token
from assistant.catalogue.query import Query
from assistant.catalogue.reading import Reading
from assistant.catalogue.vocabulary import Vocabulary
from ingest.records import Record

_THING = "TALK | PAPER | RECORD | SORTED | TITLEREF | NAME | PERSON | THEM | IT | HESHE | WHO"
_PLACE = "where a talk was given"
_VENUE = "where a paper was published"
_LANGUAGE = "in which language a talk is"
_WHEN = "when a talk was given"
_LENGTH = "how long a talk lasts"
_CITED = "citation counts"
_PAPER_LENGTH = "how many words or pages a text has"
_AUTHORS = "who wrote a paper"
# Asked with words that the records do know, so that only together they show what is meant.
_OF_PAPERS: tuple[tuple[str, str], ...] = (
    (
        _AUTHORS,
        "(WHO | WHICH AUTHOR) (TITLED | OF | BY)* AUTHORED | NAME (THING | AND)* AUTHORED | THING AUTHORED BY? WHO",
    ),
    (
        _AUTHORS,
        "(?! HOWMANY) ((WHO | WHICH | NAMED) (ALL | OF | NUMBER)* | LIST (ALL | OF | EACH | THEM | IT)*) "
        "(FIRST | LAST)? AUTHOR (?! OF? NUMBER | FIRST)",
    ),
    (_AUTHORS, "NAMED OF (NUMBER | ALL)* (AUTHOR | PERSON WHO AUTHORED)"),
    (
        _VENUE,
        "(PUBLISHED | GIVEN) (IN | AT | BY) (UNKNOWN | COINED | INST) "
        "| WHERE (PAPER | EACH | THEM | IT)* TITLEREF? (PUBLISHED | OCCUR)",
    ),
    (_CITED, "HOWOFTEN ANY* OCCUR"),
    (
        _PAPER_LENGTH,
        "HOWMANY PAGE (THEM | IT | THING | TITLEREF | EACH)* WITH BREAK? $ | HOWMANY PAGE (WITH | IT)* TITLEREF",
    ),
)
_OF_TALKS: tuple[tuple[str, str], ...] = (
    (_PLACE, "(?<!TALK )WHERE ((?! FROM | OCCUR | PLACE | WORD | QUOTE | WITH) ANY)* (GIVEN | TALK | HELD)"),
    (_PLACE, "GIVEN (IN | AT) (UNKNOWN | COUNTRY | INST | CITY) | WHICH COUNTRY"),
    (_LANGUAGE, "IN NATION BREAK? $ | NATION TALK"),
    (_LENGTH, "(LONGEST | SHORTEST) TALK | TALK (LONGEST | SHORTEST) | (LONGEST | SHORTEST) (OF THEM)? BREAK? $"),
)
_AUTHORS_COUNTED = "HOWMANY ANY* (AUTHOR | TEAM | AUTHORED) | AUTHORCOUNT | LARGEST TEAM"
_WHEN_ASKED = "(?<!SINCE )WHEN | WHICH (YEARN | MONTHN | DAYN)"
# "The talk on the Hessian", "the alignment tutorial": which talk is meant does not matter here.
_MEANT = (
    "(noun: TALK | PAPER | SORTED) (body: (ABOUT | ON | OF | TO | IN) PLAIN{1,5})",
    "(body: (UNKNOWN | COINED){1,4}) (noun: TALK | PAPER | SORTED)",
    "WHICH (body: UNKNOWN) (?= UNRECORDED (THEM | IT))",
)
# What is known of speakers, and asked of a paper's authors.
_OF_AUTHORS = frozenset(("affiliation", "sector", "country", "abroad", "role"))
_NAMING = ("TITLEREF", "NAME")
_TOPICS = frozenset("UNKNOWN COINED ABOUT SAYS MENTION QUOTE USE STARTS WORD".split())
# Words beside which a name of what is not recorded is a question by itself: "Are there transcripts?"
_BESIDE = frozenset("UNRECORDED SORT BY WHICH AND MOST LIST ISTHERE HOWMANY BREAK ALL WITH GIVEN".split())


def unrecorded(tokens: list[Token], vocabulary: Vocabulary, previous: Query | None) -> str | None:
    """One sentence on what is not recorded, or None."""
    reading = Reading(tokens)
    for pattern in _MEANT:
        found = reading.find(pattern)
        nouns = reading.part(found, "noun") if found else []
        if found and not any(noun.tag != "SORTED" and noun.text.lower().endswith("s") for noun in nouns):
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
    of_authors = fields & _OF_AUTHORS or query.listed in ("people", "affiliations")
    named = vocabulary.titled(query.wanted("title")) if of_authors else []
    if named and all(record.kind == "paper" and not record.organisation for record in named):
        return sentence(_AUTHORS, vocabulary)
    return None


def unrecorded_value(tokens: list[Token], query: Query, record: Record) -> str | None:
    """One sentence where one paper is asked for a number or a date that its record does not give."""
    if record.kind != "paper" or {one.field for one in query.conditions} != {"title"}:
        return None
    reading = Reading(tokens)
    if record.author_count is None and reading.asked(_AUTHORS_COUNTED):
        return f"This is not recorded: the collection does not say how many authors “{record.title}” has."
    if record.date is None and reading.asked(f"{_WHEN_ASKED} | DATE"):
        return f"This is not recorded: the collection gives no date for “{record.title}”."
    return None


def _named(reading: Reading, previous: Query | None) -> str | None:
    """What no source records, asked of something, by its own name."""
    # "Can I download the slides?": the thing comes last.
    named = [token.values[0] for token in reading.left() if token.tag == "UNRECORDED"][-1:]
    if not named or reading.asked("TITLE"):
        return None
    alone = {token.tag for token in reading.tokens} <= _BESIDE
    return named[0] if alone or previous or reading.asked(f"{_THING} | SORT BY") else None


def _asked(reading: Reading, vocabulary: Vocabulary, previous: Query | None) -> str | None:
    """What no source records, asked of a paper or a talk with words that have other uses."""
    of_paper = reading.asked("PAPER") and not reading.asked("TALK")
    before = (
        previous.kind
        if previous and reading.asked(f"THEM | IT | HESHE | EACH | {_WHEN_ASKED} | WHERE | WHO | LONGEST | SHORTEST")
        else None
    )
    if of_paper or _names_paper(reading, vocabulary) or before == "paper":
        return _topic(reading, _OF_PAPERS)
    of_talk = previous is not None and before is not None
    # "When did he hold it?" can only mean a talk.
    if not of_talk and not reading.asked("TALK | SORTED | NAME | TITLEREF | (WHEN | WHERE) HESHE* HELD"):
        return None
    undated = "talk" not in vocabulary.dated_kinds and reading.find(_WHEN_ASKED)
    return _topic(reading, _OF_TALKS) or (_WHEN if undated and not _in_parts(reading, vocabulary) else None)


def _topic(reading: Reading, patterns: Iterable[tuple[str, str]]) -> str | None:
    return next((topic for topic, pattern in patterns if reading.find(pattern)), None)


def _in_parts(reading: Reading, vocabulary: Vocabulary) -> bool:
    """Whether somebody, or a recording, is named of which chapters tell when it comes."""
    named = {tag: [one for token in reading.tokens if token.tag == tag for one in token.values] for tag in _NAMING}
    records = (*vocabulary.titled(named["TITLEREF"]), *vocabulary.talks_of(named["NAME"]))
    return any(record.kind == "talk" and record.chapters for record in records)


def _names_paper(reading: Reading, vocabulary: Vocabulary) -> bool:
    titles = [value for token in reading.tokens if token.tag == "TITLEREF" for value in token.values]
    return any(vocabulary.kind_of(title) == "paper" for title in titles)


def sentence(topic: str, vocabulary: Vocabulary) -> str:
    """What is said of a topic."""
    says = "does not say" if re.match(r"how|where|when|who|what|in which|whether", topic) else "holds no"
    more = ""
    if topic == _WHEN:
        more = " No talk here has a date." + (" Papers have." if "paper" in vocabulary.dated_kinds else "")
    elif topic == _AUTHORS:
        more = " For papers only the number of authors is recorded, or an organisation."
    return f"This is not recorded: the collection {says} {topic}.{more}"
