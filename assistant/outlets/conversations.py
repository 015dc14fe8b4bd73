"""Conversations kept under the home folder as plain JSONL, one file each, one line a turn.

Comes in: turns that are over, each with the passages that it was answered from. Goes out: the same turns, after any
restart and any ingest, because nothing in them points into an index. A line that a crash cut short is passed over.
Each owner has a folder of their own; who an owner is, is left to the page.
"""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from assistant.types import Answer, SourcePassage

LISTED = 200
"""More than anyone scrolls through; older ones stay on disk."""

_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """One exchange as it was shown.

    Attributes:
        asked_at: ISO 8601, UTC.
        passages: What the answer was made from, so that its cards can be shown again.
        stopped: Whether the user stopped the answer.
    """

    question: str
    answer: Answer
    asked_at: str
    passages: tuple[SourcePassage, ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Summary:
    """A conversation in a list.

    Attributes:
        title: Its first question.
        date: Of its last turn, local time, such as "2026-01-31".
    """

    id: str
    title: str
    date: str


_TURN = TypeAdapter(KeptTurn)
_TAKEN_BACK = json.dumps({"taken_back": True})


def new_conversation_id() -> str:
    """A name for a conversation that begins now; sorts by time, cannot be guessed from another."""
    return f"{_now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def now_text() -> str:
    """The present time as turns carry it."""
    return _now().isoformat(timespec="seconds")


class Conversations:
    """The conversations of one home."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "conversations"

    def summaries(self, owner: str) -> list[Summary]:
        """An owner's conversations, the last used first, at most `LISTED`."""
        files = sorted(self._of(owner).glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        found = ((path, next(self._turns(path), None)) for path in files[:LISTED])
        return [Summary(path.stem, first.question, _date_of(path)) for path, first in found if first is not None]

    def read(self, owner: str, conversation_id: str) -> list[KeptTurn]:
        """The turns of a conversation, oldest first; none when it is not there."""
        path = self._path(owner, conversation_id)
        return list(self._turns(path)) if path is not None and path.exists() else []

    def append(self, owner: str, conversation_id: str, turn: KeptTurn) -> None:
        """Keep one more turn.

        Raises:
            OSError: The home cannot be written.
        """
        self._write(owner, conversation_id, _TURN.dump_json(turn).decode())

    def take_back(self, owner: str, conversation_id: str) -> None:
        """Drop the last turn, because it is asked anew.

        Raises:
            OSError: The home cannot be written.
        """
        self._write(owner, conversation_id, _TAKEN_BACK)

    def delete(self, owner: str, conversation_id: str) -> None:
        """Remove a conversation for good."""
        path = self._path(owner, conversation_id)
        if path is not None:
            path.unlink(missing_ok=True)

    def _write(self, owner: str, conversation_id: str, line: str) -> None:
        path = self._path(owner, conversation_id)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_new = not path.exists()
        with path.open("a+b") as file:
            if is_new:
                path.chmod(0o600)
            torn = file.tell() > 0 and (file.seek(-1, 2), file.read(1))[1] != b"\n"
            file.write(b"\n" * torn + line.encode() + b"\n")

    def _turns(self, path: Path) -> Iterator[KeptTurn]:
        turns: list[KeptTurn] = []
        for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
            if line == _TAKEN_BACK:
                del turns[-1:]
                continue
            try:
                turns.append(_TURN.validate_json(line))
            except ValidationError:  # the end of the file, or what a crash left of a line
                continue
        return iter(turns)

    def _path(self, owner: str, conversation_id: str) -> Path | None:
        """Where a conversation is kept; None for a name that is not ours, which might lead out of the folder."""
        return self._of(owner) / f"{conversation_id}.jsonl" if _ID.fullmatch(conversation_id) else None

    def _of(self, owner: str) -> Path:
        # Hashed: an owner's name is their only key, and a folder's name may be seen by others.
        return self._folder / hashlib.sha256(owner.encode()).hexdigest()[:32]


def _now() -> datetime:
    return datetime.now(UTC)


def _date_of(path: Path) -> str:
    return datetime.fromtimestamp(path.stat().st_mtime).strftime("%Y-%m-%d")
