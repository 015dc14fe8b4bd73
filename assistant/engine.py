"""One chat turn, top to bottom; yields events.

Comes in: a question, the answers before it, and an endpoint or none. Goes out: `assistant.events`, `Done` last,
whatever happens: when an endpoint fails, the answer says why and goes on in quotes.
"""

import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from functools import cached_property, partial

from assistant import own_words
from assistant.about import introduce
from assistant.answer import Writer
from assistant.catalogue import Catalogue, CatalogueAnswer, query_text
from assistant.catalogue.quoting import source_passage
from assistant.details import Details
from assistant.endpoint import Endpoint
from assistant.events import Answer, Checked, Event, SourcePassage, Sources, StatementCheck, Status
from assistant.extract import Extractor
from assistant.faq import Facet
from assistant.filters import Filters
from assistant.lookup import Lookup
from assistant.named import KnownNames
from assistant.premise import wrong_speaker
from assistant.prompts import Prompts
from assistant.question import FollowUps, without_subject
from assistant.ranking import HybridRanker, RankedRecord, Ranking, flatten
from assistant.refusal import Refusal, Refusals
from assistant.rewriting import rewrite
from assistant.routes import Route, Router, Way
from assistant.search_words import SearchWords, search_with_words
from assistant.second_opinion import reconsider
from assistant.support import SupportChecker, with_support
from assistant.themes import asks_for_several, by_theme, theme
from assistant.turn import Turn
from ingest.passages import Passage

RECORDS_RANKED = 10
# A source that fits less than half as well as the best one only distracts a small model.
LEAST_OF_BEST = 0.5

# A question near to one about the collection is one about talks from this confidence on. Of those for development, the
# ones about the collection reach .50 and .60, the others lie above .52 and .9.
SURELY_CONTENT: Mapping[Route, float] = {"perhaps about": 0.51, "about": 0.8}


class Engine:
    """Runs chat turns.

    1. Put into the question what it leaves to the history.
    2. Choose its route: small talk, and what the records answer exactly: lists, counts, the collection as a whole.
    3. Rank the talks; refuse when none has anything to do with the question.
    4. Correct a question that gives a talk to the wrong speaker.
    5. With an endpoint, stream its draft and turn its markers into citations.
    6. Without one, or when it fails, quote the best sentences.
    7. Compare every statement with what it cites.
    """

    def __init__(
        self,
        ranker: HybridRanker,
        extractor: Extractor,
        checker: SupportChecker,
        router: Router,
        details: Details,
        prompts: Prompts,
        *,
        passages: int,
        second_opinion: bool = False,
    ) -> None:
        self._ranker = ranker
        self._store = ranker.generation.store
        self._extractor = extractor
        self._prompts = prompts
        self._passages = passages
        self._asks_second_opinion = second_opinion
        self._checker = checker
        self._router = router
        self._details = details
        self._search_words = SearchWords(prompts)
        self._writer = Writer(prompts, ranker.generation.keyword, checker)

    @cached_property
    def _names(self) -> KnownNames:
        return KnownNames.of(self._store.records())

    @cached_property
    def _refusals(self) -> Refusals:
        return Refusals(self._ranker, self._names, self._details)

    @cached_property
    def _follow_ups(self) -> FollowUps:
        return FollowUps(self._names, self._ranker.fit, self._details.told)

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(Catalogue(self._store), self._names.people, self._ranker, self._prompts)

    def turn(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        endpoint: Endpoint | None = None,
        filters: Filters | None = None,
    ) -> Generator[Event, None, None]:
        """Answer a question; yields what happens, `Done` last.

        Args:
            question: As typed.
            history: The answers of this conversation, oldest first.
            endpoint: Writes the answer; None means quotes.
            filters: Only records that fit them all; None is the whole collection.
        """
        began = time.perf_counter()
        turn = Turn(question, question, began)
        way = self._way(question, history)
        if way.route in ("smalltalk", "about"):
            yield from self._introduce(turn, way.facet)
            yield turn.done()
            return
        turn.standalone = self.standalone(question, history, endpoint)
        found = self._look_up(turn, history, endpoint, filters)
        if found is not None and not (found.refused and way.to_you):
            yield from self._tell(turn, found)
        elif way.facet is not None:
            turn.standalone = question
            yield from self._introduce(turn, way.facet)
        else:
            yield from self._answer(turn, endpoint, filters or Filters())
        yield turn.done()

    def standalone(self, question: str, history: Sequence[Answer], endpoint: Endpoint | None) -> str:
        """The question that is meant; the model is asked only for one that leans on the history."""
        if endpoint is None:
            return self._follow_ups.standalone(question, history)
        ask = partial(rewrite, question, history, endpoint, self._prompts)
        return self._follow_ups.standalone(question, history, ask)

    def _way(self, question: str, history: Sequence[Answer]) -> Way:
        """The way of a question; what the talks surely tell of is not asked of the collection."""
        way = self._router.route(question, follows=any(answer.citations for answer in history))
        surely = SURELY_CONTENT.get(way.route)
        if surely is None or self._ranker.search(question, limit=1).confidence <= surely:
            return way
        return Way("content")

    def _look_up(
        self, turn: Turn, history: Sequence[Answer], endpoint: Endpoint | None, filters: Filters | None
    ) -> CatalogueAnswer | None:
        """An exact answer from the records, when the question asks for one."""
        before = history[-1].query if history else None
        within = self._ranker.records_within(filters) if filters is not None else None
        return self._lookup.answer(turn.question, turn.standalone, before, endpoint, within=within)

    def _tell(self, turn: Turn, found: CatalogueAnswer) -> Iterator[Event]:
        """Tell an exact answer, whole."""
        turn.mode = "catalogue"
        turn.refused = found.refused
        turn.query = query_text(found.query) if found.query else None
        yield Sources(found.sources())
        turn.clock("retrieval")
        yield from found.tell(turn.answer)

    def _introduce(self, turn: Turn, facet: Facet | None) -> Iterator[Event]:
        """Tell what was asked of the collection or the program, or return a greeting."""
        turn.mode = "about"
        yield from introduce(facet, turn.question, self._store, turn.answer)

    def _answer(self, turn: Turn, endpoint: Endpoint | None, filters: Filters) -> Iterator[Event]:
        """Answer from the talks."""
        yield Status("searching", "Searching the talks and papers")
        ranking = self._search(theme(turn.standalone), endpoint, filters)
        records: Sequence[RankedRecord] = ranking.records
        wrong = wrong_speaker(turn.standalone, self._names.people, self._ranker)
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
        near = [self._source(record.passages[0].passage, record.score) for record in records[:2]]
        yield Sources(tuple(near))
        yield from own_words.refuse(turn.answer, near, refusal)


def _reading(sources: Sequence[SourcePassage]) -> str:
    talks = len({source.id for source in sources})
    return f"Reading {len(sources)} passages of {talks} talks and papers"
