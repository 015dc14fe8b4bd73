"""What the collection is, told from its records: for "What is this?", "What can I ask?", and for a greeting.

Comes in: what was asked of it, and the record store. Goes out: a short text with examples to cite.
"""

from collections.abc import Iterator

from assistant.answer.citations import CitedText
from assistant.catalogue.quoting import source_passage
from assistant.faq import COLLECTION, SOURCES, USE, Facet
from assistant.types import Event, SourcePassage, Sources
from ingest.record_store import RecordStore

GREETING = "Hello! Ask me about the talks in your own words, and I answer with citations. For example:"
FAREWELL = "You are welcome. Ask whenever you want to know more about the talks."
_EXAMPLES = 3
_COUNTS = """
SELECT count(*) FILTER (WHERE kind = 'talk'), (SELECT count(DISTINCT name) FROM people),
       count(*) FILTER (WHERE kind = 'paper') FROM facts
"""
_PAGES = "SELECT page, count(*) FROM pages GROUP BY page ORDER BY count(*) DESC, min(rowid)"
_WORTH_NAMING = "SELECT id FROM facts WHERE kind = 'talk' AND abstract AND speakers ORDER BY position"


def introduce(facet: Facet | None, message: str, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    """Say what was asked of the collection or the program, or return a greeting.

    Args:
        facet: What was asked for; None for small talk.
        message: As typed.
        store: Holds the collection.
        answer: Grows with the text.
    """
    examples = _examples(store) if facet in (None, COLLECTION, USE) else []
    yield Sources(tuple(examples))
    if facet is not None:
        yield from _describe(facet, store, answer)
        yield from answer.say(" Some of the talks:" if examples else "")
    elif _is_thanks(message):
        yield from answer.say(FAREWELL)
        return
    else:
        yield from answer.say(GREETING)
    for source in examples:
        speakers = f", {'; '.join(source.speakers)}" if source.speakers else ""
        yield from answer.say(f"\n- {source.title}{speakers} ")
        yield from answer.cite(source, 0, len(source.text))


def _describe(facet: Facet, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    """The answer to what was asked, and what the collection holds."""
    ((talks, speakers, papers),) = store.rows(_COUNTS)
    yield from answer.say(f"{facet.says}\n\n" if facet.says else "")
    yield from answer.say(
        f"This is a collection of {_count(talks, 'recorded talk')} by {_count(speakers, 'speaker')}"
        + (f", with {_count(papers, 'paper')} on the shelf beside them" if papers else "")
        + ". It holds what their pages say of them (abstracts, speakers, chapters), not the recordings themselves."
    )
    if facet in (COLLECTION, SOURCES) and (pages := store.rows(_PAGES)):
        listed = "\n".join(f"- {page}: {count}" for page, count in pages)
        yield from answer.say(f"\n\nThey stood on these pages:\n\n{listed}")
    if facet is COLLECTION:
        yield from answer.say(
            "\n\nAsk in your own words about a subject, a speaker or a paper; every statement of an answer cites the "
            "passage it rests on."
        )


def _examples(store: RecordStore) -> list[SourcePassage]:
    """The first passages of a few talks spread over the collection, each with an abstract and a speaker."""
    ids = [record_id for (record_id,) in store.rows(_WORTH_NAMING)]
    chosen = ids[:: max(1, len(ids) // _EXAMPLES)][:_EXAMPLES]
    return [source_passage(store.record(id_), store.passages_of(id_)[0]) for id_ in chosen]


def _is_thanks(message: str) -> bool:
    """Whether a piece of small talk ends a conversation rather than starts one."""
    return any(word in message.lower() for word in ("thank", "thx", "bye", "cheers", "great", "ok", "perfect"))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
