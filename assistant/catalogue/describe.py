"""A query in words, as the answer repeats it: whoever was misunderstood can see it.

Comes in: a query. Goes out: English.
"""

from assistant.catalogue.query import Condition, Query
from assistant.catalogue.values import MONTHS, Dates, Day, Span

_NOUNS = {
    "people": ("speaker", "speakers"), "affiliations": ("affiliation", "affiliations"),
    "organisations": ("organisation", "organisations"), "pages": ("page", "pages"), "years": ("year", "years"),
    "months": ("month", "months"), "chapters": ("recording with chapters", "recordings with chapters"),
    "talk": ("talk", "talks"), "paper": ("paper", "papers"), "": ("record", "records"),
}  # fmt: skip
_PARTS = {
    "abstract": "an abstract", "bio": "a biography", "chapters": "chapters", "link": "a link", "code": "a code address",
    "video": "a video address", "url": "an address", "date": "a date", "year": "a year", "full_date": "a full date",
    "authors": "an author count", "comments": "comments", "organisation": "an organisation", "speaker": "a speaker",
    "affiliation": "an affiliation", "odd_time": "a chapter time that cannot be right",
}  # fmt: skip
_SPEAKS = {"chapter": "a chapter", "head": "the heading of a talk"}
_SECTORS = {"academic": "a university", "company": "a company", "laboratory": "a laboratory"}
# Field → how a condition on it reads, and what joins its values.
_READS = {
    "page": "on the page {}", "person": "by {}", "affiliation": "from {}", "role": "with the post of {}",
    "sector": "from {}", "speaks": "speaking in {}",
    "country": "from {} (where the affiliation's country is well known)",
    "abroad": "from outside {} (where the affiliation's country is well known)", "date": "from {}",
    "authors": "with {} authors", "comments": "with {} comments", "speakers": "with {} speakers",
    "pages": "on {} pages", "chapters": "with {} chapters", "links": "with {} links", "size": "with {} records",
    "has": "with {}",
    "title": "with {} in the title", "opening": "with a title that begins with {}", "text": "with {} in title or text",
    "abstract": "with {} in the abstract", "bio": "with {} in the biography",
    "link": "linking to {}", "chapter": "with {} in a chapter's title", "sign": "with {} in the title",
}  # fmt: skip
_ORDERS = {
    "title": "by title", "date": "by date", "speaker": "by speaker", "authors": "by number of authors",
    "comments": "by number of comments", "speakers": "by number of speakers", "pages": "by number of pages",
    "chapters": "by number of chapters", "links": "by number of links",
    "title_length": "by length of title", "size": "by number of records",
}  # fmt: skip


def noun(query: Query, number: int) -> str:
    """What is listed, in the number."""
    forms = _NOUNS[query.listed if query.listed != "records" else query.kind or ""]
    return forms[0 if number == 1 else 1]


def month_name(number: str) -> str:
    """Read "6" → "June"."""
    return MONTHS[int(number) - 1].capitalize()


def describe(query: Query) -> str:
    """The filters and the order, to stand behind the noun; "" when everything is listed."""
    parts = [_condition(one) for one in query.conditions]
    if query.kind and query.listed not in ("records", "people", "affiliations", "organisations", "chapters"):
        parts.append(f"among the {query.kind}s")
    words = "".join(f" {part}" for part in parts)
    if query.order in _ORDERS and not query.best:
        words += f", {_order(query)}"
    elif query.best:
        words += f" {_extreme(query)}"
    if query.skip and query.best:
        words += f", as the next after {query.skip} more extreme"
    elif query.skip:
        words += f", from number {query.skip + 1} on"
    return _short(words)


def _condition(condition: Condition) -> str:
    if condition.field == "among":
        return (
            f"among the {len(condition.values)} told before" if len(condition.values) > 1 else "of the one told before"
        )
    values = " or ".join(_value(condition.field, value) for value in condition.values)
    reads = _READS[condition.field].format(values)
    if values == "1":
        reads = reads.removesuffix("s")
    return reads if not condition.negated else f"without {values}" if condition.field == "has" else f"not {reads}"


def _value(field: str, value: str) -> str:
    if field == "has":
        return _PARTS[value]
    if field == "date":
        return _dates(Dates.read(value))
    if field in ("authors", "comments", "speakers", "pages", "chapters", "links", "size"):
        return _range(Span.read(value))
    if field in ("page", "title", "opening", "abstract", "bio", "text", "link", "chapter", "sign"):
        return f"“{value}”"
    if field == "speaks":
        return _SPEAKS.get(value, value)
    return _SECTORS.get(value, value) if field == "sector" else value


def _range(span: Span | None) -> str:
    """Read "at least 5"."""
    if span is None:
        return ""
    if span.low is None:
        return f"at most {span.high}"
    if span.high is None:
        return f"at least {span.low}"
    return str(span.low) if span.low == span.high else f"{span.low} to {span.high}"


def _dates(dates: Dates | None) -> str:
    if dates is None:
        return ""
    if dates.low is None:
        return f"{_day(dates.high)} or before"
    if dates.high is None:
        return f"{_day(dates.low)} or later"
    return _day(dates.low) if dates.low == dates.high else f"{_day(dates.low)} to {_day(dates.high)}"


def _day(day: Day | None) -> str:
    if day is None:
        return ""
    month = month_name(str(day.month)) if day.month else None
    return " ".join(str(part) for part in (month, day.day, day.year) if part)


def _order(query: Query) -> str:
    if query.order == "date":
        return "newest first" if query.descending else "oldest first"
    return _ORDERS[query.order] + (", descending" if query.descending else "")


def _extreme(query: Query) -> str:
    if query.order == "date":
        return "with the latest date" if query.descending else "with the earliest date"
    if query.order == "title_length":
        return f"with the {'longest' if query.descending else 'shortest'} title"
    counted = "records" if query.order == "size" else query.order
    if counted in ("title", "speaker", "corpus"):
        return f"{'last' if query.descending else 'first'} {_ORDERS.get(query.order, 'in the collection')}"
    return f"with the {'most' if query.descending else 'fewest'} {counted}"


def _short(words: str) -> str:
    """One line of sane length without marks that Markdown or a citation would take for its own."""
    one_line = " ".join(words.split())
    for mark in "[]|*`<>":
        one_line = one_line.replace(mark, " ")
    one_line = one_line if len(one_line) <= 300 else f"{one_line[:300]}…"
    return f" {one_line}" if one_line and one_line[0] not in ",:" else one_line


def one_line(text: str) -> str:
    """Text of a source inside our Markdown: brackets and bars of its own must not be taken for markers and cells."""
    text = " ".join(text.split())
    for mark in ("\\", "[", "]", "|", "*", "`", "<", ">"):
        text = text.replace(mark, f"\\{mark}")
    return text
