"""A model's second opinion on the statements of an answer that the check doubts: one request, a line for each.

Comes in: checked statements, an endpoint. Goes out: the same, each doubtful one better or worse by one step. Two
questions in the request have known answers, yes and no; a model that gets one of them wrong, such as one that agrees
to all or doubts all, changes nothing, and neither does one that fails or is too slow.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.answer.grounding import Checked, Verdict
from assistant.answer.markers import defuse
from assistant.llm import short_reply
from assistant.prompts import Prompts
from assistant.types import ChatModel
from ingest.errors import EndpointError

# A request of a thousand words; an answer with more doubtful statements has other troubles.
MOST_ASKED = 8
# Said by no source.
FALSE = "The speaker was born on the moon and has never seen a computer."
_LINE = re.compile(r"^\W*(\d{1,2})\W+(yes|no)\b", re.IGNORECASE | re.MULTILINE)
_MOST_REPLY_CHARS = 400
AGREES = Verdict("supported", "The model that was asked again finds it in what it cites.", 0.5)
DOUBTS = "The model that was asked again does not find it in what it cites either. "


def second_opinion(checked: Sequence[Checked], prompts: Prompts, endpoint: ChatModel) -> list[Checked]:
    """Ask about what is doubtful and has been compared with something; nothing is asked where nothing is."""
    doubtful = [n for n, one in enumerate(checked) if one.verdict.verdict != "supported" and one.verdict.nearest]
    doubtful = doubtful[:MOST_ASKED]
    if not doubtful:
        return list(checked)
    nearest = [checked[n].verdict.nearest for n in doubtful]
    first, *others = [(checked[n].statement.text, one) for n, one in zip(doubtful, nearest, strict=True)]
    asked = [(nearest[-1], nearest[-1]), first, (FALSE, nearest[0]), *others]
    known = {0: True, 2: False}
    prompt = prompts.fill(
        "opinion",
        items="\n".join(
            f"{n}. Source: {defuse(source, is_line=True)}\n   Statement: {defuse(claim, is_line=True)}"
            for n, (claim, source) in enumerate(asked, 1)
        ),
    )
    try:
        reply = short_reply(endpoint, prompt, most_chars=_MOST_REPLY_CHARS)
    except EndpointError:
        return list(checked)
    said = {int(number) - 1: word.lower() == "yes" for number, word in _LINE.findall(reply)}
    if any(said.get(place) is not truth for place, truth in known.items()):
        return list(checked)
    moved = list(checked)
    opinions = [said.get(place) for place in range(len(asked)) if place not in known]
    for n, opinion in zip(doubtful, opinions, strict=True):
        if opinion is not None:
            moved[n] = replace(checked[n], verdict=_moved(checked[n].verdict, agrees=opinion))
    return moved


def _moved(verdict: Verdict, *, agrees: bool) -> Verdict:
    if not agrees:
        return verdict._replace(verdict="unsupported", reason=DOUBTS + verdict.reason)
    return AGREES if verdict.verdict == "weak" else verdict._replace(verdict="weak")
