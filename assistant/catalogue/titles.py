"""Titles in a question: quoted, whole, in part, or by some of their words.

Comes in: a marking and the vocabulary. Goes out: the same with titles tagged, and quoted parts.
"""

import re

from assistant.catalogue.marking import SMALL_TOKENS, Marking
from assistant.catalogue.vocabulary import Vocabulary
from ingest.text import folded, plain_words, searchable, singular

_LONGEST_TITLE_WORDS = 30
_PIECE = re.compile(r"[^\W\d_]+|\d+")
# One word is a title only where it is coined: "SOAP", "DeepZero", "ZO2".
_COINED = re.compile(r"[A-Z].*[A-Z]|[A-Z].*\d")
_SORTS_OF_TALK = ("TALK", "PAPER", "SORTED")
_TITLE_TAGS = ("UNKNOWN", "COINED", "FILLER", "OF", "AND", "CODE", "SAYS", "UNRECORDED", "DATE")
_TITLE_ENDS = ("BREAK", "COMMA", "WITH", "PAGE", "PAGENAME", "NAME", "TITLEREF")
# More titles than the parts of one tutorial are a topic.
_MOST_PARTS = 2
_SMALL_CHARS = 3


def tag_quotations(marking: Marking, vocabulary: Vocabulary) -> None:
    """A quoted part is a page's name, a title, or words to look for."""
    for place, word in enumerate(marking.words):
        if word.quoted:
            words = plain_words(word.text)
            page = _page_named(vocabulary, words)
            title = vocabulary.titles.get(" ".join(words))
            tag = "PAGENAME" if page else "TITLEREF" if title else "QUOTE"
            marking.mark(place, place + 1, tag, page or title or word.text)


def _page_named(vocabulary: Vocabulary, words: list[str]) -> str | None:
    wanted = [singular(word) for word in words]
    known = vocabulary.page_words.items()
    return next((page for page, label in known if wanted in (label, plain_words(page))), None)


def tag_titles(marking: Marking, vocabulary: Vocabulary) -> None:
    """Titles, and their parts around a colon, whatever marks they hold; one of at least two words, or coined."""
    text = marking.question
    pieces = [match for match in _PIECE.finditer(text) if text[match.start() - 1 : match.end()] not in ("'s", "’s")]
    keys = [folded(piece[0]) for piece in pieces]
    first = 0
    while first < len(pieces):
        first += _title_at(marking, vocabulary, first, pieces, keys) or 1


def _title_at(
    marking: Marking, vocabulary: Vocabulary, first: int, pieces: list[re.Match[str]], keys: list[str]
) -> int:
    for length in range(min(_LONGEST_TITLE_WORDS, len(pieces) - first), 0, -1):
        title = vocabulary.titles.get(" ".join(keys[first : first + length]))
        start, end = pieces[first].start(), pieces[first + length - 1].end()
        typed = marking.question[start:end]
        if title is None or (" " not in typed and not _COINED.search(typed)):
            continue
        places = [place for place, word in enumerate(marking.words) if start < word.end and word.start < end]
        if not places or marking.key(places[-1] + 1) in ("page", "pages"):
            continue
        if marking.free(places[0], places[-1] + 1):
            marking.mark(places[0], places[-1] + 1, "TITLEREF", title)
            return length
    return 0


def tag_series(marking: Marking, vocabulary: Vocabulary) -> None:
    """A coined word with which titles begin: "the IEEE recordings"."""
    for place, word in enumerate(marking.words):
        coined = marking.free(place, place + 1) and _COINED.search(word.text)
        if not coined or marking.tag(place + 1) not in _SORTS_OF_TALK:
            continue
        starts = f"{' '.join(plain_words(word.text))} "
        if any(title.startswith(starts) for title in vocabulary.titles):
            marking.mark(place, place + 1, "TITLEREF", word.text)


def tag_nicknames(marking: Marking, vocabulary: Vocabulary) -> None:
    """One talk, or the parts of one, by words of its title: "the talk on the Hessian", "the alignment tutorial"."""
    for place in range(len(marking.words)):
        the_one = marking.words[place].key == "one" and marking.tag(place) in ("THEM", "IT")
        if the_one:
            _nickname_behind(marking, vocabulary, place)
        elif _may_be_nicknamed(marking, place):
            if _nickname_behind(marking, vocabulary, place):
                _absorb_before(marking, place)
            else:
                _nickname_before(marking, vocabulary, place)


def _may_be_nicknamed(marking: Marking, place: int) -> bool:
    key = marking.key(place)
    return (marking.tag(place) in _SORTS_OF_TALK or key == "school") and not key.endswith("s")


def _nickname_behind(marking: Marking, vocabulary: Vocabulary, noun: int) -> bool:
    first = noun + 1
    if marking.tag(first) not in ("ABOUT", "ON", "OF", "TO", "IN"):
        return False
    last = first + 1
    while last < len(marking.words) and marking.tag(last) not in _TITLE_ENDS:
        last += 1
    return any(_mark_titled(marking, vocabulary, first + 1, end) for end in range(last, first + 1, -1))


def _absorb_before(marking: Marking, noun: int) -> None:
    """Count "IEEE school" in "the IEEE school session on testing" as more of its title."""
    title = next(
        (
            token
            for place in range(noun, len(marking.words))
            if (token := marking.token(place)) and token.tag == "TITLEREF"
        ),
        None,
    )
    held = set(searchable(title.values[0]).split()) if title else set()
    place = noun - 1
    while place >= 0 and singular(marking.key(place)) in held and marking.tag(place) not in ("TITLEREF", "PAGENAME"):
        marking.mark(place, place + 1, "FILLER")
        place -= 1


def _nickname_before(marking: Marking, vocabulary: Vocabulary, noun: int) -> bool:
    first = noun
    while first > 0 and marking.tag(first - 1) in _TITLE_TAGS and marking.words[first - 1].key != "the":
        first -= 1
    definite = first > 0 and marking.words[first - 1].key in ("the", "that", "this")
    return (
        definite
        and first < noun
        and _mark_titled(marking, vocabulary, first, noun, noun if marking.tag(noun) == "SORTED" else -1)
    )


def tag_chapters(marking: Marking, vocabulary: Vocabulary) -> None:
    """Who speaks in a chapter that is named: "the chapter about analog layout"."""
    for place in range(len(marking.words)):
        if marking.tag(place) != "CHAPTER" or marking.words[place].key.endswith("s"):
            continue
        first = place + 1
        while marking.tag(first) in ("ABOUT", "ON", "OF", "TITLED", "FILLER", "COMMA"):
            first += 1
        last = first
        while last < len(marking.words) and marking.tag(last) not in ("BREAK", "COMMA"):
            last += 1
        texts = [word.text for word in marking.words[first:last]]
        speakers = vocabulary.speakers_of_chapter(searchable(" ".join(texts)).split())
        if speakers:
            marking.mark(first, last, "CHAPTERREF", *speakers)


def _mark_titled(marking: Marking, vocabulary: Vocabulary, first: int, last: int, also: int = -1) -> bool:
    keys = [one for word in marking.words[first:last] for one in plain_words(word.key) if one not in SMALL_TOKENS]
    words = [singular(key) for key in keys] + ([singular(marking.words[also].key)] if also >= 0 else [])
    # "A talk on three pages" names none.
    named = any(
        marking.tag(place) not in ("NUMBER", "TIME", "SEVERAL", "FILLER", "PAGE") for place in range(first, last)
    )
    found = vocabulary.titles_with(words) if keys and named else []
    if not found or len(found) > _MOST_PARTS or not any(len(word) > _SMALL_CHARS for word in words):
        return False
    marking.mark(first, max(last, also + 1), "TITLEREF", *found)
    return True
