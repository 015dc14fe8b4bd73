"""Question and passages → a model's draft, streamed as the model writes it.

Comes in: a question, its best passages, an endpoint. Goes out: pieces of text whose markers name the passages by their
place in the prompt, counted from 1. Leaves to others: what the markers become (`citations`, `engine`).
"""

from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.endpoint import Endpoint, Piece
from assistant.events import SourcePassage
from assistant.llamaindex_lock import load_llamaindex
from assistant.markers import defuse_references
from assistant.prompts import Prompts
from ingest.errors import EndpointOverflow

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage


def stream_pieces(
    question: str, sources: Sequence[SourcePassage], endpoint: Endpoint, prompts: Prompts
) -> Generator[Piece, None, None]:
    """Ask the model; yields its words, and a `Pulse` while none come: a moment to stop at, and to show that it thinks.

    Args:
        question: Standing alone.
        sources: Best first; the last ones are left out when the model's context cannot hold them all.
        endpoint: Where the model is.
        prompts: How it is asked.

    Raises:
        EndpointError: The model gives no more.
    """
    try:
        yield from endpoint.stream(_messages(question, sources, endpoint, prompts))
        return
    except EndpointOverflow:
        pass  # it comes before the first word, and the endpoint has learned from it
    yield from endpoint.stream(_messages(question, sources, endpoint, prompts))


def _messages(
    question: str, sources: Sequence[SourcePassage], endpoint: Endpoint, prompts: Prompts
) -> "list[ChatMessage]":
    load_llamaindex()
    from llama_index.core.llms import ChatMessage, MessageRole  # here, because it takes a second to import

    system = prompts.fill("system")
    user = user_message(question, sources, prompts, room_chars=endpoint.prompt_chars() - len(system))
    return [ChatMessage(role=MessageRole.SYSTEM, content=system), ChatMessage(role=MessageRole.USER, content=user)]


def user_message(question: str, sources: Sequence[SourcePassage], prompts: Prompts, *, room_chars: int) -> str:
    """The question with as many sources as fit; at least one, shortened when even that does not."""
    for count in range(len(sources), 0, -1):
        message = _with_sources(question, sources[:count], prompts)
        if len(message) <= room_chars:
            return message
    first = sources[0]
    kept_chars = max(len(first.text) - (len(message) - room_chars), 0)
    return _with_sources(question, [replace(first, text=first.text[:kept_chars])], prompts)


def _with_sources(question: str, sources: Sequence[SourcePassage], prompts: Prompts) -> str:
    shown = "\n\n".join(source_text(number, source, prompts) for number, source in enumerate(sources, 1))
    return prompts.fill("answer", sources=shown, question=question)


def source_text(number: int, source: SourcePassage, prompts: Prompts) -> str:
    """One numbered source as the model reads it."""
    return prompts.fill(
        "source",
        number=str(number),
        title=defuse_references(source.title),
        speakers="; ".join(source.speakers) or "speaker not recorded",
        kind=source.kind,
        section=source.section,
        text=defuse_references(source.text),
    )
