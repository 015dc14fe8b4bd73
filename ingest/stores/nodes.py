"""Passages as LlamaIndex nodes, and their way into Chroma through LlamaIndex's vector store.

Comes in: passages, their records and vectors. Goes out: `TextNode`s that any LlamaIndex program can read back from the
collection. Imported late: LlamaIndex takes a second.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from llama_index.core.schema import TextNode
from llama_index.vector_stores.chroma import ChromaVectorStore
from numpy.typing import NDArray

from ingest.gists import Gist
from ingest.passages import Passage, speaker_line
from ingest.records import Record, record_pages

# Chroma takes a batch of this size at once; each holds its vectors as Python numbers.
_NODES_PER_BATCH = 2000


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


def add_passages(
    collection: Any, records: Sequence[Record], passages: Sequence[Passage], vectors: NDArray[np.float32]
) -> None:
    """Put passages and their vectors into a Chroma collection.

    Args:
        collection: Open and empty.
        vectors: Shape (n, d), one for each passage in the same order.
    """
    by_id = {record.id: record for record in records}
    store = ChromaVectorStore(chroma_collection=collection)
    for first in range(0, len(passages), _NODES_PER_BATCH):
        batch = passages[first : first + _NODES_PER_BATCH]
        nodes = [passage_node(passage, by_id[passage.record_id]) for passage in batch]
        for node, vector in zip(nodes, vectors[first : first + _NODES_PER_BATCH], strict=True):
            node.embedding = vector.tolist()
        store.add(list(nodes))


def add_gists(collection: Any, gists: Mapping[str, Gist], vectors: NDArray[np.float32]) -> None:
    """Put gists and their vectors into a Chroma collection; not as nodes, because nothing may cite them.

    Args:
        collection: Open and empty.
        gists: By record id.
        vectors: Shape (g, d), one for each gist in the same order.
    """
    ids, texts = list(gists), [gist.search_text for gist in gists.values()]
    for first in range(0, len(ids), _NODES_PER_BATCH):
        batch = slice(first, first + _NODES_PER_BATCH)
        collection.add(ids=ids[batch], embeddings=vectors[batch], documents=texts[batch])
