"""What the command line prints: reports, lists, records, results and turns as text for a terminal."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from assistant.types import Answer, Citation, Delta, Done, Event, Status
from ingest.passages import chapter_line, speaker_line
from ingest.pipeline import IngestReport
from ingest.pipeline import Progress as OnProgress
from ingest.records import Record, record_pages, speaker_names

# A long list of small oddities helps nobody; --json has them all.
_ODDITIES_SHOWN = 12

T = TypeVar("T")


def with_progress(work: Callable[[OnProgress], T]) -> T:
    """Run something long with a progress bar on stderr."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)
        return work(lambda what, done, total: bar.update(task, description=what, completed=done, total=total))


def report_to_json(report: IngestReport) -> dict[str, Any]:
    """An ingest's report as plain JSON values."""
    return {**asdict(report), "seconds": round(report.seconds, 3)}


def report_text(report: IngestReport) -> str:
    """An ingest's report in a few lines."""
    state = f"{report.embedded} of them new" if report.changed else "nothing has changed"
    lines = [
        f"{report.corpus}: {report.talks} talks and {report.papers} papers from {report.entries} entries in "
        f"{report.files} files ({report.merges} repeats merged).",
        f"{report.passages} passages, {state}; {report.seconds:.1f} s.",
    ]
    if report.oddities:
        lines.append(f"{len(report.oddities)} oddities in the sources (nothing was lost by them):")
        lines += [f"  {oddity}" for oddity in report.oddities[:_ODDITIES_SHOWN]]
        hidden = len(report.oddities) - _ODDITIES_SHOWN
        if hidden > 0:
            lines.append(f"  … and {hidden} more; `talks ingest --json` lists them all.")
    return "\n".join(lines)


def record_list_text(records: Iterable[Record]) -> str:
    """One line for each record: id, then title and speakers."""
    return "\n".join(f"{record.id}\n    {_byline(record)}" for record in records)


def record_text(record: Record) -> str:
    """A record, whole."""
    parts = [_byline(record), f"{record.kind} · {record.id}"]
    parts += [f"stood on: {', '.join(record_pages(record))}"] if record_pages(record) else []
    if record.kind == "talk":
        parts += [speaker_line(speaker) for speaker in record.speakers]
    else:
        counts = [f"{record.author_count} authors"] if record.author_count is not None else []
        parts += [" · ".join([*counts, *([record.organisation] if record.organisation else [])])]
    parts += [record.date.text] if record.date else []
    parts += ["", record.abstract] if record.abstract else []
    if record.kind == "talk":
        parts += ["", "Speaker:", record.bio] if record.bio else []
        for chapter in record.chapters:
            parts.append(chapter_line(chapter) + (f"  ({chapter.problem})" if chapter.problem else ""))
    parts += ["", *record.links] if record.links else []
    parts += [""] + [f"from {source.file}, line {source.first_line}" for source in record.sources]
    return "\n".join(part for part in parts if part is not None)


def results_text(results: Sequence[dict[str, Any]]) -> str:
    """Search results: score, title, id and the best passage's beginning."""
    if not results:
        return "Nothing found."
    return "\n\n".join(
        f"{result['score']:.2f}  {result['title']}  ({result['kind']})\n      {result['passage_id']}\n      "
        + _shortened(result["text"])
        for result in results
    )


def print_turn(events: Iterator[Event]) -> None:
    """Print an answer as it grows, then its references; what is going on goes to stderr."""
    console = Console(stderr=True, highlight=False)
    for event in events:
        if isinstance(event, Status) and console.is_terminal:
            console.print(f"[dim]{event.text} …[/dim]")
        elif isinstance(event, Delta):
            sys.stdout.write(event.text)
            sys.stdout.flush()
        elif isinstance(event, Done):
            sys.stdout.write("\n")
            sys.stdout.write(references_text(event.answer.citations))
            sys.stdout.write(doubts_text(event.answer))
            if event.answer.notice:
                console.print(f"talks: {event.answer.notice}", markup=False, soft_wrap=True)


def references_text(citations: Sequence[Citation]) -> str:
    """The list below an answer: each number once, with its talk and where that stands."""
    by_number = {citation.n: citation for citation in reversed(citations)}
    lines = [
        f"[{n}] {c.title}" + (f", {'; '.join(c.speakers)}" if c.speakers else "") + f" ({c.kind} {c.id}; "
        f"{c.source['file']}, line {c.source['line']})"
        for n, c in sorted(by_number.items())
    ]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def doubts_text(answer: Answer) -> str:
    """The statements that their sources do not carry, or carry weakly, each with the reason."""
    doubts = [check for check in answer.checks if check.support != "supported"]
    lines = [f"{check.support}: “{answer.text[check.start : check.end]}” {check.reason}" for check in doubts]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def _byline(record: Record) -> str:
    names = speaker_names(record)
    return record.title + (f" – {', '.join(names)}" if names else "")


def _shortened(text: str, width: int = 160) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= width else flat[: width - 1] + "…"
