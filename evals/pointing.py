"""A query → the symbols that a parser is to learn to write (`assistant/understand/notation.py`).

Comes in: a labelled query, and the question with the query before it. Goes out: symbols that read back as that query,
or None where a value stands in neither.
"""

from collections.abc import Iterator, Sequence

from assistant.query import OWN, WORDS, Query, beside, dates_in, is_number, numbers_in
from assistant.understand.notation import (
    AMONG,
    CLOSED,
    CODE,
    EACH,
    HIGH,
    KNOWN,
    LENGTH,
    LITERAL,
    LOW,
    OR,
    SMALL,
    Pointer,
    Sources,
    Symbol,
    Token,
    counted,
    items_of,
)
from ingest.records import Date
from ingest.text import searchable

_LONGEST_RUN = 8


def symbols_of(query: Query, sources: Sources) -> list[Symbol] | None:
    """Write a query; None where a value stands neither in the question nor in the query before."""
    symbols: list[Symbol] = []
    for one in _each_joined(query, sources):
        field, values, negated, each = one
        sign = "!" if negated else ""
        if field == AMONG:
            symbols.append(AMONG)
            continue
        if (field, tuple(values)) == CODE:
            symbols.append(f"{sign}code")
            continue
        if field in CLOSED:
            closed = _closed(sign, field, values, sources)
            if closed is None:
                return None
            symbols += closed
            continue
        found = _condition(sign, field, values, sources)
        if found is None:
            return None
        symbols += [*found, *([EACH] if each else [])]
    for item in items_of(Query(**{name: getattr(query, name) for name in OWN})):
        if item.symbol.removesuffix(":").removesuffix("#") in ("listed", "order"):
            pointer = _field_pointer(item.field, sources, item.symbol)
            if pointer is None:
                return None
            symbols += [item.symbol, pointer]
            continue
        symbols.append(item.symbol)
        if item.value is not None:
            number = _of_own_number(item.symbol, int(item.value), sources)
            if number is None:
                return None
            symbols += number
    return symbols


def _each_joined(query: Query, sources: Sources) -> Iterator[tuple[str, list[str], bool, bool]]:
    """Conditions in order; those on the values of one mention, each wanted, as one."""
    ordered = sorted(query.conditions, key=lambda one: (one.field, one.negated))
    done: set[int] = set()
    for number, one in enumerate(ordered):
        if number in done:
            continue
        alike = [n for n, other in enumerate(ordered) if (other.field, other.negated) == (one.field, one.negated)]
        together = {value for n in alike for value in ordered[n].values}
        plural = any(
            (found := token.read_as(one.field)) and set(found.values) == together and len(found.values) > 1
            for token in sources.tokens
        )
        single = all(
            any((found := token.read_as(one.field)) and set(found.values) == {value} for token in sources.tokens)
            for value in together
        )
        if len(alike) > 1 and plural and not single and all(len(ordered[n].values) == 1 for n in alike):
            done |= set(alike)
            yield one.field, sorted(together), one.negated, True
        else:
            yield one.field, list(one.values), one.negated, False


def _closed(sign: str, field: str, values: Sequence[str], sources: Sources) -> list[Symbol] | None:
    symbols: list[Symbol] = []
    for value in values:
        if field == "has" and value not in KNOWN:
            pointer = _field_pointer(value, sources, "has:")
            if pointer is None:
                return None
            symbols += [f"{sign}has:", pointer]
        else:
            symbols += [*([OR] if symbols else []), f"{sign}{field}={value}"]
    return symbols


def _field_pointer(field: str, sources: Sources, symbol: str) -> Pointer | None:
    for number, token in enumerate(sources.tokens):
        if token.field and field in (token.field, counted(token.field).removeprefix("#")):
            return ("asked", number)
    for number, item in enumerate(sources.items):
        if item.field == field and item.symbol.removeprefix("!") == symbol:
            return ("before", number)
    return None


def _condition(sign: str, field: str, values: list[str], sources: Sources) -> list[Symbol] | None:
    if field in LITERAL:
        found = _operands(values, field, sources)
        return [f"{sign}c:{field}", *found] if found else None
    if is_number(field):
        before = _of_before(values[0], field, sources) if len(values) == 1 else None
        if before and sources.items[before[0][1]].field == field:  # type: ignore[index]
            return [f"{sign}n:", *before]
        found = _operands(values, field, sources)
        if found and field == LENGTH and any(_is_length(sources.token(one)) for one in found):
            return [f"{sign}n:", *found]
        named = _field_pointer(field.removeprefix("#"), sources, "")
        return [f"{sign}n:", named, *found] if found and named else None
    return _names(sign, field, values, sources)


def _operands(values: list[str], field: str, sources: Sources) -> list[Symbol] | None:
    symbols: list[Symbol] = []
    for value in values:
        if field == "date":
            found = _of_dates(value, sources)
        elif field in WORDS or field == "role":
            found = _of_words(value, field, sources)
        else:
            found = _of_span(value, sources)
        if found is None:
            return None
        symbols += [*([OR] if symbols else []), *found]
    return symbols


def _names(sign: str, field: str, values: list[str], sources: Sources) -> list[Symbol] | None:
    """Linked names of the question first, then those of the query before, then words."""
    whole = [
        n for n, token in enumerate(sources.tokens) if (one := token.read_as(field)) and set(one.values) == set(values)
    ]
    if whole:
        return [f"{sign}c:", ("asked", whole[0])]
    left = dict.fromkeys(values)
    parts: list[tuple[bool, list[Symbol]]] = []
    for number, token in enumerate(sources.tokens):
        found = token.read_as(field)
        if found and left and set(found.values) <= set(values) and set(found.values) & set(left):
            parts.append((True, [("asked", number)]))
            for value in found.values:
                left.pop(value, None)
    for value in list(left):
        if before := _of_before(value, field, sources):
            parts.append((True, before))
        elif words := _of_words(value, field, sources):
            parts.append((False, words))
        else:
            return None
    if any(linked for linked, _ in parts):
        parts.sort(key=lambda one: not one[0])
        start: list[Symbol] = [f"{sign}c:"]
    elif (named := _field_pointer(field, sources, "")) and field not in ("speaker", "affiliation"):
        start = [f"{sign}c:", named]
    elif field in ("speaker", "affiliation", "organisation"):
        start = [f"{sign}c:{field}"]
    else:
        return None
    return [*start, *(one for n, (_, part) in enumerate(parts) for one in (*([OR] if n else []), *part))]


def _of_words(value: str, field: str, sources: Sources) -> list[Symbol] | None:
    wanted = _plain(value)
    for number, token in enumerate(sources.tokens):
        texts = sources.texts(("asked", number), field)
        if len(texts) == 1 and token.tag != "NUMBER" and _plain(texts[0]) == wanted:
            return [("asked", number)]
    for first, last in _runs(len(sources.tokens)):
        if _plain(" ".join(token.text for token in sources.tokens[first:last])) == wanted:
            return [("asked", number) for number in range(first, last)]
    return _of_before(value, field, sources)


def _of_before(value: str, field: str, sources: Sources) -> list[Symbol] | None:
    places = [
        n for n, item in enumerate(sources.items) if item.value is not None and _plain(item.value) == _plain(value)
    ]
    same = (n for n in places if sources.items[n].field == field)
    best = next(same, next(iter(places), None) if field in LITERAL or field.startswith("#") else None)
    return None if best is None else [("before", best)]


def _of_span(value: str, sources: Sources) -> list[Symbol] | None:
    ends = set(value.split(".."))
    named = any(set(one.values) & ends for token in sources.tokens for one in token.readings if one.field == "number")
    if not named and (before := _of_before(value, "#", sources)):
        return before
    span = numbers_in(value)
    if span is None or span.low == span.high:
        return None if span is None or span.low is None else _of_number(span.low, (("", 0),), sources)
    found = [
        _of_number(end, bounds, sources) for end, bounds in ((span.low, LOW), (span.high, HIGH)) if end is not None
    ]
    return None if None in found else [symbol for end in found for symbol in end or ()]


def _of_own_number(name: str, number: int, sources: Sources) -> list[Symbol] | None:
    if name == "skip":
        for place, token in enumerate(sources.tokens):
            ordinal = token.read_as("ordinal")
            if ordinal and ordinal.values == (str(number + 1),):
                return [("asked", place)]
    return _of_number(number, (("", 0),), sources)


def _of_number(number: int, bounds: Sequence[tuple[str, int]], sources: Sources) -> list[Symbol] | None:
    for bound, step in bounds:
        for place, token in enumerate(sources.tokens):
            found = token.read_as("number") or token.read_as("seconds")
            if found and found.values == (str(number - step),):
                return _bounded(bound, ("asked", place))
    for place, item in enumerate(sources.items):
        if item.value == str(number):
            return _bounded(bounds[0][0], ("before", place))
    return _bounded(bounds[0][0], f"n{number}") if f"n{number}" in SMALL else None


def _of_dates(value: str, sources: Sources) -> list[Symbol] | None:
    for number, token in enumerate(sources.tokens):
        found = token.read_as("date")
        if found and found.values[:1] == (value,):
            return [("asked", number)]
    if before := _of_before(value, "date", sources):
        return before
    dates = dates_in(value)
    if dates is None or dates.low == dates.high:
        return None if dates is None or dates.low is None else _of_day(dates.low, (("", 0),), sources)
    ends = [_of_day(end, bounds, sources) for end, bounds in ((dates.low, LOW), (dates.high, HIGH)) if end]
    return None if None in ends else [symbol for end in ends for symbol in end or ()]


def _of_day(day: Date, bounds: Sequence[tuple[str, int]], sources: Sources) -> list[Symbol] | None:
    named = [
        (n, found.values[0])
        for n, token in enumerate(sources.tokens)
        if (found := token.read_as("date") or token.read_as("number"))
    ]
    for bound, step in bounds:
        wanted = beside(day, -step) if step else day
        for number, value in named:
            if value == wanted.iso:
                return _bounded(bound, ("asked", number))
        for number, value in named:
            if wanted.year is not None and wanted.month is not None and value == f"-{str(wanted.iso)[4:]}":
                year = _of_year(str(wanted.year), named, sources)
                return _bounded(bound, ("asked", number), year) if year else None
    return None


def _of_year(year: str, named: Sequence[tuple[int, str]], sources: Sources) -> Pointer | None:
    for number, value in named:
        if value.startswith(year):
            return ("asked", number)
    for number, item in enumerate(sources.items):
        if item.field == "date" and (item.value or "").lstrip(".").startswith(year):
            return ("before", number)
    return None


def _is_length(token: Token | None) -> bool:
    return token is not None and token.tag == "SECONDS"


def _bounded(bound: str, *symbols: Symbol) -> list[Symbol]:
    return [*([bound] if bound else []), *symbols]


def _runs(length: int) -> Iterator[tuple[int, int]]:
    for first in range(length):
        for last in range(first + 1, min(first + _LONGEST_RUN, length) + 1):
            yield first, last


def _plain(text: str) -> str:
    return searchable(text) or text.strip().lower()
