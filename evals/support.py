"""How well the support check tells what a passage carries, beside plain word overlap: `talks eval --support FILE`.

Comes in: labelled pairs of claim and passage, JSONL or JSONL.gz, {"claim", "evidence", "label", "source"}. Goes out:
balanced accuracy by source, "supported" against every other label. Cross-validated in five folds: pairs that share a
claim or a passage, however far along the chain, stand in one fold; weights and thresholds are learned on the other
four. The rules and the list of opposites were written with these pairs at hand, so the figures lean a little to the
good; the shipped weights come from `evals/fit_support.py`.
"""

import gzip
import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.answer.grounding import SupportChecker
from assistant.answer.signals import Comparison, Signals, compare
from assistant.answer.verdicts import judge, objection
from evals.learning import balanced_accuracy, best_threshold, learn
from ingest.embedder import Embedder
from ingest.errors import CorpusMissing
from ingest.passages import split_sentences

_FOLDS = 5
_SEED = 0
_TIMED_CLAIMS = 60
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Pair:
    """One labelled pair."""

    claim: str
    passage: str
    source: str
    is_supported: bool


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Balanced accuracy in [0, 1] on one source.

    Attributes:
        pairs: How many.
        overlap: Share of the claim's words in the passage, the threshold learned for this source.
        overlap_one_threshold: The same with one threshold for all sources.
        check: The signals with cross-validated weights, the threshold learned for this source.
        check_one_threshold: The same with one threshold for all sources.
        shipped: The verdicts as the program gives them. Its weights have seen pairs like these; not cross-validated.
    """

    pairs: int
    overlap: float
    overlap_one_threshold: float
    check: float
    check_one_threshold: float
    shipped: float


@dataclass(frozen=True, slots=True)
class SupportReport:
    """Figures by source, and the median time for one sentence whose passage has been read before."""

    sources: dict[str, SourceFigures]
    median_ms: float

    @property
    def mean(self) -> SourceFigures:
        """Each figure's mean over the sources; `pairs` is the sum."""
        rows = np.array([astuple(one)[1:] for one in self.sources.values()])
        return SourceFigures(sum(one.pairs for one in self.sources.values()), *rows.mean(axis=0).tolist())


def read_pairs(path: Path) -> list[Pair]:
    """Read labelled pairs.

    Raises:
        CorpusMissing: The file is not there, or a line lacks a field; names the line.
    """
    pairs: list[Pair] = []
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for line in lines:
                number += 1
                given = json.loads(line)
                pairs.append(Pair(given["claim"], given["evidence"], given["source"], given["label"] == "supported"))
    except OSError as error:
        raise CorpusMissing(f"{path}: cannot be read ({error.strerror}); name a file of labelled pairs.") from None
    except (ValueError, KeyError, TypeError) as error:
        raise CorpusMissing(
            f'{path}, line {number}: no labelled pair ({error}); a line is {{"claim", "evidence", "label", "source"}}.'
        ) from None
    return pairs


def evaluate(pairs: Sequence[Pair], embedder: Embedder, progress: Callable[[int], None] | None = None) -> SupportReport:
    """Measure the check and plain word overlap on the same pairs in the same folds."""
    found = compare_pairs(pairs, embedder, progress)
    rows = np.array([astuple(one.signals) for one in found])
    barred = np.array([objection(one) is not None for one in found])
    truth = np.array([pair.is_supported for pair in pairs])
    sources = np.array([pair.source for pair in pairs])
    folds = _folds(pairs)
    overlap = np.array([word_overlap(pair.claim, pair.passage) for pair in pairs])
    called = {name: np.zeros(len(pairs), dtype=bool) for name in ("overlap", "overlap one", "check", "check one")}
    for fold in range(_FOLDS):
        train, test = folds != fold, folds == fold
        if not test.any() or not train.any():
            continue
        bias, weights = learn(rows[train], truth[train], sources[train])
        check = np.where(barred, -np.inf, rows @ weights + bias)
        for name, scores in (("overlap", overlap), ("check", check)):
            common = best_threshold(scores[train], truth[train], sources[train])
            called[f"{name} one"][test] = scores[test] >= common
            for source in set(sources[test]):
                own = sources == source
                threshold = best_threshold(scores[train & own], truth[train & own], sources[train & own])
                called[name][test & own] = scores[test & own] >= threshold
    shipped = np.array([judge(one).verdict == "supported" for one in found])
    figures = {
        str(source): SourceFigures(
            int(own.sum()), *(balanced_accuracy(truth[own], of[own]) for of in (*called.values(), shipped))
        )
        for source in sorted(set(sources))
        for own in [sources == source]
    }
    return SupportReport(figures, _median_ms(pairs, embedder))


def compare_pairs(
    pairs: Sequence[Pair], embedder: Embedder, progress: Callable[[int], None] | None = None
) -> list[Comparison]:
    """The signals of every pair; each text is embedded once."""
    sentences = {
        passage: [passage[start:end] for start, end in split_sentences(passage)] or [passage]
        for passage in dict.fromkeys(pair.passage for pair in pairs)
    }
    texts = dict.fromkeys(pair.claim for pair in pairs) | dict.fromkeys(s for some in sentences.values() for s in some)
    place = {text: n for n, text in enumerate(texts)}
    vectors = embedder.embed_passages(list(texts), progress=progress)
    return [
        compare(
            pair.claim,
            vectors[place[pair.claim]],
            sentences[pair.passage],
            vectors[[place[sentence] for sentence in sentences[pair.passage]]],
        )
        for pair in pairs
    ]


def word_overlap(claim: str, passage: str) -> float:
    """The share of a claim's words that the passage holds."""
    words = set(_WORD.findall(claim.lower()))
    return len(words & set(_WORD.findall(passage.lower()))) / max(len(words), 1)


def support_text(report: SupportReport) -> str:
    """The figures as a table."""
    heads = ("pairs", "overlap", "check", "gain", "overlap, one threshold", "check, one threshold", "as shipped")
    lines = [f"{'':22}" + "  ".join(heads)]
    for name, one in (*report.sources.items(), ("mean", report.mean)):
        values = (one.overlap, one.check, one.check - one.overlap, one.overlap_one_threshold, one.check_one_threshold)
        cells = [str(one.pairs), *(f"{100 * value:.1f}" for value in (*values, one.shipped))]
        lines.append(f"{name:22}" + "  ".join(c.rjust(len(head)) for c, head in zip(cells, heads, strict=True)))
    return "\n".join((*lines, f"{report.median_ms:.1f} ms a sentence in the median"))


def support_json(report: SupportReport) -> dict[str, Any]:
    """The figures as plain values."""
    names = ("pairs", "overlap", "overlap_one_threshold", "check", "check_one_threshold", "shipped")
    rows = {**report.sources, "mean": report.mean}
    return {
        "sources": {
            key: {name: round(value, 4) for name, value in zip(names, astuple(one), strict=True)}
            for key, one in rows.items()
        },
        "median_ms": round(report.median_ms, 2),
    }


def signal_names() -> tuple[str, ...]:
    """In the order of the columns that `learn` takes."""
    return tuple(Signals.__slots__)


def _folds(pairs: Sequence[Pair]) -> NDArray[np.int64]:
    """A fold for each pair; those that share a claim or a passage, directly or through others, share the fold."""
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        while (above := parent.setdefault(text, text)) != text:
            parent[text] = parent[above]
            text = above
        return text

    for pair in pairs:
        parent[root(f"claim {pair.claim}")] = root(f"passage {pair.passage}")
    number: dict[str, int] = {}
    groups = np.array([number.setdefault(root(f"claim {pair.claim}"), len(number)) for pair in pairs])
    folds: NDArray[np.int64] = np.random.default_rng(_SEED).permutation(len(number))[groups] % _FOLDS
    return folds


def _median_ms(pairs: Sequence[Pair], embedder: Embedder) -> float:
    """How long one sentence takes alone; the passage is read before, as it is before a model answers."""
    checker = SupportChecker(embedder)
    times: list[float] = []
    for pair in pairs[:: max(len(pairs) // _TIMED_CLAIMS, 1)]:
        checker.prepare([pair.passage])
        began = time.perf_counter()
        checker.check(pair.claim, [pair.passage])
        times.append((time.perf_counter() - began) * 1000)
    return float(np.median(times))
