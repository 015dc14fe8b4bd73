"""One short request to the model beside the answer itself: what to search for, what is meant, what a claim is worth.

Comes in: a prompt and an endpoint. Goes out: the reply, or as much of it as came in time. What it says is for the
caller to judge; any reply must be expected.
"""

import time
from contextlib import closing
from dataclasses import dataclass

from assistant.llm import Endpoint, load_llamaindex
from ingest.errors import EndpointError

# A small model on a laptop needs two to five seconds for a line; nobody waits longer for a better guess.
TIMEOUT_S = 8.0


@dataclass(frozen=True, slots=True)
class ShortReply:
    """What the model wrote.

    Attributes:
        is_whole: Whether it came to its end by itself; if not, the last word may be half a word.
    """

    text: str
    is_whole: bool


def short_reply(prompt: str, endpoint: Endpoint, *, most_chars: int, timeout_s: float = TIMEOUT_S) -> ShortReply:
    """Ask, and stop listening at a limit.

    Args:
        prompt: All that the model reads.
        endpoint: Where the model is.
        most_chars: A reply that goes on beyond is not what was asked for.
        timeout_s: From now, in seconds.

    Raises:
        EndpointError: The endpoint failed before the first word.
    """
    load_llamaindex()  # takes a second, which is not the model's
    deadline = time.monotonic() + timeout_s
    text = ""
    try:
        with closing(endpoint.stream(prompt)) as pieces:
            for piece in pieces:
                text += piece if isinstance(piece, str) else ""
                if time.monotonic() > deadline or len(text) > most_chars:
                    return ShortReply(text, is_whole=False)
    except EndpointError:
        if not text:
            raise
        return ShortReply(text, is_whole=False)
    return ShortReply(text, is_whole=True)
