"""A query's result → a complete answer in which every item points at its record.

Comes in: the query, its result, the record store. Goes out: events, said and cited through `CitedText`.
"""

from collections.abc import Callable, Iterator, Sequence

from assistant.answer.citations import CitedText
from assistant.catalogue.describe import describe, month_name, noun, one_line
from assistant.catalogue.evaluate import Group, Result
from assistant.catalogue.query import Query
from assistant.catalogue.quoting import Cited, cited
from assistant.types import Event
from ingest.passages import chapter_line, speaker_line
from ingest.record_store import RecordStore
from ingest.records import Chapter, Record, Talk, record_pages, speaker_names
from ingest.text import searchable

# What is told of a record that has most, or least, of it.
_COUNTED: dict[str, Callable[[Record], int]] = {
    "links": lambda record: len(record.links),
    "chapters": lambda record: len(record.chapters) if record.kind == "talk" else 0,
    "pages": lambda record: len(record_pages(record)),
    "speakers": lambda record: len(speaker_names(record)),
}
# What can be added up; None where a record does not give it.
_NUMBERS: dict[str, Callable[[Record], int | None]] = {
    **_COUNTED,
    "authors": lambda record: record.author_count if record.kind == "paper" else None,
    "comments": lambda record: record.comment_count if record.kind == "paper" else None,
}
# A list longer than this is easier to read as a table.
LONGEST_LIST = 12
# Nobody reads more in a chat, and each item costs a look at its record; the count stays exact.
MOST_SHOWN = 200


def tell(query: Query, result: Result, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    """Say what was found, with its count."""
    yield from answer.say(_opening(query, result))
    if query.listed == "records" and query.kind is None and query.counted and result.ids:
        yield from answer.say(_of_each_kind([store.record(one) for one in result.ids[:MOST_SHOWN]], result))
    if query.summed and result.ids:
        yield from answer.say(_sum(query.summed, [store.record(one) for one in result.ids]))
    if query.listed == "chapters" and result.ids:
        count = sum(_chapter_count(store.record(one), query) for one in result.ids)
        yield from answer.say(f" **{count} {'chapter' if count == 1 else 'chapters'}** in all.")
    elif query.wanted("link") and query.counted:
        count = sum(_is_wanted_link(link, query) for one in result.ids for link in store.record(one).links)
        yield from answer.say(f" **{count} {'link' if count == 1 else 'links'}** in all.")
    if result.groups:
        yield from _tell_groups(query, result, store, answer)
    elif result.ids:
        yield from _tell_records(query, result, store, answer)


def _sum(counted: str, records: Sequence[Record]) -> str:
    """What is added up, and over how many it is known."""
    count = _NUMBERS[counted]
    known = [number for number in map(count, records) if number is not None]
    mean = f", {sum(known) / len(known):.1f} on average" if known else ""
    return f" **{sum(known)} {counted}** in all{mean}, over the {len(known)} of them that give a number."


def _of_each_kind(records: Sequence[Record], result: Result) -> str:
    talks = sum(record.kind == "talk" for record in records)
    if len(records) < len(result.ids) or talks in (0, len(records)):
        return ""
    papers = len(records) - talks
    return f" Talks: {talks}; papers: {papers}."


def _chapter_count(record: Record, query: Query) -> int:
    chapters = record.chapters if record.kind == "talk" else ()
    return sum(1 for chapter in chapters if _wanted(chapter, query))


def _wanted(chapter: Chapter, query: Query) -> bool:
    words = [searchable(value) for value in query.wanted("chapter")]
    held = not words or any(one in searchable(chapter.title) for one in words)
    return held and (bool(chapter.problem) or not (_only_odd(query) and query.listed == "chapters"))


def _is_wanted_link(link: str, query: Query) -> bool:
    return any(words.lower() in link.lower() for words in query.wanted("link"))


def _only_odd(query: Query) -> bool:
    return "odd_time" in query.wanted("has")


def shown_ids(query: Query, result: Result) -> tuple[str, ...]:
    """The records that the answer cites."""
    if query.listed in ("people", "affiliations", "organisations", "pages", "years", "months"):
        return tuple(dict.fromkeys(one for group in result.groups[:MOST_SHOWN] for one in group.ids))[:MOST_SHOWN]
    return result.ids[:MOST_SHOWN]


def _opening(query: Query, result: Result) -> str:
    found = len(result.groups) if query.listed in GROUPED else len(result.ids)
    asked = describe(query)
    if not found:
        return f"None: the collection holds no {noun(query, 1)}{asked} (0 of 0)."
    shown = min(found, MOST_SHOWN)
    complete = f"{shown} of {result.matched}"
    if query.best and query.order != "corpus":
        return f"**{found} {noun(query, found)}**{asked} ({complete}):"
    lead = "There is" if found == 1 else "There are"
    if found < result.matched:
        return f"The first **{found}** of **{result.matched} {noun(query, result.matched)}**{asked} ({complete}):"
    return f"{lead} **{found} {noun(query, found)}**{asked} ({complete}):"


GROUPED = ("people", "affiliations", "organisations", "pages", "years", "months")


def _tell_records(query: Query, result: Result, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    items = cited(query, result.ids[:MOST_SHOWN], store)
    if len(items) > LONGEST_LIST:
        yield from _table(query, items, answer)
        return
    for number, item in enumerate(items, 1):
        details = _details(query, item.record)
        yield from answer.say(f"\n{number}. **{one_line(item.record.title)}**{f' — {details}' if details else ''} ")
        yield from answer.cite(item.source, item.start, item.end)
        if item.record.kind == "talk" and _wants_chapters(query):
            yield from answer.say(_chapters(item.record, query))


def _table(query: Query, items: Sequence[Cited], answer: CitedText) -> Iterator[Event]:
    talks = any(item.record.kind == "talk" for item in items)
    papers = any(item.record.kind == "paper" for item in items)
    columns = ["#", "Title", *(["Speakers"] if talks else []), *(["Date", "Authors"] if papers else []), "Source"]
    yield from answer.say(f"\n\n| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for number, item in enumerate(items, 1):
        record = item.record
        speakers = "; ".join(speaker_line(one) for one in record.speakers) if record.kind == "talk" else ""
        cells = [str(number), one_line(record.title)]
        cells += [one_line(speakers)] if talks else []
        cells += [one_line(record.date.text if record.date else ""), _authors(record)] if papers else []
        yield from answer.say(f"\n| {' | '.join(cells)} | ")
        yield from answer.cite(item.source, item.start, item.end)
        yield from answer.say(" |")
    yield from answer.say("\n")


def _tell_groups(query: Query, result: Result, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    items = {item.record.id: item for item in cited(query, shown_ids(query, result), store)}
    for number, group in enumerate(result.groups[:MOST_SHOWN], 1):
        name = month_name(group.name) if query.listed == "months" else group.name
        if query.listed in ("years", "months"):
            lead = f"**{name}: {len(group.ids)}** — "
        else:
            lead = f"**{one_line(name)}**{_affiliation(query, group, items)} — {len(group.ids)}: "
        yield from answer.say(f"\n{number}. {lead}")
        for place, record_id in enumerate(one for one in group.ids if one in items):
            item = items[record_id]
            yield from answer.say(("; " if place else "") + f"{one_line(item.record.title)} ")
            yield from answer.cite(item.source, item.start, item.end)


def _affiliation(query: Query, group: Group, items: dict[str, Cited]) -> str:
    if query.listed != "people":
        return ""
    for record in (items[one].record for one in group.ids if one in items):
        if record.kind == "talk":
            speakers = [*record.speakers, *(one for chapter in record.chapters for one in chapter.speakers)]
            for speaker in speakers:
                if speaker.name == group.name and speaker.affiliation:
                    return f", {one_line(speaker.affiliation)}"
    return ""


def _details(query: Query, record: Record) -> str:
    """What stands behind a title: who speaks, or date and authors; and what was asked for beside it."""
    parts: list[str] = []
    if record.kind == "talk":
        parts += ["; ".join(speaker_line(speaker) for speaker in record.speakers)]
        if not record.speakers:
            people = [one for chapter in record.chapters for one in chapter.speakers]
            parts += ["; ".join(speaker_line(speaker) for speaker in people)] if not _wants_chapters(query) else []
        parts += [record.date.text] if record.date else []
    else:
        parts += [record.date.text if record.date else "no date", _authors(record, "author")]
        if record.comment_count is not None:
            parts.append(f"{record.comment_count} comment{'s' if record.comment_count != 1 else ''}")
    if "code" in query.wanted("has"):
        parts += [address for address in record.links if "git" in address or "bitbucket" in address]
    elif "link" in query.wanted("has") or query.wanted("link"):
        parts += list(record.links)
    if query.order in _COUNTED and (query.best or query.limit):
        number = _COUNTED[query.order](record)
        parts.append(f"{number} {query.order[:-1] if number == 1 else query.order}")
    if query.order == "pages" or query.wanted("pages"):
        parts.append("on " + "; ".join(record_pages(record)))
    return one_line(", ".join(part for part in parts if part))


def _authors(record: Record, word: str = "") -> str:
    if record.kind == "talk":
        return ""
    if record.author_count is None:
        return record.organisation or ""
    return (
        f"{record.author_count} {word}{'s' if record.author_count != 1 else ''}" if word else str(record.author_count)
    )


def _wants_chapters(query: Query) -> bool:
    has = {"chapters", "odd_time"}.intersection(query.wanted("has"))
    return query.listed == "chapters" or bool(has) or any(query.on("chapter")) or any(query.on("chapters"))


def _chapters(talk: Talk, query: Query) -> str:
    lines = [
        f"\n   - {one_line(chapter_line(chapter))}" + (f" *({one_line(chapter.problem)})*" if chapter.problem else "")
        for chapter in talk.chapters
        if _wanted(chapter, query)
    ]
    return "".join(lines)
