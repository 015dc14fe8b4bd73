"""Rules for how many authors, comments, speakers, pages, chapters or records there must be, and for what is recorded.

Comes in: a reading. Goes out: the same with conditions on counts and on "has".
"""

from assistant.catalogue.query import CountField
from assistant.catalogue.reading import Found, Reading, Rule
from assistant.catalogue.values import Span

_UNITS: dict[str, CountField] = {
    "AUTHOR": "authors", "TEAM": "authors", "AUTHORED": "authors", "AUTHORCOUNT": "authors", "COMMENT": "comments",
    "COMMENTCOUNT": "comments", "PERSON": "speakers", "PAGE": "pages", "TWICE": "pages", "CHAPTER": "chapters",
    "LINK": "links",
    "TALK": "size", "PAPER": "size", "RECORD": "size", "TIMES": "size",
}  # fmt: skip
_NUM = "((number: NUMBER) | (single: SINGLE)+ | (several: SEVERAL))"
_COUNT = f"(cmp: CMP)* {_NUM} (behind: ORMORE | ORLESS)?"
_MANY = "(ORMORE | ORLESS)"


def span(cmp: str, number: int, behind: str = "") -> Span:
    """The range that "more than 3" or "3 or more" means."""
    ranges = {
        "MORE": Span(number + 1, None), "LESS": Span(None, number - 1), "UNDER": Span(None, number - 1),
        "ATLEAST": Span(number, None), "ORMORE": Span(number, None), "ATMOST": Span(None, number),
        "UPTO": Span(None, number), "ORLESS": Span(None, number),
    }  # fmt: skip
    return ranges.get(behind) or ranges.get(cmp) or Span(number, number)


def _counted(reading: Reading, found: Found) -> object:
    unit = reading.part(found, "unit")[0].tag
    if unit in ("TALK", "PAPER", "RECORD", "TIMES") and "grouped" not in reading.said:
        # "Which two papers …?": people say how many they expect.
        return not (reading.part(found, "cmp") or reading.part(found, "behind"))
    if reading.part(found, "several"):
        wanted = Span(2, None)
    else:
        number = 1 if reading.part(found, "single") else int(reading.values(found, "number")[0])
        wanted = span(
            _tag(reading, found, "cmp"), number, _tag(reading, found, "behind") or _tag(reading, found, "after")
        )
    reading.require(found, _UNITS[unit], [str(wanted)])
    return True


def _tag(reading: Reading, found: Found, group: str) -> str:
    tokens = reading.part(found, group)
    return tokens[0].tag if tokens else ""


def _range(reading: Reading, found: Found) -> object:
    unit = reading.part(found, "unit")[0].tag
    if unit in ("TALK", "PAPER", "RECORD", "TIMES") and "grouped" not in reading.said:
        return False
    low, high = sorted(int(value) for value in reading.values(found, "ends"))
    either = any(token.tag in ("OR", "COMMA") for token in reading.part(found, "ends"))
    values = [str(low), str(high)] if either else [str(Span(low, high))]
    reading.require(found, _UNITS[unit], values)
    return True


def _authored_alone(reading: Reading, found: Found) -> None:
    reading.require(found, "authors", ["1"])


def _several_times(reading: Reading, found: Found) -> None:
    reading.require(found, "size" if "grouped" in reading.said else "pages", ["2.."])


def _skip(reading: Reading, found: Found) -> None:
    """What only says how to count changes nothing: who speaks in a chapter is always counted."""


NUMBER_RULES: tuple[Rule, ...] = (
    ("(COMMA | BREAK | AND | BUT)* (COUNT)? INCLUDING ((?!BREAK )PLAIN | ANYPREP | WHO | THEM | ONLY | "
        "GIVEN | LIST | TALK | WITH)* "
        "CHAPTER (PERSON | ANYPREP | PLAIN | RECORD | TALK)*", _skip),
    ("COMMA? (BOTH | CHAPTER | YEARN | DAYN | UNKNOWN | PERSON | EDGE)* INCLUDED", _skip),
    ("NEG (WITH | ON | AUTHORED | BY)* (BETWEEN | FROM)? (ends: NUMBER (AND | TO | OR | COMMA) NUMBER) "
        "(unit: UNIT | THING | TIMES)", _range),
    (f"(unit: TEAM) (OF | WITH)* {_COUNT} PERSON", _counted),
    (f"NEG (WITH | ON | IN | AUTHORED | BY)* {_COUNT} (unit: AUTHORED) (BY PERSON)?", _counted),
    (f"NEG (WITH | IN | OF)* (unit: AUTHORED) BY {_COUNT} (PERSON | AUTHOR)? (after: {_MANY})?", _counted),
    ("NEG (unit: AUTHORED) BY? ONLY (BY? SINGLE? PERSON)?", _authored_alone),
    (f"NEG (WITH | ON | IN | OF | BY | AUTHORED | STARTS)* {_COUNT} (PAGE OF)? (unit: UNIT) (after: "
        f"{_MANY})?", _counted),
    (f"NEG (WITH | IN | OF | GIVEN)* {_COUNT} (unit: THING | TIMES) (after: {_MANY})?", _counted),
    (f"NEG (WITH | IN | OF)* (HOWMANY)? (unit: AUTHORCOUNT | COMMENTCOUNT | AUTHOR | COMMENT | TEAM) (OF | "
        f"AT | IN | WITH)? "
        f"{_COUNT}", _counted),
    ("NEG (GIVEN | ON | OCCUR | LIST)* (ATLEAST | ONLY)* (unit: TWICE) (ON PAGE)?", _several_times),
    ("NEG (SINGLE | ONLY) PAPER", _authored_alone),
)  # fmt: skip

_NEGATOR = "(NOT | NOT (THEM | THING) | WITHOUT | NOR | LINKTO | WITH | BOTH | GIVEN | IN | USE)"
_LEAD = "(WITH | WITHOUT | NOT | NOR | ONLY | USE | MENTION | LINKTO)"
_PARTS = "(parts: PART ((AND | OR | COMMA | NOR | BOTH)* WITH? PART)*)"


def _has(reading: Reading, found: Found) -> object:
    tokens, parts = reading.part(found, "parts"), reading.values(found, "parts")
    if parts == ["speaker"] and reading.fields.get("listed") == "people":
        return False
    reading.require(found, "has", parts, together=not any(token.tag == "OR" for token in tokens))
    negated = sum(token.tag in ("NOT", "WITHOUT") for token in reading.part(found, "no")) % 2
    if "year" in parts and negated:
        # "Without a year" is said of a date that has none.
        reading.add("has", ["date"])
    return True


def _lacks(reading: Reading, found: Found) -> None:
    parts = reading.values(found, "parts")
    reading.add("has", parts, negated=not reading.part(found, "not"))
    if parts == ["year"]:
        reading.add("has", ["date"])


def _linked(reading: Reading, found: Found) -> None:
    reading.require(found, "has", ["link"])


def _commented(reading: Reading, found: Found) -> None:
    reading.require(found, "has", ["comments"])


def _odd(reading: Reading, found: Found) -> object:
    if not any(token.tag in ("CHAPTER", "TIMES") for token in reading.part(found)):
        return False
    reading.require(found, "has", ["odd_time"])
    return True


def _other_link(reading: Reading, found: Found) -> None:
    reading.add("has", ["link"])
    reading.add("has", ["code"], negated=True)


def _no_year(reading: Reading, found: Found) -> None:
    reading.add("has", ["year"], negated=True)
    reading.add("has", ["date"])


PART_RULES: tuple[Rule, ...] = (
    ("WITH? LINK WHICH? NOT (TO | ON | BY)? CODE", _other_link),
    ("(WITH | ONLY)* (DAYN AND MONTHN | MONTHN AND DAYN) ((BUT | AND | COMMA)* (WITHOUT | NOT)+ YEARN)?", _no_year),
    ("(parts: HASNO)", _lacks),
    ("(not: NOT) (parts: HASNO)", _lacks),
    # "with a bio and chapters", "lacks a date", "no code", "neither a date nor an author count".
    (f"(no: {_NEGATOR}* {_LEAD}) (BOTH | ALL | GIVEN | ISTHERE | HOWMANY)* "
        f"(?! PERSON (FROM | AT | OF | IN | WHO | TITLED)) {_PARTS} (GIVEN | THERE)?", _has),
    # "whose abstract is missing", "date not given".
    (f"(?!PERSON) {_PARTS} (no: (NOT | WITHOUT)*) (GIVEN | OCCUR)", _has),
    (f"(?!PERSON) {_PARTS} (no: WITHOUT)", _has),
    ("(parts: PART) UNKNOWNSTATE", _lacks),
    ("(WITH)? UNKNOWNSTATE (parts: PART)", _lacks),
    ("ISTHERE (no: )(parts: CODE | BIO | ABSTRACT | CHAPTER | LINK | COMMENT | DATE | VIDEO) (TO | IN | ON "
        "| OF)?", _has),
    ("NEG (parts: COMMENTED)", _commented),
    (f"(_) (body: (AND | BUT | COMMA | OR)+ (no: (NOT | WITHOUT)*) {_PARTS})", _has),
    ("NEG (FROM | BY | OF) (parts: ORG)", _has),
    ("NEG LINKTO (RECORD | OTHER)?", _linked),
    ("NEG (parts: ODDTIME)", _has),
    ("NEG (CHAPTER | TIMES | WITH | DATE)* ODD (CHAPTER | TIMES)*", _odd),
    ("GOINGBY ONLY? (parts: FULLDATE) ONLY?", _has),
)  # fmt: skip
