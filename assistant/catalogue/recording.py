"""Rules for what must be recorded, or missing: a biography, code, a date, chapters.

Comes in: a reading. Goes out: the same with conditions on "has".
"""

from assistant.catalogue.reading import Found, Reading, Rule

_NEGATOR = "(NOT | NOT (THEM | THING) | WITHOUT | NOR | LINKTO | WITH | BOTH | GIVEN | IN | USE)"
_LEAD = "(WITH | SHARE | WITHOUT | NOT | NOR | ONLY | USE | MENTION | LINKTO)"
_THERE = "CODE | BIO | ABSTRACT | CHAPTER | LINK | COMMENT | DATE | VIDEO"
_COUNTED_PARTS = {"chapters": "chapters", "links": "link", "comments": "comments", "authors": "authors"}
_PARTS = "(parts: PART ((AND | OR | COMMA | NOR | BOTH)* WITH? PART)*)"


def _has(reading: Reading, found: Found) -> object:
    tokens, parts = reading.part(found, "parts"), reading.values(found, "parts")
    if parts == ["speaker"] and reading.fields.get("listed") == "people":
        return False
    if {"AND", "OR"} <= {token.tag for token in tokens}:
        # "Comments and code or links" can be read in two ways.
        reading.said.add("mixed")
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


def _dated(reading: Reading, found: Found) -> None:
    reading.add("has", ["date"])


def _commented(reading: Reading, found: Found) -> None:
    reading.require(found, "has", ["comments"])


def _has_any(reading: Reading, found: Found) -> object:
    """Read "the fewest chapters among those that have any"."""
    order = reading.fields.get("order")
    if "best" not in reading.fields or order not in _COUNTED_PARTS:
        return False
    reading.add("has", [_COUNTED_PARTS[order]])
    return True


def _full_date(reading: Reading, found: Found) -> None:
    negated = any(token.tag in ("NOT", "WITHOUT") for token in reading.part(found))
    reading.add("has", ["full_date"], negated=negated)


RULES: tuple[Rule, ...] = (
    # "A day and a month, but no year": of dates that are given.
    ("(WITH | IN | ONLY)* (body: (DAYN | MONTHN) ((AND | OR | COMMA)* (DAYN | MONTHN))*) (IN | OF | THEM | DATE)* "
        "(?= (AND | BUT | COMMA | WITH)* (NOT | WITHOUT) ALL? YEARN)", _dated),
    # "Whose date leaves out the year", "not those whose date has no year".
    ("(no: (NOT | WITHOUT)? (THEM | THING | ALL | WITH | IN)* WHO? DATE (NOT | WITHOUT | WITH | GIVEN)+) "
        "(parts: YEARN) GIVEN?", _has),
    ("NEG WITH? (parts: FULLDATE) ONLY", _has),
    # "The date is fully given".
    ("(WITH | NOT)* (DATE | PUBLISHED) (GIVEN | WITH | NOT)* FULLGIVEN", _full_date),
    ("(AND | COMMA | BUT | OF | FROM | IN)* (THEM | THING | ONLY | WHICH)* WITH (?= BREAK | $)", _has_any),
    ("WITH? LINK COMMA? (NOT ONLY | TO | ON)* CODE (OR | AND)+ (RECORD | OTHER | LINK)+", _linked),
    ("(not: NOT | WITHOUT) ALL? (parts: HASNO)", _lacks),
    ("(parts: HASNO)", _lacks),
    # "with a bio and chapters", "lacks a date", "no code", "neither a date nor an author count".
    (f"(no: {_NEGATOR}* {_LEAD}) (BOTH | ALL | GIVEN | ISTHERE | HOWMANY)* "
        f"(?! PERSON (FROM | AT | OF | IN | WHO | TITLED)) {_PARTS} (GIVEN | THERE)?", _has),
    # "whose abstract is missing", "date not given".
    (f"(?!PERSON) {_PARTS} (OF (PERSON | THING))? (no: (NOT | WITHOUT)*) (GIVEN | OCCUR)", _has),
    (f"(?!PERSON) {_PARTS} (no: WITHOUT)", _has),
    (f"ISTHERE (no: )(parts: {_THERE}) (TO | IN | ON | OF)?", _has),
    ("NEG (parts: COMMENTED)", _commented),
    ("NEG (FROM | BY | OF | TO) (parts: ORG)", _has),
    ("NEG LINKTO (RECORD | OTHER)?", _linked),
)  # fmt: skip
