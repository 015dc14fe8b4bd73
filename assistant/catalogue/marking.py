"""The words of a question while they get their tags.

Comes in: words. Goes out: tokens, each with a tag for the rules and the values that it puts into a query. What is
tagged once stays: names come before concepts, and these before words that nobody knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import zip_longest

from assistant.catalogue.tokens import Word, split_words

# No name begins or ends with these.
SMALL_TOKENS = frozenset("the of at from by in and or for with is are on a an to , . - that which who".split())


_OWNED = frozenset("title titles abstract abstracts affiliation affiliations name names bio bios role roles".split())


def _with_their(words: list[Word]) -> Iterator[Word]:
    """Read "in there title" as "their"."""
    for word, after in zip_longest(words, words[1:]):
        slip = word.key == "there" and after is not None and after.key in _OWNED
        yield replace(word, key="their") if slip else word


@dataclass(frozen=True, slots=True)
class Token:
    """A tagged span of the question.

    Attributes:
        tag: What the rules match.
        values: What goes into a query.
        text: As typed.
        start: Where it begins in the question, in characters.
        end: Where it ends.
    """

    tag: str
    values: tuple[str, ...]
    text: str
    start: int
    end: int


class Marking:
    """The words of one question; places are counted in words.

    Attributes:
        question: As typed.
        words: In order.
        on_page: The question before was about a page, so that this one may name another without saying "page".
    """

    def __init__(self, question: str, *, on_page: bool) -> None:
        self.question = question
        self.words: list[Word] = list(_with_their(split_words(question)))
        self.on_page = on_page
        self._tokens: list[Token | None] = [None] * len(self.words)

    def tokens(self) -> list[Token]:
        """All tokens in order, without filler."""
        return [token for token in dict.fromkeys(self._tokens) if token is not None and token.tag != "FILLER"]

    def free(self, first: int, last: int) -> bool:
        """Whether none of these words has a tag."""
        return last <= len(self.words) and not any(self._tokens[first:last])

    def token(self, place: int) -> Token | None:
        """The token that the word at a place belongs to; None where there is none."""
        return self._tokens[place] if 0 <= place < len(self._tokens) else None

    def tag(self, place: int) -> str:
        """The tag of the word at a place; "" where there is none."""
        token = self.token(place)
        return token.tag if token else ""

    def tag_before(self, place: int) -> str:
        """The last tag before a place, filler left out."""
        tags = [tag for tag in map(self.tag, range(place)) if tag != "FILLER"]
        return tags[-1] if tags else ""

    def key(self, place: int) -> str:
        """The word at a place; "" where there is none."""
        return self.words[place].key if 0 <= place < len(self.words) else ""

    def mark(self, first: int, last: int, tag: str, *values: str) -> None:
        """Tag the words from `first` up to `last`."""
        start, end = self.words[first].start, self.words[last - 1].end
        self._tokens[first:last] = [Token(tag, values, self.question[start:end], start, end)] * (last - first)

    def text(self, first: int, last: int) -> str:
        """The words as typed."""
        return self.question[self.words[first].start : self.words[last - 1].end]

    def runs(self, longest: int, *, tagged: bool = False) -> Iterator[tuple[int, int]]:
        """Runs of words without a tag, or of all, longest first; what is tagged on the way is left out."""
        for length in range(min(longest, len(self.words)), 0, -1):
            for first in range(len(self.words) - length + 1):
                if tagged or self.free(first, first + length):
                    yield first, first + length
