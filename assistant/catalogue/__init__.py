"""Exact, complete answers about the collection: "list", "how many", "who", "which".

Comes in: a question and the query before it. Goes out: an answer from the records with every item cited, or None: then
the question is one of content, for retrieval. The way through: `tagger` → `grammar` → `query` → `evaluate` → `telling`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from assistant.catalogue.evaluate import Result, evaluate
from assistant.catalogue.grammar import understand
from assistant.catalogue.plain import parse_query, query_text
from assistant.catalogue.query import Query
from assistant.catalogue.quoting import cited
from assistant.catalogue.tagger import tokens_of
from assistant.catalogue.telling import shown_ids, tell
from assistant.catalogue.unrecorded import unrecorded, unrecorded_query
from assistant.catalogue.vocabulary import Vocabulary
from assistant.citations import CitedText
from assistant.events import Event, SourcePassage
from ingest.store import RecordStore

# More would fill a small model's context; it can name the others from the question.
_PAGES_IN_PROMPT = 40

__all__ = ["Catalogue", "CatalogueAnswer", "Query", "parse_query", "query_text"]


@dataclass(frozen=True, slots=True)
class CatalogueAnswer:
    """An answer that is ready to be told.

    Attributes:
        query: Kept for the next question; None when what was asked for is not recorded.
        result: What was found; None likewise.
        notice: What is not recorded, in one sentence; "" when all is.
    """

    query: Query | None
    result: Result | None
    notice: str
    _store: RecordStore

    @property
    def refused(self) -> bool:
        """Whether the collection does not record what was asked for."""
        return self.result is None

    def sources(self) -> tuple[SourcePassage, ...]:
        """The passages that the answer cites, in its order."""
        if self.query is None or self.result is None:
            return ()
        return tuple(item.source for item in cited(self.query, shown_ids(self.query, self.result), self._store))

    def tell(self, answer: CitedText) -> Iterator[Event]:
        """Say and cite the whole answer."""
        if self.query is None or self.result is None:
            yield from answer.say(self.notice)
        else:
            yield from tell(self.query, self.result, self._store, answer)


class Catalogue:
    """Answers from the records of one generation."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        self._vocabulary = Vocabulary(store)

    def answer(
        self,
        question: str,
        previous: Query | None = None,
        *,
        reply: str | None = None,
        within: Sequence[int] | None = None,
    ) -> CatalogueAnswer | None:
        """Answer a question about the collection.

        Args:
            question: As typed.
            previous: The query of the turn before, for follow-ups.
            reply: What a model made of the question (`prompts/catalogue.md`); read first, never executed.
            within: Positions of the records that count, where filters leave only some.

        Returns:
            None when the question is about content, or was not understood to the last word.
        """
        tokens = tokens_of(question, self._vocabulary, on_page=previous is not None and any(previous.on("page")))
        if notice := unrecorded(tokens, self._vocabulary, previous):
            return CatalogueAnswer(None, None, notice, self._store)
        query = self._resolved(parse_query(reply)) if reply else None
        query = query or understand(question, tokens, self._vocabulary, previous)
        if query is None:
            return None
        if notice := unrecorded_query(query, self._vocabulary):
            return CatalogueAnswer(None, None, notice, self._store)
        return CatalogueAnswer(
            query, evaluate(query, self._store, self._vocabulary.names, within=within), "", self._store
        )

    def prompt_values(self, question: str, previous: Query | None = None) -> dict[str, str]:
        """The values of `prompts/catalogue.md`, whose reply `answer` takes."""
        pages = "; ".join(list(self._vocabulary.pages)[:_PAGES_IN_PROMPT])
        return {"question": question, "pages": pages, "previous": query_text(previous) if previous else "none"}

    def _resolved(self, query: Query | None) -> Query | None:
        """A model's query with the people's names as they are recorded; names that nobody has stay as they are."""
        if query is None:
            return None
        find = self._vocabulary.names.find_people
        mended = [
            replace(one, values=tuple(found for name in one.values for found in find(name) or (name,)))
            if one.field == "person"
            else one
            for one in query.conditions
        ]
        return replace(query, conditions=tuple(mended))
