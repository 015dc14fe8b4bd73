"""Biographies: where an entry begins to be about its speakers, and what one says that somebody is now.

Comes in: an entry's paragraphs and speakers. Goes out: the paragraph at which the biographies begin. Pages do not mark
it; a biography begins with a speaker's name, in one of the forms in which people write it. Or: a biography and a name;
goes out: its clauses "is an assistant professor …" of that person, to the letter, without what somebody was before.
"""

import re
from collections.abc import Sequence

from ingest.passages import Span, split_sentences
from ingest.readers.people import HONORIFICS, PARTICLES, is_name, is_role, plain_word, surname
from ingest.records import Speaker
from ingest.text import plain_words

# Behind half a name ("Surbhi", "Dr. Chi") only words that a life is told with count; an abstract may say "Newton
# updates".
_LIFE = (
    r"(?:\([^()]*\)\s*)?,?\s*"
    r"(?:(?:has|have) been\b|(?:(?:also|currently|now|presently|previously|recently|first|both)\s+)*"
    r"(?:is|was|are|were|holds|held|received|receives|joined|joins|obtained|earned|leads|led|directs|works|worked|serves|served"
    r"|completed|did|got|graduated|studied|studies|founded|co-?founded|teaches|taught|heads|runs|grew|specialises|specializes"
    r"|focuses"
    r"|has (?:a|an|her|his|their|over|more|served|worked|held|received|published|authored|led|co-?\w+|won|made))\b)"
)
_LIFE_FOLLOWS = re.compile(_LIFE)
# Behind a whole name anything else follows too ("Ada Roe, born in ..."), except what belongs to the talk.
_TALK_FOLLOWS = re.compile(
    r"\s*(?:and\b|et al|(?:will|would|shall|may|can)\b"
    r"|(?:present|discuss|show|talk|explore|argue|prove|introduce|describe|review"
    r"|explain|demonstrate|propose|share|give|survey|outline|examine|ask|cover)s?\b)"
)
_POSSESSIVE = re.compile(
    r"['’]s?\s+(?:research|work|current|recent|interests?|main|primary|group|lab|awards?|contributions?)\b"
)
_OF_SOMEBODY = re.compile(
    r"\s+(?:is|was)\s+(?:currently\s+)?(?:an?|the|one)\s.{0,80}?\b(?:professor|scientist|researcher|director|fellow|engineer|student"
    r"|lecturer|scholar|chair|founder|head)\b",
    re.IGNORECASE,
)
_NAME_RUN = re.compile(
    r"(?:[^\W\d_a-z][\w.‐‑'-]*|\([^()]{1,20}\)|[\"“][^\"“”]{1,20}[\"”]|" + PARTICLES.pattern + r")(?:\s+|$|(?=\W))"
)
_NOW = re.compile(r"\b(?:is|holds|works as)\s")
_BEFORE = re.compile(
    r"\b(?:prior to|before|previously|formerly|until|where (?:s?he|they) (?:was|were)|has served|was|were)\b",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"(?:(?:currently|now|presently|today),? )?(?:he|she|they|dr|prof|professor)\b", re.IGNORECASE)


def bio_start(paragraphs: Sequence[str], speakers: Sequence[Speaker]) -> int | None:
    """Find the first paragraph that tells of a speaker; all that follows it does too.

    Args:
        paragraphs: Of one entry, in reading order.
        speakers: Of that entry; where no paragraph begins with one of them, somebody's profession told behind a full
            name is enough from the second paragraph on (a name may be misspelt in either place).

    Returns:
        The index of the paragraph, or None.
    """
    for index, paragraph in enumerate(paragraphs):
        # An abstract may begin with its speaker's name ("Ada Roe takes us through ..."); a second one never does.
        if any(begins_with_life_of(paragraph, speaker.name, certain=index == 0) for speaker in speakers):
            return index
    for index, paragraph in enumerate(paragraphs[1:], start=1):
        words, rest = _leading_name(paragraph)
        if is_name(" ".join(words)) and _OF_SOMEBODY.match(f" {rest}"):
            return index
    return None


def begins_with_life_of(paragraph: str, name: str, *, certain: bool = False) -> bool:
    """Whether a paragraph opens with a person's name and goes on as a biography does.

    Args:
        paragraph: Such as "Dr. Roe received ...".
        name: Such as "Ada B. Roe".
        certain: Ask for the words of a life behind a whole name too, not only behind half of one.
    """
    words, rest = _leading_name(paragraph)
    found = {plain for word in words if len(plain := plain_word(word)) > 1}
    family = surname(name)
    given = {plain for word in HONORIFICS.sub("", name).split() if len(plain := plain_word(word)) > 1} - {family}
    tells_life = (_LIFE_FOLLOWS.match(rest) or _POSSESSIVE.match(rest)) is not None
    if family in found and found & given:
        return tells_life or not (certain or _TALK_FOLLOWS.match(rest))
    return bool(found) and found <= given | {family} and tells_life


def _leading_name(paragraph: str) -> tuple[list[str], str]:
    """The capitalised words that a paragraph opens with, titles such as "Dr." left out, and what follows them."""
    text = HONORIFICS.sub("", paragraph)
    position = 0
    words: list[str] = []
    while len(words) < 6 and (match := _NAME_RUN.match(text, position)):
        word = match.group().strip()
        possessive = re.match(r"(.+?)(['’]s?)$", word)
        if possessive:
            words.append(possessive[1])
            return words, text[match.start() + len(possessive[1]) :]
        words.append(word)
        position = match.end()
    return words, text[position:]


def present_posts(bio: str, name: str, *, alone: bool) -> list[Span]:
    """Where a biography says what somebody is now, as (start, end) of each clause.

    Args:
        alone: Whether the biography is of one person; if not, only sentences that begin with the name count.
    """
    family = surname(name)
    spans: list[Span] = []
    for start, end in split_sentences(bio):
        sentence = bio[start:end]
        now = _NOW.search(sentence)
        if now is None or _BEFORE.search(sentence, 0, now.start()):
            continue
        subject = sentence[: now.start()]
        if family not in plain_words(subject) and not (alone and _PRONOUN.match(subject)):
            continue
        former = _BEFORE.search(sentence, now.end())
        stop = former.start() if former else len(sentence)
        if is_role(sentence[now.end() : stop]):
            spans.append((start, start + stop))
    return spans
