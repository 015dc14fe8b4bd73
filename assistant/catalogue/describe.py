"""A query in words, as the answer repeats it: whoever was misunderstood can see it.

Comes in: a query. Goes out: English.
"""

from assistant.catalogue.query import Query, Span

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
    "affiliation": "an affiliation",
}  # fmt: skip
_MONTHS = "January February March April May June July August September October November December".split()
_SECTORS = {"academic": "a university", "company": "a company", "laboratory": "a laboratory"}
_ORDERS = {
    "title": "by title", "date": "by date", "speaker": "by speaker", "authors": "by number of authors",
    "comments": "by number of comments", "speakers": "by number of speakers", "pages": "by number of pages",
    "chapters": "by number of chapters", "title_length": "by length of title", "size": "by number of records",
}  # fmt: skip


def noun(query: Query, number: int) -> str:
    """What is listed, in the number."""
    forms = _NOUNS[query.listed if query.listed != "records" else query.kind or ""]
    return forms[0 if number == 1 else 1]


def month_name(number: str) -> str:
    """Read "6" → "June"."""
    return _MONTHS[int(number) - 1]


def describe(query: Query) -> str:
    """The filters and the order, to stand behind the noun; "" when everything is listed."""
    parts = [*_about_people(query), *_about_dates(query)]
    if query.kind and query.listed not in ("records", "people", "affiliations", "organisations", "chapters"):
        parts.append(f"among the {query.kind}s")
    parts += [f"on the page “{page}”" for page in query.pages]
    parts += [f"not on the page “{page}”" for page in query.not_pages]
    for span, one, many in (
        (query.authors, "author", "authors"), (query.comments, "comment", "comments"),
        (query.speakers, "speaker", "speakers"), (query.page_count, "page", "pages"),
        (query.chapters, "chapter", "chapters"), (query.sizes, "record", "records"),
    ):  # fmt: skip
        if span is not None:
            lead = "on" if one == "page" else "with"
            parts.append(f"{lead} {range_words(span)} {one if span == Span(1, 1) else many}")
    parts += [f"with {_PARTS[part]}" for part in query.having]
    parts += [f"without {_PARTS[part]}" for part in query.lacking]
    parts += [f"with “{phrase}” in the title" for phrase in query.titles]
    if query.openings:
        parts.append(f"with a title that begins with {' or '.join(f'“{phrase}”' for phrase in query.openings)}")
    parts += [f"with “{phrase}” in title or text" for phrase in query.texts]
    parts += [f"linking to “{address}”" for address in query.links]
    if query.odd_times:
        parts.append("with a chapter time that cannot be right")
    words = "".join(f" {part}" for part in parts)
    if query.order in _ORDERS and not query.best:
        words += f", {_order(query)}"
    elif query.best:
        words += f" {_extreme(query)}"
    return _short(words)


def range_words(span: Span) -> str:
    """Read "at least 5"."""
    if span.low is None:
        return f"at most {span.high}"
    if span.high is None:
        return f"at least {span.low}"
    return str(span.low) if span.low == span.high else f"{span.low} to {span.high}"


def _about_people(query: Query) -> list[str]:
    parts = []
    if query.people:
        parts.append(
            f"by {' or '.join(query.people)}" if query.listed != "people" else f"named {' or '.join(query.people)}"
        )
    if query.affiliations:
        parts.append(f"from {' or '.join(query.affiliations)}")
    if query.roles:
        parts.append(f"with the post of {' or '.join(query.roles)}")
    if query.sectors:
        parts.append(f"from {' and from '.join(_SECTORS[sector] for sector in query.sectors)}")
    if query.countries:
        parts.append(f"from {' or '.join(query.countries)} (where the affiliation's country is well known)")
    if query.not_countries:
        parts.append(
            f"from outside {' and '.join(query.not_countries)} (where the affiliation's country is well known)"
        )
    return parts


def _about_dates(query: Query) -> list[str]:
    parts = []
    if query.months:
        day = f" {query.day}" if query.day is not None else ""
        parts.append(f"from {' or '.join(_MONTHS[month - 1] for month in query.months if 1 <= month <= 12)}{day}")
    if query.years is not None:
        low, high = query.years.low, query.years.high
        if low is None:
            parts.append(f"from {high} or before")
        elif high is None:
            parts.append(f"from {low} or later")
        else:
            parts.append(f"from {low}" if low == high else f"from {low} to {high}")
    if query.dates is not None:
        parts += [_edge(query.dates.low, "from", "after")] if query.dates.low is not None else []
        parts += [_edge(query.dates.high, "until", "before")] if query.dates.high is not None else []
    return parts


def _edge(date: int, within: str, beyond: str) -> str:
    """An end of a range of dates; the days 0, 32 and 99 of a month stand for its edges."""
    if date % 100 == 99:
        date += 1
        within = beyond
    elif date % 100 > 31:
        within = beyond
    day = date % 100
    month = _MONTHS[(date // 100 % 100 - 1) % 12]
    return f"{within} {month}{f' {day}' if 0 < day < 31 else ''} {date // 10000}"


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
