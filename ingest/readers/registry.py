"""A file is recognised by what it holds; its name only decides where content cannot.

Comes in: a file. Goes out: what it gives: records, or a part of a recording for `grouping`. One look at its first bytes
tells media and other binary files, which are never read; text is decoded here, JSON and XML parsed once.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
from defusedxml.common import DefusedXmlException

from ingest.errors import PageUnreadable
from ingest.readers import captions, documents, feeds, json_records, paper_pages, schedules, tables, talk_pages
from ingest.readers.fields import record_key
from ingest.readers.grouping import Given, Part
from ingest.readers.recordings import is_playlist, timed
from ingest.readers.tracks import Track, read_segments
from ingest.records import Chapter, Warning

LARGEST_BYTES = 50_000_000
_LOOK_BYTES = 64
# Of a text that a crash or a disk has spoilt in places; what is no text has more.
_TEXT_BYTES_A_NUL = 20
_MEDIA = re.compile(
    rb"....(?:ftyp|moov|mdat|wide|skip)|\x1aE\xdf\xa3|OggS|ID3|RIFF....WAVE|fLaC|#!AMR|\xff[\xf1\xf9\xfb\xf3\xf2\xfa]",
    re.DOTALL,
)
_PICTURE = re.compile(rb"\x89PNG|\xff\xd8\xff|GIF8|RIFF....WEBP|BM....\0\0\0\0", re.DOTALL)
# Beside the recordings of a folder, as PyVideo has it.
_CATEGORY_FILE = "category.json"
_CAPTION_ENDINGS = (".srt", ".vtt", ".sbv", ".json3")
_TABLE_ENDINGS = (".csv", ".tsv")
_TEXT_ENDINGS = ("", ".txt", ".text", ".md", ".markdown")
# A line of a transcript may begin with "[00:01:23]".
_JSON_START = re.compile(r"\s*(?:\{\s*[\"}]|\[(?!\s*\d+:\d))")
_XML = re.compile(r"\s*<(?:\?xml|!DOCTYPE\s+(?!html)|[A-Za-z][\w:.-]*[\s/>])", re.IGNORECASE)
_UNKNOWN = (
    "not a Recorded Talks page, a Daily Papers page, captions, a table or JSON records; save the page as text with its "
    'heading, or write one {"title": ..., "speakers": ...} a line.'
)
_KINDS = {int: "numbers", float: "numbers", str: "texts", list: "lists"}
_AS_TEXT = "no talk page, captions or table: read as one text without times."


def read_file(path: Path, *, name: str) -> Part:
    """Read one file of the corpus.

    Args:
        path: Where it is.
        name: The file as the user knows it, for sources and messages.

    Raises:
        PageUnreadable: It cannot be opened, is too large, no text, empty or of no known kind, or holds nothing good.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(_LOOK_BYTES)
        if _MEDIA.match(start):
            return Part(name, is_media=True)
        if _PICTURE.match(start):
            return Part(name, aside="a picture")
        if size > LARGEST_BYTES:
            message = (
                f"it has {size / 1e6:,.0f} MB, and files over {LARGEST_BYTES / 1e6:.0f} MB are not read; split it."
            )
            raise PageUnreadable(name, None, message)
        if name.endswith(".description"):
            return Part(name, aside="a downloader's copy of a description")
        content = path.read_bytes()
    except PermissionError as error:
        message = "no permission to read it; allow it with chmod +r, or move the file away."
        raise PageUnreadable(name, None, message) from error
    except OSError as error:
        message = f"it cannot be opened ({error.strerror}); check that the file is there."
        raise PageUnreadable(name, None, message) from error
    text, told = _decoded(content, name)
    lines = re.split(r"\r\n|\r|\n", text)
    part = _read_text(text, lines, name)
    warnings = (Warning(name, 1, told), *part.warnings) if told else part.warnings
    return replace(part, line_count=len(lines), warnings=warnings)


def _decoded(content: bytes, name: str) -> tuple[str, str]:
    """A file's text, and what a person should know of how it was read."""
    told = ""
    if content.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")):
        text, told = content.decode("utf-32", "replace"), "read as UTF-32."
    elif content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text, told = content.decode("utf-16", "replace"), "read as UTF-16."
    elif b"\0" in content[:4096] and (encoding := _without_mark(content)):
        text, told = content.decode(encoding, "replace"), "read as UTF-16."
    elif content.count(0) > len(content) / _TEXT_BYTES_A_NUL:
        raise PageUnreadable(
            name, None, "not a text file; save the page as plain text in UTF-8, or move the file away."
        )
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            text = content.decode("cp1252", "replace")
            told = f"not UTF-8 (line {line}); read as Windows-1252, so save it as UTF-8 if letters are wrong."
    if not text.strip():
        raise PageUnreadable(name, None, "the file is empty; save the page again, or remove the file.")
    clean = text.translate(json_records.CONTROLS)
    if clean != text:
        count = sum(one != other for one, other in zip(clean, text, strict=True))
        told = f"{told} {count} control characters in it are shown as \ufffd.".strip()
    return clean, told


def _without_mark(content: bytes) -> str | None:
    """UTF-16 without a byte order mark, told by where its zero bytes stand; None for anything else."""
    sample = content[:4096]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(sample) < 16 or max(even, odd) < 0.4 * len(sample) / 2 or min(even, odd) > 0.02 * len(sample):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _read_text(text: str, lines: list[str], name: str) -> Part:
    """What a text gives, by the first format that recognises it."""
    ending = PurePosixPath(name).suffix.lower()
    if _JSON_START.match(text):
        return _read_json(text, lines, name)
    if documents.HTML.match(text):
        return _document(documents.read_html(text), lines, name, is_page=True)
    if _XML.match(text) and text.rstrip().endswith(">"):
        return _read_xml(text, lines, name)
    if talk_pages.recognises(lines):
        return talk_pages.read(lines, name)
    if paper_pages.recognises(lines):
        return paper_pages.read(lines, name)
    if captions.is_captions(text):
        return _spoken(captions.read_captions(text), name)
    table = tables.read_table(text)
    if isinstance(table, Track):
        return _spoken(table, name)
    if table is not None:
        return json_records.read_objects(((line, line, one) for line, one in table), name)
    if json_records.recognises(lines):
        return json_records.read(lines, name)
    if ending in _CAPTION_ENDINGS:
        raise PageUnreadable(
            name,
            None,
            "no line with a time (00:00:01,000 --> 00:00:03,000): is it plain text? Save it as .txt or .md to have it "
            "read without times.",
        )
    if ending in _TABLE_ENDINGS:
        raise PageUnreadable(name, 1, 'a table without known headings; call its columns "title", "speaker", "date", …')
    document = documents.read_markdown(text)
    if ending in _TEXT_ENDINGS or document.track or documents.FRONT_MATTER.match(text):
        return _document(document, lines, name)
    raise PageUnreadable(name, None, _UNKNOWN)


def _spoken(track: Track, name: str) -> Part:
    """A part that is only what was said."""
    if not track.cues:
        raise PageUnreadable(name, None, "it holds no caption; download it again, or remove it.")
    warnings = tuple(Warning(name, 1, problem) for problem in track.problems)
    return Part(name, track=track, warnings=warnings, unused=track.unused)


def _read_given(recordings: Iterable[Given], lines: list[str], name: str) -> Part:
    """What a file tells that is of one piece."""
    return json_records.read_objects(((1, len(lines), one) for one in recordings), name)


def _document(document: documents.Document, lines: list[str], name: str, *, is_page: bool = False) -> Part:
    """A text's talk where it says whose; else what was said, for a record to be found.

    Args:
        is_page: A web page without times tells of anything; of a text, people say that it is a transcript.
    """
    told, track = document.told, document.track
    tells_of_talk = track is not None or any(key in told for key in ("speakers", "event", "date"))
    if is_page and not tells_of_talk:
        raise PageUnreadable(name, None, "a web page without times or speakers; nothing was read from it.")
    is_text = track is None and not ("title" in told and tells_of_talk)
    if is_text:
        track = documents.untimed(document.paragraphs)
    elif document.paragraphs and not any(record_key(key) == "abstract" for key in told):
        told = {**told, "abstract": "\n".join(document.paragraphs)}
    if "title" not in told:
        part = _spoken(track or Track(()), name)
    else:
        part = _read_given([Given(json_records.under_our_keys(told))], lines, name)
        problems = tuple(Warning(name, 1, problem) for problem in (track.problems if track else ()))
        part = replace(part, track=track, warnings=part.warnings + problems)
    untimed = (Warning(name, 1, _AS_TEXT),) if is_text else ()
    return replace(part, chapters=document.chapters, warnings=untimed + part.warnings)


def _read_xml(text: str, lines: list[str], name: str) -> Part:
    try:
        root: Element = defusedxml.ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except DefusedXmlException:
        raise PageUnreadable(name, None, "it defines entities; refused, nothing was read from it.") from None
    except (ParseError, ValueError) as error:
        line = getattr(error, "position", (1, 0))[0]
        raise PageUnreadable(name, line, f"the XML is broken here ({str(error)[:80]}); download it again.") from None
    tag = root.tag.rpartition("}")[2]
    if tag == "schedule":
        return _read_given(schedules.read_xml(root), lines, name)
    if tag in ("rss", "feed") and feeds.has_recordings(root):
        return _read_given(feeds.read(root), lines, name)
    what = "a feed without recordings" if tag in ("rss", "feed") else f"no schedule and no feed (its root is <{tag}>)"
    raise PageUnreadable(name, None, f"it is {what}; nothing was read from it.")


def _read_json(text: str, lines: list[str], name: str) -> Part:
    if text.lstrip().startswith('{"replayChatItemAction"'):
        return Part(name, aside="a live chat")
    try:
        value = json_records.clean(json.loads(text))
    except RecursionError:
        raise PageUnreadable(name, None, "JSON that is nested too deep; write the records again.") from None
    except json.JSONDecodeError as error:
        cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string")
        if cut and text.lstrip().startswith("{"):
            raise PageUnreadable(name, error.lineno, "the JSON ends early; download it again.") from None
        return json_records.read(lines, name)
    except ValueError:
        return json_records.read(lines, name)
    if isinstance(value, dict):
        if (
            PurePosixPath(name).name == _CATEGORY_FILE
            and "title" in value
            and not {"videos", "speakers"} & value.keys()
        ):
            return _read_category(value, name)
        if is_playlist(value):
            return Part(name, aside="a downloader's list of a playlist")
        if (events := schedules.read_json(value)) is not None:
            return _read_given(events, lines, name)
        if _lists(value, "events", "tStartMs"):
            return _spoken(captions.read_json3(value), name)
        if _lists(value, "chapters", "startTime"):
            return Part(name, chapters=_podcast_chapters(value["chapters"]))
    if (track := read_segments(value)) is not None:
        return _spoken(track, name)
    if isinstance(value, dict) and not any(record_key(key) == "title" for key in value):
        keys = ", ".join(f'"{key}"' for key in list(value)[:8])
        told = f"its only key is {keys}" if len(value) == 1 else f"its keys are {keys}" if value else "it is empty"
        raise PageUnreadable(name, None, f"no talk in it: {told}.")
    if isinstance(value, list) and value and not any(isinstance(one, dict) for one in value):
        what, *others = {_KINDS.get(type(one), "values") for one in value}
        raise PageUnreadable(name, None, f"it is a list of {'values' if others else what}, not of talks.")
    return json_records.read(lines, name)


def _lists(value: dict[str, Any], key: str, inner: str) -> bool:
    """Whether an object has a list of objects under a key, one of which has another key."""
    items = value.get(key)
    return isinstance(items, list) and any(isinstance(one, dict) and inner in one for one in items)


def _podcast_chapters(given: list[Any]) -> tuple[Chapter, ...]:
    """A podcast's chapters; those that are not in its table of contents are not shown."""
    shown = [one for one in given if isinstance(one, dict) and one.get("toc") is not False and one.get("title")]
    items = [(one.get("startTime"), one.get("endTime"), str(one["title"])) for one in shown]
    return json_records.read_chapters(timed(items))


def _read_category(value: dict[str, Any], name: str) -> Part:
    """PyVideo's `category.json`: its title is the event of every recording in and below its folder."""
    known = ("title", "url", "slug", "start_date", "end_date", "description")
    return Part(
        name,
        event=value["title"].strip(),
        unused=Counter(key for key, one in value.items() if key not in known and one),
    )
