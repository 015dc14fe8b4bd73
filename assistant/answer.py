"""Question and passages → a model's draft, streamed as the model writes it.

Comes in: a question, its best passages, an endpoint. Goes out: pieces of text whose markers name the passages by their
place in the prompt, counted from 1. Leaves to others: what the markers become (`citations`, `engine`).
"""

from collections.abc import Iterator, Sequence

from assistant.endpoint import Endpoint
from assistant.events import SourcePassage
from assistant.markers import defuse_references
from assistant.prompts import Prompts

# English prose has about four characters a token; three leaves room for names, formulas and other languages.
CHARS_PER_TOKEN = 3


def stream_draft(
    question: str, sources: Sequence[SourcePassage], endpoint: Endpoint, prompts: Prompts
) -> Iterator[str]:
    """Ask the model; yields its words as they come.

    Args:
        sources: Best first; the last ones are left out when the model's context cannot hold them all.

    Raises:
        EndpointError: The model gives no more.
    """
    from llama_index.core.llms import ChatMessage, MessageRole  # here, because it takes a second to import

    system = prompts.fill("system")
    user = user_message(question, sources, prompts, room_chars=_room(endpoint) - len(system))
    yield from endpoint.stream(
        [ChatMessage(role=MessageRole.SYSTEM, content=system), ChatMessage(role=MessageRole.USER, content=user)]
    )


def user_message(question: str, sources: Sequence[SourcePassage], prompts: Prompts, *, room_chars: int) -> str:
    """The question with as many sources as fit; at least one."""
    for count in range(len(sources), 0, -1):
        shown = "\n\n".join(source_text(number, source, prompts) for number, source in enumerate(sources[:count], 1))
        message = prompts.fill("answer", sources=shown, question=question)
        if len(message) <= room_chars:
            break
    return message


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


def _room(endpoint: Endpoint) -> int:
    return (endpoint.limits.context_tokens - endpoint.limits.answer_tokens) * CHARS_PER_TOKEN
