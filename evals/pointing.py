"""A query → the symbols that a parser is to learn to write (`assistant/catalogue/notation.py`).

Comes in: a labelled query, and the question with the query before it. Goes out: symbols that read back as that query,
or None where a value stands in neither.
"""

from collections.abc import Iterator, Sequence

from assistant.catalogue.notation import CLOSED, COUNTS, HIGH, LOW, OR, OWN, SMALL, Pointer, Sources, Symbol, items_of
from assistant.catalogue.query import Query
from assistant.catalogue.values import Dates, Day, Span

_LONGEST_RUN = 8


def symbols_of(query: Query, sources: Sources) -> list[Symbol] | None:
    """Write a query; None where a value stands neither in the question nor in the query before."""
    symbols: list[Symbol] = []
    for one in sorted(query.conditions, key=lambda one: (one.field, one.negated)):
        sign = "!" if one.negated else ""
        if one.field in CLOSED:
            symbols += [part for value in one.values for part in (OR, f"{sign}{one.field}={value}")][1:]
            continue
        symbols.append(f"{sign}c:{one.field}")
        values = list(one.values)
        while values:
            found, length = _pointed_at(values, one.field, sources)
            if found is None:
                return None
            values = values[length:]
            symbols += [*found, *([OR] if values else [])]
    for item in items_of(Query(**{name: getattr(query, name) for name in OWN})):
        symbols.append(item.symbol)
        if item.value is not None:
            number = _of_number(int(item.value), (("", 0),), sources)
            if number is None:
                return None
            symbols += number
    return symbols


def _pointed_at(values: list[str], field: str, sources: Sources) -> tuple[list[Symbol] | None, int]:
    """How the first values are written, and how many of them."""
    for number, token in enumerate(sources.tokens):
        length = len(token.values)
        if length > 1 and tuple(values[:length]) == token.values:
            return [("asked", number)], length
    if field in COUNTS:
        return _of_span(values[0], field, sources), 1
    if field == "date":
        return _of_dates(values[0], sources), 1
    return _of_words(values[0], field, sources), 1


def _of_words(value: str, field: str, sources: Sources) -> list[Symbol] | None:
    wanted = _plain(value)
    for number, token in enumerate(sources.tokens):
        texts = sources.texts(("asked", number), field)
        if len(texts) == 1 and token.tag != "NUMBER" and _plain(texts[0]) == wanted:
            return [("asked", number)]
    # Of a page the name alone: "Recorded Talks: Workshops and Tutorials".
    named = (wanted, wanted.split(": ", 1)[-1]) if field == "page" else (wanted,)
    for first, last in _runs(len(sources.tokens)):
        if _plain(" ".join(token.text for token in sources.tokens[first:last])) in named:
            return [("asked", number) for number in range(first, last)]
    return _of_before(value, field, sources)


def _of_before(value: str, field: str, sources: Sources) -> list[Symbol] | None:
    places = [
        n for n, item in enumerate(sources.items) if item.value is not None and _plain(item.value) == _plain(value)
    ]
    best = next((n for n in places if sources.items[n].symbol.endswith(f"c:{field}")), next(iter(places), None))
    return None if best is None else [("before", best)]


def _of_span(value: str, field: str, sources: Sources) -> list[Symbol] | None:
    named = any(token.tag == "NUMBER" and set(token.values) & set(value.split("..")) for token in sources.tokens)
    if not named and (before := _of_before(value, field, sources)):
        return before
    span = Span.read(value)
    if span is None or span.low == span.high:
        return None if span is None or span.low is None else _of_number(span.low, (("", 0),), sources)
    ends = [_of_number(end, bounds, sources) for end, bounds in ((span.low, LOW), (span.high, HIGH)) if end is not None]
    return None if None in ends else [symbol for end in ends for symbol in end or ()]


def _of_number(number: int, bounds: Sequence[tuple[str, int]], sources: Sources) -> list[Symbol] | None:
    for bound, step in bounds:
        for place, token in enumerate(sources.tokens):
            if token.tag in ("NUMBER", "ORDINAL") and token.values == (str(number - step),):
                return _bounded(bound, ("asked", place))
    for place, item in enumerate(sources.items):
        if item.value == str(number):
            return _bounded(bounds[0][0], ("before", place))
    return _bounded(bounds[0][0], f"n{number}") if f"n{number}" in SMALL else None


def _of_dates(value: str, sources: Sources) -> list[Symbol] | None:
    for number, token in enumerate(sources.tokens):
        if token.values[:1] == (value,):
            return [("asked", number)]
    if before := _of_before(value, "date", sources):
        return before
    dates = Dates.read(value)
    if dates is None or dates.low == dates.high:
        return None if dates is None or dates.low is None else _of_day(dates.low, (("", 0),), sources)
    ends = [_of_day(end, bounds, sources) for end, bounds in ((dates.low, LOW), (dates.high, HIGH)) if end]
    return None if None in ends else [symbol for end in ends for symbol in end or ()]


def _of_day(day: Day, bounds: Sequence[tuple[str, int]], sources: Sources) -> list[Symbol] | None:
    named = [
        (n, token.values[0])
        for n, token in enumerate(sources.tokens)
        if token.tag in ("TIME", "NUMBER") and token.values
    ]
    for bound, step in bounds:
        wanted = day.next(-step) if step else day
        for number, value in named:
            if value == str(wanted):
                return _bounded(bound, ("asked", number))
        for number, value in named:
            if wanted.year is not None and wanted.month is not None and value == f"-{str(wanted)[4:]}":
                year = _of_year(str(wanted.year), named, sources)
                return _bounded(bound, ("asked", number), year) if year else None
    return None


def _of_year(year: str, named: Sequence[tuple[int, str]], sources: Sources) -> Pointer | None:
    for number, value in named:
        if value.startswith(year):
            return ("asked", number)
    for number, item in enumerate(sources.items):
        if item.symbol.endswith("c:date") and (item.value or "").lstrip(".").startswith(year):
            return ("before", number)
    return None


def _bounded(bound: str, *symbols: Symbol) -> list[Symbol]:
    return [*([bound] if bound else []), *symbols]


def _runs(length: int) -> Iterator[tuple[int, int]]:
    for first in range(length):
        for last in range(first + 1, min(first + _LONGEST_RUN, length) + 1):
            yield first, last


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).strip("\"'“”")
