"""Citation markers in a stream of text.

Comes in: a model's words, in pieces of any size. Goes out: text to show and the markers between it, the same whatever
the pieces were. What may be the start of a marker is held back until it is known; nothing longer than a marker ever is.
What a marker points at is left to `citations`.
Accepted: [1] [1,2] [1][2] [1-3] [[1]] [^1] [Source 1] 【1】 【1†L3】 ［1］; code and maths are left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# All repeats are bounded, so that a match takes constant time whatever the text.
_LABEL = r"\s{0,2}(?:[Ss]ources?\s{0,2}|\^)?"
_NUMBERS = r"\d{1,3}(?:\s{0,2}[,;–-]\s{0,2}\d{1,3}){0,9}\s{0,2}"
_MARKER = rf"\[\[{_LABEL}{_NUMBERS}\]\]|\[{_LABEL}{_NUMBERS}\]|[【［]{_LABEL}{_NUMBERS}(?:†[^】］\n]{{0,16}})?[】］]"
_TOKEN = re.compile(
    rf"(?P<marker>{_MARKER})|(?P<fence>```)|(?P<tick>`)|(?P<display>\$\$)|(?P<dollar>\$(?![\s\d]))"
    r"|(?P<escape>\\[^\n])|(?P<newline>\n)|(?P<text>[^\[【［`$\\\n]+)|(?P<other>.)"
)
# What stands at the end of the text so far and may become a longer token.
_UNFINISHED = re.compile(
    r"(?:\[{1,2}|[【［])\s{0,2}(?:[Ss]?|[Ss]o|[Ss]ou|[Ss]our|[Ss]ourc|[Ss]ources?\s{0,2}|\^)"
    r"[\d\s,;–-]{0,60}(?:†[^】］\n]{0,16})?\]?|`{1,2}|\$|\\"
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
_REFERENCE = re.compile(r"\[(\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*)\]")


@dataclass(frozen=True, slots=True)
class Marker:
    """A citation marker: the source numbers that it names, in order."""

    numbers: tuple[int, ...]


def defuse_references(text: str) -> str:
    """Turn a source's own references, like [27], into round ones, so that they cannot be taken for citations."""
    return _REFERENCE.sub(r"(\1)", text)


class MarkerParser:
    """Finds markers in text that arrives in pieces."""

    def __init__(self) -> None:
        self._held = ""
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
            if token.lastgroup == "marker" and self._inside is None:
                if text[shown:at]:
                    yield text[shown:at]
                yield Marker(_numbers(token.group()))
                shown = token.end()
            else:
                self._enter_or_leave(token)
            at = token.end()
        self._held = text[at:]
        if text[shown:at]:
            yield text[shown:at]

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
    for part in re.split(r"[,;]", marker.split("†")[0]):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        spread = len(ends) == 2 and ends[0] <= ends[1] < ends[0] + 10
        numbers += range(ends[0], ends[1] + 1) if spread else ends
    return tuple(dict.fromkeys(numbers))
