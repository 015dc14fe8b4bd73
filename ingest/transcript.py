"""A transcript as running text, and the windows of it that are searched and quoted, each with its seconds.

Comes in: a record with cues. Goes out: its text, windows of about 130 words, the second at any place of the text.
Sentences are joined across cues; speech without full stops is cut at pauses. How it is cut hardly matters for finding
(moment@1 .492 by sentences, .501 at cue borders or pauses); sentences are for quoting.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, pairwise

from ingest.records import Cue, Record
from ingest.text import has_stops

Span = tuple[int, int]

# About 52 seconds. 60, 90, 130 and 180 words found the moment .556, .549, .568 and .547 of the time; longer is cut off
# by the model, overlapping windows cost 17-41 % more and found no more.
WINDOW_WORDS = 130
# A window is cut at the longest pause, or nearest full stop, this far from its length.
_SLACK = 0.3
LONGEST_WINDOW_CHARS = 1000
# Text without spaces has no words to count.
_CHARS_PER_WORD = 8
# A turn of fewer words ("Why is that?") shares a window with the turns around it.
_LONG_TURN_WORDS = WINDOW_WORDS // 2
_SOUND_WORDS = (
    "applause|applauding|cheering|cheers|chuckles?|chuckling|coughs?|laughs?|laughing|laughter|music|sighs?|silence"
)
# What is heard and no word: shown in the transcript, never searched or quoted. "[INAUDIBLE]" is a word not understood
# and stays, as "[? maybe ?]" and "[T(n)]" do.
_SOUND = re.compile(
    rf"\[(?!inaudible|unintelligible|indistinct|unclear|crosstalk)[^\W\d_][^\W\d_ '’-]*(?:[ '’-][^\W\d_]+){{0,3}}\]"
    rf"|\((?:{_SOUND_WORDS})\)|[♪♫]+",
    re.IGNORECASE,
)
# Where speech without stops is better cut than inside a phrase, in the languages of most talks.
_CONNECTIVE = r"(?:and|but|so|then|because|now|und|aber|dann|weil|also|et|mais|donc|parce|y|pero|porque|entonces)\b"
_OPENS_CLAUSE = re.compile(_CONNECTIVE, re.IGNORECASE)
_CLAUSE = re.compile(rf"(?<=[,;:–—])\s|\s(?={_CONNECTIVE})", re.IGNORECASE)
_ONLY_A_BRACKET = re.compile(r"[\s♪♫]*\([^()]{0,60}\)[\s♪♫]*")


class Transcript:
    """The text of a record's cues, without sounds; turns and chapters begin on lines of their own.

    Attributes:
        text: What was said.
    """

    def __init__(self, record: Record) -> None:
        timed = [(chapter.start_s, chapter.title) for chapter in record.chapters if chapter.start_s is not None]
        self._chapters = sorted(timed, key=lambda chapter: chapter[0])
        self._chapter_starts = [start_s for start_s, _ in self._chapters]
        self._cues: list[Cue] = []
        self._starts: list[int] = []
        # Where lines begin, and the chapter of each cue.
        self._chapter_of: list[int] = []
        pieces: list[str] = []
        length = 0
        for cue in record.transcript:
            spoken = spoken_text(cue.text)
            if not spoken:
                continue
            chapter = self._chapter_at(cue.start_s)
            if pieces:
                same_line = cue.speaker == self._cues[-1].speaker and chapter == self._chapter_of[-1]
                pieces.append(" " if same_line else "\n")
                length += 1
            self._starts.append(length)
            self._cues.append(cue)
            self._chapter_of.append(chapter)
            pieces.append(spoken)
            length += len(spoken)
        self.text = "".join(pieces)
        self._ends = [start - 1 for start in self._starts[1:]] + [length]

    def cue_at(self, offset: int) -> Cue | None:
        """The cue that holds an offset of the text; None where nothing is said."""
        return self._cues[max(0, self._place(offset))] if self._cues else None

    def second_at(self, offset: int) -> float | None:
        """When the word at an offset of the text is said: interpolated within its cue, None without times."""
        place = self._place(offset)
        if place < 0:
            return None
        cue, start, end = self._cues[place], self._starts[place], self._ends[place]
        if cue.start_s is None or cue.end_s is None or end <= start:
            return cue.start_s
        share = min(1.0, (offset - start) / (end - start))
        return cue.start_s + share * (cue.end_s - cue.start_s)

    def end_s(self, end: int) -> float | None:
        """When what stands before an offset has been said, or None where the source has no such time."""
        return self.second_at(end) if self._cues[self._place(end - 1)].end_s is not None else None

    def chapter_at(self, offset: int) -> str:
        """The title of the chapter that an offset of the text stands in, "" where there is none."""
        chapter = self._chapter_of[self._place(offset)]
        return self._chapters[chapter][1] if chapter >= 0 else ""

    def speaker_of(self, start: int, end: int) -> str | None:
        """Who says most of a stretch of the text, as the source names them, or None."""
        said: Counter[str | None] = Counter()
        for place in range(self._place(start), self._place(end - 1) + 1):
            said[self._cues[place].speaker] += min(end, self._ends[place]) - max(start, self._starts[place])
        return max(said, key=said.__getitem__)

    def windows(self, split_sentences: Callable[[str], Sequence[Span]]) -> Iterator[Span]:
        """(start, end) in the text of its windows, in order; together they hold every word once.

        Args:
            split_sentences: (start, end) of the sentences of a text.
        """
        sentences = has_stops(self.text)
        units = self._units(split_sentences) if sentences else self._cue_units()
        for block in self._blocks([piece for unit in units for piece in self._short_pieces(unit)]):
            for first, last in self._packed(block, by_pause=not sentences):
                yield block[first][0], block[last - 1][1]

    def _place(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def _chapter_at(self, start_s: float | None) -> int:
        """The chapter that is open at a second; half a second early still belongs to it. -1 before the first."""
        return -1 if start_s is None else bisect_right(self._chapter_starts, start_s + 0.5) - 1

    def _units(self, split_sentences: Callable[[str], Sequence[Span]]) -> Iterator[Span]:
        for line in re.finditer(r"[^\n]+", self.text):
            for start, end in split_sentences(line.group()):
                yield line.start() + start, line.start() + end

    def _cue_units(self) -> Iterator[Span]:
        return zip(self._starts, self._ends, strict=True)

    def _short_pieces(self, unit: Span) -> Iterator[Span]:
        """A unit that is no longer than a window, else its parts: by cues, by words, by characters."""
        start, end = unit
        if self._length(unit) <= WINDOW_WORDS * (1 + _SLACK) and end - start <= LONGEST_WINDOW_CHARS:
            yield unit
            return
        borders = [border for border in self._starts[bisect_right(self._starts, start) :] if border < end]
        if borders:
            for first, last in pairwise([start, *borders, end]):
                yield from self._short_pieces(stripped(self.text, first, last))
            return
        yield from hard_pieces(self.text, start, end, LONGEST_WINDOW_CHARS // 2)

    def _length(self, span: Span) -> float:
        text = self.text[span[0] : span[1]]
        return max(len(text.split()), len(text) / _CHARS_PER_WORD)

    def _blocks(self, units: Sequence[Span]) -> Iterator[list[Span]]:
        """Units that may share a window: of one chapter, and of one turn where turns are long."""
        block: list[Span] = []
        chapter_before, length_before = 0, 0.0
        for (chapter, _), turn in groupby(units, key=self._turn):
            own = list(turn)
            length = sum(map(self._length, own))
            if block and (chapter != chapter_before or min(length_before, length) >= _LONG_TURN_WORDS):
                yield block
                block = []
            block += own
            chapter_before, length_before = chapter, length
        if block:
            yield block

    def _turn(self, unit: Span) -> tuple[int, str | None]:
        """The chapter of a unit, and who speaks there."""
        place = self._place(unit[0])
        return self._chapter_of[place], self._cues[place].speaker

    def _packed(self, units: Sequence[Span], *, by_pause: bool) -> Iterator[tuple[int, int]]:
        """(first, behind last) of units that make a window each, of even length."""
        lengths = [self._length(unit) for unit in units]
        first = 0
        left = sum(lengths)
        while first < len(units):
            windows = max(1, round(left / WINDOW_WORDS))
            target = left / windows
            cut, total = first, 0.0
            candidates: list[tuple[int, float]] = []
            while cut < len(units):
                grown = total + lengths[cut]
                too_long = units[cut][1] - units[first][0] > LONGEST_WINDOW_CHARS
                if cut > first and (too_long or (windows > 1 and grown > target * (1 + _SLACK))):
                    break
                total, cut = grown, cut + 1
                if windows > 1 and total >= target * (1 - _SLACK):
                    candidates.append((cut, total))
            if cut < len(units) and candidates:
                cut, total = self._best_cut(units, candidates, target, by_pause=by_pause)
            yield first, cut
            first, left = cut, left - total

    def _best_cut(
        self, units: Sequence[Span], candidates: Sequence[tuple[int, float]], target: float, *, by_pause: bool
    ) -> tuple[int, float]:
        if not by_pause:
            return min(candidates, key=lambda one: abs(one[1] - target))

        def rank(candidate: tuple[int, float]) -> tuple[int, bool, float]:
            # From start to start: automatic cues overlap, so that no gap is left between them. Of equal pauses, the
            # one before a new clause.
            cut, length = candidate
            opens = _OPENS_CLAUSE.match(self.text, units[cut][0]) is not None
            return round(self._pause(units, cut)), opens, -abs(length - target)

        return max(candidates, key=rank)

    def _pause(self, units: Sequence[Span], cut: int) -> float:
        before, after = self.second_at(units[cut - 1][0]), self.second_at(units[cut][0])
        return after - before if before is not None and after is not None else 0.0


def spoken_text(text: str) -> str:
    """A cue's text without sounds; "" where nothing is said."""
    if _ONLY_A_BRACKET.fullmatch(text):
        return ""
    return " ".join(_SOUND.sub(" ", text).split()) if _SOUND.search(text) else text


def hard_pieces(text: str, start: int, end: int, longest: int) -> Iterator[Span]:
    """Cut a stretch that has no sentence to be cut at: at a comma or before a connective, else between words."""
    while end - start > longest:
        first, last = start + longest // 2, start + longest
        breaks = [match.start() for match in _CLAUSE.finditer(text, first, last)]
        cut = breaks[-1] if breaks else text.rfind(" ", first, last + 1)
        cut = last if cut < 0 else cut
        yield stripped(text, start, cut)
        start = stripped(text, cut, end)[0]
    if start < end:
        yield start, end


def stripped(text: str, start: int, end: int) -> Span:
    """A stretch of a text without the white space at its ends."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    return start, start + len(piece.strip())
