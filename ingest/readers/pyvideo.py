"""PyVideo's files → talks: one object a recording, and `category.json`, which names the event of its folder.

Comes in: a parsed object. Goes out: an entry, or the event of the files in and below the folder.
"""

from collections.abc import Mapping
from typing import Any

from ingest.links import video_id
from ingest.readers.keys import Keys, day_of, speakers_of
from ingest.readers.links import find_links
from ingest.readers.parts import Entry, Part
from ingest.records import Source
from ingest.schema import DATE, DURATION, EVENT, IDS, LICENSE, LINKS, TAGS, URL_FIELD, VIDEO_URL

CATEGORY_FILE = "category.json"
_MARKS = ("videos", "copyright_text", "thumbnail_url", "related_urls", "recorded")


def recognises(value: Any) -> bool:
    """Whether a JSON value is PyVideo's of one recording."""
    if not isinstance(value, dict) or not isinstance(value.get("title"), str):
        return False
    return isinstance(value.get("videos"), list) or sum(key in value for key in _MARKS) > 1


def read_category(value: Mapping[str, Any], name: str, line_count: int) -> Part:
    """Read a `category.json`: its title is the event of every recording in its folder."""
    keys = Keys(value, name)
    event = {EVENT.key: keys.text("title"), URL_FIELD.key: keys.text("url")}
    return Part(
        name,
        line_count,
        event=event,
        furniture=dict.fromkeys(range(1, line_count + 1), "the event of its folder"),
        unused=keys.unused(("slug", "start_date", "end_date", "description")),
    )


def read(value: Mapping[str, Any], name: str, first: int, last: int) -> Part:
    """Read one object for which `recognises` holds, between two lines of a file."""
    keys = Keys(value, name, first)
    # Old entries part what newer ones have as one text; what stands in another of the three says nothing more.
    texts = [keys.text(key) for key in ("summary", "abstract", "description")]
    description = "\n".join(
        text for place, text in enumerate(texts) if text and not any(text in other for other in texts[place + 1 :])
    )
    videos = keys.objects("videos")
    addresses = [str(one["url"]) for one in videos if isinstance(one.get("url"), str)]
    keys.put_seconds(DURATION, keys.get("duration"))
    keys.put(DATE, day_of(keys.text("recorded"), "recorded"))
    keys.put(EVENT, keys.text("_category_title", "event"))
    keys.put(TAGS, tuple(dict.fromkeys(keys.texts("tags"))))
    keys.put_language(keys.text("language"))
    keys.put(LICENSE, keys.text("copyright_text"))
    keys.put(VIDEO_URL, addresses[0] if addresses else keys.text("source_url"))
    ids = {host: one for address in addresses if (found := video_id(address)) for host, one in (found,)}
    keys.put(IDS, ids or None)
    related = keys.get("related_urls")
    given = [one.get("url") if isinstance(one, dict) else one for one in related] if isinstance(related, list) else []
    links = [one.strip() for one in given if isinstance(one, str) and one.strip()]
    keys.put(LINKS, tuple(dict.fromkeys((*links, *addresses[1:], *find_links(description).links))))
    sources = (Source(name, first, last, ""),)
    record = keys.talk(sources, speakers=speakers_of(keys.get("speakers")), abstract=description)
    return Part(name, last, (Entry(record),), warnings=tuple(keys.warnings), unused=keys.unused(("_path",)))
