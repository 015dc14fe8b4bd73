"""A model's thinking, folded away from its answer.

Comes in: pieces of a reply as they stream, split anywhere. Goes out: the answer's own words. Thinking is a `<think>`
block at the beginning of a reply or of a line; also one that never ends, and, where a chat template has eaten the
opening tag, everything up to a lone `</think>`. What servers send apart as `reasoning_content` never gets here.
"""

import re
from enum import Enum

_OPENING = ("<think>", "<thinking>", "<thought>", "<reasoning>")
_CLOSING = ("</think>", "</thinking>", "</thought>", "</reasoning>")
_OPENING_TAG = re.compile("|".join(_OPENING), re.IGNORECASE)
_CLOSING_TAG = re.compile("|".join(_CLOSING), re.IGNORECASE)
_LONGEST_TAG = max(map(len, _CLOSING))

# Models whose usual templates eat the opening tag: DeepSeek-R1 and its distillations, QwQ, the "-Thinking" releases.
_HIDES_TAG = re.compile(r"\b(r1|qwq|thinking|reasoner|reasoning)\b", re.IGNORECASE)
# How thoughts begin and cited answers do not. A reply that begins so is held until it is clear which it is; an
# answer after all comes whole instead of word by word.
_MUSING = (
    "okay, ",
    "ok, ",
    "alright, ",
    "hmm",
    "let me ",
    "let's ",
    "first, i ",
    "we are given",
    "we need to ",
    "i need to ",
)


def may_hide_tag(model: str) -> bool:
    """Whether a model of this name is likely to reply from within its thoughts."""
    return _HIDES_TAG.search(model) is not None


class _State(Enum):
    START = "nothing of the answer has come"
    HELD = "may be thoughts whose opening tag is missing"
    THINKING = "in a block"
    ANSWER = "in the answer"


class ReasoningFold:
    """Takes a reply piece by piece and gives back its answer.

    Attributes:
        thought: Whether there was any thinking.
        hid_tag: Whether thinking ended that had not begun with a tag.
    """

    def __init__(self, *, starts_inside: bool = False) -> None:
        """Begin a reply.

        Args:
            starts_inside: Take the beginning for thoughts until a closing tag, or the end, tells otherwise.
        """
        self.thought = False
        self.hid_tag = False
        self._text = ""
        self._said = ""
        self._state = _State.HELD if starts_inside else _State.START

    @property
    def is_thinking(self) -> bool:
        """Whether what comes now is, or may be, no part of the answer."""
        return self._state in (_State.THINKING, _State.HELD)

    def feed(self, piece: str) -> str:
        """Take in a piece; returns what is certain to be the answer's."""
        self._text += piece
        answer = ""
        while True:
            before = self._state, len(self._text)
            answer += self._step()
            if (self._state, len(self._text)) == before:
                return answer

    def finish(self) -> str:
        """The reply is over; returns what was held back and is the answer's."""
        rest, self._text = self._text, ""
        if self._state is _State.THINKING:
            self._think(rest)
            return ""
        return rest.lstrip() if self._state in (_State.START, _State.HELD) else rest

    def _step(self) -> str:
        match self._state:
            case _State.START:
                self._start()
                return ""
            case _State.HELD | _State.THINKING:
                self._close()
                return ""
            case _State.ANSWER:
                return self._answer()

    def _start(self) -> None:
        self._text = self._text.lstrip()
        begun = self._text.lower()
        if tag := _OPENING_TAG.match(begun) or _CLOSING_TAG.match(begun):
            if tag.group() in _OPENING:
                self._state = _State.THINKING
            self._text = self._text[tag.end() :]
        elif any(musing.startswith(begun) for musing in (*_OPENING, *_CLOSING, *_MUSING)):
            return  # empty, or too short to tell
        else:
            self._state = _State.HELD if begun.startswith(_MUSING) else _State.ANSWER

    def _close(self) -> None:
        if self._state is _State.HELD and (tag := _OPENING_TAG.match(self._text.lstrip())):
            self._text, self._state = self._text.lstrip()[tag.end() :], _State.THINKING
        if tag := _CLOSING_TAG.search(self._text):
            self.hid_tag = self.hid_tag or self._state is _State.HELD
            self._think(self._text[: tag.start()])
            self._text, self._state = self._text[tag.end() :], _State.START
        elif self._state is _State.THINKING:
            self._think(self._text[: 1 - _LONGEST_TAG])
            self._text = self._text[1 - _LONGEST_TAG :]

    def _think(self, words: str) -> None:
        """An empty block, as models leave that were told not to think, is no thinking."""
        self.thought = self.thought or bool(words.strip())

    def _answer(self) -> str:
        """What can be let go: all but the beginnings of a tag; a lone closing tag is dropped."""
        for tag in re.finditer(f"{_OPENING_TAG.pattern}|{_CLOSING_TAG.pattern}", self._text, re.IGNORECASE):
            words = self._text[: tag.start()]
            if tag.group().startswith("</"):
                self.hid_tag = self.thought = True
            elif words.endswith("\n") or (not words and self._said.endswith("\n")):
                self._state = _State.THINKING
            else:
                continue  # a word about tags, not a tag
            self._text = self._text[tag.end() :]
            return self._say(words)
        held = _beginning_of_tag(self._text)
        words, self._text = self._text[: len(self._text) - held], self._text[len(self._text) - held :]
        return self._say(words)

    def _say(self, words: str) -> str:
        self._said = words[-1:] or self._said
        return words


def _beginning_of_tag(text: str) -> int:
    """How many characters at the end may be the beginning of a tag."""
    begun = text[1 - _LONGEST_TAG :].lower()
    at = begun.rfind("<")
    if at >= 0 and any(tag.startswith(begun[at:]) for tag in (*_OPENING, *_CLOSING)):
        return len(begun) - at
    return 0
