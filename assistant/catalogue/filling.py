"""Rules for what only joins the parts of a question: verbs that nobody lists, and words that point back inside it.

Comes in: a reading. Goes out: the same with such words read.
"""

from assistant.catalogue.reading import Found, Reading, Rule

_SUBJECT = "(TALK | PAPER | RECORD | PERSON | WHO | WHICH | PLACE | SECTOR | ORG | PAGE | YEARN | MONTHN | THEM | INST)"
_MEASURE = "(MOST | FEWEST | CMP NUMBER | (NUMBER | SEVERAL) (AUTHOR | COMMENT | LINK | CHAPTER))"
_SHOWN = "(PERSON | PLACE | SECTOR | DATE | YEARN | TITLE | POSITION | AUTHORCOUNT | COMMENTCOUNT | PAGE | ORG | TALK)"


def _joins(reading: Reading, found: Found) -> object:
    """Read the verb of "which page racks up most talks": between what is listed and a measure stands no topic."""
    return reading.part(found, "body")[0].text.islower()


def _told_beside(reading: Reading, found: Found) -> object:
    """Read "… with their affiliations": told beside each, whatever is listed."""
    return reading.part(found, "owner")[0].text.lower() in ("its", "their", "his", "her")


def _how(reading: Reading, found: Found) -> object:
    return reading.part(found)[0].text.lower() == "how"


def _one_of(reading: Reading, found: Found) -> object:
    return reading.part(found)[0].text.lower() == "one"


def _points_back(reading: Reading, found: Found) -> None:
    """Read "Harvard: any paper with this organisation?"."""


RULES: tuple[Rule, ...] = (
    # "Jason Lee: all his talks".
    ("^ NAME (BREAK | COMMA) (LIST | ALL | EACH | WHICH | HOWMANY | OF)* (body: HESHE) (?= THING)", _points_back),
    (f"{_SUBJECT} (body: UNKNOWN) (?= {_MEASURE} | (ON | UNDER) (BOTH | ALL | EACH)* (PAGE | PAGENAME))", _joins),
    ("INST ANY* (body: (AT | FROM | IN) (NUMBER | SINGLE | THEM | ALL)? OF IT (?= BREAK | COMMA | $ | AND | BUT))",
     _points_back),
    # "… in the title; those exact words".
    ("QUOTE ANY* (THEM | IT | EXACTLY)+ (body: WORD) (?= BREAK | COMMA | $)", _points_back),
    # "Produce a list of …", "How are the papers distributed over …?"
    ("^ (body: UNKNOWN) (?= LIST | ALL | EACH | HOWMANY | NUMBER THING)", _points_back),
    ("(body: SAYS) (WITH)? THING+ (GROUP | _\\s)", _how),
    ("TEAM (body: AUTHORED) (BREAK | AND | COMMA | $)", _points_back),
    ("(HOWMANY | TITLE | MENTION | WITH | QUOTE ANY*) (body: IN? IT) (ALL TALK | ALL PAPER | BREAK | COMMA | $)",
     _points_back),
    # "I care about 2020 and 2022. Papers from those two years?"
    ("(TIME | INST | PAGENAME) ANY* BREAK ANY* "
     "(body: ANYPREP? (THEM | SAME) NUMBER? (YEARN | MONTHN | PAGE | PLACE | SECTOR))", _points_back),
    ("(body: UNDER) (?= WHICH THING)", _points_back),
    ("OUTSIDE (?= THING | PERSON)", _points_back),
    (f"(WITH | AND | COMMA) (owner: IT | THEM | WHO) {_SHOWN} ((AND | COMMA | WITH)+ (IT | THEM)? {_SHOWN})*",
     _told_beside),
    ("(body: NUMBER OF) (?= THING)", _one_of),
    ("^ (INST | NAME | PAGENAME | TIME | QUOTE) (BREAK | COMMA) ANY* "
     "(body: (WITH | ANYPREP) IT (ORG | PLACE | PAGE | PERSON | YEARN | MONTHN | DATE))", _points_back),
    # "Only where 2026 is written": said again. What is written is given.
    ("ONLY? (WHERE | WHEN | IN WHICH) (?=TIME)", _points_back),
    ("(TIME | DAYN | MONTHN | YEARN | DATE | FULLDATE | COMMENT | CODE | LINK) (body: AUTHORED) "
     "(?! BY | ONLY | NUMBER)", _points_back),
)  # fmt: skip
