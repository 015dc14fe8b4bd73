"""A query as a line of symbols, in which values are only pointed at: what the learned parser writes.

"Papers of 2024 by at least three people" is `c:authors >= @three c:date @2024 listed=records kind=paper`. A follow-up
may point at values of the query before as well. So a parser learns how questions are put, not which names there are.

Comes in: symbols, and what they can point at. Goes out: a query, or None when they are none. The other way, which only
learning needs, goes `evals/pointing.py`.

Source: See, Liu and Manning, "Get To The Point: Summarization with Pointer-Generator Networks", ACL 2017; for queries
Rongali et al., "Don't Parse, Generate!", WWW 2020.
"""

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal, get_args

from assistant.catalogue.marking import Token
from assistant.catalogue.plain import parse_query
from assistant.catalogue.query import CountField, Query, WordField
from assistant.catalogue.values import Dates

Pointer = tuple[Literal["asked", "before"], int]
Symbol = str | Pointer

NONE = "none"
"""What is written of a question that asks for no list."""

CLOSED = ("has", "sector", "speaks", "sign")
"""Fields of few values, which are part of the symbol."""

COUNTS = frozenset(get_args(CountField))
LOW, HIGH = ((">=", 0), (">", 1)), (("<=", 0), ("<", -1))
"""Ends of a range, each with what is added to the number or date behind it."""

OR = "|"
SMALL = {f"n{number}": str(number) for number in range(4)}
"""Numbers that no word of the question need name: "solo", "uncommented"."""

# Their fields hold words as typed, but for quotations and titles, which are known as wholes.
_WORDS = frozenset(get_args(WordField))
_WHOLE = ("QUOTE", "TITLEREF", "CHAPTERREF")
OWN = {field.name: field.default for field in fields(Query) if field.name != "conditions"}
_BOUNDS = dict(LOW + HIGH)
_NUMBERED = ("limit", "skip")


@dataclass(frozen=True, slots=True)
class Item:
    """A part of the query before.

    Attributes:
        symbol: What would be written for it.
        value: What can be pointed at; None where the symbol says all.
    """

    symbol: str
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Sources:
    """What can be pointed at.

    Attributes:
        tokens: Of the question, filler too.
        items: Of the query before; none where there was none.
    """

    tokens: Sequence[Token]
    items: Sequence[Item] = ()

    def texts(self, pointer: Pointer, field: str) -> list[str]:
        """The values that a pointer stands for."""
        place, number = pointer
        if place == "before":
            return [self.items[number].value or ""]
        token = self.tokens[number]
        # "Video" in a title is no more than that word.
        as_typed = not token.values or (field in _WORDS and token.tag not in _WHOLE)
        return [token.text] if as_typed else list(token.values)


def items_of(query: Query | None) -> list[Item]:
    """The parts of a query, in the order in which they are written."""
    if query is None:
        return []
    items = []
    for one in sorted(query.conditions, key=lambda one: (one.field, one.negated)):
        sign = "!" if one.negated else ""
        closed = one.field in CLOSED
        items += [Item(f"{sign}{one.field}={v}") if closed else Item(f"{sign}c:{one.field}", v) for v in one.values]
    for name, default in OWN.items():
        value = getattr(query, name)
        if value == default and name != "listed":
            continue
        if name in _NUMBERED:
            items.append(Item(name, str(value)))
        else:
            items.append(Item(name if value is True else f"{name}={value}"))
    return items


def query_of(symbols: Sequence[Symbol], sources: Sources) -> Query | None:
    """Read symbols; what makes no sense makes no query."""
    rest = deque(symbols)
    lines = []
    try:
        while rest:
            lines.append(_line(rest, sources))
    except (IndexError, ValueError):
        return None
    return parse_query("\n".join(lines))


def _line(rest: deque[Symbol], sources: Sources) -> str:
    symbol = rest.popleft()
    if not isinstance(symbol, str):
        raise ValueError(symbol)
    name, _, value = symbol.removeprefix("!").removeprefix("c:").partition("=")
    values = [value] if value else []
    if symbol.removeprefix("!").startswith("c:"):
        values = _values(rest, name, sources)
    while rest and rest[0] == OR:
        rest.popleft()
        values += [str(rest.popleft()).partition("=")[2]] if value else _values(rest, name, sources)
    if name in _NUMBERED:
        values = _values(rest, name, sources)
    return f"{'not ' if symbol[0] == '!' else ''}{name}: {' | '.join(values or ['yes'])}"


def _values(rest: deque[Symbol], field: str, sources: Sources) -> list[str]:
    if not rest or rest[0] not in _BOUNDS:
        return _operand(rest, field, sources)
    low = high = ""
    while rest and rest[0] in _BOUNDS:
        bound = str(rest.popleft())
        [text] = _operand(rest, field, sources)
        end = _moved(text, field, _BOUNDS[bound])
        low, high = (end, high) if bound in dict(LOW) else (low, end)
    if low.startswith("--") and high[:1].isdigit():
        # "From April to June 2025".
        low = high[:4] + low[1:]
    return [f"{low}..{high}"]


def _operand(rest: deque[Symbol], field: str, sources: Sources) -> list[str]:
    symbol = rest.popleft()
    if isinstance(symbol, str):
        return [_number(symbol)]
    texts = sources.texts(symbol, field)
    if field == "date":
        return _with_year(texts, rest, sources)
    if field not in COUNTS:
        # Words side by side are looked for as one.
        while rest and symbol[0] == "asked" and rest[0] == ("asked", symbol[1] + 1):
            symbol = ("asked", symbol[1] + 1)
            texts[-1] += " " + sources.texts(symbol, field)[0]
            rest.popleft()
    return texts


def _number(symbol: str) -> str:
    if symbol not in SMALL:
        raise ValueError(symbol)
    return SMALL[symbol]


def _with_year(texts: list[str], rest: deque[Symbol], sources: Sources) -> list[str]:
    """Read "October" and the year that stands elsewhere, or was asked for before."""
    if not (texts[0].startswith("--") and rest and not isinstance(rest[0], str)):
        return texts
    year = re.match(r"\.*(\d{4})", sources.texts(rest.popleft(), "date")[0])  # type: ignore[arg-type]
    if year is None:
        raise ValueError(texts)
    return [year[1] + texts[0][1:]]


def _moved(text: str, field: str, step: int) -> str:
    if field != "date":
        return str(int(text) + step)
    dates = Dates.read(text)
    day = None if dates is None else dates.high if step > 0 else dates.low
    if day is None:
        raise ValueError(text)
    return str(day.next(step) if step else day)
