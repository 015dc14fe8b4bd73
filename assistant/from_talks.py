"""A question → an answer from what the talks and papers say; yields events.

Comes in: a turn whose question stands by itself, an endpoint or none. Goes out: `assistant.types`, and a turn whose
answer has grown; when an endpoint fails, it says why and goes on in quotes. Leaves to others: what the question means,
and what the records answer exactly (`engine`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from assistant.answer import messages as own_words
from assistant.answer.extract import Extractor
from assistant.answer.generate import Writer
from assistant.answer.grounding import SupportChecker, with_support
from assistant.answer.second_opinion import reconsider
from assistant.catalogue.quoting import source_passage
from assistant.llm import Endpoint
from assistant.named import People
from assistant.premise import wrong_speaker
from assistant.prompts import Prompts
from assistant.question import without_subject
from assistant.refusal import Refusal, Refusals
from assistant.retrieve.filters import Filters
from assistant.retrieve.hybrid import HybridRanker, RankedRecord, Ranking, flatten
from assistant.search_words import SearchWords, search_with_words
from assistant.themes import asks_for_several, by_theme, theme, year
from assistant.turn import Turn
from assistant.types import Checked, Event, SourcePassage, Sources, StatementCheck, Status
from ingest.passages import Passage

RECORDS_RANKED = 10
# A source that fits less than half as well as the best one only distracts a small model.
LEAST_OF_BEST = 0.5
# Named in a refusal.
MOST_NEAR = 2


class FromTalks:
    """Answers from the talks and papers.

    1. Rank them; refuse when none has anything to do with the question.
    2. Correct a question that gives a talk to the wrong speaker.
    3. With an endpoint, stream its draft and turn its markers into citations.
    4. Without one, or when it fails, quote the best sentences.
    5. Compare every statement with what it cites.
    """

    def __init__(
        self,
        ranker: HybridRanker,
        people: People,
        refusals: Refusals,
        extractor: Extractor,
        checker: SupportChecker,
        prompts: Prompts,
        *,
        passages: int,
        second_opinion: bool = False,
    ) -> None:
        self._ranker = ranker
        self._store = ranker.generation.store
        self._people = people
        self._refusals = refusals
        self._extractor = extractor
        self._checker = checker
        self._prompts = prompts
        self._passages = passages
        self._asks_second_opinion = second_opinion
        self._search_words = SearchWords(prompts)
        self._writer = Writer(prompts, ranker.generation.keyword, checker)

    def answer(self, turn: Turn, endpoint: Endpoint | None, filters: Filters) -> Iterator[Event]:
        """Answer a turn's question.

        Args:
            turn: Its answer grows.
            endpoint: Writes the answer; None means quotes.
            filters: Only records that fit them all.
        """
        yield Status("searching", "Searching the talks and papers")
        filters = replace(filters, year=filters.year or year(turn.standalone))
        ranking = self._search(theme(turn.standalone), endpoint, filters)
        records: Sequence[RankedRecord] = ranking.records
        wrong = wrong_speaker(turn.standalone, self._people, self._ranker)
        several = False
        if wrong is not None:
            records = sorted(records, key=lambda record: record.record_id != wrong.meant.record_id)
        elif refusal := self._refusals.judge(
            turn.question, turn.standalone, ranking, reads_itself=endpoint is not None
        ):
            yield from self._refuse(turn, records, refusal)
            return
        elif several := asks_for_several(turn.standalone):
            records = by_theme(turn.standalone, records)
        sources = self._sources(records, several=several)
        turn.clock("retrieval")
        yield Sources(tuple(sources))
        yield Status("reading", _reading(sources))
        if wrong is not None:
            own, meant = self._source(wrong.own, 1.0), self._source(wrong.meant, 1.0)
            yield from own_words.correct(turn.answer, wrong.named.name, own, meant)
        if endpoint is None or not (yield from self._writer.write(turn, sources, endpoint)):
            yield from self._quote(turn, records[:1] if wrong else records, several=several)
        elif several:
            turn.notice = turn.notice or own_words.BY_RELEVANCE
        turn.refused = not turn.answer.citations
        yield from self._check(turn, endpoint if self._asks_second_opinion else None)

    def _sources(self, records: Sequence[RankedRecord], *, several: bool) -> list[SourcePassage]:
        """The passages to answer from, best first; of several records one each."""
        hits = [record.passages[0] for record in records] if several else flatten(records, self._passages)
        return [self._source(hit.passage, hit.score) for hit in hits if hit.score >= LEAST_OF_BEST * hits[0].score]

    def _source(self, passage: Passage, score: float) -> SourcePassage:
        """A passage with all that a card shows of its talk."""
        return source_passage(self._store.record(passage.record_id), passage, score)

    def _search(self, question: str, endpoint: Endpoint | None, filters: Filters) -> Ranking:
        """Rank the talks; where that is unsure and there is a model, once more with its search words.

        A speaker's name says more than any guess at what the question is about.
        """
        if endpoint is None or self._refusals.named(question):
            return self._ranker.search(question, limit=RECORDS_RANKED, filters=filters)
        return search_with_words(
            self._ranker, question, endpoint, self._search_words, limit=RECORDS_RANKED, filters=filters
        )

    def _check(self, turn: Turn, endpoint: Endpoint | None) -> Iterator[Event]:
        """Compare each statement with what it cites; an endpoint gives its opinion on the weak ones."""
        answer = turn.answer
        cited = {
            passage.id: passage.text for passage in self._store.passages_named(c.passage_id for c in answer.citations)
        }
        checked = self._checker.check_answer(answer.text, answer.citations, cited)
        if endpoint is not None and turn.mode == "model":
            checked = reconsider(checked, list(cited.values()), endpoint, self._prompts)
        answer.citations = list(with_support(answer.citations, checked))
        turn.checks = tuple(
            StatementCheck(one.statement.start, one.statement.end, one.verdict.verdict, one.verdict.reason)
            for one in checked
        )
        yield Checked(turn.checks)

    def _quote(self, turn: Turn, ranked: Sequence[RankedRecord], *, several: bool) -> Iterator[Event]:
        """Answer, or go on, in the sources' own words; of several records with one sentence of each."""
        question = without_subject(turn.standalone)
        quotes = self._extractor.one_each(question, ranked) if several else self._extractor.extract(question, ranked)
        intro = f"{own_words.BY_RELEVANCE} {own_words.QUOTES_INTRO}" if several else own_words.QUOTES_INTRO
        cited = [(one, self._source(one.passage, one.score)) for one in quotes]
        yield from own_words.quote(turn.answer, cited, intro=intro)

    def _refuse(self, turn: Turn, records: Sequence[RankedRecord], refusal: Refusal) -> Iterator[Event]:
        """Say that the collection does not hold it, and name what is near."""
        turn.refused = True
        turn.clock("retrieval")
        near = [self._source(record.passages[0].passage, record.score) for record in records]
        if refusal.named:
            near = [self._source(self._store.passages_of(id_)[0], 1.0) for id_ in refusal.named]
        near = near[:MOST_NEAR]
        yield Sources(tuple(near))
        yield from own_words.refuse(turn.answer, near, refusal)


def _reading(sources: Sequence[SourcePassage]) -> str:
    talks = len({source.id for source in sources})
    return f"Reading {len(sources)} passages of {talks} talks and papers"
