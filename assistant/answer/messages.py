"""Every sentence that the program says itself in an answer; never checked as a source's.

Comes in: what it is about. Goes out: text, or events of the answer that grows. The pages' own words are in
`outlets/page`; what a typed query found is told by `tabulate`.
"""

from collections.abc import Iterator, Sequence

from assistant.answer.citations import CitedText, Quote
from assistant.answer.markers import defuse_references
from assistant.types import Event, SourcePassage

LEAD = "Here is what the {source.kind} “{source.title}”{by} says, in its own words:"
LEAD_UNSURE = (
    "I am not sure that the collection tells this. Closest comes the {source.kind} “{source.title}”{by}, in its own "
    "words:"
)
LEAD_SEVERAL = "These come closest, each in its own words; the list may not be complete:"
EACH = "**{source.title}**{by}"
ALSO = "Also, from the {source.kind} “{source.title}”{by}:"
IN_PLAIN_WORDS = "In plain words (ours, not the source's): {gist}"
NOT_HELD = "I couldn't find this in the collection."
NOT_KNOWN = "I couldn't find this in the collection; “{name}” stands nowhere in it."
NOT_TOLD = "What the collection holds of “{title}” does not seem to tell this."
OUT_OF_SCHEMA = "Nothing here gives a {field}, so this cannot be told."
OTHER_LANGUAGE = (
    "The collection is in {language}; ask in that language, or connect a language model, which can answer in yours."
)
CLOSEST = "The closest are: {titles}."
SIDE_BY_SIDE = "Side by side:"
BEGIN_WITH = "I would begin with these, the closest first:"
THEMES = "Most of it falls into {count} themes:"


def quotes(answer: CitedText, found: Sequence[Quote], *, lead: str) -> Iterator[Event]:
    """Answer, or go on, in the sources' own words: the quotes of one record together, each cited.

    Args:
        answer: Grows.
        found: In order.
        lead: What is said before the first; "" says nothing before any.
    """
    shown_id = ""
    for source, start, end in found:
        if source.id != shown_id and lead:
            template = ALSO if shown_id else lead
            yield from answer.paragraph(template.format(source=source, by=by(source)))
        shown_id = source.id
        words = defuse_references(" ".join(source.text[start:end].split()))
        yield from answer.paragraph(f"> {words} ")
        yield from answer.cite(source, start, end)


def correction(answer: CitedText, name: str, own: SourcePassage, meant: SourcePassage) -> Iterator[Event]:
    """Say whose talk it is, and what the named person does speak about."""
    yield from answer.say(f"{name}'s talk here is “{own.title}” ")
    yield from answer.cite(own, 0, len(own.text))
    yield from answer.say(f". What you ask about is in “{meant.title}”{by(meant)} ")
    yield from answer.cite(meant, 0, len(meant.text))
    yield from answer.say(".")


def not_held(why: str, near: Sequence[SourcePassage]) -> str:
    """Why a question is not answered, with what is nearest."""
    titles = "; ".join(f"“{source.title}”{by(source)}" for source in near)
    return f"{why} {CLOSEST.format(titles=titles)}" if titles else why


def by(source: SourcePassage) -> str:
    """Who speaks, from where, when and how long; "" where that is not recorded."""
    people = f" by {'; '.join(source.speakers)}" if source.speakers else ""
    return f"{people} ({source.date_and_length})" if source.date_and_length else people
