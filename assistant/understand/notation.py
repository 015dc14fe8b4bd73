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
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Literal

from assistant.query import WORDS, Condition, Query, beside, dates_in, is_number, parse_query
from assistant.types import Mention
from assistant.understand.entities import split_words
from ingest import schema

Pointer = tuple[Literal["asked", "before"], int]
Symbol = str | Pointer

NONE = "none"
"""What is written of a question that asks for no list."""

CLOSED = ("has", "speaks", "sign")
"""Fields of few values, which are part of the symbol."""

POINTED = {
    "c:": "",
    "n:": "",
    "has:": "has",
    "listed:": "listed",
    "order:": "order",
    "order#:": "order",
    "summed:": "summed",
}
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

OWN = {field.name: field.default for field in fields(Query) if field.name != "conditions"}
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
        place, number = pointer
        if place == "before":
            return [self.items[number].value or ""]
        token = self.tokens[number]
        if field in WORDS:
            # "Video" in a title is no more than that word.
            return list(token.readings[0].values) if token.tag in _WHOLE else [token.text]
        sorts = ("date", "number", "seconds", "ordinal") if _is_measured(field) else (field,)
        found = next((one for sort in sorts if (one := token.read_as(sort))), None)
        return list(found.values) if found else [token.text]

    def is_length(self, symbol: Symbol) -> bool:
        """Whether a length of time is pointed at; its field need not be named."""
        return symbol[0] == "asked" and self.tokens[int(symbol[1])].tag == "SECONDS"

    def field_at(self, pointer: Pointer) -> str:
        """The field that is named, or whose value is pointed at."""
        place, number = pointer
        if place == "before":
            return self.items[number].field
        token = self.tokens[number]
        named = token.named
        return token.field or (named.field if named else "")


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
            items += [_closed(sign, one.field, value) for value in one.values]
        else:
            symbol = f"c:{one.field}" if one.field in LITERAL else "n:" if _is_measured(one.field) else "c:"
            items += [Item(f"{sign}{symbol}", value, one.field) for value in one.values]
    for name, default in OWN.items():
        value = getattr(query, name)
        if value == default and name != "listed":
            continue
        if name in NUMBERED:
            items.append(Item(name, str(value)))
        elif name in ("listed", "order", "summed"):
            items.append(_own(name, str(value)))
        else:
            items.append(Item(name if value is True else f"{name}={value}"))
    return items


def _closed(sign: str, name: str, value: str) -> Item:
    known = name != "has" or value in KNOWN
    return Item(f"{sign}{name}={value}") if known else Item(f"{sign}has:", value, value)


def _own(name: str, value: str) -> Item:
    if value in KNOWN:
        return Item(f"{name}={value}")
    return Item(f"{name}#:" if value.startswith("#") else f"{name}:", value, value.removeprefix("#"))


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
    few = AMONG in symbols
    rest = deque(one for one in symbols if one != AMONG)
    lines: list[str] = []
    try:
        while rest:
            lines += _lines(rest, sources)
    except (IndexError, ValueError):
        return None
    query = parse_query("\n".join(lines))
    if query is None or not few:
        return query
    # Not as text: it may be long.
    ids = Condition(AMONG, tuple(sources.before))
    return replace(query, conditions=(ids, *query.conditions)) if sources.before else None


def asks_unheld(symbols: Sequence[Symbol], sources: Sources) -> bool:
    """Whether a line has a condition on words that no record holds: "in Hall 9", where no hall is told."""
    for name, pointer, after in zip(symbols, symbols[1:], (*symbols[2:], ""), strict=False):
        if name in ("c:", "!c:") and not isinstance(pointer, str):
            names_field = pointer[0] == "asked" and sources.tokens[pointer[1]].field
            if not sources.field_at(pointer) or (names_field and isinstance(after, str)):
                return True
    return False


def _lines(rest: deque[Symbol], sources: Sources) -> list[str]:
    symbol = rest.popleft()
    if not isinstance(symbol, str):
        raise ValueError(symbol)
    bare = symbol.removeprefix("!")
    if bare == "code":
        return [f"{'not ' if symbol != bare else ''}{CODE[0]}: {' | '.join(CODE[1])}"]
    sign = "not " if symbol != bare else ""
    if bare in POINTED:
        return _pointed(bare, sign, rest, sources)
    name, _, value = bare.removeprefix("c:").partition("=")
    values = [value] if value else []
    if bare.startswith("c:") or name in NUMBERED:
        values = _values(rest, name, sources)
    while rest and rest[0] == OR:
        rest.popleft()
        values += [str(rest.popleft()).partition("=")[2]] if value else _values(rest, name, sources)
    return [f"{sign}{name}: {' | '.join(values or ['yes'])}"]


def _pointed(bare: str, sign: str, rest: deque[Symbol], sources: Sources) -> list[str]:
    pointer = rest[0]
    if bare == "n:" and (pointer in _BOUNDS or sources.is_length(pointer)):
        values = _values(rest, LENGTH, sources)
        return [f"{sign}{LENGTH}: {' | '.join(values)}"]
    if isinstance(pointer, str):
        raise ValueError(bare)
    field = sources.field_at(pointer)
    if not field:
        raise ValueError(pointer)
    if bare not in ("c:", "n:"):
        rest.popleft()
        value = counted(field) if "#" in bare else field
        return [f"{sign}{POINTED[bare]}: {value}"]
    names_field = pointer[0] == "asked" and sources.tokens[pointer[1]].field is not None
    if names_field:
        rest.popleft()
    if bare == "n:" and not is_number(field):
        field = counted(field)
    values = _values(rest, field, sources)
    if rest and rest[0] == EACH:
        rest.popleft()
        return [f"{sign}{field}: {value}" for value in values]
    while rest and rest[0] == OR:
        rest.popleft()
        values += _values(rest, field, sources)
    return [f"{sign}{field}: {' | '.join(dict.fromkeys(values))}"]


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
    if field == "skip" and symbol[0] == "asked" and sources.tokens[symbol[1]].tag == "ORDINAL":
        return [str(int(texts[0]) - 1)]
    if not _is_measured(field) and not _is_linked(symbol, field, sources):
        # Words side by side are looked for as one.
        while rest and symbol[0] == "asked" and rest[0] == ("asked", symbol[1] + 1):
            symbol = ("asked", symbol[1] + 1)
            texts[-1] += " " + sources.texts(symbol, field)[0]
            rest.popleft()
    return texts


def _is_linked(pointer: Pointer, field: str, sources: Sources) -> bool:
    return pointer[0] == "asked" and sources.tokens[pointer[1]].read_as(field) is not None


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
    dates = dates_in(text)
    day = dates and (dates.high if step > 0 else dates.low)
    if not day:
        raise ValueError(text)
    return (beside(day, step) if step else day).iso or ""
