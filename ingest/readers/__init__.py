"""One reader for each format; a file is recognised by what it holds, never by its ending alone.

Comes in: a file. Goes out: what it gives towards the records (`registry`, `parts`); which files make one recording is
found by `grouping`.
"""

from ingest.readers.registry import read_file

__all__ = ["read_file"]
