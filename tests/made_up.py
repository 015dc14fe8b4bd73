"""Records made up for a test, in few words."""

from dataclasses import fields
from typing import Any

from ingest.records import Kind, Record, Source, Speaker

_OWN = frozenset(field.name for field in fields(Record))
SOMEWHERE = (Source("made-up.txt", 1, 1, "Made up"),)


def talk(
    title: str, speakers: tuple[Speaker, ...] = (), sources: tuple[Source, ...] = SOMEWHERE, **told: Any
) -> Record:
    """A talk; what is no attribute of a record goes to its values."""
    return _record("talk", title, speakers=speakers, sources=sources, **told)


def paper(title: str, sources: tuple[Source, ...] = SOMEWHERE, **told: Any) -> Record:
    """A paper, likewise."""
    return _record("paper", title, sources=sources, **told)


def _record(kind: Kind, title: str, **told: Any) -> Record:
    own = {key: value for key, value in told.items() if key in _OWN}
    values = {key: value for key, value in told.items() if key not in _OWN}
    return Record(title=title, kind=kind, **{"values": values, **own})
