"""What yt-dlp writes beside a recording (`NAME.info.json`) → a talk.

Comes in: the parsed object. Goes out: an entry that owns the captions and media of its stem, or of its id in their
names. The channel is no speaker: speakers come from lines of the description such as "Speaker: Ada Roe".
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ingest import schema
from ingest.readers.documents import read_markdown
from ingest.readers.keys import Keys, day_of, speakers_of, timed_chapters
from ingest.readers.links import find_links
from ingest.readers.parts import Entry, Part
from ingest.readers.tracks import Made
from ingest.records import Chapter, Source, Speaker

_SPEAKERS = re.compile(
    r"\s*(?:(?:guest |invited )?(?:speakers?|instructors?|presenters?|lecturers?|professors?|guests?|hosts?|panelists?)"
    r"|taught by|presented by|referent(?:en|in|innen)?|vortragende[rn]?|sprecher(?:in|innen)?|dozent(?:en|in)?"
    r"|intervenante?s?|orateurs?|ponentes?)\s*:\s*(?P<people>\S.{0,300})",
    re.IGNORECASE,
)
# What these keys say stands elsewhere, or names the file itself.
_TOLD_ELSEWHERE = frozenset(
    "_type _version extractor extractor_key ie_key epoch fulltitle display_id original_url webpage_url_basename"
    " webpage_url_domain subtitles automatic_captions requested_subtitles playlist playlist_id upload_date timestamp"
    " release_timestamp release_year modified_date uploader duration_string".split()
)


def recognises(value: Any) -> bool:
    """Whether a JSON value is what yt-dlp writes of a recording or a playlist."""
    return (
        isinstance(value, dict)
        and "id" in value
        and isinstance(value.get("title"), str)
        and ("extractor" in value or "webpage_url" in value)
    )


def read(value: Mapping[str, Any], name: str, first: int, last: int) -> Part:
    """Read one object for which `recognises` holds, between two lines of a file."""
    keys = Keys(value, name, first)
    if keys.text("_type") not in ("", "video"):
        return Part(name, last, aside="a downloader's list of a playlist")
    description = keys.text("description")
    keys.put_seconds(schema.DURATION, keys.get("duration"))
    duration_s = keys.values.get(schema.DURATION.key)
    extractor = keys.text("extractor_key", "extractor").lower().split(":")[0]
    address = keys.text("webpage_url", "original_url")
    keys.put(schema.URL_FIELD, address)
    keys.put(schema.VIDEO_URL, address)
    keys.put(
        schema.DATE, day_of(keys.text("release_date"), "published") or day_of(keys.text("upload_date"), "uploaded")
    )
    keys.put(schema.TAGS, tuple(dict.fromkeys(keys.texts("tags"))))
    keys.put_language(keys.text("language"))
    keys.put(schema.LICENSE, keys.text("license"))
    keys.put(schema.ORGANISER, keys.text("channel", "uploader"))
    keys.put(schema.VENUE, keys.text("location"))
    playlist = keys.text("playlist_title", "playlist")
    keys.put(schema.EVENT if _is_edition(playlist, keys.text("channel", "uploader")) else schema.SERIES, playlist)
    keys.put(schema.SERIES, keys.text("series"))
    keys.put(schema.LINKS, find_links(description).links)
    if keys.text("id"):
        keys.put(schema.IDS, {extractor or "id": keys.text("id")})
    record = keys.talk(
        (Source(name, first, last, ""),),
        speakers=_speakers(description),
        abstract=description,
        chapters=_chapters(keys, description, float(duration_s) if isinstance(duration_s, int | float) else None),
    )
    record = replace(record, title=record.title or " ".join(keys.text("fulltitle").split()) or name)
    entry = Entry(record, tracks=_tracks(value), owns_stem=True, is_recording=True)
    return Part(name, last, (entry,), warnings=tuple(keys.warnings), unused=keys.unused(_TOLD_ELSEWHERE))


def _is_edition(playlist: str, channel: str) -> bool:
    """Whether a playlist is one edition of what its channel is ("PyCon US", "PyCon US 2023"): an event, no series."""
    rest = playlist.casefold().removeprefix(channel.casefold())
    return bool(channel) and rest != playlist.casefold() and re.fullmatch(r"\W*(?:19|20)\d\d\W*", rest) is not None


def _speakers(description: str) -> tuple[Speaker, ...]:
    lines = (match["people"] for line in description.splitlines() if (match := _SPEAKERS.fullmatch(line)))
    return tuple(dict.fromkeys(speaker for people in lines for speaker in speakers_of(people)))


def _chapters(keys: Keys, description: str, duration_s: float | None) -> tuple[Chapter, ...]:
    """The chapters that are given, else those of the description, where they begin at its start."""
    given = keys.objects("chapters")
    items = [(one.get("start_time"), one.get("end_time"), str(one.get("title") or "")) for one in given]
    if not items:
        found = read_markdown(description).chapters
        if len(found) > 1 and found[0].start_s == 0:
            items = [(chapter.start_s, None, chapter.title) for chapter in found]
    chapters = timed_chapters(items, duration_s)
    for chapter in chapters:
        if chapter.problem:
            keys.warn(f"{chapter.problem}; it is kept as written, without a link to the second.")
    return chapters


def _tracks(value: Mapping[str, Any]) -> dict[str, Made]:
    tracks: dict[str, Made] = {}
    for key, made in (("automatic_captions", "automatic"), ("subtitles", "hand")):
        languages = value.get(key)
        if isinstance(languages, dict):
            tracks |= {str(language): made for language in languages}  # type: ignore[misc]  # both are `Made`
    return tracks
