"""Addresses of recordings: which video one leads to, and where it opens at a second, as each host has it.

Comes in: an address, or a record and a second. Goes out: the video's id; an address with that second, the plain one
where the host or the second is not known, or None. Only http and https become links.
"""

import math
import re
from collections.abc import Callable, Sequence
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from ingest.records import Record
from ingest.schema import DURATION, VIDEO_URL
from ingest.text import web_address

# The media types that browsers play, by the ending of an address (Media Fragments URI 1.0).
_MEDIA_FILE = re.compile(r"\.(?:mp4|m4v|webm|ogv|ogg|oga|opus|mp3|m4a|aac|wav|flac|mov)$", re.IGNORECASE)
_VIMEO_PATH = re.compile(r"(?:/[\w-]+)*/\d+(?:/[0-9a-f]+)?/?")
_PEERTUBE_PATH = re.compile(r"/(?:w|videos/(?:watch|embed))/[A-Za-z0-9-]{10,36}/?")
_YOUTUBE_HOSTS = frozenset(("youtube.com", "m.youtube.com", "music.youtube.com", "youtube-nocookie.com"))

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
    opened = next((opening(parts, int(second)) for takes, opening in _HOSTS if takes(_host(parts), parts)), None)
    return address if opened is None else opened.geturl()


def video_id(address: str) -> tuple[str, str] | None:
    """("youtube", "dQw4w9WgXcQ") of an address, or None where no known host's id stands in it."""
    for host, pattern in (("youtube", _YOUTUBE_ID), ("vimeo", _VIMEO_ID)):
        if match := pattern.match(address):
            return host, match["id"]
    return None


def _host(parts: SplitResult) -> str:
    return (parts.hostname or "").removeprefix("www.")


def _with_query(parts: SplitResult, key: str, value: str, also: Sequence[str] = ()) -> SplitResult:
    """The address with one time in its query; times that it had are taken out."""
    kept = [(name, one) for name, one in parse_qsl(parts.query, keep_blank_values=True) if name not in (key, *also)]
    return _without_fragment_time(parts)._replace(query=urlencode([*kept, (key, value)]))


def _with_fragment(parts: SplitResult, fragment: str) -> SplitResult:
    kept = [(name, one) for name, one in parse_qsl(parts.query, keep_blank_values=True) if name not in ("t", "start")]
    return parts._replace(
        query=urlencode(kept) if len(kept) != len(parse_qsl(parts.query)) else parts.query, fragment=fragment
    )


def _without_fragment_time(parts: SplitResult) -> SplitResult:
    return parts._replace(fragment="") if re.match(r"t=", parts.fragment) else parts


def _youtube(parts: SplitResult, second: int) -> SplitResult:
    if parts.path.startswith("/embed/"):
        return _with_query(parts, "start", str(second), ("t",))
    return _with_query(parts, "t", f"{second}s", ("start", "time_continue"))


_Takes = Callable[[str, SplitResult], bool]
_Opens = Callable[[SplitResult, int], SplitResult]
_HOSTS: tuple[tuple[_Takes, _Opens], ...] = (
    (lambda host, _: host in _YOUTUBE_HOSTS, _youtube),
    (lambda host, _: host == "youtu.be", lambda parts, second: _with_query(parts, "t", str(second), ("start",))),
    (
        lambda host, parts: host in ("vimeo.com", "player.vimeo.com") and _VIMEO_PATH.fullmatch(parts.path) is not None,
        lambda parts, second: _with_fragment(parts, f"t={second}s"),
    ),
    # A voctoweb: media.ccc.de and its sisters.
    (
        lambda host, parts: host.startswith("media.") and re.fullmatch(r"/v/[\w.-]+/?", parts.path) is not None,
        lambda parts, second: _with_fragment(parts, f"t={second}"),
    ),
    (
        lambda _, parts: _PEERTUBE_PATH.fullmatch(parts.path) is not None,
        lambda parts, second: _with_query(parts, "start", f"{second}s", ("t",)),
    ),
    # Opencast's player.
    (
        lambda _, parts: re.search(r"/paella\w*/ui/watch\.html$", parts.path) is not None,
        lambda parts, second: _with_query(parts, "time", f"{second // 60}m{second % 60}s"),
    ),
    (
        lambda _, parts: _MEDIA_FILE.search(parts.path) is not None,
        lambda parts, second: _with_fragment(parts, f"t={second}"),
    ),
)
