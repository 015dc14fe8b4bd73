"""A backend that plays scripts: each question has its events, with a pause before each."""

import tempfile
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from assistant.answer.suggestions import Offer
from assistant.llm import EndpointChoice, Running
from assistant.outlets.conversations import Conversations, Turn
from assistant.outlets.page_backend import Opened, PageBackend, PageState, Writer
from assistant.outlets.shelf import Shelf
from assistant.types import Answer, Citation, Cited, Delta, Done, Event, Mode, SourcePassage, Sources, Status, Style
from ingest.errors import CorpusMissing, EndpointUnreachable
from ingest.gists import Gist
from ingest.record_store import RecordStore, write_store
from ingest.records import Chapter, Date, Record, Source, Speaker
from tests import made_up

HESSIAN = SourcePassage(
    passage_id="hunting-the-hessian#abstract-1",
    id="hunting-the-hessian",
    kind="talk",
    title="Hunting the Hessian",
    speakers=("Madeleine Udell, Stanford University",),
    pages=("Recorded Talks: Machine Learning",),
    section="Abstract",
    text=(
        "Ill conditioned loss landscapes are ubiquitous in machine learning, and they slow down optimization. "
        "Preconditioning the gradient to make the loss more isotropic is a natural solution, but is challenging for "
        "extremely large problems, as direct access to the problem Hessian is prohibitively expensive. We present two "
        "fresh approaches to preconditioning using tools from randomized numerical linear algebra and online convex "
        "optimization for efficient access to Hessian information, motivated by the question: what is the most useful "
        "information we can query from the problem Hessian using linear memory and compute?"
    ),
    score=0.91,
    source={"file": "pages/talks.txt", "line": 31},
    url="https://example.invalid/talks/hessian",
)
FLAT = SourcePassage(
    passage_id="flat-minima#abstract-1",
    id="flat-minima",
    kind="talk",
    title="Flat Minima and Generalization: from Matrix Sensing to Neural Networks",
    speakers=("Maryam Fazel, University of Washington",),
    pages=("Recorded Talks: Machine Learning", "Recorded Talks: Optimization"),
    section="Abstract",
    text=(
        "When do overparameterized neural networks avoid overfitting and generalize to unseen data? 🙂 Empirical "
        "evidence suggests that the shape of the training loss function near the solution matters—the minima where "
        "the loss is “flatter” tend to lead to better generalization."
    ),
    score=0.74,
    source={"file": "pages/talks.txt", "line": 28},
)
NEURO = SourcePassage(
    passage_id="neuromorphic-llms#abstract-1",
    id="neuromorphic-llms",
    kind="talk",
    title="Neuromorphic LLMs",
    speakers=("Jason Eshraghian, UC Santa Cruz",),
    pages=("Recorded Talks: Machine Learning",),
    section="Abstract",
    text="This talk will show you what neuromorphic computing can do when an academic lab pulls GPU-hours.",
    score=0.33,
    source={"file": "pages/talks.txt", "line": 8},
)


def cite(n: int, passage: SourcePassage, quote: str, support: str | None = "supported") -> Citation:
    """A citation of words that stand in the passage."""
    return Citation(
        n=n,
        id=passage.id,
        kind=passage.kind,
        title=passage.title,
        speakers=passage.speakers,
        passage_id=passage.passage_id,
        section=passage.section,
        quote=quote,
        quote_start=passage.text.index(quote),
        source=passage.source,
        support=support,
        url=passage.url,
    )


def script(
    *pieces: str | Citation,
    passages: Sequence[SourcePassage] = (HESSIAN, FLAT, NEURO),
    mode: Mode = "model",
    **answer: Any,
) -> list[Event]:
    """The events of a turn: text pieces and, after the piece that shows its marker, each citation."""
    events: list[Event] = [Status("searching", "Searching the talks…"), Sources(tuple(passages))]
    events += [Cited(piece) if isinstance(piece, Citation) else Delta(piece) for piece in pieces]
    text = "".join(piece for piece in pieces if isinstance(piece, str))
    citations = tuple(piece for piece in pieces if isinstance(piece, Citation))
    done = Answer("", "", text, citations, refused=False, mode=mode, **answer)
    return [*events, Done(done)]


PRECONDITION: list[str | Citation] = [
    "Badly conditioned losses slow training down [1]",
    cite(1, HESSIAN, "Ill conditioned loss landscapes are ubiquitous in machine learning"),
    ". Udell makes second-order information affordable with **randomized linear algebra** [1]",
    cite(1, HESSIAN, "tools from randomized numerical linear algebra and online convex optimization"),
    ". ",
    "Flat minima are a different matter: they go with better generalization [2]",
    cite(2, FLAT, "tend to lead to better generalization"),
    ".",
]


PAGE = "Recorded Talks: Machine Learning"
RECORDS: list[Record] = [
    made_up.talk(
        "Hunting the Hessian",
        (Speaker("Madeleine Udell", "Stanford University"),),
        (Source("pages/talks.txt", 31, 36, PAGE),),
        abstract=f"{HESSIAN.text}\nThe cost is $O(n^2)$ per step.",
        bio="Madeleine Udell is Assistant Professor of Management Science and Engineering.",
        chapters=(
            Chapter("00:00:00", 0, "Opening"),
            Chapter("59:54:00", None, "Questions", problem="This is later than the recording can be."),
        ),
        date=Date("Apr 3, 2024", 2024, 4, 3),
        url="https://example.invalid/talks/hessian",
        id=HESSIAN.id,
    ),
    made_up.talk(
        FLAT.title,
        (Speaker("Maryam Fazel", "University of Washington"),),
        (Source("pages/talks.txt", 28, 30, PAGE), Source("pages/more.txt", 4, 6, "Recorded Talks: Optimization")),
        abstract=FLAT.text,
        id=FLAT.id,
    ),
    made_up.talk(
        NEURO.title,
        (Speaker("Jason Eshraghian", "UC Santa Cruz"),),
        (Source("pages/talks.txt", 8, 10, PAGE),),
        abstract=NEURO.text,
        id=NEURO.id,
    ),
    made_up.paper(
        "Scaling Laws & <b>Limits</b>",
        (Source("pages/papers.txt", 2, 5, "Daily Papers, Jun 8"),),
        abstract="We measure how loss falls with compute.",
        organisation="Example Lab",
        date=Date("Jan 16, 2023", 2023, 1, 16),
        id="scaling-laws-limits",
    ),
]
GIST = Gist("Bent slopes make learning slow; here is a cheap way to feel the bend.", ("Why is learning slow?",))


def small_store() -> RecordStore:
    """The records as a real record store, in a folder that lasts as long as the tests."""
    path = Path(tempfile.mkdtemp(prefix="talks-test-")) / "records.sqlite"
    write_store(path, RECORDS, [], {HESSIAN.id: GIST})
    return RecordStore(path)


@dataclass
class Scripted(PageBackend):
    """Plays `scripts[question]`, or a default; counts what reached it.

    Attributes:
        pause_s: Before each event.
        asked: Question, history's questions, writer.
        closed: Questions whose iterator was closed before its end.
    """

    scripts: dict[str, Sequence[Event | Exception]] = field(default_factory=dict)
    page_state: PageState = field(default_factory=lambda: PageState(talks=34, papers=106))
    pause_s: float = 0.0
    asked: list[tuple[str, list[str], Writer]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    closed_one: threading.Event = field(default_factory=threading.Event)
    home: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="talks-test-")))
    store: RecordStore = field(default_factory=small_store)
    scopes: list[list[str]] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    offered: list[Offer] = field(default_factory=lambda: [Offer("ask", "And what of width?")])
    recordings: dict[str, Path] = field(default_factory=dict)
    added: list[tuple[list[str], str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Keep conversations in a folder of this backend's own."""
        self.conversations = Conversations(self.home)

    def ask(
        self,
        question: str,
        history: Sequence[Turn],
        *,
        writer: Writer,
        scope: Sequence[str] = (),
        style: Style = "normal",
    ) -> Generator[Event, None, None]:
        """Play the script."""
        self.scopes.append(list(scope))
        self.styles.append(style)
        self.asked.append((question, [turn.question for turn in history], writer))
        try:
            for event in self.scripts.get(question) or script(*PRECONDITION):
                time.sleep(self.pause_s)
                if isinstance(event, Exception):
                    raise event
                yield event
        except GeneratorExit:
            self.closed.append(question)
            self.closed_one.set()
            raise

    def state(self) -> PageState:
        """What a test set."""
        return self.page_state

    def first_questions(self) -> Sequence[str]:
        """Two."""
        return ["What is curvature?", "Who speaks about flat minima?"]

    def offers(self, answer: Answer, passages: Sequence[SourcePassage], asked: Sequence[str]) -> Sequence[Offer]:
        """What a test set."""
        return self.offered

    def shelf(self) -> Shelf:
        """Of the small store."""
        return Shelf(self.store)

    def open(self, record_id: str) -> Opened:
        """From the small store."""
        near = ((RECORDS[3].id, RECORDS[3].title),) if record_id == HESSIAN.id else ()
        opened = Opened(self.store.record(record_id), self.store.gist(record_id), near)
        return replace(opened, media=record_id in self.recordings)

    def record(self, record_id: str) -> Record:
        """From the small store."""
        return self.store.record(record_id)

    def around(self, passage_id: str) -> tuple[str, str]:
        """Something before, nothing after."""
        return f"What comes before {passage_id}.", ""

    def media(self, record_id: str) -> Path | None:
        """What a test set."""
        return self.recordings.get(record_id)

    def add_sources(self, files: Sequence[Path], folder: str) -> None:
        """Remember their names; a folder that is called "missing" is not there."""
        if folder == "missing":
            raise CorpusMissing("missing: no such file or folder; name the one that holds the saved pages.")
        self.added.append(([file.name for file in files], folder))
        self.page_state = replace(self.page_state, ingest="Embedding: 30 of 90, 3 a second, 20 s left")

    def cancel_ingest(self) -> None:
        """End it and tell so."""
        self.page_state = replace(self.page_state, ingest=None, told=("Cancelled; the index stays as it was.",))

    def running(self) -> Sequence[Running]:
        """One."""
        return [Running("Ollama", "http://127.0.0.1:11434/v1", ("llama3.1", "qwen3"))]

    def models(self, choice: EndpointChoice) -> Sequence[str]:
        """Two."""
        return ["llama3.1", "qwen3"]

    def check_endpoint(self, choice: EndpointChoice) -> str:
        """Good for port 11434, bad for every other."""
        if ":11434" not in choice.base_url:
            raise EndpointUnreachable(f"Nothing answers at {choice.base_url}; is the server running?")
        return f"{choice.model} answered in 0.2 s."
