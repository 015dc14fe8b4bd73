"""One visitor: the language that their browser speaks, and the conversation on their page.

Comes in: `words.json`, one sentence a key and language; turns. Goes out: `Words` for what is made on the server,
`LABELS` for Gradio's own labels, which the browser puts into its language; and what the server remembers of an open
page. What talks, models and the engine say stays as it is.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.resources import files

import gradio as gr

from assistant.outlets.conversations import Turn, new_conversation_id
from assistant.outlets.page_backend import Writer
from assistant.types import Answer, Style

_ALL: dict[str, dict[str, str]] = json.loads(files(__package__).joinpath("words.json").read_text(encoding="utf-8"))

LABELS = gr.I18n(**_ALL)
"""`LABELS("send")` stands for a word until the browser knows its language."""


class Words:
    """The page's words in one language."""

    def __init__(self, language: str) -> None:
        self._said = _ALL[language]

    def __call__(self, key: str, *, default: str | None = None, **values: object) -> str:
        """What is said under a key, with its values filled in; `default` where nothing is said under it."""
        said = self._said[key] if default is None else self._said.get(key, default)
        return said.format(**values) if values else said

    def count(self, number: int, key: str) -> str:
        """A number and what is counted: "1 talk", "34 talks"."""
        return self(f"{key}_one" if number == 1 else f"{key}_many", n=f"{number:,}")


_SPOKEN = {language: Words(language) for language in _ALL}
ENGLISH = _SPOKEN["en"]


def words_for(request: gr.Request) -> Words:
    """The first of a browser's languages that the page speaks, else English."""
    accepted = str(request.headers.get("accept-language", ""))[:200]
    wanted = (part.strip()[:2].lower() for part in accepted.split(","))
    return next((_SPOKEN[language] for language in wanted if language in _SPOKEN), ENGLISH)


@dataclass(slots=True)
class Conversation:
    """What the server remembers of one open page; nothing of it reaches another.

    Attributes:
        owner: Whose it is; "" until the page has told.
        id: Where it is kept; "" until its first question.
        running: The turn under way, if one is.
        looked_at: The turn whose sources are shown; None is the last.
    """

    owner: str = ""
    id: str = ""
    turns: list[Turn] = field(default_factory=list)
    writer: Writer = "settings"
    writer_name: str = "settings"
    running: Turn | None = None
    looked_at: int | None = None
    words: Words = ENGLISH

    def history(self) -> list[Turn]:
        """The turns that came to an answer and said something, oldest first."""
        return [turn for turn in self.turns if turn.is_answered]

    def begin(self, question: str, style: Style = "normal") -> Turn:
        """A new turn; the caller makes sure that none is under way."""
        self.id = self.id or new_conversation_id()
        nothing = Answer(question, question, "", (), refused=False, mode="model")
        self.running = Turn(question, nothing, style=style, key=len(self.turns), is_running=True)
        self.turns.append(self.running)
        self.looked_at = None
        return self.running

    def end(self, turn: Turn) -> bool:
        """Note that a turn is over; whether it was not before."""
        if self.running is not turn:
            return False
        self.running = turn.shown = None
        return True

    def take_back(self, first: int) -> list[Turn]:
        """Remove the turns from a place on; gives them."""
        taken = self.turns[first:]
        del self.turns[first:]
        self.looked_at = None
        return taken

    def switch(self, conversation_id: str, turns: Sequence[Turn]) -> None:
        """Show another conversation in place of this one; a turn under way is ended before."""
        self.id, self.looked_at, self.turns = conversation_id, None, list(turns)
        for key, turn in enumerate(self.turns):
            turn.key = key

    def looked_turn(self) -> Turn | None:
        """The turn whose sources are shown."""
        at = self.looked_at
        return next(iter(self.turns[-1:] if at is None else self.turns[at : at + 1]), None)
