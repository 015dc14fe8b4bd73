"""Learns what questions want (`assistant/understand/intent.py`): `python -m evals.fit_intent`.

Multinomial logistic regression over a question's vector and how it is put, on `intents.jsonl`, on the questions for
development of every other set, and on the program's own examples. Prints what goes wrong, cross-validated.
"""

import json
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from assistant.answer.program import facts
from assistant.understand.intent import INTENTS, LEARNED, OF_PROGRAM
from evals.learning import FOLDS, Softmax, shuffled_folds
from evals.questions import EVALS, read_dialogues, read_lists, read_questions, read_subjects
from ingest.embedder import BundledEmbedder

# Questions of the sets about the five pages are many and alike: a quarter of them serves, and the examples written for
# this count more.
WRITTEN_WEIGHT = 4.0
KEPT_OF_OTHERS = 0.25

Floats = NDArray[np.float64]


def labelled() -> list[tuple[str, str, float]]:
    """Questions, their intents, and what each counts."""
    found: list[tuple[str, str, float]] = []
    for line in (EVALS / "intents.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        found.append((one["question"], one["intent"], WRITTEN_WEIGHT))
    found += [(question, "program", WRITTEN_WEIGHT) for question, _ in facts()]
    found += [(one.question, "ask", 1.0) for one in read_questions(EVALS / "questions.jsonl", "dev")]
    found += [(one.question, "list", 1.0) for one in read_lists(EVALS / "catalogue.jsonl", "dev")]
    for one in read_dialogues(EVALS / "dialogues.jsonl", "dev"):
        asked_of = {"about": "program", "smalltalk": "smalltalk"}.get(one.kind_of_dialogue, "ask")
        found.append((one.question, asked_of, 1.0 if asked_of == "ask" else WRITTEN_WEIGHT))
    for name in ("turns_seeds.jsonl", "turns_pyvideo_a.jsonl"):
        for line in (EVALS / name).read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            if one["kind"] != "overview":  # those are of several intents
                found.append((one["question"], "list" if one["kind"] == "list" else "ask", WRITTEN_WEIGHT))
    found += [
        (asked, "list", WRITTEN_WEIGHT / 2) for name in ("seeds", "evening_talks") for asked, _ in read_subjects(name)
    ]
    kept = np.random.default_rng(0).random(len(found)) < KEPT_OF_OTHERS
    return [one for one, is_kept in zip(found, kept, strict=True) if is_kept or one[2] > 1]


def main() -> None:
    """Learn, write, and say what is taken for something else."""
    embedder = BundledEmbedder()
    rows = labelled()
    features = np.array(
        [np.concatenate([embedder.embed_question(text), embedder.embed_phrasing(text)]) for text, _, _ in rows]
    )
    truth = np.array([INTENTS.index(intent) for _, intent, _ in rows])
    weights = np.array([weight for _, _, weight in rows])
    chances = _cross_validated(features, truth, weights)
    # The dialogues do not tell questions about the program and about the collection apart.
    program, overview = INTENTS.index("program"), INTENTS.index("overview")
    truth[(truth == program) & (chances[:, overview] > chances[:, program])] = overview
    chances = _cross_validated(features, truth, weights)
    called = chances.argmax(axis=1)
    for number, name in enumerate(INTENTS):
        own = truth == number
        taken = Counter(INTENTS[one] for one in called[own & (called != number)])
        print(f"{name}: {(called[own] == number).mean():.3f} of {own.sum()}; the others taken for {dict(taken)}")
    written = weights == WRITTEN_WEIGHT
    for row in np.flatnonzero((called != truth) & written):
        print(f"  {INTENTS[truth[row]]} as {INTENTS[called[row]]}: {rows[row][0]}")
    learned = Softmax.learn(features, truth, weights, len(INTENTS))
    np.savez(LEARNED, weights=learned.weights.astype(np.float16), bias=learned.bias.astype(np.float32))
    of_program = chances[:, [INTENTS.index(one) for one in OF_PROGRAM]].sum(axis=1)
    is_of_program = np.isin(truth, [INTENTS.index(one) for one in OF_PROGRAM])
    for least in (0.3, 0.5, 0.7, 0.9):
        taken = of_program >= least
        shares = f"{taken[is_of_program].mean():.3f} of the right and {taken[~is_of_program].mean():.3f} of the others"
        print(f"of the program or the whole collection at a chance of {least}: {shares}")


def _cross_validated(features: Floats, truth: NDArray[np.int64], weights: NDArray[np.float64]) -> Floats:
    """The chance of each intent, each row told by what was learned without it."""
    chances = np.zeros((len(truth), len(INTENTS)))
    folds = shuffled_folds(len(truth))
    for fold in range(FOLDS):
        held = folds == fold
        learned = Softmax.learn(features[~held], truth[~held], weights[~held], len(INTENTS))
        chances[held] = learned.chances(features[held])
    return chances


if __name__ == "__main__":
    main()
