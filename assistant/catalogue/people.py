"""People and institutions in a question, by any form of their names.

Comes in: a marking and the vocabulary. Goes out: the same with names tagged.
"""

import re

from assistant.catalogue.marking import SMALL_TOKENS, Marking
from assistant.catalogue.vocabulary import Vocabulary

_LONGEST_NAME_WORDS = 9
_LONGEST_PERSON_WORDS = 4
# Words that are also surnames or institutions, where nothing shows that a name is meant.
_PLAIN_WORDS = frozenset(
    "may will in an ma do so can long page rice brown meta cal ut i us young apple oracle arm uber intel".split()
)
_PLACE_CUES = frozenset(("from", "at", "of", "by", "or", "and", ",", "with", "the"))
_INSTITUTION = re.compile(
    r"\b(?:university|institute|college|laboratory|labs?|inc|academy|polytechnic)\b", re.IGNORECASE
)
# "Washington and of the University" is no one place.
_TWO_PLACES = re.compile(r"\b(?:and|or) (?:of|from|at|in|the)\b", re.IGNORECASE)
_PERSON_CUES = frozenset(
    ("by", "from", "with", "of", "speaker", "professor", "prof", "dr", "and", "or", ",", "does", "did")
)


def tag_full_names(marking: Marking, vocabulary: Vocabulary) -> None:
    """Institutions, and people by more than one name."""
    for first, last in marking.runs(_LONGEST_NAME_WORDS):
        typed = marking.text(first, last)
        if marking.words[first].key in SMALL_TOKENS or marking.words[last - 1].key in SMALL_TOKENS:
            continue
        if 1 < last - first <= _LONGEST_PERSON_WORDS and (found := _people(vocabulary, typed, typos=False)):
            marking.mark(first, last, "NAME", *found)
        elif _may_be_place(marking, vocabulary, first, typed) and vocabulary.names.is_affiliation(typed):
            marking.mark(first, last, "INST", typed)


def tag_campuses(marking: Marking, vocabulary: Vocabulary) -> None:
    """Read "San Diego" beside another institution as its university: "Berkeley or San Diego"."""
    for place in range(len(marking.words)):
        token = marking.token(place)
        if token is None or token.tag != "CITY" or token.start != marking.words[place].start:
            continue
        last = place + len(token.text.split())
        beside = {marking.tag(place - 2), marking.tag(last + 1)}
        joined = {marking.tag(place - 1), marking.tag(last)} & {"OR", "AND", "COMMA"}
        if "INST" in beside and joined and vocabulary.names.find_affiliations(f"UC {token.text}"):
            marking.mark(place, last, "INST", f"UC {token.text}")


def _may_be_place(marking: Marking, vocabulary: Vocabulary, first: int, typed: str) -> bool:
    cued = marking.key(first - 1) in _PLACE_CUES
    named = typed[0].isupper() or (typed.lower() not in _PLAIN_WORDS and vocabulary.names.is_recorded(typed))
    if _TWO_PLACES.search(typed):
        return False
    if "," in typed and all(vocabulary.names.is_affiliation(part) for part in typed.split(",")):
        # "Google, DeepMind included" are two.
        return False
    return named or (cued and typed.lower() not in _PLAIN_WORDS)


def tag_surnames(marking: Marking, vocabulary: Vocabulary) -> None:
    """People by surname, and with slips where the words around show that a name is meant."""
    for first, last in marking.runs(_LONGEST_PERSON_WORDS):
        typed = marking.text(first, last)
        capital = all(word.text[0].isupper() for word in marking.words[first:last])
        if last - first == 1:
            found = _by_one_name(marking, vocabulary, first, capital=capital)
        else:
            found = _people(vocabulary, typed, typos=True) if capital else ()
        if found:
            marking.mark(first, last, "NAME", *found)
        elif capital and last - first > 1 and _INSTITUTION.search(typed):
            marking.mark(first, last, "INST", typed)
        elif capital and last - first > 1 and marking.key(first - 1) == "by":
            # Nobody here, but a name all the same.
            marking.mark(first, last, "NAME", typed)


def _by_one_name(marking: Marking, vocabulary: Vocabulary, place: int, *, capital: bool) -> tuple[str, ...]:
    typed = marking.text(place, place + 1)
    cued = marking.key(place - 1) in _PERSON_CUES or marking.key(place + 1) == "s"
    if typed.lower() in _PLAIN_WORDS or not (cued or (capital and place)):
        return ()
    found = _people(vocabulary, typed, typos=False)
    if not found and capital and (cued or marking.tag_before(place) in ("FIRSTNAME", "TITLED")):
        found = vocabulary.names.with_first_name(typed)
    return found or (_people(vocabulary, typed, typos=True) if cued and capital else ())


def _people(vocabulary: Vocabulary, typed: str, *, typos: bool) -> tuple[str, ...]:
    return vocabulary.names.find_people(re.sub(r"['’]s?$", "", typed), typos=typos)
