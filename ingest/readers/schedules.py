"""Programmes of conferences → talks: schedule XML (frab, pretalx, Pentabarf) and schedule JSON.

Comes in: a file's root element or its parsed JSON. Goes out: a `Given` for each event. An event of XML is brought into
the shape that JSON has. What a programme calls a duration is the slot, not a recording's length.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from xml.etree.ElementTree import Element

from ingest.readers.fields import day_of, seconds_of
from ingest.readers.grouping import Given
from ingest.readers.recordings import Keys

_VIDEO_LINK = re.compile(r"video|recording|aufzeichnung|mitschnitt", re.IGNORECASE)
# Of the event itself, of its making, or told by what is read.
_TOLD_ELSEWHERE = ("id", "code", "slug", "logo", "room", "start", "end")


def is_schedule(value: Mapping[str, Any]) -> bool:
    """Whether an object is a programme."""
    schedule = value.get("schedule")
    return isinstance(schedule, dict) and isinstance(schedule.get("conference"), dict)


def read_json(value: Mapping[str, Any]) -> Iterator[Given]:
    """Read a programme for which `is_schedule` holds."""
    conference = value["schedule"]["conference"]
    return _read(conference, _events(conference))


def read_xml(root: Element) -> Iterator[Given]:
    """Read a programme whose root is `<schedule>`."""
    conference = {child.tag: _text(child) for child in root.iterfind("conference/*")}
    events = (
        (day.get("date") or "", room.get("name") or "", _event(event))
        for day in root.iter("day") for room in day.findall("room") for event in room.findall("event")
    )  # fmt: skip
    return _read(conference, events)


def _event(event: Element) -> dict[str, Any]:
    """An `<event>` as the JSON has it."""
    found: dict[str, Any] = {**event.attrib, **{child.tag: _text(child) for child in event if len(child) == 0}}
    found["persons"] = [{"name": _text(person)} for person in event.iter("person") if _text(person)]
    found["links"] = [
        {"url": link.get("href"), "title": _text(link)}
        for tag in ("link", "attachment") for link in event.iter(tag) if link.get("href")
    ]  # fmt: skip
    found["recording_license"] = _text(event.find("recording/license"))
    found["do_not_record"] = _text(event.find("recording/optout")).lower() == "true"
    return found


def _text(element: Element | None) -> str:
    return "".join(element.itertext()).strip() if element is not None else ""


def _read(conference: Mapping[str, Any], events: Iterable[tuple[str, str, Mapping[str, Any]]]) -> Iterator[Given]:
    head = Keys(conference)
    event, venue = head.text("title"), ", ".join(filter(None, (head.text("venue"), head.text("city"))))
    change_s = seconds_of(head.text("day_change")) or 0.0
    for day, room, found in events:
        keys = Keys(found)
        values = {"event": event, "venue": venue, "room": room, **_values(keys, day, change_s)}
        yield Given(values, keys.unused(_TOLD_ELSEWHERE))


def _events(conference: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """(day, room, event) of every event."""
    for day in conference.get("days") or []:
        rooms = day.get("rooms") if isinstance(day, dict) else None
        for room, events in rooms.items() if isinstance(rooms, dict) else ():
            for event in events if isinstance(events, list) else ():
                if isinstance(event, dict):
                    yield str(day.get("date") or ""), str(room), event


def _values(keys: Keys, day: str, change_s: float) -> dict[str, Any]:
    slot = keys.get("duration")
    given = [*keys.objects("links"), *keys.objects("attachments")]
    links = [(str(one.get("title") or ""), str(one["url"])) for one in given if one.get("url")]
    video = keys.text("video_download_url") or next((url for title, url in links if _VIDEO_LINK.search(title)), "")
    texts = [keys.text(key) for key in ("subtitle", "abstract", "description")]
    persons = keys.objects("persons")
    values = keys.told(
        title="title", track="track", format="type", language="language", license="recording_license", url="url"
    )
    return values | {
        "speakers": keys.people("persons"),
        "abstract": "\n".join(dict.fromkeys(filter(None, texts))),
        "bio": "\n".join(filter(None, (Keys(one).text("biography") for one in persons))),
        "scheduled_s": _clock(slot) if isinstance(slot, str) else slot,
        "date": day_of(keys.text("date") or _calendar_day(day, keys.text("start"), change_s)),
        "date_of": "held",
        "recorded": False if keys.get("do_not_record") is True else None,
        "video_url": video,
        "links": [url for _, url in links if url != video],
        "ids": {"guid": keys.text("guid")},
    }


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
