"""What is sent: messages to a model behind LlamaIndex's face of an OpenAI-compatible server."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import httpx

from assistant.llamaindex_lock import load_llamaindex

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

# The openai client demands a key; `wire.http_client` takes it off again and puts on the user's.
_NO_KEY = "none"


def open_model(http: httpx.Client, base_url: str, model: str, longest_tokens: int, context_tokens: int) -> "OpenAILike":
    """A model that answers over this client, which also keeps the key and the time-outs."""
    import openai  # here, because the two take nearly two seconds

    load_llamaindex()
    from llama_index.llms.openai_like import OpenAILike

    client = openai.OpenAI(base_url=base_url, api_key=_NO_KEY, http_client=http, max_retries=0, timeout=http.timeout)
    return OpenAILike(
        model=model,
        api_base=base_url,
        api_key=_NO_KEY,
        is_chat_model=True,
        context_window=context_tokens,
        max_tokens=longest_tokens,
        temperature=0.0,
        max_retries=0,
        openai_client=client,  # type: ignore[call-arg]  # its parent takes it
    )


def has_system_role(messages: "Sequence[ChatMessage]") -> bool:
    """Whether any message is the system's."""
    return any(message.role.value == "system" for message in messages)


def without_system_role(messages: "Sequence[ChatMessage]") -> "list[ChatMessage]":
    """The system's text in front of the first message of the user."""
    load_llamaindex()
    from llama_index.core.llms import ChatMessage, MessageRole

    system = "\n\n".join(str(message.content) for message in messages if message.role is MessageRole.SYSTEM)
    rest = [message for message in messages if message.role is not MessageRole.SYSTEM]
    for place, message in enumerate(rest):
        if system and message.role is MessageRole.USER:
            rest[place] = ChatMessage(role=MessageRole.USER, content=f"{system}\n\n{message.content}")
            break
    return rest
