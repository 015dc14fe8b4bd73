"""Each word of a claim beside the word of the cited sentences that it most likely answers to.

Comes in: a claim and sentences, each read into words with vectors. Goes out: `WordPairs`, what `weights` judges by.
The counterpart is the word that is the same or means the same, whose neighbours are alike too, in a sentence
that is near; whether the two say the same there is for the networks to tell.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answer.alignment import Alignment, align
from assistant.answer.claims import CAUSES, NEGATIONS, SCOPES, SIDES, UNITS, Reading, Word

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Places = NDArray[np.int64]

# What a word's match counts beside its meaning, of length 1: the same word; a nearer sentence; alike neighbours.
_SAME, _NEARER, _NEIGHBOUR = 1.0, 0.3, 0.25
# How far a negation reaches, and how far the company of a word stands from it in the claim and in the sentences.
_REACH, _COMPANY, _COMPANY_THERE = 5, 4, 8
# Directions of the middle layer come first in a word's vector.
MIDDLE = 64
LONGEST = 40
SIGNALS = 39
_SHORTEST_BEGINNING = 4


@dataclass(frozen=True, slots=True)
class WordPairs:
    """The first 40 words of a claim and their counterparts.

    Attributes:
        words: Shape (4, n, d): the vectors of the claim's words, of their counterparts, and of what stands before and
            behind those in the same sentence, where anything does.
        signals: Shape (n, `SIGNALS`), what words, neighbours and sentences tell of each pair, mostly in [-1, 1].
        aligned: The whole claim beside the sentences.
        place: Shape (n,), where the counterparts stand, counted through all sentences.
        owner: Shape (n,), in which sentence.
    """

    words: Floats
    signals: Floats
    aligned: Alignment
    place: Places
    owner: Places


def pair_words(claim: Reading, sentences: Sequence[Reading]) -> WordPairs:
    """Find the counterpart of each word; claim and sentences hold at least one word each."""
    words = claim.words[:LONGEST]
    vectors = claim.vectors[:LONGEST]
    near = [word for one in sentences for word in one.words]
    there = np.concatenate([one.vectors for one in sentences])
    owner = np.repeat(np.arange(len(sentences)), [len(one.words) for one in sentences])
    keys, near_keys = (np.array([word.key for word in some], dtype=np.int64) for some in (words, near))
    same = keys[:, None] == near_keys[None, :]
    content = _which(words, lambda word: not word.is_stop)
    middle = _unit(vectors[:, :MIDDLE]) @ _unit(there[:, :MIDDLE]).T
    last = _unit(vectors[:, MIDDLE:]) @ _unit(there[:, MIDDLE:]).T
    alike = np.asarray((middle + last) / 2, dtype=np.float32)
    shares = np.array([(same[:, owner == n].any(axis=1) & content).sum() for n in range(len(sentences))])
    shares = shares / max(int(content.sum()), 1)
    likeness = np.array([float(one.vector @ claim.vector) for one in sentences])
    nearness = likeness + shares
    nearest = int(np.argmax(nearness))
    fit = alike + _SAME * same + _NEARER * (nearness[owner] - nearness.max())
    beside = np.zeros_like(fit)
    beside[1:, 1:] += fit[:-1, :-1]
    beside[:-1, :-1] += fit[1:, 1:]
    place = (fit + _NEIGHBOUR * beside).argmax(axis=1)

    at = np.arange(len(words))
    before, after = (at > 0) & (place > 0), (at + 1 < len(words)) & (place + 1 < len(near))
    left, right = np.maximum(at - 1, 0), np.minimum(at + 1, len(words) - 1)
    left_there, right_there = np.maximum(place - 1, 0), np.minimum(place + 1, len(near) - 1)
    turned, steps = _order(same, content, owner, place)
    negations, negations_there = (_which(some, lambda word: word.text in NEGATIONS) for some in (words, near))
    negated = np.array([negations[max(n - _REACH, 0) : n + 1].any() for n in at])
    negated_there = np.array([negations_there[max(n - _REACH, 0) : n + 1].any() for n in place])
    found = [near[n] for n in place]
    aligned, begun = align(claim, sentences), _begun(words, near)
    signals = [
        _which(words, lambda word: word.is_number),
        _which(words, lambda word: word.is_name),
        ~content,
        same.any(axis=1),
        same[:, owner == nearest].any(axis=1),
        same[at, place],
        alike[at, place],
        middle.max(axis=1),
        last.max(axis=1),
        middle[at, place],
        last[at, place],
        before & same[left, left_there],
        after & same[right, right_there],
        np.where(before, alike[left, left_there], 0),
        np.where(after, alike[right, right_there], 0),
        _company(same, alike, content, place),
        turned,
        steps,
        negations,
        _which(found, lambda word: word.is_number),
        _which(found, lambda word: word.is_name),
        _which(found, lambda word: word.is_stop),
        _which(found, lambda word: word.text in NEGATIONS),
        _which(words, lambda word: word.text in SCOPES),
        _which(words, lambda word: word.text in CAUSES),
        _which(words, lambda word: word.text in UNITS),
        _which(words, lambda word: word.key in SIDES),
        _which(found, lambda word: word.text in SCOPES),
        negated,
        negated_there,
        negated != negated_there,
        nearness[owner[place]],
        np.full(len(words), likeness.max()),
        np.full(len(words), shares.max()),
        np.full(len(words), same.any(axis=1)[content].mean() if content.any() else 0),
        at == 0,
        np.full(len(words), len(words) / LONGEST),
        aligned.shortened[:LONGEST],
        begun,
    ]
    around = [
        np.where((ok & (owner[n] == owner[place]))[:, None], there[n], 0)
        for ok, n in ((place > 0, left_there), (place + 1 < len(near), right_there))
    ]
    return WordPairs(
        np.stack([vectors, there[place], *around]).astype(np.float32),
        np.stack(signals, axis=1).astype(np.float32),
        aligned,
        place,
        owner[place],
    )


def _which(words: Sequence[Word], test: Callable[[Word], bool]) -> Bools:
    return np.array([test(word) for word in words], dtype=bool)


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def _order(
    same: Bools, content: Bools, owner: Places, place: Places
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of each held word, whether it stands before the held word that it follows in the claim, and how far off it is."""
    turned, steps = np.zeros(len(place)), np.zeros(len(place))
    last: int | None = None
    for n in np.flatnonzero(content & same.any(axis=1)).tolist():
        here = int(place[n])
        if last is not None and owner[here] == owner[last]:
            turned[n], steps[n] = here < last, np.clip((here - last) / 10, -1, 1)
        elif last is not None:
            turned[n] = 0.5
        last = here
    return turned, steps


def _company(same: Bools, alike: Floats, content: Bools, place: Places) -> NDArray[np.float64]:
    """How much of what stands around each word of the claim stands around its counterpart, in [0, 1]."""
    held = np.maximum(alike, same)
    found = np.ones(len(place))
    for n, here in enumerate(place.tolist()):
        first = max(n - _COMPANY, 0)
        beside = first + np.flatnonzero(content[first : n + _COMPANY + 1])
        beside = beside[beside != n]
        if len(beside):
            window = held[beside, max(here - _COMPANY_THERE, 0) : here + _COMPANY_THERE + 1]
            found[n] = window.max(axis=1).mean()
    return found


def _begun(words: Sequence[Word], near: Sequence[Word]) -> NDArray[np.float64]:
    """Which share of each word, from its beginning, it has in common with the word that shares most of it."""
    others: dict[str, set[str]] = {}
    for word in near:
        others.setdefault(word.text[:_SHORTEST_BEGINNING], set()).add(word.text)
    shares = np.zeros(len(words))
    for n, word in enumerate(words):
        for other in others.get(word.text[:_SHORTEST_BEGINNING], ()):
            pairs = zip(word.text, other, strict=False)
            common = next((k for k, (a, b) in enumerate(pairs) if a != b), min(len(word.text), len(other)))
            shares[n] = max(shares[n], common / max(len(word.text), len(other)))
    return shares
