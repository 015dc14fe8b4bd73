"""What a model writes → its answer: thoughts between the marks of the common families left out, and so are turn marks.

Comes in: the text of a reply, split anywhere. Goes out: the answer's part of it, as soon as that is certain.
"""

import re
from enum import Enum

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
    # Ends what began in words too; see `_START`.
    "words": r"assistant\s{0,2}final(?=\S)|here is my response:[:* ]{0,4}(?=[^:* ])",
}
_MARK = re.compile("|".join(f"(?P<{kind}>{marks})" for kind, marks in _MARKS.items()), re.IGNORECASE)
# At once, so that what a whole reply costs grows with its length, whatever marks it holds.
_FED_CHARS = 2000
_LONGEST_MARK_CHARS, _LONGEST_WORDS_CHARS = 180, 40
# How a text may go on to become a mark, or a longer one.
_BEGUN = re.compile(
    r"(?:<[^<>\[\s]{0,45}|\[[/|]?\w{0,20}\|?|◁[^◁▷\s]{0,20}|#{1,3} ?\w{0,12}[^\n:#]{0,20}|<\|channel>\w{0,8}"
    r"|(?:<\|end\|>\s{0,2})?(?:<\|start\|>\s{0,2}a?\w{0,8}\s{0,2})?(?:<\|channel\|>[^<\n]{0,60}"
    r"(?:<\|constrain\|>[^<\n]{0,20})?)?(?:<[|\w]{0,12})?)\Z",
    re.IGNORECASE,
)
_WRITERS = ("assistant", "model", "bot", "chatbot", "gpt")
_ASKERS = ("user", "human", "system", "tool")
_ASKS = re.compile(rf"^\[INST|(?:^|\W|_)(?:{'|'.join(_ASKERS)})(?:_token)?\W*$", re.IGNORECASE)
# How thoughts begin and cited answers do not. A reply that begins so is held until it is clear which it is; an
# answer after all comes whole instead of word by word.
_MUSING = (
    "okay, ", "ok, ", "alright, ", "hmm", "let me ", "let's ", "first, i ", "we are given", "we need to ", "i need to ",
    "the user ", "user asks", "so, the ", "so the user", "the question is ", "the question asks ", "got it",
    "i should ", "thought\n",
)  # fmt: skip
# How a reply begins whose template has eaten some of the marks: with a role, a channel of gpt-oss, or thoughts.
_THEN = r":?(?=\n|<|\[[/A-Z|])"
_START = re.compile(
    rf"(?P<dropped>(?i:{'|'.join(_WRITERS)}){_THEN}|(?:assistant)?final(?:<\|message\|>|(?=[A-Z“\"'(\[])))"
    rf"|(?P<over>(?i:{'|'.join(_ASKERS)}){_THEN})"
    r"|(?P<message>(?:analysis|commentary)<\|message\|>)"
    r"|(?P<block>(?:analysis|commentary)(?=[A-Z“\"'(\[])|(?i:here is my thought process:))"
    rf"|(?P<musing>(?i:{'|'.join(_MUSING)}))"
)
_STARTS = (
    *(f"{role}{end}" for role in (*_WRITERS, *_ASKERS) for end in (":\n", ":[/", "\n", "[/")),
    *(f"{channel}<|message|>" for channel in ("analysis", "commentary", "final", "assistantfinal")),
    "here is my thought process:", *_MUSING,
)  # fmt: skip
# Models whose usual templates eat the opening mark: DeepSeek-R1 and its distillations, QwQ, the "-Thinking" releases.
_HIDES_TAG = re.compile(r"\b(r1|qwq|thinking|reasoner|reasoning)\b", re.IGNORECASE)


def may_hide_tag(model: str) -> bool:
    """Whether a model of this name is likely to reply from within its thoughts."""
    return _HIDES_TAG.search(model) is not None


class _State(Enum):
    START = "nothing of the answer has come"
    HELD = "in what are thoughts if their end is marked"
    BLOCK = "in thoughts that a mark began"
    WORDS = "in thoughts that words began"
    MESSAGE = "in a message of another channel"
    ANSWER = "in the answer"
    OVER = "the turn has ended"


# What follows each of `_START`, but for what is only dropped.
_AFTER_START = {"over": _State.OVER, "message": _State.MESSAGE, "block": _State.WORDS, "musing": _State.HELD}


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
        self._held: list[str] = []  # no space before them
        self._answer: list[str] = []
        self._last = ""  # of the answer
        self._strips = True  # whether white space comes next that nobody needs
        self._state = _State.HELD if starts_inside else _State.START

    @property
    def is_thinking(self) -> bool:
        """Whether what comes now is, or may be, no part of the answer."""
        return self._state in (_State.HELD, _State.BLOCK, _State.WORDS, _State.MESSAGE)

    @property
    def is_over(self) -> bool:
        """Whether the model has ended its turn; nothing that follows belongs to it."""
        return self._state is _State.OVER

    def feed(self, piece: str) -> str:
        """Take in a piece; returns what is certain to be the answer's."""
        for at in range(0, len(piece), _FED_CHARS):
            self._text += piece[at : at + _FED_CHARS]
            self._read(is_all=False)
        return self._told()

    def finish(self) -> str:
        """The reply is over; returns what was held back and is the answer's."""
        self._read(is_all=True)
        if self._state is _State.HELD:
            self._release()
        return self._told()

    def _told(self) -> str:
        told, self._answer = "".join(self._answer), []
        return told

    def _read(self, *, is_all: bool) -> None:
        """Words and marks, one after the other, as far as they are certain."""
        while self._text and self._state is not _State.OVER:
            if self._state is _State.START and (not self._begin(is_all) or self.is_over):
                return
            text = self._text
            mark = _MARK.search(text)
            begun = None if is_all else _BEGUN.search(text, max(0, len(text) - _LONGEST_MARK_CHARS))
            certain = begun.start() if begun else len(text)
            if mark is None or mark.start() >= certain:
                if self._state is _State.WORDS and not is_all:
                    certain = min(certain, max(0, len(text) - _LONGEST_WORDS_CHARS))
                self._consume(certain)
                return
            self._consume(mark.start())
            spoken_of = self._is_spoken_of(mark, is_all)
            if spoken_of is None:
                return
            self._consume(len(mark[0]), "" if spoken_of else str(mark.lastgroup))
            self._is_word = spoken_of and not mark["words"]

    def _consume(self, count: int, kind: str = "") -> None:
        """Take in so much: words, or a mark of this kind."""
        taken, self._text = self._text[:count], self._text[count:]
        if taken:
            if kind:
                self._pass(taken, kind)
            else:
                self._hear(taken)
            self._before, self._is_word = (self._before + taken)[-8:], False

    def _begin(self, is_all: bool) -> bool:
        """Tell by its first letters what a reply, or what follows the marks before it, begins with.

        Returns:
            False while that cannot be told.
        """
        text = self._text = self._text.lstrip()
        found = _START.match(text)
        if not text or not (found or is_all) and any(start.startswith(text.lower()) for start in _STARTS):
            return False
        kind = found.lastgroup if found else None
        if found and kind != "musing":
            self._text = text[found.end() :]
        if kind in _AFTER_START:
            self._enter(_AFTER_START[kind])
        elif kind is None and not _MARK.match(text) and (is_all or not _BEGUN.match(text)):
            self._enter(_State.ANSWER)
        return True

    def _is_spoken_of(self, mark: "re.Match[str]", is_all: bool) -> bool | None:
        """Whether a mark is a word of a sentence; None while what follows may still tell.

        It is one if it is quoted, or if a word and a space stand before it and the sentence goes on.
        """
        before = self._before
        if mark["words"]:
            return self._state is not _State.WORDS
        if self.is_thinking:
            return False
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
        if self._state is _State.HELD:
            if self._held or words.strip():
                self._held.append(words)
        elif self.is_thinking:
            self._think(words)
        else:
            self._state = _State.ANSWER
            words = words.lstrip() if self._strips else words
            if words:
                self._answer.append(words)
                self._last, self._strips = words[-1], False

    def _pass(self, mark: str, kind: str) -> None:
        """Take in a mark."""
        is_final = kind == "head" and ("<|channel|>" not in mark.lower() or "final" in mark.lower())
        match self._state:
            case _State.START | _State.ANSWER:
                self._turn(mark, kind, is_final)
            case _State.HELD if kind == "close" or (kind == "head" and not self._last):
                self.hid_tag = self.hid_tag or not self._last
                self._think("".join(self._held))
                self._enter(_State.MESSAGE if kind == "head" and not is_final else _State.ANSWER)
            case _State.HELD if kind == "open" and not self._held:
                self._enter(_State.BLOCK)
            case _State.HELD if kind in ("turn", "title") and self._held:
                self._release()
                self._turn(mark, kind, is_final)
            case _State.HELD:
                self._held.append(mark)
            case _State.MESSAGE if kind == "turn":
                self._enter(_State.OVER if mark.lower() in ("<|return|>", "<|call|>") else _State.START)
            case _State.BLOCK | _State.WORDS if kind in ("close", "words"):
                self._enter(_State.ANSWER)
            case _ if is_final:
                self._enter(_State.ANSWER)
            case _:
                self._think(mark)

    def _turn(self, mark: str, kind: str, is_final: bool) -> None:
        """A mark where the answer may begin, or in the answer."""
        if kind == "open":
            begins_line = not self._last or self._before.rstrip(" \t").endswith("\n")
            self._enter(_State.BLOCK if begins_line else _State.HELD)
            self._held = [] if begins_line else [mark]
        elif kind == "close":
            self.hid_tag, self.thought = self.hid_tag or bool(self._last), self.thought or bool(self._last)
        elif kind == "head":
            self._enter(_State.ANSWER if is_final else _State.MESSAGE)
        elif kind in ("turn", "title"):
            is_end = self._last or kind == "title" or _ASKS.search(mark)
            self._enter(_State.OVER if is_end else _State.START)

    def _enter(self, state: _State) -> None:
        self._state, self._held = state, []
        if state is _State.ANSWER:
            self._strips = not self._last or self._last.isspace()

    def _release(self) -> None:
        """What was held is the answer after all."""
        held = "".join(self._held)
        self._enter(_State.ANSWER)
        self._hear(held)

    def _think(self, words: str) -> None:
        """An empty block, as models leave that were told not to think, is no thinking."""
        self.thought = self.thought or bool(words.strip())
