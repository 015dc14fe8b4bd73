"""What columns, keys of front matter and keys of people's own JSON are called → our keys.

Comes in: a heading in anybody's words. Goes out: a key of `schema`, "title", "speakers", "abstract", "bio",
"transcript", or a part of a timed segment ("start", "end", "text", "speaker").
"""

from ingest.records import DateOf
from ingest.schema import FIELDS
from ingest.text import plain_words

# The first word of each line is ours; the others are what people write, in the languages of conferences we have seen.
_RECORD = """
title: name, talk, talk title, titel, titre, titulo, thema, session title, paper title
speakers: speaker, speaker name, speaker names, speaker s, presenter, presenters, person, persons, author, authors,
    main speaker, lecturer, instructor, sprecher, sprecherin, referent, referenten,
    vortragende, orateur, intervenant, ponente
abstract: description, summary, about, details, zusammenfassung, beschreibung, resume, resumen, descripcion
bio: biography, speaker bio, about the speaker, biografie, biographie
transcript: full transcript, captions text, transkript, mitschrift
event: conference, conference name, meeting, veranstaltung, konferenz, evenement, evento
series: playlist, course, podcast, show, reihe, serie
organiser: organizer, channel, publisher, veranstalter
venue: location, place, ort, lieu, lugar
room: raum, saal, salle, sala
track: category, theme, strang
format: session type, session format, talk type, submission type
date: recorded date, recorded, held, day, event date, datum, tag, fecha
duration_s: duration, length, seconds, duration seconds, dauer, laenge, duree, duracion
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
_PUBLISHED = ("published date", "publish date", "published", "published at", "release date")
_UPLOADED = ("upload date", "uploaded", "uploaded at")


def _words(heading: str) -> str:
    return " ".join(plain_words(heading.replace("_", " ").replace("-", " ")))


def _table(text: str) -> dict[str, str]:
    lines = text.strip().replace(",\n    ", ", ").split("\n")
    pairs = (line.split(": ", 1) for line in lines)
    return {_words(word): key for key, words in pairs for word in (key, *words.split(", "))}


_SEGMENT_KEYS = _table(_SEGMENT)
_RECORD_KEYS = {_words(word): field.key for field in FIELDS if not field.is_core for word in (field.key, field.one)}
_RECORD_KEYS |= _table(_RECORD) | {_words(word): "date" for word in (*_PUBLISHED, *_UPLOADED)}


def record_key(heading: str) -> str | None:
    """The key of a record that a heading means, or None."""
    return _RECORD_KEYS.get(_words(heading))


def segment_key(heading: str) -> str | None:
    """The part of a timed segment that a heading means, or None."""
    return _SEGMENT_KEYS.get(_words(heading))


def date_of(heading: str) -> DateOf | None:
    """What a date under this heading is the date of, as far as the heading says."""
    words = _words(heading)
    if words in _PUBLISHED:
        return "published"
    if words in _UPLOADED:
        return "uploaded"
    return "recorded" if words in ("recorded date", "recorded") else "held" if words in ("held", "event date") else None
