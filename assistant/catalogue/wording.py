"""Rules for words that must stand in a title or a text, and for titles that are named.

Comes in: a reading. Goes out: the same with conditions on "title", "opening" and "text". A mention is exact; what talks
are about is left to retrieval.
"""

import re
from collections.abc import Callable
from itertools import groupby

from assistant.catalogue.marking import Token
from assistant.catalogue.query import WordField
from assistant.catalogue.reading import Found, Reading, Rule

_ITEM = "(QUOTE | INST | PLAIN ((OF | NUMBER)? PLAIN | NUMBER){0,4})"
_PHRASES = f"(words: {_ITEM} ((AND | OR | COMMA | NOR | ALSO)+ WORD? {_ITEM})*)"
_WORDS = f"WORD? {_PHRASES}"
# "… but not Y", of the same field.
_BARRED = f"((BUT | AND | COMMA)* NOT (MENTION | WITH)? WORD? (barred: {_ITEM}))?"
_COINED = f"WORD? (words: (QUOTE | COINED | NAME | INST) (PLAIN | NUMBER){{0,3}} ((AND | OR | COMMA)+ {_ITEM})*)"
# Words that cannot be a part or a kind.
_SURELY = "(QUOTE | (UNKNOWN | COINED){1,3})"
_NAMED_WORDS = f"WORD? (words: {_SURELY} ((AND | OR | COMMA)+ {_SURELY})*)"
_UNWANTED = f"(NOT | WITHOUT)+ (WITH | MENTION)* WORD? (barred: {_SURELY})"
_IN_TITLE = "IN (WHO | THEM | IT | EACH | ALL | THING | OF)* TITLE"
_SORT_OF_THING = re.compile(
    r"(?<=\w) (optimi[sz]ers?|methods?|datasets?|benchmarks?|algorithms?|models?)$", re.IGNORECASE
)
_JOINTS = ("AND", "OR", "COMMA", "NOR", "ALSO")


def _stands_in(field: WordField) -> Callable[[Reading, Found], object]:
    def act(reading: Reading, found: Found) -> None:
        tokens = reading.part(found, "words")
        # "X and Y" wants both, "X or Y" any.
        together = not any(token.tag == "OR" for token in tokens)
        reading.require(found, field, phrases(reading, tokens), together=together)
        if barred := reading.part(found, "barred"):
            reading.add(field, phrases(reading, barred), negated=True)
        reading.said.add("words")

    return act


def phrases(reading: Reading, tokens: list[Token]) -> list[str]:
    """The words to look for, as typed: of each run between joints."""
    runs = [list(run) for joint, run in groupby(tokens, lambda token: token.tag in _JOINTS) if not joint]
    return [_phrase(reading, run) for run in runs]


def _phrase(reading: Reading, run: list[Token]) -> str:
    if run[0].tag == "QUOTE":
        return run[0].values[0]
    typed = reading.question[run[0].start : run[-1].end]
    return _SORT_OF_THING.sub("", typed) if run[0].text[0].isupper() else typed


def _part_says(reading: Reading, found: Found) -> None:
    reading.add("has", reading.values(found, "parts"))
    (_BIO if reading.part(found, "parts")[0].tag == "BIO" else _ABSTRACT)(reading, found)
    if reading.fields.get("listed") != "people":
        reading.said.add("noun")


def _links_to(reading: Reading, found: Found) -> None:
    reading.require(found, "link", [words.replace(" ", "") for words in phrases(reading, reading.part(found, "words"))])
    reading.said.add("words")


def _titled(reading: Reading, found: Found) -> object:
    if _beside_another(reading, found):
        return False
    titles = reading.values(found, "titles")
    reading.require(found, "title", titles)
    reading.said.add("title")
    return True


def _beside_another(reading: Reading, found: Found) -> bool:
    """Whether papers are asked for that go with a talk, or talks with a paper: a matter of what they are about."""
    first = reading.part(found)[0].start
    things = [token for token in reading.tokens if token.tag in ("TALK", "PAPER") and token.start < first]
    return len(things) > 1 and things[0].tag != things[-1].tag and things[0].text.lower().endswith("s")


def _sorted(reading: Reading, found: Found) -> None:
    reading.require(found, "title", reading.values(found, "sort"))
    reading.said.update(("noun", "words"))


_TITLE = _stands_in("title")
_ABSTRACT = _stands_in("abstract")
_BIO = _stands_in("bio")
_TEXT = _stands_in("text")
_OPENING = _stands_in("opening")
_CHAPTER = _stands_in("chapter")

RULES: tuple[Rule, ...] = (
    (f"CHAPTER (WHO | WHICH)* TITLE? WHICH? (no: (NOT | WITHOUT)*) "
        f"(TITLE | WITH | MENTION | USE | TITLED | OCCUR | ABOUT | ON)+ (?! CHAPTERREF) {_WORDS}", _CHAPTER),
    (f"NEG (WITH | MENTION | WHERE)? {_WORDS} OCCUR? "
        "IN (TITLE | ABSTRACT) (OR | AND) IN? (TITLE | ABSTRACT | BIO)", _TEXT),
    (f"(WHICH | HOWMANY) (THING | OF | ALL)* (body: TITLE NEG {_WORDS} (OCCUR | GIVEN))", _TITLE),
    # "with X but without Y in the title", "without Y but with X in the title".
    (f"(WITH | MENTION)+ {_NAMED_WORDS} (BUT | AND | COMMA)* {_UNWANTED} OCCUR? {_IN_TITLE}", _TITLE),
    (f"TITLE {_UNWANTED} (BUT | AND | COMMA)* (WITH | MENTION)+ {_NAMED_WORDS}", _TITLE),
    # "with X in the title", "in whose title X stands".
    (f"NEG (WITH | MENTION)? {_WORDS} (OCCUR | BOTH)* IN (WHO | THEM | IT | EACH | ALL | THING | OF)* TITLE {_BARRED}",
        _TITLE),
    # "titles that begin with X", "whose title does not mention X".
    (f"TITLE WHICH? NEG STARTS {_WORDS}", _OPENING),
    ("NEG (TITLE | TITLED)? STARTS WORD? (words: QUOTE (JOIN QUOTE)*)", _OPENING),
    ("(TITLE | TITLED (?=WITH)) (WHICH | THEM)* (no: (NOT | WITHOUT)*) "
        f"(WITH | MENTION | USE | SAYS | OCCUR | ALL | BOTH | ABOUT)+ {_WORDS} {_BARRED}", _TITLE),
    (f"TITLE (no: WITHOUT | NOT) (WITH | MENTION)* {_WORDS}", _TITLE),
    # "Find X in the abstracts".
    (f"NEG (MENTION | LIST | ISTHERE | WHERE | WITH | SAYS | USE | ABOUT | THING | WORD)* (?! ALL | EACH | THEM) "
        f"{_WORDS} OCCUR? "
        "IN (WHO | THEM | EACH | ALL | THING | OF | PERSON)* (parts: ABSTRACT | BIO)", _part_says),
    # "abstracts that mention X": of records that have one.
    (f"(parts: ABSTRACT | BIO) WHICH? NEG (MENTION | WITH WORD | WITH (?=QUOTE)) {_WORDS}", _part_says),
    (f"IN (WHICH | HOWMANY) (THING | PERSON | OF | ALL)* (parts: ABSTRACT | BIO) NEG {_WORDS} OCCUR", _part_says),
    # "that mention X"; "with the word X"; "that use X" only for a name: "use induction" asks for content.
    (f"NEG (IN (ABSTRACT | TALK | PAPER))? MENTION BOTH? (?!DATE | AUTHORCOUNT | ORG | COMMENT) {_WORDS} "
        f"(IN (ABSTRACT | BIO | TALK | PAPER | THEM))? {_BARRED}", _TEXT),
    (f"WHERE {_COINED} OCCUR", _TEXT),
    (f"THING (body: (WHERE | IN WHO) {_WORDS} OCCUR (IN (TITLE | OR | AND | ABSTRACT | THEM)+)?)", _TEXT),
    (f"^ {_WORDS} (COMMA | BREAK)? IN? WHICH THING MENTION (IT | THEM)", _TEXT),
    (f"NEG USE {_COINED}", _TEXT),
    ("OF THEM (body: SAYS (words: COINED)) ALSO? BREAK? $", _TEXT),
    ("(words: COINED | UNKNOWN) LINK", _links_to),
    # Titles by name, and the sort of talk that titles name.
    ("NEG (THEM (ABOUT | ON | OF))? TITLED? (titles: TITLEREF (JOIN TITLEREF)*)", _titled),
    ("NEG (sort: SORTED) TALK?", _sorted),
)  # fmt: skip
