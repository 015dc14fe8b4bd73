"""Verbs in two parts, and what is between them, or before: "leave the talks out", "cut that down to", "2023 excluded".

Comes in: a marking, or its tokens. Goes out: the same with such verbs marked as what they do to a list.
"""

from assistant.catalogue.marking import Marking, Token

_SPLIT_VERBS = frozenset("leave take throw cut filter strike weed kick keep cross sort".split())
REMOVES = _SPLIT_VERBS | frozenset("remove drop discard delete exclude omit hide strip skip ignore".split())
_PARTICLES = frozenset(("out", "away", "aside", "off"))
_NARROWING = frozenset(
    "cut trim shorten reduce narrow limit restrict confine boil whittle pare shrink slim keep condense".split()
)
_WIDENING = frozenset("widen extend broaden expand stretch enlarge".split())
_NARROWED = frozenset(
    "that it this these those them the my your list lists result results selection answer set down back".split()
)
_LONGEST_SPLIT_WORDS = 9
# What is left out stands before these.
_BEHIND = frozenset(("left out", "excluded", "left aside", "set apart", "aside", "removed", "taken out", "set aside"))
_EXCLUDED = frozenset("TIME PAGENAME INST NAME COUNTRY SECTOR ROLE CODE CHAPTER BIO LINK COMMENT QUOTE".split())
_CLAUSE_ENDS = ("BREAK", "COMMA", "BUT", "AND")


def tag_split_verbs(marking: Marking) -> None:
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


def tag_narrowing(marking: Marking) -> None:
    """Read "cut that down to", "widen the list to" before what is to stay, or to come."""
    keys = [word.key for word in marking.words]
    for first, key in enumerate(keys):
        last = first + 1
        while keys[last : last + 1] and keys[last] in _NARROWED:
            last += 1
        if key in _NARROWING | _WIDENING and keys[last : last + 1] and keys[last] in ("to", "by"):
            marking.mark(first, last + 1, "NARROW" if key in _NARROWING else "ADD")


def exclusions_first(tokens: list[Token]) -> list[Token]:
    """Read "with October left out", "those of 2023 excluded" as "not October", "not those of 2023"."""
    for place, token in enumerate(tokens):
        ends = place + 1 == len(tokens) or tokens[place + 1].tag in _CLAUSE_ENDS
        if token.tag == "NOT" and token.text.lower() in _BEHIND and ends:
            opens = [at + 1 for at in range(place) if tokens[at].tag in _CLAUSE_ENDS]
            opens += [at for at in range(place) if tokens[at].text.lower() == "with"]
            first = max(opens, default=0)
            if {one.tag for one in tokens[first:place]} & _EXCLUDED:
                return [*tokens[:first], token, *tokens[first:place], *exclusions_first(tokens[place + 1 :])]
    return tokens
