"""A record's passages: the pieces that are searched, quoted and cited.

Comes in: a record with its id. Goes out: passages with readable ids, each an exact slice of the record's text, so that
a quote can be found again in the source. What a passage looks like to the embedder is said here too (`headed_text`).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sentencex import get_sentence_boundaries

from ingest.records import Chapter, Kind, Record, Speaker, speaker_names

# The bundled model reads 256 tokens, about 1,000 characters of this prose with its heading; what is cut off is not
# searched by meaning at all. Longer paragraphs are split between sentences.
LONGEST_PASSAGE_CHARS = 1000
# A line this short ("The papers can be found at") says little alone and joins its neighbour.
SHORTEST_PASSAGE_CHARS = 200

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Passage:
    """A citable piece of one record.

    Attributes:
        id: "<record id>#<section>" with a number where a section may have several, such as "hunting-the-hessian#bio-1".
        section: "abstract", "bio", "chapters", or "title" for a record that has nothing else.
        text: Equals `record_text(record)[start:end]`.
        start: Offset in the record's text, in characters.
        end: Offset after the last character.
        heading: Title and speakers or organisation, put above the text for search, never quoted.
    """

    id: str
    record_id: str
    kind: Kind
    section: str
    text: str
    start: int
    end: int
    heading: str

    @property
    def headed_text(self) -> str:
        """What the embedder and the keyword index read."""
        return f"{self.heading}\n{self.text}" if self.section != "title" else self.heading


def split_sentences(text: str) -> list[Span]:
    """Where the sentences of a text stand, as (start, end) offsets; surrounding white space belongs to none."""
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        for sentence in get_sentence_boundaries("en", line.group()):
            piece = line.group()[sentence["start_index"] : sentence["end_index"]]
            if piece.strip():
                start = line.start() + sentence["start_index"] + len(piece) - len(piece.lstrip())
                spans.append((start, start + len(piece.strip())))
    return spans


def record_sections(record: Record) -> list[tuple[str, str]]:
    """The parts of a record that can be quoted, as (section, text), in reading order; none is empty."""
    parts = [("abstract", record.abstract)]
    if record.kind == "talk":
        parts.append(("bio", record.bio))
        parts.append(("chapters", "\n".join(chapter_line(chapter) for chapter in record.chapters)))
    return [part for part in parts if part[1].strip()] or [("title", record.title)]


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


def format_seconds(seconds: int) -> str:
    """Seconds as "H:MM:SS"."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def record_passages(record: Record) -> list[Passage]:
    """Split a record into its passages, in reading order; every record has at least one."""
    people = _byline(record)
    heading = "\n".join(part for part in (record.title, people) if part)
    passages: list[Passage] = []
    offset = 0
    for section, text in record_sections(record):
        whole = section in ("title", "chapters")
        spans = [(0, len(text))] if whole else list(_passage_spans(text))
        for number, (start, end) in enumerate(spans, 1):
            name = section if whole else f"{section}-{number}"
            passages.append(
                Passage(
                    id=f"{record.id}#{name}",
                    record_id=record.id,
                    kind=record.kind,
                    section=section,
                    text=text[start:end],
                    start=offset + start,
                    end=offset + end,
                    heading=heading,
                )
            )
        offset += len(text) + 2
    return passages


def _byline(record: Record) -> str:
    """Who stands behind a record: its speakers, else those of its chapters, or a paper's organisation."""
    if record.kind == "paper":
        return record.organisation or ""
    return "; ".join([speaker_line(speaker) for speaker in record.speakers] or speaker_names(record))


def _passage_spans(text: str) -> Iterator[Span]:
    """Pack sentences into passages of even length, none over the longest, paragraphs kept apart where they are long."""
    for start, end in _paragraph_spans(text):
        sentences = [(start + first, start + last) for first, last in split_sentences(text[start:end])]
        pieces = max(1, -(-(end - start) // LONGEST_PASSAGE_CHARS))
        target = (end - start) / pieces
        current = sentences[0]
        for first, last in sentences[1:]:
            middle = (first + last) / 2
            if last - current[0] > LONGEST_PASSAGE_CHARS or middle - current[0] > target:
                yield current
                current = (first, last)
            else:
                current = (current[0], last)
        yield current


def _paragraph_spans(text: str) -> list[Span]:
    """The paragraphs of a text; a short one goes with the one before it, a short first one with the next."""
    spans: list[Span] = []
    for match in re.finditer(r"[^\n]*\S[^\n]*", text):
        short = len(match.group()) < SHORTEST_PASSAGE_CHARS
        if spans and (short or spans[-1][1] - spans[-1][0] < SHORTEST_PASSAGE_CHARS):
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append(match.span())
    return spans
