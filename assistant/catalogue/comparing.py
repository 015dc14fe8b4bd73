"""Rules for what is weighed against what: "more papers from 2023 or from 2024?", "which page has more, this or that?".

Comes in: a reading. Goes out: the same with the group that the names weighed belong to listed, each with its number.
"""

from dataclasses import replace

from assistant.catalogue.query import Field, Listed
from assistant.catalogue.reading import Found, Reading, Rule

# What two of these are is listed, with the number of records of each.
_GROUPS: dict[Field, Listed] = {"date": "years", "page": "pages", "affiliation": "affiliations", "person": "people"}
_WEIGHED = "(TIME | PAGENAME | INST | NAME)"
_BETWEEN = f"{_WEIGHED} PAGE? (BREAK | COMMA)? (OR | AND | COMMA | ANYPREP | WITH | WHO)+ PAGE? {_WEIGHED} | INST INST"
_MORE = frozenset(("more", "fewer", "most", "less", "fewest", "larger number of", "least"))


def _weighs(reading: Reading, found: Found) -> object:
    way = reading.part(found, "way")[0]
    if way.text.lower() not in _MORE or not reading.asked(_BETWEEN):
        return False
    reading.said.update(("noun", "compared", "superlative"))
    reading.fields.update(order="size", descending=way.tag == "MOST")
    return True


def _weighs_kinds(reading: Reading, found: Found) -> None:
    """Read "more talks or papers?": how many of each."""
    reading.fields["counted"] = True
    reading.said.add("noun")


RULES: tuple[Rule, ...] = (
    ("(ISTHERE | WITH | WHICH)* (MOST | FEWEST) (TALK (OR | AND | BY)* PAPER | PAPER (OR | AND | BY)* TALK)",
     _weighs_kinds),
    ("(ISTHERE | WITH | GIVEN | LIST | PAGE (?=MOST | FEWEST))* (way: MOST | FEWEST) (THING | PERSON)", _weighs),
)  # fmt: skip


def settle(reading: Reading) -> None:
    """List the group of what was weighed; the values of both conditions become one."""
    if "compared" not in reading.said:
        return
    for field, listed in _GROUPS.items():
        weighed = [one for one in reading.conditions if one.field == field and not one.negated]
        values = tuple(dict.fromkeys(value for one in weighed for value in one.values))
        if len(values) > 1:
            merged = replace(weighed[0], values=values)
            reading.conditions = [
                merged if one is weighed[0] else one for one in reading.conditions if one not in weighed[1:]
            ]
            reading.fields["listed"] = listed
            reading.said.add("grouped")
            return
