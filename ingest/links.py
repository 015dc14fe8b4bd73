"""Addresses of recordings: which video one leads to, and where it opens at a second, as each host has it.

Comes in: an address, or a record and a second. Goes out: the video's id; an address with that second, the plain one
where the host or the second is not known, or None. Only http and https become links.
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
