"""Which way a question goes: small talk, about the collection as a whole, or into the talks.

Comes in: a standalone question. Goes out: its route. Decided by the question's own words alone, so that it costs
nothing and works without a model: a question goes the special ways only when it has no word besides theirs.
"""

import re
from typing import Literal

Route = Literal["content", "about", "smalltalk"]

_GREETINGS = frozenset(
    "bye cheers cool good goodbye great hello hey hi nice ok okay perfect please right sorry super sure thank thanks "
    "thx welcome wonderful yes yo".split()
)
# They make a greeting longer ("how are you today?") and are one only beside a greeting or in "how are you".
_POLITE = frozenset(
    "a afternoon again all and are day evening everyone for help how i is it i'm later lot lovely morning much my "
    "night no now one see so that that's the there this to today tonight too very was well what's up you your".split()
)
# The collection itself, and what one does with it.
_COLLECTION = frozenset(
    "answer answers archive assistant bot collection contain contains content contents corpus covered cover covers "
    "data database help here include included includes index library material offer overview page pages program "
    "purpose site sources stored subject subjects this tool topic topics you yourself".split()
)
# Words that may stand beside those without asking for anything in particular.
_GENERAL = frozenset(
    "a about all altogether am an and any anything are ask asked at based be big both briefly but by can come could "
    "data describe did different do does each else exactly example examples explain find for from get give got have "
    "how i in inside into is it its just kind kinds know large lecture lectures like list long made main make many me "
    "more most much my number of on one only or other others our out paper papers please possible question questions "
    "quick record recorded recordings search see should show size small some something sort sorts summarise summarize "
    "summary talk talks tell that the their them there these they thing things to too total trust type types "
    "understand up use used using we what what's where which who with without work works would your yourself".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def route_of(question: str) -> Route:
    """The way of a question; "content" whenever it names anything in particular."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(question)]
    if not words:
        return "smalltalk" if question.strip() else "content"
    if all(word in _GREETINGS | _POLITE for word in words) and (
        any(word in _GREETINGS for word in words) or words[:3] == ["how", "are", "you"]
    ):
        return "smalltalk"
    if all(word in _COLLECTION | _GENERAL for word in words) and any(word in _COLLECTION for word in words):
        return "about"
    return "content"
