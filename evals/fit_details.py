"""Learns what records tell (`assistant/details.py`) and prints what each threshold would refuse.

`python -m evals.fit_details`, over the index of the default home: kernel ridge regression on `details.jsonl` and on the
follow-ups for development that retrieval answers. Cross-validated by record, so that the figures hold for others.
"""

import json
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.assembly import Assistant
from assistant.details import LEARNED, Details, kernel, scaled
from assistant.question import LIKELY_TOLD
from assistant.settings import load_settings
from evals.dialogues import converse
from evals.metrics import roc
from evals.questions import read_dialogues
from evals.run import EVALS
from ingest.embedder import BundledEmbedder

FOLDS = 10
RIDGE = 1.0
FALSE_REFUSALS = (0.02, 0.03, 0.05, 0.08)

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question about a record, and whether the record tells it.

    Attributes:
        natural: Whether it is from the dialogues, which nobody wrote to be learned from.
    """

    question: str
    record_id: str
    told: bool
    natural: bool


def main() -> None:
    """Learn, write, and say what would be refused."""
    assistant = Assistant(load_settings(llm_base_url=None))
    labelled = [*_written(), *_from_dialogues(assistant)]
    details = Details(assistant.generation.store, BundledEmbedder())
    features = np.array([details.features(one.question, one.record_id) for one in labelled])
    told = np.array([one.told for one in labelled])
    mean, spread = features.mean(axis=0), features.std(axis=0)
    known = scaled(features, mean, spread)
    np.savez(LEARNED, mean=mean, spread=spread, known=known.astype(np.float16), weights=_weights(known, told))
    scores = _cross_validated(known, told, [one.record_id for one in labelled])
    natural = np.array([one.natural for one in labelled])
    for name, some in (("written for this", ~natural), ("from the dialogues", natural)):
        yes, no = scores[some & told], scores[some & ~told]
        above = [np.mean(of >= LIKELY_TOLD) for of in (yes, no)]
        print(f"{name}: above {LIKELY_TOLD} {above[0]:.2f} of those told, {above[1]:.2f} of the others")
        thresholds = [float(np.quantile(yes, share)) for share in FALSE_REFUSALS]
        print(f"{name}: {len(yes)} told, {len(no)} not, area {roc(yes.tolist(), no.tolist(), thresholds).area:.3f}")
        for share, threshold in zip(FALSE_REFUSALS, thresholds, strict=True):
            print(f"  told refused {share:.2f}, untold {np.mean(no < threshold):.2f}, below {threshold:.2f}")


def _written() -> list[Labelled]:
    lines = (EVALS / "details.jsonl").read_text(encoding="utf-8").splitlines()
    read = [json.loads(line) for line in lines]
    return [Labelled(one["question"], one["record"], one["told"], natural=False) for one in read]


def _from_dialogues(assistant: Assistant) -> list[Labelled]:
    """Follow-ups that are read as being about a record, the right one where there is one."""
    found = []
    for one in read_dialogues(EVALS / "dialogues.jsonl", "dev"):
        if not one.history or one.kind_of_dialogue not in ("followup", "answerable", "unanswerable"):
            continue
        answer = converse(assistant, [*one.history, one.question])
        if answer.mode != "extract" or answer.standalone_question == one.question:
            continue
        best = assistant.ranker.search(answer.standalone_question, limit=1).records[0].record_id
        if one.refuse or best in one.expected:
            found.append(Labelled(one.question, best, not one.refuse, natural=True))
    return found


def _weights(known: Floats, told: NDArray[np.bool_]) -> Floats:
    """Of each known question; told and untold weigh alike."""
    share = np.where(told, 1 / told.sum(), 1 / (~told).sum()) * len(told) / 2
    alike = kernel(known, known).astype(np.float64)
    target = np.where(told, 1.0, -1.0)
    return np.asarray(np.linalg.solve(alike + RIDGE * np.diag(1 / share), target), dtype=np.float32)


def _cross_validated(known: Floats, told: NDArray[np.bool_], records: list[str]) -> NDArray[np.float64]:
    names = np.random.default_rng(0).permutation(sorted(set(records)))
    fold_of = {name: number % FOLDS for number, name in enumerate(names)}
    folds = np.array([fold_of[record] for record in records])
    scores = np.zeros(len(told))
    for fold in range(FOLDS):
        held = folds == fold
        scores[held] = kernel(known[held], known[~held]) @ _weights(known[~held], told[~held])
    return scores


if __name__ == "__main__":
    sys.exit(main())
