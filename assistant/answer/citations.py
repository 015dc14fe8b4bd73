"""Markers → numbered, valid citations, each with the words that it rests on.

Comes in: pieces of an answer and the passages that it may cite. Goes out: events, and the whole text with its
citations. A talk keeps one number through an answer, given by first appearance; a marker that names no source is
dropped and counted. A sentence that ends without any marker gets one where a source clearly carries it (`uncited`).
"""

import re
from collections.abc import Iterator, Sequence

from assistant.answer.extract import best_quote
from assistant.answer.markers import Marker, MarkerParser
from assistant.answer.uncited import Matcher
from assistant.types import Citation, Cited, Delta, Event, SourcePassage
from ingest.lexical import KeywordIndex
from ingest.passages import split_sentences

# What a sentence may end with; only behind it, or a line break, is it worth looking closer.
_FULL_STOP = re.compile(r"[.!?…。！？][\"'”’»)\]*_]*$")
_WORD_CHAR = re.compile(r"\w")
# Shorter ones, such as headings, may well come twice.
_REPEATED_CHARS = 50


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
    """Turns a model's draft, as it streams, into cited text; the same text whatever the pieces were."""

    def __init__(
        self, answer: CitedText, sources: Sequence[SourcePassage], keyword: KeywordIndex, match: Matcher
    ) -> None:
        """Start on a draft.

        Args:
            answer: Grows with the draft.
            sources: The passages as the prompt numbered them, from 1.
            keyword: Weighs words, to find the sentence of a passage that a marker rests on.
            match: Finds the source of a sentence that names none.
        """
        self.dropped_markers = 0
        self.matched_sentences = 0
        # Whether a long sentence has come twice: a small model that has begun to go round in circles.
        self.is_repeating = False
        self._answer = answer
        self._sources = sources
        self._keyword = keyword
        self._match = match
        self._parser = MarkerParser()
        self._sentence = ""
        self._sentence_is_cited = False
        self._sentences: set[str] = set()
        # The words of the sentence since its last marker, and the talks cited for them.
        self._claim = ""
        self._cited_for_claim: set[str] = set()
        # White space, and quotation marks and the like behind it, are held until the next word: before a dropped
        # marker a space would be left over, and only the word tells whether a sentence begins there.
        self._space = ""
        self._in_code = False

    def feed(self, piece: str) -> Iterator[Event]:
        """Take the next piece of the draft."""
        for token in self._parser.feed(piece):
            yield from self._take(token)

    def finish(self) -> Iterator[Event]:
        """The draft is over, or broke off."""
        for token in self._parser.finish():
            yield from self._take(token)
        yield from self._end_sentence()
        if self._space.strip():
            yield from self._answer.say(self._space.rstrip())

    def _take(self, token: str | Marker) -> Iterator[Event]:
        if isinstance(token, Marker):
            for number in token.numbers:
                yield from self._cite(number)
            return
        said = ""
        for piece in re.findall(r"\s+|\S+", token):
            if piece.isspace() or (self._space and not _WORD_CHAR.search(piece)):
                self._space += piece
                continue
            if self._space and self._begins_sentence(piece):
                yield from self._answer.say(said)
                said = ""
                yield from self._end_sentence()
            elif self._cited_for_claim:
                self._claim, self._cited_for_claim = "", set()
            words, self._space = self._space + piece, ""
            self._sentence += words
            self._claim += words
            self._in_code ^= words.count("```") % 2 == 1
            said += words
        yield from self._answer.say(said)

    def _begins_sentence(self, piece: str) -> bool:
        """Whether the sentence so far is over before this piece, which white space sets apart from it."""
        if self._in_code or not self._sentence.strip():
            return False
        if "\n" in self._space:
            return True
        if not _FULL_STOP.search(self._sentence):
            return False
        # The first letter decides, so that it does not matter how much of the word has come.
        begun = self._space + piece[: match.end() if (match := _WORD_CHAR.search(piece)) else None]
        return len(split_sentences(self._sentence.strip() + begun)) > 1

    def _end_sentence(self) -> Iterator[Event]:
        """Cite for the sentence what carries it, if it names no source itself."""
        sentence, is_cited = self._sentence, self._sentence_is_cited
        self._sentence, self._sentence_is_cited = "", False
        self._claim, self._cited_for_claim = "", set()
        self.is_repeating |= len(sentence) >= _REPEATED_CHARS and sentence.strip() in self._sentences
        self._sentences.add(sentence.strip())
        found = None if is_cited or self._in_code or not sentence.strip() else self._match(sentence)
        if found is not None:
            self.matched_sentences += 1
            yield from self._answer.say(" ")
            yield from self._answer.cite(*found)

    def _cite(self, number: int) -> Iterator[Event]:
        if not 1 <= number <= len(self._sources):
            self.dropped_markers += 1
            self._space = self._space if "\n" in self._space or self._space.strip() else ""
            return
        source = self._sources[number - 1]
        self._sentence_is_cited = True
        if source.id in self._cited_for_claim:
            return
        self._cited_for_claim.add(source.id)
        start, end = best_quote(self._claim.strip(), source.text, self._keyword)
        space, self._space = self._space, ""
        yield from self._answer.say(space)
        yield from self._answer.cite(source, start, end)
