"""Rows of the records → a list, a table, a count or groups, complete, in which every item points at its record.

Comes in: a query, what it found, the record store. Goes out: events, said and cited through `CitedText`. The lead says
what is listed and under which conditions, so that whoever was misunderstood can see it; what a condition leaves out
because nothing is known of it is said too. Labels and nouns derive from the schema.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from assistant.answer.citations import CitedText
from assistant.query import MONTHS, PARTS, Condition, Query, Range, dates_in, numbers_in
from assistant.retrieve.evidence import source_passage
from assistant.retrieve.structured import Group, Result, kinds_of, lacking, total
from assistant.types import Event, SourcePassage
from ingest import schema
from ingest.passages import Passage, chapter_line, speaker_line, split_sentences
from ingest.record_store import RecordStore
from ingest.records import Chapter, Date, Record, all_speakers, record_pages
from ingest.schema import (
    AUTHOR_COUNT,
    COMMENT_COUNT,
    DATE,
    DATES,
    FLAG,
    LINKS,
    NAME,
    ORGANISATION,
    PAGE,
    SECONDS,
    SPEAKER,
    Field,
    format_seconds,
)
from ingest.text import searchable

# A list longer than this is easier to read as a table.
LONGEST_LIST = 12
# Nobody reads more in a chat, and each item costs a look at its record; the count stays exact.
MOST_SHOWN = 200
_LONGEST_OPENING_CHARS = 300
_LONGEST_LEAD_CHARS = 300
# What stands behind every title; of the others what was asked for.
_ALWAYS = (ORGANISATION, AUTHOR_COUNT, DATE, COMMENT_COUNT)
_WORDS = {
    "title": "with {} in the title", "opening": "with a title that begins with {}", "sign": "with {} in the title",
    "text": "with {} in title or text", "abstract": "with {} in the abstract", "bio": "with {} in the biography",
    "link": "linking to {}", "chapter": "with {} in a chapter's title",
}  # fmt: skip
_SPEAKS = {"chapter": "speaking in a chapter", "head": "speaking in a whole talk"}


@dataclass(frozen=True, slots=True)
class Cited:
    """A record with the passage that is cited for it and the span that is quoted."""

    record: Record
    source: SourcePassage
    start: int
    end: int


def tell(query: Query, result: Result, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    """Say what was found, with its count."""
    found = len(result.groups) if query.is_grouped else len(result.ids)
    left_out = _left_out(query, store)
    lead = _lead(query, result, found)
    yield from answer.say(f"{lead}{'.' if left_out else ':'}{left_out}" if found else f"{lead}{left_out}")
    if not found:
        return
    yield from answer.say(_sums(query, result, store))
    if result.groups:
        yield from _tell_groups(query, result, store, answer)
    else:
        yield from _tell_records(query, result, store, answer)


def shown_ids(query: Query, result: Result) -> tuple[str, ...]:
    """The records that the answer cites."""
    if query.is_grouped:
        return tuple(dict.fromkeys(one for group in result.groups[:MOST_SHOWN] for one in group.ids))[:MOST_SHOWN]
    return result.ids[:MOST_SHOWN]


def _lead(query: Query, result: Result, found: int) -> str:
    asked = describe(query)
    if not found:
        return f"None: the collection holds no {noun(query, 1)}{asked} (0 of 0)."
    complete = f"({min(found, MOST_SHOWN)} of {result.matched})"
    if query.best and query.order != "corpus":
        return f"**{found} {noun(query, found)}**{asked} {complete}"
    if found < result.matched:
        return f"The first **{found}** of **{result.matched} {noun(query, result.matched)}**{asked} {complete}"
    return f"{'There is' if found == 1 else 'There are'} **{found} {noun(query, found)}**{asked} {complete}"


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


def _sums(query: Query, result: Result, store: RecordStore) -> str:
    """What was asked to be counted or added up beside the records themselves."""
    said = ""
    if not query.is_grouped and query.kind is None and query.counted and len(kinds := kinds_of(result.ids, store)) > 1:
        said += f" Talks: {kinds['talk']}; papers: {kinds['paper']}."
    if query.summed:
        sum_, known = total(query.summed, result.ids, store)
        field = _field_of(query.summed)
        seconds = field is not None and field.type is SECONDS
        shown, mean = (format_seconds(one) if seconds else f"{one:g}" for one in (sum_, round(sum_ / (known or 1), 1)))
        name = (f"{field.unit}s" if field.unit else field.many or field.one) if field else "chapters"
        average = f", {mean} on average" if known else ""
        said += f" **{shown} {name}** in all{average}, over the {known} of them that give it."
    if query.listed == "chapters":
        records = (store.record(one) for one in result.ids)
        count = sum(_is_wanted(chapter, query) for record in records for chapter in record.chapters)
        said += f" **{count} {'chapter' if count == 1 else 'chapters'}** in all."
    elif query.wanted("link") and query.counted:
        wanted = [words.lower() for words in query.wanted("link")]
        links = (link.lower() for one in result.ids for link in LINKS.of(store.record(one)))
        count = sum(any(words in link for words in wanted) for link in links)
        said += f" **{count} {'link' if count == 1 else 'links'}** in all."
    return said


def _tell_records(query: Query, result: Result, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    items = cited(query, result.ids[:MOST_SHOWN], store)
    if len(items) > LONGEST_LIST:
        yield from _table(query, items, answer)
        return
    for number, item in enumerate(items, 1):
        details = _details(query, item.record)
        yield from answer.say(f"\n{number}. **{one_line(item.record.title)}**{f' — {details}' if details else ''} ")
        yield from answer.cite(item.source, item.start, item.end)
        if _wants_chapters(query):
            yield from answer.say(_chapters(item.record, query))


def _table(query: Query, items: Sequence[Cited], answer: CitedText) -> Iterator[Event]:
    told = [field for field in (*_ALWAYS[:3], *_asked(query)) if any(field.all_of(item.record) for item in items)]
    columns = list(dict.fromkeys(told))
    speakers = any(item.record.speakers for item in items)
    heads = ["#", "Title", *(["Speakers"] if speakers else []), *(field.label for field in columns), "Source"]
    yield from answer.say(f"\n\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for number, item in enumerate(items, 1):
        record = item.record
        people = ["; ".join(speaker_line(one) for one in record.speakers)] if speakers else []
        cells = [one_line(text) for text in (record.title, *people, *(field.shown(record) for field in columns))]
        yield from answer.say(f"\n| {' | '.join((str(number), *cells))} | ")
        yield from answer.cite(item.source, item.start, item.end)
        yield from answer.say(" |")
    yield from answer.say("\n")


def _tell_groups(query: Query, result: Result, store: RecordStore, answer: CitedText) -> Iterator[Event]:
    items = {item.record.id: item for item in cited(query, shown_ids(query, result), store)}
    for number, group in enumerate(result.groups[:MOST_SHOWN], 1):
        name = month_name(group.name) if query.listed == "months" else one_line(group.name)
        yield from answer.say(f"\n{number}. **{name}**{_affiliation(query, group, items)} — {len(group.ids)}: ")
        for place, record_id in enumerate(one for one in group.ids if one in items):
            item = items[record_id]
            yield from answer.say(("; " if place else "") + f"{one_line(item.record.title)} ")
            yield from answer.cite(item.source, item.start, item.end)


def _affiliation(query: Query, group: Group, items: dict[str, Cited]) -> str:
    if query.listed != SPEAKER.key:
        return ""
    people = (one for of in group.ids if of in items for one in all_speakers(items[of].record))
    return next((f", {one_line(one.affiliation)}" for one in people if one.name == group.name and one.affiliation), "")


def _asked(query: Query) -> list[Field]:
    """The fields that a query asks of, beside those of people."""
    named = [query.order] if query.order != "corpus" else []
    named += [key for one in query.conditions for key in (one.field, *(one.values if one.field == "has" else ()))]
    named += [LINKS.key] if any(query.on("link")) else []
    fields = (_field_of(key) for key in named)
    return [field for field in fields if field and field.person is None and not field.is_derived]


def _field_of(key: str) -> Field | None:
    """The field that a condition or an order looks at, or counts."""
    return schema.field_counted(key) if key.startswith("#") else schema.field_of(key)


def _details(query: Query, record: Record) -> str:
    """What stands behind a title: who speaks, the figures, and what was asked for beside it."""
    speakers = record.speakers or (() if _wants_chapters(query) else all_speakers(record))
    asked = dict.fromkeys((*_ALWAYS, *_asked(query)))
    parts = ["; ".join(speaker_line(one) for one in speakers)]
    parts += [field.said(record) for field in asked if field is not PAGE]
    if PAGE in asked:
        parts.append("on " + "; ".join(record_pages(record)))
    if query.order.startswith("#") and (query.best or query.limit) and (counted := _count(query.order, record)):
        parts.append(counted)
    return one_line(", ".join(part for part in parts if part))


def _count(key: str, record: Record) -> str:
    field = _field_of(key)
    number = len(field.all_of(record)) if field else len(record.chapters)
    one, many = (field.one, field.many) if field else ("chapter", "chapters")
    return f"{number} {one if number == 1 else many or one}"


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


def cited(query: Query, ids: Iterable[str], store: RecordStore) -> list[Cited]:
    """The records with their citations, in the order of the ids."""
    found: list[Cited] = []
    for record_id in ids:
        record = store.record(record_id)
        passage, start, end = _span(query, store.passages_of(record_id))
        found.append(Cited(record, source_passage(record, passage), start, end))
    return found


def _span(query: Query, passages: list[Passage]) -> tuple[Passage, int, int]:
    """The words that carry what was asked for, where the record's text has such, else its beginning."""
    bios = [one for one in passages if one.section in ("bio", "chapters")]
    looked_in = [("text", passages), ("link", passages), ("role", bios)]
    looked_in += [(part, [one for one in passages if one.section == part]) for part in ("abstract", "bio")]
    for key, within in looked_in:
        for phrase in query.wanted(key):
            if found := _sentence_with(within, searchable(phrase)):
                return found
    wanted = ["chapters"] if _wants_chapters(query) else ["bio"] if "bio" in query.wanted("has") else []
    passage = next((one for one in passages if one.section in wanted), passages[0])
    return (passage, 0, len(passage.text)) if passage.section == "chapters" else (passage, *_opening(passage))


def _sentence_with(passages: list[Passage], phrase: str) -> tuple[Passage, int, int] | None:
    for passage in passages:
        if phrase and phrase in searchable(passage.text):
            for start, end in split_sentences(passage.text):
                if phrase in searchable(passage.text[start:end]):
                    return passage, start, end
    return None


def _opening(passage: Passage) -> tuple[int, int]:
    """The first sentence; cutting the text first keeps long passages fast."""
    spans = split_sentences(passage.text[:_LONGEST_OPENING_CHARS])
    return spans[0] if spans else (0, len(passage.text))


def noun(query: Query, number: int) -> str:
    """What is listed, in the number."""
    field = schema.field_of(query.listed)
    if field is not None:
        return field.one if number == 1 else field.many or field.one
    if query.listed == "chapters":
        return "recording with chapters" if number == 1 else "recordings with chapters"
    word = {"years": "year", "months": "month"}.get(query.listed, query.kind or "record")
    return word if number == 1 else f"{word}s"


def describe(query: Query) -> str:
    """The conditions and the order, to stand behind the noun; "" when everything is listed."""
    words = "".join(f" {_condition(one)}" for one in query.conditions)
    if query.kind and query.is_grouped:
        words += f" among the {query.kind}s"
    if query.best and query.order != "corpus":
        words += f" {_extreme(query)}" + (f", as the next after {query.skip} more extreme" if query.skip else "")
    else:
        words += "" if query.order == "corpus" else f", {_order(query)}"
        words += f", from number {query.skip + 1} on" if query.skip else ""
    words = one_line(words)
    words = words if len(words) <= _LONGEST_LEAD_CHARS else f"{words[:_LONGEST_LEAD_CHARS]}…"
    return f" {words}" if words and words[0] not in ",:" else words


def _condition(one: Condition) -> str:
    if one.field == "among":
        return f"among the {len(one.values)} told before" if len(one.values) > 1 else "of the one told before"
    if one.field == "has":
        told = " or ".join(_has(value) for value in one.values)
        return f"{'without' if one.negated else 'with'} {told}"
    if one.field == "speaks":
        reads = " or ".join(_SPEAKS[value] for value in one.values)
    elif one.field.startswith("#"):
        field = _field_of(one.field)
        counted = (field.many or field.one) if field else "chapters" if one.field == "#chapter" else "records"
        spans = " or ".join(_range(numbers_in(value)) for value in one.values)
        reads = f"with {spans} {counted.removesuffix('s') if one.values == ('1',) else counted}"
    elif (field := schema.field_of(one.field)) is None or one.field in _WORDS:
        reads = _WORDS[one.field].format(" or ".join(f"“{value}”" for value in one.values))
    else:
        reads = _field_reads(field, one.values)
    return f"not {reads}" if one.negated else reads


def _has(key: str) -> str:
    field = schema.field_of(key)
    return PARTS[key] if field is None else f"a{'n' if field.one[0] in 'aeiou' else ''} {field.one}"


def _field_reads(field: Field, values: Sequence[str]) -> str:
    if field.type is FLAG:
        return f"that are {'not ' if values[0] in ('no', 'false') else ''}{field.one}"
    if field.type is DATES:
        told = [_dates(dates_in(value)) for value in values]
    elif field.type is NAME:
        told = [f"“{value}”" if field is PAGE or not field.reads else value for value in values]
    elif spans := [span for value in values if (span := numbers_in(value))]:
        told = [_range(span, format_seconds if field.type is SECONDS else str) for span in spans]
        if field.unit:
            return f"with {' or '.join(told)} {field.unit}{'' if told == ['1'] else 's'}"
    else:
        told = [f"“{value}”" for value in values]
    return (field.reads or f"with the {field.one} {{}}").format(" or ".join(told))


def _range(span: Range[int] | None, written: Callable[[int], str] = str) -> str:
    """Read "at least 5"."""
    ends = (None, None) if span is None else (span.low, span.high)
    low, high = (None if end is None else written(end) for end in ends)
    if low is None:
        return "" if high is None else f"at most {high}"
    if high is None:
        return f"at least {low}"
    return low if low == high else f"{low} to {high}"


def _dates(dates: Range[Date] | None) -> str:
    if dates is None:
        return ""
    low, high = (None if day is None else _day(day) for day in (dates.low, dates.high))
    if low is None:
        return f"{high} or before"
    return f"{low} or later" if high is None else low if low == high else f"{low} to {high}"


def _day(day: Date) -> str:
    month = month_name(str(day.month)) if day.month else None
    return " ".join(str(part) for part in (month, day.day, day.year) if part)


def month_name(number: str) -> str:
    """Read "6" → "June"."""
    return MONTHS[int(number) - 1].capitalize()


def _ordered_by(query: Query) -> str:
    key = query.order
    field = _field_of(key)
    if key.startswith("#"):
        return f"number of {(field.many or field.one) if field else 'chapters'}"
    return field.one if field else {"title_length": "length of title", "size": "number of records"}.get(key, key)


def _order(query: Query) -> str:
    if query.order == DATE.key:
        return "newest first" if query.descending else "oldest first"
    return f"by {_ordered_by(query)}{', descending' if query.descending else ''}"


def _extreme(query: Query) -> str:
    if query.order == DATE.key:
        return "with the latest date" if query.descending else "with the earliest date"
    field = schema.field_of(query.order)
    if query.order in ("title", SPEAKER.key) or (field and field.type is NAME):
        return f"{'last' if query.descending else 'first'} by {_ordered_by(query)}"
    if query.order == "title_length" or (field and field.type is SECONDS):
        what = "title" if field is None else field.one
        return f"with the {'longest' if query.descending else 'shortest'} {what}"
    counted = f"{field.unit}s" if field and field.unit else _ordered_by(query).removeprefix("number of ")
    return f"with the {'most' if query.descending else 'fewest'} {counted}"


def one_line(text: str) -> str:
    """Text of a source inside our Markdown: brackets and bars of its own must not be taken for markers and cells."""
    return re.sub(r"([\\\[\]|*`<>])", r"\\\1", " ".join(text.split()))
