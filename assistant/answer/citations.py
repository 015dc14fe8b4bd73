"""Markers → numbered, valid citations, each with the words that it rests on.

Comes in: pieces of an answer and the passages that it may cite. Goes out: events, and the whole text with its
citations. A record keeps one number through an answer, given by first appearance; a marker that names no source is
dropped and counted, and so is a list of sources that a model adds. A sentence that names no source gets one where
exactly one source carries it; such a citation is marked as the program's own (`Citation.added`).
"""

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from functools import lru_cache

import numpy as np

from assistant.answer.markers import Marker, MarkerParser
from assistant.retrieve.rerank import sentence_spans
from assistant.types import Citation, Cited, Delta, Event, Located, SourcePassage
from ingest.lexical import KeywordIndex
from ingest.passages import split_sentences

# A passage and the characters of it that are quoted, as offsets in its text.
Quote = tuple[SourcePassage, int, int]
# A sentence → what carries it; None where that is not clear.
Matcher = Callable[[str], Quote | None]
# What a sentence may end with; only behind it, or a line break, is it worth looking closer.
_FULL_STOP = re.compile(r"[.!?…。！？][\"'”’»)\]*_]{0,8}$")
_WORD_CHAR = re.compile(r"\w")
# Shorter ones, such as headings, may well come twice.
_REPEATED_CHARS = 50
# Of a longer sentence only the end is looked at, so that a text without full stops takes linear time.
_LONGEST_SENTENCE_CHARS = 1000
_BOUNDARY_CHARS = 300
_LONGEST_SPACE_CHARS = 200
# A line of a list of sources is a title with names, a link or a section; a longer one is text.
_LONGEST_ENTRY_CHARS = 400
_LIST_TITLES = ("sources", "references", "bibliography", "citations", "works cited", "footnotes", "sources used")
_LIST_TITLE = re.compile(rf"\W*(?:{'|'.join(_LIST_TITLES)})\W*", re.IGNORECASE)
_ENTRY = re.compile(r"\s*(?:\0|[>*•-]\s|[(\[]?\d{1,2}[.):\]])")
_WORD = re.compile(r"[^\W\d_]")


class CitedText:
    """An answer while it grows.

    Attributes:
        citations: One for each marker, in their order in the text.
        first_said: When its first words came, by `time.perf_counter`; None where none did.
    """

    def __init__(self) -> None:
        self.citations: list[Citation] = []
        self.first_said: float | None = None
        self._said: list[str] = []
        self._numbers: dict[str, int] = {}

    @property
    def text(self) -> str:
        """All that was said so far."""
        if len(self._said) > 1:
            self._said = ["".join(self._said)]
        return self._said[0] if self._said else ""

    def say(self, text: str) -> Iterator[Event]:
        """Add words."""
        if text:
            self.first_said = self.first_said or time.perf_counter()
            self._said.append(text)
            yield Delta(text)

    def paragraph(self, text: str) -> Iterator[Event]:
        """Add words, apart from what stands before them."""
        return self.say(("\n\n" if self._said else "") + text)

    def cite(self, source: SourcePassage, start: int, end: int, *, added: bool = False) -> Iterator[Event]:
        """Add a marker that points at these characters of a passage; `added` where the model wrote none."""
        n = self._numbers.setdefault(source.id, len(self._numbers) + 1)
        before = [(second, address) for offset, second, address in source.opens if offset <= start]
        opens_at_s, deep_link = before[-1] if before else (None, None)
        located = {field.name: getattr(source, field.name) for field in fields(Located)}
        citation = Citation(
            **located | {"deep_link": deep_link or source.deep_link},
            n=n,
            quote=source.text[start:end],
            quote_start=start,
            opens_at_s=opens_at_s,
            added=added,
        )
        self.citations.append(citation)
        yield from self.say(f"[{n}]")
        yield Cited(citation)


class DraftCiter:
    """Turns a model's draft, as it streams, into cited text; the same text whatever the pieces were."""

    def __init__(
        self,
        answer: CitedText,
        sources: Sequence[Sequence[SourcePassage]],
        keyword: KeywordIndex,
        match: Matcher,
    ) -> None:
        """Start on a draft.

        Args:
            sources: The records as the prompt numbered them, from 1: the passages of each.
            match: Finds the source of a sentence that names none.
        """
        self.dropped_markers = 0
        self.matched_sentences = 0
        # Whether a long sentence has come twice: a small model that has begun to go round in circles.
        self.is_repeating = False
        self._answer = answer
        self._sources = sources
        self._match = match
        self._parser = MarkerParser(len(sources))
        self._list = _SourceList()
        # Finding the words that a citation rests on takes a millisecond.
        self._quote = lru_cache(maxsize=1000)(lambda claim, place: best_quote(claim, sources[place], keyword))
        self._sentence = ""
        self._sentence_is_cited = False
        self._sentences: set[str] = set()
        # The words of the sentence since its last marker, and the talks cited for them.
        self._claim = ""
        self._cited_for_claim: set[str] = set()
        # What "Source 1:" at the beginning of a line stands for, up to the end of the line.
        self._ahead: tuple[int, ...] = ()
        # White space, and quotation marks and the like behind it, are held until the next word: before a dropped
        # marker a space would be left over, and only the word tells whether a sentence begins there.
        self._space = ""
        self._in_code = False

    def feed(self, piece: str) -> Iterator[Event]:
        """Take the next piece of the draft."""
        for token in self._parser.feed(piece):
            for kept in self._list.feed(token):
                yield from self._take(kept)

    def finish(self) -> Iterator[Event]:
        """The draft is over, or broke off."""
        for token in self._parser.finish():
            for kept in self._list.feed(token):
                yield from self._take(kept)
        for kept in self._list.finish():
            yield from self._take(kept)
        yield from self._end_sentence()
        if self._space.strip():
            yield from self._answer.say(self._space.rstrip())

    def _take(self, token: str | Marker) -> Iterator[Event]:
        if isinstance(token, Marker):
            if token.is_ahead:
                yield from self._end_sentence()
                self._ahead = token.numbers
                return
            for number in token.numbers:
                yield from self._cite(number)
            return
        said = ""
        for piece in re.findall(r"\s+|\S+", token):
            is_held = piece.isspace() or (self._space and not _WORD_CHAR.search(piece))
            if is_held and len(self._space) < _LONGEST_SPACE_CHARS:
                self._space += piece
                continue
            if self._space and self._begins_sentence(piece):
                yield from self._answer.say(said)
                said = ""
                yield from self._end_sentence()
            elif self._cited_for_claim:
                self._claim, self._cited_for_claim = "", set()
            words, self._space = self._space + piece, ""
            self._sentence = (self._sentence + words)[-_LONGEST_SENTENCE_CHARS:]
            self._claim = (self._claim + words)[-_LONGEST_SENTENCE_CHARS:]
            self._in_code ^= words.count("```") % 2 == 1
            said += words
        yield from self._answer.say(said)

    def _begins_sentence(self, piece: str) -> bool:
        """Whether the sentence so far is over before this piece, which white space sets apart from it."""
        if self._in_code or not self._sentence.strip():
            return False
        if "\n" in self._space:
            return True
        if not _FULL_STOP.search(self._sentence[-20:]):
            return False
        # The first letter decides, so that it does not matter how much of the word has come.
        begun = self._space + piece[: match.end() if (match := _WORD_CHAR.search(piece)) else None]
        return len(split_sentences(self._sentence[-_BOUNDARY_CHARS:].strip() + begun)) > 1

    def _end_sentence(self) -> Iterator[Event]:
        """Cite for the sentence what carries it, if it names no source itself."""
        sentence, is_cited = self._sentence, self._sentence_is_cited
        if self._ahead and not is_cited and sentence.strip():
            space, self._space = self._space, ""
            for n, number in enumerate(self._ahead):
                yield from self._answer.say("" if n else " ")
                yield from self._cite(number)
            self._space, is_cited = space, True
        if "\n" in self._space:
            self._ahead = ()
        self._sentence, self._sentence_is_cited = "", False
        self._claim, self._cited_for_claim = "", set()
        self.is_repeating |= len(sentence) >= _REPEATED_CHARS and sentence.strip() in self._sentences
        self._sentences.add(sentence.strip())
        found = None if is_cited or self._in_code or not sentence.strip() else self._match(sentence)
        if found is not None:
            self.matched_sentences += 1
            yield from self._answer.say(" ")
            yield from self._answer.cite(*found, added=True)

    def _cite(self, number: int) -> Iterator[Event]:
        if not 1 <= number <= len(self._sources):
            self.dropped_markers += 1
            self._space = self._space if "\n" in self._space or self._space.strip() else ""
            return
        record = self._sources[number - 1][0].id
        self._sentence_is_cited = True
        if record in self._cited_for_claim:
            return
        self._cited_for_claim.add(record)
        quote = self._quote(self._claim.strip(), number - 1)
        space, self._space = self._space, ""
        yield from self._answer.say(space)
        yield from self._answer.cite(*quote)


class _SourceList:
    """Takes a model's own list of sources out of its draft: the program shows one that is right.

    A title such as "References" is held until the next line tells whether a list follows; so is each line below it,
    while it may be an entry, which begins with a marker, a number or a bullet.
    """

    def __init__(self) -> None:
        self._held: list[str | Marker] = []
        self._line = ""  # "\0" for each marker
        self._is_text = False  # whether the line is surely none of a list
        self._is_list = False  # whether a title, or an entry, stands before it
        self._has_text = False  # whether anything else stands before that

    def feed(self, token: str | Marker) -> Iterator[str | Marker]:
        """Take the next token; yield what does not belong to a list."""
        for part in [token] if isinstance(token, Marker) else re.findall(r"[^\n]*\n|[^\n]+", token):
            self._held.append(part)
            self._line += "\0" if isinstance(part, Marker) else part
            if self._line.endswith("\n"):
                yield from self._end_line()
            elif self._is_text or not self._may_belong():
                self._is_text = True
                yield from self._release()

    def finish(self) -> Iterator[str | Marker]:
        """The text is over."""
        if self._line:
            yield from self._end_line()
        yield from self._release()

    def _may_belong(self) -> bool:
        """Whether the line so far may be a title, or an entry below one."""
        if not self._has_text or len(self._line) > _LONGEST_ENTRY_CHARS:
            return False
        if self._is_list and not _WORD.match(self._line.lstrip()):
            return True
        begun = re.sub(r"^\W+|\W+$", "", self._line).lower()
        return any(title.startswith(begun) for title in _LIST_TITLES)

    def _end_line(self) -> Iterator[str | Marker]:
        line, may_belong = self._line, not self._is_text and self._may_belong()
        self._line, self._is_text = "", False
        is_title = _LIST_TITLE.fullmatch(line) is not None
        if may_belong and (is_title or (self._is_list and (_ENTRY.match(line) or line.isspace()))):
            self._is_list = True
            if "\0" in line or not (is_title or line.isspace()):
                self._held = []
            return
        yield from self._release()

    def _release(self) -> Iterator[str | Marker]:
        held, self._held, self._is_list = self._held, [], False
        self._has_text = self._has_text or any(isinstance(part, str) and not part.isspace() for part in held)
        yield from held


def best_quote(claim: str, passages: Sequence[SourcePassage], keyword: KeywordIndex) -> Quote:
    """The sentence of some passages that shares most of a claim's wording."""
    quotes = [(passage, start, end) for passage in passages for start, end in sentence_spans(passage.text)]
    shared = keyword.coverage(claim, [passage.text[start:end] for passage, start, end in quotes])
    return quotes[int(np.argmax(shared))]
