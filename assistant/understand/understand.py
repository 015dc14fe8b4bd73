"""Question and conversation → what is meant, once; nothing after this reads the question's words again.

Comes in: a question as typed, the answers before it, an endpoint or none. Goes out: `Understood`. One linking of
entities, one reading by the parser, one coreference; the question is embedded once, its standalone form only where that
differs. An endpoint is asked, once and briefly, where the local reading is unsure (`by_model`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.language import differ, language_name, language_of
from assistant.prompts import Prompts
from assistant.query import Condition, Query, parse_query
from assistant.retrieve.hybrid import Asked, HybridRanker, Scored
from assistant.types import Answer, ChatModel, Intent, Mention
from assistant.understand import by_model, coreference
from assistant.understand.entities import Entities, Linked
from assistant.understand.intent import OF_PROGRAM, Floats, intent_chances, subject_of
from assistant.understand.parser import Parser
from ingest.embedder import BundledEmbedder
from ingest.lexical import KeywordIndex
from ingest.records import Kind
from ingest.schema import AFFILIATION, DATE, EVENT, LANGUAGE, ORGANISATION, ORGANISER, SERIES, TRACK, VENUE

# A query that is likelier is a list, whatever the intent; below it, more lists for development are wrong than right.
LEAST_QUERY_CHANCE = 0.4
# From here on it is one even where the question could as well lean on a record spoken of, and an empty result is
# believed: 31 of 43 lists that were lost had been right and empty.
SURE_QUERY_CHANCE = 0.9
# A name of more records names none of them: of people, and of words that titles hold. A long question on CACM often
# holds three words of some title; 20 of these, too, measured .006 less there.
MOST_NAMED = {"speaker": 20, "title": 5}
# Of other intents than to ask and to list: a summary in place of a fact is the worse slip.
LEAST_INTENT_CHANCE = 0.5
# Of an English question's words, names aside, fewer are unknown to the embedder; of one in another language more.
LEAST_UNKNOWN_WORDS = 0.3
# From here on it is the program that is asked, or about the collection as a whole, and nothing of what was spoken of:
# cross-validated, .83 of such questions and .004 of the others.
SURE_OF_PROGRAM = 0.9
# From here on it is surely asked what there is on a subject. That is searched without the words that ask: of 250 such
# questions 166 find a right record first instead of 150. Below it, as many questions of other sorts lose theirs.
SURE_OF_SUBJECT = 0.8
# Where and by whom a talk was held; a tag or a page is a topic, which texts tell better.
PLACES = frozenset(one.key for one in (EVENT, SERIES, ORGANISER, VENUE, TRACK, AFFILIATION, ORGANISATION))
# Below this best score it is unsure which record is meant: so score 9 of 10 questions whose first record is wrong, and
# 4 of 10 others. A model is then asked what the sources might call it.
UNSURE_BELOW_SCORE = 0.28


@dataclass(frozen=True, slots=True)
class Understood:
    """What a question means.

    Attributes:
        standalone: As it can be understood by itself.
        asked: As ranking reads it.
        scored: Its scores over the collection; None for a question without any word.
        phrasing: Shape (d,), how it is put.
        strangers: Names in it that stand nowhere in the collection.
        leans_on: Ids of the records that it leaves to the conversation.
        asks_person: Whether it names a speaker, or leans on one by "he" or "she".
        query: What it asks of the records; None where it asks for no list.
        query_chance: That this query is what is meant, in [0, 1].
    """

    question: str
    standalone: str
    asked: Asked
    scored: Scored | None
    phrasing: Floats
    mentions: tuple[Mention, ...]
    strangers: tuple[str, ...]
    leans_on: tuple[str, ...]
    asks_person: bool
    intents: Mapping[Intent, float]
    query: Query | None
    query_chance: float

    @property
    def named(self) -> tuple[str, ...]:
        """Ids of the records whose title or speaker it names."""
        return self.asked.named

    @property
    def of_program(self) -> float:
        """The chance that the program is asked, or about the collection as a whole."""
        return sum(self.intents[one] for one in OF_PROGRAM)

    @property
    def intent(self) -> Intent:
        """The likeliest; another than to ask or to list only where it is likely enough."""
        likeliest = max(self.intents, key=lambda one: self.intents[one])
        if likeliest not in ("ask", "list") and self.intents[likeliest] < LEAST_INTENT_CHANCE:
            return "ask" if self.intents["ask"] >= self.intents["list"] else "list"
        return likeliest


@dataclass(frozen=True, slots=True)
class Understander:
    """Understands questions about one collection; `bundled` is the model with which was learned how they are put."""

    ranker: HybridRanker
    entities: Entities
    parser: Parser
    bundled: BundledEmbedder
    prompts: Prompts

    def understand(self, question: str, history: Sequence[Answer], endpoint: ChatModel | None = None) -> Understood:
        """What a question means after these answers."""
        linked = self.entities.link(question)
        phrasing = self.bundled.embed_phrasing(question)
        intents = intent_chances(self.bundled.embed_question(question), phrasing)
        asked = _asked(question, linked, self.ranker.snapshot.keyword)
        if intents["overview"] >= LEAST_INTENT_CHANCE and not asked.where and self._subject(question)[1]:
            # An overview of a subject is what there is on it.
            intents |= {"overview": 0.0, "list": intents["list"] + intents["overview"]}
        asked, scored = self._scored(asked, seeks=intents["list"] >= SURE_OF_SUBJECT)
        listed = next((one for one in reversed(history) if one.query), None)
        previous = parse_query(listed.query) if listed is not None and listed.query else None
        before = [one.record_id for one in listed.about] if listed is not None else []
        parsed = self.parser.parse(question, linked, previous, before)
        understood = Understood(
            question=question,
            standalone=question,
            asked=asked,
            scored=scored,
            phrasing=phrasing,
            mentions=linked.mentions,
            strangers=tuple(one for one in linked.strangers if not self.ranker.snapshot.store.records_with(one)),
            leans_on=(),
            asks_person=any(one.field == "speaker" for one in linked.mentions),
            intents=intents,
            query=parsed.query,
            query_chance=parsed.chance,
        )
        if scored is None:
            return understood
        understood = self._in_conversation(understood, scored, history)
        return understood if endpoint is None else self._asked_of_model(understood, history, endpoint)

    def other_language(self, understood: Understood, text: str) -> str:
        """The language of a text where the question is surely in another one; "" else.

        Only a question of which many words are unknown to the embedder is looked at.
        """
        linked = " ".join((*(one.text for one in understood.mentions), *understood.strangers)).split()
        words = [one for one in re.findall(r"[^\W\d_]+", understood.question) if one not in linked]
        unknown = sum(not self.bundled.knows_word(one.lower()) for one in words)
        if unknown < LEAST_UNKNOWN_WORDS * max(1, len(words)) or not differ(understood.question, text):
            return ""
        return language_name(language_of(text) or "en")

    def _in_conversation(self, understood: Understood, scored: Scored, history: Sequence[Answer]) -> Understood:
        """With what the question leaves to the conversation.

        A list narrows the list before it by its query; after anything else, what leans on a record asks for no list,
        unless a sure query says which records are meant: "List all talks" does, "Who gives it, and when?" does not.
        """
        spoken = coreference.spoken_of(history)
        query, chance = understood.query, understood.query_chance
        if not spoken or understood.of_program >= SURE_OF_PROGRAM:
            return understood
        narrows = query is not None and chance >= LEAST_QUERY_CHANCE and bool(history[-1].query)
        tells = query is not None and (query.conditions or query.kind)
        if narrows or (tells and chance >= SURE_QUERY_CHANCE):
            return understood
        words = len(scored.words.words) if scored.words else len(understood.question.split())
        beside = words - sum(len(one.text.split()) for one in understood.mentions)
        same = coreference.same_of_another(understood.mentions, history[-1], max(0, beside))
        if same is not None:
            text, mentions = same
            asked, of_same = self._scored(replace(understood.asked, text=text, corrected=text))
            return replace(
                understood,
                standalone=text,
                asked=asked,
                scored=of_same,
                phrasing=self.bundled.embed_phrasing(text),
                mentions=mentions,
            )
        row_of = self.ranker.row_of
        of = {id_: float(scored.records[row_of[id_]]) for id_ in (one.record_id for one in spoken) if id_ in row_of}
        nearness = coreference.Nearness(float(scored.records.max()), scored.lead, words, of)
        meant = coreference.leaned_on(
            understood.question,
            understood.phrasing,
            understood.mentions,
            spoken,
            nearness,
            compares=understood.intent == "compare",
        )
        if not meant:
            return understood
        return replace(
            understood,
            standalone=coreference.standalone(understood.question, meant),
            leans_on=tuple(one.record_id for one in meant),
            asks_person=understood.asks_person or coreference.points_at_person(understood.question),
            query=None,
            query_chance=0.0,
        )

    def _asked_of_model(self, understood: Understood, history: Sequence[Answer], endpoint: ChatModel) -> Understood:
        """With what a model makes of a question that leans on the conversation, or that hardly anything fits."""
        is_thin = understood.scored is None or (understood.scored.best < UNSURE_BELOW_SCORE and not understood.named)
        leans = bool(understood.leans_on)
        if understood.intent == "smalltalk" or not (is_thin or leans):
            return understood
        rewritten, expansion = by_model.read(self.prompts, understood.question, history, endpoint)
        rewritten = rewritten if leans else ""
        if not rewritten and not expansion:
            return understood
        text = rewritten or understood.asked.text
        asked, scored = self._scored(replace(understood.asked, text=text, corrected=text, expansion=expansion))
        return replace(understood, standalone=rewritten or understood.standalone, asked=asked, scored=scored)

    def _scored(self, asked: Asked, *, seeks: bool = False) -> tuple[Asked, Scored | None]:
        """The scores of a question; speech, and whatever there is on a subject, is searched by the subject alone."""
        if (seeks or self.ranker.spoken) and asked.text.strip():
            asked = replace(asked, subject=self._subject(asked.corrected)[0])
        return asked, self.ranker.score(asked)

    def _subject(self, question: str) -> tuple[str, bool]:
        return subject_of(question, self.bundled.embed_pieces(question))


def _asked(question: str, linked: Linked, keyword: KeywordIndex) -> Asked:
    kinds: list[Kind] = [
        "paper" if one.values[0] == "paper" else "talk" for one in linked.mentions if one.field == "kind"
    ]
    named: dict[str, None] = {}
    for field in ("title", "speaker"):
        for one in linked.mentions:
            if one.field == field and one.is_sure and len(one.record_ids) <= MOST_NAMED[field]:
                named |= dict.fromkeys(one.record_ids)
    kind = kinds[0] if len(set(kinds)) == 1 else None
    return Asked(question, linked.corrected, kind, linked.strangers, tuple(named), _where(linked, keyword))


def _where(linked: Linked, keyword: KeywordIndex) -> tuple[Condition, ...]:
    """The values that a question names beside titles and people: one of each field must hold.

    A word that more passages hold than records have the value ("Python" of "Python Web Conf") is a topic; so is, where
    any passage holds it, a part of many names, whose records are not told. A language's name seldom is one. A date
    without its year may be a word of everyday ("May").
    """
    values: dict[str, tuple[str, ...]] = {}
    spans = set()
    for one in linked.mentions:
        is_first_reading = (one.start, one.end) not in spans
        spans.add((one.start, one.end))
        tells = one.field == LANGUAGE.key or (one.field == DATE.key and not one.values[0].startswith("--"))
        if one.field in PLACES and one.is_sure:
            rarest = min(map(keyword.passages_with, keyword.words(one.text)), default=0)
            tells = rarest <= len(one.record_ids)
        if is_first_reading and tells:
            values[one.field] = (*values.get(one.field, ()), *one.values)
    return tuple(Condition(key, found) for key, found in values.items())
