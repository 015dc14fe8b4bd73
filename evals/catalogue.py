"""How many questions about the collection are answered exactly: all that was asked for, and only that.

Comes in: an assistant, which gets each question as anybody would put it, and the labelled questions of
`evals/catalogue.jsonl`. Goes out: the exact share.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from assistant.assembly import Assistant
from assistant.types import Answer
from evals.dialogues import converse
from evals.questions import LabelledList


@dataclass(frozen=True, slots=True)
class CatalogueScore:
    """What a set of questions measured.

    Attributes:
        exact: How many were answered exactly.
        missed: Ids of the others, in the order of the file.
        median_ms: Of one whole turn, in milliseconds.
    """

    questions: int
    exact: int
    missed: tuple[str, ...] = field(default=())
    median_ms: float = 0.0

    @property
    def share(self) -> float:
        """The exact share, in [0, 1]."""
        return self.exact / self.questions if self.questions else 0.0


def score_catalogue(assistant: Assistant, questions: Sequence[LabelledList]) -> CatalogueScore:
    """Put every question, after those before it, and judge its answer."""
    answers = [(question, converse(assistant, [*question.history, question.question])) for question in questions]
    missed = tuple(question.id for question, answer in answers if not is_exact(answer, question))
    times = [answer.timing_ms["total"] or 0.0 for _, answer in answers]
    return CatalogueScore(len(questions), len(questions) - len(missed), missed, round(median(times or [0.0]), 2))


def is_exact(answer: Answer, question: LabelledList) -> bool:
    """Whether an answer cites exactly the records expected, tells the names and the number, and keeps the order."""
    if question.is_unrecorded:
        return answer.refused
    if answer.mode != "catalogue" or answer.refused:
        return False
    cited = tuple(dict.fromkeys(citation.id for citation in answer.citations))
    return (
        _same_records(cited, question)
        and all(name in answer.text for name in question.expected_names or ())
        and (question.expected_count is None or _tells(answer.text, question.expected_count))
    )


def _same_records(cited: Sequence[str], question: LabelledList) -> bool:
    if question.expected is None:
        return True
    if "order matters" in question.note:
        return cited == question.expected
    return set(cited) == set(question.expected)


def _tells(text: str, count: int) -> bool:
    """Whether a number stands in a text."""
    return re.search(rf"\b{count}\b", text) is not None
