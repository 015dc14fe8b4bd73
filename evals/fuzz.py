"""Inputs that nobody would write, by the thousand, against everything that reads from outside: `make fuzz`.

Comes in: how many, and a seed. Goes out: a table, and every input that was answered with anything but a result or one
sentence. An input is made from the seed and its number alone, so `--only readers:1234` runs it again.
"""

import argparse
import contextlib
import io
import json
import logging
import re
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import httpx
import uvicorn

from assistant.answer.markers import Marker, MarkerParser, defuse
from assistant.assembly import Assistant
from assistant.llm import faults
from assistant.llm.marks import ReasoningFold
from assistant.llm.reply import read_reply
from assistant.outlets.formats import record_json
from assistant.outlets.page.markdown import answer_html
from assistant.outlets.page_backend import PageBackend
from assistant.outlets.references import answer_markdown, bibtex, reference_of, references_csv
from assistant.outlets.serve import application
from assistant.outlets.show import printable_json
from assistant.settings import load_settings
from assistant.types import Answer
from ingest.errors import EndpointError, PageUnreadable
from ingest.merge import merge
from ingest.passages import record_passages
from ingest.pipeline import shown_name
from ingest.readers.grouping import group
from ingest.readers.registry import read_file
from ingest.record_store import RecordStore, write_store
from ingest.records import Record
from ingest.text import printable

INPUTS = 20_000
# A call of the page takes milliseconds where the others take a fraction of one.
SHARES = {"readers": 0.45, "markers": 0.2, "replies": 0.25, "calls": 0.1}
# Of the records that are read, how many are also written into an index, which takes ten times as long.
KEPT = 0.1
# Of one input; they are short.
LONGEST_S = 5.0
SHOWN_CHARS = 1200
LEFT_OUT = {"sources", "passages"}

TALK = {
    "kind": "talk",
    "title": "Why Bridges Hum",
    "speakers": [{"name": "Mara Lind", "affiliation": "ETH", "role": "Engineer"}],
    "abstract": "Wind sheds whirls. Steel answers [27].",
    "bio": "Mara Lind builds bridges.",
    "date": "2023-05-04",
    "url": "https://examplfuzz.invalid/bridges",
    "video_url": "https://examplfuzz.invalid/v",
    "event": "Steel Days 2023",
    "tags": ["wind", "steel"],
    "duration_s": 1800,
    "chapters": [{"start_s": 0, "title": "Start"}, {"start_s": 60, "title": "Whirls"}],
    "transcript": [{"start_s": 0, "end_s": 4, "text": "Good morning."}, {"start_s": 4, "text": "Bridges hum."}],
}
PAPER = {"kind": "paper", "title": "On Kelp", "abstract": "Forests slow waves.", "author_count": 7, "comment_count": 2}
PYVIDEO = {
    "title": "Silt",
    "speakers": ["Jo Ek"],
    "description": "Harbours fill.",
    "recorded": "2014-07-21",
    "duration": 900,
    "videos": [{"type": "youtube", "url": "https://www.youtube.com/watch?v=abc"}],
    "thumbnail_url": "https://examplfuzz.invalid/t.jpg",
    "tags": ["sand"],
}
DOWNLOADER = {
    "id": "abc",
    "title": "Silt",
    "description": "0:00 Start\n1:00 End",
    "uploader": "Harbour",
    "upload_date": "20140721",
    "duration": 900.5,
    "webpage_url": "https://www.youtube.com/watch?v=abc",
    "extractor": "youtube",
    "chapters": [{"start_time": 0.0, "end_time": 60.0, "title": "Start"}],
    "automatic_captions": {},
    "_type": "video",
}
SCHEDULE = {
    "schedule": {
        "conference": {
            "title": "Steel Days",
            "days": [
                {
                    "date": "2023-05-04",
                    "rooms": {
                        "Hall": [
                            {
                                "id": 1,
                                "guid": "g",
                                "title": "Why Bridges Hum",
                                "start": "10:00",
                                "duration": "00:30",
                                "abstract": "Wind.",
                                "persons": [{"name": "Mara Lind"}],
                            }
                        ]
                    },
                }
            ],
        }
    }
}
CUES = "{}\n00:00:01{p}000 --> 00:00:04{p}000\nGood morning.\n\n00:00:04{p}000 --> 00:00:09{p}000\nBridges hum.\n"
SAMPLES: dict[str, str] = {
    "talk.jsonl": "\n".join(map(json.dumps, (TALK, PAPER))),
    "talks.json": json.dumps([TALK, PAPER], indent=1),
    "pyvideo.json": json.dumps(PYVIDEO),
    "silt.info.json": json.dumps(DOWNLOADER),
    "schedule.json": json.dumps(SCHEDULE),
    "words.json3": json.dumps({"events": [{"tStartMs": 0, "dDurationMs": 900, "segs": [{"utf8": "Good morning."}]}]}),
    "segments.json": json.dumps({"text": "Hi.", "segments": [{"id": 0, "start": 0.0, "end": 2.5, "text": " Hi."}]}),
    "podcast.json": json.dumps({"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Start"}]}),
    "a.srt": CUES.format("1", p=","),
    "a.vtt": "WEBVTT\n\n" + CUES.format("NOTE x\n", p="."),
    "table.csv": 'title,speakers,abstract,date\nSilt,"Jo Ek, Sea",Fine sand,2014-07-21\n"A ""b""",X,"two\nlines",\n',
    "table.tsv": "start\tend\ttext\n0\t900\tGood morning.\n900\t1800\tBridges hum.\n",
    "page.html": "<html><head><title>Silt</title></head><body><h1>Silt</h1><p>Speaker: Jo Ek</p><p>00:01 Hi.</p>",
    "feed.xml": '<?xml version="1.0"?><rss><channel><title>F</title><item><title>Silt</title>'
    '<enclosure url="https://fuzz.invalid/a.mp3" type="audio/mpeg" length="1"/>'
    "<pubDate>Mon, 21 Jul 2014 10:00:00 GMT</pubDate></item></channel></rss>",
    "schedule.xml": '<schedule><conference><title>S</title></conference><day date="2023-05-04">'
    '<room name="H"><event id="1">'
    "<title>Silt</title><start>10:00</start><duration>00:30</duration><persons><person>Jo Ek</person></persons>"
    "</event></room></day></schedule>",
    "notes.md": "---\ntitle: Silt\nspeakers: Jo Ek\ndate: 2014-07-21\n---\n# Silt\n\n[00:00:01] Hi.\n[00:00:04] Hm.",
    "plain.txt": "Silt\n\nHarbours fill with fine sand.\n\nThey are dug out again.\n",
}
ODD: tuple[Any, ...] = (
    None, True, 0, -1, 1e23, 10**23, -1e308, 1e308, float("inf"), float("nan"), "", " ", "\0",
    "\x1b[31mred\x1b]0;x\x07", "\ud83e",
    "\udda6 \ud83e\udda6", "\u202eabc\u2066", "\u2028\u2029\x85\x0b\x0c", "\ufeff", "javascript:alert(1)",
    " JaVaScRiPt:alert(1)", "data:text/html,x", "http://[::1", "https://fuzz.invalid/a)b<c>", "00:99:99",
    "2023-13-45", "9999999-01-01",
    "-0001-01-01", "<think>", "[1]", "【1】", "</s>",
    "a" * 5000, "“" * 3000, [], [[]], {}, {"": ""}, [None], {"title": None},
    [{"name": None}], [{"name": "x\ny", "affiliation": ["z"]}], [[[[[[]]]]]], "1" * 400, "9" * 5000, "٣", "０1",
    "1_000", "0x10", "NaN",
)  # fmt: skip
SPLINTERS = (
    "\0", "\x1b[2J", "\u202e", "\ud83e", "\ufffd", "\u2028", "\r", "\r\n", "\t", '"', "“", "'", "`", "$", "$$",
    "\\", "\\(", "<", ">",
    "<script>", "</p>", "&#x0;", "&#55357;", "<![CDATA[", "]]>", "-->", "--> ", "00:00:01,000 --> 00:00:00,000",
    "99:99:99", "[1]", "{",
    "}", "[", "]", ",", ":", "null", "1e999", "1" * 60, "-", "---", "#", "# ", "| a |", "![x](javascript:y)",
    "[x](javascript:y)",
    "[x]: data:y", "https://fuzz.invalid/x", "javascript:alert(1)", "Speaker: ", "Biography", "\n\n",
    " " * 40, "a" * 300, "é", "🦦",
)  # fmt: skip
MARKS = (
    "<think>", "</think>", "[THINK]", "[/THINK]", "◁think▷", "◁/think▷", "<|channel|>analysis<|message|>",
    "<|end|>",
    "<|start|>assistant", "<|channel|>final<|message|>", "<|message|>", "<|return|>", "<|im_end|>",
    "<|im_start|>user", "</s>",
    "<s>", "<end_of_turn>", "[INST]", "<answer>", "</answer>", "<channel|>", "<|channel>thought",
    "<｜end▁of▁sentence｜>",
    "### Instruction:", "assistant\n", "analysis", "assistantfinal", "Okay, ", "The user ", "Here is my response:",
)  # fmt: skip
CITED = (
    "[1]", "[1, 2]", "[1-3]", "[[1]]", "[^1]", "[Source 1]", "【1】", "【1†source】", "［1］", "(Source 1)",
    "Source 1: ", "Sources 1 and 2",
    "(1)", "¹", "²³", "[", "[1", "(", "【", "[99999]", "```", "`", "$", "$$", "\\[", "\\]", "\\", "\n", ". ",
    "word", " ", "**Source 1:**",
)  # fmt: skip


class Wrong(AssertionError):
    """An input that was not answered as promised."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What one input led to."""

    subject: str
    number: int
    told: str


def main() -> None:
    """Run what was asked for; exit 1 where an input was not answered as promised."""
    parser = argparse.ArgumentParser(prog="python -m evals.fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=INPUTS, help=f"how many in all (default {INPUTS:,})")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="SUBJECT[:NUMBER]", help="one subject, or one input of it")
    given = parser.parse_args()
    subject, _, number = (given.only or "").partition(":")
    failures: list[Failure] = []
    print(f"{'':<10}{'inputs':>8}{'s':>8}{'wrong':>8}")
    with tempfile.TemporaryDirectory(prefix="talks-fuzz-") as folder:
        for name, share in SHARES.items():
            if subject and name != subject:
                continue
            numbers = [int(number)] if number else range(round(given.inputs * share))
            began = time.perf_counter()
            found = list(fuzz(name, numbers, given.seed, Path(folder)))
            print(f"{name:<10}{len(numbers):>8,}{time.perf_counter() - began:>8.1f}{len(found):>8}", flush=True)
            failures += found
    for failure in failures[:20]:
        print(f"\n{failure.subject}:{failure.number}  {failure.told}")
    sys.exit(1 if failures else 0)


def fuzz(subject: str, numbers: Sequence[int], seed: int, folder: Path) -> Iterator[Failure]:
    """What went wrong with these inputs of a subject; `folder` is for what has to lie on a disk."""
    with SUBJECTS[subject](folder) as look:
        for number in numbers:
            began = time.process_time()  # another program's load is no fault of ours
            try:
                look(Random(f"{seed}/{subject}/{number}"))
            except Exception as error:
                yield Failure(subject, number, f"{type(error).__name__}: {str(error)[:SHOWN_CHARS]}")
                continue
            if (took_s := time.process_time() - began) > LONGEST_S:
                yield Failure(subject, number, f"took {took_s:.1f} s")


# --- Files


@contextlib.contextmanager
def readers(folder: Path) -> Iterator[Callable[[Random], None]]:
    """A file → records, passages and exports, or one sentence; what was read is read again from its own list."""
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted((SEEDS).glob("*.txt"))}

    def look(chance: Random) -> None:
        name, content = a_file(chance, pages)
        path = folder / "input"
        path.write_bytes(content)
        try:
            part = read_file(path, name=shown_name(name))
        except PageUnreadable as error:
            one_sentence(str(error))
            return
        grouped = group([part])
        for warning in grouped.warnings:
            one_sentence(str(warning))
        records = merge(grouped.records).records
        for record in records:
            shown(record)
        if records:
            read_again(records, folder / "list.json")
        if records and chance.random() < KEPT:
            kept(records, folder / "records.sqlite")

    yield look


def a_file(chance: Random, pages: dict[str, str]) -> tuple[str, bytes]:
    """A name and what stands in it: a sample, or a stretch of a page, with damage of every kind."""
    if chance.random() < 0.3:
        name = chance.choice(list(pages))
        lines = pages[name].splitlines(keepends=True)
        at = chance.randrange(len(lines))
        text = "".join(lines[:6] + lines[at : at + 40])
    else:
        name = chance.choice(list(SAMPLES))
        text = SAMPLES[name]
    if name.endswith(("json", "jsonl", "json3")) and chance.random() < 0.7:
        values = [json.loads(line) for line in text.split("\n")] if name.endswith("jsonl") else [json.loads(text)]
        text = "\n".join(json.dumps(bent(value, chance), ensure_ascii=chance.random() < 0.5) for value in values)
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        text = torn(text, chance)
    encoding = chance.choice(("utf-8",) * 8 + ("utf-16", "utf-16-le", "utf-32", "cp1252", "utf-8-sig"))
    content = text.encode(encoding, "replace" if encoding == "cp1252" else "surrogatepass")
    if chance.random() < 0.15 and content:
        at = chance.randrange(len(content))
        content = content[:at] + chance.randbytes(chance.randrange(4)) + content[at + chance.randrange(3) :]
    return chance.choice((name, name, name, chance.choice(list(SAMPLES)), "od\udcffd\x1b\n")), content


def bent(value: Any, chance: Random) -> Any:
    """A JSON value with odd values, keys and places somewhere in it."""
    if chance.random() < 0.06:
        return chance.choice(ODD)
    if isinstance(value, dict):
        made = {key: bent(one, chance) for key, one in value.items() if chance.random() > 0.05}
        if chance.random() < 0.1:
            made[str(chance.choice((*ODD[11:24], *TALK)))] = chance.choice(ODD)
        return made
    if isinstance(value, list):
        return [bent(one, chance) for one in value for _ in range(chance.choice((1, 1, 1, 1, 0, 3)))]
    return value


def torn(text: str, chance: Random) -> str:
    """A text with a piece taken out, said twice, moved, or splinters put in."""
    at, length = chance.randrange(len(text) + 1), chance.choice((0, 1, 1, 5, 40, 400))
    piece = text[at : at + length]
    match chance.randrange(5):
        case 0:
            return text[:at] + text[at + length :]
        case 1:
            return text[:at] + piece * chance.choice((2, 3, 20)) + text[at + length :]
        case 2:
            to = chance.randrange(len(text) + 1)
            return text[:to] + piece + text[to:]
        case 3:
            return text[:at]
        case _:
            return text[:at] + "".join(chance.choices(SPLINTERS, k=chance.choice((1, 1, 3)))) + text[at:]


def shown(record: Record) -> None:
    """Every way in which a record leaves the program."""
    record_passages(record)
    reference = reference_of(record)
    harmless("BibTeX", bibtex([reference]))
    harmless("a table", references_csv([reference]))
    if reference.url and not reference.url.lower().startswith(("http://", "https://")):
        raise Wrong(f"links to {reference.url!r}")


def kept(records: Sequence[Record], path: Path) -> None:
    """What is written into the index is what is read from it."""
    passages = [passage for record in records for passage in record_passages(record)]
    path.unlink(missing_ok=True)
    write_store(path, list(records), passages)
    store = RecordStore(path)
    try:
        if list(store.records()) != list(records):
            raise Wrong("the index holds other records than were written")
    finally:
        store.close()


def read_again(records: Sequence[Record], path: Path) -> None:
    """What `talks list --json` prints is what it reads."""
    told = [record_json(record) for record in records]
    text = printable_json(told, indent=1)
    harmless("the list", text)
    path.write_text(text, encoding="utf-8")
    part = read_file(path, name=path.name)
    again = [record_json(record) for record in merge(group([part]).records).records]
    for before, after in zip(json.loads(text), json.loads(printable_json(again)), strict=True):
        for key in sorted({*before, *after} - LEFT_OUT):
            if before.get(key) != after.get(key):
                raise Wrong(f"{key} was {before.get(key)!r:.120} and is read as {after.get(key)!r:.120}")


# --- Text that a model writes


@contextlib.contextmanager
def markers(_: Path) -> Iterator[Callable[[Random], None]]:
    """Text in pieces → text and markers, the same however it is cut; shown as HTML and Markdown that do nothing."""

    def look(chance: Random) -> None:
        text = "".join(chance.choices(CITED + SPLINTERS, k=chance.randrange(30)))
        sources = chance.choice((0, 1, 5))
        whole, cut = parsed([text], sources), parsed(pieces(text, chance), sources)
        if whole != cut:
            raise Wrong(f"{text!r} is read as {whole} whole and as {cut} in pieces")
        defused = defuse(text, is_line=chance.random() < 0.5)
        if "\n" in defuse(text, is_line=True) or any(isinstance(one, Marker) for one in parsed([defused], 0)):
            raise Wrong(f"{text!r} still holds a marker as {defused!r}")
        inert(answer_html(text, (), lambda *_: ""), text)
        harmless("Markdown", answer_markdown(Answer("q", "q", text, (), refused=False, mode="model"), ()))

    yield look


def parsed(given: Sequence[str], sources: int) -> list[Any]:
    """Text and markers, text that stands together joined."""
    parser, found = MarkerParser(sources), list[Any]()
    for piece in (*(one for each in given for one in parser.feed(each)), *parser.finish()):
        if isinstance(piece, str) and found and isinstance(found[-1], str):
            found[-1] += piece
        else:
            found.append(piece)
    return found


def pieces(text: str, chance: Random) -> list[str]:
    """A text cut anywhere."""
    cuts = sorted(chance.choices(range(len(text) + 1), k=chance.randrange(12)))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


# --- Replies of endpoints


@contextlib.contextmanager
def replies(_: Path) -> Iterator[Callable[[Random], None]]:
    """A reply's bytes → words without thoughts and marks, the same however they are cut; an error → one sentence."""
    teller = faults.Teller("http://127.0.0.1:1", ("secret-key",))

    def look(chance: Random) -> None:
        body = a_reply(chance)
        cuts = sorted(chance.choices(range(len(body) + 1), k=chance.randrange(20)))
        whole = list(read_reply([body]))
        if whole != list(read_reply(body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True))):
            raise Wrong(f"{body!r} is read otherwise when cut at {cuts}")
        words = "".join(one.words for one in whole)
        if folded([words]) != folded(pieces(words, chance)):
            raise Wrong(f"{words!r} is folded otherwise in pieces")
        for one in whole:
            if one.error is not None or one.unread:
                told(faults.Refused(0, one.error), teller)
                one_sentence(str(teller.no_reply(one.unread)))
        response = httpx.Response(chance.choice((400, 401, 404, 422, 429, 500, 503)))
        told(faults.Refused.of(response, chance.choice((body, json.dumps(bent(ERROR, chance)).encode()))), teller)

    yield look


ERROR = {
    "error": {"message": "max_tokens: n_ctx 4096, secret-key", "param": "max_tokens", "code": 400, "type": "x"},
    "detail": [{"loc": ["body", "temperature"], "msg": "Extra inputs are not permitted"}],
}
CHUNK = {"id": "1", "choices": [{"index": 0, "delta": {"role": "assistant", "content": "word"}, "finish_reason": None}]}
WHOLE = {"choices": [{"message": {"content": [{"type": "text", "text": "Otters"}]}, "finish_reason": "stop"}]}


def a_reply(chance: Random) -> bytes:
    """An event stream, one JSON value, or one a line, with damage of every kind."""
    lines = []
    for _ in range(chance.randrange(12)):
        event = json.loads(json.dumps(chance.choice((CHUNK, CHUNK, CHUNK, WHOLE, ERROR))))
        if event.get("id"):
            event["choices"][0]["delta"]["content"] = "".join(chance.choices((*MARKS, *SPLINTERS, "word "), k=3))
        event = bent(event, chance) if chance.random() < 0.4 else event
        form = chance.choice(
            ("data: {}\n\n",) * 6 + ("data:{}\r\n\r\n", "{}\n", "event: error\ndata: {}\n\n", "id: {}\n", ": {}\n")
        )
        lines.append(form.format(json.dumps(event, ensure_ascii=chance.random() < 0.5)))
    text = "".join((*lines, chance.choice(("", "data: [DONE]\n\n", "data: [DO"))))
    for _ in range(chance.choice((0, 0, 1, 2))):
        text = torn(text, chance)
    content = text.encode("utf-8", "surrogatepass")
    return content + chance.randbytes(chance.choice((0, 0, 0, 9)))


def folded(given: Sequence[str]) -> str:
    """The answer of a reply."""
    fold = ReasoningFold()
    return "".join((*map(fold.feed, given), fold.finish()))


def told(error: faults.Refused, teller: faults.Teller) -> None:
    """An error of a server is one of ours, in one sentence without the key, and is told apart."""
    one = teller.tell(error)
    if not isinstance(one, EndpointError):
        raise Wrong(f"{error!r} became {one!r}")
    one_sentence(str(one))
    if "secret-key" in str(one):
        raise Wrong(f"the key stands in {one}")
    faults.unwanted(error, ("temperature", "max_tokens", "stream", "system"))
    faults.is_busy(error)


# --- Calls


@contextlib.contextmanager
def calls(folder: Path) -> Iterator[Callable[[Random], None]]:
    """Requests to page, API and tools → an answer that is no failure of the server, and nothing in its log."""
    assistant = Assistant(load_settings(home=folder / "home", corpus=SEEDS))
    assistant.ingest()
    with listening(assistant) as log, httpx.Client(base_url=log.address, timeout=30) as http:
        functions = page_functions(http.get("/config").json())

        def look(chance: Random) -> None:
            method, path, content, headers = a_call(chance, functions)
            response = http.request(method, path, content=content, headers=headers)
            if path.endswith("/join") and response.is_success:
                with http.stream(
                    "GET", f"/gradio_api/queue/data?session_hash={json.loads(content)['session_hash']}"
                ) as events:
                    ended = next((line for line in events.iter_lines() if "process_completed" in line), "")
                if '"success":false' in ended:
                    raise Wrong(f"{path} {content!r:.500} ended with {ended[:200]}")
            said = log.taken()
            if response.status_code >= 500 or "Traceback" in response.text:
                raise Wrong(f"{method} {path} {content!r:.500} got {response.status_code}: {response.text[:200]}")
            if said := said + log.taken():
                raise Wrong(f"{method} {path} {content!r:.500} left in the log: {said[-SHOWN_CHARS // 2 :]}")

        yield look


CHAT = {
    "model": "talks-quotes",
    "messages": [
        {"role": "user", "content": "Who spoke about scale?"},
        {"role": "assistant", "content": "Some [1]."},
        {"role": "user", "content": [{"type": "text", "text": "And that?"}]},
    ],
    "stream": True,
    "stream_options": {"include_usage": True},
}
TOOL = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "tools/call",
    "params": {
        "name": "search_talks",
        "arguments": {"query": "scale", "kind": "talk", "where": {"year": "2023"}, "limit": 3},
    },
}
PATHS = (
    "/",
    "/v1/models/x%00",
    "/v1/%ff",
    "/health",
    "/media/%2e%2e",
    "/file=/etc/passwd",
    "/gradio_api/file=..%2f..",
    "/v1/..",
)


@dataclass(frozen=True, slots=True)
class Function:
    """One of the page's own: its number, the parts whose values it is given, and whether it waits in the queue."""

    number: int
    name: str
    parts: tuple[dict[str, Any], ...]
    waits: bool


def page_functions(config: dict[str, Any]) -> list[Function]:
    """What the page's script may call."""
    parts = {part["id"]: part for part in config["components"]}
    return [
        Function(one["id"], one["api_name"], tuple(parts[part] for part in one["inputs"]), bool(one["queue"]))
        for one in config["dependencies"]
        if one["backend_fn"]
    ]


def a_value(part: dict[str, Any], chance: Random) -> Any:
    """What a part of the page may hold: a text, one of its choices, or what a browser has kept: anything."""
    match part["type"]:
        case "dropdown" if part["props"].get("multiselect"):
            # Gradio itself refuses what is not among the choices.
            choices = [value for _, value in part["props"]["choices"]]
            is_free = part["props"].get("allow_custom_value")
            count = chance.randrange(3) if is_free or choices else 0
            return [a_text(chance) if is_free else chance.choice(choices) for _ in range(count)]
        case "dropdown" if not part["props"].get("allow_custom_value"):
            return chance.choice([value for _, value in part["props"]["choices"]] or [None])
        case "browserstate":
            return chance.choice((*ODD, [{"name": a_text(chance), "base_url": a_text(chance)}]))
        case "state" | "file":
            return None
    # So that a visitor is known, and asks something that is found.
    return chance.choice((a_text(chance), "a" * 20, "Who spoke about scale?"))


def an_event(name: str, chance: Random) -> dict[str, Any]:
    """What the page's script says of a click, whichever it was."""
    texts = {
        key: a_text(chance) for key in ("id", "name", "what", "url", "model", "record", "previous_value", "passage")
    }
    return texts | {
        "index": chance.choice((0, 1, [0, 0], [9**9, 0], [-1, -1])),
        "value": {"text": a_text(chance)} if name == "ask_example" else a_text(chance),
        "shown": chance.choice((0, 40, 9**9)),
        "liked": chance.choice((True, False, a_text(chance))),
        "row_value": [a_text(chance)],
        "turn": chance.choice((None, 0, 1, 9**9)),
        "at": chance.choice((None, 0, a_text(chance))),
    }


def a_text(chance: Random) -> str:
    """A text of any kind."""
    return str(chance.choice((*ODD, *SPLINTERS, *CITED)))


def a_call(chance: Random, functions: Sequence[Function]) -> tuple[str, str, bytes, dict[str, str]]:
    """Method, path, body and headers."""
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    kind = chance.randrange(4)
    if kind == 0:
        method, path, body = "POST", "/v1/chat/completions", bent(CHAT, chance)
    elif kind == 1:
        call = bent(TOOL, chance)
        if isinstance(call, dict) and chance.random() < 0.5:
            name = chance.choice(("get_talk", "list_talks", "ask_talks", "search_talks"))
            call["params"] = {"name": name, "arguments": bent({"id": "x", "question": "scale?", "where": {}}, chance)}
        method, path, body = "POST", "/mcp", call
    elif kind == 2:
        function = chance.choice(functions)
        body = {"data": [a_value(part, chance) for part in function.parts], "fn_index": function.number}
        body |= {"session_hash": f"fuzz{chance.randrange(3)}", "event_data": an_event(function.name, chance)}
        method, path = "POST", "/gradio_api/queue/join" if function.waits else "/gradio_api/run/predict"
    else:
        return chance.choice(("GET", "HEAD", "POST", "PUT", "OPTIONS")), chance.choice(PATHS), b"", headers
    content = json.dumps(body).encode()
    if kind != 2 and chance.random() < 0.2:  # what is no call at all Gradio itself answers  # noqa: PLR2004
        content = torn(content.decode(), chance).encode("utf-8", "surrogatepass")
    return method, path, content, headers


class Log(logging.Handler):
    """All that a server writes where an operator would look."""

    def __init__(self, address: str, stderr: io.StringIO) -> None:
        super().__init__(logging.ERROR)
        self.address = address
        self._stderr = stderr
        self._records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a message with its traceback."""
        self._records.append(logging.Formatter().format(record))

    def taken(self) -> str:
        """What has come since it was last asked for; only what tells of a failure."""
        said = "\n".join((*self._records, self._stderr.getvalue()))
        self._records.clear()
        self._stderr.seek(0)
        self._stderr.truncate()
        return said if "Traceback" in said else ""


@contextlib.contextmanager
def listening(assistant: Assistant) -> Iterator[Log]:
    """The whole application on a free loopback port, as `talks chat` serves it."""
    with socket.socket() as bound, contextlib.redirect_stderr(io.StringIO()) as stderr:
        bound.bind(("127.0.0.1", 0))
        log = Log(f"http://127.0.0.1:{bound.getsockname()[1]}", stderr)
        logging.getLogger().addHandler(log)
        app = application(assistant, PageBackend(assistant))
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield log
        finally:
            server.should_exit = True
            thread.join()
            logging.getLogger().removeHandler(log)


# --- What is promised of any text


def one_sentence(said: str) -> None:
    """A message is one line, not too long, that a terminal may show."""
    if "\n" in said or len(said) > 2000 or "Traceback" in said:
        raise Wrong(f"no sentence: {said!r:.300}")


def harmless(what: str, text: str) -> None:
    """Nothing that a terminal obeys, and no link that runs anything."""
    if printable(text) != text.replace("\r\n", "\n") and printable(text) != text:
        raise Wrong(f"{what} holds what a terminal obeys: {text!r:.300}")
    if what == "Markdown" and re.search(r"(?<!\\\\)\]\(\s*<?(?:javascript|data):", text, re.IGNORECASE):
        raise Wrong(f"{what} holds a link that runs: {text!r:.300}")


def inert(html: str, text: str) -> None:
    """HTML with no script and no link but to the web."""
    lowered = html.lower()
    if "<script" in lowered or 'href="javascript' in lowered or 'href="data' in lowered or "<img" in lowered:
        raise Wrong(f"{text!r} became {html!r:.300}")


SEEDS = Path(__file__).parent.parent / "seeds"
SUBJECTS: dict[str, Callable[[Path], contextlib.AbstractContextManager[Callable[[Random], None]]]] = {
    "readers": readers,
    "markers": markers,
    "replies": replies,
    "calls": calls,
}

if __name__ == "__main__":
    main()
