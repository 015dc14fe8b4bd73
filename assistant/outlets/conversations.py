"""Conversations kept under the home folder as plain JSONL, one file each, one line a turn or a change to it; feedback.

Comes in: events of a turn; turns that are over, each with the passages that it was answered from. Goes out: the same
turns, after any restart and any ingest, because nothing in them points into an index. A line that a crash cut short is
passed over. Each owner has a folder of their own; who an owner is, is left to the page.
"""

import hashlib
import json
import os
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from assistant.outlets.formats import answer_json
from assistant.types import Answer, Cited, Delta, Done, Event, SourcePassage, Sources, Stage, Status, Style
from ingest.text import folded

LISTED = 200
"""More than anyone scrolls through; older ones stay on disk, and a search finds them."""
LONGEST_TITLE_CHARS = 200
LONGEST_WORD_CHARS = 2000
FEEDBACK_FILE = "feedback.jsonl"
"""What visitors thought of answers, a line each, to be read by whoever runs the program; it is sent nowhere."""
UNDO_FOR = timedelta(days=1)
"""A deleted conversation can be brought back for so long; then its file goes."""

TABLE_FROM = 6
"""An exact answer that cites so many talks and papers is a list, which people sort and take into a spreadsheet."""

Rating = Literal["up", "down"]

_ID = re.compile(r"\d{8}T\d{6}-[0-9a-f]{8}")


def now_text() -> str:
    """The present time as turns carry it."""
    return _now().isoformat(timespec="seconds")


@dataclass(slots=True)
class Turn:
    """One exchange: as it grows while events arrive, as it is kept, and as it is shown again.

    Attributes:
        answer: As much of it as has come; after a stop, what had.
        asked_at: ISO 8601, UTC.
        passages: What the answer is made from, so that its cards can be shown again.
        stopped: Whether the user stopped the answer.
        style: How long the answer is to be.
        key: Its place in the conversation.
        problem: Why there is no answer, in one sentence.
        is_running: Whether more is to come.
        rating: What the visitor thinks of it, as last kept: a thumb, and the word beside it or "".
        shown: Its message once it is over, so that a growing answer below it costs nothing here.
    """

    question: str
    answer: Answer
    asked_at: str = field(default_factory=now_text)
    passages: tuple[SourcePassage, ...] = ()
    stopped: bool = False
    style: Style = "normal"
    key: int = 0
    stage: Stage = "searching"
    problem: str | None = None
    is_running: bool = False
    rating: tuple[Rating, str] | None = None
    shown: str | None = None

    @property
    def is_answered(self) -> bool:
        """Whether it goes on disk and into the next question's history: it is over and said something."""
        return not self.is_running and self.problem is None and self.answer.text != ""

    @property
    def is_list(self) -> bool:
        """Whether its sources are shown as a table."""
        return self.answer.mode == "catalogue" and len({one.id for one in self.answer.citations}) >= TABLE_FROM

    def apply(self, event: Event) -> None:
        """Take in one event."""
        match event:
            case Status(stage=stage):
                self.stage = stage
            case Sources(passages=passages):
                self.passages = passages
            case Delta(text=text):
                self.answer = replace(self.answer, text=self.answer.text + text)
            case Cited(citation=citation):
                self.answer = replace(self.answer, citations=(*self.answer.citations, citation))
            case Done(answer=answer):
                self.answer, self.is_running = answer, False

    def fail(self, problem: str) -> None:
        """End the turn without an answer."""
        self.problem, self.is_running = problem, False

    def stop(self, notice: str) -> None:
        """End the turn with what has come so far, if it is not over; `notice` says that it is not whole."""
        if self.is_running:
            self.stopped, self.is_running = True, False
            self.answer = replace(self.answer, notice=notice)


# What of a turn outlives the page.
_KEPT = {"question", "answer", "asked_at", "passages", "stopped", "style"}


@dataclass(slots=True)
class Kept:
    """A conversation as its file holds it.

    Attributes:
        used_s: When its last turn was kept, in seconds since 1970.
        changed: What it was given beside its turns.
    """

    id: str
    used_s: float = 0.0
    turns: list[Turn] = field(default_factory=list)
    changed: dict[str, object] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it was named, else its first question; "" where there is neither."""
        return str(self.changed.get("title") or (self.turns[0].question if self.turns else ""))

    @property
    def is_pinned(self) -> bool:
        """Whether it stays at the top of the list."""
        return self.changed.get("pinned") is True

    def holds(self, words: Sequence[str]) -> bool:
        """Whether all words stand in it; none stand in everything."""
        texts = (self.title, *(f"{turn.question}\n{turn.answer.text}" for turn in self.turns if words))
        haystack = folded("\n".join(texts))
        return all(word in haystack for word in words)


_TURN = TypeAdapter(Turn)
_DELETED = ".deleted"
_NOBODY = "nobody"
_TAKEN_BACK = json.dumps({"taken_back": True})


def new_conversation_id() -> str:
    """A name for a conversation that begins now; sorts by time, cannot be guessed from another."""
    return f"{_now():%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"


def append_line(path: Path, line: str) -> None:
    """Add a line to a file; behind half a line, as a run that was killed may leave it, it begins a new one."""
    with path.open("a+b") as file:
        if file.tell() > 0:
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else f"\n{line}"
        file.write(f"{line}\n".encode())


class Conversations:
    """The conversations of one home, and what visitors thought of answers."""

    def __init__(self, home: Path) -> None:
        self._home, self._folder = home, home / "conversations"

    def listed(self, owner: str, search: str = "") -> list[Kept]:
        """An owner's conversations, pinned ones first, then the last used, at most `LISTED`.

        Args:
            search: Words that all stand in the title, a question or an answer; "" finds everything.
        """
        words = folded(search).split()
        kept = map(_read, self._of(owner).glob("*.jsonl"))
        found = [one for one in kept if one.turns and one.holds(words)]
        return sorted(found, key=lambda one: (not one.is_pinned, -one.used_s))[:LISTED]

    def read(self, owner: str, conversation_id: str) -> Kept:
        """A conversation, its turns oldest first; without any when it is not there."""
        return _read(self._path(owner, conversation_id))

    def append(self, owner: str, conversation_id: str, turn: Turn) -> None:
        """Keep one more turn; raises OSError, as do those below, where the home cannot be written."""
        self._write(owner, conversation_id, _TURN.dump_json(turn, include=_KEPT).decode())

    def take_back(self, owner: str, conversation_id: str) -> None:
        """Drop the last turn, because it is asked anew."""
        self._write(owner, conversation_id, _TAKEN_BACK)

    def change(self, owner: str, conversation_id: str, *, title: str | None = None, pinned: bool | None = None) -> None:
        """Name a conversation, "" for its first question, or keep it at the top; None leaves it as it is."""
        path = self._path(owner, conversation_id)
        if path.exists():
            title = None if title is None else " ".join(title.split())[:LONGEST_TITLE_CHARS]
            changed = {name: value for name, value in (("title", title), ("pinned", pinned)) if value is not None}
            used = path.stat()
            self._write(owner, conversation_id, json.dumps({"changed": changed}, ensure_ascii=False))
            os.utime(path, ns=(used.st_atime_ns, used.st_mtime_ns))  # a new name is no new use

    def delete(self, owner: str, conversation_id: str) -> None:
        """Take a conversation out of the list; `restore` brings it back while `UNDO_FOR` lasts."""
        path = self._path(owner, conversation_id)
        with suppress(FileNotFoundError):
            path.rename(path.with_suffix(_DELETED)).touch()
        limit = (_now() - UNDO_FOR).timestamp()
        for old in self._of(owner).glob(f"*{_DELETED}"):
            if old.stat().st_mtime < limit:
                old.unlink(missing_ok=True)

    def restore(self, owner: str, conversation_id: str) -> None:
        """Bring a deleted conversation back."""
        path = self._path(owner, conversation_id)
        with suppress(FileNotFoundError):
            path.with_suffix(_DELETED).rename(path)

    def rate(self, turn: Turn, rating: Rating, word: str) -> None:
        """Keep an opinion: a thumb, and what was written or chosen beside it, or ""."""
        self._home.mkdir(parents=True, exist_ok=True)
        told = {"at": now_text(), "rating": rating, "word": word[:LONGEST_WORD_CHARS]}
        line = {**told, **answer_json(turn.answer), "question": turn.question}
        append_line(self._home / FEEDBACK_FILE, json.dumps(line, ensure_ascii=False))

    def _write(self, owner: str, conversation_id: str, line: str) -> None:
        path = self._path(owner, conversation_id)
        if path.stem == _NOBODY:
            return
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(0o600)
        append_line(path, line)

    def _path(self, owner: str, conversation_id: str) -> Path:
        """Where a conversation is kept; for a name that is not ours, which might lead elsewhere, where none ever is."""
        return self._of(owner) / f"{conversation_id if _ID.fullmatch(conversation_id) else _NOBODY}.jsonl"

    def _of(self, owner: str) -> Path:
        # Hashed: an owner's name is their only key, and a folder's name may be seen by others.
        return self._folder / hashlib.sha256(owner.encode()).hexdigest()[:32]


def _now() -> datetime:
    return datetime.now(UTC)


def _read(path: Path) -> Kept:
    kept = Kept(path.stem)
    if not path.exists():
        return kept
    kept.used_s = path.stat().st_mtime
    for line in path.read_text(encoding="utf-8", errors="replace").split("\n"):
        if line == _TAKEN_BACK:
            del kept.turns[-1:]
        elif line.startswith('{"changed":'):
            with suppress(ValueError, TypeError, AttributeError):
                kept.changed |= json.loads(line)["changed"]
        else:
            with suppress(ValidationError):  # the end of the file, or what a crash left of a line
                kept.turns.append(_TURN.validate_json(line))
    return kept
