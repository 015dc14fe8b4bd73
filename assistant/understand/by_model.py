"""One short request to the model, beside the answer itself: the standalone question, and what the sources may call it.

Comes in: a question, the answers before it, an endpoint. Goes out: what was usable of the reply, as plain lines; any
reply is tolerated, and what it invents is dropped. Asked only where it changes the outcome, since it costs seconds.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.llm import short_reply
from assistant.prompts import Prompts
from assistant.types import Answer, ChatModel
from ingest.errors import EndpointError

# The sources are never cut for the history's sake: of that, the last turns are enough, and their beginnings.
TURNS_KEPT = 4
ANSWER_CHARS = 400
MOST_TERMS = 12
# Longer between two commas is a sentence; a longer reply is an explanation.
LONGEST_TERM_CHARS = 50
LONGEST_REPLY_CHARS = 1000
LONGEST_QUESTION_CHARS = 400
_READINGS_KEPT = 500

_LINE = re.compile(r"^\W*(question|search)\W*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_SEPARATOR = re.compile(r"[,;|]+")
# Bullets, numbers, quotation marks and emphasis.
_AROUND = re.compile(r"^[\W\d_]*(?=\w)|[^\w)]+$")
_WORD = re.compile(r"[^\W_]{3,}")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model made of a question.

    Attributes:
        standalone: As it can be understood by itself; None where nothing usable came.
        expansion: Terms that the sources may use, likeliest first.
    """

    standalone: str | None = None
    expansion: tuple[str, ...] = ()


class ByModel:
    """Asks, once for each question of a conversation."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts
        self._known: dict[tuple[str, str], Reading] = {}

    def read(self, question: str, history: Sequence[Answer], endpoint: ChatModel) -> Reading:
        """What the model makes of a question; an empty reading when it fails or is too slow."""
        told = "\n".join(
            f"User: {answer.question}\nAssistant: {answer.text[:ANSWER_CHARS]}" for answer in history[-TURNS_KEPT:]
        )
        prompt = self._prompts.fill("understand", history=told or "(nothing yet)", question=question)
        try:
            key = (f"{endpoint.base_url} {endpoint.model()}", prompt)
            reading = self._known.get(key)
            if reading is None:
                reply = short_reply(endpoint, prompt, most_chars=LONGEST_REPLY_CHARS)
                reading = read_reply(reply, question, told)
        except EndpointError:
            return Reading()  # the answer itself is asked for next and tells what is wrong
        if len(self._known) >= _READINGS_KEPT:
            self._known.clear()
        if reading != Reading():  # a model that was still loading may know better next time
            self._known[key] = reading
        return reading


def read_reply(reply: str, question: str, history: str) -> Reading:
    """The question and the terms in a reply of any form.

    A question is followed only while its words are those of the question and the history: a model that answers, or that
    invents a subject, is not. A reply without labels is a line of terms.
    """
    lines = {match[1].lower(): match[2] for match in _LINE.finditer(reply)}
    unlabelled = "" if lines or len(reply.strip().splitlines()) > MOST_TERMS else reply.replace("\n", ",")
    terms = (_AROUND.sub("", piece.strip()) for piece in _SEPARATOR.split(lines.get("search", unlabelled)))
    kept = {term.lower(): term for term in terms if 1 < len(term) <= LONGEST_TERM_CHARS}
    return Reading(_usable(lines.get("question", ""), question, history), tuple(kept.values())[:MOST_TERMS])


def _usable(rewritten: str, question: str, history: str) -> str | None:
    rewritten = rewritten.strip(" \t\"'“”`*")
    known = {word.lower() for word in _WORD.findall(f"{question} {history}")}
    words = [word.lower() for word in _WORD.findall(rewritten)]
    strange = [word for word in words if word not in known]
    is_question = words and len(rewritten) <= LONGEST_QUESTION_CHARS and not re.search(r"\[\d", rewritten)
    return rewritten if is_question and len(strange) <= len(words) / 2 else None
