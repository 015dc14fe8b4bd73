"""A model's own word on whether a statement is supported; an option, off unless asked for.

Comes in: a statement, its passages, an endpoint. Goes out: a verdict, or None when the model cannot be asked or what
it says is no verdict. Any reply is tolerated.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer.grounding import Checked
from assistant.answer.verdicts import Support
from assistant.llm import Endpoint
from assistant.prompts import Prompts
from assistant.short_reply import short_reply
from ingest.errors import EndpointError

# One word is asked for; a model that has not come to it by then will not.
_MOST_CHARS = 600
# In order: "not supported" and "unsupported" hold "supported".
_WORDS: tuple[tuple[Support, re.Pattern[str]], ...] = (
    ("weak", re.compile(r"\bweak|\bpart(?:ly|ial)|\bunclear|\bunsure", re.IGNORECASE)),
    (
        "unsupported",
        re.compile(r"\bunsupported|\b(?:not|isn't|n['’]t)\b.{0,20}\bsupport|\bcontradict|\bno\b", re.IGNORECASE),
    ),
    ("supported", re.compile(r"\bsupport(?:ed|s)?\b|\byes\b", re.IGNORECASE)),
)


def second_opinion(statement: str, passages: Sequence[str], endpoint: Endpoint, prompts: Prompts) -> Support | None:
    """Ask the model for one word.

    Args:
        statement: One sentence of an answer.
        passages: All that it cites; cut where they exceed the model's context.
        endpoint: Where the model is.
        prompts: How it is asked; the template "support".
    """
    room_chars = max(endpoint.prompt_chars() - len(prompts.fill("support", statement=statement, passages="")), 0)
    shown = "\n\n".join(passages)[:room_chars]
    try:
        prompt = prompts.fill("support", statement=statement, passages=shown)
        return read_opinion(short_reply(prompt, endpoint, most_chars=_MOST_CHARS).text)
    except EndpointError:
        return None


def reconsider(
    checked: Sequence[Checked], passages: Sequence[str], endpoint: Endpoint, prompts: Prompts
) -> list[Checked]:
    """Statements that the check found weak, as the model sees them; what it does not decide stays weak.

    Args:
        checked: All statements of an answer.
        passages: All that the answer cites.
        endpoint: Where the model is.
        prompts: How it is asked; the template "support".
    """
    again: list[Checked] = []
    for one in checked:
        opinion = None
        if one.verdict.verdict == "weak":
            opinion = second_opinion(one.statement.text, passages, endpoint, prompts)
        if opinion is not None:
            one = replace(one, verdict=one.verdict._replace(verdict=opinion, reason=f"The model finds it {opinion}."))
        again.append(one)
    return again


def read_opinion(reply: str) -> Support | None:
    """The verdict that a reply comes to: the first word that is one; None when there is none."""
    found = [(match.start(), n, verdict) for n, (verdict, word) in enumerate(_WORDS) if (match := word.search(reply))]
    return min(found)[2] if found else None
