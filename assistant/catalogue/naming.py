"""Which words of a question are names of the collection: titles, people, institutions, pages.

Comes in: a tagger, whose words are tagged here, and the vocabulary. Goes out: nothing else.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from assistant.catalogue.values import Dates
from assistant.catalogue.vocabulary import Vocabulary
from ingest.words import folded, plain_words, singular

if TYPE_CHECKING:
    from assistant.catalogue.tagger import Tagger

_LONGEST_TITLE_WORDS = 30
_LONGEST_NAME_WORDS = 9
_LONGEST_PAGE_WORDS = 6
_PIECE = re.compile(r"[^\W\d_]+|\d+")
# One word is a title only where it is coined: "SOAP", "DeepZero", "ZO2".
_COINED = re.compile(r"[A-Z].*[A-Z]|[A-Z].*\d")
_SMALL = frozenset("the of at from by in and or for with is are on a an to , . - that which who".split())
# Words that are also surnames or institutions, where nothing shows that a name is meant.
_PLAIN_WORDS = frozenset(
    "may will in an ma do so can long page rice brown meta cal ut i us young may apple oracle arm uber intel".split()
)
_PLACE_CUES = frozenset(("from", "at", "of", "by", "or", "and", ",", "with", "the"))
_INSTITUTION = re.compile(
    r"\b(?:university|institute|college|laboratory|labs?|inc|academy|polytechnic)\b", re.IGNORECASE
)
_PERSON_CUES = frozenset(
    ("by", "from", "with", "of", "speaker", "professor", "prof", "dr", "and", "or", ",", "does", "did")
)
_PAGE_NEIGHBOURS = frozenset(
    ("on", "under", "the", "and", "or", "not", "of", "both", ",", "page", "to", "in", "than", "only")
)
_SORTS_OF_TALK = ("TALK", "PAPER", "SORTED")
_TITLE_TAGS = ("UNKNOWN", "COINED", "FILLER", "OF", "AND", "CODE", "SAYS", "UNRECORDED", "DATE")
_TITLE_ENDS = ("BREAK", "COMMA", "WITH", "PAGE", "PAGENAME", "NAME", "TITLEREF")
# More titles than the parts of one tutorial are a topic.
_MOST_PARTS = 2
_SMALL_CHARS = 3


class Naming:
    """Finds names; each method tags one sort of them."""

    def __init__(self, tagger: "Tagger", vocabulary: Vocabulary) -> None:
        self._tagger = tagger
        self._words = tagger.words
        self._vocabulary = vocabulary

    def in_collection(self, word: str) -> bool:
        """Whether a word stands in any record's text."""
        return self._vocabulary.holds_word(word)

    def quotations(self) -> None:
        """A quoted part is a page's name, a title, or words to look for."""
        for place, word in enumerate(self._words):
            if word.quoted:
                words = plain_words(word.text)
                page = self._page_named(words)
                title = self._vocabulary.titles.get(" ".join(words))
                tag = "PAGENAME" if page else "TITLEREF" if title else "QUOTE"
                self._tagger.mark(place, place + 1, tag, page or title or word.text)

    def _page_named(self, words: list[str]) -> str | None:
        wanted = [singular(word) for word in words]
        known = self._vocabulary.page_words.items()
        return next((page for page, label in known if wanted in (label, plain_words(page))), None)

    def titles(self) -> None:
        """Titles, and their parts around a colon, whatever marks they hold; one of at least two words, or coined."""
        text = self._tagger.question
        pieces = [match for match in _PIECE.finditer(text) if text[match.start() - 1 : match.end()] not in ("'s", "’s")]
        keys = [folded(piece[0]) for piece in pieces]
        first = 0
        while first < len(pieces):
            first += self._title_at(first, pieces, keys) or 1

    def _title_at(self, first: int, pieces: list[re.Match[str]], keys: list[str]) -> int:
        for length in range(min(_LONGEST_TITLE_WORDS, len(pieces) - first), 0, -1):
            title = self._vocabulary.titles.get(" ".join(keys[first : first + length]))
            start, end = pieces[first].start(), pieces[first + length - 1].end()
            typed = self._tagger.question[start:end]
            if title is None or (" " not in typed and not _COINED.search(typed)):
                continue
            places = [place for place, word in enumerate(self._words) if start < word.end and word.start < end]
            follower = self._words[places[-1] + 1].key if places and places[-1] + 1 < len(self._words) else ""
            if places and self._tagger.free(places[0], places[-1] + 1) and follower not in ("page", "pages"):
                self._tagger.mark(places[0], places[-1] + 1, "TITLEREF", title)
                return length
        return 0

    def full_names(self) -> None:
        """Institutions, and people by more than one name."""
        for first, last in self._runs(_LONGEST_NAME_WORDS):
            typed = self._text(first, last)
            if self._words[first].key in _SMALL or self._words[last - 1].key in _SMALL:
                continue
            if last - first > 1 and last - first <= 4 and (found := self._people(typed, typos=False)):
                self._tagger.mark(first, last, "NAME", *found)
            elif self._may_be_place(first, typed) and self._vocabulary.names.is_affiliation(typed):
                self._tagger.mark(first, last, "INST", typed)

    def _may_be_place(self, first: int, typed: str) -> bool:
        cued = first > 0 and self._words[first - 1].key in _PLACE_CUES
        named = typed[0].isupper() or (typed.lower() not in _PLAIN_WORDS and self._vocabulary.names.is_recorded(typed))
        return named or (cued and typed.lower() not in _PLAIN_WORDS)

    def pages(self) -> None:
        """Names of pages, or what of them is enough to tell them, beside a word for "page"; "the June page"."""
        tags = {self._tagger.tag(place) for place in range(len(self._words))}
        cued = self._tagger.on_page or bool(tags & {"PAGE", "UNDER", "BOTH"})
        pages = self._vocabulary.page_words
        for first, last in self._runs(_LONGEST_PAGE_WORDS, tagged=True):
            words = [singular(word) for one in self._words[first:last] for word in plain_words(one.key)]
            named = any(self._tagger.tag(place) in ("PAGENAME", "TITLEREF", "QUOTE") for place in range(first, last))
            if not words or words[0] in _SMALL or words[-1] in _SMALL or named:
                continue
            whole = [page for page, label_words in pages.items() if words in (label_words, [_initials(label_words)])]
            near = self._near_page(first, last)
            if len(whole) == 1 and (near if len(words) == 1 else cued or near or self._text(first, last).istitle()):
                self._tagger.mark(first, last, "PAGENAME", whole[0])
            elif (
                cued
                and near
                and self._open(first, last)
                and (part := [page for page in pages if _is_part(words, pages[page])])
                and len(part) == 1
            ):
                self._tagger.mark(first, last, "PAGENAME", part[0])
        if cued:
            self._dated_pages()

    def series(self) -> None:
        """A coined word with which titles begin: "the IEEE recordings"."""
        for place, word in enumerate(self._words):
            coined = self._tagger.free(place, place + 1) and _COINED.search(word.text)
            if not coined or self._tagger.tag(place + 1) not in _SORTS_OF_TALK:
                continue
            starts = f"{' '.join(plain_words(word.text))} "
            if any(title.startswith(starts) for title in self._vocabulary.titles):
                self._tagger.mark(place, place + 1, "TITLEREF", word.text)

    def nicknames(self) -> None:
        """One talk, or the parts of one, by words of its title: "the talk on the Hessian", "the alignment tutorial"."""
        for place in range(len(self._words)):
            if self._tagger.tag(place) in _SORTS_OF_TALK and not self._words[place].key.endswith("s"):
                self._nickname_behind(place) or self._nickname_before(place)

    def _nickname_behind(self, noun: int) -> bool:
        first = noun + 1
        if self._tagger.tag(first) not in ("ABOUT", "ON", "OF", "TO", "IN"):
            return False
        last = first + 1
        while last < len(self._words) and self._tagger.tag(last) not in _TITLE_ENDS:
            last += 1
        return any(self._mark_titled(first + 1, end) for end in range(last, first + 1, -1))

    def _nickname_before(self, noun: int) -> bool:
        first = noun
        while first > 0 and self._tagger.tag(first - 1) in _TITLE_TAGS and self._words[first - 1].key != "the":
            first -= 1
        definite = first > 0 and self._words[first - 1].key in ("the", "that", "this")
        return (
            definite
            and first < noun
            and self._mark_titled(first, noun, noun if self._tagger.tag(noun) == "SORTED" else -1)
        )

    def _mark_titled(self, first: int, last: int, also: int = -1) -> bool:
        keys = [one for word in self._words[first:last] for one in plain_words(word.key) if one not in _SMALL]
        words = [singular(key) for key in keys] + ([singular(self._words[also].key)] if also >= 0 else [])
        found = self._vocabulary.titles_with(words) if keys else []
        if not found or len(found) > _MOST_PARTS or not any(len(word) > _SMALL_CHARS for word in words):
            return False
        self._tagger.mark(first, max(last, also + 1), "TITLEREF", *found)
        return True

    def _open(self, first: int, last: int) -> bool:
        allowed = ("", "UNKNOWN", "FILLER", "SORTED", "AND", "OF", "TALK", "TIME", "COINED", "COMMA", "PAPER")
        return all(self._tagger.tag(place) in allowed for place in range(first, last))

    def _near_page(self, first: int, last: int) -> bool:
        before = self._words[first - 1].key if first else ""
        after = self._words[last].key if last < len(self._words) else ""
        return before in _PAGE_NEIGHBOURS or self._tagger.tag(last) == "PAGE" or after in ("and", "or")

    def _dated_pages(self) -> None:
        """A page whose name holds a date, beside a word for "page" or by its day."""
        for place, word in enumerate(self._words):
            token = self._tagger.token(place)
            if token is None or token.tag != "TIME" or token.start != word.start:
                continue
            dates = Dates.read(token.values[0])
            if dates is None or dates.low is None or dates.low.year is not None:
                continue
            last = next(end for end in range(place, len(self._words)) if self._words[end].end == token.end) + 1
            around = {self._tagger.tag(near) for near in (place - 1, place - 2, *self._joined(last))}
            if "PAGE" not in around and not self._tagger.on_page and (dates.low.day is None or "PUBLISHED" in around):
                continue
            found = [page for page in self._vocabulary.pages if _dated(page, dates.low.month, dates.low.day)]
            if len(found) == 1:
                self._tagger.mark(place, last, "PAGENAME", found[0])

    def _joined(self, place: int) -> range:
        """The places behind a date, those of more dates included: "the June and September pages"."""
        last = place
        while self._tagger.tag(last) in ("AND", "OR", "TIME", "FILLER", "PAGENAME", "COMMA"):
            last += 1
        return range(place, last + 2)

    def surnames(self) -> None:
        """People by surname, and with slips where the words around show that a name is meant."""
        for first, last in self._runs(4):
            typed = self._text(first, last)
            capital = all(word.text[0].isupper() for word in self._words[first:last])
            before = self._words[first - 1].key if first else ""
            after = self._words[last].key if last < len(self._words) else ""
            cued = before in _PERSON_CUES or after == "s"
            if last - first > 1:
                found = self._people(typed, typos=True) if capital else ()
                if not found and capital and _INSTITUTION.search(typed):
                    self._tagger.mark(first, last, "INST", typed)
                elif not found and capital and before == "by":
                    found = (typed,)
            elif typed.lower() not in _PLAIN_WORDS and (cued or (capital and first)):
                by_first_name = self._before(first) in ("FIRSTNAME", "TITLED") or cued or after == "s"
                found = self._people(typed, typos=False)
                found = found or (self._vocabulary.names.with_first_name(typed) if capital and by_first_name else ())
                found = found or (self._people(typed, typos=True) if cued and capital else ())
            else:
                found = ()
            if found:
                self._tagger.mark(first, last, "NAME", *found)

    def _people(self, typed: str, *, typos: bool) -> tuple[str, ...]:
        return self._vocabulary.names.find_people(re.sub(r"['’]s?$", "", typed), typos=typos)

    def _before(self, place: int) -> str:
        """The tag before a word, filler left out."""
        tags = [tag for tag in map(self._tagger.tag, range(place)) if tag != "FILLER"]
        return tags[-1] if tags else ""

    def _text(self, first: int, last: int) -> str:
        return self._tagger.question[self._words[first].start : self._words[last - 1].end]

    def _runs(self, longest: int, *, tagged: bool = False) -> Iterator[tuple[int, int]]:
        """Runs of words without a tag, longest first; what is tagged on the way is left out."""
        for length in range(min(longest, len(self._words)), 0, -1):
            for first in range(len(self._words) - length + 1):
                if tagged or self._tagger.free(first, first + length):
                    yield first, first + length


def _initials(words: list[str]) -> str:
    return "".join(word[0] for word in words)


def _is_part(words: list[str], page: list[str]) -> bool:
    """Whether words, small ones left out, are a run of a page's own."""
    own = [word for word in page if word not in _SMALL]
    typed = [word for word in words if word not in _SMALL]
    return len(typed[0]) > 2 and any(own[at : at + len(typed)] == typed for at in range(len(own)))


def _dated(page: str, month: int | None, day: int | None) -> bool:
    from assistant.catalogue.concepts import month as month_of

    found = re.search(r"\b([A-Z][a-z]{2})[a-z]* (\d{1,2})\b", page)
    return bool(found and month_of(found[1].lower()) == month and day in (None, int(found[2])))
