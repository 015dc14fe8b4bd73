"""Entity linking: what of the collection a question names, in one pass over its words.

Comes in: a question; the schema's fields, the names and titles that the collection holds. Goes out: mentions in order:
people, titles, values of any field, words that name a field or a kind, dates, numbers, quotations; and names that link
to nothing. A span may have two readings ("Sep 8", a date and a page). Small slips are forgiven, once. What is asked for
with all that is left to the parser.

Source: the shape of short names after Schwartz and Hearst, "A simple algorithm for identifying abbreviation definitions
in biomedical text", PSB 2003.
"""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate

from rapidfuzz import process
from rapidfuzz.distance import OSA

from assistant.language import language_named
from assistant.query import MONTHS
from assistant.types import Mention
from assistant.understand.dates import Measured, date_in, measured_at
from ingest import schema
from ingest.lexical import KeywordIndex
from ingest.record_store import RecordStore
from ingest.text import folded, form_key, plain_words, singular, title_forms

_TOKEN = re.compile(
    r"""
    ["“„«](?P<quoted>[^"“”«»\n]*)["“”»] | (?<!\w)['‘](?P<also_quoted>[^'‘’\n]+)['’](?!\w)
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
_LONGEST_NAME_WORDS = 8
_LONGEST_FIELD_WORDS = 4
_LONGEST_TITLE_WORDS = 30
# A title of two words is one with two capitals, or a number; of three words, also in small letters.
_LEAST_CAPITALS, _LEAST_TITLE_WORDS = 2, 3
# So many letters of a word are more than its initials.
_LEAST_BEGINNING_CHARS = 3
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
    "kind:talk": "talk, recording, lecture, session, presentation, episode",
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


def split_words(question: str) -> list[Word]:
    """The words of a question in order."""
    words = []
    for match in _TOKEN.finditer(question):
        sort = match.lastgroup or "word"
        text, key = match[sort], folded(match[sort]).strip()
        if sort in ("quoted", "also_quoted"):
            words.append(Word(text.strip(" .,;?!"), "", *match.span(), is_quoted=True))
        else:
            words.append(Word(text, key.replace(".", "") if sort == "word" else key, *match.span()))
    return words


class _Gazetteer:
    """The names of one field, by their words.

    Attributes:
        words: Of each name.
        exact: Words of a name, or of one of its parts ("LBNL and UC Berkeley" is also "UC Berkeley") → its number.
        with_word: A word as it stands and in the singular → the numbers of the names that have it.
        common: Words that tell no name apart.
        dated: Months and days that names tell, as conditions write them, each with the name's number.
    """

    def __init__(self, key: str, names: Sequence[str]) -> None:
        self.key = key
        self.names = names
        self.words = [tuple(plain_words(name)) for name in names]
        self.exact: dict[tuple[str, ...], list[int]] = defaultdict(list)
        self.with_word: dict[str, set[int]] = defaultdict(set)
        self.dated: list[tuple[str, int]] = []
        self._forms: list[tuple[tuple[str, ...], int]] = []
        for number, (name, words) in enumerate(zip(names, self.words, strict=True)):
            parts = _JOINED.split(name) if key != "speaker" else ()
            forms = {words, *(tuple(plain_words(part)) for part in parts)} - {()}
            self._forms += [(form, number) for form in forms]
            for form in forms:
                if form == words or len(form) > 1:
                    self.exact[form].append(number)
            for word in words:
                self.with_word[word].add(number)
                self.with_word[singular(word)].add(number)
            if key != "speaker" and (date := date_in(words)):
                self.dated.append((date, number))
        many = max(_COMMON_VALUES, math.floor(_COMMON_SHARE * len(names)) + 1)
        self.common = _SMALL | {word for word, held in self.with_word.items() if len(held) >= many}

    @cached_property
    def by_letter(self) -> Mapping[str, Sequence[tuple[tuple[str, ...], str, int]]]:
        """First letter of a form, or of what follows its common words → forms, their letters and numbers."""
        found: dict[str, list[tuple[tuple[str, ...], str, int]]] = defaultdict(list)
        for form, number in self._forms:
            telling = next((word for word in form if word not in self.common), form[0])
            letters = "".join(word for word in form if word not in _SMALL)
            for letter in {form[0][0], telling[0]}:
                found[letter].append((form, letters, number))
        return found


class _Titles:
    """The titles, looked up where they are: none is read before a question names it."""

    def __init__(self, store: RecordStore) -> None:
        self._store = store

    def whole(self, words: Sequence[str]) -> list[tuple[str, str]]:
        """The titles, or their parts before or behind a colon, that are these words, each with the record's id."""
        query = "SELECT title, id FROM titled JOIN records USING (position) WHERE key = ? ORDER BY position"
        found = self._store.rows(query, [form_key(words)])
        forms = [(form, one, own) for title, one in found for form, own in title_forms(title)]
        return [(form, one) for form, one, own in forms if own == tuple(words)]

    def has_word(self, word: str) -> bool:
        """Whether some title has it."""
        return bool(self._store.rows("SELECT 1 FROM title_words WHERE word = ?", [word]))

    def words_with(self, letter: str) -> list[str]:
        """The words that begin with a letter, in order."""
        query = "SELECT word FROM title_words WHERE word >= ? AND word < ?"
        return [word for (word,) in self._store.rows(query, [letter, chr(ord(letter) + 1)])]


class Entities:
    """Links questions to one snapshot's names."""

    def __init__(self, store: RecordStore, keyword: KeywordIndex, is_word: Callable[[str], bool]) -> None:
        """Index what can be linked to.

        Args:
            keyword: Tells which words stand in some text: those are no slips.
            is_word: Whether a folded word is one of everyday language, so that it need not be a name.
        """
        self._store = store
        self._keyword = keyword
        self._is_word = is_word
        self._fields: dict[tuple[str, ...], str] = {}
        called = {key: words.split(", ") for key, words in _PARTS.items()}
        for key, words in (*called.items(), *((field.key, field.words) for field in schema.FIELDS)):
            for one in words:
                if one not in _SMALL:
                    self._fields.setdefault(tuple(singular(word) for word in plain_words(one)), key)
        # Languages are recorded by their codes, of which "it", "is" and "no" are words of everyday.
        self._recorded_in = store.gazetteer(schema.LANGUAGE.key)
        named = {key: store.gazetteer(key) for key in LINKED if key != schema.LANGUAGE.key}
        self._gazetteers = [_Gazetteer(key, names) for key, names in named.items() if names]
        self._titles = _Titles(store)

    def link(self, question: str) -> Linked:
        """What a question names."""
        typed = split_words(question)
        line = _Line(question, [self._mended(word) for word in typed])
        self._quotations(line)
        self._names(line, bold_only=True)
        for first in range(len(line.words)):
            self._title_at(line, first)
        self._field_names(line)
        self._dates(line)
        self._names(line, bold_only=False)
        self._languages(line)
        corrected, last = "", 0
        for before, after in zip(typed, line.words, strict=True):
            if before.key != after.key:
                mended = after.key.capitalize() if before.is_capital else after.key
                corrected += question[last : before.start] + mended
                last = before.end
        mentions = tuple(sorted(map(line.sure_by_its_field, line.mentions), key=lambda one: (one.start, one.end)))
        return Linked(corrected + question[last:], mentions, tuple(self._strangers(line)))

    def _quotations(self, line: "_Line") -> None:
        for place, word in enumerate(line.words):
            if word.is_quoted:
                inside = tuple(plain_words(word.text))
                titled = self._titles.whole(inside)
                line.take(place, place + 1, "title", [form for form, _ in titled[:1]], [one for _, one in titled])
                for names in self._gazetteers:
                    self._take(line, place, place + 1, names, names.exact.get(inside, ()), is_sure=True)
                line.take(place, place + 1, "quotation", [word.text])

    def _title_at(self, line: "_Line", first: int) -> None:
        """The longest run of words from here on that is a title, or its part before or behind a colon."""
        last = first
        while last - first < _LONGEST_TITLE_WORDS and line.is_free(last, last + 1):
            last += 1
        are_capital = [word.is_capital for word in line.words[first:last]]
        for end in range(last, first, -1):
            typed = line.keys(first, end)
            capitals = sum(are_capital[: end - first])
            bold = capitals + (capitals > 0) * sum(map(str.isdigit, typed))
            if line.words[end - 1].is_mark or (bold < _LEAST_CAPITALS and len(typed) < _LEAST_TITLE_WORDS):
                continue
            if titled := self._titles.whole(typed):
                return line.take(first, end, "title", [form for form, _ in titled[:1]], [one for _, one in titled])
        return None

    def _field_names(self, line: "_Line") -> None:
        """Words for fields and kinds, the longest first."""
        for first, last in line.runs(_LONGEST_FIELD_WORDS):
            if key := self._fields.get(tuple(singular(one) for one in line.keys(first, last))):
                sort, _, kind = key.rpartition(":")
                line.take(first, last, sort or "field", [kind])

    def _dates(self, line: "_Line") -> None:
        for place in range(len(line.words)):
            found = line.measured(place)
            if found and line.is_free(place, place + found.words):
                last = place + found.words
                line.take(place, last, found.sort, [found.value])
                for names in self._gazetteers if found.sort == "date" else ():
                    dated = [number for date, number in names.dated if _same_day(date, found.value)]
                    self._take(line, place, last, names, dated, is_sure=False)

    def _names(self, line: "_Line", *, bold_only: bool) -> None:
        """Values by their name or a part that tells them apart, by initials and short forms; people by surname.

        Args:
            bold_only: What is written in small letters must be a whole name.
        """
        for first, last in line.runs(_LONGEST_NAME_WORDS):
            words, keys = line.words[first:last], line.keys(first, last)
            if not _SMALL.isdisjoint((words[0].key, words[-1].key)) or "or" in keys or all(map(str.isdigit, keys)):
                continue
            if line.is_in_date(first, last):
                continue
            # The first word of a sentence has its capital anyway.
            is_first = line.begins(first) and len(keys) == 1 and not words[0].text.isupper()
            bold = line.is_bold(first, last) and not (is_first and self._is_word(keys[0]))
            for names in self._gazetteers:
                if bold or not bold_only:
                    self._take(line, first, last, names, self._meant(names, keys, bold=bold), is_sure=bold)
                elif len(keys) > 1:
                    # "pydata london 2019" is no everyday phrase.
                    numbered = any(map(str.isdigit, keys))
                    self._take(line, first, last, names, names.exact.get(tuple(keys), ()), is_sure=numbered)
            date = line.measured(first) if line.taken[first] else None
            if date and (date.sort, date.words) == ("date", last - first):
                line.take(first, last, date.sort, [date.value])

    def _meant(self, names: _Gazetteer, keys: Sequence[str], *, bold: bool) -> list[int]:
        """The numbers of the names that are meant by these words."""
        if names.key == "speaker":
            return self._people(names, keys, bold=bold)
        found = [*names.exact.get(tuple(keys), ()), *self._partial(names, keys, bold=bold)]
        return found or self._short(names, keys, bold=bold)

    def _people(self, names: _Gazetteer, keys: Sequence[str], *, bold: bool) -> list[int]:
        *firsts, last = keys
        held = sorted(names.with_word.get(last, ()))
        named = [number for number in held if names.words[number][-1] == last]
        if firsts:
            return [n for n in named if all(any(w.startswith(k) for w in names.words[n][:-1]) for k in firsts)]
        if not bold and len(last) < _SHORTEST_MISSPELT_CHARS:
            return []
        return named or [number for number in held if names.words[number][0] == last]

    def _partial(self, names: _Gazetteer, keys: Sequence[str], *, bold: bool) -> list[int]:
        """The names that hold these words in this order; what was typed must tell them apart from the others."""
        told = [key for key in keys if key not in _SMALL]
        held = [names.with_word.get(key) or names.with_word.get(singular(key), set()) for key in told]
        if not told or (len(told) == 1 and told[0] in names.common and not (bold and len(names.names) < _MOST_VALUES)):
            return []
        found = [n for n in sorted(set.intersection(*held)) if _in_order(keys, [*map(singular, names.words[n])])]
        if not bold and names.key == "tags":
            # In small letters all that tells a tag apart must be there: "data" is not "data science".
            rest = set(map(singular, told))
            found = [n for n in found if all(singular(w) in rest or w in names.common for w in names.words[n])]
        return found if len(found) <= _MOST_VALUES else []

    def _short(self, names: _Gazetteer, keys: Sequence[str], *, bold: bool) -> list[int]:
        """The names of which this is a short form, or whose short form it is: "Caltech", "UCSD", "Georgia Tech"."""
        told = [key for key in keys if key not in _SMALL]
        typed, is_word = "".join(told), any(map(self._is_word, keys))
        several = "and" in keys or len(set(keys)) < len(keys)
        if names.key in ("tags", "ids") or len(typed) < 2 or several or (is_word and not bold):
            return []
        found = []
        for form, letters, number in names.by_letter.get(typed[0], ()):
            if form[0][0] != typed[0] and len(typed) < _SHORTEST_MISSPELT_CHARS:
                continue
            short, long = (typed, form) if len(typed) < len(letters) else (letters, keys)
            if typed == letters or (len(long) > 1 and len(typed) != len(letters) and _blends(short, long, names)):
                found.append(number)
        if not found and len(told) > 1:
            return sorted(names.with_word.get("".join(key[0] for key in told), ()))
        return found

    def _mended(self, word: Word) -> Word:
        """A word that is no word as the name, or the word for a field, that is a slip away."""
        key = word.key
        if len(key) < _SHORTEST_MISSPELT_CHARS or not key.isalpha():
            return word
        tests = (self._known.__contains__, self._is_word, self._titles.has_word)
        if any(is_known(form) for form in (key, singular(key)) for is_known in tests) or self._keyword.knows(key):
            return word
        slips = 2 if len(key) >= _TWO_SLIPS_CHARS else 1
        near = process.extractOne(key, self._known_with(key[0]), scorer=OSA.distance, score_cutoff=slips)
        return replace(word, key=near[0]) if near else word

    @cached_property
    def _known(self) -> frozenset[str]:
        """The words of names and of what fields are called."""
        named = {word for names in self._gazetteers for word in names.with_word}
        called = {form for words in self._fields for word in words for form in (word, f"{word}s")}
        return frozenset(named | called | {*MONTHS})

    def _known_with(self, letter: str) -> list[str]:
        """Those that begin with a letter, and such words of titles, in order."""
        known = {*(word for word in self._known if word[:1] == letter), *self._titles.words_with(letter)}
        return sorted(word for word in known if len(word) >= _SHORTEST_MISSPELT_CHARS)

    def _languages(self, line: "_Line") -> None:
        """Languages by their names, also those that no record is in, where records tell theirs."""
        for place, word in enumerate(line.words if self._recorded_in else ()):
            code = language_named(word.text) if line.is_free(place, place + 1) and not word.is_mark else None
            if code:
                meant = [one for one in self._recorded_in if code in (one.partition("-")[0], language_named(one))]
                line.take(place, place + 1, schema.LANGUAGE.key, meant or [code])

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

    def _take(
        self, line: "_Line", first: int, last: int, names: _Gazetteer, numbers: Iterable[int], *, is_sure: bool
    ) -> None:
        """Read a span as these names of a field."""
        values = list(dict.fromkeys(names.names[number] for number in numbers))
        few = values if len(values) <= _FEW else []
        ids = [one for value in few for one in self._store.records_named(names.key, value)]
        line.take(first, last, names.key, values, ids, is_sure=is_sure)


class _Line:
    """The words of one question, and which of them are linked."""

    def __init__(self, question: str, words: list[Word]) -> None:
        self.question = question
        self.words = words
        self.word_keys = [word.key for word in words]
        self.parts = [*map(plain_words, self.word_keys)]
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
        found = ((place, self.measured(place)) for place in range(len(self.words)))
        return [(place, place + one.words) for place, one in found if one and one.sort == "date" and one.words > 1]

    def begins(self, place: int) -> bool:
        """Whether a sentence begins here, where a capital says nothing."""
        return place == 0 or self.words[place - 1].key in _ENDS

    def is_bold(self, first: int, last: int) -> bool:
        """Whether words are written as names are: all with a capital, but for small words and numbers."""
        words = self.words[first:last]
        bare = all(one.is_capital or one.key in _SMALL or one.key.isdigit() or one.is_mark for one in words)
        return bare and any(word.is_capital for word in words)

    def measured(self, place: int) -> Measured | None:
        """The date, number or length that begins at a word."""
        before = self.word_keys[place - 1] if place else ""
        return measured_at(self.word_keys, place, before=before, capital=self.words[place].text[:1].isupper())

    def take(
        self, first: int, last: int, field: str, values: Sequence[str], ids: Sequence[str] = (), *, is_sure: bool = True
    ) -> None:
        """Read a span as these values of a field; none are no reading."""
        if values:
            words = self.words[first:last]
            text = " ".join(word.text for word in words)
            one = Mention(words[0].start, words[-1].end, text, field, (*values,), (*dict.fromkeys(ids),), is_sure)
            self.mentions.append(one)
            self.taken[first:last] = [True] * (last - first)

    def sure_by_its_field(self, one: Mention) -> Mention:
        """A value that stands beside its field's name is meant as one: "the robotics series"."""
        names = [other for other in self.mentions if other.field == "field" and one.field in other.values]
        is_beside = any(
            not self.question[min(one.end, name.end) : max(one.start, name.start)].strip() for name in names
        )
        return replace(one, is_sure=one.is_sure or is_beside)

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

    def text(self, first: int, last: int) -> str:
        """As typed."""
        return self.question[self.words[first].start : self.words[last - 1].end] if first < last else ""


def _blends(letters: str, words: Sequence[str], names: _Gazetteer) -> bool:
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
                further.add((place + longest, is_long or longest >= _LEAST_BEGINNING_CHARS))
            between = is_long and number < len(words) - 1 and place < len(letters) and not word.isdigit()
            if between or word in names.common:
                further.add((place, is_long))
        ways = further
    return any(place == len(letters) for place, _ in ways)


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
