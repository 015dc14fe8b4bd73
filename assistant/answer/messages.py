"""What the program says by itself in a turn: quotes, a correction, a refusal.

Comes in: the answer that grows, and what it is about. Goes out: events. What a model writes is in `answer`, lists and
counts in `catalogue`, the collection as a whole in `about`.
"""

from collections.abc import Iterator, Sequence

from assistant.answer.citations import CitedText
from assistant.answer.extract import Quote
from assistant.answer.markers import defuse_references
from assistant.refusal import Refusal
from assistant.types import Event, SourcePassage

BY_RELEVANCE = "By relevance; the list may not be complete."
QUOTES_INTRO = "In the sources' own words; these are quotes, no model wrote them:"
REFUSAL = "The collection does not seem to hold an answer to this."


def quote(
    answer: CitedText, quotes: Sequence[tuple[Quote, SourcePassage]], *, intro: str = QUOTES_INTRO
) -> Iterator[Event]:
    """Answer, or go on, in the sources' own words: each quote with its passage, those of one talk together."""
    yield from answer.say(f"\n\n{intro}" if answer.text else intro)
    shown_id = ""
    for one, source in quotes:
        if source.id != shown_id:
            shown_id = source.id
            yield from answer.say(f"\n\n{_heading(source)}")
        words = defuse_references(" ".join(one.text.split()))
        yield from answer.say(f"\n\n> {words} ")
        yield from answer.cite(source, one.start, one.end)


def correct(answer: CitedText, name: str, own: SourcePassage, meant: SourcePassage) -> Iterator[Event]:
    """Say whose talk it is, and what the named person does speak about."""
    yield from answer.say(f"{name}'s talk here is “{own.title}” ")
    yield from answer.cite(own, 0, len(own.text))
    yield from answer.say(f". What you ask about is in “{meant.title}”{_by(meant)} ")
    yield from answer.cite(meant, 0, len(meant.text))
    yield from answer.say(".")


def refuse(answer: CitedText, near: Sequence[SourcePassage], why: Refusal) -> Iterator[Event]:
    """Say that the collection does not hold it, which name stands nowhere in it, and what is near.

    Of a talk or paper that does not tell it, or that the question names, cite what was read, so that anybody can see
    for themselves.
    """
    if why.is_untold:
        yield from answer.say(f"What the collection holds of “{near[0].title}” ")
        yield from answer.cite(near[0], 0, len(near[0].text))
        yield from answer.say(" does not seem to tell this. If it should, ask in other words.")
        return
    missing = f" “{' '.join(why.unknown)}” stands nowhere in it." if why.unknown else ""
    if why.named:
        yield from answer.say(f"{REFUSAL}{missing} What it holds is")
        for number, source in enumerate(near):
            yield from answer.say(f"{';' if number else ''} “{source.title}”{_by(source)} ")
            yield from answer.cite(source, 0, len(source.text))
        yield from answer.say(".")
        return
    titles = "; ".join(f"“{source.title}”" for source in near)
    yield from answer.say(REFUSAL + missing + (f" The nearest it holds: {titles}." if near else ""))


def _by(source: SourcePassage) -> str:
    """Who speaks, and from where."""
    return f", by {'; '.join(source.speakers)}" if source.speakers else ""


def _heading(source: SourcePassage) -> str:
    """The talk or paper that the quotes below it are from."""
    by = "; ".join(source.speakers) if source.kind == "talk" else "paper"
    return f"**{source.title}**" + (f" ({by})" if by else "")
