"""An answer without a model: the best sentences of the best passages, quoted and cited.

Comes in: a question and its ranked talks. Goes out: quotes in reading order, each an exact slice of its passage.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from assistant.pointing import bare
from assistant.retrieve.fusion import fuse
from assistant.retrieve.hybrid import RankedPassage, RankedRecord, flatten
from ingest.embedder import Embedder
from ingest.lexical import KeywordIndex
from ingest.passages import Passage, Span, split_sentences

# Talks whose score is this close to the best one's may hold a part of the answer.
NEAR_BEST_RECORD = 0.85
# Sentences whose score is this close to the best one's are quoted with it.
NEAR_BEST_SENTENCE = 0.8
# Embedding the sentences of one passage takes as long as embedding a passage, about 10 ms.
PASSAGES_READ = 3
MOST_QUOTES = 3
# A bio lists what somebody works on, and so comes near many questions. Of the development questions, those in lay words
# share .12 of their wording with a bio at most; those that a bio answers mostly .28 and more.
LEAST_WORDING_OF_BIO = 0.2
# A question that only names a talk or its speaker is answered by so much of its abstract.
LEAD_SENTENCES = 2
_WHOLE = frozenset("give lectur paper present say speak subject summaris talk tell topic".split())
# A shorter "sentence" is a heading or a fragment of a list.
SHORTEST_QUOTE_CHARS = 25


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a passage, by its place there, and how well it answers."""

    passage: Passage
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        """The quoted words, to the letter."""
        return self.passage.text[self.start : self.end]


class Extractor:
    """Picks the sentences that answer a question."""

    def __init__(self, embedder: Embedder, keyword: KeywordIndex, *, keyword_weight: float) -> None:
        self._embedder = embedder
        self._keyword = keyword
        self._keyword_weight = keyword_weight
        # People ask about the same talks; 500 passages' sentences are 5 MB.
        self._sentence_vectors = lru_cache(maxsize=500)(self._embed_sentences)

    def extract(self, question: str, ranked: Sequence[RankedRecord]) -> list[Quote]:
        """The best sentences, grouped by talk, in reading order; the talk with the best sentence first."""
        if ranked and asks_for_the_whole(question, ranked[0].passages[0].passage, self._keyword):
            return self._lead(ranked[0], "bio" if question.lower().startswith("who") else "abstract")
        passages = [hit for hit in near_best(ranked) if self._may_answer(question, hit.passage)] or near_best(ranked)
        quotes = [quote for hit in passages for quote in self._scored_sentences(question, hit.passage)]
        if not quotes:
            return []
        quotes.sort(key=lambda quote: -quote.score)
        floor = NEAR_BEST_SENTENCE * quotes[0].score
        chosen = [quote for quote in quotes if quote.score >= floor][:MOST_QUOTES]
        # The ranking knows more than wording and meaning of single sentences: the first talk always has its say.
        first = [quote for quote in quotes if quote.passage.record_id == ranked[0].record_id]
        if first and first[0] not in chosen:
            chosen = [first[0], *chosen[: MOST_QUOTES - 1]]
        order = {record_id: rank for rank, record_id in enumerate(dict.fromkeys(q.passage.record_id for q in chosen))}
        return sorted(chosen, key=lambda quote: (order[quote.passage.record_id], quote.passage.start, quote.start))

    def one_each(self, question: str, records: Sequence[RankedRecord]) -> list[Quote]:
        """The best sentence of each record's best passage that may answer, in the order of the records."""
        found = []
        for record in records:
            passages = [hit.passage for hit in record.passages]
            best = next((one for one in passages if self._may_answer(question, one)), passages[0])
            found.append(max(self._scored_sentences(question, best), key=lambda quote: quote.score))
        return found

    def _may_answer(self, question: str, passage: Passage) -> bool:
        """Whether a passage is worth reading; a bio is when the question is in its words, not only near its field."""
        return passage.section != "bio" or self._keyword.coverage(question, [passage.text])[0] >= LEAST_WORDING_OF_BIO

    def _lead(self, record: RankedRecord, section: str) -> list[Quote]:
        """The first sentences of a talk's abstract or bio, or of what it has instead."""
        passages = [hit.passage for hit in record.passages]
        first = min(passages, key=lambda passage: (passage.section != section, passage.start))
        return [Quote(first, start, end, record.score) for start, end in sentence_spans(first.text)[:LEAD_SENTENCES]]

    def _scored_sentences(self, question: str, passage: Passage) -> list[Quote]:
        spans = sentence_spans(passage.text)
        asked = without_people(question, passage)
        dense = self._sentence_vectors(passage.id, passage.text) @ self._embedder.embed_question(asked)
        wording = self._keyword.coverage(asked, [passage.text[start:end] for start, end in spans])
        scores = fuse(dense, wording, keyword_weight=self._keyword_weight)
        return [Quote(passage, start, end, float(score)) for (start, end), score in zip(spans, scores, strict=True)]

    def _embed_sentences(self, passage_id: str, text: str) -> NDArray[np.float32]:
        return self._embedder.embed_passages([text[start:end] for start, end in sentence_spans(text)])


def without_people(question: str, passage: Passage) -> str:
    """The question without the names of those whose passage it is: within it they tell no sentence from another."""
    _, _, people = passage.heading.partition("\n")
    names = set(re.findall(r"[^\W_]+", people.lower()))
    kept = re.sub(r"[^\W_]+(?:['’]s\b)?", lambda match: "" if bare(match[0]) in names else match[0], question)
    return kept if re.search(r"\w", kept) else question


def asks_for_the_whole(question: str, best: Passage, keyword: KeywordIndex) -> bool:
    """Whether a question names nothing but a talk or its speaker: "What does Volkan Cevher speak about?"."""
    words = set(keyword.words(question))
    named = set(keyword.words(best.heading))
    return bool(words & named) and not words - named - _WHOLE


def near_best(ranked: Sequence[RankedRecord]) -> list[RankedPassage]:
    """The passages worth reading: the best ones of the talks that come close to the best talk."""
    if not ranked:
        return []
    near = [record for record in ranked if record.score >= NEAR_BEST_RECORD * ranked[0].score]
    return flatten(near, PASSAGES_READ)


def sentence_spans(text: str) -> list[Span]:
    """The sentences of a passage that can stand as a quote; the whole passage when none can."""
    return [span for span in split_sentences(text) if span[1] - span[0] >= SHORTEST_QUOTE_CHARS] or [(0, len(text))]


def best_quote(claim: str, text: str, keyword: KeywordIndex) -> Span:
    """The sentence of a passage's text that shares most of a claim's wording, by its place there."""
    spans = sentence_spans(text)
    shared = keyword.coverage(claim, [text[start:end] for start, end in spans])
    return spans[int(np.argmax(shared))]
