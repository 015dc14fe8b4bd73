"""What a line says of a person beside the name: roles and affiliations.

Comes in: the pieces between commas. Goes out: one role and one affiliation, as written. The words listed here are the
usual ones of titles and institutions, not those of any page.
"""

import re

from ingest.readers.brackets import split_outside, trailing_bracket

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
