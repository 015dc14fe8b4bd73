"""A query as a line of symbols, in which values and fields are only pointed at: what the learned parser writes.

"Papers of 2024 by at least three people" is `c:author_count >= @three c:date @2024 listed=records kind=paper`. A name
that is linked carries its field, so it is written `c: @PyCon`; a word that names a field is pointed at likewise:
`listed: @events`, `has: @licence`, `order: @duration`. A follow-up may point at parts of the query before as well. So
the parser learns how questions are put, not which names or fields there are.

Comes in: symbols, and what they can point at. Goes out: a query, or None when they are none. The other way, which only
learning needs, is in `evals/pointing.py`.
"""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from assistant.query import OWN, WORDS, Condition, Query, beside, dates_in, is_number, parse_query
from assistant.types import Mention
from assistant.understand.entities import split_words
from ingest import schema

Pointer = tuple[Literal["asked", "before"], int]
Symbol = str | Pointer

NONE = "none"
"""What is written of a question that asks for no list."""

CLOSED = ("has", "speaks", "sign")
"""Fields of few values, which are part of the symbol."""

POINTED = ("c:", "n:", "has:", "listed:", "order:", "order#:")
"""Symbols behind which a word that names a field, or a linked name, is pointed at."""

LOW, HIGH = ((">=", 0), (">", 1)), (("<=", 0), ("<", -1))
"""Ends of a range, each with what is added to the number or date behind it."""

LENGTH = "duration_s"
CODE = ("link", ("github.com", "gitlab.", "bitbucket.org"))
"""Where code is published; written "code"."""
OR, EACH, AMONG = "|", "each", "among"
"""EACH: every value of the name before it is wanted, not any: "on both daily pages"."""
SMALL = {f"n{number}": str(number) for number in range(4)}
"""Numbers that no word of the question need name: "solo", "uncommented"."""

_BOUNDS = dict(LOW + HIGH)
NUMBERED = ("limit", "skip")
TAGS = {
    "speaker": "PERSON", "title": "TITLE", "field": "FIELD", "kind": "KIND", "date": "DATE", "number": "NUMBER",
    "ordinal": "ORDINAL", "seconds": "SECONDS", "quotation": "QUOTE",
}  # fmt: skip
WORD = "WORD"
_WHOLE = ("TITLE", "QUOTE")


@dataclass(frozen=True, slots=True)
class Token:
    """A span of the question that can be pointed at.

    Attributes:
        tag: What the network sees of it.
        text: As typed.
        readings: What it may stand for, the likeliest first; none of a plain word.
    """

    tag: str
    text: str
    start: int
    end: int
    readings: tuple[Mention, ...] = ()

    def read_as(self, field: str) -> Mention | None:
        """Its reading as a value of a field."""
        return next((one for one in self.readings if one.field == field), None)

    @property
    def named(self) -> Mention | None:
        """Its reading as a value of any field."""
        return next((one for one in self.readings if one.field not in TAGS or one.field == "speaker"), None)

    @property
    def field(self) -> str | None:
        """The field that it names."""
        found = self.read_as("field")
        return found.values[0] if found else None


@dataclass(frozen=True, slots=True)
class Item:
    """A part of the query before.

    Attributes:
        symbol: What would be written for it.
        value: What can be pointed at; None where the symbol says all.
        field: Whose value it is.
    """

    symbol: str
    value: str | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Sources:
    """What can be pointed at.

    Attributes:
        tokens: Of the question, plain words too.
        items: Of the query before; none where there was none.
        before: Ids of the records that were listed before.
    """

    tokens: Sequence[Token]
    items: Sequence[Item] = ()
    before: Sequence[str] = ()

    def texts(self, pointer: Pointer, field: str) -> list[str]:
        """The values that a pointer stands for, as values of a field."""
        token = self.token(pointer)
        if token is None:
            return [self.items[pointer[1]].value or ""]
        if field in WORDS:
            # "Video" in a title is no more than that word.
            return list(token.readings[0].values) if token.tag in _WHOLE else [token.text]
        sorts = ("date", "number", "seconds", "ordinal") if _is_measured(field) else (field,)
        found = next((one for sort in sorts if (one := token.read_as(sort))), None)
        return list(found.values) if found else [token.text]

    def token(self, symbol: Symbol) -> Token | None:
        """The part of the question that is pointed at."""
        return self.tokens[int(symbol[1])] if symbol[0] == "asked" else None

    def names_field(self, symbol: Symbol) -> bool:
        """Whether a word for a field is pointed at, not a value."""
        token = self.token(symbol)
        return token is not None and token.field is not None

    def field_at(self, pointer: Pointer) -> str:
        """The field that is named, or whose value is pointed at."""
        token = self.token(pointer)
        if token is None:
            return self.items[pointer[1]].field
        return token.field or (token.named.field if token.named else "")


def _is_measured(field: str) -> bool:
    return is_number(field) or field == "date" or field in NUMBERED


def counted(field: str) -> str:
    """How many values of a field a record has, as conditions name it."""
    known = schema.field_of(field)
    return f"#{known.each if known else field}"


def tokens_of(question: str, mentions: Sequence[Mention]) -> list[Token]:
    """Mentions by their spans, and the words between them."""
    spans: dict[tuple[int, int], list[Mention]] = {}
    for one in mentions:
        spans.setdefault((one.start, one.end), []).append(one)
    called = {value for one in mentions if one.field == "field" for value in one.values}
    for readings in spans.values():
        # "Tagged security", where there is a track of that name as well.
        readings.sort(key=lambda one: one.field not in called and one.field not in TAGS)
    found = [Token(tag_of(readings), readings[0].text, *span, tuple(readings)) for span, readings in spans.items()]
    taken = [False] * (len(question) + 1)
    for start, end in spans:
        taken[start:end] = [True] * (end - start)
    found += [Token(WORD, one.text, one.start, one.end) for one in split_words(question) if not taken[one.start]]
    return sorted(found, key=lambda token: token.start)


def tag_of(readings: Sequence[Mention]) -> str:
    """One tag for all that a span may stand for."""
    tags = [TAGS.get(one.field, "VALUE" if one.is_sure else "PERHAPS") for one in readings]
    return f"{tags[0]}+" if tags[0] == "DATE" and len(tags) > 1 else tags[0]


def items_of(query: Query | None) -> list[Item]:
    """The parts of a query, in the order in which they are written."""
    if query is None:
        return []
    items = []
    for one in sorted(query.conditions, key=lambda one: (one.field, one.negated)):
        sign = "!" if one.negated else ""
        if one.field == AMONG:
            items.append(Item(AMONG))
        elif (one.field, one.values) == CODE:
            items.append(Item(f"{sign}code"))
        elif one.field in CLOSED:
            pointed = [one.field == "has" and value not in KNOWN for value in one.values]
            items += [
                Item(f"{sign}has:", value, value) if is_pointed else Item(f"{sign}{one.field}={value}")
                for value, is_pointed in zip(one.values, pointed, strict=True)
            ]
        else:
            symbol = f"c:{one.field}" if one.field in LITERAL else "n:" if _is_measured(one.field) else "c:"
            items += [Item(f"{sign}{symbol}", value, one.field) for value in one.values]
    for name, default in OWN.items():
        value = getattr(query, name)
        if value == default and name != "listed":
            continue
        if name in NUMBERED:
            items.append(Item(name, str(value)))
        elif name in ("listed", "order") and value not in KNOWN:
            items.append(Item(f"{name}#:" if value.startswith("#") else f"{name}:", value, value.removeprefix("#")))
        else:
            items.append(Item(name if value is True else f"{name}={value}"))
    return items


LITERAL = frozenset("date author_count comment_count #speaker #page #chapter #link # role".split()) | {*WORDS}
"""Fields of conditions that have a symbol of their own; all others are pointed at."""
KNOWN = frozenset(
    "records chapters years months speaker affiliation organisation corpus title date author_count comment_count size "
    "duration_s title_length abstract bio chapter links video_url year full_date odd_time "
    "#speaker #chapter #link".split()
)
"""What has a symbol of its own where it is listed, ordered by or had."""


def query_of(symbols: Sequence[Symbol], sources: Sources) -> Query | None:
    """Read symbols; what makes no sense makes no query."""
    reader = _Reader([one for one in symbols if one != AMONG], sources)
    try:
        query = parse_query("\n".join(reader.lines()))
    except (LookupError, ValueError):
        return None
    if query is None or AMONG not in symbols:
        return query
    # Not as text: it may be long.
    ids = Condition(AMONG, tuple(sources.before))
    return replace(query, conditions=(ids, *query.conditions)) if sources.before else None


def asks_unheld(symbols: Sequence[Symbol], sources: Sources) -> bool:
    """Whether a line has a condition on words that no record holds: "in Hall 9", where no hall is told."""
    for name, pointer, after in zip(symbols, symbols[1:], (*symbols[2:], ""), strict=False):
        if name not in ("c:", "!c:") or isinstance(pointer, str):
            continue
        if not sources.field_at(pointer) or (sources.names_field(pointer) and isinstance(after, str)):
            return True
    return False


class _Reader:
    """Reads symbols from the left; ValueError or LookupError where they make no sense."""

    def __init__(self, symbols: Sequence[Symbol], sources: Sources) -> None:
        self._rest = deque(symbols)
        self._sources = sources

    def lines(self) -> Iterator[str]:
        """As `parse_query` reads them."""
        while self._rest:
            symbol = self._rest.popleft()
            if not isinstance(symbol, str):
                raise ValueError(symbol)
            bare = symbol.removeprefix("!")
            for key, values in self._conditions(bare) if bare in POINTED else [self._own(bare)]:
                yield f"{'not ' if bare != symbol else ''}{key}: {' | '.join(values)}"

    def _own(self, symbol: str) -> tuple[str, Sequence[str]]:
        if symbol == "code":
            return CODE
        name, _, value = symbol.removeprefix("c:").partition("=")
        if symbol.startswith("c:") or name in NUMBERED:
            return name, self._any_of(name)
        values = [value or "yes"]
        while self._took(OR):
            values.append(str(self._rest.popleft()).partition("=")[2])
        return name, values

    def _conditions(self, symbol: str) -> Iterator[tuple[str, Sequence[str]]]:
        pointer = self._rest[0]
        token = self._sources.token(pointer)
        if symbol == "n:" and (pointer in _BOUNDS or (token is not None and token.tag == "SECONDS")):
            # A length of time; its field need not be named.
            yield LENGTH, self._values(LENGTH)
            return
        field = "" if isinstance(pointer, str) else self._sources.field_at(pointer)
        if not field:
            raise ValueError(pointer)
        if symbol not in ("c:", "n:"):
            self._rest.popleft()
            yield symbol.rstrip("#:"), [counted(field) if "#" in symbol else field]
            return
        if self._sources.names_field(pointer):
            self._rest.popleft()
        if symbol == "n:" and not is_number(field):
            field = counted(field)
        values = self._any_of(field)
        yield from [(field, [value]) for value in values] if self._took(EACH) else [(field, [*dict.fromkeys(values)])]

    def _took(self, symbol: Symbol) -> bool:
        """Whether this comes next; it is read then."""
        comes = bool(self._rest) and self._rest[0] == symbol
        if comes:
            self._rest.popleft()
        return comes

    def _any_of(self, field: str) -> list[str]:
        values = self._values(field)
        while self._took(OR):
            values += self._values(field)
        return values

    def _values(self, field: str) -> list[str]:
        if self._rest[0] not in _BOUNDS:
            return self._operand(field)
        low = high = ""
        while self._rest and self._rest[0] in _BOUNDS:
            bound = str(self._rest.popleft())
            [text] = self._operand(field)
            end = _moved(text, field, _BOUNDS[bound])
            low, high = (end, high) if bound in dict(LOW) else (low, end)
        if low.startswith("--") and high[:1].isdigit():
            # "From April to June 2025".
            low = high[:4] + low[1:]
        return [f"{low}..{high}"]

    def _operand(self, field: str) -> list[str]:
        symbol = self._rest.popleft()
        if isinstance(symbol, str):
            return [SMALL[symbol]]
        texts, token = self._sources.texts(symbol, field), self._sources.token(symbol)
        if field == "date" and texts[0].startswith("--") and self._rest and not isinstance(self._rest[0], str):
            return [self._year() + texts[0][1:]]
        if field == "skip" and token is not None and token.tag == "ORDINAL":
            return [str(int(texts[0]) - 1)]
        if not _is_measured(field) and token is not None and not token.read_as(field):
            # Words side by side are looked for as one.
            while self._took(("asked", symbol[1] + 1)):
                symbol = ("asked", symbol[1] + 1)
                texts[-1] += " " + self._sources.texts(symbol, field)[0]
        return texts

    def _year(self) -> str:
        """The year of a month or day, which stands elsewhere, or was asked for before."""
        year = re.match(r"\.*(\d{4})", self._sources.texts(self._rest.popleft(), "date")[0])  # type: ignore[arg-type]
        if year is None:
            raise ValueError(self._rest)
        return year[1]


def _moved(text: str, field: str, step: int) -> str:
    if field != "date":
        return str(int(text) + step)
    dates = dates_in(text)
    day = dates and (dates.high if step > 0 else dates.low)
    if not day:
        raise ValueError(text)
    return (beside(day, step) if step else day).iso or ""
