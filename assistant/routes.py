"""Which way a question goes: small talk, about the collection as a whole, or into the talks.

Comes in: a question as typed. Goes out: its route. A greeting is known by its words; a question about the collection
by being close in meaning to one of the examples in `faq`, so that it may be put in other words than theirs.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from assistant.faq import FACETS, Facet
from ingest.embedder import Embedder, Vectors

# "perhaps about": only if it asks for nothing that the records answer exactly, as "How many talks are here?" does.
Route = Literal["content", "perhaps about", "about", "smalltalk"]

_GREETINGS = frozenset(
    "bye cheers cool good goodbye great hello hey hi nice ok okay perfect please right sorry super sure thank thanks "
    "thx welcome wonderful yes yo".split()
)
# They make a greeting longer ("how are you today?") and are one only beside a greeting or in "how are you".
_POLITE = frozenset(
    "a afternoon again all and are day evening everyone for help how i is it i'm later lot lovely morning much my "
    "night no now one see so that that's the there this to today tonight too very was well what's up you your".split()
)
# Said to the program: "do you make things up?", not "could you list …", "which of your talks …".
_YOU = re.compile(r"\b(?:you|your|yours|yourself|u)\b", re.IGNORECASE)
_NOT_TO_YOU = re.compile(
    r"\b(?:can|could|would|will) you (?:\w+ly |please |perhaps |also |maybe )*"
    r"(?:tell|list|show|give|explain|find|name|say|summari[sz]e|describe|point|compare|let)\b"
    r"|\b(?:thank you|if you (?:please|would|don't mind)|would you)\b"
    r"|\bdo you (?:have|know|hold) (?:any|some|a|an|the|of|who)\w*\b"
    r"|\byour (?:\w+ )?(?:talk|paper|speaker|researcher|professor|people|lecture)\w*",
    re.IGNORECASE,
)
_THE_PLACE = re.compile(
    r"\b(?:this|the|your) (?:collection|archive|library|site|website|place|chat|chatbot|bot|program|tool|assistant)\b",
    re.IGNORECASE,
)
# These mean what was spoken of, where anything was: "How does it work?"
_POINTS = re.compile(r"\b(?:it|its|this|that|these|those|they|them|their|he|she|him|her|his|ones?)\b", re.IGNORECASE)
# In cosine, how near to an example a question comes. Of 1,090 labelled questions about content those that say "you"
# reach .42, but for two with a name in them, those about the collection .41 and more.
_CLOSE_TO_YOU = 0.45
# … and the others .56, but for four that point at what was spoken of; about the collection .55 and more.
_CLOSE = 0.57
# After an answer a question is rather about that.
_CLOSE_IN_TALK = 0.7
# It is one of the examples, in other words.
_THE_SAME = 0.8
_SENTENCE = re.compile(r"(?<=[.:;!?])\s+")
_SHORTEST_SENTENCE_WORDS = 3
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Way:
    """The way of a question.

    Attributes:
        facet: What of the collection it asks about, if it does.
        to_you: Whether it is said to the program.
    """

    route: Route
    facet: Facet | None = None
    to_you: bool = False


class Router:
    """Chooses the way of a question."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def route(self, question: str, *, follows: bool = False) -> Way:
        """The way of a question; "content" whenever it asks for anything in particular.

        Args:
            question: As typed.
            follows: Whether talks or papers were spoken of before it.
        """
        if not question.strip():
            return Way("content")
        if is_smalltalk(question):
            return Way("smalltalk")
        to_you = bool(_YOU.search(_NOT_TO_YOU.sub(" ", question)))
        if follows and not to_you and _POINTS.search(question) and not _THE_PLACE.search(question):
            return Way("content")
        closeness, facet = self._nearest(question)
        if closeness < (_CLOSE_TO_YOU if to_you else _CLOSE_IN_TALK if follows else _CLOSE):
            return Way("content")
        return Way("about" if closeness >= _THE_SAME else "perhaps about", facet, to_you)

    def _nearest(self, question: str) -> tuple[float, Facet]:
        """The facet that a question, or a sentence of it, comes nearest to; and how near."""
        first, *others = _SENTENCE.split(question)
        # "SOAP, the optimizer: I forgot all of it. What is it?" asks of what stands before.
        alone = [first, *(one for one in others if not _POINTS.search(one))]
        sentences = [one for one in alone if len(one.split()) >= _SHORTEST_SENTENCE_WORDS]
        vectors = [self._embedder.embed_question(text) for text in dict.fromkeys((question, *sentences))]
        closeness = (self._examples @ np.array(vectors).T).max(axis=1)
        nearest = int(closeness.argmax())
        return float(closeness[nearest]), self._facets[nearest]

    @cached_property
    def _facets(self) -> list[Facet]:
        """The facet of each example."""
        return [facet for facet in FACETS for _ in facet.asked]

    @cached_property
    def _examples(self) -> Vectors:
        """Shape (examples, dimensions); embedded when the first question comes, in a tenth of a second."""
        return self._embedder.embed_passages([question for facet in FACETS for question in facet.asked])


def is_smalltalk(message: str) -> bool:
    """Whether a message is a greeting, thanks, or nothing but signs."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(message)]
    return all(word in _GREETINGS | _POLITE for word in words) and (
        not words or any(word in _GREETINGS for word in words) or words[:3] == ["how", "are", "you"]
    )
