"""Timed parts of a recording: "01:29:30 - "Title", Name, Role, Affiliation".

Comes in: lines of that form. Goes out: chapters whose times can be trusted, or say why they cannot.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from ingest.readers.people import parse_people
from ingest.records import Chapter

# Three numbers need no dash; of two, "16:10 displays" may be a title.
_CHAPTER = re.compile(
    r"(?P<time>\d{1,3}:\d{1,2}:\d{1,2}(?=\s*[-–—:|]|\s)|\d{1,3}:\d{2}(?=\s*[-–—|]))\s*(?:[-–—:|]\s*)?(?P<rest>\S.*)"
)
_QUOTED = re.compile(r"[\"“](?P<title>.+?)[\"”](?=\s*(?:,|$))\s*,?\s*(?P<people>.*)")


def parse_chapter(line: str) -> Chapter | None:
    """Read a line that begins with a time, possible or not, and names what begins then; None for any other.

    Returns:
        The chapter, its time judged by itself only; `check_order` judges the times of a session together.
    """
    match = _CHAPTER.fullmatch(line)
    if match is None:
        return None
    start_s, problem = parse_time(match["time"])
    quoted = _QUOTED.fullmatch(match["rest"])
    title = quoted["title"] if quoted else match["rest"]
    speakers = parse_people(quoted["people"]) if quoted else ()
    return Chapter(time=match["time"], start_s=start_s, title=title.strip(), speakers=speakers, problem=problem)


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
    timed = [(index, chapter.start_s) for index, chapter in enumerate(chapters) if chapter.start_s is not None]
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
    for number in reversed(numbers):
        place = bisect_right(smallest_ends, -number)
        smallest_ends[place : place + 1] = [-number]
        lengths.append(place + 1)
    needed = max(lengths, default=0)
    kept: list[int] = []
    for position, length in enumerate(reversed(lengths)):
        if length == needed and (not kept or numbers[position] >= numbers[kept[-1]]):
            kept.append(position)
            needed -= 1
    return kept
