"""What a model writes → its answer: thoughts between the marks of the common families left out, and so are turn marks.

Comes in: the text of a reply, split anywhere. Goes out: the answer's part of it, as soon as that is certain.
"""

import re
from typing import Literal

# Families put a name before it or an effort behind it: "seed:think", "longcat_think", "think_faster".
_THOUGHT = (
    r"(?:\w{1,12}[:_])?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflection|analysis|scratch_?pad|antthinking|cot"
    r"|inner_monologue)(?:_\w{1,12})?"
)
_MARKS = {
    # Before "open", as "<|cot_end|>" could be the name of either. The last is where a reply in parts has its answer.
    "close": rf"</{_THOUGHT}\s?>|\[/{_THOUGHT}\]|◁/{_THOUGHT}▷|<\|(?:/|end_(?:of_)?){_THOUGHT}\|>"
    rf"|<\|{_THOUGHT}[:_]end\|>|\[BEGIN FINAL RESPONSE\]|<\|inner_suffix\|>|<unused95>|\[unused17\]|<channel\|>"
    r"|<\|content\|>",
    # The last is gpt-oss's: what follows is thought until a channel is called final.
    "open": rf"<{_THOUGHT}(?:\s[^<>/]{{0,30}})?>|\[{_THOUGHT}\]|◁{_THOUGHT}▷"
    rf"|<\|(?:(?:begin|start)_(?:of_)?)?{_THOUGHT}(?::start)?\|>"
    r"|<\|inner_prefix\|>|<unused94>|\[unused16\]|<\|channel\|?>",
    # Around the answer itself, or around nothing.
    "wrap": r"</?(?:answer|response|output|final_answer)>|<\|(?:start|end)_response\|>"
    rf"|<\|(?:begin|end)_of_(?:solution|answer|box)\|>|<{_THOUGHT}\s?/>",
    # Special tokens have a bar inside the brackets, or are a few words. Where an answer has begun they end its turn.
    "turn": r"<[|｜][\w▁./:-]{1,40}[|｜]>|<\|[a-z]{1,12}>|<[a-z]{1,12}\|>|\[\|/?\w{1,20}\|\]|</?s>|\[/?INST\]|<</?SYS>>"
    r"|<(?:\w{1,12}:)?(?:[eb]os|[se]op|eo[dt]|sep|pad|unk)>|<eo[tmdah](?:_id)?>|</?(?:start|end|begin)_of_\w{1,20}>|\[[EB]OS\]"
    r"|\[END FINAL RESPONSE\]|</?role>"
    r"|\[gMASK\]|\]~!?b[\[\]]|\[e~\[|\[unused\d{1,4}\]|</\w{1,12}_s>|<_(?:user|bot|end|system)>|<(?:reserved|special)_\d{1,4}>",
}
_MARK = re.compile("|".join(f"(?P<{kind}>{marks})" for kind, marks in _MARKS.items()), re.IGNORECASE)
# How a text may go on to become a mark.
_BEGUN = re.compile(r"(?:<(?:[^<>\s][^<>\n]{0,44})?|\[[/|]?[\w ]{0,20}[|~]?|\](?:~!?b?)?|◁[^◁▷\s]{0,20})\Z")
_LONGEST_MARK_CHARS = 50
# What stands before a mark that is a word of a sentence: words that go on, or a quotation that begins.
_SPOKEN_OF = re.compile(r"(?:[^\W_][ \t]+|[,;–—][ \t]+|[`“‘«(]|(?:^|[\s(])[\"'])\Z")
# What ends thoughts that a mark began, and those that words began.
_ENDS_MARKED = re.compile(
    rf"{_MARKS['close']}|(?:final|assistant)\s?(?:<\|constrain\|>\w{{1,10}})?<\|message\|>", re.IGNORECASE
)
_ENDS_WORDED = re.compile(rf"{_ENDS_MARKED.pattern}|assistant\s{{0,2}}final(?=\S)|here is my response:", re.IGNORECASE)
# At once, so that what a whole reply costs grows with its length, whatever marks it holds.
_FED_CHARS = 2000

# How a reply begins whose template has eaten some of the marks: with a role, a channel of gpt-oss, or thoughts. Of the
# last only their end is marked, and cited answers do not begin so; a reply that does is held until it is clear which it
# is: an answer after all comes whole instead of word by word.
_ROLES = ("assistant", "model", "bot", "chatbot", "gpt", "ai")
_MUSING = (
    "okay, ", "ok, ", "alright, ", "hmm", "let me ", "let's ", "first, i ", "we are given", "we need to ", "i need to ",
    "the user ", "user asks", "so, the ", "so the user", "the question is ", "the question asks ", "got it",
    "i should ", "thought\n",
)  # fmt: skip
_SAID = r"(?=<\|message\|>|[A-Z“\"'(\[])"
_START = re.compile(
    rf"(?P<dropped>(?i:{'|'.join(_ROLES)}):?(?=\n|<)|(?i:assistant):(?=\s)|(?:assistant)?final{_SAID})"
    rf"|(?P<thoughts>(?:analysis|commentary){_SAID}|(?i:here (?:is my thought process|are my reasoning steps):))"
    rf"|(?P<musing>(?i:{'|'.join(_MUSING)}))"
)
_STARTS = (
    *(f"{role}{end}" for role in _ROLES for end in ("\n", ":\n")),
    *(f"{channel}<|message|>" for channel in ("analysis", "commentary", "final", "assistantfinal")),
    "here is my thought process:", "here are my reasoning steps:", *_MUSING,
)  # fmt: skip
# Models whose usual templates eat the opening mark: DeepSeek-R1 and its distillations, QwQ, the "-Thinking" releases.
_HIDES_TAG = re.compile(r"\b(r1|qwq|thinking|reasoner|reasoning)\b", re.IGNORECASE)


def may_hide_tag(model: str) -> bool:
    """Whether a model of this name is likely to reply from within its thoughts."""
    return _HIDES_TAG.search(model) is not None


# Nothing has come of the answer; in what are thoughts if their end is marked; in thoughts; in the answer; behind it.
_State = Literal["start", "held", "thought", "answer", "over"]
_AFTER_START: dict[str, _State] = {"dropped": "start", "thoughts": "thought", "musing": "held"}


class ReasoningFold:
    """Takes a reply piece by piece, split anywhere, and gives back its answer.

    Thoughts between the marks of the common families are left out, wherever they stand and also where a template has
    eaten some of the marks; so are the marks themselves, and all that follows the end of a turn. A mark that is spoken
    of stays: it stands within a sentence, or is quoted.

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
        self._state: _State = "start"
        self._starts_inside = starts_inside
        self._ends = _ENDS_MARKED  # the thoughts that go on
        self._text = ""  # not looked at yet
        self._held: list[str] = []
        self._answer: list[str] = []  # not given back yet
        self._said = ""  # its last characters so far
        self._is_spoken_of = False  # whether these are a mark
        self._strips = False  # whether they were followed by thoughts

    @property
    def is_thinking(self) -> bool:
        """Whether what comes now is, or may be, no part of the answer."""
        return self._state in ("held", "thought")

    @property
    def is_over(self) -> bool:
        """Whether the model has ended its turn; nothing that follows belongs to it."""
        return self._state == "over"

    def feed(self, piece: str) -> str:
        """Take in a piece; returns what is certain to be the answer's."""
        for at in range(0, len(piece), _FED_CHARS):
            self._text += piece[at : at + _FED_CHARS]
            self._read(is_all=False)
        told, self._answer = "".join(self._answer), []
        return told

    def finish(self) -> str:
        """The reply is over; returns what was held back and is the answer's."""
        self._read(is_all=True)
        if self._state == "held":  # the answer after all
            held, self._held, self._state = "".join(self._held), [], "answer"
            told = self.feed(held)
            self._read(is_all=True)
            return told + self.feed("")
        return self.feed("")

    def _read(self, *, is_all: bool) -> None:
        steps = {"start": self._begin, "answer": self._hear}
        while self._text and not self.is_over and steps.get(self._state, self._think)(is_all):
            pass

    def _begin(self, is_all: bool) -> bool:
        """Tell by its first letters what a reply, or what follows the marks before it, begins with.

        Returns:
            Whether there is more to look at; as of the two below.
        """
        text = self._text = self._text.lstrip()
        if mark := _MARK.match(text):
            self._text = text[mark.end() :]
            self._pass(str(mark.lastgroup))
            return True
        found = _START.match(text)
        may_become = _BEGUN.match(text) or any(start.startswith(text.lower()) for start in _STARTS)
        if not found and may_become and not is_all:
            return False
        kind = found.lastgroup if found else None
        if found and kind != "musing":
            self._text = text[found.end() :]
        self._ends = _ENDS_WORDED
        self._state = _AFTER_START.get(str(kind), "held" if self._starts_inside else "answer")
        return True

    def _hear(self, is_all: bool) -> bool:
        """Take in the answer's words as far as they are certain, or up to a mark."""
        text = self._text
        mark = _MARK.search(text)
        if mark is None:
            begun = None if is_all else _BEGUN.search(text, max(0, len(text) - _LONGEST_MARK_CHARS))
            certain = begun.start() if begun else len(text)
            self._say(text[:certain])
            self._text = text[certain:]
            return False
        self._say(text[: mark.start()])
        self._text = text[mark.end() :]
        if self._is_spoken_of or _SPOKEN_OF.search(self._said):
            self._say(mark[0])
            self._is_spoken_of = True
        else:
            self._pass(str(mark.lastgroup))
        return True

    def _think(self, is_all: bool) -> bool:
        """Take in thoughts, or what may be, up to their end."""
        text = self._text
        end = self._ends.search(text)
        certain = end.start() if end else len(text) if is_all else max(0, len(text) - _LONGEST_MARK_CHARS)
        thought, self._text = text[:certain], text[end.end() if end else certain :]
        if self._state == "held":
            self._held.append(thought)
            thought = ""
        if end is not None:
            self.hid_tag = self.hid_tag or self._state == "held"
            thought += "".join(self._held)
            self._starts_inside, self._strips, self._held = False, True, []
            self._state = "answer" if self._said else "start"
        # An empty block, as models leave that were told not to think, is no thinking.
        self.thought = self.thought or bool(thought.strip())
        return end is not None

    def _pass(self, kind: str) -> None:
        """Take in a mark where the answer may begin, or in the answer."""
        if kind == "open":
            self._state, self._ends = "thought", _ENDS_MARKED
        elif kind == "close":
            self._starts_inside = False
            if self._said:
                self.hid_tag = self.thought = True
        elif kind == "turn":
            self._state = "over" if self._said else "start"

    def _say(self, words: str) -> None:
        if self._strips and self._said[-1:].isspace():
            words = words.lstrip()
        if words:
            self._answer.append(words)
            self._said = (self._said + words)[-8:]
            self._is_spoken_of = self._strips = False
