"""Learns the weights of `assistant/answer/verdicts.py` and prints them: `python -m evals.fit_support FILE`.

FILE holds labelled pairs as `evals.support` reads them. The shipped weights were learned on
Climate-FEVER, SciFact's training half and WiCE, 12,271 pairs in five sets.
"""

import sys
from dataclasses import astuple
from pathlib import Path

import numpy as np

from assistant.answer.verdicts import objection
from evals.learning import best_threshold, learn
from evals.support import compare_pairs, evaluate, read_pairs, signal_names, support_text
from ingest.embedder import BundledEmbedder


def main() -> None:
    """Learn on all pairs; the figures below the weights are those of the code as it stands."""
    pairs = read_pairs(Path(sys.argv[1]))
    embedder = BundledEmbedder()
    found = compare_pairs(pairs, embedder)
    rows = np.array([astuple(one.signals) for one in found])
    truth = np.array([pair.is_supported for pair in pairs])
    sources = np.array([pair.source for pair in pairs])
    bias, weights = learn(rows, truth, sources)
    barred = np.array([objection(one) is not None for one in found])
    odds = np.where(barred, -np.inf, rows @ weights + bias)
    print(f"BIAS = {bias:.2f}")
    for name, weight in zip(signal_names(), weights, strict=True):
        print(f"{name}={weight:.2f}")
    print(f"SUPPORTED_FROM = {1 / (1 + np.exp(-best_threshold(odds, truth, sources))):.2f}")
    print(support_text(evaluate(pairs, embedder)))


if __name__ == "__main__":
    main()
