"""What a line looks like, taken alone: a title, running prose, or the furniture of a web page.

Comes in: one stripped line. Goes out: costs for `segment`, 0 for a perfect likeness, and names of furniture.
The costs are only compared with each other; the tables in tests/ingest/test_readers_talk_pages.py hold them in place.
"""

import re

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
FURNITURE = (
    ("link to the top", re.compile(r"(?:back|return) to (?:the )?top", re.IGNORECASE)),
    (
        "copyright",
        re.compile(r"(?:©|\(c\) \d|copyright (?:©|\(c\)|\d)).{0,80}|.{0,60}all rights reserved\.?", re.IGNORECASE),
    ),
    (
        "paging",
        re.compile(r"(?:load|show|see|view) (?:more|all)|previous|next|(?:page )?\d{1,3}|…|\.\.\.", re.IGNORECASE),
    ),
    (
        "site menu",
        re.compile(
            r"home|menu|about(?: us)?|contact(?: us)?|privacy(?: policy)?|terms(?: of (?:use|service))?|tos"
            r"|search|careers|website|models|datasets|spaces|pricing|docs|company|community|enterprise|log ?in"
            r"|sign ?(?:in|up)|events|news|cookies?(?: policy)?|system theme|hugging face|papers|share|follow us|videos"
            r"|skip to (?:main )?content",
            re.IGNORECASE,
        ),
    ),
)


def furniture_name(line: str) -> str | None:
    """What a line is that stands on web pages of every kind, or None when it may be content."""
    return next((name for name, pattern in FURNITURE if pattern.fullmatch(line)), None)


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
