"""Rules for marks in titles, and for words that stand in one part of a record and not in another.

Comes in: a reading. Goes out: the same with conditions on "sign", and on what must not hold the words asked for before.
"""

from assistant.catalogue.query import Field
from assistant.catalogue.reading import Found, Reading, Rule

# Name → the mark; "digit" stands for any.
_SIGNS = {
    "question mark": "?", "exclamation mark": "!", "colon": ":", "semicolon": ";", "hyphen": "-", "digit": "digit",
    "number": "digit", "numeral": "digit", "figure": "digit", "pose a question": "?", "a question": "?",
    "phrased as a question": "?", "phrased as question": "?", "ask a question": "?", "asks a question": "?",
    "worded as a question": "?", "framed as a question": "?", "in question form": "?", "is a question": "?",
    "are questions": "?", "put as a question": "?", "poses a question": "?", "posing a question": "?",
    "form of a question": "?", "formulated as a question": "?", "formulated as question": "?",
    "parenthesis": "(", "parentheses": "(", "parenthese": "(", "bracket": "(",
}  # fmt: skip
_WORDED = ("text", "abstract", "bio", "title")


def _signed(reading: Reading, found: Found) -> object:
    marks = {
        _SIGNS.get(sign) or _SIGNS.get(sign.removesuffix("s"))
        for group in ("sign", "again") for token in reading.part(found, group) if (sign := token.text.lower())
    }  # fmt: skip
    mark = marks.pop()
    edges = [token.text.lower() for token in reading.part(found) if token.tag in ("EDGE", "STARTS")]
    if mark is None or marks or any(not edge.startswith("end") for edge in edges):
        return False
    mark += "$" if edges else ""
    reading.require(found, "sign", [mark])
    reading.said.add("words")
    return True


def _not_there(reading: Reading, found: Found) -> object:
    worded = [one for one in reading.conditions if one.field in _WORDED]
    if not worded:
        return False
    barred: Field = "abstract" if reading.part(found, "abstract") else "title"
    reading.add(barred, worded[-1].values, negated=True)
    return True


_OF_IT = "(WHO | THEM | IT | EACH | ALL | THING)*"
_NOWHERE = (
    "(AND | BUT | COMMA | BREAK)+ (WORD | IT | THEM)? (NOT | WITHOUT)+ (WORD | IT | THEM)? (OCCUR | MENTION | WITH)*"
)
SIGN_RULES: tuple[Rule, ...] = (
    # "Titles with a question mark", "a colon in the title".
    (
        "TITLE (WHICH | THEM)* NEG (WITH | OCCUR | MENTION | USE | EDGE IN? | EDGE ON? | AT)* "
        "(sign: SIGN) (IN (THEM | IT))? ((COMMA | THEM | WHICH | WITH | MENTION | OR | BREAK)+ (again: SIGN))?",
        _signed,
    ),
    (f"NEG (WITH | MENTION | OCCUR | ISTHERE)* (sign: SIGN) IN {_OF_IT} TITLE", _signed),
)
ABSENCE_RULES: tuple[Rule, ...] = (
    # "… but whose title does not".
    (
        f"((BUT | AND | COMMA | NOT)+ | (?=WHO)) {_OF_IT} (TITLE | (abstract: ABSTRACT)) (NOT | WITHOUT) "
        "(WITH | MENTION)? IT? (BREAK | $)",
        _not_there,
    ),
    # "X in the abstract, though the word is missing from the title".
    (f"{_NOWHERE} (FROM | IN) {_OF_IT} (TITLE | (abstract: ABSTRACT))", _not_there),
)
