"""Which way a question goes: small talk, about the collection as a whole, or into the talks.

Comes in: a question as typed. Goes out: its route. A greeting is known by its words; a question about the collection
by being close in meaning to one of the examples in `faq`, so that it may be put in other words than theirs.
"""

import re
from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
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
    r"\b(?:this|the|your) (?:collection|archive|library|site|website|place|chat|chatbot|bot|program|tool|assistant"
    r"|service)\b|\b(?:your|each|every) (?:answer|repl(?:y|ie)|response)s?\b",
    re.IGNORECASE,
)
# These mean what was spoken of, where anything was: "How does it work?"
_POINTS = re.compile(r"\b(?:it|its|this|that|these|those|they|them|their|he|she|him|her|his|ones?)\b", re.IGNORECASE)
# Logistic regression on 3,000 labelled questions, 138 of them about the collection (`evals/fit_routes.py`). From these
# odds on it is about the collection: 7 of these 138 are not then, and 10 others are (cross-validated).
_BIAS = -13.16
_LEAST_ODDS = 2.0
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


@dataclass(frozen=True, slots=True)
class RouteSigns:
    """What tells whether a question is about the collection; numbers, most of them 0 or 1.

    Attributes:
        closeness: Cosine of the question, or a sentence of it, and the nearest example.
        to_you: Said to the program.
        confidence: That the talks and papers answer it.
        follows: Asked after something was spoken of.
        the_place: Speaks of the collection or the program by a noun.
    """

    closeness: float
    to_you: float
    confidence: float
    follows: float
    the_place: float


class Router:
    """Chooses the way of a question."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def route(self, question: str, confidence: Callable[[], float], *, follows: bool = False) -> Way:
        """The way of a question; "content" whenever it asks for anything in particular.

        Args:
            question: As typed.
            confidence: That the talks and papers answer it; asked for only where that decides.
            follows: Whether talks or papers were spoken of before it.
        """
        if not question.strip():
            return Way("content")
        if is_smalltalk(question):
            return Way("smalltalk")
        signs, facet = self.signs(question, follows=follows)
        if follows and not signs.to_you and not signs.the_place and _POINTS.search(question):
            return Way("content")
        if _odds(signs) < _LEAST_ODDS or _odds(replace(signs, confidence=confidence())) < _LEAST_ODDS:
            return Way("content")
        return Way("about" if signs.closeness >= _THE_SAME else "perhaps about", facet, bool(signs.to_you))

    def signs(self, question: str, *, follows: bool) -> tuple[RouteSigns, Facet]:
        """What tells the way of a question, but for the confidence; and the facet that it is nearest to."""
        closeness, facet = self._nearest(question)
        to_you = bool(_YOU.search(_NOT_TO_YOU.sub(" ", question)))
        the_place = bool(_THE_PLACE.search(question))
        return RouteSigns(closeness, to_you, 0.0, follows, the_place), facet

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


_WEIGHTS = RouteSigns(closeness=29.5, to_you=6.7, confidence=-7.5, follows=-2.9, the_place=0.6)


def _odds(signs: RouteSigns) -> float:
    return _BIAS + float(np.dot(astuple(_WEIGHTS), astuple(signs)))


def is_smalltalk(message: str) -> bool:
    """Whether a message is a greeting, thanks, or nothing but signs."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(message)]
    return all(word in _GREETINGS | _POLITE for word in words) and (
        not words or any(word in _GREETINGS for word in words) or words[:3] == ["how", "are", "you"]
    )
