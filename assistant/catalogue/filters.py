"""Rules for the numbers and dates that a record must have.

Comes in: a draft. Goes out: the same, its fields filled and the words read. The order matters: "three authors" is read
before "authors".
"""

import re
from collections.abc import Callable

from assistant.catalogue.draft import NUMBER, Draft, to_number
from assistant.catalogue.query import Span

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip
MONTH = "|".join(sorted({*MONTH_NAMES, *MONTHS, "sept"}, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"

_COUNTED = {
    "authors": r"(?:co-?)?authors?|writers?|author count",
    "comments": r"comments?|remarks?",
    "speakers": r"speakers?|presenters?|people|persons",
    "page_count": r"(?:(?:different|distinct|talk|daily|paper|source) )?pages?",
    "chapters": r"chapters?",
    "sizes": r"(?:different |distinct )?(?:talks?|recordings?|papers?|records?|entries|times|speakers?)",
}
_MORE = r"more than|over|above|greater than|exceeding"
_AT_LEAST = r"at least|no fewer than|no less than|not fewer than|not less than|a minimum of|minimum"
_FEWER = r"fewer than|less than|under|below"
_AT_MOST = r"at most|no more than|not more than|up to|a maximum of|maximum"
_COMPARED = rf"{_MORE}|{_AT_LEAST}|{_FEWER}|{_AT_MOST}|exactly|precisely|just|only|a|an|the"
_AFTERWARDS = r"(?: or more| and more| or above| and up| plus|\+| or fewer| or less| at most| at least)"


def _span(compared: str, number: int, afterwards: str = "") -> Span:
    if re.fullmatch(_MORE, compared):
        return Span(number + 1, None)
    if re.fullmatch(_FEWER, compared):
        return Span(None, number - 1)
    if re.fullmatch(_AT_LEAST, compared) or re.search(r"more|above|up|plus|\+|at least", afterwards):
        return Span(number, None)
    if re.fullmatch(_AT_MOST, compared) or re.search(r"fewer|less|at most", afterwards):
        return Span(None, number)
    return Span(number, number)


def read_numbers(draft: Draft) -> None:
    """Read "at least five authors", "2 or more comments", "single-author papers"."""
    if draft.take(
        r"(?:listed |stands? |appears? )?(?:more than once|twice|several times|repeatedly)(?: on the pages)?"
    ):
        draft.fields["page_count"] = Span(2, None)
    if match := draft.take(
        rf"(?:on )?(?:(?:only|exactly|just) )?({NUMBER}) of (?:the |our )?(?:two|three|four|five|\d)"
        rf" (?:daily |talk |paper )?pages"
    ):
        draft.fields["page_count"] = Span(to_number(match[1]), to_number(match[1]))
    groups = "listed" in draft.said
    for field, unit in _COUNTED.items():
        # "three talks" counts the talks of a person or place only where these are listed.
        if (field == "sizes") != groups and field in ("sizes", "speakers"):
            continue
        if match := draft.take(rf"(?:between |from )?({NUMBER})(?: and | to |-| or )({NUMBER}) (?:{unit})"):
            draft.fields[field] = Span(to_number(match[1]), to_number(match[2]))
        elif match := draft.take(
            rf"(?:({_COMPARED}) )?(?:a )?({NUMBER})({_AFTERWARDS})?(?: |-)(?:{unit})({_AFTERWARDS})?"
        ):
            draft.fields[field] = _span(match[1] or "", to_number(match[2]), (match[3] or "") + (match[4] or ""))
        elif draft.take(rf"(?:several|multiple|many|a few|various|more than an?|over an?) (?:{unit})"):
            draft.fields[field] = Span(2, None)
    singular = r"(author|comment)(?:s'?)?"
    if match := draft.take(
        rf"(?:(?:an?|the|whose) )?(?:{singular} (?:count|number)|number of {singular}) (?:is |are |of |="
        rf" ?)?(?:({_COMPARED}) )?({NUMBER})"
    ):
        draft.fields[f"{match[1] or match[2]}s"] = _span(match[3] or "", to_number(match[4]))
    if match := draft.take(
        rf"(?:written|authored) by (?:({_COMPARED}) )?({NUMBER})(?: people| persons?| researchers?)?"
    ):
        draft.fields["authors"] = _span(match[1] or "", to_number(match[2]))
    if draft.take(
        r"(?:single|sole|solo)[- ]authored|solo(?= papers?)|written alone|by (?:only )?one (?:person|author) alone"
    ):
        draft.fields["authors"] = Span(1, 1)


def _read_date_range(draft: Draft) -> None:
    """Read "after June 2024", "before May 2, 2023", "between March 2023 and June 2024"."""
    date = rf"({MONTH})\.?(?: (\d{{1,2}})(?:st|nd|rd|th)?,?)? ({_YEAR})"
    if match := draft.take(rf"(?:between|from) {date} (?:and|to|until|through|-) {date}"):
        low, high = _day(match, 1), _day(match, 4)
        draft.fields["dates"] = Span(low, high if match[5] else high + 31)
    elif match := draft.take(rf"(?:from )?(?:before|prior to|earlier than|older than) {date}"):
        draft.fields["dates"] = Span(None, _day(match, 1) - 1)
    elif match := draft.take(rf"(?:from )?(?:after|later than|newer than|past) {date}"):
        draft.fields["dates"] = Span(_day(match, 1) + (1 if match[2] else 32), None)
    elif match := draft.take(rf"since {date}|from {date} on(?:wards)?"):
        draft.fields["dates"] = Span(_day(match, 1 if match[1] else 4), None)


def _day(match: re.Match[str], first: int) -> int:
    """A date as one number; the day 0 stands before the first of the month."""
    return int(match[first + 2]) * 10000 + month_number(match[first]) * 100 + int(match[first + 1] or 0)


def read_dates(draft: Draft) -> None:
    """Read "before 2020", "October 2023", "May 2 without a year", "from 2022 to 2024"."""
    draft.take(
        r"(?:whatever|regardless of|no matter|in|of) (?:the|any|whichever|which) year(?: it is)?|(?:of |in )?any year"
    )
    _read_date_range(draft)
    year_rules: tuple[tuple[str, Callable[[re.Match[str]], Span]], ...] = (
        (rf"(?:between |from |in |of )?({_YEAR})(?: and | to | until | through | or |-|–| - )({_YEAR})", _ordered),
        (
            rf"(?:from (?:before|prior to)|before|prior to|earlier than|older than|preceding|predat(?:e|es"
            rf"|ing)|pre-?) ?({_YEAR})",
            _below,
        ),
        (rf"({_YEAR}) (?:or|and) (?:earlier|before|older)|(?:until|up to|through|till) ({_YEAR})", _until),
        (rf"(?:from )?(?:after|later than|newer than|past|post-?|younger than|more recent than) ?({_YEAR})", _above),
        (rf"(?:since|starting in|from) ({_YEAR}) (?:on|onwards?|and later|or later|and after)|since ({_YEAR})", _since),
        (rf"({_YEAR}) (?:or|and) (?:later|after|newer|onwards?)", _since),
    )
    for pattern, span in year_rules:
        if match := draft.take(pattern):
            draft.fields["years"] = span(match)
            break
    if match := draft.take(r"(?:in |from |of )?(?:the )?((?:19|20)\d)0s"):
        draft.fields["years"] = Span(int(match[1]) * 10, int(match[1]) * 10 + 9)
    _read_months(draft)
    if "years" not in draft.fields and (
        match := draft.take(rf"(?:(?:in|of|from|dated|during|for) )?(?:the )?(?:year )?({_YEAR})")
    ):
        draft.fields["years"] = Span(int(match[1]), int(match[1]))


def _read_months(draft: Draft) -> None:
    if match := draft.take(rf"(?:between|from) ({MONTH}) (?:and|to|until|through) ({MONTH})"):
        first, last = month_number(match[1]), month_number(match[2])
        draft.fields["months"] = tuple(range(first, last + 1))
    day = r"(\d{1,2})(?:st|nd|rd|th)?"
    if match := draft.take(
        rf"(?:(?:on|of|from|dated|date) )?(?:the )?(?:({MONTH})\.? {day}|{day}(?: of)? ({MONTH})),?"
    ):
        draft.fields["months"] = (month_number(match[1] or match[4]),)
        draft.fields["day"] = int(match[2] or match[3])
    # "may" is a month only where nothing else fits: after "in", before a year or "date".
    if match := draft.take(r"(?:in |from |of )?(?:the )?(first|second) half of(?= (?:19|20)\d\d)"):
        draft.fields["months"] = tuple(range(1, 7) if match[1] == "first" else range(7, 13))
    lead = r"(?:in|of|from|dated|during|for|any|every|a|an|the|and|or|both)"
    while match := draft.take(rf"{lead} (?:the month of )?({MONTH})|({MONTH})(?= date|'s|,? {_YEAR}| papers| talks)"):
        draft.add("months", month_number(match[1] or match[2]))


def month_number(name: str) -> int:
    """Read "June" → 6."""
    return MONTHS.index(name[:3]) + 1


def _ordered(match: re.Match[str]) -> Span:
    low, high = sorted((int(match[1]), int(match[2])))
    return Span(low, high)


def _below(match: re.Match[str]) -> Span:
    return Span(None, int(match[1]) - 1)


def _until(match: re.Match[str]) -> Span:
    return Span(None, int(match[1] or match[2]))


def _above(match: re.Match[str]) -> Span:
    return Span(int(match[1]) + 1, None)


def _since(match: re.Match[str]) -> Span:
    return Span(int(match[1] or match[match.re.groups]), None)
