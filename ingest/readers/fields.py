"""A heading → the field that it means; a written value → what it says: a date, a time, a language, items of a list.

Comes in: what a column, a key of front matter or of people's own JSON is called, in anybody's words; one line, cell or
JSON value. Goes out: a key of `schema`, "title", "speakers", "abstract", "bio", "transcript", or a part of a timed
segment ("start", "end", "text", "speaker"); what the value says, as far as a calendar, a clock or a list of languages
allows. A `Date` keeps its wording.
"""

import math
import re
from calendar import monthrange
from typing import Any

import langcodes

from ingest.records import Date, DateOf
from ingest.schema import FIELDS
from ingest.text import name_key

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_COMMENTS = r"(?:\s+(?P<comments>\d{1,4})(?:\s+comments?)?)?"
# "Jan 5, 20243" is the year 2024 and three comments: the count stands glued to the date on some saved pages.
_MONTH_FIRST = re.compile(
    rf"(?P<text>{_MONTH} (?P<day>\d{{1,2}})(?:, ?(?P<year>\d{{4}}))?)(?P<glued>\d{{1,3}})?{_COMMENTS}", re.I
)
_DAY_FIRST = re.compile(rf"(?P<text>(?P<day>\d{{1,2}}) {_MONTH},?(?: (?P<year>\d{{4}}))?){_COMMENTS}", re.I)
_ISO = re.compile(r"(?P<year>\d{4}|-)(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?(?:[T ]\d{2}:\d{2}.*)?")
_MONTH_ALONE = re.compile(rf"{_MONTH},? (?P<year>\d{{4}})", re.I)
# Behind a full stop the month comes second; of "12/03/2024" nobody can tell.
_NUMBERS = re.compile(r"(?P<first>\d{1,2})(?P<sign>[./-])(?P<second>\d{1,2})(?P=sign)(?P<year>\d{4})")
# A leap year: "Feb 29" without its year may be right.
_SOME_LEAP_YEAR = 2024
# "75:10" is 75 minutes; behind hours there are at most 59.
_CLOCK = re.compile(
    r"(?P<sign>-?)(?:(?:(?P<hours>\d{1,9}):)?(?P<minutes>\d{1,9}):)?(?P<seconds>\d{1,9})(?:[.,:](?P<fraction>\d{1,9}))?"
)
# "48 min", "1 h 2 min", "PT1H2M".
_UNITS = re.compile(
    r"(?P<sign>)(?:PT)?(?=\d)(?:(?P<hours>\d{1,9})\s?h(?:(?:ou)?rs?)?)?\s?(?:(?P<minutes>\d{1,9})\s?m(?:in(?:ute)?s?)?)?"
    r"\.?\s?(?:(?P<seconds>\d{1,9})\s?s(?:ec(?:ond)?s?)?)?\.?(?P<fraction>)",
    re.IGNORECASE,
)

# The first word of each line is ours; the others are what people write, in the languages of conferences we have seen.
_RECORD = """
title: name, talk, talk title, titel, titre, titulo, thema, session title, paper title
speakers: speaker, speaker name, speaker names, speaker s, presenter, presenters, person, persons, author, authors,
    main speaker, lecturer, instructor, sprecher, sprecherin, referent, referenten,
    vortragende, orateur, intervenant, ponente, guest, guests, who
abstract: description, summary, about, details, zusammenfassung, beschreibung, resume, resumen, descripcion
bio: biography, speaker bio, about the speaker, biografie, biographie
transcript: full transcript, captions text, transkript, mitschrift
event: conference, conference name, meeting, veranstaltung, konferenz, evenement, evento
series: playlist, course, podcast, show, reihe, serie
organiser: organizer, channel, publisher, veranstalter
venue: location, place, hall, ort, lieu, lugar
room: raum, saal, salle, sala
track: category, theme, strang
format: session type, session format, talk type, submission type
date: recorded date, recorded, held, day, event date, datum, tag, fecha
duration_s: duration, length, running time, runtime, seconds, duration seconds, dauer, laenge, duree, duracion
language: lang, sprache, langue, idioma
tags: tag, keywords, keyword, topics, schlagworte, schlagwoerter, mots cles
license: licence, copyright, lizenz
url: link, web page, page url, address, webseite, adresse
video_url: video, video link, recording, recording url, youtube, audio, audio url, media url, aufzeichnung
media_file: file, media, audio file, video file, filename, datei
affiliation: institution, company, organisation, organization, firma
role: position, job title, occupation, speaker occupation
"""
_SEGMENT = """
start: start s, start time, begin, from, time, timecode, timestamp, beginn, anfang, von, zeit, debut, inicio
end: end s, end time, stop, to, ende, bis, fin
text: transcript, caption, content, sentence, utterance, inhalt, texte, texto
speaker: who, name, sprecher, sprecherin, locuteur, hablante
"""
_DATES: dict[DateOf, str] = {
    "published": "published date, publish date, published, published at, published on, release date",
    "uploaded": "upload date, uploaded, uploaded at",
    "recorded": "recorded date, recorded, recorded on",
    "held": "held, held on, event date",
}


def _table(text: str) -> dict[str, str]:
    lines = text.strip().replace(",\n    ", ", ").split("\n")
    pairs = (line.split(": ", 1) for line in lines)
    return {name_key(word): key for key, words in pairs for word in (key, *words.split(", "))}


_SEGMENT_KEYS = _table(_SEGMENT)
_DATE_OF = {word: of for of, words in _DATES.items() for word in words.split(", ")}
_RECORD_KEYS = {name_key(word): field.key for field in FIELDS if not field.is_core for word in (field.key, field.one)}
_RECORD_KEYS |= _table(_RECORD) | dict.fromkeys(_DATE_OF, "date")


def record_key(heading: str) -> str | None:
    """The key of a record that a heading means, or None."""
    return _RECORD_KEYS.get(name_key(heading))


def segment_key(heading: str) -> str | None:
    """The part of a timed segment that a heading means, or None."""
    return _SEGMENT_KEYS.get(name_key(heading))


def date_of(heading: str) -> DateOf | None:
    """What a date under this heading is the date of, as far as the heading says."""
    return _DATE_OF.get(name_key(heading))


def parse_dated_line(line: str) -> tuple[Date, int | None] | None:
    """Read a line that is a date and perhaps a comment count.

    Returns:
        The date and the count, or None when the line is anything else.
    """
    line = line.strip()
    match = _MONTH_FIRST.fullmatch(line) or _DAY_FIRST.fullmatch(line)
    if match is None:
        return None
    parts = match.groupdict()
    text, day_text, glued = parts["text"], parts["day"], parts.get("glued")
    month = _MONTHS.index(parts["month"][:3].casefold()) + 1
    year = int(parts["year"]) if parts["year"] else None
    if not year and not glued and re.fullmatch("[1-9].", day_text) and not _is_day(year, month, int(day_text)):
        # "Apr 32" cannot be a day; it is April 3 with two comments.
        text, day_text, glued = text[:-1], day_text[0], day_text[1]
    day = int(day_text)
    comments = parts["comments"] or glued
    found = Date(text=text, year=year, month=month, day=day if _is_day(year, month, day) else None)
    return found, int(comments) if comments else None


def day_first(text: str) -> bool | None:
    """Whether a date in numbers has the day before the month; None where it does not tell."""
    numbers = _NUMBERS.fullmatch(text.strip())
    first, second = (int(numbers["first"]), int(numbers["second"])) if numbers else (0, 0)
    is_first = first > 12 or (numbers is not None and numbers["sign"] == ".")
    return is_first if is_first != (second > 12) else None


def parse_date(text: str, order: bool | None = None) -> Date:
    """Read a date that stands alone, in words or as `Date.iso` writes it; what is not understood is kept as written.

    Args:
        order: What other dates of the same hand tell by `day_first`.
    """
    text = text.strip()
    if (dated := parse_dated_line(text)) and dated[1] is None:
        return dated[0]
    if named := _MONTH_ALONE.fullmatch(text):
        return Date(text, int(named["year"]), _MONTHS.index(named["month"][:3].casefold()) + 1)
    if numbers := _NUMBERS.fullmatch(text):
        first, second, of_year = (int(numbers[part]) for part in ("first", "second", "year"))
        own = day_first(text)
        order = order if own is None else own
        day_in, month_in = (second, first) if order is False else (first, second)
        is_clear = (order is not None or first == second) and _is_day(of_year, month_in, day_in)
        return Date(text, of_year, month_in, day_in) if is_clear else Date(text, of_year)
    match = _ISO.fullmatch(text)
    if match is None:
        return Date(text)
    year, month, day = (int(part) if part and part != "-" else None for part in match.group("year", "month", "day"))
    month = month if month and 1 <= month <= 12 else None
    return Date(text, year, month, day if month and day and _is_day(year, month, day) else None)


def day_of(timestamp: str) -> str:
    """The day of a time that a machine wrote ("2021-10-02T14:00:00", "20211002"); any other text as it is."""
    text = timestamp.strip()
    if len(text) == 8 and text.isdecimal():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    return text[:10] if parse_date(text[:10]).year else text


def seconds_of(value: Any) -> float | int | None:
    """A length in seconds: a number, "71", "1:11", "1:01:11", "0:01,5", "2 min"; None where no clock shows it."""
    if isinstance(value, str):
        match = _CLOCK.fullmatch(value.strip()) or _UNITS.fullmatch(value.strip())
        if match is None:
            return None
        hours, minutes, seconds = (int(match[part] or 0) for part in ("hours", "minutes", "seconds"))
        if (match["minutes"] and seconds > 59) or (match["hours"] and minutes > 59):
            return None
        value = round(hours * 3600 + minutes * 60 + seconds + float(f"0.{match['fraction'] or 0}"), 3)
        value = -value if match["sign"] else value
    found = number(value)
    return None if not math.isfinite(found) else int(found) if found == int(found) else found


def number(value: object) -> float:
    """A JSON value as a number; NaN where it is none, infinite where it is beyond all measure."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.inf


def language_of(text: Any) -> str | None:
    """A language tag as ISO 639-1 ("eng", "de-AT", "pt_BR"); None where it is none."""
    if not isinstance(text, str) or not text.strip():
        return None
    first = text.strip().replace("_", "-").split("-")[0].lower()
    if not 2 <= len(first) <= 3 or not langcodes.tag_is_valid(first):
        return None
    found = langcodes.Language.get(langcodes.standardize_tag(first)).language
    return None if found in (None, "und", "mul", "zxx", "mis") else found


def listed(text: str) -> list[str]:
    """The items of a cell that holds several: "paper,craft", "paper; craft"."""
    return [item for part in re.split(r"[,;|]", text) if (item := part.strip())]


def _is_day(year: int | None, month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= monthrange(year or _SOME_LEAP_YEAR, month)[1]
