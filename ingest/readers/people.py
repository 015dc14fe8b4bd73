"""People as pages name them: "Name, Role, Affiliation", one or several to a line; and where their biographies begin.

Comes in: the part of a line that names people; an entry's paragraphs and speakers. Goes out: speakers, each with what
the line says of it; how much a line looks like one that names people; the surname by which two names are compared; the
paragraph at which biographies begin, which pages do not mark. Nothing is looked up: a name is told from a role or an
affiliation by its shape, its place, and the usual words of titles and institutions, a biography by a speaker's name in
front, in one of the forms in which people write it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.records import Speaker
from ingest.text import folded

# Placeholders in lists of speakers, as people write them where they know none.
NOBODY = frozenset(
    "various speakers|various|multiple speakers|several speakers|speaker|speakers|unknown|unknown speaker|anonymous|tba"
    "|tbd|tbc|to be announced|n/a|none|nobody|panel|all|-|–|?|".split("|")
)
_LABEL = re.compile(
    r"^(?:(?:speakers?|presenters?|panelists?|instructors?)\s*:\s*|(?:presented )?by:?\s+)", re.IGNORECASE
)
PARTICLES = re.compile(r"al|bin|da|de|del|della|den|der|di|dos|du|el|ibn|la|le|ten|ter|van|von|y|zu|zur")
# What stands small in names and affiliations.
_SMALL_WORDS = re.compile(r"a|an|and|at|e|et|für|in|of|on|the|to|und|with|for|" + PARTICLES.pattern)
AFFILIATED_COST = 0.0
BARE_NAME_COST = 2.0
_LONGEST_LINE_CHARS = 260
HONORIFICS = re.compile(r"^(?:(?:Dr|Prof|Professor|Mr|Mrs|Ms|Mx|Sir|Dame)\b\.?\s+)+", re.IGNORECASE)
_NAME_WORD = re.compile(r"[^\W\d_][^\W\d_.]*(?:[.'’‐‑-]+[^\W\d_]+)*\.?")
_NICKNAME = re.compile(r"\s*(?:\([^()]*\)|[\"“][^\"“”]*[\"”])\s+(?=\S)")
# Words that open a heading and never a name.
_NOT_NAMES = re.compile(
    r"a|and|are|at|beyond|by|does|for|from|how|in|introduction|is|not|of|on|or|part|session|should|the|to|toward|towards"
    r"|tutorial|what|when|where|which|why|with"
    r"|adjunct|assistant|associate|deputy|distinguished|principal|research|senior|staff|vice|visiting",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\b(?:professor|prof|lecturer|instructor|teacher|dean|provost|scientist|researcher|scholar|fellow|postdoc|postdoctoral"
    r"|student|candidate|intern|engineer|developer|architect|analyst|consultant|manager|director|member|lead|leader|head"
    r"|chair|chairman|chairwoman|co-?chair|president|vp|svp|ceo|cto|cso|cio|founder|co-?founder|officer"
    r"|chief|partner|principal investigator|editor|specialist|technologist|strategist|economist|curator|advisor|adviser"
    r"|mathematician|physicist|statistician|programmer|organi[sz]er|moderator|host)s?\b",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:universit\w*|institut\w*|college|school|[ée]cole|hochschule|polytechnic\w*|academy|center|centre|laborator\w+|labs?"
    r"|department|dept|faculty|foundation|hospital|clinic|museum|observatory|council|agency|ministry|society|association"
    r"|research|survey|bureau|archives?|tech|technolog\w+|systems|solutions|group|company|corporation|corp|inc|ltd|llc|gmbh|consortium|initiative"
    # Companies whose names have the shape of a person's when two stand together ("Google DeepMind").
    r"|google|deepmind|microsoft|amazon|meta|apple|nvidia|intel|facebook|openai|anthropic|adobe|samsung|huawei|alibaba"
    r"|tencent|baidu|bytedance|salesforce|bosch|siemens|toyota|sony|hitachi|oracle|qualcomm|mila)\b",
    re.IGNORECASE,
)
# Places and institutions that have the shape of a person's name; as a second word ("Ana West") they are surnames.
_PLACE = re.compile(
    r"(?:san|santa|los|las|new|north|south|east|west|saint|hong|abu|tel|ann arbor|palo alto|college park|chapel hill"
    r"|united|carnegie|johns hopkins|cold spring|max planck|penn state|notre dame|ben[- ]gurion)\b",
    re.IGNORECASE,
)
_COUNTRIES = frozenset(("USA", "US", "UK", "UAE", "U.S.A.", "U.S.", "U.K.", "CA", "NY", "MA", "PA", "IL", "WA", "TX"))
_SUFFIXES = re.compile(r"jr|sr|ii|iii|iv|phd|md|msc|bsc|dphil|mba|dsc|scd|facs|ieee-fellow", re.IGNORECASE)
# A text that opens so names an institution: "UC Irvine", "UT Austin".
OPENS_INSTITUTION = frozenset(
    ("UC", "UT", "UW", "UCL", "UCLA", "MIT", "NYU", "ETH", "IIT", "CNRS", "IBM", "ENS", "EPFL")
)
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


@dataclass(slots=True)
class _Person:
    """A speaker while the line is read."""

    name: str
    details: list[str] = field(default_factory=list)


def parse_people(text: str) -> tuple[Speaker, ...]:
    """Read the people that a line names.

    Args:
        text: Such as "Ada Roe, Professor, MIT and Bo Lind, IBM"; commas in brackets separate nothing.

    Returns:
        Speakers in the line's order. Names joined by "and" before one affiliation share it.
    """
    people: list[_Person] = []
    for group in split_outside(_LABEL.sub("", text.strip()), ";"):
        parts = _without_listing_comma(split_outside(group, ","))
        started = len(people)
        for index, part in enumerate(parts):
            following = parts[index + 1] if index + 1 < len(parts) else None
            _read_part(part, following, people, first=index == 0, group_start=started)
    return tuple(_to_speaker(person) for person in people if person.name)


def people_named(text: str) -> tuple[Speaker, ...]:
    """The people of a value that names nothing else; a name in any script stands as it is, a placeholder is nobody."""
    text = " ".join(text.split())
    if not re.search(r"[,;&()]| and ", text):
        found: tuple[Speaker, ...] = (Speaker(text),)
    elif all(is_name(part, strict=True) for part in text.split(",")):
        found = tuple(Speaker(part.strip()) for part in text.split(","))
    else:
        found = parse_people(text)
    return tuple(one for one in dict.fromkeys(found) if one.name.casefold() not in NOBODY)


def speaker_line_cost(line: str) -> float | None:
    """How unlike a line of speakers a line is: 0 with an affiliation, 2 for a bare name, None when it cannot be one."""
    text = _LABEL.sub("", line)
    outside = re.sub(r"\([^()]*\)", "", text)
    if len(text) > _LONGEST_LINE_CHARS or re.search(r"[:?!]|://", outside) or not _ends_like_a_name(text):
        return None
    head = next(iter(split_outside(text, "[,;]")), "")
    first_name = _join_split(head)[0] if _join_split(head) else head
    name, bracket = trailing_bracket(first_name)
    if not is_name(name) or (bracket and re.search(r"\d|^part\b", bracket, re.IGNORECASE)):
        return None
    if _small_words(text) > 1:
        return None
    if bracket or "," in outside or ";" in outside:
        return AFFILIATED_COST
    return BARE_NAME_COST


def _read_part(part: str, following: str | None, people: list[_Person], *, first: bool, group_start: int) -> None:
    """Take the next piece between commas: it begins a person, or says more of the one before."""
    joined_by_and = re.sub(r"^(?:and|&)\s+", "", part)
    if joined_by_and != part and _begins_person(joined_by_and):
        first, part = True, joined_by_and
    if first and people and not _begins_person(part) and not is_name(part):
        people[-1].details.append(part)
        return
    names = _join_split(part)
    only_names = all(not person.details for person in people[group_start:])
    if names and (first or only_names):
        people.extend(_Person(name) for name in names)
    elif first or _new_person(part, following, people[-1]):
        people.append(_Person(part))
    elif (tail := _name_after_and(part)) and following is not None:
        people[-1].details.append(tail[0])
        people.append(_Person(tail[1]))
    else:
        for person in people[group_start:] if only_names and len(people) - group_start > 1 else people[-1:]:
            person.details.append(part)


def _without_listing_comma(parts: list[str]) -> list[str]:
    """Read "Xi Li, Bo Roe, and Ada Lind, MIT" as "Xi Li, Bo Roe and Ada Lind, MIT"; only names stand before it."""
    for index, part in enumerate(parts[1:], start=1):
        name = re.sub(r"^(?:and|&)\s+", "", part)
        if name != part and all(_begins_person(piece) for piece in (*parts[:index], name)):
            return [*parts[: index - 1], f"{parts[index - 1]} and {name}", *parts[index + 1 :]]
    return parts


def _begins_person(part: str) -> bool:
    return is_name(trailing_bracket(part)[0], strict=True)


def _join_split(part: str) -> list[str]:
    """The names in "Ada Roe and Bo Lind", brackets included; empty unless every piece is a name."""
    names = split_outside(part, r"\s+(?:and|&)\s+")
    return names if len(names) > 1 and all(_begins_person(name) for name in names) else []


def _name_after_and(part: str) -> tuple[str, str] | None:
    """What stands before and after the "and" of "IBM and Bo Lind"; None for "LBNL and UC Berkeley"."""
    pieces = split_outside(part, r"\s+(?:and|&)\s+")
    if len(pieces) > 1 and _begins_person(pieces[-1]) and not is_role(pieces[-1]):
        return part[: part.rindex(pieces[-1])].rstrip().removesuffix("and").removesuffix("&").rstrip(), pieces[-1]
    return None


def _new_person(part: str, following: str | None, current: _Person) -> bool:
    """Whether a name without "and" before it is the next person: only what follows can show it."""
    if not _begins_person(part):
        return False
    if trailing_bracket(part)[1] and not current.details:
        return trailing_bracket(current.name)[1] is not None
    if following is None or not (current.details or trailing_bracket(current.name)[1]):
        return False
    return is_role(following) or is_organisation(following)


def _to_speaker(person: _Person) -> Speaker:
    """Sort out what was said of a person."""
    name, bracket = trailing_bracket(person.name)
    details = person.details
    while details and is_suffix(details[0]):
        name, details = f"{name}, {details[0]}", details[1:]
    role, affiliation = role_and_affiliation(([bracket] if bracket else []) + details)
    return Speaker(name=name, affiliation=affiliation, role=role)


def _ends_like_a_name(text: str) -> bool:
    return (
        not text.endswith(".")
        or is_suffix(text.split()[-1])
        or re.search(r"\b(?:Inc|Corp|Ltd|Co|[A-Z])\.$", text) is not None
    )


def _small_words(text: str) -> int:
    """How many words are written small though a name or an affiliation would not; a sentence has many."""
    words = re.findall(r"(?<![\w-])[^\W\d_]+", re.sub(r"\([^()]*\)", "", text))
    return sum(word[0].islower() and not _SMALL_WORDS.fullmatch(word) and not is_role(word) for word in words)


def is_name(text: str, *, strict: bool = False) -> bool:
    """Whether a text has the shape of a person's full name, two to five words.

    Args:
        text: Such as "Sicun (Sean) Gao", "Li-C. Wang", "Ana de la Cruz".
        strict: In the middle of a line, where an affiliation is as likely: no abbreviation, no organisation, no place.
    """
    bare = HONORIFICS.sub("", text.strip())
    words = _NICKNAME.sub(" ", bare).split()
    while words and is_suffix(words[-1].strip(",")):
        words.pop()
    if not 2 <= len(words) <= 5 or PARTICLES.fullmatch(words[-1]):
        return False
    if any(_NOT_NAMES.fullmatch(word) for word in words) or words[0] in OPENS_INSTITUTION:
        return False
    if not all(_NAME_WORD.fullmatch(word) and (PARTICLES.fullmatch(word) or not word[0].islower()) for word in words):
        return False
    return not (strict and is_organisation(text))


def surname(name: str) -> str:
    """The last word of a name in plain small letters, for comparing: "Sicun (Sean) Gao" gives "gao"."""
    words = [word for word in re.sub(r"\([^()]*\)", " ", name).replace(",", " ").split() if not is_suffix(word)]
    return plain_word(words[-1]) if words else ""


def plain_word(word: str) -> str:
    """A word without case, accents and punctuation."""
    return "".join(filter(str.isalnum, folded(word)))


def is_role(text: str) -> bool:
    """Whether a text holds a word for what somebody is ("Professor", "Postdoctoral Scholar")."""
    return _ROLE.search(text) is not None


def is_organisation(text: str) -> bool:
    """Whether a text must be an institution or a place, not a person, by its words or by an abbreviation."""
    if text.strip() in _COUNTRIES:
        return False
    capitals = re.search(r"(?<![\w.-])[A-Z]{2,}(?![\w.])", text) is not None
    return capitals or (_ORGANISATION.search(text) or _PLACE.match(text)) is not None


def is_suffix(text: str) -> bool:
    """Whether a text belongs to the name before it: "Jr.", "PhD"."""
    return _SUFFIXES.fullmatch(text.replace(".", "")) is not None


def role_and_affiliation(details: list[str]) -> tuple[str | None, str | None]:
    """Sort what was said of a person.

    Args:
        details: In the line's order, such as ["Professor", "University of California", "San Diego"].

    Returns:
        Role and affiliation, several of one sort joined as in the line; None where there is none. "Scholar at MIT" is
        a role at an affiliation; a bracket behind an affiliation that tells a role is taken for one.
    """
    roles: list[str] = []
    in_brackets: list[str] = []
    affiliations: list[str] = []
    for detail in details:
        text, bracket = trailing_bracket(detail)
        if is_role(text):
            role, places = _role_at(detail)
            roles.append(role)
            affiliations.extend(places)
        elif bracket and is_role(bracket):
            affiliations.append(text)
            in_brackets.append(bracket)
        else:
            affiliations.append(detail)
    role = "; ".join(([", ".join(roles)] if roles else []) + in_brackets)
    return role or None, ", ".join(affiliations) or None


def _role_at(text: str) -> tuple[str, list[str]]:
    """Part "Scholar at MIT"; with a second role behind it the role stays whole and only the places are named."""
    if " at " not in text:
        return text, []
    clauses = split_outside(text, r"\s+(?:and|&)\s+(?=.*\bat\b)|\s+(?:and|&)\s+(?=[^,]*$)")
    grouped: list[str] = []
    for clause in clauses:
        if grouped and not is_role(clause):
            grouped[-1] = f"{grouped[-1]} and {clause}"
        else:
            grouped.append(clause)
    places = [clause.split(" at ", 1)[1].strip() for clause in grouped if " at " in clause]
    if len(places) == 1 and text.endswith(places[0]):
        return text[: -len(places[0])].rstrip().removesuffix(" at").rstrip(), places
    return text, [" and ".join(places)]


def split_outside(text: str, separator: str) -> list[str]:
    """Split a text where a pattern matches outside brackets.

    Args:
        text: One line; a bracket that never closes is taken for a letter.
        separator: A regular expression, such as "," or ";".
    """
    protected = [match.span() for match in re.finditer(r"\([^()]*(?:\([^()]*\)[^()]*)*\)", text)]
    pieces: list[str] = []
    start = 0
    for match in re.finditer(separator, text):
        if not any(opening <= match.start() < closing for opening, closing in protected):
            pieces.append(text[start : match.start()])
            start = match.end()
    pieces.append(text[start:])
    return [piece.strip() for piece in pieces if piece.strip()]


def trailing_bracket(text: str) -> tuple[str, str | None]:
    """Part a text from the bracket it ends with: "IBM (co-chair, Si2)" gives "IBM" and "co-chair, Si2"."""
    match = re.fullmatch(r"(?P<text>.*\S)\s*\((?P<inside>[^()]+)\)", text.strip())
    return (match["text"], match["inside"].strip()) if match else (text.strip(), None)


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
