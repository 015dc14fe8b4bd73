"""The lexical index of a snapshot: BM25 over stemmed words, mapped from disk.

Comes in: texts, batch by batch, in the order of the vectors. Goes out: one score in [0, 1] a text for a question.
Opening costs the same whatever it holds: the postings stay on disk until a question's words are looked up.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import Stemmer
from bm25s.stopwords import STOPWORDS_EN_PLUS
from numpy.typing import NDArray

# Lucene's variant of BM25 with its usual constants; left alone until a measurement says otherwise.
_K1, _B = 1.5, 0.75
# Speech says a thing again and again, and its passages are of one length: by keywords the moment is found first .536 of
# the time with these, .515 with the others.
_SPOKEN_K1, _SPOKEN_B = 0.9, 0.4
# Words that stand side by side in the question say more where they do so in a text. Of a long question they are many,
# and most are chance: at 1 CISI fell from .325 to .289; at .2 nothing falls more than .003.
_PAIR_WEIGHT, _LONG_PAIR_WEIGHT = 1.0, 0.2
_SHORT_QUESTION_WORDS = 4
# Questions are made of these words as much as of their subject; a "why" in an abstract says nothing. The last ones
# stand for what every record is. Against the 33 words that bm25s leaves out by default, hit@1 on names rose from .81
# to .88.
_STOP_WORDS = frozenset((*STOPWORDS_EN_PLUS, "talk", "talks", "paper", "papers", "speaker", "speakers"))
_WORD = re.compile(r"\b\w\w+\b")
# Text stems and where each ends; where each stem's postings end; texts and counts of all postings; lengths of texts.
_ARRAYS = ("stems", "stem_ends", "posting_ends", "texts", "counts", "lengths")


class LexicalBuilder:
    """Takes texts in bounded batches and writes the index of all of them."""

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("english")
        # A word's stem as a number; -1 for a word that is left out. Stemming each word once is ten times as fast.
        self._numbers: dict[str, int] = dict.fromkeys(_STOP_WORDS, -1)
        self._stems: dict[str, int] = {}
        self._lengths: list[int] = []
        self._postings: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]] = []

    def add(self, texts: Sequence[str]) -> None:
        """Index texts; each is known by its place among all."""
        stems: list[int] = []
        places: list[int] = []
        for text in texts:
            found = [number for word in _WORD.findall(text.lower()) if (number := self._number(word)) >= 0]
            stems += found
            places += [len(self._lengths)] * len(found)
            self._lengths.append(len(found))
        pairs = np.array(places, dtype=np.int64) << 32 | np.array(stems, dtype=np.int64)
        unique, counts = np.unique(pairs, return_counts=True)
        self._postings.append(
            (
                (unique & 0xFFFFFFFF).astype(np.int32),
                (unique >> 32).astype(np.int32),
                np.minimum(counts, 255).astype(np.uint8),
            )
        )

    def save(self, folder: Path) -> None:
        """Write the index into a new folder."""
        folder.mkdir()
        for name, values in zip(_ARRAYS, self.arrays(), strict=True):
            np.save(folder / f"{name}.npy", values)

    def arrays(self) -> tuple[NDArray[Any], ...]:
        """What `KeywordIndex` is made of."""
        stems = sorted(self._stems, key=_encoded)
        rank = np.empty(len(stems), dtype=np.int32)
        rank[[self._stems[stem] for stem in stems]] = np.arange(len(stems), dtype=np.int32)
        number, text, count = (
            np.concatenate([batch[part] for batch in self._postings] or [np.zeros(0, dtype)])
            for part, dtype in enumerate((np.int32, np.int32, np.uint8))
        )
        number = rank[number]
        order = np.argsort(number, kind="stable")
        encoded = [_encoded(stem) for stem in stems]
        return (
            np.frombuffer(b"".join(encoded), dtype=np.uint8),
            np.cumsum([len(stem) for stem in encoded], dtype=np.int64),
            np.cumsum(np.bincount(number, minlength=len(stems)), dtype=np.int64),
            text[order],
            count[order],
            np.array(self._lengths, dtype=np.int32),
        )

    def _number(self, word: str) -> int:
        number = self._numbers.get(word)
        if number is None:
            number = self._numbers[word] = self._stems.setdefault(self._stemmer.stemWord(word), len(self._stems))
        return number


class KeywordIndex:
    """BM25 whose scores are comparable between questions."""

    def __init__(self, arrays: Sequence[NDArray[Any]]) -> None:
        """See `LexicalBuilder.save`."""
        self._stems, self._stem_ends, self._posting_ends, self._texts, self._counts, self._lengths = arrays
        self._stemmer = Stemmer.Stemmer("english")
        self._text_count = len(self._lengths)
        self._mean_length = (float(self._lengths.mean()) if self._text_count else 0.0) or 1.0
        self._place = lru_cache(maxsize=4096)(self._find)

    @classmethod
    def build(cls, texts: Sequence[str]) -> Self:
        """Index a few texts in memory."""
        builder = LexicalBuilder()
        builder.add(texts)
        return cls(builder.arrays())

    @classmethod
    def load(cls, folder: Path | str, read: Callable[[str], NDArray[Any]] = np.load) -> Self:
        """Open an index that `LexicalBuilder.save` wrote; its arrays are read whole or mapped."""
        return cls([read(f"{folder}/{name}.npy") for name in _ARRAYS])

    def knows(self, word: str) -> bool:
        """Whether some text holds the word in any of its forms, or it is one that is left out."""
        lower = word.lower()
        return is_stop_word(lower) or self.passages_with(self._stemmer.stemWord(lower)) > 0

    def passages_with(self, stem: str) -> int:
        """How many passages hold a word, given as its stem."""
        return len(self._texts[self._postings(stem)])

    def words(self, question: str) -> list[str]:
        """The question's stems, each once, without stop words."""
        return list(dict.fromkeys(self._content_stems(question)))

    def idf(self, words: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(words),): how rare each word is among the texts, in any of its forms."""
        return np.array([self._stem_idf(self._stemmer.stemWord(word)) for word in words], dtype=np.float32)

    def scores(self, question: str, *, spoken: bool = False) -> NDArray[np.float32]:
        """How much of the question's wording each passage holds.

        Args:
            question: Any text.
            spoken: Whether passages are stretches of speech.

        Returns:
            Shape (n,), in [0, 1]: BM25 divided by the most that the question could get, which is the sum of its words'
            idf. A word that no passage holds counts there too, so a question in other words than the sources' scores
            low everywhere and leaves the decision to the dense score.

        Source:
            Bruch, Gai, Ingber, ACM TOIS 2023, normalisation by the theoretical maximum.
        """
        scores = np.zeros(self._text_count, dtype=np.float32)
        weights = self._weights(question)
        most = sum(weights.values())
        for stem, weight in weights.items():
            postings = self._postings(stem)
            texts, counts = self._texts[postings], self._counts[postings].astype(np.float32)
            if len(texts):
                damping = self._damping(self._lengths[texts], spoken=spoken)
                scores[texts] += np.float32(weight / most) * counts / (counts + damping)
        return scores

    def scores_with_pairs(
        self,
        question: str,
        scores: NDArray[np.float32],
        places: Sequence[int],
        texts_at: Callable[[Sequence[int]], Sequence[str]],
    ) -> NDArray[np.float32]:
        """The scores with what pairs of the question's neighbouring words add, counted in a few texts.

        Args:
            question: Stop words do not part neighbours.
            scores: Shape (n,), by `scores`, of speech.
            places: Of the passages that are looked at; others are taken to hold no pair.
            texts_at: Reads texts as they were indexed; only those that hold both words of a pair are.

        Returns:
            Shape (n,), in [0, 1]: still divided by the most that the question could get. A pair's idf is by the texts
            that are looked at, among all.
        """
        stems = self._content_stems(question)
        weights = self._weights(question)
        pairs = set(pairwise(stems))
        if not pairs or not places:
            return scores
        holds = {stem: np.isin(places, self._texts[self._postings(stem)]) for stem in weights}
        both = np.any([holds[first] & holds[second] for first, second in pairs], axis=0)
        places = [place for place, may_hold in zip(places, both, strict=True) if may_hold]
        share = _PAIR_WEIGHT if len(weights) <= _SHORT_QUESTION_WORDS else _LONG_PAIR_WEIGHT
        found = [
            Counter(pair for pair in pairwise(self._content_stems(text)) if pair in pairs) for text in texts_at(places)
        ]
        holding = Counter(pair for counts in found for pair in counts)
        pair_weights = {pair: share * self._count_idf(holding[pair]) for pair in sorted(pairs)}
        of_words = sum(weights.values())
        most = of_words + sum(pair_weights.values())
        together = np.asarray(scores * np.float32(of_words / most), dtype=np.float32)
        for place, counts in zip(places, found, strict=True):
            damping = float(self._damping(self._lengths[place], spoken=True))
            together[place] += sum(pair_weights[pair] * n / (n + damping) for pair, n in counts.items()) / most
        return together

    def coverage(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts),), in [0, 1]: the share of the question's words, weighted by idf, that each text holds."""
        weights = self._weights(question)
        most = sum(weights.values()) or 1.0
        held = [weights.keys() & set(self.words(text)) for text in texts]
        return np.array([sum(weights[word] for word in words) / most for words in held], dtype=np.float32)

    def coverage_with_pairs(self, question: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (len(texts),): what each text holds of the question's words, and twice of its neighbouring pairs."""
        weights = self._weights(question)
        pairs = {pair: weights[pair[0]] + weights[pair[1]] for pair in pairwise(self._content_stems(question))}
        held = []
        for text in texts:
            stems = self._content_stems(text)
            words, neighbours = weights.keys() & set(stems), pairs.keys() & set(pairwise(stems))
            held.append(sum(weights[word] for word in words) + sum(pairs[pair] for pair in neighbours))
        return np.array(held, dtype=np.float32)

    def _weights(self, question: str) -> dict[str, float]:
        """The question's stems and their idf."""
        return {stem: self._stem_idf(stem) for stem in self.words(question)}

    def _stem_idf(self, stem: str) -> float:
        return self._count_idf(self.passages_with(stem))

    def _count_idf(self, count: int) -> float:
        return float(np.log(1 + (self._text_count - count + 0.5) / (count + 0.5)))

    def _content_stems(self, text: str) -> list[str]:
        """The stems of a text in its order, without stop words."""
        return list(self._stemmer.stemWords([word for word in _WORD.findall(text.lower()) if not is_stop_word(word)]))

    def _damping(self, lengths: NDArray[np.int32], *, spoken: bool) -> NDArray[np.float32]:
        k1, b = (_SPOKEN_K1, _SPOKEN_B) if spoken else (_K1, _B)
        return np.asarray(np.float32(k1) * (1 - b + np.float32(b / self._mean_length) * lengths))

    def _postings(self, stem: str) -> slice:
        """Where a stem's postings stand; nowhere where no text holds it."""
        place = self._place(stem)
        if place is None:
            return slice(0, 0)
        return slice(int(self._posting_ends[place - 1]) if place else 0, int(self._posting_ends[place]))

    def _find(self, stem: str) -> int | None:
        """The place of a stem among the sorted ones; None where no text holds it."""
        wanted, count = _encoded(stem), len(self._stem_ends)
        place = bisect_left(range(count), wanted, key=self._stem_at)
        return place if place < count and self._stem_at(place) == wanted else None

    def _stem_at(self, place: int) -> bytes:
        start = int(self._stem_ends[place - 1]) if place else 0
        return self._stems[start : int(self._stem_ends[place])].tobytes()


def is_stop_word(word: str) -> bool:
    """Whether a word in lower case says nothing about any record in particular."""
    return word in _STOP_WORDS


def _encoded(stem: str) -> bytes:
    # Half a surrogate pair in a source is a character like any other here.
    return stem.encode("utf-8", "surrogatepass")
