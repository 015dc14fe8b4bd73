"""An answer without a model: sentences of the best record that stand together, and of others that belong to it.

Comes in: a question's words and the ranked records. Goes out: quotes in reading order, each an exact slice of its
passage. Sentences are scored by late interaction over the word vectors that the index holds, so that nothing is
embedded; an index without them goes by wording alone. `evals/LOG.md` has the policies that were compared.
Leaves to others: what is said around the quotes (`messages`).
"""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from assistant.answer.citations import Quote
from assistant.retrieve.evidence import Evidence, Gatherer
from assistant.retrieve.hybrid import RankedRecord
from assistant.retrieve.rerank import sentence_spans, without_people
from assistant.types import Style
from assistant.understand.understand import Understood
from ingest.passages import Passage

# Further records, where they score at least so much of the first, with so many sentences each. From .74 on up to nine
# would say .02 more and cite .05 more that does not belong.
FURTHER_RECORDS = 2
LEAST_OF_BEST_RECORD = 0.85
# A biography lists what somebody works on, and so comes near many questions. Of the development questions, those in lay
# words share .12 of their wording with one at most; those that it answers mostly .28 and more.
LEAST_WORDING_OF_BIO = 0.2
# Where the best record is no longer, it is quoted whole: on three collections of short descriptions this says .75, .82
# and .75 of what an ideal answer does, instead of .68, .82 and .73, in 150 characters more. Speech is not: it is to be
# heard from the second at which the answer begins.
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


class _Sentence(NamedTuple):
    """A sentence, or some that follow one another, by their place in a passage, and how well the best one answers."""

    passage: Passage
    start: int
    end: int
    score: float


class Extractor:
    """Picks the sentences that answer a question."""

    def __init__(self, gatherer: Gatherer) -> None:
        self._ranker = gatherer.ranker
        self._keyword = gatherer.ranker.snapshot.keyword
        self._source_of = gatherer.source

    def extract(self, understood: Understood, evidence: Evidence, style: Style) -> list[Quote]:
        """The best sentences of the best record, and of up to two more that come close to it.

        Where the question names or leans on records, no other belongs; a biography may answer who asks about somebody.
        """
        if not evidence.records:
            return []
        length, (best, *others) = LENGTHS[style], evidence.records
        found = self.of_record(understood, best, length.most, length.least_of_best, whole=style != "short")
        least, named = LEAST_OF_BEST_RECORD * best.score, evidence.named
        near = [one for one in others if one.score >= least and (not named or one.record_id in named)]
        for record in near[: FURTHER_RECORDS if length.further else 0]:
            found += self.of_record(understood, record, length.further)
        return found

    def of_record(
        self,
        understood: Understood,
        record: RankedRecord,
        most: int,
        least_of_best: float = LENGTHS["normal"].least_of_best,
        *,
        whole: bool = False,
    ) -> list[Quote]:
        """The best sentences of one record, at most so many and what stands between; all, if it is short."""
        best = record.passages[0].passage
        # A biography's only where it fits best; what is compared is what records say.
        wants_bio = (best.section == "bio" and understood.intent != "compare") and (
            understood.asks_person
            or self._keyword.coverage(understood.question, [best.text])[0] >= LEAST_WORDING_OF_BIO
        )
        sentences = [
            sentence
            for passage, place in self._ranker.passages_of(record.record_id)
            if passage.section != "title" and (wants_bio or passage.section != "bio")
            for sentence in self._sentences(understood, passage, place)
        ]
        if not sentences:
            return [(self._source_of(best, record.score), 0, len(best.text))]
        order = sorted(range(len(sentences)), key=lambda row: -sentences[row].score)
        least = least_of_best * sentences[order[0]].score
        chosen = {row for row in order[:most] if sentences[row].score >= least}
        is_speech = any(one.passage.start_s is not None for one in sentences)
        if whole and not is_speech and sum(one.end - one.start for one in sentences) <= WHOLE_CHARS:
            chosen = set(order)
        joined = _joined(sentences, chosen)
        return [(self._source_of(one.passage, one.score), one.start, one.end) for one in joined]

    def _sentences(self, understood: Understood, passage: Passage, place: int) -> list[_Sentence]:
        """The sentences of a passage, by how well each answers, names of those whose record it is left out."""
        spans, late_interaction = sentence_spans(passage.text), self._ranker.late_interaction
        words = understood.scored.words if understood.scored else None
        words = without_people(words, passage) if words else None
        if words is None or not words.words or late_interaction is None:
            texts = [passage.text[start:end] for start, end in spans]
            scores = self._keyword.coverage(understood.question, texts)
        else:
            weights = self._keyword.idf(words.words)
            nearest = late_interaction.of_sentences(words, passage, place)
            scores = (nearest * (weights / weights.sum())).sum(axis=1)
        return [_Sentence(passage, start, end, float(score)) for (start, end), score in zip(spans, scores, strict=True)]


def _joined(sentences: Sequence[_Sentence], chosen: Collection[int]) -> list[_Sentence]:
    """The chosen sentences in reading order; one between two of them is quoted too, so that they read on."""

    def follows(row: int) -> bool:
        return row > 0 and sentences[row].passage.id == sentences[row - 1].passage.id

    kept = set(chosen)
    kept |= {
        row - 1
        for row in chosen
        if follows(row) and _LEANS_BACK.match(sentences[row].passage.text, sentences[row].start)
    }
    kept |= {row + 1 for row in kept if row + 2 in kept and follows(row + 1) and follows(row + 2)}
    joined: list[_Sentence] = []
    for row in sorted(kept):
        one = sentences[row]
        if row - 1 in kept and follows(row):
            before = joined.pop()
            one = _Sentence(one.passage, before.start, one.end, max(before.score, one.score))
        joined.append(one)
    return joined
