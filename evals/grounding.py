"""How well the check of each sentence works: `python -m evals.grounding [--talks FILE] [--pairs FILE]`.

Comes in: `grounding.jsonl`, claims written by hand about the seeds (test) and about PyVideo talks (train; aside, which
are only measured with), and framing sentences; a file of PyVideo talks, of which a tenth is held aside; labelled pairs
of claim and passage, JSONL or JSONL.gz, {"claim", "evidence", "label", "source"}, of which a fifth is. Goes out: one
table of planted errors caught by kind, true sentences flagged, and balanced accuracy by source of pairs, "supported"
against every other label, each beside plain word overlap; framing sentences marked; claims in `drafts.jsonl` that have
a valid citation; time. What is held aside has not been seen by `evals.fit_grounding`, nor has what shares a talk, a
claim or a passage with it.
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
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray

from assistant.answer.citations import CitedText, DraftCiter
from assistant.answer.grounding import Grounder
from assistant.types import SourcePassage
from evals.learning import balanced_accuracy, best_threshold
from evals.planted import KINDS, Planted, Talk, plant, talk_from
from ingest.embedder import BundledEmbedder
from ingest.errors import CorpusMissing
from ingest.lexical import KeywordIndex

HAND, DRAFTS = (Path(__file__).parent / name for name in ("grounding.jsonl", "drafts.jsonl"))
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


class Row(NamedTuple):
    """A line of the table: shares in [0, 1] of the check as shipped, and of plain word overlap.

    Of false claims the share caught, overlap's at as many true ones flagged; of true ones the share flagged; of pairs
    balanced accuracy, overlap's by the threshold that is best on the pairs that are not held aside.
    """

    name: str
    claims: int
    check: float
    overlap: float


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
    """Claims written by hand, with their passages; those about PyVideo talks, "train" and "aside", need the talks."""
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


def caught(grounder: Grounder, claims: Sequence[Planted]) -> list[Row]:
    """What is flagged of the true claims, of the false ones, and of each kind of those."""
    verdicts = grounder.check_all([(one.claim, [one.passage]) for one in claims])
    kinds = np.array([one.kind for one in claims])
    overlap = np.array([word_overlap(one.claim, one.passage) for one in claims])
    check = np.array([verdict.verdict != "supported" for verdict in verdicts])
    flagged = overlap < np.quantile(overlap[kinds == ""], check[kinds == ""].mean())
    rows = [("of true ones flagged", kinds == ""), ("caught", kinds != "")]
    rows += [(f"  {kind}", kinds == kind) for kind in KINDS if kind in kinds]
    return [Row(name, int(own.sum()), float(check[own].mean()), float(flagged[own].mean())) for name, own in rows]


def count_marked(grounder: Grounder, sentences: Sequence[str]) -> list[str]:
    """The framing sentences that get a mark."""
    return [sentence for sentence in sentences if grounder.check_answer(sentence, (), {})]


def accuracy(grounder: Grounder, pairs: Sequence[Pair]) -> list[Row]:
    """Balanced accuracy on the fold that is held aside, in the mean and by source."""
    scores = np.array([word_overlap(pair.claim, pair.passage) for pair in pairs])
    truth, sources = (np.array([getattr(pair, name) for pair in pairs]) for name in ("is_supported", "source"))
    aside = [pair for pair in pairs if pair.fold == 0]
    verdicts = grounder.check_all([(pair.claim, [pair.passage]) for pair in aside])
    supported = np.array([verdict.verdict == "supported" for verdict in verdicts])
    is_aside = np.array([pair.fold == 0 for pair in pairs])
    rows: list[Row] = []
    for source in sorted(set(sources)):
        own, learn = is_aside & (sources == source), ~is_aside & (sources == source)
        threshold = best_threshold(scores[learn], truth[learn], sources[learn])
        shipped = balanced_accuracy(truth[own], supported[sources[is_aside] == source])
        rows.append(
            Row(f"  {source}", int(own.sum()), shipped, balanced_accuracy(truth[own], scores[own] >= threshold))
        )
    check, overlap = (float(np.mean([getattr(row, name) for row in rows])) for name in ("check", "overlap"))
    return [Row("balanced accuracy", len(aside), check, overlap), *rows]


def cited_claims(grounder: Grounder, *, adding: bool, path: Path = DRAFTS) -> dict[str, list[bool]]:
    """Size of model → of each claim in its drafts whether it has a valid citation, of the model or added."""
    first, *drafts = read_jsonl(path)
    passages = {row["talk"]: row["passage"] for row in read_jsonl(HAND) if row["split"] == "passage"}
    records = [[_as_source(record, passages[record])] for record in first["sources"]]
    keyword = KeywordIndex.build([record[0].text for record in records])
    match = grounder.matcher(records, keyword) if adding else lambda _: None
    found: dict[str, list[bool]] = {}
    for row in drafts:
        answer = CitedText()
        citer = DraftCiter(answer, records, keyword, match)
        for _ in (*citer.feed(row["draft"]), *citer.finish()):
            pass
        checked = grounder.check_answer(answer.text, answer.citations, {})
        found.setdefault(row["size"], []).extend(bool(one.statement.citations) for one in checked)
    return found


def _as_source(record: str, passage: str) -> SourcePassage:
    title, _, text = passage.partition("\n")
    source = {"file": HAND.name, "line": 1}
    return SourcePassage(
        passage_id=f"{record}#abstract-1", id=record, kind="talk", title=title, speakers=(), pages=(),
        section="abstract", text=text, score=1.0, source=source,
    )  # fmt: skip


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


def main(
    talks: Annotated[Path | None, typer.Option("--talks", help="PyVideo talks, JSONL or JSONL.gz.")] = None,
    pairs: Annotated[Path | None, typer.Option("--pairs", help="Labelled pairs, JSONL or JSONL.gz.")] = None,
) -> None:
    """Print how well the check of each sentence works."""
    grounder = Grounder(BundledEmbedder())
    hand, framing = read_hand("test"), read_framing("test")
    sets = {"By hand, over the seeds": caught(grounder, hand)}
    if talks:
        known = read_talks(talks)
        sets["By hand, over talks held aside"] = caught(grounder, read_hand("aside", known))
        sets["By script, over talks held aside"] = caught(grounder, held_aside(known))
    if pairs:
        sets["Public pairs held aside"] = accuracy(grounder, read_pairs(pairs))
    typer.echo(f"{'':36}{'claims':>6}{'check':>8}{'word overlap':>14}")
    for title, rows in sets.items():
        typer.echo(title)
        for row in rows:
            typer.echo(f"  {row.name:34}{row.claims:6}{row.check:8.3f}{row.overlap:14.3f}")
    marked = count_marked(grounder, framing)
    typer.echo("\n  ".join([f"Framing sentences marked: {len(marked)} of {len(framing)}", *marked]))
    own, added = (cited_claims(grounder, adding=adding) for adding in (False, True))
    for size, claims in own.items():
        shares = f"{np.mean(claims):.2f} by its own markers, {np.mean(added[size]):.2f} with those added"
        typer.echo(f"Claims with a valid citation, drafts of a {size} model: {shares}, of {len(claims)}")
    typer.echo(f"{median_ms(grounder, hand):.1f} ms a sentence in the median")


if __name__ == "__main__":
    typer.run(main)
