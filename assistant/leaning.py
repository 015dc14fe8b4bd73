"""Does a question lean on the conversation, or stand alone?

Comes in: the question, and how well what was spoken of fits it by itself. Goes out: whether it leans. No single sign
tells: "What takes the place of argmax?" has no pronoun, and "Is there a trick that lets models forget without hurting
their scores?" does not lean for its "their". So the signs are weighed; `evals/fit_leaning.py` learns the weights.
"""

from dataclasses import astuple, dataclass

from assistant import leaning_patterns as patterns
from assistant.confidence import confidence
from assistant.pointing import WORD, content, names, opening, points_at_somebody, points_at_something
from assistant.retrieve.hybrid import Fit

_MOST_WORDS = 10
_HARDLY_MORE_WORDS = 2


@dataclass(frozen=True, slots=True)
class LeaningSigns:
    """What tells whether a question leans; all numbers, most of them 0 or 1.

    Attributes:
        somebody: A word for somebody who was spoken of, such as "he".
        somebody_named: … but somebody or something is named as well.
        something: A word for something, such as "it"; less, the more was said before it.
        points: … wherever it stands.
        goes_on: Begins with "so", "but" or the like.
        joined: Begins with "and" or "what about".
        joined_short: … and says hardly more: "And clustering?" may bring a new subject.
        joined_unspoken: … and asks for something not spoken of.
        joined_gap: … and so far is what was spoken of from the best record.
        trailing: Ends with "though", "then" or the like.
        back: "The latter", "the paper from before".
        elliptic: Leaves out its subject, as "tried on what data?" does.
        own: The share of words for what somebody or something has, such as "thesis" or "result".
        definite: How often it says "the winner", at most 2.
        pointer: "That person", "the other one", "then".
        unspoken: Asks for something not spoken of, "is there a talk …".
        records: Asks for "talks" or "papers".
        names: Names and terms with capitals, at most 2.
        words: Words that say something, at most 10.
        few: At most one of them.
        score: Of the best record, for the question by itself.
        gap: From what was spoken of to the best record.
        is_best: What was spoken of is the best record.
        lead: How much closer the best record is than others.
        confidence: That the collection answers the question by itself.
    """

    somebody: float
    somebody_named: float
    something: float
    points: float
    goes_on: float
    joined: float
    joined_short: float
    joined_unspoken: float
    joined_gap: float
    trailing: float
    back: float
    elliptic: float
    own: float
    definite: float
    pointer: float
    unspoken: float
    records: float
    names: float
    words: float
    few: float
    score: float
    gap: float
    is_best: float
    lead: float
    confidence: float


_BIAS = 1.40
_WEIGHTS = LeaningSigns(
    somebody=6.44,
    somebody_named=-2.04,
    something=3.60,
    points=2.38,
    goes_on=5.12,
    joined=3.72,
    joined_short=-3.57,
    joined_unspoken=6.10,
    joined_gap=-17.81,
    trailing=0.23,
    back=3.94,
    elliptic=5.77,
    own=5.84,
    definite=1.05,
    pointer=0.50,
    unspoken=-2.35,
    records=-6.11,
    names=-0.70,
    words=-0.86,
    few=1.52,
    score=13.52,
    gap=-18.34,
    is_best=5.00,
    lead=7.91,
    confidence=-1.88,
)


def leans(question: str, fit: Fit) -> bool:
    """Whether a question leans on what was spoken of.

    Args:
        question: As typed.
        fit: How well what was spoken of fits it, beside the best record.
    """
    words = WORD.findall(question)
    if not content(words):
        return True  # "Why?", "And before?": what their words fit by themselves tells nothing
    somebody = next((at for at in range(len(words)) if points_at_somebody(words[at])), None)
    if somebody is not None and not content(words[:somebody]) and not names(words):
        return True  # "And where did she study?" names nobody whom "she" could mean
    signs = astuple(leaning_signs(question, fit))
    odds: float = _BIAS + sum(weight * sign for weight, sign in zip(astuple(_WEIGHTS), signs, strict=True))
    return odds > 0


def leaning_signs(question: str, fit: Fit) -> LeaningSigns:
    """What tells whether a question leans."""
    asked = question[opening(question) :]
    words = WORD.findall(asked)
    said, named = content(words), names(words)
    somebody = any(points_at_somebody(word) for word in words)
    something = next((at for at in range(len(words)) if points_at_something(words, at)), None)
    joined = bool(patterns.JOINED.search(question[: opening(question)]) or patterns.HOW_ABOUT.match(asked))
    unspoken = bool(patterns.UNSPOKEN.search(question))
    gap = fit.best - max(fit.of.values(), default=0.0)
    return LeaningSigns(
        somebody=somebody,
        somebody_named=somebody and bool(named),
        something=0.0 if something is None else 1 / (1 + len(content(words[:something]))),
        points=something is not None,
        goes_on=bool(patterns.GOES_ON.search(question[: opening(question)])),
        joined=joined,
        joined_short=joined and len(said) <= _HARDLY_MORE_WORDS,
        joined_unspoken=joined and unspoken,
        joined_gap=joined * gap,
        trailing=bool(patterns.TRAILING.search(question)),
        back=bool(patterns.BACK.search(question)),
        elliptic=bool(patterns.ELLIPTIC.match(asked)),
        own=sum(word.lower().removesuffix("s") in patterns.OWN for word in said) / max(1, len(said)),
        definite=min(2, len(patterns.DEFINITE.findall(question))),
        pointer=bool(patterns.POINTER.search(question)),
        unspoken=unspoken,
        records=bool(patterns.RECORDS.search(question)),
        names=min(2, len(named)),
        words=min(_MOST_WORDS, len(said)),
        few=len(said) <= 1,
        score=fit.signs.best_score,
        gap=gap,
        is_best=gap <= 0,
        lead=fit.signs.lead or 0.0,
        confidence=confidence(fit.signs),
    )
