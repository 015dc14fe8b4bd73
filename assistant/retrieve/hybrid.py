"""Question → ranked passages and talks: meaning and wording, over the sources and over their gists, in two looks.

Comes in: an open generation and its embedder. Goes out: talks and papers, best first, each with its passages, best
first, and how sure the ranking is that the collection holds what was asked for. Each weight is a named constant with
its reason; `evals/README.md` has the measurements, also of what did not help.
Leaves to others: what to say of them (`extract`, `answer`), and LlamaIndex's view of it (`retriever`).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.confidence import NO_SIGNS, Signs, confidence, read_signs
from assistant.kinds import kind_named
from assistant.pointing import WORD, names
from assistant.retrieve.filters import Filters, RecordFilter
from assistant.retrieve.fusion import Scores, best_rows, fuse, gist_share, spread_gists
from assistant.retrieve.rerank import Closeness
from assistant.spelling import Spelling
from ingest.embedder import Embedder, WordEmbedder
from ingest.index import Generation
from ingest.passages import Passage
from ingest.records import Kind
from ingest.token_vectors import Words

# More passages of one record than this are never read by a model or quoted.
PASSAGES_PER_RECORD = 4
# The best records are looked at again, word by word. 10 measured .004 less in recall@5, 30 the same.
LOOKED_AT_AGAIN = 20
# … which counts a little more than half as much as the first look; from .4 to 1 it measured alike, on four collections.
CLOSENESS_WEIGHT = 0.6
# "Which paper …" asks for papers: as much as a clear difference in meaning, so that a talk which alone holds the
# question's wording still wins. .15 and .2 measured alike; at .1 two of 20 questions from a talk to its papers or back
# found the other kind first.
KIND_BONUS = 0.15
# A name that the text of one record alone holds, whatever else they say: "Which speaker comes from Ankara?". Twice as
# much, or for names in two or three records, and other questions find the wrong record first. A title or a speaker
# needs no help, and says nothing of whether the record tells what is asked.
NAME_BONUS = 0.15
# Search words are a model's guess at what the sources say; the question itself keeps the other half.
SEARCH_WORDS_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """A passage and how well it fits, higher is better."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class RankedRecord:
    """A talk or paper, as good as its best passage.

    Attributes:
        passages: Best first, at most `PASSAGES_PER_RECORD`.
    """

    record_id: str
    kind: Kind
    score: float
    passages: tuple[RankedPassage, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a search found.

    Attributes:
        records: Best first.
        signs: What tells whether the collection holds what was asked for.
        confidence: In [0, 1], how sure it is of that.
    """

    records: tuple[RankedRecord, ...]
    signs: Signs
    confidence: float


@dataclass(frozen=True, slots=True)
class Fit:
    """How well certain records fit a question, beside the best one.

    Attributes:
        signs: What tells whether the collection holds what was asked for.
        best: The score of the best record.
        of: The scores of those asked about, by id.
    """

    signs: Signs
    best: float
    of: Mapping[str, float]


class HybridRanker:
    """Ranks a generation's passages by meaning and wording together.

    1. A name or term with a slip in it is read as the nearest that the collection knows.
    2. Sources and gists are each scored by meaning and wording.
    3. The two are blended, by how much of the question's wording the sources hold.
    4. Passages are grouped by record, which is as good as its best one.
    5. The kind that the question names gets a small bonus, so does the one record that holds a name; filters narrow
       exactly.
    6. The best records are looked at again: do they hold each thing that the question asks for?
    """

    def __init__(self, generation: Generation, embedder: Embedder, *, keyword_weight: float) -> None:
        self.generation = generation
        self.embedder = embedder
        self._keyword_weight = keyword_weight
        outline = generation.store.outline()
        # The record of each passage, and whether it is a talk; by position.
        self.record_ids = record_ids = [record_id for _, record_id, _ in outline]
        self.is_talk = np.array([kind == "talk" for _, _, kind in outline])
        # A record's passages stand together.
        self._first = np.flatnonzero(
            [row == 0 or record_ids[row - 1] != record_ids[row] for row in range(len(outline))]
        )
        self._last = np.append(self._first[1:], len(outline))
        self._kinds = np.array([outline[row][2] for row in self._first])
        self._row_of = {record_ids[first]: row for row, first in enumerate(self._first)}
        self._gist_rows = np.array([self._row_of[record_id] for record_id in generation.store.gists()], dtype=np.intp)
        self._filter = RecordFilter(generation.store, self._kinds)
        self.spelling = Spelling(generation.store, generation.keyword)
        self._closeness: Closeness | None = None
        if isinstance(embedder, WordEmbedder) and generation.word_vectors is not None:
            self._closeness = Closeness(generation, self._first, self._last)

    def search(
        self, question: str, *, limit: int = 10, filters: Filters | None = None, search_words: Sequence[str] = ()
    ) -> Ranking:
        """Talks and papers, best first, at most `limit`; none for a question without any word.

        Args:
            question: As asked.
            limit: At most so many.
            filters: Only records that fit all of them.
            search_words: What the sources might call it, from a model; see `assistant.search_words`.
        """
        scored = self._scored(question, filters, search_words)
        rows = best_rows(scored.best, limit) if scored else []
        if scored is None or not rows:
            return Ranking((), NO_SIGNS, 0.0)
        records = tuple(self._ranked_record(row, scored.scores, scored.best[row]) for row in rows)
        signs = self._signs(question, scored.best_score, scored.lead, rows[0])
        return Ranking(records, signs, confidence(signs))

    def fit(self, question: str, record_ids: Sequence[str]) -> Fit:
        """How well these records fit a question, beside the best one; those that are not held are left out."""
        scored = self._scored(question, None, ())
        if scored is None:
            return Fit(NO_SIGNS, 0.0, {})
        (row,) = best_rows(scored.best, 1)
        signs = self._signs(question, scored.best_score, scored.lead, row)
        known = [record_id for record_id in record_ids if record_id in self._row_of]
        return Fit(signs, float(scored.best[row]), {one: float(scored.best[self._row_of[one]]) for one in known})

    def _scored(self, question: str, filters: Filters | None, search_words: Sequence[str]) -> "_Scored | None":
        """Score every passage and record; None for a question without any word."""
        if not question.strip():
            return None
        looks = [self._look(text) for text in (question, " ".join(search_words)) if text]
        scores = _blended([look.scores for look in looks])
        best = self._best_of_records(scores)
        if filters is not None:
            best[~self._filter.mask(filters)] = -np.inf
        best_score = float(best.max())
        if (kind := kind_named(question)) is not None:
            best[self._kinds == kind] += KIND_BONUS
        best += self._name_bonus(question)
        lead = self._look_again(looks, scores, best)
        return _Scored(scores, best, best_score, lead)

    def records_within(self, filters: Filters) -> list[int]:
        """Positions of the records that fit all filters."""
        return [int(row) for row in np.flatnonzero(self._filter.mask(filters))]

    def _look(self, text: str) -> "_Look":
        """Score every passage."""
        # Meaning reads the question as typed: mended it was no better on names, and .004 worse on CISI.
        words = None
        if self._closeness and isinstance(self.embedder, WordEmbedder):
            vector, words = self.embedder.embed_question_with_words(text)
        else:
            vector = self.embedder.embed_question(text)
        spelled = self.spelling.corrected(text)
        dense = self.generation.vectors @ vector
        keyword = self.generation.keyword.scores(spelled)
        scores = fuse(dense, keyword, keyword_weight=self._keyword_weight)
        share = gist_share(float(keyword.max()))
        if share == 0 or not len(self._gist_rows):
            return _Look(scores, 0.0, words)
        gist_dense = self.generation.gist_vectors @ vector
        gist_keyword = self.generation.gist_keyword.scores(spelled)
        gists = fuse(gist_dense, gist_keyword, keyword_weight=self._keyword_weight)
        of_records = spread_gists(gists, self._gist_rows, self._best_of_records(scores))
        of_passages = np.repeat(of_records, self._last - self._first)
        return _Look(np.asarray((1 - share) * scores + share * of_passages, dtype=np.float32), share, words)

    def _look_again(self, looks: Sequence["_Look"], scores: Scores, best: Scores) -> float | None:
        """Add to the scores of the best records and their passages how close their words come to the question's.

        Returns:
            The most that is added, before it is weighted; None when words cannot be looked at.
        """
        rows = best_rows(best, LOOKED_AT_AGAIN)
        asked = [(look, words) for look in looks if look.words and (words := look.words.without_stop_words()).words]
        if not rows or not asked or self._closeness is None:
            return None
        each = [self._closeness.of_passages(words, rows, gist_share=look.gist_share) for look, words in asked]
        close = _blended(each)
        passages = np.concatenate([np.arange(self._first[row], self._last[row]) for row in rows])
        starts = np.append(0, (self._last[rows] - self._first[rows]).cumsum()[:-1])
        before = scores[passages]
        after = before + CLOSENESS_WEIGHT * close
        scores[passages] = after
        best[rows] += np.maximum.reduceat(after, starts) - np.maximum.reduceat(before, starts)
        return float(close.max())

    def _name_bonus(self, question: str) -> Scores:
        """Shape (r,): what each record gains by a name of the question in its text that stands in no other."""
        bonus = np.zeros(len(self._first), dtype=np.float32)
        for name in names(WORD.findall(self.spelling.corrected(question))):
            holds = np.flatnonzero(self._best_of_records(self.generation.keyword.scores(name)))
            if len(holds) == 1:
                [passage] = self.generation.store.passages(self._first[holds])
                bonus[holds] = 0 if name.lower() in passage.heading.lower() else NAME_BONUS
        return bonus

    def _signs(self, question: str, best_score: float, lead: float | None, row: int) -> Signs:
        """What tells whether the collection holds what was asked for, when this record is the best."""
        passages = self.generation.store.passages(range(int(self._first[row]), int(self._last[row])))
        return read_signs(self.spelling.corrected(question), best_score, lead, passages, self.generation.keyword)

    def _best_of_records(self, scores: Scores) -> Scores:
        return np.asarray(np.maximum.reduceat(scores, self._first), dtype=np.float32)

    def _ranked_record(self, row: int, scores: Scores, score: np.float32) -> RankedRecord:
        first, last = int(self._first[row]), int(self._last[row])
        best = first + np.argsort(-scores[first:last], kind="stable")[:PASSAGES_PER_RECORD]
        bonus = float(score - scores[best[0]])
        passages = self.generation.store.passages(best)
        ranked = tuple(RankedPassage(p, float(scores[at]) + bonus) for p, at in zip(passages, best, strict=True))
        return RankedRecord(ranked[0].passage.record_id, ranked[0].passage.kind, ranked[0].score, ranked)


@dataclass(frozen=True, slots=True)
class _Look:
    """What one text finds.

    Attributes:
        scores: Shape (n,): one score for each passage, in which its record's gist may have a share.
        gist_share: That share.
        words: The text's; None when the embedder or the index knows none.
    """

    scores: Scores
    gist_share: float
    words: Words | None


@dataclass(frozen=True, slots=True)
class _Scored:
    """All scores of a question.

    Attributes:
        scores: Shape (n,), of the passages.
        best: Shape (r,), of the records.
        best_score: The best of these without any bonus.
        lead: See `assistant.confidence.Signs`.
    """

    scores: Scores
    best: Scores
    best_score: float
    lead: float | None


def _blended(scores: Sequence[Scores]) -> Scores:
    """The question's own scores, and those of its search words if there are any."""
    return scores[0] if len(scores) == 1 else fuse(scores[0], scores[1], keyword_weight=SEARCH_WORDS_WEIGHT)


def flatten(ranked: Collection[RankedRecord], limit: int) -> list[RankedPassage]:
    """The best passages over all ranked records, best first, at most `limit`."""
    passages = [passage for record in ranked for passage in record.passages]
    return sorted(passages, key=lambda passage: -passage.score)[:limit]
