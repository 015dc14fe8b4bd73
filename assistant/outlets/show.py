"""What the command line prints: reports, lists, records, results and turns as text for a terminal."""

import io
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from textwrap import shorten
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from assistant.outlets.formats import ResultJson, firsts
from assistant.types import Answer, Citation, Delta, Done, Event, Status
from ingest.passages import chapter_line, speaker_line
from ingest.pipeline import IngestReport, Pace
from ingest.pipeline import Progress as OnProgress
from ingest.records import Record, speaker_names
from ingest.schema import AFFILIATION, ROLE, SPEAKER, format_seconds, rows
from ingest.snapshots import Collection
from ingest.text import printable

# Whoever speaks stands above with role and affiliation.
_SHOWN_OTHERWISE = frozenset(field.label for field in (SPEAKER, ROLE, AFFILIATION))
# A long list of small warnings helps nobody; --verbose has them all.
_SHOWN = 10
_CAPTIONS_MADE = {"hand": "made by hand", "automatic": "automatic", "recognised": "by a recogniser", "none": "none"}

# Of what a terminal obeys and an encoding lacks, what JSON does not escape of itself.
_ESCAPED = re.compile("[\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

T = TypeVar("T")


def printable_json(value: Any, *, indent: int | None = None) -> str:
    """JSON that a terminal, and the encoding of standard output, can take: what they cannot is escaped."""
    is_unicode = (sys.stdout.encoding or "").lower().replace("-", "").startswith("utf")
    text = json.dumps(value, ensure_ascii=not is_unicode, indent=indent)
    return _ESCAPED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text)


def say(text: str, *, err: bool = False) -> None:
    """Print a text and a line end, whatever it holds."""
    print(printable(text), file=sys.stderr if err else sys.stdout, flush=True)


def any_text_can_be_printed() -> None:
    """Let the standard streams write what their encoding lacks as an escape, and read what is not in it."""
    for name, mode in {"stdin": "r", "stdout": "w", "stderr": "w"}.items():
        if getattr(sys, name) is None:  # was closed before we began
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8-sig", errors="replace")


def with_progress(work: Callable[[OnProgress], T], told: Callable[[str], None] = lambda _: None) -> T:
    """Run something long with a progress bar on stderr; `told` hears how far it is, and may raise to end it."""
    columns = (TextColumn("{task.description}", markup=False), BarColumn())
    pace = Pace()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def progressed(what: str, done: int, total: int) -> None:
            said = printable(pace.said(what, done, total))
            told(said)
            bar.update(task, description=said, completed=done, total=total or None)

        return work(progressed)


def report_to_json(report: IngestReport) -> dict[str, Any]:
    """An ingest's report as plain JSON values; `oddities` is what `warnings` were called and stays until 1.0."""
    values = asdict(report)
    return {**values, "oddities": values["warnings"], "seconds": round(report.seconds, 3)}


def report_text(report: IngestReport, *, verbose: bool = False) -> str:
    """An ingest's report in a few lines, or with every warning and every key that was not used."""
    state = f"{report.embedded} of them new" if report.changed else "nothing has changed"
    lines = [
        f"{report.corpus}: {report.talks} talks and {report.papers} papers from {report.entries} entries in "
        f"{report.files} files ({report.merges} repeats merged).",
        f"{report.passages} passages, {state}; {report.seconds:.1f} s.",
    ]
    if report.captions or report.hours:
        made = ", ".join(f"{count} {_CAPTIONS_MADE.get(how, how)}" for how, count in sorted(report.captions.items()))
        lines.insert(1, f"{report.hours:,.1f} hours of recordings; captions: {made or 'none'}.")
    told = {
        "Keys that are not used, with the first file that has each": [
            f"{one.key} ({one.count}): {one.file}" for one in report.unused
        ],
        "Warnings about the sources": [str(warning) for warning in report.warnings],
    }
    for what, of in told.items():
        shown = of if verbose else of[:_SHOWN]
        lines += [f"{what} ({len(of)}):", *(f"  {one}" for one in shown)] if of else []
        if len(shown) < len(of):
            lines.append(f"  … and {len(of) - len(shown)} more; `--verbose` lists them all.")
    return "\n".join(lines)


def collections_to_json(found: Sequence[Collection]) -> list[dict[str, Any]]:
    """Collections as plain JSON values."""
    made = ("corpus", "talks", "papers", "passages", "created")
    return [
        {"name": one.name, **{name: getattr(one.manifest, name, None) for name in made}, "problem": one.problem}
        for one in found
    ]


def collections_text(found: Sequence[Collection]) -> str:
    """A line for each collection."""
    if not found:
        return "There is no collection yet; `talks ingest DIR` makes one."
    return "\n".join(
        f"{one.name}: {one.problem}"
        if one.manifest is None
        else f"{one.name}: {one.manifest.talks} talks, {one.manifest.papers} papers of {one.manifest.corpus}, "
        f"made {one.manifest.created}"
        for one in found
    )


def record_list_text(records: Iterable[Record]) -> str:
    """One line for each record: id, then title and speakers."""
    return "\n".join(f"{record.id}\n    {_byline(record)}" for record in records)


def record_text(record: Record) -> str:
    """A record, whole."""
    parts = [_byline(record), f"{record.kind} · {record.id}"]
    parts += [speaker_line(speaker) for speaker in record.speakers]
    parts += [f"{label}: {text}" for label, text in rows(record) if label not in _SHOWN_OTHERWISE]
    parts += ["", record.abstract] if record.abstract else []
    parts += ["", "Speaker:", record.bio] if record.bio else []
    for chapter in record.chapters:
        parts.append(chapter_line(chapter) + (f"  ({chapter.problem})" if chapter.problem else ""))
    parts += [""] if record.transcript else []
    for cue in record.transcript:
        second = "" if cue.start_s is None else f"{format_seconds(cue.start_s)} "
        parts.append(second + (f"{cue.speaker}: " if cue.speaker else "") + cue.text)
    parts += [""] + [f"from {source.file}, line {source.first_line}" for source in record.sources]
    return "\n".join(parts)


def results_text(results: Sequence[ResultJson]) -> str:
    """Search results: score, title, id and the best passage's beginning."""
    if not results:
        return "Nothing found."
    return "\n\n".join(
        f"{result['score']:.2f}  {result['title']}  ({result['kind']})\n      {result['passage_id']}\n      "
        + shorten(result["text"], 160, placeholder=" …")
        for result in results
    )


def print_turn(events: Iterator[Event]) -> None:
    """Print an answer as it grows, then its references; what is going on goes to stderr."""
    console = Console(stderr=True, highlight=False)
    for event in events:
        if isinstance(event, Status) and console.is_terminal:
            console.print(f"{printable(event.text)} …", style="dim", markup=False)
        elif isinstance(event, Delta):
            sys.stdout.write(printable(event.text))
            sys.stdout.flush()
        elif isinstance(event, Done):
            sys.stdout.write("\n")
            sys.stdout.write(printable(references_text(event.answer.citations)))
            sys.stdout.write(printable(doubts_text(event.answer)))
            if event.answer.notice:
                console.print(f"talks: {printable(event.answer.notice)}", markup=False, soft_wrap=True)


def references_text(citations: Sequence[Citation]) -> str:
    """The list below an answer: each number once, with its talk, where that stands, and where its recording opens."""
    lines: list[str] = []
    for c in firsts(citations):
        by = f", {'; '.join(c.speakers)}" if c.speakers else ""
        lines.append(f"[{c.n}] {c.title}{by} ({c.kind} {c.id}; {c.source['file']}, line {c.source['line']})")
        moments = {one.opens_at_s: one.deep_link for one in citations if one.n == c.n and one.opens_at_s is not None}
        lines += [f"    {format_seconds(second)}  {link or ''}".rstrip() for second, link in sorted(moments.items())]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def doubts_text(answer: Answer) -> str:
    """The statements that their sources do not carry, or carry weakly, each with the reason."""
    doubts = [check for check in answer.checks if check.support != "supported"]
    lines = [f"{check.support}: “{answer.text[check.start : check.end]}” {check.reason}" for check in doubts]
    return "\n" + "\n".join(lines) + "\n" if lines else ""


def _byline(record: Record) -> str:
    names = speaker_names(record)
    return record.title + (f" – {', '.join(names)}" if names else "")
