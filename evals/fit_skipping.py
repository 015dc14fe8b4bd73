"""Learns which words of a list question can be skipped (`assistant/catalogue/skipping.py`), and prints what it costs.

`python -m evals.fit_skipping`, over the index of the default home; only questions for development are read. A word of a
list question that is answered exactly says nothing where the answer stays the same without it, or where the tagger
knows it as filler; no word of a question for retrieval can be skipped.
"""

import json
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.assembly import Assistant
from assistant.catalogue.evaluate import Result, evaluate
from assistant.catalogue.grammar import understand
from assistant.catalogue.marking import Token
from assistant.catalogue.query import Query
from assistant.catalogue.skipping import LEARNED, LEAST_CHANCE, Skipping
from assistant.catalogue.tagger import tokens_of
from assistant.catalogue.told import Told
from assistant.catalogue.vocabulary import Vocabulary
from assistant.evaluation.learning import cross_validated, learn
from assistant.evaluation.questions import LabelledList, LabelledQuestion, read_dialogues, read_lists, read_questions
from assistant.evaluation.run import EVALS
from assistant.settings import load_settings
from ingest.embedder import BundledEmbedder
from ingest.keyword import is_stop_word
from ingest.store import RecordStore

FOLDS = 5
# Of a rarer tag nothing can be learned.
_LEAST_OFTEN = 20
# How often each list question is put once more, restricted by a word taken at random.
_RESTRICTED = 6
_NOUNS = ("TALK", "PAPER", "RECORD", "PERSON")
_JOINTS = (
    "that", "who", "on", "about", "by", "for", "using", "that use", "with", "in the field of", "interested in",
    "touching", "applying", "regarding", "involving", "where they treat",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_][\w'’-]*")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question's tokens, and which of them say nothing; `listed` tells whether it asks for a list."""

    question: str
    tokens: list[Token]
    says_nothing: list[bool]
    listed: bool


class Labeller:
    """Leaves out one word after the other and looks whether the answer changes."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        self._vocabulary = Vocabulary(store)

    def of_list(self, asked: LabelledList) -> Labelled | None:
        """None where the question is not understood, or not rightly."""
        before: Query | None = None
        tokens: list[Token] = []
        for question in (*asked.history, asked.question):
            told = Told.of(before, self._found) if before is not None else None
            tokens = tokens_of(question, self._vocabulary, on_page=before is not None and any(before.on("page")))
            previous = before
            before = understand(question, tokens, self._vocabulary, previous, told)
        if before is None or (asked.expected is not None and set(self._found(before).ids) != set(asked.expected)):
            return None
        without = (tokens[:place] + tokens[place + 1 :] for place in range(len(tokens)))
        same = [
            self._same(before, understand(asked.question, some, self._vocabulary, previous, told)) for some in without
        ]
        filler = _filler(asked.question, tokens)
        both = sorted([*zip(tokens, same, strict=True), *((one, True) for one in filler)], key=lambda one: one[0].start)
        return Labelled(asked.question, [one for one, _ in both], [same for _, same in both], listed=True)

    def of_restricted(self, question: str, chance: random.Random, words: Sequence[str]) -> Labelled | None:
        """The same with a word that restricts what is listed; None where no noun says what that is."""
        nouns = [token for token in tokens_of(question, self._vocabulary) if token.tag in _NOUNS]
        if not nouns:
            return None
        noun, word = chance.choice(nouns), chance.choice(words)
        before, behind = question[: noun.start], question[noun.end :]
        start, said = chance.choice(
            [(len(before), f"{word} {noun.text}")]
            + [(noun.end + 2 + len(joint), f"{noun.text} {joint} {word}") for joint in _JOINTS]
        )
        changed = before + said + behind
        added = [token for token in tokens_of(changed, self._vocabulary) if start <= token.start < start + len(word)]
        return Labelled(changed, added, [False] * len(added), listed=True)

    def of_content(self, question: str) -> Labelled:
        """No word of it can be skipped."""
        tokens = tokens_of(question, self._vocabulary)
        return Labelled(question, tokens, [False] * len(tokens), listed=False)

    def _found(self, query: Query) -> Result:
        return evaluate(query, self._store, self._vocabulary.names)

    def _same(self, query: Query, other: Query | None) -> bool:
        if other is None or (query.listed, query.counted) != (other.listed, other.counted):
            return False
        return query == other or self._found(query).ids == self._found(other).ids


def main() -> None:
    """Learn, write, and say what would be skipped; cross-validated by question."""
    assistant = Assistant(load_settings(llm_base_url=None))
    labelled = list(_labelled(Labeller(assistant.generation.store)))
    often = Counter(token.tag for one in labelled for token in one.tokens)
    tags = sorted(tag for tag, times in often.items() if times >= _LEAST_OFTEN) + ["^", "$"]
    skipping = Skipping(BundledEmbedder())
    rows = np.concatenate([skipping.features(one.question, one.tokens, tags) for one in labelled if one.tokens])
    truth = np.array([says_nothing for one in labelled for says_nothing in one.says_nothing])
    listed = np.array([one.listed for one in labelled for _ in one.tokens])
    words = np.array([token.tag not in ("BREAK", "COMMA") for one in labelled for token in one.tokens])
    number = np.array([place for place, one in enumerate(labelled) for _ in one.tokens])
    rows, truth, listed, number = rows[words], truth[words], listed[words], number[words]
    bias, weights = learn(rows, truth, alike=True)
    np.savez(LEARNED, tags=np.array(tags), weights=weights.astype(np.float32), bias=np.float32(bias))
    chances = 1 / (1 + np.exp(-cross_validated(rows, truth, number % FOLDS, alike=True)))
    print(f"{len(labelled)} questions, {len(truth)} words; chance at least {LEAST_CHANCE}, cross-validated:")
    for name, some in (
        ("says nothing, in lists", listed & truth),
        ("says something, in lists", listed & ~truth),
        ("in questions for retrieval", ~listed),
    ):
        print(f"  {name}: {np.mean(chances[some] >= LEAST_CHANCE):.3f} of {some.sum()}")


def _labelled(labeller: Labeller) -> Iterator[Labelled]:
    chance = random.Random(0)
    topics = sorted({word for one in read_questions(EVALS / "questions.jsonl", "dev") for word in _topics(one)})
    for asked in read_lists(EVALS / "catalogue.jsonl", "dev"):
        found = labeller.of_list(asked)
        if found is not None:
            yield found
            changed = (labeller.of_restricted(asked.question, chance, topics) for _ in range(_RESTRICTED))
            yield from (one for one in changed if one is not None)
    yield from (labeller.of_content(one.question) for one in read_questions(EVALS / "questions.jsonl", "dev"))
    dialogues = read_dialogues(EVALS / "dialogues.jsonl", "dev")
    yield from (labeller.of_content(one.question) for one in dialogues if one.kind_of_dialogue != "smalltalk")
    details = (EVALS / "details.jsonl").read_text(encoding="utf-8").splitlines()
    yield from (labeller.of_content(json.loads(line)["question"]) for line in details)


def _topics(asked: LabelledQuestion) -> list[str]:
    """The words of a question for retrieval that may be what it is about."""
    return [found for found in _WORD.findall(asked.question) if found.islower() and not is_stop_word(found)]


def _filler(question: str, tokens: list[Token]) -> Iterator[Token]:
    """The words that the tagger has left out, as if nobody had listed them."""
    for found in _WORD.finditer(question):
        if not any(found.start() < token.end and found.end() > token.start for token in tokens):
            yield Token("UNKNOWN", (), found[0], found.start(), found.end())


if __name__ == "__main__":
    sys.exit(main())
