"""Feeds of recordings → talks: podcast RSS with its `podcast:` elements, and Atom.

Comes in: the root element. Goes out: a `Given` for each item. Transcripts and chapters are named in a feed and looked
for in the folder under the name at the end of their address; nothing is fetched.
"""

from collections.abc import Iterable, Iterator, Sequence
from email.utils import parsedate_to_datetime
from typing import Any
from xml.etree.ElementTree import Element

from ingest.readers.documents import plain_text
from ingest.readers.fields import day_of
from ingest.readers.grouping import Given
from ingest.readers.people import is_name
from ingest.readers.recordings import Keys

# Told by their elements' own attributes.
_TOLD_ELSEWHERE = ("person", "transcript", "chapters", "enclosure", "author", "name")


def has_recordings(root: Element) -> bool:
    """Whether a feed gives anything that can be played."""
    return any(_is_media(element) for element in root.iter())


def read(root: Element) -> Iterator[Given]:
    """Read a feed whose root is `<rss>` or `<feed>`."""
    channel = next((one for one in root if _tag(one) == "channel"), root)
    head = [one for one in channel if _tag(one) not in ("item", "entry")]
    return (_given(item, head) for item in channel if _tag(item) in ("item", "entry"))


def _given(item: Element, channel: Sequence[Element]) -> Given:
    keys = Keys({_tag(one): _value(one) for one in item})
    media = next((one.get("url") or one.get("href") or "" for one in item if _is_media(one)), "")
    author = next((text for one in (*item, *channel) if _tag(one) == "author" and (text := _author(one))), "")
    is_person = is_name(author, strict=True)
    content, description = keys.text("encoded", "content"), keys.text("description", "summary")
    text = content or description
    values = {
        "title": keys.text("title"),
        "speakers": _people(item) or _people(channel) or ([author] if is_person else []),
        "abstract": plain_text(text) if "<" in text else text,
        "duration_s": keys.text("duration"),
        "series": _first(channel, "title"),
        "organiser": "" if is_person else author,
        "date": _day(keys.text("pubDate", "published", "updated")),
        "date_of": "published",
        "language": _first(channel, "language"),
        "license": keys.text("license") or _first(channel, "license", "copyright", "rights"),
        "url": keys.text("link") or next((one.get("href") for one in item if _tag(one) == "link"), ""),
        "video_url": media,
        "ids": {"guid": keys.text("guid", "id")},
    }
    named = tuple(filter(None, (one.get("url") for one in item if _tag(one) in ("transcript", "chapters"))))
    return Given(values, keys.unused(_TOLD_ELSEWHERE), mentions=named, perhaps=(media,) if media else ())


def _tag(element: Element) -> str:
    """An element's name without its namespace: what two namespaces both call "person" means the same here."""
    return str(element.tag).rpartition("}")[2]


def _value(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _first(elements: Iterable[Element], *tags: str) -> str:
    return next((text for tag in tags for one in elements if _tag(one) == tag and (text := _value(one))), "")


def _is_media(element: Element) -> bool:
    if _tag(element) == "enclosure":
        return bool(element.get("url"))
    return _tag(element) == "link" and element.get("rel") == "enclosure" and bool(element.get("href"))


def _people(elements: Iterable[Element]) -> list[Any]:
    """The `podcast:person` elements; those of an item replace the channel's."""
    return [
        {"name": " ".join(text.split()), "role": one.get("role") or ""}
        for one in elements if _tag(one) == "person" and (text := _value(one))
    ]  # fmt: skip


def _author(element: Element) -> str:
    """An `<itunes:author>`, or the name in Atom's `<author>`."""
    return next((_value(one) for one in element if _tag(one) == "name"), "") or (element.text or "").strip()


def _day(text: str) -> str:
    """The day of RFC 822 or ISO 8601, in the time zone that is written there."""
    try:
        return parsedate_to_datetime(text).date().isoformat()
    except (ValueError, TypeError, OverflowError):
        return day_of(text)
