"""Entity linking: what of the collection a question names, in one pass over its words.

Comes in: a question; the schema's fields, the names and titles that the collection holds. Goes out: mentions in order:
people, titles, values of any field, words that name a field or a kind, dates, numbers, quotations; and names that link
to nothing. A span may have two readings ("Sep 8", a date and a page). Small slips are forgiven, once. What is asked for
with all that is left to the parser.

Source: the shape of short names after Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions
in biomedical text", PSB 2003.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import accumulate, takewhile

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.language import language_named
from assistant.query import MONTHS
from assistant.types import Mention
from assistant.understand.dates import date_in, measured_at
from ingest import schema
from ingest.lexical import KeywordIndex
from ingest.record_store import RecordStore
from ingest.text import folded, plain_words, singular
from ingest.titles import LEAST_RUN_WORDS, form_key, run_key, title_forms

_TOKEN = re.compile(
    r"""
    "(?P<straight>[^"\n]*)" | “(?P<curly>[^”\n]*)” | „(?P<low>[^“”\n]*)[“”] | «(?P<angle>[^»\n]*)»
    | (?<!\w)['‘](?P<single>[^'‘’\n]+)['’](?!\w)
    | (?P<word>
        (?:[A-Za-z]\.){2,} | (?<![\w'’])['’]\d\d\b | \d{4}-\d\d(?:-\d\d)?\b | \# | n['’]t\b | [^\W\d_]+?(?=n['’]t\b)
        | \d+(?:st|nd|rd|th|s)\b | [^\W_]+ | [<>]=? | =< | [≤≥=&+]
    )
    | (?P<mark>[,/.?!;:…]|[-=]+>|→|(?<=\d)[ ]?[-–][ ]?(?=\d))
    """,
    re.VERBOSE,
)
_JOINED = re.compile(r"\s+(?:and|&)\s+|\s*[;/]\s*|:\s+")
_ENDS = frozenset(".?!;:…")
_LONGEST_QUESTION_CHARS = 4000
_LONGEST_NAME_WORDS = 8
_LONGEST_FIELD_WORDS = 4
_LONGEST_TITLE_WORDS = 30
# A slip in a shorter word makes another word.
_SHORTEST_MISSPELT_CHARS = 4
_TWO_SLIPS_CHARS = 8
# A word of so many values of a field tells none of them apart: "University", "PyCon".
_COMMON_SHARE, _COMMON_VALUES = 0.1, 3
# More are a topic, not a name.
_MOST_VALUES = 200
# Of more, nobody asks what each is about.
_FEW = 10
_SMALL = frozenset("the of at from by in and or for with is are on a an to & - that which who not no".split())


# What can be asked for beside the fields of the schema, and the kinds of record.
_PARTS = {
    "title": "title, heading, headline",
    "abstract": "abstract, summary, description, synopsis",
    "bio": "bio, biography, cv, biographical note",
    "chapter": "chapter, timestamp, time mark",
    "code": "code, source code, repository, repo, github",
    "year": "year",
    "month": "month",
    "kind:talk": "talk, recording, lecture, session, presentation",
    "kind:paper": "paper, article, preprint, publication",
    "kind:records": "record, entry, item",
}
# Fields whose values a question may name; a role is asked for by some of its words.
LINKED = tuple(
    one.key
    for one in schema.FIELDS
    if one.type is schema.NAME and not one.is_keyed and not one.is_derived and one is not schema.ROLE
)


@dataclass(frozen=True, slots=True)
class Linked:
    """A question and what it names.

    Attributes:
        corrected: The question with slips in names and in words for fields mended.
        mentions: In order; two on one span are two readings of it, the likelier first.
        strangers: Names that link to nothing: "Andrew Ng", "Oxford".
    """

    corrected: str
    mentions: tuple[Mention, ...]
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Word:
    """A word, a quoted part, or a mark.

    Attributes:
        text: As typed; of a quoted part, what stands inside.
        key: Folded; "" for a quoted part.
    """

    text: str
    key: str
    start: int
    end: int
    is_quoted: bool = False

    @property
    def is_mark(self) -> bool:
        """Whether it keeps apart what stands around it."""
        return not self.is_quoted and not any(letter.isalnum() for letter in self.key)

    @property
    def is_capital(self) -> bool:
        """Whether it begins with a capital, or holds one."""
        return any(letter.isupper() for letter in self.text)


def words_for_fields() -> Iterator[tuple[str, Sequence[str]]]:
    """Each field, part and kind, the latter as "kind:talk", and what it is called."""
    for key, words in _PARTS.items():
        yield key, words.split(", ")
    for one in schema.FIELDS:
        yield one.key, [word for word in one.words if word not in _SMALL]


def split_words(question: str) -> list[Word]:
    """The words of a question in order."""
    return [_word(match) for match in _TOKEN.finditer(question[:_LONGEST_QUESTION_CHARS])]


def _word(match: re.Match[str]) -> Word:
    sort = match.lastgroup or "word"
    text = match[sort]
    if sort in ("word", "mark"):
        key = folded(text).strip()
        return Word(text, key.replace(".", "") if sort == "word" else key, *match.span())
    return Word(text.strip(" .,;?!"), "", *match.span(), is_quoted=True)


@dataclass
class _Index:
    """The values of one field, by their words.

    Attributes:
        forms: Their words, and those of their parts: "LBNL and UC Berkeley" is also "UC Berkeley".
        exact: Forms → numbers of values.
        by_letter: First letter → forms, their letters without small words, and numbers.
        common: What `is_common` has found.
    """

    key: str
    values: list[str] = field(default_factory=list)
    words: list[tuple[str, ...]] = field(default_factory=list)
    exact: dict[tuple[str, ...], list[int]] = field(default_factory=lambda: defaultdict(list))
    with_word: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_letter: dict[str, list[tuple[tuple[str, ...], str, int]]] = field(default_factory=lambda: defaultdict(list))
    common: dict[str, bool] = field(default_factory=dict)
    dated: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, value: str) -> None:
        number, words = len(self.values), tuple(plain_words(value))
        if not words:
            return
        self.values.append(value)
        self.words.append(words)
        self.exact[words].append(number)
        for word in words:
            self.with_word[word].add(number)
            self.with_word[singular(word)].add(number)
        if self.key == "speaker":
            if len(words) > 2:
                self.exact[(words[0], words[-1])].append(number)
            return
        for form in {words, *(tuple(plain_words(part)) for part in _JOINED.split(value))}:
            if form:
                letters = "".join(word for word in form if word not in _SMALL)
                self.by_letter[form[0][0]].append((form, letters, number))
                self.exact[form] += [number] if form != words and len(form) > 1 else []
        if date := date_in(words):
            self.dated[date].append(number)

    @cached_property
    def tails(self) -> Mapping[str, list[tuple[tuple[str, ...], int]]]:
        """First letter → what follows the common words with which forms begin."""
        found = defaultdict(list)
        for form, _, number in (one for forms in self.by_letter.values() for one in forms):
            place = next((n for n, word in enumerate(form) if not self.is_common(word)), 0)
            if place:
                found[form[place][0]].append((form[place:], number))
        return found

    def is_common(self, word: str) -> bool:
        """Whether a word tells no value apart."""
        known = self.common.get(word)
        if known is None:
            held = len(self.with_word.get(word, ()))
            known = word in _SMALL or (held >= _COMMON_VALUES and held > _COMMON_SHARE * len(self.values))
            self.common[word] = known
        return known


class _Titles:
    """The titles, looked up where they are: none is read before a question names it."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store
        self.has_word = lru_cache(maxsize=4096)(self._has_word)
        self.words_with = lru_cache(maxsize=64)(self._words_with)

    def whole(self, words: Sequence[str]) -> list[tuple[str, str]]:
        """The titles, or their parts before or behind a colon, that are these words, each with the record's id."""
        forms = [(form, one, own) for title, one in self._found(form_key(words)) for form, own in title_forms(title)]
        return [(form, one) for form, one, own in forms if own == tuple(words)]

    def runs(self, words: Sequence[str]) -> list[tuple[list[str], str]]:
        """Where these first words stand in titles: the words of the title from there on, and the record's id."""
        begin = list(words[:LEAST_RUN_WORDS])
        found = []
        for title, one in self._found(run_key(begin)) if len(begin) == LEAST_RUN_WORDS else ():
            own = plain_words(title)
            found += [(own[n:], one) for n in range(len(own)) if own[n : n + LEAST_RUN_WORDS] == begin]
        return found

    def _found(self, key: int) -> list[tuple[str, str]]:
        query = "SELECT title, id FROM titled JOIN records USING (position) WHERE key = ? ORDER BY position"
        return self._store.rows(query, [key])

    def _has_word(self, word: str) -> bool:
        return bool(self._store.rows("SELECT 1 FROM title_words WHERE word = ?", [word]))

    def _words_with(self, letter: str) -> list[str]:
        """Those that begin with a letter, in order."""
        query = "SELECT word FROM title_words WHERE word >= ? AND word < ?"
        return [word for (word,) in self._store.rows(query, [letter, chr(ord(letter) + 1)])]


class Entities:
    """Links questions to one snapshot's names."""

    def __init__(self, store: RecordStore, keyword: KeywordIndex, is_common: Callable[[str], bool]) -> None:
        """Index what can be linked to.

        Args:
            store: Tells names and titles.
            keyword: Tells which words stand in some text: those are no slips.
            is_common: Whether a folded word is one of everyday language, so that it need not be a name.
        """
        self._store = store
        self._keyword = keyword
        self._is_word = is_common
        self._fields: dict[tuple[str, ...], str] = {}
        for key, words in words_for_fields():
            for one in words:
                self._fields.setdefault(tuple(singular(word) for word in plain_words(one)), key)
        self._indexes: dict[str, _Index] = {}
        for key in LINKED:
            for value, *_ in store.gazetteer(key):
                self._indexes.setdefault(key, _Index(key)).add(value)
        self._titles = _Titles(store)
        self.link = lru_cache(maxsize=64)(self._link)

    def resolve(self, key: str, value: str) -> tuple[str, ...]:
        """The recorded values of a field that a name as typed means; none where there is none."""
        index, keys = self._indexes.get(key), plain_words(value)
        numbers = self._meant(index, keys, capital=True) if index and keys else []
        return tuple(dict.fromkeys(index.values[number] for number in numbers)) if index else ()

    def _link(self, question: str) -> Linked:
        typed = split_words(question)
        line = _Line(question, [self._mended(word) for word in typed])
        self._quotations(line)
        self._names(line, capital=True)
        self._long_titles(line)
        self._field_names(line)
        self._dates(line)
        self._names(line, capital=False)
        self._languages(line)
        corrected, last = "", 0
        for before, after in zip(typed, line.words, strict=True):
            if before.key != after.key:
                corrected += question[last : before.start] + (
                    after.key.capitalize() if before.is_capital else after.key
                )
                last = before.end
        mentions = tuple(sorted(line.mentions, key=lambda one: (one.start, one.end)))
        return Linked(corrected + question[last:], mentions, tuple(self._strangers(line)))

    def _quotations(self, line: "_Line") -> None:
        for place, word in enumerate(line.words):
            if not word.is_quoted:
                continue
            inside = tuple(plain_words(word.text))
            readings = [
                self._mention([word], index, index.exact[inside], is_sure=True)
                for index in self._indexes.values()
                if inside in index.exact
            ]
            if titled := self._titles.whole(inside):
                readings.insert(0, self._titled([word], titled))
            readings.append(Mention(word.start, word.end, word.text, "quotation", (word.text,)))
            line.take(place, place + 1, *readings)

    def _long_titles(self, line: "_Line") -> None:
        """Runs of words of a title, of at least three; whole titles of two."""
        place = 0
        while place < len(line.words):
            place += self._title_at(line, place) or 1

    def _title_at(self, line: "_Line", first: int) -> int:
        if not line.is_free(first, first + 1):
            return 0
        last = first
        keys: list[str] = []
        ends = []
        while last < len(line.words) and last - first < _LONGEST_TITLE_WORDS and line.is_free(last, last + 1):
            keys += line.parts[last]
            last += 1
            if not line.words[last - 1].is_mark:
                ends.append((len(keys), last))
        found = self._titles.runs(keys)
        best = max((_shared(words, keys) for words, _ in found), default=0)
        for length, end in reversed(ends):
            typed = tuple(keys[:length])
            words_here = line.words[first:end]
            capital = sum(word.is_capital for word in words_here) > 1 or length > LEAST_RUN_WORDS
            named = (length > 1 or words_here[0].is_capital) and (capital or length > 2)
            if named and (titled := self._titles.whole(typed)):
                line.take(first, end, self._titled(words_here, titled))
                return end - first
            if best == length and typed[-1] not in _SMALL and typed[0] not in _SMALL and capital:
                text = line.text(first, end)
                ids = dict.fromkeys(one for words, one in found if _shared(words, keys) >= length)
                line.take(first, end, Mention(*line.span(first, end), text, "title", (text,), tuple(ids)))
                return end - first
        return 0

    def _titled(self, words: Sequence[Word], found: Sequence[tuple[str, str]]) -> Mention:
        return Mention(*_said(words), "title", (found[0][0],), tuple(one[1] for one in found))

    def _field_names(self, line: "_Line") -> None:
        """Words for fields and kinds, the longest first."""
        for first, last in line.runs(_LONGEST_FIELD_WORDS):
            key = self._fields.get(tuple(singular(one) for one in line.keys(first, last)))
            if key:
                sort, _, kind = key.rpartition(":")
                mention = Mention(*_said(line.words[first:last]), sort or "field", (kind,))
                line.take(first, last, mention)

    def _dates(self, line: "_Line") -> None:
        keys = [word.key for word in line.words]
        place = 0
        while place < len(line.words):
            before = keys[place - 1] if place else ""
            found = measured_at(keys, place, before=before, capital=line.words[place].text[:1].isupper())
            if found is None or not line.is_free(place, place + found.words):
                place += 1
                continue
            last = place + found.words
            words = line.words[place:last]
            readings = [Mention(*line.span(place, last), line.text(place, last), found.sort, (found.value,))]
            for index in self._indexes.values():
                dated = [n for date, numbers in index.dated.items() if _same_day(date, found.value) for n in numbers]
                if found.sort == "date" and dated:
                    readings.append(self._mention(words, index, dated, is_sure=False))
            line.take(place, last, *readings)
            place = last

    def _names(self, line: "_Line", *, capital: bool) -> None:
        """Values by their name or a part that tells them apart, by initials and short forms; people by surname."""
        for first, last in line.runs(_LONGEST_NAME_WORDS):
            words = line.words[first:last]
            if words[0].key in _SMALL or words[-1].key in _SMALL or any(word.key == "or" for word in words):
                continue
            keys = line.keys(first, last)
            bold = all(word.is_capital or word.key in _SMALL or word.key.isdigit() or word.is_mark for word in words)
            bold = bold and any(word.is_capital for word in words)
            # The first word of a sentence has its capital anyway.
            bold = bold and (
                not line.begins(first) or len(keys) > 1 or not self._is_word(keys[0]) or words[0].text.isupper()
            )
            is_too_little = all(key.isdigit() for key in keys) or (capital and not bold and len(keys) == 1)
            if is_too_little or line.is_in_date(first, last):
                continue
            readings = [
                self._mention(words, index, numbers, is_sure=bold)
                for index in self._indexes.values()
                if (
                    numbers := index.exact.get(tuple(keys))
                    if capital and not bold
                    else self._meant(index, keys, capital=bold)
                )
            ]
            if readings:
                keys = [word.key for word in line.words]
                date = measured_at(keys, first, capital=True)
                if date and date.sort == "date" and date.words == last - first:
                    readings.append(Mention(*line.span(first, last), line.text(first, last), "date", (date.value,)))
                line.take(first, last, *readings)

    def _meant(self, index: _Index, keys: Sequence[str], *, capital: bool) -> list[int]:
        """The values of a field that a name can mean."""
        found = list(index.exact.get(tuple(keys), ()))
        if index.key == "speaker":
            return (found if len(keys) > 1 else []) or self._people(index, keys, capital=capital)
        partial = self._partial(index, keys, capital=capital)
        return [*found, *partial] or self._short(index, keys, capital=capital)

    def _partial(self, index: _Index, keys: Sequence[str], *, capital: bool) -> list[int]:
        """The values that hold these words in this order; what was typed must tell them apart from the others."""
        told = [key for key in keys if key not in _SMALL]
        held = [index.with_word.get(key) or index.with_word.get(singular(key)) for key in told]
        if not told or not all(held):
            return []
        if len(told) == 1 and index.is_common(told[0]) and not (capital and len(index.values) < _MOST_VALUES):
            return []
        numbers = sorted(set.intersection(*(one for one in held if one)))
        found = [number for number in numbers if _in_order(keys, [*map(singular, index.words[number])])]
        if not capital and index.key == "tags":
            # In small letters all that tells a tag apart must be there: "data" is not "data science".
            rest = set(map(singular, told))
            found = [n for n in found if all(singular(w) in rest or index.is_common(w) for w in index.words[n])]
        return found if len(found) <= _MOST_VALUES else []

    def _people(self, index: _Index, keys: Sequence[str], *, capital: bool) -> list[int]:
        last = keys[-1]
        held = index.with_word.get(last, ())
        named = [number for number in held if index.words[number][-1] == last]
        if len(keys) > 1:
            firsts = keys[:-1]
            return sorted(n for n in named if all(any(w.startswith(k) for w in index.words[n][:-1]) for k in firsts))
        if not capital and len(last) < _SHORTEST_MISSPELT_CHARS:
            return []
        return sorted(named) or sorted(n for n in held if index.words[n][0] == last)

    def _short(self, index: _Index, keys: Sequence[str], *, capital: bool) -> list[int]:
        """The values of which this is a short form, or whose short form it is: "Caltech", "UCSD", "Georgia Tech"."""
        if index.key in ("tags", "ids") or (not capital and any(map(self._is_word, keys))):
            return []
        told = [key for key in keys if key not in _SMALL]
        typed = "".join(told)
        if len(typed) < 2 or "and" in keys or len(set(keys)) < len(keys):
            return []
        near = index.by_letter.get(keys[0][0], ())
        found = [number for _, letters, number in near if typed == letters]
        for form, letters, number in () if found else near:
            short, long = (typed, form) if len(typed) < len(letters) else (letters, keys)
            if len(long) > 1 and len(typed) != len(letters) and _blends(short, long, index):
                found.append(number)
        if not found and len(told) > 1:
            initials = "".join(key[0] for key in told)
            return sorted(index.with_word.get(initials, ()))
        if not found and len(typed) >= _SHORTEST_MISSPELT_CHARS:
            # "Penn" is "University of Pennsylvania": what many begin with is left out.
            found = [number for form, number in index.tails[typed[0]] if _blends(typed, form, index)]
        return found

    def _mended(self, word: Word) -> Word:
        """A word that is no word as the name, or the word for a field, that is a slip away."""
        key = word.key
        if len(key) < _SHORTEST_MISSPELT_CHARS or not key.isalpha():
            return word
        if any(map(self._is_known, (key, singular(key)))) or self._keyword.knows(key):
            return word
        slips = 2 if len(key) >= _TWO_SLIPS_CHARS else 1
        near = process.extractOne(key, self._known_with(key[0]), scorer=OSA.distance, score_cutoff=slips)
        return replace(word, key=near[0]) if near else word

    def _is_known(self, word: str) -> bool:
        return word in self._known or self._is_word(word) or self._titles.has_word(word)

    @cached_property
    def _known(self) -> frozenset[str]:
        """The words of names and of what fields are called."""
        named = {word for index in self._indexes.values() for word in index.with_word}
        called = {form for words in self._fields for word in words for form in (word, f"{word}s")}
        return frozenset(named | called | {*MONTHS})

    @cached_property
    def _by_letter(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self._known:
            found[word[:1]].append(word)
        return found

    def _known_with(self, letter: str) -> list[str]:
        """Those that begin with a letter, and such words of titles, in order."""
        known = {*self._by_letter.get(letter, ()), *self._titles.words_with(letter)}
        return sorted(word for word in known if len(word) >= _SHORTEST_MISSPELT_CHARS)

    def _languages(self, line: "_Line") -> None:
        """Languages by their names, also those that no record is in, where records tell theirs."""
        index = self._indexes.get(schema.LANGUAGE.key)
        for place, word in enumerate(line.words if index else ()):
            code = language_named(word.text) if line.is_free(place, place + 1) and not word.is_mark else None
            if index and code:
                numbers = [n for n, value in enumerate(index.values) if value.partition("-")[0] == code]
                found = self._mention([word], index, numbers, is_sure=True)
                line.take(place, place + 1, found if numbers else replace(found, values=(code,)))

    def _strangers(self, line: "_Line") -> Iterator[str]:
        """Runs of capitalised words that are not linked."""
        first = 0
        while first < len(line.words):
            last = first
            while line.is_free(last, last + 1) and _is_name_word(line.words[last], begins=line.begins(last)):
                last += 1
            # What stands in titles is a topic.
            if line.text(first, last)[:1].isupper() and not all(map(self._titles.has_word, line.keys(first, last))):
                yield line.text(first, last)
            first = max(first + 1, last)

    def _mention(self, words: Sequence[Word], index: _Index, numbers: Iterable[int], *, is_sure: bool) -> Mention:
        values = tuple(dict.fromkeys(index.values[number] for number in numbers))
        few = values if len(values) <= _FEW else ()
        ids = tuple(dict.fromkeys(one for value in few for one in self._store.records_named(index.key, value)))
        return Mention(*_said(words), index.key, values, ids, is_sure)


class _Line:
    """The words of one question, and which of them are linked."""

    def __init__(self, question: str, words: list[Word]) -> None:
        self.question = question
        self.words = words
        self.parts = [plain_words(word.key) for word in words]
        self.taken = [False] * len(words)
        # How many sentences have ended before each word: no name goes on across one.
        self.ends = [0, *accumulate(int(word.key in _ENDS) for word in words)]
        self.mentions: list[Mention] = []

    def is_free(self, first: int, last: int) -> bool:
        return last <= len(self.words) and not any(self.taken[first:last])

    def is_in_date(self, first: int, last: int) -> bool:
        """Whether these words are a part of a longer date: the "May" of "May 2017" is nobody's name."""
        return any(start <= first and last <= end and (start, end) != (first, last) for start, end in self._dates)

    @cached_property
    def _dates(self) -> list[tuple[int, int]]:
        """Where dates of more than one word stand."""
        keys = [word.key for word in self.words]
        found = ((place, measured_at(keys, place, capital=True)) for place in range(len(keys)))
        return [(place, place + one.words) for place, one in found if one and one.sort == "date" and one.words > 1]

    def begins(self, place: int) -> bool:
        """Whether a sentence begins here, where a capital says nothing."""
        return place == 0 or self.words[place - 1].key in _ENDS

    def take(self, first: int, last: int, *readings: Mention) -> None:
        self.taken[first:last] = [True] * (last - first)
        self.mentions += readings

    def runs(self, longest: int) -> Iterable[tuple[int, int]]:
        """Runs of free words without marks at their ends, longest first."""
        for length in range(min(longest, len(self.words)), 0, -1):
            for first in range(len(self.words) - length + 1):
                last = first + length
                ends = self.words[first], self.words[last - 1]
                broken = any(one.is_mark or one.is_quoted for one in ends) or self.ends[last] != self.ends[first]
                if not broken and self.is_free(first, last):
                    yield first, last

    def keys(self, first: int, last: int) -> list[str]:
        return [part for parts in self.parts[first:last] for part in parts]

    def span(self, first: int, last: int) -> tuple[int, int]:
        return self.words[first].start, self.words[last - 1].end

    def text(self, first: int, last: int) -> str:
        start, end = self.span(first, last) if first < last else (0, 0)
        return self.question[start:end]


def _said(words: Sequence[Word]) -> tuple[int, int, str]:
    """Where words stand, and what they say."""
    return words[0].start, words[-1].end, " ".join(word.text for word in words)


def _blends(letters: str, words: Sequence[str], index: _Index) -> bool:
    """Whether letters are made of beginnings of these words, in order.

    Common words may be left out; so may any between the first and the last, where more than initials are given.
    """
    ways = {(0, False)}
    for number, word in enumerate(words):
        further = set()
        for place, is_long in ways:
            longest = 0
            while longest < min(len(word), len(letters) - place) and word[longest] == letters[place + longest]:
                longest += 1
                further.add((place + longest, is_long or longest >= LEAST_RUN_WORDS))
            between = is_long and number < len(words) - 1 and place < len(letters) and not word.isdigit()
            if between or index.is_common(word):
                further.add((place, is_long))
        ways = further
    return any(place == len(letters) for place, _ in ways)


def _shared(words: Sequence[str], typed: Sequence[str]) -> int:
    """How many words two begin with alike."""
    alike = (own == word for own, word in zip(words, typed, strict=False))
    return sum(1 for _ in takewhile(bool, alike))


def _same_day(date: str, asked: str) -> bool:
    """Whether a date of a name is the one that is asked for, which may leave out its day or year."""
    return (
        date == asked
        or (asked.startswith("--") and date.startswith(asked))
        or date[-5:] == asked[-5:] == date.lstrip("-")
    )


def _in_order(told: Sequence[str], words: Sequence[str]) -> bool:
    rest = iter(words)
    return all(any(singular(one) == word for word in rest) for one in told)


def _is_name_word(word: Word, *, begins: bool) -> bool:
    if word.is_quoted or word.is_mark or len(word.text) == 1:
        return False
    return any(letter.isupper() for letter in word.text[int(begins) :])
