"""Text → plain words, so that a word asked for is found however it is written.

Comes in: any text. Goes out: words without case, accents and plural endings. What is stored and what is asked for pass
through the same function, so that a wrongly cut ending ("bias" → "bia") harms neither.
"""

import re
import unicodedata

_WORD = re.compile(r"[^\W\d_]+|\d+")
_POSSESSIVE = re.compile(r"['’]s\b")
# Shorter words ("gas", "its") are no plurals.
_SHORTEST_PLURAL_CHARS = 4


def folded(text: str) -> str:
    """Text without case and accents; "Université" and "UNIVERSITE" are the same."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def plain_words(text: str) -> list[str]:
    """The words of a text, folded; "CIFAR-10" and "CIFAR10" are both "cifar", "10"."""
    return _WORD.findall(_POSSESSIVE.sub("", folded(text)))


def singular(word: str) -> str:
    """A word without its plural ending."""
    if len(word) < _SHORTEST_PLURAL_CHARS or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") and len(word) > _SHORTEST_PLURAL_CHARS else word[:-1]


def searchable(text: str) -> str:
    """A text as singular words with one space around each, so that a phrase is part of it; "" without words."""
    words = " ".join(singular(word) for word in plain_words(text))
    return f" {words} " if words else ""
