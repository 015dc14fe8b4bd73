"""What a conversation has spoken of, and which of it a question points at.

Comes in: the answers of a conversation. Goes out: the talks, papers and people spoken of, newest first; of these the
ones that a question means. Leaves to others: whether it means any (`leaning`).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.kinds import PAPER, TALK
from assistant.named import KnownNames, Person, Titled
from assistant.retrieve.hybrid import Fit
from assistant.types import Answer

# Further back, or further down a list, nobody points without naming.
_TURNS = 6
_OF_A_TURN = 20
# What was just spoken of is meant, unless something else fits the question by so much more for each turn back, and for
# each place behind the first that an answer cites. Scores of unrelated records differ by .1 at most.
_A_TURN_BACK = 0.12
_A_PLACE_DOWN = 0.1
_THE_KIND_NAMED = 0.1

_OF_BOTH = re.compile(r"\b(?:(?:of|between) (?:the two|them|these two|those two)|both|the (?:former|latter))\b", re.I)
_ONE = rf"(?:one|{TALK}|{PAPER}|speaker|person|author|work|entry|title|item)"
_OTHER = re.compile(rf"\bthe other {_ONE}\b", re.IGNORECASE)
_NTH = re.compile(
    r"\b(?:the|that|number) (first|second|third|fourth|fifth|last|1st|2nd|3rd|4th|5th|one|two|three|four|five)"
    rf"(?= (?:{_ONE}|of (?:them|those|these|the))\b|\W*$|,)",
    re.IGNORECASE,
)
_PLACES = {
    word: place
    for place, words in enumerate(("first 1st one", "second 2nd two", "third 3rd three", "fourth 4th four", "fifth"))
    for word in words.split()
} | {"last": -1}
_PERSON = re.compile(
    r"\b(?:he|she|him|her|his|hers|(?:that|this|the) (?:person|man|woman|guy|lady|gentleman|colleague|researcher"
    r"|professor|scientist|supervisor|advis[eo]r|lecturer|presenter|speaker))\b",
    re.IGNORECASE,
)
_SHE = re.compile(r"\b(?:she|hers?|(?:woman|lady))\b", re.IGNORECASE)
_HE = re.compile(r"\b(?:he|him|his|man|guy|gentleman)\b", re.IGNORECASE)
_KIND = re.compile(rf"\b(?:that|the|this) (?:({PAPER})|{TALK}|speaker|speech)\b", re.IGNORECASE)
_ASKS_WHO = re.compile(r"\bwho(?:m|se)?\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the conversation is about.

    Attributes:
        title: Of the talk or paper; "" where only somebody was named.
        people: Whom "he", "she" or "they" can mean.
        turn: How many turns back; 0 is the last answer.
        place: In that answer.
    """

    record_id: str
    title: str
    kind: str
    people: tuple[str, ...]
    turn: int = 0
    place: int = 0


class Conversation:
    """The subjects of the answers so far."""

    def __init__(self, history: Sequence[Answer], names: KnownNames) -> None:
        self._history = [answer for answer in reversed(history[-_TURNS:]) if answer.mode != "about"]
        self._names = names
        self.subjects = [
            subject for turn, answer in enumerate(self._history) for subject in self._of_answer(turn, answer)
        ]

    @property
    def record_ids(self) -> list[str]:
        """Of everything spoken of."""
        return list(dict.fromkeys(subject.record_id for subject in self.subjects))

    @property
    def last(self) -> Answer | None:
        """The last answer that rests on anything."""
        return next((answer for answer in self._history if answer.citations), None)

    def meant(self, question: str, fit: Fit) -> list[Subject]:
        """Those that a question points at, which leans on the conversation: mostly one."""
        if pair := self._pair(question):
            return pair
        if (pointed := self._pointed(question)) is not None:
            return [pointed]
        kind = "paper" if (named := _KIND.search(question)) and named[1] else "talk" if named else None
        return [max(self._possible(question), key=lambda subject: self._nearness(subject, fit, kind))]

    def _nearness(self, subject: Subject, fit: Fit, kind: str | None) -> float:
        is_list = self._history[subject.turn].mode == "catalogue"
        place = 0 if is_list else _A_PLACE_DOWN * subject.place
        own_kind = _THE_KIND_NAMED if subject.kind == kind else 0
        return fit.of.get(subject.record_id, -1.0) + own_kind - _A_TURN_BACK * subject.turn - place

    def _possible(self, question: str) -> list[Subject]:
        """Those that fit the pronoun and the name in a question; all where none does."""
        named = {person.name for person in self._names.people.named(question)}
        titled = {one.record_id for one in self._names.titles.named(question)}
        if same := [one for one in self.subjects if named & set(one.people) or one.record_id in titled]:
            return same
        if not _PERSON.search(question):
            return self.subjects
        wanted = "she" if _SHE.search(question) else "he" if _HE.search(question) else None
        persons = [subject for subject in self.subjects if subject.people and self._may_be(subject, wanted)]
        found = [subject for subject in persons if subject.turn == 0 and subject.place < 0]
        return found or persons or self.subjects

    def _may_be(self, subject: Subject, pronoun: str | None) -> bool:
        told = {self._names.people.pronoun(name) for name in subject.people}
        return pronoun is None or None in told or pronoun in told

    def _pointed(self, question: str) -> Subject | None:
        """The one that "the second one" or "the other paper" says."""
        first = self.subjects[0]
        listed = [subject for subject in self.subjects if subject.turn == first.turn and subject.place >= 0]
        if nth := _NTH.search(question):
            if len(listed) == 1:  # of those spoken of one after the other
                listed = [one for one in reversed(self.subjects) if one.place == 0]
            place = _PLACES[nth[1].lower()]
            return listed[place] if place < len(listed) and len(listed) > 1 else None
        if _OTHER.search(question):
            return next((subject for subject in self.subjects if subject.record_id != first.record_id), None)
        return None

    def _pair(self, question: str) -> list[Subject]:
        """The two that "the latter" chooses from: of "Compare A and B", else what the last two answers were about."""
        pointed = _OF_BOTH.search(question)
        if pointed is None:
            return []
        first, *others = self.subjects
        others = [subject for subject in others if subject.record_id != first.record_id]
        if not others:
            return []
        is_one_answer = " and " in self._history[first.turn].standalone_question.lower()
        other = next((subject for subject in others if is_one_answer or subject.turn > first.turn), others[0])
        pair = [first, other] if other.turn == first.turn else [other, first]
        if "former" in pointed[0].lower():
            return pair[:1]
        return pair[1:] if "latter" in pointed[0].lower() else pair

    def _of_answer(self, turn: int, answer: Answer) -> Iterator[Subject]:
        """What one answer was about: first what the question named, then what it cites, or names in refusing."""
        named = self._names.people.named(answer.standalone_question)
        yield from self._found(turn, answer, {person.name for person in named})
        about = {one.record_id: one for one in self._in_text(answer, named)}
        first = {id_ for person in named for id_ in person.record_ids}
        first |= {one.record_id for one in self._names.titles.named(answer.standalone_question)}
        ordered = sorted(about.values(), key=lambda one: one.record_id not in first)[:_OF_A_TURN]
        for place, one in enumerate(ordered):
            present = tuple(person.name for person in named if one.record_id in person.record_ids)
            yield Subject(one.record_id, one.title, one.kind, present or one.people, turn, place)

    def _in_text(self, answer: Answer, named: Sequence[Person]) -> Iterator[Titled]:
        """What an answer cites; of one that cites nothing what it and its question name."""
        for cited in answer.citations:
            yield Titled(cited.id, cited.title, cited.kind, tuple(one.split(",")[0] for one in cited.speakers))
        yield from self._names.titles.named(answer.standalone_question)
        if not answer.citations:
            for person in named:
                yield Titled(person.record_ids[0], "", "talk", (person.name,))
            yield from self._names.titles.named(answer.text)

    def _found(self, turn: int, answer: Answer, asked: set[str]) -> Iterator[Subject]:
        """Whom the answer to "Who …?" names beside those asked about, if they speak here."""
        if answer.mode != "extract" or not _ASKS_WHO.match(answer.question.strip()):
            return
        cited = {citation.id for citation in answer.citations}
        quoted = " ".join(citation.quote for citation in answer.citations)
        for person in self._names.people.named(quoted):
            if person.name in quoted and person.name not in asked and not cited & set(person.record_ids):
                yield Subject(person.record_ids[0], "", "talk", (person.name,), turn, -1)
