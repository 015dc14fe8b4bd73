"""Learns whether a question leans on the conversation (`assistant/understand/coreference.py`).

`python -m evals.fit_coreference`, over the index of the default home; only questions for development are read.
Questions that lean are follow-ups whose record was spoken of, and what was asked of a record after its title. Those
that do not stand alone in a conversation, or are first questions of every other kind, put after a conversation taken
at random. Prints what goes wrong, cross-validated.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.assembly import Assistant
from assistant.settings import load_settings
from assistant.understand.coreference import LEARNED, Floats, Nearness, Spoken, signs
from evals.learning import cross_validated, learn, shuffled_folds
from evals.questions import EVALS, read_dialogues, read_questions
from ingest.embedder import BundledEmbedder

# How much each counts: what was written for one record alone is plainer than conversations are.
DETAIL_WEIGHT = 0.15


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question after something was spoken of, and whether it leans on that."""

    question: str
    spoken: tuple[str, ...]
    leans: bool
    source: str


def labelled(assistant: Assistant) -> list[Labelled]:
    """Every labelled question, with the ids of what was spoken of."""
    found = []
    histories = []
    for one in read_dialogues(EVALS / "dialogues.jsonl", "dev"):
        if one.history and one.expected:
            spoken = tuple(dict.fromkeys(id_ for asked in reversed(one.history) for id_ in _cited(assistant, asked)))
            if spoken:
                histories.append(spoken)
                leans = bool(one.expected & set(spoken))
                if one.kind_of_dialogue in ("followup", "standalone"):
                    leans = leans and one.kind_of_dialogue == "followup"
                    found.append(Labelled(one.question, spoken, leans, "dialogues"))
    for line in (EVALS / "details.jsonl").read_text(encoding="utf-8").splitlines():
        detail = json.loads(line)
        if detail["history"]:
            found.append(Labelled(detail["question"], (detail["record"],), leans=True, source="details"))
    chosen = random.Random(0)  # noqa: S311  # nothing secret
    first = [(one.question, one.expected) for one in read_questions(EVALS / "questions.jsonl", "dev")]
    first += [
        (one.question, one.expected)
        for one in read_dialogues(EVALS / "dialogues.jsonl", "dev")
        if not one.history and one.kind_of_dialogue in ("unanswerable", "answerable", "premise")
    ]
    for question, expected in first:
        spoken = chosen.choice(histories)
        if not set(spoken) & set(expected):
            found.append(Labelled(question, spoken, leans=False, source="first"))
    return found


def _cited(assistant: Assistant, question: str) -> list[str]:
    """The records that ranking puts first for an earlier question."""
    return [one.record_id for one in assistant.ranker.search(question, limit=2)]


def row(assistant: Assistant, bundled: BundledEmbedder, question: str, ids: Sequence[str]) -> Floats:
    """What tells whether a question leans on these records, and how it is put."""
    understood = assistant.understand(question)
    scored = understood.scored
    assert scored is not None
    of = {one: float(scored.records[assistant.ranker.row_of[one]]) for one in ids if one in assistant.ranker.row_of}
    words = len(scored.words.words) if scored.words else 0
    nearness = Nearness(float(scored.records.max()), scored.lead, words, of)
    spoken = [Spoken(one, "", (), 0, place) for place, one in enumerate(ids)]
    return np.concatenate(
        [signs(question, understood.mentions, spoken, nearness), bundled.embed_phrasing(question) * 3]
    )


def main() -> None:
    """Learn, write, and say what goes wrong."""
    assistant = Assistant(load_settings(llm_base_url=None))
    bundled = BundledEmbedder()
    questions = labelled(assistant)
    rows = np.array([row(assistant, bundled, one.question, one.spoken) for one in questions], dtype=np.float64)
    truth = np.array([one.leans for one in questions])
    sources = np.array([one.source for one in questions])
    called = cross_validated(rows, truth, shuffled_folds(len(truth)), alike=True) > 0
    for source in ("dialogues", "details", "first"):
        for leans in (True, False):
            some = (sources == source) & (truth == leans)
            if some.any():
                print(f"{source}, leans {leans}: {(called[some] == leans).mean():.3f} of {some.sum()}")
    bias, weights = learn(rows, truth, alike=True)
    np.savez(
        LEARNED,
        weights=(weights * np.append(np.ones(9), np.full(len(weights) - 9, 3.0))).astype(np.float32),
        bias=np.float32(bias),
    )


if __name__ == "__main__":
    main()
