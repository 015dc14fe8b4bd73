"""What the page asks of the program, answered by an `Assistant`; called from several threads at once.

Comes in: an assistant, questions, what a visitor looks for, the endpoint that they chose, files that they add. Goes
out: the events of a turn, records, offers. What is made from a whole snapshot is made once and forgotten when an ingest
switches to the next. The page itself knows nothing of retrieval, prompts or how an endpoint is spoken to.
"""

import shutil
import threading
from collections.abc import Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from assistant.answer.suggestions import Offer, first_questions, offers
from assistant.assembly import Assistant
from assistant.llm import Endpoint, EndpointChoice, Running, find_running
from assistant.outlets.conversations import Conversations, Turn
from assistant.outlets.guard import is_loopback_host
from assistant.outlets.shelf import Shelf
from assistant.outlets.show import report_text, say, with_progress
from assistant.query import EVERYTHING, Query
from assistant.types import Answer, Event, SourcePassage, Style
from ingest.errors import (
    CorpusMissing,
    IndexBusy,
    IndexMissing,
    IndexUnusable,
    IndexUnwritable,
    IngestCancelled,
    SettingsError,
    TalksError,
)
from ingest.gists import Gist
from ingest.record_store import RecordStore
from ingest.records import Kind, Record
from ingest.schema import MEDIA_FILE

# Asked of an empty room; any question that is searched for will do.
_FIRST_QUESTION = "How do machines learn?"
_NEAR = 3
_FOLDERS_FILE = ".folders"  # hidden, so that it is not read as a source
MOST_FOLDERS = 100

Writer = EndpointChoice | Literal["settings", "none"]
"""Who writes the answers: what a visitor chose, what the settings say, or nobody."""


@dataclass(frozen=True, slots=True)
class PageState:
    """What the page says about the program as a whole.

    Attributes:
        ingest: How far a running ingest is, in words, or None.
        problem: Why questions cannot be answered, in one sentence, or None.
        endpoint: The endpoint of the settings, such as "llama3.1 at http://127.0.0.1:11434/v1", or None.
        can_add: Whether files may be added from the page.
        told: What the last ingest has read and what not, a sentence each.
    """

    talks: int
    papers: int
    ingest: str | None = None
    problem: str | None = None
    endpoint: str | None = None
    can_add: bool = False
    told: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to ask about."""
        return self.talks + self.papers == 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A talk or paper with what stands beside it.

    Attributes:
        gist: What it is about in plain words; ours, never a source.
        near: (id, title) of the nearest records of the other kind.
        media: Whether its recording lies on this machine and can be played.
    """

    record: Record
    gist: Gist | None = None
    near: tuple[tuple[str, str], ...] = ()
    media: bool = False


class AddedSources:
    """What was added to one collection from the page, after any restart; files are kept, a folder stays where it is."""

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


class PageBackend:
    """The program behind one served page."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._ingest: str | None = None
        self._problem: str | None = None
        self._told: tuple[str, ...] = ()
        self._cancelled = threading.Event()
        self._sources = AddedSources(assistant.collection)
        self._first_questions = lru_cache(maxsize=1)(first_questions)
        self._shelf = lru_cache(maxsize=1)(Shelf)
        self.conversations = Conversations(assistant.settings.home)

    def ask(
        self,
        question: str,
        history: Sequence[Turn],
        *,
        writer: Writer,
        scope: Sequence[str] = (),
        style: Style = "normal",
    ) -> Generator[Event, None, None]:
        """One turn, within what was chosen; the visitor's endpoint comes before that of the settings."""
        endpoint = self._assistant.endpoint() if writer == "settings" else None
        endpoint = self._connect(writer) if isinstance(writer, EndpointChoice) else endpoint
        filters = self.shelf().query(scope) if scope else EVERYTHING
        answers = [turn.answer for turn in history]
        return self._assistant.turn(question, answers, endpoint=endpoint, filters=filters, style=style)

    def state(self) -> PageState:
        """What the collection holds and what is going on."""
        settings = self._assistant.settings
        talks = papers = 0
        problem = self._problem
        try:
            manifest = self._assistant.snapshot.manifest
            talks, papers = manifest.talks, manifest.papers
        except IndexMissing:
            pass  # said by `ingest` or `problem`
        except IndexUnusable as error:
            problem = problem or (None if self._ingest else str(error))
        endpoint = settings.llm_base_url and f"{settings.llm_model or 'its first model'} at {settings.llm_base_url}"
        # A failed ingest beside an index that serves is no reason not to answer.
        problem = None if talks + papers else problem
        return PageState(talks, papers, self._ingest, problem, endpoint, self._can_add, self._told)

    def first_questions(self) -> Sequence[str]:
        """Questions made from the collection."""
        try:
            return self._first_questions(self._store)
        except IndexUnusable:
            return ()

    def offers(self, answer: Answer, passages: Sequence[SourcePassage], asked: Sequence[str]) -> Sequence[Offer]:
        """What goes on from what the answer cites."""
        return offers(self._store, answer, passages, asked)

    def shelf(self) -> Shelf:
        """The whole collection."""
        return self._shelf(self._store)

    def open(self, record_id: str) -> Opened:
        """A record with its gist and its neighbours of the other kind."""
        store = self._store
        record = store.record(record_id)
        gist = store.gist(record_id)
        other: Kind = "paper" if record.kind == "talk" else "talk"
        about = f"{record.title}. {gist.text if gist else record.abstract[:500]}"
        near = self._assistant.ranker.search(about, limit=_NEAR, filters=Query(kind=other))
        titles = tuple((hit.record_id, store.record(hit.record_id).title) for hit in near)
        return Opened(record, gist, titles, media=self.media(record_id) is not None)

    def record(self, record_id: str) -> Record:
        """One record."""
        return self._store.record(record_id)

    def around(self, passage_id: str) -> tuple[str, str]:
        """The passages before and after one in its talk; none without an index."""
        with suppress(TalksError):
            texts = {passage.id: passage.text for passage in self._store.passages_of(passage_id.partition("#")[0])}
            ids = ["", *texts, ""]
            if passage_id in texts:
                at = ids.index(passage_id)
                return texts.get(ids[at - 1], ""), texts.get(ids[at + 1], "")
        return "", ""

    def running(self) -> Sequence[Running]:
        """Model servers on the usual ports of this machine."""
        return find_running()

    def models(self, choice: EndpointChoice) -> Sequence[str]:
        """What an endpoint of the visitor's lists."""
        return self._connect(choice).models()

    def check_endpoint(self, choice: EndpointChoice) -> str:
        """Try an endpoint of the visitor's; says what was found."""
        endpoint = self._connect(choice)
        return f"{endpoint.base_url} answers; {endpoint.check()} will write the answers."

    def _connect(self, choice: EndpointChoice) -> Endpoint:
        if not choice.base_url.startswith(("http://", "https://")):
            raise SettingsError("The address must start with http:// or https://.")
        return self._assistant.connect(choice)

    def media(self, record_id: str) -> Path | None:
        """The file that a record names, below the folder that it was read from; links are not followed."""
        name = MEDIA_FILE.of(self._store.record(record_id))
        for root in (self._assistant.corpus, *self._sources.roots()) if name else ():
            folder = (root if root.is_dir() else root.parent).resolve()
            path = folder / str(name)
            if path.is_file() and path.resolve() == path and path.is_relative_to(folder):
                return path
        return None

    def add_sources(self, files: Sequence[Path], folder: str) -> None:
        """Keep what is new beside the index and read it."""
        if not self._can_add:
            raise SettingsError("Files can be added from this machine only; set TALKS_ALLOW_ADDING=1 to allow it.")
        if self._ingest is not None:
            raise IndexBusy("Files are being read already; wait until that is done, or cancel it.")
        self._sources.add(files, folder)
        self._ingest = "Reading the new files"
        threading.Thread(target=self.ingest, name="ingest", daemon=True).start()

    def cancel_ingest(self) -> None:
        """End the ingest at its next step."""
        self._cancelled.set()

    def ingest(self) -> None:
        """Bring the index up to date, telling the page and the terminal how far it is."""

        def told(said: str) -> None:
            if self._cancelled.is_set():
                raise IngestCancelled("Cancelled; the index stays as it was.")
            self._ingest = said

        self._cancelled.clear()
        self._ingest = "Reading the pages"
        try:
            report = with_progress(lambda on: self._assistant.ingest(on, also=self._sources.roots()), told)
            self._problem = None
            done = f"Read in {report.seconds:.0f} s" if report.changed else "Nothing has changed"
            said = f"{done}: {report.talks} talks and {report.papers} papers from {report.files} files."
            self._told = (*report.unreadable, said)
            for sentence in (*report.unreadable, report_text(report)):
                say(sentence, err=True)
        except TalksError as error:
            self._problem = None if isinstance(error, IngestCancelled) else str(error)
            self._told = (str(error),)
            say(f"talks: {error}", err=True)
        finally:
            self._ingest = None
        with suppress(TalksError):  # loads what the first question would have to wait two seconds for
            self._assistant.converse([_FIRST_QUESTION])

    @property
    def _can_add(self) -> bool:
        settings = self._assistant.settings
        return is_loopback_host(settings.host) or settings.allow_adding

    @property
    def _store(self) -> RecordStore:
        return self._assistant.snapshot.store
