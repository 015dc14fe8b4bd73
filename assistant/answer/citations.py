"""Markers → numbered, valid citations, each with the words that it rests on.

Comes in: pieces of an answer and the passages that it may cite. Goes out: events, and the whole text with its
citations. A record keeps one number through an answer, given by first appearance; a marker that names no source is
dropped and counted, and so is a list of sources that a model adds. A sentence that names no source gets one where
exactly one source carries it; such a citation is marked as the program's own (`Citation.added`).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

import numpy as np

from assistant.answer.markers import Marker, MarkerParser
from assistant.types import Citation, Cited, Delta, Event, SourcePassage
from ingest.lexical import KeywordIndex
from ingest.passages import split_sentences

# A passage and the characters of it that are quoted, as offsets in its text.
Quote = tuple[SourcePassage, int, int]
# A sentence → what carries it; None where that is not clear.
Matcher = Callable[[str], Quote | None]
# A shorter "sentence" is a heading or a fragment of a list.
_SHORTEST_QUOTE_CHARS = 25
# What a sentence may end with; only behind it, or a line break, is it worth looking closer.
_FULL_STOP = re.compile(r"[.!?…。！？][\"'”’»)\]*_]{0,8}$")
_WORD_CHAR = re.compile(r"\w")
# Finding the words that a citation rests on takes a millisecond; no answer needs more.
_MOST_QUOTES = 500
# Shorter ones, such as headings, may well come twice.
_REPEATED_CHARS = 50
# Of a longer sentence only the end is looked at, so that a text without full stops takes linear time.
_LONGEST_SENTENCE_CHARS = 1000
_BOUNDARY_CHARS = 300
_LONGEST_SPACE_CHARS = 200
# A line of a list of sources is a title with names, a link or a section; a longer one is text.
_LONGEST_ENTRY_CHARS = 400
_LIST_TITLES = ("sources", "references", "bibliography", "citations", "works cited", "footnotes", "sources used")
_LIST_TITLE = re.compile(rf"\W*(?:{'|'.join(_LIST_TITLES)})[^\w\0]*", re.IGNORECASE)
_ENTRY = re.compile(r"[\s>*•-]*(?:\0|\(?\d{1,2}[.):]|\[\d)")
# Of an entry's words so many are the source's: title, speakers, section.
_ENTRY_SHARE = 0.75


class CitedText:
    """An answer while it grows.

    Attributes:
        citations: One for each marker, in their order in the text.
    """

    def __init__(self) -> None:
        self.citations: list[Citation] = []
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
            self._said.append(text)
            yield Delta(text)

    def cite(self, source: SourcePassage, start: int, end: int, *, added: bool = False) -> Iterator[Event]:
        """Add a marker that points at these characters of a passage; `added` where the model wrote none."""
        n = self._numbers.setdefault(source.id, len(self._numbers) + 1)
        before = [(second, address) for offset, second, address in source.opens if offset <= start]
        opens_at_s, deep_link = before[-1] if before else (None, None)
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
            video_url=source.video_url,
            start_s=source.start_s,
            end_s=source.end_s,
            opens_at_s=opens_at_s,
            deep_link=deep_link or source.deep_link,
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
            answer: Grows with the draft.
            sources: The records as the prompt numbered them, from 1: the passages of each.
            keyword: Weighs words, to find the passage and its sentence that a marker rests on.
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
        self._parser = MarkerParser(len(sources))
        self._list = _SourceList(sources)
        self._quote = lru_cache(maxsize=1000)(self._find_quote)
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

    def _find_quote(self, claim: str, place: int) -> Quote:
        passages = self._sources[place]
        is_flood = len(self._answer.citations) >= _MOST_QUOTES
        return best_quote("" if is_flood else claim, passages[:1] if is_flood else passages, self._keyword)


class _SourceList:
    """Takes a model's own list of sources out of its draft: the program shows one that is right.

    A line is held while it may belong to such a list: behind a title such as "References", or with the title of a
    source behind its marker. No line is held that is longer than an entry.
    """

    def __init__(self, sources: Sequence[Sequence[SourcePassage]]) -> None:
        self._names = [
            {word for one in record for word in _words(one.title, *one.speakers, one.section, one.kind, one.id)}
            for record in sources
        ]
        self._title: list[str | Marker] = []  # the title's line, and blank ones, until it is known what follows
        self._line: list[str | Marker] = []
        self._shape = ""  # the line, "\0" for each marker
        self._is_open = True  # whether the line may still belong to a list
        self._is_list = False
        self._has_text = False
        self._cited: set[int] = set()

    def feed(self, token: str | Marker) -> Iterator[str | Marker]:
        """Take the next token; yield what does not belong to a list."""
        for part in [token] if isinstance(token, Marker) else re.findall(r"[^\n]*\n|[^\n]+", token):
            if not self._is_open:
                if isinstance(part, Marker):
                    self._cited |= set(part.numbers)
                yield part
                self._is_open = isinstance(part, str) and part.endswith("\n")
                continue
            self._line.append(part)
            self._shape += "\0" if isinstance(part, Marker) else part
            if self._shape.endswith("\n"):
                yield from self._end_line()
            elif not self._may_be_entry():
                yield from self._release()

    def finish(self) -> Iterator[str | Marker]:
        """The text is over."""
        if self._shape:
            yield from self._end_line()
        yield from self._title

    def _may_be_entry(self) -> bool:
        if len(self._shape) > _LONGEST_ENTRY_CHARS:
            return False
        begun = self._shape.strip(" \t#>*_-•")
        if not begun or begun[0] == "\0" or self._title or self._is_list:
            return True
        word = re.sub(r"[\W\0]+$", "", begun.lower())
        return any(title.startswith(word) or re.match(rf"{title}\b", begun, re.I) for title in _LIST_TITLES)

    def _end_line(self) -> Iterator[str | Marker]:
        shape = self._shape.rstrip("\n")
        if not shape.strip():
            self._title += self._line
            self._line, self._shape = [], ""
            if not self._is_list and not _LIST_TITLE.match(self._plain(self._title)):
                yield from self._release()
            return
        title = _LIST_TITLE.match(shape)
        if title and not shape[title.end() :].strip(" \0,;.[]()&") and ("\0" in shape or title.end() == len(shape)):
            if "\0" in shape:
                self._drop()
            else:
                self._title += self._line
                self._line, self._shape = [], ""
        elif self._is_entry(shape):
            self._drop()
        else:
            yield from self._release()

    def _is_entry(self, shape: str) -> bool:
        """Whether a line is an entry of a list of sources: numbered below its title, or a source's own words."""
        is_below_title = self._is_list or (self._has_text and bool(self._plain(self._title).strip()))
        if is_below_title and _ENTRY.match(shape):
            return True
        numbers = {number for part in self._line if isinstance(part, Marker) for number in part.numbers}
        is_again = bool(numbers) and numbers <= self._cited and shape.lstrip(" \t*•-").startswith("\0")
        if not is_again and not is_below_title:
            return False
        if re.match(r"\s*\0:", shape):
            return True
        words = _words(re.sub(r"https?:\S+", "", shape))
        named = [self._names[n - 1] for n in numbers if 1 <= n <= len(self._names)] if numbers else self._names
        return len(words) > 1 and any(len(words & one) >= _ENTRY_SHARE * len(words) for one in named)

    def _drop(self) -> None:
        self._title, self._line, self._shape, self._is_list = [], [], "", True

    def _release(self) -> Iterator[str | Marker]:
        for part in (*self._title, *self._line):
            if isinstance(part, Marker):
                self._cited |= set(part.numbers)
            self._has_text |= isinstance(part, str) and not part.isspace()
            yield part
        self._is_open = not self._line or self._shape.endswith("\n")
        self._title, self._line, self._shape, self._is_list = [], [], "", False

    @staticmethod
    def _plain(line: Sequence[str | Marker]) -> str:
        return "".join("\0" if isinstance(part, Marker) else part for part in line)


def _words(*texts: str) -> set[str]:
    return {word for text in texts for word in re.findall(r"\w+", text.lower())}


def best_quote(claim: str, passages: Sequence[SourcePassage], keyword: KeywordIndex) -> Quote:
    """The sentence of some passages that shares most of a claim's wording."""
    quotes = [
        (passage, start, end)
        for passage in passages
        for start, end in split_sentences(passage.text)
        if end - start >= _SHORTEST_QUOTE_CHARS
    ] or [(passages[0], 0, len(passages[0].text))]
    shared = keyword.coverage(claim, [passage.text[start:end] for passage, start, end in quotes])
    return quotes[int(np.argmax(shared))]
