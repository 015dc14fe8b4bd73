"""The shapes that a chat turn passes on: what was understood, gathered, decided and answered, and the events it yields.

A turn yields `Status` any number of times, `Sources` once (possibly empty), then `Delta` and `Cited` as the answer
grows, and `Done` exactly once, last; page, API and command line show these.
"""

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from ingest.records import Kind


class ChatModel(Protocol):
    """A model that may write answers; `assistant.llm.Endpoint` is one."""

    def model(self) -> str:
        """What it is called."""

    def prompt_chars(self) -> int:
        """How long a prompt may be, in characters."""

    def stream(self, user: str, system: str = "") -> Generator[Any, None, None]:
        """Ask; yields its words as text, and signs of life between them; raises `ingest.errors.EndpointError`."""


Stage = Literal["searching", "reading", "writing"]
Mode = Literal["model", "extract", "gist", "catalogue", "about"]
Intent = Literal["ask", "list", "summarise", "compare", "recommend", "overview", "program", "smalltalk"]
Style = Literal["short", "normal", "detailed"]  # how long an answer is to be
AbstentionReason = Literal["not_held", "out_of_schema", "false_presupposition", "other_language"]


@dataclass(frozen=True, slots=True)
class Mention:
    """A part of a question that names something which the collection knows.

    Attributes:
        start: Offset in the question, in characters.
        end: Offset after its last character.
        field: A key of the schema whose value it is, "title", or what else it is: "field" (a word that names a field),
            "kind", "date", "number", "quotation".
        values: As the records write them; of "field" and "kind" the key.
        record_ids: The records that it names, where these are few.
        is_sure: Whether it can be nothing but a name; not so in small letters and in part ("workshops").
    """

    start: int
    end: int
    text: str
    field: str
    values: tuple[str, ...] = ()
    record_ids: tuple[str, ...] = ()
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class About:
    """A record that a turn was about, for the next question to lean on.

    Attributes:
        people: Whom "he", "she" or "they" can mean.
    """

    record_id: str
    title: str
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Abstention:
    """Why a question is not answered.

    Attributes:
        text: One sentence for the user.
    """

    reason: AbstentionReason
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A passage, as it is cited or shown.

    Attributes:
        speakers: "Name, Affiliation" each.
        source: File and line that the passage came from.
        start_s: Where the passage starts in the recording, in seconds; None where the source gives no time.
        deep_link: The address of the recording, of a citation at its second, or that of the record; None without one.
    """

    id: str
    kind: Kind
    title: str
    speakers: tuple[str, ...]
    passage_id: str
    section: str
    source: dict[str, Any]
    url: str | None = None
    video_url: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    deep_link: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation(Located):
    """One marker of an answer and what it points at.

    Attributes:
        n: The number shown; a talk keeps its number through an answer.
        quote: Words of the passage, to the letter, that the marked statement rests on.
        quote_start: Offset of the quote in the passage's text, in characters.
        support: "supported", "weak" or "unsupported", or None when it was not checked.
        opens_at_s: Where `deep_link` opens: at the sentence that answers, a second early.
        added: Whether the program found it for a sentence that names no source.
    """

    n: int
    quote: str
    quote_start: int
    support: str | None = None
    opens_at_s: int | None = None
    added: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePassage(Located):
    """A passage that an answer may cite, with what a card beside the answer shows.

    Attributes:
        pages: The pages that the record stood on.
        date_and_length: Of the record, as a person reads them.
        score: The ranking's score, higher is better.
        opens: Where its sentences or chapters open in the recording: offset in the text, second or None, address;
            empty where the source gives no times.
    """

    pages: tuple[str, ...]
    text: str
    score: float
    date_and_length: str = ""
    opens: tuple[tuple[int, int | None, str | None], ...] = ()


@dataclass(frozen=True, slots=True)
class NumberedSource:
    """A source as a prompt numbers it: a record's passages in reading order, or rows found by a query.

    Attributes:
        passages: What a citation of it may rest on; at least one.
        text: What the model reads.
    """

    passages: tuple[SourcePassage, ...]
    text: str
    heading: str


@dataclass(frozen=True, slots=True)
class StatementCheck:
    """One statement of an answer beside what it cites.

    Attributes:
        start: Offset in the answer's text, in characters.
        end: Offset after its last character.
        support: "supported", "weak" or "unsupported".
    """

    start: int
    end: int
    support: str
    reason: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A finished turn.

    Attributes:
        text: Markdown with [n] markers; every [n] in it has its citations in `citations`.
        citations: One for each marker, in the order in which the markers stand in `text`.
        refused: Whether it says that the collection does not hold the answer.
        notice: Why the answer is less than was asked for, such as a dead endpoint, or what to know of its citations, in
            one sentence; or None.
        dropped_markers: How many markers of the model named no source and were taken out.
        timing_ms: "total", "retrieval", and "first_token" (None without a model).
        query: What the records were asked, as text that reads back, so that the next question can narrow it; or None.
        about: The records that it was about, first those that the question named, for the next question to lean on.
    """

    question: str
    standalone_question: str
    text: str
    citations: tuple[Citation, ...]
    refused: bool
    mode: Mode
    dropped_markers: int = 0
    notice: str | None = None
    timing_ms: dict[str, float | None] = field(default_factory=dict)
    checks: tuple[StatementCheck, ...] = ()
    query: str | None = None
    intent: Intent = "ask"
    abstention: Abstention | None = None
    about: tuple[About, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """What is going on, in words for the user."""

    stage: Stage
    text: str


@dataclass(frozen=True, slots=True)
class Sources:
    """The passages that the answer may cite, best first."""

    passages: tuple[SourcePassage, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of the answer's Markdown; a marker, already numbered, is a piece of its own."""

    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """The citation behind the marker that the last `Delta` has shown."""

    citation: Citation


@dataclass(frozen=True, slots=True)
class Done:
    """The turn is over; `answer` holds all that was said."""

    answer: Answer


Event = Status | Sources | Delta | Cited | Done
