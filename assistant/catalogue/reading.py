"""A question while it is being understood: its tags as one line, and what the rules have made of those they read.

Comes in: tokens, and rules: a pattern over tags with what to do where it matches. Goes out: conditions and fields of
the query to be, and the tokens that no rule has read, which decide whether the question was understood.

A pattern is a regular expression whose letters are tags: `NOT? WITH PART (AND PART)*`. A name of `MACROS` stands for
several tags, and `(name: …)` is a group with a name; of a match with a group "body" only that counts as read.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from assistant.catalogue.marking import Token
from assistant.catalogue.query import Condition, Field, Query, WordField

_TAKEN = "_"
# What may be part of words to look for: no small words, and nothing that begins another part of the question.
_NO_WORD = (
    "AND | OR | COMMA | BUT | NOT | NOR | WITHOUT | WITH | IN | ON | UNDER | AT | FROM | OF | BY | TO | TITLE | "
    "PAGE | PAGENAME | CHAPTERREF "
    "| TIME | BREAK | MENTION | OCCUR | WORD | QUOTE | TITLED | STARTS | WHICH | LIST | HOWMANY | WHERE | WHO | THING "
    "| ISTHERE | SORT | BOTH | ONLY | PUBLISHED | THEM | INST | GIVEN | NUMBER "
    "| CMP | MOST | FEWEST | SEVERAL | SINGLE | IT | HESHE | SIGN"
)
MACROS = {
    "JOIN": "(AND | OR | COMMA | BOTH)+",
    "NEG": "(no: ((NOT | WITHOUT | NOR) "
    "(THEM | WHO | TALK | PAPER | RECORD | PERSON | IT | ALL | OF | WITH | ALSO)*)*)",
    "ANYPREP": "ON | UNDER | IN | AT | FROM | OF | BY",
    "CMP": "MORE | LESS | ATLEAST | ATMOST | UPTO | EXACTLY | ONLY | UNDER",
    "THING": "TALK | PAPER | RECORD",
    "PART": "ABSTRACT | BIO | CODE | LINK | CHAPTER | VIDEO | DATE | FULLDATE | YEARN | AUTHORCOUNT | AUTHOR | COMMENT "
    "| COMMENTCOUNT | ORG | PLACE | PERSON | ODDTIME",
    "UNIT": "AUTHOR | COMMENT | PERSON | PAGE | CHAPTER | TEAM | LINK",
    "KEY": "DATE | FULLDATE | YEARN | TITLE | PERSON | SURNAME | AUTHOR | AUTHORCOUNT | TEAM | COMMENT | COMMENTCOUNT "
    "| PAGE | CHAPTER | LINK | ALPHA | TIMES | MONTHN",
    "PLAIN": f"(?! {_NO_WORD}) ANY",
}
Found = re.Match[str]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    pieces = re.split(r"([A-Z]{2,})", _expanded(pattern))
    pieces[0::2] = [_grouped(piece.replace(" ", "")) for piece in pieces[0::2]]
    pieces[1::2] = ["(?:[A-Z]+ )" if tag == "ANY" else f"(?:{tag} )" for tag in pieces[1::2]]
    return re.compile("(?<![^ ])" + "".join(pieces))


def _expanded(pattern: str) -> str:
    return re.sub(r"[A-Z]{2,}", lambda tag: f"({_expanded(MACROS[tag[0]])})" if tag[0] in MACROS else tag[0], pattern)


def _grouped(piece: str) -> str:
    """Brackets hold alternatives; "(name: …" gives them a name."""
    named = re.sub(r"\((\w+):", r"(?P<\1>", piece)
    return re.sub(r"\((?!\?)", "(?:", named)


class Reading:
    """What has been understood so far.

    Attributes:
        question: As typed.
        conditions: Of the query to be.
        fields: Its other fields.
        said: What else was said, such as "sorted", "value".
        dropped: Fields and parts whose conditions a follow-up takes away.
        shift_months: How far a follow-up moves the date before; 0 when it does not.
        beyond: "before" or "after" the date that was asked for before; "" for neither.
        sought_in: Where the words of the question before are to stand instead.
        day: Of the month that was asked for before; 0 when none is named.
        before: The query of the question before; None where there was none.
    """

    def __init__(self, tokens: Sequence[Token], question: str = "", before: Query | None = None) -> None:
        self.tokens = list(tokens)
        self.question = question
        self._tags = [token.tag for token in tokens]
        self.conditions: list[Condition] = []
        self.fields: dict[str, Any] = {}
        self.said: set[str] = set()
        self.dropped: list[str] = []
        self.shift_months = 0
        self.day = 0
        self.beyond = ""
        self.sought_in: WordField | None = None
        self.before = before

    @property
    def line(self) -> str:
        """The tags in order, one space behind each; what was read is blanked out."""
        return "".join(f"{tag} " for tag in self._tags)

    def apply(self, rules: Iterable["Rule"]) -> None:
        """Let each rule read as often as it can; a rule that answers False leaves what it saw."""
        for pattern, act in rules:
            place = 0
            while found := _compiled(pattern).search(self.line, place):
                if act(self, found) is False:
                    place = found.start() + 1
                else:
                    self.take(found)

    def find(self, pattern: str) -> Found | None:
        """The first place where a pattern matches what is not read yet."""
        return _compiled(pattern).search(self.line)

    def asked(self, pattern: str) -> bool:
        """Whether a pattern matches anywhere in the question, read or not."""
        line = "".join(f"{token.tag} " for token in self.tokens)
        return _compiled(pattern).search(line) is not None

    def take(self, found: Found) -> None:
        """Count tokens as read."""
        first, last = self._places(found, "body" if "body" in found.re.groupindex else 0)
        self._tags[first:last] = [_TAKEN] * (last - first)

    def read(self, pattern: str) -> Found | None:
        """Find and take."""
        if found := self.find(pattern):
            self.take(found)
        return found

    def part(self, found: Found, group: str | int = 0) -> list[Token]:
        """The tokens of a group; none where it did not match."""
        first, last = self._places(found, group)
        return self.tokens[first:last]

    def values(self, found: Found, group: str | int = 0) -> list[str]:
        """The values of a group's tokens."""
        return [value for token in self.part(found, group) for value in token.values]

    def require(self, found: Found, field: Field, values: Iterable[str], *, together: bool = False) -> None:
        """Add a condition, the opposite where the match holds an odd number of negators.

        Args:
            together: All of the values are wanted, not any of them.
        """
        negators = sum(token.tag in ("NOT", "WITHOUT", "NOR") for token in self.part(found, "no"))
        self.add(field, values, negated=negators % 2 == 1, together=together)

    def add(self, field: Field, values: Iterable[str], *, negated: bool = False, together: bool = False) -> None:
        """Add a condition; see `require`."""
        wanted = tuple(dict.fromkeys(values))
        for group in [(value,) for value in wanted] if together and not negated else [wanted]:
            condition = Condition(field, group, negated)
            if condition not in self.conditions:
                self.conditions.append(condition)

    def is_read(self, place: int) -> bool:
        """Whether a rule has read the token at a place."""
        return self._tags[place] == _TAKEN

    def left(self) -> list[Token]:
        """The tokens that no rule has read."""
        return [token for token, tag in zip(self.tokens, self._tags, strict=True) if tag != _TAKEN]

    def joins_alternatives(self) -> bool:
        """Whether an "or" that no rule has read stands between two conditions: a query holds all of them, not any.

        Two on the same field become one: "by one author or by two authors".
        """
        if "mixed" in self.said:
            return True
        if not self.find("_\\s OR (WITH | ANYPREP | GIVEN | PUBLISHED)* (_\\s | PART)"):
            return False
        alike = (
            len(self.conditions) == 2
            and len({one.field for one in self.conditions}) == 1
            and not any(one.negated for one in self.conditions)
        )
        if not alike:
            return True
        values = dict.fromkeys(value for one in self.conditions for value in one.values)
        self.conditions = [Condition(self.conditions[0].field, tuple(values))]
        return False

    def _places(self, found: Found, group: str | int) -> tuple[int, int]:
        known = isinstance(group, int) or group in found.re.groupindex
        start, end = found.span(group) if known else (-1, -1)
        if start < 0:
            return 0, 0
        return found.string.count(" ", 0, start), found.string.count(" ", 0, end)


Rule = tuple[str, Callable[[Reading, Found], object]]
