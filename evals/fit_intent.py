"""Learns what questions want (`assistant/understand/intent.py`): `python -m evals.fit_intent`.

Multinomial logistic regression over a question's vector and how it is put, on `intents.jsonl`, on the questions for
development of every other set, and on the program's own examples. Prints what goes wrong, cross-validated.
"""

import json
from collections import Counter

import numpy as np

from assistant.answer.program import FACTS
from assistant.understand.intent import INTENTS, LEARNED
from evals.learning import FOLDS, Softmax, shuffled_folds
from evals.questions import EVALS, read_dialogues, read_lists, read_questions
from ingest.embedder import BundledEmbedder

# Questions of the sets about the five pages are many and alike: a quarter of them serves, and the examples written for
# this count more.
WRITTEN_WEIGHT = 4.0
KEPT_OF_OTHERS = 0.25


def labelled() -> list[tuple[str, str, float]]:
    """Questions, their intents, and what each counts."""
    found: list[tuple[str, str, float]] = []
    for line in (EVALS / "intents.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        found.append((one["question"], one["intent"], WRITTEN_WEIGHT))
    found += [(question, "program", WRITTEN_WEIGHT) for fact in FACTS for question in fact.asked]
    found += [(one.question, "ask", 1.0) for one in read_questions(EVALS / "questions.jsonl", "dev")]
    found += [(one.question, "list", 1.0) for one in read_lists(EVALS / "catalogue.jsonl", "dev")]
    for one in read_dialogues(EVALS / "dialogues.jsonl", "dev"):
        if one.kind_of_dialogue not in ("about", "smalltalk"):
            found.append((one.question, "ask", 1.0))
    kept = np.random.default_rng(0).random(len(found)) < KEPT_OF_OTHERS
    return [one for one, is_kept in zip(found, kept, strict=True) if is_kept or one[2] == WRITTEN_WEIGHT]


def main() -> None:
    """Learn, write, and say what is taken for something else."""
    embedder = BundledEmbedder()
    rows = labelled()
    features = np.array(
        [np.concatenate([embedder.embed_question(text), embedder.embed_phrasing(text)]) for text, _, _ in rows]
    )
    truth = np.array([INTENTS.index(intent) for _, intent, _ in rows])
    weights = np.array([weight for _, _, weight in rows])
    chances = np.zeros((len(rows), len(INTENTS)))
    folds = shuffled_folds(len(rows))
    for fold in range(FOLDS):
        held = folds == fold
        chances[held] = Softmax.learn(features[~held], truth[~held], weights[~held], len(INTENTS)).chances(
            features[held]
        )
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


if __name__ == "__main__":
    main()
