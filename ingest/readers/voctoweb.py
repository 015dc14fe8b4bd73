"""voctoweb's JSON (media.ccc.de and its sisters) → talks: a conference with its events, or one event.

Comes in: the parsed object. Goes out: entries. A recording of an event may be its captions: they are looked for by name
in the folder, nothing is fetched.
"""

from collections.abc import Mapping
from typing import Any

from ingest.readers.keys import Keys, day_of, language_of, seconds_of, source_of, speakers_of
from ingest.readers.links import find_links
from ingest.readers.parts import Entry, Part
from ingest.records import Record
from ingest.schema import DATE, DURATION, EVENT, IDS, LANGUAGE, LINKS, TAGS, URL_FIELD, VIDEO_URL

_CAPTIONS = ("application/x-subrip", "text/vtt")


def recognises(value: Any) -> bool:
    """Whether a JSON value is voctoweb's, of a conference or of one event."""
    return isinstance(value, dict) and (
        ("conference_title" in value and "persons" in value)
        or (isinstance(value.get("events"), list) and "acronym" in value)
    )


def read(value: Mapping[str, Any], name: str, line_count: int) -> Part:
    """Read one object for which `recognises` holds."""
    conference = Keys(value, name)
    events = [value] if "conference_title" in value else conference.objects("events")
    title, acronym = ("", "") if "conference_title" in value else (conference.text("title"), conference.text("acronym"))
    entries: list[Entry] = []
    unused = conference.unused() if "events" in value else None
    warnings = list(conference.warnings)
    for event in events:
        keys = Keys(event, name)
        if not keys.text("title"):
            keys.warn("an event without a title is left out; give it one.")
        else:
            entries.append(_entry(keys, name, line_count, title, acronym))
        unused = keys.unused() if unused is None else unused + keys.unused()
        warnings += keys.warnings
    return Part(name, line_count, tuple(entries), warnings=tuple(warnings), unused=unused or conference.unused())


def _entry(keys: Keys, name: str, line_count: int, conference: str, acronym: str) -> Entry:
    duration = keys.get("duration", "length")
    description = "\n".join(text for text in (keys.text("subtitle"), keys.text("description")) if text)
    address = keys.text("frontend_link")
    slug = keys.text("slug")
    keys.put_seconds(DURATION, seconds_of(duration), duration)
    keys.put(EVENT, keys.text("conference_title") or conference)
    keys.put(DATE, day_of(keys.text("date"), "held") or day_of(keys.text("release_date"), "published"))
    language = keys.text("original_language")
    keys.put(LANGUAGE, language_of(language) or language)
    keys.put(URL_FIELD, address or keys.text("link"))
    keys.put(VIDEO_URL, address)
    # Some tags are numbers and short names that the site finds an event by.
    tags = [tag for tag in keys.texts("tags") if not (tag.isdecimal() or tag == acronym or slug.startswith(f"{tag}-"))]
    keys.put(TAGS, tuple(dict.fromkeys(tags)))
    link = keys.text("link") if address else ""
    keys.put(LINKS, tuple(dict.fromkeys(one for one in (link, *find_links(description).links) if one)))
    if keys.text("guid"):
        keys.put(IDS, {"guid": keys.text("guid")})
    recordings = keys.objects("recordings")
    record = Record(
        title=" ".join(keys.text("title").split()),
        kind="talk",
        sources=source_of(name, line_count),
        speakers=speakers_of(keys.get("persons")),
        abstract=description,
        values=keys.values,
        other=keys.other,
    )
    named = [(one["filename"], str(one.get("mime_type"))) for one in recordings if isinstance(one.get("filename"), str)]
    return Entry(
        record,
        mentions=tuple(file for file, mime in named if mime in _CAPTIONS),
        perhaps=tuple(file for file, mime in named if mime not in _CAPTIONS),
    )
