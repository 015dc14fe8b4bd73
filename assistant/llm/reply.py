"""One reply, from the first sign of life to its end: its words, with thinking folded away and turn marks taken out.

Comes in: the bytes of a reply, streamed or whole, whatever was asked for. Goes out: the answer's words, and a `Pulse`
while none come. What cannot be read is passed over; a reply that does not begin, falls silent, never ends, breaks off
or holds no answer ends with an error that says so. Leaves to others: sending the request (`client`).
"""

import json
import queue
import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol, TypeAlias

import httpx

from assistant.llm.faults import Refused, Teller
from assistant.llm.health import Limits
from ingest.errors import EndpointCut, EndpointError, EndpointSilent, EndpointUnreachable
from ingest.text import printable

PULSE_S = 0.25
# Looking up a name has no time-out of its own; a second is long for it.
_LOOKUP_S = 1.0
# A server that has said that its reply ends may leave the connection open.
_AFTER_END_S = 1.0
# The longest words of the usual vocabularies; a reply of more characters a token ignores its limit.
_LONGEST_TOKEN_CHARS = 8
_FED_CHARS = 2000
# No event of a stream, and no whole reply, is longer.
_LONGEST_EVENT_BYTES = 4_000_000


class Pulse(Enum):
    """A sign of life while no word of the answer comes; the value says what the model does."""

    WAITING = "reading"
    THINKING = "thinking"


Piece: TypeAlias = str | Pulse


class OnlyThought(EndpointSilent):
    """The model wrote thoughts and no answer.

    Attributes:
        was_cut: Whether it was still thinking when it had written all it may.
    """

    was_cut = False


# --- Bytes → what they say


@dataclass(slots=True)
class Said:
    """What one event of a stream, or a whole reply, says.

    Attributes:
        words: Of the answer, as the model wrote them.
        thoughts: Sent apart as thinking.
        end: Why the server ends the reply here, or None where it does not.
        error: What it says went wrong, or None.
        is_message: Whether the words stand in a message, which may be the whole reply, and not in a piece of one.
        unread: The beginning of what is no event at all.
    """

    words: str = ""
    thoughts: str = ""
    end: str | None = None
    error: object = None
    is_message: bool = False
    unread: str = ""


def read_reply(pieces: Iterable[bytes]) -> Iterator[Said]:
    """What a reply's bytes say: an event stream, one JSON object, or one a line; told by what they are."""
    rest: list[bytes] = []  # lines that are no event
    data: list[bytes] = []  # of the event under way
    kind, size = b"", 0
    for line in _lines(pieces):
        name, _, value = (part.strip() for part in line.partition(b":"))
        if name == b"data" and not rest:
            data.append(value)
            # Not every server sets its events apart, so a line that is one by itself ends what came before.
            if _is_done(value) or _json(value) is not None:
                yield from _said(data[-1:], kind)
                data.clear()
        elif not line.strip() or (not rest and name in (b"event", b"id", b"retry", b"")):
            if data:
                yield from _said(data, kind)  # of several lines
            data.clear()
            kind = value if name == b"event" else b"" if not line.strip() else kind
        elif size < _LONGEST_EVENT_BYTES:
            size += len(line)
            rest.append(line)
    if data:
        yield from _said(data, kind)
    if rest:
        yield from _whole(rest)


def _said(data: list[bytes], kind: bytes) -> Iterator[Said]:
    """What the data of one event say; an event that is called an error is one, whatever it holds."""
    text = b"\n".join(data)
    if _is_done(text):
        yield Said(end="done")
        return
    event = _json(text)
    for said in _all_said(event, text):
        if kind == b"error" and not said.words:
            said.error = said.error or event or text.decode("utf-8", "replace")
        yield said


def _is_done(data: bytes) -> bool:
    return data.strip(b" \"'").upper() == b"[DONE]"


def _whole(lines: list[bytes]) -> Iterator[Said]:
    text = b"\n".join(lines)
    events = [(_json(text), text)]
    if events[0][0] is None:
        events = [(event, line) for line in lines if (event := _json(line)) is not None] or events
    for event, written in events:
        yield from _all_said(event, written)


def _all_said(event: object, text: bytes) -> Iterator[Said]:
    """What a JSON value says, or each of a list; of what says nothing and is no event, how it begins."""
    for one in event if isinstance(event, list) else [event]:
        said = said_by(one)
        if said == Said() and not (isinstance(one, dict) and ("choices" in one or not one)):
            said.unread = text[:2000].decode("utf-8", "replace")
        yield said


def _lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Lines as event streams have them; JSON may hold other line ends, so `splitlines` would tear it."""
    begun: list[bytes] = []
    size = 0
    for piece in pieces:
        *ended, last = piece.replace(b"\r", b"\n").split(b"\n")
        for line in ended:
            yield b"".join((*begun, line)).removeprefix(b"\xef\xbb\xbf")
            begun, size = [], 0
        if size < _LONGEST_EVENT_BYTES:
            begun.append(last)
            size += len(last)
    yield b"".join(begun).removeprefix(b"\xef\xbb\xbf")


def _json(text: bytes) -> dict[str, Any] | list[Any] | None:
    try:
        # Not strict: there are servers that leave a control character in a text as it is.
        given = json.loads(text.decode("utf-8", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
    return given if isinstance(given, dict | list) else None


def said_by(event: object) -> Said:
    """What an event says, in whichever of the usual forms; nothing where it has none."""
    said = Said()
    if not isinstance(event, dict):
        return said
    choices = event.get("choices")
    # Ollama's own form has one message at the top.
    for choice in choices if isinstance(choices, list) else [event]:
        if not isinstance(choice, dict) or choice.get("index") not in (None, 0, "0"):
            continue
        _take(said, choice.get("delta"))
        if not said.words and not said.thoughts and choice.get("delta") is None:
            message = choice.get("message")
            _take(said, message if choices or isinstance(message, dict) else event.get("response"))
            _take(said, choice.get("text") if choices and not said.words else None)
            said.is_message = bool(said.words)
        end = choice.get("finish_reason") or (
            choice.get("done_reason") or "stop" if choice.get("done") is True else None
        )
        said.end = said.end or (str(end) if end and end != "null" else None)
    if not said.words:
        is_error = event.get("object") == "error" or event.get("type") == "error"
        said.error = event.get("error") or (event if is_error or "detail" in event and not choices else None)
    return said


def _take(said: Said, message: object) -> None:
    if isinstance(message, str | list):
        message = {"content": message}
    if not isinstance(message, dict):
        return
    for name in ("reasoning_content", "reasoning", "thinking", "thought", "reasoning_details"):
        if thoughts := "".join(_parts(message.get(name))):
            said.thoughts += thoughts
            break
    words, thoughts = _parts(message.get("content") or message.get("refusal") or message.get("text"))
    said.words += words
    said.thoughts += thoughts


def _parts(content: object, depth: int = 0) -> tuple[str, str]:
    """Words and thoughts of a content: a text, a part, or a list of parts."""
    if isinstance(content, str):
        return content, ""
    words = thoughts = ""
    if depth < 4 and isinstance(content, list):
        for part in content:
            more = _parts(part, depth + 1)
            words, thoughts = words + more[0], thoughts + more[1]
    elif depth < 4 and isinstance(content, dict):
        named = (content.get(name) for name in ("text", "content", "value", "thinking", "reasoning", "summary"))
        words, thoughts = _parts(next(filter(None, named), None), depth + 1)
        if re.search(r"think|reason|thought", str(content.get("type"))) or content.get("thought") is True:
            words, thoughts = "", thoughts + words
    return words, thoughts


# --- Marks → thoughts, answer, the end of the turn

_THOUGHT = (
    r"(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratchpad|antthinking"
    r"|inner_(?:monologue|thoughts?))"
)
_MARKS = {
    "open": rf"<(?:\w{{1,12}}:)?{_THOUGHT}>|\[{_THOUGHT}\]|◁{_THOUGHT}▷|<\|(?:(?:begin|start)_(?:of_)?)?{_THOUGHT}\|>"
    r"|<\|inner_prefix\|>|<unused94>|<\|channel>thought\b",
    "close": rf"</(?:\w{{1,12}}:)?{_THOUGHT}>|\[/{_THOUGHT}\]|◁/{_THOUGHT}▷|<\|(?:/|end_(?:of_)?){_THOUGHT}\|>"
    r"|<\|inner_suffix\|>|<unused95>|<channel\|>",
    # Around the answer itself.
    "wrap": r"</?(?:answer|response|output|final_answer)>|<\|(?:start|end)_response\|>"
    r"|<\|(?:begin|end)_of_(?:solution|answer|box)\|>",
    # The head of a message of gpt-oss: whose it is, and on which channel; templates eat the first parts of it.
    "head": r"(?:<\|end\|>\s{0,2})?(?:<\|start\|>\s{0,2}assistant\s{0,2})?(?:<\|channel\|>[^<\n]{0,60}"
    r"(?:<\|constrain\|>[^<\n]{0,20})?)?<\|message\|>",
    # Special tokens have a bar inside the brackets, or are a few words. Where an answer has begun they end its turn.
    "turn": r"<[|｜][\w▁./:-]{1,40}[|｜]>|<\|[a-z]{1,12}>|<[a-z]{1,12}\|>|\[\|/?\w{1,20}\|\]|</?s>|<(?:[eb]os|pad|unk)>"
    r"|<eo[tmd](?:_id)?>|\[/?INST\]|<</?SYS>>|</?(?:start|end|begin)_of_\w{1,20}>|\[[EB]OS\]|<_(?:user|bot|end|system)>",
    # Alpaca's turns, if they begin a line.
    "title": r"### ?(?:Instruction|Human|User|Input)\b[^\n:]{0,20}:",
}
_MARK = re.compile("|".join(f"(?P<{kind}>{marks})" for kind, marks in _MARKS.items()), re.IGNORECASE)
_LONGEST_MARK_CHARS = 180
# How a text may go on to become a mark, or a longer one.
_BEGUN = re.compile(
    r"(?:<[^<>\[\s]{0,45}|\[[/|]?\w{0,20}\|?|◁[^◁▷\s]{0,20}|#{1,3} ?\w{0,12}[^\n:#]{0,20}|<\|channel>\w{0,8}"
    r"|(?:<\|end\|>\s{0,2})?(?:<\|start\|>\s{0,2}a?\w{0,8}\s{0,2})?(?:<\|channel\|>[^<\n]{0,60}"
    r"(?:<\|constrain\|>[^<\n]{0,20})?)?(?:<[|\w]{0,12})?)$",
    re.IGNORECASE,
)
_ROLE = re.compile(r"\s*(assistant|model|bot|chatbot|gpt|user|human|system|tool):?\Z", re.IGNORECASE)
_ASKERS = re.compile(r"^\[INST|(?:^|\W|_)(?:user|human|system|tool)(?:_token)?\W*$", re.IGNORECASE)
# What is left of gpt-oss's heads where the server has dropped its special tokens, and of a model that uses prose.
_BLOCKS = (
    (re.compile(r"(?:analysis|commentary)(?=[A-Z“\"'(\[])"), re.compile(r"assistant\s{0,2}final(?=\S)")),
    (re.compile(r"here is my thought process:", re.IGNORECASE), re.compile(r"here is my response:", re.IGNORECASE)),
)
_EATEN_FINAL = re.compile(r"(?:assistant)?final(?=[A-Z“\"'(\[])")
_OPENINGS = ("analysis", "commentary", "assistantfinal", "final", "here is my thought process:")
_ROLES = tuple(
    f"{role}{end}"
    for role in ("assistant", "model", "bot", "chatbot", "gpt", "user", "human", "system", "tool")
    for end in ("\n", ":\n")
)
# How thoughts begin and cited answers do not. A reply that begins so is held until it is clear which it is; an
# answer after all comes whole instead of word by word.
_MUSING = (
    "okay, ", "ok, ", "alright, ", "hmm", "let me ", "let's ", "first, i ", "we are given", "we need to ", "i need to ",
    "the user ", "user asks", "so, the ", "so the user", "the question is ", "the question asks ", "got it",
    "i should ", "thought\n",
)  # fmt: skip
# Models whose usual templates eat the opening mark: DeepSeek-R1 and its distillations, QwQ, the "-Thinking" releases.
_HIDES_TAG = re.compile(r"\b(r1|qwq|thinking|reasoner|reasoning)\b", re.IGNORECASE)


def may_hide_tag(model: str) -> bool:
    """Whether a model of this name is likely to reply from within its thoughts."""
    return _HIDES_TAG.search(model) is not None


class _State(Enum):
    START = "nothing of the answer has come"
    HELD = "may be thoughts whose opening mark is missing"
    THINKING = "in a block"
    MESSAGE = "in a message of another channel"
    ASIDE = "in what is a block if it ends"
    ANSWER = "in the answer"
    OVER = "the turn has ended"


class ReasoningFold:
    """Takes a reply piece by piece, split anywhere, and gives back its answer.

    Thoughts between the marks of the common families are left out, wherever they stand and also where a template has
    eaten some of the marks; so are the marks themselves, and all that follows the end of a turn. A mark that is spoken
    of stays: it stands within a sentence that goes on after it.

    Attributes:
        thought: Whether there was any thinking.
        hid_tag: Whether thinking ended that had not begun with a mark.
    """

    def __init__(self, *, starts_inside: bool = False) -> None:
        """Begin a reply.

        Args:
            starts_inside: Take the beginning for thoughts until a closing mark, or the end, tells otherwise.
        """
        self.thought = False
        self.hid_tag = False
        self._text = ""  # not looked at yet
        self._before = ""  # the last characters that were
        self._is_word = False  # whether these are a mark that is spoken of
        self._kept: list[str] = []  # held, or the first letters of a reply; no space before them
        self._end_words: re.Pattern[str] | None = None
        self._answer: list[str] = []
        self._last = ""  # of the answer
        self._strips = True  # whether white space comes next that nobody needs
        self._state = _State.HELD if starts_inside else _State.START

    @property
    def is_thinking(self) -> bool:
        """Whether what comes now is, or may be, no part of the answer."""
        return self._state in (_State.THINKING, _State.MESSAGE, _State.HELD, _State.ASIDE)

    @property
    def is_over(self) -> bool:
        """Whether the model has ended its turn; nothing that follows belongs to it."""
        return self._state is _State.OVER

    def feed(self, piece: str) -> str:
        """Take in a piece; returns what is certain to be the answer's."""
        self._text += piece
        self._read(is_all=False)
        return self._told()

    def finish(self) -> str:
        """The reply is over; returns what was held back and is the answer's."""
        self._read(is_all=True)
        if self._state is _State.START:
            self._begin(is_certain=True)
        if self._state in (_State.HELD, _State.ASIDE):
            self._release()
        return self._told()

    def _told(self) -> str:
        told, self._answer = "".join(self._answer), []
        return told

    def _read(self, *, is_all: bool) -> None:
        """Words and marks, one after the other, as far as they are certain."""
        while self._text and self._state is not _State.OVER:
            mark = _MARK.search(self._text)
            begun = None if is_all else _BEGUN.search(self._text, max(0, len(self._text) - _LONGEST_MARK_CHARS))
            end = min((found.start() for found in (mark, begun) if found and found.start() < found.end()), default=None)
            if end is None or mark is None or end < mark.start() or begun and begun.start() == mark.start():
                end = len(self._text) if end is None else end
                self._consume(end, is_mark=False)
                return
            self._consume(mark.start(), is_mark=False)  # first, for it may tell that these are thoughts
            spoken_of = self._is_spoken_of(mark, is_all)
            if spoken_of is None:
                return
            self._consume(len(mark[0]), is_mark=not spoken_of, kind=str(mark.lastgroup))
            self._is_word = spoken_of

    def _consume(self, count: int, *, is_mark: bool, kind: str = "") -> None:
        taken, self._text = self._text[:count], self._text[count:]
        if not taken:
            return
        if is_mark:
            self._pass(taken, kind)
        else:
            self._hear(taken)
        self._before = (self._before + taken)[-8:]
        self._is_word = False

    def _is_spoken_of(self, mark: "re.Match[str]", is_all: bool) -> bool | None:
        """Whether a mark is a word of a sentence; None while what follows may still tell.

        It is one if it is quoted, or if a word and a space stand before it and the sentence goes on.
        """
        if self._state in (_State.THINKING, _State.MESSAGE, _State.HELD, _State.ASIDE):
            return False
        before = self._before
        if mark["title"]:
            return bool(before) and not before.endswith("\n")
        after = self._text[len(mark[0]) :]
        if self._is_word or before.endswith(("`", "“", "‘", "«", "(")):
            return True
        plain = before.rstrip(" \t")
        is_within = before != plain and (plain[-1:].isalnum() or plain.endswith((",", ";", "–", "—")))
        if not after.lstrip(" \t") and (is_within or not after) and not is_all:
            return None
        if after.startswith(("`", "”", "’", "»")) or before.endswith(('"', "'")) and after.startswith(('"', "'")):
            return True
        follows = after.lstrip(" \t")
        if mark["open"] and is_within and follows.startswith("<"):
            return None if follows == "<" and not is_all else follows.startswith("</")
        return is_within and bool(follows) and not follows.startswith(("\n", "<", "[", "◁"))

    def _hear(self, words: str) -> None:
        """Take in words between marks."""
        if self._state is _State.ANSWER:
            words = words.lstrip() if self._strips else words
            if words:
                self._answer.append(words)
                self._last, self._strips = words[-1], False
        elif self._state is _State.START:
            self._kept.append(words)
            self._begin(is_certain=False)
        elif self._end_words is not None:
            text = "".join((*self._kept, words))
            if found := self._end_words.search(text):
                self._think(text[: found.start()])
                self._go_on()
                self._hear(text[found.end() :].lstrip(":* "))
            else:
                self._think(text[:-40])
                self._kept = [text[-40:]]
        elif self._state in (_State.HELD, _State.ASIDE):
            if self._kept or words.strip():
                self._kept.append(words)
        else:
            self._think(words)

    def _pass(self, mark: str, kind: str) -> None:
        """Take in a mark."""
        if self._state is _State.START:
            lead = "".join(self._kept)
            if kind == "head" and lead.strip().lower() in ("analysis", "commentary"):
                self._enter(_State.MESSAGE)
                return
            if kind == "head" and lead.strip().lower() == "final":
                self._go_on()
                return
            if role := _ROLE.match(lead):
                self._kept.clear()
                if _ASKERS.search(role[1]):
                    self._state = _State.OVER
                    return
            elif lead.strip():
                self._begin(is_certain=True)
        match self._state:
            case _State.START | _State.ANSWER:
                self._turn(mark, kind)
            case _State.HELD | _State.ASIDE:
                self._end_held(mark, kind)
            case _State.THINKING if kind == "close" or (kind == "head" and _is_final(mark)):
                self._go_on()
            case _State.MESSAGE if kind in ("head", "turn"):
                if kind == "turn":
                    self._enter(_State.OVER if mark.lower() in ("<|return|>", "<|call|>") else _State.START)
                elif _is_final(mark):
                    self._go_on()
            case _:
                self._think(mark)

    def _turn(self, mark: str, kind: str) -> None:
        """A mark where the answer may begin, or in the answer."""
        if kind == "open":
            begins_line = not self._last or self._before.rstrip(" \t").endswith("\n")
            self._enter(_State.THINKING if begins_line else _State.ASIDE)
            self._kept = [] if begins_line else [mark]
        elif kind == "close":
            self.hid_tag, self.thought = self.hid_tag or bool(self._last), self.thought or bool(self._last)
        elif kind == "head":
            self._go_on() if _is_final(mark) else self._enter(_State.MESSAGE)
        elif kind in ("turn", "title"):
            is_end = self._last or kind == "title" or _ASKERS.search(mark)
            self._enter(_State.OVER if is_end else _State.START)

    def _end_held(self, mark: str, kind: str) -> None:
        """A mark in what may be thoughts."""
        if kind == "close" or (kind == "head" and self._state is _State.HELD):
            self.hid_tag = self.hid_tag or self._state is _State.HELD
            self._think("".join(self._kept))
            self._kept.clear()
            if kind == "head" and not _is_final(mark):
                self._enter(_State.MESSAGE)
            else:
                self._go_on()
        elif kind == "open" and not self._kept:
            self._enter(_State.THINKING)
        elif kind in ("turn", "title") and self._kept:
            self._release()
            self._turn(mark, kind)
        else:
            self._kept.append(mark)

    def _enter(self, state: _State) -> None:
        self._state, self._end_words = state, None
        self._kept = []

    def _go_on(self) -> None:
        """The answer begins, or goes on after a block."""
        self._enter(_State.ANSWER)
        self._strips = not self._last or self._last.isspace()

    def _release(self) -> None:
        """What was held is the answer after all."""
        held = "".join(self._kept)
        self._go_on()
        self._hear(held)

    def _begin(self, *, is_certain: bool) -> None:
        """Tell by its first letters whether a reply begins with thoughts."""
        text = "".join(self._kept).lstrip()
        begun = text.lower()
        if (line := text.find("\n")) > 0 and (role := _ROLE.match(text[:line])):
            self._kept = [text[line:]]
            if _ASKERS.search(role[1]):
                self._state = _State.OVER
            else:
                self._begin(is_certain=is_certain)
            return
        for opening, closing in _BLOCKS:
            if found := opening.match(text):
                self._enter(_State.THINKING)
                self._end_words = closing
                self._hear(text[found.end() :])
                return
        if found := _EATEN_FINAL.match(text):
            self._go_on()
            self._hear(text[found.end() :])
        elif not is_certain and any(start.startswith(begun) for start in (*_OPENINGS, *_ROLES, *_MUSING)):
            self._kept = [text] if text else []  # too short to tell
        elif begun.startswith(_MUSING):
            self._state, self._kept = _State.HELD, [text]
        elif text or is_certain:
            self._go_on()
            self._hear(text)

    def _think(self, words: str) -> None:
        """An empty block, as models leave that were told not to think, is no thinking."""
        self.thought = self.thought or bool(words.strip())


def _is_final(head: str) -> bool:
    return "<|channel|>" not in head.lower() or "final" in head.lower()


# --- One reply in time


class Wire(Protocol):
    """What a reply arrives on."""

    @property
    def is_sent(self) -> bool:
        """Whether the request goes out; what comes before is this program's own time."""

    @property
    def is_connected(self) -> bool:
        """Whether the server has accepted."""

    @property
    def is_closed_well(self) -> bool:
        """Whether the server itself has said where the reply ends."""

    def next(self, timeout_s: float) -> Said | None:
        """The next piece; None when the reply is over; raises `queue.Empty`, or whatever the client raised."""

    def hang_up(self) -> None:
        """End the request, whatever state it is in."""


class Reply:
    """Reads one reply.

    Attributes:
        is_whole: Whether it was read to its end.
    """

    def __init__(self, wire: Wire, fold: ReasoningFold, limits: Limits, teller: Teller, longest_tokens: int) -> None:
        self.is_whole = False
        self._wire = wire
        self._fold = fold
        self._limits = limits
        self._teller = teller
        self._longest_chars = longest_tokens * _LONGEST_TOKEN_CHARS
        self._thought_apart = False
        self._end: str | None = None
        self._unread = ""
        self._half_sign = ""
        self._said: list[str] = []
        self._said_chars = 0
        self._comes_in_messages = False

    @property
    def has_thought(self) -> bool:
        """Whether there was any thinking so far."""
        return self._thought_apart or self._fold.thought

    def pieces(self) -> Iterator[Piece]:
        """The answer's words, and pulses between them; closing ends the request.

        Raises:
            EndpointError: Nothing more is coming; what came before is good.
            Exception: Whatever the client raised.
        """
        said_anything = False
        try:
            for piece in self._folded():
                said_anything = said_anything or isinstance(piece, str)
                yield piece
        finally:
            self._wire.hang_up()
        if not said_anything and self.has_thought:
            raise self._only_thought()
        if self._end in ("length", "max_tokens"):
            raise EndpointCut(
                f"The answer reached its greatest length, {self._limits.answer_tokens:,} tokens, and was cut; "
                "set TALKS_LLM_ANSWER_TOKENS for longer ones."
            )
        if self._end == "content_filter":
            raise EndpointSilent(
                f"{self._teller.where} withheld the answer or its end (content filter); ask otherwise."
            )
        if not said_anything and self._unread:
            raise self._teller.no_reply(self._unread)
        if not said_anything and not self._has_ended:
            raise self._teller.hung_up()
        if not said_anything:
            raise EndpointSilent(f"{self._teller.where} answered with nothing; try another model there.")
        if not self._has_ended:
            raise self._teller.broke_off()

    @property
    def _has_ended(self) -> bool:
        """Whether the reply is complete, whatever may have gone wrong after that."""
        if self._end == "error":
            return False
        return self._end is not None or self._fold.is_over or self._wire.is_closed_well

    def _folded(self) -> Iterator[Piece]:
        fold, length_chars = self._fold, 0
        try:
            for said in self._arriving():
                if said is None:
                    yield Pulse.THINKING if fold.is_thinking or self._thought_apart else Pulse.WAITING
                    continue
                written = self._valid(self._new_words(said))
                self._end = self._end or said.end
                self._unread = self._unread or said.unread
                if said.error is not None and self._end is None:
                    raise Refused(0, said.error)
                self._thought_apart = self._thought_apart or bool(said.thoughts)
                # In pieces, so that what a whole reply costs grows with its length, whatever marks it holds.
                fed = [fold.feed(written[at : at + _FED_CHARS]) for at in range(0, len(written), _FED_CHARS)]
                if words := "".join(fed):
                    yield words
                elif said.thoughts or fold.is_thinking:
                    yield Pulse.THINKING
                if fold.is_over:
                    break
                length_chars += len(said.thoughts) + len(written)
                if length_chars > self._longest_chars and self._end is None:
                    self._end = "length"
                    break
        except (httpx.HTTPError, EndpointSilent, Refused):
            # What was said before a connection broke may still be held; a complete answer stays one.
            if words := fold.feed(self._valid("", is_all=True)) + fold.finish():
                yield words
            if self._end is None:
                raise
            return
        self.is_whole = self._end not in ("length", "max_tokens", "error", "content_filter")
        if words := fold.feed(self._valid("", is_all=True)) + fold.finish():
            yield words

    def _new_words(self, said: Said) -> str:
        """What an event adds: of a message that says once more what has been said, only the rest."""
        words, before = said.words, self._said_chars
        if said.is_message and len(words) > before > 1 and words.startswith("".join(self._said)):
            words = words[before:]
        elif said.is_message and before and not self._comes_in_messages:  # after a stream of pieces, the whole
            words = ""
        self._comes_in_messages = self._comes_in_messages or (said.is_message and not before)
        self._said.append(words)
        self._said_chars += len(words)
        return words

    def _valid(self, text: str, *, is_all: bool = False) -> str:
        """A text without what a terminal obeys and half signs; the second half may come with the next piece."""
        text = self._half_sign + text
        is_half = not is_all and "\ud800" <= text[-1:] <= "\udbff"
        self._half_sign = text[-1:] if is_half else ""
        return printable(text[:-1] if is_half else text)

    def _arriving(self) -> Iterator[Said | None]:
        """What arrives on the wire, and None for each moment of silence.

        Raises:
            EndpointUnreachable: The server does not accept, or does not begin, in time.
            EndpointSilent: It began and fell silent.
        """
        limits = self._limits
        since, is_connected, has_begun = time.monotonic(), False, False
        while True:
            if not self._wire.is_sent:
                since = time.monotonic()
            if not is_connected and self._wire.is_connected:
                since, is_connected = time.monotonic(), True
            patience_s = limits.connect_timeout_s + _LOOKUP_S
            if is_connected:
                patience_s = limits.idle_timeout_s if has_begun else limits.first_token_timeout_s
            if self._end is not None:
                patience_s = min(_AFTER_END_S, patience_s)
            left_s = since + patience_s - time.monotonic()
            if left_s <= 0:
                if self._end is not None:
                    return
                raise self._out_of_patience(is_connected, has_begun)
            try:
                said = self._wire.next(min(PULSE_S, left_s))
            except queue.Empty:
                yield None
                continue
            if said is None:
                return
            if said.words or said.thoughts:
                since, is_connected, has_begun = time.monotonic(), True, True
            yield said
            if said.end == "done":
                return

    def _out_of_patience(self, is_connected: bool, has_begun: bool) -> EndpointError:
        where, limits = self._teller.where, self._limits
        if not is_connected:
            return self._teller.tell(httpx.ConnectTimeout(""))
        if not has_begun:
            return EndpointUnreachable(
                f"{where} did not answer in time ({limits.first_token_timeout_s:g} s); see whether it is still "
                "loading, or set TALKS_LLM_FIRST_TOKEN_TIMEOUT_S for longer."
            )
        return EndpointSilent(
            f"{where} fell silent in the middle of its answer ({limits.idle_timeout_s:g} s); see the server's own log."
        )

    def _only_thought(self) -> OnlyThought:
        error = OnlyThought(
            f"{self._teller.where} only thought and came to no answer; choose a model there that does not reason, "
            "or set TALKS_LLM_THINKING_TOKENS higher."
        )
        error.was_cut = self._end in ("length", "max_tokens")
        return error
