"""What has happened in the turn that is going on: grows from the question to the answer.

Comes in: what the engine finds out. Goes out: `events.Done`.
"""

import time
from dataclasses import dataclass, field

from assistant.answer.citations import CitedText
from assistant.types import Answer, Done, Mode, StatementCheck


@dataclass(slots=True)
class Turn:
    """One turn.

    Attributes:
        question: As typed.
        standalone: The same with what it leaves to the history put in.
        began: When, by `time.perf_counter`.
        query: What the records were asked, as text, when they answer.
        timing_ms: When the answer was there, in milliseconds: as a whole, its sources, its first words.
    """

    question: str
    standalone: str
    began: float = field(default_factory=time.perf_counter)
    answer: CitedText = field(default_factory=CitedText)
    mode: Mode = "extract"
    refused: bool = False
    notice: str | None = None
    dropped_markers: int = 0
    query: str | None = None
    checks: tuple[StatementCheck, ...] = ()
    timing_ms: dict[str, float | None] = field(
        default_factory=lambda: {"total": None, "retrieval": None, "first_token": None}
    )

    def clock(self, name: str) -> None:
        """Note how long it took to get here; the first time counts."""
        if self.timing_ms[name] is None:
            self.timing_ms[name] = round((time.perf_counter() - self.began) * 1000, 2)

    def done(self) -> Done:
        """The turn as it ended."""
        self.clock("total")
        return Done(
            Answer(
                question=self.question,
                standalone_question=self.standalone,
                text=self.answer.text,
                citations=tuple(self.answer.citations),
                refused=self.refused,
                mode=self.mode,
                dropped_markers=self.dropped_markers,
                notice=self.notice,
                timing_ms=self.timing_ms,
                query=self.query,
                checks=self.checks,
            )
        )
