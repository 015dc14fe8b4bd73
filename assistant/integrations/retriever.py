"""The product's retrieval as a LlamaIndex `BaseRetriever`, to take into any LlamaIndex program.

Comes in: a `HybridRanker`. Goes out: nodes with scores, the same passages in the same order as the assistant
reads them.
Kept apart from `ranking` because importing LlamaIndex takes a second, and the command line's search does without.
"""

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle

from assistant.retrieve.filters import Filters
from assistant.retrieve.hybrid import HybridRanker, flatten
from ingest.stores.nodes import passage_node


class TalksRetriever(BaseRetriever):
    """Finds the passages of talks and papers that fit a question."""

    def __init__(self, ranker: HybridRanker, *, filters: Filters | None = None, limit: int = 6) -> None:
        """Make a retriever.

        Args:
            ranker: Over an open generation.
            filters: Only passages of records that fit all of them.
            limit: At most so many passages.
        """
        super().__init__()
        self._ranker = ranker
        self._filters = filters
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        ranked = self._ranker.search(query_bundle.query_str, limit=self._limit, filters=self._filters).records
        store = self._ranker.generation.store
        return [
            NodeWithScore(node=passage_node(hit.passage, store.record(hit.passage.record_id)), score=hit.score)
            for hit in flatten(ranked, self._limit)
        ]
