"""What the collection is, told from its records: for "What is this?", "What can I ask?", and for a greeting.

Comes in: the record store. Goes out: a short text with examples to cite.
"""

from collections import Counter
from collections.abc import Iterator

from assistant.citations import CitedText
from assistant.events import Event, SourcePassage
from assistant.facets import COLLECTION, SOURCES, USE, Facet
from ingest.records import Record, Talk, record_pages, speaker_names

GREETING = "Hello! Ask me about the talks in your own words, and I answer with citations. For example:"
FAREWELL = "You are welcome. Ask whenever you want to know more about the talks."
_EXAMPLES = 3


def is_thanks(message: str) -> bool:
    """Whether a piece of small talk ends a conversation rather than starts one."""
    return any(word in message.lower() for word in ("thank", "thx", "bye", "cheers", "great", "ok", "perfect"))


def describe(facet: Facet, records: list[Record], answer: CitedText, sources: list[SourcePassage]) -> Iterator[Event]:
    """Say what was asked of the collection or the program, with a few talks cited.

    Args:
        facet: What was asked for.
        records: All of them.
        answer: Grows with the text.
        sources: The first passage of each talk to name as an example, as `example_talks` chooses them.
    """
    talks = [record for record in records if isinstance(record, Talk)]
    papers = len(records) - len(talks)
    speakers = {name for talk in talks for name in speaker_names(talk)}
    pages = Counter(page for record in records for page in record_pages(record))
    if facet.says:
        yield from answer.say(f"{facet.says}\n\n")
    yield from answer.say(
        f"This is a collection of {_count(len(talks), 'recorded talk')} by {_count(len(speakers), 'speaker')}"
        + (f", with {_count(papers, 'paper')} on the shelf beside them" if papers else "")
        + ". It holds what their pages say of them (abstracts, speakers, chapters), not the recordings themselves."
    )
    if pages and facet in (COLLECTION, SOURCES):
        listed = "\n".join(f"- {page}: {count}" for page, count in pages.most_common())
        yield from answer.say(f"\n\nThey stood on these pages:\n\n{listed}")
    if facet is COLLECTION:
        yield from answer.say(
            "\n\nAsk in your own words about a subject, a speaker or a paper; every statement of an answer cites the "
            "passage it rests on."
        )
    if sources:
        yield from answer.say(" Some of the talks:")
        yield from name_examples(answer, sources)


def name_examples(answer: CitedText, sources: list[SourcePassage]) -> Iterator[Event]:
    """A list of talks, each cited by the first sentence of its passage."""
    for source in sources:
        speakers = f", {'; '.join(source.speakers)}" if source.speakers else ""
        yield from answer.say(f"\n- {source.title}{speakers} ")
        yield from answer.cite(source, 0, len(source.text))


def wants_examples(facet: Facet | None) -> bool:
    """Whether talks are named as examples: to a greeting, and to what there is and how to ask."""
    return facet in (None, COLLECTION, USE)


def example_talks(records: list[Record]) -> list[str]:
    """The ids of a few talks spread over the collection, each with an abstract and a speaker."""
    good = [record.id for record in records if isinstance(record, Talk) and record.abstract and record.speakers]
    step = max(1, len(good) // _EXAMPLES)
    return good[::step][:_EXAMPLES]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
