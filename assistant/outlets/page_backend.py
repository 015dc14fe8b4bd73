"""What the page asks, answered by an `Assistant`.

Comes in: an assistant. Goes out: `assistant.outlets.page.Backend`. What is made from a whole generation is
made once and forgotten when an ingest switches to the next.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Lock
from typing import Any, TypeVar

import typer

from assistant.answer.suggestions import first_questions, next_questions
from assistant.assembly import Assistant
from assistant.llm import EndpointChoice, load_llamaindex
from assistant.outlets.conversations import Conversations
from assistant.outlets.doctor import Finding, examine
from assistant.outlets.feedback import Feedback, keep_feedback
from assistant.outlets.page import Opened, PageState, Turn
from assistant.outlets.shelf import Shelf
from assistant.outlets.show import report_text, with_progress
from assistant.retrieve.filters import Filters
from assistant.types import Answer, Event, SourcePassage
from ingest.errors import IndexMissing, IndexUnusable, SettingsError, TalksError
from ingest.pipeline import IngestReport, Progress
from ingest.record_store import RecordStore
from ingest.records import Kind, Record

# Asked of an empty room; any question that is searched for will do.
_FIRST_QUESTION = "How do machines learn?"
COLLECTION_TITLE = "Talks Assistant"
_NEAR = 3

Made = TypeVar("Made")


class PageBackend:
    """The program behind one served page."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._ingest: str | None = None
        self._problem: str | None = None
        self._made: dict[tuple[str, str], Any] = {}
        self._making = Lock()
        self.conversations = Conversations(assistant.settings.home)

    def ask(
        self, question: str, history: Sequence[Turn], *, endpoint: EndpointChoice | None, filters: Filters | None
    ) -> Iterator[Event]:
        """One turn; the visitor's endpoint comes before that of the settings."""
        chosen = self._assistant.connect(endpoint) if endpoint else self._assistant.endpoint()
        return self._assistant.turn(question, [turn.answer for turn in history], endpoint=chosen, filters=filters)

    def state(self) -> PageState:
        """What the collection holds and what is going on."""
        settings = self._assistant.settings
        talks = papers = 0
        problem = self._problem
        try:
            manifest = self._assistant.generation.manifest
            talks, papers = manifest.talks, manifest.papers
        except IndexMissing:
            pass  # said by `ingest` or `problem`
        except IndexUnusable as error:
            problem = problem or (None if self._ingest else str(error))
        endpoint = settings.llm_base_url and f"{settings.llm_model or 'its first model'} at {settings.llm_base_url}"
        # A failed ingest beside an index that serves is no reason not to answer.
        return PageState(COLLECTION_TITLE, talks, papers, self._ingest, None if talks + papers else problem, endpoint)

    def first_questions(self) -> Sequence[str]:
        """Questions made from the collection."""
        try:
            return self._once("first", first_questions)
        except IndexUnusable:
            return ()

    def next_questions(self, answer: Answer, passages: Sequence[SourcePassage], asked: Sequence[str]) -> Sequence[str]:
        """Questions about what the answer cites."""
        return next_questions(self._store, answer, passages, asked)

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
        near = self._assistant.ranker.search(about, limit=_NEAR, filters=Filters(kind=other)).records
        return Opened(record, gist, tuple((hit.record_id, store.record(hit.record_id).title) for hit in near))

    def record(self, record_id: str) -> Record:
        """One record."""
        return self._store.record(record_id)

    def keep_feedback(self, feedback: Feedback) -> None:
        """Into the home's feedback file."""
        keep_feedback(self._assistant.settings.home, feedback)

    def findings(self) -> Sequence[Finding]:
        """What `talks doctor` says."""
        return examine(self._assistant.settings)

    def models(self, base_url: str, api_key: str) -> Sequence[str]:
        """What the endpoint lists."""
        return self._assistant.connect(_choice(base_url, "", api_key)).models()

    def check_endpoint(self, base_url: str, model: str, api_key: str) -> str:
        """Try an endpoint of the visitor's; says what was found."""
        endpoint = self._assistant.connect(_choice(base_url, model, api_key))
        return f"{endpoint.base_url} answers; {endpoint.check()} will write the answers."

    def ingest(self) -> None:
        """Bring the index up to date, telling the page and the terminal how far it is."""

        def run(bar: Progress) -> IngestReport:
            def told(what: str, done: int, total: int) -> None:
                self._ingest = f"{what}: {done} of {total}" if total > 1 else what
                bar(what, done, total)

            return self._assistant.ingest(told)

        self._ingest = "Reading the pages"
        try:
            report = with_progress(run)
            for sentence in (*report.unreadable, report_text(report)):
                typer.echo(sentence, err=True)
        except TalksError as error:
            self._problem = str(error)
            typer.echo(f"talks: {error}", err=True)
        finally:
            self._ingest = None
        self._warm_up()

    def _warm_up(self) -> None:
        """Load what the first question would have to wait two seconds for."""
        with suppress(TalksError):
            for _ in self._assistant.turn(_FIRST_QUESTION, endpoint=None):
                pass
        load_llamaindex()

    @property
    def _store(self) -> RecordStore:
        return self._assistant.generation.store

    def _once(self, what: str, make: Callable[[RecordStore], Made]) -> Made:
        generation = self._assistant.generation
        key = (generation.folder.name, what)
        with self._making:
            if key not in self._made:
                self._made = {k: v for k, v in self._made.items() if k[0] == key[0]}
                self._made[key] = make(generation.store)
            made: Made = self._made[key]
            return made


def _choice(base_url: str, model: str, api_key: str) -> EndpointChoice:
    if not base_url.startswith(("http://", "https://")):
        raise SettingsError("The address must start with http:// or https://.")
    return EndpointChoice(base_url, model or None, api_key or None)
