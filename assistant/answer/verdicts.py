"""A claim beside its passages → a verdict with its reason.

Comes in: a `Comparison`. Goes out: supported, weak or unsupported. A logistic model of nine weights, small enough to
read, and the rules that no weight may outvote: a number that is not there, the opposite, a negation, another person.

What it cannot catch: roles exchanged inside one sentence ("A beats B" for "B beats A"); a number or a name that the
passage holds in another connection; a single wrong name among words that all fit, now and then; opposites that
`opposites` does not list; arithmetic ("doubled" for "from 4 to 8") and counting ("three" for a list of three). A true
statement in wholly other words than the passage's, one that needs knowledge from elsewhere, or a comparison told from
its other end ("A needs more" for "B needs less") is called weak or unsupported.
"""

import math
from collections.abc import Sequence
from dataclasses import astuple
from typing import Literal, NamedTuple

from assistant.answer.claims import is_plain_name
from assistant.answer.signals import Comparison, Signals

Support = Literal["supported", "weak", "unsupported"]

# Log-odds of "supported" for each signal, and where they start. Learned by `evals/fit_support.py` on 12,271 labelled
# pairs of claim and evidence: Climate-FEVER, SciFact's training half (CC BY 4.0) and WiCE (ODC-By).
BIAS = -1.01
WEIGHTS = Signals(
    meaning=1.80,
    wording=0.92,
    numbers_missing=-0.73,
    names_missing=-0.35,
    opposite=-0.99,
    same_side=0.35,
    side_unheard=-0.22,
    polarity_differs=-0.37,
    negation_moved=-0.89,
)
# Where the mean balanced accuracy over the five sets of pairs is best, supported against the rest.
SUPPORTED_FROM = 0.52
# With it and the rules, 37 to 60 % of the pairs that are not supported are called so, and 11 to 36 % of the supported,
# by source.
UNSUPPORTED_BELOW = 0.35
# A contradiction is one only where claim and passage speak of the same thing; elsewhere it makes weak.
_SAME_SUBJECT_WORDING = 0.5
# A claim whose words are there, a part of them negated on one side only.
_NEGATED_WORDING = 0.6
_NEGATED_SHARE = 0.2
# A strange "Uppsala" among words that are there is another university, and two strange names are another person, even
# among fewer; elsewhere they weigh as they do.
_STRANGE_NAME_WORDING = 0.6
_STRANGE_NAMES_WORDING = 0.4
# With neither words nor meaning in common, nothing else can make a claim supported.
_FEWEST_WORDING = 0.5
_LEAST_MEANING = 0.45


class Verdict(NamedTuple):
    """How well a statement is carried by what it cites; `score` in [0, 1], higher is better."""

    verdict: Support
    reason: str
    score: float


def judge(found: Comparison) -> Verdict:
    """Weigh the signals, then apply the rules that no weight may outvote."""
    score = weigh(found.signals)
    if (ruled := objection(found)) is not None:
        return _at_most(*ruled, score)
    if score >= SUPPORTED_FROM:
        return Verdict("supported", f"It cites {_short(found.nearest)}", score)
    if found.missing_names:
        reason = _not_there(found.missing_names)
    elif found.signals.polarity_differs:
        reason = f"Only one of the two is negative: {_short(found.nearest)}"
    else:
        reason = f"Only in part in what it cites, if at all; the nearest is {_short(found.nearest)}"
    return Verdict("weak" if score >= UNSUPPORTED_BELOW else "unsupported", reason, score)


def weigh(signals: Signals) -> float:
    """Probability that a claim is supported, in [0, 1], by the weights alone."""
    odds = BIAS + sum(weight * value for weight, value in zip(astuple(WEIGHTS), astuple(signals), strict=True))
    return 1 / (1 + math.exp(-odds))


def objection(found: Comparison) -> tuple[Support, str] | None:
    """The most that a claim can be whatever its score, and why; None when nothing is in the way."""
    signals = found.signals
    if found.missing_numbers:
        return "unsupported", _not_there(found.missing_numbers)
    is_same_subject = signals.wording >= _SAME_SUBJECT_WORDING
    if signals.opposite:
        return "unsupported" if is_same_subject else "weak", f"It cites the opposite, it seems: {_short(found.nearest)}"
    if signals.negation_moved >= _NEGATED_SHARE and signals.wording >= _NEGATED_WORDING:
        return "unsupported", f"Only one of the two is negated, it seems: {_short(found.nearest)}"
    strange = sum(map(is_plain_name, found.missing_names))
    if strange and signals.wording >= (_STRANGE_NAME_WORDING if strange == 1 else _STRANGE_NAMES_WORDING):
        return "weak", _not_there(found.missing_names)
    if signals.wording < _FEWEST_WORDING and signals.meaning < _LEAST_MEANING:
        return "weak", f"Little of it is in what it cites; the nearest is {_short(found.nearest)}"
    return None


def _at_most(most: Support, reason: str, score: float) -> Verdict:
    """A verdict that the score cannot raise."""
    if most == "weak" and score >= UNSUPPORTED_BELOW:
        return Verdict("weak", reason, min(score, SUPPORTED_FROM - 0.01))
    return Verdict("unsupported", reason, min(score, UNSUPPORTED_BELOW - 0.01))


def _not_there(words: Sequence[str]) -> str:
    listed = ", ".join(f"“{word}”" for word in words)
    return f"{listed} {'is' if len(words) == 1 else 'are'} not in what it cites."


def _short(sentence: str, *, most_chars: int = 160) -> str:
    """A sentence in quotation marks, cut after a word when it is long."""
    return f"“{sentence if len(sentence) <= most_chars else sentence[: most_chars - 1].rsplit(' ', 1)[0] + '…'}”"
