"""One chat turn, top to bottom; yields events.

Comes in: a question, the answers before it, and an endpoint or none. Goes out: `assistant.types`, `Done` last.
"""

from collections.abc import Generator, Iterator, Sequence
from functools import partial

from assistant.about import introduce
from assistant.catalogue import CatalogueAnswer, query_text
from assistant.faq import Facet
from assistant.from_talks import FromTalks
from assistant.llm import Endpoint
from assistant.lookup import Lookup, is_list
from assistant.prompts import Prompts
from assistant.question import FollowUps
from assistant.retrieve.filters import Filters
from assistant.retrieve.hybrid import HybridRanker
from assistant.rewriting import rewrite
from assistant.routes import Router, Way
from assistant.turn import Turn
from assistant.types import Answer, Event, Sources


class Engine:
    """Runs chat turns.

    1. Choose the question's way: small talk, and the collection as a whole, are answered at once.
    2. Put into it what it leaves to the history.
    3. Look it up in the records, which answer lists and counts exactly.
    4. Else answer it from what the talks say.
    """

    def __init__(
        self,
        ranker: HybridRanker,
        router: Router,
        follow_ups: FollowUps,
        lookup: Lookup,
        from_talks: FromTalks,
        prompts: Prompts,
    ) -> None:
        self._ranker = ranker
        self._router = router
        self._follow_ups = follow_ups
        self._lookup = lookup
        self._from_talks = from_talks
        self._prompts = prompts

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
        turn = Turn(question, question)
        way = self._way(question, history)
        if way.route == "smalltalk" or (way.route == "about" and not self._lookup.lists(question)):
            yield from self._introduce(turn, way.facet)
            yield turn.done()
            return
        turn.standalone = self.standalone(question, history, endpoint)
        found = self._look_up(turn, history, endpoint, filters)
        # "Have you watched the videos?" is not recorded, but it is the program that is asked.
        if found is not None and (way.facet is None or is_list(found) or (found.refused and not way.to_you)):
            yield from self._tell(turn, found)
        elif way.facet is not None:
            turn.standalone = question
            yield from self._introduce(turn, way.facet)
        else:
            yield from self._from_talks.answer(turn, endpoint, filters or Filters())
        yield turn.done()

    def standalone(self, question: str, history: Sequence[Answer], endpoint: Endpoint | None) -> str:
        """The question that is meant; the model is asked only for one that leans on the history."""
        if endpoint is None:
            return self._follow_ups.standalone(question, history)
        ask = partial(rewrite, question, history, endpoint, self._prompts)
        return self._follow_ups.standalone(question, history, ask)

    def _way(self, question: str, history: Sequence[Answer]) -> Way:
        follows = any(answer.citations for answer in history)
        return self._router.route(question, partial(self._confidence, question), follows=follows)

    def _confidence(self, question: str) -> float:
        return self._ranker.search(question, limit=1).confidence

    def _look_up(
        self, turn: Turn, history: Sequence[Answer], endpoint: Endpoint | None, filters: Filters | None
    ) -> CatalogueAnswer | None:
        """An exact answer from the records, when the question asks for one."""
        # "Ok", "thanks" and questions about the program change nothing of what was asked before.
        before = next((answer.query for answer in reversed(history) if answer.mode != "about"), None)
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
        yield from introduce(facet, turn.question, self._ranker.generation.store, turn.answer)
