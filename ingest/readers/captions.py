"""Captions → tracks: SubRip, WebVTT, SBV and YouTube's json3, by a scanner of our own.

Comes in: a file's text, or its parsed JSON. Goes out: a `Track` that holds every word outside the file's own marks.

The scanner goes by timing lines: a cue is what stands between one and the next, less a number, an id, NOTE, STYLE and
REGION. Libraries lose words here: behind a blank line inside a cue, at a decimal comma, where a text holds "-->", the
second of two voices. They are references in the tests, where files are well formed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ingest.readers.fields import number
from ingest.readers.people import is_name
from ingest.readers.tracks import Track, clock_s, judged
from ingest.records import Cue

_TIME = r"(-?(?:\d{1,9}:)?\d{1,9}:\d{1,9}(?:[.,:]\d{1,9})?)"
_TIMING = re.compile(
    rf"\s*{_TIME}\s*(?:-{{1,3}}>|[–—→]>?)\s*{_TIME}(?P<rest>(?:\s.*)?)"
    # SBV has a comma between the times, and nothing else on the line.
    r"|(\d{1,3}:\d\d:\d\d\.\d{3}),(\d{1,3}:\d\d:\d\d\.\d{3})\s*"
)
_SETTINGS = re.compile(r"(?:\s+[A-Za-z]\w*:\S+)*\s*")
_LANGUAGE = re.compile(r"Language\s*:\s*(\S+)\s*", re.IGNORECASE)
_COMMENT = re.compile(r"(?:NOTE(?:\s|$)|(?:STYLE|REGION)\s*$)")
# Tags that captions know; any other is text that somebody wrote ("<script>", "<s>" in a talk on tokens) and stays text.
_TAG = re.compile(
    r"</?(?:c|i|b|u|em|strong|ruby|rt|font|lang|v)(?:[.\s][^<>]*)?/?>|<(?:\d+:)?\d{1,2}:\d{2}[.,]\d{3}>", re.IGNORECASE
)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]+)>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "#39": "'", "nbsp": " ", "lrm": "", "rlm": ""}
_ENTITY = re.compile(rf"&({'|'.join(_ENTITIES)});")
_LABEL = re.compile(
    r"\s*(?:[-–—]\s*)?(?P<chevrons>(?:>>+\s*)?)(?:\[?(?P<name>[^\W\d_][^:<>\[\]()?!,]{0,40}?)\]?:(?:\s+|$))?"
)
_NUMBERED = re.compile(r"speaker[ _]?\d+", re.IGNORECASE)
# Whom captions name without a name; anybody else is told by capitals, by the shape of a name, or by coming back.
_PARTS = frozenset(
    "audience student students speaker professor instructor lecturer teacher host guest moderator presenter interviewer"
    " interviewee announcer narrator all man woman chair q a".split()
)
# They come back before colons and name nobody.
_NOBODY = frozenset(
    "note remember example theorem lemma proof definition claim warning tip question answer step now so today idea"
    " problem solution remark corollary first second third finally recall".split()
)
_TIMES_TO_BE_SOMEBODY = 3
# Start, end, what is said, and the line of the file.
_Block = tuple[float, float, list[str], int | None]


def is_captions(text: str) -> bool:
    """Whether a text has timing lines, or says that it is WebVTT."""
    return _is_vtt(text) or any(_TIMING.fullmatch(line) for line in text.splitlines())


def read_captions(text: str) -> Track:
    """Read SubRip, WebVTT or SBV, well formed or not; text that stands before the first time is told."""
    lines = re.split(r"\r\n|\r|\n", text.lstrip("\ufeff"))
    vtt = _is_vtt(text)
    timings = [(place, match) for place, line in enumerate(lines) if (match := _TIMING.fullmatch(line))]
    heads = [*_heads(lines, [place for place, _ in timings], vtt=vtt), len(lines)]
    head = lines[: heads[0]]
    header_end = next((place for place, line in enumerate(head) if not line.strip()), len(head)) if vtt else 0
    language = next((match[1] for line in head[:header_end] if (match := _LANGUAGE.fullmatch(line))), None)
    left_out = _spoken(head[header_end:], vtt=vtt)
    blocks: list[_Block] = []
    for (place, match), after in zip(timings, heads[1:], strict=True):
        spoken = _spoken(lines[place + 1 : after], vtt=vtt)
        rest = match["rest"] or ""
        if not _SETTINGS.fullmatch(rest):
            spoken.insert(0, rest.strip())
        start, end = match[1] or match[4], match[2] or match[5]
        blocks.append((clock_s(start), clock_s(end), spoken, place + 1))
    track = judged(list(_voices(blocks)))
    if left_out:
        problem = f'"{" ".join(left_out)[:60]}" stands before the first time and belongs to no cue; give it a time.'
        track = replace(track, problems=(problem, *track.problems))
    return replace(track, language=language)


def read_json3(data: Mapping[str, Any]) -> Track:
    """Read YouTube's json3: events of segments, times in milliseconds.

    An event without segments is a window, `aAppend` with a line feed only says line feed.
    """
    blocks: list[_Block] = []
    automatic = False
    for event in data["events"]:
        segments = event.get("segs") if isinstance(event, dict) else None
        if not isinstance(segments, list):
            continue
        pieces = [piece for piece in segments if isinstance(piece, dict) and isinstance(piece.get("utf8"), str)]
        text = "".join(piece["utf8"] for piece in pieces)
        if not text.strip():
            continue
        automatic = automatic or any("tOffsetMs" in piece for piece in pieces)
        start_s = number(event.get("tStartMs")) / 1000
        blocks.append((start_s, start_s + number(event.get("dDurationMs")) / 1000, text.split("\n"), None))
    return judged(list(_voices(blocks)), noun="event", automatic=automatic)


def voice_label(line: str) -> tuple[str | None, str]:
    """Who speaks by a line's "NAME:", and the rest of it; no name where the words before the colon name nobody."""
    label = _LABEL.match(line)
    if label and label["name"] and _is_label(label["name"], _TIMES_TO_BE_SOMEBODY):
        return label["name"], line[label.end() :]
    return None, line


def _is_vtt(text: str) -> bool:
    return re.match(r"\ufeff?\s*WEBVTT(?:\s|$)", text) is not None


def _heads(lines: Sequence[str], places: Sequence[int], *, vtt: bool) -> Iterator[int]:
    """Where each cue begins: at the number or id above its timing line, else there."""
    number: int | None = None
    for place in places:
        above = lines[place - 1].strip() if place else ""
        alone = place < 2 or not lines[place - 2].strip()
        numbered = above.isdecimal() and len(above) < 10 and (alone or number == int(above) - 1)
        number = int(above) if numbered else None if number is None else number + 1
        yield place - 1 if numbered or (vtt and alone and above) else place


def _spoken(stretch: Sequence[str], *, vtt: bool) -> list[str]:
    """What is said between two cues' own lines."""
    said: list[str] = []
    in_comment = False
    for place, line in enumerate(stretch):
        if not line.strip():
            in_comment = False
        elif vtt and place and not stretch[place - 1].strip() and _COMMENT.match(line):
            in_comment = True
        elif not in_comment:
            said.append(line)
    return said


def _voices(blocks: Sequence[_Block]) -> Iterator[Cue]:
    """Cues as who says what: a block with two voices becomes two; whoever is named speaks until another is."""
    pieces = [_pieces("\n".join(lines)) for _, _, lines, _ in blocks]
    known = _known_labels(text for parts in pieces for _, text in parts)
    speaker: str | None = None
    for (start_s, end_s, _, at), parts in zip(blocks, pieces, strict=True):
        said: list[tuple[str | None, list[str]]] = []
        for voice, text in parts:
            if voice is not None:
                speaker = voice
                said.append((speaker, []))
            for line in text.split("\n"):
                label = _LABEL.match(line)
                if label and label["name"] in known:
                    speaker, line = label["name"], line[label.end() :]
                elif label and label["chevrons"]:
                    speaker, line = None, line[label.end("chevrons") :]
                if not said or said[-1][0] != speaker or (label and label["chevrons"]):
                    said.append((speaker, []))
                said[-1][1].append(line)
        for who, lines in said:
            text = " ".join(" ".join(lines).split())
            if text:
                yield Cue(start_s, end_s, text, who, at)


def _pieces(text: str) -> list[tuple[str | None, str]]:
    """A cue's text by its `<v NAME>` marks: (name or None, plain text)."""
    first, *named = map(plain, _VOICE.split(text))
    voices = (" ".join(name.split()) for name in named[::2])
    return [(None, first), *zip(voices, named[1::2], strict=True)]


def plain(text: str) -> str:
    """A caption's text without its marks: tags, positions and entities."""
    bare = _OVERRIDE.sub("", _TAG.sub("", text))
    return _ENTITY.sub(lambda match: _ENTITIES[match[1]], bare)


def _known_labels(texts: Iterator[str]) -> frozenset[str]:
    """Which of the words before colons at the start of lines name who speaks."""
    counts = Counter(
        match["name"] for text in texts for line in text.split("\n") if (match := _LABEL.match(line)) and match["name"]
    )
    return frozenset(name for name, count in counts.items() if _is_label(name, count))


def _is_label(name: str, count: int) -> bool:
    words = name.split()
    if _NUMBERED.fullmatch(name) or name.lower() in _PARTS or is_name(name):
        return True
    if not words or words[0].lower() in _NOBODY or not all(word[0].isupper() for word in words):
        return False
    if name.isupper() and len(name) > 1:
        return len(words) > 1 or count >= _TIMES_TO_BE_SOMEBODY
    return len(words) == 1 and count >= _TIMES_TO_BE_SOMEBODY
