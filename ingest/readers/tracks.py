"""What a file says was spoken, and when: cues put in order, times judged, repeats of rolling captions dropped.

Comes in: cues as a file has them (`captions`, `documents`), or timed segments in JSON as the Whisper family, podcasts
and people's own exports write them; only keys differ between these. Goes out: a `Track`, whose cues hold every word
once, in order of time. Chapters come in and go out, their times judged together. A time that cannot be is never made
into another one: words and titles stay without it.
"""

import math
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest
from typing import Any, Literal

from ingest.readers.fields import number, seconds_of
from ingest.records import Chapter, Cue
from ingest.schema import format_seconds
from ingest.text import WORDS_PER_STOP, has_stops

# No recording lasts a day; a cue beyond it is a slip ("97:00:01").
LONGEST_S = 86_400.0
# Rolling captions repeat the line before: in 1.00 of the cues of rolling files, in at most .007 of 109 others.
ROLLING_SHARE = 1 / 3
_REPEATED_WORDS = 3
# They repeat a line or two; a whole page that comes again has been said again.
_MOST_REPEATED_WORDS = 100

# Where the formats keep their segments: openai-whisper, whisperX and podcasts; whisper.cpp.
_LISTS = ("segments", "transcription")
_TEXT = ("text", "body")
_START = ("start", "startTime", "start_s")
_END = ("end", "endTime", "end_s")
_STARTS = (*_START, "offsets")
_TOLD_BESIDE = frozenset((*_LISTS, "language", "text", "result", "version"))
_READ = frozenset((*_TEXT, *_START, *_END, "speaker", "duration", "offsets", "timestamps"))

Made = Literal["hand", "automatic", "recognised"]
# What is wrong with times, by kind.
_Problems = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Track:
    """Everything that one file says was spoken.

    Attributes:
        cues: In order of time; none is empty.
        language: ISO 639-1 as the file says, or None.
        made: By hand, automatically by a video site, or by a recogniser.
        problems: Sentences about times that cannot be, each once.
        unused: How often each key was met that is neither text, time nor speaker.
    """

    cues: tuple[Cue, ...]
    language: str | None = None
    made: Made = "hand"
    problems: tuple[str, ...] = ()
    unused: Counter[str] = field(default_factory=Counter)


def judged(cues: Sequence[Cue], *, noun: str = "cue", automatic: bool = False) -> Track:
    """Judge the times of cues, put them in order and drop what rolling captions repeat.

    Args:
        cues: In the file's order; times as written, NaN where one is missing, a start of None where the file says that
            it has none.
        noun: What the file calls a cue, for messages.
        automatic: The file itself shows that no hand made it.
    """
    problems: _Problems = defaultdict(list)
    ordered = _in_order(_with_starts(cues, noun, problems), noun, problems)
    said, rolls = without_repeats([cue for cue in ordered if cue.text])
    starts = [cue.start_s if cue.start_s is not None else math.inf for cue in said]
    ends = [cue.end_s if cue.end_s is not None else -math.inf for cue in said]
    overlapping = sum(start < after < end for start, end, after in zip(starts, ends, starts[1:], strict=False))
    # An automatic cue stays on the screen while the next one is spoken.
    said = _with_ends(said, cut=automatic or rolls or 2 * overlapping > len(said))
    told = [f"{one} ({len(more)} more like it)" if more else one for one, *more in problems.values()]
    made: Made = "automatic" if automatic or rolls or _lacks_stops(said) else "hand"
    return Track(tuple(said), made=made, problems=tuple(told))


def _segments(value: Any) -> list[Any] | None:
    if isinstance(value, dict) and not isinstance(value.get("title"), str):
        value = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
    if not isinstance(value, list) or not all(map(_says, value)):
        return None
    return value if any(key in item for item in value for key in _STARTS) else None


def _says(value: Any) -> bool:
    """Whether a JSON value is something said; its time may be missing."""
    return isinstance(value, dict) and isinstance(_first(value, _TEXT), str) and not isinstance(value.get("title"), str)


def read_segments(value: Any) -> Track | None:
    """What the segments in a JSON value say; None where it holds none."""
    if (segments := _segments(value)) is None:
        return None
    track = read_cues(segments)
    if not isinstance(value, dict):
        return replace(track, made="recognised")
    unused = track.unused + Counter(key for key in value if key not in _TOLD_BESIDE)
    result = value.get("result")
    language = value.get("language") or (result.get("language") if isinstance(result, dict) else None)
    # A podcast's transcript names its version; what a recogniser writes does not.
    made = track.made if "version" in value else "recognised"
    return replace(track, language=language if isinstance(language, str) else None, made=made, unused=unused)


def read_cues(segments: Sequence[Mapping[str, Any]], *, noun: str = "segment", lines: Sequence[int] = ()) -> Track:
    """Read a list of segments.

    Args:
        segments: Each an object with a text.
        noun: What the file calls one.
        lines: Where each stands, if that is known.
    """
    cues: list[Cue] = []
    for segment, line in zip_longest(segments, lines):
        speaker = segment.get("speaker")
        who = " ".join(speaker.split()) if isinstance(speaker, str) else ""
        text = " ".join(str(_first(segment, _TEXT) or "").split())
        cues.append(Cue(*_times(segment), text, who or None, line))
    unused = Counter(key for segment in segments for key in segment if key not in _READ)
    return replace(judged(cues, noun=noun), unused=unused)


def clock_s(written: str) -> float:
    """A written time in seconds; infinite where no clock shows it, which `judged` tells."""
    found = seconds_of(written)
    return math.inf if found is None else float(found)


def _times(segment: Mapping[str, Any]) -> tuple[float | None, float]:
    """Start and end in seconds, NaN where one is missing; our own records say by null that there is no start."""
    offsets = segment.get("offsets")
    if isinstance(offsets, dict):
        return number(offsets.get("from")) / 1000, number(offsets.get("to")) / 1000
    if "start_s" in segment and segment["start_s"] is None:
        return None, math.nan
    start_s, end = _second(_first(segment, _START)), _first(segment, _END)
    return start_s, start_s + number(segment["duration"]) if end is None and "duration" in segment else _second(end)


def _second(value: Any) -> float:
    found = seconds_of(value) if isinstance(value, str) else number(value)
    return math.nan if found is None else float(found)


def _first(segment: Mapping[str, Any], keys: Sequence[str]) -> Any:
    return next((segment[key] for key in keys if key in segment), None)


def without_repeats(cues: Sequence[Cue]) -> tuple[list[Cue], bool]:
    """Drop what each cue repeats of the one before it, if the captions roll.

    Returns:
        The cues, and whether they roll. What somebody says twice stays wherever captions do not roll, and where it
        stands further apart than in two neighbouring cues.
    """
    if not cues:
        return [], False
    words = [cue.text.split() for cue in cues]
    repeats = [0, *(_repeated(before, after) for before, after in pairwise(words))]
    rolling = [repeat >= _REPEATED_WORDS or 0 < repeat == len(own) for repeat, own in zip(repeats, words, strict=True)]
    if sum(rolling) < max(2, ROLLING_SHARE * len(cues)) or max(repeats) < _REPEATED_WORDS:
        return list(cues), False
    fresh = [replace(cue, text=" ".join(own[repeat:])) for cue, own, repeat in zip(cues, words, repeats, strict=True)]
    return [cue for cue in fresh if cue.text], True


def _with_starts(cues: Sequence[Cue], noun: str, problems: _Problems) -> list[Cue]:
    """Cues whose times can be; a start that is missing is the end of the cue before it."""
    timed = any(_is_number(cue.start_s) for cue in cues)
    found: list[Cue] = []
    last_s = 0.0
    for place, cue in enumerate(cues, 1):
        start_s, end_s = cue.start_s, cue.end_s if _is_number(cue.end_s) else None
        if start_s is not None and math.isnan(start_s):
            start_s = last_s if timed else None
            if timed:
                problems["missing"].append(
                    f"{noun} {place} has no start; it takes the end of the {noun} before it ({format_seconds(last_s)})."
                )
        if start_s is not None and not 0 <= start_s < LONGEST_S:
            problems["beyond"].append(
                f"{noun} {place} {_beyond(start_s)}; it is kept as text, without a link to the second."
            )
            start_s = None
        if start_s is None or (end_s is not None and end_s >= LONGEST_S):
            end_s = None
        elif end_s is not None and end_s < start_s:
            problems["backwards"].append(
                f"{noun} {place}, {format_seconds(start_s)}: the end ({format_seconds(max(end_s, 0))}) is before the "
                f"start; the {noun} is kept with its start."
            )
            end_s = None
        last_s = end_s if end_s is not None else start_s if start_s is not None else last_s
        found.append(replace(cue, start_s=start_s, end_s=end_s))
    return found


def _beyond(start_s: float) -> str:
    if start_s < 0:
        return "starts before the recording does"
    return f"starts at {start_s / 3600:,.0f} hours" if start_s < 1e9 else "has a start that no clock shows"


def _is_number(value: float | None) -> bool:
    return value is not None and not math.isnan(value)


def _with_ends(cues: Sequence[Cue], *, cut: bool) -> list[Cue]:
    """Cues without an end, or to be `cut`, end where the next one starts, if that is later; the last one stays."""
    found = list(cues)
    for place, (cue, after) in enumerate(pairwise(cues)):
        if cue.start_s is None or after.start_s is None or after.start_s <= cue.start_s:
            continue
        if cue.end_s is None or (cut and after.start_s < cue.end_s):
            found[place] = replace(cue, end_s=after.start_s)
    return found


def _in_order(cues: Sequence[Cue], noun: str, problems: _Problems) -> list[Cue]:
    """The cues in order of time; one without a time stays behind the one before it."""
    keys: list[float] = []
    latest = -1.0
    for place, cue in enumerate(cues, 1):
        if cue.start_s is not None and cue.start_s < latest:
            problems["order"].append(f"{noun} {place} is out of order; the {noun}s are put in order of time.")
        keys.append(cue.start_s if cue.start_s is not None else (keys[-1] if keys else -1.0))
        latest = max(latest, keys[-1])
    return [cues[place] for place in sorted(range(len(cues)), key=keys.__getitem__)]


def _repeated(before: Sequence[str], after: Sequence[str]) -> int:
    """How many words at the start of one cue are the last words of the cue before it."""
    longest = min(len(before), len(after), _MOST_REPEATED_WORDS)
    return next((count for count in range(longest, 0, -1) if before[-count:] == after[:count]), 0)


def _lacks_stops(cues: Sequence[Cue]) -> bool:
    text = " ".join(cue.text for cue in cues)
    return len(text.split()) >= WORDS_PER_STOP and not has_stops(text)


def parse_time(time: str) -> tuple[int | None, str | None]:
    """H:MM:SS or MM:SS in seconds; or None, and the reason why the time cannot be one."""
    numbers = [int(number) for number in time.split(":")]
    hours, minutes, seconds = numbers if len(numbers) == 3 else [0, *numbers]
    if minutes >= 60 or seconds >= 60:
        return None, f'the time "{time}" counts 60 or more minutes or seconds'
    if hours >= 24:
        return None, f'the time "{time}" is {hours} hours from the start, longer than a recording lasts'
    return hours * 3600 + minutes * 60 + seconds, None


def check_order(chapters: Sequence[Chapter]) -> tuple[Chapter, ...]:
    """Flag the fewest chapters that make the remaining times run forward; of equal choices, the later ones.

    Returns:
        The chapters in the order given; a flagged one has no `start_s` and says in `problem` why.
    """
    timed = [
        (index, start_s)
        for index, start_s in enumerate(chapter.start_s for chapter in chapters)
        if start_s is not None and 0 <= start_s < LONGEST_S
    ]
    kept = _longest_rising([start_s for _, start_s in timed])
    trusted = {timed[position][0] for position in kept}
    return tuple(
        chapter
        if chapter.start_s is None or index in trusted
        else replace(
            chapter,
            start_s=None,
            problem=f'the time "{chapter.time or f"{chapter.start_s} s"}" does not follow the times around it',
        )
        for index, chapter in enumerate(chapters)
    )


def _longest_rising(numbers: Sequence[float]) -> list[int]:
    """Positions of a longest sequence that never falls; of equally long ones, that which keeps the earliest numbers.

    Source:
        Fredman, "On computing the length of longest increasing subsequences", Discrete Mathematics 11, 1975.
    """
    lengths: list[int] = []
    smallest_ends: list[float] = []
    for one in reversed(numbers):
        place = bisect_right(smallest_ends, -one)
        smallest_ends[place : place + 1] = [-one]
        lengths.append(place + 1)
    needed = max(lengths, default=0)
    kept: list[int] = []
    for position, length in enumerate(reversed(lengths)):
        if length == needed and (not kept or numbers[position] >= numbers[kept[-1]]):
            kept.append(position)
            needed -= 1
    return kept
