"""One visitor's conversation: what was asked, what came so far, and the turn that is under way.

Comes in: events. Goes out: drafts for the page to show, and the history for the next question.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.outlets.conversations import KeptTurn, new_conversation_id, now_text
from assistant.outlets.page.words import ENGLISH, Words
from assistant.outlets.page_backend import Turn, Writer
from assistant.outlets.shelf import Scope
from assistant.types import Answer, Citation, Cited, Delta, Done, Event, SourcePassage, Sources, Stage, Status, Style

TABLE_FROM = 6
"""An exact answer that cites so many talks and papers is a list, which people sort and take into a spreadsheet."""


@dataclass(slots=True)
class Draft:
    """One turn as the page shows it, growing while events arrive.

    Attributes:
        key: Names the turn on the page; never used twice in a conversation.
        citations: In the order of their markers in `text`.
        answer: What the engine left behind, or what a stop kept; None while it runs and after an error.
        problem: Why there is no answer, in one sentence.
        rating: What the visitor thinks of it, as last kept.
        shown: Its message once it is over, so that a growing answer below it costs nothing here.
    """

    key: int
    question: str
    stage: Stage | None = None
    status: str = ""
    text: str = ""
    citations: tuple[Citation, ...] = ()
    passages: tuple[SourcePassage, ...] = ()
    answer: Answer | None = None
    problem: str | None = None
    stopped: bool = False
    asked_at: str = field(default_factory=now_text)
    rating: tuple[str, str] | None = None
    shown: str | None = None

    @classmethod
    def from_kept(cls, key: int, turn: KeptTurn) -> "Draft":
        """A turn that was kept, as it was shown."""
        answer = turn.answer
        draft = cls(key, turn.question, text=answer.text, citations=answer.citations, passages=turn.passages)
        draft.answer, draft.stopped, draft.asked_at = answer, turn.stopped, turn.asked_at
        return draft

    @property
    def is_worth_keeping(self) -> bool:
        """Whether it came to an answer and said something."""
        return self.answer is not None and bool(self.answer.text)

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
            case Status(stage=stage, text=text):
                self.stage, self.status = stage, text
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
        writer: Who writes its answers.
        style: How long they are to be.
        scope: What its next question is narrowed to.
        running: Keys of turns under way: one at most, and none that was stopped.
        looked_at: The turn whose sources are shown; None is the last.
        picked: Position of the citation that was chosen there.
        around: Passages whose neighbours are shown.
        superseded: How many kept turns the next one takes the place of.
    """

    owner: str = ""
    id: str = ""
    drafts: list[Draft] = field(default_factory=list)
    writer: Writer = "settings"
    writer_name: str = ""
    style: Style = "normal"
    scope: Scope = ()
    running: set[int] = field(default_factory=set)
    last_key: int = 0
    looked_at: int | None = None
    picked: int | None = None
    around: frozenset[str] = frozenset()
    superseded: int = 0
    words: Words = ENGLISH

    def history(self) -> tuple[Turn, ...]:
        """The turns that came to an answer and said something, oldest first."""
        return tuple(Turn(d.question, d.answer) for d in self.drafts if d.answer is not None and d.answer.text)

    def begin(self, question: str) -> Draft:
        """A new turn; the caller makes sure that none is under way."""
        self.id = self.id or new_conversation_id()
        self.last_key += 1
        self.running.add(self.last_key)
        self.drafts.append(Draft(self.last_key, question))
        self.looked_at = self.picked = None
        return self.drafts[-1]

    def end(self, draft: Draft) -> bool:
        """Note that a turn is over; whether it was not before."""
        try:
            self.running.remove(draft.key)
        except KeyError:
            return False
        draft.shown = None
        return True

    def take_back(self, first: int) -> str | None:
        """Remove the turns from a place on; the question that stood there, or None where there is none."""
        taken = self.drafts[first:]
        del self.drafts[first:]
        self.superseded += sum(draft.is_worth_keeping for draft in taken)
        self.looked_at = self.picked = None
        return taken[0].question if taken else None

    def switch(self, conversation_id: str, turns: Sequence[KeptTurn]) -> None:
        """Show another conversation in place of this one; a turn under way is ended before."""
        self.id, self.superseded, self.looked_at, self.picked = conversation_id, 0, None, None
        self.drafts = [Draft.from_kept(key, turn) for key, turn in enumerate(turns, self.last_key + 1)]
        self.last_key += len(turns)

    def draft(self, key: int | None) -> Draft | None:
        """The turn with this key; None stands for the last one."""
        wanted = [draft for draft in self.drafts if key in (None, draft.key)]
        return wanted[-1] if wanted else None
