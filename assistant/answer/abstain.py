"""The one decision whether a question can be answered from the evidence.

Comes in: an understood question and its evidence. Goes out: why the evidence does not answer it, where it does not.
With an endpoint this is advice to the model; without one it refuses, and names what is nearest. Two learned steps, by
`evals/fit_abstain.py`: does a record like the best one tell what such a question asks (kernel ridge regression over how
the question is put and how its words stand to the record's), and then a logistic curve over that and what else was
seen. Rows found by a typed query are evidence before it.
"""

from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answer import messages
from assistant.learned import load
from assistant.retrieve.evidence import TOLD_SIGNS, Evidence, Features
from assistant.types import Abstention
from assistant.understand.understand import Understood

LEARNED = Path(__file__).with_name("abstain.npz")

# How fast a known question counts less with distance, and what its parts weigh there: the signs, and how it is put.
# Half and twice as much measured alike.
KERNEL_WIDTH = 0.7
SIGN_WEIGHT, PHRASING_WEIGHT = 0.4, 0.9
# Below this a question is refused: of answerable questions for development so many are then refused as the log says,
# which is the worse slip of the two, since what is shown can be judged.
REFUSE_BELOW = 0.5
# Between that and this the nearest is shown, and said to be no more: of the report questions that nothing answers 14
# more of 128, of those that something does 4 of 118; up to .7 20 and 9.
SURE_FROM = 0.65
# A best score below this is hardly one.
THIN_SCORE = 0.4
# Named where nothing is found.
MOST_NEAR = 3
# What is wanted is not whether a record tells a detail, but what it is about.
DIGESTED = ("summarise", "compare", "recommend", "overview")

Floats = NDArray[np.float32]


class Abstainer:
    """Decides."""

    def decide(self, understood: Understood, evidence: Evidence) -> tuple[Abstention | None, bool]:
        """Why the evidence does not answer a question, None where it does; and whether that is sure."""
        if evidence.unfilled is not None:
            why = messages.OUT_OF_SCHEMA.format(field=evidence.unfilled.one)
            return Abstention("out_of_schema", why), True
        if evidence.rows is not None or evidence.features is None or understood.intent in DIGESTED:
            return None, True
        wrong = evidence.presupposition
        if wrong is not None:
            text = f"{wrong.name} does not speak about this here; it is in another talk among the sources."
            return Abstention("false_presupposition", text), True
        chance = self.chance(understood, evidence.features)
        if chance >= REFUSE_BELOW:
            return None, chance >= SURE_FROM
        why = messages.NOT_HELD
        if understood.strangers:
            why = messages.NOT_KNOWN.format(name=" ".join(understood.strangers))
        elif understood.leans_on or understood.named:
            why = messages.NOT_TOLD.format(title=evidence.sources[0].title)
        near = evidence.sources[: 1 if understood.leans_on else MOST_NEAR]
        return Abstention("not_held", messages.not_held(why, near)), True

    def chance(self, understood: Understood, seen: Features) -> float:
        """How likely the evidence answers, in [0, 1]."""
        learned = load(LEARNED)
        columns = curve_features(self.told(understood.phrasing, seen.told_signs), understood, seen)
        odds = float(np.array([*columns.values()], dtype=np.float32) @ learned["weights"] + learned["bias"])
        return 1 / (1 + float(np.exp(-np.clip(odds, -30, 30))))

    def told(self, phrasing: Floats, signs: Floats) -> float:
        """How much speaks for it that the best record tells what is asked; about 1 when it does, about -1 when not."""
        learned = load(LEARNED)
        features = scaled(np.concatenate([signs, phrasing])[None], learned["mean"], learned["spread"])
        return float((kernel(features, self._known) @ learned["known_weights"])[0])

    @cached_property
    def _known(self) -> Floats:
        # A row a feature on disk, since features differ in size, and questions do not.
        return np.ascontiguousarray(load(LEARNED)["known"].T)


def hint(abstention: Abstention | None, evidence: Evidence) -> str:
    """The decision as a hint to a model; "" where there is none to give."""
    if abstention is None or evidence.rows is not None:
        return ""
    if abstention.reason == "false_presupposition":
        return abstention.text
    return "The sources may not tell this; look closely before you answer."


def curve_features(told: float, understood: Understood, seen: Features) -> dict[str, float]:
    """What the curve weighs, each about as large as 1.

    "Is there anything on birds?" asks for no detail: there, how near the best record comes says more than whether it
    tells what such a question asks, and its nearness in meaning most. Speech must fit better where a question names
    nothing that is here, the more of it there is: 83 hours of lectures hold words near to any.
    """
    assert understood.scored is not None  # else nothing was seen
    best, lead, is_list = understood.scored.best, understood.scored.lead, understood.intents["list"]
    unknown, leans, names_here = min(len(understood.strangers), 2), bool(understood.leans_on), bool(understood.named)
    return {
        "told": told,
        "best score": 4 * best,
        "lead": 4 * lead,
        "words": min(seen.words, 12) / 6,
        "leans": leans,
        "names here": names_here,
        "unknown names": unknown,
        # A name that stands nowhere says most where hardly anything else is found.
        "unknown names alone": unknown * max(0.0, 1 - best / THIN_SCORE),
        "pinned": seen.pinned,
        "list": is_list,
        "list, told": is_list * told,
        "list, best score": is_list * 4 * best,
        "list, closeness": is_list * 4 * seen.closeness,
        "list, lead": is_list * 4 * lead,
        "nameless speech": 0.0 if leans or names_here else seen.speech,
    }


def scaled(features: Floats, mean: Floats, spread: Floats) -> Floats:
    """Features, shape (n, 4 + d), spread alike and weighted: each sign so much, the phrasing so much in all."""
    width = features.shape[1] - TOLD_SIGNS
    weights = np.repeat([SIGN_WEIGHT, PHRASING_WEIGHT / width**0.5], [TOLD_SIGNS, width])
    return np.asarray((features - mean) / spread * weights, dtype=np.float32)


def kernel(some: Floats, others: Floats) -> Floats:
    """How alike questions are, shape (some, others), in (0, 1]; the Gaussian kernel."""
    squares = np.einsum("ij,ij->i", some, some)[:, None] + np.einsum("ij,ij->i", others, others)[None]
    return np.asarray(np.exp(-KERNEL_WIDTH * (squares - 2 * some @ others.T)), dtype=np.float32)
