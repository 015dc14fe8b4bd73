"""How sure a ranking is that the collection holds what was asked for, and what follows from it.

Comes in: what a search saw of a question. Goes out: a number in [0, 1] that means the same for every question. Ranking
scores are made comparable between questions (`KeywordIndex.scores`), so the best of them is the best sign by itself;
of twenty others, two help it (`evals/README.md`, "Confidence"). `evals/fit_confidence.py` learns the weights.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.pointing import WORD
from ingest.lexical import KeywordIndex
from ingest.passages import Passage
from ingest.record_store import RecordStore

# Logistic regression on the labelled questions for development, answerable and unanswerable weighted alike: where one
# is as likely as the other stands .5.
_BIAS = -4.19
_OF_SCORE = 7.08
# A long question names much that may be missing; the same score means more for it.
_OF_WORD = 0.25
# "Federated" and "learning" are near something in twenty records alike, and in none of them as near as they should be.
_OF_LEAD = 5.46
# Of an index without word vectors: where answerable and unanswerable questions meet.
_USUAL_LEAD = 0.18

# Below this an answer is refused. To refuse wrongly is the worse slip, because what is shown can be judged.
REFUSE_BELOW = 0.32
# Somebody who is here is named, so the collection holds something of theirs: of the questions for development that do
# so, the answerable ones reach .19, the others but one .17.
REFUSE_NAMED_BELOW = 0.18
# Below this best score it is unsure which record is meant: so score 9 of 10 questions whose first record is wrong, and
# 4 of 10 others. A model is then asked for search words, and a name that nobody has is not overlooked.
UNSURE_BELOW_SCORE = 0.28
# "Language models" stand in 23 records of the seeds and tell nothing; a term that so few hold is what was asked for.
_FEW_RECORDS = 5
_LONGEST_TERM_WORDS = 4
# A question of ten thousand words is no surer than this, and no number for the exponential function either.
_MOST_ODDS = 30.0


@dataclass(frozen=True, slots=True)
class Signs:
    """What a search saw.

    Attributes:
        best_score: Of the best record, by meaning and wording, without any bonus.
        words: How many different words the question has, stop words left out.
        lead: How much closer the best record comes to the question, word by word, than the best twenty usually do; see
            `assistant.retrieve.rerank`. None when the index holds no word vectors.
        pinned: Whether the best record holds every word of the question, or one that no other record holds, such as
            "Oculus" in a biography; its speakers' names do not count, because people are asked much that is not told.
    """

    best_score: float
    words: int
    lead: float | None
    pinned: bool


NO_SIGNS = Signs(best_score=0.0, words=0, lead=None, pinned=False)


def confidence(signs: Signs) -> float:
    """The confidence that something in the collection answers, in [0, 1]; at least .5 where the words pin it down."""
    lead = _USUAL_LEAD if signs.lead is None else signs.lead
    odds = _BIAS + _OF_SCORE * signs.best_score + _OF_WORD * signs.words + _OF_LEAD * lead
    odds = min(max(odds, 0.0 if signs.pinned else -_MOST_ODDS), _MOST_ODDS)
    return 1 / (1 + math.exp(-odds))


def read_signs(
    question: str, best_score: float, lead: float | None, passages: Sequence[Passage], keyword: KeywordIndex
) -> Signs:
    """What a search saw.

    Args:
        question: With its slips mended.
        best_score: Of the best record, by meaning and wording, without any bonus.
        lead: See `Signs`.
        passages: All of the best record, at least one.
        keyword: Over all passages.
    """
    words = keyword.words(question)
    title, _, people = passages[0].heading.partition("\n")
    names = set(keyword.words(people))
    texts = [set(keyword.words(f"{title}\n{passage.text}")) for passage in passages]
    own = {word: sum(word in text for text in texts) for word in words if word not in names}
    has_pin = any(count and keyword.passages_with(word) == count for word, count in own.items())
    return Signs(best_score, len(words), lead, pinned=has_pin or (bool(words) and all(own.values())))


def holds_term(question: str, keyword: KeywordIndex, store: RecordStore) -> bool:
    """Whether a few records hold a term of the question: "in-context learning", several words in a row.

    Looked for only where the answer would be refused else: it reads all texts, a millisecond at 140 records.
    """
    return any(0 < store.records_with(term) <= _FEW_RECORDS for term in _terms(question, keyword))


def _terms(question: str, keyword: KeywordIndex) -> Iterator[str]:
    """Runs of words that are no stop words, longest first, and words with a hyphen."""
    words = WORD.findall(question)
    is_content = [bool(keyword.words(word)) for word in words]
    for length in range(_LONGEST_TERM_WORDS, 1, -1):
        for first in range(len(words) - length + 1):
            if all(is_content[first : first + length]):
                yield " ".join(words[first : first + length])
    yield from (word for word in words if "-" in word)
