"""Feeds of recordings → talks: podcast RSS with its `podcast:` elements, and Atom.

Comes in: the root element. Goes out: an entry for each item. Transcripts and chapters are named in a feed and looked
for in the folder under the name at the end of their address; nothing is fetched.
"""

from collections.abc import Iterable, Sequence
from email.utils import parsedate_to_datetime
from functools import partial
from xml.etree.ElementTree import Element

from ingest import schema
from ingest.readers.documents import read_html
from ingest.readers.keys import Keys, day_of, part_of, source_of, speakers_of
from ingest.readers.links import find_links
from ingest.readers.names import is_name
from ingest.readers.parts import Entry, Part
from ingest.records import Date, Source, Speaker


def has_recordings(root: Element) -> bool:
    """Whether a feed gives anything that can be played."""
    return any(_is_media(element) for element in root.iter())


def read(root: Element, name: str, line_count: int) -> Part:
    """Read a feed whose root is `<rss>` or `<feed>`."""
    channel = next((one for one in root if _tag(one) == "channel"), root)
    items = [one for one in channel if _tag(one) in ("item", "entry")]
    head = [one for one in channel if _tag(one) not in ("item", "entry")]
    objects = [(Keys({_tag(one): _value(one) for one in item}, name), item) for item in items]
    found = ((keys, partial(_entry, keys, item, head, source_of(name, line_count))) for keys, item in objects)
    return part_of(name, line_count, found, ("person", "transcript", "chapters", "enclosure", "author", "name"))


def _entry(keys: Keys, item: Element, channel: Sequence[Element], sources: tuple[Source, ...]) -> Entry:
    keys.put_seconds(schema.DURATION, keys.text("duration"))
    keys.put(schema.SERIES, _first(channel, "title"))
    keys.put(schema.DATE, _date(keys.text("pubDate", "published", "updated")))
    keys.put_language(_first(channel, "language"))
    keys.put(schema.LICENSE, keys.text("license") or _first(channel, "license", "copyright", "rights"))
    keys.put(schema.URL_FIELD, keys.text("link") or _attribute(item, "link", "href"))
    media = [one for one in item if _is_media(one)]
    if media:
        keys.put(schema.VIDEO_URL, media[0].get("url") or media[0].get("href"))
    keys.put_guid("guid", "id")
    people = _people(item) or _people(channel)
    authors = [text for one in (*item, *channel) if _tag(one) == "author" and (text := _author(one))]
    if not people:
        people = tuple(speaker for text in authors[:1] if is_name(text, strict=True) for speaker in speakers_of(text))
    if authors and not is_name(authors[0], strict=True):
        keys.put(schema.ORGANISER, authors[0])
    abstract = _plain(keys.text("encoded", "content") or keys.text("description", "summary"))
    keys.get("description", "summary", "encoded", "content")
    keys.put(schema.LINKS, find_links(abstract).links)
    named = [one.get("url") or "" for one in item if _tag(one) in ("transcript", "chapters")]
    record = keys.talk(sources, speakers=people, abstract=abstract)
    address = keys.values.get(schema.VIDEO_URL.key)
    perhaps = (address,) if isinstance(address, str) else ()
    return Entry(record, mentions=tuple(one for one in named if one), perhaps=perhaps)


def _tag(element: Element) -> str:
    """An element's name without its namespace: what two namespaces both call "person" means the same here."""
    return str(element.tag).rpartition("}")[2]


def _value(element: Element) -> str:
    return "".join(element.itertext()).strip()


def _first(elements: Iterable[Element], *tags: str) -> str:
    return next((text for tag in tags for one in elements if _tag(one) == tag and (text := _value(one))), "")


def _attribute(parent: Iterable[Element], tag: str, key: str) -> str:
    return next((value for one in parent if _tag(one) == tag and (value := one.get(key))), "")


def _is_media(element: Element) -> bool:
    if _tag(element) == "enclosure":
        return bool(element.get("url"))
    return _tag(element) == "link" and element.get("rel") == "enclosure" and bool(element.get("href"))


def _people(elements: Iterable[Element]) -> tuple[Speaker, ...]:
    """The `podcast:person` elements; those of an item replace the channel's."""
    return tuple(
        Speaker(" ".join(text.split()), None, one.get("role") or None)
        for one in elements if _tag(one) == "person" and (text := _value(one))
    )  # fmt: skip


def _author(element: Element) -> str:
    """An `<itunes:author>`, or the name in Atom's `<author>`."""
    return next((_value(one) for one in element if _tag(one) == "name"), "") or (element.text or "").strip()


def _date(text: str) -> Date | None:
    """The day of RFC 822 or ISO 8601, in the time zone that is written there."""
    if not text:
        return None
    try:
        return day_of(parsedate_to_datetime(text).date().isoformat(), "published")
    except (ValueError, TypeError, OverflowError):
        return day_of(text, "published")


def _plain(text: str) -> str:
    """A description without its markup, a paragraph a line."""
    return "\n".join(read_html(text).paragraphs) if "<" in text else text
