"""The lines of a saved page: what each looks like, and the most plausible reading of all of them together.

Comes in: a page's lines, and from its reader what else they may be. Goes out: which lines make each talk or paper, and
what the others are. A saved page marks nothing: a title with a comma looks like "Name, Affiliation", a name alone looks
like a title. One line cannot decide it, its neighbours can, so each line gets costs, 0 for a perfect likeness, and the
whole page is decided at once. Costs are only compared with each other; the tables in
tests/ingest/test_readers_talk_pages.py hold them in place.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ingest.links import find_links
from ingest.readers.grouping import Entry, Part
from ingest.records import Kind, Record, Source, Warning

ADDRESS = re.compile(r"https?:/|\bwww\.\w")
# The longest title on the five seed pages has 135 characters, the shortest abstract paragraph of several lines 204.
LONGEST_TITLE_CHARS = 220
# A page's last line of fewer words is more likely the page's own than an entry cut off behind its title.
FEWEST_TITLE_WORDS_AT_END = 5
FUNCTION_WORDS = re.compile(
    r"a|an|and|are|as|at|be|been|by|can|for|from|has|have|in|into|is|of|on|or|our|than|that|the|their|this"
    r"|through|to|via|was|we|were|which|will|with",
    re.IGNORECASE,
)
BULLET = re.compile(r"^(?:[-–—*•‣▪]\s|\(?\d{1,2}[.)]\s|\([a-z]\)\s)")
SENTENCE_BREAK = re.compile(r"(?<!\bvs)(?<!\bSt)(?<!\bDr)(?<!\bProf)(?<!\bal)(?<!\be\.g)(?<!\bi\.e)[a-z)\]]\. [A-Z]")
# Words that talk about the talk or its people; a heading in sentence case ("Single location regression") has none.
PROSE_WORDS = re.compile(
    r"\b(?:we|our|i|he|she|they|these|can be|will|see|click|available|joint work|more (?:details|information)"
    r"|(?:this|the) (?:talk|work|paper|papers|code|slides|tutorial|session) )\b|\bthis is\b",
    re.IGNORECASE,
)
# What stands on web pages of every kind.
FURNITURE = {
    "link to the top": r"(?:back|return) to (?:the )?top",
    "copyright": r"(?:©|\(c\) \d|copyright (?:©|\(c\)|\d)).{0,80}|.{0,60}all rights reserved\.?",
    "paging": r"(?:load|show|see|view) (?:more|all)|previous|next|(?:page )?\d{1,3}|…|\.\.\.",
    "site menu": r"home|menu|about(?: us)?|contact(?: us)?|privacy(?: policy)?|terms(?: of (?:use|service))?|tos"
    r"|search|careers|website|models|datasets|spaces|pricing|docs|company|community|enterprise|log ?in"
    r"|sign ?(?:in|up)|events|news|cookies?(?: policy)?|system theme|hugging face|papers|share|follow us|videos"
    r"|skip to (?:main )?content",
}


Costs = Mapping[str, float]
Steps = Mapping[str, Costs]

START = "start"
END = "end"

Lines = list[tuple[int, str]]
"""Lines with something on them, stripped, each with its number, counted from 1."""


def filled(lines: Sequence[str]) -> Lines:
    """The lines with something on them."""
    return [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]


@dataclass(slots=True)
class PageEntry:
    """The lines of one talk or paper, by the part they play."""

    title: tuple[int, str]
    page: str
    parts: dict[str, Lines] = field(default_factory=lambda: defaultdict(list))


class Page:
    """A page while it is read.

    Attributes:
        lines: Those with something on them.
        furniture: Line number → what it is, for lines that belong to no talk or paper.
        warnings: What is odd in it.
    """

    def __init__(self, lines: Sequence[str], name: str, kind: Kind) -> None:
        self.lines = filled(lines)
        self.furniture: dict[int, str] = {}
        self.warnings: list[Warning] = []
        self._name, self._kind, self._count = name, kind, len(lines)

    def warn(self, line: int, message: str) -> None:
        """Tell something odd about a line."""
        self.warnings.append(Warning(self._name, line, message))

    def entries(self, costs: Sequence[Costs], steps: Steps, headings: Mapping[int, str], below: str) -> list[PageEntry]:
        """Divide the lines among talks or papers.

        Args:
            costs: Of each line; see `cheapest_parts`.
            steps: Likewise.
            headings: Line number → the title of the page that it stands on; one file may hold several.
            below: What a title needs below it.
        """
        found: list[PageEntry] = []
        for (number, line), part in zip(self.lines, cheapest_parts(costs, steps), strict=True):
            if part == "title":
                found.append(PageEntry((number, line), headings[number]))
            elif part != "furniture" and found and found[-1].page == headings[number]:
                found[-1].parts[part].append((number, line))
            elif part != "furniture":
                self.furniture[number] = f"text above the first {self._kind}"
                self.warn(number, f"text that belongs to no {self._kind}; put the {self._kind}'s title above it.")
        # Short lines at the end that have nothing below them are the page's own.
        while found and not found[-1].parts and len(found[-1].title[1].split()) < FEWEST_TITLE_WORDS_AT_END:
            number, line = found.pop().title
            self.furniture[number] = "unknown line"
            told = f'"{line}" is neither a {self._kind} nor a known line; if it is a title, add {below} below it.'
            self.warn(number, told)
        return found

    def record(self, entry: PageEntry, **more: Any) -> Record:
        """The record of an entry, with what its reader found out."""
        title, lines = entry.title, [line for part in entry.parts.values() for line in part]
        last = max(number for number, _ in (title, *lines))
        sources = (Source(self._name, title[0], last, entry.page),)
        return Record(" ".join(title[1].split()), self._kind, sources, **more)

    def links(self, *texts: Lines) -> tuple[str, ...]:
        """The addresses in some paragraphs; those that are cut off are told."""
        found: dict[str, None] = {}
        for text in texts:
            links, broken = find_links("\n".join(line for _, line in text))
            found |= dict.fromkeys(links)
            for offset, address in broken:
                self.warn(text[offset][0], f'the address "{address}" is cut off; write it whole.')
        return tuple(found)

    def part(self, records: Sequence[Record], empty: str) -> Part:
        """All of it, with `empty` told where there is no record."""
        if not records:
            self.warn(1, empty)
        warnings = tuple(sorted(self.warnings, key=lambda warning: warning.line))
        entries = tuple(Entry(record) for record in records)
        return Part(self._name, self._count, entries, furniture=self.furniture, warnings=warnings)


def furniture_name(line: str, known: Mapping[str, str] = FURNITURE) -> str | None:
    """What a line is that belongs to the page itself, or None when it may be content."""
    return next((name for name, pattern in known.items() if re.fullmatch(pattern, line, re.IGNORECASE)), None)


def is_title_case(line: str) -> bool:
    """Whether most words of some length begin with a capital, as headings do."""
    words = [word for word in re.findall(r"[^\W\d_]+(?:['’\-][^\W\d_]+)*", line) if len(word) > 3]
    return len(words) >= 2 and sum(word[0].isupper() for word in words) >= 0.6 * len(words)


def ends_open(line: str) -> bool:
    """Whether a line breaks off where a sentence must go on ("The papers can be found at")."""
    return line[-1] in ",;:" or FUNCTION_WORDS.fullmatch(line.split()[-1]) is not None


def sounds_like_prose(line: str) -> bool:
    """Whether a line's words are those of running text, whatever its length."""
    return not is_title_case(line) and PROSE_WORDS.search(line) is not None


def title_cost(line: str) -> float:
    """How unlike a title a line is; about 4 for a line that only a speaker line below can make one."""
    cost = 0.0
    cost += 20 if len(line) > LONGEST_TITLE_CHARS else 0
    cost += 8 if ADDRESS.search(line) else 0
    cost += 5 if BULLET.match(line) else 0
    cost += 5 if ends_open(line) else 0
    cost += 4 if SENTENCE_BREAK.search(line) else 0
    cost += 2 if sounds_like_prose(line) else 0
    cost += 3 if line.endswith((".", "=")) else 0
    cost += 2 if line[0].islower() or re.match(r"\d[\d.]{3,}\W", line) else 0
    return cost


def prose_cost(line: str) -> float:
    """How unlike running text a line is; 5 for a short line in title case without a full stop."""
    if len(line) > LONGEST_TITLE_CHARS or ADDRESS.search(line) or BULLET.match(line) or ends_open(line):
        return 0.0
    if re.search(r"\.[\"”’')\]*]*$", line):
        return 0.0 if len(line.split()) >= 4 else 2.0
    if sounds_like_prose(line):
        # Without a full stop it may yet be a title ("How we learnt to count"): what follows decides.
        return 2.5
    if line[0].islower() or re.match(r"\d[\d.]{3,}\W", line):
        return 1.0
    if line[-1] in "?!" and not is_title_case(line):
        return 1.0
    return 5.0 if is_title_case(line) else 4.0


def cheapest_parts(line_costs: Sequence[Costs], steps: Steps) -> list[str]:
    """Name the part that each line plays, so that the total cost is least.

    Args:
        line_costs: For each line, part → cost; a part that is missing is impossible for that line.
        steps: Part → next part → cost, with START before the first line and END after the last; a missing step is
            impossible. Every line must be reachable by some path.

    Returns:
        One part for each line; on equal cost the part named first in `line_costs` wins.

    Source:
        Viterbi, IEEE Transactions on Information Theory 13(2), 1967.
    """
    best: dict[str, float] = {START: 0.0}
    came_from: list[dict[str, str]] = []
    for costs in line_costs:
        reached: dict[str, float] = {}
        previous: dict[str, str] = {}
        for part, cost in costs.items():
            ways = {before: total + steps[before][part] for before, total in best.items() if part in steps[before]}
            if ways:
                previous[part] = min(ways, key=ways.__getitem__)
                reached[part] = ways[previous[part]] + cost
        came_from.append(previous)
        best = reached
    closing = {part: total + steps[part].get(END, 0.0) for part, total in best.items()}
    part = min(closing, key=closing.__getitem__)
    parts: list[str] = []
    for previous in reversed(came_from):
        parts.append(part)
        part = previous[part]
    return parts[::-1]
