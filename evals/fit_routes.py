"""Learns the weights of `assistant/routes.py` and prints them, with what each threshold would call of the collection.

`python -m evals.fit_routes`, over the index of the default home; only questions for development are read.
"""

import json
import random
import sys
from collections.abc import Iterator
from dataclasses import astuple, fields, replace

import numpy as np

from assistant.assembly import Assistant
from assistant.routes import Router, RouteSigns, is_smalltalk
from assistant.settings import load_settings
from evals.learning import cross_validated, learn, shuffled_folds
from evals.questions import read_dialogues, read_questions
from evals.run import EVALS
from ingest.embedder import BundledEmbedder

OTHERS_CALLED = (5, 10, 20, 40)
_DETAILS = 900


def main() -> None:
    """Learn, and tell what is called wrongly; cross-validated."""
    assistant, router = Assistant(load_settings(llm_base_url=None)), Router(BundledEmbedder())
    labelled = [one for one in _labelled() if not is_smalltalk(one[0])]  # that is told by its words
    rows = np.array([_row(assistant, router, question, follows=follows) for question, follows, _ in labelled])
    truth = np.array([about for _, _, about in labelled])
    bias, weights = learn(rows, truth)
    print(f"_BIAS = {bias:.2f}")
    for field, weight in zip(fields(RouteSigns), weights, strict=True):
        print(f"    {field.name}={weight:.1f},")
    odds = cross_validated(rows, truth, shuffled_folds(len(truth)))
    print(f"{truth.sum()} about the collection, {(~truth).sum()} others; cross-validated:")
    for others in OTHERS_CALLED:
        threshold = np.sort(odds[~truth])[-others - 1]
        print(f"  {others} others called so, found {np.mean(odds[truth] > threshold):.3f}, odds above {threshold:.2f}")


def _labelled() -> Iterator[tuple[str, bool, bool]]:
    """A question, whether it follows another, and whether it is about the collection."""
    for one in read_dialogues(EVALS / "dialogues.jsonl", "dev"):
        yield one.question, bool(one.history), one.kind_of_dialogue == "about"
    for asked in read_questions(EVALS / "questions.jsonl", "dev"):
        yield asked.question, False, False
    details = (EVALS / "details.jsonl").read_text(encoding="utf-8").splitlines()
    for line in map(json.loads, random.Random(0).sample(details, _DETAILS)):
        yield line["question"], bool(line["history"]), False


def _row(assistant: Assistant, router: Router, question: str, *, follows: bool) -> tuple[float, ...]:
    signs, _ = router.signs(question, follows=follows)
    return astuple(replace(signs, confidence=assistant.ranker.search(question, limit=1).confidence))


if __name__ == "__main__":
    sys.exit(main())
