"""Rules for the order, for how many of it, and for what has most or least of something.

Comes in: a reading whose `listed` is known. Goes out: the same with `order`, `descending`, `limit`, `best`.
"""

import re

from assistant.catalogue.query import Order
from assistant.catalogue.reading import Found, Reading, Rule

_KEYS: dict[str, Order] = {
    "DATE": "date", "FULLDATE": "date", "YEARN": "date", "MONTHN": "date", "TIMES": "date", "TITLE": "title",
    "ALPHA": "title", "NAMED": "title", "PERSON": "speaker", "SURNAME": "speaker", "AUTHOR": "authors",
    "AUTHORCOUNT": "authors", "TEAM": "authors", "COMMENT": "comments", "COMMENTCOUNT": "comments",
    "COMMENTED": "comments", "PAGE": "pages", "CHAPTER": "chapters", "LINK": "links",
    "TALK": "size", "PAPER": "size", "RECORD": "size",
    "OFTEN": "size", "CHRONO": "date", "NEWEST": "date", "OLDEST": "date",
}  # fmt: skip
_COUNTED = ("authors", "comments", "speakers", "pages", "chapters", "links", "size")
_HIGH = frozenset(("LAST", "LONGEST", "MOST", "LARGEST", "NEWEST", "DESC", "BACKWARDS"))
_BEST = "(way: MOST | FEWEST | LARGEST | SMALLEST)"
_DATED = "(way: NEWEST | OLDEST)"
_FEW = "(THING | THEM | OF | IT)*"


def _order(reading: Reading, found: Found) -> Order:
    tokens = reading.part(found, "key") or reading.part(found, "way")
    key = tokens[-1].tag if tokens else ""
    if key == "PERSON" and (reading.part(found, "way") or any(t.tag == "HOWMANY" for t in reading.part(found))):
        return "size" if reading.fields.get("listed") in ("people", "pages") else "speakers"
    if key in ("TALK", "PAPER", "RECORD") and "grouped" not in reading.said:
        return "corpus"
    if "grouped" in reading.said and key not in _KEYS:
        return "size"
    return _KEYS.get(key, "authors")


def _descends(reading: Reading, found: Found) -> bool:
    return any(token.tag in _HIGH for token in reading.part(found, "way"))


def _sorted(reading: Reading, found: Found) -> None:
    reading.fields.setdefault("order", _order(reading, found))
    reading.said.add("sorted")
    # "The top three by number of authors" have most of them.
    if reading.fields["order"] in _COUNTED and reading.asked("FIRST NUMBER (THING | THEM)? BY"):
        reading.fields["descending"] = True


def _by_size(reading: Reading, found: Found) -> object:
    if "grouped" not in reading.said:
        return False
    reading.fields.update(order="size", descending=True)
    return True


def _longest_group(reading: Reading, found: Found) -> object:
    """Read "which page is longer": the one with more on it."""
    if reading.fields.get("listed") != "pages":
        return False
    reading.fields.update(order="size", descending=_descends(reading, found), best=True)
    reading.said.add("superlative")
    return True


def _directed(reading: Reading, found: Found) -> None:
    """Read "newest first", "most authors first", "descending"."""
    if "reversed" in reading.said:
        return
    if any(token.tag == "BACKWARDS" for token in reading.part(found, "way")):
        reading.said.add("backwards")
    reading.fields["descending"] = _descends(reading, found)
    if reading.part(found, "key") or reading.part(found, "way")[0].tag in ("NEWEST", "OLDEST"):
        reading.fields["order"] = _order(reading, found)
        reading.said.add("sorted")
    reading.said.add("reversed")


def _limited(reading: Reading, found: Found) -> object:
    """Read "the three newest", "five papers with the most authors"."""
    if _only_compares(reading, found):
        return False
    numbers = reading.values(found, "number")
    reading.fields["limit"] = int(numbers[0]) if numbers else 1
    if reading.part(found, "way"):
        reading.said.add("superlative")
    if reading.part(found, "way") and "order" not in reading.fields:
        reading.fields.update(order=_order(reading, found), descending=_descends(reading, found))
    return True


def _ends(reading: Reading, found: Found) -> object:
    """Read "the first three", "the last two"."""
    _limited(reading, found)
    if reading.part(found, "last"):
        reading.fields["descending"] = True
        reading.said.add("last of them")
    if reading.part(found, "last") or reading.part(found, "one"):
        reading.fields.setdefault("order", "date")
    return True


def _only_compares(reading: Reading, found: Found) -> bool:
    """Whether "more" is not "more than any other", nor "the one with more": "one more author"."""
    way = reading.part(found, "way")
    if reading.asked(_THE_ONE_WITH_MORE):
        return False
    return (
        bool(way)
        and way[0].text.lower() in ("more", "fewer")
        and not re.search(r"than (any|every|all)", reading.question, re.IGNORECASE)
    )


def _meant(reading: Reading) -> Order | None:
    """What "the fewest" counts in "of the talks with chapters, which has the fewest?": the one thing that is named."""
    named = {token.tag for token in reading.tokens} & {"CHAPTER", "COMMENT", "LINK"}
    return _KEYS[named.pop()] if len(named) == 1 else None


def _best(reading: Reading, found: Found) -> object:
    if _only_compares(reading, found):
        return False
    if len(reading.part(found)) == 1:
        reading.said.add("bare best")
    order = _meant(reading) if len(reading.part(found)) == 1 and "grouped" not in reading.said else None
    order = order or _order(reading, found)
    if order == "corpus":
        return False
    reading.fields.update(order=order, descending=_descends(reading, found))
    if "limit" not in reading.fields:
        reading.fields["best"] = True
    reading.said.add("superlative")
    return True


def _dated(reading: Reading, found: Found) -> object:
    nouns = reading.part(found, "noun")
    reading.fields.update(order="date", descending=_descends(reading, found))
    if "limit" not in reading.fields and not any(token.text.lower().endswith("s") for token in nouns):
        reading.fields["best"] = True
    reading.said.add("superlative")
    return True


def _title_length(reading: Reading, found: Found) -> None:
    reading.fields.update(order="title_length", descending=_descends(reading, found))
    if "limit" not in reading.fields:
        reading.fields["best"] = True
    reading.said.add("superlative")


def _nth(reading: Reading, found: Found) -> None:
    """Read "the second newest"."""
    reading.fields.update(skip=int(reading.values(found, "nth")[0]) - 1, limit=1)


_THE_ONE_WITH_MORE = (
    "(THEM | IT | WHICH | WHO) (WITH | OF | IN | ON | GIVEN | OCCUR)* "
    "(MOST | FEWEST) (UNIT | THING) (BREAK | COMMA | $)"
)
_SORT = "SORT (THEM | IT | ALL | THING | BY | OF | TO | ON | IN | WHICH | PERSON (?=BY))*"
RULES: tuple[Rule, ...] = (
    ("(body: (nth: ORDINAL)) (NEWEST | OLDEST | MOST | FEWEST | LARGEST | SMALLEST | LONGEST | SHORTEST)", _nth),
    ("(way: LONGEST | SHORTEST) TITLE", _title_length),
    (f"{_SORT} HOWMANY? (key: KEY | NAMED) (OF PERSON)?", _sorted),
    ("BY (?! PERSON (FROM | WITH | IN | ON | AT)) (THEM)? HOWMANY? (key: KEY | NAMED) (OF PERSON)? "
        "(?=$ | BREAK | COMMA | AND | DESC | ASC | IN | BACKWARDS "
        "| NEWEST | OLDEST | MOST | FEWEST | FIRST | FROM | LARGEST | ALPHA | WITH)", _sorted),
    # "In date order", "surname order".
    ("(IN | WITH)? (key: SURNAME | DATE | YEARN | TITLE | PERSON | AUTHORCOUNT | COMMENTCOUNT) SORT "
        "(?= BREAK | COMMA | $ | ASC | DESC | BACKWARDS | OF | FROM)", _sorted),
    ("BY HOWMANY (key: THING)", _by_size),
    ("IN? (key: ALPHA | CHRONO)", _sorted),
    (f"FROM? {_DATED} (THING | THEM | AND)* (FIRST | TO (NEWEST | OLDEST))", _directed),
    (f"(FIRST | STARTS | SINCE) (FROM | WITH | AT | BY)* {_DATED} (THING | THEM)?", _directed),
    ("(way: MOST | FEWEST | LARGEST | SMALLEST) (OF | THEM)? (key: KEY | COMMENTED)? FIRST", _directed),
    ("IN? (way: DESC | ASC | BACKWARDS) (SORT)?", _directed),
    (f"(number: NUMBER) {_FEW} {_DATED}", _limited),
    (f"FIRST? {_DATED} (number: NUMBER) (?!AUTHOR)", _limited),
    ("(FIRST | (last: LAST)) (number: NUMBER) (?! YEARN | MONTHN | DAYN)", _ends),
    (f"(number: NUMBER) {_FEW} (body: (WITH)? {_BEST} (key: UNIT | COMMENTED | TALK | PAPER | OFTEN))", _limited),
    (f"WITH? {_BEST} (OF | WITH)? (key: UNIT | COMMENTED | COMMENTCOUNT | AUTHORCOUNT | THING | TIMES | OFTEN)", _best),
    ("(way: LONGEST | SHORTEST) (key: TEAM | AUTHOR)", _best),
    ("(way: LONGEST | SHORTEST) (key: PAGE)?", _longest_group),
    (f"{_DATED} (noun: THING | OF THEM | OF ALL | OF BOTH | OF NUMBER)?", _dated),
    (f"{_BEST}", _best),
)  # fmt: skip
