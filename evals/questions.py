"""Labelled questions, read and checked.

Comes in: the files of `evals/`. Goes out: questions with the ids that answer them, and questions that nothing answers.
"""

from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, Field, ValidationError

from assistant.settings import PACKAGE
from ingest.errors import CorpusMissing, PageUnreadable

# The labelled questions are in the clone only: they are about the five pages, and no part of the program.
EVALS = PACKAGE.parent / "evals"
Half = Literal["dev", "report"]
KINDS = ("fact", "lay", "name", "several", "typo", "cross")


class LabelledQuestion(BaseModel, frozen=True):
    """A question and what answers it.

    Attributes:
        named: The record that a question of kind "cross" starts from; it is taken out of every ranking, since it is
            neither looked for nor wrong.
    """

    id: str
    question: str = Field(min_length=1)
    kind_of_question: Literal["fact", "lay", "name", "several", "typo", "cross"]
    expected: frozenset[str] = Field(min_length=1)
    half: Half
    named: str | None = None


class LabelledDialogue(BaseModel, frozen=True):
    """Earlier questions, a last one, and what its answer must be.

    Attributes:
        expected: Records of which one must be cited, when anything must.
        refuse: Whether the collection does not hold what is asked for.
    """

    kind_of_dialogue: str
    history: tuple[str, ...] = ()
    question: str
    expected: frozenset[str] = frozenset()
    refuse: bool = False
    half: Half


class LabelledList(BaseModel, frozen=True):
    """Earlier questions, and one whose answer the records hold exactly.

    Attributes:
        expected: All records that must be cited, and no other; None when no particular ones are asked for.
        expected_count: What must be counted: records, people, authors.
        expected_names: Names that must be told.
        note: How it was found; "order matters" where the records must be cited in this order.
    """

    id: str
    history: tuple[str, ...] = ()
    question: str
    expected: tuple[str, ...] | None
    expected_count: int | None
    expected_names: tuple[str, ...] | None
    note: str
    half: Half

    @property
    def is_unrecorded(self) -> bool:
        """Whether the collection does not record what is asked for, and should say so."""
        return self.expected is None and self.expected_count is None and self.expected_names is None


class Subject(BaseModel, frozen=True):
    """A subject, and what a librarian would say deals with it.

    Attributes:
        collection: "seeds" or the name of another file of talks here.
        expected: Record ids, most fitting first; none where nothing does.
    """

    collection: str
    subject: str
    expected: tuple[str, ...]


def read_subjects(collection: str) -> list[tuple[str, Subject]]:
    """The subjects of a collection, each put into one of the ways in which people ask for it, in turn."""
    path = EVALS / "subjects.jsonl"
    ways = (EVALS / "subject_phrasings.txt").read_text(encoding="utf-8").splitlines()
    subjects = [_parsed(Subject, path, number, line) for number, line in _lines(path)]
    return [
        (ways[number % len(ways)].format(one.subject), one)
        for number, one in enumerate(subjects)
        if one.collection == collection
    ]


def read_questions(path: Path, half: Half | None = None) -> list[LabelledQuestion]:
    """The questions of one half, or all of them.

    Raises:
        CorpusMissing: There is no such file.
        PageUnreadable: A line is not a labelled question; names it.
    """
    questions = [_parsed(LabelledQuestion, path, number, line) for number, line in _lines(path)]
    return [question for question in questions if half in (None, question.half)]


def read_dialogues(path: Path, half: Half) -> list[LabelledDialogue]:
    """The dialogues of one half.

    Raises:
        CorpusMissing: There is no such file.
        PageUnreadable: A line is not a dialogue; names it.
    """
    dialogues = [_parsed(LabelledDialogue, path, number, line) for number, line in _lines(path)]
    return [dialogue for dialogue in dialogues if dialogue.half == half]


def read_lists(path: Path, half: Half) -> list[LabelledList]:
    """The questions about the collection of one half; raises what `read_dialogues` raises."""
    lists = [_parsed(LabelledList, path, number, line) for number, line in _lines(path)]
    return [one for one in lists if one.half == half]


def read_unanswerable(path: Path, half: Half) -> list[str]:
    """The questions of a dialogues file that the collection does not answer; raises what `read_dialogues` raises."""
    return [one.question for one in read_dialogues(path, half) if one.kind_of_dialogue == "unanswerable"]


def _lines(path: Path) -> list[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise CorpusMissing(
            f"{path} cannot be read ({error.strerror}); the labelled questions are in the clone's evals/ folder, or "
            "name a file of your own."
        ) from error
    return [(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()]


_Line = TypeVar("_Line", bound=BaseModel)


def _parsed(model: type[_Line], path: Path, number: int, line: str) -> _Line:
    try:
        return model.model_validate_json(line)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in fault["loc"]) or "the line"
        raise PageUnreadable(path.name, number, f"{field}: {fault['msg']}; see the README in evals/.") from error
