"""The words of a question: which say something, which are names, which point at what was spoken of.

Comes in: a question or its words. Goes out: some of them. Nothing here knows the collection or the conversation.
"""

import re
from collections.abc import Sequence

WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# Words that point back at somebody or something; what they mean stands in the turn before.
_SOMEBODY = frozenset({"he", "she", "him", "her", "his", "hers"})
_SOMETHING = frozenset({"it", "its", "they", "them", "their", "theirs", "this", "these", "those", "ones"})
# "that" points back at the end ("Who speaks about that?"), near the start ("Can that test be gamed?") and after these;
# elsewhere it joins clauses ("models that scale").
_BEFORE_THAT = frozenset("about after at before by does did for from in is like of on put to was with".split())
_NEAR_START = 2
_BEFORE_THERE = frozenset("are be been if is isn't was were what's who's".split())
# Asking words, helpers and the like: a question made of them alone asks for more of what was just said.
_FUNCTION = frozenset(
    "a about above again all also an and another any are as at be been before but by can could did do does doing done "
    "else ever example examples exactly explain for from further get give gave go had has have here how i if in into "
    "is just know last let like made make many may me mean means meant more most much my name no not now of off ok "
    "okay on one only or other others our out over please point really right said same say says should show so some "
    "such summarise summarize tell than thanks that the then there these thing things to too up us use used very was "
    "we well were what when where which who whom whose why will with would yes you your".split()
)
# What only joins a question to the conversation.
_OPENING = re.compile(
    r"^\W*(?:(?:ok|okay|well|so|now|but|thanks|thank you|and|also|then|or|because|hmm?|aha|oh|ah|wow|lol|haha|right|yes"
    r"|no|sure|(?:i|we) see|fine|(?:very |how )?(?:nice|great|cool|good|neat|interesting|perfect|lovely|excellent))\b"
    r"(?:[\s,.!:;-]+|$))+",
    re.IGNORECASE,
)


def opening(question: str) -> int:
    """How many characters at its beginning only join it to the conversation: "OK, and "."""
    match = _OPENING.match(question)
    return match.end() if match else 0


def bare(word: str) -> str:
    """The word in small letters, without what an apostrophe puts behind it."""
    return re.split("['’]", word.lower())[0]


def content(words: Sequence[str]) -> list[str]:
    """The words that say something."""
    return [word for word in words if bare(word) not in _FUNCTION]


def names(words: Sequence[str]) -> list[str]:
    """Those that are names by their looks: a capital or digit inside, or a capital after the first word."""
    return [
        word
        for at, word in enumerate(words)
        if bare(word) not in _FUNCTION and (re.search(r"\w[A-Z0-9]", word) or (at > 0 and word[:1].isupper()))
    ]


def points_at_somebody(word: str) -> bool:
    """Whether it is "he", "she" or one of their forms."""
    return word.lower() in _SOMEBODY


def points_at_something(words: Sequence[str], at: int) -> bool:
    """Whether the word at this place stands for something that was spoken of."""
    word = words[at].lower()
    if word == "that":
        return at == len(words) - 1 or at < _NEAR_START or words[at - 1].lower() in _BEFORE_THAT
    follow = {one.lower() for one in words[at + 1 : at + 3]}
    if word == "it" and words[at - 1].lower() in ("is", "was", "isn't") and follow & {"that", "to"}:
        return False  # "Is it to …", "is it true that …" point forward
    if word == "there":
        return at > 0 and words[at - 1].lower() not in _BEFORE_THERE  # "Is there …" points at nothing
    return word in _SOMETHING


def points_back(question: str) -> bool:
    """Whether any word of a question stands for somebody or something that was spoken of."""
    words = WORD.findall(question)
    return any(points_at_somebody(word) or points_at_something(words, at) for at, word in enumerate(words))
