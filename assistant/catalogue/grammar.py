"""Question → query, by rules that each read a few words; what no rule reads makes the question one for retrieval.

Comes in: a question, the vocabulary, the query before it. Goes out: a query, or None when the question is about
content or
was not understood to the last word.
"""

import re
from collections.abc import Set
from typing import Any

from assistant.catalogue.draft import LONGEST_QUESTION_CHARS, Draft
from assistant.catalogue.filters import read_dates, read_numbers
from assistant.catalogue.followup import follow
from assistant.catalogue.listing import read_listed, read_order, take_nouns
from assistant.catalogue.mentions import (
    read_affiliations,
    read_pages,
    read_people,
    read_roles,
    read_titles,
    read_unknown_person,
)
from assistant.catalogue.parts import read_parts
from assistant.catalogue.phrases import read_words
from assistant.catalogue.query import Query
from assistant.catalogue.vocabulary import Vocabulary

# Words that carry nothing of their own in a question about the collection.
_FILLER = frozenset(
    "a an the of in on at by from for to with and or but as is are was were be been being do does did has have "
    "having had that which what who whom whose there here it its this these those they them their i we us you me "
    "my our your all any every each both some only just also too so then now again still one ones else than per "
    "either please could can would will may might like want need know see get let thanks thank kindly hi hello "
    "hey ok okay well show list give tell name find count display enumerate return print fetch pull up provide "
    "say how many number total altogether overall together amount collection corpus library archive set database "
    "catalogue shelf index data program site hold holds held contain contains containing include includes "
    "included including exist exists available present recorded listed appear appears appearing found stand "
    "stands carry carries come comes coming speak speaks speaking spoke talk talking heard hear featured feature "
    "given gives gave giving represented presented presenting presents presenter work works working based dated "
    "date dates published written out appeared came saying says going go make made use uses complete full entire "
    "whole exactly precisely different distinct separate various names named called order sort sorted way ways "
    "somebody anybody people person cover covers covered represents features stage quick quickly me's what's "
    "who's affiliated affiliation affiliations associated connected belonging among amongst more information "
    "matching match meet following respectively counted fall falls within where when yes 's s got i'd i'm let's "
    "there's they're that's run same share shared common mind listing w "
    .split()
)  # fmt: skip
_CUES = (
    r"how many|how often|how much|list|all|which|what|show|every\w*|each|count|number of|total|enumerate"
    r"|who|whose|any|give|name|"
    r"find|display|is there|are there|do you have|where|sort|order|only|just"
)
_FILTERS = frozenset(Query.__dataclass_fields__) - {
    "listed",
    "kind",
    "order",
    "descending",
    "limit",
    "best",
    "counted",
    "people",
}
_BACKWARDS = re.compile(
    r"\b(?:of|among|from) (?:them|those|these)\b|\b(?:them|they|these|their)\b|^(?:the ones|those)\b"
)
# "Who gave it?" is no request for everybody.
_EVERYBODY = re.compile(
    r"\b(?:speakers?|people|presenters?|everyone|everybody|persons|names)\b|\bwho (?:all )?(?:speaks|spoke"
    r"|talks|is here|are|presents)\b",
    re.IGNORECASE,
)
_NUMBER_OF_EACH = (
    r"how many (?:co-?)?(?:authors|comments|writers)(?= (?:do|did|does|has|have|had|are|is|were|the)\b|\?|$)"
)
_DATE_OF = (
    r"when (?:was|were|did)|(?:what is |what's )(?:the )?(?:publication )?date of|what date (?:does"
    r"|has)|(?:from |in )?(?:which|what) year (?:is|was)"
)
_OPPOSITE = (
    r"(?:(?:which|those|the ones|who|that) )*(?:does|do|are|is|have|has)(?:n't| not)(?: (?:have|has))?(?:"
    r" (?:one|any|it|them))?$"
    r"|(?:which|those|the ones|who|that) (?:does|do|are|is|have|has)(?:n't| not)(?: (?:have|has))?(?:"
    r" (?:one|any|it|them))?(?=\?|$)|the others|the rest"
)
_COUNTING = (
    r"how many|^(?:please )?count(?: (?:of|the|all))?|^(?:what's|what is|give me|tell me)?(?:"
    r" ?the)? ?(?:total |exact )?(?:number|count) of|in total|altogether"
)
_WHAT = re.compile(
    r"(?:all|just|only) (?:with|from|in|on)\b|what(?:'s| is| does| was| were| are| came| do you have| appeared)\b"
)
_PLURAL = re.compile(
    r"\b(?:talks|recordings|papers|sessions|everything|lectures|which|how many|any|is there|are there|all|anything)\b"
)
_LISTS_TITLES = re.compile(r"\b(?:talks|papers|recordings|records|sessions|everything|all)\b")
_OWN_NOUN = re.compile(
    r"\b(?:talks?|papers?|records?|recordings?|everything|titles?)\b|\b(?:speakers?|affiliations?) and "
)
# What asks for all of the collection, whatever was asked before.
_WHOLE = re.compile(r"\b(?:all|every\w*|altogether|collection|here|are there|in total|overall|any)\b")


def understand(question: str, vocabulary: Vocabulary, previous: Query | None) -> Query | None:
    """The query that a question asks for, narrowing or changing the previous one where it follows up on it."""
    draft = Draft(question, previous.kind if previous else None)
    # Two phrases of which either will do are more than a query can say.
    if re.search(r"qq\d+qq or qq\d+qq", draft.text):
        return None
    if len(draft.text) > LONGEST_QUESTION_CHARS or not draft.text.strip(" ?!."):
        return None
    cue = re.search(rf"\b(?:{_CUES})\b", draft.text) is not None
    _read_follow(draft)
    # The number of authors of each stands beside it in every answer; it is no count of the list.
    if draft.take(_NUMBER_OF_EACH) or draft.take(_DATE_OF):
        draft.said.add("value")
    counted = draft.take(_COUNTING) is not None
    if previous is not None and draft.take(_OPPOSITE):
        draft.said.update(("follow", "opposite"))
    read(draft, vocabulary)
    topic = _take_topic(draft) if any(word not in _FILLER for word in draft.leftover()) else None
    if any(word not in _FILLER for word in draft.leftover()):
        return None
    fields = draft.fields | ({"counted": True} if counted else {})
    filters = _FILTERS.intersection(fields)
    if topic:
        # "… and is about operators" narrows a list that other filters make; alone it is a question of content.
        if not filters:
            return None
        fields["texts"] = (*fields.get("texts", ()), topic)
    if previous is not None and _follows(draft, fields):
        return follow(previous, fields, draft.said)
    return _fresh(draft, fields, cue, filters)


def _follows(draft: Draft, fields: dict[str, Any]) -> bool:
    """Whether a question leans on the one before it: it says so, names nothing to list, or lists "the speakers"."""
    only_listed = fields.keys() <= {"listed", "counted", "order", "descending"}
    leaning = "listed" in fields and only_listed and not _WHOLE.search(draft.original.lower())
    return "follow" in draft.said or "noun" not in draft.said or leaning


def read(draft: Draft, vocabulary: Vocabulary) -> None:
    """Apply all rules; each takes the words that it understands."""
    read_words(draft)
    read_pages(draft, vocabulary)
    read_titles(draft, vocabulary)
    read_people(draft, vocabulary, loosely=False)
    read_listed(draft)
    read_dates(draft)
    read_numbers(draft)
    read_order(draft)
    read_parts(draft)
    read_affiliations(draft, vocabulary)
    read_roles(draft)
    take_nouns(draft)
    if any(word not in _FILLER for word in draft.leftover()):
        read_people(draft, vocabulary, loosely=True)
        read_unknown_person(draft)


def _fresh(draft: Draft, fields: dict[str, Any], cue: bool, filters: Set[str]) -> Query | None:
    filtered = bool(filters)
    if "value" in draft.said and "titles" not in fields:
        return None
    arranged = bool({"limit", "best", "people", "order"} & fields.keys()) or bool({"sorted", "grouped"} & draft.said)
    if fields.get("best") and fields.get("order") in ("authors", "comments"):
        draft.said.add("noun")
    if not {"noun", "phrase"} & draft.said and not (filtered and _WHAT.match(draft.original.lower())):
        return None
    if not cue and ("follow" in draft.said or not (filtered or arranged)):
        return None
    if _asks_content(draft, fields, filters) or fields.get("limit") == 0:
        return None
    return Query(**fields)


def _asks_content(draft: Draft, fields: dict[str, Any], filters: Set[str]) -> bool:
    """Whether only a person or a title was named: "Who is …?" asks for content, "all talks by …" for a list."""
    asked, people_listed = draft.original.lower(), fields.get("listed") == "people"
    if "people" in fields and not filters:
        return people_listed or not _PLURAL.search(asked)
    if people_listed and not filters:
        return not _EVERYBODY.search(asked)
    if "value" in draft.said:
        return False
    only_title = filters == {"titles"} and "title" in draft.said and "listed" not in fields
    return only_title and not (draft.quotes or "counted" in fields) and not _LISTS_TITLES.search(asked)


def _read_follow(draft: Draft) -> None:
    if (
        draft.take(
            r"^(?:\.\.\.|…)? ?(?:ok(?:ay)?,? )?(?:and|but|only|just|what about|how about|now|also|then|or)"
            r"(?: what about| how about| now| only| just)?(?!,)"
        )
        or (match := _BACKWARDS.search(draft.text))
        and not _OWN_NOUN.search(draft.text, 0, match.start())
    ):
        draft.said.add("follow")


def _take_topic(draft: Draft) -> str | None:
    match = draft.take(
        r"(?:is |are |be )?(?:about|concern(?:s|ing)|deal(?:s|ing) with|treat(?:s|ing)) ((?:[\w-]+ ?){1,3})"
    )
    if match is None:
        return None
    return draft.original[match.start(1) : match.end(1)].strip()
