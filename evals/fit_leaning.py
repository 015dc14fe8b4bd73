"""Learns the weights of `assistant/leaning.py` and prints them, with what goes wrong in questions not learned from.

`python -m evals.fit_leaning`, over the index of the default home; only questions for development are read. Questions
that lean are follow-ups whose record was spoken of. Those that do not are the ones that stand alone in a conversation,
and first questions of every other kind, put after a talk or paper taken at random; with them goes "And X?" for words of
the titles.
"""

import random
import sys
from collections.abc import Iterator
from dataclasses import astuple, fields

import numpy as np

from assistant import leaning_patterns as patterns
from assistant.assembly import Assistant
from assistant.leaning import LeaningSigns, leaning_signs
from assistant.named import KnownNames
from assistant.pointing import points_back
from assistant.settings import load_settings
from assistant.subjects import Conversation
from assistant.types import Answer, Done
from evals.learning import cross_validated, learn, shuffled_folds
from evals.questions import read_dialogues, read_lists, read_questions
from evals.run import EVALS

_NEW_SUBJECT = ("And {}?", "What about {}?", "OK, and {}?", "Also {}?", "and which talk is on {}?", "and papers on {}?")
_WORDS_OF_TITLE = 3
# A question, the records spoken of before it, and whether it leans on them.
Labelled = tuple[str, list[str], bool]


def main() -> None:
    """Learn, then tell what goes wrong; cross-validated."""
    assistant = Assistant(load_settings(llm_base_url=None))
    names = KnownNames.of(assistant.generation.store.records())
    labelled = [*_in_conversations(assistant, names), *_put_after_another(assistant, names)]
    rows = np.array([_row(assistant, question, ids) for question, ids, _ in labelled])
    truth = np.array([leans for _, _, leans in labelled])
    bias, weights = learn(rows, truth)
    print(f"_BIAS = {bias:.2f}")
    for field, weight in zip(fields(LeaningSigns), weights, strict=True):
        print(f"    {field.name}={weight:.2f},")
    called = cross_validated(rows, truth, shuffled_folds(len(truth))) > 0
    for leans in (True, False):
        wrong = [question for (question, _, one), call in zip(labelled, called, strict=True) if one == leans != call]
        print(f"leans {leans}: {int((truth == leans).sum())}, of these wrong {len(wrong)}", *wrong, sep="\n  ")


def _in_conversations(assistant: Assistant, names: KnownNames) -> Iterator[Labelled]:
    for one in read_dialogues(EVALS / "dialogues.jsonl", "dev"):
        if not one.history or not (one.expected or one.kind_of_dialogue == "standalone"):
            continue
        answers: list[Answer] = []
        for asked in one.history:
            answers += [
                event.answer for event in assistant.turn(asked, answers, endpoint=None) if isinstance(event, Done)
            ]
        conversation = Conversation(answers, names)
        spoken_of = {name for subject in conversation.subjects for name in subject.people}
        if conversation.subjects and all(person.name in spoken_of for person in names.people.named(one.question)):
            leans = one.kind_of_dialogue != "standalone" and bool(one.expected & set(conversation.record_ids))
            points = points_back(one.question) or patterns.BACK.search(one.question)
            if leans or one.kind_of_dialogue == "standalone" or not points:
                # What points back and means a record that was not spoken of tells nothing.
                yield one.question, conversation.record_ids, leans


def _put_after_another(assistant: Assistant, names: KnownNames) -> Iterator[Labelled]:
    chance = random.Random(0)
    ids = [record.id for record in assistant.generation.store.records()]
    asked = [(one.question, one.expected) for one in read_questions(EVALS / "questions.jsonl", "dev")] * 2
    dialogues = read_dialogues(EVALS / "dialogues.jsonl", "dev")
    content = ("unanswerable", "answerable", "premise")
    asked += [(d.question, d.expected) for d in dialogues if not d.history and d.kind_of_dialogue in content] * 2
    lists = read_lists(EVALS / "catalogue.jsonl", "dev")
    asked += [(one.question, frozenset[str]()) for one in lists if not one.history]
    for record in assistant.generation.store.records():
        words = record.title.split(":")[-1].lower().split()[:_WORDS_OF_TITLE]
        asked.append((chance.choice(_NEW_SUBJECT).format(" ".join(words)), frozenset((record.id,))))
    for question, expected in asked:
        spoken_of = chance.choice(ids)
        if spoken_of not in expected and not names.people.named(question) and not names.titles.named(question):
            yield question, [spoken_of], False


def _row(assistant: Assistant, question: str, ids: list[str]) -> tuple[float, ...]:
    return astuple(leaning_signs(question, assistant.ranker.fit(question, ids)))


if __name__ == "__main__":
    sys.exit(main())
