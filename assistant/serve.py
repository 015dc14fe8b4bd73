"""Serves the page: starts at once, ingests beside it, answers as soon as there is an index.

Comes in: settings. Goes out: a server on the settings' address, until it is interrupted.
"""

import socket
import threading
from collections.abc import Iterator, Sequence

import typer

from assistant.assembly import Assistant
from assistant.endpoint import EndpointChoice
from assistant.events import Event
from assistant.page import PageState, Turn, build_page, launch_options
from assistant.settings import Settings
from assistant.show import report_text, with_progress
from ingest.errors import EndpointRejected, IndexMissing, IndexUnusable, SettingsError, TalksError
from ingest.pipeline import IngestReport, Progress

COLLECTION_TITLE = "Talks Assistant"


class PageBackend:
    """What the page asks, answered by an `Assistant`."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._ingest: str | None = None
        self._problem: str | None = None

    def ask(self, question: str, history: Sequence[Turn], *, endpoint: EndpointChoice | None) -> Iterator[Event]:
        """One turn; the visitor's endpoint comes before that of the settings."""
        chosen = self._assistant.connect(endpoint) if endpoint else self._assistant.endpoint()
        return self._assistant.turn(question, [turn.answer for turn in history], endpoint=chosen)

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

    def check_endpoint(self, base_url: str, model: str, api_key: str) -> str:
        """Try an endpoint of the visitor's; says what was found."""
        if not base_url.startswith(("http://", "https://")):
            raise SettingsError("The address must start with http:// or https://.")
        endpoint = self._assistant.connect(EndpointChoice(base_url, model or None, api_key or None))
        listed = endpoint.models()
        if model and listed and model not in listed:
            raise EndpointRejected(f'{endpoint.base_url} has no model "{model}"; it lists {", ".join(listed)}.')
        if not listed:
            return f"{endpoint.base_url} answers but lists no model."
        return f"{endpoint.base_url} answers; {model or listed[0]} will write the answers."

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


def serve(settings: Settings) -> None:
    """Serve the page until interrupted.

    Raises:
        SettingsError: The port is taken, or the address needs a password.
    """
    options = launch_options(settings)
    _check_port(settings)
    backend = PageBackend(Assistant(settings))
    page = build_page(backend)
    ingesting = threading.Thread(target=backend.ingest, name="ingest", daemon=True)
    ingesting.start()
    typer.echo(f"Talks Assistant on http://{settings.host}:{settings.port}; Ctrl-C ends it.", err=True)
    page.queue().launch(**options)


def _check_port(settings: Settings) -> None:
    """Gradio would try a hundred further ports; a script that opens 7860 must find it there, or be told."""
    if settings.port == 0:
        return
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"{settings.host}:{settings.port} cannot be used ({error.strerror}); "
                "stop what runs there or set TALKS_PORT to another."
            ) from error
