"""An answer without a model: sentences of the best record that stand together, and of others that belong to it.

Comes in: a question's words and the ranked records. Goes out: excerpts in reading order, each an exact slice of its
passage. Sentences are scored by late interaction over the word vectors that the index holds, so that nothing is
embedded; an index without them goes by wording alone. `evals/LOG.md` has the policies that were compared.
Leaves to others: what is said around the excerpts (`messages`).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from assistant.retrieve.hybrid import HybridRanker, RankedRecord, Scored
from assistant.retrieve.rerank import sentence_spans, without_people
from assistant.types import Style
from ingest.passages import Passage, Span

# Further records, where they score at least so much of the first, with so many sentences each. From .74 on up to nine
# would say .02 more and cite .05 more that does not belong.
FURTHER_RECORDS = 2
LEAST_OF_BEST_RECORD = 0.85
# A biography lists what somebody works on, and so comes near many questions. Of the development questions, those in lay
# words share .12 of their wording with one at most; those that it answers mostly .28 and more.
LEAST_WORDING_OF_BIO = 0.2
# Where the best record is no longer, it is quoted whole: on three collections of short descriptions this says .75, .82
# and .75 of what an ideal answer does, instead of .68, .82 and .73, in 150 characters more.
WHOLE_CHARS = 1200
# Such a first word leans on the sentence before, which is quoted with it.
_LEANS_BACK = re.compile(
    r"(?:he|she|it|they|his|her|its|their|this|that|these|those|such|however|therefore|thus|hence|instead|moreover"
    r"|furthermore|then|finally|also|both|here|to this end|in particular|in addition|as a result)\b",
    re.IGNORECASE,
)


class Length(NamedTuple):
    """How much an answer quotes.

    Attributes:
        most: Sentences of the best record.
        least_of_best: Of the best sentence's score, what each of them must have.
        further: Sentences of each further record.
    """

    most: int
    least_of_best: float
    further: int


# In a normal answer two sentences less say a tenth less of what an ideal answer says; more make it longer and say
# little.
LENGTHS: dict[Style, Length] = {
    "short": Length(2, 0.55, 0),
    "normal": Length(6, 0.55, 2),
    "detailed": Length(12, 0.4, 4),
}


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Sentences of a passage that follow one another, by their place there, and how well the best one answers."""

    passage: Passage
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        """The quoted words, to the letter."""
        return self.passage.text[self.start : self.end]


class Extractor:
    """Picks the sentences that answer a question."""

    def __init__(self, ranker: HybridRanker) -> None:
        self._ranker = ranker
        self._store = ranker.snapshot.store
        self._keyword = ranker.snapshot.keyword

    def extract(
        self,
        question: str,
        scored: Scored,
        ranked: Sequence[RankedRecord],
        *,
        named: Collection[str] = (),
        asks_person: bool = False,
        style: Style = "normal",
    ) -> list[Excerpt]:
        """The best sentences of the best record, and of up to two more that come close to it.

        Args:
            named: Ids of the records that the question names or leans on; where there are any, no other belongs.
            asks_person: Whether it asks about somebody, so that a biography may answer.
        """
        if not ranked:
            return []
        most, least_of_best, further = LENGTHS[style]
        found = self.of_record(
            question,
            scored,
            ranked[0],
            most=most,
            least_of_best=least_of_best,
            asks_person=asks_person,
            whole=style != "short",
        )
        least = LEAST_OF_BEST_RECORD * ranked[0].score
        near = [one for one in ranked[1:] if one.score >= least and (not named or one.record_id in named)]
        for record in near[: FURTHER_RECORDS if further else 0]:
            found += self.of_record(question, scored, record, most=further)
        return found

    def of_record(
        self,
        question: str,
        scored: Scored,
        record: RankedRecord,
        *,
        most: int,
        least_of_best: float = LENGTHS["normal"].least_of_best,
        asks_person: bool = False,
        with_bio: bool = True,
        whole: bool = False,
    ) -> list[Excerpt]:
        """The best sentences of one record, at most so many and what stands between; all, if it is short."""
        sentences = list(self._sentences(question, scored, record, asks_person=asks_person, with_bio=with_bio))
        if not sentences:
            best = record.passages[0].passage
            return [Excerpt(best, 0, len(best.text), record.score)]
        order = sorted(range(len(sentences)), key=lambda row: -sentences[row].score)
        least = least_of_best * sentences[order[0]].score
        chosen = {row for row in order[:most] if sentences[row].score >= least}
        if whole and sum(one.end - one.start for one in sentences) <= WHOLE_CHARS:
            chosen = set(order)
        return _joined(sentences, chosen)

    def _sentences(
        self, question: str, scored: Scored, record: RankedRecord, *, asks_person: bool, with_bio: bool
    ) -> Iterator[Excerpt]:
        """The sentences of a record, in reading order; a biography's only where the best passage is one."""
        best = record.passages[0].passage
        wants_bio = (with_bio and best.section == "bio") and (
            asks_person or self._keyword.coverage(question, [best.text])[0] >= LEAST_WORDING_OF_BIO
        )
        for passage, place in self._ranker.passages_of(record.record_id):
            if passage.section != "title" and (wants_bio or passage.section != "bio"):
                spans = sentence_spans(passage.text)
                scores = self._scores(question, scored, passage, place, spans)
                for (start, end), score in zip(spans, scores, strict=True):
                    yield Excerpt(passage, start, end, float(score))

    def _scores(
        self, question: str, scored: Scored, passage: Passage, place: int, spans: Sequence[Span]
    ) -> NDArray[np.float32]:
        """Shape (len(spans),): how well each sentence answers, names of those whose record it is left out."""
        words, late_interaction = scored.words, self._ranker.late_interaction
        words = without_people(words, passage) if words else None
        if words is None or not words.words or late_interaction is None:
            return self._keyword.coverage(question, [passage.text[start:end] for start, end in spans])
        nearest = late_interaction.of_sentences(words, passage, place)
        weights = self._keyword.idf(words.words)
        return np.asarray((nearest * (weights / weights.sum())).sum(axis=1), dtype=np.float32)


def _joined(sentences: Sequence[Excerpt], chosen: Collection[int]) -> list[Excerpt]:
    """The chosen sentences in reading order; one between two of them is quoted too, so that they read on."""

    def follows(row: int) -> bool:
        return row > 0 and sentences[row].passage.id == sentences[row - 1].passage.id

    kept = set(chosen)
    kept |= {row - 1 for row in chosen if follows(row) and _LEANS_BACK.match(sentences[row].text)}
    kept |= {row + 1 for row in kept if row + 2 in kept and follows(row + 1) and follows(row + 2)}
    excerpts: list[Excerpt] = []
    for row in sorted(kept):
        one = sentences[row]
        if row - 1 in kept and follows(row):
            before = excerpts.pop()
            one = Excerpt(one.passage, before.start, one.end, max(before.score, one.score))
        excerpts.append(one)
    return excerpts
