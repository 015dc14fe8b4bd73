"""A record's passages: the pieces that are searched, quoted and cited.

Comes in: a record with its id. Goes out: passages with readable ids, each an exact slice of the record's text, so that
a quote can be found again in the source; those of a transcript know their seconds. What a passage looks like to the
embedder is said here too (`headed_text`). No text makes a passage over a set length.
"""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import accumulate

from sentencex import get_sentence_boundaries

from ingest.readers.people import is_name
from ingest.records import Chapter, Kind, Record, Speaker, speaker_names
from ingest.schema import LANGUAGE, ORGANISATION, format_seconds
from ingest.transcript import Transcript, hard_pieces, stripped

# The bundled model reads 256 tokens, about 1,000 characters of this prose with its heading; what is cut off is not
# searched by meaning at all. Longer paragraphs are split between sentences.
LONGEST_PASSAGE_CHARS = 1000
# A line this short ("The papers can be found at") says little alone and joins its neighbour.
SHORTEST_PASSAGE_CHARS = 200
# A session's chapters are one passage, so that they are quoted together; this many characters are a screen or two.
LONGEST_CHAPTERS_CHARS = 4000
# A title and a list of speakers stand above every passage; nobody reads more of them.
_LONGEST_HEADING_LINE_CHARS = 400
# The sentence splitter takes quadratic time on some texts (300,000 opening quotation marks: 21 s), so it gets pieces.
_LONGEST_SPLIT_CHARS = 4000

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable piece of one record.

    Attributes:
        id: "<record id>#<section>" with a number where a section may have several, such as "hunting-the-hessian#bio-1".
        section: "abstract", "bio", "chapters", "transcript", or "title" for a record that has nothing else.
        text: Equals `record_text(record)[start:end]`.
        start: Offset in the record's text, in characters.
        end: Offset after the last character.
        heading: Title, `people`, and chapter where it was spoken, a line each; above the text for search, never quoted.
        start_s: When its first word is said, in seconds from the start of the recording; None where that is not known.
        end_s: When its last word has been said, likewise.
        speaker: Who says most of it, as the source names them; None outside transcripts, or where it names nobody.
    """

    id: str
    record_id: str
    kind: Kind
    section: str
    text: str
    start: int
    end: int
    heading: str
    start_s: float | None = None
    end_s: float | None = None
    speaker: str | None = None

    @property
    def people(self) -> str:
        """Its speakers or organisation, of what was spoken who speaks it; "" where nobody is told."""
        return self.heading.partition("\n")[2].partition("\n")[0]

    @property
    def headed_text(self) -> str:
        """What the embedder and the keyword index read."""
        return f"{self.heading}\n{self.text}" if self.section != "title" else self.heading


def split_sentences(text: str, language: str = "en") -> list[Span]:
    """Where the sentences of a text stand, as (start, end) offsets; surrounding white space belongs to none.

    Args:
        language: ISO 639-1; abbreviations differ between languages.
    """
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        for begin, end in hard_pieces(text, line.start(), line.end(), _LONGEST_SPLIT_CHARS):
            for sentence in get_sentence_boundaries(language, text[begin:end]):
                start, stop = stripped(text, begin + sentence["start_index"], begin + sentence["end_index"])
                if start < stop:
                    spans.append((start, stop))
    return spans


def record_sections(record: Record) -> list[tuple[str, str]]:
    """The parts of a record that can be quoted, as (section, text), in reading order; none is empty."""
    spoken = Transcript(record).text
    parts = [*_written(record), *([("transcript", spoken)] if spoken.strip() else [])]
    return parts or [("title", record.title)]


def _written(record: Record) -> list[tuple[str, str]]:
    """The sections above the transcript."""
    chapters = "\n".join(chapter_line(chapter) for chapter in record.chapters)
    parts = [("abstract", record.abstract), ("bio", record.bio), ("chapters", chapters)]
    return [part for part in parts if part[1].strip()]


def record_text(record: Record) -> str:
    """All that can be quoted from a record; passages are slices of it."""
    return "\n\n".join(text for _, text in record_sections(record))


def chapter_line(chapter: Chapter) -> str:
    """A chapter as one line: its time as written, its title, its speakers."""
    people = "; ".join(speaker_line(speaker) for speaker in chapter.speakers)
    time = chapter.time or (format_seconds(chapter.start_s) if chapter.start_s is not None else "")
    return " – ".join(part for part in (time, chapter.title, people) if part)


def speaker_line(speaker: Speaker) -> str:
    """A speaker as one line: name, role, affiliation, as far as they are known."""
    return ", ".join(part for part in (speaker.name, speaker.role, speaker.affiliation) if part)


def record_passages(record: Record) -> list[Passage]:
    """Split a record into its passages, in reading order; every record has at least one."""
    heading = _heading(record.title, _byline(record))
    passages: list[Passage] = []
    offset = 0
    for section, text in record_sections(record):
        if section == "transcript":
            passages += _windows(record, offset)
            continue
        whole = section in ("title", "chapters")
        spans = _whole_spans(text) if whole else list(_passage_spans(text))
        for number, (start, end) in enumerate(spans, 1):
            name = section if whole and number == 1 else f"{section}-{number}"
            passages.append(_passage(record, section, name, text, (start, end), offset, heading))
        offset += len(text) + 2
    return passages


class Places:
    """Where the words of one record stand, by offsets of `record_text`: file and line, and the second."""

    def __init__(self, record: Record) -> None:
        self.record = record
        written = _written(record)
        self._chapters_at = sum(len(text) + 2 for section, text in written if section != "chapters")
        self._spoken_at = sum(len(text) + 2 for _, text in written)

    def second_at(self, offset: int) -> float | None:
        """When the word there is said, or the chapter of its line begins; None where the source gives no time."""
        if offset >= self._spoken_at:
            return self._transcript.second_at(offset - self._spoken_at)
        if offset < self._chapters_at:
            return None
        place = bisect_right(self._chapter_starts, offset - self._chapters_at) - 1
        return self.record.chapters[place].start_s

    def file_and_line(self, offset: int) -> tuple[str, int]:
        """Of what is spoken its cue's, where the source tells; else where the record begins."""
        sources = self.record.sources
        if offset < self._spoken_at:
            return sources[0].file, sources[0].first_line
        held = next((one for one in sources if one.file == self.record.transcript_file), sources[0])
        cue = self._transcript.cue_at(offset - self._spoken_at)
        return held.file, (cue and cue.line) or held.first_line

    @cached_property
    def _transcript(self) -> Transcript:
        return Transcript(self.record)

    @cached_property
    def _chapter_starts(self) -> list[int]:
        return [0, *accumulate(len(chapter_line(chapter)) + 1 for chapter in self.record.chapters[:-1])]


def _windows(record: Record, offset: int) -> list[Passage]:
    """The passages of a transcript, named by the second at which each begins."""
    transcript = Transcript(record)
    language = str(LANGUAGE.of(record) or "en")
    names = [speaker.name for speaker in record.speakers]
    passages: list[Passage] = []
    used: Counter[str] = Counter()
    for number, (start, end) in enumerate(transcript.windows(lambda text: split_sentences(text, language)), 1):
        start_s, speaker = transcript.second_at(start), transcript.speaker_of(start, end)
        name = f"transcript-{number}" if start_s is None else f"t{int(start_s)}"
        used[name] += 1
        name = name if used[name] == 1 else f"{name}-{used[name]}"
        # Who is to be found by it: the one who speaks in it where the source names them, else all speakers.
        people = speaker if speaker is not None and (speaker in names or is_name(speaker)) else "; ".join(names)
        heading = _heading(record.title, people, transcript.chapter_at(start))
        passage = _passage(record, "transcript", name, transcript.text, (start, end), offset, heading)
        passages.append(replace(passage, start_s=start_s, end_s=transcript.end_s(end), speaker=speaker))
    return passages


def _passage(record: Record, section: str, name: str, text: str, span: Span, offset: int, heading: str) -> Passage:
    start, end = span
    return Passage(
        id=f"{record.id}#{name}",
        record_id=record.id,
        kind=record.kind,
        section=section,
        text=text[start:end],
        start=offset + start,
        end=offset + end,
        heading=heading,
    )


def _heading(title: str, people: str, chapter: str = "") -> str:
    return "\n".join(line[:_LONGEST_HEADING_LINE_CHARS] for line in (title, people, chapter)).rstrip("\n")


def _whole_spans(text: str) -> list[Span]:
    """A section that is one passage, in pieces only where it is longer than anybody reads at once."""
    lines = (match.span() for match in re.finditer(r"[^\n]+", text))
    pieces = (piece for start, end in lines for piece in hard_pieces(text, start, end, LONGEST_CHAPTERS_CHARS))
    return _joined(pieces, lambda before, piece: piece[1] - before[0] <= LONGEST_CHAPTERS_CHARS)


def _byline(record: Record) -> str:
    """Who stands behind a record: its speakers, else those of its chapters, or a paper's organisation."""
    if record.kind == "paper":
        return ORGANISATION.shown(record)
    return "; ".join([speaker_line(speaker) for speaker in record.speakers] or speaker_names(record))


def _passage_spans(text: str) -> Iterator[Span]:
    """Pack sentences into passages of even length, none over the longest, paragraphs kept apart where they are long."""
    paragraphs = (match.span() for match in re.finditer(r"[^\n]*\S[^\n]*", text))
    # A short one goes with the one before it, a short first one with the next.
    for start, end in _joined(paragraphs, lambda *two: min(end - start for start, end in two) < SHORTEST_PASSAGE_CHARS):
        sentences: list[Span] = []
        for first, last in split_sentences(text[start:end]):
            # One that never ends is cut; one a little over the longest stays whole.
            longest = LONGEST_PASSAGE_CHARS if last - first > 2 * LONGEST_PASSAGE_CHARS else last - first
            sentences += hard_pieces(text, start + first, start + last, longest)
        yield from _joined(sentences, partial(_fits, (end - start) / -(-(end - start) // LONGEST_PASSAGE_CHARS)))


def _fits(length: float, before: Span, sentence: Span) -> bool:
    """Whether a passage is no longer than the longest, and nearer to a length, with one more sentence."""
    is_short = sentence[1] - before[0] <= LONGEST_PASSAGE_CHARS
    return is_short and sum(sentence) / 2 - before[0] <= length


def _joined(spans: Iterable[Span], together: Callable[[Span, Span], bool]) -> list[Span]:
    """Spans in order, each joined to what stands before it where the two belong together."""
    found: list[Span] = []
    for span in spans:
        if found and together(found[-1], span):
            found[-1] = (found[-1][0], span[1])
        else:
            found.append(span)
    return found
