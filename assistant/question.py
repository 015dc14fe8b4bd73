"""History and message → the question that is meant.

Comes in: what was typed and the answers before it. Goes out: a question that can be searched for by itself. A question
that stands alone is left alone, and one that changes the subject drops the old one. Leaves to others: whether a
question leans on the history (`leaning`), what was spoken of (`subjects`), what kind of question it is (`routes`).
"""

import re
from collections.abc import Callable, Sequence

from assistant.confidence import REFUSE_BELOW, confidence
from assistant.leaning import leans
from assistant.named import KnownNames, People, Person
from assistant.pointing import WORD, bare, content, points_back
from assistant.retrieve.hybrid import Fit
from assistant.subjects import Conversation, Subject
from assistant.types import Answer

# "And X?", "What about X?" bring a new subject.
_NEW_SUBJECT = re.compile(
    r"^(?:(?:ok|okay|well|so|now|but|thanks|and|also|then)\b[\s,]*)*(?:(?:what|how) about|about|and)?[\s,]*",
    re.IGNORECASE,
)
# What `_with_subject` puts behind a question.
_SUBJECT = re.compile(r"\s*\((?:“.*”.*|[^()“]*)\)$")
# "Her" is for "of hers" before a word that says something: "her talk", but "back to her: …", "did her in".
_OF_HERS = re.compile(r"\bher (?=\w)(?!(?:a|an|and|as|at|by|for|in|of|on|or|the|to|with)\b)", re.IGNORECASE)
# "Part 1 of 2", and "its second half" of it.
_PART = re.compile(r"\(part (\d+) of (\d+)\).*", re.IGNORECASE)
_HALF = re.compile(
    r"\b(first|second|other|next)(?: (?:half|part|session|one|tutorial|day)\b|\W*$)|\b(sequel|continuation)\b",
    re.IGNORECASE,
)

FitOf = Callable[[str, Sequence[str]], Fit]
Told = Callable[[str, str], float]
Rewritten = Callable[[], str | None]

# Of 100 questions that a record answers 79 come above, of others 12 (`evals/fit_details.py`).
LIKELY_TOLD = 0.1
# "How long is it? I have an hour.": what is said after the question asks nothing.
_AFTERTHOUGHT = re.compile(r"\?\s+[^?]+$")


class FollowUps:
    """Reads what is typed in the light of a conversation."""

    def __init__(self, names: KnownNames, fit: FitOf, told: Told) -> None:
        """Read over one collection.

        Args:
            names: Of its people, talks and papers.
            fit: How well records fit a question; see `HybridRanker.fit`.
            told: How surely a record tells what is asked; see `Details.told`.
        """
        self._names = names
        self._fit = fit
        self._told = told

    def standalone(self, question: str, history: Sequence[Answer], rewritten: Rewritten = lambda: None) -> str:
        """The question with what it leaves to the history put in.

        Args:
            question: As typed.
            history: The answers of this conversation, oldest first.
            rewritten: Asked, where the question leans on the history, for one that stands alone; may know none.
        """
        conversation = Conversation(history, self._names)
        if not conversation.subjects:
            return question
        fit = self._fit_if_it_leans(question, conversation)
        asked = rewritten() if fit is not None else None
        if asked is None and (last := conversation.last) is not None:
            asked = _same_of_another(question, last, self._names.people)
        if asked is not None:
            return asked
        return question if fit is None else _with_subject(question, conversation.meant(question, fit))

    def _fit_if_it_leans(self, question: str, conversation: Conversation) -> Fit | None:
        spoken_of = {name for subject in conversation.subjects for name in subject.people}
        if any(person.name not in spoken_of for person in self._names.people.named(question)):
            return None  # somebody new
        spoken_ids = conversation.record_ids
        if not points_back(question) and any(
            one.record_id not in spoken_ids for one in self._names.titles.named(question)
        ):
            return None
        asked = _AFTERTHOUGHT.sub("?", question)
        fit = self._fit(asked, spoken_ids)
        if leans(asked, fit):
            return fit
        # "What was the story with the cheese?" finds nothing by itself, and the talk spoken of tells it.
        is_thin = confidence(fit.signs) < REFUSE_BELOW
        return fit if is_thin and self._told(question, spoken_ids[0]) >= LIKELY_TOLD else None


def without_subject(question: str) -> str:
    """A standalone question without the subject that `FollowUps.standalone` put behind it."""
    return _SUBJECT.sub("", question)


def _same_of_another(question: str, last: Answer, people: People) -> str | None:
    """Read "And Rosen?" after "Where did Volkan Cevher study?" as where Rosen studied."""
    rest = _NEW_SUBJECT.sub("", question).strip(" ?!.")
    asked = people.named(rest)
    before = people.named(last.standalone_question)
    if len(asked) != 1 or len(before) != 1 or asked == before or content(_words_beside(rest, asked[0])):
        return None
    return _replace_person(without_subject(last.standalone_question), before[0], asked[0].name)


def _words_beside(text: str, person: Person) -> list[str]:
    name = {part.lower() for part in WORD.findall(person.name)}
    return [word for word in WORD.findall(text) if bare(word) not in name]


def _replace_person(question: str, person: Person, name: str) -> str:
    first, *_, surname = person.name.split() if " " in person.name else (person.name, person.name)
    pattern = rf"(?:{re.escape(first)}\s+(?:\S+\s+){{0,2}})?{re.escape(surname)}"
    return re.sub(pattern, name, question, flags=re.IGNORECASE)


def _with_subject(question: str, subjects: Sequence[Subject]) -> str:
    """Put the subject in the place of the first word that points at it, or behind the question."""
    title = " and ".join(f"“{_part_meant(subject.title, question)}”" for subject in subjects if subject.title)
    people = " and ".join(name for subject in subjects for name in subject.people)
    replacements = {"it": title, "its": f"{title}’s"} if title else {}
    if people:
        own = _OF_HERS.search(question)
        replacements |= {"he": people, "she": people, "him": people, "his": f"{people}’s", "hers": f"{people}’s"}
        replacements["her"] = f"{people}’s" if own else people
    for match in WORD.finditer(question):
        if match.group().lower() in replacements:
            put = question[: match.start()] + replacements[match.group().lower()] + question[match.end() :]
            return put if title in put else f"{put} ({title})"
    return f"{question} ({', '.join(part for part in (title, people) if part)})"


def _part_meant(title: str, question: str) -> str:
    """The title, or that of "part 2 of 2" where part 1 was spoken of and "the other half" is asked for."""
    part, half = _PART.search(title), _HALF.search(question)
    if part is None or half is None:
        return title
    at = int(part[1])
    wanted = {"first": 1, "second": 2, "other": 3 - at}.get((half[1] or "").lower(), at + 1)
    return title if wanted == at or wanted > int(part[2]) else f"{title[: part.start()]}(part {wanted} of {part[2]})"
