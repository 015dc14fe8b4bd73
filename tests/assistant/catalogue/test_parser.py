"""What rules do not read is read by what was learned; what is no list, or would lose a condition, by neither."""

import numpy as np
import pytest

from assistant.catalogue import Catalogue, Query
from assistant.catalogue.marking import Token
from assistant.catalogue.network import rounded, widened
from assistant.catalogue.notation import Sources
from assistant.catalogue.parser import Parser, first_piece_of, names_more, with_filler
from assistant.catalogue.query import Condition
from ingest.embedder import BundledEmbedder

READ = {
    "Papers concocted before 2019": Query(kind="paper", conditions=(Condition("date", ("..2018",)),)),
    "Which papers turn up in the Jun 8 edition?": Query(
        kind="paper", conditions=(Condition("page", ("Daily Papers, Jun 8",)),)
    ),
    "Now then, papers from 2019; a tidy list, please": Query(kind="paper", conditions=(Condition("date", ("2019",)),)),
}
NOT_READ = (
    "retracted papers of 2023",
    "papers on whales from 2023",
    "Which talks are about pancakes?",
    "Where is the coffee machine?",
    "papers on pruning from 2025",
    "pruning papers of 2024",
    "papers applying proteins of 2025",
    "speakers interested in robots from Princeton",
    "How many GPUs did they train on?",
    "papers of 2023 that won a prize",
)


@pytest.mark.parametrize(("question", "expected"), READ.items(), ids=READ)
def test_question_in_unforeseen_words_is_read(question: str, expected: Query, catalogue: Catalogue) -> None:
    answer = catalogue.answer(question)
    assert answer is not None
    assert answer.query == expected


@pytest.mark.parametrize("question", NOT_READ)
def test_question_with_what_no_record_tells_is_no_list(question: str, catalogue: Catalogue) -> None:
    assert catalogue.answer(question) is None


def test_records_that_were_pointed_at_are_not_forgotten() -> None:
    before = Query(conditions=(Condition("among", ("hunting-the-hessian",)),))
    assert Parser(BundledEmbedder()).parse("with code", [], before).query is None


def test_query_without_a_name_of_the_question_is_not_believed() -> None:
    tokens = [Token("INST", ("MIT",), "MIT", 0, 3), Token("TALK", ("talk",), "talks", 4, 9)]
    topic = [Token("ON", (), "on", 0, 2), Token("FILLER", (), "the", 3, 6), Token("UNKNOWN", (), "whale", 7, 12)]
    assert names_more(tokens, ["listed=records"], Query())
    assert names_more(topic, ["listed=records"], Query())
    assert not names_more(tokens, [("asked", 0)], Query())
    assert not names_more(tokens, [], Query(conditions=(Condition("affiliation", ("mit",)),)))


def test_words_and_pieces_are_matched() -> None:
    question = "reparameterised talks"
    tokens = with_filler(question, [Token("TALK", ("talk",), "talks", 16, 21)])
    pieces = BundledEmbedder().embed_pieces(question)
    assert [token.text for token in tokens] == ["reparameterised", "talks"]
    first = first_piece_of(pieces, tokens)
    assert first[0] == 1
    assert first[1] == len(pieces.spans) - 2
    assert Sources(tokens).texts(("asked", 1), "sector") == ["talk"]


def test_weights_are_kept_to_within_half_a_step() -> None:
    weights = {
        "wide": np.random.default_rng(0).normal(size=(200, 60)).astype(np.float32),
        "bias": np.ones(3, np.float32),
    }
    back = widened(rounded(weights))
    assert back.keys() == weights.keys()
    step = np.abs(weights["wide"]).max(axis=1, keepdims=True) / 127
    assert (np.abs(back["wide"] - weights["wide"]) <= step / 2 + 1e-6).all()
