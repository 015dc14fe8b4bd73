"""What somebody is now, as a biography says it.

Comes in: a biography and a name. Goes out: the clauses "is an assistant professor …" of that person, to the letter.
What somebody was before ("has served as", "Prior to joining") is left out.
"""

import re

from ingest.passages import Span, split_sentences
from ingest.readers.people import is_role, surname
from ingest.text import plain_words

_NOW = re.compile(r"\b(?:is|holds|works as)\s")
_BEFORE = re.compile(
    r"\b(?:prior to|before|previously|formerly|until|where (?:s?he|they) (?:was|were)|has served|was|were)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:(?:currently|now|presently|today),? )?(?:he|she|they|dr|prof|professor)\b", re.IGNORECASE)


def present_posts(bio: str, name: str, *, alone: bool) -> list[Span]:
    """Where a biography says what somebody is now.

    Args:
        bio: As written.
        name: Whose posts are wanted.
        alone: Whether the biography is of one person; if not, only sentences that begin with the name count.

    Returns:
        (start, end) of each clause in `bio`, in order.
    """
    family = surname(name)
    spans: list[Span] = []
    for start, end in split_sentences(bio):
        sentence = bio[start:end]
        now = _NOW.search(sentence)
        if now is None or _BEFORE.search(sentence, 0, now.start()):
            continue
        subject = sentence[: now.start()]
        if family not in plain_words(subject) and not (alone and _PRONOUN.match(subject)):
            continue
        former = _BEFORE.search(sentence, now.end())
        stop = former.start() if former else len(sentence)
        if is_role(sentence[now.end() : stop]):
            spans.append((start, start + stop))
    return spans
