"""Pages in a question: by name, by what of it is enough to tell them, by initials, or by the date that they bear.

Comes in: a marking and the vocabulary. Goes out: the same with pages tagged.
"""

import re

from assistant.catalogue.concepts import month as month_of
from assistant.catalogue.marking import SMALL_TOKENS, Marking
from assistant.catalogue.values import Dates
from assistant.catalogue.vocabulary import Vocabulary
from ingest.text import plain_words, singular

_LONGEST_PAGE_WORDS = 6
_NEIGHBOURS = frozenset("on under the and or not of both , page to in than only".split())


def tag_pages(marking: Marking, vocabulary: Vocabulary) -> None:
    """Names of pages, or what of them is enough to tell them, beside a word for "page"; "the June page"."""
    _mark_dated_lists(marking)
    tags = {marking.tag(place) for place in range(len(marking.words))}
    # "Titles with both learning and optimization" are about words.
    both = "BOTH" in tags and not tags & {"TITLE", "ABSTRACT", "BIO", "WORD", "MENTION"}
    cued = marking.on_page or both or bool(tags & {"PAGE", "UNDER"})
    named_one = False
    for first, last in marking.runs(_LONGEST_PAGE_WORDS, tagged=True):
        words = [singular(word) for one in marking.words[first:last] for word in plain_words(one.key)]
        named = any(marking.tag(place) in ("PAGENAME", "TITLEREF", "QUOTE") for place in range(first, last))
        if not words or words[0] in SMALL_TOKENS or words[-1] in SMALL_TOKENS or named:
            continue
        near = _near_page(marking, first, last)
        if near if len(words) == 1 else cued or near or _is_title(marking.text(first, last)):
            _mark_one(marking, first, last, _whole(words, vocabulary))
        named_one = named_one or marking.tag(first) == "PAGENAME"
        if (cued or named_one) and near and _open(marking, first, last):
            _mark_one(marking, first, last, pages_of(words, vocabulary))
    _dated_pages(marking, vocabulary, cued=cued)


def _mark_dated_lists(marking: Marking) -> None:
    """Count "list" in "on the June list" as a page."""
    for place in range(2, len(marking.words)):
        if marking.key(place) in ("list", "lists") and marking.tag(place - 1) == "TIME":
            marking.mark(place, place + 1, "PAGE", "paper")


def _is_title(text: str) -> bool:
    """Whether all but small words are capitalised: "Workshops and Tutorials"."""
    return all(word.lower() in SMALL_TOKENS or word.istitle() for word in text.split())


def _open(marking: Marking, first: int, last: int) -> bool:
    allowed = ("", "UNKNOWN", "FILLER", "SORTED", "AND", "OF", "TALK", "TIME", "COINED", "COMMA", "PAPER")
    return all(marking.tag(place) in allowed for place in range(first, last))


def _near_page(marking: Marking, first: int, last: int) -> bool:
    if marking.key(first - 1) == "from" and marking.tag(first - 2) in ("WITHOUT", "NOT"):
        # "Absent from workshops", "missing from September".
        return True
    return (
        marking.key(first - 1) in _NEIGHBOURS
        or marking.tag(last) in ("PAGE", "WITHOUT")
        or marking.key(last) in ("and", "or")
    )


def _dated_pages(marking: Marking, vocabulary: Vocabulary, *, cued: bool) -> None:
    """A page whose name holds a date, beside a word for "page" or by its day, which no record of its own bears."""
    for place, word in enumerate(marking.words):
        token = marking.token(place)
        if token is None or token.tag != "TIME" or token.start != word.start:
            continue
        dates = Dates.read(token.values[0])
        if dates is None or dates.low is None or dates.low.year is not None:
            continue
        last = next(end for end in range(place, len(marking.words)) if marking.words[end].end == token.end) + 1
        if not cued and (dates.low.day is None or vocabulary.holds_day(dates.low.month, dates.low.day)):
            continue
        around = {marking.tag(near) for near in (place - 1, place - 2, *_joined(marking, last))}
        if (
            not around & {"PAGE", "PAGENAME"}
            and not marking.on_page
            and (dates.low.day is None or "PUBLISHED" in around)
        ):
            continue
        found = [page for page in vocabulary.pages if _dated(page, dates.low.month, dates.low.day)]
        if len(found) == 1:
            marking.mark(place, last, "PAGENAME", found[0])


def _joined(marking: Marking, place: int) -> range:
    """The places behind a date, those of more dates included: "the June and September pages"."""
    last = place
    while marking.tag(last) in ("AND", "OR", "TIME", "FILLER", "PAGENAME", "COMMA"):
        last += 1
    return range(place, last + 2)


def _mark_one(marking: Marking, first: int, last: int, pages: list[str]) -> None:
    if len(pages) == 1:
        marking.mark(first, last, "PAGENAME", *pages)


def _whole(words: list[str], vocabulary: Vocabulary) -> list[str]:
    """The pages of this name, or of these initials."""
    known = vocabulary.page_words.items()
    return [page for page, own in known if words in (own, ["".join(word[0] for word in own)])]


def pages_of(words: list[str], vocabulary: Vocabulary) -> list[str]:
    """The pages of whose name these words, small ones left out, are a run."""
    typed = [word for word in words if word not in SMALL_TOKENS]
    found = []
    for page, label in vocabulary.page_words.items():
        own = [word for word in label if word not in SMALL_TOKENS]
        if len(typed[0]) > 2 and any(own[at : at + len(typed)] == typed for at in range(len(own))):
            found.append(page)
    return found


def _dated(page: str, month: int | None, day: int | None) -> bool:
    found = re.search(r"\b([A-Z][a-z]{2})[a-z]* (\d{1,2})\b", page)
    return bool(found and month_of(found[1].lower()) == month and day in (None, int(found[2])))
