"""Questions that give a talk to the wrong speaker.

Comes in: a standalone question. Goes out: whose talk it really is, or None when nothing speaks against the question.
"""

import re
from dataclasses import dataclass

from assistant.people import People, Person
from assistant.ranking import HybridRanker, RankedRecord

# Without the name, the question must fit another talk well, and the named speaker's own talks at most half as well:
# measured on the development dialogues, questions with a right premise stay above .75.
FITS_WELL = 0.3
FITS_ILL = 0.55
_ALL = 1_000_000


@dataclass(frozen=True, slots=True)
class WrongSpeaker:
    """A question about one person's talk that names another.

    Attributes:
        named: Who the question says it was.
        own: The best of this person's talks for the question.
        meant: The talk that the rest of the question fits.
    """

    named: Person
    own: RankedRecord
    meant: RankedRecord


def wrong_speaker(question: str, people: People, ranker: HybridRanker) -> WrongSpeaker | None:
    """Look whether the question without its one name fits the talk of somebody else."""
    named = people.named(question)
    if len(named) != 1:
        return None
    (person,) = named
    ranked = ranker.rank(_without_name(question, person), kind="talk", limit=_ALL)
    own = next((record for record in ranked if record.record_id in person.record_ids), None)
    if own is None or own is ranked[0] or ranked[0].score < FITS_WELL or own.score > FITS_ILL * ranked[0].score:
        return None
    return WrongSpeaker(person, own, ranked[0])


def _without_name(question: str, person: Person) -> str:
    for part in person.name.split():
        question = re.sub(rf"\b{re.escape(part)}(?:['’]s)?\b", " ", question, flags=re.IGNORECASE)
    return question
