"""Summaries, plainer words, comparisons, recommendations and themes without a model: gists, said to be ours.

Comes in: ranked records. Goes out: events. A gist is what a record is about in plain words, never a source; beside it
stands how the record itself begins, cited.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.answer import messages
from assistant.answer.citations import CitedText, Quote
from assistant.retrieve.evidence import Gatherer
from assistant.retrieve.hybrid import RankedRecord
from assistant.retrieve.rerank import sentence_spans
from assistant.types import Event
from ingest.stores import unit_rows

SUMMARY_SENTENCES = 3
MOST_RECOMMENDED = 3
MOST_THEMES = 6
TITLES_PER_THEME = 2
_ROUNDS = 20
# Groups of more talks are found from so many of them; every one is counted.
_MOST_GROUPED = 20_000


class Digest:
    """Tells what records are about."""

    def __init__(self, gatherer: Gatherer) -> None:
        self._snapshot = gatherer.ranker.snapshot
        self._store = gatherer.store
        self._source_of = gatherer.source

    def summarise(self, answer: CitedText, records: Sequence[RankedRecord]) -> Iterator[Event]:
        """One record: its gist, and how it begins."""
        yield from self._tell(answer, [self._opening(records[0].record_id, SUMMARY_SENTENCES)])

    def compare(self, answer: CitedText, found: Sequence[Sequence[Quote]]) -> Iterator[Event]:
        """Some records, one after the other, each by its quotes."""
        yield from answer.paragraph(messages.SIDE_BY_SIDE)
        for quotes in found:
            yield from self._tell(answer, quotes)

    def recommend(self, answer: CitedText, records: Sequence[RankedRecord]) -> Iterator[Event]:
        """The records that come closest to what somebody wants to see, best first."""
        yield from answer.paragraph(messages.BEGIN_WITH)
        for record in records[:MOST_RECOMMENDED]:
            yield from self._tell(answer, [self._opening(record.record_id, 1)])

    def overview(self, answer: CitedText, within: Sequence[int] = ()) -> Iterator[Event]:
        """Groups of records that are about the same, each by those in its middle; clustered anew, in a few ms.

        Args:
            within: Positions of the records that are meant; of all, where there are none.
        """
        groups = self._themes(np.array(within, dtype=np.intp))
        yield from answer.paragraph(messages.THEMES.format(count=len(groups)))
        for number, (ids, size) in enumerate(groups, 1):
            yield from answer.say(f"\n\n{number}. {f'{size} like ' if size > len(ids) else ''}")
            for place, record_id in enumerate(ids):
                passage = self._store.passages_of(record_id)[0]
                yield from answer.say(f"{', ' if place else ''}“{self._store.record(record_id).title}” ")
                yield from answer.cite(self._source_of(passage, 1.0), 0, len(passage.text))
            gist = self._store.gist(ids[0])
            if gist is not None:
                yield from answer.say(f". {messages.IN_PLAIN_WORDS.format(gist=gist.text)}")

    def _opening(self, record_id: str, sentences: int) -> Quote:
        """The first sentences of a record: of its abstract, or of what it has instead."""
        first = min(self._store.passages_of(record_id), key=lambda passage: passage.section != "abstract")
        spans = sentence_spans(first.text)[:sentences]
        return self._source_of(first, 1.0), spans[0][0], spans[-1][1]

    def _tell(self, answer: CitedText, quotes: Sequence[Quote]) -> Iterator[Event]:
        source, _, _ = quotes[0]
        gist = self._store.gist(source.id)
        yield from answer.paragraph(messages.EACH.format(source=source, by=messages.by(source)))
        if gist is not None:
            yield from answer.paragraph(messages.IN_PLAIN_WORDS.format(gist=gist.text))
        yield from messages.quotes(answer, quotes, lead="")

    def _themes(self, rows: NDArray[np.intp]) -> list[tuple[list[str], int]]:
        """The records nearest to the middle of each group, and how many there are; the largest group first.

        Spherical k-means over the records' first passages, begun with records far from one another.
        """
        snapshot = self._snapshot
        rows = rows if len(rows) else np.arange(len(snapshot.record_is_talk))
        talks = rows[snapshot.record_is_talk[rows]]
        talks = talks if len(talks) else rows
        passages = snapshot.record_first[talks]
        some = passages[:: -(-len(passages) // _MOST_GROUPED)]
        vectors = unit_rows(snapshot.stored_vectors[some])
        count = min(MOST_THEMES, -(-len(talks) // TITLES_PER_THEME))
        chosen = [int(np.argmax(vectors @ vectors.mean(axis=0)))]
        while len(chosen) < count:
            chosen.append(int(np.argmin((vectors @ vectors[chosen].T).max(axis=1))))
        middles = vectors[chosen]
        for _ in range(_ROUNDS):
            group = (vectors @ middles.T).argmax(axis=1)
            means = [
                vectors[group == one].mean(axis=0) if (group == one).any() else middles[one] for one in range(count)
            ]
            middles = np.array([mean / np.linalg.norm(mean) for mean in means])
        blocks = np.array_split(passages, range(_MOST_GROUPED, len(passages), _MOST_GROUPED))
        nearness = np.concatenate([unit_rows(snapshot.stored_vectors[one]) @ middles.T for one in blocks])
        group = nearness.argmax(axis=1)
        found = []
        for one in range(count):
            near = np.flatnonzero(group == one)
            order = near[np.argsort(-nearness[near, one], kind="stable")]
            if len(order):
                nearest = [int(talks[row]) for row in order[:TITLES_PER_THEME]]
                found.append(([self._store.id_at(row) for row in nearest], len(order)))
        return sorted(found, key=lambda theme: -theme[1])
