"""Teaches the check of each sentence: `python -m evals.fit_grounding --talks FILE --pairs FILE`.

Comes in: PyVideo talks, labelled pairs and the claims by hand that `evals.grounding` reads, without what that holds
aside. Goes out: `assistant/answer/grounding.npz`, with seed and provenance inside. Claims are planted by
`evals.planted`; texts are read by the bundled embedder, and the features are the product's own (`align`).
Two logistic models: one on planted and handmade claims, which finds errors; one on public pairs, which finds what a
passage is not about. A claim is as doubtful as the stricter one says. About twenty minutes on two cores.
"""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray

from assistant.answer.alignment import align
from assistant.answer.claims import read
from assistant.answer.weights import WEIGHTS
from evals.grounding import Pair, is_held_aside, read_framing, read_hand, read_pairs, read_talks
from evals.learning import learn
from evals.planted import Talk, plant
from ingest.embedder import BundledEmbedder, WordsInContext
from ingest.passages import split_sentences

Floats = NDArray[np.float32]

# Directions of the embedder's fourth and last layer that are kept.
_MIDDLE, _LAST = 128, 96
_DIMENSIONS = BundledEmbedder.dimensions
_SENTENCES_OF_A_TALK = 2
_TEXTS_FOR_DIRECTIONS = 1500
_BATCH = 500
# Of true claims by hand so many may be flagged by the model of errors, and by the other one.
_FLAGGED_AS_ERROR, _FLAGGED_AS_OFF = 0.03, 0.01
# In log-odds beyond the threshold: from where a claim is called unsupported, not weak; from where a source carries a
# claim clearly enough to be cited for it.
_UNSUPPORTED, _CLEAR = 0.5, 1.5


class Example(NamedTuple):
    """One claim to learn from; `group` weighs as much as any other group."""

    claim: str
    passage: str
    is_true: bool
    group: str


def gather(talks: Sequence[Talk], pairs: Sequence[Pair], seed: int, most: int) -> list[Example]:
    """All that is learned from: planted claims, at most so many of a kind, claims by hand, pairs not held aside."""
    rng = random.Random(seed)
    kept = [talk for talk in talks if not is_held_aside(talk.id)]
    rng.shuffle(kept)
    count: Counter[str] = Counter()
    found: list[Example] = []
    for talk in kept:
        for one in plant(talk, kept, rng, most_sentences=_SENTENCES_OF_A_TALK):
            if count[one.kind] < (most if one.kind else 7 * most):
                count[one.kind] += 1
                found.append(Example(one.claim, one.passage, one.is_true, "script"))
    found += [Example(one.claim, one.passage, one.is_true, "hand") for one in read_hand("train", talks)]
    learned = [pair for pair in pairs if pair.fold != 0]
    rng.shuffle(learned)
    of: Counter[tuple[str, bool]] = Counter()
    for pair in learned:
        of[pair.source, pair.is_supported] += 1
        if of[pair.source, pair.is_supported] <= most:
            found.append(Example(pair.claim, pair.passage, pair.is_supported, f"pairs {pair.source}"))
    return found


def directions(seen: Sequence[WordsInContext]) -> dict[str, Floats]:
    """The directions in which words differ most, each scaled so that the vectors of both layers spread alike."""
    found: dict[str, Floats] = {}
    for name, kept in (("middle", _MIDDLE), ("last", _LAST)):
        rows = np.concatenate([getattr(one, name) for one in seen])
        mean = rows.mean(axis=0)
        _, vectors = np.linalg.eigh((rows - mean).T @ (rows - mean))
        axes = vectors[:, ::-1][:, :kept]
        found[f"{name}_mean"] = mean.astype(np.float32)
        found[name] = (axes / ((rows - mean) @ axes).std()).astype(np.float32)
    return found


def align_all(examples: Sequence[Example], axes: dict[str, Floats], embedder: BundledEmbedder) -> NDArray[np.float64]:
    """The features of every example, shape (n, features)."""

    def project(middle: Floats, last: Floats) -> Floats:
        return np.concatenate(
            [(middle - axes["middle_mean"]) @ axes["middle"], (last - axes["last_mean"]) @ axes["last"]], axis=1
        ).astype(np.float32)

    rows: list[Floats] = []
    for start in range(0, len(examples), _BATCH):
        some = examples[start : start + _BATCH]
        texts = list(dict.fromkeys(text for one in some for text in (one.claim, *sentences_of(one.passage))))
        seen = embedder.embed_in_context(texts)
        readings = {text: read(text, words, project) for text, words in zip(texts, seen, strict=True)}
        for one in some:
            sentences = [reading for text in sentences_of(one.passage) if (reading := readings[text]).words]
            rows.append(align(readings[one.claim], sentences).features)
        typer.echo(f"{len(rows)} of {len(examples)} claims compared", err=True)
    return np.array(rows, dtype=np.float64)


def sentences_of(passage: str) -> list[str]:
    """As the product splits them."""
    return [passage[start:end] for start, end in split_sentences(passage)]


def learn_both(rows: NDArray[np.float64], examples: Sequence[Example]) -> dict[str, Floats]:
    """Weights of the two models, each moved so that 0 is its threshold."""
    truth = np.array([one.is_true for one in examples])
    groups = np.array([one.group for one in examples])
    is_pair = np.char.startswith(groups, "pairs")
    by_hand = (groups == "hand") & truth
    weights: list[NDArray[np.float64]] = []
    biases: list[float] = []
    for own, flagged in ((~is_pair, _FLAGGED_AS_ERROR), (is_pair, _FLAGGED_AS_OFF)):
        bias, weight = learn(rows[own], truth[own], groups[own])
        weights.append(weight)
        biases.append(bias - float(np.quantile(rows[by_hand] @ weight + bias, flagged)))
    return {"weights": np.array(weights, dtype=np.float32), "bias": np.array(biases, dtype=np.float32)}


def learn_claims(talks: Sequence[Talk], embedder: BundledEmbedder, seed: int) -> dict[str, Floats]:
    """What tells a sentence that claims something from one that frames an answer, by its vector; 0 is the threshold."""
    rng = random.Random(seed)
    framing = read_framing("train")
    kept = [talk for talk in talks if not is_held_aside(talk.id)]
    said = [one.claim for one in read_hand("train", talks)]
    said += [one.claim for talk in rng.sample(kept, 300) for one in plant(talk, kept, rng, most_sentences=1)[:2]]
    rows = embedder.embed_passages([*framing, *said]).astype(float)
    bias, weights = learn(rows, np.arange(len(rows)) >= len(framing), alike=True)
    return {"claim": weights.astype(np.float32), "claim_bias": np.array([bias], dtype=np.float32)}


def main(
    talks: Annotated[Path, typer.Option("--talks", help="PyVideo talks, JSONL or JSONL.gz.")],
    pairs: Annotated[Path, typer.Option("--pairs", help="Labelled pairs, JSONL or JSONL.gz.")],
    seed: Annotated[int, typer.Option("--seed", help="Decides everything.")] = 0,
    most: Annotated[
        int, typer.Option("--most", help="How many claims of a kind, and pairs of a label, at most.")
    ] = 400,
    out: Annotated[Path, typer.Option("--out", help="Where the weights go.")] = WEIGHTS,
) -> None:
    """Learn the weights of the check and write them."""
    embedder = BundledEmbedder()
    known = read_talks(talks)
    examples = gather(known, read_pairs(pairs), seed, most)
    sample = random.Random(seed).sample(examples, min(_TEXTS_FOR_DIRECTIONS, len(examples)))
    axes = directions(embedder.embed_in_context([one.claim for one in sample]))
    rows = align_all(examples, axes, embedder)
    weights = axes | learn_both(rows, examples) | learn_claims(known, embedder, seed)
    about = {
        "made_by": f"python -m evals.fit_grounding --seed {seed} --most {most}",
        "embedder": embedder.fingerprint,
        "claims": len(examples),
        "data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (talks, pairs)},
        "unsupported": _UNSUPPORTED,
        "clear": _CLEAR,
    }
    stored: dict[str, Any] = {
        name: one.astype(np.float16 if one.ndim == 2 and one.shape[0] == _DIMENSIONS else np.float32)
        for name, one in weights.items()
    }
    np.savez_compressed(out, about=json.dumps(about), **stored)
    typer.echo(f"{out}: {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    typer.run(main)
