"""Evidence → an answer that a model writes, cited as it streams.

Comes in: an understood question with its evidence, the conversation, an endpoint. Goes out: events, and an answer that
has grown. The prompt holds the best talks and papers whole, one number each, and the model's markers name them by that;
the decision whether they answer is a hint to the model, which decides. Leaves to others: what markers become
(`citations`), and what follows when no model answers (`chat`).
"""

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace

from assistant.answer.citations import CitedText, DraftCiter
from assistant.answer.grounding import Grounder
from assistant.answer.markers import defuse
from assistant.llm import Piece, Pulse
from assistant.prompts import Prompts, told
from assistant.types import Answer, ChatModel, Event, NumberedSource, Status, Style
from ingest.errors import EndpointCut, EndpointError, EndpointOverflow
from ingest.lexical import KeywordIndex

# All titles are listed where they take at most this share of the room.
TITLES_SHARE = 0.25
# What the model opens with where the sources do not tell, and where the rows are the answer.
NOT_FOUND, TABLE = "NOT FOUND", "TABLE"

REPEATING = "The model began to repeat itself and was stopped."
MATCHED = "The model named no source for some sentences; {count} of the citations were matched to them afterwards."


@dataclass(frozen=True, slots=True)
class Task:
    """What the model is asked.

    Attributes:
        sources: Best first.
        rows: Rows that a typed query found, as a source; None where there are none.
        titles: One line for each record of the collection.
        note: What the program made of the evidence, in a sentence or two; "" where nothing is to be said.
        style: How long the answer is to be; a template says so, but for a normal one.
    """

    question: str
    sources: Sequence[NumberedSource]
    rows: NumberedSource | None
    titles: Sequence[str]
    note: str
    style: Style = "normal"


@dataclass(slots=True)
class Outcome:
    """How the writing went.

    Attributes:
        is_enough: Whether the answer can stand as it is; if not, quotes follow.
    """

    is_enough: bool = True
    said_not_found: bool = False
    notice: str | None = None
    dropped_markers: int = 0


@dataclass(frozen=True, slots=True)
class Writer:
    """Lets a model answer; keywords and grounder find the words that a marker, or a sentence without one, rests on."""

    prompts: Prompts
    keyword: KeywordIndex
    grounder: Grounder

    def write(
        self,
        task: Task,
        answer: CitedText,
        history: Sequence[Answer],
        endpoint: ChatModel,
        table: Callable[[], Iterator[Event]],
    ) -> Generator[Event, None, Outcome]:
        """Stream the model's answer; an endpoint that fails leaves a notice.

        Args:
            table: Says the rows, where the model writes `TABLE`.
        """
        outcome = Outcome()
        numbered = [*task.sources, *([task.rows] if task.rows else [])]
        sources = [one.passages for one in numbered]
        citer = DraftCiter(answer, sources, self.keyword, self.grounder.matcher(sources, self.keyword))
        commands = _Commands(has_table=task.rows is not None)

        def heard(parts: Iterator[str]) -> Iterator[Event]:
            for part in parts:
                if part is NOT_FOUND:
                    outcome.said_not_found = True
                elif part is TABLE:
                    yield from citer.finish()
                    yield from table()
                else:
                    yield from citer.feed(part)

        try:
            model = endpoint.model()
            with closing(self._pieces(task, history, endpoint)) as pieces:
                for piece in pieces:
                    if isinstance(piece, Pulse):  # a moment to stop at, and to show that it thinks
                        yield Status("writing", f"{model} is {piece.value}")
                    else:
                        yield from heard(commands.feed(piece))
                    if citer.is_repeating:
                        outcome.notice = REPEATING
                        break
        except EndpointError as error:
            outcome.notice, outcome.is_enough = str(error), isinstance(error, EndpointCut)
        yield from heard(commands.finish())
        yield from citer.finish()
        if not outcome.is_enough and answer.text:
            yield from answer.say(" …")
        outcome.is_enough = outcome.is_enough and bool(answer.text)
        outcome.dropped_markers = citer.dropped_markers
        if outcome.is_enough and citer.matched_sentences:
            outcome.notice = outcome.notice or MATCHED.format(count=citer.matched_sentences)
        return outcome

    def _pieces(self, task: Task, history: Sequence[Answer], endpoint: ChatModel) -> Generator[Piece, None, None]:
        """Ask the model; less of the sources is sent when its context cannot hold them all."""
        system = self.prompts.fill("system")
        if task.style != "normal":
            system += f"\n{self.prompts.fill(task.style)}"

        def asked() -> Generator[Piece, None, None]:
            room_chars = endpoint.prompt_chars() - len(system)
            return endpoint.stream(user_message(task, history, self.prompts, room_chars=room_chars), system)

        with suppress(EndpointOverflow):  # it comes before the first word, and the endpoint has learned from it
            yield from asked()
            return
        yield from asked()


class _Commands:
    """Takes what is said to the program out of a draft: its opening `NOT FOUND`, a line `TABLE`."""

    def __init__(self, *, has_table: bool) -> None:
        self._has_table = has_table
        self._held = ""
        self._at_start = True
        self._at_line_start = True

    def feed(self, piece: str) -> Iterator[str]:
        """The parts of the draft so far that are surely words or commands."""
        self._held += piece
        yield from self._parts(is_over=False)

    def finish(self) -> Iterator[str]:
        """The draft is over."""
        yield from self._parts(is_over=True)

    def _parts(self, *, is_over: bool) -> Iterator[str]:
        while self._held:
            bare = self._held.lstrip(" *_\n" if self._at_start else " ")
            if self._at_start:
                if not is_over and len(bare) < len(NOT_FOUND) and NOT_FOUND.startswith(bare.upper()):
                    return
                self._at_start = False
                if bare.upper().startswith(NOT_FOUND):
                    self._held = bare[len(NOT_FOUND) :].lstrip(" *_.:;,–—-\n")
                    yield NOT_FOUND
                    continue
            if self._has_table and self._at_line_start:
                if not is_over and len(bare) <= len(TABLE) and TABLE.startswith(bare):
                    return
                if bare.startswith(TABLE) and not bare[len(TABLE) : len(TABLE) + 1].isalnum():
                    self._held = bare[len(TABLE) :].lstrip(" .:\n")
                    yield TABLE
                    continue
            line, newline, self._held = self._held.partition("\n")
            self._at_line_start = bool(newline)
            yield line + newline


def user_message(task: Task, history: Sequence[Answer], prompts: Prompts, *, room_chars: int) -> str:
    """The question with as much of the sources as fits, best first, cut at the borders of paragraphs."""
    numbered = list(enumerate([*task.sources, *([task.rows] if task.rows else [])], 1))

    def text_of(number: int, one: NumberedSource, code: str) -> str:
        heading = defuse(one.heading, is_line=True)
        return prompts.fill("source", number=str(number), heading=heading, code=code, text=defuse(one.text))

    def filled(sources: Sequence[tuple[int, NumberedSource]], titles: Sequence[str] = ()) -> str:
        # A fence is named by all the texts, so that none can foresee it.
        code = hashlib.sha256("\0".join(one.text for _, one in sources).encode("utf-8", "replace")).hexdigest()[:8]
        return prompts.fill(
            "answer",
            sources="\n\n".join(text_of(number, one, code) for number, one in sources) or "(none)",
            titles="\n".join(defuse(one, is_line=True) for one in titles) or "(not listed)",
            history=told(history),
            note=task.note or "(none)",
            question=defuse(task.question, is_line=True),
        )

    titles = task.titles if sum(map(len, task.titles)) <= TITLES_SHARE * room_chars else ()
    for shown in (titles, ()):
        if len(message := filled(numbered, shown)) <= room_chars:
            return message
    # What is left beside the question is given out: the best record, the rows, then the others; what of which nothing
    # fits is left out, and the numbers stay.
    empty = len(filled([]))
    room = room_chars - empty
    kept: list[tuple[int, NumberedSource]] = []
    for number, one in sorted(numbered, key=lambda each: (each[0] > 1, each[1] is not task.rows)):
        room -= len(filled([(number, replace(one, text=""))])) - empty
        text = _cut(one.text, max(room, 0))
        if text or not kept:
            kept.append((number, replace(one, text=text)))
            room -= len(text)
    return filled(sorted(kept, key=lambda one: one[0]))


def _cut(text: str, room_chars: int) -> str:
    """As many of the first paragraphs as fit; of a first one that does not, its beginning."""
    if len(text) <= room_chars:
        return text
    end = text.rfind("\n", 0, room_chars)
    return text[: end if end > 0 else room_chars]
