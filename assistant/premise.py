"""Questions that take for granted what the collection does not hold.

Comes in: a standalone question. Goes out: the names in it that nobody has, or whose talk it really is; nothing when
nothing speaks against the question.
"""

import re
from dataclasses import dataclass

from assistant.people import People, Person
from assistant.question import proper_names
from assistant.ranking import HybridRanker, RankedRecord
from assistant.spelling import Spelling
from ingest.keyword import KeywordIndex

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


def unknown_names(question: str, keyword: KeywordIndex, spelling: Spelling) -> list[str]:
    """The proper names of a question that stand nowhere in the collection, not even with a slip.

    A name is known by its looks: a capital inside, or one after the first word. Numbers in it may vary ("AIME25").
    """
    return [
        name
        for name in proper_names(question)
        if len(name) > 1
        and not any(char.isdigit() for char in name)
        and not any(keyword.knows(part) for part in re.split(r"[-'’]", spelling.corrected(name)) if len(part) > 1)
    ]


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
