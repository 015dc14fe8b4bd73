"""How sure a ranking is that the collection holds what was asked for, and what follows from it.

Comes in: what a search saw of a question. Goes out: a number in [0, 1] that means the same for every question. Ranking
scores are made comparable between questions (`KeywordIndex.scores`), so the best of them is the best sign by itself;
of twenty others, two help it (`evals/README.md`, "Confidence"). `evals/fit_confidence.py` learns the weights.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.keyword import KeywordIndex
from ingest.passages import Passage

# Logistic regression on the labelled questions for development, answerable and unanswerable weighted alike: where one
# is as likely as the other stands .5.
_BIAS = -4.49
_OF_SCORE = 10.69
# A long question names much that may be missing; the same score means more for it.
_OF_WORD = 0.37
# Rare words are long ones: "watermarking" missing tells more than "dice".
_OF_UNKNOWN_CHAR = -0.09

# Below this an answer is refused. To refuse wrongly is the worse slip, because what is shown can be judged.
REFUSE_BELOW = 0.35
# Somebody who is here is asked for: the collection holds something of theirs, so the answer must be further off.
REFUSE_NAMED_BELOW = REFUSE_BELOW / 2
# Below this best score it is unsure which record is meant: so score 9 of 10 questions whose first record is wrong, and
# 4 of 10 others. A model is then asked for search words, and a name that nobody has is not overlooked.
UNSURE_BELOW_SCORE = 0.28
# A question of ten thousand words is no surer than this, and no number for the exponential function either.
_MOST_ODDS = 30.0

# Shorter ones are abbreviations, or what is left of "co-author".
_LONG_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Signs:
    """What a search saw.

    Attributes:
        best_score: Of the best record, by meaning and wording, without any bonus.
        words: How many different words the question has, stop words left out.
        unknown_chars: Letters of its longest word that stands in no source and no gist; 0 when there is none.
        pinned: Whether the best record holds every word of the question, or in its text one that no other record
            holds: "Oculus" in a biography.
    """

    best_score: float
    words: int
    unknown_chars: int
    pinned: bool


def confidence(signs: Signs) -> float:
    """The confidence that something in the collection answers, in [0, 1]; at least .5 where the words pin it down."""
    odds = _BIAS + _OF_SCORE * signs.best_score + _OF_WORD * signs.words + _OF_UNKNOWN_CHAR * signs.unknown_chars
    odds = min(max(odds, 0.0 if signs.pinned else -_MOST_ODDS), _MOST_ODDS)
    return 1 / (1 + math.exp(-odds))


def read_signs(
    question: str,
    best_score: float,
    passages: Sequence[Passage],
    keyword: KeywordIndex,
    gists: Sequence[KeywordIndex],
) -> Signs:
    """What a search saw.

    Args:
        question: With its slips mended.
        best_score: Of the best record, by meaning and wording, without any bonus.
        passages: All of the best record, at least one.
        keyword: Over all passages.
        gists: The index over the gists, if there are any.
    """
    words = keyword.words(question)
    known_to = (keyword, *gists)
    unknown = [word for word in _LONG_WORD.findall(question) if not any(index.knows(word) for index in known_to)]
    heading = set(keyword.words(passages[0].heading))
    texts = [set(keyword.words(passage.text)) for passage in passages]
    own = {word: sum(word in text for text in texts) for word in words if word not in heading}
    has_pin = any(count and keyword.passages_with(word) == count for word, count in own.items())
    return Signs(
        best_score=best_score,
        words=len(words),
        unknown_chars=max(map(len, unknown), default=0),
        pinned=has_pin or (bool(words) and all(own.values())),
    )
