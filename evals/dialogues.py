"""How whole conversations go: follow-ups, what the collection does not hold, wrong premises, the collection itself.

Comes in: an assistant without a model, and the labelled dialogues. Goes out: the share that went right, by kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.assembly import Assistant
from assistant.types import Answer
from evals.questions import LabelledDialogue


@dataclass(frozen=True, slots=True)
class DialogueScore:
    """One kind of dialogue.

    Attributes:
        right: How many went right; see `went_right`.
        missed: The last questions of the others.
    """

    dialogues: int
    right: int
    missed: tuple[str, ...]

    @property
    def share(self) -> float:
        """In [0, 1]."""
        return self.right / self.dialogues if self.dialogues else 0.0


def score_dialogues(assistant: Assistant, dialogues: Sequence[LabelledDialogue]) -> dict[str, DialogueScore]:
    """Hold every conversation, turn by turn, and judge its last answer."""
    kinds = dict.fromkeys(dialogue.kind_of_dialogue for dialogue in dialogues)
    scores = {}
    for kind in kinds:
        judged = [
            (dialogue.question, went_right(dialogue, converse(assistant, [*dialogue.history, dialogue.question])))
            for dialogue in dialogues
            if dialogue.kind_of_dialogue == kind
        ]
        missed = tuple(question for question, right in judged if not right)
        scores[kind] = DialogueScore(len(judged), len(judged) - len(missed), missed)
    return scores


def false_refusals(assistant: Assistant, questions: Sequence[str]) -> float:
    """The share of answerable questions that are refused, in [0, 1]."""
    return sum(converse(assistant, [question]).refused for question in questions) / max(1, len(questions))


def converse(assistant: Assistant, questions: Sequence[str]) -> Answer:
    """The answer to the last of these questions, put one after the other, without a model."""
    return assistant.converse(questions)[-1]


def went_right(dialogue: LabelledDialogue, answer: Answer) -> bool:
    """Whether an answer is what its kind of dialogue asks for.

    Unanswerable: refused. About the collection, and small talk: answered from the records. A wrong premise: a talk that
    was expected is cited, to correct it or to show that it does not tell. All others: such a talk is cited in answer.
    """
    if dialogue.refuse:
        return answer.refused
    if dialogue.kind_of_dialogue in ("about", "smalltalk"):
        return answer.mode in ("about", "catalogue") and not answer.refused
    answers = not answer.refused or dialogue.kind_of_dialogue == "premise"
    return answers and any(citation.id in dialogue.expected for citation in answer.citations)
