"""Rules for how many authors, comments, speakers, pages, chapters, links or records there must be.

Comes in: a reading. Goes out: the same with conditions on counts.
"""

from assistant.catalogue.query import CountField
from assistant.catalogue.reading import Found, Reading, Rule
from assistant.catalogue.values import Span

_UNITS: dict[str, CountField] = {
    "AUTHOR": "authors", "TEAM": "authors", "AUTHORED": "authors", "AUTHORCOUNT": "authors", "COMMENT": "comments",
    "COMMENTCOUNT": "comments", "COMMENTED": "comments",
    "PERSON": "speakers", "PAGE": "pages", "TWICE": "pages", "CHAPTER": "chapters",
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


def _summed(reading: Reading, found: Found) -> object:
    """Read "how many authors in total", "the average number of comments": of all papers together."""
    said = reading.part(found, "sum")
    if (said and said[0].tag == "SAYS" and said[0].text.lower() != "mean") or reading.asked("TITLEREF"):
        return False
    reading.fields["summed"] = _UNITS[reading.part(found, "unit")[0].tag]
    if reading.fields.get("listed") not in (None, "records") or "kind" not in reading.fields:
        reading.fields.update(listed="records", kind="paper")
    reading.said.update(("noun", "superlative"))
    return True


def _summed_of_all(reading: Reading, found: Found) -> object:
    """Read "total number of authors over all 2025 papers"."""
    total = reading.part(found)[0].text.lower().startswith("total")
    return _summed(reading, found) if total else False


def _of_sum(reading: Reading, found: Found) -> object:
    return "summed" in reading.fields


def _solo(reading: Reading, found: Found) -> object:
    """Read "solo papers"; "a single paper" says how many are expected."""
    solo = any(token.text.lower().startswith(("solo", "lone")) for token in reading.part(found))
    if solo or reading.part(found)[-1].text.lower().endswith("s"):
        _authored_alone(reading, found)
        return True
    return False


def _once(reading: Reading, found: Found) -> None:
    reading.require(found, "size" if "grouped" in reading.said else "pages", ["1"])


def _commented_so_often(reading: Reading, found: Found) -> None:
    """Read "commented exactly once", "commented on at least twice"."""
    often = reading.part(found, "often")[0]
    number = 1 if often.tag == "ONCE" else 2
    plain = often.tag == "ONCE" or often.text.lower() in ("twice", "two times")
    cmp = _tag(reading, found, "cmp") if plain else "ATLEAST"
    reading.require(found, "comments", [str(span(cmp, number, _tag(reading, found, "behind")))])


def _several_times(reading: Reading, found: Found) -> None:
    reading.require(found, "size" if "grouped" in reading.said else "pages", ["2.."])


def _skip(reading: Reading, found: Found) -> None:
    """What only says how to count changes nothing: who speaks in a chapter is always counted."""


def _than(reading: Reading, found: Found) -> None:
    """Read "more authors than five"."""
    more = reading.part(found, "way")[0].tag == "MOST"
    wanted = span("MORE" if more else "LESS", int(reading.values(found, "number")[0]))
    reading.require(found, _UNITS[reading.part(found, "unit")[0].tag], [str(wanted)])


def _bounded(reading: Reading, found: Found) -> None:
    """Read "over four authors and under eight"."""
    field = _UNITS[reading.part(found, "unit")[0].tag]
    for cmp, number in (("cmp", "number"), ("cmp2", "number2")):
        wanted = span(reading.part(found, cmp)[0].tag, int(reading.values(found, number)[0]))
        reading.require(found, field, [str(wanted)])


_INCLUDED = "(COMMA | BREAK | AND | BUT)* COUNT? INCLUDING"
_SAID_OF_THEM = "((?! BREAK) PLAIN | ANYPREP | WHO | THEM | ONLY | GIVEN | LIST | TALK | WITH)*"
_KINDS_OF_COUNT = "AUTHORCOUNT | COMMENTCOUNT | AUTHOR | COMMENT | TEAM"
_SUMMED = "AUTHOR | AUTHORCOUNT | TEAM | COMMENT | COMMENTCOUNT"
_BEFORE_UNIT = "(WITH | ON | IN | OF | BY | AUTHORED | STARTS)*"

# Before anything else: "also count those who speak in a chapter" asks for nothing.
NOTE_RULES: tuple[Rule, ...] = (
    (f"(COMMA | BREAK | AND | BUT)* COUNT (TITLED | {_SAID_OF_THEM[1:-2]})* CHAPTER PERSON? ALSO", _skip),
    # "The chapter speakers too", "with chapters considered".
    (
        "(COMMA | BREAK | AND | BUT)+ (INCLUDING | WITH | COUNT)? ((?! BREAK) PERSON | WHO | THEM)* IN? "
        "CHAPTER (PERSON ALSO | PERSON? INCLUDED | PERSON? (?= AND WHO))",
        _skip,
    ),
    (f"(COMMA | BREAK) GOINGBY (?! ONLY) {_SAID_OF_THEM} CHAPTER (PERSON | ANYPREP | PLAIN | RECORD | TALK)*", _skip),
    (f"{_INCLUDED} {_SAID_OF_THEM} CHAPTER (PERSON | ANYPREP | PLAIN | RECORD | TALK)*", _skip),
)
# Before the order is read: "more authors than five" has no most.
EARLY_RULES: tuple[Rule, ...] = (
    (f"(sum: SUMMED | AVERAGE | SAYS) (HOWMANY | ALL | OF)* (unit: {_SUMMED} | COMMENTED)", _summed),
    (f"(body: HOWMANY (unit: {_SUMMED})) (?= ((?! TITLEREF | NAME | BREAK) ANY)* "
        "(COUNT | SUMMED | AVERAGE))", _summed),
    (f"(body: HOWMANY (unit: {_SUMMED})) (?= (IN | OF | FROM | ON | BY) "
        "((?! TITLEREF | NAME | BREAK) ANY)* (COUNT | THING))",
        _summed_of_all),
    ("COUNT | SUMMED | AVERAGE", _of_sum),
    ("NEG WITH? (way: MOST | FEWEST) (unit: UNIT) (number: NUMBER)", _than),
    (f"{_BEFORE_UNIT} (cmp: CMP) (number: NUMBER) (unit: UNIT) (AND | BUT | COMMA)+ WITH? (cmp2: CMP) "
        "(number2: NUMBER) (?! UNIT | THING | TIME)", _bounded),
)  # fmt: skip
RULES: tuple[Rule, ...] = (
    ("COMMA? (BOTH | CHAPTER | YEARN | DAYN | UNKNOWN | PERSON | EDGE)* INCLUDED", _skip),
    # "between two and four authors", "two or three comments".
    ("NEG (WITH | ON | AUTHORED | BY)* (BETWEEN | FROM)? (ends: NUMBER (AND | TO | OR | COMMA) NUMBER) "
        "(unit: UNIT | THING | TIMES)", _range),
    (f"NEG (WITH | IN | OF)* (unit: AUTHORED) BY {_COUNT} (PERSON | AUTHOR)? (after: {_MANY})?", _counted),
    # "which two people wrote", "that more than five researchers signed".
    (f"THING (body: (WHICH | WHO | THEM)* NEG {_COUNT} (PERSON | AUTHOR | WHO) WITH? (unit: AUTHORED))", _counted),
    ("NEG SINGLE PAPER", _solo),
    (f"NEG (WITH | PERSON | WHO)* (COMMENTED | COMMENT ON?) ON? (cmp: CMP)* (often: ONCE | TWICE) (behind: {_MANY})?",
        _commented_so_often),
    (f"NEG (WITH | PERSON | WHO)* (unit: COMMENTED) ON? {_COUNT} TIMES (after: {_MANY})?", _counted),
    (f"NEG {_BEFORE_UNIT} {_COUNT} (PAGE OF)? (unit: UNIT) (after: {_MANY})?", _counted),
    (f"NEG (WITH | IN | OF | GIVEN)* {_COUNT} (unit: THING | TIMES) (after: {_MANY})?", _counted),
    # "team sizes between three and five".
    (f"NEG (WITH | IN | OF)* (unit: {_KINDS_OF_COUNT}) (BETWEEN | FROM | OF)+ "
        "(ends: NUMBER (AND | TO | OR | COMMA) NUMBER)", _range),
    # "an author count of 3", "teams of more than five".
    (f"NEG (WITH | IN | OF)* HOWMANY? (unit: {_KINDS_OF_COUNT}) (OF | AT | IN | WITH)? {_COUNT}", _counted),
    ("NEG (GIVEN | ON | OCCUR | LIST)* (ATLEAST | ONLY)* (unit: TWICE) (ON PAGE)?", _several_times),
    ("NEG (GIVEN | ON | OCCUR | LIST | TALK)* (ONLY | EXACTLY)* (unit: ONCE)", _once),
)  # fmt: skip
