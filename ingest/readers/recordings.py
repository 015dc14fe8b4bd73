"""What other programs write of recordings → objects with our keys: yt-dlp (`NAME.info.json`), PyVideo, voctoweb.

Comes in: a parsed object. Goes out: a `Given` for each recording in it; `json_records` makes records of them as of any
object, and judges every value. What stands nowhere among our keys is counted as unused.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from ingest.links import video_id
from ingest.readers.documents import TIMED_LINE, read_markdown
from ingest.readers.fields import day_of
from ingest.readers.grouping import Given
from ingest.readers.people import NOBODY
from ingest.readers.tracks import Made

_SPEAKERS = re.compile(
    r"\s*(?:(?:guest |invited )?(?:speakers?|instructors?|presenters?|lecturers?|professors?|guests?|hosts?|panelists?)"
    r"|taught by|presented by|referent(?:en|in|innen)?|vortragende[rn]?|sprecher(?:in|innen)?|dozent(?:en|in)?"
    r"|intervenante?s?|orateurs?|ponentes?)\s*:\s*(?P<people>\S.{0,300})",
    re.IGNORECASE,
)
# What these keys of a downloader say stands elsewhere, or names the file itself.
_TOLD_ELSEWHERE = frozenset(
    "_type _version extractor extractor_key ie_key epoch fulltitle display_id original_url webpage_url_basename"
    " webpage_url_domain subtitles automatic_captions requested_subtitles playlist playlist_id upload_date timestamp"
    " release_timestamp release_year modified_date uploader duration_string".split()
)
_PYVIDEO_MARKS = ("videos", "copyright_text", "thumbnail_url", "related_urls", "recorded")
_CAPTIONS = ("application/x-subrip", "text/vtt")


class Keys:
    """An object's values, each asked for by what it should be; what is never asked for counts as unused."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = {key: value for key, value in values.items() if value not in (None, "", [], {})}
        self._asked: set[str] = set()

    def get(self, *keys: str) -> Any:
        """The first value that is there among these keys; None for null, "" and empty lists."""
        self._asked.update(keys)
        return next((self._values[key] for key in keys if key in self._values), None)

    def text(self, *keys: str) -> str:
        """The first value among these keys, if it is a text or a whole number; else ""."""
        value = self.get(*keys)
        return value.strip() if isinstance(value, str) else str(value) if isinstance(value, int) else ""

    def told(self, **keys: str) -> dict[str, Any]:
        """Texts under our keys: of each the first among theirs, which are parted by spaces."""
        return {ours: self.text(*theirs.split()) for ours, theirs in keys.items()}

    def texts(self, *keys: str) -> list[str]:
        """A list of texts, or one text, as a list; anything else in it is left out."""
        value = self.get(*keys)
        items = value if isinstance(value, list) else [value]
        return list(dict.fromkeys(text for item in items if isinstance(item, str) and (text := item.strip())))

    def objects(self, *keys: str) -> list[Mapping[str, Any]]:
        """The objects of a list."""
        value = self.get(*keys)
        return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []

    def people(self, *keys: str) -> list[Any]:
        """Those whom a text or a list names, each once, as texts or objects with our keys; placeholders are nobody."""
        value = self.get(*keys)
        items = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str | dict)]
        found = [one if isinstance(one, str) else _person(Keys(one)) for one in items]
        return list({repr(one): one for one in found if one}.values())

    def unused(self, known: frozenset[str] | Sequence[str] = ()) -> Counter[str]:
        """The keys that nobody asked for, less those whose values stand elsewhere."""
        return Counter(key for key in self._values if key not in self._asked and key not in known)


def _person(keys: Keys) -> dict[str, str]:
    name = " ".join(keys.text("name", "public_name", "full_public_name", "fullname").split())
    return (
        {}
        if name.casefold() in NOBODY
        else {
            "name": name,
            "role": keys.text("role", "position"),
            "affiliation": keys.text("affiliation", "organization", "company"),
        }
    )


def find_recordings(value: Mapping[str, Any]) -> Iterator[Given] | None:
    """The recordings that an object tells of, in the first format that knows it; None where none does."""
    return next((read(value) for knows, read in _FORMATS if knows(value)), None)


def is_playlist(value: Mapping[str, Any]) -> bool:
    """Whether an object is what yt-dlp writes of a playlist, whose recordings have files of their own."""
    return _is_downloaded(value) and value.get("_type") not in (None, "", "video")


def timed(items: Sequence[tuple[Any, Any, str]], last_end: Any = None) -> list[dict[str, Any]]:
    """Chapters of (start, end, title) under our keys; an end that is missing is the next start, or the recording's."""
    following = [*(start for start, _, _ in items[1:]), last_end]
    return [
        {"start_s": start, "end_s": after if end is None else end, "title": title}
        for (start, end, title), after in zip(items, following, strict=False)
    ]


def _is_downloaded(value: Mapping[str, Any]) -> bool:
    return "id" in value and isinstance(value.get("title"), str) and ("extractor" in value or "webpage_url" in value)


def _downloaded(value: Mapping[str, Any]) -> Iterator[Given]:
    """What yt-dlp writes; the channel is no speaker, lines of the description such as "Speaker: Ada Roe" name them."""
    if is_playlist(value):
        return
    keys = Keys(value)
    description, channel = keys.text("description"), keys.text("channel", "uploader")
    playlist, series = keys.text("playlist_title", "playlist"), keys.text("series")
    is_edition = _is_edition(playlist, channel)
    released, uploaded = keys.text("release_date"), keys.text("upload_date")
    extractor = keys.text("extractor_key", "extractor").lower().split(":")[0]
    chapters, lines = _chapters(keys, description), description.splitlines()
    titles = {one["title"] for one in chapters}
    values = keys.told(
        title="title fulltitle", organiser="channel uploader", venue="location",
        language="language", license="license", url="webpage_url original_url", video_url="webpage_url original_url",
    )  # fmt: skip
    values |= {
        "speakers": [named["people"] for named in map(_SPEAKERS.fullmatch, lines) if named],
        # Its speakers and chapters stand by themselves.
        "abstract": "\n".join(
            line for line in lines if not _SPEAKERS.fullmatch(line) and _timed_title(line) not in titles
        ).strip(),
        "chapters": chapters,
        "duration_s": keys.get("duration"),
        "date": day_of(released or uploaded),
        "date_of": "published" if released else "uploaded",
        "event": playlist if is_edition else "",
        "series": series if is_edition else playlist or series,
        "tags": keys.texts("tags"),
        "ids": {extractor or "id": keys.text("id")},
    }
    made: tuple[tuple[str, Made], ...] = (("automatic_captions", "automatic"), ("subtitles", "hand"))
    tracks = {tag: how for key, how in made if isinstance(value.get(key), dict) for tag in value[key]}
    yield Given(values, keys.unused(_TOLD_ELSEWHERE), tracks=tracks, is_recording=True)


def _is_edition(playlist: str, channel: str) -> bool:
    """Whether a playlist is one edition of what its channel is ("PyCon US", "PyCon US 2023"): an event, no series."""
    rest = playlist.casefold().removeprefix(channel.casefold())
    return bool(channel) and rest != playlist.casefold() and re.fullmatch(r"\W*(?:19|20)\d\d\W*", rest) is not None


def _timed_title(line: str) -> str | None:
    """The title in "1:02 Title"."""
    timed = TIMED_LINE.fullmatch(line.strip())
    return timed["rest"] if timed else None


def _chapters(keys: Keys, description: str) -> list[dict[str, Any]]:
    """The chapters that are given, else those of the description, where they begin at its start."""
    given = keys.objects("chapters")
    items = [(one.get("start_time"), one.get("end_time"), str(one.get("title") or "")) for one in given]
    if not items:
        found = read_markdown(description).chapters
        if len(found) > 1 and found[0].start_s == 0:
            items = [(chapter.start_s, None, chapter.title) for chapter in found]
    return timed(items, keys.get("duration"))


def _is_pyvideo(value: Mapping[str, Any]) -> bool:
    if not isinstance(value.get("title"), str):
        return False
    return isinstance(value.get("videos"), list) or sum(key in value for key in _PYVIDEO_MARKS) > 1


def _pyvideo(value: Mapping[str, Any]) -> Iterator[Given]:
    keys = Keys(value)
    # Old entries part what newer ones have as one text; what stands in another of the three says nothing more.
    texts = [keys.text(key) for key in ("summary", "abstract", "description")]
    told = [text for place, text in enumerate(texts) if text and not any(text in other for other in texts[place + 1 :])]
    addresses = [str(one["url"]) for one in keys.objects("videos") if isinstance(one.get("url"), str)]
    related = [str(one["url"]) for one in keys.objects("related_urls") if isinstance(one.get("url"), str)]
    values = keys.told(title="title", event="_category_title event", language="language", license="copyright_text")
    values |= {
        "speakers": keys.people("speakers"),
        "abstract": "\n".join(told),
        "duration_s": keys.get("duration"),
        "date": day_of(keys.text("recorded")),
        "date_of": "recorded",
        "tags": keys.texts("tags"),
        "video_url": addresses[0] if addresses else keys.text("source_url"),
        "links": [*related, *keys.texts("related_urls"), *addresses[1:]],
        "ids": dict(found for address in addresses if (found := video_id(address))),
    }
    yield Given(values, keys.unused(("_path",)))


def _is_voctoweb(value: Mapping[str, Any]) -> bool:
    is_conference = isinstance(value.get("events"), list) and "acronym" in value
    return is_conference or ("conference_title" in value and "persons" in value)


def _voctoweb(value: Mapping[str, Any]) -> Iterator[Given]:
    """An event, or all of a conference; a recording of one may be its captions, which are looked for in the folder."""
    is_one = "conference_title" in value
    head = Keys({} if is_one else value)
    conference, acronym, events = head.text("title"), head.text("acronym"), head.objects("events")
    unused = head.unused()
    for event in [value] if is_one else events:
        keys = Keys(event)
        held, released = keys.text("date"), keys.text("release_date")
        slug = keys.text("slug")
        recordings = [one for one in keys.objects("recordings") if isinstance(one.get("filename"), str)]
        values = keys.told(
            title="title", language="original_language", url="frontend_link link", video_url="frontend_link"
        )
        values |= {
            "speakers": keys.people("persons"),
            "abstract": "\n".join(filter(None, (keys.text("subtitle"), keys.text("description")))),
            "duration_s": keys.get("duration", "length"),
            "date": day_of(held or released),
            "date_of": "held" if held else "published",
            "event": keys.text("conference_title") or conference,
            # Some are numbers and short names that the site finds an event by.
            "tags": [
                tag
                for tag in keys.texts("tags")
                if not (tag.isdecimal() or tag == acronym or slug.startswith(f"{tag}-"))
            ],
            "links": [link for link in keys.texts("link") if link != values["url"]],
            "ids": {"guid": keys.text("guid")},
        }
        captions = tuple(one["filename"] for one in recordings if one.get("mime_type") in _CAPTIONS)
        others = tuple(one["filename"] for one in recordings if one.get("mime_type") not in _CAPTIONS)
        yield Given(values, keys.unused() + unused, captions, others)
        unused = Counter()


_FORMATS: tuple[tuple[Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any]], Iterator[Given]]], ...] = (
    (_is_downloaded, _downloaded),
    (_is_voctoweb, _voctoweb),
    (_is_pyvideo, _pyvideo),
)
