"""How sure a ranking is that the collection holds what was asked for, and what follows from it.

Comes in: what a search saw of a question. Goes out: a number in [0, 1] that means the same for every question. Ranking
scores are made comparable between questions (`KeywordIndex.scores`), so the best of them is the best sign by itself;
of twenty others, two help it (`evals/README.md`, "Confidence"). `evals/fit_confidence.py` learns the weights.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.keyword import KeywordIndex
from ingest.passages import Passage

# Logistic regression on the labelled questions for development, answerable and unanswerable weighted alike: where one
# is as likely as the other stands .5.
_BIAS = -5.04
_OF_SCORE = 10.42
# A long question names much that may be missing; the same score means more for it.
_OF_WORD = 0.34
# "Federated" and "learning" are near something in twenty records alike, and in none of them as near as they should be.
_OF_LEAD = 2.73
# Of an index without word vectors: where answerable and unanswerable questions meet.
_USUAL_LEAD = 0.18

# Below this an answer is refused. To refuse wrongly is the worse slip, because what is shown can be judged.
REFUSE_BELOW = 0.35
# Somebody who is here is asked for: the collection holds something of theirs, so the answer must be further off.
REFUSE_NAMED_BELOW = REFUSE_BELOW / 2
# Below this best score it is unsure which record is meant: so score 9 of 10 questions whose first record is wrong, and
# 4 of 10 others. A model is then asked for search words, and a name that nobody has is not overlooked.
UNSURE_BELOW_SCORE = 0.28
# A question of ten thousand words is no surer than this, and no number for the exponential function either.
_MOST_ODDS = 30.0


@dataclass(frozen=True, slots=True)
class Signs:
    """What a search saw.

    Attributes:
        best_score: Of the best record, by meaning and wording, without any bonus.
        words: How many different words the question has, stop words left out.
        lead: How much closer the best record comes to the question, word by word, than the best twenty usually do; see
            `assistant.closeness`. None when the index holds no word vectors.
        pinned: Whether the best record holds every word of the question, or in its text one that no other record
            holds: "Oculus" in a biography.
    """

    best_score: float
    words: int
    lead: float | None
    pinned: bool


NO_SIGNS = Signs(best_score=0.0, words=0, lead=None, pinned=False)


def confidence(signs: Signs) -> float:
    """The confidence that something in the collection answers, in [0, 1]; at least .5 where the words pin it down."""
    lead = _USUAL_LEAD if signs.lead is None else signs.lead
    odds = _BIAS + _OF_SCORE * signs.best_score + _OF_WORD * signs.words + _OF_LEAD * lead
    odds = min(max(odds, 0.0 if signs.pinned else -_MOST_ODDS), _MOST_ODDS)
    return 1 / (1 + math.exp(-odds))


def read_signs(
    question: str, best_score: float, lead: float | None, passages: Sequence[Passage], keyword: KeywordIndex
) -> Signs:
    """What a search saw.

    Args:
        question: With its slips mended.
        best_score: Of the best record, by meaning and wording, without any bonus.
        lead: See `Signs`.
        passages: All of the best record, at least one.
        keyword: Over all passages.
    """
    words = keyword.words(question)
    heading = set(keyword.words(passages[0].heading))
    texts = [set(keyword.words(passage.text)) for passage in passages]
    own = {word: sum(word in text for text in texts) for word in words if word not in heading}
    has_pin = any(count and keyword.passages_with(word) == count for word, count in own.items())
    return Signs(best_score, len(words), lead, pinned=has_pin or (bool(words) and all(own.values())))
