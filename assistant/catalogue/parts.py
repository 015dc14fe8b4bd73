"""Rules for what must be recorded or missing: a biography, code, a date, chapters.

Comes in: a draft. Goes out: the same with `having` and `lacking`, the words read.
"""

import re

from assistant.catalogue.draft import TAKEN, Draft
from assistant.catalogue.query import Part

_PARTS: dict[Part, str] = {
    "code": r"(?:open[- ]?)?(?:source )?code(?: repositor(?:y|ies))?(?: (?:on|at|from) git ?hub)?|git"
    r" ?hub(?: (?:link|repo\w*|address|page|url|code)(?:e?s)?)?"
    r"|repo(?:s|sitor(?:y|ies))?(?: (?:on|at) git ?hub)?|(?:code )?implementations?",
    "bio": r"bio(?:graph(?:y|ies))?s?|biographical (?:note|text|information)s?|cvs?",
    "abstract": r"abstracts?|summar(?:y|ies)|descriptions?",
    "chapters": r"chapters?(?: marks?| list| times?)?|timestamps?|time stamps?",
    "video": r"video(?: link| address)?s?",
    "link": r"(?:web |internet )?(?:links?|urls?|address(?:es)?)|hyperlinks?|websites?",
    "full_date": r"(?:full|complete) dates?",
    "date": r"dates?",
    "year": r"years?(?: in (?:the|its|their) dates?)?",
    "comments": r"comments?",
    "organisation": r"organi[sz]ations?",
    "authors": r"number of authors|author (?:count|number)s?|authors?",
    "affiliation": r"affiliations?",
    "speaker": r"speakers?",
}
_WITH = (
    r"share their|shares? its|(?:are |is )?(?:divided|split) into|"
    r"with|has|have|having|had|carry|carries|carrying|includes?|including|offers?|gives?|comes? with|links?"
    r" to|linking to"
    r"|points? to|provides?|contains?|got|accompanied by|releases?|names?|naming|received?|got|there (?:is|are)"
)
_WITHOUT = (
    r"without|w/o|minus|(?:ha(?:s|ve) |with |give |gives )?neither|lacks?|lacking|missing|miss|with no|ha(?:s|ve) no"
    r"|having no|(?:do|does|did)(?:n't| not) (?:have|come with|carry"
    r"|include|link to|give|provide|contain|show|name)|ha(?:s|ve)(?:n't| not)(?: got)?|instead of|rather"
    r" than|in place of"
    r"|for (?:which|whom) there is no|not having|no"
)
_BETWEEN = (
    r"(?: (?:a|an|any|the|its|their|his|her|some|both|either|speakers?'?s?|author'?s?|listed|recorded|given"
    r"|own|short|public"
    r"|timed|at least (?:a|one)))*"
)
_TAIL = (
    r"(?: (?:at all|given|listed|recorded|available|attached|whatsoever|(?:behind|for|of|about) (?:it"
    r"|them|the speakers?)))?"
)


def read_parts(draft: Draft) -> None:
    """Read "with a biography and chapters", "papers that lack a year", "whose abstract is missing"."""
    for field, lead in (("lacking", _WITHOUT), ("having", _WITH)):
        for part, names in _PARTS.items():
            while match := draft.take(rf"(?:{lead}){_BETWEEN} (?:{names}){_TAIL}"):
                draft.add(field, part)
                _read_more_parts(draft, field, match.end())
    for part, names in _PARTS.items():
        if draft.take(
            rf"(?:whose )?(?:{names}) (?:is|are) (?:missing|absent|not (?:given|recorded|known|stated)|unknown)"
        ):
            draft.add("lacking", part)
        elif draft.take(rf"(?:whose )?(?:{names}) (?:is|are) (?:given|recorded|known|stated|present|available)"):
            draft.add("having", part)
    for part in ("code", "bio", "link", "comments", "abstract", "chapters"):
        if draft.take(rf"(?:is|are) there (?:a |any )?(?:{_PARTS[part]}) (?:for|with|in|on)"):
            draft.add("having", part)
    for field, joint in (("lacking", r"(?: without| but no| and no| no)"), ("having", r"(?: with)?")):
        for part, names in _PARTS.items():
            if match := re.search(
                rf"(?<={TAKEN})(?:,? and|,? plus|,| but| as well as|,? but also){joint}{_BETWEEN} (?:{names})(?![\w-])",
                draft.text,
            ):
                draft.blank(*match.span())
                draft.add(field, part)
    if draft.take(r"(?:from|by|of) (?:an?|some|any) organi[sz]ation"):
        draft.add("having", "organisation")
    if draft.take(
        r"(?:with |have |has |give |gives )?(?:only|just) (?:a |the )?(?:day and (?:a )?month|month and"
        r" (?:a )?day)(?: (?:as|for|in) (?:the |a |its |their )?dates?)?"
    ):
        draft.add("lacking", "year")
    if draft.take(r"undated"):
        draft.add("lacking", "date")
    if draft.take(r"yearless"):
        draft.add("lacking", "year")
    if "year" in draft.fields.get("lacking", ()):
        draft.add("having", "date")
    if draft.take(
        r"(?:im|not )possible (?:chapter )?times?|times? that cannot be right|(?:wrong|odd|broken|bad"
        r"|strange|suspicious) (?:chapter )?times?(?:tamps?)?"
        r"|(?:chapter )?times? (?:looks?|is|are|seems?|cannot be) (?:wrong|odd|broken|bad|strange"
        r"|suspicious|right|impossible)"
    ):
        draft.fields["odd_times"] = True


def _read_more_parts(draft: Draft, field: str, end: int) -> None:
    """The rest of "with A, B and C"."""
    found = True
    while found:
        found = False
        for part, names in _PARTS.items():
            match = re.match(
                rf"(?:,? and|,? or|,? nor|,| but also)(?: with| without| no)?{_BETWEEN} (?:{names})(?![\w-])",
                draft.text[end:],
            )
            if match:
                draft.blank(end, end + match.end())
                end += match.end()
                draft.add(field, part)
                found = True
