"""History and message → the question that is meant.

Comes in: what was typed and the answers before it. Goes out: a question that can be searched for by itself. A question
that stands alone is left alone, and one that changes the subject drops the old one. Leaves to others: what kind of
question it is (`routes`).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.events import Answer, Citation
from assistant.people import People, Person

# Words that point back at somebody or something; what they mean stands in the turn before.
_SOMEBODY = frozenset({"he", "she", "him", "her", "his", "hers"})
_SOMETHING = frozenset({"it", "its", "they", "them", "their", "theirs", "this", "these", "those", "ones"})
# "that" points back at the end ("Who speaks about that?"), near the start ("Can that test be gamed?") and after these;
# elsewhere it joins clauses ("models that scale").
_BEFORE_THAT = frozenset("about after at before by does did for from in is like of on put to was with".split())
# "And the other half?", "another one in that style".
_ANOTHER = re.compile(r"\b(?:the other|another one)s?\b", re.IGNORECASE)
# "Which of the two spent some time at Meta?"
_OF_BOTH = re.compile(r"\b(?:of the two|both of them|the (?:former|latter))\b", re.IGNORECASE)
# "And with polynomially many?" goes on with the sentence before.
_GOES_ON = re.compile(r"(?:and|but|or) (?:at|by|for|from|in|on|to|with|without|under|after|before|as) ", re.IGNORECASE)
_BEFORE_THERE = frozenset("are be been if is isn't was were what's who's".split())
# Asking words, helpers and the like: a question made of them alone asks for more of what was just said.
_FUNCTION = frozenset(
    "a about above again all also an and another any are as at be been before but by can could did do does doing done "
    "else ever example examples exactly explain for from further get give gave go had has have here how i if in into "
    "is just know last let like made make many may me mean means meant more most much my name no not now of off ok "
    "okay on one only or other others our out over please point really right said same say says should show so some "
    "such summarise summarize tell than thanks that the then there these thing things to too up us use used very was "
    "we well were what when where which who whom whose why will with would yes you your".split()
)
# "And X?", "What about X?" bring a new subject.
_NEW_SUBJECT = re.compile(
    r"^(?:(?:ok|okay|well|so|now|but|thanks|and|also|then)\b[\s,]*)*(?:(?:what|how) about|about|and)?[\s,]*",
    re.IGNORECASE,
)
# What `_with_subject` puts behind a question.
_SUBJECT = re.compile(r"\s*\(“.*”.*\)$")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
# What only joins a question to the conversation.
_JOINED_TO = re.compile(r"^\W*(?:(?:ok|okay|well|so|now|but|thanks|and|also|then)\b[\s,]*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """What the conversation is about.

    Attributes:
        title: Of the talk or paper that the last answer rests on.
        people: Whom "he", "she" or "they" can mean.
    """

    title: str
    kind: str
    people: tuple[str, ...]


def standalone_question(
    question: str, history: Sequence[Answer], people: People, holds: Callable[[str, str], bool] = lambda *_: False
) -> str:
    """The question with what it leaves to the history put in.

    Args:
        question: As typed.
        history: The answers of this conversation, oldest first.
        people: Everyone who speaks in the collection.
        holds: Whether the record with this id holds this word: "AIME scores?" asks for those of the talk spoken of, if
            that talk names AIME.
    """
    last = _last_cited(history)
    if last is None:
        return question
    if (replaced := _same_of_another(question, last, people)) is not None:
        return replaced
    if not leans_on_history(question, people) and not _names_what_it_holds(question, last, people, holds):
        return question
    subjects = [subject_of(last, people)]
    if pointed := _OF_BOTH.search(question):
        subjects = _both(last, history, people)
        if "former" in pointed[0].lower():
            subjects = subjects[:1]
        elif "latter" in pointed[0].lower():
            subjects = subjects[-1:]
    return _with_subject(question, *subjects)


def _last_cited(history: Sequence[Answer]) -> Answer | None:
    """The last answer that rests on anything."""
    return next((answer for answer in reversed(history) if answer.citations), None)


def _names_what_it_holds(question: str, last: Answer, people: People, holds: Callable[[str, str], bool]) -> bool:
    """Whether all names in a question, of nobody who speaks, stand in the talk that was spoken of."""
    names = proper_names(question)
    if not names or people.named(question) or _JOINED_TO.match(question):  # "And homeostasis?" brings a new subject
        return False
    return all(holds(last.citations[0].id, name) for name in names)


def _both(last: Answer, history: Sequence[Answer], people: People) -> list[Subject]:
    """The two that "the latter" chooses from: of "Compare A and B", else what the last two answers were about."""
    cited = {citation.id: citation for citation in last.citations}
    if " and " in last.standalone_question.lower() and len(cited) > 1:
        return [_subject_in(citation, last, people) for citation in cited.values()][:2]
    before = [answer for answer in history if answer.citations and answer is not last]
    return [subject_of(answer, people) for answer in (*before[-1:], last)]


def leans_on_history(question: str, people: People) -> bool:
    """Whether a question cannot be understood by itself."""
    words = _WORD.findall(_JOINED_TO.sub("", question))
    is_named = bool(people.named(question) or _names(words))
    if _OF_BOTH.search(question) or (not is_named and (_ANOTHER.search(question) or _GOES_ON.match(question))):
        return True
    pointer = next((at for at in range(len(words)) if _points_back(words, at)), None)
    if pointer is not None:
        before = words[:pointer]
        if words[pointer].lower() in _SOMEBODY:
            return not people.named(question)  # "In his talk on scaling laws, David Rosen …"
        # "What does Willett say about bagging, and is it robust?" has what "it" means within, and so has "And knowledge
        # graphs, who works on those?".
        has_clause = "and" in [word.lower() for word in before] or _ends_a_phrase(question, before)
        return not (has_clause and len(_content(before)) > 1)
    rest = _WORD.findall(_NEW_SUBJECT.sub("", question))
    changes_subject = len(rest) < len(_WORD.findall(question))
    content = _content(rest)
    if changes_subject or is_named:
        return not content
    # "Is there a fix?" says too little; "What is backward locking?" says enough.
    return len(content) < 2  # noqa: PLR2004


def _ends_a_phrase(question: str, before: Sequence[str]) -> bool:
    """Whether a comma stands behind one of the first words that says something."""
    return any(re.search(rf"\b{re.escape(word)},", question) for word in _content(before))


def without_subject(question: str) -> str:
    """A standalone question without the subject that `standalone_question` put behind it."""
    return _SUBJECT.sub("", question)


def subject_of(answer: Answer, people: People) -> Subject:
    """What an answer was about: the talk that it cites first, unless the question named the speaker of another one."""
    cited = answer.citations[0]
    for person in people.named(answer.standalone_question):
        cited = next((citation for citation in answer.citations if citation.id in person.record_ids), cited)
    return _subject_in(cited, answer, people)


def _subject_in(cited: Citation, answer: Answer, people: People) -> Subject:
    """What one of an answer's citations is about, and the people whom the question named there."""
    speakers = tuple(speaker.split(",")[0] for speaker in cited.speakers)
    named = people.named(answer.standalone_question)
    present = tuple(person.name for person in named if cited.id in person.record_ids)
    return Subject(cited.title, cited.kind, present or speakers)


def _same_of_another(question: str, last: Answer, people: People) -> str | None:
    """Read "And Rosen?" after "Where did Volkan Cevher study?" as where Rosen studied."""
    rest = _NEW_SUBJECT.sub("", question).strip(" ?!.")
    asked = people.named(rest)
    before = people.named(last.standalone_question)
    if len(asked) != 1 or len(before) != 1 or asked == before or _words_beside(rest, asked[0]):
        return None
    return _replace_person(without_subject(last.standalone_question), before[0], asked[0].name)


def _content(words: Sequence[str]) -> list[str]:
    return [word for word in words if re.split("['’]", word.lower())[0] not in _FUNCTION]


def _words_beside(text: str, person: Person) -> list[str]:
    name = {part.lower() for part in _WORD.findall(person.name)}
    return [word for word in _WORD.findall(text) if word.lower() not in name]


def _replace_person(question: str, person: Person, name: str) -> str:
    first, *_, surname = person.name.split() if " " in person.name else (person.name, person.name)
    pattern = rf"(?:{re.escape(first)}\s+(?:\S+\s+){{0,2}})?{re.escape(surname)}"
    return re.sub(pattern, name, question, flags=re.IGNORECASE)


def _points_back(words: Sequence[str], at: int) -> bool:
    word = words[at].lower()
    if word == "that":
        return at == len(words) - 1 or at < 2 or words[at - 1].lower() in _BEFORE_THAT  # noqa: PLR2004
    if (
        word == "it"
        and words[at - 1].lower() == "is"
        and at + 1 < len(words)
        and words[at + 1].lower() in ("that", "to")
    ):
        return False  # "Is it that …", "is it to …" point forward
    if word == "there":
        return at > 0 and words[at - 1].lower() not in _BEFORE_THERE  # "Is there …" points at nothing
    return word in _SOMEBODY | _SOMETHING


def proper_names(question: str) -> list[str]:
    """Words that are names by their looks: a capital or digit inside, or a capital after the first word."""
    return _names(_WORD.findall(question))


def _names(words: Sequence[str]) -> list[str]:
    return [
        word
        for at, word in enumerate(words)
        if word.lower() not in _FUNCTION and (re.search(r"\w[A-Z0-9]", word) or (at > 0 and word[:1].isupper()))
    ]


def _with_subject(question: str, *subjects: Subject) -> str:
    """Put the subject in the place of the first word that points at it, or behind the question."""
    title = " and ".join(f"“{subject.title}”" for subject in subjects)
    people = " and ".join(name for subject in subjects for name in subject.people)
    replacements = {"it": title, "its": f"{title}’s"}
    if people:
        replacements |= {"he": people, "she": people, "him": people, "his": f"{people}’s", "hers": f"{people}’s"}
        replacements["her"] = people if re.search(r"\bher\W*$", question, re.IGNORECASE) else f"{people}’s"
    for match in _WORD.finditer(question):
        if match.group().lower() in replacements:
            put = question[: match.start()] + replacements[match.group().lower()] + question[match.end() :]
            return put if title in put else f"{put} ({title})"
    return f"{question} ({title}{', ' + people if people else ''})"
