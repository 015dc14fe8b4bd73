"""Text → plain words, so that a word asked for is found however it is written.

Comes in: any text. Goes out: words without case, accents and plural endings; keys that the record store finds titles
by. What is stored and what is asked for pass through the same function, so that a wrongly cut ending ("bias" → "bia")
harms neither. A key stands for a form of a title and may, once in a great while, stand for others too: whoever
finds a title by one compares the words.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from urllib.parse import urlsplit

_WORD = re.compile(r"[^\W\d_]+|\d+")
_POSSESSIVE = re.compile(r"['’]s\b")
# Half of a pair of code units; JSON, terminals and file names can bring one, and UTF-8 cannot carry it.
_HALF_SIGN = re.compile("[\ud800-\udfff]")
# What a terminal obeys: the control characters of both sets but tab and line end, and marks that turn the order of
# letters. Those that only lean to one side (U+200E, U+200F) are part of how Hebrew and Arabic are written.
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_WEB_ADDRESS = re.compile(r"https?://[^\s\x00-\x1f\x7f-\x9f]+", re.IGNORECASE)
_LONGEST_MESSAGE_CHARS = 600
# Written by hand, a text has a full stop every 10 to 20 words; speech that nobody has punctuated has hardly any.
WORDS_PER_STOP = 100
_KEY_BYTES = 6
_SUBTITLE = re.compile(r"[:(?]")
# Shorter words ("gas", "its") are no plurals.
_SHORTEST_PLURAL_CHARS = 4


def folded(text: str) -> str:
    """Text without case and accents; "Université" and "UNIVERSITE" are the same."""
    if text.isascii():  # nearly all of it, and five times as fast
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()


def plain_words(text: str) -> list[str]:
    """The words of a text, folded; "CIFAR-10" and "CIFAR10" are both "cifar", "10"."""
    return _WORD.findall(_POSSESSIVE.sub("", folded(text)))


def name_key(name: str) -> str:
    """A name as it is compared: without case, accents and punctuation."""
    return " ".join(plain_words(name)) or folded(name).strip()


def singular(word: str) -> str:
    """A word without its plural ending."""
    if len(word) < _SHORTEST_PLURAL_CHARS or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") and len(word) > _SHORTEST_PLURAL_CHARS else word[:-1]


def searchable(text: str) -> str:
    """A text as singular words with one space around each, so that a phrase is part of it; "" without words."""
    words = " ".join(singular(word) for word in plain_words(text))
    return f" {words} " if words else ""


def title_forms(title: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """A title and its parts before and behind a colon, each with its words; one word is enough for a part alone."""
    for form in dict.fromkeys((title, _SUBTITLE.split(title)[0], title.partition(":")[2])):
        words = tuple(plain_words(form))
        if len(words) > 1 or (words and form != title):
            yield form.strip(), words


def title_keys(title: str) -> set[int]:
    """The keys of its forms."""
    return {form_key(words) for _, words in title_forms(title)}


def form_key(words: Sequence[str]) -> int:
    """The key of a form."""
    text = f"= {' '.join(words)}"  # as indexes have had it from the first
    return int.from_bytes(blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_KEY_BYTES).digest())


def has_stops(text: str) -> bool:
    """Whether somebody, or a recogniser, has put full stops into a text."""
    return sum(text.count(sign) for sign in ".?!。？！।؟") * WORDS_PER_STOP >= len(text.split())


def valid_text(text: str) -> str:
    """A text in which two halves of a sign are one sign, and a lone half is a replacement mark."""
    if not _HALF_SIGN.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def printable(text: str) -> str:
    """A text without what a terminal obeys, and without half signs; the words around it stay."""
    return _OBEYED.sub("", valid_text(text))


def one_line(said: str) -> str:
    """A message on one line; of one that quotes too much the middle goes, since what to do stands at its end."""
    said, half = " ".join(said.split()), _LONGEST_MESSAGE_CHARS // 2
    return said if len(said) <= 2 * half else f"{said[:half]} … {said[-half:]}"


def web_address(url: str | None) -> str | None:
    """An address that opens a web page, or None: a script, a file or data is no link."""
    found = _WEB_ADDRESS.fullmatch(url.strip()) if url else None
    try:
        return found[0] if found and urlsplit(found[0]).hostname else None
    except ValueError:  # "http://[", or a name that means another host once it is normalised
        return None
