"""Rules for the page that a record stands on, and for who speaks, from where, and as what.

Comes in: a reading. Goes out: the same with conditions on pages and persons.
"""

from collections.abc import Callable
from itertools import zip_longest

from assistant.catalogue.institutions import institution
from assistant.catalogue.query import PersonField
from assistant.catalogue.reading import Found, Reading, Rule
from assistant.catalogue.vocabulary import Vocabulary
from ingest.text import searchable

_JOINTS = frozenset(("AND", "OR", "COMMA", "NOR"))
_NOUNS = ("THEM", "TALK", "PAPER", "RECORD")
_ON = "(ANYPREP | BETWEEN | OCCUR | GIVEN | TO | THEM | PUBLISHED | ALL | RECORD)*"


def page_rules(vocabulary: Vocabulary, kind_before: str | None) -> tuple[Rule, ...]:
    """Rules that need to know the pages, and which kind was listed before."""

    def on_all(reading: Reading, found: Found) -> object:
        kinds = reading.values(found, "page") or list(_kind(reading)) or ([kind_before] if kind_before else [])
        pages = [page for page, on in vocabulary.pages.items() if not kinds or on == {kinds[0]}]
        number = reading.values(found, "number")
        if number and int(number[0]) != len(pages):
            return False
        reading.require(found, "page", pages, together=True)
        return True

    def on_pages(reading: Reading, found: Found) -> None:
        tokens = reading.part(found, "pages")
        # "On this page and which on that?" asks for the records of each.
        either = any(token.tag in ("OR", "WHICH") for token in tokens)
        reading.require(found, "page", reading.values(found, "pages"), together=not either)
        tags = [token.tag for token in reading.part(found)]
        first = reading.tokens.index(reading.part(found)[0])
        narrows = first == 0 or reading.tokens[first - 1].tag in ("COMMA", "AND", "BUT")
        if reading.before is not None and narrows and tags[0] == "ONLY" and "PAGENAME" in tags[1 : 2 + (first == 0)]:
            # "Only Sep 8", of what was listed.
            return
        # "Only those on the page" may stand on others too.
        if any(tag == "ONLY" and after not in _NOUNS for tag, after in zip_longest(tags, tags[1:])):
            reading.add("pages", ["1"])

    def some_of(reading: Reading, found: Found) -> None:
        reading.require(found, "pages", reading.values(found, "number")[:1])

    def on_others(reading: Reading, found: Found) -> object:
        number = reading.values(found, "number") or reading.values(found, "number2")
        if number and int(number[0]) > 1:
            # "On the two other pages": on all of them; "not on the other two": on this page alone.
            negated = any(token.tag in ("NOT", "WITHOUT") for token in reading.part(found, "no"))
            if negated and reading.asked("PAGENAME"):
                return only_there(reading, int(number[0]))
            return on_all_others(reading, found, int(number[0]))
        reading.require(found, "pages", ["2.."])
        return True

    def only_there(reading: Reading, others: int) -> object:
        """Read "on this page and not on the two others", where that leaves out no page."""
        on = {frozenset(vocabulary.pages[page]) for page in _named_pages(reading) if page in vocabulary.pages}
        if len(on) != 1 or others + 1 != sum(frozenset(kinds) in on for kinds in vocabulary.pages.values()):
            return False
        reading.add("pages", ["1"])
        return True

    def on_the_other(reading: Reading, found: Found) -> object:
        """Read "and on the other page?", where there are two and one of them was asked for."""
        before = reading.before.wanted("page") if reading.before else []
        kinds = [vocabulary.pages[page] for page in before if page in vocabulary.pages]
        others = [page for page, on in vocabulary.pages.items() if on in kinds and page not in before]
        another = any(token.text.lower() == "another" for token in reading.part(found))
        if len(before) != 1 or another or reading.part(found, "single")[0].text.lower().endswith("s"):
            return False
        if len(others) != 1:
            # Of three pages nobody knows which is meant.
            reading.said.add("mixed")
            return False
        reading.add("page", others)
        if reading.fields.get("listed") == "pages":
            reading.fields.pop("listed")
            reading.said -= {"noun", "grouped"}
        return True

    def on_all_others(reading: Reading, found: Found, number: int) -> object:
        before = reading.before.wanted("page") if reading.before else []
        kinds = list(_kind(reading)) or ([kind_before] if kind_before else [])
        others = [
            page for page, on in vocabulary.pages.items() if (not kinds or on == {kinds[0]}) and page not in before
        ]
        if not before or len(others) != number:
            return False
        reading.require(found, "page", others, together=True)
        return True

    def one_of(reading: Reading, found: Found) -> None:
        reading.require(found, "pages", ["1"])

    def named_next(reading: Reading, found: Found) -> None:
        if reading.fields.get("listed") == "pages":
            del reading.fields["listed"]

    def of_place(reading: Reading, found: Found) -> None:
        typed = reading.values(found, "words")[0]
        words, starts = searchable(typed).rstrip(), reading.part(found, "way")[0].tag == "STARTS"
        known = [(one.text, searchable(one.text)) for one in vocabulary.names.affiliations]
        places = [text for text, held in known if (held.startswith(words) if starts else words in held)]
        reading.require(found, "affiliation", places or [typed])

    return (
        ("POSITION (IN | ON | OF | THING | THEM)* (body: NEG (MENTION | WITH | OCCUR | STARTS)+ WORD? (who: ROLE))",
            _who("role")),
        # "An affiliation that begins with …".
        ("PLACE WHICH? NEG (way: STARTS | MENTION | WITH | OCCUR) WORD? (words: QUOTE)", of_place),
        # "On exactly one page, that of …".
        ("NEG (GIVEN | ON | OCCUR | IN)* (SINGLE | (ONLY | EXACTLY)+ NUMBER) PAGE (?= (COMMA | BREAK | AND)+ PAGENAME)",
            one_of),
        ("^ (AND | BUT | HOWABOUT | ONLY | ANYPREP)* OTHER (single: PAGE) (?= BREAK | COMMA | $ | HOWMANY)",
            on_the_other),
        ("^ (AND | BUT | HOWABOUT | ANYPREP)* (body: OTHER PAGE) COMMA? (?= PAGENAME)", named_next),
        ("NEG (GIVEN | ON | OCCUR | IN)* ONLY? (ON | IN)? (number: NUMBER) OF NUMBER PAGE", some_of),
        ("NEG (GIVEN | ON | OCCUR | IN | AND | ALL | BOTH | WITH | LIST)* "
            "((number: NUMBER) OTHER PAGE | (OTHER | OTHERS) (number2: NUMBER)? PAGE)", on_others),
        (f"NEG ({_ON}) (ALL | BOTH | EACH)+ OF? (number: NUMBER)? OF? (page: PAGE)", on_all),
        # "… that the June page lacks", "… which the June page does not have".
        ("(?<!OF )(WHICH | THEM)* (PAGE (OF | TITLED)*)? (pages: PAGENAME ((AND | OR | COMMA)+ PAGENAME)*) PAGE? "
            "(no: WITHOUT | NOT (WITH | OCCUR | GIVEN | LIST)?) (?= BREAK | COMMA | AND | $)", on_pages),
        (f"NEG ONLY? {_ON} (ONLY | BOTH)* (PAGE (OF | TITLED | TO | COMMA)*)? "
            "(pages: PAGENAME (PAGE? (AND | OR | COMMA)+ WHICH? (ON | UNDER | IN)? PAGENAME)*) PAGE? BOTH? "
            "ONLY? (SHARE | WITH? COMMON)?", on_pages),
    )  # fmt: skip


def _kind(reading: Reading) -> set[str]:
    kinds = {value for token in reading.tokens if token.tag in ("TALK", "PAPER") for value in token.values}
    return kinds if len(kinds) == 1 else set()


def _who(field: PersonField) -> Callable[[Reading, Found], object]:
    def act(reading: Reading, found: Found) -> None:
        tokens = reading.part(found)
        # "Berkeley (UC)" is one place.
        one_place = "uc" in (token.text.lower() for token in tokens) and not _JOINTS & {token.tag for token in tokens}
        together = one_place or any(token.tag == "BOTH" for token in tokens)
        named = [token for token in reading.part(found, "who") if token.tag != "PERSON"]
        named = [token for token in named if token.tag not in _NOUNS]
        values = [part for token in named for value in token.values for part in value.split("|")]
        reading.require(found, field, values, together=together)

    return act


def _named_pages(reading: Reading) -> list[str]:
    return [value for token in reading.tokens if token.tag == "PAGENAME" for value in token.values]


def _in_chapter(reading: Reading, found: Found) -> object:
    token = reading.part(found, "who")[0]
    if reading.fields.get("listed") == "chapters" and token.text[0] in "\"“„«'‘":
        reading.add("chapter", [token.text[1:-1]])
        return True
    if reading.fields.get("listed") != "people":
        return False
    reading.add("person", reading.values(found, "who"))
    reading.add("has", ["chapters"])
    return True


def _nothing(reading: Reading, found: Found) -> None:
    """Read "not only from a university": it bars nothing."""


def _several(name: str) -> str:
    # Names may also stand side by side: "talks yale openai".
    # "From MIT and which from Yale": said apart, either will do.
    again = (
        "((AND | OR | COMMA | BUT | BREAK)+ (WHICH | WHO) | COMMA? OR ANYPREP? (PERSON | THING)) "
        "(OF THEM | THEM | PERSON | THING)? ANYPREP?"
    )
    return f"(who: {name} (({again} | (AND | OR | COMMA | NOR | BREAK (?=AND))+ ANYPREP?)? {name})*)"


_LEAD = "NEG (FROM | AT | OF | BY | IN | WITH | GIVEN | ON | BOTH | ONLY | PLACE | AUTHORED | TITLED)*"
_BEHIND = "BOTH?"


def _beyond(reading: Reading, found: Found) -> None:
    """Read "outside academia"."""
    reading.add("sector", reading.values(found, "who"), negated=not reading.part(found, "no"))


def _in_its_country(reading: Reading, found: Found) -> object:
    """Read "the Swiss university EPFL", "EPFL in Switzerland": it says of a university where everybody knows it is."""
    place = institution(reading.values(found, "place")[0])
    lands = [part for value in reading.values(found, "land") for part in value.split("|")]
    return place.sector == "academic" and place.country in lands


def _counts_too(reading: Reading, found: Found) -> None:
    """Read "Google people; DeepMind counts too": from any of them."""
    reading.add("affiliation", [*reading.values(found, "first"), *reading.values(found, "who")])


RULES: tuple[Rule, ...] = (
    ("(body: (land: NATION | COUNTRY) SECTOR?) COMMA? (?= (place: INST))", _in_its_country),
    ("(place: INST) (body: (IN | FROM | OF | COMMA)+ (land: COUNTRY))", _in_its_country),
    (
        f"{_LEAD} (first: INST) (PERSON | BREAK | COMMA | AND | THING)* (who: INST) (COUNT | INCLUDED) ALSO?",
        _counts_too,
    ),
    ("(IN | ON | OF | FROM | GIVEN)* CHAPTER (ABOUT | ON | OF | TITLED | COMMA)* (who: CHAPTERREF)", _in_chapter),
    (f"{_LEAD} {_several('NAME')} {_BEHIND}", _who("person")),
    (f"{_LEAD} {_several('INST')} {_BEHIND} (PLACE)?", _who("affiliation")),
    ("NEG (IN | FROM | AT | GIVEN)* OUTSIDE (who: COUNTRY)", _who("abroad")),
    ("(who: ABROAD)", _who("abroad")),
    (f"{_LEAD} {_several('COUNTRY')}", _who("country")),
    ("NEG (who: NATION) (AND (?=NATION))?", _who("country")),
    (f"{_LEAD} {_several('ROLE')} {_BEHIND}", _who("role")),
)
# After what is listed is known: "which universities" lists, "from a university" filters.
SECTOR_RULES: tuple[Rule, ...] = (
    ("(AND | BUT | COMMA)* NOT ONLY SECTOR", _nothing),
    ("(no: NOT | WITHOUT)? (FROM | IN | AT | WITH)* OUTSIDE (OF | ALL)* (who: SECTOR ((AND | OR) SECTOR)*)", _beyond),
    (f"{_LEAD} {_several('SECTOR')} {_BEHIND} (PLACE | PERSON)?", _who("sector")),
)
