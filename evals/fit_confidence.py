"""Learns the weights of `assistant/confidence.py` and prints them, with what each threshold refuses.

`python -m evals.fit_confidence`, over the index of the default home; only questions for development are read, and of
these only those that retrieval decides: what the records answer exactly, or do not record, never gets there.
"""

import sys

import numpy as np
from numpy.typing import NDArray

from assistant.assembly import Assistant
from assistant.retrieve.hybrid import HybridRanker
from assistant.settings import load_settings
from assistant.types import Answer, Done
from evals.learning import cross_validated, learn, shuffled_folds
from evals.questions import read_dialogues, read_questions
from evals.run import EVALS

FALSE_REFUSALS = (0.01, 0.02, 0.03, 0.04, 0.05)


def main() -> None:
    """Learn, then say what would be refused; cross-validated, so that the figures hold for other questions."""
    assistant = Assistant(load_settings(llm_base_url=None))
    rows, truth = _labelled(assistant)
    bias, weights = learn(rows[:, :3], truth)
    print(f"_BIAS = {bias:.2f}\n_OF_SCORE = {weights[0]:.2f}\n_OF_WORD = {weights[1]:.2f}")
    print(f"_OF_LEAD = {weights[2]:.2f}")
    print(f"_USUAL_LEAD = {np.mean([rows[truth, 2].mean(), rows[~truth, 2].mean()]):.2f}")
    odds = cross_validated(rows[:, :3], truth, shuffled_folds(len(truth)))
    odds[rows[:, 3] > 0] = np.maximum(odds[rows[:, 3] > 0], 0)
    print(f"{truth.sum()} answerable, {(~truth).sum()} not; cross-validated:")
    for share in FALSE_REFUSALS:
        threshold = np.quantile(odds[truth], share)
        refused = np.mean(odds[~truth] < threshold)
        print(f"answerable refused {share:.2f}, unanswerable {refused:.2f}, below {1 / (1 + np.exp(-threshold)):.2f}")


def _labelled(assistant: Assistant) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """The signs of each question, shape (n, 4), and whether it is answerable."""
    rows, truth = [], []
    questions = [((), one.question, True) for one in read_questions(EVALS / "questions.jsonl", "dev")]
    dialogues = read_dialogues(EVALS / "dialogues.jsonl", "dev")
    # Whether a record that was spoken of tells what is asked is another question (`fit_details`).
    alone = [one for one in dialogues if not one.history]
    questions += [((), one.question, not one.refuse) for one in alone if one.refuse or one.expected]
    for history, question, answerable in questions:
        answers: list[Answer] = []
        for asked in (*history, question):
            answers += [e.answer for e in assistant.turn(asked, answers, endpoint=None) if isinstance(e, Done)]
        if answers[-1].mode == "extract":
            rows.append(_row(assistant.ranker, answers[-1].standalone_question))
            truth.append(answerable)
    return np.array(rows), np.array(truth)


def _row(ranker: HybridRanker, question: str) -> list[float]:
    signs = ranker.search(question).signs
    return [signs.best_score, signs.words, signs.lead or 0.0, signs.pinned]


if __name__ == "__main__":
    sys.exit(main())
