"""A claim beside the sentences that it cites → how they differ, and how they are alike, in numbers that can be weighed.

Comes in: a claim and sentences, each read into words with vectors. Goes out: an `Alignment`. Numbers and names are
looked up with their company: what the claim says around "2016" is compared with what stands around it there, and with
what stands around the other numbers. What the features weigh is learned (`evals.fit_grounding`); nothing here decides.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.answer.claims import (
    CAUSES,
    NEGATIONS,
    SCOPES,
    SIDES,
    UNITS,
    UNSCOPED,
    Reading,
    Word,
    is_opposed,
)

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]

# How far the company of a number or a name reaches, in the claim and where it is held.
_NEAR_WORDS, _FAR_WORDS, _AFTER_WORDS = 5, 14, 6
# How many words a negation reaches ahead: "did not seem to improve".
_REACH_WORDS = 4
_SHORTEST_BEGINNING, _SAME_BEGINNING = 4, 5
# Words with closer vectors than this may stand for each other.
_ALIKE = 0.6
# Of 177 claims by hand whose words are less alike in the mean 6 are carried.
_STRANGE = 0.5
# What is turned round more often is only put in another order.
_MOST_TURNED = 0.4
_MOSTLY_HELD = 0.8
_BOTH_NEGATED = 0.3
# More missing words than this change nothing any more.
_MOST = 3
NAMES = (
    "meaning", "held", "held_near", "alike", "alike_near", "worst_alike", "strange_words", "many_strange_words",
    "missing_numbers", "missing_names", "missing_names_held", "all_added", "only_added", "all_added_held",
    "negation_moved", "negation_held", "polarity_differs", "opposite", "opposite_held", "same_side", "side_unheard",
    "number_elsewhere", "name_elsewhere", "name_elsewhere_held", "number_company", "name_company", "unit_differs",
    "behind_differs", "strange_beside_number", "turned", "backwards", "backwards_held", "cause_turned",
    "cause_turned_held", "spread", "length",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Alignment:
    """Features of a claim, by `NAMES`, and what they were read from.

    Attributes:
        features: Shape (len(NAMES),).
        nearest: Which sentence is nearest, by its place.
        missing: Numbers and names of the claim, by their place, that no sentence holds.
        is_strange: Whether hardly a word of it has one there that means anything like it.
        shortened: Shape (n,), whether a word is a name that stands for a longer or a shorter one there.
    """

    features: Floats
    nearest: int
    missing: tuple[int, ...]
    is_strange: bool
    shortened: Bools


def align(claim: Reading, sentences: Sequence[Reading]) -> Alignment:
    """Compare a claim with at least one sentence; the first ones may be a heading."""
    words = claim.words
    owner = np.repeat(np.arange(len(sentences)), [len(one.words) for one in sentences])
    said = [word for one in sentences for word in one.words]
    keys, own = _keys(said), _keys(words)
    same = own[:, None] == keys[None, :]
    shortened = _abbreviates(claim, sentences)
    held = same.any(axis=1) | shortened
    content = np.array([not word.is_stop for word in words], dtype=bool)
    total = max(int(content.sum()), 1)
    pooled = np.stack([one.vector for one in sentences])
    likeness = pooled @ claim.vector
    shares = np.array([(same[:, owner == n].any(axis=1) & content).sum() / total for n in range(len(sentences))])
    order = np.argsort(-(likeness + shares))
    nearest = int(order[0])
    near = np.isin(owner, order[:2])
    alike = _unit(claim.vectors) @ _unit(np.concatenate([one.vectors for one in sentences])).T
    best, best_near = alike.max(axis=1), alike[:, near].max(axis=1)
    close = same | (alike >= _ALIKE)
    number = np.array([word.is_number for word in words])
    name = np.array([word.is_name for word in words])
    near_words = sentences[nearest].words
    pair = pooled[:-1] + pooled[1:] if len(pooled) > 1 else pooled

    company, elsewhere = _company(words, said, same, close, owner)
    scope = _scope_added(words, [word for n in order[:2] for word in sentences[n].words])
    negation = _negation_moved(words, [sentences[n].words for n in order[:2]])
    opposite, same_side, unheard = _sides(words, near_words)
    turned = _turned(same[:, owner == nearest], content)
    unit, behind = _behind_number(words, same, held, said)
    by = any(word.text == "by" for word in words) != any(word.text == "by" for word in near_words)
    backwards = 0.0 if by else _backwards(same[:, owner == nearest], content)
    strange = content & ~held & (best < _ALIKE)
    held_share = float((held & content).sum() / total)
    sides = [sum(side for _, _, side, _ in _turns(some)) for some in (words, near_words)]
    negative = [(s < 0) if s else bool(_negated(some)) for s, some in zip(sides, (words, near_words), strict=True)]
    missing_names = min((name & ~held).sum(), _MOST)
    alls = min(sum(words[n].text != "only" for n in scope), 2)
    number_elsewhere = max((elsewhere[n] for n in np.flatnonzero(number)), default=0)
    name_elsewhere = max((elsewhere[n] for n in np.flatnonzero(name)), default=0)
    held_near = float((same[:, near].any(axis=1) & content).sum() / total)
    cause = _cause_turned(words, near_words)
    features = np.array(
        [
            max(likeness.max(), float((pair @ claim.vector / np.maximum(np.linalg.norm(pair, axis=1), 1e-6)).max())),
            held_share,
            held_near,
            (best * content).sum() / total,
            (best_near * content).sum() / total,
            best[content].min() if content.any() else 1,
            min(strange.sum(), 4),
            strange.sum() >= 3,
            min((number & ~held).sum(), _MOST),
            missing_names,
            missing_names * held_share,
            alls,
            len(scope) - alls > 0,
            alls * held_share,
            negation,
            negation * held_share,
            negative[0] != negative[1],
            opposite,
            opposite * held_share,
            same_side,
            unheard,
            number_elsewhere,
            name_elsewhere,
            name_elsewhere * held_near,
            min((company[n] for n in np.flatnonzero(number & held)), default=1),
            min((company[n] for n in np.flatnonzero(name & held)), default=1),
            len(unit) > 0,
            len(behind) > 0,
            any(strange[max(n - 1, 0) : n + 2].any() for n in np.flatnonzero(number & held)),
            turned,
            backwards,
            backwards * (held_near >= _MOSTLY_HELD),
            cause,
            cause * held_near,
            held_share - float(shares.max()),
            min(len(words), 40) / 20,
        ],
        dtype=np.float32,
    )
    return Alignment(
        features,
        nearest,
        tuple(int(n) for n in np.flatnonzero((number | name) & ~held)),
        bool((best * content).sum() / total < _STRANGE and strange.sum() > 1),
        shortened,
    )


def _keys(words: Iterable[Word]) -> NDArray[np.int64]:
    return np.array([word.key for word in words], dtype=np.int64)


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def _abbreviates(claim: Reading, sentences: Sequence[Reading]) -> Bools:
    """Names that stand for others: "LLM" for "large language models", "Tech" for "Technology", "Canadian", "Canada"."""
    initials = " ".join(
        "".join(word.text[:1] for word in one.words if is_all or not word.is_stop)
        for one in sentences
        for is_all in (True, False)
    )
    forms = {word.text for one in sentences for word in one.words}
    beginnings = {form[:end] for form in forms for end in range(_SHORTEST_BEGINNING, len(form))}
    return np.array(
        [
            word.is_name
            and (
                (len(word.text) > 1 and claim.text[word.start : word.end].isupper() and word.text in initials)
                or word.text in beginnings
                or (len(word.text) > _SAME_BEGINNING and word.text[:_SAME_BEGINNING] in beginnings)
            )
            for word in claim.words
        ],
        dtype=bool,
    )


def _company(
    words: Sequence[Word], said: Sequence[Word], same: Bools, close: Bools, owner: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Of each number and name how much of its company in the claim stands around it where it is held.

    Returns:
        The share, shape (n,), and by how much the company stands better around another number or name that the claim
        does not have, shape (n,); where it does, the claim gives one thing what belongs to another.
    """
    n, m = same.shape
    share, better = np.ones(n, dtype=np.float32), np.zeros(n, dtype=np.float32)
    numbers = np.array([word.is_number for word in said], dtype=bool)
    names = np.array([word.is_name for word in said], dtype=bool)
    in_claim: list[bool] = np.asarray(same.any(axis=0)).tolist()
    for i, word in enumerate(words):
        if not (word.is_number or word.is_name) or not same[i].any():
            continue
        beside = [k for k in range(max(i - _NEAR_WORDS, 0), min(i + _NEAR_WORDS + 1, n)) if k != i]
        beside = [k for k in beside if not words[k].is_stop and words[k].key != word.key]
        if not beside:
            continue
        of_kind: list[bool] = (numbers if word.is_number else names).tolist()
        is_year = word.is_number and _is_year(word)
        alike = [j for j in range(m) if of_kind[j] and (not word.is_number or _is_year(said[j]) == is_year)]
        scores = {True: 0.0, False: 0.0}
        for j in range(m):
            if not (same[i, j] or (of_kind[j] and not in_claim[j] and _is_year(said[j]) == is_year)):
                continue
            # What stands between the last thing of its kind and this one belongs to this one.
            first = max([one + 1 for one in alike if one < j - 1] + [j - _FAR_WORDS, 0])
            end = min([one for one in alike if one > j + 1] + [j + _AFTER_WORDS + 1, m])
            window = close[beside, first:end] & (owner[first:end] == owner[j])
            weight = np.where(np.arange(first, end) > j, 0.7, 1.0) - np.abs(np.arange(first, end) - j) / 40
            found = float((window * weight).max(axis=1).mean()) if window.size else 0.0
            scores[bool(same[i, j])] = max(scores[bool(same[i, j])], found)
        share[i], better[i] = scores[True], max(scores[False] - scores[True], 0.0)
    return share, better


def _is_year(word: Word) -> bool:
    return word.is_number and len(word.text) == 4 and word.text[:2] in ("19", "20")


def _scope_added(words: Sequence[Word], near: Sequence[Word]) -> list[int]:
    """Words of the claim such as "all" and "only" that nothing near says in its way."""
    groups = {SCOPES[word.text] for word in near if word.text in SCOPES}
    if any(word.text in NEGATIONS or word.text.startswith("un") for word in near):
        groups.add(SCOPES["never"])
    found: list[int] = []
    for n, word in enumerate(words):
        is_idiom = word.text == "all" and (
            (n and words[n - 1].text in ("above", "at", "after", "of", "in"))
            or (n + 1 < len(words) and words[n + 1].text in ("over", "in", "sorts", "kinds"))
        )
        if word.text in SCOPES and word.text not in UNSCOPED and SCOPES[word.text] not in groups and not is_idiom:
            found.append(n)
    return found


def _negated(words: Sequence[Word]) -> set[int]:
    """The keys of content words within reach of a negation."""
    found: set[int] = set()
    for n, word in enumerate(words):
        if word.text in NEGATIONS and not (n + 1 < len(words) and words[n + 1].text in ("just", "only", "merely")):
            found |= {other.key for other in words[n + 1 : n + 1 + _REACH_WORDS] if not other.is_stop}
    return found


def _negation_moved(words: Sequence[Word], near: Sequence[Sequence[Word]]) -> float:
    """The share of the words that claim and sentences have in common, of those that only one of them negates."""
    mine, theirs = _negated(words), {key for some in near for key in _negated(some)}
    plain = {word.key for some in near for word in some if word.key not in _negated(some)}
    common = {word.key for word in words if not word.is_stop} & (plain | theirs)
    moved = {key for key in common if (key not in theirs if key in mine else key not in plain)}
    # Where both negate something, each may do it in its own words: "not needed", "no more required".
    return len(moved) / max(len(common), 1) * (_BOTH_NEGATED if mine and theirs else 1)


def _turns(words: Sequence[Word]) -> list[tuple[int, int, int, set[int]]]:
    """Words that have an opposite: place, scale, side (turned round where it is negated), and the keys around."""
    negated = _negated(words)
    return [
        (
            n,
            SIDES[word.key][0],
            -SIDES[word.key][1]
            if (word.key in negated) != (n > 0 and words[n - 1].text in ("less", "least"))
            else SIDES[word.key][1],
            {other.key for other in words[max(n - 4, 0) : n + 5] if other is not word and not other.is_stop},
        )
        for n, word in enumerate(words)
        if word.key in SIDES
        and not (word.text in ("less", "more", "least", "most") and n + 1 < len(words) and words[n + 1].key in SIDES)
    ]


def _sides(words: Sequence[Word], near: Sequence[Word]) -> tuple[float, float, float]:
    """Whether claim and sentence take opposite sides of the same words; the same one; or only the claim takes any."""
    agreed: set[int] = set()
    turned: set[int] = set()
    theirs = _turns(near)
    mine = _turns(words)
    for _, scale, side, around in mine:
        for _, other, opposed, about in theirs:
            if scale == other and around & about:
                (turned if side == -opposed else agreed).add(scale)
    only = {word.text for word in words if not word.is_stop} ^ {word.text for word in near if not word.is_stop}
    prefixed = any(
        is_opposed(word.text, other.text)
        for n, word in enumerate(words)
        for other in near
        if {word.text, other.text} <= only and not (n and words[n - 1].text in ("less", *NEGATIONS))
    )
    return float(bool(turned - agreed) or prefixed), float(bool(agreed)), float(bool(mine) and not theirs)


def _turned(same: Bools, content: Bools) -> float:
    """The share of neighbouring pairs of the claim's words that stand the other way round in the nearest sentence."""
    places = [np.flatnonzero(row) for row, is_content in zip(same, content, strict=True) if is_content and row.any()]
    pairs = [(one, other) for one, other in zip(places, places[1:], strict=False) if not set(one) & set(other)]
    return min(sum(float(one.min() > other.max()) for one, other in pairs) / max(len(pairs), 3), _MOST_TURNED)


def _backwards(same: Bools, content: Bools) -> float:
    """How many words of the claim, beyond two, stand one before the other where it says one after the other.

    Moving a part of a sentence to its beginning leaves two in such a row; "A beats B" for "B beats A" makes three.
    """
    longest: list[tuple[int, int]] = []  # (place, length of the longest falling row that ends there)
    for row, is_content in zip(same, content, strict=True):
        places = np.flatnonzero(row)
        if is_content and len(places) == 1:
            place = int(places[0])
            longest.append((place, 1 + max((length for other, length in longest if other > place), default=0)))
    return float(max(min(max((length for _, length in longest), default=0), 4) - 2, 0))


def _cause_turned(words: Sequence[Word], near: Sequence[Word]) -> float:
    """Whether what the claim calls the cause is the effect there; where no tie is said there, what comes later."""
    mine = _cause(words)
    if mine is None:
        return 0.0
    cause, effect = mine
    theirs = _cause(near)
    if theirs is not None:
        straight = len(cause & theirs[0]) + len(effect & theirs[1])
        return float(len(cause & theirs[1]) + len(effect & theirs[0]) > straight)
    at: dict[int, int] = {}
    for n, word in enumerate(near):
        at.setdefault(word.key, n)
    first, second = ([at[key] for key in keys if key in at] for keys in (cause, effect))
    return float(bool(first and second) and np.mean(first) > np.mean(second))


def _cause(words: Sequence[Word]) -> tuple[set[int], set[int]] | None:
    """The content words of a cause and of its effect, or None where no tie is said."""
    for n, word in enumerate(words):
        if word.text in CAUSES and 0 < n < len(words) - 1:
            before = {other.key for other in words[:n] if not other.is_stop}
            after = {other.key for other in words[n + 1 :] if not other.is_stop}
            return (before, after) if CAUSES[word.text] > 0 else (after, before)
    return None


def _behind_number(
    words: Sequence[Word], same: Bools, held: Bools, said: Sequence[Word]
) -> tuple[list[int], list[int]]:
    """Words right behind a number of the claim that stand behind none like it there: units, and others."""
    units: list[int] = []
    others: list[int] = []
    for n, word in enumerate(words[:-1]):
        behind = words[n + 1]
        if not word.is_number or not held[n] or behind.start - word.end > 1 or behind.is_number:
            continue
        after = {
            said[j + step].key for j in np.flatnonzero(same[n]).tolist() for step in (1, 2) if j + step < len(said)
        }
        if behind.key not in after and (behind.text in UNITS or (not behind.is_stop and not held[n + 1])):
            (units if behind.text in UNITS else others).append(n + 1)
    return units, others
