"""Question → query by a network that has learned from seventeen thousand questions how people put them.

Rules over tags understand what somebody thought of; a visitor finds other words, and those come here. A query is
written as `notation` has it: values are only pointed at, so none is invented; and what names somebody, something or a
topic must be in the query, so none is dropped.

Comes in: a question, its tokens, the query before. Goes out: a query with its chance. `evals/fit_parser.py` learns.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from assistant.catalogue.marking import Token
from assistant.catalogue.network import FIRST, INSIDE, LONGEST_BEFORE, Encoded, Network, widened
from assistant.catalogue.notation import NONE, Pointer, Sources, Symbol, items_of, query_of
from assistant.catalogue.query import Query
from assistant.catalogue.tokens import split_words
from ingest.embedder import Pieces

LEARNED = Path(__file__).with_name("parser.npz")
BEGIN, END, UNKNOWN = "<begin>", "<end>", "<unknown>"
# Of the words between the tokens.
FILLER = "FILLER"
# No condition may be dropped.
_NAMING = frozenset("INST NAME PAGENAME TITLEREF QUOTE TIME".split())
# "Papers on whales": no record knows the word, and it is what was asked for.
_UNLISTED, _BEFORE_TOPIC = ("UNKNOWN", "COINED"), ("ON", "ABOUT")


class PieceEmbedder(Protocol):
    """What reads a question piece by piece; `ingest.embedder.BundledEmbedder` does."""

    def embed_pieces(self, text: str) -> Pieces:
        """The pieces of a text in their context."""


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

    def __init__(self, embedder: PieceEmbedder) -> None:
        self._embedder = embedder

    def parse(self, question: str, tokens: Sequence[Token], previous: Query | None) -> Parsed:
        """The likeliest query.

        Args:
            question: As typed.
            tokens: As `tokens_of` tags it.
            previous: The query of the turn before.
        """
        if previous is not None and any(previous.on("among")):
            # Which records were pointed at cannot be written.
            return Parsed(None, 0.0)
        sources = Sources(with_filler(question, tokens), items_of(previous)[:LONGEST_BEFORE])
        pieces = self._embedder.embed_pieces(question)
        first_pieces = first_piece_of(pieces, sources.tokens)
        line, chance = self._network.write(self._encoded(pieces, first_pieces, sources))
        at = {place: number for number, place in first_pieces.items()}
        symbols = [self._symbol(one, at, len(pieces.spans)) for one in line]
        if symbols == [NONE]:
            return Parsed(None, chance)
        query = query_of(symbols, sources)
        dropped = query is None or names_more(sources.tokens, symbols, query)
        return Parsed(None, 0.0) if dropped else Parsed(query, chance)

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
    def _stored(self) -> dict[str, np.ndarray]:
        with np.load(LEARNED) as learned:
            return dict(learned)

    @cached_property
    def _symbols(self) -> list[str]:
        return [str(one) for one in self._stored["symbols"]]

    @cached_property
    def _tags(self) -> dict[str, int]:
        return {str(tag): number for number, tag in enumerate(self._stored["tags"])}

    @cached_property
    def _network(self) -> Network:
        weights = {name: values for name, values in self._stored.items() if name not in ("symbols", "tags")}
        return Network(widened(weights), self._symbols.index(BEGIN), self._symbols.index(END))


def with_filler(question: str, tokens: Sequence[Token]) -> list[Token]:
    """The tokens, and the words that the tagger leaves out."""
    words = (
        Token(FILLER, (), word.text, word.start, word.end)
        for word in split_words(question)
        if not any(token.start <= word.start < token.end for token in tokens)
    )
    return sorted([*tokens, *words], key=lambda token: token.start)


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
    return [
        next((number for number, one in enumerate(tokens) if one.start < end and start < one.end), None)
        for start, end in pieces.spans
    ]


def names_more(tokens: Sequence[Token], symbols: Sequence[Symbol], query: Query) -> bool:
    """Whether a question names somebody, something, or a topic, that its query does not hold."""
    held = {value.lower() for one in query.conditions for value in one.values}
    before = ""
    for number, token in enumerate(tokens):
        names = token.tag in _NAMING or (token.tag in _UNLISTED and before in _BEFORE_TOPIC)
        if names and ("asked", number) not in symbols and not held & {one.lower() for one in token.values}:
            return True
        before = before if token.tag == FILLER else token.tag
    return False
