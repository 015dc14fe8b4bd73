"""Markers → numbered, valid citations, each with the words that it rests on.

Comes in: pieces of an answer and the passages that it may cite. Goes out: events, and the whole text with its
citations. A talk keeps one number through an answer, given by first appearance; a marker that names no source is
dropped and counted.
"""

from collections.abc import Iterator, Sequence

from assistant.events import Citation, Cited, Delta, Event, SourcePassage
from assistant.extract import best_quote
from assistant.markers import Marker, MarkerParser
from ingest.keyword import KeywordIndex
from ingest.passages import split_sentences


class CitedText:
    """An answer while it grows."""

    def __init__(self) -> None:
        self.text = ""
        self.citations: list[Citation] = []
        self._numbers: dict[str, int] = {}

    def say(self, text: str) -> Iterator[Event]:
        """Add words."""
        if text:
            self.text += text
            yield Delta(text)

    def cite(self, source: SourcePassage, start: int, end: int) -> Iterator[Event]:
        """Add a marker that points at these characters of a passage."""
        n = self._numbers.setdefault(source.id, len(self._numbers) + 1)
        citation = Citation(
            n=n,
            id=source.id,
            kind=source.kind,
            title=source.title,
            speakers=source.speakers,
            passage_id=source.passage_id,
            section=source.section,
            quote=source.text[start:end],
            quote_start=start,
            source=source.source,
            url=source.url,
        )
        self.citations.append(citation)
        yield from self.say(f"[{n}]")
        yield Cited(citation)


class DraftCiter:
    """Turns a model's draft, as it streams, into cited text."""

    def __init__(self, answer: CitedText, sources: Sequence[SourcePassage], keyword: KeywordIndex) -> None:
        """Start on a draft.

        Args:
            answer: Grows with the draft.
            sources: The passages as the prompt numbered them, from 1.
            keyword: Weighs words, to find the sentence of a passage that a marker rests on.
        """
        self.dropped_markers = 0
        self._answer = answer
        self._sources = sources
        self._keyword = keyword
        self._parser = MarkerParser()
        # The words since the last marker, and the talks cited for them.
        self._claim = ""
        self._cited_for_claim: set[str] = set()
        # White space is held until the next token: before a dropped marker it would be left over.
        self._space = ""

    def feed(self, piece: str) -> Iterator[Event]:
        """Take the next piece of the draft."""
        for token in self._parser.feed(piece):
            yield from self._take(token)

    def finish(self) -> Iterator[Event]:
        """The draft is over, or broke off."""
        for token in self._parser.finish():
            yield from self._take(token)

    def _take(self, token: str | Marker) -> Iterator[Event]:
        if isinstance(token, Marker):
            for number in token.numbers:
                yield from self._cite(number)
            return
        words = self._space + token
        if token.strip():
            if self._cited_for_claim:
                self._claim, self._cited_for_claim = "", set()
            self._claim += words
        shown = words.rstrip()
        self._space = words[len(shown) :]
        yield from self._answer.say(shown)

    def _cite(self, number: int) -> Iterator[Event]:
        if not 1 <= number <= len(self._sources):
            self.dropped_markers += 1
            self._space = self._space if "\n" in self._space else ""
            return
        source = self._sources[number - 1]
        if source.id in self._cited_for_claim:
            return
        self._cited_for_claim.add(source.id)
        start, end = best_quote(last_sentence(self._claim), source.text, self._keyword)
        space, self._space = self._space, ""
        yield from self._answer.say(space)
        yield from self._answer.cite(source, start, end)


def last_sentence(text: str) -> str:
    """The last sentence of a text, or "" when it has none."""
    spans = split_sentences(text)
    return text[slice(*spans[-1])] if spans else ""
