"""The conditions of a follow-up and those before it → those of the next query.

Comes in: the last query, as far as it stays, and the reading of the new words. Goes out: conditions; what is said anew
takes the place of what was said of the same, "too" adds to it, and all else narrows.
"""

import re
from dataclasses import replace

from assistant.catalogue.changing import WORDED
from assistant.catalogue.counting import span
from assistant.catalogue.query import Condition, CountField, Query
from assistant.catalogue.reading import Reading
from assistant.catalogue.shifting import in_that_year
from assistant.catalogue.values import Dates, Span

COUNTED: tuple[CountField, ...] = ("size", "pages", "chapters", "speakers", "comments", "authors")
# What a record has → its count.
COUNTED_PARTS: dict[str, CountField] = {
    "chapters": "chapters", "link": "links", "comments": "comments", "authors": "authors",
}  # fmt: skip
# Of these a record has one, so that another one is meant beside the first, not on top of it.
_ANY_OF = frozenset(("person", "affiliation", "sector", "country", "role", "date", "authors", "comments"))
_WORDED = frozenset(WORDED)
_OF_PLACE = frozenset(("affiliation", "sector", "country", "abroad"))
# Said again, these add to what was asked before; all others take its place.
_NARROWING = _WORDED | {"has", "link"}
_LEAD = "(AND | BUT | HOWABOUT | COMMA | BREAK | WITH | WORD | IN | TITLE)*"
# "More than five", "and nine or ten?", "more than that"; "one of them" is no number.
_NUMBER = (
    "(cmp: CMP)? (number: NUMBER ((OR | AND | COMMA)+ NUMBER)*) (?! OF) (behind: ORMORE | ORLESS)? "
    "| ^ (AND | BUT | WITH | ONLY | ISTHERE | HOWABOUT | WHICH | THEM)* (cmp2: CMP) (IT | THEM)* BREAK? $"
)
_OTHER_WORDS = (
    f"(words: QUOTE) | ^ {_LEAD} (word: (UNKNOWN | COINED) NUMBER?) (?= BREAK? $ | COMMA | BUT) "
    f"| ^ {_LEAD} (HOWABOUT | SAME LIST?) {_LEAD} (phrase: (UNKNOWN | COINED){{1,4}}) BREAK? $"
)
_ANY_YEAR = re.compile(r"\b(?:any|every|all)\b", re.IGNORECASE)
_YEAR = re.compile(r"\d{4}(\.\.\d{4})?")
# "Sorry, I meant …", "… instead": what is said takes the place of what was.
_CORRECTS = re.compile(
    r"\b(?:instead(?! of)|i meant?|rather(?! than)|correction|oops|replace|swap|switch)\b", re.IGNORECASE
)


def merged(query: Query, reading: Reading) -> tuple[Condition, ...]:
    """What holds next.

    Args:
        query: The last one, without what the follow-up took away.
        reading: Of the follow-up, all rules applied.
    """
    added = reading.read("ADD | INCLUDING | ^ ORMORE")
    # "Titles too" adds nothing.
    also = reading.asked("(?<!TITLE )ALSO") or added is not None
    old = _sought_elsewhere(_reworded(query, reading, also=also).conditions, reading)
    dated = (
        reading.conditions
        if _ANY_YEAR.search(reading.question)
        else [in_that_year(one, old) for one in reading.conditions]
    )
    new = [*dated, *_number(query, reading)]
    # "And those from Yale too", not "which of those are from Yale, too?".
    too = reading.asked("ALSO | ^ OR") and not reading.asked("THEM | WITH")
    if added or too or reading.asked("^ AND THEM (FROM | AT | BY | OF | IN) INST (BREAK | COMMA)? ALSO"):
        new = [_joined(one, old, worded=added is not None) for one in new]
    sought = [one.field for one in old if one.field in _WORDED]
    if sought and (added or reading.asked("WITH BOTH? QUOTE")) and not reading.asked("MENTION | OCCUR | ABSTRACT"):
        new = [replace(one, field=sought[-1]) if one.field == "text" else one for one in new]
    if query.kind == "paper":
        # "By up to three people".
        new = [replace(one, field="authors") if one.field == "speakers" else one for one in new]
    if reading.asked("^ (BUT | AND | ONLY)"):
        new = [_closed(one, old) for one in new]
    if _CORRECTS.search(reading.question) or "corrected" in reading.said:
        return _corrected(old, new)
    # "And ReFT?", after a question about another paper.
    renamed = {"title"} if "title" in reading.said and not reading.asked("THEM | OFWHICH") else set()
    if reading.asked("^ HOWABOUT"):
        renamed |= {"has"}
    if reading.asked("^ (AND | HOWABOUT)+ (FROM | AT | IN | INST | SECTOR | ABROAD | COUNTRY)"):
        renamed |= _OF_PLACE if {one.field for one in new} & _OF_PLACE else set()
    return _with(old, new, also=also, renamed=renamed)


def _corrected(old: tuple[Condition, ...], new: list[Condition]) -> tuple[Condition, ...]:
    """Read "2023 instead", "not Yale but MIT": only what is not said anew stays."""
    barred = [replace(one, negated=False) for one in new if one.negated]
    if barred and len(barred) == len(new) and all(one in old for one in barred):
        # "With a biography" – "without, I mean": turned round.
        return tuple(replace(one, negated=True) if one in barred else one for one in old)
    new = [one for one in new if one not in old and not (one.negated and replace(one, negated=False) in old)]
    said = {one.field for one in new}
    if _has_year(old) and all(_is_yearless(one) for one in new if one.field == "date"):
        said -= {"date"}
    reworded = bool(said & _WORDED)
    kept = (one for one in old if one.field not in said and not (reworded and one.field in _WORDED))
    return (*kept, *new)


def _number(query: Query, reading: Reading) -> list[Condition]:
    """Read "and two?", "more than five?" after a question that counted something."""
    counted: list[CountField] = [one for one in COUNTED if any(query.on(one))]
    counted += [COUNTED_PARTS[part] for part in query.wanted("has") if part in COUNTED_PARTS]
    found = reading.read(_NUMBER) if counted else None
    if not found:
        return []
    cmp, than, behind = ([*reading.part(found, group), None][0] for group in ("cmp", "cmp2", "behind"))
    cmp = cmp or than
    numbers = [int(value) for value in reading.values(found, "number")]
    if not numbers:
        before = [Span.read(value) for value in query.wanted(counted[-1])]
        numbers = [one.low for one in before if one and one.low is not None and one.low == one.high]
    spans = [span(cmp.tag if cmp else "", number, behind.tag if behind else "") for number in numbers]
    return [Condition(counted[-1], tuple(map(str, spans)))] if spans else []


def _reworded(query: Query, reading: Reading, *, also: bool) -> Query:
    """Read "and "clustering"?" after a question for other words."""
    worded = [one for one in query.conditions if one.field in _WORDED]
    found = reading.read(_OTHER_WORDS) if worded else None
    if not found:
        return query
    quoted = reading.part(found, "words")
    said = quoted or reading.part(found, "word") or reading.part(found, "phrase")
    phrase = quoted[0].values[0] if quoted else reading.question[said[0].start : said[-1].end]
    kept = tuple(one for one in query.conditions if also or one.field != worded[-1].field)
    return replace(query, conditions=(*kept, Condition(worded[-1].field, (phrase,))))


def _with(old: tuple[Condition, ...], new: list[Condition], *, also: bool, renamed: set[str]) -> tuple[Condition, ...]:
    """Old and new conditions; of the old go those that are said anew, or turned round."""
    kept_fields = (_NARROWING - renamed) | ({"page"} if also else set())
    # "Since June", of the papers of one year: of that year.
    if _has_year(old):
        kept_fields |= {"date"} if all(_is_yearless(one) for one in new if one.field == "date") else set()
    replaced = {one.field for one in new if one.field not in kept_fields and not one.negated}
    replaced |= {one.field for one in old if one.field in renamed & _OF_PLACE}
    if Condition("has", ("year",), negated=True) in new:
        replaced |= {"date"}
    turned = [replace(one, negated=not one.negated) for one in new]
    kept = [one for one in old if one.field not in replaced and one not in (*new, *turned)]
    return (*kept, *new)


def _joined(new: Condition, old: tuple[Condition, ...], *, worded: bool) -> Condition:
    """Read "Yale too" after MIT: from any of them."""
    if new.field not in (_ANY_OF | _WORDED if worded else _ANY_OF) or new.negated:
        return new
    before = [value for one in old if one.field == new.field and not one.negated for value in one.values]
    return replace(new, values=tuple(dict.fromkeys((*before, *new.values))))


def _closed(new: Condition, old: tuple[Condition, ...]) -> Condition:
    """Read "but before 2023" after "since 2020": what one leaves open the other closes."""
    before = [one for one in old if one.field == "date" and not one.negated and len(one.values) == 1]
    if new.field != "date" or new.negated or len(new.values) != 1 or len(before) != 1:
        return new
    first, second = Dates.read(before[0].values[0]), Dates.read(new.values[0])
    if first is None or second is None:
        return new
    low, high = first.low or second.low, first.high or second.high
    halves = (first.low is None) != (first.high is None) and (first.low is None) == (second.high is None)
    ordered = low and high and low.year and high.year and (low.year, low.month or 0) <= (high.year, high.month or 99)
    return replace(new, values=(str(Dates(low, high)),)) if halves and ordered else new


def _is_yearless(condition: Condition) -> bool:
    return all(value.lstrip(".").startswith("--") for value in condition.values)


def _has_year(conditions: tuple[Condition, ...]) -> bool:
    return any(_YEAR.fullmatch(value) for one in conditions if one.field == "date" for value in one.values)


def _sought_elsewhere(conditions: tuple[Condition, ...], reading: Reading) -> tuple[Condition, ...]:
    """The same words in another part of the records."""
    field = reading.sought_in
    return tuple(replace(one, field=field) if field and one.field in _WORDED else one for one in conditions)
