"""One visitor's conversation: what was asked, what came so far, and the turn that is under way.

Comes in: events. Goes out: drafts for the page to show, and the history for the next question.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.outlets.conversations import Feedback, KeptTurn, new_conversation_id, now_text
from assistant.outlets.page.words import ENGLISH, Words
from assistant.outlets.page_backend import Writer
from assistant.types import Answer, Citation, Cited, Delta, Done, Event, SourcePassage, Sources, Stage, Status, Style

TABLE_FROM = 6
"""An exact answer that cites so many talks and papers is a list, which people sort and take into a spreadsheet."""


@dataclass(slots=True)
class Draft:
    """One turn as the page shows it, growing while events arrive.

    Attributes:
        key: Its place in the conversation.
        citations: In the order of their markers in `text`.
        answer: What the engine left behind, or what a stop kept; None while it runs and after an error.
        problem: Why there is no answer, in one sentence.
        rating: What the visitor thinks of it, as last kept.
        shown: Its message once it is over, so that a growing answer below it costs nothing here.
    """

    key: int
    question: str
    style: Style = "normal"
    stage: Stage = "searching"
    text: str = ""
    citations: tuple[Citation, ...] = ()
    passages: tuple[SourcePassage, ...] = ()
    answer: Answer | None = None
    problem: str | None = None
    stopped: bool = False
    asked_at: str = field(default_factory=now_text)
    rating: Feedback | None = None
    shown: str | None = None

    @property
    def kept(self) -> KeptTurn | None:
        """What goes on disk and into the next question's history; None unless it is over and said something."""
        if self.answer and self.answer.text:
            return KeptTurn(self.question, self.answer, self.asked_at, self.passages, self.stopped, self.style)
        return None

    @property
    def is_running(self) -> bool:
        """Whether more is to come."""
        return self.answer is None and self.problem is None

    @property
    def is_list(self) -> bool:
        """Whether its sources are shown as a table."""
        cited = {citation.id for citation in self.citations}
        return self.answer is not None and self.answer.mode == "catalogue" and len(cited) >= TABLE_FROM

    def apply(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case Status(stage=stage):
                self.stage = stage
            case Sources(passages=passages):
                self.passages = passages
            case Delta(text=text):
                self.text += text
            case Cited(citation=citation):
                self.citations += (citation,)
            case Done(answer=answer):
                self.answer, self.text, self.citations = answer, answer.text, answer.citations

    def keep(self, notice: str) -> None:
        """End the turn with what has come so far; `notice` says that it is not whole."""
        if self.is_running:
            self.stopped = True
            asked, text, cited = self.question, self.text, self.citations
            self.answer = Answer(asked, asked, text, cited, refused=False, mode="model", notice=notice)


@dataclass(slots=True)
class Conversation:
    """What the server remembers of one open page; nothing of it reaches another.

    Attributes:
        owner: Whose it is; "" until the page has told.
        id: Where it is kept; "" until its first question.
        running: The turn under way, if one is.
        looked_at: The turn whose sources are shown; None is the last.
    """

    owner: str = ""
    id: str = ""
    drafts: list[Draft] = field(default_factory=list)
    writer: Writer = "settings"
    writer_name: str = "settings"
    running: Draft | None = None
    looked_at: int | None = None
    words: Words = ENGLISH

    def history(self) -> list[KeptTurn]:
        """The turns that came to an answer and said something, oldest first."""
        return [draft.kept for draft in self.drafts if draft.kept]

    def begin(self, question: str, style: Style = "normal") -> Draft:
        """A new turn; the caller makes sure that none is under way."""
        self.id = self.id or new_conversation_id()
        self.running = Draft(len(self.drafts), question, style)
        self.drafts.append(self.running)
        self.looked_at = None
        return self.running

    def end(self, draft: Draft) -> bool:
        """Note that a turn is over; whether it was not before."""
        if self.running is not draft:
            return False
        self.running = draft.shown = None
        return True

    def take_back(self, first: int) -> list[Draft]:
        """Remove the turns from a place on; gives them."""
        taken = self.drafts[first:]
        del self.drafts[first:]
        self.looked_at = None
        return taken

    def switch(self, conversation_id: str, turns: Sequence[KeptTurn]) -> None:
        """Show another conversation in place of this one; a turn under way is ended before."""
        self.take_back(0)
        self.id = conversation_id
        for key, turn in enumerate(turns):
            draft = Draft(key, turn.question, turn.style, asked_at=turn.asked_at, stopped=turn.stopped)
            draft.passages = turn.passages
            draft.apply(Done(turn.answer))
            self.drafts.append(draft)

    def looked_draft(self) -> Draft | None:
        """The turn whose sources are shown."""
        at = self.looked_at
        return next(iter(self.drafts[-1:] if at is None else self.drafts[at : at + 1]), None)
