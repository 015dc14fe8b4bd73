"""Whether the collection holds what a question asks for, judged before anything is answered.

Comes in: a question, what it means by itself, and its ranking. Goes out: why to refuse it, or None. Three things speak
against a question: nothing fits it, it is about somebody who stands nowhere, or the record that it is about does not
tell what is asked. Leaves to others: whose talk it really is (`premise`), what is said then (`own_words`).
"""

from dataclasses import dataclass

from assistant.answer.extract import asks_for_the_whole
from assistant.confidence import REFUSE_BELOW, REFUSE_NAMED_BELOW, UNSURE_BELOW_SCORE, holds_term
from assistant.details import Details
from assistant.named import KnownNames, Person
from assistant.premise import unknown_names
from assistant.question import without_subject
from assistant.retrieve.hybrid import HybridRanker, Ranking

# Of 1,270 written questions that the record answers 4 in 100 come below, of 1,310 others 64; of follow-ups in
# conversations 4 and 50, the plain ones having been refused by their words before (cross-validated).
UNTOLD_BELOW = -0.37


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a question is refused.

    Attributes:
        unknown: Names in it that stand nowhere.
        is_untold: Whether it is about the best record, and that does not tell.
        named: Ids of the talks and papers that it names, or whose speakers.
    """

    unknown: tuple[str, ...] = ()
    is_untold: bool = False
    named: tuple[str, ...] = ()


class Refusals:
    """Judges questions."""

    def __init__(self, ranker: HybridRanker, names: KnownNames, details: Details) -> None:
        self._ranker = ranker
        self._names = names
        self._details = details

    def judge(self, question: str, standalone: str, ranking: Ranking, *, reads_itself: bool) -> Refusal | None:
        """Why to refuse a question, or None.

        Args:
            question: As typed.
            standalone: The same with what it leaves to the history put in.
            ranking: What was found for that.
            reads_itself: Whether a model reads the sources; it then says itself what they do not tell.
        """
        unknown = tuple(unknown_names(standalone, self._ranker.spelling))
        named = self.named(standalone)
        best = ranking.records[0].record_id if ranking.records else ""
        titled = [title.record_id for title in self._names.titles.named(question)]
        spoken_of = tuple(dict.fromkeys(titled + [id_ for person in named for id_ in person.record_ids]))
        if self._fits_nothing(standalone, ranking, is_named=bool(named), has_unknown=bool(unknown)):
            return Refusal(unknown, named=spoken_of)
        if reads_itself or not best or (standalone == question and best not in spoken_of):
            return None
        if asks_for_the_whole(standalone, ranking.records[0].passages[0].passage, self._ranker.generation.keyword):
            return None
        is_untold = self._details.told(question, best) < UNTOLD_BELOW
        return Refusal(is_untold=True) if is_untold else None

    def _fits_nothing(self, standalone: str, ranking: Ranking, *, is_named: bool, has_unknown: bool) -> bool:
        if has_unknown and self._best_score(without_subject(standalone)) < UNSURE_BELOW_SCORE:
            return True
        generation = self._ranker.generation
        least = REFUSE_NAMED_BELOW if is_named else REFUSE_BELOW
        return ranking.confidence < least and not holds_term(standalone, generation.keyword, generation.store)

    def named(self, question: str) -> list[Person]:
        """The speakers whom a question names, also with a slip."""
        return self._names.people.named(self._ranker.spelling.corrected(question))

    def _best_score(self, question: str) -> float:
        return self._ranker.search(question, limit=1).signs.best_score
