"""List questions are read as was learned; what is no list, or would lose a condition, is not."""

import pytest

from assistant.assembly import Assistant
from assistant.query import Condition, Query
from assistant.types import Mention
from assistant.understand.entities import Entities
from assistant.understand.notation import OR, Pointer, Sources, Symbol, tokens_of
from assistant.understand.parser import Parser, first_piece_of, names_more, with_enumerated
from assistant.understand.understand import LEAST_QUERY_CHANCE
from ingest.embedder import BundledEmbedder

DAILY = ("Daily Papers, Jun 8",)
READ = {
    "Papers concocted before 2019": Query(kind="paper", conditions=(Condition("date", ("..2018",)),)),
    "Which papers turn up in the Jun 8 edition?": Query(kind="paper", conditions=(Condition("page", DAILY),)),
    "Now then, papers from 2019; a tidy list, please": Query(kind="paper", conditions=(Condition("date", ("2019",)),)),
    "Which talks are longer than half an hour?": Query(kind="talk", conditions=(Condition("duration_s", ("1801..",)),)),
}
NOT_READ = (
    "papers on whales from 2023",
    "Which talks are about pancakes?",
    "Where is the coffee machine?",
    "pruning papers of 2024",
    "How many GPUs did they train on?",
    "papers of 2023 that won a prize",
)


@pytest.fixture(scope="module")
def entities(assistant_of_seeds: Assistant, embedder: BundledEmbedder) -> Entities:
    snapshot = assistant_of_seeds.snapshot
    return Entities(snapshot.store, snapshot.keyword, embedder.knows_word)


@pytest.fixture(scope="module")
def parser(embedder: BundledEmbedder) -> Parser:
    return Parser(embedder)


@pytest.mark.parametrize(("question", "expected"), READ.items(), ids=READ)
def test_question_in_unforeseen_words_is_read(
    question: str, expected: Query, entities: Entities, parser: Parser
) -> None:
    parsed = parser.parse(question, entities.link(question), None)
    assert parsed.query == expected
    assert parsed.chance >= LEAST_QUERY_CHANCE


@pytest.mark.parametrize("question", NOT_READ)
def test_question_with_what_no_record_tells_is_no_list(question: str, entities: Entities, parser: Parser) -> None:
    parsed = parser.parse(question, entities.link(question), None)
    assert parsed.query is None or parsed.chance < LEAST_QUERY_CHANCE


def test_follow_up_changes_the_query_before(entities: Entities, parser: Parser) -> None:
    before = Query(kind="paper", conditions=(Condition("date", ("2023",)),))
    parsed = parser.parse("And in 2024?", entities.link("And in 2024?"), before)
    assert parsed.query == Query(kind="paper", conditions=(Condition("date", ("2024",)),))


def test_names_that_are_enumerated_stay_together() -> None:
    names = [Mention(at, at + 2, text, "venue", (text,)) for at, text in ((0, "H1"), (4, "H2"), (11, "H3"))]
    tokens = tokens_of("H1, H2 and H3", names)
    places: list[Pointer] = [("asked", number) for number, token in enumerate(tokens) if token.tag == "VALUE"]
    line: list[Symbol] = ["c:", places[0], OR, places[2], "listed=records"]
    assert with_enumerated(line, tokens) == ["c:", places[0], OR, places[1], OR, places[2], "listed=records"]
    assert with_enumerated(["c:", places[0], "listed=records"], tokens) == ["c:", places[0], "listed=records"]


def test_query_without_a_name_of_the_question_is_not_believed() -> None:
    sure = Mention(0, 3, "MIT", "affiliation", ("MIT",))
    perhaps = Mention(0, 3, "mit", "affiliation", ("MIT",), is_sure=False)
    tokens = tokens_of("MIT talks", (sure,))
    assert names_more(tokens, ["listed=records"], Query())
    assert not names_more(tokens, [("asked", 0)], Query())
    assert not names_more(tokens, [], Query(conditions=(Condition("affiliation", ("mit",)),)))
    assert not names_more(tokens_of("mit talks", (perhaps,)), ["listed=records"], Query())


def test_name_of_several_pieces_is_pointed_at_by_its_first(embedder: BundledEmbedder) -> None:
    question = "Papers by Sapatnekar"
    name = Mention(10, 20, "Sapatnekar", "speaker", ("Sachin Sapatnekar",))
    tokens = tokens_of(question, (name,))
    pieces = embedder.embed_pieces(question)
    place = first_piece_of(pieces, tokens)[2]
    assert pieces.spans[place][0] == 10


def test_lines_come_likeliest_first_and_share_one_chance(parser: Parser, embedder: BundledEmbedder) -> None:
    question = "talks or people"
    pieces = embedder.embed_pieces(question)
    sources = Sources(tokens_of(question, ()))
    found = [*parser._network.lines(parser._encoded(pieces, first_piece_of(pieces, sources.tokens), sources))]
    chances = [chance for _, chance in found]
    assert len(found) > 1
    assert chances == sorted(chances, reverse=True)
    assert sum(chances) <= 1
    assert len({tuple(line) for line, _ in found}) == len(found)
