"""One visitor's conversation: what was asked, what came so far, what is under way.

Comes in: events. Goes out: drafts for the page to show, and the history for the next question.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from assistant.endpoint import EndpointChoice
from assistant.events import Answer, Citation, Cited, Delta, Done, Event, SourcePassage, Sources, Status
from assistant.page.backend import Turn
from assistant.page.run import Run


@dataclass(slots=True)
class Draft:
    """One turn as the page shows it, growing while events arrive.

    Attributes:
        key: Names the turn on the page; never used twice in a conversation.
        citations: In the order of their markers in `text`.
        answer: What the engine left behind, or what a stop kept; None while it runs and after an error.
        problem: Why there is no answer, in one sentence.
    """

    key: int
    question: str
    status: str = "Starting…"
    text: str = ""
    citations: tuple[Citation, ...] = ()
    passages: tuple[SourcePassage, ...] = ()
    answer: Answer | None = None
    problem: str | None = None
    stopped: bool = False

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.answer is None and self.problem is None

    def apply(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case Status(text=text):
                self.status = text
            case Sources(passages=passages):
                self.passages = passages
            case Delta(text=text):
                self.text += text
            case Cited(citation=citation):
                self.citations += (citation,)
            case Done(answer=answer):
                self.answer, self.text, self.citations = answer, answer.text, answer.citations

    def keep(self) -> None:
        """End the turn with what has come so far."""
        if self.answer is None:
            self.stopped = True
            self.answer = Answer(
                question=self.question,
                standalone_question=self.question,
                text=self.text,
                citations=self.citations,
                refused=False,
                mode="model",
                notice="You stopped this answer; it is not complete.",
            )


@dataclass(slots=True)
class Conversation:
    """What the server remembers of one open page; nothing of it outlives the page or reaches another."""

    drafts: list[Draft] = field(default_factory=list)
    endpoint: EndpointChoice | None = None
    endpoint_text: str | None = None
    run: Run | None = None
    last_key: int = 0

    def history(self) -> tuple[Turn, ...]:
        """The turns that came to an answer and said something, oldest first."""
        return tuple(Turn(d.question, d.answer) for d in self.drafts if d.answer is not None and d.answer.text)

    def begin(self, question: str, ask: Callable[[tuple[Turn, ...]], Iterator[Event]]) -> tuple[Draft, Run]:
        """Start a turn; the caller makes sure that none is under way."""
        history = self.history()
        self.last_key += 1
        draft = Draft(self.last_key, question)
        self.drafts.append(draft)
        self.run = Run(lambda: ask(history))
        return draft, self.run

    def take_back_last(self) -> str | None:
        """Remove the last turn and return its question, or None when nothing was asked yet."""
        return self.drafts.pop().question if self.drafts else None

    def stop(self) -> None:
        """End the turn that is under way, if one is."""
        if self.run is not None:
            self.run.stop()
