"""What stands around a question that is written like a letter: the address, thanks, regards, a signature.

Comes in: a question as typed. Goes out: the same with blanks in place of these, so that places in it stay the same.
"""

import re

_ADDRESS = re.compile(
    r"\A\s*(?:dear|hello|hi|hey|good (?:morning|day|afternoon|evening))\b[^,.:!?\n]{0,40}[,!:\n]", re.I
)
_CLOSING = re.compile(
    r"(?:(?:(?:with|my) )?(?:kind|kindest|best|warm|warmest)(?: regards| wishes| greetings)?"
    r"|yours(?: sincerely| faithfully| truly)?|sincerely(?: yours)?|regards|cheers"
    r"|(?:many |my )?thanks(?: so much| a lot)?(?: in advance)?|thank you(?: very much| so much)?(?: in advance)?)"
    r"\s*[,.!]*(?:\s*\n[^\n?]{0,40}){0,3}\s*\Z",
    re.I,
)


def without_address(question: str) -> str:
    """The question with blanks for what is only said to whoever reads it; as it is where nothing else would be left."""
    kept = _ADDRESS.sub(_blank, question)
    before = None
    while kept != before:
        before, kept = kept, _CLOSING.sub(_blank, kept.rstrip()).ljust(len(question))
    return kept if kept.strip() else question


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
