"""The model endpoint: any OpenAI-compatible server that the user chose, and no other.

Comes in: an address, a model's name, a prompt. Goes out: pieces of text, or one of the endpoint errors with a sentence
that says what to do. Leaves to others: what is asked (`assistant.answer.generate`) and what is made of the reply
(`assistant.answer.citations`).

    client.py   one endpoint: its model, a prompt → a reply, streamed or short
    reply.py    a request goes out; bytes → words, silence noticed, the end
    marks.py    words → the answer's, thinking folded away
    health.py   servers found, what they tell: models, how much one reads at once
    faults.py   whatever goes wrong → what to do, and a sentence
"""

from assistant.llm.client import Endpoint, short_reply
from assistant.llm.health import (
    ASSUMED_CONTEXT_TOKENS,
    USUAL_PORTS,
    EndpointChoice,
    Learned,
    Running,
    api_address,
    find_running,
)
from assistant.llm.reply import Piece, Pulse

__all__ = [
    "ASSUMED_CONTEXT_TOKENS",
    "USUAL_PORTS",
    "Endpoint",
    "EndpointChoice",
    "Learned",
    "Piece",
    "Pulse",
    "Running",
    "api_address",
    "find_running",
    "short_reply",
]
