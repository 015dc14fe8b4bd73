"""Lists end to end: question → mentions → typed query → rows → what is told, on labelled questions.

`python -m evals.lists [FILE] [--half dev|report] [--corpus PATH] [--home DIR] [--show]`. Comes in: questions as in
`catalogue.jsonl`; earlier questions are put first, each as its own turn. Goes out: how many are answered exactly, how
many wrongly, how many not at all. Questions after what no source gives count apart: there no list may be given, and to
refuse is left to `answer.abstain`. Of the report half no miss is shown.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from assistant.answer.citations import CitedText
from assistant.answer.tabulate import tell
from assistant.query import Query, query_text
from assistant.retrieve.evidence import believed
from assistant.retrieve.structured import Result
from assistant.understand.entities import Entities
from assistant.understand.parser import Parser
from evals.questions import EVALS, LabelledList, read_lists
from ingest.embedder import BundledEmbedder
from ingest.pipeline import ingest
from ingest.record_store import RecordStore
from ingest.snapshots import Snapshot, open_current, serving_name


@dataclass(frozen=True, slots=True)
class Told:
    """The last turn of a conversation.

    Attributes:
        query: None where no list was given.
        text: What was told.
        ids: Of the records cited, in order.
        parse_ms: To link and to parse the last question.
    """

    query: Query | None
    chance: float
    text: str
    ids: tuple[str, ...]
    parse_ms: float


def converse(questions: Sequence[str], entities: Entities, parser: Parser, store: RecordStore) -> Told:
    """Put questions one after the other; a list that is not believed is none."""
    previous: Query | None = None
    before: tuple[str, ...] = ()
    told = Told(None, 0.0, "", (), 0.0)
    for question in questions:
        start = time.perf_counter()
        parsed = parser.parse(question, entities.link(question), previous, before)
        took = 1000 * (time.perf_counter() - start)
        told = Told(None, parsed.chance, "", (), took)
        previous, before = None, ()
        rows = believed(parsed.query, parsed.chance, store)
        if isinstance(rows, Result):
            answer = CitedText()
            for _ in tell(rows, store, answer):
                pass
            previous, before = rows.query, rows.ids
            ids = tuple(dict.fromkeys(citation.id for citation in answer.citations))
            told = Told(rows.query, parsed.chance, answer.text, ids, took)
    return told


def verdict(told: Told, question: LabelledList) -> str:
    """Say "exact", "wrong" or "unanswered" of an answer."""
    if told.query is None:
        return "exact" if question.is_unrecorded else "unanswered"
    return "exact" if not question.is_unrecorded and is_told(told, question) else "wrong"


def is_told(told: Told, question: LabelledList) -> bool:
    """Whether exactly the records expected are cited, the names and the number told, and the order kept."""
    right = question.expected is None or set(told.ids) == set(question.expected)
    if question.expected is not None and "order matters" in question.note:
        right = told.ids == question.expected
    # "2013: 1", however the number of a group is set.
    text = told.text.replace("**", "").replace(" — ", ": ")
    numbers = re.findall(r"\d+", text)
    names = all(name in text for name in question.expected_names or ())
    return right and names and (question.expected_count is None or str(question.expected_count) in numbers)


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", nargs="?", type=Path, default=EVALS / "catalogue.jsonl")
    options.add_argument("--half", default="dev")
    options.add_argument("--corpus", type=Path, default=EVALS.parent / "seeds")
    options.add_argument("--home", type=Path, help="kept for the next time; else an index is made anew")
    options.add_argument("--show", action="store_true")
    options.add_argument("--every", type=int, default=1)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as own:
        home, embedder = given.home or Path(own), BundledEmbedder()
        if serving_name(home) is None:
            ingest(given.corpus, home, embedder)
        measure(open_current(home, embedder.fingerprint), embedder, given)


def measure(snapshot: Snapshot, embedder: BundledEmbedder, given: argparse.Namespace) -> None:
    """Put all questions to one snapshot."""
    store = snapshot.store
    entities = Entities(store, snapshot.keyword, embedder.knows_word)
    parser = Parser(embedder)
    lists = read_lists(given.file, given.half)[:: given.every]
    told = [converse([*one.history, one.question], entities, parser, store) for one in lists]
    verdicts = [verdict(answer, one) for answer, one in zip(told, lists, strict=True)]
    for name, unrecorded in (("recorded", False), ("not recorded", True)):
        some = [v for v, one in zip(verdicts, lists, strict=True) if one.is_unrecorded is unrecorded]
        print(
            f"{name}: {len(some)} lists, " + ", ".join(f"{some.count(v)} {v}" for v in ("exact", "wrong", "unanswered"))
        )
    print(
        f"all: {verdicts.count('exact')} of {len(lists)} exact, {verdicts.count('wrong')} wrong; "
        f"parse {median(one.parse_ms for one in told):.1f} ms"
    )
    if given.show and given.half == "dev":
        for answer, one, v in zip(told, lists, verdicts, strict=True):
            if v != "exact":
                text = query_text(answer.query).replace("\n", "; ") if answer.query else "-"
                print(f"{v} {answer.chance:.2f} | {' > '.join([*one.history, one.question])} | {one.note} | {text}")


if __name__ == "__main__":
    main()
