"""Programmes of conferences → talks: schedule XML (frab, pretalx, Pentabarf) and schedule JSON.

Comes in: a file's text or its parsed JSON. Goes out: an entry for each event. XML is brought into the shape of the JSON
first, so that both are read once. What a programme calls a duration is the slot, not the length of a recording.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any
from xml.etree.ElementTree import Element

from ingest import schema
from ingest.readers.keys import Keys, day_of, part_of, seconds_of, source_of, speakers_of
from ingest.readers.links import find_links
from ingest.readers.parts import Entry, Part
from ingest.records import Source

_VIDEO_LINK = re.compile(r"video|recording|aufzeichnung|mitschnitt", re.IGNORECASE)
# Of the event itself, of its making, or told by what is read.
_TOLD_ELSEWHERE = frozenset(("id", "code", "slug", "logo", "room", "start", "end", "guid"))


def is_schedule(value: Any) -> bool:
    """Whether a JSON value is a programme."""
    schedule = value.get("schedule") if isinstance(value, dict) else None
    return isinstance(schedule, dict) and isinstance(schedule.get("conference"), dict)


def read_json(value: Mapping[str, Any], name: str, line_count: int) -> Part:
    """Read a programme for which `is_schedule` holds."""
    return _read(value["schedule"]["conference"], name, line_count)


def read_xml(root: Element, name: str, line_count: int) -> Part:
    """Read a programme whose root is `<schedule>`."""
    conference: dict[str, Any] = {}
    head = root.find("conference")
    if head is not None:
        conference |= {child.tag: _text(child) for child in head}
    days: list[dict[str, Any]] = []
    for day in root.iter("day"):
        rooms: dict[str, list[dict[str, Any]]] = {}
        for room in day.findall("room"):
            rooms.setdefault(room.get("name") or "", []).extend(_event(event) for event in room.findall("event"))
        days.append({"date": day.get("date"), "rooms": rooms})
    conference["days"] = days
    return _read(conference, name, line_count)


def _event(event: Element) -> dict[str, Any]:
    """An `<event>` as the JSON has it."""
    found: dict[str, Any] = {**event.attrib, **{child.tag: _text(child) for child in event if len(child) == 0}}
    found["persons"] = [{"name": _text(person)} for person in event.iter("person") if _text(person)]
    found["links"] = [
        {"url": link.get("href"), "title": _text(link)}
        for tag in ("link", "attachment") for link in event.iter(tag) if link.get("href")
    ]  # fmt: skip
    recording = event.find("recording")
    if recording is not None:
        found["recording_license"] = _text(recording.find("license"))
        found["do_not_record"] = _text(recording.find("optout")).lower() == "true"
    return found


def _text(element: Element | None) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""


def _read(conference: Mapping[str, Any], name: str, line_count: int) -> Part:
    head = Keys(conference, name)
    event = head.text("title")
    venue = ", ".join(part for part in (head.text("venue"), head.text("city")) if part)
    change_s = seconds_of(head.text("day_change")) or 0.0

    def events() -> Iterator[tuple[Keys, Callable[[], Entry]]]:
        for day, room, found in _events(conference):
            keys = Keys(found, name)
            keys.put(schema.EVENT, event)
            keys.put(schema.VENUE, venue)
            keys.put(schema.ROOM, room)
            yield keys, partial(_entry, keys, source_of(name, line_count), day, change_s)

    return part_of(name, line_count, events(), _TOLD_ELSEWHERE)


def _events(conference: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(day, room, event) of every event."""
    for day in conference.get("days") or []:
        rooms = day.get("rooms") if isinstance(day, dict) else None
        for room, events in rooms.items() if isinstance(rooms, dict) else ():
            for event in events if isinstance(events, list) else ():
                if isinstance(event, dict):
                    yield str(day.get("date") or ""), str(room), event


def _entry(keys: Keys, sources: tuple[Source, ...], day: str, change_s: float) -> Entry:
    slot = keys.get("duration")
    keys.put_seconds(schema.SCHEDULED, slot, _clock(slot) if isinstance(slot, str) else slot)
    when = keys.text("date") or _calendar_day(day, keys.text("start"), change_s)
    keys.put(schema.DATE, day_of(when, "held"))
    keys.put(schema.TRACK, keys.text("track"))
    keys.put(schema.FORMAT, keys.text("type"))
    keys.put_language(keys.text("language"))
    keys.put(schema.LICENSE, keys.text("recording_license"))
    if keys.get("do_not_record") is True:
        keys.put(schema.RECORDED, False)
    keys.put(schema.URL_FIELD, keys.text("url"))
    given = [*keys.objects("links"), *keys.objects("attachments")]
    links = [(str(one.get("title") or ""), str(one["url"])) for one in given if one.get("url")]
    video = keys.text("video_download_url") or next((url for title, url in links if _VIDEO_LINK.search(title)), "")
    keys.put(schema.VIDEO_URL, video)
    texts = [keys.text(key) for key in ("subtitle", "abstract", "description")]
    abstract = "\n".join(dict.fromkeys(text for text in texts if text))
    keys.put(
        schema.LINKS, tuple(dict.fromkeys((*(url for _, url in links if url != video), *find_links(abstract).links)))
    )
    keys.put_guid("guid")
    persons = keys.objects("persons")
    biographies = [text for one in persons if isinstance(text := one.get("biography"), str) and text.strip()]
    bio = "\n".join(text.strip() for text in biographies)
    return Entry(keys.talk(sources, speakers=speakers_of(list(persons)), abstract=abstract, bio=bio))


def _clock(time: str) -> str:
    """A time as clocks write it: "01:00" is an hour, for a programme has no seconds unless it writes all three."""
    return f"{time}:00" if time.count(":") == 1 else time


def _calendar_day(day: str, start: str, change_s: float) -> str:
    """The calendar's day of a programme's day and a start: before the day changes, it is the next one."""
    start_s = seconds_of(_clock(start))
    try:
        held = date.fromisoformat(day[:10])
    except ValueError:
        return day
    return (held + timedelta(days=1)).isoformat() if start_s is not None and start_s < change_s else held.isoformat()
