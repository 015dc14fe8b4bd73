"""The command line: `talks …`. Others script against it; changing what it takes or prints is a breaking change.

Exit codes: 0 done, 1 could not, 2 wrong usage. What was asked for goes to stdout, all else to stderr.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer

from assistant.assembly import Assistant
from assistant.outlets import formats, quick_import, show
from assistant.outlets.doctor import check_address
from assistant.outlets.formats import answer_json, record_json
from assistant.prompts import load_prompts
from assistant.query import Query, narrowed, parse_where
from assistant.retrieve.structured import evaluate
from assistant.settings import Settings, load_settings
from ingest.errors import SettingsError, TalksError
from ingest.pipeline import IngestReport
from ingest.records import Kind
from ingest.snapshots import collections
from ingest.web import plain_environment

app = typer.Typer(
    name="talks",
    help="Ask a collection of recorded talks, and get answers that cite them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Corpus = Annotated[Path | None, typer.Option("--corpus", help="Folder or file that holds the pages. [TALKS_CORPUS]")]
Home = Annotated[Path | None, typer.Option("--home", help="Where the index is kept. [TALKS_HOME]")]
CollectionOption = Annotated[
    str | None,
    typer.Option("--collection", help="Which collection, as `talks collections` names it. [TALKS_COLLECTION]"),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
KindOption = Annotated[Kind | None, typer.Option("--kind", help="Only talks or only papers.")]
PageOption = Annotated[str | None, typer.Option("--page", help='Words of a page\'s title, such as "machine learning".')]
SpeakerOption = Annotated[str | None, typer.Option("--speaker", help="Words of a speaker's name.")]
AffiliationOption = Annotated[str | None, typer.Option("--affiliation", help="Words of a speaker's affiliation.")]
WhereOption = Annotated[
    list[str] | None, typer.Option("--where", help="FIELD=VALUE, such as language=en or date=2019..; may be repeated.")
]
YearOption = Annotated[int | None, typer.Option("--year", help="Of the date; without one a record has none.")]
Batch = Annotated[str | None, typer.Option("--batch", help='JSONL file of questions, or "-" for standard input.')]
Question = Annotated[str | None, typer.Argument(help="In your own words.")]
Model = Annotated[str | None, typer.Option("--model", help="none (quotes only), auto, or a model's name.")]

P = ParamSpec("P")


def main() -> None:
    """Run the command line."""
    show.any_text_can_be_printed()
    app(prog_name="talks")


def command(run: Callable[P, None]) -> Callable[P, None]:
    """Register a command whose errors are told in one sentence."""

    @app.command(name=run.__name__.removesuffix("_command"))
    @wraps(run)
    def told(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            run(*args, **kwargs)
        except TalksError as error:
            show.say(f"talks: {error}", err=True)
            raise typer.Exit(1) from None
        except OSError as error:
            with suppress(OSError):  # Python writes out what is left as it leaves, which must not fail once more
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if not isinstance(error, BrokenPipeError):  # the reader, such as `head`, has seen enough
                show.say(
                    f"talks: It cannot be written or read ({error.strerror or error}); see room and permissions there.",
                    err=True,
                )
            raise typer.Exit(1) from None
        except KeyboardInterrupt:
            raise typer.Exit(130) from None

    return told


@command
def chat(corpus: Corpus = None, home: Home = None, collection: CollectionOption = None) -> None:
    """Serve the page on 127.0.0.1:7860; ingests first if needed."""
    from assistant.outlets.page_backend import PageBackend

    settings = _settings(corpus, home, collection)
    check_address(settings)
    assistant = Assistant(settings)
    backend = PageBackend(assistant)
    # It reads what is new and warms up while Gradio, over a second of computing, is imported.
    threading.Thread(target=backend.ingest, name="ingest", daemon=True).start()
    with plain_environment(), quick_import():
        from assistant.outlets.serve import serve

    serve(assistant, backend)


@command
def mcp(corpus: Corpus = None, home: Home = None, collection: CollectionOption = None) -> None:
    """Serve the collection's tools to an agent over standard input and output."""
    from assistant.outlets.mcp_server import TalksServer  # here, because nothing else needs it

    TalksServer(_open(corpus, home, collection)).run()


@command
def ingest_command(
    path: Annotated[Path | None, typer.Argument(help="Folder or file that holds the pages.")] = None,
    corpus: Corpus = None,
    home: Home = None,
    collection: CollectionOption = None,
    name: Annotated[str | None, typer.Option("--as", help="Name of the collection; else that of the folder.")] = None,
    verbose: Annotated[bool, typer.Option("--verbose", help="Name every oddity and every key not used.")] = False,
    as_json: Json = False,
) -> None:
    """Read the pages and build the index; the old one serves until the new one is whole."""
    settings = _settings(path or corpus, home, name or collection)
    if settings.collection is None:  # its corpus is meant, though another may have been ingested last
        settings = _settings(settings.corpus, home, None)
    report = _ingested(Assistant(settings))
    _print(show.report_to_json(report) if as_json else show.report_text(report, verbose=verbose))


@command
def collections_command(home: Home = None, as_json: Json = False) -> None:
    """List the collections: what each holds and what it was made from."""
    found = collections(_settings(None, home, None).home)
    _print(show.collections_to_json(found) if as_json else show.collections_text(found))


@command
def list_command(
    corpus: Corpus = None,
    home: Home = None,
    collection: CollectionOption = None,
    kind: KindOption = None,
    where: WhereOption = None,
    as_json: Json = False,
) -> None:
    """List every talk and paper, or those that meet all conditions."""
    filters = _filters(kind, where)
    store = _open(corpus, home, collection).snapshot.store
    found = evaluate(filters, store).ids
    records = [store.record(record_id) for record_id in found]
    _print([record_json(record) for record in records] if as_json else show.record_list_text(records))


@command
def show_command(
    record_id: Annotated[str, typer.Argument(metavar="ID", help="As `talks list` shows it.")],
    corpus: Corpus = None,
    home: Home = None,
    collection: CollectionOption = None,
    as_json: Json = False,
) -> None:
    """Show one talk or paper, whole."""
    record = _open(corpus, home, collection).snapshot.store.record(record_id)
    _print(record_json(record) if as_json else show.record_text(record))


@command
def search(
    question: Question = None,
    corpus: Corpus = None,
    home: Home = None,
    collection: CollectionOption = None,
    kind: KindOption = None,
    page: PageOption = None,
    speaker: SpeakerOption = None,
    affiliation: AffiliationOption = None,
    year: YearOption = None,
    where: WhereOption = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many talks and papers.")] = 10,
    batch_file: Batch = None,
    as_json: Json = False,
) -> None:
    """Find the talks and papers that fit a question and all filters."""
    named = {"page": page, "speaker": speaker, "affiliation": affiliation, "date": year and f"{year:04}"}
    filters = narrowed(_filters(kind, where), {name: value for name, value in named.items() if value is not None})
    lines = _batch_lines(question, batch_file)
    assistant = _open(corpus, home, collection)
    if lines is not None:
        _print_lines(formats.search_batch(lines, assistant, filters=filters, limit=limit))
        return
    found = formats.search(question or "", assistant, filters=filters, limit=limit)
    _print({"question": question, **found} if as_json else show.results_text(found["results"]))


@command
def ask(
    question: Question = None,
    corpus: Corpus = None,
    home: Home = None,
    collection: CollectionOption = None,
    kind: KindOption = None,
    where: WhereOption = None,
    model: Model = None,
    batch_file: Batch = None,
    as_json: Json = False,
) -> None:
    """Answer a question, every statement cited."""
    filters = _filters(kind, where)
    lines = _batch_lines(question, batch_file)
    assistant = _open(corpus, home, collection)
    endpoint = assistant.endpoint(model)
    if lines is not None:
        _print_lines(formats.ask_batch(lines, assistant, endpoint, filters=filters))
        return
    if as_json:
        _print(answer_json(assistant.converse([question or ""], endpoint=endpoint, filters=filters)[-1]))
    else:
        show.print_turn(assistant.turn(question or "", endpoint=endpoint, filters=filters))


@command
def gist(corpus: Corpus = None, home: Home = None, collection: CollectionOption = None, model: Model = None) -> None:
    """Let the model describe in plain words what nobody has; lay questions then find it. May be stopped and resumed."""
    from assistant.outlets.gist import write_gists  # here, because nothing else needs it
    from ingest.gists import gist_files

    assistant = _open(corpus, home, collection)
    endpoint = assistant.endpoint(model)
    if endpoint is None:
        raise SettingsError("Gists are written by a model; set TALKS_LLM_BASE_URL to the address of one.")
    records = list(assistant.snapshot.store.records())
    files = gist_files(Path(assistant.snapshot.manifest.corpus), assistant.collection)
    prompts = load_prompts(assistant.settings.prompts)
    written = show.with_progress(lambda progress: write_gists(records, files, endpoint, prompts, progress))
    report = _ingested(assistant)
    _print(f"{written} gists written by {endpoint.model()}; {report.gists} of {len(records)} records have one now.")


@app.command(name="eval", add_help_option=False, context_settings={"ignore_unknown_options": True})
def eval_command(words: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Measure how well the labelled questions of evals/ are answered; from a clone of the project."""
    if find_spec("evals") is None:
        typer.echo(
            "talks: the questions to measure with are in a clone of the project; run `talks eval` there.", err=True
        )
        raise typer.Exit(1)
    import_module("evals.__main__").app(words or [], prog_name="talks eval")


@command
def doctor(corpus: Corpus = None, home: Home = None, collection: CollectionOption = None) -> None:
    """Tell what is there, what is wrong and what to do: index, embedder, endpoint."""
    from assistant.outlets.doctor import examine

    findings = examine(_settings(corpus, home, collection))
    for finding in findings:
        show.say(str(finding))
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)


def _settings(corpus: Path | None, home: Path | None, collection: str | None) -> Settings:
    return load_settings(corpus=corpus, home=home, collection=collection)


def _open(corpus: Path | None, home: Path | None, collection: str | None) -> Assistant:
    """An assistant with an index: ingested first if nothing has been yet, mended first if it is damaged."""
    assistant = Assistant(_settings(corpus, home, collection))
    if not assistant.has_index:
        _ingested(assistant)
    elif damage := assistant.damage:
        show.say(f"talks: {damage} Rebuilding it now.", err=True)
        try:
            _ingested(assistant)
        except TalksError as error:
            serving = assistant.snapshot.manifest  # raises where the one before is not sound either
            show.say(f"talks: {error} The index before that one, made {serving.created}, answers.", err=True)
    return assistant


def _ingested(assistant: Assistant) -> IngestReport:
    """Bring the index up to date, telling what could not be read."""
    report = show.with_progress(assistant.ingest)
    for sentence in report.unreadable:
        show.say(f"talks: {sentence}", err=True)
    return report


def _filters(kind: Kind | None, where: list[str] | None) -> Query:
    return Query(kind=kind, conditions=tuple(parse_where(text) for text in where or ()))


def _batch_lines(question: str | None, batch_file: str | None) -> Iterator[str] | None:
    """The lines of the batch, or None for a single question."""
    if (question is None) == (batch_file is None):
        raise typer.BadParameter("give either a question or --batch FILE", param_hint="QUESTION")
    return None if batch_file is None else formats.read_lines(batch_file)


def _print(value: Any) -> None:
    show.say(value if isinstance(value, str) else show.printable_json(value, indent=2))


def _print_lines(objects: Iterator[dict[str, Any]]) -> None:
    for line in objects:
        print(show.printable_json(line), flush=True)


if __name__ == "__main__":
    main()
