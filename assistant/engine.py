"""One chat turn, top to bottom; yields events.

Comes in: a question, the answers before it, and an endpoint or none. Goes out: `assistant.events`, `Done` last,
whatever happens: when an endpoint fails, the answer says why and goes on in quotes.
"""

import threading
import time
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import cached_property

from assistant import about, own_words
from assistant.answer import stream_pieces
from assistant.catalogue import Catalogue, CatalogueAnswer, query_text
from assistant.catalogue.quoting import source_passage
from assistant.citations import DraftCiter
from assistant.details import Details
from assistant.endpoint import Endpoint, Pulse
from assistant.events import (
    Answer,
    Checked,
    Delta,
    Event,
    SourcePassage,
    Sources,
    StatementCheck,
    Status,
)
from assistant.extract import Extractor
from assistant.facets import Facet
from assistant.filters import Filters
from assistant.lookup import Lookup
from assistant.people import People
from assistant.premise import wrong_speaker
from assistant.prompts import Prompts
from assistant.question import FollowUps, without_subject
from assistant.ranking import HybridRanker, RankedRecord, Ranking, flatten
from assistant.refusal import Refusal, Refusals
from assistant.rewriting import rewrite
from assistant.routes import Route, Router, Way
from assistant.search_words import SearchWords, search_with_words
from assistant.second_opinion import reconsider
from assistant.support import SupportChecker, checked_texts, with_support
from assistant.themes import asks_for_several, by_theme, theme
from assistant.titles import Titles
from assistant.turn import Turn
from assistant.uncited import matcher
from ingest.errors import EndpointCut, EndpointError
from ingest.passages import Passage

RECORDS_RANKED = 10
# A source that fits less than half as well as the best one only distracts a small model.
LEAST_OF_BEST = 0.5

# A question near to one about the collection is one about talks from this confidence on. Of those for development, the
# ones about the collection reach .50 and .60, the others lie above .52 and .9.
SURELY_CONTENT: Mapping[Route, float] = {"perhaps about": 0.51, "about": 0.8}

REPEATING = "The model began to repeat itself and was stopped."
MATCHED = "The model named no source for some sentences; {count} of the citations were matched to them afterwards."


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

    @cached_property
    def people(self) -> People:
        """Everyone who speaks in the collection."""
        return People(self._store.records())

    @cached_property
    def _refusals(self) -> Refusals:
        return Refusals(self._ranker, self.people, self._titles, self._details)

    @cached_property
    def _titles(self) -> Titles:
        return Titles(self._store.records())

    @cached_property
    def _follow_ups(self) -> FollowUps:
        return FollowUps(self.people, self._titles, self._ranker.fit, self._details.told)

    @cached_property
    def _lookup(self) -> Lookup:
        return Lookup(Catalogue(self._store), self.people, self._ranker, self._prompts)

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

    def source(self, passage: Passage, score: float) -> SourcePassage:
        """A passage with all that a card shows of its talk."""
        return source_passage(self._store.record(passage.record_id), passage, score)

    def standalone(self, question: str, history: Sequence[Answer], endpoint: Endpoint | None) -> str:
        """The question that is meant; the model is asked only for one that leans on the history."""
        if endpoint is not None and history and self._follow_ups.leans(question, history):
            rewritten = rewrite(question, history, endpoint, self._prompts)
            if rewritten is not None:
                return rewritten
        return self._follow_ups.standalone(question, history)

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
        records = list(self._store.records())
        ids = about.example_talks(records) if about.wants_examples(facet) else []
        examples = [self.source(self._store.passages_of(id_)[0], 1.0) for id_ in ids]
        yield Sources(tuple(examples))
        if facet is not None:
            yield from about.describe(facet, records, turn.answer, examples)
        elif about.is_thanks(turn.question):
            yield from turn.answer.say(about.FAREWELL)
        else:
            yield from turn.answer.say(about.GREETING)
            yield from about.name_examples(turn.answer, examples)

    def _answer(self, turn: Turn, endpoint: Endpoint | None, filters: Filters) -> Iterator[Event]:
        """Answer from the talks."""
        yield Status("searching", "Searching the talks and papers")
        ranking = self._search(theme(turn.standalone), endpoint, filters)
        ranked: Sequence[RankedRecord] = ranking.records
        wrong = wrong_speaker(turn.standalone, self.people, self._ranker)
        refusal = (
            self._refusals.judge(turn.question, turn.standalone, ranking, reads_itself=endpoint is not None)
            if wrong is None
            else None
        )
        if refusal is not None:
            turn.clock("retrieval")
            yield from self._refuse(turn, ranked, refusal)
            return
        if wrong is not None:
            ranked = sorted(ranked, key=lambda record: record.record_id != wrong.meant.record_id)
        several = wrong is None and asks_for_several(turn.standalone)
        if several:
            ranked = by_theme(turn.standalone, ranked)
        hits = [record.passages[0] for record in ranked] if several else flatten(ranked, self._passages)
        sources = [self.source(hit.passage, hit.score) for hit in hits if hit.score >= LEAST_OF_BEST * hits[0].score]
        turn.clock("retrieval")
        yield Sources(tuple(sources))
        yield Status("reading", _reading(sources))
        if wrong is not None:
            own, meant = self.source(wrong.own, 1.0), self.source(wrong.meant, 1.0)
            yield from own_words.correct(turn.answer, wrong.named.name, own, meant)
        written = False
        if endpoint is not None:
            yield from turn.answer.say("\n\n" if turn.answer.text else "")
            written = yield from self._write(turn, sources, endpoint)
        if not written:
            yield from self._quote(turn, ranked[:1] if wrong else ranked, several=several)
        elif several:
            turn.notice = turn.notice or own_words.BY_RELEVANCE
        turn.refused = not turn.answer.citations
        yield from self._check(turn, endpoint if self._asks_second_opinion else None)

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

    def _write(self, turn: Turn, sources: Sequence[SourcePassage], endpoint: Endpoint) -> Generator[Event, None, bool]:
        """Stream the model's draft; an endpoint that fails leaves a notice. Returns whether the answer is enough."""
        keyword = self._ranker.generation.keyword
        citer = DraftCiter(turn.answer, sources, keyword, matcher(sources, self._checker, keyword))
        # While the model reads the same passages: the check after the answer finds them read. Not a daemon: a process
        # that ends while the embedder works is aborted.
        threading.Thread(target=self._checker.prepare, args=(checked_texts(sources),)).start()
        try:
            yield from self._stream(turn, citer, sources, endpoint)
        except EndpointCut as error:
            turn.notice, whole = str(error), True
        except EndpointError as error:
            turn.notice, whole = str(error), False
        else:
            whole = True
        yield from citer.finish()
        turn.dropped_markers = citer.dropped_markers
        if whole and citer.matched_sentences:
            turn.notice = turn.notice or MATCHED.format(count=citer.matched_sentences)
        return whole

    def _stream(
        self, turn: Turn, citer: DraftCiter, sources: Sequence[SourcePassage], endpoint: Endpoint
    ) -> Iterator[Event]:
        """The model's words as they come, cited; raises what the endpoint raises."""
        model = endpoint.model()
        with closing(stream_pieces(turn.standalone, sources, endpoint, self._prompts)) as pieces:
            for piece in pieces:
                if isinstance(piece, Pulse):
                    yield Status("writing", f"{model} is {piece.value}")
                    continue
                for event in citer.feed(piece):
                    if isinstance(event, Delta):
                        turn.clock("first_token")
                        turn.mode = "model"
                    yield event
                if citer.is_repeating:
                    turn.notice = REPEATING
                    return

    def _quote(self, turn: Turn, ranked: Sequence[RankedRecord], *, several: bool) -> Iterator[Event]:
        """Answer, or go on, in the sources' own words; of several records with one sentence of each."""
        question = without_subject(turn.standalone)
        quotes = self._extractor.one_each(question, ranked) if several else self._extractor.extract(question, ranked)
        intro = f"{own_words.BY_RELEVANCE} {own_words.QUOTES_INTRO}" if several else own_words.QUOTES_INTRO
        cited = [(one, self.source(one.passage, one.score)) for one in quotes]
        yield from own_words.quote(turn.answer, cited, intro=intro)

    def _refuse(self, turn: Turn, ranked: Sequence[RankedRecord], refusal: Refusal) -> Iterator[Event]:
        """Say that the collection does not hold it, and name what is near."""
        turn.refused = True
        near = [self.source(record.passages[0].passage, record.score) for record in ranked[:2]]
        yield Sources(tuple(near))
        if refusal.is_untold:
            yield from own_words.refuse_detail(turn.answer, near[0])
        else:
            yield from own_words.refuse(turn.answer, near, refusal.unknown)


def _reading(sources: Sequence[SourcePassage]) -> str:
    talks = len({source.id for source in sources})
    return f"Reading {len(sources)} passages of {talks} talks and papers"
