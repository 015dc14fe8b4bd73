"""Question → typed query, by a network that has learned from some seventeen thousand questions how people put them.

Comes in: a question, its mentions, the query before. Goes out: a query with its chance. Names, dates, numbers and
fields are only pointed at (`notation`), so none is invented; and what a question surely names must be in its query, so
none is dropped. `evals/fit_parser.py` learns. Whether its rows answer the question is left to `answer.abstain`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from assistant.learned import load
from assistant.query import Query
from assistant.understand import notation
from assistant.understand.entities import Linked
from assistant.understand.network import FIRST, INSIDE, LONGEST_BEFORE, Encoded, Network
from assistant.understand.notation import NONE, OR, Pointer, Sources, Symbol, Token
from ingest.embedder import BundledEmbedder, Pieces

LEARNED = Path(__file__).with_name("parser.npz")
BEGIN, END, UNKNOWN = "<begin>", "<end>", "<unknown>"
_BETWEEN, _LEAST_ENUMERATED = frozenset((",", "and", "or", "&", "/")), 3
_NAMING = frozenset("PERSON VALUE TITLE QUOTE DATE DATE+".split())


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a question was taken for.

    Attributes:
        query: None where it asks for no list, or was not understood.
        chance: Of the whole line, in [0, 1].
    """

    query: Query | None
    chance: float


class Parser:
    """Reads questions as it has learned."""

    def __init__(self, embedder: BundledEmbedder) -> None:
        self._embedder = embedder

    def parse(self, question: str, linked: Linked, previous: Query | None, before: Sequence[str] = ()) -> Parsed:
        """The likeliest query.

        Args:
            previous: The query of the turn before.
            before: Ids of the records that it listed.
        """
        items = notation.items_of(previous)[:LONGEST_BEFORE]
        sources = Sources(notation.tokens_of(question, linked.mentions), items, before)
        pieces = self._embedder.embed_pieces(question)
        first_pieces = first_piece_of(pieces, sources.tokens)
        at = {place: number for number, place in first_pieces.items()}
        chances: dict[Query | None, float] = {}
        left, senseless = 1.0, 0.0
        for line, chance in self._network.lines(self._encoded(pieces, first_pieces, sources)):
            left -= chance
            symbols = [self._symbol(one, at, len(pieces.spans)) for one in line]
            is_none = symbols == [NONE] or notation.asks_unheld(symbols, sources)
            query = None if is_none else notation.query_of(with_enumerated(symbols, sources.tokens), sources)
            if not is_none and (query is None or names_more(sources.tokens, symbols, query)):
                senseless += chance
                continue
            chances[query] = chances.get(query, 0.0) + chance
            best, second = sorted((*chances.values(), 0.0), reverse=True)[:2]
            if best >= second + left:
                break
        if not chances:
            return Parsed(None, 0.0)
        query = max(chances, key=lambda one: chances[one])
        return Parsed(query, chances[query] / (1 - senseless))

    def _symbol(self, number: int, at: dict[int, int], pieces: int) -> Symbol:
        if number < len(self._symbols):
            return self._symbols[number]
        place = number - len(self._symbols)
        pointer: Pointer = ("asked", at[place]) if place < pieces else ("before", place - pieces)
        return pointer

    def _encoded(self, pieces: Pieces, first_pieces: dict[int, int], sources: Sources) -> Encoded:
        positions = np.full(len(pieces.spans), INSIDE)
        positions[list(first_pieces.values())] = FIRST
        symbols = {symbol: number for number, symbol in enumerate(self._symbols)}
        return Encoded(
            pieces.vectors,
            np.array([self._tags.get(tag, 0) for tag in tags_of(pieces, sources.tokens)]),
            positions,
            np.array([symbols.get(item.symbol, 0) for item in sources.items], dtype=np.int64),
            np.append(positions == FIRST, [item.value is not None for item in sources.items]).astype(bool),
        )

    @cached_property
    def _symbols(self) -> list[str]:
        return [str(one) for one in load(LEARNED)["symbols"]]

    @cached_property
    def _tags(self) -> dict[str, int]:
        return {str(tag): number for number, tag in enumerate(load(LEARNED)["tags"])}

    @cached_property
    def _network(self) -> Network:
        return Network(load(LEARNED), self._symbols.index(BEGIN), self._symbols.index(END))


def first_piece_of(pieces: Pieces, tokens: Sequence[Token]) -> dict[int, int]:
    """For each token the first of its pieces, where it has one."""
    first: dict[int, int] = {}
    for place, number in enumerate(_owners(pieces, tokens)):
        if number is not None:
            first.setdefault(number, place)
    return first


def tags_of(pieces: Pieces, tokens: Sequence[Token]) -> list[str]:
    """The tag of each piece's token."""
    return [UNKNOWN if number is None else tokens[number].tag for number in _owners(pieces, tokens)]


def _owners(pieces: Pieces, tokens: Sequence[Token]) -> list[int | None]:
    """Of each piece the token that it lies in; both are in order."""
    owners: list[int | None] = []
    number = 0
    for start, end in pieces.spans:
        while number < len(tokens) and tokens[number].end <= start and end:
            number += 1
        lies = number < len(tokens) and tokens[number].start < end and start < tokens[number].end
        owners.append(number if lies else None)
    return owners


def with_enumerated(symbols: Sequence[Symbol], tokens: Sequence[Token]) -> list[Symbol]:
    """A line in which a name brings those that it is enumerated with: "EPFL, McGill or MIT" is one set."""
    whole = list(symbols)
    for group in _enumerated(tokens):
        places = [number for number, symbol in enumerate(whole) if symbol in group]
        alike = len(places) > 1 and all(whole[place - 1] == OR for place in places[1:])
        if alike and {whole[place] for place in places} != set(group):
            rest = [part for one in group[1:] for part in (OR, one)]
            whole[places[0] : places[-1] + 1] = [group[0], *rest]
    return whole


def _enumerated(tokens: Sequence[Token]) -> Iterator[list[Pointer]]:
    """Runs of at least three names of one field with commas, "and" or "or" between them."""
    run: list[Pointer] = []
    field = ""
    for number, token in enumerate(tokens):
        named = token.named
        if named and (not run or named.field == field):
            run.append(("asked", number))
            field = named.field
        elif token.text.lower() not in _BETWEEN:
            if len(run) >= _LEAST_ENUMERATED:
                yield run
            run = [("asked", number)] if named else []
            field = named.field if named else ""
    if len(run) >= _LEAST_ENUMERATED:
        yield run


def names_more(tokens: Sequence[Token], symbols: Sequence[Symbol], query: Query) -> bool:
    """Whether a question surely names somebody, something or a day that its query does not hold."""
    held = {value.lower() for one in query.conditions for value in one.values}
    for number, token in enumerate(tokens):
        if token.tag not in _NAMING or ("asked", number) in symbols or not token.readings[0].is_sure:
            continue
        if not held & {value.lower() for reading in token.readings for value in (*reading.values, token.text)}:
            return True
    return False
