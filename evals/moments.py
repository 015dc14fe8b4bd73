"""How often is the moment found? `python -m evals moments DIR`: chapter titles as questions, by the product's search.

Comes in: a folder with recordings and `questions.jsonl`: {id, question, video_id, start_s, end_s} a line. Goes out: the
share of questions whose passage, opening and lecture are found first and among five, plain and put as a sentence.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from assistant.assembly import Assistant
from assistant.outlets import batch, show
from assistant.retrieve.structured import Filters
from assistant.settings import load_settings
from ingest.schema import VIDEO_URL

EARLY_S, LEAD_S = 5, 15
RESULTS = 10
PHRASINGS = {"plain": "{}", "as a sentence": "Where does she explain {}?"}


def main(
    folder: Annotated[Path, typer.Argument(help="Folder with recordings and questions.jsonl.")],
    home: Annotated[Path | None, typer.Option("--home", help="Where the index is kept; else it is made anew.")] = None,
) -> None:
    """Measure how often a search finds the moment at which something is said."""
    questions = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines() if line]
    recordings = next(one for one in sorted(folder.iterdir()) if one.is_dir() and any(one.glob("*.info.json")))
    with tempfile.TemporaryDirectory(prefix="talks-moments-") as made:
        assistant = Assistant(load_settings(corpus=recordings, home=home or Path(made)))
        show.with_progress(assistant.ingest)
        for name, phrasing in PHRASINGS.items():
            found = figures(assistant, questions, phrasing)
            typer.echo(f"{name}, {len(questions)} questions: " + ", ".join(f"{k} {v:.3f}" for k, v in found.items()))


def figures(assistant: Assistant, questions: list[dict[str, Any]], phrasing: str) -> dict[str, float]:
    """Each measure, in [0, 1]."""
    count: Counter[str] = Counter()
    for asked in questions:
        results = batch.search(phrasing.format(asked["question"]), assistant, filters=Filters(), limit=RESULTS)
        passages = list(_passages(assistant, results["results"]))
        right = [asked["video_id"] in video and _overlaps(asked, start, end) for video, start, end, _ in passages]
        opens = [
            asked["video_id"] in video and asked["start_s"] - LEAD_S <= at < asked["end_s"]
            for video, _, _, at in passages
        ]
        lectures = list(dict.fromkeys(video for video, *_ in passages))
        for k in (1, 5):
            count[f"moment@{k}"] += any(right[:k])
            count[f"opens right@{k}"] += any(opens[:k])
            count[f"lecture@{k}"] += any(asked["video_id"] in video for video in lectures[:k])
    return {name: hits / len(questions) for name, hits in count.items()}


def _overlaps(asked: dict[str, Any], start_s: float, end_s: float) -> bool:
    return bool(start_s < asked["end_s"] and end_s > asked["start_s"] - EARLY_S)


def _passages(assistant: Assistant, results: list[Any]) -> Iterator[tuple[str, float, float, float]]:
    """(address, start, end, where it opens) of the timed passages, best first."""
    found = [(one["score"], result["id"], one) for result in results for one in result["passages"]]
    for _, record_id, one in sorted(found, key=lambda each: -each[0]):
        if one["start_s"] is not None:
            record = assistant.snapshot.store.record(record_id)
            yield VIDEO_URL.shown(record), one["start_s"], one["end_s"] or one["start_s"], one["opens_at_s"]
