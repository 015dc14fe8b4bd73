"""A question → tagged spans: quotations, titles, people, places, pages, dates, numbers, concepts, unknown words.

Comes in: a question and the names that the collection holds. Goes out: tokens in order; words that carry nothing are
left out. The longest match at a place wins, and what is surely a name comes before what may be a common word.
"""

import re
from dataclasses import replace

from assistant.catalogue.concepts import FILLER, LONGEST_PHRASE_WORDS, Concept, concept, misspelt
from assistant.catalogue.marking import Marking, Token
from assistant.catalogue.neighbours import with_neighbours
from assistant.catalogue.pages import tag_pages
from assistant.catalogue.people import tag_campuses, tag_full_names, tag_surnames
from assistant.catalogue.phrasal import exclusions_first, tag_narrowing, tag_split_verbs
from assistant.catalogue.titles import tag_chapters, tag_nicknames, tag_quotations, tag_series, tag_titles
from assistant.catalogue.tokens import Word
from assistant.catalogue.vocabulary import Vocabulary
from assistant.catalogue.written_dates import tag_dates

_MARKS = {",": "COMMA", ".": "BREAK", "-": "TO"}
_COINED = re.compile(r"[A-Z].*[A-Z]|[A-Za-z].*\d|\d.*[A-Za-z]")
# "Separately", "reportedly": how it is asked; "recently published" would be a condition.
_ADVERB = re.compile(
    r"(?!recent|new|late|dai|ear|former|previous|part|most|near|main|primar|high|week|month|year)\w{4,}ly$"
)
# "hm", "hw": no topic is as short, in small letters, and stands nowhere in the collection.
_SHORTEST_TOPIC_CHARS = 4
# "For our website we need …", "For my review: which …": what it is for narrows nothing.
_PURPOSE = re.compile(
    r"\s*for (?:my|our) (?:[\w'’-]+[\s,:–-]+){1,4}?"
    r"(?=(?:i|we|please|kindly|could|can|would|which|what|who|how|list|give|show|name|tell|all|every|the)\b)",
    re.IGNORECASE,
)
_LONGEST_QUESTION_CHARS = 4000


def tokens_of(question: str, vocabulary: Vocabulary, *, on_page: bool = False) -> list[Token]:
    """The tagged spans of a question.

    Args:
        question: As typed.
        vocabulary: The names that the collection holds.
        on_page: The question before was about a page, so that this one may name another without saying "page".

    Returns:
        In order, without filler; none of a text too long to be a question.
    """
    if len(question) > _LONGEST_QUESTION_CHARS:
        return []
    marking = Marking(question, on_page=on_page)
    _tag_purpose(marking)
    for tag in (tag_quotations, tag_titles, tag_full_names):
        tag(marking, vocabulary)
    tag_split_verbs(marking)
    tag_narrowing(marking)
    _tag_concepts(marking)
    tag_dates(marking)
    for tag in (tag_pages, tag_surnames, tag_series, _tag_rest, tag_nicknames, tag_chapters, tag_campuses):
        tag(marking, vocabulary)
    tokens = exclusions_first(with_neighbours(marking.tokens()))
    asks_role = any(token.tag == "POSITION" for token in tokens)
    return [_quoted_role(token) for token in tokens] if asks_role else tokens


def _quoted_role(token: Token) -> Token:
    """Read 'whose role is "Assistant Professor"'."""
    meant = concept(token.values[0].lower().split()) if token.tag == "QUOTE" and token.values[0].split() else None
    return replace(token, tag="ROLE", values=(meant.value,)) if meant and meant.tag == "ROLE" else token


def _tag_purpose(marking: Marking) -> None:
    purpose = _PURPOSE.match(marking.question)
    last = sum(word.end <= purpose.end() for word in marking.words) if purpose else 0
    if last:
        marking.mark(0, last, "FILLER")


def _tag_concepts(marking: Marking) -> None:
    place = 0
    while place < len(marking.words):
        place += _concept_at(marking, place) or 1


def _concept_at(marking: Marking, place: int) -> int:
    """Tag the longest phrase here; returns its length in words."""
    word = marking.words[place]
    if word.key in _MARKS and marking.free(place, place + 1):
        marking.mark(place, place + 1, _MARKS[word.key])
        return 1
    for length in range(min(LONGEST_PHRASE_WORDS, len(marking.words) - place), 0, -1):
        if not marking.free(place, place + length):
            continue
        found = concept([one.key for one in marking.words[place : place + length]])
        if found and found.tag == "SORT" and word.start and marking.question[word.start - 1] == "-":
            # "Second-order" sorts nothing.
            found = Concept("UNKNOWN")
        # "US" is a country, "us" is not.
        if found and not (found.tag == "COUNTRY" and word.text == "us"):
            marking.mark(place, place + length, found.tag, *([found.value] if found.value else []))
            return length
    if word.text == "us":
        marking.mark(place, place + 1, "FILLER")
    return 0


def _tag_rest(marking: Marking, vocabulary: Vocabulary) -> None:
    """Tag the words that are left: slips of known words, noise, and what may be a topic."""
    for place, word in enumerate(marking.words):
        if marking.free(place, place + 1) and not word.quoted:
            found = _left_over(word, vocabulary)
            marking.mark(place, place + 1, found.tag, *([found.value] if found.value else []))


def _left_over(word: Word, vocabulary: Vocabulary) -> Concept:
    coined = _COINED.search(word.text)
    if _ADVERB.search(word.key) and not vocabulary.holds_word(word.key):
        return FILLER
    short = len(word.text) < _SHORTEST_TOPIC_CHARS and word.text.isalpha() and word.text.islower()
    slip = FILLER if short else None if coined else misspelt(word.key)
    # The collection is asked last, it takes longest: a word that it holds is no slip.
    if slip and not vocabulary.holds_word(word.key):
        return slip
    return Concept("COINED" if coined else "UNKNOWN")
