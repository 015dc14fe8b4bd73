"""Where a stretch of speech is opened for a question: at the sentence that holds most of its words.

Comes in: a timed passage that ranking found, and the question. Goes out: the second at which its link opens. A passage
lasts most of a minute; opened at its start, the moment is met half as often (.30 for .54 of the questions).
"""

from functools import lru_cache

from ingest.lexical import KeywordIndex
from ingest.passages import Passage, record_text, split_sentences
from ingest.record_store import RecordStore
from ingest.transcript import Transcript, hard_pieces

# A recording is opened a moment before the words, so that none is missed.
EARLY_S = 1
# Speech without full stops is one long sentence; so much of it is about ten seconds.
_LONGEST_SENTENCE_CHARS = 200
# Transcripts that are kept open: those of the recordings of a few questions.
_TRANSCRIPTS = 64


class Openings:
    """Opens the recordings of one collection."""

    def __init__(self, store: RecordStore, keyword: KeywordIndex) -> None:
        self._store = store
        self._keyword = keyword
        self._transcript = lru_cache(maxsize=_TRANSCRIPTS)(self._read)

    def opens_at_s(self, passage: Passage, question: str) -> int | None:
        """The whole second, a little early; None where the passage has no time."""
        if passage.start_s is None:
            return None
        starts = [
            piece
            for start, end in split_sentences(passage.text) or [(0, len(passage.text))]
            for piece in hard_pieces(passage.text, start, end, _LONGEST_SENTENCE_CHARS)
        ]
        held = self._keyword.coverage_with_pairs(question, [passage.text[start:end] for start, end in starts])
        start, _ = starts[int(held.argmax())]
        offset, transcript = self._transcript(passage.record_id)
        second = transcript.second_at(passage.start + start - offset)
        return max(int(passage.start_s if second is None else second) - EARLY_S, 0)

    def _read(self, record_id: str) -> tuple[int, Transcript]:
        """Where a record's transcript begins in its text, and the transcript; it is the last of all sections."""
        record = self._store.record(record_id)
        transcript = Transcript(record)
        return len(record_text(record)) - len(transcript.text), transcript
