"""Rows of the records → a list, a table, a count or groups, complete, in which every item points at its record.

Comes in: a query, what it found, the record store. Goes out: events, said and cited through `CitedText`. The lead says
what is listed and under which conditions, so that whoever was misunderstood can see it; what a condition leaves out
because nothing is known of it is said too. Labels and nouns derive from the schema.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from assistant.answer.citations import CitedText, Quote
from assistant.language import language_name
from assistant.query import MONTHS, PARTS, Condition, End, Query, Range, dates_in, is_number, numbers_in
from assistant.retrieve.evidence import source_passage
from assistant.retrieve.structured import Group, Result, kinds_of, lacking
from assistant.types import Event
from ingest import schema
from ingest.passages import Passage, Places, chapter_line, speaker_line, split_sentences
from ingest.record_store import RecordStore
from ingest.records import Chapter, Date, Record, all_speakers
from ingest.schema import Field
from ingest.text import searchable

# A list longer than this is easier to read as a table.
LONGEST_LIST = 12
# Nobody reads more in a chat, and each item costs a look at its record; the count stays exact.
MOST_SHOWN = 200
_LONGEST_OPENING_CHARS = 300
_LONGEST_LEAD_CHARS = 300
# What stands behind every title; of the others what was asked for.
_ALWAYS = (schema.ORGANISATION, schema.AUTHOR_COUNT, schema.DATE, schema.COMMENT_COUNT)
_WORDS = {
    "title": "with {} in the title", "opening": "with a title that begins with {}", "sign": "with {} in the title",
    "text": "with {} in title or text", "abstract": "with {} in the abstract", "bio": "with {} in the biography",
    "link": "linking to {}", "chapter": "with {} in a chapter's title",
}  # fmt: skip
# What has no field, or another name than its field.
_CALLED = {
    "records": "record", "chapters": "recording", "years": "year", "months": "month", "#": "record", "size": "record",
    "#chapter": "chapter", "title_length": "title",
}  # fmt: skip
# Where the words of a condition may stand; () is anywhere.
_LOOKED_IN = {"text": (), "link": (), "role": ("bio", "chapters"), "abstract": ("abstract",), "bio": ("bio",)}
# What groups are by → a group's name as it is read.
_GROUP_NAMES: Mapping[str, Callable[[str], str]] = {
    "months": lambda number: _month(int(number)),
    schema.LANGUAGE.key: language_name,
}
_SPEAKS = {"chapter": "speaking in a chapter", "head": "speaking in a whole talk"}


def tell(result: Result, store: RecordStore, answer: CitedText, strangers: Sequence[str] = ()) -> Iterator[Event]:
    """Say what was found, with its count.

    Args:
        strangers: Names in the question that stand nowhere, so that no condition can have kept to them.
    """
    query = result.query
    found = len(result.groups) if query.is_grouped else len(result.ids)
    left_out = _left_out(query, store)
    left_out += "".join(
        f" “{name}” stands nowhere in the collection and is not kept to." for name in strangers if found
    )
    lead = _lead(result, found)
    if not found:
        yield from answer.say(lead + left_out)
        return
    yield from answer.say(f"{lead}{'.' if left_out else ':'}{left_out}{_sums(result, store)}")
    yield from _tell_groups(result, store, answer) if result.groups else _tell_records(result, store, answer)


def shown_ids(result: Result) -> tuple[str, ...]:
    """The records that the answer cites."""
    groups = result.groups[:MOST_SHOWN]
    return tuple(dict.fromkeys(one for group in groups for one in group.ids) if groups else result.ids)[:MOST_SHOWN]


def _lead(result: Result, found: int) -> str:
    query = result.query
    asked = _described(query)
    if not found:
        return f"None: the collection holds no {_noun(query, 1)}{asked} (0 of 0)."
    complete = f"({min(found, MOST_SHOWN)} of {result.matched})"
    if found < result.matched:
        return f"The first **{found}** of **{result.matched} {_noun(query, result.matched)}**{asked} {complete}"
    return f"{'There is' if found == 1 else 'There are'} **{found} {_noun(query, found)}**{asked} {complete}"


def _left_out(query: Query, store: RecordStore) -> str:
    """Which conditions could not be looked at everywhere: "12 talks give no event; they are left out."."""
    said = []
    for one in query.conditions:
        field = schema.field_of(one.field)
        if field is None or field.is_core or not (untold := lacking(query, one, store)):
            continue
        kind = query.kind or (field.kinds[0] if len(field.kinds) == 1 else "record")
        plural = untold != 1
        said.append(
            f" {untold} {kind}{'s give' if plural else ' gives'} no {field.one}; "
            f"{'they are' if plural else 'it is'} left out."
        )
    return "".join(dict.fromkeys(said))


def _sums(result: Result, store: RecordStore) -> str:
    """What was asked to be counted beside the records themselves."""
    said, query = "", result.query
    if not query.is_grouped and query.kind is None and query.counted and len(kinds := kinds_of(result.ids, store)) > 1:
        said += f" Talks: {kinds['talk']}; papers: {kinds['paper']}."
    if query.listed == "chapters":
        records = (store.record(one) for one in result.ids)
        count = sum(_is_wanted(chapter, query) for record in records for chapter in record.chapters)
        said += f" **{count} {_called('#chapter', count)}** in all."
    elif query.wanted("link") and query.counted:
        wanted = [words.lower() for words in query.wanted("link")]
        links = (link.lower() for one in result.ids for link in schema.LINKS.of(store.record(one)))
        count = sum(any(words in link for words in wanted) for link in links)
        said += f" **{count} {_called(schema.LINKS.key, count)}** in all."
    return said


def _tell_records(result: Result, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    query = result.query
    records = [store.record(one) for one in shown_ids(result)]
    if len(records) > LONGEST_LIST:
        yield from _table(query, records, store, answer)
        return
    for number, record in enumerate(records, 1):
        details = _details(query, record)
        yield from answer.say(f"\n{number}. **{one_line(record.title)}**{f' — {details}' if details else ''} ")
        yield from answer.cite(*_quote(query, record, store))
        if _wants_chapters(query):
            yield from answer.say(_chapters(record, query))


def _table(query: Query, records: Sequence[Record], store: RecordStore, answer: CitedText) -> Iterator[Event]:
    told = [field for field in (*_ALWAYS[:3], *_asked(query)) if any(map(field.all_of, records))]
    columns = list(dict.fromkeys(told))
    speakers = any(record.speakers for record in records)
    heads = ["#", "Title", *(["Speakers"] if speakers else []), *(field.label for field in columns), "Source"]
    yield from answer.say(f"\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for number, record in enumerate(records, 1):
        people = ["; ".join(speaker_line(one) for one in record.speakers)] if speakers else []
        cells = [one_line(text) for text in (record.title, *people, *(field.shown(record) for field in columns))]
        yield from answer.say(f"\n| {' | '.join((str(number), *cells))} | ")
        yield from answer.cite(*_quote(query, record, store))
        yield from answer.say(" |")
    yield from answer.say("\n")


def _tell_groups(result: Result, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    query = result.query
    records = {one: store.record(one) for one in shown_ids(result)}
    quotes = {one: _quote(query, record, store) for one, record in records.items()}
    for number, group in enumerate(result.groups[:MOST_SHOWN], 1):
        name = one_line(_GROUP_NAMES.get(query.listed, str)(group.name))
        yield from answer.say(f"\n{number}. **{name}**{_affiliation(query, group, records)} — {len(group.ids)}: ")
        for place, record in enumerate(records[one] for one in group.ids if one in records):
            yield from answer.say(("; " if place else "") + f"{one_line(record.title)} ")
            yield from answer.cite(*quotes[record.id])


def _affiliation(query: Query, group: Group, records: Mapping[str, Record]) -> str:
    if query.listed != schema.SPEAKER.key:
        return ""
    people = (one for of in group.ids if of in records for one in all_speakers(records[of]))
    return next((f", {one_line(one.affiliation)}" for one in people if one.name == group.name and one.affiliation), "")


def _asked(query: Query) -> list[Field]:
    """The fields that a query asks of, beside those of people."""
    named = [query.order] if query.order != "corpus" else []
    named += [key for one in query.conditions for key in (one.field, *(one.values if one.field == "has" else ()))]
    named += [schema.LINKS.key] if any(query.on("link")) else []
    fields = (_field_of(key) for key in named)
    return [field for field in fields if field and field.person is None and not field.is_derived]


def _field_of(key: str) -> Field | None:
    """The field that a condition or an order looks at, or counts."""
    return schema.field_counted(key) if key.startswith("#") else schema.field_of(key)


def _called(key: str, number: float = 2) -> str:
    """What is listed, ordered by or counted, in the number."""
    field = _field_of(key)
    one = (field.unit or field.one) if field else _CALLED.get(key, key)
    if number == 1:
        return one
    return field.many if field and field.many and not field.unit else f"{one}s"


def _noun(query: Query, number: int) -> str:
    return _called(query.kind if query.kind and query.listed == "records" else query.listed, number)


def _details(query: Query, record: Record) -> str:
    """What stands behind a title: who speaks, the figures, and what was asked for beside it."""
    speakers = record.speakers or (() if _wants_chapters(query) else all_speakers(record))
    asked = dict.fromkeys((*_ALWAYS, *_asked(query)))
    parts = ["; ".join(speaker_line(one) for one in speakers)]
    parts += [field.said(record) for field in asked]
    if query.order.startswith("#") and (query.best or query.limit):
        field = _field_of(query.order)
        count = len(field.all_of(record)) if field else len(record.chapters)
        parts.append(f"{count} {_called(query.order, count)}")
    return one_line(", ".join(part for part in parts if part))


def _wants_chapters(query: Query) -> bool:
    has = {"chapter", "odd_time"}.intersection(query.wanted("has"))
    return query.listed == "chapters" or bool(has) or any(query.on("chapter", "#chapter"))


def _chapters(record: Record, query: Query) -> str:
    return "".join(
        f"\n   - {one_line(chapter_line(chapter))}" + (f" *({one_line(chapter.problem)})*" if chapter.problem else "")
        for chapter in record.chapters
        if _is_wanted(chapter, query)
    )


def _is_wanted(chapter: Chapter, query: Query) -> bool:
    words = [searchable(value) for value in query.wanted("chapter")]
    held = not words or any(one in searchable(chapter.title) for one in words)
    only_odd = "odd_time" in query.wanted("has") and query.listed == "chapters"
    return held and (bool(chapter.problem) or not only_odd)


def _quote(query: Query, record: Record, store: RecordStore) -> Quote:
    """What is cited for a record."""
    passage, start, end = _span(query, store.passages_of(record.id))
    return source_passage(Places(record), passage), start, end


def _span(query: Query, passages: list[Passage]) -> tuple[Passage, int, int]:
    """The words that carry what was asked for, where the record's text has such, else its beginning."""
    carrying = (
        (passage, start, end)
        for key, sections in _LOOKED_IN.items()
        for phrase in filter(None, map(searchable, query.wanted(key)))
        for passage in passages
        if (not sections or passage.section in sections) and phrase in searchable(passage.text)
        for start, end in split_sentences(passage.text)
        if phrase in searchable(passage.text[start:end])
    )
    if (found := next(carrying, None)) is not None:
        return found
    wanted = ["chapters"] if _wants_chapters(query) else ["bio"] if "bio" in query.wanted("has") else []
    passage = next((one for one in passages if one.section in wanted), passages[0])
    if passage.section == "chapters":
        return passage, 0, len(passage.text)
    # The first sentence; cutting the text first keeps long passages fast.
    spans = split_sentences(passage.text[:_LONGEST_OPENING_CHARS])
    return passage, *(spans[0] if spans else (0, len(passage.text)))


def _described(query: Query) -> str:
    """The conditions and the order, to stand behind the noun; "" when everything is listed."""
    words = " with chapters" if query.listed == "chapters" else ""
    words += "".join(f" {_condition(one)}" for one in query.conditions)
    words += f" among the {query.kind}s" if query.kind and query.is_grouped else ""
    words += "" if query.order == "corpus" else _ordered(query)
    words += f", after the first {query.skip}" if query.skip else ""
    words = one_line(words)
    words = words if len(words) <= _LONGEST_LEAD_CHARS else f"{words[:_LONGEST_LEAD_CHARS]}…"
    return f" {words}" if words and words[0] not in ",:" else words


def _condition(one: Condition) -> str:
    field, told = schema.field_of(one.field), " or ".join(_value(one.field, value) for value in one.values)
    if one.field == "has":
        return f"{'without' if one.negated else 'with'} {told}"
    if one.field == "among":
        told = f"among the {len(one.values)} told before" if len(one.values) > 1 else "of the one told before"
    elif one.field.startswith("#") or (field is not None and field.unit):
        told = f"with {told} {_called(one.field, 1 if told == '1' else 2)}"
    elif field is not None and field.type is not schema.FLAG:
        told = (field.reads or f"with the {field.one} {{}}").format(told)
    else:
        told = _WORDS.get(one.field, "{}").format(told)
    return f"not {told}" if one.negated else told


def _value(key: str, value: str) -> str:
    """One value of a condition as it reads."""
    field = schema.field_of(key)
    if key == "has":
        name = _called(value, 1)
        return PARTS.get(value) or f"a{'n' if name[0] in 'aeiou' else ''} {name}"
    if is_number(key):
        written = schema.format_seconds if field is not None and field.type is schema.SECONDS else str
        return _range(numbers_in(value), written, "at least {}", "at most {}")
    if field is not None and field.type is schema.DATES:
        return _range(dates_in(value), _day, "{} or later", "{} or before")
    if field is not None and field.type is schema.FLAG:
        return f"that are {field.one}" if value == "yes" else f"that are not {field.one}"
    if field is schema.LANGUAGE:
        return language_name(value)
    is_plain = field is not None and field.type is schema.NAME and field.reads and field is not schema.PAGE
    return value if is_plain else _SPEAKS.get(value, f"“{value}”")


def _range(found: Range[End] | None, written: Callable[[End], str], least: str, most: str) -> str:
    if found is None:
        return ""
    low, high = (None if end is None else written(end) for end in (found.low, found.high))
    if low is None:
        return most.format(high)
    if high is None:
        return least.format(low)
    return low if low == high else f"{low} to {high}"


def _day(date: Date) -> str:
    month = date.month and _month(date.month)
    return " ".join(str(part) for part in (month, date.day, date.year) if part)


def _month(number: int) -> str:
    """Read 6 → "June"."""
    return MONTHS[number - 1].capitalize()


def _ordered(query: Query) -> str:
    """What comes first, or is the only one that is told."""
    field, last = schema.field_of(query.order), query.descending
    if query.order == "title" or (field is not None and field.type is schema.NAME):
        by = f"by {_called(query.order, 1)}"
        return f" {'last' if last else 'first'} {by}" if query.best else f", {by}{', descending' if last else ''}"
    if field is not None and field.type is schema.DATES:
        first = f"{'latest' if last else 'earliest'} {field.one}"
    elif query.order == "title_length" or (field is not None and field.type is schema.SECONDS):
        first = f"{'longest' if last else 'shortest'} {_called(query.order, 1)}"
    else:
        first = f"{'most' if last else 'fewest'} {_called(query.order)}"
    return f" with the {first}" if query.best else f", {first} first"


def one_line(text: str) -> str:
    """Text of a source inside our Markdown: brackets and bars of its own must not be taken for markers and cells."""
    return re.sub(r"([\\\[\]|*`<>])", r"\\\1", " ".join(text.split()))
