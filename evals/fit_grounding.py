"""Teaches the check of each sentence: `python -m evals.fit_grounding --talks FILE --pairs FILE`.

Comes in: PyVideo talks, labelled pairs and the claims by hand that `evals.grounding` reads, without what that holds
aside. Goes out: `assistant/answer/grounding.npz`, with seed and provenance inside. Claims are planted by
`evals.planted`; texts are read by the bundled embedder; features and counterparts are the product's own. The network
learns two things at once: whether a claim is carried, and which of its words the planted error changed. Its threshold
is where few of the true claims about dev talks are flagged. A logistic model of public pairs finds what a passage is
not about; a claim is as doubtful as the stricter one says. Needs torch 2.14, which nothing else but `fit_parser` does.
"""

import hashlib
import json
import random
import zlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from assistant.answer.alignment import NAMES, align
from assistant.answer.claims import read
from assistant.answer.counterparts import WordPairs, pair_words
from assistant.answer.weights import MOST_SPREAD, WEIGHTS
from evals.grounding import Pair, is_held_aside, read_framing, read_hand, read_pairs, read_talks
from evals.learning import learn
from evals.planted import Talk, plant
from ingest.embedder import BundledEmbedder, WordsInContext
from ingest.passages import Span, split_sentences

Floats = NDArray[np.float32]

# Directions of the embedder's fourth and last layer that are kept.
_MIDDLE, _LAST = 128, 96
_DIMENSIONS = BundledEmbedder.dimensions
_SENTENCES_OF_A_TALK = 2
_TEXTS_FOR_DIRECTIONS = 1500
_READ_AT_ONCE = 500
_LONGEST_CLAIM_CHARS, _LONGEST_PASSAGE_CHARS = 600, 2000
# Of the network: directions of a word, of a pair, of a judgement, and signals of a pair.
_NARROW, _COMPARED, _JUDGED, _SIGNALS, _WORDS = 48, 64, 32, 36, 40
_EPOCHS, _BATCH, _RATE, _FEATURE_RATE, _DECAY, _DROPPED, _WARM_UP_STEPS = 4, 64, 2e-3, 1e-2, 0.02, 0.2, 50
# What one example counts, and what a true one counts beside a false one: to flag a true claim is worse.
_HAND, _PAIR, _TRUE = 5.0, 0.5, 1.5
# What the words count beside the claim, and in them one that is wrong beside one that is not.
_OF_WORDS, _WRONG_WORD = 2.0, 3.0
# One of so many talks is dev, not learned from: for the threshold, at which no more than so many of the true claims
# about them are flagged, of those by hand and of those by script.
_DEV = {"hand": 3, "script": 9}
_FLAGGED = 0.05
# Of true claims by hand so many may be flagged by the model of what a passage is not about.
_FLAGGED_AS_OFF = 0.01
# In log-odds beyond the threshold: from where a claim is called unsupported, not weak; from where a source carries a
# claim clearly enough to be cited for it.
_UNSUPPORTED, _CLEAR = 0.5, 1.5


class Example(NamedTuple):
    """One claim to learn from; `wrong` are the spans that a planted error changed, `group` says where it is from."""

    claim: str
    passage: str
    is_true: bool
    group: str
    talk: str
    wrong: tuple[Span, ...] = ()


class Compared(NamedTuple):
    """A claim as the check sees it; `wrong` tells of each of its first 40 words whether the error changed it."""

    features: Floats
    pairs: WordPairs
    wrong: NDArray[np.bool_]


def gather(talks: Sequence[Talk], pairs: Sequence[Pair], seed: int, most: int) -> list[Example]:
    """All that is learned from: planted claims, at most so many of a kind, claims by hand, pairs not held aside."""
    rng = random.Random(seed)
    kept = [talk for talk in talks if not is_held_aside(talk.id)]
    rng.shuffle(kept)
    count: Counter[str] = Counter()
    found: list[Example] = []
    for talk in kept:
        for one in plant(talk, kept, rng, most_sentences=_SENTENCES_OF_A_TALK):
            if count[one.kind] < (most if one.kind else 6 * most):
                count[one.kind] += 1
                found.append(Example(one.claim, one.passage, one.is_true, "script", one.talk, one.wrong))
    found += [Example(one.claim, one.passage, one.is_true, "hand", one.talk) for one in read_hand("train", talks)]
    learned = [pair for pair in pairs if pair.fold != 0 and len(pair.passage) < _LONGEST_PASSAGE_CHARS]
    rng.shuffle(learned)
    of: Counter[tuple[str, bool]] = Counter()
    for pair in learned:
        of[pair.source, pair.is_supported] += 1
        if of[pair.source, pair.is_supported] <= most // 3:
            found.append(Example(pair.claim, pair.passage, pair.is_supported, "pairs", pair.source))
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


def compare_all(examples: Sequence[Example], axes: dict[str, Floats], embedder: BundledEmbedder) -> list[Compared]:
    """Every example as the check sees it."""

    def project(middle: Floats, last: Floats) -> Floats:
        return np.concatenate(
            [(middle - axes["middle_mean"]) @ axes["middle"], (last - axes["last_mean"]) @ axes["last"]], axis=1
        ).astype(np.float32)

    found: list[Compared] = []
    for start in range(0, len(examples), _READ_AT_ONCE):
        some = examples[start : start + _READ_AT_ONCE]
        texts = list(dict.fromkeys(text for one in some for text in (claim_of(one), *sentences_of(one.passage))))
        seen = embedder.embed_in_context(texts)
        readings = {text: read(text, words, project) for text, words in zip(texts, seen, strict=True)}
        for one in some:
            claim = readings[claim_of(one)]
            sentences = [reading for text in sentences_of(one.passage) if (reading := readings[text]).words]
            wrong = [any(word.start < end and word.end > first for first, end in one.wrong) for word in claim.words]
            found.append(
                Compared(align(claim, sentences).features, pair_words(claim, sentences), np.array(wrong[:_WORDS]))
            )
        typer.echo(f"{len(found)} of {len(examples)} claims compared", err=True)
    return found


def claim_of(example: Example) -> str:
    """As the product cuts it."""
    return example.claim[:_LONGEST_CLAIM_CHARS]


def sentences_of(passage: str) -> list[str]:
    """As the product splits them."""
    return [passage[start:end] for start, end in split_sentences(passage)]


class Learner(nn.Module):
    """The network of `assistant.answer.weights`; gives the odds that a claim is wrong, and of each word that it is."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.narrow = nn.Linear(dimensions, _NARROW, bias=False)
        self.compare = nn.Linear(4 * _NARROW + _SIGNALS, _COMPARED)
        self.judge = nn.Conv1d(_COMPARED, _JUDGED, 5, padding=2)
        self.off = nn.Linear(_JUDGED, 1)
        self.pooled = nn.Linear(2 * _JUDGED + 1, 1)
        self.features = nn.Linear(len(NAMES), 1)
        self.drop = nn.Dropout(_DROPPED)
        nn.init.zeros_(self.features.weight)

    def forward(self, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """See the class; shapes (n,) and (n, 40)."""
        there = batch["there"].unsqueeze(-1)
        said, found = self.narrow(batch["said"].float()), self.narrow(batch["found"].float())
        beside = torch.cat([said, found, said * found, (said - found).abs(), batch["signals"].float()], -1)
        compared = torch.relu(self.compare(self.drop(beside))) * there
        judged = torch.relu(self.judge(self.drop(compared).transpose(1, 2)).transpose(1, 2)) * there
        off = self.off(judged)[..., 0].masked_fill(batch["there"] == 0, -1e4)
        worst = torch.logsumexp(off, 1, keepdim=True)
        pooled = torch.cat([judged.max(1).values, judged.sum(1) / there.sum(1), worst], -1)
        return self.pooled(self.drop(pooled))[:, 0] + self.features(batch["features"])[:, 0], off


def tensors(rows: Sequence[Compared], examples: Sequence[Example], spread: tuple[Floats, Floats]) -> dict[str, Tensor]:
    """All rows as tensors, words padded to 40."""
    d = rows[0].pairs.said.shape[1]
    given = {name: np.zeros((len(rows), _WORDS, d), np.float16) for name in ("said", "found")}
    given["signals"] = np.zeros((len(rows), _WORDS, _SIGNALS), np.float16)
    there, wrong = (np.zeros((len(rows), _WORDS), np.float32) for _ in range(2))
    for n, row in enumerate(rows):
        end = len(row.pairs.said)
        given["said"][n, :end], given["found"][n, :end] = row.pairs.said, row.pairs.found
        given["signals"][n, :end], there[n, :end], wrong[n, :end] = row.pairs.signals, 1, row.wrong
    mean, deviation = spread
    features = (np.stack([row.features for row in rows]) - mean) / deviation
    counts = {"hand": _HAND, "pairs": _PAIR, "script": 1.0}
    # Of a false claim the words tell something only where it is known which are wrong.
    told = [one.is_true or bool(row.wrong.any()) for one, row in zip(examples, rows, strict=True)]
    told = [one and example.group != "pairs" for one, example in zip(told, examples, strict=True)]
    return {name: torch.from_numpy(values) for name, values in given.items()} | {
        "there": torch.from_numpy(there),
        "wrong": torch.from_numpy(wrong),
        "features": torch.from_numpy(features.clip(-MOST_SPREAD, MOST_SPREAD).astype(np.float32)),
        "is_false": torch.tensor([float(not one.is_true) for one in examples]),
        "told": torch.tensor(told, dtype=torch.float32),
        "counts": torch.tensor([counts[one.group] * (_TRUE if one.is_true else 1) for one in examples]),
    }


def learn_network(given: dict[str, Tensor], chosen: Tensor, seed: int) -> Learner:
    """Lower the cross-entropy of claims and of words, over the chosen rows."""
    torch.manual_seed(seed)
    learner = Learner(given["said"].shape[2])
    others = [values for name, values in learner.named_parameters() if not name.startswith("features")]
    groups = [{"params": others}, {"params": list(learner.features.parameters())}]
    optimiser = torch.optim.AdamW(groups, weight_decay=_DECAY)
    steps, step = _EPOCHS * (len(chosen) // _BATCH), 0
    for _ in range(_EPOCHS):
        order = chosen[torch.randperm(len(chosen))]
        for some in order[: len(order) // _BATCH * _BATCH].split(_BATCH):
            share = min(1, step / _WARM_UP_STEPS) * (1 - step / steps)
            for group, rate in zip(optimiser.param_groups, (_RATE, _FEATURE_RATE), strict=True):
                group["lr"] = rate * share
            batch = {name: values[some] for name, values in given.items()}
            odds, off = learner(batch)
            each = functional.binary_cross_entropy_with_logits(odds, batch["is_false"], reduction="none")
            loss = (each * batch["counts"]).sum() / batch["counts"].sum()
            mask = batch["there"] * batch["told"].unsqueeze(-1)
            words = functional.binary_cross_entropy_with_logits(off, batch["wrong"], reduction="none")
            words = words * (1 + (_WRONG_WORD - 1) * batch["wrong"])
            loss = loss + _OF_WORDS * (words * mask).sum() / mask.sum().clamp(min=1)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learner.parameters(), 2.0)
            optimiser.step()
            step += 1
    return learner.eval()


@torch.no_grad()
def odds_of(learner: Learner, given: dict[str, Tensor], chosen: Tensor) -> NDArray[np.float64]:
    """The odds that each of the chosen claims is carried."""
    parts = [learner({name: values[some] for name, values in given.items()})[0] for some in chosen.split(_READ_AT_ONCE)]
    return -torch.cat(parts).numpy().astype(np.float64)


def is_dev(example: Example) -> bool:
    """Whether it is kept for the threshold; by its talk."""
    return example.group in _DEV and zlib.crc32(example.talk.encode()) % _DEV[example.group] == 1


def learn_off(rows: Sequence[Compared], examples: Sequence[Example]) -> dict[str, Floats]:
    """What tells, from the features alone, that a passage is not about a claim; learned from public pairs."""
    features = np.stack([row.features for row in rows]).astype(np.float64)
    truth = np.array([one.is_true for one in examples])
    groups = np.array([one.group for one in examples])
    own = groups == "pairs"
    bias, weights = learn(features[own], truth[own], np.array([one.talk for one in examples])[own])
    by_hand = features[(groups == "hand") & truth] @ weights + bias
    threshold = float(np.quantile(by_hand, _FLAGGED_AS_OFF))
    return {"topic": weights.astype(np.float32), "topic_bias": np.array([bias - threshold], dtype=np.float32)}


def learn_check(rows: Sequence[Compared], examples: Sequence[Example], seed: int) -> dict[str, Floats]:
    """The network's weights by the names that the product reads, moved so that 0 is the threshold."""
    features = np.stack([row.features for row in rows])
    spread = (features.mean(axis=0), features.std(axis=0) + 1e-3)
    given = tensors(rows, examples, spread)
    dev = torch.tensor([is_dev(one) for one in examples])
    learner = learn_network(given, (~dev).nonzero()[:, 0], seed)
    # Beside the network the features are weighed alone: it knows many words, they know what numbers and names are.
    own = np.array([one.group != "pairs" for one in examples]) & ~dev.numpy()
    truth, groups = (np.array([getattr(one, name) for one in examples]) for name in ("is_true", "group"))
    plain = given["features"].numpy().astype(np.float64)
    bias, weights = learn(plain[own], truth[own], groups[own])
    odds = odds_of(learner, given, dev.nonzero()[:, 0]) + plain[dev.numpy()] @ weights + bias
    true = given["is_false"][dev].numpy() == 0
    group = groups[dev.numpy()]
    threshold = min(float(np.quantile(odds[true & (group == one)], _FLAGGED)) for one in _DEV)
    for one in _DEV:
        some = odds[group == one] < threshold
        figures = f"caught {some[~true[group == one]].mean():.3f}, flagged {some[true[group == one]].mean():.3f}"
        typer.echo(f"dev talks, {one}: {figures} of {len(some)}", err=True)
    state = {name: values.numpy() for name, values in learner.state_dict().items()}
    return {
        "mean": spread[0],
        "deviation": spread[1],
        "narrow": state["narrow.weight"].T,
        "compare": state["compare.weight"].T,
        "compare_bias": state["compare.bias"],
        "judge": state["judge.weight"].transpose(2, 1, 0).reshape(5 * _COMPARED, _JUDGED),
        "judge_bias": state["judge.bias"],
        "off": state["off.weight"][0],
        "off_bias": state["off.bias"],
        "pooled": -state["pooled.weight"][0],
        "features": (weights - state["features.weight"][0]).astype(np.float32),
        "bias": (bias - threshold - state["pooled.bias"] - state["features.bias"]).astype(np.float32),
    }


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
    most: Annotated[int, typer.Option("--most", help="How many claims of a kind at most.")] = 700,
    out: Annotated[Path, typer.Option("--out", help="Where the weights go.")] = WEIGHTS,
) -> None:
    """Learn the weights of the check and write them."""
    embedder = BundledEmbedder()
    known = read_talks(talks)
    examples = gather(known, read_pairs(pairs), seed, most)
    sample = random.Random(seed).sample(examples, min(_TEXTS_FOR_DIRECTIONS, len(examples)))
    axes = directions(embedder.embed_in_context([one.claim for one in sample]))
    axes = {name: one.astype(np.float16).astype(np.float32) for name, one in axes.items()}
    rows = compare_all(examples, axes, embedder)
    weights = axes | learn_check(rows, examples, seed) | learn_off(rows, examples)
    weights |= learn_claims(known, embedder, seed)
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
