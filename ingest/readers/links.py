"""Addresses in a text, repaired where a line break or a space cut them.

Comes in: a record's text, paragraphs joined by newlines, left as it is. Goes out: addresses that can be followed, and
those that cannot be because their end is lost. A word is never glued to an address on a guess: a link to a wrong place
is worse than none.
"""

import re
from dataclasses import dataclass

# Four digits after the point to the end of 2014, five since (info.arxiv.org/help/arxiv_identifier.html): a cut number
# is whole only with its five, and a following "5 papers" is not drawn into one of four.
_ARXIV_NUMBER = r"(?:(?:0[7-9]|1[0-4])\d\d\.\s?\d(?:\n?\d){3}|(?:1[5-9]|[2-9]\d)\d\d\.\s?\d(?:\n?\d){4})(?:v\d+)?(?!\d)"
_ARXIV = re.compile(
    rf"(?P<site>https?://(?:www\.)?arxiv\.\s?org/(?:abs|pdf|html)/)\s?(?P<number>{_ARXIV_NUMBER})(?P<end>\.pdf)?",
    re.IGNORECASE,
)
_ARXIV_BARE = re.compile(rf"\barXiv\s?[: ]\s?(?P<number>{_ARXIV_NUMBER})", re.IGNORECASE)
_ADDRESS = re.compile(
    r"(?:https?://|\bwww\.|(?<![\w./@-])(?:github\.com|gitlab\.com|huggingface\.co|arxiv\.org|openreview\.net)/)"
    r"[^\s<>\"“”‘’`|\\^{}]*",
    re.IGNORECASE,
)
# No full stop: behind an address it ends the sentence, and "AI/ML" may begin the next.
_CUT_ENDS = ("/", "-", "_", "=", "?", "&", "%")
# Only what an address alone can hold inside: "inclusion/project", "example.org"; never a plain or hyphenated word.
_CONTINUATION = re.compile(r"\n[ \t]*(?P<rest>[\w~%-]+(?:[/._=?&#][\w~%=-]+)+/?)")
_BARE_HOST = re.compile(r"(?:https?://)?[\w.-]+/?", re.IGNORECASE)
_NO_HOST = re.compile(r"https?:/*(?:www)?|www", re.IGNORECASE)
_ARXIV_WITHOUT_NUMBER = re.compile(r"(?:https?://)?(?:www\.)?arxiv\.org/(?:abs|pdf|html)/(?:\d{4}\.?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """The addresses of one text.

    Attributes:
        links: Each once, in reading order.
        cut: Addresses whose end is lost, with the 0-based line of the text where each stands.
    """

    links: tuple[str, ...]
    cut: tuple[tuple[int, str], ...]


def find_links(text: str) -> FoundLinks:
    """Find every address in a text of paragraphs joined by newlines."""
    found: dict[int, str] = {}
    cut: list[tuple[int, str]] = []
    taken_to = 0
    for match in sorted(
        [*_ARXIV.finditer(text), *_ADDRESS.finditer(text)], key=lambda match: (match.start(), -match.end())
    ):
        if match.start() < taken_to:
            continue
        taken_to = match.end()
        if match.re is _ARXIV:
            found[match.start()] = _unbroken(match["site"] + match["number"] + (match["end"] or ""))
            continue
        address, taken_to = _whole_address(text, match)
        if address is None:
            cut.append((text.count("\n", 0, match.start()), match.group()))
        else:
            found[match.start()] = address if re.match(r"https?:", address, re.IGNORECASE) else f"https://{address}"
    for match in _ARXIV_BARE.finditer(text):
        found.setdefault(match.start(), "https://arxiv.org/abs/" + _unbroken(match["number"]))
    return FoundLinks(tuple(dict.fromkeys(found[start] for start in sorted(found))), tuple(cut))


def _unbroken(address: str) -> str:
    return re.sub(r"\s", "", address)


def _whole_address(text: str, match: re.Match[str]) -> tuple[str | None, int]:
    """The address that begins at a match, and where it ends; None when its end is lost."""
    raw, end = match.group(), match.end()
    at_line_end = re.match(r"[ \t]*(?:\n|$)", text[end:]) is not None
    if at_line_end and raw.endswith(_CUT_ENDS) and (more := _CONTINUATION.match(text, end)):
        return _without_punctuation(raw + more["rest"]), more.end()
    address = _without_punctuation(raw)
    if _ARXIV_WITHOUT_NUMBER.fullmatch(address) or _NO_HOST.fullmatch(address):
        return None, end
    if at_line_end and raw.endswith(_CUT_ENDS) and (raw[-1] != "/" or _BARE_HOST.fullmatch(raw)):
        return None, end
    return address, end


def _without_punctuation(address: str) -> str:
    """An address without the punctuation of the sentence around it; balanced brackets inside it stay."""
    while address:
        last = address[-1]
        opening = {")": "(", "]": "["}.get(last)
        if last in ".,;:!?'*" or (opening and address.count(last) > address.count(opening)):
            address = address[:-1]
        else:
            break
    return address
