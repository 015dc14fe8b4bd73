"""Rules for what is listed, how much of it, and in which order.

Comes in: a draft. Goes out: the draft with `listed`, `kind`, `order`, `limit`.
"""

import re

from assistant.catalogue.draft import NUMBER, Draft, to_number
from assistant.catalogue.query import Span

_NOUNS: tuple[tuple[str, str, str], ...] = (
    # What a noun lists, the kind that it says, its forms.
    ("records", "talk", r"(?:recorded )?talks?|recordings?|lectures?|presentations?|sessions?|recorded"
        r" sessions?|videos?"),
    ("records", "paper", r"(?:daily )?papers?|articles?|preprints?|publications?|daily papers?"),
    ("records", "", r"records?|entries|entry|items?|things|everything|anything|titles?|abstracts?|texts?"
        r"|talks? and papers?"
        r"|papers? and talks?|documents?"),
    ("people", "", r"speakers?|people|persons?|presenters?|lecturers?|researchers?|names|who|whom|whose"
        r"|anyone|anybody|somebody|someone|everyone|everybody|those who speak"),
    ("organisations", "", r"organi[sz]ations?"),
    ("affiliations", "", r"affiliations?|institutions?|institutes?|employers?|places|schools"),
    ("years", "", r"years?"),
    ("months", "", r"months?"),
    ("pages", "", r"(?:talk |daily |paper |source )?pages?"),
    ("chapters", "", r"chapters?"),
)  # fmt: skip
_UNITS = {
    "authors": r"authors?|co-?authors?|hands",
    "comments": r"comments?",
    "speakers": r"speakers?|presenters?",
    "pages": r"pages?",
    "chapters": r"chapters?",
    "size": r"talks?|recordings?|papers?|records?|entries|speakers?|times|appearances",
}
_NEW, _OLD = r"newest|latest|most recent|youngest", r"oldest|earliest"
# A noun behind these orders or measures the list; it is not what is listed.
_MEASURED = re.compile(r"\b(?:by|by number of|most|fewest|least|more|largest number of|number of)(?: the)? $")


def read_listed(draft: Draft) -> None:
    """What is listed: the first noun; later ones only say the kind."""
    if re.search(
        r"\b(?:which|what|all(?: the)?|list(?: the)?|how many|many|the|any) (?:universities|companies|labs"
        r"|laboratories)\b",
        draft.text,
    ):
        draft.said.update(("listed", "listed sector", "noun"))
        draft.fields["listed"] = "affiliations"
    _read_grouping(draft)
    if draft.take(r"(?:shares?|sharing) (?:a|the same) speakers?|(?:has|have|with|by) the same speakers?"):
        draft.fields.update(listed="people", sizes=Span(2, None))
        draft.said.update(("listed", "noun"))
    first: tuple[int, str] | None = None
    kinds: set[str] = set()
    for listed, kind, forms in _NOUNS:
        for match in re.finditer(rf"(?<![\w'-])(?:{forms})(?![\w-])", draft.text):
            if kind:
                kinds.add(kind)
            if _MEASURED.search(draft.text[: match.start()]):
                continue
            if first is None or match.start() < first[0]:
                first = (match.start(), listed)
    if re.search(r"\b(?:talks? (?:and|or|&) papers?|papers? (?:and|or|&) talks?)\b", draft.text):
        kinds = set()
    if len(kinds) == 1:
        draft.fields["kind"] = kinds.pop()
    if re.search(
        r"\b(?:of|among|from) (?:them|these|those)\b|^\W*(?:and |but |or )?(?:only|just|those|the ones)\b", draft.text
    ):
        # "Which of them has IBM people?" lists what was listed before.
        draft.said.add("noun")
    elif first:
        draft.said.add("noun")
        if first[1] != "records" and "listed" not in draft.fields:
            draft.fields["listed"] = first[1]
            draft.said.add("listed")


def take_nouns(draft: Draft) -> None:
    """Read the nouns; done after the rules that need them. One that is not listed stays unread."""
    listed = draft.fields.get("listed", "records")
    for noun, _, forms in _NOUNS:
        while noun in ("records", "people", listed) and draft.take(forms):
            pass
    while listed == "affiliations" and draft.take(r"universities|companies|labs|laboratories"):
        pass
    if "noun" not in draft.said and "roles" in draft.fields:
        draft.fields["listed"] = "people"
        draft.said.add("noun")


def _read_grouping(draft: Draft) -> None:
    """Read "papers per year", "how many talks does each page have"."""
    for listed, names in (
        ("people", "speakers?|persons?|people"), ("affiliations", "affiliations?|institutions?|universit(?:y|ies)"),
        ("pages", "pages?"), ("years", "years?"), ("months", "months?"),
    ):  # fmt: skip
        # "sort by year" orders, "count by year" groups.
        by = "" if listed == "people" or re.search(r"\b(?:sort|order|rank|arrange|list)", draft.text) else "by|"
        if draft.take(
            rf"(?:{by}per|for each|for every|in each|in every|on each|on every|by each|each|grouped by|broken"
            rf" down by|split by|of each) (?:{names})"
        ):
            draft.fields["listed"] = listed
            draft.said.update(("listed", "noun", "grouped"))


def read_order(draft: Draft) -> None:
    """Read "newest first", "the three oldest", "most authors", "by title"."""
    _read_superlative(draft)
    article = r"(?:only |just )?(?:the |what's the |its )?"
    if match := draft.take(
        rf"{article}(?:({NUMBER}) (?:({_NEW})|({_OLD}))|(?:({_NEW})|({_OLD})) (?!one\b)({NUMBER}))(?! comes)"
    ):
        _limit(draft, to_number(match[1] or match[6]))
        _dated(draft, newest=bool(match[2] or match[4]))
    elif match := draft.take(
        rf"(?:from )?(?:the )?(?:({_NEW})|({_OLD}))(?: papers?| talks?| ones?)? (?:comes? |goes )?(?:first"
        rf"|at the top|on top|to \w+)|(reverse(?:d)? chronological\w*)|(chronological\w*)"
    ):
        _dated(draft, newest=bool(match[1] or match[3]))
        if match[3] or match[4]:
            draft.take(r"order|in order")
    elif match := draft.take(rf"{article}(?:({_NEW})|({_OLD}))(?= (?:papers|talks|ones|records|entries|recordings)\b)"):
        _dated(draft, newest=bool(match[1]))
    elif match := draft.take(
        rf"{article}(?:({_NEW})"
        rf"|({_OLD}))(?: (?:one|of them|of these|of those))?|came"
        rf" (?:out )?(?:(last)|(first))|(?:(last)|(first)) (?:one|dated)"
    ):
        _dated(draft, newest=bool(match[1] or match[3] or match[5]))
        draft.fields["best"] = True
    if match := draft.take(rf"(?:the |only the |just the )*(?:top|first|last) ({NUMBER})"):
        _limit(draft, to_number(match[1]))
        if match[0].split()[-2] == "last":
            draft.fields["descending"] = not draft.fields.get("descending", False)
            draft.fields.setdefault("order", "date")
    elif match := draft.take(r"(?:the )?(?:first|(last))(?= (?:paper|talk|record|one) (?:by|in) )"):
        _limit(draft, 1)
        draft.fields["descending"] = bool(match[1])
    _read_sorting(draft)
    if (
        "limit" not in draft.fields
        and "listed" not in draft.said
        and (
            match := draft.take(
                rf"(?:show|list|give|name|only|just|any)(?: me)?(?: the)? ({NUMBER})(?= (?:talks|papers|records|of))"
            )
        )
    ):
        _limit(draft, to_number(match[1]))


def _read_superlative(draft: Draft) -> None:
    most = (
        r"most|(?:largest|highest|biggest|greatest|maximum) (?:number|count|amount)(?: of)?|largest"
        r"|highest|longest|more \w+ than any(?: other)?|more(?! than)"
    )
    least = r"fewest|least|(?:smallest|lowest|minimum) (?:number|count|amount)(?: of)?|smallest|lowest|shortest"
    if match := draft.take(
        r"(?:the )?(?:(longest)|shortest) (?:titles?|names?)|(?:titles?|names?) (?:is |are )?(?:the"
        r" )?(?:(longest)|shortest)"
    ):
        _best(draft, "title_length", descending=bool(match[1] or match[2]))
        return
    for order, unit in _UNITS.items():
        if order == "size" and "listed" not in draft.said:
            continue
        if order == "speakers" and draft.fields.get("listed") in ("affiliations", "pages"):
            continue
        match = draft.take(
            rf"(?:the )?(?:({most})|{least}) (?:different )?(?:{unit})(?: (?:list|team|counts?|numbers?)s?)?(?! first)"
        )
        if match:
            _best(draft, order, descending=bool(match[1]))
            return
        if match := draft.take(
            rf"(?:the )?(?:({most})|{least}) (?:different )?(?:{unit}) first|(?:({most})|{least}) (?:of the"
            rf" )?(?:{unit}) first"
        ):
            draft.fields.update(order=order, descending=bool(match[1] or match[2]))
            return
    if draft.take(r"(?:the )?most[- ](?:commented(?: on)?|discussed)"):
        _best(draft, "comments", descending=True)
    elif match := draft.take(
        r"(?:the )?(?:(largest|biggest)|smallest)(?! first)(?: (?:author )?(?:team|group of authors"
        r"|collaboration)s?| one)?"
    ):
        _best(draft, "authors", descending=bool(match[1]))
    elif "listed" in draft.said and (
        match := draft.take(
            r"(?:speaks?|appears?|is heard|stands?|occurs?|(?:is|are) represented|(?:is|are) named|is"
            r" there) (?:the )?(?:(most)|least)(?: often| frequently)?|(?:most|more) (?:often|frequent(?:ly)?)"
        )
    ):
        _best(draft, "size", descending=not match[0].endswith("least"))


def _read_sorting(draft: Draft) -> None:
    sorting = r"(?:sort(?:ed)?|order(?:ed)?|rank(?:ed)?|arranged?|listed)"
    sort = r"(?:(?:it|them|these|those|that|this|the list) )?(?:by|in order of|according to)(?: the| their)?"
    for order, names in (
        ("authors", r"(?:number of |count of )?authors?(?: counts?| numbers?)?"),
        ("comments", r"(?:number of )?comments?(?: counts?)?"),
        ("date", r"(?:full )?dates?|years?|age|time"),
        ("title", r"titles?|alphabet"),
        (
            "speaker",
            r"(?:speakers?|last names?|surnames?|family names?|speakers?'?s? (?:last |family )?(?:sur)?names?|names?)",
        ),
    ):
        # "talks by speakers from Caltech" sorts nothing: without a word for sorting it must be the end.
        end = r"(?=$| please|[,;?.!]| and|,| in | descending| ascending)"
        if match := draft.take(
            rf"{sorting}[^?]{{0,40}}? {sort} (?:{names})(?: order)?|{sort} (?:{names})(?: order)?{end}"
        ):
            draft.fields.setdefault(
                "order",
                "title"
                if order == "speaker"
                and "name" in match[0]
                and "speaker" not in match[0]
                and "last" not in match[0]
                and draft.fields.get("listed") != "people"
                else order,
            )
            draft.said.add("sorted")
            break
    if draft.take(r"(?:in )?alphabetical(?:ly)?(?: order(?:ed)?| sorted)?|a to z|a-z|from a to z"):
        draft.fields.setdefault("order", "title")
        draft.said.add("sorted")
    if draft.take(
        r"(?:in )?(?:descending|decreasing|reverse(?:d)?)(?: order)?|(?:the )?(?:most|largest|highest"
        r"|newest|latest|most recent)(?: \w+)? first|z to a|the other way (?:a)?round|backwards"
    ):
        draft.fields["descending"] = True
        draft.said.add("reversed")
    elif draft.take(
        r"(?:in )?(?:ascending|increasing)(?: order)?|(?:the )?(?:fewest|smallest|lowest|oldest"
        r"|earliest)(?: \w+)? first"
    ):
        draft.fields["descending"] = False
        draft.said.add("reversed")
    draft.take(r"going by|sort(?:ed)?(?: (?:it|them|these|those))?|ordered|in order|order|arrange")


def _best(draft: Draft, order: str, *, descending: bool) -> None:
    draft.fields.update(order=order, descending=descending, best=True)


def _dated(draft: Draft, *, newest: bool) -> None:
    draft.fields.update(order="date", descending=newest)


def _limit(draft: Draft, number: int) -> None:
    draft.fields["limit"] = number
    draft.said.add("limited")
