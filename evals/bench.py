"""How long things take and how much memory they need: `make bench`, or `python -m evals.bench`.

Comes in: nothing, or a file of PyVideo talks for the large collection. Goes out: a table. Times of whole processes are
those of this machine as busy as it is; ratios are taken within one run, so that they hold elsewhere.
"""

import argparse
import gzip
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.assembly import Assistant, make_embedder
from assistant.settings import load_settings
from evals.cost import print_cost
from evals.questions import EVALS, read_questions
from ingest.embedder import BundledEmbedder
from ingest.passages import record_passages
from ingest.pipeline import ingest
from ingest.snapshots import collection_of
from ingest.token_vectors import WORD_DIMENSIONS, Words

MB = 1024 * 1024
RUNS = 3
WARM_UP_QUESTIONS = 20
TALKS = [sys.executable, "-m", "assistant.outlets.cli"]
LONGEST_WAIT_S = 60
# Of a cue of five seconds: 8,640 words an hour, as lecturers speak.
CUE_WORDS = 12


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m evals.bench", description=__doc__)
    parser.add_argument(
        "--pyvideo", type=Path, help="pyvideo.jsonl.gz, one PyVideo talk a line, for the large collection"
    )
    parser.add_argument("--ranking", type=Path, metavar="HOME", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.ranking:  # a process of its own, so that its memory is its own
        print(json.dumps(ranking(given.ranking)))
        return
    with tempfile.TemporaryDirectory(prefix="talks-bench-") as folder:
        home = Path(folder) / "home"
        whole_processes(home)
        embedder_speed(home)
        print_ranking("seeds", home)
        print_cost(Assistant(load_settings(home=home)))
        recordings(Path(folder))
        if given.pyvideo:
            large_collection(given.pyvideo, Path(folder))


def whole_processes(home: Path) -> None:
    """Ingest, search, ask and the page as a user meets them, imports and all."""
    print(f"{'whole process':<44}{'s':>8}{'peak MB':>10}")
    environment = {**os.environ, "TALKS_HOME": str(home)}
    _row("talks ingest, from nothing", *run([*TALKS, "ingest"], environment))
    _row("talks ingest, unchanged", *_median(lambda: run([*TALKS, "ingest"], environment)))
    _row("talks search, cold", *_median(lambda: run([*TALKS, "search", "training at scale"], environment)))
    _row("page ready, index there", *_median(lambda: page_ready(environment)))
    batch = home / "batch.jsonl"
    questions = read_questions(EVALS / "questions.jsonl", "dev")
    batch.write_text("\n".join(json.dumps({"id": one.id, "question": one.question}) for one in questions))
    times_ms: list[float] = []
    seconds, peak = run([*TALKS, "ask", "--model", "none", "--batch", str(batch)], environment, times_ms)
    _row(f"talks ask --model none, {len(questions)} questions", seconds, peak)
    print(f"  median of them: {np.median(times_ms):.1f} ms, worst: {max(times_ms):.1f} ms")


def run(
    command: Sequence[str], environment: Mapping[str, str], times_ms: list[float] | None = None
) -> tuple[float, int]:
    """Seconds and peak bytes of one process; the `ms.total` of each line that it prints are added to `times_ms`."""
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}; run it by hand to see why.")
        output.seek(0)
        if times_ms is not None:
            times_ms.extend(json.loads(line)["ms"]["total"] for line in output)
    return seconds, _peak_bytes(usage)


def page_ready(environment: Mapping[str, str]) -> tuple[float, int]:
    """Seconds until the page answers, and the peak of its process by then."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    began = time.perf_counter()
    process = subprocess.Popen(
        [*TALKS, "chat"],
        env={**environment, "TALKS_PORT": str(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while time.perf_counter() - began < LONGEST_WAIT_S:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1) as reply:
                    reply.read()
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.02)
        seconds = time.perf_counter() - began
    finally:
        process.terminate()
        _, _, usage = os.wait4(process.pid, 0)
        process.returncode = 0
    return seconds, _peak_bytes(usage)


def embedder_speed(home: Path) -> None:
    """Passages a second and milliseconds a question of the bundled model."""
    assistant = Assistant(load_settings(home=home))
    texts = [passage.headed_text for one in assistant.snapshot.store.records() for passage in record_passages(one)]
    embedder = BundledEmbedder()
    embedder.embed_question("warm up")
    began = time.perf_counter()
    embedder.embed_passages(texts)
    rate = len(texts) / (time.perf_counter() - began)
    times = [_timed_ms(partial(embedder.embed_question, one.question)) for one in _questions()]
    print(f"embedder: {rate:.0f} passages/s, {np.median(times):.2f} ms a question")


def ranking(home: Path) -> dict[str, float]:
    """Question text → ranked talks, against embedding it and one exact pass over the vectors, question by question."""
    settings = load_settings(home=home)
    assistant = Assistant(settings)
    ranker, vectors = assistant.ranker, assistant.snapshot.vectors
    # One of its own: an embedder remembers the last questions.
    embedder = make_embedder(settings)
    questions = [one.question for one in _questions()]
    for question in questions[:WARM_UP_QUESTIONS]:
        ranker.search(question)
        embedder.embed_question(question)
    whole, floor = [], []
    for question in questions[WARM_UP_QUESTIONS:]:
        floor.append(_timed_ms(lambda: vectors @ embedder.embed_question(question)))  # noqa: B023  # called at once
        whole.append(_timed_ms(partial(ranker.search, question)))
    return {
        "passages": len(vectors),
        "gists": len(assistant.snapshot.gist_vectors),
        "ranked_ms": float(np.median(whole)),
        "floor_ms": float(np.median(floor)),
    }


def print_ranking(name: str, home: Path) -> None:
    """Measure ranking in a process of its own."""
    command = [sys.executable, "-m", "evals.bench", "--ranking", str(home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    found = json.loads(process.stdout.read())
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    ratio = found["ranked_ms"] / found["floor_ms"]
    print(
        f"{name}, {found['passages']} passages and {found['gists']} gists: question to ranked talks "
        f"{found['ranked_ms']:.2f} ms, embedding and one exact pass {found['floor_ms']:.2f} ms, ratio {ratio:.2f}; "
        f"peak {_peak_bytes(usage) / MB:.0f} MB"
    )


def large_collection(pyvideo: Path, folder: Path) -> None:
    """Ranking over every PyVideo talk, first as they are, then each with a gist."""
    corpus, home = folder / "pyvideo", folder / "pyvideo-home"
    corpus.mkdir()
    gists = convert(pyvideo, corpus / "talks.jsonl")
    embedder = RandomPassages(BundledEmbedder())
    collection = collection_of(home, corpus)
    report = ingest(corpus, collection, embedder)
    print(f"PyVideo: {report.talks} talks ingested in {report.seconds:.1f} s, vectors given", flush=True)
    print_ranking("PyVideo", home)
    (corpus / "gists.jsonl").write_text("\n".join(gists), encoding="utf-8")
    ingest(corpus, collection, embedder)
    print_ranking("PyVideo, each with a gist", home)


def recordings(folder: Path) -> None:
    """100 hours of captions; then 1,000, of which the ingest is stopped halfway and started again."""
    for hours in (100, 1000):
        corpus, home = folder / f"captions-{hours}", folder / f"captions-{hours}-home"
        corpus.mkdir()
        collection = collection_of(home, corpus)
        for hour in range(hours):
            (corpus / f"Lecture {hour}.vtt").write_text(hour_of_captions(hour % 100), encoding="utf-8")
        embedder = CountedPassages(BundledEmbedder())
        if hours > 100:
            embedder.stops_after = hours * 30
            with suppress(Stopped):
                ingest(corpus, collection, embedder)
            embedder.stops_after = sys.maxsize
            print(f"stopped after {len(embedder.seen)} passages", flush=True)
        report = ingest(corpus, collection, embedder)
        size = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
        name = f"{hours} hours of captions"
        print(f"{name}: {report.passages} passages in {report.seconds:.0f} s beside the embedder, {size / MB:.0f} MB")
        print(f"  passages that were embedded twice: {embedder.again} of {len(embedder.seen)}", flush=True)
        print_ranking(name, home)


def hour_of_captions(number: int) -> str:
    """An hour of made-up speech as WebVTT: sentences of the labelled questions, in an order of its own."""
    random = np.random.default_rng(number)
    words = np.array(" ".join(one.question for one in _questions()).lower().split())
    cues = []
    for second in range(0, 3600, 5):
        at = f"{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        said = " ".join(random.choice(words, CUE_WORDS)).capitalize()
        cues.append(f"{at}.000 --> {at}.900\n{said}.")
    return "WEBVTT\n\n" + "\n\n".join(cues) + "\n"


class RandomPassages:
    """The bundled embedder with random vectors for passages: as slow to search, and an hour faster to make."""

    def __init__(self, embedder: BundledEmbedder) -> None:
        self._embedder = embedder
        self._random = np.random.default_rng(0)
        self.fingerprint = embedder.fingerprint
        self.dimensions = embedder.dimensions

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Shape (n, d), unit rows."""
        rows = self._random.standard_normal((len(texts), self.dimensions), dtype=np.float32)
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    def embed_passages_with_words(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Words]]:
        """As many words as each text has, as far as the bundled model reads it."""
        words = [tuple(word for word, _ in self.word_starts(text)) for text in texts]
        vectors = [self._random.integers(-16, 17, (len(one), WORD_DIMENSIONS), dtype=np.int8) for one in words]
        return self.embed_passages(texts), [Words(*one) for one in zip(words, vectors, strict=True)]

    def embed_question(self, text: str) -> NDArray[np.float32]:
        """See `Embedder`."""
        return self._embedder.embed_question(text)

    def word_starts(self, text: str) -> list[tuple[str, int]]:
        """See `WordEmbedder`."""
        return self._embedder.word_starts(text)

    def embed_question_with_words(self, text: str) -> tuple[NDArray[np.float32], Words]:
        """See `WordEmbedder`."""
        return self._embedder.embed_question_with_words(text)


class Stopped(Exception):
    """The ingest has been stopped, as a user or a power cut does."""


class CountedPassages(RandomPassages):
    """Random vectors, which remember for what.

    Attributes:
        seen: Texts that have a vector.
        again: How many were asked for once more.
        stops_after: So many texts, and it stops.
    """

    def __init__(self, embedder: BundledEmbedder) -> None:
        super().__init__(embedder)
        self.seen: set[str] = set()
        self.again = 0
        self.stops_after = sys.maxsize

    def embed_passages_with_words(self, texts: Sequence[str]) -> tuple[NDArray[np.float32], list[Words]]:
        """See `RandomPassages`."""
        if len(self.seen) >= self.stops_after:
            raise Stopped
        self.again += sum(text in self.seen for text in texts)
        self.seen.update(texts)
        return super().embed_passages_with_words(texts)


def convert(pyvideo: Path, native: Path) -> list[str]:
    """PyVideo talks as native records; returns a gist line for each, made of the description's beginning."""
    gists = []
    with gzip.open(pyvideo, "rt", encoding="utf-8") as given, native.open("w", encoding="utf-8") as file:
        for number, line in enumerate(given):
            talk: dict[str, Any] = json.loads(line)
            description = talk.get("description") or ""
            record = {
                "id": f"t{number}",
                "title": talk["title"],
                "speakers": [{"name": name} for name in talk.get("speakers") or [] if name.strip()],
                "abstract": description,
                "date": talk.get("recorded") or "",
                "pages": [talk["_category_title"]],
            }
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
            gist = {"id": f"t{number}", "title": talk["title"], "gist": description[:200] or talk["title"]}
            gists.append(json.dumps(gist, ensure_ascii=False))
    return gists


def _questions() -> list[Any]:
    return list(read_questions(EVALS / "questions.jsonl"))


def _median(measure: Callable[[], tuple[float, int]]) -> tuple[float, int]:
    return sorted(measure() for _ in range(RUNS))[RUNS // 2]


def _timed_ms(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _peak_bytes(usage: Any) -> int:
    # Linux counts kilobytes, macOS bytes.
    return int(usage.ru_maxrss) * (1 if sys.platform == "darwin" else 1024)


def _row(name: str, seconds: float, peak_bytes: int) -> None:
    print(f"{name:<44}{seconds:>8.2f}{peak_bytes / MB:>10.0f}", flush=True)


if __name__ == "__main__":
    main()
