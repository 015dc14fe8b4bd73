"""One short request to the model, beside the answer itself: the standalone question, and what the sources may call it.

Comes in: a question, the answers before it, an endpoint. Goes out: what was usable of the reply, as plain lines; any
reply is tolerated, and what it invents is dropped. Asked only where it changes the outcome, since it costs seconds.
"""

import re
from collections.abc import Sequence

from assistant.answer.markers import defuse
from assistant.llm import short_reply
from assistant.prompts import Prompts, told
from assistant.types import Answer, ChatModel
from ingest.errors import EndpointError

MOST_TERMS = 12
# Longer between two commas is a sentence; a longer reply is an explanation.
LONGEST_TERM_CHARS = 50
LONGEST_REPLY_CHARS = 1000
LONGEST_QUESTION_CHARS = 400

_LINE = re.compile(r"^\W*(question|search)\W*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_SEPARATOR = re.compile(r"[,;|]+")
# Bullets, numbers, quotation marks and emphasis.
_AROUND = re.compile(r"^[\W\d_]*(?=\w)|[^\w)]+$")
_WORD = re.compile(r"[^\W_]{3,}")


def read(
    prompts: Prompts, question: str, history: Sequence[Answer], endpoint: ChatModel
) -> tuple[str, tuple[str, ...]]:
    """The question as it can be understood by itself, and terms that the sources may use, likeliest first.

    Both are empty when the model fails, is too slow, or says nothing usable.
    """
    so_far = told(history)
    prompt = prompts.fill("understand", history=so_far, question=defuse(question, is_line=True))
    try:
        return read_reply(short_reply(endpoint, prompt, most_chars=LONGEST_REPLY_CHARS), question, so_far)
    except EndpointError:
        return "", ()  # the answer itself is asked for next and tells what is wrong


def read_reply(reply: str, question: str, history: str) -> tuple[str, tuple[str, ...]]:
    """The question and the terms in a reply of any form.

    A question is followed only while its words are those of the question and the history: a model that answers, or that
    invents a subject, is not. A reply without labels is a line of terms.
    """
    lines = {match[1].lower(): match[2] for match in _LINE.finditer(reply)}
    unlabelled = "" if lines or len(reply.strip().splitlines()) > MOST_TERMS else reply.replace("\n", ",")
    terms = (_AROUND.sub("", piece.strip()) for piece in _SEPARATOR.split(lines.get("search", unlabelled)))
    kept = {term.lower(): term for term in terms if 1 < len(term) <= LONGEST_TERM_CHARS}
    rewritten = lines.get("question", "").strip(" \t\"'“”`*")
    known = {word.lower() for word in _WORD.findall(f"{question} {history}")}
    words = [word.lower() for word in _WORD.findall(rewritten)]
    strange = [word for word in words if word not in known]
    is_question = words and len(rewritten) <= LONGEST_QUESTION_CHARS and not re.search(r"\[\d", rewritten)
    is_usable = is_question and len(strange) <= len(words) / 2
    return rewritten if is_usable else "", tuple(kept.values())[:MOST_TERMS]
