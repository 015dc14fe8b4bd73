"""A question → tagged spans: quotations, titles, people, places, pages, dates, numbers, concepts, unknown words.

Comes in: a question and the names that the collection holds. Goes out: tokens in order; words that carry nothing are
left out. The longest match at a place wins, and what is surely a name comes before what may be a common word.
"""

import re
from dataclasses import replace
from itertools import zip_longest

from assistant.catalogue.concepts import FILLER, LONGEST_PHRASE_WORDS, Concept, concept, misspelt
from assistant.catalogue.marking import Marking, Token
from assistant.catalogue.pages import tag_pages
from assistant.catalogue.people import tag_campuses, tag_full_names, tag_surnames
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
_LONGEST_QUESTION_CHARS = 4000
# "The oldest one", "is there one by …?": no number.
_CLAUSE_ENDS = ("BREAK", "COMMA", "BUT", "AND")
# What a talk's own speaker, title or text is the subject of: "whose speaker is …" is no question by itself.
_WHOSE = frozenset("PERSON TITLE ABSTRACT BIO PLACE AUTHOR TEAM COMMENT".split())
_AT = ("ON", "AT", "IN", "UNDER", "FROM")
_KINDS = ("TALK", "PAPER")
_BEFORE_VIDEOS = (
    "",
    "WHICH",
    "HOWMANY",
    "LIST",
    "ALL",
    "EACH",
    "NUMBER",
    "SEVERAL",
    "NEWEST",
    "OLDEST",
    "BREAK",
    "COMMA",
)
_TOPICS = ("UNKNOWN", "COINED", "CONDITION")
# "Papers that talk about …": no talk.
_SPLIT_VERBS = frozenset("leave take throw cut filter strike weed kick keep cross sort".split())
_REMOVES = _SPLIT_VERBS | frozenset("remove drop discard delete exclude omit hide strip skip ignore".split())
_PARTICLES = frozenset(("out", "away", "aside", "off"))
_NARROWING = frozenset(
    "cut trim shorten reduce narrow limit restrict confine boil whittle pare shrink slim keep condense".split()
)
_WIDENING = frozenset("widen extend broaden expand stretch enlarge".split())
_NARROWED = frozenset(
    "that it this these those them the my your list lists result results selection answer set down back".split()
)
_LONGEST_SPLIT_WORDS = 9
_COUNTABLE = frozenset("TALK PAPER RECORD PERSON AUTHOR COMMENT CHAPTER LINK PAGE OF".split())
_TEXTS = frozenset(("ABSTRACT", "BIO", "TITLE"))
_HOLDS = frozenset(("LIST", "SAYS", "USE", "ABOUT", "ISTHERE"))
_SPEAKS_OF = frozenset(("speak of", "speaks of", "speaking of", "touch on", "touches on"))
_TALKERS = frozenset("ABSTRACT BIO TITLE PAPER RECORD PERSON WHO TALK THEM".split())
_BEFORE_ONE = frozenset("NEWEST OLDEST LARGEST SMALLEST LONGEST SHORTEST LAST FIRST ORDINAL TIME EACH ISTHERE".split())
# "papers that give a date": after what is listed, a request is a statement.
_NOUNS = frozenset(("TALK", "PAPER", "RECORD", "PERSON", "THEM", "WHICH", "TITLE", "NOT", "WHO"))


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
    for tag in (tag_quotations, tag_titles, tag_full_names):
        tag(marking, vocabulary)
    _tag_split_verbs(marking)
    _tag_narrowing(marking)
    _tag_concepts(marking)
    tag_dates(marking)
    for tag in (tag_pages, tag_surnames, tag_series, _tag_rest, tag_nicknames, tag_chapters, tag_campuses):
        tag(marking, vocabulary)
    tokens = _statements(marking.tokens())
    asks_role = any(token.tag == "POSITION" for token in tokens)
    return [_quoted_role(token) for token in tokens] if asks_role else tokens


def _tag_split_verbs(marking: Marking) -> None:
    """Read "leave the talks out", "take those with code away" as what is not wanted."""
    keys = [word.key for word in marking.words]
    for first, key in enumerate(keys):
        behind = keys[first + 2 : first + _LONGEST_SPLIT_WORDS]
        last = next((place for place, word in enumerate(behind, first + 2) if word in _PARTICLES), None)
        whole = last is not None and not {",", "."} & set(keys[first:last])
        if _split_verb(key) and last is not None and whole and keys[last + 1 : last + 2] != ["of"]:
            marking.mark(first, first + 1, "NOT")
            marking.mark(last, last + 1, "FILLER")


def _split_verb(key: str) -> bool:
    return bool({key, key.removesuffix("s"), key.removesuffix("ing"), f"{key.removesuffix('ing')}e"} & _SPLIT_VERBS)


def _tag_narrowing(marking: Marking) -> None:
    """Read "cut that down to", "widen the list to" before what is to stay, or to come."""
    keys = [word.key for word in marking.words]
    for first, key in enumerate(keys):
        last = first + 1
        while keys[last : last + 1] and keys[last] in _NARROWED:
            last += 1
        if key in _NARROWING | _WIDENING and keys[last : last + 1] and keys[last] in ("to", "by"):
            marking.mark(first, last + 1, "NARROW" if key in _NARROWING else "ADD")


def _quoted_role(token: Token) -> Token:
    """Read 'whose role is "Assistant Professor"'."""
    meant = concept(token.values[0].lower().split()) if token.tag == "QUOTE" and token.values[0].split() else None
    return replace(token, tag="ROLE", values=(meant.value,)) if meant and meant.tag == "ROLE" else token


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


def _statements(tokens: list[Token]) -> list[Token]:
    """Tags that depend on their neighbours: "papers that list a date", "the oldest one"."""
    found: list[Token] = []
    if [token.text.lower() for token in tokens[:2]] == ["no", ","]:
        # "No, talks please" bars nothing.
        tokens = tokens[2:]
    for token, after in zip_longest(tokens, tokens[1:]):
        tag, before = token.tag, found[-1].tag if found else ""
        if tag == "LIST" and before in _NOUNS - _TEXTS:
            tag = "WITH"
        elif token.text.lower() == "one" and (
            before in _BEFORE_ONE
            or after is None
            or after.tag in ("BREAK", "FIRST")
            or (before == "PAGENAME" and after.tag not in _COUNTABLE)
            or (before in ("WITHOUT", "WITH") and after.tag in _CLAUSE_ENDS)
        ):
            tag = "THEM"
        elif tag == "ALL" and before == "NOT" and found[-1].text.lower().split()[0] in _REMOVES:
            # "Remove all with chapters"; "not all have chapters" says something else.
            tag = "THEM"
        elif token.text.lower() == "include" and before in ("BREAK", "COMMA"):
            tag = "INCLUDING"
        elif token.text.lower() == "names" and before in _KINDS:
            # "Whose talk names …?"
            tag = "TITLE"
        elif tag == "HOWMANY" and token.text.lower() == "number" and before in _TOPICS:
            # "The condition number".
            tag = "UNKNOWN"
        elif tag == "HOWMANY" and token.text.lower() == "numbers" and before in ("WITH", "MENTION", "USE"):
            # "Titles that have numbers in them".
            tag = "SIGN"
        elif tag == "PAGE" and token.text.lower() == "listing" and before in ("", "COMMA", "BREAK"):
            tag = "LIST"
        elif tag == "UNKNOWN" and token.text.lower() == "non" and after and after.tag in ("SECTOR", "ROLE", "NATION"):
            tag = "NOT"
        elif tag == "TITLED" and after and after.tag in ("PERSON", "AUTHOR", "ORG", "PLACE"):
            # "A named speaker".
            tag = "GIVEN"
        elif tag == "GIVEN" and token.text.lower() == "listed" and found and found[0].tag == "WHERE":
            tag = "OCCUR"
        elif tag == "ORMORE" and token.text.lower() in ("+", "plus") and before not in ("NUMBER", "TIME", "UNIT"):
            # "Code + chapters".
            tag = "AND"
        elif (
            tag == "UNRECORDED"
            and token.text.lower() == "arxiv"
            and {"LINK", "LINKTO"} & {before, after.tag if after else ""}
        ):
            # An address may hold it, though no record says where a paper was published.
            tag = "UNKNOWN"
        elif (
            tag == "TALK"
            and token.text.lower() == "talk"
            and before in ("PERSON", "WHO")
            and after
            and after.tag in _AT
        ):
            # "Speakers who talk on the first page".
            tag = "GIVEN"
        elif tag == "MORE" and token.text.lower() in ("over", "above") and after and after.tag == "ALL":
            # "Over the whole collection".
            tag = "IN"
        elif tag == "UNRECORDED" and token.text.lower() == "spoken in" and not (after and after.tag == "NATION"):
            tag = "IN"
        elif tag == "SAYS" and token.text.lower() == "say" and after and after.tag in ("WHICH", "WHO", "HOWMANY"):
            # "If so, say which."
            tag = "LIST"
        elif (
            tag == "SAYS"
            and token.text.lower() in ("say", "says", "saying")
            and after
            and after.tag in ("QUOTE", "WORD")
        ):
            tag = "MENTION"
        elif tag in _HOLDS and before in _TEXTS and after and after.tag in ("QUOTE", "COINED", "WORD"):
            # "Abstracts that name …", "whose title reads …".
            tag = "MENTION"
        elif tag == "SHARE" and after and after.tag in ("THEM", "IT", "CODE", "LINK") and before != "HESHE":
            # "Papers that share their code"; "does she share them?" asks with whom.
            tag = "LINKTO"
        elif tag == "ABOUT" and before in _TEXTS and token.text.lower() in _SPEAKS_OF:
            # "Abstracts that speak of …": the words, not the subject.
            tag = "MENTION"
        elif tag == "EITHER" and before not in ("NOT", "WITHOUT"):
            continue
        elif not found and token.text.lower() == "whose" and after and after.tag in _WHOSE:
            tag = "OFWHICH"
        elif tag == "TALK" and token.text.lower() == "talk" and before in _TALKERS and after and after.tag == "ABOUT":
            continue
        elif tag == "SAYS" and token.text.lower() == "say" and not found and after and after.tag == "COMMA":
            # "Say, is there …?"
            continue
        elif tag == "VIDEO" and token.text.lower() in ("video", "videos") and before in _BEFORE_VIDEOS:
            # "Which videos have chapters?"
            found.append(replace(token, tag="TALK", values=("talk",)))
            continue
        found.append(token if tag == token.tag else replace(token, tag=tag, values=()))
    return [token for token in found if token.tag != "THEM" or token.text.lower() != "one"]
