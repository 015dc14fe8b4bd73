"""One visitor's conversation: what was asked, what came so far, what is under way.

Comes in: events. Goes out: drafts for the page to show, and the history for the next question.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from assistant.llm import EndpointChoice
from assistant.outlets.conversations import KeptTurn, new_conversation_id, now_text
from assistant.outlets.page.backend import Turn
from assistant.outlets.page.run import Run
from assistant.types import Answer, Citation, Cited, Delta, Done, Event, SourcePassage, Sources, Status


@dataclass(slots=True)
class Draft:
    """One turn as the page shows it, growing while events arrive.

    Attributes:
        key: Names the turn on the page; never used twice in a conversation.
        citations: In the order of their markers in `text`.
        answer: What the engine left behind, or what a stop kept; None while it runs and after an error.
        problem: Why there is no answer, in one sentence.
        next_questions: Offered below the answer.
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
    next_questions: tuple[str, ...] = ()
    asked_at: str = field(default_factory=now_text)

    @classmethod
    def from_kept(cls, key: int, turn: KeptTurn) -> "Draft":
        """A turn that was kept, as it was shown."""
        answer = turn.answer
        return cls(
            key,
            turn.question,
            text=answer.text,
            citations=answer.citations,
            passages=turn.passages,
            answer=answer,
            stopped=turn.stopped,
            asked_at=turn.asked_at,
        )

    @property
    def is_worth_keeping(self) -> bool:
        """Whether it came to an answer and said something."""
        return self.answer is not None and bool(self.answer.text)

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
    """What the server remembers of one open page; nothing of it reaches another.

    Attributes:
        id: Where it is kept; "" until its first question.
        is_replacing: Whether the turn under way takes the place of the last one that was kept.
    """

    id: str = ""
    drafts: list[Draft] = field(default_factory=list)
    endpoint: EndpointChoice | None = None
    endpoint_text: str | None = None
    run: Run | None = None
    last_key: int = 0
    is_replacing: bool = False

    def history(self) -> tuple[Turn, ...]:
        """The turns that came to an answer and said something, oldest first."""
        return tuple(Turn(d.question, d.answer) for d in self.drafts if d.answer is not None and d.answer.text)

    def begin(self, question: str, ask: Callable[[tuple[Turn, ...]], Iterator[Event]]) -> tuple[Draft, Run]:
        """Start a turn; the caller makes sure that none is under way."""
        history = self.history()
        self.id = self.id or new_conversation_id()
        self.last_key += 1
        draft = Draft(self.last_key, question)
        self.drafts.append(draft)
        self.run = Run(lambda: ask(history))
        return draft, self.run

    def take_back_last(self) -> str | None:
        """Remove the last turn and return its question, or None when nothing was asked yet."""
        if not self.drafts:
            return None
        last = self.drafts.pop()
        self.is_replacing = self.is_replacing or last.is_worth_keeping
        return last.question

    def switch(self, conversation_id: str, turns: Sequence[KeptTurn]) -> None:
        """Show another conversation in place of this one; a turn under way ends and stays with its own."""
        self.stop()
        self.id, self.run, self.is_replacing = conversation_id, None, False
        first_key = self.last_key + 1
        self.drafts = [Draft.from_kept(key, turn) for key, turn in enumerate(turns, first_key)]
        self.last_key += len(turns)

    def stop(self) -> None:
        """End the turn that is under way, if one is."""
        if self.run is not None:
            self.run.stop()

    def shows(self, draft: Draft) -> bool:
        """Whether a turn belongs to what is on the page; not once the visitor has left for another conversation."""
        return any(each is draft for each in self.drafts)

    def draft(self, key: int) -> Draft | None:
        """The turn with this key."""
        return next((draft for draft in self.drafts if draft.key == key), None)
