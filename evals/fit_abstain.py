"""Learns the decision whether a question can be answered (`assistant/answer/abstain.py`).

`python -m evals.fit_abstain`, over the index of the default home; only questions for development are read. First,
whether a record tells what is asked of it: kernel ridge regression on `details.jsonl`, on dialogues, and on what may be
asked of anybody who gives a talk and on what no talk tells of them. Then the curve over that and what else was seen:
logistic regression on whole questions, the first step cross-validated by record. Prints what each threshold would
refuse.
"""

import json
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.answer.abstain import LEARNED, curve_features, kernel, scaled
from assistant.assembly import Assistant
from assistant.learned import widened
from assistant.retrieve.evidence import Features, looked_at, told_signs
from assistant.settings import load_settings
from assistant.types import Answer
from assistant.understand.understand import Understood
from evals.learning import FOLDS, cross_validated, learn, rounded, shuffled_folds
from evals.questions import EVALS, read_dialogues, read_questions, read_subjects
from ingest.embedder import BundledEmbedder

RIDGE = 1.0
# The labelled questions hardly hold these, so each counts as several. See `LOG.md`, 2026-11-30.
WEIGHTS = {"anybody": 4.0, "nobody": 4.0}
# A known question is only a place to be near to: less than four bits a number move a chance by .004 on average.
KNOWN_STEPS = 11
FALSE_REFUSALS = (0.02, 0.03, 0.05, 0.08)
# So many of what is there is refused: of questions for a detail, and, since whoever looks for a subject can judge what
# is shown, of questions whether there is something on one.
DETAILS_REFUSED, SUBJECTS_REFUSED = 0.04, 0.08
# None of these questions is of speech. Of 20 on cheese, chess and salmon that were put to 83 hours of lectures 10 were
# answered, with this 3 are; of 95 chapter titles put as questions 1 was refused, with this 5 are. Less speech weighs
# less.
NAMELESS_SPEECH_ODDS = -np.log(0.8 / 0.2)
# What everybody may ask of anybody who has a talk.
OF_ANYBODY = (
    "What does {} speak about?", "What did {} speak about?", "what is {}'s talk about", "Tell me what {} is on about",
    "What does {} present here?", "{}", "I would like to know more about the talk by {}", "and {}?",
    "what has {} got to say", "Can you tell me about {}?", "What was {} talking about?", "What is {} working on?",
    "What problem does {} look at?", "Which topic did {} pick?", "What did we hear from {}?", "What does {} argue?",
    "{}: what was that about?", "Give me the gist of {}", "What was the subject of {}'s lecture?",
    "What are {}'s main points?", "I missed {}, what was it about?", "How would you describe the talk of {}?",
    "Explain {}'s work", "what's {} about", "Any idea what {} covered?", "What ground does {} cover?",
    "What did {} explain?", "What can I learn from {}?", "the one by {}, what was in it?",
    "What would I take home from {}'s talk?", "What was {} on stage for?",
)  # fmt: skip
# And what no talk tells of who gives it.
OF_NOBODY = (
    "What does {} earn?", "Where does {} live?", "What is {}'s phone number?", "Has {} got children?",
    "Which football club does {} support?", "When was {} born?", "What does {} eat for breakfast?",
    "Did {} enjoy the evening?", "What did {} wear?", "How old is {}?", "What did {}'s flight cost?",
    "Which hotel did {} stay in?", "Was {} nervous on stage?", "What is {}'s favourite film?",
    "Does {} play an instrument?", "Who introduced {}?", "how good was {} at school", "Which phone does {} use?",
    "How many people came to hear {}?", "What did people ask {} afterwards?", "Where will {} speak next year?",
    "Who taught {} to write?", "Is {} on holiday in August?", "What languages does {} speak at home?",
    "How often does {} travel?", "Which party does {} vote for?", "What does {} think of the food?",
    "does {} have a dog", "What is the name of {}'s sister?", "Did {} come by train?", "What is {} afraid of?",
)  # fmt: skip

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole question and whether it is answered by what is found."""

    understood: Understood
    seen: Features
    record_id: str
    is_answerable: bool
    kind: str


def main() -> None:
    """Learn, write, and say what would be refused."""
    assistant = Assistant(load_settings(llm_base_url=None))
    bundled = BundledEmbedder()
    whole = _whole(assistant) + _of_subjects(assistant, "seeds")
    with tempfile.TemporaryDirectory(prefix="talks-eval-") as home:
        other = Assistant(load_settings(llm_base_url=None, corpus=EVALS / "evening_talks.jsonl", home=Path(home)))
        other.ingest()
        whole += _of_subjects(other, "evening_talks")
    own = [np.concatenate([one.seen.told_signs, one.understood.phrasing]) for one in whole]
    details = _details(assistant, bundled)
    # Follow-ups in conversations are about a record too, and nobody wrote them to be learned from.
    details += [
        (row, one.is_answerable, one.record_id, WEIGHTS.get(one.kind, 1.0))
        for row, one in zip(own, whole, strict=True)
        if one.understood.leans_on or one.kind in WEIGHTS
    ]
    features = np.array([row for row, _, _, _ in details])
    told = np.array([is_told for _, is_told, _, _ in details])
    records = [record for _, _, record, _ in details]
    counts = np.array([weight for _, _, _, weight in details])
    mean, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
    # Rounded first, so that the weights are learned for what is there when they are used.
    stored = rounded({"known": scaled(features, mean, spread).T}, KNOWN_STEPS)
    known = widened(stored)["known"].T
    weights = _told_weights(known, told, counts)

    fold_of = {
        name: number % FOLDS for number, name in enumerate(np.random.default_rng(0).permutation(sorted(set(records))))
    }
    folds = np.array([fold_of[record] for record in records])
    others = [folds != fold for fold in range(FOLDS)]
    by_fold = [_told_weights(known[other], told[other], counts[other]) for other in others]
    # The curve is learned from what people asked of a collection.
    asked = [(one, feature) for one, feature in zip(whole, own, strict=True) if one.kind != "nobody"]
    whole = [one for one, _ in asked]
    rows, truth = [], np.array([one.is_answerable for one in whole])
    for one, feature in asked:
        fold = fold_of.get(one.record_id, 0)
        held = kernel(scaled(feature[None], mean, spread), known[others[fold]])
        rows.append(curve_features(float((held @ by_fold[fold])[0]), one.understood, one.seen))
    columns = list(rows[0])
    matrix = np.array([[*row.values()] for row in rows], dtype=np.float64)
    odds = cross_validated(matrix, truth, shuffled_folds(len(truth)), alike=True)
    bias, curve = learn(matrix, truth, alike=True)
    print("curve", np.round(curve, 2), round(bias, 2))
    kinds = np.array([one.kind for one in whole])
    answerable = np.isin(kinds, ("question", "followup"))
    for share in FALSE_REFUSALS:
        threshold = float(np.quantile(odds[answerable & truth], share))
        caught = {kind: f"{(odds[kinds == kind] < threshold).mean():.2f}" for kind in dict.fromkeys(kinds)}
        print(f"{share:.2f} of answerable refused: threshold {threshold:.2f}; refused of each kind {caught}")
    least = float(np.quantile(odds[answerable & truth], DETAILS_REFUSED))
    curve[columns.index("nameless speech")] = NAMELESS_SPEECH_ODDS
    curve[columns.index("list")] += least - float(np.quantile(odds[kinds == "subject"], SUBJECTS_REFUSED))
    np.savez_compressed(
        LEARNED,
        mean=mean.astype(np.float32),
        spread=spread.astype(np.float32),
        known_weights=weights,
        weights=curve.astype(np.float32),
        bias=np.float32(bias - least),
        **stored,
    )


def _whole(assistant: Assistant) -> list[Whole]:
    """Questions for development, each with its evidence; those whose best record is not the right one are left out."""
    found = []
    asked: list[tuple[str, Sequence[str], frozenset[str], bool, str]] = [
        (one.question, (), one.expected, True, "question") for one in read_questions(EVALS / "questions.jsonl", "dev")
    ]
    for one in read_dialogues(EVALS / "dialogues.jsonl", "dev"):
        if one.kind_of_dialogue in ("followup", "unanswerable", "answerable"):
            kind = f"{one.kind_of_dialogue}{'-followup' if one.history and one.refuse else ''}"
            asked.append((one.question, one.history, one.expected, not one.refuse, kind))
    gatherer = assistant.gatherer
    for question, history, expected, is_answerable, kind in asked:
        understood = assistant.understand(question, _history(assistant, history))
        evidence = gatherer.gather(understood)
        if evidence.features is None:
            continue
        best = evidence.records[0].record_id
        if is_answerable and best not in expected:
            continue
        found.append(Whole(understood, evidence.features, best, is_answerable, kind))
    names = [(speaker.name, record.id) for record in assistant.snapshot.store.records() for speaker in record.speakers]
    for number, (name, record_id) in enumerate(names):
        for forms, is_answerable, kind in ((OF_ANYBODY, True, "anybody"), (OF_NOBODY, False, "nobody")):
            understood = assistant.understand(forms[number % len(forms)].format(name))
            evidence = gatherer.gather(understood)
            if evidence.features is not None and evidence.records[0].record_id == record_id:
                found.append(Whole(understood, evidence.features, record_id, is_answerable, kind))
    return found


def _of_subjects(assistant: Assistant, collection: str) -> list[Whole]:
    """Questions whether there is something on a subject, each put in one of several ways."""
    found = []
    for number, (asked, subject) in enumerate(read_subjects(collection)):
        understood = assistant.understand(asked)
        evidence = assistant.gatherer.gather(understood)
        if evidence.features is None:
            continue
        best = evidence.records[0].record_id
        if subject.expected and best not in subject.expected:
            continue
        kind = "subject" if subject.expected else "no subject"
        found.append(Whole(understood, evidence.features, f"{best}/{number}", bool(subject.expected), kind))
    return found


def _history(assistant: Assistant, questions: Sequence[str]) -> list[Answer]:
    """Earlier questions as answers about what ranking puts first."""
    answers: list[Answer] = []
    for question in questions:
        understood = assistant.understand(question, answers)
        evidence = assistant.gatherer.gather(understood)
        about = tuple(assistant.gatherer.about(one.record_id) for one in evidence.records[:1])
        answers.append(
            Answer(
                question,
                understood.standalone,
                "",
                (),
                refused=False,
                mode="extract",
                about=about,
                mentions=understood.mentions,
            )
        )
    return answers


def _details(assistant: Assistant, bundled: BundledEmbedder) -> list[tuple[Floats, bool, str, float]]:
    """Features, whether the record tells it, the record, and how often it counts."""
    found = []
    for line in (EVALS / "details.jsonl").read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        _, words = bundled.embed_question_with_words(one["question"])
        signs = told_signs(assistant.ranker, words.without_stop_words(), looked_at(assistant.ranker, one["record"]))
        found.append(
            (np.concatenate([signs, bundled.embed_phrasing(one["question"])]), one["told"], one["record"], 1.0)
        )
    return found


def _told_weights(known: Floats, told: NDArray[np.bool_], counts: Floats) -> Floats:
    """Of each known question, which counts so often; told and untold weigh alike."""
    share = np.where(told, 1 / told.sum(), 1 / (~told).sum()) * len(told) / 2 * counts
    alike = kernel(known, known).astype(np.float64)
    target = np.where(told, 1.0, -1.0)
    return np.asarray(np.linalg.solve(alike + RIDGE * np.diag(1 / share), target), dtype=np.float32)


if __name__ == "__main__":
    main()
