"""What the page asks of the program, answered by an `Assistant`; called from several threads at once.

Comes in: an assistant, questions, what a visitor looks for, the endpoint that they chose. Goes out: the events of a
turn, records, offers. What is made from a whole snapshot is made once and forgotten when an ingest switches to the
next. The page itself knows nothing of retrieval, prompts or how an endpoint is spoken to.
"""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal, TypeVar

from assistant.answer.suggestions import Offer, first_questions, offers
from assistant.assembly import Assistant
from assistant.llm import EndpointChoice, Running, find_running
from assistant.outlets.added import AddedSources
from assistant.outlets.conversations import Conversations, Turn
from assistant.outlets.guard import is_loopback_host
from assistant.outlets.shelf import Shelf
from assistant.outlets.show import report_text, say, with_progress
from assistant.query import EVERYTHING, Query
from assistant.types import Answer, Event, SourcePassage, Style
from ingest.errors import IndexBusy, IndexMissing, IndexUnusable, IngestCancelled, SettingsError, TalksError
from ingest.gists import Gist
from ingest.pipeline import IngestReport, Pace, Progress
from ingest.record_store import RecordStore
from ingest.records import Kind, Record
from ingest.schema import MEDIA_FILE

# Asked of an empty room; any question that is searched for will do.
_FIRST_QUESTION = "How do machines learn?"
COLLECTION_TITLE = "Talks Assistant"
_NEAR = 3

Made = TypeVar("Made")

Writer = EndpointChoice | Literal["settings", "none"]
"""Who writes the answers: what a visitor chose, what the settings say, or nobody."""


@dataclass(frozen=True, slots=True)
class PageState:
    """What the page says about the program as a whole.

    Attributes:
        title: The collection's name.
        ingest: How far a running ingest is, in words, or None.
        problem: Why questions cannot be answered, in one sentence, or None.
        endpoint: The endpoint of the settings, such as "llama3.1 at http://127.0.0.1:11434/v1", or None.
        can_add: Whether files may be added from the page.
        told: What the last ingest has read and what not, a sentence each.
    """

    title: str
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


class PageBackend:
    """The program behind one served page."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._ingest: str | None = None
        self._problem: str | None = None
        self._told: tuple[str, ...] = ()
        self._cancelled = threading.Event()
        self._sources = AddedSources(assistant.collection)
        self._made: dict[tuple[str, str], Any] = {}
        self._making = Lock()
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
        chosen = self._assistant.connect(writer) if isinstance(writer, EndpointChoice) else None
        endpoint = self._assistant.endpoint() if writer == "settings" else chosen
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
        return PageState(COLLECTION_TITLE, talks, papers, self._ingest, problem, endpoint, self._can_add, self._told)

    def first_questions(self) -> Sequence[str]:
        """Questions made from the collection."""
        try:
            return self._once("first", first_questions)
        except IndexUnusable:
            return ()

    def offers(self, answer: Answer, passages: Sequence[SourcePassage], asked: Sequence[str]) -> Sequence[Offer]:
        """What goes on from what the answer cites."""
        return offers(self._store, answer, passages, asked)

    def shelf(self) -> Shelf:
        """The whole collection."""
        return self._once("shelf", Shelf)

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
        texts: dict[str, str] = {}
        with suppress(TalksError):
            texts = {passage.id: passage.text for passage in self._store.passages_of(passage_id.partition("#")[0])}
        ids = list(texts)
        at = ids.index(passage_id) if passage_id in texts else None
        if at is None:
            return "", ""
        return (texts[ids[at - 1]] if at else "", texts[ids[at + 1]] if at + 1 < len(ids) else "")

    def running(self) -> Sequence[Running]:
        """Model servers on the usual ports of this machine."""
        return find_running()

    def models(self, base_url: str, api_key: str) -> Sequence[str]:
        """What the endpoint lists."""
        return self._assistant.connect(_choice(base_url, "", api_key)).models()

    def check_endpoint(self, base_url: str, model: str, api_key: str) -> str:
        """Try an endpoint of the visitor's; says what was found."""
        endpoint = self._assistant.connect(_choice(base_url, model, api_key))
        return f"{endpoint.base_url} answers; {endpoint.check()} will write the answers."

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

        def run(bar: Progress) -> IngestReport:
            pace = Pace()

            def told(what: str, done: int, total: int) -> None:
                if self._cancelled.is_set():
                    raise IngestCancelled("Cancelled; the index stays as it was.")
                self._ingest = pace.said(what, done, total)
                bar(what, done, total)

            return self._assistant.ingest(told, also=self._sources.roots())

        self._cancelled.clear()
        self._ingest = "Reading the pages"
        try:
            report = with_progress(run)
            self._problem = None
            done = f"Read in {report.seconds:.0f} s" if report.changed else "Nothing has changed"
            self._told = (
                *report.unreadable,
                f"{done}: {report.talks} talks and {report.papers} papers from {report.files} files.",
            )
            for sentence in (*report.unreadable, report_text(report)):
                say(sentence, err=True)
        except TalksError as error:
            self._problem = None if isinstance(error, IngestCancelled) else str(error)
            self._told = (str(error),)
            say(f"talks: {error}", err=True)
        finally:
            self._ingest = None
        self._warm_up()

    def _warm_up(self) -> None:
        """Load what the first question would have to wait two seconds for."""
        with suppress(TalksError):
            for _ in self._assistant.turn(_FIRST_QUESTION, endpoint=None):
                pass

    @property
    def _can_add(self) -> bool:
        settings = self._assistant.settings
        return is_loopback_host(settings.host) or settings.allow_adding

    @property
    def _store(self) -> RecordStore:
        return self._assistant.snapshot.store

    def _once(self, what: str, make: Callable[[RecordStore], Made]) -> Made:
        snapshot = self._assistant.snapshot
        key = (snapshot.folder.name, what)
        with self._making:
            if key not in self._made:
                self._made = {k: v for k, v in self._made.items() if k[0] == key[0]}
                self._made[key] = make(snapshot.store)
            made: Made = self._made[key]
            return made


def _choice(base_url: str, model: str, api_key: str) -> EndpointChoice:
    if not base_url.startswith(("http://", "https://")):
        raise SettingsError("The address must start with http:// or https://.")
    return EndpointChoice(base_url, model or None, api_key or None)
