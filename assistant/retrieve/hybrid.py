"""Question → ranked passages and records: dense and lexical, over the sources and over their gists, then reranked.

Comes in: an open snapshot and its embedder. Goes out: talks and papers, best first, each with its passages, best
first, and what the ranking saw. Each weight is a named constant with its reason; `evals/LOG.md` has the measurements,
also of what did not help.
Leaves to others: whether the question is answered at all (`answer.abstain`), and LlamaIndex's view of it
(`integrations`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.query import EVERYTHING, Condition, Query
from assistant.retrieve.rerank import LateInteraction, Scores
from assistant.retrieve.structured import positions
from ingest.embedder import Embedder, WordEmbedder
from ingest.passages import Passage
from ingest.records import Kind
from ingest.snapshots import Snapshot
from ingest.token_vectors import Words

# More passages of one record than this are never read by a model or quoted.
PASSAGES_PER_RECORD = 4
# Of a recording so many stretches that are no neighbours: with one a recording, the moment is among the first five for
# .55 of the questions, with these for .77 (keywords alone).
MOMENTS_PER_RECORD = 12
# Pairs of words are counted in so many of the best passages; 1,000 measured .001 better.
PAIRED = 200
# The best records are looked at again, word by word. 10 measured .004 less in recall@5, 30 the same.
RERANKED = 20
# … which counts a little more than half as much as the first look; from .4 to 1 it measured alike, on four collections.
LATE_INTERACTION_WEIGHT = 0.6
# "Which paper …" asks for papers: as much as a clear difference in meaning, so that a talk which alone holds the
# question's wording still wins. .15 and .2 measured alike; at .1 two of 20 questions from a talk to its papers or back
# found the other kind first.
KIND_BONUS = 0.15
# A name that the text of one record alone holds, whatever else they say: "Which speaker comes from Ankara?". Twice as
# much, or for names in two or three records, and other questions find the wrong record first. A title or a speaker
# needs no help, and says nothing of whether the record tells what is asked.
NAME_BONUS = 0.15
# A record whose title or speaker is named is mostly meant; where another fits much better, the question takes something
# wrong for granted, or asks what goes with it.
NAMED_BONUS = 0.1
# "At SciPy 2016, what was said on packaging?": a record that fits all values which the question names. On conference
# talks .94 of answers cite a right record instead of .91; half as much did the same, but for overviews of one event.
FITTING_BONUS = 0.2
# Expanded terms are a model's guess at what the sources say; the question itself keeps the other half.
EXPANSION_WEIGHT = 0.5
# Gists speak where the sources' wording is silent. They have this share in the score of a question none of whose
# wording is found; .8 and .9 measured alike. They are ours, so the source always keeps a say.
MOST_GIST_SHARE = 0.9
# … and none in that of a question of which the best passage holds this much wording (`KeywordIndex.scores`): a question
# with a name or a term in it reaches it, one in lay words stays at .1 to .3. From .45 to .6 it measured alike.
WORDING_FOUND = 0.5
# What a timed passage takes of the mean of the two beside it: a moment seldom fits into one. moment@1 .487 → .536 by
# keywords; over .3 harms.
NEIGHBOUR_SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as ranking reads it.

    Attributes:
        text: As typed; dense scores read this. Mended it was no better on names, and .004 worse on CISI.
        corrected: With slips in names and terms mended; lexical scores read this.
        kind: The kind of record that it names.
        names: Names in it that are neither a title nor a speaker.
        named: Ids of the records whose title or speaker it names.
        where: The other values that it names, such as an event or a date.
        expansion: What the sources might call it, from a model.
        subject: What it is about, without the words that ask for it; where it is given, all scores read it instead.
    """

    text: str
    corrected: str
    kind: Kind | None = None
    names: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    expansion: tuple[str, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage and how well it fits, higher is better."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class RankedRecord:
    """A talk or paper, as good as its best passage.

    Attributes:
        passages: Best first, at most `PASSAGES_PER_RECORD`; of a recording with times `MOMENTS_PER_RECORD`, no two of
            them neighbours.
    """

    record_id: str
    kind: Kind
    score: float
    passages: tuple[RankedPassage, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """All scores of a question.

    Attributes:
        passages: Shape (n,).
        sources: Shape (n,), of the passages by themselves: gists say which record, not which part of it.
        dense: Shape (n,), by meaning alone.
        records: Shape (r,).
        best: The best record's score without any bonus.
        lead: How much closer the best record comes word by word than the best twenty usually do; 0 where the index
            holds no word vectors.
        words: The question's words that say something, as vectors; None likewise.
    """

    passages: Scores
    sources: Scores
    dense: Scores
    records: Scores
    best: float
    lead: float
    words: Words | None


class HybridRanker:
    """Ranks a snapshot's passages by dense and lexical scores together.

    1. Sources and gists are each scored densely and lexically.
    2. The two are blended, by how much of the question's wording the sources hold.
    3. Passages are grouped by record, which is as good as its best one.
    4. The kind that the question names gets a small bonus, so does the one record that holds a name.
    5. The best records are reranked by late interaction: do they hold each thing that the question asks for?

    Where passages are timed, pairs of neighbouring words count too, and each timed passage leans on the two beside it.
    """

    def __init__(self, snapshot: Snapshot, embedder: Embedder, *, keyword_weight: float) -> None:
        self.snapshot = snapshot
        self.embedder = embedder
        self._keyword_weight = keyword_weight
        # A record's passages stand together.
        self._first, self._last = snapshot.record_first[:-1], snapshot.record_first[1:]
        self.kinds = np.where(snapshot.record_is_talk, "talk", "paper")
        self.row_of = snapshot.row_of
        self._gist_rows = snapshot.gist_records
        # Where each record's gist stands among the word vectors, behind the passages; -1 without one.
        self._gist_places = np.full(len(self.kinds), -1)
        self._gist_places[self._gist_rows] = snapshot.manifest.passages + np.arange(len(self._gist_rows))
        self._is_timed = np.zeros(self._last[-1] if len(self._last) else 0, dtype=np.bool_)
        self._is_timed[snapshot.store.timed_passages()] = True
        self.spoken = int(self._is_timed.sum())
        self.late_interaction: LateInteraction | None = None
        if isinstance(embedder, WordEmbedder) and snapshot.word_vectors is not None:
            self.late_interaction = LateInteraction(snapshot, embedder)

    def search(self, text: str, *, limit: int = 10, filters: Query = EVERYTHING) -> tuple[RankedRecord, ...]:
        """Talks and papers for a text of which nothing is known, best first, at most `limit`."""
        return self.top(self.score(Asked(text, text)), limit=limit, filters=filters)

    def score(self, asked: Asked) -> Scored | None:
        """Score every passage and record; None for a question without any word."""
        if not asked.text.strip():
            return None
        looks = [self._look(asked.subject or asked.text, asked.subject or asked.corrected)]
        if asked.expansion:
            expansion = " ".join(asked.expansion)
            looks.append(self._look(expansion, expansion))
        scores = _blended([look.scores for look in looks])
        records = self.best_of_records(scores)
        best = float(records.max())
        if asked.kind is not None:
            records[self.kinds == asked.kind] += KIND_BONUS
        records[[self.row_of[one] for one in asked.named]] += NAMED_BONUS
        records += self._name_bonus(asked.names)
        if asked.where:
            records[self.records_within(Query(conditions=asked.where))] += FITTING_BONUS
        lead = self._rerank(looks, scores, records)
        return Scored(scores, looks[0].sources, looks[0].dense, records, best, lead, looks[0].words)

    def top(
        self,
        scored: Scored | None,
        *,
        limit: int,
        each: int = 0,
        filters: Query = EVERYTHING,
        first: Sequence[str] = (),
    ) -> tuple[RankedRecord, ...]:
        """The best talks and papers, best first; none for a question that has no scores.

        Args:
            limit: So many of both kinds together.
            each: And so many of each kind, where the best hold fewer.
            first: Ids of records that come before all others, such as those that the question leans on.
        """
        if scored is None:
            return ()
        records = scored.records
        if filters != EVERYTHING:
            fits = np.zeros(len(records), dtype=np.bool_)
            fits[self.records_within(filters)] = True
            records = np.where(fits, records, -np.inf)
        meant = [self.row_of[one] for one in first if one in self.row_of and np.isfinite(records[self.row_of[one]])]
        rows = [*meant, *(row for row in best_rows(records, limit + len(meant)) if row not in meant)][:limit]
        for kind in ("talk", "paper") if each else ():
            rows += [row for row in best_rows(np.where(self.kinds == kind, records, -np.inf), each) if row not in rows]
        return tuple(self._ranked_record(row, scored) for row in rows)

    def records_within(self, filters: Query) -> list[int]:
        """Positions of the records that meet its conditions."""
        return positions(filters, self.snapshot.store)

    def positions(self, row: int) -> range:
        """Where the passages of the record at a row stand, in reading order."""
        return range(int(self._first[row]), int(self._last[row]))

    def passages_of(self, record_id: str) -> list[tuple[Passage, int]]:
        """A record's passages, each with its place."""
        passages = self.snapshot.store.passages_of(record_id)
        return list(zip(passages, self.positions(self.row_of[record_id]), strict=True))

    def _look(self, text: str, corrected: str) -> "_Look":
        """Score every passage."""
        words = None
        if self.late_interaction and isinstance(self.embedder, WordEmbedder):
            vector, words = self.embedder.embed_question_with_words(text)
            words = words.without_stop_words()
        else:
            vector = self.embedder.embed_question(text)
        keyword = self.snapshot.keyword.scores(corrected, spoken=self.spoken > 0)
        dense = self.snapshot.dense(vector, keyword)
        scores = fuse(dense, keyword, keyword_weight=self._keyword_weight)
        if self.spoken:
            scores = self._of_moments(corrected, dense, keyword, scores)
        share = gist_share(float(keyword.max()))
        if share == 0 or not len(self._gist_rows):
            return _Look(scores, scores.copy(), dense, 0.0, words)
        gist_keyword = self.snapshot.gist_keyword.scores(corrected)
        gist_dense = self.snapshot.gist_vectors @ vector
        gists = fuse(gist_dense, gist_keyword, keyword_weight=self._keyword_weight)
        return _Look(with_gists(scores, self._first, gists, self._gist_rows, share), scores, dense, share, words)

    def _of_moments(self, text: str, dense: Scores, keyword: Scores, scores: Scores) -> Scores:
        """The scores where passages are stretches of speech."""
        passages = self.snapshot.store.passages
        keyword = self.snapshot.keyword.scores_with_pairs(
            text, keyword, best_rows(scores, PAIRED), lambda places: [one.headed_text for one in passages(places)]
        )
        scores = fuse(dense, keyword, keyword_weight=self._keyword_weight)
        return lean_on_neighbours(scores, self._is_timed, self._first, self._last)

    def _rerank(self, looks: Sequence["_Look"], scores: Scores, records: Scores) -> float:
        """Add to the scores of the best records and their passages how close their words come to the question's.

        Returns:
            The most that is added, before it is weighted; 0 where words cannot be compared.
        """
        rows = best_rows(records, RERANKED)
        asked = [(look, look.words) for look in looks if look.words and look.words.words]
        if not rows or not asked or self.late_interaction is None:
            return 0.0
        looked_at = [self._promising(row, scores) for row in rows]
        passages = np.concatenate(looked_at)
        starts = np.append(0, np.cumsum([len(one) for one in looked_at])[:-1])
        gists = self._gist_places[rows]
        with_gist = np.flatnonzero(gists >= 0)
        each = []
        for look, words in asked:
            close = self.late_interaction.of_passages(words, looked_at)
            if look.gist_share and len(with_gist):
                of_gists = self.late_interaction.of_gists(words, gists[with_gist])
                close = with_gists(close, starts, of_gists, with_gist, look.gist_share)
            # Less what is usual, so that a score stays what it was on the whole: records that were not looked at keep
            # theirs, and what is said of scores elsewhere goes on to hold.
            each.append(close - np.maximum.reduceat(close, starts).mean())
        close = _blended(each)
        before = scores[passages]
        after = before + LATE_INTERACTION_WEIGHT * close
        scores[passages] = after
        records[rows] += np.maximum.reduceat(after, starts) - np.maximum.reduceat(before, starts)
        return float(close.max())

    def _promising(self, row: int, scores: Scores) -> NDArray[np.intp]:
        """Places of a record's passages that are read word by word: all, or the best of a long recording."""
        places = np.arange(self._first[row], self._last[row])
        if len(places) <= MOMENTS_PER_RECORD:
            return places
        return np.sort(places[np.argsort(-scores[places], kind="stable")[:MOMENTS_PER_RECORD]])

    def _name_bonus(self, names: Sequence[str]) -> Scores:
        """Shape (r,): what each record gains by a name in its text that stands in no other."""
        bonus = np.zeros(len(self._first), dtype=np.float32)
        for name in names:
            holds = np.flatnonzero(self.best_of_records(self.snapshot.keyword.scores(name)))
            if len(holds) == 1:
                [passage] = self.snapshot.store.passages(self._first[holds])
                bonus[holds] = 0 if name.lower() in passage.heading.lower() else NAME_BONUS
        return bonus

    def best_of_records(self, scores: Scores) -> Scores:
        """Shape (r,): the best of the scores of each record's passages."""
        return np.asarray(np.maximum.reduceat(scores, self._first), dtype=np.float32)

    def _ranked_record(self, row: int, scored: Scored) -> RankedRecord:
        first, last = int(self._first[row]), int(self._last[row])
        sources = scored.sources
        best = self._best_passages(first, sources[first:last])
        more = float(scored.records[row] - sources[best[0]])
        passages = self.snapshot.store.passages(best)
        ranked = tuple(RankedPassage(p, float(sources[at]) + more) for p, at in zip(passages, best, strict=True))
        return RankedRecord(ranked[0].passage.record_id, ranked[0].passage.kind, ranked[0].score, ranked)

    def _best_passages(self, first: int, sources: Scores) -> list[int]:
        """The places of a record's passages that are shown, best first; `sources` are the scores of all of them."""
        order = [first + int(place) for place in np.argsort(-sources, kind="stable")]
        if not self._is_timed[first : first + len(sources)].any():
            return order[:PASSAGES_PER_RECORD]
        kept: list[int] = []
        for place in order:
            beside = self._is_timed[place] and any(self._is_timed[one] and abs(one - place) == 1 for one in kept)
            if not beside:
                kept.append(place)
            if len(kept) == MOMENTS_PER_RECORD:
                break
        return kept


@dataclass(frozen=True, slots=True)
class _Look:
    """What one text finds.

    Attributes:
        scores: Shape (n,): one score for each passage, in which its record's gist may have a share.
        sources: Shape (n,): the same without any gist.
        dense: Shape (n,): by meaning alone.
        words: The text's, without stop words; None when the embedder or the index knows none.
    """

    scores: Scores
    sources: Scores
    dense: Scores
    gist_share: float
    words: Words | None


def _blended(scores: Sequence[Scores]) -> Scores:
    """The question's own scores, and those of its expansion if there is any."""
    return scores[0] if len(scores) == 1 else fuse(scores[0], scores[1], keyword_weight=EXPANSION_WEIGHT)


def fuse(dense: Scores, keyword: Scores, *, keyword_weight: float) -> Scores:
    """Combine meaning and wording into one score for each text.

    Args:
        dense: Shape (n,), cosine similarity in [-1, 1].
        keyword: Shape (n,), each divided by the best score that the question could get, in [0, 1].
        keyword_weight: In [0, 1]; 0 is meaning alone.

    Returns:
        Shape (n,), higher is better.

    Source:
        Bruch, Gai, Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", ACM TOIS 2023: the convex
        combination.
    """
    return np.asarray((1 - keyword_weight) * dense + keyword_weight * keyword, dtype=np.float32)


def gist_share(wording_found: float) -> float:
    """How much the gists decide, in [0, 1], when the best passage holds so much of the question's wording."""
    return MOST_GIST_SHARE * max(0.0, 1 - wording_found / WORDING_FOUND)


def with_gists(
    scores: Scores, starts: NDArray[np.intp], gists: Scores, gist_rows: NDArray[np.intp], share: float
) -> Scores:
    """Scores of passages in which their record's gist has a share; without one it has what a gist usually adds.

    Args:
        scores: Shape (n,), of the passages, record by record.
        starts: Shape (r,), of each record its first passage.
        gists: Shape (g,), at least one.
        gist_rows: Shape (g,), the record of each.
        share: In [0, 1]; see `gist_share`.
    """
    sources = np.maximum.reduceat(scores, starts)
    of_records = sources + np.mean(gists - sources[gist_rows])
    of_records[gist_rows] = gists
    counts = np.diff(np.append(starts, len(scores)))
    return np.asarray((1 - share) * scores + share * np.repeat(of_records, counts), dtype=np.float32)


def lean_on_neighbours(
    scores: Scores, is_timed: NDArray[np.bool_], first: NDArray[np.intp], last: NDArray[np.intp]
) -> Scores:
    """Scores in which each timed passage takes a share of the timed ones beside it in its record.

    Args:
        scores: Shape (n,).
        is_timed: Shape (n,).
        first: Shape (r,), of each record its first passage.
        last: Shape (r,), the place after its last one.
    """
    before, after = np.roll(scores, 1), np.roll(scores, -1)
    has_before, has_after = np.roll(is_timed, 1), np.roll(is_timed, -1)
    has_before[first] = has_after[last - 1] = False
    before, after = np.where(has_before, before, after), np.where(has_after, after, before)
    leaning = (1 - NEIGHBOUR_SHARE) * scores + NEIGHBOUR_SHARE / 2 * (before + after)
    return np.asarray(np.where(is_timed & (has_before | has_after), leaning, scores), dtype=np.float32)


def best_rows(scores: Scores, limit: int) -> list[int]:
    """Rows of the best finite scores, best first, at most `limit`; the earlier row of two that are equal."""
    rows = np.flatnonzero(np.isfinite(scores))
    if limit < len(rows):
        # A quarter of the time of sorting 21,715; what equals the last one comes along, so that ties stay in order.
        finite = scores[rows]
        rows = rows[finite >= np.partition(finite, -limit)[-limit]]
    order = rows[np.argsort(-scores[rows], kind="stable")][:limit]
    return [int(row) for row in order]
