"""Each word of a claim beside the one that answers to it."""

import numpy as np

from assistant.answer.claims import Reading, read
from assistant.answer.counterparts import SIGNALS, pair_words
from assistant.answer.weights import Weights
from ingest.embedder import BundledEmbedder


def readings(*texts: str) -> list[Reading]:
    project = Weights.load().project
    seen = BundledEmbedder().embed_in_context(texts)
    return [read(text, one, project) for text, one in zip(texts, seen, strict=True)]


def test_word_that_stands_twice_is_paired_where_its_neighbours_are_alike() -> None:
    claim, near = readings("The second model is slow.", "The first model is fast, and the second model is slow.")
    pairs = pair_words(claim, [near])
    model = [word.text for word in claim.words].index("model")
    place = [n for n, word in enumerate(near.words) if word.text == "model"][1]
    assert pairs.place[model] == place
    _, found, before, behind = pairs.words[:, model]
    for vector, there in ((found, place), (before, place - 1), (behind, place + 1)):
        np.testing.assert_array_equal(vector, near.vectors[there])


def test_long_claim_is_read_to_its_fortieth_word() -> None:
    claim, near = readings("wave " * 60, "Waves roll.")
    pairs = pair_words(claim, [near])
    assert pairs.words.shape == (4, 40, claim.vectors.shape[1])
    assert pairs.signals.shape == (40, SIGNALS)


def test_name_is_held_in_a_longer_or_shorter_form() -> None:
    claim, near = readings("The Canadian team used an LLM of Mara.", "A team in Canada trains large language models.")
    assert [claim.words[place].text for place in pair_words(claim, [near]).aligned.missing] == ["mara"]
