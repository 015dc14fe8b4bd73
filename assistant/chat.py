"""One chat turn, top to bottom: understand once, gather the evidence, decide once, answer; yields events.

Comes in: a question, the answers before it, an endpoint or none, what the user narrowed the search to. Goes out:
`assistant.types`, `Done` last. With an endpoint the program advises and the model decides; without one, or when it
fails, the answer is in the sources' own words.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.answer import messages
from assistant.answer.abstain import Abstainer, hint
from assistant.answer.citations import CitedText, Quote
from assistant.answer.digest import Digest
from assistant.answer.extract import Extractor
from assistant.answer.generate import Task, Writer
from assistant.answer.grounding import Grounder, with_support
from assistant.answer.opinion import second_opinion
from assistant.answer.program import Program
from assistant.answer.tabulate import tell
from assistant.prompts import MARKER
from assistant.query import EVERYTHING, Query, query_text
from assistant.retrieve.evidence import Evidence, Gatherer
from assistant.retrieve.hybrid import RankedRecord
from assistant.retrieve.structured import Result
from assistant.types import (
    About,
    Abstention,
    Answer,
    ChatModel,
    Done,
    Event,
    Mode,
    NumberedSource,
    Sources,
    StatementCheck,
    Status,
    Style,
)
from assistant.understand.understand import Understander, Understood

# Records that are compared, and sentences of each.
MOST_COMPARED, COMPARED_SENTENCES = 3, 3
# Of so few rows it is told what they say too.
MOST_ROWS_QUOTED = 2
# Rows that a model may cite by name; the table that the program sets holds them all.
MOST_ROWS_IN_PROMPT = 60
# Of a list by relevance; those that fit less than so much of the best do not belong.
MOST_LISTED = 8
LEAST_OF_BEST_LISTED = 0.65
# Talks or papers that a turn was about, for the next question to lean on.
MOST_ABOUT = 20


@dataclass(slots=True)
class _Turn:
    """What has happened in the turn that is going on; `began` by `time.perf_counter`."""

    understood: Understood
    evidence: Evidence
    decision: Abstention | None
    is_sure: bool
    style: Style
    began: float
    answer: CitedText = field(default_factory=CitedText)
    mode: Mode = "extract"
    abstention: Abstention | None = None
    refused: bool = False
    notice: str | None = None
    dropped_markers: int = 0
    query: str | None = None
    checks: tuple[StatementCheck, ...] = ()
    timing_ms: dict[str, float | None] = field(
        default_factory=lambda: {"total": None, "retrieval": None, "first_token": None}
    )

    def clock(self, name: str, at: float | None = None) -> None:
        """Note how long it took to get there, or here."""
        self.timing_ms[name] = round(((at or time.perf_counter()) - self.began) * 1000, 2)


@dataclass(frozen=True, slots=True)
class ChatEngine:
    """Runs chat turns over one snapshot of a collection; what it is made of is shared by all turns."""

    understander: Understander
    gatherer: Gatherer
    abstainer: Abstainer
    writer: Writer
    extractor: Extractor
    digest: Digest
    program: Program
    grounder: Grounder
    asks_again: bool = False

    def turn(
        self,
        question: str,
        history: Sequence[Answer] = (),
        *,
        endpoint: ChatModel | None = None,
        filters: Query = EVERYTHING,
        retrieved: Sequence[str] | None = None,
        style: Style = "normal",
    ) -> Generator[Event, None, None]:
        """Answer a question; yields what happens, `Done` last.

        Args:
            history: The answers of this conversation, oldest first.
            endpoint: Writes the answer; None means the sources' own words.
            retrieved: Ids of records, best first, that something else has found; None is the program's own ranking.
            style: How long the answer is to be; a list is always whole.
        """
        began = time.perf_counter()
        yield Status("searching", "Searching the talks and papers")
        understood = self.understander.understand(question, history, endpoint)
        evidence = self.gatherer.gather(understood, filters, retrieved)
        turn = _Turn(understood, evidence, *self.abstainer.decide(understood, evidence), style, began)
        turn.clock("retrieval")
        yield Sources(tuple(evidence.sources))
        is_enough = False
        if endpoint is not None:
            is_enough = yield from self._generate(turn, history, endpoint)
        if not is_enough:
            yield from self._without_model(turn)
        yield Done(self._done(turn))

    def _generate(self, turn: _Turn, history: Sequence[Answer], endpoint: ChatModel) -> Generator[Event, None, bool]:
        """The model's answer, cited, and each of its statements beside what it cites; whether that is enough."""
        understood, evidence, rows = turn.understood, turn.evidence, turn.evidence.rows
        yield Status("reading", f"Reading {len(evidence.whole)} talks and papers")
        task = Task(
            question=understood.standalone,
            sources=[self.gatherer.numbered(record, understood) for record in evidence.whole],
            rows=self._rows_as_source(rows, understood.strangers) if rows else None,
            titles=self.gatherer.titles,
            note=" ".join((hint(turn.decision, evidence), self.program.note(understood))).strip(),
            style=turn.style,
        )

        def table() -> Iterator[Event]:
            return tell(rows, self.gatherer.store, turn.answer, understood.strangers) if rows else iter(())

        outcome = yield from self.writer.write(task, turn.answer, history, endpoint, table)
        turn.notice, turn.dropped_markers = outcome.notice, outcome.dropped_markers
        if turn.answer.first_said is not None:
            turn.clock("first_token", turn.answer.first_said)
            turn.mode = "model"
            turn.refused = outcome.said_not_found
            turn.query = query_text(rows.query) if rows else None
            self._check(turn, task, endpoint)
        return outcome.is_enough

    def _without_model(self, turn: _Turn) -> Iterator[Event]:
        """Answer, or go on, in the sources' own words."""
        understood, evidence, decision, answer = turn.understood, turn.evidence, turn.decision, turn.answer
        intent, already = understood.intent, len(answer.citations)
        other = self.understander.other_language(understood, evidence.sources[0].text) if evidence.sources else ""
        in_other = messages.OTHER_LANGUAGE.format(language=other) if other else None
        if in_other and decision is not None:
            decision = Abstention("other_language", in_other)
        else:
            turn.notice = turn.notice or in_other
        part = self.gatherer.part(understood) if intent == "overview" and evidence.rows is None else []
        if part:
            turn.mode = "gist"
            yield from self.digest.overview(answer, part)
        elif self.program.answers(understood, evidence, decision):
            turn.mode = "about"
            yield from self.program.tell(understood, answer, self.digest)
        elif evidence.rows is not None:
            turn.mode, turn.query = "catalogue", query_text(evidence.rows.query)
            yield from tell(evidence.rows, self.gatherer.store, answer, understood.strangers)
            if intent == "ask" and len(evidence.rows.ids) <= MOST_ROWS_QUOTED:
                yield from self._quote(turn, evidence.rows.ids, COMPARED_SENTENCES, lead="")
        elif decision is not None and decision.reason == "false_presupposition":
            yield from self._correct(turn)
        elif decision is not None:
            turn.abstention = decision
            yield from answer.paragraph(decision.text)
        elif intent in ("summarise", "compare", "recommend"):
            turn.mode = "gist"
            if intent == "summarise":
                yield from self.digest.summarise(answer, evidence.records)
            elif intent == "compare":
                yield from self.digest.compare(answer, self._compared(turn))
            else:
                yield from self.digest.recommend(answer, evidence.records)
        else:
            yield from self._extract(turn, several=intent == "list" and not evidence.named)
        turn.refused = not answer.citations and turn.mode != "about"
        # What stands there to the letter needs no check.
        answer.citations[already:] = [replace(one, support="supported") for one in answer.citations[already:]]

    def _rows_as_source(self, rows: Result, strangers: Sequence[str]) -> NumberedSource | None:
        """The rows as a model reads them: as they would be told, without markers."""
        told = CitedText()
        for _ in tell(rows, self.gatherer.store, told, strangers):
            pass
        first = (self.gatherer.store.passages_of(one)[0] for one in rows.ids[:MOST_ROWS_IN_PROMPT])
        passages = tuple(self.gatherer.source(one, 1.0) for one in first)
        text = MARKER.sub("", told.text)
        return NumberedSource(passages, text, "Table of the records that were asked for") if passages else None

    def _best_of(self, turn: _Turn, record: RankedRecord, most: int) -> list[Quote]:
        """The sentences of a record that answer best."""
        return self.extractor.of_record(turn.understood, record, most)

    def _compared(self, turn: _Turn) -> list[list[Quote]]:
        """Quotes of each record that is compared: those named, and the best where only one is, or none."""
        count = min(max(2, len(turn.evidence.named)), MOST_COMPARED)
        return [self._best_of(turn, one, COMPARED_SENTENCES) for one in turn.evidence.records[:count]]

    def _extract(self, turn: _Turn, *, several: bool) -> Iterator[Event]:
        """Quotes of the best records; of a list by relevance the best sentence of each."""
        evidence = turn.evidence
        if not several or not evidence.records:
            found = self.extractor.extract(turn.understood, evidence, turn.style)
            yield from messages.quotes(turn.answer, found, lead=messages.LEAD if turn.is_sure else messages.LEAD_UNSURE)
            return
        least = LEAST_OF_BEST_LISTED * evidence.records[0].score
        yield from turn.answer.paragraph(messages.LEAD_SEVERAL)
        for record in [one for one in evidence.records if one.score >= least][:MOST_LISTED]:
            best = self._best_of(turn, record, 1)[-1:]
            yield from messages.quotes(turn.answer, best, lead=messages.EACH)

    def _quote(self, turn: _Turn, ids: Sequence[str], most: int, *, lead: str) -> Iterator[Event]:
        """What those of the ranked records say that have these ids, and more to say than a title."""
        for record in turn.evidence.records:
            if record.record_id in ids and record.passages[0].passage.section != "title":
                yield from messages.quotes(turn.answer, self._best_of(turn, record, most), lead=lead)

    def _correct(self, turn: _Turn) -> Iterator[Event]:
        """Say whose talk it is, and what it says."""
        wrong = turn.evidence.presupposition
        assert wrong is not None
        own, meant = self.gatherer.source(wrong.own, 1.0), self.gatherer.source(wrong.meant, 1.0)
        yield from messages.correction(turn.answer, wrong.name, own, meant)
        yield from self._quote(turn, [wrong.meant.record_id], 2, lead=messages.LEAD)

    def _check(self, turn: _Turn, task: Task, endpoint: ChatModel) -> None:
        """Compare each statement of a model with what it read of the records that it cites."""
        answer = turn.answer
        told = {one.passages[0].id: f"{one.heading}\n{one.text}" for one in task.sources}
        for passage in self.gatherer.store.passages_named(one.passage_id for one in answer.citations):
            told.setdefault(passage.record_id, passage.headed_text)
        checked = self.grounder.check_answer(answer.text, answer.citations, told)
        if self.asks_again:
            checked = second_opinion(checked, self.writer.prompts, endpoint)
        answer.citations = list(with_support(answer.citations, checked))
        turn.checks = tuple(
            StatementCheck(one.statement.start, one.statement.end, one.verdict.verdict, one.verdict.reason)
            for one in checked
        )

    def _done(self, turn: _Turn) -> Answer:
        """The turn as it ended."""
        turn.clock("total")
        understood = turn.understood
        return Answer(
            question=understood.question,
            standalone_question=understood.standalone,
            text=turn.answer.text,
            citations=tuple(turn.answer.citations),
            refused=turn.refused,
            mode=turn.mode,
            dropped_markers=turn.dropped_markers,
            notice=turn.notice,
            timing_ms=turn.timing_ms,
            checks=turn.checks,
            query=turn.query,
            intent=understood.intent,
            abstention=turn.abstention,
            about=self._about(turn),
            mentions=understood.mentions,
        )

    def _about(self, turn: _Turn) -> tuple[About, ...]:
        """What the turn was about: first what the question named, then what the answer cites, or is nearest."""
        named = [id_ for mention in turn.understood.mentions if mention.field != "kind" for id_ in mention.record_ids]
        cited = [citation.id for citation in turn.answer.citations]
        near = [] if cited or turn.mode == "about" else [record.record_id for record in turn.evidence.records[:1]]
        order = [id_ for id_ in cited if id_ in named] + cited + ([] if cited else named) + near
        return tuple(self.gatherer.about(id_) for id_ in list(dict.fromkeys(order))[:MOST_ABOUT])
