"""Citation markers in a stream of text, as models write them.

Comes in: a model's words, in pieces of any size. Goes out: text to show and the markers between it, the same whatever
the pieces were. What may be the start of a marker is held back until it is known; nothing longer than a marker ever is.
What a marker points at is left to `citations`, and so is a list of sources that a model puts at the end.
Accepted: [1] [1,2] [1][2] [1-3] [[1]] [^1] [Source 1] 【1】 【1†source】 ［1］ (Source 1) Source 1 and, where there are
so many sources, (1) and ¹ at the end of what they stand behind, and "Source 1:" before it. Code and maths are left
alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# All repeats are bounded, so that a match takes constant time whatever the text.
_JOIN = r"\s{0,2}(?:[,;–-]|,?\s?and|&)\s{0,2}"
_NUMBERS = rf"\d{{1,3}}(?:{_JOIN}\d{{1,3}}){{0,9}}"
_LABEL = r"\s{0,2}(?:(?:see\s)?[Ss]ources?:?\s{0,2}|\^|#)?"
_WORD_LABEL = r"(?:see\s)?[Ss]ources?:?\s{0,2}"
_SQUARE = (
    rf"\[\[{_LABEL}{_NUMBERS}\s{{0,2}}\]\]|\[{_LABEL}{_NUMBERS}\s{{0,2}}\]"
    rf"|[【［]{_LABEL}{_NUMBERS}\s{{0,2}}(?:†[^】］\n]{{0,16}})?[】］]|\({_WORD_LABEL}{_NUMBERS}\)"
)
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_TOKEN = re.compile(
    rf"(?P<marker>{_SQUARE})|(?P<round>\({_NUMBERS}\))(?=\s?(?:[.,;!?\n]|\(\d|$))|(?P<raised>[{_RAISED}]{{1,3}})"
    rf"|(?P<named>(?:\*\*)?(?:Source\s{{1,2}}\d{{1,3}}|Sources\s{{1,2}}{_NUMBERS})(?!\d)(?:(?:\*\*)?:(?:\*\*)?\s?)?)"
    r"|(?P<fence>```)|(?P<tick>`)|(?P<display>\$\$)|(?P<dollar>\$(?![\s\d]))"
    rf"|(?P<escape>\\[^\n])|(?P<newline>\n)|(?P<text>[^\[【［(*S{_RAISED}`$\\\n]+)|(?P<other>.)"
)


def _begun(word: str) -> str:
    """A pattern for any beginning of a word, the empty one too."""
    return "".join(f"(?:{re.escape(letter)}" for letter in word) + ")?" * len(word)


# What stands at the end of the text so far and may become a longer token, or another one.
_SOME_NUMBERS = r"(?:[\d\s,;–&-]|an?d?){0,90}"
_UNFINISHED = re.compile(
    rf"(?:\[{{1,2}}|[【［(])\s{{0,2}}(?:s?e?e?\s?(?:{_begun('Sources')}|{_begun('sources')}):?\s{{0,2}}|\^|#)?"
    rf"{_SOME_NUMBERS}(?:†[^】］\n]{{0,16}})?[\])]?\s?\(?"
    rf"|\*{{0,2}}{_begun('Sources')}(?:(?<=[es])\s{{1,2}}{_SOME_NUMBERS}\*{{0,2}}:?\*{{0,2}}\s?)?"
    rf"|[{_RAISED}]{{1,3}}|`{{1,2}}|\$|\\"
)
# What opens code or maths, by token → the tokens that end it. Inline code and maths end with their line at the latest,
# so that a lone "`" or "$" does not swallow the markers after it.
_ENDS = {
    "fence": {"fence"},
    "tick": {"tick", "newline"},
    "display": {"display"},
    "dollar": {"dollar", "newline"},
    "\\[": {"\\]"},
    "\\(": {"\\)", "newline"},
}
# "(2)" behind these is the text's own numbering, and so is "²" behind a short word: "Equation (2)", "5 km²".
_OWN_NUMBERING = re.compile(
    r"\b(?:eqs?|equations?|sections?|figs?|figures?|tables?|steps?|theorems?|lemmas?|parts?|cases?|chapters?|questions?)"
    r"[.\s]*$",
    re.IGNORECASE,
)
_CARRIES_ROUND = re.compile(r"[\w)\]”\"’'*_%]\s?$")
_CARRIES_RAISED = re.compile(r"(?:[^\W\d_]{4}|[.,;:!?)\]”\"’'*])\s?$")
_CONTEXT_CHARS = 24
_REFERENCE = re.compile(_SQUARE)
_FROM_DIGIT_TO_DIGIT = re.compile(r"\d[^†]*(?<=\d)")
# A run of white space from its beginning, so that each is looked at once.
_SPACE = re.compile(r"(?<!\s)\s+")
_LINE_END = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_TURN_MARK = re.compile(r"<(\|?/?[\w|/ -]{1,40}\|?)>|\[(/?(?:INST|SYS)[^\]\n]{0,20})\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Marker:
    """A citation marker.

    Attributes:
        numbers: The sources that it names, in order.
        is_ahead: It stands before what it is about, as in "Source 1: the talk says".
    """

    numbers: tuple[int, ...]
    is_ahead: bool = False


def defuse_references(text: str) -> str:
    """Turn a source's own references, like [27], into "(ref. 27)", so that they cannot be taken for citations."""
    return _REFERENCE.sub(lambda found: f"(ref. {_FROM_DIGIT_TO_DIGIT.findall(found[0])[0]})", text)


def defuse(text: str, *, is_line: bool = False) -> str:
    """A text from outside as it may stand in a prompt: no citation, no mark of a chat template.

    Args:
        text: Of a record, or the question.
        is_line: It is to stay on one line, such as a title; whatever ends a line becomes a space.
    """
    text = _TURN_MARK.sub(lambda mark: f"‹{next(filter(None, mark.groups()))}›", defuse_references(text))

    def ended(space: re.Match[str]) -> str:
        if not _LINE_END.search(space[0]):
            return space[0]
        return " " if is_line else "\n" * max(space[0].count("\n"), 1)

    text = _SPACE.sub(ended, text)
    return text.strip() if is_line else text


class MarkerParser:
    """Finds markers in text that arrives in pieces."""

    def __init__(self, sources: int = 0) -> None:
        """Start on a text.

        Args:
            sources: How many there are. What is a marker only by its number, such as "(1)", has to name one of them;
                0 leaves all such forms as text.
        """
        self._sources = sources
        self._held = ""
        self._before = "\n"  # the last characters of what has been taken
        self._inside: str | None = None

    def feed(self, piece: str) -> Iterator[str | Marker]:
        """Take the next piece; yield what is certain by now."""
        yield from self._scan(self._held + piece, final=False)

    def finish(self) -> Iterator[str | Marker]:
        """Yield what was held back; the text is over."""
        yield from self._scan(self._held, final=True)

    def _scan(self, text: str, *, final: bool) -> Iterator[str | Marker]:
        shown = at = 0
        while at < len(text):
            if not final and _UNFINISHED.fullmatch(text, at):
                break
            token = _TOKEN.match(text, at)
            if token is None:  # a backslash before a line break, or last of all
                at += 1
                continue
            marker = self._marker(token, (self._before + text[max(at - _CONTEXT_CHARS, 0) : at])[-_CONTEXT_CHARS:])
            if marker is not None:
                if text[shown:at]:
                    yield text[shown:at]
                yield marker
                shown = token.end()
                if not marker.is_ahead and token.lastgroup == "named":
                    shown -= len(token.group()) - len(token.group().rstrip("*: "))
            elif token.lastgroup in ("round", "named"):
                at += 1  # its first character is text, and what follows may be something else
                continue
            else:
                self._enter_or_leave(token)
            at = token.end() if marker is None else shown
        self._before = (self._before + text[max(at - _CONTEXT_CHARS, 0) : at])[-_CONTEXT_CHARS:]
        self._held = text[at:]
        if text[shown:at]:
            yield text[shown:at]

    def _marker(self, token: re.Match[str], before: str) -> Marker | None:
        """The marker that a token is where it stands, or None."""
        written = token.group()
        if self._inside is not None or token.lastgroup not in ("marker", "round", "raised", "named"):
            return None
        if token.lastgroup == "raised":
            numbers = self._raised(written)
            return Marker(numbers) if numbers and _CARRIES_RAISED.search(before) else None
        numbers = _numbers(written)
        if token.lastgroup == "marker":
            return Marker(numbers)
        if not all(1 <= number <= self._sources for number in numbers):
            return None
        if token.lastgroup == "round":
            fits = _CARRIES_ROUND.search(before) and not _OWN_NUMBERING.search(before)
            return Marker(numbers) if fits else None
        if before[-1:].isalnum():
            return None
        starts_line = not before.rpartition("\n")[2].strip(" \t>*-•")
        if not starts_line and written.startswith("**"):
            return None
        return Marker(numbers, is_ahead=starts_line and ":" in written)

    def _raised(self, written: str) -> tuple[int, ...]:
        digits = [_RAISED.index(digit) for digit in written]
        whole = int("".join(map(str, digits)))
        numbers = (whole,) if 1 <= whole <= self._sources else tuple(digits)
        return numbers if all(1 <= number <= self._sources for number in numbers) else ()

    def _enter_or_leave(self, token: re.Match[str]) -> None:
        """Follow code and maths in and out."""
        name = token.group() if token.lastgroup == "escape" else token.lastgroup
        if self._inside is None:
            self._inside = name if name in _ENDS else None
        # "$5" does not open maths, but closes it: "$x=$5".
        elif name in _ENDS[self._inside] or (self._inside == "dollar" and token.group() == "$"):
            self._inside = None


def _numbers(marker: str) -> tuple[int, ...]:
    """Read "[1, 3-5]" as (1, 3, 4, 5), each once; a range over ten long gives its ends only."""
    numbers: list[int] = []
    for part in re.split(r"[,;&]|and", marker.split("†")[0]):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        spread = len(ends) == 2 and ends[0] <= ends[1] < ends[0] + 10
        numbers += range(ends[0], ends[1] + 1) if spread else ends
    return tuple(dict.fromkeys(numbers))
