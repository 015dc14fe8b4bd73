"""A question that leans on the conversation → one that stands alone, by one short request to the model.

Comes in: the question, the turns before it, an endpoint. Goes out: the model's question, or None whenever what it wrote
cannot be one; `FollowUps.standalone` does without a model then.
"""

import re
from collections.abc import Sequence

from assistant.llm import Endpoint
from assistant.prompts import Prompts
from assistant.short_reply import short_reply
from assistant.types import Answer
from ingest.errors import EndpointError

# The sources are never cut for the history's sake: of that, the last turns are enough, and their beginnings.
TURNS_KEPT = 4
ANSWER_CHARS = 400
LONGEST_QUESTION_CHARS = 400

_LABEL = re.compile(r"^\W*(?:(?:standalone|rewritten) )?question\W*:", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]{3,}")


def rewrite(question: str, history: Sequence[Answer], endpoint: Endpoint, prompts: Prompts) -> str | None:
    """Ask the model for the question that is meant; None when nothing usable comes in time."""
    told = "\n".join(
        f"User: {answer.question}\nAssistant: {answer.text[:ANSWER_CHARS]}" for answer in history[-TURNS_KEPT:]
    )
    prompt = prompts.fill("standalone", history=told, question=question)
    try:
        reply = short_reply(prompt, endpoint, most_chars=LONGEST_QUESTION_CHARS)
    except EndpointError:
        return None  # the answer itself is asked for next and tells what is wrong
    return usable_question(reply.text, question, told) if reply.is_whole else None


def usable_question(reply: str, question: str, history: str) -> str | None:
    """The question in a model's reply, or None when it holds none.

    A question is one line without citation markers, and its words are those of the question and the history: a model
    that answers, or that invents a subject, is not followed.
    """
    lines = [line for line in reply.splitlines() if line.strip()]
    if len(lines) != 1:
        return None
    rewritten = _LABEL.sub("", lines[0]).strip(" \t\"'“”`*")
    known = {word.lower() for word in _WORD.findall(f"{question} {history}")}
    words = [word.lower() for word in _WORD.findall(rewritten)]
    strange = [word for word in words if word not in known]
    if not words or re.search(r"\[\d", rewritten) or len(strange) > len(words) / 2:
        return None
    return rewritten
