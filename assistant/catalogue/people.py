"""People and institutions in a question, by any form of their names.

Comes in: a marking and the vocabulary. Goes out: the same with names tagged.
"""

import re

from assistant.catalogue.marking import SMALL_TOKENS, Marking
from assistant.catalogue.vocabulary import Vocabulary

_LONGEST_NAME_WORDS = 9
# Words that are also surnames or institutions, where nothing shows that a name is meant.
_PLAIN_WORDS = frozenset(
    "may will in an ma do so can long page rice brown meta cal ut i us young apple oracle arm uber intel".split()
)
_PLACE_CUES = frozenset(("from", "at", "of", "by", "or", "and", ",", "with", "the"))
_INSTITUTION = re.compile(
    r"\b(?:university|institute|college|laboratory|labs?|inc|academy|polytechnic)\b", re.IGNORECASE
)
_PERSON_CUES = frozenset(
    ("by", "from", "with", "of", "speaker", "professor", "prof", "dr", "and", "or", ",", "does", "did")
)


def tag_full_names(marking: Marking, vocabulary: Vocabulary) -> None:
    """Institutions, and people by more than one name."""
    for first, last in marking.runs(_LONGEST_NAME_WORDS):
        typed = marking.text(first, last)
        if marking.words[first].key in SMALL_TOKENS or marking.words[last - 1].key in SMALL_TOKENS:
            continue
        if last - first > 1 and last - first <= 4 and (found := _people(vocabulary, typed, typos=False)):
            marking.mark(first, last, "NAME", *found)
        elif _may_be_place(marking, vocabulary, first, typed) and vocabulary.names.is_affiliation(typed):
            marking.mark(first, last, "INST", typed)


def _may_be_place(marking: Marking, vocabulary: Vocabulary, first: int, typed: str) -> bool:
    cued = first > 0 and marking.words[first - 1].key in _PLACE_CUES
    named = typed[0].isupper() or (typed.lower() not in _PLAIN_WORDS and vocabulary.names.is_recorded(typed))
    return named or (cued and typed.lower() not in _PLAIN_WORDS)


def tag_surnames(marking: Marking, vocabulary: Vocabulary) -> None:
    """People by surname, and with slips where the words around show that a name is meant."""
    for first, last in marking.runs(4):
        typed = marking.text(first, last)
        capital = all(word.text[0].isupper() for word in marking.words[first:last])
        before = marking.words[first - 1].key if first else ""
        after = marking.words[last].key if last < len(marking.words) else ""
        cued = before in _PERSON_CUES or after == "s"
        if last - first > 1:
            found = _people(vocabulary, typed, typos=True) if capital else ()
            if not found and capital and _INSTITUTION.search(typed):
                marking.mark(first, last, "INST", typed)
            elif not found and capital and before == "by":
                found = (typed,)
        elif typed.lower() not in _PLAIN_WORDS and (cued or (capital and first)):
            by_first_name = marking.tag_before(first) in ("FIRSTNAME", "TITLED") or cued or after == "s"
            found = _people(vocabulary, typed, typos=False)
            found = found or (vocabulary.names.with_first_name(typed) if capital and by_first_name else ())
            found = found or (_people(vocabulary, typed, typos=True) if cued and capital else ())
        else:
            found = ()
        if found:
            marking.mark(first, last, "NAME", *found)


def _people(vocabulary: Vocabulary, typed: str, *, typos: bool) -> tuple[str, ...]:
    return vocabulary.names.find_people(re.sub(r"['’]s?$", "", typed), typos=typos)
