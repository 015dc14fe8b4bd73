"""A question while it is being understood: what is still unread, and what the rules have made of the rest.

Comes in: a question. Goes out: a draft that rules take words from. Words that no rule takes decide whether the
question is one
about the collection at all.
"""

import re
from functools import lru_cache
from typing import Any

# Stands where words were taken: no rule reads across it as if the words around it were neighbours.
TAKEN = "¦"
# A question longer than this, its quoted parts left out, is no list request.
LONGEST_QUESTION_CHARS = 400

NUMBERS = {
    word: value
    for value, words in enumerate(
        "zero|one single sole lone solo|two both"
        " pair|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
        "|fifteen|sixteen|seventeen|eighteen|nineteen|twenty".split("|")
    )
    for word in words.split()
} | {"thirty": 30, "forty": 40, "fifty": 50, "hundred": 100}
NUMBER = rf"(?:\d{{1,6}}|{'|'.join(NUMBERS)})"

_QUOTED = re.compile(r'"([^"\n]*)"|“([^”\n]*)”|„([^“”\n]*)[“”]|«([^»\n]*)»|(?<![\w])[\'‘]([^\'‘’\n]+)[\'’](?!\w)')


# The rules are some hundred patterns, more than the 512 that `re` itself keeps when pages and months add theirs.
@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-])(?:{pattern})(?![\w-])")


def to_number(text: str) -> int:
    """Read "three" and "3" → 3."""
    return int(text) if text.isdigit() else NUMBERS[text]


class Draft:
    """What has been understood so far.

    Attributes:
        text: Small letters, `TAKEN` over what was read, quoted parts as "qq0qq".
        original: The same as typed, of the same length.
        quotes: The quoted parts.
        fields: Of the query to be.
        kind_before: The kind that the last query was about; "all pages" may lean on it.
        said: What kinds of thing were said, such as "noun", "cue", "follow".
    """

    def __init__(self, question: str, kind_before: str | None = None) -> None:
        self.kind_before = kind_before
        self.quotes: list[str] = []
        unquoted = _QUOTED.sub(self._keep_quote, question.replace(TAKEN, " "))
        self.original = " ".join(unquoted.replace("’", "'").split())
        self.text = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in self.original)
        self.fields: dict[str, Any] = {}
        self.said: set[str] = set()

    def take(self, pattern: str) -> re.Match[str] | None:
        """The first place where a pattern stands at word boundaries, read from now on."""
        match = _compiled(pattern).search(self.text)
        if match:
            self.blank(match.start(), match.end())
        return match

    def blank(self, start: int, end: int) -> None:
        """Take the words of a span."""
        self.text = self.text[:start] + TAKEN * (end - start) + self.text[end:]

    def add(self, field: str, *values: Any) -> None:
        """Add to a field that holds several values, each once."""
        self.fields[field] = tuple(dict.fromkeys((*self.fields.get(field, ()), *values)))

    def unquote(self, text: str) -> str:
        """Words with the quoted parts put back."""
        return re.sub(r"qq(\d+)qq", lambda match: self._quote(int(match.group(1))), text).strip(" '")

    def leftover(self) -> list[str]:
        """The words that no rule has read."""
        return re.findall(r"[\w'-]*\w|&", self.text.replace(TAKEN, " "))

    def _keep_quote(self, match: re.Match[str]) -> str:
        self.quotes.append(next(group for group in match.groups() if group is not None).strip(" .,;?!"))
        return f"qq{len(self.quotes) - 1}qq"

    def _quote(self, number: int) -> str:
        return self.quotes[number] if number < len(self.quotes) else ""
