"""What the page asks of the program; whoever starts the page passes one in.

Comes in: questions, what a visitor looks for, the endpoint that they chose. Goes out: the events of a turn, records,
suggestions, findings. The page knows nothing of retrieval, prompts or how an endpoint is spoken to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from assistant.llm import EndpointChoice
from assistant.outlets.conversations import Conversations
from assistant.outlets.doctor import Finding
from assistant.outlets.feedback import Feedback
from assistant.outlets.shelf import Shelf
from assistant.retrieve.filters import Filters
from assistant.types import Answer, Event, SourcePassage
from ingest.gists import Gist
from ingest.records import Record


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


@dataclass(frozen=True, slots=True)
class Opened:
    """A talk or paper with what stands beside it.

    Attributes:
        gist: What it is about in plain words; ours, never a source.
        near: (id, title) of the nearest records of the other kind.
    """

    record: Record
    gist: Gist | None = None
    near: tuple[tuple[str, str], ...] = ()


class Backend(Protocol):
    """The program as the page sees it; its methods are called from several threads at once."""

    @property
    def conversations(self) -> Conversations:
        """Where conversations are kept."""

    def ask(
        self, question: str, history: Sequence[Turn], *, endpoint: EndpointChoice | None, filters: Filters | None
    ) -> Iterator[Event]:
        """Answer one question; closing the iterator stops the turn.

        Args:
            question: As typed.
            history: Earlier turns of the same conversation, oldest first.
            endpoint: What the visitor connected, for as long as their page lives; None leaves it to the settings.
            filters: What the visitor narrowed the search to; None is the whole collection.

        Raises:
            TalksError: Its text is shown.
        """

    def state(self) -> PageState:
        """How things are now; cheap, for it is asked every second while an ingest runs."""

    def first_questions(self) -> Sequence[str]:
        """Questions to begin with; none while there is no index."""

    def next_questions(self, answer: Answer, passages: Sequence[SourcePassage], asked: Sequence[str]) -> Sequence[str]:
        """Questions to go on with after an answer."""

    def shelf(self) -> Shelf:
        """The whole collection, to look through; raises what `Assistant.generation` raises."""

    def open(self, record_id: str) -> Opened:
        """One talk or paper; raises `RecordMissing`."""

    def record(self, record_id: str) -> Record:
        """The record alone; raises `RecordMissing`."""

    def keep_feedback(self, feedback: Feedback) -> None:
        """Keep what a visitor thought of an answer; raises `OSError`."""

    def findings(self) -> Sequence[Finding]:
        """What is there and what is wrong; takes a second."""

    def models(self, base_url: str, api_key: str) -> Sequence[str]:
        """The models that an endpoint lists; raises `TalksError`."""

    def check_endpoint(self, base_url: str, model: str, api_key: str) -> str:
        """Try an endpoint and say in one sentence what was found.

        Raises:
            TalksError: It cannot be used; one sentence says why.
        """
