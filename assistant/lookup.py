"""A question about the collection → an exact answer from the records, or None: then it is one for retrieval.

Comes in: a question, the query before it, an endpoint or none. The catalogue's own grammar reads the question first; a
model is asked only for what the grammar did not understand and what sounds like a list, and its query counts only when
it says nothing that the question does not.
"""

import re
from collections.abc import Sequence

from assistant.catalogue import Catalogue, CatalogueAnswer, Query, parse_query
from assistant.catalogue.query import Field
from assistant.llm import Endpoint
from assistant.named import People
from assistant.premise import unknown_names, wrong_speaker
from assistant.prompts import Prompts
from assistant.retrieve.hybrid import HybridRanker
from assistant.short_reply import short_reply
from ingest.errors import EndpointError

_SOUNDS_LIKE_A_LIST = re.compile(
    r"\b(?:how many|how often|lists?|all|every\w*|each|count|number of|most|fewest|least|newest|oldest|latest|earliest"
    r"|sort(?:ed)?|order(?:ed)?|group(?:ed)?|per|table)\b",
    re.IGNORECASE,
)
# A query has a line for each field; a model that goes on is explaining itself.
_LONGEST_QUERY_CHARS = 600
# What these fields hold is taken from the question, not translated from it.
_QUOTED_FIELDS: tuple[Field, ...] = ("person", "affiliation", "title", "opening", "text", "link")


class Lookup:
    """Answers from the records of one generation."""

    def __init__(self, catalogue: Catalogue, people: People, ranker: HybridRanker, prompts: Prompts) -> None:
        self._catalogue = catalogue
        self._people = people
        self._ranker = ranker
        self._prompts = prompts

    def answer(
        self,
        question: str,
        standalone: str,
        before: str | None,
        endpoint: Endpoint | None,
        *,
        within: Sequence[int] | None = None,
    ) -> CatalogueAnswer | None:
        """Answer exactly, or not at all.

        Args:
            question: As typed.
            standalone: The same with what it leaves to the history put in.
            before: The query of the turn before, as text, for follow-ups.
            endpoint: A model to ask where the grammar understands nothing.
            within: Positions of the records that count; None is all of them.
        """
        previous = parse_query(before) if before else None
        found = self._catalogue.answer(question, previous, within=within)
        if previous is None and standalone != question:
            # It is about a talk that was spoken of, so it asks for no list; but it may ask for what is not recorded.
            if found is not None and found.refused and not self._catalogue.tells(question, standalone):
                return found
            return self._of_what_was_spoken_of(question, standalone)
        if found is None and endpoint is not None and _SOUNDS_LIKE_A_LIST.search(question):
            found = self._as_the_model_reads_it(question, previous, endpoint, within)
        if found is None:
            return self._catalogue.lacks(question, standalone, previous)
        if found.refused or found.sources():
            return found
        # "None" is right for a list, but not for a talk that is somebody else's, or for somebody who is not here.
        if wrong_speaker(question, self._people, self._ranker) is not None:
            return None
        names_somebody = found.query is not None and any(found.query.on("person"))
        return None if names_somebody and self.unknown_names(question) else found

    def lists(self, question: str) -> bool:
        """Whether a question asks for certain talks, papers or people: then it is none about the program."""
        found = self._catalogue.answer(question)
        return found is not None and is_list(found)

    def _of_what_was_spoken_of(self, question: str, standalone: str) -> CatalogueAnswer | None:
        """What the record says of itself, or does not: "How many people wrote it?", "Who invited her?"."""
        return self._catalogue.lacks(question, standalone) or self._catalogue.of_one(standalone)

    def unknown_names(self, question: str) -> list[str]:
        """The proper names of a question that stand nowhere in the collection."""
        return unknown_names(question, self._ranker.spelling)

    def _as_the_model_reads_it(
        self, question: str, previous: Query | None, endpoint: Endpoint, within: Sequence[int] | None
    ) -> CatalogueAnswer | None:
        prompt = self._prompts.fill("catalogue", **self._catalogue.prompt_values(question, previous))
        try:
            reply = short_reply(prompt, endpoint, most_chars=_LONGEST_QUERY_CHARS)
        except EndpointError:
            return None  # the answer itself is asked for next and tells what is wrong
        query = parse_query(reply.text) if reply.is_whole else None
        if query is None or not says_what_was_asked(query, question):
            return None
        return self._catalogue.answer(question, previous, reply=reply.text, within=within)


def is_list(found: CatalogueAnswer) -> bool:
    """Whether an answer narrows, counts or arranges what is here; "What is here?" may mean the whole collection."""
    query = found.query
    if query is None:
        return False
    counts = query.counted and (query.kind is not None or query.listed != "records")
    arranges = query.order != "corpus" or query.limit is not None
    parts = query.listed not in ("records", "people")
    return bool(query.conditions) or counts or arranges or parts


def says_what_was_asked(query: Query, question: str) -> bool:
    """Whether a model's query narrows or arranges anything, and invents no name and no word."""
    asked = question.lower()
    values = [value for condition in query.on(*_QUOTED_FIELDS) for value in condition.values]
    words = [word for value in values for word in re.findall(r"\w{3,}", value.lower())]
    arranges = query.order != "corpus" or query.limit is not None or query.listed != "records"
    return bool(query.conditions or arranges) and all(word[:4] in asked for word in words)
