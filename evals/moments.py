"""How often is the moment found? `python -m evals moments DIR`: chapter titles as questions.

Comes in: a folder with recordings and `questions.jsonl`: {id, question, video_id, start_s, end_s} a line. Goes out: the
share of questions whose passage, opening and lecture are found first and among five: by the product's search, plain and
put as sentences, and by its keywords and its vectors alone, which open a passage at its start.
"""

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import numpy as np
import typer
from numpy.typing import NDArray

from assistant.assembly import Assistant
from assistant.outlets import formats, show
from assistant.query import EVERYTHING
from assistant.settings import load_settings
from ingest.schema import VIDEO_URL

EARLY_S, LEAD_S = 5, 15
RESULTS = 10
MEASURES = [f"{what}@{k}" for what in ("moment", "opens right", "lecture") for k in (1, 5)]


class Moment(NamedTuple):
    """A passage that was found: its recording's address, its seconds, and the one at which its link opens."""

    video: str
    start_s: float
    end_s: float
    opens_at_s: float


System = Callable[[str], Sequence[Moment]]


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
        typer.echo(f"{f'{len(questions)} questions':<44}" + "".join(f"{name:>15}" for name in MEASURES))
        for name, system, phrasing in _systems(assistant):
            found = figures(system, questions, phrasing)
            typer.echo(f"{name:<44}" + "".join(f"{found[one]:>15.3f}" for one in MEASURES))


def figures(system: System, questions: Sequence[dict[str, Any]], phrasing: str) -> dict[str, float]:
    """Each measure, in [0, 1]."""
    count: Counter[str] = Counter()
    for asked in questions:
        moments = system(phrasing.format(asked["question"]))
        right = [asked["video_id"] in one.video and _overlaps(asked, one) for one in moments]
        opens = [
            asked["video_id"] in one.video and asked["start_s"] - LEAD_S <= one.opens_at_s < asked["end_s"]
            for one in moments
        ]
        lectures = list(dict.fromkeys(one.video for one in moments))
        for k in (1, 5):
            count[f"moment@{k}"] += any(right[:k])
            count[f"opens right@{k}"] += any(opens[:k])
            count[f"lecture@{k}"] += any(asked["video_id"] in video for video in lectures[:k])
    return {name: count[name] / len(questions) for name in MEASURES}


def _systems(assistant: Assistant) -> list[tuple[str, System, str]]:
    """What is compared: a name, the system, how a question is put to it."""
    snapshot = assistant.snapshot
    video_of = {record.id: VIDEO_URL.shown(record) for record in snapshot.store.records()}

    def product(question: str) -> list[Moment]:
        results = formats.search(question, assistant, filters=EVERYTHING, limit=RESULTS)["results"]
        found = [(one["score"], result["id"], one) for result in results for one in result["passages"]]
        return [
            Moment(video_of[record_id], one["start_s"], one["end_s"] or one["start_s"], one["opens_at_s"] or 0)
            for _, record_id, one in sorted(found, key=lambda each: -each[0])
            if one["start_s"] is not None
        ]

    def alone(scores: Callable[[str], NDArray[np.float32]]) -> System:
        def ranked(question: str) -> list[Moment]:
            places = np.argsort(-scores(question), kind="stable")[: 20 * RESULTS]
            passages = snapshot.store.passages([int(place) for place in places])
            return [
                Moment(video_of[one.record_id], one.start_s, one.end_s or one.start_s, one.start_s)
                for one in passages
                if one.start_s is not None
            ]

        return ranked

    return [
        ("talks search", product, "{}"),
        ("… asked where she explains it", product, "Where does she explain {}?"),
        ("… asked at what minute it is mentioned", product, "At what minute does the lecturer mention {}?"),
        ("keywords alone (BM25)", alone(snapshot.keyword.scores), "{}"),
        ("meaning alone (MiniLM)", alone(lambda q: snapshot.vectors @ assistant.embedder.embed_question(q)), "{}"),
    ]


def _overlaps(asked: dict[str, Any], one: Moment) -> bool:
    return bool(one.start_s < asked["end_s"] and one.end_s > asked["start_s"] - EARLY_S)
