"""Learns to parse list questions (`assistant/understand/parser.py`) from `phrasings.jsonl`; prints what it gets right.

`python -m evals.fit_parser model.safetensors [--on]`, over the index of the default home, with the published weights of
the embedder (`ingest/models/README.md`), whose fifth and sixth layer are learned from; `--on` goes on from the parser's
own weights instead, symbols and tags by their names. `renaming` makes more questions of those. Needs torch and
safetensors, which nothing else does: 2.14 and 0.8; on two cores fifteen minutes, `--on` five. Every twentieth question
is kept apart, with all that say the same, and only measured.
"""

import json
import math
import random
import sys
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from assistant.assembly import Assistant
from assistant.learned import widened
from assistant.query import Condition, Query, parse_query, query_text
from assistant.settings import load_settings
from assistant.understand.entities import LINKED, Entities
from assistant.understand.network import (
    BEFORE,
    FIRST,
    INSIDE,
    LONGEST_BEFORE,
    LONGEST_LINE,
    READING_HEADS,
    READING_LAYERS,
    WRITING_HEADS,
    WRITING_LAYERS,
)
from assistant.understand.notation import NONE, Sources, Symbol, items_of, query_of, tokens_of
from assistant.understand.parser import BEGIN, END, LEARNED, UNKNOWN, first_piece_of, tags_of
from evals.learning import rounded
from evals.pointing import symbols_of
from evals.questions import read_dialogues, read_questions
from evals.renaming import MadeUp, filled, names_stranger, of_few, read_rows, renamed, with_stranger, with_topic
from evals.run import EVALS
from ingest.embedder import BundledEmbedder
from ingest.text import searchable

PHRASINGS = EVALS / "phrasings.jsonl"
WIDTH, NARROW, UP, UP_NARROW = 384, 256, 1536, 512
EPOCHS, BATCH, SEED, APART = 8, 32, 0, 20
RATE, RATE_OF_PUBLISHED = 6e-4, 1e-4
WARM_UP_STEPS, LEAST_RATE = 150, 0.02
# What goes on from weights that are there needs fewer turns, and smaller steps.
EPOCHS_ON, RATE_ON = 2, 3.5e-4
DROPPED, TAGS_HIDDEN = 0.1, 0.1
# Of the labelled questions so many stay as they are; of the others some get a topic.
NOT_RENAMED, WITH_TOPIC, WITH_STRANGER = 0.3, 0.12, 0.2
_WORDED = ("title", "abstract", "bio", "text", "chapter", "opening")
_CONTENT = ("followup", "standalone", "answerable", "premise", "about")
_PUBLISHED = {
    "query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
    "out": "attention.output.dense", "norm": "attention.output.LayerNorm",
    "up": "intermediate.dense", "down": "output.dense", "norm_out": "output.LayerNorm",
}  # fmt: skip


@dataclass
class Example:
    """A question with what is to be written of it; places count from 0, first the pieces, then the items."""

    apart: bool
    sources: Sources
    vectors: Any
    tags: list[str]
    firsts: dict[int, int]
    target: list[Symbol]

    @property
    def length(self) -> int:
        """Pieces and items."""
        return len(self.tags) + len(self.sources.items)

    def place(self, symbol: Symbol) -> int | None:
        """Where a pointer points; None for what is none, or points at a word without pieces."""
        if isinstance(symbol, str):
            return None
        where, number = symbol
        return self.firsts.get(number) if where == "asked" else len(self.tags) + number


def examples(lost: list[str] | None = None) -> list[Example]:
    """All that there is to learn from."""
    chance = random.Random(SEED)  # noqa: S311
    snapshot = Assistant(load_settings(llm_base_url=None)).snapshot
    embedder = BundledEmbedder()
    entities = Entities(snapshot.store, snapshot.keyword, embedder.knows_word)
    others = Entities(MadeUp(), snapshot.keyword, embedder.knows_word)  # type: ignore[arg-type]
    maker = _Maker(embedder, lost)
    for group, before, question, meaning in _labelled(entities):
        sources = maker.add(group, before, question, meaning, entities)
        if meaning is None or chance.random() < NOT_RENAMED:
            continue
        if (
            before is None
            and chance.random() < WITH_TOPIC
            and not set(_WORDED) & {one.field for one in meaning.conditions}
            and (asked := with_topic(question, sources, chance))
        ):
            maker.add(group, None, asked, None, entities)
        if chance.random() < WITH_STRANGER and (strange := with_stranger(question, sources, meaning, chance)):
            maker.add(group, before, *strange, entities)
        if before is not None and (few := of_few(before, meaning, chance)):
            maker.add(group, few[0], question, few[1], entities)
        maker.add_renamed(group, question, sources, meaning, chance)
    for group, earlier, question, said in filled(read_rows(EVALS / "other_fields.jsonl"), chance):
        before, meaning = (_query(text, others) if text not in ("", NONE) else None for text in (earlier, said))
        maker.add(group, before, question, meaning, others)
    return maker.found


class _Maker:
    """Makes examples of labelled questions."""

    def __init__(self, embedder: BundledEmbedder, lost: list[str] | None) -> None:
        self.found: list[Example] = []
        self._embedder = embedder
        self._lost = lost

    def add(
        self, group: str, before: Query | None, question: str, meaning: Query | None, entities: Entities
    ) -> Sources:
        """One question; left out where its query cannot be written, but for what no record holds there is no list."""
        sources = Sources(
            tokens_of(question, entities.link(question).mentions), items_of(before)[:LONGEST_BEFORE], ("x",)
        )
        target = next(filter(None, (_written(one, sources) for one in _alike(meaning))), None)
        if target is None and meaning and names_stranger(meaning):
            target = [NONE]
        if target is not None:
            self._keep(group, question, sources, target)
        elif self._lost is not None:
            self._lost.append(f"{question} | {before} | {meaning} | {target}")
        return sources

    def add_renamed(self, group: str, question: str, sources: Sources, meaning: Query, chance: random.Random) -> None:
        """The same question over other fields."""
        target = _written(meaning, sources)
        row = renamed(question, sources, target, chance) if target else None
        if row is not None:
            self._keep(group, *row)

    def _keep(self, group: str, question: str, sources: Sources, target: list[Symbol]) -> None:
        pieces = self._embedder.embed_pieces(question)
        firsts = first_piece_of(pieces, sources.tokens)
        one = Example(zlib.crc32(group.encode()) % APART == 0, sources, pieces.vectors.astype(np.float16),
                      tags_of(pieces, sources.tokens), firsts, target)  # fmt: skip
        if all(isinstance(symbol, str) or one.place(symbol) is not None for symbol in target):
            self.found.append(one)


def _written(meaning: Query | None, sources: Sources) -> list[Symbol] | None:
    if meaning is None:
        return [NONE]
    target = symbols_of(meaning, sources)
    return target if target and _says(target, sources, meaning) else None


def _alike(meaning: Query | None) -> list[Query | None]:
    """A query, and the same with "on all of the pages" and "on no other page" as numbers of pages."""
    found = [meaning]
    pages = [] if meaning is None else [one for one in meaning.conditions if one.field == "page"]
    rest = () if meaning is None else tuple(one for one in meaning.conditions if one.field != "page")
    on = [one for one in pages if not one.negated and len(one.values) == 1]
    off = [one for one in pages if one.negated]
    if meaning is not None and len(on) == len(pages) == {"talk": 3, "paper": 2}.get(meaning.kind or ""):
        found.append(replace(meaning, conditions=(*rest, Condition("#page", (str(len(on)),)))))
    if (
        meaning is not None
        and len(on) == 1
        and sum(len(one.values) for one in off) == {"talk": 2, "paper": 1}.get(meaning.kind or "")
    ):
        found.append(replace(meaning, conditions=(*rest, *on, Condition("#page", ("1",)))))
    return found


def _labelled(entities: Entities) -> list[tuple[str, Query | None, str, Query | None]]:
    """Group, query before, question, its query; None asks for no list."""
    labelled = []
    for line in PHRASINGS.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        meaning = None if one["meaning"] == NONE else _query(one["meaning"], entities)
        before = _query(one["before"], entities) if one["before"] else None
        labelled.append((one["id"], before, one["question"], meaning))
    for asked in read_questions(EVALS / "questions.jsonl", "dev"):
        labelled.append((asked.id, None, asked.question, None))
    for dialogue in read_dialogues(EVALS / "dialogues.jsonl", "dev"):
        if dialogue.kind_of_dialogue in _CONTENT:
            labelled.append((dialogue.question, None, dialogue.question, None))
    return labelled


def _query(text: str, entities: Entities) -> Query:
    """A query with names as they are recorded."""
    query = parse_query(text.replace("; ", "\n"))
    if query is None:
        raise ValueError(text)
    return replace(query, conditions=tuple(_recorded(one, entities) for one in query.conditions))


def _recorded(one: Condition, entities: Entities) -> Condition:
    if one.field not in LINKED:
        return one
    values: dict[str, None] = {}
    for value in one.values:
        # "Recorded Talks: Machine Learning" is linked in two parts, and means what both of them can mean.
        parts = [found.values for found in entities.link(value).mentions if found.field == one.field]
        meant = [name for name in parts[0] if all(name in part for part in parts)] if parts else []
        values |= dict.fromkeys(meant or [value])
    return replace(one, values=tuple(values))


def _says(symbols: Sequence[Symbol], sources: Sources, meaning: Query | None) -> bool:
    """Whether symbols read back as the query."""
    if meaning is None:
        return True
    query = query_of(symbols, sources)
    return query is not None and _told(query) == _told(meaning)


def _told(query: Query) -> list[str]:
    alike = (replace(one, values=tuple(sorted(searchable(v) or v for v in one.values))) for one in query.conditions)
    return sorted(query_text(replace(query, conditions=tuple(alike))).lower().split("\n"))


class Attention(nn.Module):
    """As `Network` computes it."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def attended(self, x: Tensor, y: Tensor, mask: Tensor) -> Tensor:
        """What each row of x takes from the rows of y."""
        query, key, value = (
            part(rows).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part, rows in ((self.query, x), (self.key, y), (self.value, y))
        )
        taken = functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.out(taken.transpose(1, 2).flatten(2))


class ReadingLayer(Attention):
    """One layer of the published model."""

    def __init__(self, published: dict[str, Tensor], layer: int) -> None:
        super().__init__(WIDTH, READING_HEADS)
        self.up, self.down = nn.Linear(WIDTH, UP), nn.Linear(UP, WIDTH)
        self.norm, self.norm_out = _norm(WIDTH), _norm(WIDTH)
        self.drop = nn.Dropout(DROPPED)
        own = {
            f"{name}.{part}": published[f"encoder.layer.{layer}.{theirs}.{part}"]
            for name, theirs in _PUBLISHED.items()
            for part in ("weight", "bias")
        }
        self.load_state_dict(own)

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        """Shape (batch, longest, 384) both ways."""
        x = self.norm(x + self.drop(self.attended(x, x, there[:, None, None, :])))
        return self.norm_out(x + self.drop(self.down(functional.gelu(self.up(x), approximate="tanh"))))


class WritingLayer(nn.Module):
    """One layer of the decoder."""

    def __init__(self) -> None:
        super().__init__()
        self.own, self.cross = Attention(NARROW, WRITING_HEADS), Attention(NARROW, WRITING_HEADS)
        self.up, self.down = nn.Linear(NARROW, UP_NARROW), nn.Linear(UP_NARROW, NARROW)
        self.norm_own, self.norm_cross, self.norm_up = (_norm(NARROW) for _ in range(3))
        self.drop = nn.Dropout(DROPPED)

    def forward(self, y: Tensor, read: Tensor, there: Tensor, past: Tensor) -> Tensor:
        """Shape (batch, written, 256) both ways."""
        own = self.norm_own(y)
        y = y + self.drop(self.own.attended(own, own, past))
        y = y + self.drop(self.cross.attended(self.norm_cross(y), read, there[:, None, None, :]))
        return y + self.drop(self.down(functional.gelu(self.up(self.norm_up(y)), approximate="tanh")))


class Learner(nn.Module):
    """The network with gradients; its parameters have the names that `Network` knows."""

    def __init__(self, published: dict[str, Tensor], symbols: int, tags: int) -> None:
        super().__init__()
        wide = {"tag": tags, "position": 3, "before": symbols, "before_order": LONGEST_BEFORE}
        narrow = {"symbol": symbols, "order": LONGEST_LINE + 2}
        shapes = {name: (rows, WIDTH) for name, rows in wide.items()}
        shapes |= {name: (rows, NARROW) for name, rows in narrow.items()}
        for name, shape in shapes.items():
            self.register_parameter(name, nn.Parameter(torch.randn(shape) * 0.05))
        self.symbol_bias = nn.Parameter(torch.zeros(symbols))
        self.reading_in, self.written = _norm(WIDTH), _norm(NARROW)
        self.reading = nn.ModuleList(ReadingLayer(published, 6 - READING_LAYERS + n) for n in range(READING_LAYERS))
        self.writing = nn.ModuleList(WritingLayer() for _ in range(WRITING_LAYERS))
        self.read = nn.Linear(WIDTH, NARROW)
        self.pointed, self.point_key, self.point_query = (nn.Linear(NARROW, NARROW) for _ in range(3))
        self.drop = nn.Dropout(DROPPED)

    def encode(self, batch: dict[str, Tensor]) -> Tensor:
        """What questions come to, shape (batch, longest, 256)."""
        is_before = (batch["positions"] == BEFORE).unsqueeze(-1)
        x = batch["vectors"] + self.tag[batch["tags"]] + self.position[batch["positions"]]
        x = x + is_before * (self.before[batch["before"]] + self.before_order[batch["before_order"]])
        x = self.drop(self.reading_in(x))
        for layer in self.reading:
            x = layer(x, batch["there"])
        return self.read(x)

    def decode(self, read: Tensor, batch: dict[str, Tensor], line: Tensor) -> Tensor:
        """Scores of what follows each symbol of the lines, shape (batch, written, symbols + longest)."""
        symbols, length = len(self.symbol), line.shape[1]
        places = (line - symbols).clamp(min=0).unsqueeze(-1).expand(-1, -1, NARROW)
        pointed = self.pointed(read.gather(1, places))
        y = torch.where((line < symbols).unsqueeze(-1), self.symbol[line.clamp(max=symbols - 1)], pointed)
        y = self.drop(y + self.order[:length])
        past = torch.ones(length, length, dtype=torch.bool).tril()
        for layer in self.writing:
            y = layer(y, read, batch["there"], past)
        y = self.written(y)
        points = self.point_query(y) @ self.point_key(read).transpose(1, 2) / math.sqrt(NARROW)
        points = points.masked_fill(~batch["can_point"][:, None, :], -1e4)
        return torch.cat([y @ self.symbol.T + self.symbol_bias, points], -1)


def _norm(width: int) -> nn.LayerNorm:
    return nn.LayerNorm(width, eps=1e-6)


class Batches:
    """Examples as tensors."""

    def __init__(self, found: Sequence[Example]) -> None:
        used = {symbol for one in found for symbol in one.target if isinstance(symbol, str)}
        used |= {item.symbol for one in found for item in one.sources.items}
        self.symbols = [BEGIN, END, *sorted(used)]
        self.tags = [UNKNOWN, *sorted({tag for one in found for tag in one.tags} - {UNKNOWN})]
        self._symbol = {symbol: number for number, symbol in enumerate(self.symbols)}
        self._tag = {tag: number for number, tag in enumerate(self.tags)}

    def shuffled(self, found: Sequence[Example]) -> list[list[Example]]:
        """Batches of examples of about the same length."""
        found = sorted(found, key=lambda one: one.length + random.random() * 6)
        batches = [list(found[start : start + BATCH]) for start in range(0, len(found), BATCH)]
        random.shuffle(batches)
        return batches

    def tensors(self, some: Sequence[Example], *, hide_tags: float = 0.0) -> dict[str, Tensor]:
        """Comes in: n examples. Goes out: arrays of shape (n, longest, …)."""
        shape = len(some), max(one.length for one in some)
        batch = {name: torch.zeros(shape, dtype=torch.long) for name in ("tags", "positions", "before", "before_order")}
        batch |= {name: torch.zeros(shape, dtype=torch.bool) for name in ("there", "can_point")}
        batch["vectors"] = torch.zeros(*shape, WIDTH)
        longest = max(len(one.target) for one in some) + 1
        batch["line"] = torch.full((len(some), longest), self._symbol[END])
        batch["wanted"] = torch.full((len(some), longest), -100)
        for row, one in enumerate(some):
            n = len(one.tags)
            batch["vectors"][row, :n] = torch.from_numpy(one.vectors.astype(np.float32))
            tags = [0 if random.random() < hide_tags else self._tag[tag] for tag in one.tags]
            batch["tags"][row, :n] = torch.tensor(tags)
            batch["positions"][row, :n] = INSIDE
            for place in one.firsts.values():
                batch["positions"][row, place] = FIRST
                batch["can_point"][row, place] = True
            for number, item in enumerate(one.sources.items):
                batch["positions"][row, n + number] = BEFORE
                batch["before"][row, n + number] = self._symbol[item.symbol]
                batch["before_order"][row, n + number] = number
                batch["can_point"][row, n + number] = item.value is not None
            batch["there"][row, : one.length] = True
            line = torch.tensor([self._number(one, symbol) for symbol in one.target])
            batch["line"][row, 0] = self._symbol[BEGIN]
            batch["line"][row, 1 : len(line) + 1] = line
            batch["wanted"][row, : len(line)] = line
            batch["wanted"][row, len(line)] = self._symbol[END]
        return batch

    def _number(self, one: Example, symbol: Symbol) -> int:
        place = one.place(symbol)
        return self._symbol[str(symbol)] if place is None else len(self.symbols) + place


def go_on(learner: Learner, batches: Batches) -> None:
    """Take the weights that are there; of symbols and tags those of the same name."""
    with np.load(LEARNED) as stored:
        names = {"symbol": "symbols", "symbol_bias": "symbols", "before": "symbols", "tag": "tags"}
        rows = {name: [str(one) for one in stored[name]] for name in ("symbols", "tags")}
        weights = widened({name: values for name, values in stored.items() if name not in rows})
    now = {"symbols": batches.symbols, "tags": batches.tags}
    state = learner.state_dict()
    for name, values in state.items():
        known = torch.from_numpy(weights[name])
        if name not in names:
            values.copy_(known)
            continue
        places = {one: place for place, one in enumerate(rows[names[name]])}
        for place, one in enumerate(now[names[name]]):
            if one in places:
                values[place] = known[places[one]]
    learner.load_state_dict(state)


def learn(learner: Learner, batches: Batches, found: Sequence[Example], *, on: bool) -> None:
    """Lower the cross-entropy of the lines; `on` from weights that are there, in fewer and smaller steps."""
    published = list(learner.reading.parameters())
    known = {id(one) for one in published}
    others = [one for one in learner.parameters() if id(one) not in known]
    optimiser = torch.optim.AdamW([{"params": published}, {"params": others}], weight_decay=0.01)
    epochs, own_rate = (EPOCHS_ON, RATE_ON) if on else (EPOCHS, RATE)
    steps, step = epochs * math.ceil(len(found) / BATCH), 0
    for epoch in range(epochs):
        learner.train()
        losses = []
        for some in batches.shuffled(found):
            share = min(1, step / WARM_UP_STEPS) * max(LEAST_RATE, 1 - step / steps)
            for group, rate in zip(optimiser.param_groups, (RATE_OF_PUBLISHED, own_rate), strict=True):
                group["lr"] = rate * share
            batch = batches.tensors(some, hide_tags=TAGS_HIDDEN)
            scores = learner.decode(learner.encode(batch), batch, batch["line"])
            loss = functional.cross_entropy(scores.flatten(0, 1), batch["wanted"].flatten(), ignore_index=-100)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learner.parameters(), 1.0)
            optimiser.step()
            step += 1
            losses.append(loss.item())
        print(f"epoch {epoch + 1}: loss {np.mean(losses):.3f}", flush=True)


@torch.no_grad()
def right(learner: Learner, batches: Batches, found: Sequence[Example]) -> list[bool]:
    """Whether each example's line would be written to the letter, each symbol after the right ones before it."""
    learner.eval()
    told = []
    for one in found:
        batch = batches.tensors([one])
        best = learner.decode(learner.encode(batch), batch, batch["line"]).argmax(-1)
        told.append(bool((best == batch["wanted"]).all()))
    return told


def main() -> None:
    """Learn, measure, write."""
    torch.manual_seed(SEED)
    random.seed(SEED)
    published = load_file(sys.argv[1])
    found = examples()
    learned_from = [one for one in found if not one.apart]
    apart = [one for one in found if one.apart]
    batches = Batches(found)
    learner = Learner(published, len(batches.symbols), len(batches.tags))
    print(f"{len(learned_from)} to learn from, {len(apart)} apart, {len(batches.symbols)} symbols")
    on = "--on" in sys.argv
    if on:
        go_on(learner, batches)
    learn(learner, batches, learned_from, on=on)
    exact = right(learner, batches, apart)
    for name, is_list in (("lists", True), ("no lists", False)):
        some = [ok for ok, one in zip(exact, apart, strict=True) if (one.target != [NONE]) is is_list]
        print(f"{name}: {sum(some)} of {len(some)} to the letter")
    weights = {name: values.numpy() for name, values in learner.state_dict().items()}
    np.savez_compressed(
        Path(LEARNED), symbols=np.array(batches.symbols), tags=np.array(batches.tags), **rounded(weights)
    )


if __name__ == "__main__":
    main()
