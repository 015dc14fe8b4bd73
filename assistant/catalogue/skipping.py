"""Which words of a list question say nothing: asides, courtesies, verbs that nobody listed.

Comes in: a question and its tokens. Goes out: for each token the chance that the answer is the same without it. A
grammar that has to read every word fails on "Which papers turn up in the Jun 8 edition?" for one of them, and there
is no end to such words. So the chance is weighed from the word's vector in its sentence, the question's vector and the
tags around the word; `evals/fit_skipping.py` learns the weights. Where even that says nothing, neither does a reader.

Source: Zettlemoyer and Collins, "Online Learning of Relaxed CCG Grammars", EMNLP-CoNLL 2007: a parser that may skip
words, at a price that is learned.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.catalogue.marking import Token
from assistant.catalogue.query import Query
from ingest.embedder import WordEmbedder
from ingest.word_vectors import ONE, WORD_DIMENSIONS
from ingest.words import plain_words

Floats = NDArray[np.float32]

LEARNED = Path(__file__).with_name("skipping.npz")
# A word of a lower chance is never skipped. At .6 and .75 fewer questions are rescued, and as many are misread.
LEAST_CHANCE = 0.5
# What keeps the parts of a question apart, bars something, or asks for what no record holds.
_NEVER = frozenset("BREAK COMMA NOT NOR WITHOUT ONLY BOTH OTHER OPINION YOU UNRECORDED".split())
# A word that nobody listed is a topic in "papers on pruning", "pruning papers", "2025 papers, pruning only", and where
# it follows what is listed, unless it tells what was done: "papers applying proteins", but "papers concocted in 2025".
_UNLISTED = frozenset(("UNKNOWN", "COINED"))
_NOUNS = frozenset(("TALK", "PAPER", "RECORD", "PERSON"))
_BEFORE_TOPIC = frozenset(("ON", "ABOUT", "WITH", "OF", "IN", "USE", "MENTION"))
_BEHIND_TOPIC = _NOUNS | {"ONLY", "TIME"}


class Skipping:
    """Knows what can be skipped."""

    def __init__(self, embedder: WordEmbedder) -> None:
        self._embedder = embedder

    def understood(
        self, question: str, tokens: Sequence[Token], understand: Callable[[Sequence[Token]], Query | None]
    ) -> tuple[Query | None, Sequence[Token]]:
        """The query of a question, and the tokens that it was read from: as many of them as can be.

        Args:
            question: As typed.
            tokens: Of the question.
            understand: Reads tokens; None where it does not understand one of them.
        """
        query = understand(tokens)
        if query is not None or not tokens:
            return query, tokens
        chances = self.chances(question, tokens)
        surest = [place for place in np.argsort(-chances, kind="stable") if chances[place] >= LEAST_CHANCE]
        for last in range(1, len(surest) + 1):
            query = understand(_without(tokens, surest[:last]))
            if query is not None:
                return self._with_more(tokens, surest[:last], query, understand)
        return None, tokens

    @staticmethod
    def _with_more(
        tokens: Sequence[Token],
        skipped: list[int],
        query: Query,
        understand: Callable[[Sequence[Token]], Query | None],
    ) -> tuple[Query, Sequence[Token]]:
        """What is read when words that need not be skipped are put back, those first that may say something."""
        for place in reversed(skipped):
            fewer = [one for one in skipped if one != place]
            found = understand(_without(tokens, fewer)) if fewer else None
            if found is not None:
                query, skipped = found, fewer
        return query, _without(tokens, skipped)

    def chances(self, question: str, tokens: Sequence[Token]) -> Floats:
        """For each token, in [0, 1], shape (n,); 0 for what is never skipped: a name, a date, a topic."""
        tags: Sequence[str] = self._learned["tags"].tolist()
        weights, bias = self._learned["weights"].astype(np.float32), float(self._learned["bias"])
        odds = self.features(question, tokens, tags) @ weights + bias
        may_go = np.array([_may_go(tokens, place) for place in range(len(tokens))])
        return np.asarray(may_go / (1 + np.exp(-odds)), dtype=np.float32)

    def features(self, question: str, tokens: Sequence[Token], tags: Sequence[str]) -> Floats:
        """What the chance is weighed from, shape (n, 96 + 384 + 3 * len(tags)).

        Args:
            question: As typed.
            tokens: Of the question.
            tags: That are told apart; of a token, of the one before and of the one after.
        """
        vector, words = self._embedder.embed_question_with_words(question)
        own = {word: row.astype(np.float32) / ONE for word, row in zip(words.words, words.vectors, strict=True)}
        nothing = np.zeros((1, WORD_DIMENSIONS), dtype=np.float32)
        means = [np.mean([own[word] for word in plain_words(token.text) if word in own] or nothing, axis=0)
                 for token in tokens]  # fmt: skip
        said = [token.tag for token in tokens]
        around = [_one_hot(some, tags) for some in (said, ["^", *said[:-1]], [*said[1:], "$"])]
        return np.hstack([np.array(means), np.tile(vector, (len(tokens), 1)), *around])

    @cached_property
    def _learned(self) -> dict[str, NDArray[Any]]:
        with np.load(LEARNED) as learned:
            return dict(learned)


def _may_go(tokens: Sequence[Token], place: int) -> bool:
    token = tokens[place]
    before = tokens[place - 1].tag if place else ""
    behind = tokens[place + 1].tag if place + 1 < len(tokens) else ""
    is_done = token.text.lower().endswith("ed")
    is_topic = before in _BEFORE_TOPIC or behind in _BEHIND_TOPIC or (before in _NOUNS and not is_done)
    return not token.values and token.tag not in _NEVER and not (token.tag in _UNLISTED and is_topic)


def _without(tokens: Sequence[Token], places: Iterable[int]) -> Sequence[Token]:
    gone = set(places)
    return [token for place, token in enumerate(tokens) if place not in gone]


def as_typed(question: str, tokens: Sequence[Token], kept: Iterable[Token]) -> tuple[str, ...]:
    """What was skipped, neighbours together."""
    left = set(kept)
    runs: list[tuple[int, int]] = []
    joins = False
    for token in tokens:
        if token in left:
            joins = False
            continue
        runs[-1:] = [(runs[-1][0], token.end)] if joins else [*runs[-1:], (token.start, token.end)]
        joins = True
    return tuple(question[start:end] for start, end in runs)


def _one_hot(said: Sequence[str], tags: Sequence[str]) -> Floats:
    return np.array([[one == tag for tag in tags] for one in said], dtype=np.float32)
