"""What grows with the collection: `make bench-scale ARGS=FILE`, or `python -m evals.bench_scale FILE`.

Comes in: a file of PyVideo talks, a line each. Goes out: a table for the seeds, for all of these talks, for the same on
a Chroma server, and for ten times as many. Vectors are made up but for `--embed` talks: an hour of embedding would
measure the embedder. Absolute times are those of this machine as busy as it is; ratios are taken within one run.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.assembly import Assistant
from assistant.settings import load_settings
from evals.bench import MB, TALKS, RandomPassages, convert, page_ready, run
from evals.questions import EVALS, read_questions
from ingest.embedder import BundledEmbedder
from ingest.pipeline import IngestReport, ingest
from ingest.snapshots import collection_of
from ingest.stores import CANDIDATES, StoreChoice
from ingest.token_vectors import Words
from ingest.vectors import BATCH_TEXTS

QUESTIONS = 300
AT_ONCE = 50
TOP = 5
KILLS = 20


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench_scale", description=__doc__)
    parser.add_argument("pyvideo", type=Path, nargs="?", help="pyvideo.jsonl.gz")
    parser.add_argument("--chats", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--counted", type=Path, nargs=3, help=argparse.SUPPRESS)
    parser.add_argument("--times", type=int, nargs="*", default=[1, 10], help="how often its talks are taken")
    parser.add_argument("--embed", type=int, default=2000, metavar="N", help="how many talks to embed")
    given = parser.parse_args()
    if given.chats:  # a process of its own, so that it shares nothing
        print(json.dumps(chats(AT_ONCE)))
        return
    if given.counted:  # likewise, so that it can be killed
        corpus, home, made = given.counted
        ingest(corpus, collection_of(home, corpus), Counted(BundledEmbedder(), made))
        return
    if given.pyvideo is None:
        parser.error("name the file of talks")
    with tempfile.TemporaryDirectory(prefix="talks-scale-") as name:
        folder = Path(name)
        environment = {**os.environ, "TALKS_HOME": str(folder / "seeds")}
        run([*TALKS, "ingest"], environment)
        seeds_ms = measure("seeds", environment, folder, None)
        for times in given.times:
            corpus = folder / f"talks-{times}"
            corpus.mkdir()
            repeat(given.pyvideo, corpus, times)
            large(corpus, folder, seeds_ms, None)
            if times == 1:
                with chroma_server(folder / "server") as url:
                    large(corpus, folder, seeds_ms, url)
        if given.embed:
            embedded(given.pyvideo, folder, given.embed)


def large(corpus: Path, folder: Path, seeds_ms: float, url: str | None) -> None:
    """A large collection with made-up vectors, in its folder or on a Chroma server."""
    home = folder / f"{corpus.name}-home-{bool(url)}"
    environment = {**os.environ, "TALKS_HOME": str(home), "TALKS_CORPUS": str(corpus)}
    environment |= {"TALKS_STORE": url} if url else {}
    # In a process of its own: a child's peak of memory is at least that of the process which started it.
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        report, unchanged = (pool.submit(made_up, corpus, home, url).result() for _ in range(2))
    name = f"{report.talks} talks" + (", a server" if url else "")
    row(name, "ingest beside the embedder, s", report.seconds)
    row(name, "unchanged ingest, s", unchanged.seconds)
    size = sum(path.stat().st_size for path in collection_of(home, corpus).rglob("*") if path.is_file())
    row(name, "index on disk, kB a passage", size / 1000 / report.passages)
    measure(name, environment, folder, seeds_ms)


def made_up(corpus: Path, home: Path, url: str | None) -> IngestReport:
    """An ingest with made-up vectors."""
    return ingest(corpus, collection_of(home, corpus), RandomPassages(BundledEmbedder()), store=StoreChoice(url))


@contextmanager
def chroma_server(folder: Path) -> Iterator[str]:
    """`chroma run` on loopback; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("chroma")), "run", "--path", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):  # it takes the port long before it answers
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/heartbeat", timeout=5).close()
                break
            except OSError:
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


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


def embedded(pyvideo: Path, folder: Path, count: int) -> None:
    """With real vectors: what an ingest takes beside the embedder, what kills cost, what the engine's path finds."""
    corpus, made = folder / "embedded.jsonl", folder / "made"
    convert(pyvideo, folder / "all.jsonl")
    with (folder / "all.jsonl").open(encoding="utf-8") as file:
        corpus.write_text("".join(line for _, line in zip(range(count), file, strict=False)), encoding="utf-8")
    counted = Counted(BundledEmbedder(), made)
    report = ingest(corpus, collection_of(folder / "whole", corpus), counted)
    name = f"{report.talks} talks, embedded"
    row(name, "ingest, times the embedder alone", report.seconds / counted.seconds)
    made.unlink()
    home, killed = folder / "embedded", 0
    command = [sys.executable, "-m", "evals.bench_scale", "--counted", *map(str, (corpus, home, made))]
    chance = random.Random(20)
    for _ in range(KILLS):  # which leaves the last one something to do
        killed += _killed(command, made, chance.uniform(0, counted.seconds / KILLS))
    subprocess.run(command, check=True)
    twice = sum(map(int, made.read_text().split())) - report.embedded
    row(
        name,
        f"vectors made twice, batches of {BATCH_TEXTS} a kill, of {killed} kills",
        twice / max(1, killed) / BATCH_TEXTS,
    )
    assistant = Assistant(load_settings(home=home, corpus=corpus))
    row(name, f"recall@{TOP} of the candidates against an exact pass", recall(assistant, CANDIDATES))


class Counted(RandomPassages):
    """The bundled embedder; writes down how many texts it embeds at a time before it does, and how long it takes."""

    def __init__(self, embedder: BundledEmbedder, made: Path) -> None:
        super().__init__(embedder)
        self._made = made
        self.seconds = 0.0

    def embed_passages_with_words(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Words]]:
        """See `WordEmbedder`."""
        with self._made.open("a") as file:
            file.write(f"{len(texts)}\n")
        began = time.perf_counter()
        found = self._embedder.embed_passages_with_words(texts)
        self.seconds += time.perf_counter() - began
        return found


def _killed(command: Sequence[str], made: Path, after_s: float) -> bool:
    """Whether an ingest still ran so long after it had begun to embed; it does no more."""
    before = made.stat().st_size if made.exists() else 0
    process = subprocess.Popen(command)
    while process.poll() is None and (made.stat().st_size if made.exists() else 0) == before:
        time.sleep(0.02)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def recall(assistant: Assistant, candidates: int) -> float:
    """How much of an exact pass's best the union of the engine's and the lexical candidates holds."""
    snapshot = assistant.snapshot
    engine = StoreChoice().open(snapshot.folder)
    held: list[float] = []
    titles = [record.title for record in snapshot.store.records()]
    for title in titles[:: max(1, len(titles) // QUESTIONS)][:QUESTIONS]:
        question = f"Which talk is about {title.lower()}?"
        vector = assistant.embedder.embed_question(question)
        lexical = snapshot.keyword.scores(question)
        exact = 0.4 * (snapshot.vectors @ vector) + 0.6 * lexical
        found = set(engine.search(vector, candidates)) | set(np.argsort(-lexical)[:candidates])
        held.append(len(set(np.argsort(-exact)[:TOP]) & found) / TOP)
    return float(np.mean(held))


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


def repeat(pyvideo: Path, corpus: Path, times: int) -> None:
    """PyVideo talks as native records, so many files; each is another event's, so that nothing is merged."""
    once = corpus / "once"
    convert(pyvideo, once)
    with once.open(encoding="utf-8") as file:
        records: list[dict[str, Any]] = [json.loads(line) for line in file]
    for copy in range(times):
        with (corpus / f"talks-{copy}.jsonl").open("w", encoding="utf-8") as out:
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
