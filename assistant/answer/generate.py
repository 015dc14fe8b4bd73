"""Question and passages → an answer that a model writes, cited as it streams.

Comes in: a question, its best passages, an endpoint. Goes out: events, and a turn whose answer has grown. The prompt
numbers the passages from 1, and the model's markers name them by that. Leaves to others: what markers become
(`citations`), and what follows when no model answers (`engine`).
"""

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import replace

from assistant.answer.citations import DraftCiter
from assistant.answer.grounding import SupportChecker, checked_texts
from assistant.answer.markers import defuse_references
from assistant.answer.uncited import matcher
from assistant.llm import Endpoint, Piece, Pulse
from assistant.prompts import Prompts
from assistant.turn import Turn
from assistant.types import Delta, Event, SourcePassage, Status
from ingest.errors import EndpointCut, EndpointError, EndpointOverflow
from ingest.lexical import KeywordIndex

REPEATING = "The model began to repeat itself and was stopped."
MATCHED = "The model named no source for some sentences; {count} of the citations were matched to them afterwards."


class Writer:
    """Lets a model answer from passages."""

    def __init__(self, prompts: Prompts, keyword: KeywordIndex, checker: SupportChecker) -> None:
        """Write over one collection.

        Args:
            prompts: How the model is asked.
            keyword: Finds the words of a passage that a marker rests on.
            checker: Finds the passage that carries a sentence without a marker.
        """
        self._prompts = prompts
        self._keyword = keyword
        self._checker = checker

    def write(self, turn: Turn, sources: Sequence[SourcePassage], endpoint: Endpoint) -> Generator[Event, None, bool]:
        """Stream the model's draft; an endpoint that fails leaves a notice. Returns whether the answer is enough."""
        yield from turn.answer.say("\n\n" if turn.answer.text else "")
        citer = DraftCiter(turn.answer, sources, self._keyword, matcher(sources, self._checker, self._keyword))
        # While the model reads the same passages: the check after the answer finds them read. Not a daemon: a process
        # that ends while the embedder works is aborted.
        threading.Thread(target=self._checker.prepare, args=(checked_texts(sources),)).start()
        whole = True
        try:
            yield from self._stream(turn, citer, sources, endpoint)
        except EndpointError as error:
            turn.notice, whole = str(error), isinstance(error, EndpointCut)
        yield from citer.finish()
        turn.dropped_markers = citer.dropped_markers
        if whole and citer.matched_sentences:
            turn.notice = turn.notice or MATCHED.format(count=citer.matched_sentences)
        return whole

    def _stream(
        self, turn: Turn, citer: DraftCiter, sources: Sequence[SourcePassage], endpoint: Endpoint
    ) -> Iterator[Event]:
        """The model's words as they come, cited; raises what the endpoint raises."""
        model = endpoint.model()
        with closing(self._pieces(turn.standalone, sources, endpoint)) as pieces:
            for piece in pieces:
                if isinstance(piece, Pulse):  # a moment to stop at, and to show that it thinks
                    yield Status("writing", f"{model} is {piece.value}")
                    continue
                for event in citer.feed(piece):
                    if isinstance(event, Delta):
                        turn.clock("first_token")
                        turn.mode = "model"
                    yield event
                if citer.is_repeating:
                    turn.notice = REPEATING
                    return

    def _pieces(
        self, question: str, sources: Sequence[SourcePassage], endpoint: Endpoint
    ) -> Generator[Piece, None, None]:
        """Ask the model; the last sources are left out when its context cannot hold them all."""
        with suppress(EndpointOverflow):  # it comes before the first word, and the endpoint has learned from it
            yield from self._ask(question, sources, endpoint)
            return
        yield from self._ask(question, sources, endpoint)

    def _ask(self, question: str, sources: Sequence[SourcePassage], endpoint: Endpoint) -> Generator[Piece, None, None]:
        system = self._prompts.fill("system")
        user = _user_message(question, sources, self._prompts, room_chars=endpoint.prompt_chars() - len(system))
        return endpoint.stream(user, system)


def _user_message(question: str, sources: Sequence[SourcePassage], prompts: Prompts, *, room_chars: int) -> str:
    """The question with as many sources as fit; at least one, shortened when even that does not."""
    for count in range(len(sources), 0, -1):
        message = _with_sources(question, sources[:count], prompts)
        if len(message) <= room_chars:
            return message
    first = sources[0]
    kept_chars = max(len(first.text) - (len(message) - room_chars), 0)
    return _with_sources(question, [replace(first, text=first.text[:kept_chars])], prompts)


def _with_sources(question: str, sources: Sequence[SourcePassage], prompts: Prompts) -> str:
    shown = "\n\n".join(_source_text(number, source, prompts) for number, source in enumerate(sources, 1))
    return prompts.fill("answer", sources=shown, question=question)


def _source_text(number: int, source: SourcePassage, prompts: Prompts) -> str:
    """One numbered source as the model reads it."""
    return prompts.fill(
        "source",
        number=str(number),
        title=defuse_references(source.title),
        speakers="; ".join(source.speakers) or "speaker not recorded",
        kind=source.kind,
        section=source.section,
        text=defuse_references(source.text),
    )
