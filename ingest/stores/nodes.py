"""Passages as LlamaIndex nodes, and a snapshot as the vector store that any LlamaIndex program asks.

Comes in: passages and their records; a query's vector. Goes out: `TextNode`s. Imported late: LlamaIndex takes a second.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from llama_index.core.schema import BaseNode, TextNode
from llama_index.core.vector_stores.types import BasePydanticVectorStore, VectorStoreQuery, VectorStoreQueryResult
from pydantic import PrivateAttr

from ingest.passages import Passage, speaker_line
from ingest.records import Record, record_pages
from ingest.snapshots import Snapshot

_WRITTEN_BY = "A snapshot never changes; run `talks ingest` to write the next one."


def passage_node(passage: Passage, record: Record) -> TextNode:
    """A passage as a node: its text is the passage's, its metadata tell the talk."""
    return TextNode(
        id_=passage.id,
        text=passage.text,
        metadata={
            "record_id": record.id,
            "kind": record.kind,
            "title": record.title,
            "speakers": "; ".join(speaker_line(speaker) for speaker in record.speakers),
            "pages": "; ".join(record_pages(record)),
            "section": passage.section,
            "start": passage.start,
            "end": passage.end,
            "start_s": passage.start_s,
            "end_s": passage.end_s,
        },
        # Where it stands says nothing of what it says.
        excluded_embed_metadata_keys=["record_id", "kind", "pages", "section", "start", "end", "start_s", "end_s"],
        excluded_llm_metadata_keys=["record_id", "start", "end", "start_s", "end_s"],
    )


class PassageStore(BasePydanticVectorStore):
    """A snapshot as the vector store of any LlamaIndex program: dense search, whichever engine holds the vectors.

    `VectorStoreIndex.from_vector_store(PassageStore(snapshot), embed_model=…)` asks it; an ingest alone writes.
    """

    stores_text: bool = True
    is_embedding_query: bool = True
    _snapshot: Snapshot = PrivateAttr()

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__(stores_text=True)
        self._snapshot = snapshot

    @property
    def client(self) -> Snapshot:
        """The snapshot."""
        return self._snapshot

    def query(self, query: VectorStoreQuery, **_: Any) -> VectorStoreQueryResult:
        """The passages nearest to the query's embedding, best first."""
        lexical = np.zeros(self._snapshot.manifest.passages, dtype=np.float32)
        scores = self._snapshot.dense(np.array(query.query_embedding, dtype=np.float32), lexical)
        rows = np.argsort(-scores, kind="stable")[: query.similarity_top_k]
        store = self._snapshot.store
        nodes = [passage_node(passage, store.record(passage.record_id)) for passage in store.passages(rows)]
        return VectorStoreQueryResult(
            nodes=list(nodes), similarities=[float(scores[row]) for row in rows], ids=[node.node_id for node in nodes]
        )

    def add(self, nodes: Sequence[BaseNode], **_: Any) -> list[str]:
        """Refused."""
        raise NotImplementedError(_WRITTEN_BY)

    def delete(self, ref_doc_id: str, **_: Any) -> None:
        """Refused."""
        raise NotImplementedError(_WRITTEN_BY)
