"""The program as parts of LlamaIndex: a chat engine, a retriever, an embedding.

Comes in: an `Assistant`, and what a LlamaIndex program wants swapped: the retriever, the LLM. Goes out:
`BaseChatEngine`, `BaseRetriever`, `BaseEmbedding`; nodes carry the talk in their metadata. Apart from all else, because
importing LlamaIndex takes a second.
"""

import asyncio
from collections.abc import Generator, Iterator, Sequence

from llama_index.core.base.base_retriever import BaseRetriever
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.chat_engine.types import AgentChatResponse, BaseChatEngine, StreamingAgentChatResponse
from llama_index.core.llms import LLM
from llama_index.core.schema import NodeWithScore, QueryBundle
from pydantic import PrivateAttr

from assistant.assembly import Assistant
from assistant.query import EVERYTHING, Query
from assistant.types import Answer, Delta, Done, Event
from ingest.embedder import Embedder
from ingest.stores.nodes import passage_node

# Passages handed over at once: enough for the embedder to sort them by length.
_BATCH = 256
_PASSAGES = 6
# Of an LLM that does not tell how long its answers are; a token of English has four characters, of other text fewer.
_ANSWER_TOKENS = 700
_CHARS_PER_TOKEN = 3


class TalksRetriever(BaseRetriever):
    """Finds the passages of talks and papers that fit a question, as the program's own answers do."""

    def __init__(self, assistant: Assistant, *, filters: Query = EVERYTHING, limit: int = _PASSAGES) -> None:
        super().__init__()
        self._assistant = assistant
        self._filters = filters
        self._limit = limit

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        scored = self._assistant.understand(query_bundle.query_str).scored
        ranked = self._assistant.ranker.top(scored, limit=self._limit, filters=self._filters)
        store = self._assistant.snapshot.store
        hits = sorted((hit for record in ranked for hit in record.passages), key=lambda hit: -hit.score)
        return [
            NodeWithScore(node=passage_node(hit.passage, store.record(hit.passage.record_id)), score=hit.score)
            for hit in hits[: self._limit]
        ]


class TalksChatEngine(BaseChatEngine):
    """Answers questions about talks with citations; `source_nodes` are the passages that it cites."""

    def __init__(self, assistant: Assistant, *, llm: LLM | None = None, retriever: BaseRetriever | None = None) -> None:
        """Make a chat engine.

        Args:
            llm: Writes the answers; None leaves it to the assistant's settings, which may say none.
            retriever: Finds the passages, whose metadata name their record as `passage_node` does; None is the
                program's own ranking.
        """
        self._assistant = assistant
        self._endpoint = assistant.endpoint() if llm is None else _LLMModel(llm)
        self._retriever = retriever
        self._answers: list[Answer] = []

    def reset(self) -> None:
        """Forget the conversation."""
        self._answers = []

    @property
    def chat_history(self) -> list[ChatMessage]:
        """The questions and answers so far."""
        return [
            ChatMessage(role=role, content=text)
            for answer in self._answers
            for role, text in ((MessageRole.USER, answer.question), (MessageRole.ASSISTANT, answer.text))
        ]

    def chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """One turn; earlier questions of `chat_history` are understood again, their answers are not."""
        for _ in self._events(message, chat_history):
            pass
        answer = self._answers[-1]
        told = ("standalone_question", "intent", "refused", "mode", "notice")
        metadata = {name: getattr(answer, name) for name in told}
        return AgentChatResponse(response=answer.text, source_nodes=self._nodes(answer), metadata=metadata)

    def stream_chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> StreamingAgentChatResponse:
        """The same, word by word: `response_gen` yields what comes, `source_nodes` are there at its end."""
        response = StreamingAgentChatResponse()

        def pieces() -> Generator[ChatResponse, None, None]:
            text = ""
            for event in self._events(message, chat_history):
                if isinstance(event, Delta):
                    text += event.text
                    said = ChatMessage(role=MessageRole.ASSISTANT, content=text)
                    yield ChatResponse(message=said, delta=event.text)
            response.source_nodes = self._nodes(self._answers[-1])

        response.chat_stream = pieces()
        response.is_writing_to_memory = False
        return response

    async def achat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """`chat` in a thread."""
        return await asyncio.to_thread(self.chat, message, chat_history)

    async def astream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """`stream_chat`, begun in a thread."""
        return await asyncio.to_thread(self.stream_chat, message, chat_history)

    def _events(self, message: str, chat_history: Sequence[ChatMessage] | None) -> Iterator[Event]:
        if chat_history is not None:
            asked = [said.content or "" for said in chat_history if said.role == MessageRole.USER]
            self._answers = self._assistant.converse(asked)
        first = self._found(message) if self._retriever else None
        for event in self._assistant.turn(message, self._answers, endpoint=self._endpoint, retrieved=first):
            if isinstance(event, Done):
                self._answers.append(event.answer)
            yield event

    def _found(self, message: str) -> list[str]:
        """Ids of the records that the swapped retriever finds, best first."""
        assert self._retriever is not None
        nodes = self._retriever.retrieve(message)
        return list(dict.fromkeys(str(one.node.metadata["record_id"]) for one in nodes))

    def _nodes(self, answer: Answer) -> list[NodeWithScore]:
        store = self._assistant.snapshot.store
        passages = store.passages_named(citation.passage_id for citation in answer.citations)
        return [NodeWithScore(node=passage_node(one, store.record(one.record_id)), score=1.0) for one in passages]


class _LLMModel:
    """Any LlamaIndex LLM, as the program speaks to a model."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    def model(self) -> str:
        """What it calls itself."""
        return str(self._llm.metadata.model_name)

    def prompt_chars(self) -> int:
        """How long a prompt may be, beside its answer."""
        metadata = self._llm.metadata
        answer_tokens = metadata.num_output if metadata.num_output > 0 else _ANSWER_TOKENS
        return max(0, metadata.context_window - answer_tokens) * _CHARS_PER_TOKEN

    def stream(self, user: str, system: str = "") -> Generator[str, None, None]:
        """Ask, and yield the words as they come."""
        messages = [ChatMessage(role=MessageRole.SYSTEM, content=system)] if system else []
        for part in self._llm.stream_chat([*messages, ChatMessage(role=MessageRole.USER, content=user)]):
            if part.delta:
                yield part.delta


class PassageEmbedding(BaseEmbedding):
    """Embeds questions and passages for LlamaIndex."""

    _embedder: Embedder = PrivateAttr()

    def __init__(self, embedder: Embedder) -> None:
        super().__init__(model_name=embedder.fingerprint, embed_batch_size=_BATCH)
        self._embedder = embedder

    @classmethod
    def class_name(cls) -> str:
        """The name under which LlamaIndex stores it."""
        return "PassageEmbedding"

    def _get_query_embedding(self, query: str) -> list[float]:
        vector: list[float] = self._embedder.embed_question(query).tolist()
        return vector

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self._embedder.embed_passages(texts).tolist()
        return vectors

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)
