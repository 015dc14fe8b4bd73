"""Timed segments in JSON → tracks: what the Whisper family, podcasts and people's own exports write.

Comes in: parsed JSON. Goes out: a `Track`, and how often each key was met that is not text, time or speaker. Only keys
differ between these formats, so one table of keys reads them all.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ingest.readers.tracks import Track, judged, number
from ingest.records import Cue

# Where the formats keep their segments: openai-whisper, whisperX and podcasts; whisper.cpp.
_LISTS = ("segments", "transcription")
_TEXT = ("text", "body")
_START = ("start", "startTime", "start_s")
_END = ("end", "endTime", "end_s")
_STARTS = (*_START, "offsets")
_READ = frozenset((*_TEXT, *_START, *_END, "speaker", "duration", "offsets", "timestamps"))


def find_segments(value: Any) -> list[Any] | None:
    """The list of segments in a JSON value, or None where it holds none."""
    if isinstance(value, dict) and not isinstance(value.get("title"), str):
        value = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
    if not isinstance(value, list) or not value:
        return None
    return value if all(map(_says, value)) and any(key in item for item in value for key in _STARTS) else None


def _says(value: Any) -> bool:
    """Whether a JSON value is something said; its time may be missing."""
    return isinstance(value, dict) and isinstance(_first(value, _TEXT), str) and not isinstance(value.get("title"), str)


def read_segments(value: Any, unused: Callable[[str], None]) -> Track:
    """Read a JSON value for which `find_segments` found segments.

    Args:
        unused: Told each key that is neither text, time nor speaker, as often as it is met.
    """
    track = read_cues(find_segments(value) or [], unused)
    if not isinstance(value, dict):
        return replace(track, made="recognised")
    for key in value.keys() - {*_LISTS, "language", "text", "result", "version"}:
        unused(key)
    result = value.get("result")
    language = value.get("language") or (result.get("language") if isinstance(result, dict) else None)
    # A podcast's transcript names its version; what a recogniser writes does not.
    made = track.made if "version" in value else "recognised"
    return replace(track, language=language if isinstance(language, str) else None, made=made)


def read_cues(segments: Sequence[Mapping[str, Any]], unused: Callable[[str], None] = lambda _: None) -> Track:
    """Read a list of segments, as `find_segments` gives it."""
    cues: list[Cue] = []
    for segment in segments:
        for key in segment:
            if key not in _READ:
                unused(key)
        start_s, end_s = _times(segment)
        speaker = segment.get("speaker")
        who = " ".join(speaker.split()) if isinstance(speaker, str) else ""
        text = " ".join(str(_first(segment, _TEXT)).split())
        cues.append(Cue(start_s, end_s, text, who or None))
    return judged(cues, noun="segment")


def _times(segment: Mapping[str, Any]) -> tuple[float | None, float]:
    """Start and end in seconds, NaN where one is missing; our own records say by null that there is no start."""
    offsets = segment.get("offsets")
    if isinstance(offsets, dict):
        return number(offsets.get("from")) / 1000, number(offsets.get("to")) / 1000
    if "start_s" in segment and segment["start_s"] is None:
        return None, math.nan
    start_s = number(_first(segment, _START))
    if _first(segment, _END) is None and "duration" in segment:
        return start_s, start_s + number(segment["duration"])
    return start_s, number(_first(segment, _END))


def _first(segment: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((segment[key] for key in keys if key in segment), None)
