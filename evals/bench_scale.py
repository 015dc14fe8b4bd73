"""What grows with the collection: `make bench-scale ARGS=FILE`, or `python -m evals.bench_scale FILE`.

Comes in: a file of PyVideo talks, a line each. Goes out: a table for the seeds, for all of these talks and for ten
times as many. Vectors are made up unless `--embed` says how many talks to embed: an hour of embedding would measure the
embedder. Absolute times are those of this machine as busy as it is; ratios are taken within one run.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from assistant.assembly import Assistant
from assistant.settings import load_settings
from evals.bench import MB, TALKS, RandomPassages, convert, page_ready, run
from evals.questions import EVALS, read_questions
from ingest.embedder import BundledEmbedder
from ingest.pipeline import ingest
from ingest.snapshots import collection_of
from ingest.stores import PASSAGES, StoreChoice
from ingest.stores.protocol import CANDIDATES

QUESTIONS = 300
AT_ONCE = 50
TOP = 5


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_scale", description=__doc__)
    parser.add_argument("pyvideo", type=Path, nargs="?", help="pyvideo.jsonl.gz")
    parser.add_argument("--chats", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--times", type=int, nargs="*", default=[1, 10], help="how often its talks are taken")
    parser.add_argument("--embed", type=int, default=0, metavar="N", help="embed the first N talks, and measure recall")
    parser.add_argument("--store", help="a Chroma server to measure beside the embedded one")
    given = parser.parse_args()
    if given.chats:  # a process of its own, so that it shares nothing
        print(json.dumps(chats(AT_ONCE)))
        return
    if given.pyvideo is None:
        parser.error("name the file of talks")
    with tempfile.TemporaryDirectory(prefix="talks-scale-") as folder:
        environment = {**os.environ, "TALKS_HOME": str(Path(folder) / "seeds")}
        run([*TALKS, "ingest"], environment)
        seeds_ms = measure("seeds", environment, Path(folder), None)
        for times in given.times:
            corpus = Path(folder) / f"talks-{times}"
            corpus.mkdir()
            repeat(given.pyvideo, corpus / "talks.jsonl", times)
            for store in dict.fromkeys([None, given.store]):
                home = Path(folder) / f"home-{times}-{bool(store)}"
                environment = {**os.environ, "TALKS_HOME": str(home), "TALKS_CORPUS": str(corpus)}
                environment |= {"TALKS_STORE": store} if store else {}
                collection = collection_of(home, corpus)
                embedder = RandomPassages(BundledEmbedder())
                report = ingest(corpus, collection, embedder, store=StoreChoice(store))
                name = f"{report.talks} talks" + (", a server" if store else "")
                row(name, "ingest beside the embedder, s", report.seconds)
                row(name, "a passage, ms", 1000 * report.seconds / report.passages)
                row(name, "unchanged ingest, s", ingest(corpus, collection, embedder, store=StoreChoice(store)).seconds)
                size = sum(path.stat().st_size for path in collection.rglob("*") if path.is_file())
                row(name, "index on disk, kB a passage", size / 1000 / report.passages)
                measure(name, environment, Path(folder), seeds_ms)
        if given.embed:
            recall(given.pyvideo, Path(folder), given.embed)


def measure(name: str, environment: Mapping[str, str], folder: Path, seeds_ms: float | None) -> float:
    """One command, the page, a batch, many at once; returns the batch's median in ms."""
    question = "What makes large models hard to train?"
    seconds, peak = min(run([*TALKS, "ask", question, "--model", "none"], environment) for _ in range(3))
    row(name, "talks ask, one call, s", seconds)
    row(name, "talks ask, peak MB", peak / MB)
    seconds, peak = min(page_ready(environment) for _ in range(2))
    row(name, "page answers after, s", seconds)
    row(name, "page, peak MB by then", peak / MB)
    batch = folder / "batch.jsonl"
    questions = [one.question for one in read_questions(EVALS / "questions.jsonl", "dev")][:100]
    batch.write_text("\n".join(json.dumps({"id": str(n), "question": one}) for n, one in enumerate(questions)))
    times_ms: list[float] = []
    _, peak = run([*TALKS, "ask", "--model", "none", "--batch", str(batch)], environment, times_ms)
    median_ms = float(np.median(times_ms))
    row(name, "ask in a batch, median ms", median_ms)
    if seeds_ms is not None:
        row(name, "… times that at the seeds", median_ms / seeds_ms)
    row(name, "batch, peak MB", peak / MB)
    command = [sys.executable, "-m", "evals.bench_scale", "--chats"]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    for what, value in json.loads(found.stdout.splitlines()[-1]).items():
        row(name, what, value)
    return median_ms


def recall(pyvideo: Path, folder: Path, count: int) -> None:
    """How much of an exact pass's best the union of the engine's and the lexical candidates holds, vectors real."""
    corpus, lines = folder / "embedded.jsonl", []
    convert(pyvideo, folder / "all.jsonl")
    with (folder / "all.jsonl").open(encoding="utf-8") as file:
        lines = [line for _, line in zip(range(count), file, strict=False)]
    corpus.write_text("".join(lines), encoding="utf-8")
    assistant = Assistant(load_settings(home=folder / "embedded", corpus=corpus))
    report = assistant.ingest()
    name = f"{report.talks} talks, embedded"
    texts = [p.headed_text for p in assistant.snapshot.store.passages(range(report.passages))]
    began = time.perf_counter()
    for start in range(0, min(len(texts), 1000), 256):
        BundledEmbedder().embed_passages_with_words(texts[start : start + 256])
    raw_s = (time.perf_counter() - began) / min(len(texts), 1000) * len(texts)
    row(name, "ingest, times the embedder alone", report.seconds / raw_s)
    snapshot = assistant.snapshot
    engine = StoreChoice().open(snapshot.folder, PASSAGES)
    held: list[float] = []
    titles = [record.title for record in snapshot.store.records()]
    for title in titles[:: max(1, len(titles) // QUESTIONS)][:QUESTIONS]:
        question = f"Which talk is about {title.lower()}?"
        vector = assistant.embedder.embed_question(question)
        lexical = snapshot.keyword.scores(question)
        exact = 0.4 * (snapshot.vectors @ vector) + 0.6 * lexical
        found = set(engine.search(vector, CANDIDATES)) | set(np.argsort(-lexical)[:CANDIDATES])
        held.append(len(set(np.argsort(-exact)[:TOP]) & found) / TOP)
    row(name, f"recall@{TOP} of the candidates against an exact pass", float(np.mean(held)))


def chats(at_once: int) -> dict[str, float]:
    """So many turns side by side over the index of the environment, against one alone."""
    assistant = Assistant(load_settings())
    questions = [one.question for one in read_questions(EVALS / "questions.jsonl", "dev")]

    def turn(question: str) -> float:
        began = time.perf_counter()
        for _ in assistant.turn(question, endpoint=None):
            pass
        return 1000 * (time.perf_counter() - began)

    turn(questions[0])
    alone = float(np.median([turn(question) for question in questions[1:11]]))
    with ThreadPoolExecutor(at_once) as pool:
        times = list(pool.map(turn, questions[20 : 20 + at_once]))
    return {
        "one chat alone, ms": alone,
        f"{at_once} chats at once, all answered, median ms": float(np.median(times)),
        "… worst ms": max(times),
    }


def repeat(pyvideo: Path, native: Path, times: int) -> None:
    """PyVideo talks as native records, so often; each copy is another event's, so that nothing is merged."""
    once = native.with_suffix(".once")
    convert(pyvideo, once)
    with once.open(encoding="utf-8") as file, native.open("w", encoding="utf-8") as out:
        records: list[dict[str, Any]] = [json.loads(line) for line in file]
        for copy in range(times):
            for number, record in enumerate(records):
                other = {"id": f"t{copy}-{number}", "event": f"Event {copy}"}
                other["video_url"] = f"https://videos.test/{copy}/{number}"
                out.write(json.dumps(record | other, ensure_ascii=False) + "\n")
    once.unlink()


def row(name: str, what: str, value: float) -> None:
    """A line of the table."""
    print(f"{name:<28}{what:<56}{value:>10.2f}", flush=True)


if __name__ == "__main__":
    main()
