"""A question → tagged spans: quotations, titles, people, places, pages, dates, numbers, concepts, unknown words.

Comes in: a question and the names that the collection holds. Goes out: tokens, each with a tag for the rules and the
values that it puts into a query; words that carry nothing are left out. The longest match at a place wins, and what is
surely a name comes before what may be a common word.
"""

import re
from dataclasses import dataclass, replace
from itertools import zip_longest

from assistant.catalogue.concepts import FILLER, LONGEST_PHRASE_WORDS, Concept, concept, misspelt, month
from assistant.catalogue.naming import Naming
from assistant.catalogue.tokens import Word, split_words
from assistant.catalogue.values import Dates, Day
from assistant.catalogue.vocabulary import Vocabulary

_MARKS = {",": "COMMA", ".": "BREAK", "-": "TO"}
# "May" and "march" are months only where the words around say so.
_VERBS = frozenset(("may", "march", "mar", "sep", "dec", "jan"))
_BEFORE_MONTH = frozenset(
    "in of from since before after until during to and or for dated between a every any date by , through".split()
)
_COINED = re.compile(r"[A-Z].*[A-Z]|[A-Za-z].*\d|\d.*[A-Za-z]")
# "hm", "hw": no topic is as short, in small letters, and stands nowhere in the collection.
_SHORTEST_TOPIC_CHARS = 4
_LONGEST_QUESTION_CHARS = 4000
_DAY = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_DECADE = re.compile(r"((?:19|20)\d)0s")
# "papers that give a date": after what is listed, a request is a statement.
_SUPERLATIVES = frozenset("NEWEST OLDEST LARGEST SMALLEST LONGEST SHORTEST LAST".split())
_NOUNS = frozenset(("TALK", "PAPER", "RECORD", "PERSON", "THEM", "WHICH", "TITLE", "NOT", "WHO"))


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


class Tagger:
    """Tags one question, from what is most surely a name to what is left."""

    def __init__(self, question: str, vocabulary: Vocabulary, *, on_page: bool) -> None:
        self.question = question
        self.on_page = on_page
        self.words = split_words(question)
        self._tags: list[Token | None] = [None] * len(self.words)
        self._naming = Naming(self, vocabulary)

    def tokens(self) -> list[Token]:
        """All tokens in order, without filler."""
        self._naming.quotations()
        self._naming.titles()
        self._naming.full_names()
        self._concepts()
        self._times()
        self._naming.pages()
        self._naming.surnames()
        self._naming.series()
        self._rest()
        self._naming.nicknames()
        found = [token for token in dict.fromkeys(self._tags) if token is not None and token.tag != "FILLER"]
        return _statements(found)

    def free(self, first: int, last: int) -> bool:
        """Whether none of these words has a tag."""
        return last <= len(self.words) and not any(self._tags[first:last])

    def tag(self, place: int) -> str:
        """The tag of the word at a place; "" where there is none."""
        token = self._tags[place] if 0 <= place < len(self._tags) else None
        return token.tag if token else ""

    def token(self, place: int) -> Token | None:
        """The token that the word at a place belongs to."""
        return self._tags[place]

    def mark(self, first: int, last: int, tag: str, *values: str) -> None:
        """Tag the words from `first` up to `last`."""
        start, end = self.words[first].start, self.words[last - 1].end
        token = Token(tag, values, self.question[start:end], start, end)
        self._tags[first:last] = [token] * (last - first)

    def _concepts(self) -> None:
        place = 0
        while place < len(self.words):
            place += self._concept_at(place) or 1

    def _concept_at(self, place: int) -> int:
        """Tag the longest phrase here; returns its length in words."""
        word = self.words[place]
        if word.key in _MARKS and self.free(place, place + 1):
            self.mark(place, place + 1, _MARKS[word.key])
            return 1
        for length in range(min(LONGEST_PHRASE_WORDS, len(self.words) - place), 0, -1):
            if not self.free(place, place + length):
                continue
            found = concept([one.key for one in self.words[place : place + length]])
            # "US" is a country, "us" is not.
            if found and not (found.tag == "COUNTRY" and word.text == "us"):
                self.mark(place, place + length, found.tag, *([found.value] if found.value else []))
                return length
        if word.text == "us":
            self.mark(place, place + 1, "FILLER")
        return 0

    def _times(self) -> None:
        place = 0
        while place < len(self.words):
            place += self._time_at(place) or 1

    def _time_at(self, place: int) -> int:
        """Tag the date here, as far as it is given; returns its length in words."""
        keys = [word.key for word in self.words[place : place + 5]]
        keys += [""] * (5 - len(keys))
        if decade := _DECADE.fullmatch(keys[0]):
            years = Dates(Day(int(decade[1]) * 10), Day(int(decade[1]) * 10 + 9))
            self.mark(place, place + 1, "TIME", str(years))
            return 1
        day_first = _DAY.fullmatch(keys[0])
        skip = 1 + (keys[1] == "of") if day_first else 0
        number = month(keys[skip])
        if number and self._is_month(place, keys, skip):
            return self._full_date(place, keys, skip + 1, number, int(day_first[1]) if day_first else None)
        if _YEAR.fullmatch(keys[0]):
            self.mark(place, place + 1, "TIME", keys[0])
            return 1
        if keys[0].isdigit() and len(keys[0]) <= 6:
            self.mark(place, place + 1, "NUMBER", str(int(keys[0])))
            return 1
        return 0

    def _is_month(self, place: int, keys: list[str], skip: int) -> bool:
        if keys[skip] not in _VERBS:
            return self.tag(place + skip) in ("", "FILLER")
        before = self.words[place - 1].key if place else ""
        return bool(skip or before in _BEFORE_MONTH or keys[skip + 1][:1].isdigit()) and not self.tag(
            place + skip
        ).startswith("N")

    def _full_date(self, place: int, keys: list[str], length: int, number: int, day: int | None) -> int:
        if day is None and (after := _DAY.fullmatch(keys[length])):
            day, length = int(after[1]), length + 1
        comma = length < len(keys) - 1 and keys[length] in (",", "of")
        year = None
        if _YEAR.fullmatch(keys[length + comma] if length + comma < len(keys) else ""):
            year, length = int(keys[length + comma]), length + comma + 1
        self.mark(place, place + length, "TIME", str(Day(year, number, day)))
        return length

    def _rest(self) -> None:
        """Tag the words that are left: slips of known words, noise, and what may be a topic."""
        for place, word in enumerate(self.words):
            if self.free(place, place + 1) and not word.quoted:
                found = self._left_over(word)
                self.mark(place, place + 1, found.tag, *([found.value] if found.value else []))

    def _left_over(self, word: Word) -> Concept:
        coined = _COINED.search(word.text)
        short = len(word.text) < _SHORTEST_TOPIC_CHARS and word.text.isalpha() and word.text.islower()
        slip = FILLER if short else None if coined else misspelt(word.key)
        # The collection is asked last, it takes longest: a word that it holds is no slip.
        if slip and not self._naming.in_collection(word.key):
            return slip
        return Concept("COINED" if coined else "UNKNOWN")


def _statements(tokens: list[Token]) -> list[Token]:
    """Tags that depend on their neighbours: "papers that list a date", "the oldest one"."""
    found: list[Token] = []
    for token, after in zip_longest(tokens, tokens[1:]):
        tag, before = token.tag, found[-1].tag if found else ""
        if tag == "LIST" and before in _NOUNS:
            tag = "WITH"
        elif token.text.lower() == "one" and (
            before in _SUPERLATIVES or after is None or after.tag in ("BREAK", "FIRST")
        ):
            tag = "THEM"
        elif token.text.lower() == "include" and before in ("BREAK", "COMMA"):
            tag = "INCLUDING"
        found.append(token if tag == token.tag else replace(token, tag=tag, values=()))
    return [token for token in found if token.tag != "THEM" or token.text.lower() != "one"]


def tokens_of(question: str, vocabulary: Vocabulary, *, on_page: bool = False) -> list[Token]:
    """The tagged spans of a question.

    Args:
        on_page: The question before was about a page, so that this one may name another without saying "page".

    Returns:
        In order, without filler; none of a text too long to be a question.
    """
    if len(question) > _LONGEST_QUESTION_CHARS:
        return []
    return Tagger(question, vocabulary, on_page=on_page).tokens()
