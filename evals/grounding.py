"""How well the check of each sentence works: `python -m evals.grounding [--talks FILE] [--pairs FILE]`.

Comes in: `grounding.jsonl`, claims about the seeds written by hand (test), about PyVideo talks (train), and framing
sentences; a file of PyVideo talks, of which a tenth is held aside; labelled pairs of claim and passage, JSONL or
JSONL.gz, {"claim", "evidence", "label", "source"}, of which a fifth is. Goes out: planted errors caught by kind and
true sentences flagged; framing sentences marked; balanced accuracy by source of pairs, "supported" against every other
label, beside plain word overlap. What is held aside has not been seen by `evals.fit_grounding`, nor has what shares a
talk, a claim or a passage with it.
"""

import gzip
import json
import random
import re
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from numpy.typing import NDArray

from assistant.answer.grounding import Grounder
from evals.learning import balanced_accuracy, best_threshold
from evals.planted import KINDS, Planted, Talk, plant, talk_from
from ingest.embedder import BundledEmbedder
from ingest.errors import CorpusMissing

HAND = Path(__file__).parent / "grounding.jsonl"
FRAMING = "framing"
_FOLDS = 5
_WORD = re.compile(r"\w+")
# As many talks of the tenth that is held aside give some 1,500 claims.
_TALKS_MEASURED = 300


@dataclass(frozen=True, slots=True)
class Pair:
    """A labelled pair of a public set; `fold` 0 is held aside."""

    claim: str
    passage: str
    source: str
    is_supported: bool
    fold: int


@dataclass(frozen=True, slots=True)
class Caught:
    """What the check flags, as shares in [0, 1].

    Attributes:
        by_kind: Kind → (how many claims, share caught).
        claims: How many are false.
        caught: Share of the false claims that are not called supported.
        true: How many are true.
        flagged: Share of the true ones that are not called supported.
    """

    by_kind: dict[str, tuple[int, float]]
    claims: int
    caught: float
    true: int
    flagged: float


@dataclass(frozen=True, slots=True)
class SourceFigures:
    """Balanced accuracy in [0, 1] on the held-aside pairs of one source, thresholds learned on the others."""

    pairs: int
    overlap: float
    check: float
    shipped: float


def read_jsonl(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file, plain or compressed.

    Raises:
        CorpusMissing: The file is not there, or a line is no object; names the line.
    """
    number = 0
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):  # noqa: B007
                yield dict(json.loads(line))
    except OSError as error:
        raise CorpusMissing(f"{path}: cannot be read ({error.strerror}); name a file of JSON lines.") from None
    except (ValueError, TypeError) as error:
        raise CorpusMissing(f"{path}, line {number}: no JSON object ({error}); correct or delete the line.") from None


def read_talks(path: Path) -> list[Talk]:
    """The English talks of a PyVideo file, each text once."""
    talks = (talk for given in read_jsonl(path) if (talk := talk_from(given)) is not None)
    return list({talk.text[:200]: talk for talk in talks}.values())


def is_held_aside(talk: str) -> bool:
    """Whether a talk is only measured with; by its id, so that no order and no seed changes it."""
    return zlib.crc32(talk.encode()) % 10 == 0


def read_hand(split: str, talks: Sequence[Talk] = (), path: Path = HAND) -> list[Planted]:
    """Claims written by hand, with their passages; "train" ones need the talks that they are about."""
    rows = list(read_jsonl(path))
    passages = {row["talk"]: row["passage"] for row in rows if row["split"] == "passage"}
    passages |= {talk.id: talk.passage for talk in talks}
    return [
        Planted(row["talk"], passages[row["talk"]], row["claim"], row["kind"])
        for row in rows
        if row["split"] == split and row["kind"] != FRAMING and row["talk"] in passages
    ]


def read_framing(split: str, path: Path = HAND) -> list[str]:
    """Sentences that claim nothing about any source."""
    return [row["claim"] for row in read_jsonl(path) if row["split"] == split and row["kind"] == FRAMING]


def read_pairs(path: Path) -> list[Pair]:
    """Labelled pairs; those that share a claim or a passage, directly or through others, share the fold."""
    rows = list(read_jsonl(path))
    try:
        plain = [(row["claim"], row["evidence"], row["source"], row["label"] == "supported") for row in rows]
    except KeyError as error:
        raise CorpusMissing(
            f'{path}: a line lacks {error}; a line is {{"claim", "evidence", "label", "source"}}.'
        ) from None
    folds = _folds([(claim, passage) for claim, passage, *_ in plain])
    return [Pair(*one, fold=int(fold)) for one, fold in zip(plain, folds, strict=True)]


def held_aside(talks: Sequence[Talk], seed: int = 0) -> list[Planted]:
    """Planted claims about talks that are only measured with."""
    rng = random.Random(seed)
    aside = [talk for talk in talks if is_held_aside(talk.id)]
    chosen = rng.sample(aside, min(_TALKS_MEASURED, len(aside)))
    return [one for talk in chosen for one in plant(talk, aside, rng, most_sentences=2)]


def count_caught(grounder: Grounder, claims: Sequence[Planted]) -> Caught:
    """What the check says of claims whose truth is known."""
    verdicts = grounder.check_all([(one.claim, [one.passage]) for one in claims])
    flagged = np.array([verdict.verdict != "supported" for verdict in verdicts])
    kinds = np.array([one.kind for one in claims])
    by_kind = {
        kind: (int((kinds == kind).sum()), float(flagged[kinds == kind].mean())) for kind in KINDS if kind in kinds
    }
    is_false = kinds != ""
    return Caught(
        by_kind,
        int(is_false.sum()),
        float(flagged[is_false].mean()),
        int((~is_false).sum()),
        float(flagged[~is_false].mean()),
    )


def count_marked(grounder: Grounder, sentences: Sequence[str]) -> list[str]:
    """The framing sentences that get a mark."""
    return [sentence for sentence in sentences if grounder.check_answer(sentence, (), {})]


def measure_pairs(grounder: Grounder, pairs: Sequence[Pair]) -> dict[str, SourceFigures]:
    """Balanced accuracy by source, and of the mean over the sources, on the fold that is held aside."""
    verdicts = grounder.check_all([(pair.claim, [pair.passage]) for pair in pairs])
    truth = np.array([pair.is_supported for pair in pairs])
    scores = {
        "overlap": np.array([word_overlap(pair.claim, pair.passage) for pair in pairs]),
        "check": np.array([verdict.score for verdict in verdicts]),
    }
    shipped = np.array([verdict.verdict == "supported" for verdict in verdicts])
    sources = np.array([pair.source for pair in pairs])
    aside = np.array([pair.fold == 0 for pair in pairs])
    figures: dict[str, SourceFigures] = {}
    for source in sorted(set(sources)):
        own = sources == source
        learn, test = own & ~aside, own & aside
        found = [
            balanced_accuracy(truth[test], of[test] >= best_threshold(of[learn], truth[learn], sources[learn]))
            for of in scores.values()
        ]
        called = balanced_accuracy(truth[test], shipped[test])
        figures[str(source)] = SourceFigures(int(test.sum()), found[0], found[1], called)
    means = np.array([(one.overlap, one.check, one.shipped) for one in figures.values()]).mean(axis=0)
    overlap, check, called = (float(mean) for mean in means)
    figures["mean"] = SourceFigures(int(aside.sum()), overlap, check, called)
    return figures


def word_overlap(claim: str, passage: str) -> float:
    """The share of a claim's words that the passage holds."""
    words = set(_WORD.findall(claim.lower()))
    return len(words & set(_WORD.findall(passage.lower()))) / max(len(words), 1)


def median_ms(grounder: Grounder, claims: Sequence[Planted]) -> float:
    """How long one sentence takes alone; the passage is read before, as it is before a model answers."""
    times: list[float] = []
    for one in claims[:60]:
        grounder.check(one.claim, [one.passage])
        began = time.perf_counter()
        grounder.check(one.claim, [one.passage])
        times.append((time.perf_counter() - began) * 1000)
    return float(np.median(times))


def _folds(pairs: Sequence[tuple[str, str]]) -> NDArray[np.int64]:
    parent: dict[str, str] = {}

    def root(text: str) -> str:
        while (above := parent.setdefault(text, text)) != text:
            parent[text] = parent[above]
            text = above
        return text

    for claim, passage in pairs:
        parent[root(f"claim {claim}")] = root(f"passage {passage}")
    number: dict[str, int] = {}
    groups = np.array([number.setdefault(root(f"claim {claim}"), len(number)) for claim, _ in pairs])
    folds: NDArray[np.int64] = np.random.default_rng(0).permutation(len(number))[groups] % _FOLDS
    return folds


def caught_text(name: str, caught: Caught) -> str:
    """The figures of a set of claims as a table."""
    lines = [
        f"{name}: caught {caught.caught:.2f} of {caught.claims}, flagged {caught.flagged:.3f} of {caught.true} true"
    ]
    lines += [f"  {kind:24}{share:5.2f} of {count}" for kind, (count, share) in caught.by_kind.items()]
    return "\n".join(lines)


def pairs_text(figures: dict[str, SourceFigures]) -> str:
    """Balanced accuracy as a table."""
    lines = [f"{'':22}pairs  overlap  check  as shipped"]
    lines += [
        f"{name:22}{one.pairs:5}{100 * one.overlap:9.1f}{100 * one.check:7.1f}{100 * one.shipped:12.1f}"
        for name, one in figures.items()
    ]
    return "\n".join(lines)


def main(
    talks: Annotated[Path | None, typer.Option("--talks", help="PyVideo talks, JSONL or JSONL.gz.")] = None,
    pairs: Annotated[Path | None, typer.Option("--pairs", help="Labelled pairs, JSONL or JSONL.gz.")] = None,
) -> None:
    """Print how well the check of each sentence works."""
    grounder = Grounder(BundledEmbedder())
    hand = read_hand("test")
    typer.echo(caught_text("By hand, over the seeds", count_caught(grounder, hand)))
    framing = read_framing("test")
    marked = count_marked(grounder, framing)
    typer.echo(
        f"Framing sentences marked: {len(marked)} of {len(framing)}{''.join(f'{chr(10)}  {one}' for one in marked)}"
    )
    typer.echo(f"{median_ms(grounder, hand):.1f} ms a sentence in the median")
    if talks:
        typer.echo(
            caught_text("By script, over talks held aside", count_caught(grounder, held_aside(read_talks(talks))))
        )
    if pairs:
        typer.echo(pairs_text(measure_pairs(grounder, read_pairs(pairs))))


if __name__ == "__main__":
    typer.run(main)
