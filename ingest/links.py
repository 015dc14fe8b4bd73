"""Addresses: those in a text, which video one leads to, and where that opens at a second, as each host has it.

Comes in: a record's text, paragraphs joined by newlines; an address; a record and a second. Goes out: addresses that
can be followed, and those that cannot be because a line break cut off their end; a video's id; an address with that
second, the plain one where the host or the second is not known, or None. Only http and https become links. A word is
never glued to an address on a guess: a link to a wrong place is worse than none.
"""

import math
import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from ingest.records import Record
from ingest.schema import DURATION, VIDEO_URL
from ingest.text import web_address

_YOUTUBE = r"(?:m\.|music\.)?youtube(?:-nocookie)?\.com"
# Where hosts take a second: which addresses, by host and path; in query or fragment; its key; how it is written.
_HOSTS: tuple[tuple[re.Pattern[str], str, str, str], ...] = (
    (re.compile(rf"{_YOUTUBE}/embed/.*"), "query", "start", "{all_s}"),
    (re.compile(rf"{_YOUTUBE}(?:/.*)?"), "query", "t", "{all_s}s"),
    (re.compile(r"youtu\.be(?:/.*)?"), "query", "t", "{all_s}"),
    (re.compile(r"(?:player\.)?vimeo\.com(?:/[\w-]+)*/\d+(?:/[0-9a-f]+)?/?"), "fragment", "t", "{all_s}s"),
    # A voctoweb: media.ccc.de and its sisters.
    (re.compile(r"media\.[^/]*/v/[\w.-]+/?"), "fragment", "t", "{all_s}"),
    # PeerTube.
    (re.compile(r"[^/]*/(?:w|videos/(?:watch|embed))/[A-Za-z0-9-]{10,36}/?"), "query", "start", "{all_s}s"),
    # Opencast's player.
    (re.compile(r".*/paella\w*/ui/watch\.html"), "query", "time", "{min}m{s}s"),
    # The media types that browsers play, by the ending of an address (Media Fragments URI 1.0).
    (
        re.compile(r".*\.(?:mp4|m4v|webm|ogv|ogg|oga|opus|mp3|m4a|aac|wav|flac|mov)", re.IGNORECASE),
        "fragment", "t", "{all_s}",
    ),
)  # fmt: skip
# Times that an address may have already.
_TIMES = ("t", "start", "time_continue")

_YOUTUBE_ID = re.compile(
    r"https?://(?:(?:www|m|music)\.)?(?:youtube(?:-nocookie)?\.com/(?:watch\?(?:[^#]*&)?v=|embed/|live/|shorts/|v/)"
    r"|youtu\.be/)(?P<id>[\w-]{11})(?![\w-])",
    re.IGNORECASE,
)
_VIMEO_ID = re.compile(r"https?://(?:(?:www|player)\.)?vimeo\.com/(?:video/)?(?P<id>\d{4,12})(?!\d)", re.IGNORECASE)

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


def find_links(text: str) -> tuple[list[str], list[tuple[int, str]]]:
    """Find every address in a text of paragraphs joined by newlines.

    Returns:
        The addresses, each once, in reading order; those whose end is lost, with the 0-based line where each stands.
    """
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
    return list(dict.fromkeys(found[start] for start in sorted(found))), cut


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


def deep_link(record: Record, second: float | None) -> str | None:
    """The address at which a record's recording opens.

    Args:
        second: From the start of the recording; whoever cites subtracts what it wants to open early.

    Returns:
        The recording's address with the second, rounded down; without it where there is none, where it lies behind
        the end, or where the host takes none that we know of. None where the record has no address.
    """
    address = web_address(VIDEO_URL.of(record))
    if address is None:
        return None
    parts = urlsplit(address)
    duration_s: float | None = DURATION.of(record)
    if second is None or not math.isfinite(second) or second < 0 or (duration_s is not None and second > duration_s):
        return address
    place = (parts.hostname or "").removeprefix("www.") + parts.path
    for addresses, component, key, form in _HOSTS:
        if addresses.fullmatch(place):
            time = form.format(all_s=int(second), min=int(second) // 60, s=int(second) % 60)
            return _with_time(parts, component, key, time).geturl()
    return address


def video_id(address: str) -> tuple[str, str] | None:
    """("youtube", "dQw4w9WgXcQ") of an address, or None where no known host's id stands in it."""
    for host, pattern in (("youtube", _YOUTUBE_ID), ("vimeo", _VIMEO_ID)):
        if match := pattern.match(address):
            return host, match["id"]
    return None


def _with_time(parts: SplitResult, component: str, key: str, time: str) -> SplitResult:
    """An address with one time, in its query or its fragment; those that it had are taken out."""
    given = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in given if name not in (key, *_TIMES)]
    if component == "query":
        fragment = "" if parts.fragment.startswith("t=") else parts.fragment
        return parts._replace(query=urlencode([*kept, (key, time)]), fragment=fragment)
    query = parts.query if len(kept) == len(given) else urlencode(kept)
    return parts._replace(query=query, fragment=f"{key}={time}")
