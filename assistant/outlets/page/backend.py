"""What the page asks of the program; whoever starts the page passes one in.

Comes in: questions, what a visitor looks for, the endpoint that they chose. Goes out: the events of a turn, records,
offers, findings. The page knows nothing of retrieval, prompts or how an endpoint is spoken to.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol

from assistant.answer.suggestions import Offer
from assistant.llm import EndpointChoice, Running
from assistant.outlets.conversations import Conversations
from assistant.outlets.doctor import Finding
from assistant.outlets.feedback import Feedback
from assistant.outlets.shelf import Scope, Shelf
from assistant.types import Answer, Event, SourcePassage, Style
from ingest.gists import Gist
from ingest.records import Record

__all__ = ["Backend", "Adding", "Opened", "PageState", "Scope", "Style", "Turn", "Writer"]

Writer = EndpointChoice | Literal["settings", "none"]
"""Who writes the answers: what a visitor chose, what the settings say, or nobody."""


class Turn(NamedTuple):
    """One exchange that is over."""

    question: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class Adding:
    """How far the reading of files is.

    Attributes:
        what: What is being done, in words.
        done: Of `total`; 0 of 0 where it cannot be counted.
        seconds: Since it began.
    """

    what: str
    done: int = 0
    total: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class PageState:
    """What the page says about the program as a whole.

    Attributes:
        title: The collection's name.
        ingest: A running ingest, or None.
        problem: Why questions cannot be answered, in one sentence, or None.
        endpoint: The endpoint of the settings, such as "llama3.1 at http://127.0.0.1:11434/v1", or None.
        can_add: Whether files may be added from the page.
        told: What the last ingest has read and what not, a sentence each.
    """

    title: str
    talks: int
    papers: int
    ingest: Adding | None = None
    problem: str | None = None
    endpoint: str | None = None
    can_add: bool = False
    told: tuple[str, ...] = ()

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
        media: Whether its recording lies on this machine and can be played.
    """

    record: Record
    gist: Gist | None = None
    near: tuple[tuple[str, str], ...] = ()
    media: bool = False


class Backend(Protocol):
    """The program as the page sees it; its methods are called from several threads at once."""

    @property
    def conversations(self) -> Conversations:
        """Where conversations are kept."""

    def ask(
        self, question: str, history: Sequence[Turn], *, writer: Writer, scope: Scope = (), style: Style = "normal"
    ) -> Iterator[Event]:
        """Answer one question; closing the iterator stops the turn.

        Args:
            question: As typed.
            history: Earlier turns of the same conversation, oldest first.
            writer: Who writes the answer.
            scope: What the visitor narrowed the search to; nothing is the whole collection.
            style: How long the answer is to be.

        Raises:
            TalksError: Its text is shown.
        """

    def state(self) -> PageState:
        """How things are now; cheap, for it is asked every second while an ingest runs."""

    def first_questions(self) -> Sequence[str]:
        """Questions to begin with; none while there is no index."""

    def offers(self, answer: Answer, passages: Sequence[SourcePassage], asked: Sequence[str]) -> Sequence[Offer]:
        """What fits to go on with after an answer."""

    def shelf(self) -> Shelf:
        """The whole collection, to look through; raises what `Assistant.snapshot` raises."""

    def open(self, record_id: str) -> Opened:
        """One talk or paper; raises `RecordMissing`."""

    def record(self, record_id: str) -> Record:
        """The record alone; raises `RecordMissing`."""

    def around(self, passage_id: str) -> tuple[str, str]:
        """The texts before and after a passage in its talk, "" where there is none; raises `RecordMissing`."""

    def media(self, record_id: str) -> Path | None:
        """The recording's file on this machine, if a record of the collection names it."""

    def add_sources(self, files: Sequence[Path], folder: str) -> None:
        """Begin to read further files, or a folder; `state` tells how far it is.

        Raises:
            TalksError: They cannot be read, or may not be added here.
        """

    def cancel_ingest(self) -> None:
        """End the ingest under way; what served before it still serves."""

    def keep_feedback(self, feedback: Feedback) -> None:
        """Keep what a visitor thought of an answer; raises `OSError`."""

    def findings(self) -> Sequence[Finding]:
        """What is there and what is wrong; takes a second."""

    def running(self) -> Sequence[Running]:
        """Model servers found on this machine; takes half a second."""

    def models(self, base_url: str, api_key: str) -> Sequence[str]:
        """The models that an endpoint lists; raises `TalksError`."""

    def check_endpoint(self, base_url: str, model: str, api_key: str) -> str:
        """Try an endpoint and say in one sentence what was found.

        Raises:
            TalksError: It cannot be used; one sentence says why.
        """
