"""How sure a ranking is that the collection holds what was asked for, and what follows from it.

Comes in: the score of the best record. Goes out: a number in [0, 1] that means the same for every question. Ranking
scores are made comparable between questions (`KeywordIndex.scores`), so the best of them is itself the best sign: of
ten that were tried none told better, alone or together (`evals/README.md`, "Confidence").
"""

import math

# Logistic regression on the development halves of the answerable and unanswerable questions, both weighted alike:
# where one is as likely as the other stands .5.
_STEEPNESS = 15.0
_EVEN_SCORE = 0.21

# Below this an answer is refused: on the development half that refuses two thirds of what the collection does not hold,
# and 3 of 100 questions that it answers. To refuse wrongly is the worse slip, because what is shown can be judged.
REFUSE_BELOW = 0.25
# Below this a model is asked for search words: 9 of 10 questions whose first record is wrong, 4 of 10 others.
UNSURE_BELOW = 0.75


def confidence(best_score: float) -> float:
    """The confidence that something in the collection answers, in [0, 1].

    Args:
        best_score: Of the best record, by meaning and wording, without any bonus.
    """
    return 1 / (1 + math.exp(-_STEEPNESS * (best_score - _EVEN_SCORE)))
