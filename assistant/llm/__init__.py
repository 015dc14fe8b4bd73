"""The model endpoint: any OpenAI-compatible server that the user chose, and no other.

Comes in: an address, a model's name, a prompt. Goes out: pieces of text, or one of the endpoint errors with a sentence
that says what to do. Leaves to others: what is asked (`assistant.answer.generate`) and what is made of the reply
(`assistant.answer.citations`).

    choice.py     what the user chose, the limits, what a server has shown of itself; addresses
    servers.py    the kinds of server: recognised, listed, found on this machine, their context size
    wire.py       one request: nothing sent but what is ours, silence noticed, ended at will
    request.py    what is sent, through LlamaIndex
    reply.py      one reply → words, and signs of life between them
    reasoning.py  a model's thinking, folded away from its answer
    faults.py     whatever goes wrong → a sentence
    served.py     one server and model: what they are, and what they turn out to be able to do
    endpoint.py   … ready to answer
"""

from assistant.llm.choice import EndpointChoice, Learned, Limits, api_address, is_loopback
from assistant.llm.endpoint import Endpoint
from assistant.llm.reply import Piece, Pulse
from assistant.llm.request import load_llamaindex
from assistant.llm.servers import USUAL_PORTS, Running, find_running

__all__ = [
    "USUAL_PORTS",
    "Endpoint",
    "EndpointChoice",
    "Learned",
    "Limits",
    "Piece",
    "Pulse",
    "Running",
    "api_address",
    "find_running",
    "is_loopback",
    "load_llamaindex",
]
