"""One reader for each format; a file is recognised by what it holds, never by its name.

Comes in: a file. Goes out: its records, what its other lines are, and what is odd in it.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from ingest.errors import PageUnreadable
from ingest.readers import native, paper_pages, talk_pages
from ingest.records import Reading


class Reader(Protocol):
    """What a module must offer to read a format."""

    def recognises(self, lines: Sequence[str]) -> bool:
        """Whether these are the lines of a file in this format."""

    def read(self, lines: Sequence[str], name: str) -> Reading:
        """Everything that the lines hold; raises PageUnreadable only when not one record can be read."""


# Pages first: their headings are certain, while any line may begin with a brace.
READERS: tuple[Reader, ...] = (talk_pages, paper_pages, native)


def read_file(path: Path, *, name: str) -> Reading:
    """Read one file of the corpus.

    Args:
        path: Where it is.
        name: The file as the user knows it, for sources and messages.

    Raises:
        PageUnreadable: It cannot be opened, is not text, is empty or of no known kind, or holds not one good record.
    """
    lines = re.split(r"\r\n|\r|\n", _text(path, name))
    for reader in READERS:
        if reader.recognises(lines):
            return reader.read(lines, name)
    raise PageUnreadable(
        name,
        None,
        "not a Recorded Talks page, a Daily Papers page or native JSONL records; "
        'save the page as text with its heading, or write one {"title": ..., "speakers": ...} a line.',
    )


def _text(path: Path, name: str) -> str:
    """A file's text, a byte order mark left out.

    Raises:
        PageUnreadable: There is none.
    """
    try:
        content = path.read_bytes()
    except PermissionError as error:
        raise PageUnreadable(
            name, None, "no permission to read it; allow it with chmod +r, or move the file away."
        ) from error
    except OSError as error:
        raise PageUnreadable(
            name, None, f"it cannot be opened ({error.strerror}); check that the file is there."
        ) from error
    if b"\0" in content:
        raise PageUnreadable(
            name, None, "not a text file; save the page as plain text in UTF-8, or move the file away."
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise PageUnreadable(name, line, "not UTF-8 text; save the page again as plain text in UTF-8.") from error
    if not text.strip():
        raise PageUnreadable(name, None, "the file is empty; save the page again, or remove the file.")
    return text
