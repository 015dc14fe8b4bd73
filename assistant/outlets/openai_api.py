"""What an OpenAI client asks, answered by the collection: `/v1/models` and `/v1/chat/completions`, whole or streamed.

Comes in: chat requests. Goes out: answers in OpenAI's form whose citations are Markdown links and `annotations`; under
`talks`, the whole answer in the contract's shape, for who wants grounding and times. Earlier questions of the
conversation are understood and retrieved again, never written again: no model is asked for them. What the program does
not know is passed over. Leaves to others: who may ask at all (`serve`).
"""

import json
import re
import time
import uuid
from collections.abc import AsyncGenerator, Generator, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Any

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, ValidationError

from assistant.assembly import LONGEST_QUESTION_CHARS, NO_MODEL, Assistant, readable_question
from assistant.outlets.formats import (
    EARLIER_QUESTIONS,
    MARKER,
    AnswerJson,
    NotJson,
    answer_json,
    citation_address,
    first_fault,
    given_json,
)
from assistant.types import Answer, Citation, Cited, Delta, Done, Event, Status
from ingest.errors import QuestionTooLong, TalksError

MODELS = {"talks": None, "talks-quotes": NO_MODEL}
"""What is listed → the model that `Assistant.endpoint` is asked for."""

MAX_BODY_BYTES = 1_000_000
# A turn without a model computes, and two cores compute two; one with a model waits, and a server takes some dozens.
RUNNING = 32
# Others are told to come back rather than kept until their client gives up.
WAITING = 1_000
_CHARS_PER_TOKEN = 4
_LINK = re.compile(r" ?\[\[\d+\]\]\([^)\s]*\)|\[\d+\]")


class Refused(Exception):
    """A request that gets an error in OpenAI's form."""

    def __init__(self, status: int, message: str, *, param: str | None = None, code: str | None = None) -> None:
        super().__init__(message)
        self.status, self.param, self.code = status, param, code


class _Message(BaseModel):
    role: str
    content: str | list[dict[str, Any]] | None = None

    @property
    def text(self) -> str:
        """What it says; of pieces only text is read."""
        if isinstance(self.content, list):
            return "\n".join(str(part.get("text", "")) for part in self.content if part.get("type") == "text")
        return self.content or ""


class _Request(BaseModel):
    """What is read of a request."""

    model: str
    messages: list[_Message]
    stream: bool | None = False
    stream_options: dict[str, Any] | None = None


class LinkedText:
    """An answer's Markdown with its markers as links, as it streams.

    Attributes:
        text: All of it so far.
        annotations: One for each link, offsets in characters of `text`.
        answer: The finished turn in the contract's shape, with grounding and times; empty until then.
    """

    def __init__(self, page_url: str) -> None:
        """Start on an answer; a record without an address of its own is opened on the page at `page_url`."""
        self.text = ""
        self.annotations: list[dict[str, Any]] = []
        self.answer: AnswerJson | dict[str, Any] = {}
        self._page_url = page_url
        self._marker = ""  # unsaid until its citation has come, which is the next event

    def take(self, event: Event) -> str:
        """What the event adds, which may be nothing."""
        match event:
            case Cited(citation=citation):
                return self._link(citation)
            case Delta(text=text):
                before, self._marker = self._marker, ""
                if MARKER.fullmatch(text):
                    self._marker, text = text, ""
                return self._say(before + text)
            case Done(answer=answer):
                self.answer = answer_json(answer)
                return self._say(self._marker + (f"\n\n_{answer.notice}_" if answer.notice else ""))
        return ""

    def _link(self, citation: Citation) -> str:
        url = citation_address(citation, self._page_url)
        start, self._marker = len(self.text), ""
        link = self._say(f"[[{citation.n}]]({url})")
        place = {"url": url, "title": citation.title, "start_index": start, "end_index": len(self.text)}
        self.annotations.append({"type": "url_citation", "url_citation": place})
        return link

    def _say(self, text: str) -> str:
        self.text += text
        return text


def openai_api(assistant: Assistant) -> FastAPI:
    """The application to mount at `/v1`."""
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    answering = _Answering(assistant)

    @api.get("/models")
    def models() -> dict[str, Any]:
        return {"object": "list", "data": [_model(name) for name in MODELS]}

    @api.get("/models/{name}")
    def model(name: str) -> dict[str, Any]:
        return _model(_known(name))

    @api.post("/chat/completions")
    async def completions(request: Request) -> Response:
        asked = _parsed(await _body(request))
        return await answering.answer(asked, request)

    for fault in (Refused, TalksError, Exception, 404, 405):
        api.add_exception_handler(fault, _told)
    return api


class _Answering:
    """Answers chat requests, at most `RUNNING` at a time."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        # Threads of its own, so that the page's are never all taken.
        self._running = CapacityLimiter(RUNNING)

    async def answer(self, asked: _Request, request: Request) -> Response:
        """The response to a request; raises `Refused` or a `TalksError` while nothing has been sent."""
        question, earlier = _questions(asked)
        if self._running.statistics().tasks_waiting >= WAITING:
            raise Refused(503, f"{WAITING} questions are waiting already; ask again in a minute.", code="overloaded")
        events = self._events(question, earlier, MODELS[asked.model])
        linked = LinkedText(str(request.base_url.replace(path="/", query="")))
        head = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time()), "model": asked.model}
        if asked.stream:
            first = await anext(events)  # what cannot be answered at all is told before the stream begins
            chunks = _chunks(first, events, linked, head, asked)
            return StreamingResponse(chunks, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        async with aclosing(events):
            async for event in events:
                linked.take(event)
                if await request.is_disconnected():
                    break
        message = {"role": "assistant", "content": linked.text, "refusal": None, "annotations": linked.annotations}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        whole = {"object": "chat.completion", "choices": [choice], "usage": _usage(asked, linked.text)}
        return JSONResponse(head | whole | {"talks": linked.answer})

    async def _events(
        self, question: str, earlier: Sequence[tuple[str, str]], model: str | None
    ) -> AsyncGenerator[Event, None]:
        """One turn's events, each made in a thread; when the client has left, the turn ends at its next one."""

        def begun() -> Generator[Event, None, None]:
            endpoint = self._assistant.endpoint(model)
            history = self._assistant.converse([asked for asked, _ in earlier])
            if endpoint is not None:  # a model goes on from what was really said
                history = [_as_said(answer, said) for answer, (_, said) in zip(history, earlier, strict=True)]
            return self._assistant.turn(question, history, endpoint=endpoint)

        turn = await to_thread.run_sync(begun, limiter=self._running)
        try:
            while (event := await to_thread.run_sync(next, turn, None, limiter=self._running)) is not None:
                yield event
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(turn.close, limiter=self._running)


async def _chunks(
    first: Event, events: AsyncGenerator[Event, None], linked: LinkedText, head: dict[str, Any], asked: _Request
) -> AsyncGenerator[str, None]:
    """The turn as server-sent events."""
    wants_usage = bool((asked.stream_options or {}).get("include_usage"))
    head = head | {"object": "chat.completion.chunk"} | ({"usage": None} if wants_usage else {})

    def chunk(delta: dict[str, Any], finish_reason: str | None = None, **more: Any) -> str:
        return _sent(
            head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}]} | more
        )

    yield chunk({"role": "assistant", "content": linked.take(first)})
    try:
        async with aclosing(events):
            async for event in events:
                text = linked.take(event)
                if text:
                    yield chunk({"content": text})
                elif isinstance(event, Status):  # a comment, so that no proxy hangs up while a model thinks
                    yield ": working\n\n"
    except Exception as error:
        yield _sent(_error(error)[1])
        if not isinstance(error, TalksError):
            raise
        return
    yield chunk({"annotations": linked.annotations}, "stop", talks=linked.answer)
    if wants_usage:
        yield _sent(head | {"choices": [], "usage": _usage(asked, linked.text)})
    yield "data: [DONE]\n\n"


async def _body(request: Request) -> bytes:
    """The request's body, read no further than the bound."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_BODY_BYTES:
            raise Refused(413, f"The request is longer than {MAX_BODY_BYTES:,} bytes; send fewer or shorter messages.")
    return bytes(body)


def _parsed(body: bytes) -> _Request:
    try:
        # As JSON once more: what is wrong is then told in JSON's words.
        asked = _Request.model_validate_json(json.dumps(given_json(body)))
    except NotJson as error:
        raise Refused(400, f"The body: Invalid JSON ({error}); correct it.") from None
    except ValidationError as error:
        where, fault = first_fault(error)
        raise Refused(400, f"{where or 'The body'}: {fault}; correct it.", param=where or None) from None
    _known(asked.model)
    return asked


def _known(name: str) -> str:
    if name not in MODELS:
        listed = " or ".join(MODELS)
        raise Refused(
            404, f'There is no model "{name[:80]}" here; ask {listed}.', param="model", code="model_not_found"
        )
    return name


def _questions(asked: _Request) -> tuple[str, list[tuple[str, str]]]:
    """The question, and the earlier ones with what was answered to each; instructions and tools are passed over."""
    turns: list[tuple[str, str]] = []
    for message in asked.messages:
        text = message.text.strip()
        if message.role == "user" and text:
            turns.append((text, ""))
        elif message.role == "assistant" and turns:
            turns[-1] = (turns[-1][0], text)
    if not turns or turns[-1][1]:
        raise Refused(400, "The last message must be a user's, with text; add the question.", param="messages")
    question = readable_question(turns.pop()[0])
    return question, [(text[:LONGEST_QUESTION_CHARS], said) for text, said in turns[-EARLIER_QUESTIONS:]]


def _as_said(answer: Answer, said: str) -> Answer:
    """An earlier answer with the words that the client has of it; the markers in them are of another retrieval."""
    return replace(answer, text=_LINK.sub("", said), citations=(), checks=()) if said else answer


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "talks-assistant"}


def _usage(asked: _Request, text: str) -> dict[str, int]:
    """Tokens as a reader of English would guess them; what the model behind counts is not known here."""
    read = sum(len(message.text) for message in asked.messages) // _CHARS_PER_TOKEN
    written = len(text) // _CHARS_PER_TOKEN
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def _sent(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"


def _error(error: Exception) -> tuple[int, dict[str, Any]]:
    """Any failure in OpenAI's form, in one sentence, with its status."""
    status, param, code = 500, None, None
    said = "The program failed at this question; its log says where."
    if isinstance(error, Refused):
        status, said, param, code = error.status, str(error), error.param, error.code
    elif isinstance(error, QuestionTooLong):
        status, said, param = 400, str(error), "messages"
    elif isinstance(error, TalksError):
        status, said = 503, str(error)
    elif hasattr(error, "status_code"):  # of the router: no such address or method
        status, said = error.status_code, "Nothing answers here; ask /v1/models or /v1/chat/completions."
    kind = "server_error" if status >= 500 else "invalid_request_error"
    return status, {"error": {"message": said, "type": kind, "param": param, "code": code}}


def _told(_: Request, error: Exception) -> Response:
    status, told = _error(error)
    return JSONResponse(told, status, headers={"Retry-After": "5"} if status == 503 else None)
