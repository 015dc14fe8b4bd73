"""Details that are asked of one talk, paper or person, and that its own record does not tell.

Comes in: a question and all that the records spoken of say. Goes out: what is missing, in words, or None: then the
records hold a word for it, or the question asks for something else.

What no page ever tells (the hotel, the electricity bill) cannot be told from its absence in the whole collection,
because some other record may use the same word; so it is looked for in the record that is spoken of, and only there.
Leaves to others: details for which no word is known to ask (`assistant.details` has learned those).
"""

import re
from collections.abc import Sequence

from assistant.catalogue.missing_table import DETAILS, NEVER
from ingest.records import Kind, Record

_MOST_TITLES = 2
_SOMEBODY = re.compile(
    r"\b(?:he|she|his|her|hers|him|they|their|them|the (?:speaker|lecturer|presenter|professor)|of the two)\b",
    re.IGNORECASE,
)


def missing_detail(question: str, text: str, kinds: set[Kind], *, names_somebody: bool) -> str | None:
    """The topic that a question asks about and that the records spoken of do not tell.

    Args:
        question: As typed, without the title of what is spoken of.
        text: All that the records spoken of say, at least one's.
        kinds: Of these records.
        names_somebody: Whether the question names a person of the collection.
    """
    for detail in DETAILS:
        if detail.kind is not None and kinds != {detail.kind}:
            continue
        if detail.of_person and not (names_somebody or _SOMEBODY.search(question)):
            continue
        found = re.search(rf"\b(?:{'|'.join(detail.asked)})\b", question, re.IGNORECASE)
        if found and not re.search(detail.held or phrase_pattern(found[0]), text, re.IGNORECASE):
            return detail.topic
    return None


def phrase_pattern(phrase: str) -> str:
    """A pattern for a phrase, whatever the endings of its words."""
    words = [re.sub(r"(?:e?s|ed|ing)$", "", word) for word in re.findall(r"\w+", phrase)]
    return r"\w*\W+".join(rf"\b{re.escape(word)}" for word in words) or NEVER


def details_sentence(topic: str, records: Sequence[Record]) -> str:
    """What is said of a detail that is missing."""
    titles = " and ".join(f"“{record.title}”" for record in records) if len(records) <= _MOST_TITLES else "these"
    return f"This is not recorded: of {titles} the collection does not tell {topic}."
