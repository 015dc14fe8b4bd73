"""What a question leaves to the conversation: "she", "that talk", "and Rosen?" → the records that are meant.

Comes in: a question, the answers before it, and how well what they were about fits the question. Goes out: the records
that it leans on, and the question as it reads with them put in. Whether a question leans at all is learned
(`evals/fit_coreference.py`), because no single word tells: "What takes the place of argmax?" has no pronoun, and "Is
there a trick that lets models forget without hurting their scores?" does not lean for its "their".
Leaves to others: which lists a list narrows (`parser`), and asking a model instead (`by_model`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.learned import load
from assistant.types import Answer, Mention

LEARNED = Path(__file__).with_name("coreference.npz")

Floats = NDArray[np.float32]

# Further back nobody points without naming.
_TURNS = 6
# What was just spoken of is meant, unless something else fits the question by so much more for each turn back, and for
# each place behind the first that an answer cites. Scores of unrelated records differ by .1 at most.
_A_TURN_BACK = 0.12
_A_PLACE_DOWN = 0.1
# More words than this say no more about whether a question leans.
_MANY_WORDS = 10

_WORD = re.compile(r"[^\W_]+")
_PRONOUNS = frozenset("he him his she her hers".split())


@dataclass(frozen=True, slots=True)
class Spoken:
    """A record that the conversation was about.

    Attributes:
        turn: How many turns back; 0 is the last answer.
        place: Among those of its answer, from 0.
    """

    record_id: str
    title: str
    people: tuple[str, ...]
    turn: int
    place: int


@dataclass(frozen=True, slots=True)
class Nearness:
    """How well records fit a question by itself.

    Attributes:
        best: The score of the best record of the collection.
        lead: How much closer the best comes word by word than the best twenty usually do.
        words: How many words of the question say something.
        of: The scores of those spoken of, by id.
    """

    best: float
    lead: float
    words: int
    of: Mapping[str, float]


def spoken_of(history: Sequence[Answer]) -> list[Spoken]:
    """What a conversation was about, newest first, each record where it was spoken of last."""
    found: dict[str, Spoken] = {}
    for turn, answer in enumerate(reversed(history[-_TURNS:])):
        for place, one in enumerate(answer.about):
            found.setdefault(one.record_id, Spoken(one.record_id, one.title, one.people, turn, place))
    return list(found.values())


def leaned_on(
    question: str,
    phrasing: Floats,
    mentions: Sequence[Mention],
    spoken: Sequence[Spoken],
    scores: Nearness,
    *,
    compares: bool,
) -> list[Spoken]:
    """The records that a question leans on; none where it stands alone.

    Args:
        phrasing: Shape (d,), how it is put; see `ingest.embedder.BundledEmbedder.embed_pieces`.
        compares: Whether it compares; the last two that were spoken of are meant then.
    """
    if not spoken:
        return []
    features = np.concatenate([signs(question, mentions, spoken, scores), phrasing])
    learned = load(LEARNED)
    if features @ learned["weights"] + learned["bias"] <= 0:
        return []
    if compares:
        return list(spoken[:2])
    told = [one for one in spoken if one.turn == spoken[0].turn]
    if len(told) == 1:  # one after the other
        told = [one for one in reversed(spoken) if one.place == 0]
    for ordinal in (int(one.values[0]) for one in mentions if one.field == "ordinal"):
        if len(told) >= max(2, ordinal):
            return [told[ordinal - 1]]
    named = {id_ for mention in mentions for id_ in mention.record_ids}
    possible = [one for one in spoken if one.record_id in named] or spoken
    fits = [
        scores.of.get(one.record_id, -1.0) - _A_TURN_BACK * one.turn - _A_PLACE_DOWN * one.place for one in possible
    ]
    return [possible[int(np.argmax(fits))]]


def standalone(question: str, meant: Sequence[Spoken]) -> str:
    """The question with what it leans on behind it."""
    titles = " and ".join(f"“{one.title}”" for one in meant)
    people = " and ".join(name for one in meant for name in one.people)
    return f"{question} ({', '.join(part for part in (titles, people) if part)})"


def signs(question: str, mentions: Sequence[Mention], spoken: Sequence[Spoken], scores: Nearness) -> Floats:
    """What tells whether a question leans, beside how it is put; shape (9,), each about as large as 1."""
    ids = {one.record_id for one in spoken}
    linked = [mention for mention in mentions if mention.record_ids]
    gap = scores.best - max(scores.of.values(), default=0.0)
    return np.array(
        [
            6 * gap,
            gap <= 0,
            4 * scores.best,
            2 * any(not ids & set(one.record_ids) for one in linked),
            2 * any(ids & set(one.record_ids) for one in linked),
            2 * min(scores.words, _MANY_WORDS) / _MANY_WORDS,
            scores.words <= 1,
            4 * scores.lead,
            len(question.split()) / _MANY_WORDS,
        ],
        dtype=np.float32,
    )


def same_of_another(mentions: Sequence[Mention], last: Answer, words: int) -> tuple[str, tuple[Mention, ...]] | None:
    """Read "And Rosen?" after "Where did Volkan Cevher study?" as where Rosen studied.

    Args:
        last: The answer before; its mentions are of its standalone question.
        words: How many words of the question say something, beside those of its mentions.

    Returns:
        The question that is meant, and what it names; None where it is another one.
    """
    if len(mentions) != 1 or words or not mentions[0].record_ids:
        return None
    before = [one for one in last.mentions if one.field == mentions[0].field]
    if len(before) != 1 or before[0].values == mentions[0].values:
        return None
    asked, (was,), name = last.standalone_question, before, mentions[0].values[0]
    meant = replace(mentions[0], start=was.start, end=was.start + len(name), text=name)
    return f"{asked[: was.start]}{name}{asked[was.end :]}", (meant,)


def points_at_person(question: str) -> bool:
    """Whether a question has a word for a person who was spoken of."""
    return any(word.lower() in _PRONOUNS for word in _WORD.findall(question))
