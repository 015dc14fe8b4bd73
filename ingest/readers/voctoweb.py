"""voctoweb's JSON (media.ccc.de and its sisters) → talks: a conference with its events, or one event.

Comes in: the parsed object. Goes out: entries. A recording of an event may be its captions: they are looked for by name
in the folder, nothing is fetched.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from ingest.readers.keys import Keys, day_of, part_of, source_of, speakers_of
from ingest.readers.links import find_links
from ingest.readers.parts import Entry, Part
from ingest.records import Source
from ingest.schema import DATE, DURATION, EVENT, LINKS, TAGS, URL_FIELD, VIDEO_URL

_CAPTIONS = ("application/x-subrip", "text/vtt")


def recognises(value: Any) -> bool:
    """Whether a JSON value is voctoweb's, of a conference or of one event."""
    return isinstance(value, dict) and (
        ("conference_title" in value and "persons" in value)
        or (isinstance(value.get("events"), list) and "acronym" in value)
    )


def read(value: Mapping[str, Any], name: str, line_count: int) -> Part:
    """Read one object for which `recognises` holds."""
    is_one = "conference_title" in value
    head = Keys({} if is_one else value, name)
    title, acronym, events = head.text("title"), head.text("acronym"), head.objects("events")
    objects = [Keys(event, name) for event in ([value] if is_one else events)]
    found = ((keys, partial(_entry, keys, source_of(name, line_count), title, acronym)) for keys in objects)
    part = part_of(name, line_count, found)
    return replace(part, unused=part.unused + head.unused())


def _entry(keys: Keys, sources: tuple[Source, ...], conference: str, acronym: str) -> Entry:
    description = "\n".join(text for text in (keys.text("subtitle"), keys.text("description")) if text)
    address = keys.text("frontend_link")
    slug = keys.text("slug")
    keys.put_seconds(DURATION, keys.get("duration", "length"))
    keys.put(EVENT, keys.text("conference_title") or conference)
    keys.put(DATE, day_of(keys.text("date"), "held") or day_of(keys.text("release_date"), "published"))
    keys.put_language(keys.text("original_language"))
    keys.put(URL_FIELD, address or keys.text("link"))
    keys.put(VIDEO_URL, address)
    # Some tags are numbers and short names that the site finds an event by.
    tags = [tag for tag in keys.texts("tags") if not (tag.isdecimal() or tag == acronym or slug.startswith(f"{tag}-"))]
    keys.put(TAGS, tuple(dict.fromkeys(tags)))
    link = keys.text("link") if address else ""
    keys.put(LINKS, tuple(dict.fromkeys(one for one in (link, *find_links(description).links) if one)))
    keys.put_guid("guid")
    recordings = keys.objects("recordings")
    record = keys.talk(sources, speakers=speakers_of(keys.get("persons")), abstract=description)
    named = [(one["filename"], str(one.get("mime_type"))) for one in recordings if isinstance(one.get("filename"), str)]
    return Entry(
        record,
        mentions=tuple(file for file, mime in named if mime in _CAPTIONS),
        perhaps=tuple(file for file, mime in named if mime not in _CAPTIONS),
    )
