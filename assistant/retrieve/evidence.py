"""Rows of the records and ranked passages → one piece of evidence, with the features that the decision reads.

Comes in: an understood question with its scores. Goes out: `Evidence`; nothing has been refused so far.
Leaves to others: whether it answers the question (`answer.abstain`), and what is said of it.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.query import EVERYTHING, Query
from assistant.retrieve.hybrid import NAMED_BONUS, HybridRanker, RankedRecord, Scored
from assistant.retrieve.rerank import name_words, without_names, without_people
from assistant.retrieve.structured import Result, evaluate
from assistant.types import About, NumberedSource, SourcePassage
from assistant.understand.understand import LEAST_QUERY_CHANCE, SURE_QUERY_CHANCE, Understood
from ingest.links import deep_link
from ingest.passages import Passage, Places, speaker_line, split_sentences
from ingest.record_store import RecordStore
from ingest.records import record_pages, speaker_names
from ingest.schema import DATE, DURATION, EVENT, FIELDS, ORGANISATION, SERIES, URL_FIELD, VIDEO_URL, Field
from ingest.text import web_address
from ingest.token_vectors import Words
from ingest.transcript import hard_pieces

Floats = NDArray[np.float32]

TOLD_SIGNS = 4
# So many talks and so many papers stand in a prompt whole: they hold .97 of what answers should state, the eight best
# passages .94.
RECORDS_PER_KIND = 4
# Ranked for an answer, or to be listed by relevance.
RECORDS_RANKED = 10
# Without the name, the question's wording must be found so well in another talk, and all that the named person gives
# must come at most so close to it.
LEAST_WORDING = 0.25
MOST_OF_OWN = 0.6
# A longer record, such as a transcript, is given to a model as its best passages and their neighbours.
LONGEST_RECORD_CHARS = 8000
# Of a record's fields, those that answers speak of.
TOLD_TO_MODEL = (ORGANISATION, EVENT, SERIES, DATE, DURATION)
# What the panel beside an answer shows before anything is cited.
SOURCES_SHOWN = 6
# Passages of 71 lectures. Put to 1, 4, 16 and all of them, 6, 14, 27 and 40 of 100 questions on cheese and chess find
# words near to theirs: so many more each time that there is four times as much speech.
SPEECH_OF_83_HOURS = 5500
# A recording is opened a moment before the words, so that none is missed.
EARLY_S = 1
# Speech without full stops is one long sentence; so much of it is about ten seconds.
_LONGEST_SENTENCE_CHARS = 200
# Records whose texts are kept at hand: those of a few questions.
_PLACES_KEPT = 64
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Presupposition:
    """A question about one person's talk that names another.

    Attributes:
        own: Of what this person does give, the first passage.
        meant: The passage that the rest of the question fits.
    """

    name: str
    own: Passage
    meant: Passage


@dataclass(frozen=True, slots=True)
class Features:
    """What was seen of the record that fits a question best.

    Attributes:
        told_signs: Shape (4,): how its words stand to the question's; see `told_signs`.
        closeness: The cosine of the question, or of its subject, with its passage that is nearest.
        words: How many words of the question say something.
        speech: How much speech there is where what fits best was spoken, 1 for 83 hours, by its logarithm; else 0.
        pinned: Whether it holds every word of the question, or one that stands in no other; the names of its speakers
            do not count, because people are asked much that is not told.
    """

    told_signs: Floats
    closeness: float
    words: int
    speech: float
    pinned: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found for a question.

    Attributes:
        rows: What its typed query found; None where it has none that is believed.
        sources: Their best passages, as a panel beside the answer shows them.
        features: What was seen; None where nothing was ranked.
        named: Ids of those that the question names or leans on.
        unfilled: A field that the typed query is about and no record gives.
        presupposition: Whose talk it really is, where the question gives it to somebody else.
    """

    rows: Result | None
    records: tuple[RankedRecord, ...] = ()
    sources: tuple[SourcePassage, ...] = ()
    features: Features | None = None
    presupposition: Presupposition | None = None
    named: frozenset[str] = frozenset()
    unfilled: Field | None = None

    @property
    def whole(self) -> list[RankedRecord]:
        """What a model reads whole: the best of each kind, best first."""
        kept: list[RankedRecord] = []
        for record in self.records:
            if sum(one.kind == record.kind for one in kept) < RECORDS_PER_KIND:
                kept.append(record)
        return kept


class Gatherer:
    """Gathers evidence from one collection."""

    def __init__(self, ranker: HybridRanker) -> None:
        self.ranker = ranker
        self.store = ranker.snapshot.store
        self._places = lru_cache(maxsize=_PLACES_KEPT)(lambda record_id: Places(self.store.record(record_id)))

    def gather(
        self, understood: Understood, filters: Query = EVERYTHING, retrieved: Sequence[str] | None = None
    ) -> Evidence:
        """The rows and the ranked records of a question, in one.

        Args:
            retrieved: Ids of records, best first, that something else has found; None is the program's own ranking.
        """
        within = None if filters == EVERYTHING else self.ranker.records_within(filters)
        found = believed(understood.query, understood.query_chance, self.store, within)
        rows = found if isinstance(found, Result) else None
        unfilled = found if isinstance(found, Field) else None
        scored = understood.scored
        if scored is None:
            return Evidence(rows)
        named = understood.named
        first = dict.fromkeys([*understood.leans_on, *(named if understood.intent in ("summarise", "compare") else ())])
        if retrieved is not None:
            ranked = self.ranker.top(scored, limit=len(retrieved), filters=filters, first=retrieved)
        else:
            narrowed = self._narrowed(filters, understood)
            ranked = self.ranker.top(
                scored, limit=RECORDS_RANKED, each=RECORDS_PER_KIND, filters=narrowed, first=tuple(first)
            )
        if not ranked:
            return Evidence(rows)
        seen = features(self.ranker, understood, scored, ranked[0])
        presupposition = None if understood.leans_on else self._presupposition(understood, scored)
        if presupposition is not None:
            meant = presupposition.meant.record_id
            ranked = tuple(sorted(ranked, key=lambda one: one.record_id != meant))
        sources = [self.source(one.passages[0].passage, one.score) for one in ranked[:SOURCES_SHOWN]]
        return Evidence(
            rows, ranked, tuple(sources), seen, presupposition, frozenset((*understood.leans_on, *named)), unfilled
        )

    def _narrowed(self, filters: Query, understood: Understood) -> Query:
        """The filters and, of a list, the event, date or place that its question names, if anything fits them all."""
        named = understood.asked.where if understood.intent == "list" else ()
        both = replace(filters, conditions=(*filters.conditions, *named))
        return both if named and self.ranker.records_within(both) else filters

    def part(self, understood: Understood) -> list[int]:
        """Positions of the records that fit the event, date or place which a question names."""
        where = understood.asked.where
        return self.ranker.records_within(Query(conditions=where)) if where else []

    def numbered(self, record: RankedRecord, understood: Understood) -> NumberedSource:
        """A record as a model reads it: whole, in its own order; biographies only where a person is asked about."""
        held, passages = self.store.record(record.record_id), self.store.passages_of(record.record_id)
        best = [hit.passage.id for hit in record.passages]
        if record.passages[0].passage.section != "bio" and not understood.asks_person:
            passages = [one for one in passages if one.section != "bio"] or passages
        kept, room = set(), LONGEST_RECORD_CHARS
        for passage in sorted(passages, key=lambda one: best.index(one.id) if one.id in best else len(best)):
            if room > 0:
                kept.add(passage.id)
                room -= len(passage.text)
        shown = [one for one in passages if one.id in kept]
        text = "\n\n".join(one.text for one in shown)
        people = "; ".join(speaker_line(one) for one in held.speakers)
        told = [f"{field.label}: {field.shown(held)}" for field in TOLD_TO_MODEL if field.shown(held)]
        heading = " | ".join(part for part in (held.title, people, held.kind, *told) if part)
        return NumberedSource(tuple(self.source(one, record.score) for one in shown), text, heading)

    @cached_property
    def titles(self) -> list[str]:
        """One line for each record of the collection."""
        return ["; ".join((one.title, *speaker_names(one)[:2])) for one in self.store.records()]

    def source(self, passage: Passage, score: float) -> SourcePassage:
        """A passage with what a card shows of its record; a score of 1 says only that it was found exactly."""
        return source_passage(self._places(passage.record_id), passage, score)

    def opens_at_s(self, source: SourcePassage, question: str) -> int | None:
        """The second at which a passage of a recording is opened for a question; None where it has no time.

        A passage lasts most of a minute, and what answers is one sentence of it: opened at its start, the moment is met
        half as often (.30 for .54 of the questions).
        """
        if source.start_s is None:
            return None
        starts = [start for start, _, _ in source.opens]
        texts = [source.text[start:end] for start, end in zip(starts, [*starts[1:], None], strict=True)]
        _, second, _ = source.opens[int(self.ranker.snapshot.keyword.coverage_with_pairs(question, texts).argmax())]
        return max(int(source.start_s) - EARLY_S, 0) if second is None else second

    def about(self, record_id: str) -> About:
        """A record as something that was spoken of."""
        record = self.store.record(record_id)
        return About(record_id, record.title, tuple(speaker_names(record)))

    def _presupposition(self, understood: Understood, scored: Scored) -> Presupposition | None:
        """Whether the question fits the talk of somebody else best, and without its one name much better than theirs.

        Gists are left aside.
        """
        named = [one for one in understood.mentions if one.field in ("speaker", "title")]
        ranker, late_interaction = self.ranker, self.ranker.late_interaction
        if len(named) != 1 or named[0].field != "speaker" or late_interaction is None or scored.words is None:
            return None
        name = named[0].values[0]
        own = [ranker.row_of[one] for one in named[0].record_ids]
        by_itself = scored.records.copy()
        by_itself[own] -= NAMED_BONUS
        words = without_names(scored.words, name)
        if int(by_itself.argmax()) in own or not words.words:
            return None
        parts = name_words(name)
        rest = " ".join(word for word in _WORD.findall(understood.asked.corrected) if word.lower() not in parts)
        wording = ranker.best_of_records(ranker.snapshot.keyword.scores(rest))
        worded = [int(row) for row in np.argsort(-wording)[:RECORDS_RANKED]]
        others = [row for row in worded if ranker.kinds[row] == "talk" and row not in own]
        if not others:
            return None
        rows = [*own, *others]
        places = [np.array(ranker.positions(row)) for row in rows]
        starts = np.append(0, np.cumsum([*map(len, places)])[:-1])
        fits = np.maximum.reduceat(late_interaction.of_passages(words, places), starts) + wording[rows]
        mine, theirs = fits[: len(own)], fits[len(own) :]
        meant_row = others[int(theirs.argmax())]
        if wording[meant_row] < LEAST_WORDING or mine.max() > MOST_OF_OWN * theirs.max():
            return None
        positions = ranker.positions(meant_row)
        best = positions.start + int(scored.passages[positions.start : positions.stop].argmax())
        own_passage, meant = self.store.passages([ranker.positions(own[int(mine.argmax())]).start, best])
        return Presupposition(name, own_passage, meant)


def believed(
    query: Query | None, chance: float, store: RecordStore, within: Sequence[int] | None = None
) -> Result | Field | None:
    """What a typed query finds, or the first field that it asks of and no record gives.

    Args:
        chance: That it is what is meant, in [0, 1].

    Returns:
        None where it is too unsure; with nothing found it must be surer.
    """
    if query is None or chance < LEAST_QUERY_CHANCE:
        return None
    keys = {query.listed, query.order, *(one.field for one in query.conditions)}
    keys.update(value for one in query.on("has") for value in one.values)
    for field in FIELDS:
        if keys & {field.key, f"#{field.each}"} and not store.filled(field.key):
            return field
    result = evaluate(query, store, within=within)
    return result if result.ids or chance >= SURE_QUERY_CHANCE else None


def source_passage(places: Places, passage: Passage, score: float = 1.0) -> SourcePassage:
    """A passage with what a card shows of its record; a score of 1 says only that it was found exactly."""
    record = places.record
    file, line = places.file_and_line(passage.start)
    return SourcePassage(
        passage_id=passage.id,
        id=record.id,
        kind=record.kind,
        title=record.title,
        speakers=tuple(speaker_line(speaker) for speaker in record.speakers),
        pages=tuple(record_pages(record)),
        date_and_length=", ".join(filter(None, (field.shown(record) for field in (DATE, DURATION)))),
        section=passage.section,
        text=passage.text,
        score=score,
        source={"file": file, "line": line},
        url=web_address(URL_FIELD.of(record)),
        video_url=web_address(VIDEO_URL.of(record)),
        start_s=passage.start_s,
        end_s=passage.end_s,
        opens=_opens(places, passage),
        deep_link=deep_link(record, None) or web_address(URL_FIELD.of(record)),
    )


def _opens(places: Places, passage: Passage) -> tuple[tuple[int, int | None, str | None], ...]:
    """Where each sentence of a timed passage, or chapter, opens, a moment early."""
    if passage.section == "chapters":
        starts = [match.start() for match in re.finditer(r"[^\n]+", passage.text)]
    elif passage.start_s is not None:
        sentences = split_sentences(passage.text) or [(0, len(passage.text))]
        pieces = (hard_pieces(passage.text, start, end, _LONGEST_SENTENCE_CHARS) for start, end in sentences)
        starts = [start for of_sentence in pieces for start, _ in of_sentence]
    else:
        return ()
    seconds = [places.second_at(passage.start + start) for start in starts]
    early = [None if second is None else max(int(second) - EARLY_S, 0) for second in seconds]
    return tuple((start, one, deep_link(places.record, one)) for start, one in zip(starts, early, strict=True))


def features(ranker: HybridRanker, understood: Understood, scored: Scored, best: RankedRecord) -> Features:
    """What was seen of a question with these scores, of which this is the best record."""
    asked = understood.asked
    words = ranker.snapshot.keyword.words(asked.subject or asked.corrected)
    found = [one.passage for one in best.passages]
    # An abstract that names the speaker may come before what is said.
    passage = next((one for one in found if one.start_s is not None), found[0])
    own = ranker.positions(ranker.row_of[best.record_id])
    passages = looked_at(ranker, best.record_id, passage)
    return Features(
        told_signs=told_signs(ranker, scored.words, passages),
        closeness=float(scored.dense[own.start : own.stop].max()),
        words=len(words),
        speech=0.0 if passage.start_s is None else math.log(ranker.spoken) / math.log(SPEECH_OF_83_HOURS),
        pinned=_pinned(ranker, words, passages),
    )


def looked_at(ranker: HybridRanker, record_id: str, best: Passage | None = None) -> list[tuple[Passage, int]]:
    """A record's passages that are looked at for what they tell, and their places.

    Of speech it is the best one alone: an hour of it holds a word near to any.
    """
    return [
        (one, place)
        for one, place in ranker.passages_of(record_id)
        if one.start_s is None or best is None or one.id == best.id
    ]


def told_signs(ranker: HybridRanker, words: Words | None, passages: Sequence[tuple[Passage, int]]) -> Floats:
    """How the words of a record's passages stand to the question's, shape (4,).

    The mean cosine of the question's words, names of the record's speakers left out, with the nearest of one sentence's
    words, in the best sentence; the same with the nearest of all the record's; 1 where it has a biography; 1 where it
    has an abstract.
    """
    sections = {passage.section for passage, _ in passages}
    signs = np.zeros(TOLD_SIGNS, dtype=np.float32)
    signs[2:] = "bio" in sections, "abstract" in sections
    words = without_people(words, passages[0][0]) if words else None
    if words and words.words and ranker.late_interaction:
        nearest = np.concatenate([ranker.late_interaction.of_sentences(words, *one) for one in passages])
        signs[:2] = nearest.mean(axis=1).max(), nearest.max(axis=0).mean()
    return signs


def _pinned(ranker: HybridRanker, words: Sequence[str], passages: Sequence[tuple[Passage, int]]) -> bool:
    keyword = ranker.snapshot.keyword
    title = passages[0][0].heading.partition("\n")[0]
    names = set(keyword.words(passages[0][0].people))
    texts = [set(keyword.words(f"{title}\n{passage.text}")) for passage, _ in passages]
    own = {word: sum(word in text for text in texts) for word in words if word not in names}
    has_pin = any(count and keyword.passages_with(word) == count for word, count in own.items())
    return has_pin or (bool(words) and all(own.values()))
