"""Words that mean something else beside some others: "papers that list a date", "the oldest one", "code + chapters".

Comes in: the tokens of a question. Goes out: the same with such tags changed, and without words that say nothing there.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import zip_longest

from assistant.catalogue.marking import Token
from assistant.catalogue.phrasal import REMOVES

# Stands for the beginning of the question before the first token, and for its end behind the last.
_EDGE = ""
_NOUNS = frozenset("TALK PAPER RECORD PERSON THEM WHICH NOT WHO".split())
_COUNTABLE = frozenset("TALK PAPER RECORD PERSON AUTHOR COMMENT CHAPTER LINK PAGE OF".split())
_TEXTS = frozenset("ABSTRACT BIO TITLE".split())
_BREAKS = frozenset((_EDGE, "COMMA", "BREAK"))
_BEFORE_ONE = frozenset("NEWEST OLDEST LARGEST SMALLEST LONGEST SHORTEST LAST FIRST ORDINAL TIME EACH ISTHERE".split())
_BEFORE_VIDEOS = _BREAKS | frozenset("WHICH HOWMANY LIST ALL EACH NUMBER SEVERAL NEWEST OLDEST".split())
_BEFORE_TALKING = frozenset("ABSTRACT BIO TITLE PAPER RECORD PERSON WHO TALK THEM".split())
_OF_WHOM = frozenset("PERSON TITLE ABSTRACT BIO PLACE AUTHOR TEAM COMMENT".split())
_AT = frozenset("ON AT IN UNDER FROM".split())
_SPEAKS_OF = frozenset(("speak of", "speaks of", "speaking of", "touch on", "touches on"))
_QUOTED = frozenset("QUOTE COINED WORD".split())
_DROPPED = ""


@dataclass(frozen=True, slots=True)
class Change:
    """A tag that is another one beside some neighbours; what is empty may be anything.

    Attributes:
        to: The tag that it becomes; `_DROPPED` leaves the token out.
        words: What it says, in small letters.
        before: The tag on its left is one of these.
        after: The tag on its right is one of these.
        not_before: The tag on its left is none of these.
        not_after: The tag on its right is none of these.
        behind: The first word of the token on its left is one of these.
        first: The tag with which the question begins.
    """

    to: str
    tag: str = ""
    words: Set[str] = frozenset()
    before: Set[str] = frozenset()
    after: Set[str] = frozenset()
    not_before: Set[str] = frozenset()
    not_after: Set[str] = frozenset()
    behind: Set[str] = frozenset()
    first: str = ""

    def fits(self, token: Token, left: Token | None, right: Token | None, first: Token | None) -> bool:
        """Whether a token with these neighbours is meant."""
        before, after = left.tag if left else _EDGE, right.tag if right else _EDGE
        return (
            self.tag in ("", token.tag)
            and (not self.words or token.text.lower() in self.words)
            and (not self.before or before in self.before)
            and (not self.after or after in self.after)
            and before not in self.not_before
            and after not in self.not_after
            and (not self.behind or (left is not None and left.text.lower().split()[0] in self.behind))
            and (not self.first or (first is not None and first.tag == self.first))
        )


def _words(*words: str) -> frozenset[str]:
    return frozenset(words)


# The first that fits counts.
CHANGES = (
    # After what is listed, a request is a statement: "papers that give a date".
    Change("WITH", "LIST", before=_NOUNS),
    # "The oldest one", "is there one?": no number.
    Change("THEM", words=_words("one"), before=_BEFORE_ONE),
    Change("THEM", words=_words("one"), after=_words(_EDGE, "BREAK", "FIRST")),
    Change("THEM", words=_words("one"), before=_words("PAGENAME"), not_after=_COUNTABLE),
    Change("THEM", words=_words("one"), before=_words("WITHOUT", "WITH"), after=_words("BREAK", "COMMA", "BUT", "AND")),
    # "Remove all with chapters"; "not all have chapters" says something else.
    Change("THEM", "ALL", before=_words("NOT"), behind=REMOVES),
    Change("INCLUDING", words=_words("include"), before=_words("BREAK", "COMMA")),
    # "Whose talk names …?"
    Change("TITLE", words=_words("names"), before=_words("TALK", "PAPER")),
    # "The condition number".
    Change("UNKNOWN", "HOWMANY", _words("number"), before=_words("UNKNOWN", "COINED", "CONDITION")),
    # "Titles that have numbers in them".
    Change("SIGN", "HOWMANY", _words("numbers"), before=_words("WITH", "MENTION", "USE")),
    Change("LIST", "PAGE", _words("listing"), before=_BREAKS),
    Change("NOT", "UNKNOWN", _words("non"), after=_words("SECTOR", "ROLE", "NATION")),
    # "A named speaker".
    Change("GIVEN", "TITLED", after=_words("PERSON", "AUTHOR", "ORG", "PLACE")),
    # "Where is … listed?"
    Change("OCCUR", "GIVEN", _words("listed"), first="WHERE"),
    # "Code + chapters".
    Change("AND", "ORMORE", _words("+", "plus"), not_before=_words("NUMBER", "TIME", "UNIT")),
    # An address may hold it, though no record says where a paper was published.
    Change("UNKNOWN", "UNRECORDED", _words("arxiv"), before=_words("LINK", "LINKTO")),
    Change("UNKNOWN", "UNRECORDED", _words("arxiv"), after=_words("LINK", "LINKTO")),
    # "Speakers who talk on the first page".
    Change("GIVEN", "TALK", _words("talk"), before=_words("PERSON", "WHO"), after=_AT),
    # "Over the whole collection".
    Change("IN", "MORE", _words("over", "above"), after=_words("ALL")),
    Change("IN", "UNRECORDED", _words("spoken in"), not_after=_words("NATION")),
    # "If so, say which."
    Change("LIST", "SAYS", _words("say"), after=_words("WHICH", "WHO", "HOWMANY")),
    Change("MENTION", "SAYS", _words("say", "says", "saying"), after=_words("QUOTE", "WORD")),
    # "Abstracts that name …", "whose title reads …".
    *(Change("MENTION", tag, before=_TEXTS, after=_QUOTED) for tag in ("LIST", "SAYS", "USE", "ABOUT", "ISTHERE")),
    # "Papers that share their code"; "does she share them?" asks with whom.
    Change("LINKTO", "SHARE", after=_words("THEM", "IT", "CODE", "LINK"), not_before=_words("HESHE")),
    # "Abstracts that speak of …": the words, not the subject.
    Change("MENTION", "ABOUT", _SPEAKS_OF, before=_TEXTS),
    Change(_DROPPED, "EITHER", not_before=_words("NOT", "WITHOUT")),
    # "Whose speaker is …" is no question by itself.
    Change("OFWHICH", words=_words("whose"), before=_words(_EDGE), after=_OF_WHOM),
    # "Papers that talk about …": no talk.
    Change(_DROPPED, "TALK", _words("talk"), before=_BEFORE_TALKING, after=_words("ABOUT")),
    # "Say, is there …?"
    Change(_DROPPED, "SAYS", _words("say"), before=_words(_EDGE), after=_words("COMMA")),
    # "Which videos have chapters?"
    Change("TALK", "VIDEO", _words("video", "videos"), before=_BEFORE_VIDEOS),
)


def with_neighbours(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with the tags that they have beside each other."""
    found: list[Token] = []
    if [token.text.lower() for token in tokens[:2]] == ["no", ","]:
        # "No, talks please" bars nothing.
        tokens = tokens[2:]
    for token, right in zip_longest(tokens, tokens[1:]):
        left = found[-1] if found else None
        meant = next((one for one in CHANGES if one.fits(token, left, right, found[0] if found else None)), None)
        if meant is None:
            found.append(token)
        elif meant.to != _DROPPED:
            values = ("talk",) if meant.to == "TALK" else ()
            found.append(replace(token, tag=meant.to, values=values))
    # It has said by now what stands beside it: "the oldest".
    return [token for token in found if token.tag != "THEM" or token.text.lower() != "one"]
