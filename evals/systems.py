"""The product and the baselines it is measured against, over the same records and with the same embedder.

Comes in: the product's ranker. Goes out: functions from a question to ranked record ids. None but the product uses
gists.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.assembly import Assistant
from assistant.retrieve.hybrid import HybridRanker
from ingest.embedder import Embedder
from ingest.passages import record_text
from ingest.records import speaker_names

System = Callable[[str], list[str]]

# One more than nDCG@10 and the record that a "cross" question names can need, and room for a tutorial's repeats.
RANKED = 20
# The constant of reciprocal rank fusion that LlamaIndex and the paper use.
_RRF_K = 60


def product(assistant: Assistant) -> System:
    """What `talks search` does."""

    def ranked(question: str) -> list[str]:
        scored = assistant.understand(question).scored
        return [] if scored is None else [one.record_id for one in assistant.ranker.top(scored, limit=RANKED)]

    return ranked


def baselines(ranker: HybridRanker, embedder: Embedder) -> dict[str, System]:
    """The usual ways over the product's own passages, by name."""
    snapshot = ranker.snapshot
    owners = np.repeat(list(snapshot.row_of), np.diff(snapshot.record_first))

    def keyword(question: str) -> NDArray[np.float32]:
        return snapshot.keyword.scores(question)

    def meaning(question: str) -> NDArray[np.float32]:
        return np.asarray(snapshot.vectors @ embedder.embed_question(question))

    def rank_fusion(question: str) -> NDArray[np.float64]:
        return _reciprocal_ranks(keyword(question)) + _reciprocal_ranks(meaning(question))

    return {
        "keyword alone": lambda question: _best_owners(owners, keyword(question)),
        "meaning alone": lambda question: _best_owners(owners, meaning(question)),
        "rank fusion (RRF)": lambda question: _best_owners(owners, rank_fusion(question)),
    }


def _best_owners(owners: NDArray[np.str_], scores: NDArray[np.floating]) -> list[str]:
    """The records of the best passages, each once."""
    order = np.argsort(-scores, kind="stable")
    return list(dict.fromkeys(owners[order].tolist()))[:RANKED]


def _reciprocal_ranks(scores: NDArray[np.floating]) -> NDArray[np.float64]:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
    return 1 / (_RRF_K + ranks)


def tutorial(ranker: HybridRanker, embedder: Embedder) -> System:
    """LlamaIndex's starter example: documents, its default splitter, a vector index, the nearest nodes."""
    from llama_index.core import Document, VectorStoreIndex  # here, because it takes a second to import

    from assistant.integrations.llama_index import PassageEmbedding

    documents = [
        Document(
            text="\n".join((record.title, "; ".join(speaker_names(record)), record_text(record))),
            metadata={"record_id": record.id},
            excluded_embed_metadata_keys=["record_id"],
        )
        for record in ranker.snapshot.store.records()
    ]
    index = VectorStoreIndex.from_documents(documents, embed_model=PassageEmbedding(embedder))
    retriever = index.as_retriever(similarity_top_k=2 * RANKED)

    def ranked(question: str) -> list[str]:
        return list(dict.fromkeys(node.node.metadata["record_id"] for node in retriever.retrieve(question)))[:RANKED]

    return ranked


def without(ranked: Sequence[str], named: str | None) -> list[str]:
    """A ranking without the record that the question itself names."""
    return [record_id for record_id in ranked if record_id != named]
