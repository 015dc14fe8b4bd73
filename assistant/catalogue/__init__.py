"""Exact, complete answers about the collection: "list", "how many", "who", "which".

Comes in: a question and the query before it. Goes out: an answer from the records with every item cited, or None: then
the question is one of content, for retrieval. The way through: `tagger` → `grammar`, or else `parser` → `query` →
`evaluate` → `telling`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.answer.citations import CitedText
from assistant.catalogue.contradiction import recorded_instead, tell_instead
from assistant.catalogue.evaluate import Result, evaluate
from assistant.catalogue.grammar import asks_what_is_said, understand
from assistant.catalogue.marking import Token
from assistant.catalogue.missing import details_sentence, missing_detail, phrase_pattern
from assistant.catalogue.pages import pages_of
from assistant.catalogue.parser import Parsed, Parser
from assistant.catalogue.plain import parse_query, query_text
from assistant.catalogue.query import Query
from assistant.catalogue.quoting import cited
from assistant.catalogue.tagger import tokens_of
from assistant.catalogue.telling import shown_ids, tell
from assistant.catalogue.told import Told
from assistant.catalogue.unrecorded import unrecorded, unrecorded_query, unrecorded_value
from assistant.catalogue.vocabulary import Vocabulary
from assistant.types import Event, SourcePassage
from ingest.record_store import RecordStore
from ingest.records import Record
from ingest.text import plain_words, singular

# More would fill a small model's context; it can name the others from the question.
_PAGES_IN_PROMPT = 40
# Of a longer list nobody asks for a detail of one.
_MOST_SPOKEN_OF = 200

# Of all that the parser writes; between .2 and .4 it makes no difference to unseen questions.
LEAST_CHANCE = 0.3

__all__ = ["Catalogue", "CatalogueAnswer", "Query", "parse_query", "query_text"]


@dataclass(frozen=True, slots=True)
class CatalogueAnswer:
    """An answer that is ready to be told.

    Attributes:
        query: Kept for the next question; None when what was asked for is not recorded.
        result: What was found; None likewise.
        notice: What is not recorded, in one sentence; "" when all is.
        instead: What is recorded of the person whom a query names that found nothing.
    """

    query: Query | None
    result: Result | None
    notice: str
    _store: RecordStore
    instead: Result | None = None

    @property
    def refused(self) -> bool:
        """Whether the collection does not record what was asked for."""
        return self.result is None

    def sources(self) -> tuple[SourcePassage, ...]:
        """The passages that the answer cites, in its order."""
        if self.query is None or self.result is None:
            return ()
        ids = self.instead.ids if self.instead else shown_ids(self.query, self.result)
        return tuple(item.source for item in cited(self.query, ids, self._store))

    def tell(self, answer: CitedText) -> Iterator[Event]:
        """Say and cite the whole answer."""
        if self.query is None or self.result is None:
            yield from answer.say(self.notice)
        elif self.instead is not None:
            yield from tell_instead(self.query, self.instead, self._store, answer)
        else:
            yield from tell(self.query, self.result, self._store, answer)


class Catalogue:
    """Answers from the records of one generation."""

    def __init__(self, store: RecordStore, parser: Parser) -> None:
        self._store = store
        self._parser = parser
        self._vocabulary = Vocabulary(store)
        # A turn looks at the same question from several sides.
        self._tokens = lru_cache(maxsize=32)(self._tagged)
        self._parsed = lru_cache(maxsize=32)(self._parse)

    def answer(
        self,
        question: str,
        previous: Query | None = None,
        *,
        reply: str | None = None,
        within: Sequence[int] | None = None,
        rules_only: bool = False,
    ) -> CatalogueAnswer | None:
        """Answer a question about the collection.

        Args:
            question: As typed.
            previous: The query of the turn before, for follow-ups.
            reply: What a model made of the question (`prompts/catalogue.md`); read first, never executed.
            within: Positions of the records that count, where filters leave only some.
            rules_only: Understand it to the last word, or not at all.

        Returns:
            None when the question is about content, or was not understood.
        """
        tokens = self._tokens(question, on_page=_is_on_page(previous))
        query = self._resolved(parse_query(reply)) if reply else None
        if notice := unrecorded(tokens, self._vocabulary, previous):
            return CatalogueAnswer(None, None, notice, self._store)
        was_read_whole = reply is not None
        if query is None:
            told = Told.of(previous, lambda one: self._evaluated(one, within)) if previous is not None else None
            query = understand(question, tokens, self._vocabulary, previous, told)
            was_read_whole = query is not None
        if query is None and not rules_only:
            query = self._as_learned(question, tokens, previous)
        if query is None:
            return None
        if notice := unrecorded_query(query, self._vocabulary):
            return CatalogueAnswer(None, None, notice, self._store)
        result = self._evaluated(query, within)
        if len(result.ids) == 1 and (notice := unrecorded_value(tokens, query, self._store.record(result.ids[0]))):
            return CatalogueAnswer(None, None, notice, self._store)
        instead = None if result.ids else recorded_instead(query, self._store, self._vocabulary.names)
        if not result.ids and instead is None and (not was_read_whole or any(query.on("person"))):
            # "None" says too much of a question that was not read to the last word, or of somebody: "Which professor
            # is he a postdoc with?".
            return None
        return CatalogueAnswer(query, result, "", self._store, instead)

    def _as_learned(self, question: str, tokens: Sequence[Token], previous: Query | None) -> Query | None:
        """What the parser makes of a question that rules do not understand."""
        parsed = self._parsed(question, previous)
        if parsed.query is None or parsed.chance < LEAST_CHANCE:
            return None
        if previous is None and asks_what_is_said(tokens, parsed.query):
            return None
        return self._resolved(parsed.query)

    def _evaluated(self, query: Query, within: Sequence[int] | None = None) -> Result:
        return evaluate(query, self._store, self._vocabulary.names, within=within)

    def of_one(self, standalone: str) -> CatalogueAnswer | None:
        """What the records tell of one talk or paper that a question names: its author count, its date, its code."""
        found = self.answer(standalone, rules_only=True)
        if found is None or found.query is None or found.result is None:
            return found if any(record.kind == "paper" for record in self._named(standalone)[0]) else None
        only_named = bool(found.query.conditions) and all(
            one.field in ("title", "has") for one in found.query.conditions
        )
        return found if only_named and any(found.query.on("title")) and len(found.result.ids) == 1 else None

    def lacks(self, question: str, standalone: str, previous: Query | None = None) -> CatalogueAnswer | None:
        """Say that what is asked of a talk, paper or person is not recorded, where its own record tells no such thing.

        Args:
            question: As typed.
            standalone: The same with the title of what was spoken of, where it leaves that to the history.
            previous: The query of the turn before, whose records are spoken of then.
        """
        records, names = self._named(standalone)
        if previous is not None and standalone != question:
            listed = self._evaluated(previous).ids
            records = [self._store.record(one) for one in listed[:_MOST_SPOKEN_OF]] or records
        if not records:
            return None
        for record in records:
            question = question.replace(record.title, " ")
        kinds = {record.kind for record in records}
        topic = missing_detail(question, self._text(records), kinds, names_somebody=bool(names))
        return CatalogueAnswer(None, None, details_sentence(topic, records), self._store) if topic else None

    def tells(self, question: str, standalone: str) -> bool:
        """Whether the record spoken of uses a word that elsewhere asks for what is not recorded: its "length"."""
        text = self._text(self._named(standalone)[0])
        asked = [token.text for token in self._tokens(question) if token.tag == "UNRECORDED"]
        return any(re.search(phrase_pattern(words), text, re.IGNORECASE) for words in asked)

    def _named(self, question: str) -> tuple[list[Record], list[str]]:
        """The records whose titles a question names, else those of the people whom it names; and these people."""
        tokens = self._tokens(question)
        titles, names = (
            [value for token in tokens if token.tag == tag for value in token.values] for tag in ("TITLEREF", "NAME")
        )
        return self._vocabulary.titled(titles) if titles else self._vocabulary.talks_of(names), names

    def _tagged(self, question: str, *, on_page: bool = False) -> list[Token]:
        return tokens_of(question, self._vocabulary, on_page=on_page)

    def _parse(self, question: str, previous: Query | None) -> Parsed:
        tokens = self._tokens(question, on_page=_is_on_page(previous))
        return self._parser.parse(question, tokens, previous)

    def _text(self, records: list[Record]) -> str:
        return "\n".join(passage.text for record in records for passage in self._store.passages_of(record.id))

    def prompt_values(self, question: str, previous: Query | None = None) -> dict[str, str]:
        """The values of `prompts/catalogue.md`, whose reply `answer` takes."""
        pages = "; ".join(list(self._vocabulary.pages)[:_PAGES_IN_PROMPT])
        return {"question": question, "pages": pages, "previous": query_text(previous) if previous else "none"}

    def _resolved(self, query: Query | None) -> Query | None:
        """A query with people and pages as they are recorded; names that nobody has stay as they are.

        None where a page is named that there is not.
        """
        if query is None:
            return None
        find: dict[str, Callable[[str], Sequence[str]]] = {
            "person": lambda name: self._vocabulary.names.find_people(name) or [name],
            "page": self._pages,
        }
        mended = [
            replace(one, values=tuple(found for name in one.values for found in find[one.field](name)))
            if one.field in find
            else one
            for one in query.conditions
        ]
        return replace(query, conditions=tuple(mended)) if all(one.values for one in mended) else None

    def _pages(self, name: str) -> Sequence[str]:
        if name in self._vocabulary.pages:
            return [name]
        words = [singular(word) for word in plain_words(name)]
        return pages_of(words, self._vocabulary) if words else []


def _is_on_page(previous: Query | None) -> bool:
    return previous is not None and any(previous.on("page"))
