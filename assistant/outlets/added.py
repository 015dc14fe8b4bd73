"""Sources added from the page: dropped files are kept beside the index, a named folder stays where it is.

Comes in: files and folders. Goes out: the folders that an ingest reads beside the corpus, after any restart.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from ingest.errors import CorpusMissing, IndexUnwritable

_FOLDERS_FILE = ".folders"  # hidden, so that it is not read as a source
MOST_FOLDERS = 100


class AddedSources:
    """What was added to one collection."""

    def __init__(self, collection: Path) -> None:
        self._folder = collection / "added"

    def roots(self) -> tuple[Path, ...]:
        """What there is to read beside the corpus; a folder that has gone is left out."""
        own = [self._folder] if self._folder.is_dir() and any(self._folder.glob("[!.]*")) else []
        return (*own, *(folder for folder in self._folders() if folder.exists()))

    def add(self, files: Sequence[Path], folder: str) -> None:
        """Take in files and a folder; a file takes the place of one of its name.

        Raises:
            CorpusMissing: There is no such folder.
            IndexUnwritable: The folder cannot be written.
        """
        try:
            named = Path(folder).expanduser().absolute() if folder else None
            is_there = named is None or named.exists()
        except (OSError, RuntimeError, ValueError):  # longer than a name may be, of nobody's home, with a NUL
            is_there = False
        if not is_there:
            raise CorpusMissing(f"{folder}: no such file or folder; name the one that holds the saved pages.")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for file in files:
                shutil.copyfile(file, self._folder / (file.name.lstrip(".") or "file"))
            if named is not None:
                folders = list(dict.fromkeys((*self._folders(), named)))[-MOST_FOLDERS:]
                text = "".join(f"{one}\n" for one in folders)
                (self._folder / _FOLDERS_FILE).write_text(text, encoding="utf-8", errors="surrogateescape")
        except OSError as error:
            raise IndexUnwritable(
                f"{self._folder} cannot be written ({error.strerror}); free some space there."
            ) from error

    def _folders(self) -> list[Path]:
        try:
            text = (self._folder / _FOLDERS_FILE).read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return []
        return [Path(line) for line in text.splitlines() if line]
