"""What the page asks of the engine; whoever starts the page passes one in.

Comes in: a question, the conversation so far, the endpoint that this visitor chose. Goes out: the events of a turn.
The page knows nothing of retrieval, prompts or how an endpoint is spoken to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from assistant.endpoint import EndpointChoice
from assistant.events import Answer, Event


class Turn(NamedTuple):
    """One exchange that is over."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class PageState:
    """What the page says about the program as a whole.

    Attributes:
        title: The collection's name.
        ingest: What a running ingest is doing, in words, or None.
        problem: Why questions cannot be answered, in one sentence, or None.
        endpoint: The endpoint of the settings, such as "llama3.1 at http://127.0.0.1:11434/v1", or None.
    """

    title: str
    talks: int
    papers: int
    ingest: str | None = None
    problem: str | None = None
    endpoint: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to ask about."""
        return self.talks + self.papers == 0


class Backend(Protocol):
    """The engine as the page sees it; its methods are called from several threads at once."""

    def ask(self, question: str, history: Sequence[Turn], *, endpoint: EndpointChoice | None) -> Iterator[Event]:
        """Answer one question; closing the iterator stops the turn.

        Args:
            question: As typed.
            history: Earlier turns of the same visitor, oldest first.
            endpoint: What the visitor connected, for as long as their page lives; None leaves it to the settings.

        Raises:
            TalksError: Its text is shown.
        """

    def state(self) -> PageState:
        """How things are now; cheap, for it is asked every second while an ingest runs."""

    def check_endpoint(self, base_url: str, model: str, api_key: str) -> str:
        """Try an endpoint and say in one sentence what was found.

        Raises:
            TalksError: It cannot be used; one sentence says why.
        """
