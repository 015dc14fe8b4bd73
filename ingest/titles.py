"""A title → the forms that it is named by, so that those of any number of titles can be looked up on disk.

Comes in: a title; words of a question. Goes out: keys that the record store finds titles by. A key stands for words and
may, once in a great while, stand for others too: whoever finds a title by one compares the words.
"""

import re
from collections.abc import Iterator, Sequence
from hashlib import blake2b

from ingest.text import plain_words

_KEY_BYTES = 6
_SUBTITLE = re.compile(r"[:(?]")


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
