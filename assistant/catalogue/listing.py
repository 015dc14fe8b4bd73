"""Rules for what is listed: the first noun that nothing before it makes a part or a measure.

Comes in: a reading. Goes out: the same with `listed` and `kind`.
"""

import re
from collections.abc import Callable

from assistant.catalogue.marking import Token
from assistant.catalogue.query import Listed
from assistant.catalogue.reading import Found, Reading, Rule

_LISTED: dict[str, Listed] = {
    "TALK": "records", "PAPER": "records", "RECORD": "records", "TITLE": "records", "SORTED": "records",
    "PERSON": "people", "NAMED": "people", "WHO": "people", "ROLE": "people", "PLACE": "affiliations",
    "SECTOR": "affiliations", "ORG": "organisations", "YEARN": "years", "MONTHN": "months", "PAGE": "pages",
    "CHAPTER": "chapters", "POSITION": "people", "OFWHICH": "people",
}  # fmt: skip
# Behind these a noun measures, or is a part of, what is listed.
_MEASURES = frozenset(
    "NUMBER SEVERAL SINGLE MOST FEWEST WITH WITHOUT NOT SORT BY ON UNDER IN FROM AT OF MORE LESS ATLEAST "
    "ATMOST LONGEST "
    "OFWHICH SHORTEST ONLY BOTH HALF TITLED UPTO EXACTLY ORMORE".split()
)
_PICKS = ("FIRST", "LAST", "WHICH", "LIST")
_JOINED_CHARS = 3
_WORKS = re.compile(r"\b(?:work|teach|employ|affiliat|based)", re.IGNORECASE)
_ASKING = ("has", "have", "had")


def read_listed(reading: Reading, *, follows: bool) -> None:
    """Find what is listed, and of which kind.

    Args:
        reading: Without conditions yet.
        follows: There was a question before, so that "whose speaker …" speaks of what that listed.
    """
    reading.apply(_RULES)
    kinds = {value for token in reading.tokens if token.tag in ("TALK", "PAPER") for value in token.values}
    if len(kinds) == 1:
        reading.fields["kind"] = kinds.pop()
    if "listed" in reading.fields:
        return
    for place, token in enumerate(reading.tokens):
        after = reading.tokens[place + 1].tag if place + 1 < len(reading.tokens) else ""
        if token.tag == "THEM" and token.text.lower() != "their" and after not in ("PERSON", "PLACE"):
            # "Which of them has IBM people?" lists what was listed before.
            return
        of_text = token.tag in ("OFWHICH", "WHO") and after in ("ABSTRACT", "TITLE")
        if of_text or (token.tag == "OFWHICH" and follows):
            continue
        listed = _LISTED.get(token.tag)
        if listed is None or reading.is_read(place) or _measures(reading, place):
            continue
        head = _head(reading, place)
        reading.said.add("noun")
        reading.fields["listed"] = _place_or_organisation(reading, head)
        if token.tag == "CHAPTER" and head.tag == "TITLE":
            reading.fields["listed"] = "chapters"
        if head.tag == "SECTOR":
            reading.said.add("sector listed")
        if token.tag == "CHAPTER" and head.tag == "PERSON":
            reading.add("speaks", ["chapter"])
            reading.read("CHAPTER (?= PERSON)")
        if reading.fields["listed"] != "records":
            reading.said.add("grouped")
        return


def _measures(reading: Reading, place: int) -> bool:
    token = reading.tokens[place]
    if place > 1 and reading.tokens[place - 1].tag == "NUMBER" and reading.tokens[place - 2].tag in _PICKS:
        # "The top three speakers".
        return False
    before = reading.tokens[place - 1].tag if place else ""
    after = reading.tokens[place + 1].tag if place + 1 < len(reading.tokens) else ""
    if token.tag in ("YEARN", "MONTHN") and after == "TIME" and before not in _PICKS:
        # "Before the year 2020".
        return True
    if token.tag == "PAGE" and "PAGENAME" in (before, after):
        return True
    if token.tag == "SECTOR" and before in ("NATION", "ABROAD") and place > 1:
        # "Which European universities …?"
        before = reading.tokens[place - 2].tag
    if token.tag == "SECTOR" and before not in ("WHICH", "LIST", "HOWMANY", "ALL", "ISTHERE", ""):
        return True
    if token.tag in ("TALK", "PAPER", "RECORD", "SORTED"):
        return False
    if before == "OF" and place > 1 and reading.tokens[place - 2].tag in ("ISTHERE", "WHICH", "HOWMANY", "ALL", "EACH"):
        # "Are any of the speakers from MIT?"
        return False
    # "Has anyone from MIT spoken?": nothing can be measured by the first word.
    asks = place == 1 and before == "WITH" and reading.tokens[0].text.lower() in _ASKING
    return before in _MEASURES and not asks


def _head(reading: Reading, place: int) -> Token:
    """The last of nouns that stand side by side: in "speaker affiliations" the second."""
    tokens = reading.tokens
    while place + 1 < len(tokens):
        token, after = tokens[place], tokens[place + 1]
        if (
            after.tag not in _LISTED
            or reading.is_read(place + 1)
            or after.tag == "WHO"
            or after.start - token.end > _JOINED_CHARS
            or token.tag in ("WHO", "ROLE")
        ):
            break
        place += 1
    return tokens[place]


def _place_or_organisation(reading: Reading, head: Token) -> Listed:
    if head.tag == "ORG" and reading.fields.get("kind") != "paper":
        return "affiliations"
    return _LISTED[head.tag]


def _grouped(reading: Reading, found: Found) -> object:
    noun = reading.part(found, "noun")[0]
    if reading.find("SORT") and not reading.part(found, "each"):
        return False
    reading.fields["listed"] = _LISTED[noun.tag]
    reading.said.update(("noun", "grouped"))
    return True


def _shared(reading: Reading, found: Found) -> None:
    reading.fields["listed"] = "people"
    reading.add("size", ["2.."])
    reading.said.update(("noun", "grouped"))


_GROUPS = "(noun: PERSON | PLACE | ORG | PAGE | YEARN | MONTHN | SECTOR)"


def _places(reading: Reading, found: Found) -> object:
    place = found.string.count(" ", 0, found.start())
    if place and reading.tokens[place - 1].tag in ("THEM", "TALK"):
        # "The one where somebody from IBM speaks".
        return False
    reading.fields["listed"] = "affiliations"
    reading.said.update(("noun", "grouped"))
    return True


def _works_at(reading: Reading, found: Found) -> object:
    """Read "Where does she work?": small verbs have no tag."""
    return _places(reading, found) if _WORKS.search(reading.question) else False


def _pages(reading: Reading, found: Found) -> None:
    reading.fields["listed"] = "pages"
    reading.said.update(("noun", "grouped"))


def _asked(reading: Reading, found: Found) -> None:
    reading.said.add("value")


def _asked_too(reading: Reading, found: Found) -> None:
    """Read "which university or institute": any of them."""


def _talked_about(reading: Reading, found: Found) -> object:
    """Read "What did people from MIT talk about?": their talks; of one person it asks for content."""
    tags = {token.tag for token in reading.tokens}
    titles_only = reading.asked("TITLE ONLY? BREAK? $")
    if ("NAME" in tags and not titles_only) or not tags & {"NAME", "INST", "SECTOR", "COUNTRY", "NATION", "ROLE"}:
        return False
    reading.fields.update(listed="records", kind="talk")
    reading.said.add("noun")
    return True


def _speaks(where: str) -> Callable[[Reading, Found], object]:
    def act(reading: Reading, found: Found) -> None:
        reading.add("speaks", [where])
        if "listed" not in reading.fields and reading.find("PERSON | WHO | ROLE") is None:
            reading.fields["listed"] = "people"
            reading.said.update(("noun", "grouped"))

    return act


def _heads(reading: Reading, found: Found) -> None:
    """Read "no main speaker", "without anybody named at the top": of a whole talk, not of a chapter."""
    reading.require(found, "speaks", ["head"])
    if "listed" not in reading.fields and not reading.asked("THING | THEM"):
        reading.fields["listed"] = "people"
        reading.said.update(("noun", "grouped"))


def _names_place(reading: Reading, found: Found) -> None:
    """Read "speakers whose affiliation mentions MIT"."""
    reading.add("affiliation", reading.values(found, "who"))


def _commented(reading: Reading, found: Found) -> None:
    """Read "did anybody comment on a paper": the papers."""
    reading.require(found, "has", ["comments"])


def _of_these(reading: Reading, found: Found) -> None:
    """Read "of the two pages, which …": they are listed."""
    reading.fields["listed"] = _LISTED[reading.part(found, "noun")[0].tag]
    reading.said.update(("noun", "grouped"))


_IN_CHAPTERS = "(CHAPTER PERSON | (PERSON | THEM | WHO)* (IN | OF | FROM | GIVEN | ON) CHAPTER)"
_COUNTS = "(COUNT | INCLUDING | INCLUDED | GOINGBY | WITH | LIST | FROM | OF)"
_RULES: tuple[Rule, ...] = (
    (
        f"(AND | BUT | COMMA)* (NOT | WITHOUT | LESS) {_COUNTS}? ALL? {_IN_CHAPTERS} "
        "(NOT | BREAK (?=WHICH | HOWMANY | WHO))?",
        _speaks("head"),
    ),
    (f"(AND | BUT | COMMA)* ALL? {_IN_CHAPTERS} (NOT | WITHOUT) ({_COUNTS} | AND)*", _speaks("head")),
    (f"ONLY {_IN_CHAPTERS}", _speaks("chapter")),
    ("(no: (NOT | WITHOUT)*) (WITH | GIVEN)* HEAD (PERSON | TALK)", _heads),
    ("(no: NOT | WITHOUT) WITH? PERSON (GIVEN | LIST)* (HEAD | FIRST) (?= BREAK | $)", _heads),
    (
        "(WHO | PERSON) (GIVEN | OCCUR | LIST | TALK | WHO)* (body: (IN | OF | FROM | ON) ALL* CHAPTER) "
        "(?! ABOUT | OF | TITLED | ON | CHAPTERREF | QUOTE | COMMA CHAPTERREF)",
        _speaks("chapter"),
    ),
    ("WHICH ((?! BREAK) ANY)* (body: (TALK | GIVEN)? ABOUT) BREAK? (TITLE ONLY? BREAK?)? $", _talked_about),
    ("HOWMANY PERSON AUTHORED", _asked),
    ("PLACE WHICH? (body: (MENTION | WITH | NAMED | OCCUR)+ (who: INST ((AND | OR | COMMA)+ INST)*))", _names_place),
    (
        "(no: NOT | WITHOUT)? (PERSON | WHO) (no2: NOT)? (WITH | GIVEN)? (COMMENT (ON | TO | UNDER) | COMMENTED ON?) "
        "(ALL | OF)* (?=PAPER | RECORD)",
        _commented,
    ),
    ("PAPER (body: (WHICH | THEM)? PERSON) (?= (NOT | WITH | GIVEN)* COMMENTED)", _asked_too),
    ("^ LIST? WHERE (?= NAME BREAK? $)", _works_at),
    ("WHERE (?=(NAME | PERSON | THEM | HESHE) FROM)", _places),
    (f"(^ | WHICH | LIST | BREAK | COMMA) (body: NAMED? OF (ALL | BOTH)* NUMBER? {_GROUPS})", _of_these),
    (
        f"(HOWMANY | GROUP | COUNT) ANY* (body: (each: (ON | IN | FROM | OF)? EACH OF (NUMBER | ALL)*) {_GROUPS})",
        _grouped,
    ),
    ("(WITH | SHARE)? SAME PERSON | SHARE PERSON", _shared),
    (f"(each: EACH | GROUP | BY EACH | OF EACH | IN EACH | ON EACH | FROM EACH) NUMBER? {_GROUPS}", _grouped),
    (
        f"(each: GROUP) (THING | THEM | IT | ALL)* (BY | OF | IN | ON)? {_GROUPS} (HOWMANY | COMMA | IN | EACH)*",
        _grouped,
    ),
    (f"(HOWMANY | COUNT) THING (body: BY {_GROUPS})", _grouped),
)
