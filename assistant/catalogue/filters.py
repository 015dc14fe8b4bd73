"""Rules for what a record must have: numbers, dates, parts, words.

Comes in: a draft. Goes out: the same, its fields filled and the words read. The order matters: "three authors" is read
before "authors".
"""

import re
from collections.abc import Callable

from assistant.catalogue.draft import NUMBER, TAKEN, Draft, to_number
from assistant.catalogue.query import Part, Span

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_NAMES = (
    "january february march april may june july august september october november december".split()
)  # fmt: skip
MONTH = "|".join(sorted({*MONTH_NAMES, *MONTHS, "sept"}, key=len, reverse=True))
_YEAR = r"(?:19|20)\d\d"

_COUNTED = {
    "authors": r"(?:co-?)?authors?|writers?|author count",
    "comments": r"comments?|remarks?",
    "speakers": r"speakers?|presenters?|people|persons",
    "page_count": r"(?:(?:different|distinct|talk|daily|paper|source) )?pages?",
    "chapters": r"chapters?",
    "sizes": r"(?:different |distinct )?(?:talks?|recordings?|papers?|records?|entries|times|speakers?)",
}
_MORE = r"more than|over|above|greater than|exceeding"
_AT_LEAST = r"at least|no fewer than|no less than|not fewer than|not less than|a minimum of|minimum"
_FEWER = r"fewer than|less than|under|below"
_AT_MOST = r"at most|no more than|not more than|up to|a maximum of|maximum"
_COMPARED = rf"{_MORE}|{_AT_LEAST}|{_FEWER}|{_AT_MOST}|exactly|precisely|just|only|a|an|the"
_AFTERWARDS = r"(?: or more| and more| or above| and up| plus|\+| or fewer| or less| at most| at least)"


def _span(compared: str, number: int, afterwards: str = "") -> Span:
    if re.fullmatch(_MORE, compared):
        return Span(number + 1, None)
    if re.fullmatch(_FEWER, compared):
        return Span(None, number - 1)
    if re.fullmatch(_AT_LEAST, compared) or re.search(r"more|above|up|plus|\+|at least", afterwards):
        return Span(number, None)
    if re.fullmatch(_AT_MOST, compared) or re.search(r"fewer|less|at most", afterwards):
        return Span(None, number)
    return Span(number, number)


def read_numbers(draft: Draft) -> None:
    """Read "at least five authors", "2 or more comments", "single-author papers"."""
    if draft.take(
        r"(?:listed |stands? |appears? )?(?:more than once|twice|several times|repeatedly)(?: on the pages)?"
    ):
        draft.fields["page_count"] = Span(2, None)
    if match := draft.take(
        rf"(?:on )?(?:(?:only|exactly|just) )?({NUMBER}) of (?:the |our )?(?:two|three|four|five|\d)"
        rf" (?:daily |talk |paper )?pages"
    ):
        draft.fields["page_count"] = Span(to_number(match[1]), to_number(match[1]))
    groups = "listed" in draft.said
    for field, unit in _COUNTED.items():
        # "three talks" counts the talks of a person or place only where these are listed.
        if (field == "sizes") != groups and field in ("sizes", "speakers"):
            continue
        if match := draft.take(rf"(?:between |from )?({NUMBER})(?: and | to |-| or )({NUMBER}) (?:{unit})"):
            draft.fields[field] = Span(to_number(match[1]), to_number(match[2]))
        elif match := draft.take(
            rf"(?:({_COMPARED}) )?(?:a )?({NUMBER})({_AFTERWARDS})?(?: |-)(?:{unit})({_AFTERWARDS})?"
        ):
            draft.fields[field] = _span(match[1] or "", to_number(match[2]), (match[3] or "") + (match[4] or ""))
        elif draft.take(rf"(?:several|multiple|many|a few|various|more than an?|over an?) (?:{unit})"):
            draft.fields[field] = Span(2, None)
    singular = r"(author|comment)(?:s'?)?"
    if match := draft.take(
        rf"(?:(?:an?|the|whose) )?(?:{singular} (?:count|number)|number of {singular}) (?:is |are |of |="
        rf" ?)?(?:({_COMPARED}) )?({NUMBER})"
    ):
        draft.fields[f"{match[1] or match[2]}s"] = _span(match[3] or "", to_number(match[4]))
    if match := draft.take(
        rf"(?:written|authored) by (?:({_COMPARED}) )?({NUMBER})(?: people| persons?| researchers?)?"
    ):
        draft.fields["authors"] = _span(match[1] or "", to_number(match[2]))
    if draft.take(
        r"(?:single|sole|solo)[- ]authored|solo(?= papers?)|written alone|by (?:only )?one (?:person|author) alone"
    ):
        draft.fields["authors"] = Span(1, 1)


def _read_date_range(draft: Draft) -> None:
    """Read "after June 2024", "before May 2, 2023", "between March 2023 and June 2024"."""
    date = rf"({MONTH})\.?(?: (\d{{1,2}})(?:st|nd|rd|th)?,?)? ({_YEAR})"
    if match := draft.take(rf"(?:between|from) {date} (?:and|to|until|through|-) {date}"):
        low, high = _day(match, 1), _day(match, 4)
        draft.fields["dates"] = Span(low, high if match[5] else high + 31)
    elif match := draft.take(rf"(?:from )?(?:before|prior to|earlier than|older than) {date}"):
        draft.fields["dates"] = Span(None, _day(match, 1) - 1)
    elif match := draft.take(rf"(?:from )?(?:after|later than|newer than|past) {date}"):
        draft.fields["dates"] = Span(_day(match, 1) + (1 if match[2] else 32), None)
    elif match := draft.take(rf"since {date}|from {date} on(?:wards)?"):
        draft.fields["dates"] = Span(_day(match, 1 if match[1] else 4), None)


def _day(match: re.Match[str], first: int) -> int:
    """A date as one number; the day 0 stands before the first of the month."""
    return int(match[first + 2]) * 10000 + month_number(match[first]) * 100 + int(match[first + 1] or 0)


def read_dates(draft: Draft) -> None:
    """Read "before 2020", "October 2023", "May 2 without a year", "from 2022 to 2024"."""
    draft.take(
        r"(?:whatever|regardless of|no matter|in|of) (?:the|any|whichever|which) year(?: it is)?|(?:of |in )?any year"
    )
    _read_date_range(draft)
    year_rules: tuple[tuple[str, Callable[[re.Match[str]], Span]], ...] = (
        (rf"(?:between |from |in |of )?({_YEAR})(?: and | to | until | through | or |-|–| - )({_YEAR})", _ordered),
        (
            rf"(?:from (?:before|prior to)|before|prior to|earlier than|older than|preceding|predat(?:e|es"
            rf"|ing)|pre-?) ?({_YEAR})",
            _below,
        ),
        (rf"({_YEAR}) (?:or|and) (?:earlier|before|older)|(?:until|up to|through|till) ({_YEAR})", _until),
        (rf"(?:from )?(?:after|later than|newer than|past|post-?|younger than|more recent than) ?({_YEAR})", _above),
        (rf"(?:since|starting in|from) ({_YEAR}) (?:on|onwards?|and later|or later|and after)|since ({_YEAR})", _since),
        (rf"({_YEAR}) (?:or|and) (?:later|after|newer|onwards?)", _since),
    )
    for pattern, span in year_rules:
        if match := draft.take(pattern):
            draft.fields["years"] = span(match)
            break
    if match := draft.take(r"(?:in |from |of )?(?:the )?((?:19|20)\d)0s"):
        draft.fields["years"] = Span(int(match[1]) * 10, int(match[1]) * 10 + 9)
    _read_months(draft)
    if "years" not in draft.fields and (
        match := draft.take(rf"(?:(?:in|of|from|dated|during|for) )?(?:the )?(?:year )?({_YEAR})")
    ):
        draft.fields["years"] = Span(int(match[1]), int(match[1]))


def _read_months(draft: Draft) -> None:
    if match := draft.take(rf"(?:between|from) ({MONTH}) (?:and|to|until|through) ({MONTH})"):
        first, last = month_number(match[1]), month_number(match[2])
        draft.fields["months"] = tuple(range(first, last + 1))
    day = r"(\d{1,2})(?:st|nd|rd|th)?"
    if match := draft.take(
        rf"(?:(?:on|of|from|dated|date) )?(?:the )?(?:({MONTH})\.? {day}|{day}(?: of)? ({MONTH})),?"
    ):
        draft.fields["months"] = (month_number(match[1] or match[4]),)
        draft.fields["day"] = int(match[2] or match[3])
    # "may" is a month only where nothing else fits: after "in", before a year or "date".
    if match := draft.take(r"(?:in |from |of )?(?:the )?(first|second) half of(?= (?:19|20)\d\d)"):
        draft.fields["months"] = tuple(range(1, 7) if match[1] == "first" else range(7, 13))
    lead = r"(?:in|of|from|dated|during|for|any|every|a|an|the|and|or|both)"
    while match := draft.take(rf"{lead} (?:the month of )?({MONTH})|({MONTH})(?= date|'s|,? {_YEAR}| papers| talks)"):
        draft.add("months", month_number(match[1] or match[2]))


def month_number(name: str) -> int:
    """Read "June" → 6."""
    return MONTHS.index(name[:3]) + 1


def _ordered(match: re.Match[str]) -> Span:
    low, high = sorted((int(match[1]), int(match[2])))
    return Span(low, high)


def _below(match: re.Match[str]) -> Span:
    return Span(None, int(match[1]) - 1)


def _until(match: re.Match[str]) -> Span:
    return Span(None, int(match[1] or match[2]))


def _above(match: re.Match[str]) -> Span:
    return Span(int(match[1]) + 1, None)


def _since(match: re.Match[str]) -> Span:
    return Span(int(match[1] or match[match.re.groups]), None)


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


_PHRASE = (
    rf"(?:the (?:words?|terms?|phrases?|names?) )?((?:qq\d+qq|[^\s?.!,;:{TAKEN}]+)(?: (?!in |on |from"
    rf" |with |have |has |and |or |page)[^\s?.!,;:{TAKEN}]+){{0,3}})"
)
_TITLE = r"(?:in|within|inside) (?:the|its|their|a) (?:\w+ )?(?:titles?|names?|headings?)"
_SAYS = r"contains?|containing|mentions?|mentioning|includes?|including|has|have|having|with|says?|uses?|using|for"
_SPEAKS_OF = r"mentions?|mentioning|mentioned|refers? to|referring to|cites?"
_OCCURS = r"mentioned|named|cited|occurs?|appears?|found"
_QUOTE = r"qq\d+qq"
_WORD = rf"((?:{_QUOTE}|[\w-]+))"
_CODE_LIKE = re.compile(r"[A-Z].*[A-Z]|\d")


_LISTS_TEXTS = re.compile(
    r"\b(?:which|what|where|who|list|all|any|how many|talks|papers|records|only|ones?|those|everything|recordings?)\b"
)
# How a mention is asked for, and whether any words may stand there: "which papers use induction" asks for content.
_MENTIONS: tuple[tuple[re.Pattern[str], bool], ...] = tuple(
    (re.compile(rf"(?<!\w)(?:{pattern})(?![\w-])"), always)
    for pattern, always in (
        (rf"(?:{_SPEAKS_OF}) {_PHRASE}", True),
        (rf"(?:contain|contains|containing|with the words?|that include|including) ({_QUOTE})", True),
        (
            rf"(?:in )?(?:which|what) (?:papers|talks|records|abstracts|texts) (?:is|are|does|do) {_PHRASE}"
            rf" (?:{_OCCURS})",
            True,
        ),
        (
            rf"(?:contains?|containing|includes?|including|uses?|using|with) the (?:words?|terms?|phrases?) {_WORD}",
            True,
        ),
        (rf"where (?:is|are|does|do) the (?:words?|terms?|phrases?|names?) {_WORD} (?:{_OCCURS})", True),
        (
            rf"(?:in )?(?:which|what) (?:papers|talks|records|abstracts|texts) (?:is|are|does|do) the"
            rf" (?:words?|terms?|phrases?) {_WORD} (?:{_OCCURS})",
            True,
        ),
        (rf"where (?:is|are|does|do) {_PHRASE} (?:{_OCCURS})", False),
        (rf"(?:reports? (?:results )?on|uses?|using|evaluates? on|tests? on|tested on) {_PHRASE}", False),
    )
)


def read_words(draft: Draft) -> None:
    """Read "with "gradient" in the title", "titles that contain diffusion", "papers that mention AIME"."""
    for pattern in (
        rf"(?:(?:{_SAYS}) )?{_PHRASE} {_TITLE}",
        rf"(?:(?:whose|in whose|with|the) )?titles? (?:that |which |does |do )?(?:{_SAYS}|starts? with"
        rf"|begins? with) {_PHRASE}",
        rf"in whose titles? {_PHRASE} (?:occurs|appears|stands|is)",
        rf"(?:titled|entitled|called|named) {_PHRASE}",
        rf"(?<=talks )(?:that |which )?(?:start|begin) with {_PHRASE}",
        rf"(?<=papers )(?:that |which )?(?:start|begin) with {_PHRASE}",
        rf"titles? (?:starting|beginning|which start|which begin) with {_PHRASE}",
    ):
        if match := draft.take(pattern):
            _add_phrase(
                draft, "openings" if re.search(r"(?:start|begin)(?:s|ing|ning)? with", match[0]) else "titles", match[1]
            )
            return
    if _LISTS_TEXTS.search(draft.text) is None:
        return
    for mention, always in _MENTIONS:
        if match := mention.search(draft.text):
            start, end = match.span(1)
            _take_mention(draft, match, draft.original[start:end], always=always)
            return


def _take_mention(draft: Draft, match: re.Match[str], typed: str, *, always: bool) -> None:
    phrase = re.sub(
        r"^(?:the|a|an) |(?<=\w) (?:optimi[sz]ers?|methods?|datasets?|benchmarks?|algorithms?|models?)$", "", typed
    )
    phrase = re.sub(rf" (?:{_OCCURS})$|^(?:words?|terms?|names?) ", "", phrase)
    if re.match(r"(?:most|least|only|more|fewest)\b", phrase):
        return
    if always or typed.startswith("qq") or _CODE_LIKE.search(phrase) or (phrase[:1].isupper() and " " not in phrase):
        draft.blank(*match.span())
        draft.said.add("phrase")
        draft.add("texts", draft.unquote(phrase))


def _add_phrase(draft: Draft, field: str, phrase: str) -> None:
    phrase = re.sub(r"^(?:an?|the|word|term|both|either) ", "", phrase)
    draft.said.add("phrase")
    for piece in re.split(r" and ", phrase):
        draft.add(field, draft.unquote(piece))
