"""One chat turn, top to bottom; yields events.

Comes in: a question and an endpoint or none. Goes out: `assistant.events`, `Done` last, whatever happens: when an endpoint
fails, the answer says why and goes on in quotes.
"""

import time
from collections.abc import Iterator, Sequence

from assistant.answer import stream_draft
from assistant.citations import CitedText, DraftCiter
from assistant.endpoint import Endpoint
from assistant.events import Answer, Delta, Done, Event, SourcePassage, Sources, Status
from assistant.extract import Extractor
from assistant.markers import defuse_references
from assistant.prompts import Prompts
from assistant.ranking import HybridRanker, RankedRecord, flatten
from ingest.errors import EndpointError
from ingest.passages import Passage, speaker_line
from ingest.records import Kind, record_pages

RECORDS_RANKED = 10
# Below this the best passage has little to do with the question, neither in meaning nor in wording.
REFUSE_BELOW = 0.2

QUOTES_INTRO = "In the sources' own words; these are quotes, no model wrote them:"
REFUSAL = "The collection does not seem to hold an answer to this."


class Engine:
    """Runs chat turns.

    1. Rank the talks for the question.
    2. Refuse when none has anything to do with it.
    3. With an endpoint, stream its draft and turn its markers into citations.
    4. Without one, or when it fails, quote the best sentences.
    """

    def __init__(self, ranker: HybridRanker, extractor: Extractor, prompts: Prompts, *, passages: int) -> None:
        self._ranker = ranker
        self._store = ranker.generation.store
        self._extractor = extractor
        self._prompts = prompts
        self._passages = passages

    def turn(self, question: str, *, endpoint: Endpoint | None = None, kind: Kind | None = None) -> Iterator[Event]:
        """Answer a question; yields what happens, `Done` last.

        Args:
            question: As typed.
            endpoint: Writes the answer; None means quotes.
            kind: Only talks or only papers; None is both.
        """
        began = time.perf_counter()
        timing_ms: dict[str, float | None] = {"total": None, "retrieval": None, "first_token": None}
        answer = CitedText()
        dropped_markers, notice, quoted = 0, None, False

        yield Status("searching", "Searching the talks and papers")
        ranked = self._ranker.rank(question, kind=kind, limit=RECORDS_RANKED)
        sources = [self.source(hit.passage, hit.score) for hit in flatten(ranked, self._passages)]
        timing_ms["retrieval"] = _since_ms(began)
        yield Sources(tuple(sources))
        yield Status("reading", _reading(sources))

        if not ranked or ranked[0].score < REFUSE_BELOW:
            yield from answer.say(self._refusal(ranked))
        else:
            if endpoint is not None:
                citer = DraftCiter(answer, sources, self._ranker.generation.keyword)
                try:
                    for event in self._draft(question, sources, endpoint, citer):
                        if isinstance(event, Delta) and timing_ms["first_token"] is None:
                            timing_ms["first_token"] = _since_ms(began)
                        yield event
                except EndpointError as error:
                    yield from citer.finish()
                    notice = str(error)
                dropped_markers = citer.dropped_markers
            quoted = endpoint is None or notice is not None
            if quoted:
                yield from self._quote(question, ranked, answer)

        timing_ms["total"] = _since_ms(began)
        yield Done(
            Answer(
                question=question,
                standalone_question=question,
                text=answer.text,
                citations=tuple(answer.citations),
                refused=not answer.citations,
                mode="extract" if endpoint is None or (quoted and timing_ms["first_token"] is None) else "model",
                dropped_markers=dropped_markers,
                notice=notice,
                timing_ms=timing_ms,
            )
        )

    def source(self, passage: Passage, score: float) -> SourcePassage:
        """A passage with all that a card shows of its talk."""
        record = self._store.record(passage.record_id)
        speakers = record.speakers if record.kind == "talk" else ()
        first = record.sources[0]
        return SourcePassage(
            passage_id=passage.id,
            id=record.id,
            kind=record.kind,
            title=record.title,
            speakers=tuple(speaker_line(speaker) for speaker in speakers),
            pages=tuple(record_pages(record)),
            section=passage.section,
            text=passage.text,
            score=score,
            source={"file": first.file, "line": first.first_line},
            url=record.url,
        )

    def _draft(
        self, question: str, sources: Sequence[SourcePassage], endpoint: Endpoint, citer: DraftCiter
    ) -> Iterator[Event]:
        yield Status("writing", f"{endpoint.model()} is writing")
        for piece in stream_draft(question, sources, endpoint, self._prompts):
            yield from citer.feed(piece)
        yield from citer.finish()

    def _quote(self, question: str, ranked: Sequence[RankedRecord], answer: CitedText) -> Iterator[Event]:
        """Answer, or go on, in the sources' own words."""
        yield from answer.say(f"\n\n{QUOTES_INTRO}" if answer.text else QUOTES_INTRO)
        shown_id = ""
        for quote in self._extractor.extract(question, ranked):
            source = self.source(quote.passage, quote.score)
            if source.id != shown_id:
                shown_id = source.id
                yield from answer.say(f"\n\n{_heading(source)}")
            words = defuse_references(" ".join(quote.text.split()))
            yield from answer.say(f"\n\n> {words} ")
            yield from answer.cite(source, quote.start, quote.end)

    def _refusal(self, ranked: Sequence[RankedRecord]) -> str:
        titles = [f"“{self._store.record(record.record_id).title}”" for record in ranked[:2]]
        return f"{REFUSAL} The nearest it holds: {'; '.join(titles)}." if titles else REFUSAL


def _heading(source: SourcePassage) -> str:
    return f"**{source.title}**" + (f" ({'; '.join(source.speakers)})" if source.speakers else "")


def _reading(sources: Sequence[SourcePassage]) -> str:
    talks = len({source.id for source in sources})
    return f"Reading {len(sources)} passages of {talks} talks and papers"


def _since_ms(began: float) -> float:
    return round((time.perf_counter() - began) * 1000, 2)
