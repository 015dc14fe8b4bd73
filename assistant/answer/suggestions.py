"""What to offer: first questions, made from the collection, and after an answer what goes on from what it cites.

Comes in: the record store of one snapshot. Goes out: questions that the collection can answer. None is fixed here;
a collection without gists gets questions about its titles and speakers.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, islice, zip_longest
from typing import Literal

from assistant.types import Answer, Citation, SourcePassage
from ingest.record_store import RecordStore
from ingest.text import searchable

FIRST = 4
NEXT = 2
# A question is offered whole, on two lines of a phone at most.
_LONGEST_CHARS = 90

# So many talks are looked at for the first questions; a large collection is not read through for four lines.
_TALKS_READ = 300

_GISTS = """
SELECT r.position, j.value FROM records r JOIN gists g ON g.record_id = r.id JOIN json_each(g.questions) j
WHERE r.kind = 'talk' AND length(j.value) <= ? AND r.position < ? ORDER BY r.position
"""
_HOLDING = "SELECT rowid FROM words WHERE words MATCH ? AND rowid < ?"
_SPEAKER = """
SELECT speaker FROM people WHERE speaker IS NOT NULL GROUP BY speaker_key ORDER BY count(*) DESC, min(position) LIMIT 1
"""
_AFFILIATION = """
SELECT p.affiliation FROM people p JOIN records r ON r.position = p.position AND r.kind = 'talk'
WHERE p.affiliation IS NOT NULL AND length(p.affiliation) <= 40
GROUP BY p.affiliation HAVING count(DISTINCT p.position) > 1 ORDER BY count(DISTINCT p.position) DESC, p.affiliation
LIMIT 1
"""
_ABOUT = "What is “{}” about?"
_TITLES = "SELECT title FROM records ORDER BY kind = 'paper', position LIMIT 200"


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to go on with after an answer.

    Attributes:
        kind: "ask" is a question as it is; "talks" asks the same of talks alone; "first" is what to watch first.
        question: A real question, asked when the offer is taken.
        about: The title of the talk or paper that it is about, or "".
    """

    kind: Literal["ask", "compare", "simpler", "first", "talks"]
    question: str
    about: str = ""


def offers(
    store: RecordStore, answer: Answer, passages: Sequence[SourcePassage], asked: Collection[str]
) -> list[Offer]:
    """What fits an answer: compare its talk with the next, plainer words, where to begin, talks alone, more."""
    asks = [Offer("ask", question) for question in next_questions(store, answer, passages, asked)]
    if answer.mode == "about":
        return asks
    sources: list[Citation | SourcePassage] = [*answer.citations, *passages]
    near = {source.id: source for source in sources}
    talks = [source for source in near.values() if source.kind == "talk"]
    made: list[Offer] = []
    if answer.citations and answer.mode != "catalogue":
        first = answer.citations[0]
        others = (one for one in near.values() if one.id != first.id and one.kind == first.kind)
        made += [Offer("compare", _comparison(first, other), other.title) for other in islice(others, 1)]
        made.append(Offer("simpler", f"Explain “{first.title}” in simple words.", first.title))
    if len(talks) > 1:
        subject = answer.standalone_question.rstrip("?!. ")
        made.append(Offer("first", f"Which talk should I watch first about “{subject}”?"))
    taken = {question.casefold() for question in asked}
    made = [offer for offer in made if offer.question.casefold() not in taken]
    return [*made, *([Offer("talks", answer.question)] if 0 < len(talks) < len(near) else []), *asks]


def _comparison(first: Citation | SourcePassage, other: Citation | SourcePassage) -> str:
    """The question that compares two; by their speakers where it can be, for a long title hides what is asked of it."""
    names = [one.speakers[0].split(", ")[0] for one in (first, other) if one.speakers]
    if len(set(names)) == 2:
        return f"How do the talks of {names[0]} and {names[1]} differ?"
    return f"How do “{first.title}” and “{other.title}” differ?"


def first_questions(store: RecordStore) -> list[str]:
    """Up to `FIRST` questions that show what one can ask: two by subject, one by speaker, one for a list."""
    subjects = [
        *_lay_questions(store),
        *_short(_ABOUT.format(title.strip()) for (title,) in store.rows(_TITLES)),
    ]
    speaker = [f"What does {name} speak about?" for (name,) in store.rows(_SPEAKER)]
    listed = [f"Which talks are from {place}?" for (place,) in store.rows(_AFFILIATION)]
    return list(dict.fromkeys((*subjects[:1], *speaker, *subjects[1:2], *listed, *subjects[2:])))[:FIRST]


def next_questions(
    store: RecordStore, answer: Answer, passages: Sequence[SourcePassage], asked: Collection[str]
) -> list[str]:
    """Up to `NEXT` questions to go on with: about what the answer cites, else about what lay nearest to it."""
    cited: Sequence[Citation | SourcePassage] = answer.citations or passages
    taken = {question.casefold() for question in (*asked, answer.standalone_question)}
    sources = {source.id: source for source in cited}.values()
    in_turn = chain.from_iterable(zip_longest(*(_about_record(store, source) for source in sources)))
    return [question for question in dict.fromkeys(in_turn) if question and question.casefold() not in taken][:NEXT]


def _lay_questions(store: RecordStore) -> list[str]:
    """The talks' questions in everyday words, one a talk, those first whose words the talk itself uses most.

    A first question should show a good answer, and quotes answer best what is asked in the source's words.
    """

    @cache
    def holding(word: str) -> set[int]:
        return {row for (row,) in store.rows(_HOLDING, (f'"{word}"', _TALKS_READ))}

    best: dict[int, tuple[float, str]] = {}
    for position, question in store.rows(_GISTS, (_LONGEST_CHARS, _TALKS_READ)):
        words = searchable(question).split()
        share = sum(position in holding(word) for word in words) / max(1, len(words))
        best[position] = max(best.get(position, (0.0, "")), (share, question))
    return [question for _, question in sorted(best.values(), key=lambda found: -found[0]) if question]


def _about_record(store: RecordStore, source: Citation | SourcePassage) -> list[str]:
    gist = store.gist(source.id)
    written = _short(gist.questions if gist else ()) or _short([_ABOUT.format(source.title.strip())])
    return [*written, *(f"What else does {name.split(', ')[0]} speak about?" for name in source.speakers[:1])]


def _short(questions: Iterable[str]) -> list[str]:
    return [question for question in questions if len(question) <= _LONGEST_CHARS]
