"""LlamaIndex gets from `PassageEmbedding` what the embedder gives."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from llama_index.core import VectorStoreIndex
from llama_index.core.schema import QueryBundle, TextNode

from assistant.integrations.llama_index import PassageEmbedding
from ingest.embedder import BundledEmbedder
from ingest.errors import EmbedderError

TEXTS = ["Curvature of the loss", "Bread rises in a warm kitchen", "Training on many GPUs"]


@pytest.fixture
def embedding(embedder: BundledEmbedder) -> PassageEmbedding:
    return PassageEmbedding(embedder)


def test_texts_and_questions_are_the_embedders_vectors(embedding: PassageEmbedding, embedder: BundledEmbedder) -> None:
    assert embedding.get_text_embedding_batch(TEXTS) == embedder.embed_passages(TEXTS).tolist()
    assert embedding.get_text_embedding(TEXTS[0]) == embedder.embed_question(TEXTS[0]).tolist()
    assert embedding.get_query_embedding(TEXTS[1]) == embedder.embed_question(TEXTS[1]).tolist()


def test_asynchronous_methods_give_the_same(embedding: PassageEmbedding) -> None:
    async def gather() -> tuple[list[float], list[float], list[list[float]]]:
        return (
            await embedding.aget_query_embedding(TEXTS[0]),
            await embedding.aget_text_embedding(TEXTS[0]),
            await embedding.aget_text_embedding_batch(TEXTS),
        )

    # In a thread of its own: a browser test before this one may have left a loop running in ours.
    with ThreadPoolExecutor(1) as pool:
        gathered = pool.submit(asyncio.run, gather()).result()
    assert gathered == (
        embedding.get_query_embedding(TEXTS[0]),
        embedding.get_text_embedding(TEXTS[0]),
        embedding.get_text_embedding_batch(TEXTS),
    )


def test_model_name_is_the_fingerprint(embedding: PassageEmbedding, embedder: BundledEmbedder) -> None:
    assert embedding.model_name == embedder.fingerprint


def test_llamaindex_retrieves_the_nearest_passage(embedding: PassageEmbedding) -> None:
    index = VectorStoreIndex([TextNode(text=text) for text in TEXTS], embed_model=embedding)
    (found,) = index.as_retriever(similarity_top_k=1).retrieve(QueryBundle("How do I bake a loaf?"))
    assert found.node.get_content() == TEXTS[1]


def test_errors_pass_through_unchanged(embedding: PassageEmbedding, monkeypatch: pytest.MonkeyPatch) -> None:
    error = EmbedderError("model.onnx: damaged")

    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(BundledEmbedder, "embed_passages", fail)
    with pytest.raises(EmbedderError) as caught:
        embedding.get_text_embedding_batch(TEXTS)
    assert caught.value is error
