"""What is sent: messages to a model behind LlamaIndex's face of an OpenAI-compatible server."""

import threading
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

import httpx

if TYPE_CHECKING:
    from llama_index.core.llms import ChatMessage
    from llama_index.llms.openai_like import OpenAILike

# The openai client demands a key; `wire.http_client` takes it off again and puts on the user's.
_NO_KEY = "none"
_LOADING = threading.Lock()


class Prompt(NamedTuple):
    """What the model reads; `system` is "" where it is told nothing beforehand."""

    user: str
    system: str = ""


def load_llamaindex() -> None:
    """Import LlamaIndex, which takes a second; waits for another thread that is at it.

    Its modules import each other in a circle, and two threads that enter it at two places both fail.
    """
    with _LOADING:
        import_module("llama_index.core")
        import_module("llama_index.llms.openai_like")


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


def chat_messages(prompt: Prompt, *, has_system_role: bool) -> "list[ChatMessage]":
    """The prompt as messages; without the role, the system's text stands in front of the user's."""
    from llama_index.core.llms import ChatMessage, MessageRole

    if prompt.system and has_system_role:
        system = ChatMessage(role=MessageRole.SYSTEM, content=prompt.system)
        return [system, ChatMessage(role=MessageRole.USER, content=prompt.user)]
    user = f"{prompt.system}\n\n{prompt.user}" if prompt.system else prompt.user
    return [ChatMessage(role=MessageRole.USER, content=user)]
