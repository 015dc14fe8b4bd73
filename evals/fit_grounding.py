"""Teaches the check of each sentence: `python -m evals.fit_grounding --talks FILE --pairs FILE`.

Comes in: PyVideo talks, labelled pairs and the claims by hand that `evals.grounding` reads, without what that holds
aside. Goes out: `assistant/answer/grounding.npz`, with seed and provenance inside. Claims by hand count most; errors
are planted in the true ones of them by `evals.planted`, and some of those stand beside another talk's passage; other
talks' sentences are rewritten, and errors planted in them, by script alone. Texts are read by the bundled embedder,
counterparts are the product's own. Each of a few networks learns two things at once, without a fold of the talks:
whether a claim is carried, and which of its words the planted error changed. The threshold is where few of the true
claims by hand are flagged by the network that has not seen their talk. Needs torch 2.14, which nothing else but
`fit_parser` does.
"""

import hashlib
import json
import random
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import torch
import typer
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from assistant.answer.alignment import NAMES
from assistant.answer.claims import Reading, read
from assistant.answer.counterparts import LONGEST, MIDDLE, SIGNALS, WordPairs, pair_words
from assistant.answer.weights import AROUND, FAR, FAR_THERE, HEADS, MOST_SPREAD, WEIGHTS, project
from assistant.learned import widened
from evals.grounding import Pair, is_held_aside, read_framing, read_hand, read_pairs, read_talks
from evals.learning import learn, rounded
from evals.planted import Talk, plant, replant
from ingest.embedder import BundledEmbedder, WordsInContext
from ingest.passages import Span, split_sentences

Floats = NDArray[np.float32]

# Directions of the embedder's last layer that are kept beside those of its fourth.
_LAST = 48
_TEXTS_FOR_DIRECTIONS = 2000
_READ_AT_ONCE = 500
_LONGEST_CLAIM_CHARS, _LONGEST_PASSAGE_CHARS = 600, 1000
# How many of the true claims by hand also stand beside another talk's passage, which does not carry them.
_STRAY = 1.0
# Of a network: directions of a word, of a pair, of a judgement.
_NARROW, _COMPARED, _JUDGED = 48, 64, 32
_NETWORKS, _EPOCHS, _BATCH, _RATE, _DECAY, _DROPPED, _WARM_UP_STEPS = 3, 10, 64, 2e-3, 0.02, 0.2, 50
# Batches are made of claims of one length, out of so many at a time.
_SORTED_TOGETHER = 20
# What one example counts, and what a true one counts beside a false one: to flag a true claim is worse.
_COUNTS, _TRUE = {"hand": 1.0, "stray": 0.8, "planted": 0.3, "said": 0.4, "script": 0.2, "pairs": 0.4}, 1.5
# Of so many talks a sentence is rewritten by script, with errors planted in it.
_SCRIPTED = 300
# Of each passage so many sentences are learned from as they stand, and with errors planted in them.
_SAID, _SAID_ERRORS = 4, 2
# What the words count beside the claim, and in them one that is wrong beside one that is not.
_OF_WORDS, _WRONG_WORD = 2.0, 3.0
# Each network learns without one of so many parts of the talks.
_FOLDS = 5
# Of true claims by hand so many are flagged, and so many called unsupported, by one network; by all together fewer.
_FLAGGED, _UNSUPPORTED = 0.08, 0.04
# A source carries a claim clearly where no more than so many of the false claims by hand would pass.
_FALSE_PASSED = 0.2


class Example(NamedTuple):
    """One claim to learn from; `wrong` are the spans that a planted error changed, `group` says where it is from."""

    claim: str
    passage: str
    is_true: bool
    group: str
    talk: str
    wrong: tuple[Span, ...] = ()

    @property
    def fold(self) -> int:
        """By its talk."""
        return zlib.crc32(self.talk.encode()) % _FOLDS


def gather(talks: Sequence[Talk], pairs: Sequence[Pair], seed: int, most_pairs: int) -> list[Example]:
    """All that is learned from: claims by hand, errors planted in them, and so many pairs of each source and answer."""
    rng = random.Random(seed)
    kept = [talk for talk in talks if not is_held_aside(talk.id)]
    of = {talk.id: talk for talk in kept}
    hand = read_hand("train", talks)
    passages = {one.talk: one.passage for one in hand}
    found = [Example(one.claim, one.passage, one.is_true, "hand", one.talk) for one in hand]
    for one in hand:
        if one.is_true and rng.random() < _STRAY:
            other = rng.choice([passage for talk, passage in passages.items() if talk != one.talk])
            found.append(Example(one.claim, other, False, "stray", one.talk))
        if one.is_true and one.talk in of:
            found += [
                Example(false.claim, false.passage, false.is_true, "planted", false.talk, false.wrong)
                for false in replant(one, of[one.talk], kept, rng)
            ]
    for one in {one.talk: one for one in hand}.values():
        sentences = [text for text in sentences_of(one.passage) if len(text) <= _LONGEST_CLAIM_CHARS]
        for text in rng.sample(sentences, min(_SAID, len(sentences))):
            said = replace(one, claim=text, kind="", wrong=())
            found.append(Example(text, one.passage, True, "said", one.talk))
            if one.talk in of:
                found += [
                    Example(false.claim, false.passage, false.is_true, "said", false.talk, false.wrong)
                    for false in replant(said, of[one.talk], kept, rng, most=_SAID_ERRORS)
                ]
    for talk in rng.sample(kept, min(_SCRIPTED, len(kept))):
        found += [
            Example(one.claim, one.passage, one.is_true, "script", one.talk, one.wrong)
            for one in plant(talk, kept, rng, most_sentences=1)
        ]
    learned = [pair for pair in pairs if pair.fold != 0 and len(pair.passage) < _LONGEST_PASSAGE_CHARS]
    count: Counter[tuple[str, bool]] = Counter()
    for pair in rng.sample(learned, len(learned)):
        count[pair.source, pair.is_supported] += 1
        if count[pair.source, pair.is_supported] <= most_pairs:
            found.append(Example(pair.claim, pair.passage, pair.is_supported, "pairs", pair.source))
    return [one for one in found if claim_of(one) and sentences_of(one.passage)]


def claim_of(example: Example) -> str:
    """As the product cuts it."""
    return example.claim[:_LONGEST_CLAIM_CHARS]


def sentences_of(passage: str) -> list[str]:
    """As the product splits them."""
    return [passage[start:end] for start, end in split_sentences(passage)]


def directions(seen: Sequence[WordsInContext]) -> dict[str, Floats]:
    """The directions in which words differ most, each scaled so that the vectors of both layers spread alike."""
    found: dict[str, Floats] = {}
    for name, kept in (("middle", MIDDLE), ("last", _LAST)):
        rows = np.concatenate([getattr(one, name) for one in seen])
        mean = rows.mean(axis=0)
        _, vectors = np.linalg.eigh((rows - mean).T @ (rows - mean))
        axes = vectors[:, ::-1][:, :kept]
        found[f"{name}_mean"] = mean.astype(np.float32)
        found[name] = (axes / ((rows - mean) @ axes).std()).astype(np.float32)
    # As the product reads them.
    return widened(rounded(found))


def read_all(examples: Sequence[Example], embedder: BundledEmbedder, axes: dict[str, Floats]) -> dict[str, Reading]:
    """Every claim and every sentence of a passage, read once."""
    texts = list(dict.fromkeys(text for one in examples for text in (claim_of(one), *sentences_of(one.passage))))
    readings: dict[str, Reading] = {}
    for start in range(0, len(texts), _READ_AT_ONCE):
        some = texts[start : start + _READ_AT_ONCE]
        for text, seen in zip(some, embedder.embed_in_context(some), strict=True):
            one = read(text, seen, lambda middle, last: project(axes, middle, last))
            readings[text] = Reading(text, one.words, one.vectors.astype(np.float16), one.vector)
        typer.echo(f"{len(readings)} of {len(texts)} texts read", err=True)
    return readings


class Rows:
    """All examples as the check sees them: one row for each of the first 40 words of a claim, claim after claim."""

    def __init__(self, examples: Sequence[Example], readings: dict[str, Reading]) -> None:
        pairs: list[WordPairs] = []
        wrong: list[NDArray[np.bool_]] = []
        for one in examples:
            claim, *sentences = [
                Reading(text, some.words, some.vectors.astype(np.float32), some.vector)
                for text in (claim_of(one), *sentences_of(one.passage))
                if (some := readings[text]).words
            ]
            pairs.append(pair_words(claim, sentences))
            spans = [any(word.start < end and word.end > first for first, end in one.wrong) for word in claim.words]
            wrong.append(np.array(spans[:LONGEST]))
        self.counts = torch.tensor([len(one.place) for one in pairs])
        self.starts = self.counts.cumsum(0) - self.counts
        self.words = torch.from_numpy(np.concatenate([one.words.astype(np.float16) for one in pairs], axis=1))
        self.signals = torch.from_numpy(np.concatenate([one.signals.astype(np.float16) for one in pairs]))
        self.place, self.owner = (
            torch.from_numpy(np.concatenate([getattr(one, name) for one in pairs])) for name in ("place", "owner")
        )
        self.wrong = torch.from_numpy(np.concatenate(wrong).astype(np.float32))
        self.is_false = torch.tensor([float(not one.is_true) for one in examples])
        self.weight = torch.tensor([_COUNTS[one.group] * (_TRUE if one.is_true else 1) for one in examples])
        # Of a false claim the words tell something only where it is known which are wrong.
        self.told = torch.tensor(
            [
                float(one.group not in ("pairs", "stray") and (one.is_true or bool(own.any())))
                for one, own in zip(examples, wrong, strict=True)
            ]
        )
        self.is_weighed = np.array([not (one.aligned.missing or one.aligned.is_strange) for one in pairs])
        features = np.stack([one.aligned.features for one in pairs])
        self.mean, self.deviation = features.mean(axis=0), features.std(axis=0) + np.float32(1e-3)
        spread = ((features - self.mean) / self.deviation).clip(-MOST_SPREAD, MOST_SPREAD)
        self.features = torch.from_numpy(spread.astype(np.float32))

    def batch(self, some: Tensor) -> tuple[Tensor, Tensor]:
        """Where the words of some claims are, shape (n, words of the longest), and which of the places are words."""
        steps = torch.arange(int(self.counts[some].max()))
        there = steps[None] < self.counts[some][:, None]
        return (self.starts[some][:, None] + steps[None]).masked_fill(~there, 0), there.float()


class Learner(nn.Module):
    """The network of `assistant.answer.weights`; gives the odds that a claim is wrong, and of each word that it is."""

    def __init__(self, rows: Rows) -> None:
        super().__init__()
        self.rows = rows
        self.narrow = nn.Linear(rows.words.shape[2], _NARROW, bias=False)
        self.compare = nn.Linear(6 * _NARROW + SIGNALS, _COMPARED)
        self.attend = nn.Linear(_COMPARED, 3 * _COMPARED)
        self.biases, self.told = nn.ParameterDict(), nn.ParameterDict()
        for name, count in (("here", 2 * FAR + 1), ("there", 2 * FAR_THERE + 2)):
            self.biases[name] = nn.Parameter(torch.zeros(HEADS, count))
            self.told[name] = nn.Parameter(torch.randn(HEADS, count, _COMPARED // HEADS) / 5)
        self.judge = nn.Linear((2 * AROUND + 2) * _COMPARED, _JUDGED)
        self.off = nn.Linear(_JUDGED, 1)
        self.pooled = nn.Linear(2 * _JUDGED + 1, 1)
        self.features = nn.Linear(len(NAMES), 1)
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, some: Tensor) -> tuple[Tensor, Tensor]:
        """Of some claims, see the class; shapes (n,) and (n, words of the longest)."""
        places, is_word = self.rows.batch(some)
        there = is_word.unsqueeze(-1)
        said, found, left, right = self.narrow(self.rows.words[:, places].float())
        signals = self.rows.signals[places].float()
        beside = torch.cat([said, found, said * found, (said - found).abs(), left, right, signals], -1)
        compared = torch.relu(self.compare(self.drop(beside))) * there
        padded = functional.pad(compared, (0, 0, AROUND, AROUND))
        around = [padded[:, n : n + places.shape[1]] for n in range(2 * AROUND + 1)]
        learned = self._attend(compared, places, is_word)
        judged = torch.relu(self.judge(self.drop(torch.cat([*around, learned], -1)))) * there
        off = self.off(judged)[..., 0].masked_fill(is_word == 0, -1e4)
        worst = torch.logsumexp(off, 1, keepdim=True)
        pooled = torch.cat([judged.max(1).values, judged.sum(1) / there.sum(1), worst], -1)
        return (self.pooled(self.drop(pooled)) + self.features(self.rows.features[some]))[:, 0], off

    def _attend(self, compared: Tensor, places: Tensor, is_word: Tensor) -> Tensor:
        count, length, width = compared.shape
        parts = self.attend(compared).view(count, length, 3, HEADS, width // HEADS)
        asked, offered, told = parts.permute(2, 0, 3, 1, 4)
        weights = asked @ offered.transpose(-1, -2) / (width // HEADS) ** 0.5
        at, place, owner = torch.arange(length), self.rows.place[places], self.rows.owner[places]
        here = ((at[None, :] - at[:, None]).clamp(-FAR, FAR) + FAR).expand(count, -1, -1)
        far = (place[:, None, :] - place[:, :, None]).clamp(-FAR_THERE, FAR_THERE) + FAR_THERE
        apart = {"here": here, "there": far.where(owner[:, None, :] == owner[:, :, None], 2 * FAR_THERE + 1)}
        for name, steps in apart.items():
            weights = weights + self.biases[name].T[steps].permute(0, 3, 1, 2)
        weights = weights.masked_fill(is_word[:, None, None, :] == 0, -1e4).softmax(-1)
        learned = weights @ told
        for name, steps in apart.items():
            shares = torch.zeros(count, HEADS, length, self.biases[name].shape[1])
            shares = shares.scatter_add(3, steps[:, None].expand(-1, HEADS, -1, -1), weights)
            learned = learned + shares @ self.told[name][None]
        return torch.relu(learned.transpose(1, 2).reshape(count, length, width))

    def weights(self) -> dict[str, Floats]:
        """By the names that the product reads."""
        state = {name: values.detach().numpy() for name, values in self.named_parameters()}
        found = {name: state[f"{name}.weight"].T for name in ("narrow", "compare", "attend", "judge")}
        found |= {f"{name}_bias": state[f"{name}.bias"] for name in ("compare", "attend", "judge", "off")}
        found |= {f"{name}_bias": state[f"biases.{name}"] for name in self.biases}
        found |= {f"{name}_told": state[f"told.{name}"].reshape(-1, _COMPARED // HEADS) for name in self.told}
        found |= {"off": state["off.weight"][0], "pooled": -state["pooled.weight"][0]}
        found |= {"features": -state["features.weight"][0], "bias": -state["pooled.bias"] - state["features.bias"]}
        return found


def learn_network(rows: Rows, chosen: Tensor, by_hand: Tensor, seed: int) -> Learner:
    """Lower the cross-entropy of claims and of words, over the chosen claims; features begin as those by hand say."""
    torch.manual_seed(seed)
    learner = Learner(rows)
    bias, weights = learn(rows.features[by_hand].numpy().astype(np.float64), rows.is_false[by_hand].numpy() == 0)
    with torch.no_grad():
        learner.features.weight[0] = -torch.from_numpy(weights)
        learner.features.bias[0] = -bias
    optimiser = torch.optim.AdamW(learner.parameters(), weight_decay=_DECAY)
    steps, step = _EPOCHS * (len(chosen) // _BATCH), 0
    for _ in range(_EPOCHS):
        for some in _batches(rows, chosen):
            for group in optimiser.param_groups:
                group["lr"] = _RATE * min(1, step / _WARM_UP_STEPS) * (1 - step / steps)
            odds, off = learner(some)
            each = functional.binary_cross_entropy_with_logits(odds, rows.is_false[some], reduction="none")
            loss = (each * rows.weight[some]).sum() / rows.weight[some].sum()
            places, is_word = rows.batch(some)
            mask, wrong = is_word * rows.told[some][:, None], rows.wrong[places]
            words = functional.binary_cross_entropy_with_logits(off, wrong, reduction="none")
            words = words * (1 + (_WRONG_WORD - 1) * wrong)
            loss = loss + _OF_WORDS * (words * mask).sum() / mask.sum().clamp(min=1)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learner.parameters(), 2.0)
            optimiser.step()
            step += 1
    return learner.eval()


def _batches(rows: Rows, chosen: Tensor) -> Iterator[Tensor]:
    """All of them once, in batches of claims that are about as long."""
    order = chosen[torch.randperm(len(chosen))]
    order = torch.cat([some[rows.counts[some].argsort()] for some in order.split(_BATCH * _SORTED_TOGETHER)])
    batches = order[: len(order) // _BATCH * _BATCH].split(_BATCH)
    for n in torch.randperm(len(batches)).tolist():
        yield batches[n]


@torch.no_grad()
def odds_of(learner: Learner, chosen: Tensor) -> NDArray[np.float64]:
    """The odds that each of the chosen claims is carried."""
    return -torch.cat([learner(some)[0] for some in chosen.split(_READ_AT_ONCE)]).numpy().astype(np.float64)


def learn_check(rows: Rows, examples: Sequence[Example], seed: int) -> tuple[dict[str, Floats], dict[str, float]]:
    """The networks' weights, moved so that 0 is the threshold, and where from there other verdicts begin."""
    fold = torch.tensor([-1 if one.group == "pairs" else one.fold for one in examples])
    is_hand = torch.tensor([one.group == "hand" for one in examples])
    weights: dict[str, Floats] = {"mean": rows.mean, "deviation": rows.deviation}
    odds: list[NDArray[np.float64]] = []
    false: list[NDArray[np.bool_]] = []
    for n in range(_NETWORKS):
        learner = learn_network(rows, (fold != n).nonzero()[:, 0], (is_hand & (fold != n)).nonzero()[:, 0], seed + n)
        weights |= {f"{n}/{name}": one for name, one in learner.weights().items()}
        unseen = (is_hand & (fold == n)).nonzero()[:, 0]
        odds.append(np.where(rows.is_weighed[unseen], odds_of(learner, unseen), -np.inf))
        false.append(rows.is_false[unseen].numpy() == 1)
        typer.echo(f"{n + 1} of {_NETWORKS} networks learned", err=True)
    unseen_odds, is_false = np.concatenate(odds), np.concatenate(false)
    line, lower = (float(np.quantile(unseen_odds[~is_false], share)) for share in (_FLAGGED, _UNSUPPORTED))
    caught = (unseen_odds < line)[is_false].mean()
    typer.echo(f"by hand, unseen talks: caught {caught:.3f} of {is_false.sum()}, at {_FLAGGED} of {(~is_false).sum()}")
    for n in range(_NETWORKS):
        weights[f"{n}/bias"] = weights[f"{n}/bias"] - np.float32(line)
    clear = float(np.quantile(unseen_odds[is_false], 1 - _FALSE_PASSED))
    return weights, {"unsupported": line - lower, "clear": max(clear - line, 0.5)}


def learn_claims(examples: Sequence[Example], embedder: BundledEmbedder, seed: int) -> dict[str, Floats]:
    """What tells a sentence that claims something from one that frames an answer, by its vector; 0 is the threshold."""
    framing = read_framing("train")
    rng = random.Random(seed)
    said = [one.claim for one in examples if one.group == "hand"]
    said = rng.sample(said, min(4 * len(framing), len(said)))
    rows = embedder.embed_passages([*framing, *said]).astype(float)
    bias, weights = learn(rows, np.arange(len(rows)) >= len(framing), alike=True)
    return {"claim": weights.astype(np.float32), "claim_bias": np.array([bias], dtype=np.float32)}


def main(
    talks: Annotated[Path, typer.Option("--talks", help="PyVideo talks, JSONL or JSONL.gz.")],
    pairs: Annotated[Path, typer.Option("--pairs", help="Labelled pairs, JSONL or JSONL.gz.")],
    seed: Annotated[int, typer.Option("--seed", help="Decides everything.")] = 0,
    most_pairs: Annotated[int, typer.Option("--most-pairs", help="How many pairs of a source and answer.")] = 600,
    out: Annotated[Path, typer.Option("--out", help="Where the weights go.")] = WEIGHTS,
) -> None:
    """Learn the weights of the check and write them."""
    embedder = BundledEmbedder()
    examples = gather(read_talks(talks), read_pairs(pairs), seed, most_pairs)
    claims = sorted({one.claim for one in examples})
    sample = random.Random(seed).sample(claims, min(_TEXTS_FOR_DIRECTIONS, len(claims)))
    axes = directions(embedder.embed_in_context(sample))
    rows = Rows(examples, read_all(examples, embedder, axes))
    typer.echo(f"{len(examples)} claims compared", err=True)
    weights, lines = learn_check(rows, examples, seed)
    about = {
        "made_by": f"python -m evals.fit_grounding --seed {seed} --most-pairs {most_pairs}",
        "embedder": embedder.fingerprint,
        "claims": len(examples),
        "data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (talks, pairs)},
        "networks": _NETWORKS,
        **lines,
    }
    stored: dict[str, Any] = rounded(axes | weights | learn_claims(examples, embedder, seed))
    np.savez_compressed(out, about=json.dumps(about), **stored)
    typer.echo(f"{out}: {out.stat().st_size:,} bytes")


if __name__ == "__main__":
    typer.run(main)
