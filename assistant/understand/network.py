"""The small network behind the parser: pieces of a question → lines of symbols and pointers, the likeliest first.

The bundled embedder reads the question up to its fourth layer; two layers more, which began as the embedder's own
fifth and sixth, read on, beside the query before. A decoder of two layers then writes, each time either a symbol or a
place in what was read. Plain NumPy: a question has some twenty pieces, and a line some six symbols.

Comes in: arrays. Goes out: numbers of symbols and places, and their chance. `evals/fit_parser.py` learns the weights.

Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017; Vinyals et al., "Pointer Networks", NeurIPS 2015.
"""

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]
Seen = tuple[Floats, Floats]
"""Keys and values by head, each of shape (heads, rows, width of a head)."""
Own = tuple[Seen | None, ...]
"""What each layer of the decoder has written so far."""

READING_LAYERS, READING_HEADS = 2, 12
WRITING_LAYERS, WRITING_HEADS = 2, 4
LONGEST_LINE = 24
LONGEST_BEFORE = 40
# Symbols that are written to find the lines of one question; half of all questions need five, nine of ten eight.
MOST_WRITTEN = 96
# A line less likely than one in fifty is none.
MOST_COST = math.log(50)
NEVER = np.float32(-1e4)
# What a position is: inside a word, the first piece of one, a part of the query before.
INSIDE, FIRST, BEFORE = range(3)


@dataclass(frozen=True, slots=True)
class Encoded:
    """A question and the query before it, as numbers; n pieces, m parts of the query.

    Attributes:
        pieces: Shape (n, 384), after the embedder's fourth layer.
        tags: Shape (n,), of the words that the pieces belong to.
        positions: Shape (n,), `INSIDE` or `FIRST`.
        before: Shape (m,), the symbols of the query before.
        can_point: Shape (n + m,), whether there is anything to point at.
    """

    pieces: Floats
    tags: NDArray[np.int64]
    positions: NDArray[np.int64]
    before: NDArray[np.int64]
    can_point: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, order=True)
class _Begun:
    """A line that is being written.

    Attributes:
        cost: The logarithm of its chance, negated.
        own: See `Network._decoded`.
    """

    cost: float
    line: tuple[int, ...]
    own: Own = field(compare=False)


class Network:
    """Writes lines."""

    def __init__(self, weights: Weights, begin: int, end: int) -> None:
        self._weights = weights
        self._begin = begin
        self._end = end
        self.symbols = len(weights["symbol"])

    def lines(self, encoded: Encoded) -> Iterator[tuple[list[int], float]]:
        """The lines and their chances in [0, 1], the likeliest first.

        A number from `symbols` on is a place, counted from there. Of what is begun, the likeliest is written on, so
        that the first line that ends is the likeliest of all.
        """
        w = self._weights
        read = self._read(encoded)
        places, pointed = self._linear("point_key", read), self._linear("pointed", read)
        cross = [self._seen(f"writing.{layer}.cross", read, WRITING_HEADS) for layer in range(WRITING_LAYERS)]
        begun: list[_Begun] = [_Begun(0.0, (), (None,) * WRITING_LAYERS)]
        for _ in range(MOST_WRITTEN):
            if not begun:
                return
            one = heapq.heappop(begun)
            while one.line[-1:] == (self._end,):
                yield list(one.line[:-1]), math.exp(-one.cost)
                if not begun:
                    return
                one = heapq.heappop(begun)
            if len(one.line) >= LONGEST_LINE:
                continue
            last = one.line[-1] if one.line else self._begin
            y = (w["symbol"][last] if last < self.symbols else pointed[last - self.symbols]) + w["order"][len(one.line)]
            y, own = self._decoded(y[None], cross, one.own)
            points = places @ self._linear("point_query", y[0]) / math.sqrt(y.shape[1])
            scores = np.append(w["symbol"] @ y[0] + w["symbol_bias"], np.where(encoded.can_point, points, NEVER))
            costs = one.cost + np.logaddexp.reduce(scores) - scores
            for number in np.flatnonzero(costs <= MOST_COST):
                heapq.heappush(begun, _Begun(float(costs[number]), (*one.line, int(number)), own))

    def _read(self, encoded: Encoded) -> Floats:
        """What question and query before come to, shape (n + m, 256)."""
        w = self._weights
        pieces = encoded.pieces + w["tag"][encoded.tags] + w["position"][encoded.positions]
        order = np.arange(len(encoded.before))
        before = w["tag"][0] + w["position"][BEFORE] + w["before"][encoded.before] + w["before_order"][order]
        x = self._normed("reading_in", np.concatenate([pieces, before]))
        for layer in range(READING_LAYERS):
            name = f"reading.{layer}"
            x = self._normed(f"{name}.norm", x + self._attended(name, x, self._seen(name, x, READING_HEADS)))
            x = self._normed(f"{name}.norm_out", x + self._widened(name, x))
        return self._linear("read", x)

    def _decoded(self, y: Floats, cross: Sequence[Seen], own: Own) -> tuple[Floats, Own]:
        """What the next symbol is chosen by, shape (1, 256), and what was written so far."""
        known: list[Seen] = []
        for layer, before in enumerate(own):
            name = f"writing.{layer}"
            x = self._normed(f"{name}.norm_own", y)
            seen = self._seen(f"{name}.own", x, WRITING_HEADS)
            if before is not None:
                seen = np.append(before[0], seen[0], axis=1), np.append(before[1], seen[1], axis=1)
            known.append(seen)
            y = y + self._attended(f"{name}.own", x, seen)
            y = y + self._attended(f"{name}.cross", self._normed(f"{name}.norm_cross", y), cross[layer])
            y = y + self._widened(name, self._normed(f"{name}.norm_up", y))
        return self._normed("written", y), tuple(known)

    def _seen(self, name: str, rows: Floats, heads: int) -> Seen:
        key, value = (_by_head(self._linear(f"{name}.{part}", rows), heads) for part in ("key", "value"))
        return key, value

    def _attended(self, name: str, x: Floats, seen: Seen) -> Floats:
        """What each row of x takes from what is seen."""
        key, value = seen
        query = _by_head(self._linear(f"{name}.query", x), len(key))
        shares = _softmax(query @ key.transpose(0, 2, 1) / math.sqrt(query.shape[-1]))
        return self._linear(f"{name}.out", (shares @ value).transpose(1, 0, 2).reshape(len(x), -1))

    def _widened(self, name: str, x: Floats) -> Floats:
        return self._linear(f"{name}.down", _gelu(self._linear(f"{name}.up", x)))

    def _linear(self, name: str, x: Floats) -> Floats:
        return np.asarray(x @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"])

    def _normed(self, name: str, x: Floats) -> Floats:
        centred = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-6)
        return np.asarray(centred / spread * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"])


def _by_head(x: Floats, heads: int) -> Floats:
    return x.reshape(len(x), heads, -1).transpose(1, 0, 2)


def _softmax(x: Floats) -> Floats:
    exponents = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True))


def _gelu(x: Floats) -> Floats:
    return np.asarray(0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x * x * x))))
