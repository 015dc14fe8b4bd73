"""Rules for names in a question: pages, titles, people, affiliations, and what somebody is.

Comes in: a draft and the vocabulary of the collection. Goes out: the draft with what was named.
"""

import re
from collections.abc import Iterator

from assistant.catalogue.draft import TAKEN, Draft
from assistant.catalogue.query import Span
from assistant.catalogue.vocabulary import Vocabulary
from ingest.words import plain_words, singular

_LONGEST_NAME_WORDS = 9
_PAGE_CUE = re.compile(
    r"\b(?:pages?|sections?|listing|list|category|heading|under|filed|tab|appears?|stands?|daily|shelf|in"
    r" common|shared)\b"
)
_NOT_ON = (
    r"(?:but |and )?(?:not|isn't|aren't|never|don't|do not|does not|absent|missing|except(?: for)?|other"
    r" than|excluding|without)"
    r"(?: (?:also|appear|listed|standing|stand|those|the ones|found|filed|being|be|are|is))*(?: on| in|"
    r" under| from)?(?: both)?"
)
_ON = r"(?:on|in|under|from|of|for|at|to|filed under|listed (?:on|under))"
# Words that are also surnames or institutions, where nothing shows that a name is meant.
_PLAIN_WORDS = frozenset(
    ("may", "will", "in", "an", "ma", "do", "so", "can", "long", "page", "rice", "brown", "meta", "cal", "ut", "i")
)
_LEAD = re.compile(
    rf"(?:^|\W)(?:from|at|of|by|in|for|with|the|than|and|or|has|have|does|did|is|are|speaker|speakers"
    rf"|professor|dr|prof|{TAKEN}+"
    rf"(?:,| or| and| /| &|, or|, and)?)\s*(?:the )?$"
)
_PERSON_LEAD = re.compile(
    rf"(?:by|with|of|from|speaker|speakers|does|did|has|is|given by|professor|dr|prof|{TAKEN}+(?:,| or| and"
    rf"|, or|, and))\s*$"
)
_PLACE_TAIL = re.compile(
    r"^'?s?\s*(?:people|persons?|speakers?|talks?|folks|researchers?|professors?|papers?|affiliat\w+|staff|ones)\b"
)
_ROLE = (
    r"(?:(?:assistant|associate|full|adjunct|distinguished|junior|senior) )?(?:professors?(?:hips?)?|lecturers?"
    r"|research scientists?|scientists?|engineers?)"
    r"|post-?docs?|postdoctoral (?:scholars?|researchers?|fellows?)|directors?|deans?|(?:ph\.?d\.?"
    r" )?students?|(?:research )?fellows?"
    r"|managers?|editors?|chairs?|co-?chairs?"
)
_SECTORS = {
    "company": r"(?:tech |private |a )*(?:compan(?:y|ies)|firms?|industry|corporations?|industrial"
    r"|corporate|businesses|industry (?:labs?|research))",
    "academic": r"universit(?:y|ies)|academi(?:a|c|cs)|colleges?",
    "laboratory": r"(?:national |research |government )*(?:laborator(?:y|ies)|labs?)",
}
_COUNTRIES = {
    "US": r"(?:the )?(?:u\.?s\.?(?:a\.?)?|united states(?: of america)?|america|american|states)",
    "UK": r"(?:the )?(?:u\.?k\.?|united kingdom|britain|british|england|english)",
    "Switzerland": r"switzerland|swiss", "France": r"france|french", "Canada": r"canada|canadian",
    "China": r"china|chinese",
    "UAE": r"(?:the )?(?:uae|united arab emirates|emirates)", "Germany": r"germany|german", "Japan": r"japan|japanese",
    "Israel": r"israel|israeli", "Singapore": r"singapore", "Korea": r"(?:south )?korea|korean",
    "India": r"india|indian",
    "Italy": r"italy|italian", "Austria": r"austria|austrian", "Netherlands": r"(?:the )?netherlands|dutch",
    "Turkey": r"turkey|turkish",
    "Belgium": r"belgium|belgian", "Sweden": r"sweden|swedish",
}  # fmt: skip

_REGIONS = {
    (
        "UK",
        "Switzerland",
        "France",
        "Germany",
        "Italy",
        "Austria",
        "Netherlands",
        "Belgium",
        "Sweden",
    ): r"europe|european",
    ("China", "Japan", "Korea", "Singapore", "India", "Israel", "UAE", "Turkey"): r"asia|asian",
    ("US", "Canada"): r"north america|north american",
}


# One word is a title only where it is coined: "SOAP", "DeepZero", "ZO2".
_COINED = re.compile(r"[A-Z].*[A-Z]|[A-Z].*\d")
_PAGE_LEAD = (
    rf"(?P<no>{_NOT_ON} )?(?P<only>(?:only|just|solely|exclusively|unique to|exclusive to) )?(?:{_ON}"
    rf" )?(?P<only_on>(?:only|just) )?(?:both )?"
    r"(?:the |that of )*"
)
_PAGE_BEFORE = (
    r"(?:(?:talk|daily(?: papers?)?|paper)? ?pages? (?:of |called |named |for |from |on |titled"
    r" )?(?:the )?)?"
)
_PAGE_AFTER = r"(?:(?: daily(?: papers?)?)? (?:pages?|section|list|category|listing))?"
_ALONE = r"(?P<alone> (?:only|alone|exclusively|and nowhere else))?"
# One word of a page's name means the page only right beside "page".
_PAGE_WORD_TAIL = r" (?:pages?|section|daily page|ones?|list|and|or)"


def read_pages(draft: Draft, vocabulary: Vocabulary) -> None:
    """Read "on the Machine Learning page", "not on the workshops page", "on all three talk pages"."""
    _read_all_pages(draft, vocabulary)
    cued = _PAGE_CUE.search(draft.text) is not None
    for page in vocabulary.pages if cued and draft.quotes else ():
        for number, quote in enumerate(draft.quotes):
            if plain_words(quote) in (plain_words(page), plain_words(page.split(":", 1)[-1])):
                match = draft.take(f"{_PAGE_LEAD}{_PAGE_BEFORE}qq{number}qq{_PAGE_AFTER}{_ALONE}")
                if match:
                    draft.add("not_pages" if match["no"] else "pages", page)
    for form in vocabulary.page_forms(set(re.findall(r"\w+", draft.text))):
        if form.page in draft.fields.get("pages", ()) + draft.fields.get("not_pages", ()):
            continue
        one_word = re.search(r"\\W| ", form.pattern) is None
        if not cued and (one_word or plain_words(form.page) != plain_words(form.pattern.replace(r"\W+", " "))):
            continue
        name = f"{form.pattern}{_PAGE_WORD_TAIL}" if one_word else f"{_PAGE_BEFORE}{form.pattern}{_PAGE_AFTER}"
        if match := draft.take(f"{_PAGE_LEAD}{name}{_ALONE}"):
            draft.add("not_pages" if match["no"] else "pages", form.page)
            if match["only"] or match["only_on"] or match["alone"]:
                draft.fields["page_count"] = Span(1, 1)


def _read_all_pages(draft: Draft, vocabulary: Vocabulary) -> None:
    match = draft.take(
        r"(?:(?:on|in|under|to) )?(?:all(?: of)?(?: the| its| our)?(?: two| three| four| five| \d)?|both(?:"
        r" of)?(?: the)?|(?<!one of )the (?:two|three)(?= daily| talk| paper)|every"
        r"(?: two| three)?)(?: single)? (?:recorded )?(talk|daily(?: papers?)?|papers?|talks)?s? ?pages?"
    )
    if not match:
        return
    kind = {"t": "talk", "d": "paper", "p": "paper"}.get((match[1] or " ")[0]) or _kind_said(draft) or draft.kind_before
    draft.said.add("all pages")
    draft.add("pages", *(page for page, kinds in vocabulary.pages.items() if kind is None or kinds == {kind}))


def _kind_said(draft: Draft) -> str | None:
    talks = re.search(r"\b(?:talks?|recordings?|lectures?)\b", draft.text)
    papers = re.search(r"\b(?:papers?|articles?)\b", draft.text)
    return "talk" if talks and not papers else "paper" if papers and not talks else None


def read_titles(draft: Draft, vocabulary: Vocabulary) -> None:
    """A title, or its part before the colon, in quotes or not; one of at least two words."""
    for number, quote in enumerate(draft.quotes):
        if f"qq{number}qq" in draft.text and draft.take(
            rf"(?:the )?(?:talk |paper |recording )?(?:called |titled )?qq{number}qq"
        ):
            draft.add("titles", quote)
            draft.said.update(("phrase", "title"))
    tokens = [match.span() for match in re.finditer(r"[^\W_]+(?:[-'][^\W_]+)*", draft.text)]
    for length in range(min(len(tokens), 20), 0, -1):
        for first in range(len(tokens) - length + 1):
            start, end = tokens[first][0], tokens[first + length - 1][1]
            if length == 1 and not _COINED.search(draft.original[start:end]):
                continue
            key = " ".join(plain_words(draft.original[start:end]))
            if (
                TAKEN not in draft.text[start:end]
                and key in vocabulary.titles
                and not draft.text[end:].startswith(" page")
            ):
                draft.blank(start, end)
                draft.add("titles", vocabulary.titles[key])
                draft.said.update(("phrase", "title"))
                return
    _read_title_nickname(draft, vocabulary)


def _read_title_nickname(draft: Draft, vocabulary: Vocabulary) -> None:
    """Read "the alignment tutorial": words that all stand in one title, the last a sort of talk."""
    match = re.search(r"\bthe ((?:[\w-]+ ){1,3}(?:tutorial|school|workshop|seminar))\b", draft.text)
    words = [singular(word) for word in plain_words(match[1])] if match else []
    if match and any(set(words) <= set(title.split()) for title in vocabulary.titles):
        draft.blank(*match.span())
        draft.add("titles", *words)
        draft.said.update(("phrase", "title"))


def read_people(draft: Draft, vocabulary: Vocabulary, *, loosely: bool) -> None:
    """People by full name, or, loosely, by surname and with slips where the words around show that a name is meant."""
    for start, end in _spans(draft, 4):
        typed, before, after = draft.original[start:end], draft.text[:start], draft.text[end:]
        words = typed.split()
        typed = re.sub(r"'s?$", "", typed)
        if len(words) > 1:
            found = vocabulary.names.find_people(typed, typos=loosely and all(word[0].isupper() for word in words))
            found = found if len(words) == len(plain_words(typed)) or found else ()
        elif loosely and words[0].lower() not in _PLAIN_WORDS:
            cued = _PERSON_LEAD.search(before) is not None or after.startswith("'s")
            named = typed[0].isupper() and before.strip() != ""
            found = vocabulary.names.find_people(typed, typos=cued) if cued or named else ()
        else:
            found = ()
        if found:
            draft.add("people", *found)
            draft.blank(start, end + (2 if after.startswith("'s") else 0))


def read_unknown_person(draft: Draft) -> None:
    """Read "talks by Geoffrey Hinton": a name that is not in the collection is still a name."""
    match = re.search(r"(?:\bby|speaker|does|is) ((?:[A-Z][\w.'-]+ ){1,3}[A-Z][\w'-]+)", draft.original)
    if match and TAKEN not in draft.text[match.start(1) : match.end(1)] and "people" not in draft.fields:
        draft.add("people", match[1])
        draft.blank(*match.span(1))


def read_affiliations(draft: Draft, vocabulary: Vocabulary) -> None:
    """Read "from Stanford, Princeton or Yale", "UT Austin talks", "a university outside the US", "from industry"."""
    if draft.take(r"(?:from |at |of )?(?:an? |the |any )?(?:uc|university of california)(?: system)? campus(?:es)?"):
        draft.add("affiliations", "UC")
    for start, end in _spans(draft, _LONGEST_NAME_WORDS):
        typed, before, after = draft.original[start:end], draft.text[:start], draft.text[end:]
        single = " " not in typed
        cued = _LEAD.search(before) is not None or _PLACE_TAIL.match(after) is not None
        if (
            single
            and not (cued and (typed[0].isupper() or typed.lower() not in _PLAIN_WORDS))
            and not typed[0].isupper()
        ):
            continue
        if vocabulary.names.is_affiliation(typed) and not typed.lower().endswith((" of", " at", " the", " and", " or")):
            name = re.sub(r"^(?:the|of|at|from|by|in|and|or|for|with|is|are) ", "", typed, flags=re.IGNORECASE).strip(
                " ,"
            )
            draft.add("affiliations", name)
            draft.blank(start, end)


def read_roles(draft: Draft) -> None:
    """Read "assistant professors", "somebody from a company", "outside the United States"."""
    outside = r"outside(?: of)?|not (?:in|from|based in|at)|beyond|other than"
    if draft.take(rf"(?:{outside}) {_COUNTRIES['US']}|abroad|non-(?:us|american)|foreign|international"):
        draft.fields["not_countries"] = ("US",)
    for region, pattern in _REGIONS.items():
        if draft.take(
            rf"(?:in|from|within|of|based in) (?:{pattern})|(?:{pattern})(?= (?:universit|compan"
            rf"|institution|speaker|professor))"
        ):
            draft.add("countries", *region)
    for country, pattern in _COUNTRIES.items():
        if draft.take(
            rf"(?:in|from|within|of|based in|inside|or|and) (?:{pattern})|(?:{pattern})(?= (?:universit|compan"
            rf"|institution|speaker|professor))"
        ):
            draft.add("countries", country)
    if "listed" not in draft.said or "listed sector" in draft.said or "affiliations" not in draft.fields:
        for sector, pattern in _SECTORS.items():
            if draft.take(
                rf"(?:(?:from|at|by|of|in|with|is|for) )?(?:(?:both|a|an|any|some|the) )*(?:{pattern})(?:"
                rf" (?:affiliations?|people|side|world|research))?"
            ):
                draft.add("sectors", sector)
    while match := draft.take(rf"(?:(?:an?|the|is|are|who are|as) )*({_ROLE})"):
        draft.add("roles", _one(match[1]))


def _one(role: str) -> str:
    role = re.sub(r"^(?:junior|senior|distinguished) ", "", role)
    role = "postdoctoral" if re.match(r"post-?docs?$", role) else role
    role = re.sub(r"ships?$", "", role)
    return role.rstrip("s") if not role.endswith("ss") else role


def _spans(draft: Draft, longest_words: int) -> Iterator[tuple[int, int]]:
    """Runs of unread words, longest first; what is read while one goes through them is left out."""
    tokens = [match.span() for match in re.finditer(r"[^\W_](?:[\w.&-]*[\w])?(?:, (?=[A-Z]))?", draft.original)]
    for length in range(min(longest_words, len(tokens)), 0, -1):
        for first in range(len(tokens) - length + 1):
            start, end = tokens[first][0], tokens[first + length - 1][1]
            if TAKEN not in draft.text[start:end]:
                yield start, end
