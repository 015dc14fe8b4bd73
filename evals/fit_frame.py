"""Learns which words of a question ask, and which say what it is about (`assistant/understand/intent.py`).

`python -m evals.fit_frame`. Subjects, titles and chapters of the pages stand alone and in the ways in which people ask
for a subject or a moment; of the questions that the parser learns from, the words that are values of a query are
subject, all others frame. Prints how many words of ways that it was not shown are told rightly.
"""

import json
import random
import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from assistant.settings import load_settings
from assistant.understand.intent import FRAME, Floats, content_words
from evals.learning import learn
from evals.questions import EVALS
from ingest.embedder import BundledEmbedder
from ingest.pipeline import corpus_files, read_corpus

WAYS_EACH = 4
WHOLES_EACH = 4
QUERIES = 1500
HELD_ASIDE = 5
# Weights travel in every install as whole numbers up to this.
STEPS = 63
# Fields whose values are subjects, in the notation of `assistant/understand/notation.py`.
_VALUE = re.compile(r"(?:text|title|abstract|bio|affiliation|speaker|event): ([^;]+)")
# As far as rows are spread before they are learned from.
_SPREAD = 3.0


class Labelled(NamedTuple):
    """A text, where its subject stands in it, and the way in which it is asked for; "" stands alone."""

    text: str
    subjects: Sequence[tuple[int, int]]
    way: str


def labelled() -> list[Labelled]:
    """All texts to learn from."""
    chosen = random.Random(0)  # noqa: S311  # nothing secret
    subjects = [json.loads(line)["subject"] for line in _lines("subjects.jsonl")]
    subjects += [json.loads(line)["title"] for line in _lines("evening_talks.jsonl")]
    for record in read_corpus(corpus_files(load_settings(llm_base_url=None).corpus))[0].records:
        subjects += [record.title, *(chapter.title for chapter in record.chapters)]
    subjects = list(dict.fromkeys(one for one in subjects if one))
    ways = [*_lines("subject_phrasings.txt"), *_lines("moment_phrasings.txt"), *_lines("moment_phrasings.txt")]
    found = [Labelled(one, [(0, len(one))], "") for one in subjects]
    for subject in subjects:
        for way in chosen.sample(ways, WAYS_EACH):
            at = way.index("{}")
            found.append(Labelled(way.format(subject), [(at, at + len(subject))], way))
    intents = [json.loads(line) for line in _lines("intents.jsonl")]
    wholes = [one["question"] for one in intents if one["intent"] == "overview"]
    found += [Labelled(one, (), one) for one in wholes for _ in range(WHOLES_EACH)]
    queries = [json.loads(line) for line in _lines("phrasings.jsonl")]
    chosen.shuffle(queries)
    read = (Labelled(one["question"], _values_in(one), one["id"]) for one in queries)
    return found + [one for one in read if one.subjects][:QUERIES]


def _lines(name: str) -> list[str]:
    return (EVALS / name).read_text(encoding="utf-8").splitlines()


def _values_in(query: dict[str, str]) -> list[tuple[int, int]]:
    """Where a query's values stand in its question."""
    values = [one.strip() for match in _VALUE.finditer(query["meaning"]) for one in match[1].split("|")]
    starts = [(query["question"].lower().find(one.lower()), len(one)) for one in values if one]
    return [(at, at + length) for at, length in starts if at >= 0]


def main() -> None:
    """Learn, say how well, and write."""
    embedder = BundledEmbedder()
    rows: list[Floats] = []
    truth: list[bool] = []
    ways: list[str] = []
    for one in labelled():
        spans, vectors = content_words(one.text, embedder.embed_pieces(one.text))
        rows += list(vectors)
        truth += [any(first <= start < end for first, end in one.subjects) for start, _ in spans]
        ways += [one.way] * len(spans)
    spread, told = np.array(rows, dtype=np.float64) * _SPREAD, np.array(truth)
    sources = np.where(np.array(ways) == "", "alone", "asked")
    order = {way: n for n, way in enumerate(dict.fromkeys(ways))}
    aside = np.array([bool(way) and order[way] % HELD_ASIDE == 0 for way in ways])
    bias, weights = learn(spread[~aside], told[~aside], sources[~aside], alike=True)
    called = spread[aside] @ weights + bias > 0
    for answer, name in ((True, "subject"), (False, "frame")):
        some = told[aside] == answer
        print(f"words of other ways, {name}: {(called[some] == answer).mean():.3f} of {some.sum()}")
    bias, weights = learn(spread, told, sources, alike=True)
    scale = np.float32(np.abs(weights).max() / STEPS)
    stored = np.rint(weights / scale).astype(np.int8)
    np.savez_compressed(FRAME, weights=stored, scale=scale * _SPREAD, bias=np.float32(bias))


if __name__ == "__main__":
    main()
